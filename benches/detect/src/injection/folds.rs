//! Models that were trained without what they are measured on.

use super::{channel, is_ordinary};
use crate::Result;
use crate::data::Row;
use crate::train::{SIZES, is_attack, train};
use checkrein::Limits;
use checkrein::detect::Judgement;
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

/// The penalty for length, as it ships.
pub fn unjudged(channel: checkrein::detect::Channel) -> Judgement {
    let penalty = match channel {
        checkrein::detect::Channel::User => 200,
        _ => 500,
    };
    Judgement { threshold: 0, penalty }
}

/// Scores each attack by a model that was trained without its set, and each ordinary text by
/// one without it, and by one without its set.
///
/// # Errors
/// Never in practice: models that were just written are read.
pub fn score(rows: &[Row]) -> Result<Vec<Score>> {
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
                    let scores = one(rows, sets, at);
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
    let folds: Option<Vec<Vec<Score>>> = all.into_iter().map(|(_, scores)| scores).collect();
    Ok(folds.ok_or("a model cannot be read back")?.into_iter().flatten().collect())
}

/// The sets of the author of `row`.
fn origin(row: &Row) -> Vec<&str> {
    let set = row.set.as_str();
    ORIGINS.iter().find(|sets| sets.contains(&set)).map_or_else(|| vec![set], |sets| sets.to_vec())
}

fn one(rows: &[Row], sets: &[&str], at: usize) -> Option<Vec<Score>> {
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
    let judged = [
        checkrein::detect::Channel::User,
        checkrein::detect::Channel::Foreign,
        checkrein::detect::Channel::Description,
    ]
    .map(unjudged);
    let [user, foreign, description] = judged;
    let trained = trained.judged(user, foreign, description);
    let model = trained.model()?;
    let normalizer = Normalizer::new(&Limits::default());
    let mut scores = Vec::new();
    for (row, it) in rows.iter().enumerate() {
        let set_left_out = whole(it);
        if set_left_out || part(row, it) {
            let found = model.evidence(&normalizer.views(&it.text), channel(it));
            let evidence = found.map_or(i32::MIN / 2, |found| found.evidence);
            scores.push(Score { row, set_left_out, evidence });
        }
    }
    Some(scores)
}
