//! Cuts a text into tokens, one at a time; none is kept.

use crate::span::Span;

/// Letters of a word that are read together; a longer one counts as several.
pub(super) const LETTERS: usize = 24;

/// One token.
pub(super) struct Token<'t> {
    /// Of what it says, in small letters.
    pub(super) hash: u64,
    /// Where it stands.
    pub(super) span: Span,
    /// The letters of a word; empty for all else.
    pub(super) letters: &'t [u32],
}

impl Token<'_> {
    /// Whether it is a word that says something: a letter alone is a name in code, or a digit.
    pub(super) fn is_word(&self) -> bool {
        match self.letters {
            [] => false,
            [one] => char::from_u32(*one).is_some_and(is_ideograph),
            _ => true,
        }
    }
}

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

/// `hash` with one more symbol.
pub(super) const fn mix(hash: u64, symbol: u64) -> u64 {
    (hash ^ symbol).wrapping_mul(MULTIPLIER).rotate_left(23)
}

const fn named(name: u64) -> u64 {
    mix(mix(0x5851_F42D_4C95_7F2D, name), 0x2545_F491_4F6C_DD1D)
}

/// Names of hosts, addresses, keys and numbers say nothing: only that there is one.
const LINE: u64 = named(1);
const URL: u64 = named(2);
const MAIL: u64 = named(3);
const BLOB: u64 = named(4);
const NUMBER: u64 = named(5);
const LONG_NUMBER: u64 = named(6);

/// What a byte can be, as bits: one look-up, where each byte is asked several times.
const DIGIT: u8 = 1;
const LETTER: u8 = 2;
const SPACE: u8 = 4;
/// It can stand in an address or a key.
const OF_ADDRESS: u8 = 8;
/// An address has one of these.
const JOINT: u8 = 16;
const CLASS: [u8; 256] = classes();

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where it cannot fail later"
)]
const fn classes() -> [u8; 256] {
    let (signs, mut classes) = (b"-._~:/?#@!$&*+;=%", [0; 256]);
    let mut byte = 0_u8;
    while byte < 128 {
        let at = byte as usize;
        if byte.is_ascii_digit() {
            classes[at] = DIGIT | OF_ADDRESS;
        } else if byte.is_ascii_alphabetic() {
            classes[at] = LETTER | OF_ADDRESS;
        } else if byte.is_ascii_whitespace() {
            classes[at] = SPACE;
        }
        byte += 1;
    }
    let mut sign = 0;
    while sign < signs.len() {
        let joint = if matches!(signs[sign], b':' | b'@') { JOINT } else { 0 };
        classes[signs[sign] as usize] |= OF_ADDRESS | joint;
        sign += 1;
    }
    classes
}

fn class(byte: u8) -> u8 {
    CLASS.get(usize::from(byte)).copied().unwrap_or(0)
}

fn is(byte: u8, classes: u8) -> bool {
    class(byte) & classes != 0
}

/// Letters and digits of a key: with digits among them, and without.
const WITH_DIGITS: usize = 20;
const WITHOUT: usize = 48;

/// Cuts `text`, and hands over each token.
pub(super) fn tokens(text: &str, take: &mut impl FnMut(&Token<'_>)) {
    let mut cutter = Cutter { text, bytes: text.as_bytes(), at: 0, read: 0, run: 0, mask: None };
    let mut sign = 0;
    while let Some(&byte) = cutter.bytes.get(cutter.at) {
        let start = cutter.at;
        let whole = if is(byte, LETTER | DIGIT) { cutter.masked() } else { None };
        if let Some(hash) = whole {
            let span = Span::new(start, cutter.at);
            take(&Token { hash, span, letters: &[] });
        } else if is(byte, DIGIT) {
            let digits = cutter.skip(|b| is(b, DIGIT));
            let hash = if digits > 2 { LONG_NUMBER } else { NUMBER };
            take(&Token { hash, span: Span::new(start, cutter.at), letters: &[] });
        } else if is(byte, SPACE) {
            let mut lines = 0;
            cutter.skip(|b| {
                lines += usize::from(b == b'\n');
                is(b, SPACE)
            });
            if lines > 0 {
                take(&Token { hash: LINE, span: Span::new(start, cutter.at), letters: &[] });
            }
        } else if let Some(letter) = cutter.letter() {
            cutter.word(letter, take);
        } else {
            let c = cutter.next();
            // A row of the same sign is one.
            if sign != u64::from(u32::from(c)) && !c.is_whitespace() {
                let hash = mix(named(7), u64::from(u32::from(c)));
                take(&Token { hash, span: Span::new(start, cutter.at), letters: &[] });
            }
            sign = u64::from(u32::from(c));
            continue;
        }
        sign = 0;
    }
}

struct Cutter<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// Up to where addresses were looked for.
    read: usize,
    /// Where the run of characters of addresses ends that the cursor is in.
    run: usize,
    /// An address or key ahead.
    mask: Option<(Span, u64)>,
}

/// One letter: small, and how many bytes it has.
struct Letter {
    small: u32,
    bytes: usize,
    /// A sign that is a word by itself.
    alone: bool,
}

impl Cutter<'_> {
    fn skip(&mut self, mut goes_on: impl FnMut(u8) -> bool) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|b| !goes_on(*b)).unwrap_or(rest.len());
        self.at += length;
        length
    }

    fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..).and_then(|rest| rest.chars().next())
    }

    fn next(&mut self) -> char {
        let c = self.char_at(self.at).unwrap_or('\u{fffd}');
        self.at += c.len_utf8();
        c
    }

    /// The letter at the cursor; none where there is something else.
    #[inline]
    fn letter(&self) -> Option<Letter> {
        let byte = *self.bytes.get(self.at)?;
        if byte.is_ascii() {
            let small = u32::from(byte | 0x20);
            return is(byte, LETTER).then_some(Letter { small, bytes: 1, alone: false });
        }
        self.wide_letter()
    }

    fn wide_letter(&self) -> Option<Letter> {
        let c = self.char_at(self.at)?;
        if !(c.is_alphabetic() || is_mark(c)) {
            return None;
        }
        let small = c.to_lowercase().next().unwrap_or(c);
        Some(Letter { small: u32::from(small), bytes: c.len_utf8(), alone: is_ideograph(c) })
    }

    fn word(&mut self, first: Letter, take: &mut impl FnMut(&Token<'_>)) {
        let start = self.at;
        let mut letters = [0_u32; LETTERS];
        let (mut hash, mut length) = (named(8), 0);
        let mut next = Some(first);
        while let Some(letter) = next {
            if (letter.alone && length > 0) || length == LETTERS {
                break;
            }
            if let Some(place) = letters.get_mut(length) {
                *place = letter.small;
            }
            hash = mix(hash, u64::from(letter.small));
            length += 1;
            self.at += letter.bytes;
            if letter.alone {
                break;
            }
            next = self.letter().or_else(|| self.tail());
        }
        let letters = letters.get(..length).unwrap_or_default();
        take(&Token { hash, span: Span::new(start, self.at), letters });
    }

    /// The apostrophe of `don't` and `model's`.
    fn tail(&self) -> Option<Letter> {
        let rest = self.bytes.get(self.at..)?;
        let bytes = match rest {
            [b'\'', ..] => 1,
            [0xE2, 0x80, 0x99, ..] => 3,
            _ => return None,
        };
        let after = rest.get(bytes..)?;
        let letters = after.iter().take(3).take_while(|b| b.is_ascii_alphabetic()).count();
        let ends = after.get(letters).is_none_or(u8::is_ascii);
        let tail = (1..=2).contains(&letters) && ends;
        tail.then_some(Letter { small: u32::from(b'\''), bytes, alone: false })
    }

    /// Steps over an address or key at the cursor.
    fn masked(&mut self) -> Option<u64> {
        if self.at >= self.read {
            self.look_ahead();
        }
        let (span, hash) = self.mask?;
        if span.start != self.at {
            return None;
        }
        self.mask = None;
        self.at = span.end;
        Some(hash)
    }

    /// Looks for an address or key in the run of characters that these are made of.
    fn look_ahead(&mut self) {
        // Each byte is looked at once for the run, and in pieces for what stands in it.
        const PIECE: usize = 1024;
        if self.at >= self.run {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let mut seen = 0;
            let length = rest.iter().position(|b| {
                let class = class(*b);
                seen |= class;
                class & OF_ADDRESS == 0
            });
            let length = length.unwrap_or(rest.len());
            self.run = self.at + length;
            // A word in prose: too short for a key, and nothing of an address in it.
            let www = rest.first().is_some_and(|b| b | 0x20 == b'w');
            if length < WITH_DIGITS && seen & JOINT == 0 && !www {
                (self.read, self.mask) = (self.run, None);
                return;
            }
        }
        self.read = self.run.min(self.at + PIECE);
        self.mask = None;
        let run = self.bytes.get(self.at..self.read).unwrap_or_default();
        let Some((part, hash)) = address(run).or_else(|| blob(run)) else { return };
        let span = part.shift(self.at);
        self.read = span.end;
        self.mask = Some((span, hash));
    }
}

/// The first address in `run`.
fn address(run: &[u8]) -> Option<(Span, u64)> {
    if run.len() < 6 {
        return None;
    }
    let mut at = 0;
    while let Some(next) = run.get(at..).and_then(|rest| memchr::memchr2(b':', b'@', rest)) {
        let place = at + next;
        let (before, after) = (run.get(..place)?, run.get(place + 1..)?);
        let end = |bytes: &[u8]| {
            let kept = bytes.iter().rposition(|b| b.is_ascii_alphanumeric() || *b == b'/');
            place + 1 + kept.map_or(0, |last| last + 1)
        };
        if after.starts_with(b"//") {
            let scheme = before.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
            return Some((Span::new(place - scheme, end(after)), URL));
        }
        if run.get(place) == Some(&b'@') {
            let of_name = |b: &&u8| b.is_ascii_alphanumeric() || b"._%+-".contains(b);
            let name = before.iter().rev().take_while(of_name).count();
            let of_host = |b: &&u8| b.is_ascii_alphanumeric() || b".-".contains(b);
            let host = after.iter().take_while(of_host).count();
            let host = after.get(..host)?;
            if name > 0 && host.iter().rev().skip(1).any(|b| *b == b'.') {
                return Some((Span::new(place - name, end(host)), MAIL));
            }
        }
        at = place + 1;
    }
    let www = run.get(..4).is_some_and(|head| head.eq_ignore_ascii_case(b"www."));
    www.then(|| (Span::new(0, run.len()), URL))
}

/// The first run of letters and digits in `run` that nobody reads.
fn blob(run: &[u8]) -> Option<(Span, u64)> {
    if run.len() < WITH_DIGITS {
        return None;
    }
    let mut start = 0;
    for part in run.split(|b| !(b.is_ascii_alphanumeric() || *b == b'+' || *b == b'=')) {
        let digits = part.iter().any(u8::is_ascii_digit);
        if part.len() >= WITHOUT || (digits && part.len() >= WITH_DIGITS) {
            return Some((Span::new(start, start + part.len()), BLOB));
        }
        start += part.len() + 1;
    }
    None
}

/// A sign that stands for a word or syllable, in scripts that put no space between words.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// A mark that belongs to the letter before it, in scripts that need marks.
fn is_mark(c: char) -> bool {
    let marks = matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}');
    marks && !matches!(c, '\u{964}' | '\u{965}') && !c.is_numeric()
}
