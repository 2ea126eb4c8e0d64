//! Finds addresses in HTML the way a lenient browser would, in one pass.

use super::{Link, LinkKind};
use crate::span::Span;

/// Attributes that are fetched without a click.
const LOADS: &[&str] = &[
    "src",
    "srcset",
    "imagesrcset",
    "poster",
    "background",
    "data",
    "lowsrc",
    "dynsrc",
    "xlink:href",
    "manifest",
    "codebase",
    "data-src",
    "classid",
    "archive",
    "profile",
];
/// Attributes that are followed at a click.
const FOLLOWED: &[&str] = &["href", "action", "formaction", "ping", "cite", "longdesc"];
/// Tags whose `href` is fetched without a click.
const LOADING_TAGS: &[&str] = &["link", "image", "use", "feimage", "base"];

/// Longer names are no tag or attribute that matters.
const NAME_BYTES: usize = 64;

/// Adds the addresses of all tags, and autolinks.
pub(super) fn scan(text: &str, out: &mut Vec<Link>) {
    let mut scanner = Scanner { text, at: 0, open_ended: Vec::new() };
    while let Some(start) = scanner.find(b'<') {
        scanner.at = start + 1;
        let next = scanner.byte();
        if next.is_some_and(|b| b.is_ascii_alphabetic()) {
            scanner.tag(start, out);
        }
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// Quotes that are not closed before the end: looked for once.
    open_ended: Vec<u8>,
}

struct Attribute<'a> {
    name: String,
    value: &'a str,
    span: Span,
}

impl<'a> Scanner<'a> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn find(&self, byte: u8) -> Option<usize> {
        let rest = self.text.as_bytes().get(self.at..)?;
        memchr::memchr(byte, rest).map(|offset| self.at + offset)
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) -> Span {
        let start = self.at;
        while self.byte().is_some_and(&wanted) {
            self.at += 1;
        }
        Span::new(start, self.at)
    }

    fn tag(&mut self, start: usize, out: &mut Vec<Link>) {
        let name =
            self.skip_while(|b| !b.is_ascii_whitespace() && !matches!(b, b'>' | b'/' | b'<'));
        let name = self.slice(name.start, name.end);
        if let Some((scheme, _)) = name.split_once(':') {
            let rest = self.text.get(start + 1 + scheme.len()..).unwrap_or_default();
            let known = ["javascript", "data", "vbscript", "mailto"];
            if rest.starts_with("://") || known.iter().any(|name| scheme.eq_ignore_ascii_case(name))
            {
                return self.autolink(start, out);
            }
        }
        let tag = lower(name);
        let mut attributes = Vec::new();
        loop {
            self.skip_while(|b| b.is_ascii_whitespace() || b == b'/');
            match self.byte() {
                None | Some(b'<') => break,
                Some(b'>') => {
                    self.at += 1;
                    break;
                }
                Some(_) => attributes.extend(self.attribute()),
            }
        }
        let whole = Span::new(start, self.at);
        let refreshes = tag == "meta"
            && attributes
                .iter()
                .any(|a| a.name == "http-equiv" && a.value.trim().eq_ignore_ascii_case("refresh"));
        for attribute in &attributes {
            add(&tag, attribute, whole, refreshes, out);
        }
        if tag == "style" {
            self.style(out);
        }
    }

    fn attribute(&mut self) -> Option<Attribute<'a>> {
        let from = self.at;
        let name =
            self.skip_while(|b| !b.is_ascii_whitespace() && !matches!(b, b'=' | b'>' | b'/'));
        let name = lower(self.slice(name.start, name.end));
        self.skip_while(|b| b.is_ascii_whitespace());
        if self.byte() != Some(b'=') {
            // A lone sign must not stop the scan.
            if self.at == from {
                self.at += 1;
            }
            return None;
        }
        self.at += 1;
        self.skip_while(|b| b.is_ascii_whitespace());
        let span = match self.byte() {
            Some(quote @ (b'"' | b'\'')) => self.quoted(quote),
            _ => self.skip_while(|b| !b.is_ascii_whitespace() && b != b'>'),
        };
        Some(Attribute { name, value: self.slice(span.start, span.end), span })
    }

    fn quoted(&mut self, quote: u8) -> Span {
        self.at += 1;
        let start = self.at;
        let end = if self.open_ended.contains(&quote) { None } else { self.find(quote) };
        match end {
            Some(end) => {
                self.at = end + 1;
                Span::new(start, end)
            }
            None => {
                // Never closed: take what a careless reader would take.
                self.open_ended.push(quote);
                self.skip_while(|b| !b.is_ascii_whitespace() && b != b'>')
            }
        }
    }

    /// `<https://...>`
    fn autolink(&mut self, start: usize, out: &mut Vec<Link>) {
        self.at = start + 1;
        let url = self.skip_while(|b| !b.is_ascii_whitespace() && !matches!(b, b'<' | b'>'));
        let end = if self.byte() == Some(b'>') { self.at + 1 } else { self.at };
        out.push(Link {
            span: Span::new(start, end),
            url_span: url,
            url: self.slice(url.start, url.end).to_owned(),
            kind: LinkKind::Autolink,
            auto_loads: false,
        });
    }

    /// The text of a `<style>` element: up to `</`, which CSS does not hold.
    fn style(&mut self, out: &mut Vec<Link>) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let end = memchr::memmem::find(rest, b"</").map_or(self.text.len(), |end| self.at + end);
        css(self.slice(self.at, end), self.at, Span::new(self.at, end), out);
        self.at = end;
    }
}

fn lower(name: &str) -> String {
    if name.len() > NAME_BYTES { String::new() } else { name.to_ascii_lowercase() }
}

fn add(tag: &str, attribute: &Attribute<'_>, whole: Span, refreshes: bool, out: &mut Vec<Link>) {
    let Attribute { name, value, span } = attribute;
    let name = name.as_str();
    let mut push = |span: Span, value: &str, kind, auto_loads| {
        let url = decode(value.trim());
        if !url.is_empty() {
            out.push(Link { span: whole, url_span: span, url, kind, auto_loads });
        }
    };
    match name {
        "srcset" | "imagesrcset" => {
            for (start, end) in candidates(value) {
                let part = value.get(start..end).unwrap_or_default();
                let place = Span::new(span.start + start, span.start + end);
                push(place, part, LinkKind::HtmlAttr, true);
            }
        }
        "style" => css(value, span.start, whole, out),
        "content" if refreshes => {
            let lower = value.to_ascii_lowercase();
            let start = lower.find("url").and_then(|at| {
                let after = lower.get(at + 3..)?;
                let equals = after.find('=')?;
                Some(at + 3 + equals + 1)
            });
            let start = start.or_else(|| lower.find([';', ',']).map(|at| at + 1)).unwrap_or(0);
            let rest = value.get(start..).unwrap_or_default();
            let url = rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\'' | '"'));
            let lead = rest.find(url).unwrap_or(0);
            let from = span.start + start + lead;
            push(Span::new(from, from + url.len()), url, LinkKind::Refresh, true);
        }
        "href" => push(*span, value, LinkKind::HtmlAttr, LOADING_TAGS.contains(&tag)),
        _ if LOADS.contains(&name) => push(*span, value, LinkKind::HtmlAttr, true),
        _ if FOLLOWED.contains(&name) => push(*span, value, LinkKind::HtmlAttr, false),
        _ => {}
    }
}

/// The addresses of a `srcset`: `a.png 1x, b.png 2x`. An address may hold commas, but not end so.
fn candidates(value: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    for piece in value.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let clean = word.trim_matches(',');
        if clean.contains(['/', '.', ':']) && !is_descriptor(clean) {
            let lead = word.find(clean).unwrap_or(0);
            found.push((at + lead, at + lead + clean.len()));
        }
        at += piece.len();
    }
    found
}

fn is_descriptor(word: &str) -> bool {
    word.strip_suffix(['x', 'w', 'h']).is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    })
}

/// Adds the addresses of `url(...)` and `@import` in CSS that begins at `offset` of the text.
fn css(style: &str, offset: usize, whole: Span, out: &mut Vec<Link>) {
    let lower = style.to_ascii_lowercase();
    let mut at = 0;
    while let Some(found) = lower.get(at..).and_then(next_address) {
        let start = at + found;
        let rest = style.get(start..).unwrap_or_default();
        let inner = rest.trim_start();
        let mut from = start + rest.len() - inner.len();
        let quote = inner.chars().next().filter(|c| matches!(c, '"' | '\''));
        let inner = if quote.is_some() { inner.get(1..).unwrap_or_default() } else { inner };
        from += usize::from(quote.is_some());
        let ends = |c: char| match quote {
            Some(quote) => c == quote || c == '\n',
            None => c.is_whitespace() || matches!(c, ')' | ';' | '"' | '\''),
        };
        let length = inner.find(ends).unwrap_or(inner.len());
        let value = inner.get(..length).unwrap_or_default();
        let url = decode(&css_unescape(value));
        if !url.is_empty() {
            let url_span = Span::new(offset + from, offset + from + length);
            out.push(Link { span: whole, url_span, url, kind: LinkKind::CssUrl, auto_loads: true });
        }
        at = from + length;
    }
}

/// Where the next address of CSS begins, from what follows `url(` or `@import`.
fn next_address(lower: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        // One search for the rarer sign keeps this linear.
        let at = lower.get(from..)?.find(['(', '@'])? + from;
        let before = lower.get(..at)?;
        if lower.get(at..)?.starts_with("@import") {
            let after = lower.get(at + 7..)?.trim_start();
            if !after.starts_with("url") {
                return Some(at + 7);
            }
        } else if ["url", "image", "image-set", "src"].iter().any(|name| before.ends_with(name)) {
            return Some(at + 1);
        }
        from = at + 1;
    }
}

fn css_unescape(value: &str) -> String {
    if !value.contains('\\') {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let digits = after.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        let code = after.get(..digits).and_then(|code| u32::from_str_radix(code, 16).ok());
        match code.and_then(char::from_u32) {
            Some(c) if digits > 0 => {
                out.push(c);
                let next = after.get(digits..).unwrap_or_default();
                rest = next.strip_prefix(' ').unwrap_or(next);
            }
            _ => rest = after,
        }
    }
    out.push_str(rest);
    out
}

/// Named references that matter in an address.
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("colon", ':'),
    ("sol", '/'),
    ("bsol", '\\'),
    ("period", '.'),
    ("commat", '@'),
    ("quest", '?'),
    ("equals", '='),
    ("num", '#'),
    ("percnt", '%'),
    ("lpar", '('),
    ("rpar", ')'),
    ("plus", '+'),
    ("lowbar", '_'),
    ("nbsp", ' '),
    ("Tab", '\t'),
    ("NewLine", '\n'),
];

/// Resolves the character references in a value.
pub(super) fn decode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        match reference(after) {
            Some((c, used)) => {
                out.push(c);
                rest = after.get(used..).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The character that a reference stands for, and how many bytes after the `&` it takes.
fn reference(after: &str) -> Option<(char, usize)> {
    let ended =
        |used: usize| used + usize::from(after.get(used..).is_some_and(|r| r.starts_with(';')));
    if let Some(number) = after.strip_prefix('#') {
        let (digits, radix, lead) = match number.strip_prefix(['x', 'X']) {
            Some(hex) => (hex, 16, 2),
            None => (number, 10, 1),
        };
        // Leading zeros are free.
        let length = digits.bytes().take_while(|b| char::from(*b).is_digit(radix)).count();
        let significant = digits.get(..length)?.trim_start_matches('0');
        if length == 0 || significant.len() > 7 {
            return None;
        }
        let code = u32::from_str_radix(significant, radix).ok()?;
        return Some((char::from_u32(code)?, ended(lead + length)));
    }
    NAMED
        .iter()
        .find(|(name, _)| after.strip_prefix(name).is_some_and(|rest| rest.starts_with(';')))
        .map(|(name, c)| (*c, name.len() + 1))
}
