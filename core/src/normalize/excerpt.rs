//! A view under construction that shows what was decoded in the words around it.

use crate::normalize::writer::Writer;
use crate::span::{self, Span};
use crate::view::Piece;

/// Bytes that are shown before and after a decoded part: what it says may begin in plain text.
const CONTEXT: usize = 64;
/// Decoded parts that are told apart.
const PARTS: usize = 1 << 16;

/// Copies a text with some parts replaced, and leaves out what is far from any of them.
#[derive(Debug)]
pub(crate) struct Excerpt<'a> {
    text: &'a str,
    /// Where a replacement may begin: what the view above decoded.
    allowed: &'a [Span],
    out: Writer,
    decoded: Vec<Span>,
    words: Vec<Span>,
    at: usize,
    room: usize,
    over: bool,
}

/// What an excerpt ended up as: text and pieces into the text it was made from.
pub(crate) struct Excerpted {
    pub(crate) text: String,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) fresh: Fresh,
}

/// The parts of a view that were decoded: the rest is context, which other views show too.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fresh {
    /// The decoded parts alone.
    pub(crate) decoded: Vec<Span>,
    /// The words that they stand in.
    pub(crate) words: Vec<Span>,
}

impl Fresh {
    /// All of `text`.
    pub(crate) fn whole(text: &str) -> Self {
        let whole = vec![Span::whole(text)];
        Self { decoded: whole.clone(), words: whole }
    }
}

impl<'a> Excerpt<'a> {
    /// An excerpt of `text` of at most `room` bytes.
    pub(crate) fn new(text: &'a str, allowed: &'a [Span], room: usize) -> Self {
        let (decoded, words) = (Vec::new(), Vec::new());
        Self { text, allowed, out: Writer::default(), decoded, words, at: 0, room, over: false }
    }

    /// Whether there was more to decode than there was room.
    pub(crate) fn is_over(&self) -> bool {
        self.over
    }

    /// Shows `with` in place of `span`. Spans come in order; one that is not is ignored.
    pub(crate) fn replace(&mut self, span: Span, with: &str) {
        self.insert(span, with, false);
    }

    /// The same, where `with` corresponds to `span` byte by byte.
    pub(crate) fn exchange(&mut self, span: Span, with: &str) {
        self.insert(span, with, span.len() == with.len());
    }

    /// The excerpt, where anything was replaced.
    pub(crate) fn finish(mut self) -> Option<Excerpted> {
        if self.words.is_empty() {
            return None;
        }
        let end = self.after(self.at, self.text.len());
        self.copy(end);
        let (text, pieces) = self.out.finish();
        let fresh = Fresh { decoded: self.decoded, words: self.words };
        Some(Excerpted { text, pieces, fresh })
    }

    fn insert(&mut self, span: Span, with: &str, exact: bool) {
        if self.over || span.start < self.at || !self.is_allowed(span) {
            return;
        }
        // The context on both sides has to fit too.
        if self.out.len() + with.len() + 4 * CONTEXT > self.room {
            self.over = true;
            return;
        }
        self.reach(span.start);
        let start = self.out.len();
        if exact {
            self.out.same(with, span.start);
        } else {
            self.out.unit(with, span);
        }
        self.at = span.end;
        self.note(start);
    }

    fn is_allowed(&mut self, span: Span) -> bool {
        let ended = self.allowed.iter().take_while(|a| a.end <= span.start).count();
        self.allowed = self.allowed.get(ended..).unwrap_or_default();
        self.allowed.first().is_some_and(|a| a.start < span.end)
    }

    /// Copies the text up to `to`, or leaves out the middle of it.
    fn reach(&mut self, to: usize) {
        let started = !self.words.is_empty();
        if started && to - self.at <= 2 * CONTEXT {
            return self.copy(to);
        }
        let head = self.before(to);
        if started {
            let end = self.after(self.at, to);
            self.copy(end);
            self.out.unit("\n", Span::new(end, head));
        }
        self.at = head;
        self.copy(to);
    }

    /// Copies the text up to `to`; the word that follows a decoded part belongs to it.
    fn copy(&mut self, to: usize) {
        let Some(text) = self.text.get(self.at..to).filter(|text| !text.is_empty()) else { return };
        if let Some(last) = self.words.last_mut()
            && last.end == self.out.len()
        {
            last.end += text.bytes().take(CONTEXT).take_while(|b| !b.is_ascii_whitespace()).count();
        }
        self.out.same(text, self.at);
        self.at = to;
    }

    /// Notes what was written from `start` on as decoded, with the word before it.
    fn note(&mut self, start: usize) {
        let end = self.out.len();
        extend(&mut self.decoded, Span::new(start, end));
        let from = self.words.last().map_or(0, |last| last.end);
        let before = self.out.text().as_bytes().get(from..start).unwrap_or_default();
        let near = before.iter().rev().take(CONTEXT);
        let word = near.take_while(|b| !b.is_ascii_whitespace()).count();
        extend(&mut self.words, Span::new(start - word, end));
    }

    /// Where the context before `at` begins: on the same line.
    fn before(&self, at: usize) -> usize {
        let from = span::ceil(self.text, at.saturating_sub(CONTEXT).max(self.at));
        let context = self.text.get(from..at).unwrap_or_default();
        context.rfind('\n').map_or(from, |newline| from + newline + 1)
    }

    /// Where the context after `at` ends: on the same line, before `limit`.
    fn after(&self, at: usize, limit: usize) -> usize {
        let to = span::floor(self.text, (at + CONTEXT).min(limit));
        let context = self.text.get(at..to).unwrap_or_default();
        context.find('\n').map_or(to, |newline| at + newline)
    }
}

/// Adds a part after the others, joined to the last where they touch or there are very many.
fn extend(parts: &mut Vec<Span>, part: Span) {
    let crowded = parts.len() >= PARTS;
    match parts.last_mut() {
        Some(last) if crowded || last.end >= part.start => last.end = part.end,
        _ => parts.push(part),
    }
}
