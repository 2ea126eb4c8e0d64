//! What an audit log says of decisions, and what other rules would have made of them.

use crate::terminal::{Colour, line, paint};
use checkrein::decision::show;
use checkrein::wire::Recorded;
use checkrein::{Guard, Limits, Outcome, Result, Value, record};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Ids of decisions that a row names at most.
const EXAMPLES: usize = 3;

/// Calls `visit` with every decision of a log. Gives what could not be read.
pub fn decisions(log: &Path, visit: &mut dyn FnMut(Recorded) -> Result<()>) -> Result<Vec<String>> {
    let limits = Limits::default();
    let (mut fault, mut unread) = (None, 0);
    let problems = record::read(log, &mut |record| {
        let read = Value::parse(record, &limits).and_then(|record| Recorded::read(&record));
        match read {
            Ok(Some(recorded)) if fault.is_none() => fault = visit(recorded).err(),
            Ok(_) => {}
            Err(_) => unread += 1,
        }
    })?;
    if let Some(error) = fault {
        return Err(error);
    }
    let places = problems.iter().map(|p| format!("{}:{}: {}", p.file, p.offset, p.what));
    let unread = (unread > 0).then(|| format!("{unread} records could not be read"));
    Ok(places.chain(unread).collect())
}

/// What would change, alike decisions together.
#[derive(Default)]
pub struct Changes {
    decisions: u64,
    changed: BTreeMap<Row, Count>,
    needs: BTreeMap<Row, Count>,
    unasked: BTreeMap<&'static str, u64>,
    problems: Vec<String>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    tool: String,
    was: Outcome,
    now: Option<Outcome>,
    /// Rules: the reasons, or those that need what is not recorded.
    rules: Vec<String>,
}

#[derive(Default)]
struct Count {
    count: u64,
    examples: Vec<String>,
}

impl Changes {
    /// Judges every decision of a log again, by the rules of `guard`. `before` is the guard whose
    /// bundle may have been in force then.
    pub fn of(log: &Path, guard: &Guard, before: Option<&Guard>) -> Result<Self> {
        let mut changes = Self::default();
        let replay = guard.replay(before);
        let problems = decisions(log, &mut |recorded| {
            changes.decisions += 1;
            let replayed = replay.judge(&recorded)?;
            if let Some(why) = replayed.unasked {
                *changes.unasked.entry(why).or_default() += 1;
                return Ok(());
            }
            let situation = &recorded.situation;
            let tool = situation.tool.as_ref().map_or(situation.verb.as_str(), |id| id.as_str());
            let (rows, rules) = match replayed.outcome {
                None => (&mut changes.needs, replayed.needs),
                Some(now) if now != recorded.outcome => {
                    // What allows has no reasons: those of before are gone.
                    let gone = if now == Outcome::Allow { recorded.reasons } else { Vec::new() };
                    (&mut changes.changed, if gone.is_empty() { replayed.reasons } else { gone })
                }
                Some(_) => return Ok(()),
            };
            let tool = tool.to_owned();
            let row = Row { tool, was: recorded.outcome, now: replayed.outcome, rules };
            let count = rows.entry(row).or_default();
            count.count += 1;
            if count.examples.len() < EXAMPLES {
                count.examples.push(recorded.id);
            }
            Ok(())
        })?;
        changes.problems = problems;
        Ok(changes)
    }

    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }

    pub fn tell(&self) {
        let count = |rows: &BTreeMap<Row, Count>| rows.values().map(|c| c.count).sum::<u64>();
        let (changed, needs) = (count(&self.changed), count(&self.needs));
        let unasked: u64 = self.unasked.values().sum();
        line(&format!("recorded decisions: {}", self.decisions));
        line(&format!("would change: {changed}"));
        rows(&self.changed);
        line(&format!("need their payload, because a rule reads what no record keeps: {needs}"));
        rows(&self.needs);
        line(&format!("were not policy's to decide: {unasked}"));
        for (why, count) in &self.unasked {
            line(&format!("  {count} {why}"));
        }
        for problem in &self.problems {
            line(&format!("{} {}", paint(Colour::Red, "problem"), show(problem)));
        }
    }

    pub fn shape(&self) -> Json {
        let rows = |rows: &BTreeMap<Row, Count>, key: &str| {
            let row = |(row, count): (&Row, &Count)| {
                json!({
                    "tool": row.tool,
                    "was": row.was.as_str(),
                    "now": row.now.map(Outcome::as_str),
                    key: row.rules,
                    "count": count.count,
                    "examples": count.examples,
                })
            };
            rows.iter().map(row).collect::<Vec<_>>()
        };
        json!({
            "decisions": self.decisions,
            "changed": rows(&self.changed, "rules"),
            "needs_payload": rows(&self.needs, "rules"),
            "not_policys": self.unasked,
            "problems": self.problems,
        })
    }
}

fn rows(rows: &BTreeMap<Row, Count>) {
    for (row, count) in rows {
        let now = match row.now {
            None => paint(Colour::Dim, "needs payload"),
            Some(now) if now > row.was => paint(Colour::Yellow, now.as_str()),
            Some(now) => paint(Colour::Red, now.as_str()),
        };
        let (tool, rules) = (show(&row.tool), show(&row.rules.join(" ")));
        line(&format!("  {} -> {now}: {tool} [{rules}], {} times", row.was, count.count));
    }
}
