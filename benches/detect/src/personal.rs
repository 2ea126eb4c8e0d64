//! Personal data: what is found of the structured kinds, and how much of what is flagged is one.

use crate::Result;
use crate::data;
use crate::guarded::Guarded;
use crate::measure::share;
use crate::peers::{Answer, Beside, Peers};
use crate::report::{Kind, Personal, Report};
use checkrein::finding::Category;
use checkrein::source::SourceKind;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

/// Kinds of the labelled text that have a structure.
const STRUCTURED: &[&str] =
    &["CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "PHONE_NUMBER", "US_SSN"];

/// What one library found, ours or another.
#[derive(Debug, Default)]
struct Tally {
    /// By labelled kind: how many there are, and how many of them are found.
    kinds: BTreeMap<String, (usize, usize)>,
    /// By what the library calls it: how many findings, and how many of them are labelled.
    rules: BTreeMap<String, (usize, usize)>,
}

impl Tally {
    /// Adds a text: what is `labelled` in it, and what was `found`, in the same unit.
    fn add(&mut self, labelled: &[(usize, usize, &str)], found: &[(usize, usize, &str)]) {
        let meets = |a: &(usize, usize, &str), b: &(usize, usize, &str)| a.0 < b.1 && b.0 < a.1;
        for label in labelled {
            let kind = self.kinds.entry(label.2.to_owned()).or_default();
            kind.0 += 1;
            kind.1 += usize::from(found.iter().any(|f| meets(f, label)));
        }
        for finding in found {
            let rule = self.rules.entry(finding.2.to_owned()).or_default();
            rule.0 += 1;
            rule.1 += usize::from(labelled.iter().any(|l| meets(finding, l)));
        }
    }

    /// Labelled findings and all of them.
    fn flagged(&self) -> [usize; 2] {
        let sum = |part: fn(&(usize, usize)) -> usize| self.rules.values().map(part).sum();
        [sum(|rule| rule.1), sum(|rule| rule.0)]
    }

    /// Found and labelled, of the structured kinds.
    fn found(&self) -> [usize; 2] {
        let of = || self.kinds.iter().filter(|(kind, _)| STRUCTURED.contains(&kind.as_str()));
        [of().map(|(_, kind)| kind.1).sum(), of().map(|(_, kind)| kind.0).sum()]
    }
}

/// Measures them over `personal.jsonl.gz`: a labelled span is found where a finding overlaps it.
///
/// # Errors
/// Where the file is missing, the guard fails, or a library cannot be run.
pub fn measure(
    folder: &Path,
    explain: bool,
    peers: Option<&Peers>,
    report: &mut Report,
) -> Result<()> {
    let mut guarded = Guarded::new()?;
    let rows = data::rows(folder, "personal.jsonl.gz")?;
    let mut tally = Tally::default();
    let mut took = 0.0;
    for row in &rows {
        let byte =
            |at: usize| row.text.char_indices().nth(at).map_or(row.text.len(), |(byte, _)| byte);
        let labelled: Vec<(usize, usize, &str)> =
            row.spans.iter().map(|s| (byte(s.start), byte(s.end), s.kind.as_str())).collect();
        let began = Instant::now();
        let findings = guarded.input(&row.text, SourceKind::ToolResult)?;
        took += began.elapsed().as_secs_f64() * 1e6;
        let found: Vec<(usize, usize, &str)> = findings
            .iter()
            .filter(|finding| finding.category == Category::Personal)
            .map(|finding| (finding.span.start, finding.span.end, finding.rule.as_ref()))
            .collect();
        tally.add(&labelled, &found);
    }
    let ([right, flagged], [found, spans]) = (tally.flagged(), tally.found());
    let (precision, recall) = (share(right, flagged), share(found, spans));
    let f1 = harmonic(precision, recall);
    let mut table = format!(
        "personal, structured kinds: {found} of {spans} found, {right} of {flagged} flagged are \
         labelled: F1 {f1:.3}\n"
    );
    if explain {
        for (kind, (labelled, found)) in &tally.kinds {
            writeln!(table, "{kind}: {found} of {labelled} found")?;
        }
        for (rule, (flagged, right)) in &tally.rules {
            writeln!(table, "{rule}: {right} of {flagged} flagged are labelled")?;
        }
    }
    table.push_str(&guarded.steering());
    let common = ["personal/email", "personal/phone"];
    let (category, called) = (Category::Personal, "personal data");
    table.push_str(&guarded.ordinary(folder, category, called, &common, explain)?);
    report.tables.push(table);
    for peer in peers.into_iter().flat_map(|peers| peers.of("personal")) {
        let mut beside = Beside::new(peer);
        if let (Some(peers), None) = (peers, &peer.missing) {
            let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
            let answers = peers.ask(peer, &texts)?;
            let tally = theirs(&rows, &answers);
            beside.counted(tally.flagged(), tally.found());
            beside.timed(&answers, took * share(1, rows.len()));
            beside.our_precision = Some(precision);
            beside.our_recall = Some(recall);
        }
        report.peers.push(beside);
    }
    let kind = |(kind, (n, found)): (String, (usize, usize))| Kind { kind, n, found, wrong: 0 };
    let kinds = tally.kinds.into_iter().map(kind).collect();
    report.personal = Some(Personal { f1, precision, recall, kinds });
    Ok(())
}

/// What another library found, counted in characters as the labels are.
fn theirs(rows: &[data::Row], answers: &[Answer]) -> Tally {
    let mut tally = Tally::default();
    for (row, answer) in rows.iter().zip(answers) {
        let labelled: Vec<(usize, usize, &str)> =
            row.spans.iter().map(|s| (s.start, s.end, s.kind.as_str())).collect();
        let found: Vec<(usize, usize, &str)> =
            answer.spans.iter().map(|(start, end, kind)| (*start, *end, kind.as_str())).collect();
        tally.add(&labelled, &found);
    }
    tally
}

fn harmonic(precision: f64, recall: f64) -> f64 {
    let sum = precision + recall;
    if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 }
}
