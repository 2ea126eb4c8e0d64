//! Private keys that stand between no PEM lines: those of PuTTY, of XML and of JSON.

use super::placeholder;
use crate::detect::gate::Candidate;
use crate::detect::registry::Found;
use crate::span::{self, Span};

/// How far around it the name of the form is looked for, and how long a key can be.
const REACH: usize = 4096;

/// Takes the beginning of a key's letters where the form is named near it, and reads on to their end.
pub(super) fn check(candidate: &Candidate<'_>) -> Option<Found> {
    let Span { start, end } = candidate.value;
    let text = candidate.text;
    let before = text.get(span::floor(text, start.saturating_sub(REACH))..start)?;
    let rest = text.get(end..)?;
    let (named, in_lines) = match candidate.pattern.kind {
        "xml_key" => (before.contains("<RSAKeyValue>"), true),
        "json_key" => {
            let after = rest.find("\"kty\"").is_some_and(|at| at < REACH);
            (after || before.contains("\"kty\""), false)
        }
        _ => (true, true),
    };
    let inside = |b: u8| {
        b.is_ascii_alphanumeric() || b"+/=_-".contains(&b) || in_lines && b.is_ascii_whitespace()
    };
    let more = rest.bytes().take(REACH).take_while(|byte| inside(*byte)).count();
    let value = text.get(start..end + more)?;
    // The line after those of PuTTY: a name, not a part of the key.
    let value = value.split("Private-MAC").next()?.trim_end();
    let pattern = candidate.pattern;
    let span = Span::new(start, start + value.len());
    (named && !placeholder::is_obvious(value) && placeholder::distinct(value) >= 12)
        .then_some(Found { span, severity: pattern.severity, score: pattern.score })
}
