//! Injections, by rules and model together, on sets of attacks that the model was not trained on.

mod beside;
mod breakdown;
mod folds;
mod manifest;
mod probe;
pub mod rules;
mod tables;

use crate::Result;
use crate::data::{self, Row};
use crate::measure::mean;
use crate::peers::Peers;
use crate::report::{Ordinary, Report, SetRow};
use crate::train::is_attack;
use checkrein::detect::Channel;
use rules::Rules;
use std::path::Path;

/// Sets of what others write, however their rows are named.
const FOREIGN: &[&str] = &[
    "agentdojo_env",
    "atr_skills",
    "code_files",
    "docs_markdown",
    "garak_whois_latent",
    "mail_ham",
    "spikee_cybersec",
    "spikee_finance_benign",
];

/// The share of ordinary text that the model may flag. A false flag on what others write costs a
/// question later; on what the user writes, nothing is asked for it.
const SHIPPED_USER: f64 = 0.005;
const SHIPPED_FOREIGN: f64 = 0.0015;

/// Where a text of `row` comes in.
pub fn channel(row: &Row) -> Channel {
    if row.set == "bfcl_tool_descriptions" {
        Channel::Description
    } else if row.kind == "indirect" || FOREIGN.contains(&row.set.as_str()) {
        Channel::Foreign
    } else {
        Channel::User
    }
}

/// Whether `row` is text that nobody wrote to look like an attack.
pub fn is_ordinary(row: &Row) -> bool {
    row.label == 0 && row.kind == "benign"
}

/// Measures them over `injection.jsonl.gz`.
///
/// # Errors
/// Where the file is missing, or a model cannot be read back.
pub fn measure(folder: &Path, peers: Option<&Peers>, report: &mut Report) -> Result<()> {
    let rows = data::rows(folder, "injection.jsonl.gz")?;
    let caught = Rules::new()?.all(&rows);
    let scored = folds::score(&rows)?;
    let table = tables::Table { rows: &rows, caught: &caught, scored: &scored.rows };
    let levels = [0.001, 0.005, 0.01].map(|level| table.thresholds(level));
    let [at_0_1, at_0_5, at_1] = &levels;
    for set in tables::sets(&rows, is_attack) {
        let recall = |thresholds| table.share(thresholds, |row| row.set == set && is_attack(row));
        let (n, recall_at_0_5) = recall(at_0_5);
        let (recall_at_0_1, recall_at_1) = (recall(at_0_1).1, recall(at_1).1);
        report.sets.push(SetRow { set, n, recall_at_0_1, recall_at_0_5, recall_at_1 });
    }
    report.macro_recall_at_0_5 = Some(mean(report.sets.iter().map(|set| set.recall_at_0_5)));
    let shipped = table.shipped()?;
    for set in tables::sets(&rows, |row| row.label == 0) {
        let (n, rate) = table.left_out(&shipped, |row| row.set == set && row.label == 0);
        report.false_positives.push(Ordinary { set, n, rate });
    }
    report.tables.extend(table.print(&levels, &shipped));
    breakdown::add(&table, &scored.probes, at_0_5, report);
    report.curve = table.curve();
    if let Some(peers) = peers {
        // Other libraries take minutes.
        report.save()?;
        report.peers.extend(beside::measure(peers, &table)?);
    }
    Ok(())
}

/// Trains the model that ships, sets its thresholds by ordinary text that it was not trained
/// on, and writes it, and what it was made of, into the repository.
///
/// # Errors
/// Where the file is missing, or the repository cannot be written.
pub fn train(folder: &Path) -> Result<()> {
    let rows = data::rows(folder, "injection.jsonl.gz")?;
    let caught = Rules::new()?.all(&rows);
    let scored = folds::score(&rows)?.rows;
    let table = tables::Table { rows: &rows, caught: &caught, scored: &scored };
    let [mut user, mut foreign, mut description] =
        [Channel::User, Channel::Foreign, Channel::Description].map(folds::unjudged);
    // What people ask for is not flagged by a hair's breadth.
    user.threshold = table.threshold(Channel::User, SHIPPED_USER, u8::MAX) + 500;
    foreign.threshold = table.threshold(Channel::Foreign, SHIPPED_FOREIGN, u8::MAX);
    // A tool whose description is flagged cannot be used.
    description.threshold = foreign.threshold + 1000;
    let all: Vec<&Row> = rows.iter().collect();
    let trained = crate::train::train(&all, crate::train::SIZES).judged(user, foreign, description);
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let weights = repository.join("../../core/src/detect/injection/model/weights.bin");
    std::fs::write(weights, trained.file())?;
    let data = std::fs::read(folder.join("injection.jsonl.gz"))?;
    std::fs::write(repository.join("manifest.json"), manifest::of(&rows, &data, trained.file())?)?;
    crate::print(&format!("user {user:?}\nforeign {foreign:?}\ndescription {description:?}\n"));
    Ok(())
}
