//! Secrets: how many are found, and how much of what is flagged is one.

use crate::Result;
use crate::data;
use crate::guarded::Guarded;
use crate::measure::share;
use crate::peers::{Beside, Peers};
use crate::report::{self, Report, Secrets};
use checkrein::finding::{Category, Finding};
use checkrein::source::SourceKind;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

/// Rules that know no kind of secret: they go by what stands around a value.
const GENERIC: &[&str] = &[
    "secret/named_key",
    "secret/password",
    "secret/authorization",
    "secret/service_key",
    "secret/credential_pair",
    "secret/encoded_credentials",
    "secret/unseal_key",
    "secret/join_token",
    "secret/network_password",
    "secret/pin",
    "secret/login_key",
    "secret/default_value",
    "secret/compared",
    "secret/connection_string",
    "secret/url_password",
    "secret/command_password",
    "secret/database_password",
    "secret/device_password",
    "secret/seed_phrase",
];

/// What became of the secrets of one kind.
#[derive(Debug, Default)]
struct Kind {
    secrets: usize,
    /// Found by a rule that knows the form.
    by_form: usize,
    /// Found by surroundings alone.
    by_context: usize,
    /// Rows of the kind that hold no secret, and are flagged.
    wrong: usize,
    /// Ids of the rows that came out wrong: never their text.
    rows: Vec<String>,
}

/// Measures them over `secret.jsonl.gz`. With `explain`, also what was missed and wrongly flagged of each kind.
///
/// # Errors
/// Where the file is missing, or the guard fails.
pub fn measure(
    folder: &Path,
    explain: bool,
    peers: Option<&Peers>,
    report: &mut Report,
) -> Result<()> {
    let mut guarded = Guarded::new()?;
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
    let mut wrong_by_rule: BTreeMap<String, usize> = BTreeMap::new();
    let rows = data::rows(folder, "secret.jsonl.gz")?;
    let (mut took, mut varied, mut varied_found) = (0.0, 0, 0);
    for row in rows.iter().cloned() {
        let began = Instant::now();
        let mut findings = guarded.input(&row.text, SourceKind::ToolResult)?;
        took += began.elapsed().as_secs_f64() * 1e6;
        findings.retain(|finding| finding.category == Category::Secret);
        let kind = kinds.entry(row.secret.unwrap_or_default()).or_default();
        let by_form = findings.iter().any(|finding| !is_generic(finding));
        if row.label == 1 {
            if holds_varied(&row.text) {
                varied += 1;
                varied_found += usize::from(!findings.is_empty());
            }
            kind.secrets += 1;
            match (findings.is_empty(), by_form) {
                (true, _) => kind.rows.push(row.id),
                (_, true) => kind.by_form += 1,
                (_, false) => kind.by_context += 1,
            }
        } else if !findings.is_empty() {
            kind.wrong += 1;
            kind.rows.push(row.id);
            for finding in &findings {
                *wrong_by_rule.entry(finding.rule.to_string()).or_default() += 1;
            }
        }
    }
    let sum = |count: fn(&Kind) -> usize| kinds.values().map(count).sum::<usize>();
    let secrets = sum(|kind| kind.secrets);
    let found = sum(|kind| kind.by_form + kind.by_context);
    let wrong = sum(|kind| kind.wrong);
    let flagged = found + wrong;
    // A kind of which no row is found by its form is a kind that no rule was written for.
    let unknown = |kind: &&Kind| kind.by_form == 0;
    let held_out: usize = kinds.values().filter(unknown).map(|kind| kind.secrets).sum();
    let held_out_found: usize = kinds.values().filter(unknown).map(|kind| kind.by_context).sum();
    let measured = Secrets {
        precision: share(found, flagged),
        recall: share(found, secrets),
        held_out_recall: share(held_out_found, held_out),
        varied_recall: share(varied_found, varied),
        kinds: kinds.iter().map(|(name, kind)| kind.named(name)).collect(),
    };
    let mut table = format!(
        "secrets: {found} of {secrets} found, {flagged} flagged: precision {:.3}, recall {:.3}\n\
         kinds that no rule knows by form: {held_out_found} of {held_out} found by surroundings: \
         recall {:.3}\n\
         rows with a value that was not typed by hand: {varied_found} of {varied}: recall {:.3}\n",
        measured.precision, measured.recall, measured.held_out_recall, measured.varied_recall
    );
    if explain {
        writeln!(table, "kind | secrets | by form | by context | wrongly flagged | rows")?;
        for (name, kind) in kinds.iter().filter(|(_, kind)| !kind.rows.is_empty()) {
            let (n, form, context) = (kind.secrets, kind.by_form, kind.by_context);
            let rows = kind.rows.join(" ");
            writeln!(table, "{name} | {n} | {form} | {context} | {} | {rows}", kind.wrong)?;
        }
        writeln!(table, "wrongly flagged by: {wrong_by_rule:?}")?;
    }
    table.push_str(&guarded.steering());
    table.push_str(&guarded.ordinary(folder, Category::Secret, "secrets", &[], explain)?);
    report.tables.push(table);
    if let Some(peers) = peers {
        let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
        for peer in peers.of("secrets") {
            let mut beside = Beside::new(peer);
            if peer.missing.is_none() {
                let answers = peers.ask(peer, &texts)?;
                let of = || rows.iter().zip(&answers).filter(|(_, answer)| answer.flagged);
                let right = of().filter(|(row, _)| row.label == 1).count();
                beside.counted([right, of().count()], [right, secrets]);
                beside.timed(&answers, took * share(1, rows.len()));
                beside.our_precision = Some(measured.precision);
                beside.our_recall = Some(measured.recall);
            }
            report.peers.push(beside);
        }
    }
    report.secrets = Some(measured);
    Ok(())
}

impl Kind {
    fn named(&self, name: &str) -> report::Kind {
        let found = self.by_form + self.by_context;
        report::Kind { kind: name.to_owned(), n: self.secrets, found, wrong: self.wrong }
    }
}

/// Whether a word of letters and digits stands in `text` that no hand typed: of its characters, no five in a row are the
/// same or follow each other in the alphabet.
fn holds_varied(text: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || "_+/=-".contains(c);
    text.split(|c: char| !inside(c)).any(|word| {
        let count = |is: fn(&u8) -> bool| word.bytes().filter(is).count();
        let (mut run, mut longest) = (1, 1);
        for pair in word.as_bytes().windows(2) {
            let follows = matches!(pair, [a, b] if a.abs_diff(*b) <= 1);
            run = if follows { run + 1 } else { 1 };
            longest = longest.max(run);
        }
        word.len() >= 12
            && count(u8::is_ascii_digit) >= 2
            && count(u8::is_ascii_alphabetic) >= 4
            && longest < 5
    })
}

fn is_generic(finding: &Finding) -> bool {
    GENERIC.contains(&finding.rule.as_ref())
}

#[cfg(test)]
mod tests {
    use super::holds_varied;

    #[test]
    fn what_a_hand_types_is_told_from_chance() {
        for text in ["abcdefghij1234567890", "xxxxxxxxxxxx11", "no digits here", "k8s-cluster"] {
            assert!(!holds_varied(text), "{text}");
        }
        assert!(holds_varied("key = q7Jd0Zt4mVx1LpW9"));
    }
}
