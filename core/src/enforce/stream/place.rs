//! Places in a text at which it may be cut: between words, where nothing is open.

use crate::span;

/// A line of a block in base64 has more letters than this in a row, and its next line some.
const WRAPPED: (usize, usize) = (32, 8);

/// The first place in `text` at which a word begins.
pub(super) fn first(text: &str) -> Option<usize> {
    let space = text.char_indices().take(64).find(|(_, c)| c.is_whitespace())?;
    Some(space.0 + space.1.len_utf8())
}

/// The last place up to `limit` at which `text` may be cut: behind it stands a word, and nothing
/// that began before it is open where `text` ends.
pub(super) fn last(text: &str, limit: usize) -> Option<usize> {
    let limit = limit.min(first_open(text).unwrap_or(usize::MAX));
    let before = text.get(..span::floor(text, limit))?;
    let places = before.char_indices().rev().map(|(at, c)| (at + c.len_utf8(), c));
    let mut places = places.filter(|(at, c)| *at > 0 && ends_word(*c, text.get(*at..)));
    places.find(|(at, _)| !is_wrapped(text, *at)).map(|(at, _)| at)
}

/// Whether a word can end with `c`: space, or a script that sets none.
fn ends_word(c: char, after: Option<&str>) -> bool {
    let next = after.and_then(|after| after.chars().next());
    c.is_whitespace()
        || (is_unspaced(c) && next.is_none_or(|c| is_unspaced(c) || c.is_whitespace()))
}

fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c), 0xE00..=0xEFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x2E80..=0x9FFF
        | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// Whether a line end at `at` stands inside of a block that is set in lines.
fn is_wrapped(text: &str, at: usize) -> bool {
    let inside = |b: &u8| b.is_ascii_alphanumeric() || b"+/=_-".contains(b);
    let (before, after) = text.as_bytes().split_at(at);
    let mut before = before.iter().rev().skip_while(|b| b.is_ascii_whitespace());
    let after = after.iter().skip_while(|b| b.is_ascii_whitespace());
    before.by_ref().take(WRAPPED.0).take_while(|b| inside(b)).count() == WRAPPED.0
        && after.take(WRAPPED.1).take_while(|b| inside(b)).count() == WRAPPED.1
}

/// Whether an image may stand in `text`, whose address may be said elsewhere.
pub(super) fn may_refer(text: &str) -> bool {
    text.contains("![")
}

/// Where the first thing begins that is open where `text` ends: a link's text or address, a tag, a
/// style sheet, a key between its lines, a terminal's string. Of two ways to read a text the one
/// counts by which it stays open for longer: who writes it may want the other.
fn first_open(text: &str) -> Option<usize> {
    let links = open_link(text.as_bytes());
    [links, open_tag(text.as_bytes()), open_string(text.as_bytes()), open_key(text)]
        .into_iter()
        .flatten()
        .min()
}

/// A link's text, its address, or an image whose address may be said anywhere.
fn open_link(bytes: &[u8]) -> Option<usize> {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let mut labels: Vec<usize> = Vec::new();
    let mut at = 0;
    let mut image = None;
    while let Some(offset) =
        bytes.get(at..).and_then(|rest| memchr::memchr3(b'[', b']', b'\\', rest))
    {
        at += offset;
        match byte(at) {
            b'\\' => at += 1,
            b'[' => labels.push(at),
            _ => {
                let label = labels.pop();
                let is_image = label.is_some_and(|at| at > 0 && byte(at - 1) == b'!');
                if byte(at + 1) == b'(' {
                    match address_end(bytes, at + 2) {
                        // What stands in an address opens nothing.
                        Some(end) => at = end,
                        None => {
                            let outer = labels.first().copied().or(label);
                            return [outer, image, Some(at)].into_iter().flatten().min();
                        }
                    }
                } else if is_image {
                    image = image.or(label);
                }
            }
        }
        at += 1;
    }
    [labels.first().copied(), image].into_iter().flatten().min()
}

/// Where the address and the title of a link end that begin at `from`; none where they are open.
fn address_end(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let blank = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let mut until = (rest.get(blank) == Some(&b'<')).then_some(b'>');
    let (mut depth, mut escaped, mut before) = (0_usize, false, b'(');
    for (at, b) in rest.iter().enumerate().skip(blank + usize::from(until.is_some())) {
        match (b, until) {
            _ if escaped => escaped = false,
            (b'\\', _) => escaped = true,
            (_, Some(end)) if *b == end => until = None,
            (_, Some(_)) => {}
            (b'"' | b'\'', None) if before.is_ascii_whitespace() => until = Some(*b),
            (b'(', None) => depth += 1,
            (b')', None) if depth == 0 => return Some(from + at),
            (b')', None) => depth -= 1,
            _ => {}
        }
        before = *b;
    }
    None
}

/// A tag, whose `>` may stand in quotes, or what stands between `<style>` and its end.
fn open_tag(bytes: &[u8]) -> Option<usize> {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let mut at = 0;
    while let Some(offset) = bytes.get(at..).and_then(|rest| memchr::memchr(b'<', rest)) {
        let start = at + offset;
        at = start + 1;
        if !(byte(at).is_ascii_alphabetic() || b"/!".contains(&byte(at))) {
            continue;
        }
        let end = tag_end(bytes, at);
        let Some(end) = end else { return Some(start) };
        let name = bytes.get(at..at + 5).unwrap_or_default();
        if name.eq_ignore_ascii_case(b"style") {
            let sheet = bytes.get(end..).unwrap_or_default();
            match memchr::memmem::find(sheet, b"</") {
                Some(close) => at = end + close,
                None => return Some(start),
            }
        } else {
            at = end;
        }
    }
    None
}

/// Where a tag ends that begins before `from`.
fn tag_end(bytes: &[u8], from: usize) -> Option<usize> {
    let (mut quote, mut is_value) = (None, false);
    for (at, b) in bytes.iter().enumerate().skip(from) {
        match (b, quote) {
            (_, Some(end)) if *b == end => quote = None,
            (_, Some(_)) => {}
            (b'>', None) => return Some(at + 1),
            (b'"' | b'\'', None) if is_value => quote = Some(*b),
            _ => {}
        }
        is_value = *b == b'=' || (is_value && b.is_ascii_whitespace());
    }
    None
}

/// A string that is meant for a terminal.
fn open_string(bytes: &[u8]) -> Option<usize> {
    let mut open = None;
    for (at, b) in bytes.iter().enumerate() {
        let next = bytes.get(at + 1).copied().unwrap_or(0);
        match (b, next) {
            (0x1b, b']' | b'P' | b'X' | b'^' | b'_') | (0xc2, 0x90 | 0x98 | 0x9d | 0x9e | 0x9f) => {
                open = open.or(Some(at))
            }
            (0x1b | 0x07, _) | (0xc2, 0x9c) => open = None,
            _ => {}
        }
    }
    open
}

/// A key whose last line is still to come.
fn open_key(text: &str) -> Option<usize> {
    let closed = text.rfind("-----END ").and_then(|at| {
        let close = text.get(at + 9..)?.find("-----")?;
        Some(at + 9 + close + 5)
    });
    let from = closed.unwrap_or(0);
    text.get(from..)?.find("-----BEGIN ").map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Option<&str> {
        last(text, text.len()).and_then(|at| text.get(..at))
    }

    #[test]
    fn words_stay_whole() {
        assert_eq!(cut("one two three"), Some("one two "));
        assert_eq!(cut("onetwothree"), None);
        assert_eq!(last("one two", 5), Some(4));
        assert_eq!(cut("漢字漢字"), Some("漢字漢字"));
        assert_eq!(cut("用sk-live-1"), None);
        assert_eq!(cut(""), None);
    }

    #[test]
    fn nothing_open_is_cut() {
        for (text, kept) in [
            ("see [the long text", Some("see ")),
            ("see [the text](https://e.example/?d= 1", Some("see ")),
            (
                "see [the text](https://e.example) now ok",
                Some("see [the text](https://e.example) now "),
            ),
            ("a <img src= x", Some("a ")),
            ("a < b and c", Some("a < b and ")),
            ("a <b> c d", Some("a <b> c ")),
            ("[ open\n\nnew text here", None),
            (r"math \[ x \] and so", Some(r"math \[ x \] and ")),
            (r"see [a \] b](https://e.example/?d=1 ", Some("see ")),
            ("see [a](<https://e.example/ ) b> c", Some("see ")),
            ("see [a](https://e.example/(x \"t ) u", Some("see ")),
            (
                "see [a](https://e.example/(x) \"t ) u\") so",
                Some("see [a](https://e.example/(x) \"t ) u\") "),
            ),
            ("see [a [b](https://e.example) c", Some("see ")),
            ("a <img alt=\"> b\" c d", Some("a ")),
            ("a <img alt = '> b", Some("a ")),
            ("a <img alt=\"> b\"> c d", Some("a <img alt=\"> b\"> c ")),
            ("a <p it's> c d", Some("a <p it's> c ")),
            ("a <style> b { c } d", Some("a ")),
            ("a <style> b { c }</style> d e", Some("a <style> b { c }</style> d ")),
            ("k -----BEGIN X KEY-----\nabc def", Some("k ")),
            ("k -----BEGIN X KEY-----\nabc -----BEGIN Y KEY-----\nabc def", Some("k ")),
            (
                "k -----BEGIN X KEY-----\nabc -----END X KEY----- and so",
                Some("k -----BEGIN X KEY-----\nabc -----END X KEY----- and "),
            ),
            ("see ![a][r] and so", Some("see ")),
            ("see [a][r] and so", Some("see [a][r] and ")),
            ("t \x1b]8;;http://e x", Some("t ")),
            ("t \u{9d}8;;http://e x", Some("t ")),
            ("t \x1b]8;;http://e x\x07 and so", Some("t \x1b]8;;http://e x\x07 and ")),
        ] {
            assert_eq!(cut(text), kept, "{text}");
        }
        let line = "QUJD".repeat(12);
        assert_eq!(cut(&format!("is {line}\n{line}")), Some("is "));
    }
}
