//! Where a URL ends in the sentence around it.

use crate::span::Span;

/// Marks that are taken from the end of a URL at most.
const MAX_TRIM: usize = 32;

/// A run that is a URL without scheme as a whole, the punctuation around it aside.
pub(super) fn bare_url(chunk: &str) -> Option<Span> {
    if !chunk.contains('.') || !chunk.contains('/') || chunk.contains("://") {
        return None;
    }
    let body = chunk.trim_start_matches(['(', '[', '<', '"', '\'', '*']);
    let start = chunk.len() - body.len();
    let body = trim_url(body.trim_end_matches(['>', '"']));
    let odd = |c: char| "\"<>()[]{}|;`,@".contains(c);
    (!body.contains(odd)).then(|| Span::new(start, start + body.len()))
}

/// A URL without the punctuation of the sentence around it.
pub(super) fn trim_url(mut url: &str) -> &str {
    for _ in 0..MAX_TRIM {
        let trimmed = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '’', '。']);
        let unopened = |open: char, close: char| {
            trimmed.ends_with(close)
                && trimmed.matches(close).count() > trimmed.matches(open).count()
        };
        let closes = unopened('(', ')') || unopened('[', ']');
        let next =
            if closes { trimmed.get(..trimmed.len() - 1).unwrap_or(trimmed) } else { trimmed };
        if next.len() == url.len() {
            return url;
        }
        url = next;
    }
    url
}
