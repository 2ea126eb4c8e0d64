//! Answers that carry data out in a link or an image.

use crate::Result;
use crate::data;
use crate::guarded::Guarded;
use crate::measure::share;
use crate::report::{Exfiltration, Report};
use checkrein::finding::Category;
use std::path::Path;

/// Measures them over `exfiltration.jsonl.gz`.
///
/// # Errors
/// Where the file is missing, or the guard fails.
pub fn measure(folder: &Path, report: &mut Report) -> Result<()> {
    let mut guarded = Guarded::new()?;
    let (mut found, mut leaking, mut wrong, mut ordinary) = (0_usize, 0_usize, 0_usize, 0_usize);
    for row in data::rows(folder, "exfiltration.jsonl.gz")? {
        let findings = guarded.output(&row.text)?;
        let seen = findings.iter().any(|finding| finding.category == Category::Exfiltration);
        if row.label == 1 {
            leaking += 1;
            found += usize::from(seen);
        } else {
            ordinary += 1;
            wrong += usize::from(seen);
        }
    }
    let measured = Exfiltration { recall: share(found, leaking), fpr: share(wrong, ordinary) };
    report.tables.push(format!(
        "exfiltration: {found} of {leaking} found, {wrong} of {ordinary} ordinary answers flagged\n"
    ));
    report.exfiltration = Some(measured);
    Ok(())
}
