//! Encodings of whole stretches: base64, base64url and hexadecimal.

use crate::normalize::english::{CODES, reads};
use crate::normalize::excerpt::Excerpt;
use crate::span::Span;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Characters from which a run may be base64.
const BASE64: usize = 16;
/// Digits from which a run may be hexadecimal: ten bytes.
const HEX: usize = 20;
/// Characters from which lines of base64 are read as one.
const WRAPPED: usize = 40;
/// Readable bytes in a row that no binary data has by chance.
const STRETCH: usize = 16;

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

fn digit64(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_')
}

/// Each run of at least 16 base64 characters, in order.
pub(crate) fn runs(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut done = 0;
    // A long run holds a multiple of 16, so most bytes need not be looked at.
    let mut at = BASE64 - 1;
    while let Some(b) = bytes.get(at) {
        if !digit64(*b) {
            at += BASE64;
            continue;
        }
        let before = bytes.get(done..at).unwrap_or_default();
        let start = at - before.iter().rev().take_while(|b| digit64(**b)).count();
        let rest = bytes.get(at..).unwrap_or_default();
        let end = at + rest.iter().take_while(|b| digit64(**b)).count();
        if end - start >= BASE64 {
            found.push(Span::new(start, end));
        }
        done = end;
        at = end + BASE64;
    }
    found
}

/// Runs of base64 and base64url, also over the lines of a wrapped block.
pub(crate) fn base64(text: &str, runs: &[Span], out: &mut Excerpt<'_>) {
    let bytes = text.as_bytes();
    let mut block: Option<Span> = None;
    let mut blocks = Vec::new();
    for run in runs {
        if let Some(open) = &mut block {
            let gap = bytes.get(open.end..run.start).unwrap_or_default();
            let line = bytes.get(..open.end).unwrap_or_default();
            let line = line.iter().rev().take(WRAPPED).take_while(|b| digit64(**b)).count();
            if matches!(gap, b"\n" | b"\r\n") && line >= WRAPPED {
                open.end = run.end;
                continue;
            }
            blocks.push(*open);
        }
        block = Some(*run);
    }
    blocks.extend(block);
    for run in blocks {
        let Some(raw) = run.of(text) else { continue };
        if let Some(decoded) = decode64(raw) {
            let padding = bytes.get(run.end..).unwrap_or_default();
            let padding = padding.iter().take(2).take_while(|b| **b == b'=').count();
            out.replace(Span::new(run.start, run.end + padding), &decoded);
        }
    }
}

fn decode64(raw: &str) -> Option<String> {
    let digits: Vec<u8> = raw
        .bytes()
        .filter(|b| digit64(*b))
        .map(|b| match b {
            b'-' => b'+',
            b'_' => b'/',
            b => b,
        })
        .collect();
    let decode = |from: usize, most: usize| {
        let rest = digits.get(from..)?;
        let length = rest.len().min(most);
        // One digit over is six bits: no byte.
        let length = length - usize::from(length % 4 == 1);
        ENGINE.decode(rest.get(..length)?).ok()
    };
    // Letters may stand right before the run, so it is read from each of its first digits.
    for from in 0..4 {
        let begins_well = decode(from, 32).is_some_and(|head| readable(&head, 20).is_some());
        if begins_well
            && let Some(text) = decode(from, usize::MAX).and_then(|all| readable(&all, 3))
        {
            return Some(text);
        }
    }
    if digits.len() < 2 * BASE64 {
        return None;
    }
    (0..4).find_map(|from| longest_stretch(&decode(from, usize::MAX)?))
}

/// The longest readable stretch of bytes that are otherwise not text.
fn longest_stretch(bytes: &[u8]) -> Option<String> {
    bytes
        .split(|b| !matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r'))
        .max_by_key(|stretch| stretch.len())
        .filter(|stretch| stretch.len() >= STRETCH)
        .and_then(|stretch| String::from_utf8(stretch.to_vec()).ok())
}

/// The text that `bytes` are, if at most `percent` of its characters are not printable.
fn readable(bytes: &[u8], percent: usize) -> Option<String> {
    let wide = bytes.len() >= 8 && bytes.iter().skip(1).step_by(2).all(|b| *b == 0);
    let text = if wide {
        // UTF-16, as shells take their encoded commands.
        let units = bytes
            .chunks_exact(2)
            .filter_map(|pair| Some(u16::from_le_bytes(pair.try_into().ok()?)));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    };
    let (mut all, mut bad) = (0_usize, 0_usize);
    for c in text.chars() {
        all += 1;
        let printable = !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{1b}');
        bad += usize::from(!printable || c == char::REPLACEMENT_CHARACTER);
    }
    (all > 0 && bad * 100 <= all * percent).then_some(text)
}

/// Runs of hexadecimal digits.
pub(crate) fn hex(text: &str, runs: &[Span], out: &mut Excerpt<'_>) {
    let bytes = text.as_bytes();
    for run in runs {
        let mut start = run.start;
        let all = bytes.get(run.start..run.end).unwrap_or_default();
        for part in all.split_inclusive(|b| !b.is_ascii_hexdigit()) {
            let end = start + part.len();
            let digits = part.iter().take_while(|b| b.is_ascii_hexdigit()).count();
            if digits >= HEX {
                let digits = Span::new(start, start + digits);
                decode_hex(text, digits, prefix(bytes, digits), out);
            }
            start = end;
        }
    }
}

/// `0` of a `0x` before the digits belongs to them.
fn prefix(bytes: &[u8], digits: Span) -> usize {
    match digits.start.checked_sub(2).and_then(|at| bytes.get(at..digits.start)) {
        Some(b"0x" | b"0X") => 2,
        _ => 0,
    }
}

fn decode_hex(text: &str, digits: Span, prefix: usize, out: &mut Excerpt<'_>) {
    for odd in 0..=digits.len() % 2 {
        let raw = Span::new(digits.start + odd, digits.end).of(text).unwrap_or_default();
        let bytes: Vec<u8> = raw.as_bytes().chunks_exact(2).filter_map(pair).collect();
        if let Some(decoded) = readable(&bytes, 3) {
            let start = digits.start + odd - if odd == 0 { prefix } else { 0 };
            return out.replace(Span::new(start, digits.end - (digits.len() - odd) % 2), &decoded);
        }
    }
}

fn pair(pair: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(pair).ok()?;
    u8::from_str_radix(text, 16).ok()
}

/// Hexadecimal bytes with something between them: `69 67 6e`, `69:67:6e`, `0x69, 0x67`.
pub(crate) fn parted_hex(text: &str, out: &mut Excerpt<'_>) {
    let byte = |word: &[u8]| match word {
        [b'0', b'x' | b'X', digits @ ..] | digits if digits.len() == 2 => pair(digits),
        _ => None,
    };
    parted(text, byte, |_| true, out);
}

/// Decimal and binary character codes, where they read as English: most numbers are numbers.
pub(crate) fn numbers(text: &str, out: &mut Excerpt<'_>) {
    let byte = |word: &[u8]| {
        let radix = match word.len() {
            2 | 3 => 10,
            8 => 2,
            _ => return None,
        };
        u8::from_str_radix(std::str::from_utf8(word).ok()?, radix).ok()
    };
    parted(text, byte, |decoded| reads(decoded.bytes()), out);
}

/// Rows of numbers that are a byte each, with a sign or two between them.
fn parted(
    text: &str,
    byte: impl Fn(&[u8]) -> Option<u8>,
    accepts: impl Fn(&str) -> bool,
    out: &mut Excerpt<'_>,
) {
    let bytes = text.as_bytes();
    let mut decoded = Vec::new();
    let mut place = Span::default();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let word = rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        let after = rest.get(word..).unwrap_or_default();
        let gap = after.iter().take_while(|b| !b.is_ascii_alphanumeric()).count();
        let value = byte(rest.get(..word).unwrap_or_default());
        if let Some(value) = value {
            if decoded.is_empty() {
                place.start = at;
            }
            decoded.push(value);
            place.end = at + word;
        }
        if word + gap >= rest.len() || value.is_none() || gap > 2 {
            if decoded.len() >= CODES
                && let Some(text) = readable(&decoded, 3).filter(|text| accepts(text))
            {
                out.replace(place, &text);
            }
            decoded.clear();
        }
        at += word + gap;
    }
}
