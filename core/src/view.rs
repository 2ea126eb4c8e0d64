//! Normalized text that keeps its alignment to the original.

use crate::label::words;
use crate::span::Span;
use std::borrow::Cow;

/// What a text really says, and for every byte of that where it stands in the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View<'a> {
    text: Cow<'a, str>,
    alignment: Alignment,
    through: Vec<Layer>,
}

words! {
    /// An encoding that a view was decoded from.
    Layer ("layer") {
        /// Base64 or base64url.
        Base64 = "base64",
        /// Hexadecimal.
        Hex = "hex",
        /// Percent encoding.
        Percent = "percent",
        /// HTML character references.
        Html = "html",
        /// Quoted-printable.
        QuotedPrintable = "quoted_printable",
        /// ROT13.
        Rot13 = "rot13",
        /// Written backwards.
        Reversed = "reversed",
        /// Unicode tag characters.
        Tags = "tags",
        /// Variation selectors, one a byte.
        Selectors = "selectors",
        /// Leet digits and spaced-out letters folded.
        Leet = "leet",
        /// JSON or shell escapes (`\x41`, `\u0041`).
        Escapes = "escapes",
        /// Look-alike letters of other scripts folded.
        Confusables = "confusables",
    }
}

words! {
    /// Something in a text that a reader does not see.
    HiddenKind ("hidden kind") {
        /// Unicode tag characters outside a flag.
        Tags = "tags",
        /// A run of variation selectors, or one after a base that takes none.
        Selectors = "selectors",
        /// Zero-width and other default-ignorable characters where no script needs them.
        ZeroWidth = "zero_width",
        /// Bidi overrides and unbalanced bidi controls.
        Bidi = "bidi",
        /// Terminal escape sequences.
        Ansi = "ansi",
        /// Other control characters.
        Control = "control",
        /// More combining marks on one base than any language writes.
        Zalgo = "zalgo",
    }
}

/// Something hidden, where it stands in the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hidden {
    /// What it is.
    pub kind: HiddenKind,
    /// Where.
    pub span: Span,
}

/// One text leaf with its views: what detectors and flow read.
#[derive(Debug, Clone, Copy)]
pub struct Leaf<'a> {
    /// Its JSON pointer in the content or the arguments; empty for plain text.
    pub path: &'a str,
    /// The original text.
    pub text: &'a str,
    /// What it really says.
    pub views: &'a Views<'a>,
}

/// Everything that `normalize` sees in one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Views<'a> {
    /// The text itself, normalized.
    pub base: View<'a>,
    /// What can be decoded from parts of it. Each view maps home into the same original.
    pub decoded: Vec<View<'static>>,
    /// What a reader does not see.
    pub hidden: Vec<Hidden>,
    /// Whether decoding stopped at a limit: something may be unseen.
    pub truncated: bool,
}

impl Views<'_> {
    /// The base view, then the decoded ones.
    pub fn all(&self) -> impl Iterator<Item = &View<'_>> {
        std::iter::once(&self.base).chain(self.decoded.iter())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Alignment {
    /// Byte `i` of the view is byte `i + base` of the original.
    Shifted(usize),
    /// Pieces in view order.
    Pieces(Vec<Piece>),
}

/// A run of view bytes and the original bytes it stands for.
///
/// Where both have the same length they correspond byte by byte; else the piece is one unit
/// (a folded character, a decoded block) and any part of it maps to all of its original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Bytes of the view.
    pub view: Span,
    /// Bytes of the original.
    pub origin: Span,
}

impl<'a> View<'a> {
    /// A view that equals its original.
    #[must_use]
    pub fn identity(text: &'a str) -> Self {
        Self { text: Cow::Borrowed(text), alignment: Alignment::Shifted(0), through: Vec::new() }
    }

    /// A view made of pieces, which must cover `text` in order and without gaps.
    #[must_use]
    pub fn new(text: String, pieces: Vec<Piece>, through: Vec<Layer>) -> Self {
        Self { text: Cow::Owned(text), alignment: Alignment::Pieces(pieces), through }
    }

    /// The normalized text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The encodings that were looked through, outermost first; empty for the text itself.
    #[must_use]
    pub fn through(&self) -> &[Layer] {
        &self.through
    }

    /// Whether the view is the original, byte for byte.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.alignment == Alignment::Shifted(0)
    }

    /// Where `span` of the view stands in the original: the smallest span that covers it.
    #[must_use]
    pub fn origin(&self, span: Span) -> Span {
        let pieces = match &self.alignment {
            Alignment::Shifted(by) => return span.shift(*by),
            Alignment::Pieces(pieces) => pieces,
        };
        let first = pieces.partition_point(|piece| piece.view.end <= span.start);
        let touched = pieces.get(first..).unwrap_or_default();
        let mut origin: Option<Span> = None;
        for piece in touched {
            // An empty span still has a place: the piece it stands in.
            if piece.view.start >= span.end && origin.is_some() {
                break;
            }
            let part = piece.origin_of(span);
            origin = Some(origin.map_or(part, |so_far| so_far.cover(&part)));
            if piece.view.end >= span.end {
                break;
            }
        }
        origin.unwrap_or_else(|| {
            let end = pieces.last().map_or(0, |piece| piece.origin.end);
            Span::new(end, end)
        })
    }
}

impl Piece {
    fn origin_of(&self, span: Span) -> Span {
        if self.view.len() != self.origin.len() {
            return self.origin;
        }
        let start = span.start.max(self.view.start) - self.view.start;
        let end = span.end.min(self.view.end).max(self.view.start) - self.view.start;
        Span::new(self.origin.start + start.min(self.origin.len()), self.origin.start + end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_find_their_way_home() {
        // "ig" + zero-width space (3 bytes) + "nore", seen as "ignore".
        let view = View::new(
            "ignore".into(),
            vec![
                Piece { view: Span::new(0, 2), origin: Span::new(0, 2) },
                Piece { view: Span::new(2, 6), origin: Span::new(5, 9) },
            ],
            vec![],
        );
        assert_eq!(view.origin(Span::new(0, 6)), Span::new(0, 9));
        assert_eq!(view.origin(Span::new(0, 2)), Span::new(0, 2));
        assert_eq!(view.origin(Span::new(3, 4)), Span::new(6, 7));
        // A decoded block is one unit.
        let view = View::new(
            "secret".into(),
            vec![Piece { view: Span::new(0, 6), origin: Span::new(4, 12) }],
            vec![Layer::Base64],
        );
        assert_eq!(view.origin(Span::new(2, 3)), Span::new(4, 12));
        assert_eq!(View::identity("abc").origin(Span::new(1, 2)), Span::new(1, 2));
    }
}
