//! Words around a number that say what it is.

use crate::span::Span;

/// How far before and after a number words are read, in bytes.
const BEFORE: usize = 64;
const AFTER: usize = 32;

/// Whether one of `words` (lower case) stands near `span`; after `|` a word may not go on.
pub(super) fn near(text: &str, span: Span, words: &[&str]) -> bool {
    let bytes = text.as_bytes();
    let before = bytes.get(span.start.saturating_sub(BEFORE)..span.start).unwrap_or_default();
    let end = (span.end + AFTER).min(bytes.len());
    let after = bytes.get(span.end..end).unwrap_or_default();
    has_word(before, words) || has_word(after, words)
}

/// Whether one of `words` begins a word of `text`, in either case.
fn has_word(text: &[u8], words: &[&str]) -> bool {
    let mut inside = false;
    text.iter().enumerate().any(|(at, byte)| {
        let begins = !inside;
        inside = byte.is_ascii_alphanumeric();
        begins
            && !byte.is_ascii_whitespace()
            && words.iter().any(|word| {
                let whole = word.ends_with('|');
                let word = word.trim_end_matches('|').as_bytes();
                let next = text.get(at + word.len());
                let goes_on = next.is_some_and(u8::is_ascii_alphanumeric);
                !(whole && goes_on)
                    && word.first().is_some_and(|first| first.eq_ignore_ascii_case(byte))
                    && text
                        .get(at..at + word.len())
                        .is_some_and(|part| part.eq_ignore_ascii_case(word))
            })
    })
}
