//! What the rules alone make of a text.

use super::channel;
use crate::Result;
use crate::data::{self, Row};
use crate::measure::share;
use crate::report::Report;
use crate::train::is_attack;
use checkrein::Limits;
use checkrein::detect::{Channel, Detectors, Scope, Settings};
use checkrein::digest::Key;
use checkrein::finding::{Category, Finding, Severity};
use checkrein::normalize::Normalizer;
use checkrein::source::SourceKind;
use checkrein::view::Leaf;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// The detectors without the model.
pub struct Rules {
    detectors: Detectors,
    normalizer: Normalizer,
    key: Key,
}

impl Rules {
    /// # Errors
    /// Never in practice: the built-in rules compile.
    pub fn new() -> Result<Self> {
        let mut settings = Settings::default();
        settings.off.insert("injection/model".to_owned(), "rules alone".to_owned());
        let detectors = Detectors::new(&settings)?;
        Ok(Self {
            detectors,
            normalizer: Normalizer::new(&Limits::default()),
            key: Key::new([7; 32]),
        })
    }

    /// The severity of the worst finding, counted from 1; 0 where there is none.
    pub fn worst(&self, text: &str, channel: Channel) -> u8 {
        let worst = self.findings(text, channel).iter().map(|finding| finding.severity).max();
        worst.map_or(0, |severity| severity as u8 + 1)
    }

    /// What they find of injections.
    pub fn findings(&self, text: &str, channel: Channel) -> Vec<Finding> {
        let views = self.normalizer.views(text);
        let mut findings = Vec::new();
        let leaf = Leaf { path: "", text, views: &views };
        self.detectors.scan(&leaf, Scope::Input(source(channel)), &self.key, &mut findings);
        findings.retain(|finding| finding.category == Category::Injection);
        findings
    }

    /// What they make of each row.
    pub fn all(&self, rows: &[Row]) -> Vec<u8> {
        rows.iter().map(|row| self.worst(&row.text, channel(row))).collect()
    }
}

/// What the rules alone find, quick to run: no model is trained. With `explain`, which rows they miss, and which
/// they flag wrongly, by id.
///
/// # Errors
/// Where the file is missing.
pub fn measure(folder: &Path, explain: bool, report: &mut Report) -> Result<()> {
    let rows = data::rows(folder, "injection.jsonl.gz")?;
    let rules = Rules::new()?;
    let mut by_set: BTreeMap<(u8, &str), [usize; 3]> = BTreeMap::new();
    let mut by_rule: BTreeMap<(String, u8), [usize; 2]> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.label == 0 || is_attack(row)) {
        let findings = rules.findings(&row.text, channel(row));
        let worst = findings.iter().map(|finding| finding.severity).max();
        let counts = by_set.entry((row.label, &row.set)).or_default();
        counts[0] += 1;
        counts[1] += usize::from(worst.is_some());
        counts[2] += usize::from(worst >= Some(Severity::Medium));
        let mut seen: Vec<(String, u8)> =
            findings.iter().map(|f| (f.rule.to_string(), f.severity as u8)).collect();
        seen.sort();
        seen.dedup();
        if explain {
            let named: Vec<String> = seen.iter().map(|(rule, at)| format!("{rule}:{at}")).collect();
            if row.label == 1 && worst < Some(Severity::Medium) {
                crate::eprint(&format!("missed {} {}\n", row.id, named.join(" ")));
            } else if row.label == 0 && worst.is_some() {
                crate::eprint(&format!("wrong {} {}\n", row.id, named.join(" ")));
            }
        }
        for key in seen {
            let [ordinary, attacks] = by_rule.entry(key).or_default();
            *(if row.label == 1 { attacks } else { ordinary }) += 1;
        }
    }
    let mut table = format!("{:34} {:>6} {:>8} {:>8}\n", "rules alone", "n", "any %", "medium %");
    for ((label, set), [n, any, medium]) in &by_set {
        let kind = if *label == 1 { "attacks" } else { "ordinary" };
        let (any, medium) = (share(*any, *n) * 100.0, share(*medium, *n) * 100.0);
        writeln!(table, "{kind:8} {set:25} {n:6} {any:8.2} {medium:8.2}")?;
    }
    writeln!(table, "\n{:34} {:>8} {:>8} {:>8}", "rule", "severity", "ordinary", "attacks")?;
    for ((rule, severity), [ordinary, attacks]) in &by_rule {
        writeln!(table, "{rule:34} {severity:8} {ordinary:8} {attacks:8}")?;
    }
    report.tables.push(table);
    Ok(())
}

/// A source whose text comes in through `channel`.
pub fn source(channel: Channel) -> SourceKind {
    match channel {
        Channel::User => SourceKind::User,
        Channel::Foreign => SourceKind::ToolResult,
        Channel::Description => SourceKind::ToolDescription,
    }
}
