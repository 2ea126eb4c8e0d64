//! JSON web tokens, told from look-alikes by their header.

use crate::detect::gate::Candidate;
use crate::detect::registry::Found;
use crate::span::Span;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Takes a header that names an algorithm, and the two or four parts that follow it.
pub(super) fn check(candidate: &Candidate<'_>) -> Option<Found> {
    let header = candidate.value().strip_suffix('.')?;
    let json = URL_SAFE_NO_PAD.decode(header).ok()?;
    let json = std::str::from_utf8(&json).ok()?;
    // Only a shape check: parsing JSON of a stranger is more than a detector needs.
    if !(json.trim_end().ends_with('}') && json.contains("\"alg\"")) {
        return None;
    }
    let rest = candidate.text.get(candidate.span.end..)?;
    let (payload, rest) = part(rest);
    let signature = rest.strip_prefix('.').map_or("", |rest| part(rest).0);
    if payload.len() < 4 || signature.len() < 16 {
        // Unsigned or cut off: it opens nothing.
        return None;
    }
    let mut end = candidate.span.end;
    let mut tail = rest;
    end += payload.len();
    while let Some(next) = tail.strip_prefix('.') {
        let (section, after) = part(next);
        if section.is_empty() {
            break;
        }
        end += 1 + section.len();
        tail = after;
    }
    let span = Span::new(candidate.span.start, end);
    let pattern = candidate.pattern;
    Some(Found { span, severity: pattern.severity, score: pattern.score })
}

/// The base64url letters that `text` begins with, and the rest.
fn part(text: &str) -> (&str, &str) {
    let inside = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    let end = text.bytes().position(|b| !inside(b)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}
