//! Private keys between PEM lines.

use crate::detect::gate::Candidate;
use crate::detect::registry::Found;
use crate::span::{self, Span};

/// How far the closing line is looked for: an RSA key of 16,384 bits takes 13 KB.
const REACH: usize = 16 * 1024;
/// Letters of base64 without which nothing is a key.
const SHORTEST: usize = 40;

/// Takes an opening line that is followed by a key's worth of base64, closing line and all.
pub(super) fn check(candidate: &Candidate<'_>) -> Option<Found> {
    let rest = candidate.text.get(candidate.span.end..)?;
    let rest = rest.get(..span::floor(rest, REACH))?;
    let body_end = rest.find("-----").unwrap_or_else(|| unclosed(rest));
    let body = rest.get(..body_end)?;
    let letters = body.bytes().filter(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b)).count();
    if letters < SHORTEST || super::placeholder::distinct(body) < 12 || body.contains("...") {
        return None;
    }
    let closing = rest.get(body_end..).and_then(|tail| {
        let line = tail.strip_prefix("-----END ")?;
        Some("-----END ".len() + line.find("-----")? + "-----".len())
    });
    // A long closing line is no closing line.
    let closing = closing.filter(|length| *length < 64).unwrap_or(0);
    let span = Span::new(candidate.span.start, candidate.span.end + body_end + closing);
    let pattern = candidate.pattern;
    Some(Found { span, severity: pattern.severity, score: pattern.score })
}

/// Where the base64 ends that has no closing line: at the first byte no PEM body has.
fn unclosed(rest: &str) -> usize {
    let inside = |b: u8| b.is_ascii_alphanumeric() || b"+/=\r\n \t\\:,-".contains(&b);
    rest.bytes().position(|b| !inside(b)).unwrap_or(rest.len())
}
