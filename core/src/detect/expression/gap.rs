//! What stands between the parts of an expression.

use super::compile;
use regex_automata::meta::Regex;
use std::sync::OnceLock;

/// Bytes between words.
pub(super) const GAP: &str = r"(?:[^\w.!?\x80-\xff]{1,3})";
/// Up to [`MOST_WORDS`] words between two.
pub(super) const WORDS: &str =
    r"(?:[^\w.!?\x80-\xff]{1,3}[\w\x80-\xff'-]+){0,4}?[^\w.!?\x80-\xff]{1,3}";

/// What a gap of bytes does not reach over, where it does not say: the end of a sentence.
const ENDS: &str = r".!?\n";
/// Words between two, at most.
const MOST_WORDS: usize = 4;

/// What may stand between two parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Gap {
    /// ` ~ `: up to four words.
    Words,
    /// ` ~60~ ` or ` ~60 not ;|~ `: up to so many bytes, none of which is one of `ends`.
    Bytes { most: usize, ends: Vec<u8> },
}

impl Gap {
    /// How long it is at most.
    pub(super) fn most(&self) -> usize {
        match self {
            Self::Words => usize::MAX,
            Self::Bytes { most, .. } => *most,
        }
    }

    /// How many places to begin at can be in reach at once.
    pub(super) fn crowd(&self) -> usize {
        match self {
            Self::Words => MOST_WORDS + 2,
            Self::Bytes { most, .. } => most.saturating_add(2),
        }
    }

    /// Whether it may end at `at`, from wherever it begins.
    pub(super) fn may_end(&self, bytes: &[u8], at: usize) -> bool {
        match self {
            Self::Words => {
                at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(|byte| {
                    byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"_.!?".contains(byte)
                })
            }
            Self::Bytes { .. } => true,
        }
    }
}

/// Whether `between` is up to four words, with bytes of no word around.
pub(super) fn are_words(between: &[u8]) -> bool {
    static ALL: OnceLock<Option<Regex>> = OnceLock::new();
    let all = ALL.get_or_init(|| compile(&format!(r"\A{WORDS}\z"), true));
    all.as_ref().is_some_and(|words| words.is_match(between))
}

/// Cuts `expression` at its first gap outside all brackets: what stands before it, the gap, and what
/// stands behind. One of several alternatives is not cut.
pub(super) fn cut(expression: &str) -> (&str, Option<(Gap, &str)>) {
    let bytes = expression.as_bytes();
    let mut found = None;
    let (mut depth, mut in_class, mut at) = (0_usize, false, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            // A bracket that a class begins with is one of its members.
            b'[' if !in_class => {
                in_class = true;
                at += usize::from(bytes.get(at + 1) == Some(&b'^'));
                at += usize::from(bytes.get(at + 1) == Some(&b']'));
            }
            b']' => in_class = false,
            b'(' if !in_class => depth += 1,
            b')' if !in_class => depth = depth.saturating_sub(1),
            b'|' if !in_class && depth == 0 => return (expression, None),
            b' ' if !in_class && depth == 0 && found.is_none() => {
                let (before, rest) = expression.split_at(at);
                if let Some((gap, behind)) = gap(rest) {
                    at = expression.len() - behind.len();
                    found = Some((before, Some((gap, behind))));
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    found.unwrap_or((expression, None))
}

/// The gap that `text` begins with, and what stands behind it.
fn gap(text: &str) -> Option<(Gap, &str)> {
    if let Some(behind) = text.strip_prefix(" ~ ") {
        return Some((Gap::Words, behind));
    }
    let (inner, behind) = text.strip_prefix(" ~")?.split_once("~ ")?;
    let (most, ends) = inner.split_once(" not ").unwrap_or((inner, ENDS));
    let ends = ends.replace(r"\n", "\n").into_bytes();
    Some((Gap::Bytes { most: most.parse().ok()?, ends }, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_cut_outside_brackets() {
        let bytes = |most, ends: &str| Gap::Bytes { most, ends: ends.into() };
        assert_eq!(cut("a ~ b ~ c"), ("a", Some((Gap::Words, "b ~ c"))));
        assert_eq!(cut("a ~60~ b"), ("a", Some((bytes(60, ".!?\n"), "b"))));
        assert_eq!(cut(r"a ~9 not \n:~ b"), ("a", Some((bytes(9, "\n:"), "b"))));
        assert_eq!(cut("a ~9 not ~ b"), ("a", Some((bytes(9, ""), "b"))));
        assert_eq!(cut(r"(?:a ~ b)[^] (] ~ c\( ~ d").0, r"(?:a ~ b)[^] (]");
        for whole in [
            "a b",
            "(a ~ b)",
            r"a~9~b",
            "a ~x~ b",
            "a ~ b|c",
            "[ ~ ]",
            r"\( ~ \)x".get(..2).unwrap(),
        ] {
            assert_eq!(cut(whole), (whole, None));
        }
    }

    #[test]
    fn words_between_are_few_and_in_one_sentence() {
        for between in [" ", ", ", " all ", " a b c d ", " it's well-known ", " é "] {
            assert!(are_words(between.as_bytes()), "{between}");
        }
        for between in ["", "x", " x", "    ", ". ", " a. ", " a b c d e ", " a! "] {
            assert!(!are_words(between.as_bytes()), "{between}");
        }
    }
}
