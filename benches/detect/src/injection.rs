//! Injections: what the rules find in each set of attacks, and what they flag of ordinary text.

use crate::Result;
use crate::data;
use crate::guarded::Guarded;
use crate::measure::share;
use crate::report::{Ordinary, Report};
use checkrein::finding::Category;
use checkrein::source::SourceKind;
use std::collections::BTreeMap;
use std::path::Path;

/// Measures them over `injection.jsonl.gz`.
///
/// # Errors
/// Where the file is missing, or the guard fails.
pub fn measure(folder: &Path, report: &mut Report) -> Result<()> {
    let mut guarded = Guarded::new()?;
    let mut sets: BTreeMap<(u8, String), (usize, usize)> = BTreeMap::new();
    for row in data::rows(folder, "injection.jsonl.gz")? {
        let kind = if row.kind == "indirect" { SourceKind::ToolResult } else { SourceKind::User };
        let findings = guarded.input(&row.text, kind)?;
        let seen = findings.iter().any(|finding| finding.category == Category::Injection);
        let counts = sets.entry((row.label, row.set)).or_default();
        counts.0 += 1;
        counts.1 += usize::from(seen);
    }
    let mut table = String::from("injection, by rules alone: flagged of all\n");
    for ((label, set), (n, flagged)) in sets {
        let what = if label == 1 { "attack" } else { "ordinary" };
        table.push_str(&format!("  {what:9} {set:28} {flagged:5} of {n:5}\n"));
        if label == 0 {
            report.false_positives.push(Ordinary { set, n, rate: share(flagged, n) });
        }
    }
    report.tables.push(table);
    Ok(())
}
