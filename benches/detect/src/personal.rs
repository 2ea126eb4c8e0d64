//! Personal data: what is found of the structured kinds, and how much of what is flagged is one.

use crate::Result;
use crate::data;
use crate::guarded::Guarded;
use crate::measure::share;
use crate::report::{Personal, Report};
use checkrein::finding::Category;
use checkrein::source::SourceKind;
use std::path::Path;

/// Kinds of the labelled text that have a structure.
const STRUCTURED: &[&str] =
    &["CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "PHONE_NUMBER", "US_SSN"];

/// Measures them over `personal.jsonl.gz`: a labelled span is found where a finding overlaps it.
///
/// # Errors
/// Where the file is missing, or the guard fails.
pub fn measure(folder: &Path, report: &mut Report) -> Result<()> {
    let mut guarded = Guarded::new()?;
    let (mut found, mut spans, mut right, mut flagged) = (0_usize, 0_usize, 0_usize, 0_usize);
    for row in data::rows(folder, "personal.jsonl.gz")? {
        let byte =
            |at: usize| row.text.char_indices().nth(at).map_or(row.text.len(), |(byte, _)| byte);
        let labelled: Vec<(usize, usize, bool)> = row
            .spans
            .iter()
            .map(|s| (byte(s.start), byte(s.end), STRUCTURED.contains(&s.kind.as_str())))
            .collect();
        let findings = guarded.input(&row.text, SourceKind::ToolResult)?;
        let findings: Vec<(usize, usize)> = findings
            .iter()
            .filter(|finding| finding.category == Category::Personal)
            .map(|finding| (finding.span.start, finding.span.end))
            .collect();
        let meets = |a: (usize, usize), b: (usize, usize)| a.0 < b.1 && b.0 < a.1;
        for label in labelled.iter().filter(|label| label.2) {
            spans += 1;
            found += usize::from(findings.iter().any(|f| meets(*f, (label.0, label.1))));
        }
        for finding in findings {
            flagged += 1;
            right += usize::from(labelled.iter().any(|l| meets(finding, (l.0, l.1))));
        }
    }
    let (precision, recall) = (share(right, flagged), share(found, spans));
    let f1 = if precision + recall > 0.0 {
        2.0 * precision * recall / (precision + recall)
    } else {
        0.0
    };
    report.tables.push(format!(
        "personal, structured kinds: {found} of {spans} found, {right} of {flagged} flagged are \
         labelled: F1 {f1:.3}\n"
    ));
    report.personal = Some(Personal { f1 });
    Ok(())
}
