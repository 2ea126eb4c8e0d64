//! Words of a text, and the comparison of phrases by their words.

use crate::span::Span;
use unicode_segmentation::UnicodeSegmentation;

/// The words of `text` (UAX #29; each ideograph is one), with their first byte. A colon ends a
/// word: `to:bob` names Bob.
pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    if text.is_ascii() {
        Words::Ascii(AsciiWords { text, at: 0 })
    } else {
        Words::Any(any_words(text))
    }
}

enum Words<'a, I> {
    Ascii(AsciiWords<'a>),
    Any(I),
}

impl<'a, I: Iterator<Item = (usize, &'a str)>> Iterator for Words<'a, I> {
    type Item = (usize, &'a str);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Words::Ascii(words) => words.next(),
            Words::Any(words) => words.next(),
        }
    }
}

fn any_words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.unicode_word_indices().flat_map(|(at, word)| {
        let mut start = at;
        word.split(':').filter_map(move |part| {
            let first = start;
            start += part.len() + 1;
            (!part.is_empty()).then_some((first, part))
        })
    })
}

/// The same words of a text without any other characters, and without tables.
struct AsciiWords<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for AsciiWords<'a> {
    type Item = (usize, &'a str);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        loop {
            let rest = bytes.get(self.at..)?;
            let start = self.at + rest.iter().position(|b| is_part(*b))?;
            let (mut end, mut says) = (start, false);
            while let Some(byte) = bytes.get(end).copied() {
                if is_part(byte) {
                    says |= byte != b'_';
                } else if !binds(bytes.get(end - 1), byte, bytes.get(end + 1)) {
                    break;
                }
                end += 1;
            }
            self.at = end;
            if says {
                return Some((start, self.text.get(start..end)?));
            }
        }
    }
}

/// Bytes that words are made of.
#[expect(clippy::indexing_slicing, reason = "made when it is compiled")]
const PARTS: [bool; 256] = {
    let mut parts = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        parts[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
        byte += 1;
    }
    parts
};

#[inline]
fn is_part(byte: u8) -> bool {
    PARTS.get(usize::from(byte)).copied().unwrap_or(false)
}

/// Whether `mark` joins two letters, or two digits, to one word.
fn binds(before: Option<&u8>, mark: u8, after: Option<&u8>) -> bool {
    let both = |is: fn(&u8) -> bool| before.is_some_and(is) && after.is_some_and(is);
    match mark {
        b'.' | b'\'' => both(u8::is_ascii_alphabetic) || both(u8::is_ascii_digit),
        b',' | b';' => both(u8::is_ascii_digit),
        _ => false,
    }
}

/// `file` of `files`: enough to compare the words that names of fields and tools are made of.
pub(super) fn singular(word: &str) -> &str {
    word.strip_suffix('s').unwrap_or(word)
}

/// `bob` of `bob's`: a possessive is not part of a name.
pub(super) fn stem(word: &str) -> Option<&str> {
    // Nearly all words have none, and this is asked of each.
    if word.bytes().all(|b| b.is_ascii() && b != b'\'') {
        return None;
    }
    word.split_once(['\'', '\u{2019}']).map(|(head, _)| head).filter(|head| !head.is_empty())
}

/// Whether `phrase` stands in `text` between the bounds of words.
pub(super) fn holds(text: &str, phrase: &str) -> bool {
    let phrase = phrase.trim();
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !phrase.is_empty()
        && text.match_indices(phrase).any(|(at, _)| {
            let before = text.get(..at).and_then(|head| head.chars().next_back());
            let after = text.get(at + phrase.len()..).and_then(|tail| tail.chars().next());
            !is_word(before) && !is_word(after)
        })
}

/// Whether any word of `text` can have a stem: nearly no text has an apostrophe.
pub(super) fn has_stems(text: &str) -> bool {
    !text.is_ascii() || memchr::memchr(b'\'', text.as_bytes()).is_some()
}

/// Whether a text is too short or too common to say where it came from: one or two characters
/// (ideographs excepted), a whole number under 5 digits.
pub(super) fn is_short(text: &str) -> bool {
    let text = text.trim();
    let digits = text.trim_start_matches(['-', '+', '#']);
    if !digits.is_empty() && digits.len() < 5 && digits.bytes().all(|b| b.is_ascii_digit()) {
        return true;
    }
    let mut letters = text.chars().filter(|c| c.is_alphanumeric());
    match (letters.next(), letters.next(), letters.next()) {
        (Some(_), Some(_), Some(_)) => false,
        (Some(a), Some(b), None) => !(stands_alone(a) && stands_alone(b)),
        _ => true,
    }
}

/// Sorted; of three or four bytes.
const STOP: &[&str] = &[
    "and", "are", "auf", "aus", "avec", "con", "das", "dem", "den", "der", "des", "die", "ein",
    "eine", "est", "for", "from", "für", "has", "into", "las", "les", "los", "mit", "not", "our",
    "para", "por", "pour", "que", "sur", "that", "the", "this", "und", "une", "von", "was", "will",
    "with", "you", "your", "zum", "zur",
];

/// Words that carry no content, in the languages of [`super::intent`].
pub(super) fn is_stop_word(word: &str) -> bool {
    word.chars().nth(2).is_none() && !word.chars().any(stands_alone)
        || (matches!(word.len(), 3 | 4) && STOP.binary_search(&word).is_ok())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Part of a word.
    Word,
    /// Separates words.
    Soft,
    /// Binds words where it stands between two: `@` in an address, `/` in a path.
    Binding,
}

fn class(c: char) -> Class {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => Class::Word,
        '@' | '/' | '\\' | '-' | '.' | '+' | '%' => Class::Binding,
        c if c.is_ascii() => Class::Soft,
        c if c.is_alphanumeric() || is_mark(c) => Class::Word,
        _ => Class::Soft,
    }
}

fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36F | 0x900..=0xDFF | 0xE31..=0xE3A | 0xE47..=0xE4E | 0x1AB0..=0x1AFF | 0x20D0..=0x20FF)
}

/// Whether `c` is a word by itself, as UAX #29 has it: ideographs, Hiragana, and the scripts of
/// South-East Asia that put no space between words.
fn stands_alone(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x2E80..=0x2FDF | 0x3005..=0x3007
        | 0x3040..=0x309F | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF
        | 0x20000..=0x3FFFF)
}

/// Whether `c`, between `before` and `after`, separates words rather than binds them.
fn separates(before: Option<char>, c: char, after: Option<char>) -> bool {
    let glued = |n: Option<char>| n.is_some_and(|n| class(n) != Class::Soft);
    match class(c) {
        Class::Word => false,
        Class::Soft => true,
        Class::Binding => !(glued(before) && glued(after)),
    }
}

/// A text as a sequence of word characters, each gap one space: `Mark,  Black` is `Mark Black`.
pub(super) struct Phrase {
    chars: Vec<char>,
}

impl Phrase {
    /// The phrase that `folded` spells.
    pub(super) fn new(folded: &str) -> Self {
        let mut chars: Vec<char> = Vec::with_capacity(folded.len());
        let (mut before, mut gap) = (None, false);
        let mut rest = folded.chars().peekable();
        while let Some(c) = rest.next() {
            if separates(before, c, rest.peek().copied()) {
                gap = !chars.is_empty();
            } else {
                if gap {
                    chars.push(' ');
                    gap = false;
                }
                chars.push(c);
            }
            before = Some(c);
        }
        Self { chars }
    }

    /// Where the phrase stands in `text`, if its characters from number `skip` on start at byte
    /// `at`; bounded by words on both sides.
    pub(super) fn stands_at(&self, text: &str, at: usize, skip: usize) -> Option<Span> {
        let (head, tail) = self.chars.split_at_checked(skip)?;
        let end = forward(text, at, tail)?;
        let start = backward(text, at, head)?;
        let span = Span::new(start, end);
        (opens(text, start) && closes(text, end)).then_some(span)
    }

    /// The letter with which the word behind `word` begins, where both are plain and `word` is
    /// that at character `skip`.
    pub(super) fn next_letter(&self, word: &str, skip: usize) -> Option<u8> {
        let behind = self.chars.get(skip + word.len()..).filter(|_| word.bytes().all(is_part))?;
        let [' ', next, ..] = behind else { return None };
        u8::try_from(*next).ok().filter(|next| is_part(*next))
    }

    /// Number of the character at which the word that starts at byte `at` of `folded` starts.
    pub(super) fn character_of(folded: &str, at: usize) -> usize {
        // The phrase of the text before it, and the gap between.
        let head = folded.get(..at).unwrap_or_default();
        let before = Phrase::new(folded.get(..at + next_len(folded, at)).unwrap_or(head));
        before.chars.len().saturating_sub(1)
    }

    /// Characters in it.
    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }
}

/// Whether the next word of `text` from byte `at` on can begin with `letter`. Nearly all places of
/// a word fail here.
pub(super) fn goes_on(text: &str, at: usize, letter: u8) -> bool {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let first = rest.iter().copied().find(|byte| is_part(*byte) || !byte.is_ascii());
    first.is_some_and(|first| first == letter || !first.is_ascii())
}

fn next_len(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
}

fn forward(text: &str, at: usize, pattern: &[char]) -> Option<usize> {
    let mut before = text.get(..at)?.chars().next_back();
    let mut rest = text.get(at..)?.char_indices().peekable();
    let mut pattern = pattern.iter();
    let mut gap = false;
    let mut wanted = match pattern.next() {
        None => return Some(at),
        Some(c) => *c,
    };
    while let Some((i, c)) = rest.next() {
        if separates(before, c, rest.peek().map(|(_, c)| *c)) {
            gap = true;
        } else {
            if gap {
                if wanted != ' ' {
                    return None;
                }
                wanted = *pattern.next()?;
                gap = false;
            }
            if wanted != c {
                return None;
            }
            match pattern.next() {
                None => return Some(at + i + c.len_utf8()),
                Some(c) => wanted = *c,
            }
        }
        before = Some(c);
    }
    None
}

fn backward(text: &str, at: usize, pattern: &[char]) -> Option<usize> {
    let mut after = text.get(at..)?.chars().next();
    let mut rest = text.get(..at)?.char_indices().rev().peekable();
    let mut pattern = pattern.iter().rev();
    let mut gap = false;
    let mut wanted = match pattern.next() {
        None => return Some(at),
        Some(c) => *c,
    };
    while let Some((i, c)) = rest.next() {
        if separates(rest.peek().map(|(_, c)| *c), c, after) {
            gap = true;
        } else {
            if gap {
                if wanted != ' ' {
                    return None;
                }
                wanted = *pattern.next()?;
                gap = false;
            }
            if wanted != c {
                return None;
            }
            match pattern.next() {
                None => return Some(i),
                Some(c) => wanted = *c,
            }
        }
        after = Some(c);
    }
    None
}

/// Whether a word can start at byte `at`: nothing binds it to what stands before.
fn opens(text: &str, at: usize) -> bool {
    let mut head = text.get(..at).unwrap_or_default().chars().rev();
    let first = text.get(at..).and_then(|rest| rest.chars().next());
    match head.next() {
        None => true,
        Some(c) if class(c) == Class::Word => apart(c, first),
        Some(c) => separates(head.next(), c, first),
    }
}

/// Whether a word can end before byte `at`.
fn closes(text: &str, at: usize) -> bool {
    let last = text.get(..at).and_then(|head| head.chars().next_back());
    let mut rest = text.get(at..).unwrap_or_default().chars();
    match rest.next() {
        None => true,
        Some(c) if class(c) == Class::Word => apart(c, last),
        Some(c) => separates(last, c, rest.next()),
    }
}

fn apart(a: char, b: Option<char>) -> bool {
    stands_alone(a) || b.is_none_or(stands_alone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

        #[test]
        fn ascii_words_are_what_unicode_says(text in "[ab1_.,;:'@ \\-\"\r\n\t\u{0}-\u{7f}]{0,24}") {
            let all: Vec<_> = any_words(&text).collect();
            prop_assert_eq!(words(&text).collect::<Vec<_>>(), all);
        }
    }

    proptest! {
        #[test]
        fn a_quick_look_misses_no_phrase(
            text in "([ab_]{1,2}[ .,'@/-]{1,2}|é ){0,12}",
            value in "[ab_]{1,2}([ .,'@/-]{1,2}[ab_é]{1,2}){1,3}",
        ) {
            let phrase = Phrase::new(&value);
            for (first, word) in words(&value) {
                let skip = Phrase::character_of(&value, first);
                let Some(next) = phrase.next_letter(word, skip) else { continue };
                for (at, other) in words(&text).filter(|(_, other)| *other == word) {
                    let stands = phrase.stands_at(&text, at, skip).is_some();
                    prop_assert!(!stands || goes_on(&text, at + other.len(), next));
                }
            }
        }
    }

    #[test]
    fn a_possessive_is_cut_off() {
        assert_eq!(
            (stem("bob's"), stem("bob\u{2019}s"), stem("bob")),
            (Some("bob"), Some("bob"), None)
        );
        assert_eq!((stem("'s"), stem("gr\u{fc}n")), (None, None));
    }

    fn stands(value: &str, text: &str) -> bool {
        let phrase = Phrase::new(value);
        let Some((first, _)) = words(value).next() else { return false };
        let skip = Phrase::character_of(value, first);
        text.char_indices().any(|(at, _)| phrase.stands_at(text, at, skip).is_some())
    }

    #[test]
    fn phrases_are_bounded_by_words() {
        assert!(stands("mark black", "tell mark, black said"));
        assert!(stands("bob", "ask bob's boss") && stands("bob", "(bob)") && stands("bob", "bob."));
        assert!(stands("general", "post in #general please") && stands("dora", "user=dora"));
        assert!(!stands("mark", "denmark") && !stands("mark", "mark.black@x.com"));
        assert!(!stands("bob", "bob@evil.com") && !stands("evil.com", "bob@evil.com"));
        assert!(!stands("etc", "/etc/passwd") && !stands("work", "co-work"));
        assert!(stands("bill.txt", "pay bill.txt.") && !stands("bill", "pay bill.txt"));
        assert!(!stands("c", "c++ code"));
        assert!(stands("report.pdf for mark", "the report.pdf for mark!"));
    }

    #[test]
    fn each_ideograph_is_a_word() {
        assert_eq!(words("删除文件").count(), 4);
        assert!(stands("删除", "请删除文件") && !stands("删文", "请删除文件"));
        assert!(!stands("カタ", "カタカナ"));
    }

    #[test]
    fn stop_words_can_be_searched() {
        assert!(STOP.is_sorted() && STOP.iter().all(|word| is_stop_word(word)));
        assert!(!is_stop_word("bob") && is_stop_word("of"));
    }

    #[test]
    fn short_values_say_nothing() {
        for short in ["", "13", "-5", "#1234", "ok", "a", "no"] {
            assert!(is_short(short), "{short}");
        }
        for long in ["12345", "yes", "bob", "削除", "a1b"] {
            assert!(!is_short(long), "{long}");
        }
    }
}
