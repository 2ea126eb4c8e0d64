//! Secrets: how many are found, and how much of what is flagged is one.

use crate::Result;
use crate::data;
use crate::guarded::Guarded;
use crate::measure::share;
use crate::report::{Report, Secrets};
use checkrein::finding::Category;
use checkrein::source::SourceKind;
use std::path::Path;

/// Measures them over `secret.jsonl.gz`.
///
/// # Errors
/// Where the file is missing, or the guard fails.
pub fn measure(folder: &Path, report: &mut Report) -> Result<()> {
    let mut guarded = Guarded::new()?;
    let (mut found, mut flagged, mut secrets) = (0_usize, 0_usize, 0_usize);
    for row in data::rows(folder, "secret.jsonl.gz")? {
        let findings = guarded.input(&row.text, SourceKind::ToolResult)?;
        let seen = findings.iter().any(|finding| finding.category == Category::Secret);
        secrets += usize::from(row.label == 1);
        flagged += usize::from(seen);
        found += usize::from(seen && row.label == 1);
    }
    let measured = Secrets { precision: share(found, flagged), recall: share(found, secrets) };
    report.tables.push(format!(
        "secrets: {found} of {secrets} found, {flagged} flagged: precision {:.3}, recall {:.3}\n",
        measured.precision, measured.recall
    ));
    report.secrets = Some(measured);
    Ok(())
}
