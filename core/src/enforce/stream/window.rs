//! A piece of a stream that is inspected at once, and where it stands.

use crate::span::Span;

/// What is to be inspected before more goes out.
#[derive(Debug, Clone, Copy)]
pub struct Window<'a> {
    /// The text, with context on both sides.
    pub text: &'a str,
    /// Whether the stream ends with it.
    pub last: bool,
    /// Bytes at the start of `text` that stand at `head_at` in the stream; the others follow
    /// `tail_at`.
    pub(super) head: usize,
    pub(super) head_at: usize,
    pub(super) tail_at: usize,
    pub(super) goes: Span,
}

impl Window<'_> {
    /// The part of it that goes out, unless what begins there is still open: what begins before it
    /// was looked at already, and what begins behind it will be. Empty where nothing goes out.
    #[must_use]
    pub fn goes(&self) -> Span {
        self.goes
    }

    /// Where a span of this window stands in the stream.
    #[must_use]
    pub fn place(&self, span: Span) -> Span {
        let place = |at: usize| {
            if at < self.head { self.head_at + at } else { self.tail_at + (at - self.head) }
        };
        // An end is placed by its last byte: the next one can stand elsewhere.
        Span::new(place(span.start), span.end.checked_sub(1).map_or(self.tail_at, |e| place(e) + 1))
    }
}
