//! Models that were trained without what they are measured on.

use super::probe::{self, Kind, Lists};
use super::rules::Rules;
use super::{channel, is_ordinary};
use crate::Result;
use crate::data::Row;
use crate::train::{SIZES, is_attack, train};
use checkrein::Limits;
use checkrein::detect::{Channel, Judgement};
use checkrein::normalize::Normalizer;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Parts of the ordinary text, of which each is left out in turn.
const PARTS: usize = 5;

/// Sets of attacks of one author: none of them is trained on where one is measured.
const ORIGINS: &[&[&str]] = &[
    &["atr_adversarial", "atr_rules_cases", "atr_skills"],
    &["atr_pint850", "deepset"],
    &["garak_sysprompt_extract", "garak_whois_latent"],
    &["spikee_cybersec", "spikee_finance_benign", "spikee_llm_mailbox"],
];

/// Sets of ordinary text that are left out together: text of one kind and author.
const GROUPS: &[&[&str]] = &[
    &["mail_ham"],
    &["docs_markdown", "atr_skills"],
    &["code_files"],
    &["bfcl_prompts", "bfcl_tool_descriptions"],
    &["selfinstruct_user", "mtbench_vicuna", "ifeval_prompts"],
    &["realguardrails_system", "awesome_prompts_zh"],
];

/// Sets whose documents attacks are planted in.
const DOCUMENTS: &[&str] = &["docs_markdown", "mail_ham"];

/// What a model made of a row.
#[derive(Debug, Clone, Copy)]
pub struct Score {
    /// Which row.
    pub row: usize,
    /// Whether its whole set was left out of training; else only this row and its neighbours.
    pub set_left_out: bool,
    /// The evidence.
    pub evidence: i32,
}

/// What a model and the rules made of a text of ours.
#[derive(Debug, Clone, Copy)]
pub struct Probed {
    /// Where its lists stand.
    pub lists: Lists,
    /// What the text is.
    pub kind: Kind,
    /// The evidence, as of what others wrote.
    pub evidence: i32,
    /// The worst severity that rules found, from 1; 0 for none.
    pub severity: u8,
}

/// What models made of what they were not trained on.
#[derive(Debug, Default)]
pub struct Scored {
    /// Of rows.
    pub rows: Vec<Score>,
    /// Of texts that are made for measuring.
    pub probes: Vec<Probed>,
}

/// The penalty for length, as it ships.
pub fn unjudged(channel: Channel) -> Judgement {
    let penalty = match channel {
        Channel::User => 200,
        _ => 500,
    };
    Judgement { threshold: 0, penalty }
}

/// Scores each attack by a model that was trained without its set, and each ordinary text by
/// one without it, and by one without its set.
///
/// # Errors
/// Never in practice: models that were just written are read.
pub fn score(rows: &[Row]) -> Result<Scored> {
    let rules = Rules::new()?;
    let mut origins: Vec<Vec<&str>> = rows.iter().filter(|r| is_attack(r)).map(origin).collect();
    origins.sort_unstable();
    origins.dedup();
    let (next, all) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(sets) = origins.get(at) else { break };
                    let scores = one(rows, sets, at, &rules);
                    crate::eprint(&format!("trained without {}\n", sets.join(", ")));
                    if let Ok(mut all) = all.lock() {
                        all.push((at, scores));
                    }
                }
            });
        }
    });
    let mut all = all.into_inner().map_err(|_| "a fold failed")?;
    all.sort_by_key(|(at, _)| *at);
    let mut scored = Scored::default();
    for (_, fold) in all {
        let fold = fold.ok_or("a model cannot be read back")?;
        scored.rows.extend(fold.rows);
        scored.probes.extend(fold.probes);
    }
    Ok(scored)
}

/// The sets of the author of `row`.
fn origin(row: &Row) -> Vec<&str> {
    let set = row.set.as_str();
    ORIGINS.iter().find(|sets| sets.contains(&set)).map_or_else(|| vec![set], |sets| sets.to_vec())
}

fn one(rows: &[Row], sets: &[&str], at: usize, rules: &Rules) -> Option<Scored> {
    let group = GROUPS.get(at % GROUPS.len()).copied().unwrap_or_default();
    let whole = |row: &Row| sets.contains(&row.set.as_str()) || group.contains(&row.set.as_str());
    let part = |index: usize, row: &Row| is_ordinary(row) && index % PARTS == at % PARTS;
    let learnt: Vec<&Row> = rows
        .iter()
        .enumerate()
        .filter(|(index, row)| !whole(row) && !part(*index, row))
        .map(|(_, row)| row)
        .collect();
    let trained = train(&learnt, SIZES);
    let judged = [Channel::User, Channel::Foreign, Channel::Description].map(unjudged);
    let [user, foreign, description] = judged;
    let trained = trained.judged(user, foreign, description);
    let model = trained.model()?;
    let normalizer = Normalizer::new(&Limits::default());
    let mut scored = Scored::default();
    for (row, it) in rows.iter().enumerate() {
        let set_left_out = whole(it);
        if set_left_out || part(row, it) {
            let found = model.evidence(&normalizer.views(&it.text), channel(it));
            let evidence = found.map_or(i32::MIN / 2, |found| found.evidence);
            scored.rows.push(Score { row, set_left_out, evidence });
        }
    }
    let attacks: Vec<&Row> = rows.iter().filter(|row| sets.contains(&row.set.as_str())).collect();
    let documents: Vec<&Row> = rows
        .iter()
        .enumerate()
        .filter(|(index, row)| DOCUMENTS.contains(&row.set.as_str()) && part(*index, row))
        .map(|(_, row)| row)
        .collect();
    for probe in probe::planted(&attacks, &documents).into_iter().chain(probe::own()) {
        let found = model.evidence(&normalizer.views(&probe.text), Channel::Foreign);
        let evidence = found.map_or(i32::MIN / 2, |found| found.evidence);
        let severity = rules.worst(&probe.text, Channel::Foreign);
        scored.probes.push(Probed { lists: probe.lists, kind: probe.kind, evidence, severity });
    }
    Some(scored)
}
