//! Secrets: how many are found, and how much of what is flagged is one.

use crate::Result;
use crate::data;
use crate::guarded::Guarded;
use crate::measure::share;
use crate::report::{Report, Secrets};
use checkrein::finding::{Category, Finding};
use checkrein::source::SourceKind;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// Rules that know no kind of secret: they go by what stands around a value.
const GENERIC: &[&str] = &[
    "secret/named_key",
    "secret/password",
    "secret/authorization",
    "secret/service_key",
    "secret/connection_string",
    "secret/url_password",
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
pub fn measure(folder: &Path, explain: bool, report: &mut Report) -> Result<()> {
    let mut guarded = Guarded::new()?;
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
    let mut wrong_by_rule: BTreeMap<String, usize> = BTreeMap::new();
    for row in data::rows(folder, "secret.jsonl.gz")? {
        let mut findings = guarded.input(&row.text, SourceKind::ToolResult)?;
        findings.retain(|finding| finding.category == Category::Secret);
        let kind = kinds.entry(row.secret.unwrap_or_default()).or_default();
        let by_form = findings.iter().any(|finding| !is_generic(finding));
        if row.label == 1 {
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
    let measured = Secrets { precision: share(found, flagged), recall: share(found, secrets) };
    let mut table = format!(
        "secrets: {found} of {secrets} found, {flagged} flagged: precision {:.3}, recall {:.3}\n\
         kinds that no rule knows by form: {held_out_found} of {held_out} found by surroundings: \
         recall {:.3}\n",
        measured.precision,
        measured.recall,
        share(held_out_found, held_out)
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
    report.tables.push(table);
    report.secrets = Some(measured);
    Ok(())
}

fn is_generic(finding: &Finding) -> bool {
    GENERIC.contains(&finding.rule.as_ref())
}
