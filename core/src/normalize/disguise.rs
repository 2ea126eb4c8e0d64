//! Plain letters in disguise: ROT13, backwards, upside down, spaced out, leet.

use crate::normalize::english::{self, SPACED, Survey, known, reads};
use crate::normalize::excerpt::Excerpt;
use crate::span::Span;

/// Letters of a spaced-out stretch that are looked at together.
const LETTERS: usize = 4096;
/// Bytes of a word in leet.
const WORD: usize = 24;
/// Listed letters from which a leet word gives the writer away.
const TELLING: usize = 4;

fn turn13(b: u8) -> u8 {
    match b {
        b'a'..=b'm' | b'A'..=b'M' => b + 13,
        b'n'..=b'z' | b'N'..=b'Z' => b - 13,
        b => b,
    }
}

fn foreign<'a>(text: &'a str, survey: &'a Survey) -> impl Iterator<Item = (Span, &'a str)> {
    survey.foreign.iter().filter_map(|(start, end)| {
        let span = Span::new(*start, *end);
        Some((span, span.of(text)?))
    })
}

/// Stretches that are English once turned by thirteen letters.
pub(crate) fn rot13(text: &str, survey: &Survey, out: &mut Excerpt<'_>) {
    for (span, part) in foreign(text, survey) {
        if reads(part.bytes().map(turn13)) {
            let turned: String = part
                .chars()
                .map(|c| {
                    u8::try_from(c).ok().filter(u8::is_ascii).map_or(c, |b| char::from(turn13(b)))
                })
                .collect();
            out.exchange(span, &turned);
        }
    }
}

/// Stretches that are English once read backwards: as a whole, then also word by word.
pub(crate) fn reversed(text: &str, survey: &Survey, out: &mut Excerpt<'_>) {
    for (span, part) in foreign(text, survey) {
        if reads(part.bytes().rev()) {
            let mut both: String = part.chars().rev().collect();
            both.push('\n');
            for (i, word) in part.split_ascii_whitespace().enumerate() {
                if i > 0 {
                    both.push(' ');
                }
                both.extend(word.chars().rev());
            }
            out.replace(span, &both);
        }
    }
}

/// The letter that `c` is when the page is turned; none where it is none.
fn upright(c: char) -> Option<char> {
    Some(match c {
        'ɐ' => 'a',
        'ɔ' => 'c',
        'ǝ' | 'ə' => 'e',
        'ɟ' => 'f',
        'ƃ' | 'ɓ' => 'g',
        'ɥ' => 'h',
        'ᴉ' | 'ı' => 'i',
        'ɾ' | 'ſ' => 'j',
        'ʞ' => 'k',
        'ʃ' | 'ן' => 'l',
        'ɯ' => 'm',
        'ɹ' => 'r',
        'ʇ' => 't',
        'ʌ' => 'v',
        'ʍ' => 'w',
        'ʎ' => 'y',
        _ => return None,
    })
}

/// Lines that are English once the page is turned upside down.
pub(crate) fn upside_down(text: &str, out: &mut Excerpt<'_>) {
    if text.is_ascii() {
        return;
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let span = Span::new(start, start + line.trim_end().len());
        start += line.len();
        if line.chars().filter(|c| upright(*c).is_some()).count() < 3 {
            continue;
        }
        let turned: String = line
            .trim_end()
            .chars()
            .rev()
            .map(|c| match c {
                'n' => 'u',
                'u' => 'n',
                'b' => 'q',
                'q' => 'b',
                'd' => 'p',
                'p' => 'd',
                'l' => 'l',
                c => upright(c).unwrap_or(c),
            })
            .collect();
        if reads(turned.bytes()) {
            out.replace(span, &turned);
        }
    }
}

/// The letter that a digit or sign stands for in leet.
const fn leet(b: u8) -> Option<u8> {
    Some(match b {
        b'0' => b'o',
        b'1' | b'!' | b'|' => b'i',
        b'2' => b'z',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'6' | b'9' => b'g',
        b'7' | b'+' => b't',
        b'8' => b'b',
        _ => return None,
    })
}

/// A word in plain letters, where it mixes letters with their stand-ins; `one` is what `1` is.
fn plain_word(word: &str, one: u8) -> Option<String> {
    let signs = word.bytes().filter(|b| leet(*b).is_some()).count();
    (signs > 0 && signs < word.len() && word.len() <= WORD).then(|| {
        let plain = |b: u8| match b {
            b'1' | b'|' => one,
            b => leet(b).unwrap_or(b),
        };
        word.bytes().map(|b| char::from(plain(b))).collect()
    })
}

/// Words in leet, where at least one of them is a listed word, and spaced-out letters.
pub(crate) fn folded(text: &str, survey: &Survey, out: &mut Excerpt<'_>) {
    let mut places: Vec<(Span, String)> = Vec::new();
    if survey.mixed {
        leet_words(text, &mut places);
    }
    if survey.spaced {
        let before = places.len();
        spaced_letters(text, &mut places);
        if before > 0 {
            places.sort_by_key(|(span, _)| *span);
        }
    }
    for (span, plain) in &places {
        out.exchange(*span, plain);
    }
}

/// What a byte of a word in leet can be, as bits.
const PART: u8 = 1;
const STAND_IN: u8 = 2;
const LEET: [u8; 256] = leet_bytes();

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where it cannot fail later"
)]
const fn leet_bytes() -> [u8; 256] {
    let mut bytes = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        if leet(byte).is_some() {
            bytes[byte as usize] = PART | STAND_IN;
        } else if byte.is_ascii_alphanumeric() {
            bytes[byte as usize] = PART;
        }
        byte += 1;
    }
    bytes
}

fn leet_words(text: &str, places: &mut Vec<(Span, String)>) {
    let mut telling = false;
    let mut at = 0;
    while let Some(rest) = text.as_bytes().get(at..).filter(|rest| !rest.is_empty()) {
        let mut seen = 0;
        let length = rest.iter().position(|b| {
            let class = LEET.get(usize::from(*b)).copied().unwrap_or(0);
            seen |= class;
            class == 0
        });
        let from = at;
        at += length.map_or(rest.len(), |length| length + 1);
        // Most words have no stand-in, and most numbers nothing else: both end here.
        if seen & STAND_IN == 0 {
            continue;
        }
        let run = Span::new(from, from + length.unwrap_or(rest.len()));
        let word = run.of(text).unwrap_or_default().trim_end_matches(['!', '|', '+']);
        let Some(plain) = plain_word(word, b'i') else { continue };
        let other = || plain_word(word, b'l').filter(|w| known(w));
        let (plain, listed) = if known(&plain) {
            (plain, true)
        } else if let Some(other) = other() {
            (other, true)
        } else {
            (plain, false)
        };
        telling |= listed && word.len() >= TELLING;
        places.push((Span::new(from, from + word.len()), plain));
    }
    if !telling {
        places.clear();
    }
}

/// One letter of a spaced-out word and what follows it up to the next.
struct Letter {
    at: usize,
    letter: u8,
    /// Bytes between, and the first of them.
    gap: usize,
    sign: u8,
}

fn spaced_letters(text: &str, places: &mut Vec<(Span, String)>) {
    let bytes = text.as_bytes();
    let mut row: Vec<Letter> = Vec::new();
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let word = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || !b.is_ascii()).count();
        let after = rest.get(word..).unwrap_or_default();
        let gap = after.iter().take_while(|b| b.is_ascii() && !b.is_ascii_alphanumeric()).count();
        if word + gap == 0 {
            return join(&mut row, places);
        }
        match rest.first() {
            Some(b) if word == 1 => {
                let sign = after.first().copied().unwrap_or(0);
                row.push(Letter { at, letter: *b, gap, sign });
                if gap > 4 || gap == 0 || row.len() >= LETTERS {
                    join(&mut row, places);
                }
            }
            _ => join(&mut row, places),
        }
        at += word + gap;
    }
}

/// Writes a row of single letters as words: parted where the gap is wider, else by listed words.
fn join(row: &mut Vec<Letter>, places: &mut Vec<(Span, String)>) {
    let letters: Vec<u8> = row.iter().map(|l| leet(l.letter).unwrap_or(l.letter)).collect();
    let signs = row.iter().filter(|l| l.letter.is_ascii_digit()).count();
    if row.len() < SPACED || signs * 2 > row.len() {
        row.clear();
        return;
    }
    let inner = row.get(..row.len() - 1).unwrap_or_default();
    // Letters are spaced out with one sign; code and formulas use many.
    let alike = inner.iter().filter(|l| inner.first().is_some_and(|f| f.sign == l.sign)).count();
    if alike * 4 < inner.len() * 3 {
        row.clear();
        return;
    }
    let narrow = inner.iter().map(|l| l.gap).min().unwrap_or(0);
    let mut ends: Vec<bool> = inner.iter().map(|l| l.gap > narrow).collect();
    ends.push(false);
    if !ends.contains(&true) {
        part_words(&letters, &mut ends);
    }
    let last = row.len() - 1;
    for (i, (l, (letter, ends))) in row.drain(..).zip(letters.iter().zip(ends)).enumerate() {
        let end = if i == last { l.at + 1 } else { l.at + 1 + l.gap };
        let mut plain = String::from(char::from(*letter));
        if ends {
            plain.push(' ');
        }
        places.push((Span::new(l.at, end), plain));
    }
}

/// Finds the listed words that letters without any space are made of, if they are most of it.
fn part_words(letters: &[u8], ends: &mut [bool]) {
    let mut marks = Vec::new();
    let (mut at, mut found) = (0, 0);
    while let Some(rest) = letters.get(at..).filter(|rest| !rest.is_empty()) {
        let word = english::longest(rest);
        if word > 0 {
            found += word;
            marks.extend(at.checked_sub(1));
            marks.push(at + word - 1);
        }
        at += word.max(1);
    }
    if found * 2 < letters.len() {
        return;
    }
    for mark in marks {
        if let Some(end) = ends.get_mut(mark).filter(|_| mark + 1 < letters.len()) {
            *end = true;
        }
    }
}
