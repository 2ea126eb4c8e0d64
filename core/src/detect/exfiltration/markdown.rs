//! Finds addresses in Markdown, and bare ones, in one pass each.

use super::html::decode;
use super::{Link, LinkKind};
use crate::span::{self, Span, merge};
use std::collections::HashMap;

/// Longer labels are none in CommonMark.
const LABEL_BYTES: usize = 999;

/// Adds inline and reference links and images.
pub(super) fn scan(text: &str, out: &mut Vec<Link>) {
    let bytes = text.as_bytes();
    if memchr::memchr(b'[', bytes).is_none() {
        return;
    }
    let mut scanner = Scanner {
        text,
        definitions: definitions(text),
        failures: 4 * text.len() + 64 * LABEL_BYTES,
        out,
    };
    scanner.brackets();
}

/// A reference definition: where its address stands.
struct Definition {
    url: Span,
    line: Span,
}

struct Scanner<'a, 'o> {
    text: &'a str,
    definitions: HashMap<String, Definition>,
    /// Bytes that may still be read in destinations that turn out to be none.
    failures: usize,
    out: &'o mut Vec<Link>,
}

impl Scanner<'_, '_> {
    fn brackets(&mut self) {
        let bytes = self.text.as_bytes();
        let mut open: Vec<(usize, bool)> = Vec::new();
        let mut at = 0;
        while let Some(offset) =
            bytes.get(at..).and_then(|rest| memchr::memchr3(b'[', b']', b'\\', rest))
        {
            at += offset;
            match bytes.get(at) {
                Some(b'\\') => at += 2,
                Some(b'[') => {
                    let is_image = at > 0 && bytes.get(at - 1) == Some(&b'!');
                    open.push((at, is_image));
                    at += 1;
                }
                _ => {
                    at = match open.pop() {
                        Some((start, is_image)) => self.close(start, is_image, at),
                        None => at + 1,
                    };
                }
            }
        }
        // A definition shows nothing once its uses are gone, but its address still leads there.
        let text = self.text;
        for definition in std::mem::take(&mut self.definitions).into_values() {
            self.push(text, definition.line, definition.url, false);
        }
    }

    /// Looks at what follows a `]`. Gives where to go on.
    fn close(&mut self, start: usize, is_image: bool, end: usize) -> usize {
        let text = self.text;
        let from = if is_image { start - 1 } else { start };
        let after = end + 1;
        match text.as_bytes().get(after) {
            Some(b'(') => {
                let (url, close) = destination(text, after + 1, self.failures > 0);
                match close {
                    Some(close) => {
                        self.push(text, Span::new(from, close), url, is_image);
                        return close;
                    }
                    None => {
                        // It is no link to a strict reader. A lax one may take it.
                        self.push(text, Span::new(from, url.end), url, is_image);
                        let read = url.end.saturating_sub(after) + LABEL_BYTES;
                        self.failures = self.failures.saturating_sub(read);
                        if self.failures == 0 {
                            return url.end.max(after);
                        }
                    }
                }
            }
            Some(b'[') => {
                let rest = text.get(after + 1..).unwrap_or_default();
                let window = floor(rest, LABEL_BYTES + 1);
                if let Some(length) =
                    window.find([']', '[']).filter(|at| window.as_bytes().get(*at) == Some(&b']'))
                {
                    let label = rest.get(..length).unwrap_or_default();
                    let label = if label.trim().is_empty() {
                        text.get(start + 1..end)
                    } else {
                        Some(label)
                    };
                    let close = after + 1 + length + 1;
                    if self.reference(label.unwrap_or_default(), Span::new(from, close), is_image) {
                        return close;
                    }
                }
            }
            _ => {}
        }
        let label = text.get(start + 1..end).unwrap_or_default();
        if label.len() <= LABEL_BYTES && !label.contains(['[', ']']) {
            self.reference(label, Span::new(from, after), is_image);
        }
        after
    }

    fn reference(&mut self, label: &str, span: Span, is_image: bool) -> bool {
        if self.definitions.is_empty() || label.len() > LABEL_BYTES {
            return false;
        }
        let Some(definition) = self.definitions.get(&normal(label)) else { return false };
        if definition.line.start == span.start {
            // The definition itself.
            return false;
        }
        let url = definition.url;
        self.push(self.text, span, url, is_image);
        true
    }

    fn push(&mut self, text: &str, span: Span, url_span: Span, is_image: bool) {
        let raw = url_span.of(text).unwrap_or_default();
        if raw.is_empty() {
            return;
        }
        let kind = if is_image { LinkKind::Image } else { LinkKind::Link };
        self.out.push(Link {
            span,
            url_span,
            url: decode(&unescape(raw)),
            kind,
            auto_loads: is_image,
        });
    }
}

/// The text up to `most` bytes, on a character boundary.
fn floor(text: &str, most: usize) -> &str {
    text.get(..span::floor(text, most)).unwrap_or_default()
}

/// Labels match whatever their case and spaces.
fn normal(label: &str) -> String {
    label
        .split_whitespace()
        .flat_map(|word| [word, " "])
        .flat_map(str::chars)
        .flat_map(char::to_lowercase)
        .collect()
}

/// Reads a destination after `(`: where the address stands, and where the construct ends.
fn destination(text: &str, start: usize, takes_titles: bool) -> (Span, Option<usize>) {
    let rest = text.get(start..).unwrap_or_default();
    let lead = rest.len() - rest.trim_start().len();
    let from = start + lead;
    let rest = text.get(from..).unwrap_or_default();
    let (url, mut at) = if let Some(inner) = rest.strip_prefix('<') {
        let length = inner.find(['>', '\n']).unwrap_or(inner.len());
        let closed = inner.as_bytes().get(length) == Some(&b'>');
        (Span::new(from + 1, from + 1 + length), from + 1 + length + usize::from(closed))
    } else {
        let mut depth = 0_usize;
        let mut escaped = false;
        let length = rest.find(|c: char| {
            let was_escaped = escaped;
            escaped = c == '\\' && !was_escaped;
            match c {
                _ if c.is_whitespace() || c.is_control() => true,
                _ if was_escaped => false,
                '(' => {
                    depth += 1;
                    false
                }
                ')' if depth == 0 => true,
                ')' => {
                    depth -= 1;
                    false
                }
                _ => false,
            }
        });
        let length = length.unwrap_or(rest.len());
        (Span::new(from, from + length), from + length)
    };
    // A title may follow, then the closing sign.
    let rest = text.get(at..).unwrap_or_default();
    let title = rest.trim_start();
    at += rest.len() - title.len();
    let close = match title.chars().next() {
        Some(')') => Some(at + 1),
        Some(quote @ ('"' | '\'' | '(')) if takes_titles => {
            let end = if quote == '(' { ')' } else { quote };
            let inner = floor(title.get(1..).unwrap_or_default(), LABEL_BYTES);
            inner.find(end).and_then(|length| {
                let after = title.get(length + 2..)?;
                let tail = after.trim_start();
                tail.starts_with(')').then(|| at + 2 + length + (after.len() - tail.len()) + 1)
            })
        }
        _ => None,
    };
    (url, close)
}

/// Backslashes before punctuation are not part of an address.
fn unescape(raw: &str) -> String {
    if !raw.contains('\\') {
        return raw.to_owned();
    }
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' || !chars.peek().is_some_and(char::is_ascii_punctuation) {
            out.push(c);
        }
    }
    out
}

/// Lines of the form `[label]: address`, in lists and quotes too.
fn definitions(text: &str) -> HashMap<String, Definition> {
    let mut found = HashMap::new();
    let mut start = 0;
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let next = start + line.len();
        let body = line
            .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '*' | '-' | '+'));
        if let Some(inner) = body.strip_prefix('[')
            && let Some((label, rest)) = floor(inner, LABEL_BYTES + 2).split_once("]:")
            && !label.trim().is_empty()
            && !label.starts_with('^')
        {
            let _ = rest;
            let after = inner.get(label.len() + 2..).unwrap_or_default();
            let trimmed = after.trim_start();
            let from = next - trimmed.len();
            let word = trimmed.split_whitespace().next().unwrap_or_default();
            let (from, word) = match (word, lines.peek()) {
                // The address may stand on the next line.
                ("", Some(line)) => {
                    let word = line.split_whitespace().next().unwrap_or_default();
                    (next + line.find(word).unwrap_or(0), word)
                }
                _ => (from, word),
            };
            let bare = word.strip_prefix('<').unwrap_or(word);
            let from = from + word.len() - bare.len();
            let bare = bare.split('>').next().unwrap_or_default();
            if !bare.is_empty() {
                let line = Span::new(next - body.len(), (from + bare.len()).max(next - body.len()));
                let url = Span::new(from, from + bare.len());
                found.entry(normal(label)).or_insert(Definition { url, line });
            }
        }
        start = next;
    }
    found
}

/// Adds addresses in running text that no construct holds yet.
pub(super) fn bare(text: &str, out: &mut Vec<Link>) {
    let taken = merge(out.iter().map(|link| link.url_span).collect());
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(start) = next_bare(bytes, at) {
        let rest = text.get(start..).unwrap_or_default();
        let length = bare_length(rest);
        let covering = taken.partition_point(|span| span.end <= start);
        let known = taken.get(covering).filter(|span| span.start <= start);
        if let Some(known) = known {
            at = known.end.max(start + 1);
            continue;
        }
        let url = trim_tail(rest.get(..length).unwrap_or_default());
        let url_span = Span::new(start, start + url.len());
        if !url.is_empty() {
            let url = url.to_owned();
            out.push(Link {
                span: url_span,
                url_span,
                url,
                kind: LinkKind::Bare,
                auto_loads: false,
            });
        }
        at = start + length.max(1);
    }
}

/// How far an address at the start of `rest` reaches.
fn bare_length(rest: &str) -> usize {
    let end = rest.char_indices().find(|(at, c)| {
        let tail = || rest.get(*at..).unwrap_or_default();
        match c {
            // `[https://a](https://b)`, `https://a,https://b`
            ']' => tail().starts_with("]("),
            ',' => tail().starts_with(",http"),
            c => ends_bare(*c),
        }
    });
    end.map_or(rest.len(), |(at, _)| at)
}

fn ends_bare(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '<' | '>' | '"' | '`' | '|' | '{' | '}' | '、' | '。' | '」' | '）')
}

/// Where the next `scheme://` or `www.` begins.
fn next_bare(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let rest = bytes.get(at..)?;
        let colon = memchr::memchr2(b':', b'w', rest)? + at;
        if bytes.get(colon..).is_some_and(|tail| tail.starts_with(b"://")) {
            let before = bytes.get(from..colon).unwrap_or_default();
            let letters =
                before.iter().rev().take(12).take_while(|b| b.is_ascii_alphabetic()).count();
            let scheme = bytes.get(colon - letters..colon).unwrap_or_default().to_ascii_lowercase();
            // A word may stand right before the scheme.
            for known in [&b"https"[..], b"http", b"ftp", b"wss", b"ws"] {
                if scheme.ends_with(known) {
                    return Some(colon - known.len());
                }
            }
        } else if bytes.get(colon..).is_some_and(|tail| tail.starts_with(b"www."))
            && !colon.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(|b| {
                b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'@' | b'-')
            })
        {
            return Some(colon);
        }
        at = colon + 1;
    }
}

/// Punctuation after an address belongs to the sentence, a closing bracket to its opening one.
fn trim_tail(url: &str) -> &str {
    let mut url = url;
    let count = |sign: char| url.bytes().filter(|b| char::from(*b) == sign).count();
    let mut extra = [(')', '('), (']', '[')]
        .map(|(close, open)| (close, count(close).saturating_sub(count(open))));
    loop {
        let Some(last) = url.chars().next_back() else { return url };
        let surplus = extra.iter_mut().find(|(close, extra)| *close == last && *extra > 0);
        if let Some((_, extra)) = surplus {
            *extra -= 1;
        } else if !matches!(last, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' | '\\')
        {
            return url;
        }
        url = url.get(..url.len() - last.len_utf8()).unwrap_or_default();
    }
}
