//! `checkrein diff`: what is not the same in two bundles, and what that changes for calls.

use crate::case::{self, Stage};
use crate::log::Changes;
use crate::opened::Trust;
use crate::terminal::{Colour, line, paint};
use checkrein::config::{Bundle, Change, changed_settings, changed_tools};
use checkrein::decision::show;
use checkrein::policy::RuleInfo;
use checkrein::{Guard, Outcome, Result};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Gives false where anything differs.
pub fn run(
    (old, new): (&Path, &Path),
    calls: Option<&Path>,
    log: Option<&Path>,
    trust: &Trust,
    json: bool,
) -> Result<bool> {
    let read = |path: &Path| {
        let sources = trust.sources(path)?;
        sources.bundle(&sources.read()?)
    };
    let bundles = (read(old)?, read(new)?);
    let stages = (Stage::new(old, None, trust)?, Stage::new(new, None, trust)?);
    let settings = changed_settings(&bundles.0, &bundles.1);
    let tools = changed_tools(&bundles.0, &bundles.1);
    let rules = changed_rules(&stages.0.guard, &stages.1.guard);
    let steps = calls.map(|file| changed_steps(&stages, file)).transpose()?;
    let recorded = log.map(|log| Changes::of(log, &stages.1.guard, Some(&stages.0.guard)));
    let recorded = recorded.transpose()?;
    let same = settings.is_empty()
        && tools.is_empty()
        && rules.is_empty()
        && steps.as_ref().is_none_or(Vec::is_empty)
        && recorded.as_ref().is_none_or(Changes::is_empty);
    if json {
        let side = |bundle: &Bundle| {
            json!({
                "name": bundle.name,
                "revision": bundle.revision,
                "hash": bundle.hash.hex(),
                "signed_by": signed_by(bundle),
            })
        };
        let shape = json!({
            "ok": same,
            "old": side(&bundles.0),
            "new": side(&bundles.1),
            "settings": settings.iter().map(shape).collect::<Vec<_>>(),
            "tools": tools.iter().map(shape).collect::<Vec<_>>(),
            "rules": rules.iter().map(shape).collect::<Vec<_>>(),
            "calls": steps.map(|steps| steps.iter().map(Step::shape).collect::<Vec<_>>()),
            "recorded": recorded.as_ref().map(Changes::shape),
        });
        line(&shape.to_string());
        return Ok(same);
    }
    let (from, to) = &bundles;
    let side = |bundle: &Bundle| {
        let signed = trust.told(signed_by(bundle));
        format!("{} revision {}{signed}", show(&bundle.name), bundle.revision)
    };
    line(&format!("{} -> {}", side(from), side(to)));
    for (what, changes) in [("setting", &settings), ("tool", &tools), ("rule", &rules)] {
        changes.iter().for_each(|change| tell(what, change));
    }
    for step in steps.iter().flatten() {
        line(&step.sentence());
    }
    if let Some(steps) = steps {
        line(&format!("{} calls of the cases would be decided otherwise", steps.len()));
    }
    if let Some(recorded) = recorded {
        recorded.tell();
    }
    if same {
        line("nothing differs");
    }
    Ok(same)
}

/// Which trusted key signed it.
fn signed_by(bundle: &Bundle) -> Option<&str> {
    bundle.layers.first()?.signed_by.as_deref()
}

fn tell(what: &str, change: &Change) {
    let how = match (change.old.is_empty(), change.new.is_empty()) {
        (true, false) => "more",
        (false, true) => "less",
        _ => "other",
    };
    line(&format!("{what} {}: {how}", show(&change.name)));
    for old in &change.old {
        line(&paint(Colour::Red, &format!("  - {}", show(old))));
    }
    for new in &change.new {
        line(&paint(Colour::Green, &format!("  + {}", show(new))));
    }
}

fn shape(change: &Change) -> Json {
    json!({"name": change.name, "old": change.old, "new": change.new})
}

/// The rules whose text is not the same, or that are in one bundle only.
fn changed_rules(old: &Guard, new: &Guard) -> Vec<Change> {
    let by_id = |guard: &Guard| -> BTreeMap<String, RuleInfo> {
        let rules = guard.rules().into_iter().chain(guard.dormant_rules());
        rules.map(|rule| (rule.id.clone(), rule)).collect()
    };
    let (old, new) = (by_id(old), by_id(new));
    let text = |rule: &RuleInfo| {
        let mode = if rule.mode == checkrein::Mode::Monitor { ", only watched" } else { "" };
        format!("{}{mode}: {} ({}:{})", rule.outcome, rule.reason, rule.file, rule.line)
    };
    let ids: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let change = |id: &String| {
        let (before, after) = (old.get(id), new.get(id));
        let same = before.map(|rule| rule.text) == after.map(|rule| rule.text);
        let lines = |rule: Option<&RuleInfo>| rule.map(text).into_iter().collect();
        (!same).then(|| Change { name: id.clone(), old: lines(before), new: lines(after) })
    };
    ids.into_iter().filter_map(change).collect()
}

/// One step of a case that the two bundles decide otherwise.
struct Step {
    case: String,
    number: usize,
    what: String,
    was: Outcome,
    now: Outcome,
    rules: Vec<String>,
}

impl Step {
    fn sentence(&self) -> String {
        let colour = if self.now > self.was { Colour::Yellow } else { Colour::Red };
        let now = paint(colour, self.now.as_str());
        let (case, what) = (show(&self.case), show(&self.what));
        let rules = self.rules.join(" ");
        format!("{} -> {now}: {what} in `{case}`, step {} [{rules}]", self.was, self.number)
    }

    fn shape(&self) -> Json {
        json!({
            "case": self.case,
            "step": self.number,
            "call": self.what,
            "was": self.was.as_str(),
            "now": self.now.as_str(),
            "rules": self.rules,
        })
    }
}

fn changed_steps((old, new): &(Stage, Stage), file: &Path) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    for case in case::read(file)? {
        let both = case.play(old)?.into_iter().zip(case.play(new)?).enumerate();
        for (number, (before, after)) in both.filter(|(_, (a, b))| a.outcome != b.outcome) {
            // What allows has no reasons: those of before are gone.
            let speaks =
                if after.outcome < before.outcome { before.reasons } else { after.reasons };
            steps.push(Step {
                case: case.name.clone(),
                number,
                what: after.tool.unwrap_or(after.call),
                was: before.outcome,
                now: after.outcome,
                rules: speaks.into_iter().map(|reason| reason.rule).collect(),
            });
        }
    }
    Ok(steps)
}
