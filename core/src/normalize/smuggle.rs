//! Reads the bytes that runs of variation selectors carry.

use crate::normalize::writer::Writer;
use crate::span::Span;

/// Ideographs with a selector each from which the selectors are a message, not a font.
const VARIANTS: usize = 12;

/// The selectors of `runs`, each with its place.
fn each<'a>(text: &'a str, runs: &'a [Span]) -> impl Iterator<Item = (char, Span)> + 'a {
    runs.iter().flat_map(move |run| {
        let all = run.of(text).unwrap_or_default();
        // A longer run behind an emoji may begin with the selector that the emoji itself takes.
        let skip = if all.chars().nth(1).is_some() && all.starts_with('\u{fe0f}') { 3 } else { 0 };
        let selectors = all.get(skip..).unwrap_or_default();
        selectors.char_indices().map(move |(i, c)| {
            let start = run.start + skip + i;
            (c, Span::new(start, start + c.len_utf8()))
        })
    })
}

/// The byte that a selector is, counted from the first of all, or of its own block.
fn byte(c: char, own_block: bool) -> Option<u8> {
    let value = match c {
        '\u{fe00}'..='\u{fe0f}' => c as u32 - 0xfe00,
        '\u{e0100}'..='\u{e01ef}' => c as u32 - 0xe0100 + if own_block { 0 } else { 16 },
        _ => return None,
    };
    u8::try_from(value).ok()
}

/// What the selectors spell, by the reading that gives text.
pub(crate) fn selectors(text: &str, runs: &[Span], variants: &[Span]) -> Option<Writer> {
    let many = variants.len() >= VARIANTS;
    let readings: [&[Span]; 2] = [runs, if many { variants } else { &[] }];
    readings.iter().filter(|runs| !runs.is_empty()).find_map(|runs| {
        let whole = |own| each(text, runs).filter_map(move |(c, at)| Some((byte(c, own)?, at)));
        read(whole(false)).or_else(|| read(whole(true))).or_else(|| read(halves(text, runs)))
    })
}

/// Two selectors a byte: the high half, then the low.
fn halves<'a>(text: &'a str, runs: &'a [Span]) -> impl Iterator<Item = (u8, Span)> + 'a {
    let mut high: Option<(u8, Span)> = None;
    each(text, runs).filter_map(move |(c, at)| {
        let half = byte(c, false).filter(|half| *half < 16)?;
        match high.take() {
            None => {
                high = Some((half, at));
                None
            }
            Some((first, from)) => Some((first << 4 | half, from.cover(&at))),
        }
    })
}

/// The printable characters of UTF-8 bytes, where they are most of what is there.
fn read(bytes: impl Iterator<Item = (u8, Span)>) -> Option<Writer> {
    let mut out = Writer::default();
    let mut partial: Vec<u8> = Vec::new();
    let mut place = Span::default();
    let (mut good, mut bad) = (0_usize, 0_usize);
    for (b, at) in bytes {
        if partial.is_empty() {
            place = at;
        }
        partial.push(b);
        place = place.cover(&at);
        match std::str::from_utf8(&partial) {
            Ok(text) => {
                for c in text.chars() {
                    if c.is_control() && !matches!(c, '\n' | '\t' | '\r') {
                        bad += 1;
                    } else {
                        good += 1;
                        out.character(c, place);
                    }
                }
                partial.clear();
            }
            Err(error) if error.error_len().is_some() || partial.len() >= 4 => {
                bad += partial.len();
                partial.clear();
            }
            Err(_) => {}
        }
    }
    (good > 1 && good >= bad * 4).then_some(out)
}
