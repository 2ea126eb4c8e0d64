//! JSON web tokens, told from look-alikes by their header.

use super::placeholder;
use crate::detect::gate::Candidate;
use crate::detect::registry::Found;
use crate::finding::Severity;
use crate::span::Span;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Takes a header that names an algorithm, and the two or four parts that follow it.
pub(super) fn check(candidate: &Candidate<'_>) -> Option<Found> {
    let header = candidate.value().strip_suffix('.')?;
    let json = URL_SAFE_NO_PAD.decode(header).ok()?;
    // Only a shape check: parsing JSON of a stranger is more than a detector needs.
    if !(is_object(&json) && json.windows(5).any(|name| name == b"\"alg\"")) {
        return None;
    }
    let rest = candidate.text.get(candidate.span.end..)?;
    let (payload, rest) = part(rest);
    let signature = rest.strip_prefix('.').map_or("", |rest| part(rest).0);
    if payload.len() < 4 {
        return None;
    }
    if signature.len() < 16 {
        // Unsigned, it opens little; what it says of somebody can be read all the same.
        let claims = URL_SAFE_NO_PAD.decode(payload).ok().filter(|claims| is_object(claims))?;
        let span = Span::new(candidate.span.start, candidate.span.end + payload.len());
        let known = claims.len() >= 16 && !placeholder::is_cut(candidate.text, span.end);
        return known.then_some(Found { span, severity: Severity::Medium, score: 600 });
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

/// Whether `json` is spelt like an object.
fn is_object(json: &[u8]) -> bool {
    let json = json.trim_ascii();
    json.starts_with(b"{") && json.ends_with(b"}") && json.contains(&b'"')
}

/// The base64url letters that `text` begins with, and the rest.
fn part(text: &str) -> (&str, &str) {
    let inside = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    let end = text.bytes().position(|b| !inside(b)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}
