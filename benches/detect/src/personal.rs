//! Personal data: what is found of the structured kinds, and how much of what is flagged is one.

use crate::Result;
use crate::data;
use crate::guarded::Guarded;
use crate::measure::share;
use crate::report::{Personal, Report};
use checkrein::finding::Category;
use checkrein::source::SourceKind;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// Kinds of the labelled text that have a structure.
const STRUCTURED: &[&str] =
    &["CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "PHONE_NUMBER", "US_SSN"];

/// Measures them over `personal.jsonl.gz`: a labelled span is found where a finding overlaps it.
///
/// # Errors
/// Where the file is missing, or the guard fails.
pub fn measure(folder: &Path, explain: bool, report: &mut Report) -> Result<()> {
    let mut guarded = Guarded::new()?;
    let mut kinds: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut rules: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let (mut found, mut spans, mut right, mut flagged) = (0_usize, 0_usize, 0_usize, 0_usize);
    for row in data::rows(folder, "personal.jsonl.gz")? {
        let byte =
            |at: usize| row.text.char_indices().nth(at).map_or(row.text.len(), |(byte, _)| byte);
        let labelled: Vec<(usize, usize, &str)> =
            row.spans.iter().map(|s| (byte(s.start), byte(s.end), s.kind.as_str())).collect();
        let findings = guarded.input(&row.text, SourceKind::ToolResult)?;
        let findings: Vec<(usize, usize, &str)> = findings
            .iter()
            .filter(|finding| finding.category == Category::Personal)
            .map(|finding| (finding.span.start, finding.span.end, finding.rule.as_ref()))
            .collect();
        let meets = |a: (usize, usize), b: (usize, usize)| a.0 < b.1 && b.0 < a.1;
        for label in &labelled {
            let met = findings.iter().any(|f| meets((f.0, f.1), (label.0, label.1)));
            let kind = kinds.entry(label.2.to_owned()).or_default();
            kind.0 += 1;
            kind.1 += usize::from(met);
            if STRUCTURED.contains(&label.2) {
                spans += 1;
                found += usize::from(met);
            }
        }
        for finding in findings {
            let met = labelled.iter().any(|l| meets((finding.0, finding.1), (l.0, l.1)));
            flagged += 1;
            right += usize::from(met);
            let rule = rules.entry(finding.2.to_owned()).or_default();
            rule.0 += 1;
            rule.1 += usize::from(met);
        }
    }
    let (precision, recall) = (share(right, flagged), share(found, spans));
    let f1 = if precision + recall > 0.0 {
        2.0 * precision * recall / (precision + recall)
    } else {
        0.0
    };
    let mut table = format!(
        "personal, structured kinds: {found} of {spans} found, {right} of {flagged} flagged are \
         labelled: F1 {f1:.3}\n"
    );
    if explain {
        for (kind, (labelled, found)) in &kinds {
            writeln!(table, "{kind}: {found} of {labelled} found")?;
        }
        for (rule, (flagged, right)) in &rules {
            writeln!(table, "{rule}: {right} of {flagged} flagged are labelled")?;
        }
    }
    table.push_str(&ordinary(folder, &mut guarded, explain)?);
    report.tables.push(table);
    report.personal = Some(Personal { f1 });
    Ok(())
}

/// What is flagged in text of which none is labelled: code, documents, mail and prompts.
fn ordinary(folder: &Path, guarded: &mut Guarded, explain: bool) -> Result<String> {
    let mut rules: BTreeMap<String, usize> = BTreeMap::new();
    let (mut texts, mut flagged) = (0_usize, 0_usize);
    for row in data::rows(folder, "injection.jsonl.gz")?.iter().filter(|row| row.label == 0) {
        texts += 1;
        let mut findings = guarded.input(&row.text, SourceKind::ToolResult)?;
        findings.retain(|finding| finding.category == Category::Personal);
        findings.dedup_by(|a, b| a.rule == b.rule);
        flagged += usize::from(!findings.is_empty());
        let mut seen: Vec<String> = findings.iter().map(|f| f.rule.to_string()).collect();
        seen.sort();
        seen.dedup();
        for rule in seen {
            if explain && rule != "personal/email" && rule != "personal/phone" {
                crate::eprint(&format!("{rule} {}\n", row.id));
            }
            *rules.entry(rule).or_default() += 1;
        }
    }
    let mut table = format!("personal data in {flagged} of {texts} ordinary texts\n");
    for (rule, count) in &rules {
        writeln!(table, "{rule}: in {count}")?;
    }
    Ok(table)
}
