//! Words around a number that say what it is.

use crate::span::Span;

/// How far before and after a number words are read, in bytes.
const BEFORE: usize = 64;
const AFTER: usize = 32;

/// Whether one of `words` (lower case) stands near `span`; after `|` a word may not go on.
pub(super) fn near(text: &str, span: Span, words: &[&str]) -> bool {
    debug_assert!(words.iter().all(|word| word.bytes().next().is_some_and(is_first)), "{words:?}");
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
        begins && is_first(*byte) && words.iter().any(|word| stands(word, text, at))
    })
}

/// Whether a word can begin with `byte`: numbers stand in rows, and nothing is compared there.
fn is_first(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// Whether `word` stands at `at`.
fn stands(word: &str, text: &[u8], at: usize) -> bool {
    let bytes = word.as_bytes();
    let (Some(first), Some(byte)) = (bytes.first(), text.get(at)) else { return false };
    if !first.eq_ignore_ascii_case(byte) {
        return false;
    }
    let bytes = bytes.strip_suffix(b"|").unwrap_or(bytes);
    let end = at + bytes.len();
    let goes_on = || text.get(end).is_some_and(u8::is_ascii_alphanumeric);
    text.get(at..end).is_some_and(|part| part.eq_ignore_ascii_case(bytes))
        && !(word.ends_with('|') && goes_on())
}
