//! Answers that carry data out in a link or an image.

use crate::Result;
use crate::data;
use crate::guarded::Guarded;
use crate::measure::share;
use crate::report::{Exfiltration, Report};
use checkrein::finding::{Category, Severity};
use std::path::Path;

/// Measures them over `exfiltration.jsonl.gz`.
///
/// # Errors
/// Where the file is missing, or the guard fails.
pub fn measure(folder: &Path, explain: bool, report: &mut Report) -> Result<()> {
    let mut guarded = Guarded::new()?;
    let (mut found, mut leaking, mut wrong, mut ordinary) = (0_usize, 0_usize, 0_usize, 0_usize);
    let mut rules: Vec<String> = Vec::new();
    let (mut sure_found, mut sure_wrong) = (0_usize, 0_usize);
    for row in data::rows(folder, "exfiltration.jsonl.gz")? {
        let findings = guarded.output(&row.text)?;
        let sure = findings.iter().any(|finding| {
            finding.category == Category::Exfiltration && finding.severity > Severity::Low
        });
        if row.label == 1 {
            sure_found += usize::from(sure);
        } else {
            sure_wrong += usize::from(sure);
        }
        let seen = findings.iter().any(|finding| finding.category == Category::Exfiltration);
        if row.label == 1 {
            leaking += 1;
            found += usize::from(seen);
        } else {
            ordinary += 1;
            wrong += usize::from(seen);
            if explain && seen {
                rules.push(format!("{} {:?}", row.id, named(&findings)));
            }
        }
    }
    let measured = Exfiltration { recall: share(found, leaking), fpr: share(wrong, ordinary) };
    report.tables.push(format!(
        "exfiltration: {found} of {leaking} found, {wrong} of {ordinary} ordinary answers flagged\n\
         above low severity: {sure_found} and {sure_wrong}\n{}\n",
        rules.join("\n")
    ));
    report.exfiltration = Some(measured);
    Ok(())
}

/// The rules of exfiltration that found something.
fn named(findings: &[checkrein::finding::Finding]) -> Vec<&str> {
    let carried = findings.iter().filter(|f| f.category == Category::Exfiltration);
    carried.map(|finding| finding.rule.as_ref()).collect()
}
