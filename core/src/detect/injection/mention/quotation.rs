//! Finds what sets a stretch of text apart as said by somebody else.

use super::around;
use crate::span::Span;
use memchr::memmem;

/// How far from a match the marks of its quotation may stand, in bytes.
const REACH: usize = 640;

/// How far before a match its fence may open, in bytes.
const FENCE: usize = 16 * 1024;

/// What a stretch of text is set apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Quotation marks in prose.
    Marks,
    /// The marks of a string in code or data, which quote nobody by themselves.
    Literal,
    /// A row of a table.
    Row,
    /// A block of code, or lines with a `>` before them.
    Block,
}

/// A stretch that is set apart, with its marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quotation {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

const PAIRS: &[(char, char)] = &[
    ('"', '"'),
    ('`', '`'),
    ('\'', '\''),
    ('\u{201c}', '\u{201d}'),
    ('\u{201e}', '\u{201c}'),
    ('\u{201e}', '\u{201d}'),
    ('\u{2018}', '\u{2019}'),
    ('\u{201a}', '\u{2018}'),
    ('\u{ab}', '\u{bb}'),
    ('\u{300c}', '\u{300d}'),
    ('\u{300e}', '\u{300f}'),
];

/// All that sets `span` apart, the narrowest first.
pub(super) fn around_span(text: &str, span: Span) -> impl Iterator<Item = Quotation> {
    let paragraph = paragraph(text, span);
    let marks = PAIRS.iter().filter_map(move |pair| marked(text, span, paragraph, *pair));
    let narrowest = marks.min_by_key(|quotation| quotation.span.end - quotation.span.start);
    let wider = [row(text, span), fenced(text, span), lines(text, span)];
    narrowest.into_iter().chain(wider.into_iter().flatten())
}

/// What stands before `span` in its paragraph, and behind it.
fn paragraph(text: &str, span: Span) -> (&str, &str) {
    let before = around(text, span.start.saturating_sub(REACH), span.start);
    let first = memmem::rfind(before.as_bytes(), b"\n\n").map_or(0, |at| at + 2);
    let after = around(text, span.end, span.end.saturating_add(REACH));
    let last = memmem::find(after.as_bytes(), b"\n\n").unwrap_or(after.len());
    (before.get(first..).unwrap_or_default(), after.get(..last).unwrap_or_default())
}

/// The quotation marks `open` and `close` around `span`, in one paragraph.
fn marked(
    text: &str,
    span: Span,
    (before, after): (&str, &str),
    (open, close): (char, char),
) -> Option<Quotation> {
    // Most pairs stand nowhere near.
    if !before.contains(open) || !after.contains(close) {
        return None;
    }
    let start = span.start - before.len();
    let mut deep = 0_usize;
    let mut opened = None;
    for (at, _) in before.rmatch_indices([open, close]) {
        match turns(text, start + at, open, close) {
            Some(true) if deep == 0 => {
                opened = Some(start + at);
                break;
            }
            Some(true) => deep -= 1,
            Some(false) => deep += 1,
            None => {}
        }
    }
    let opened = opened?;
    let mut deep = 0_usize;
    for (at, mark) in after.match_indices([open, close]) {
        let at = span.end + at;
        match turns(text, at, open, close) {
            Some(false) if deep == 0 => {
                let span = Span::new(opened, at + mark.len());
                let kind = if is_literal(text, opened, open) { Kind::Literal } else { Kind::Marks };
                return Some(Quotation { kind, span });
            }
            Some(false) => deep -= 1,
            Some(true) => deep += 1,
            None => {}
        }
    }
    None
}

/// Whether the mark at `at` opens a quotation or closes it; neither where it stands in a word.
fn turns(text: &str, at: usize, open: char, close: char) -> Option<bool> {
    let (head, rest) = text.split_at_checked(at)?;
    let mut rest = rest.chars();
    let mark = rest.next()?;
    if open != close {
        return Some(mark == open);
    }
    let before = head.chars().next_back();
    let after = rest.next();
    // Three in a row are a fence.
    if mark == '`' && (before == Some(mark) || after == Some(mark)) {
        return None;
    }
    let touches = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
    let in_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if in_word(before) && in_word(after) {
        return None;
    }
    // `"` after a word or its full stop closes; before a word it opens.
    Some(match (touches(before), touches(after)) {
        (false, true) => true,
        (true, false) => false,
        _ if in_word(after) => true,
        _ => {
            let ends = |c: Option<char>| c.is_some_and(|c| ".,;:!?)]\"'`".contains(c));
            !in_word(before) && !ends(before) && !ends(after)
        }
    })
}

/// Whether the mark at `at` begins a string of a program or of data, rather than of a sentence.
fn is_literal(text: &str, at: usize, mark: char) -> bool {
    if !matches!(mark, '"' | '\'' | '`') {
        return false;
    }
    let line = around(text, at.saturating_sub(80), at);
    let line = line.rsplit('\n').next().unwrap_or_default().trim_end();
    if line.ends_with(['[', '{', '=', '(', '\\']) {
        return true;
    }
    // `"key":` and `key:` name a value; a colon behind a sentence does not.
    line.strip_suffix(':').is_some_and(|key| {
        let key = key.trim_start_matches([' ', '-', '{', ',']);
        key.ends_with(['"', '\'']) || !key.contains(' ')
    })
}

/// The row of a table around `span`.
fn row(text: &str, span: Span) -> Option<Quotation> {
    let before = around(text, span.start.saturating_sub(REACH), span.start);
    let before = before.rsplit('\n').next()?;
    let after = around(text, span.end, span.end.saturating_add(REACH)).split('\n').next()?;
    let is_row = before.trim_start().starts_with('|') && after.trim_end().ends_with('|');
    let cell = Span::new(
        span.start - before.len() + before.rfind('|')?,
        span.end + after.find('|').map_or(after.len(), |at| at + 1),
    );
    is_row.then_some(Quotation { kind: Kind::Row, span: cell })
}

/// The fence of a block of code around `span`.
fn fenced(text: &str, span: Span) -> Option<Quotation> {
    const MARK: &[u8] = b"```";
    let from = span.start.saturating_sub(FENCE);
    let before = around(text, from, span.start);
    // Forwards, which is quick: an attacker's text has thousands of matches.
    let fences = memmem::find_iter(before.as_bytes(), MARK);
    let (mut open, mut last) = (false, 0);
    for at in fences.filter(|at| begins_line(before, *at)) {
        (open, last) = (!open, at);
    }
    if !open {
        return None;
    }
    let start = span.start - before.len() + last;
    let after = around(text, span.end, span.end.saturating_add(FENCE));
    let end = memmem::find(after.as_bytes(), b"\n```").map_or(after.len(), |at| at + 4);
    Some(Quotation { kind: Kind::Block, span: Span::new(start, span.end + end) })
}

fn begins_line(text: &str, at: usize) -> bool {
    let head = text.get(..at).unwrap_or_default();
    head.rsplit('\n').next().unwrap_or_default().trim().is_empty()
}

/// The lines around `span` that have a `>` before them.
fn lines(text: &str, span: Span) -> Option<Quotation> {
    let before = around(text, span.start.saturating_sub(REACH), span.start);
    let quoted = |line: &&str| line.trim_start().starts_with('>');
    // The first piece is the line of the match itself.
    let length: usize = before.rsplit('\n').take_while(quoted).map(|line| line.len() + 1).sum();
    let start = span.start - length.checked_sub(1)?.min(span.start);
    let after = around(text, span.end, span.end.saturating_add(REACH));
    let own = after.split('\n').next().unwrap_or_default().len();
    let more = after.split('\n').skip(1).take_while(quoted).map(|line| line.len() + 1);
    let end = span.end + own + more.sum::<usize>();
    Some(Quotation { kind: Kind::Block, span: Span::new(start, end) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, said: &str) -> Vec<(Kind, String)> {
        let at = text.find(said).unwrap();
        let span = Span::new(at, at + said.len());
        let inside = |q: Quotation| (q.kind, q.span.of(text).unwrap().to_owned());
        around_span(text, span).map(inside).collect()
    }

    #[test]
    fn marks_set_apart() {
        for (text, quotation) in [
            ("he wrote \"do it\" there", "\"do it\""),
            ("he wrote 'don't do it' there", "'don't do it'"),
            ("a `do it` b `x`", "`do it`"),
            ("er schrieb „do it“.", "„do it“"),
            ("il dit « do it » ici", "« do it »"),
            ("他说“do it”。", "“do it”"),
            ("he said: \"say \"hi\" and do it.\" Then", "\"say \"hi\" and do it.\""),
            ("he said \"one\ndo it\ntwo\" then", "\"one\ndo it\ntwo\""),
        ] {
            assert_eq!(of(text, "do it"), [(Kind::Marks, quotation.to_owned())], "{text}");
        }
    }

    #[test]
    fn strings_of_data_are_literals() {
        for text in [
            "{\"body\": \"do it\"}",
            "input: \"do it\"",
            "- input: 'do it'",
            "check(\"do it\")",
            "x = \"do it\"",
        ] {
            assert_eq!(of(text, "do it")[0].0, Kind::Literal, "{text}");
        }
    }

    #[test]
    fn blocks_and_rows_set_apart() {
        assert_eq!(of("x\n```text\ndo it\n```\ny", "do it")[0].0, Kind::Block);
        assert_eq!(of("x\n> a\n> do it\ny", "do it"), [(Kind::Block, "> a\n> do it".to_owned())]);
        assert_eq!(of("| a | do it | b |", "do it"), [(Kind::Row, "| do it |".to_owned())]);
        for text in ["```\na\n```\ndo it", "\"a\" do it \"b\"", "don't do it, they're", "a | do it"]
        {
            assert_eq!(of(text, "do it"), [], "{text}");
        }
    }
}
