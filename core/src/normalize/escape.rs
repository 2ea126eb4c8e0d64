//! Encodings of single characters: percent, HTML references, quoted-printable, backslashes.

use crate::normalize::excerpt::Excerpt;
use crate::normalize::html::named;
use crate::span::Span;
use memchr::memchr_iter;

/// Escapes from which a text is taken to be quoted-printable: `a=10&b=20` is not.
const QUOTED: usize = 3;

/// Whether a reader of the decoded text would see `c`, or a break of line or word.
fn shown(c: char) -> bool {
    !c.is_control() || matches!(c, '\t' | '\n' | '\r')
}

fn put(out: &mut Excerpt<'_>, start: usize, end: usize, c: char) {
    out.replace(Span::new(start, end), c.encode_utf8(&mut [0; 4]));
}

fn digits(bytes: &[u8], at: usize, count: usize, radix: u32) -> Option<u32> {
    bytes
        .get(at..at + count)?
        .iter()
        .try_fold(0, |value: u32, b| Some(value * radix + char::from(*b).to_digit(radix)?))
}

/// The character that one or more byte escapes from `at` on spell, and where they end.
///
/// `read` gives the byte of the escape at an offset and where that ends.
fn spelt(at: usize, read: impl Fn(usize) -> Option<(u8, usize)>) -> Option<(char, usize)> {
    let (first, mut end) = read(at)?;
    let more = match first {
        0..0x80 => return Some((char::from(first), end)).filter(|(c, _)| shown(*c)),
        0xc2..0xe0 => 1,
        0xe0..0xf0 => 2,
        0xf0..0xf5 => 3,
        _ => return None,
    };
    let mut bytes = vec![first];
    for _ in 0..more {
        let (next, after) = read(end)?;
        bytes.push(next);
        end = after;
    }
    let c = std::str::from_utf8(&bytes).ok()?.chars().next()?;
    Some((c, end)).filter(|(c, _)| shown(*c))
}

fn byte(value: u32) -> Option<u8> {
    u8::try_from(value).ok()
}

/// `%41`, `%u0041`, and `+` for a space in a query that holds such.
pub(crate) fn percent(text: &str, out: &mut Excerpt<'_>) {
    let bytes = text.as_bytes();
    let read = |at: usize| {
        (bytes.get(at) == Some(&b'%')).then_some(())?;
        Some((byte(digits(bytes, at + 1, 2, 16)?)?, at + 3))
    };
    let one = |at: usize| {
        spelt(at, read).or_else(|| {
            (bytes.get(at..at + 2)?.eq_ignore_ascii_case(b"%u")).then_some(())?;
            let c = char::from_u32(digits(bytes, at + 2, 4, 16)?).filter(|c| shown(*c))?;
            Some((c, at + 6))
        })
    };
    let mut done = 0;
    for at in memchr_iter(b'%', bytes) {
        if at < done || one(at).is_none() {
            continue;
        }
        // The whole word, for the `+` in it.
        let before = bytes.get(done..at).unwrap_or_default();
        let mut next = at - before.iter().rev().take_while(|b| !b.is_ascii_whitespace()).count();
        let query = bytes.get(next..at).is_some_and(|w| w.contains(&b'?') || w.contains(&b'='));
        while let Some(b) = bytes.get(next).filter(|b| !b.is_ascii_whitespace()) {
            if let Some((c, end)) = one(next) {
                put(out, next, end, c);
                next = end;
            } else {
                if *b == b'+' && query {
                    put(out, next, next + 1, ' ');
                }
                next += 1;
            }
        }
        done = next;
    }
}

/// `&lt;`, `&#60;`, `&#x3c;`.
pub(crate) fn html(text: &str, out: &mut Excerpt<'_>) {
    let bytes = text.as_bytes();
    for at in memchr_iter(b'&', bytes) {
        let (number, radix) = match bytes.get(at + 1..at + 3) {
            Some([b'#', b'x' | b'X']) => (at + 3, 16),
            Some([b'#', _]) => (at + 2, 10),
            _ => {
                let name = text.get(at + 1..).unwrap_or_default();
                let length = name.bytes().take(15).take_while(u8::is_ascii_alphanumeric).count();
                let end = at + 1 + length;
                if bytes.get(end) == Some(&b';')
                    && let Some(c) = name.get(..length).and_then(named)
                {
                    put(out, at, end + 1, c);
                }
                continue;
            }
        };
        let rest = bytes.get(number..).unwrap_or_default();
        let length = rest.iter().take(10).take_while(|b| char::from(**b).is_digit(radix)).count();
        let Some(value) = (1..=8).contains(&length).then(|| digits(bytes, number, length, radix))
        else {
            continue;
        };
        let end = number + length;
        // Browsers do not ask for the semicolon.
        let end = end + usize::from(bytes.get(end) == Some(&b';'));
        if let Some(c) = value.and_then(char::from_u32).filter(|c| shown(*c)) {
            put(out, at, end, c);
        }
    }
}

/// `=41` and soft line breaks, where there are enough of them to be no accident.
pub(crate) fn quoted_printable(text: &str, out: &mut Excerpt<'_>) {
    let bytes = text.as_bytes();
    let read = |at: usize| {
        (bytes.get(at) == Some(&b'=')).then_some(())?;
        Some((byte(digits(bytes, at + 1, 2, 16)?)?, at + 3))
    };
    let soft = |at: usize| match bytes.get(at + 1..) {
        Some([b'\n', ..]) => Some(at + 2),
        Some([b'\r', b'\n', ..]) => Some(at + 3),
        _ => None,
    };
    let (mut escapes, mut breaks) = (0, 0);
    for at in memchr_iter(b'=', bytes) {
        escapes += usize::from(spelt(at, read).is_some());
        breaks += usize::from(soft(at).is_some());
        if escapes >= QUOTED || (escapes > 0 && breaks > 0) {
            break;
        }
    }
    if escapes < QUOTED && (escapes == 0 || breaks == 0) {
        return;
    }
    for at in memchr_iter(b'=', bytes) {
        if let Some((c, end)) = spelt(at, read) {
            put(out, at, end, c);
        } else if let Some(end) = soft(at) {
            out.replace(Span::new(at, end), "");
        }
    }
}

/// `\x41`, `\u0041`, `\u{41}`, `\U00000041`, `\101`, and the escapes of a JSON string.
pub(crate) fn backslash(text: &str, out: &mut Excerpt<'_>) {
    let bytes = text.as_bytes();
    let read = |at: usize| match bytes.get(at..at + 2)? {
        [b'\\', b'x' | b'X'] => Some((byte(digits(bytes, at + 2, 2, 16)?)?, at + 4)),
        [b'\\', b'0'..=b'3'] => Some((byte(digits(bytes, at + 1, 3, 8)?)?, at + 4)),
        _ => None,
    };
    for at in memchr_iter(b'\\', bytes) {
        let found = match bytes.get(at + 1) {
            Some(b'x' | b'X' | b'0'..=b'3') => spelt(at, read),
            Some(b'u') => unicode(bytes, at),
            Some(b'U') => {
                digits(bytes, at + 2, 8, 16).and_then(char::from_u32).map(|c| (c, at + 10))
            }
            Some(b'n') => Some(('\n', at + 2)),
            Some(b'r') => Some(('\r', at + 2)),
            Some(b't') => Some(('\t', at + 2)),
            Some(c @ (b'"' | b'\'' | b'/')) => Some((char::from(*c), at + 2)),
            _ => None,
        };
        if let Some((c, end)) = found.filter(|(c, _)| shown(*c)) {
            put(out, at, end, c);
        }
    }
}

/// `\uNNNN`, two of them for a character beyond `U+FFFF`, or `\u{N}`.
fn unicode(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    if bytes.get(at + 2) == Some(&b'{') {
        let rest = bytes.get(at + 3..)?;
        let length = rest.iter().take(7).take_while(|b| b.is_ascii_hexdigit()).count();
        (rest.get(length) == Some(&b'}') && length > 0).then_some(())?;
        return Some((char::from_u32(digits(bytes, at + 3, length, 16)?)?, at + 4 + length));
    }
    let high = digits(bytes, at + 2, 4, 16)?;
    if let Some(c) = char::from_u32(high) {
        return Some((c, at + 6));
    }
    let low = (bytes.get(at + 6..at + 8)? == b"\\u").then(|| digits(bytes, at + 8, 4, 16))??;
    let pair = [u16::try_from(high).ok()?, u16::try_from(low).ok()?];
    let c = char::decode_utf16(pair).next()?.ok()?;
    Some((c, at + 12))
}
