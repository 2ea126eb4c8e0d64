//! Builds a view: its text and the pieces that lead home, byte by byte or unit by unit.

use crate::normalize::excerpt::Fresh;
use crate::span::Span;
use crate::view::{Layer, Piece, View};

/// Pieces up to which each keeps its own place. A text that needs more is hostile or huge, and
/// its further pieces are joined into blocks, so that alignment costs no more memory than text.
const FINE_PIECES: usize = 1 << 17;
/// Bytes of the original that a joined block may span.
const BLOCK: usize = 4096;

/// A text under construction and where each part of it stands.
#[derive(Debug, Default, Clone)]
pub(crate) struct Writer {
    text: String,
    pieces: Vec<Piece>,
}

impl Writer {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), pieces: Vec::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Adds text that equals its original byte by byte, from `start` on.
    pub(crate) fn same(&mut self, text: &str, start: usize) {
        self.piece(text.len(), Span::new(start, start + text.len()));
        self.text.push_str(text);
    }

    /// Adds text that stands for `origin` as a whole.
    pub(crate) fn unit(&mut self, text: &str, origin: Span) {
        let mut chars = text.chars();
        let first = chars.next().map_or(0, char::len_utf8);
        if text.len() == origin.len() && text.len() > first {
            // Equal lengths would read as byte by byte; two shorter pieces do not.
            self.piece(first, origin);
            self.piece(text.len() - first, origin);
        } else {
            self.piece(text.len(), origin);
        }
        self.text.push_str(text);
    }

    /// Adds one character that stands for `origin`.
    pub(crate) fn character(&mut self, c: char, origin: Span) {
        self.piece(c.len_utf8(), origin);
        self.text.push(c);
    }

    /// Text and pieces.
    pub(crate) fn finish(self) -> (String, Vec<Piece>) {
        (self.text, self.pieces)
    }

    /// Notes `bytes` of the view, just before their text is pushed.
    fn piece(&mut self, bytes: usize, origin: Span) {
        if bytes == 0 {
            return;
        }
        let start = self.pieces.last().map_or(0, |last| last.view.end);
        push_piece(&mut self.pieces, Piece { view: Span::new(start, start + bytes), origin });
    }
}

/// Appends a piece, joined to the last where the two read as one.
fn push_piece(pieces: &mut Vec<Piece>, piece: Piece) {
    let crowded = pieces.len() >= FINE_PIECES;
    if let Some(last) = pieces.last_mut() {
        let exact = |p: &Piece| p.view.len() == p.origin.len();
        let adjacent = last.origin.end == piece.origin.start;
        if adjacent && exact(last) && exact(&piece) {
            last.view.end = piece.view.end;
            last.origin.end = piece.origin.end;
            return;
        }
        let joined = Piece {
            view: Span::new(last.view.start, piece.view.end),
            origin: last.origin.cover(&piece.origin),
        };
        if crowded && joined.origin.len() <= BLOCK && !exact(&joined) {
            *last = joined;
            return;
        }
    }
    pieces.push(piece);
}

/// A finished text with its way home into the original; `pieces` is none where they are equal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    pub(crate) text: String,
    pub(crate) pieces: Option<Vec<Piece>>,
    pub(crate) through: Vec<Layer>,
    pub(crate) fresh: Fresh,
}

impl Draft {
    pub(crate) fn into_view(self) -> View<'static> {
        let pieces = self.pieces.unwrap_or_else(|| {
            let whole = Span::whole(&self.text);
            if whole.is_empty() { Vec::new() } else { vec![Piece { view: whole, origin: whole }] }
        });
        View::new(self.text, pieces, self.through)
    }
}

/// The pieces of a text inside a view, led home through the view's own pieces.
///
/// `inner` leads into the outer view, `outer` from there into the original. Reads both once,
/// as long as `inner` goes forwards; a step back costs a search.
pub(crate) fn compose(outer: Option<&[Piece]>, inner: Vec<Piece>) -> Vec<Piece> {
    let Some(outer) = outer else { return inner };
    let mut home = Vec::with_capacity(inner.len());
    let mut at = 0;
    for piece in inner {
        if outer.get(at).is_none_or(|o| o.view.start > piece.origin.start) {
            at = outer.partition_point(|o| o.view.end <= piece.origin.start);
        }
        while outer.get(at).is_some_and(|o| o.view.end <= piece.origin.start) {
            at += 1;
        }
        if piece.view.len() == piece.origin.len() {
            at = cut_along(outer, at, &piece, &mut home);
        } else {
            at = cover_whole(outer, at, &piece, &mut home);
        }
    }
    home
}

/// Leads an exact piece home: each part through the outer piece that it stands in.
fn cut_along(outer: &[Piece], mut at: usize, piece: &Piece, home: &mut Vec<Piece>) -> usize {
    let mut done = piece.origin.start;
    while let Some(o) = outer.get(at).filter(|_| done < piece.origin.end) {
        let end = o.view.end.min(piece.origin.end).max(done);
        let offset = done - piece.origin.start;
        let view = Span::new(piece.view.start + offset, piece.view.start + offset + end - done);
        if o.view.len() == o.origin.len() {
            let start = o.origin.start + (done - o.view.start.min(done));
            push_piece(home, Piece { view, origin: Span::new(start, start + view.len()) });
        } else {
            push_whole(home, view, o.origin);
        }
        done = end;
        if o.view.end > piece.origin.end {
            break;
        }
        at += 1;
    }
    at.min(outer.len().saturating_sub(1))
}

/// Leads a unit home: all of it stands for all that its origin stands for.
fn cover_whole(outer: &[Piece], mut at: usize, piece: &Piece, home: &mut Vec<Piece>) -> usize {
    let mut origin: Option<Span> = None;
    while let Some(o) = outer.get(at) {
        if o.view.start >= piece.origin.end && origin.is_some() {
            break;
        }
        let part = if o.view.len() == o.origin.len() {
            let start = piece.origin.start.clamp(o.view.start, o.view.end) - o.view.start;
            let end = piece.origin.end.clamp(o.view.start, o.view.end) - o.view.start;
            Span::new(o.origin.start + start, o.origin.start + end)
        } else {
            o.origin
        };
        origin = Some(origin.map_or(part, |so_far| so_far.cover(&part)));
        if o.view.end >= piece.origin.end {
            break;
        }
        at += 1;
    }
    let end = outer.last().map_or(0, |o| o.origin.end);
    push_whole(home, piece.view, origin.unwrap_or_else(|| Span::new(end, end)));
    at.min(outer.len().saturating_sub(1))
}

/// Appends a unit of which the text is not at hand; of equal lengths it is parted in two.
fn push_whole(home: &mut Vec<Piece>, view: Span, origin: Span) {
    if view.len() == origin.len() && view.len() > 1 {
        let middle = view.start + 1;
        push_piece(home, Piece { view: Span::new(view.start, middle), origin });
        push_piece(home, Piece { view: Span::new(middle, view.end), origin });
    } else {
        push_piece(home, Piece { view, origin });
    }
}
