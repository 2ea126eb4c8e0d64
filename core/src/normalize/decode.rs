//! Looks through encodings, layer by layer, as deep and as far as the limits allow.

use crate::normalize::excerpt::{Excerpt, Excerpted, Fresh};
use crate::normalize::strip::{Reading, Stripped, plain, strip};
use crate::normalize::writer::{Draft, Writer, compose};
use crate::normalize::{block, disguise, english, escape, lookalike, smuggle};
use crate::span::Span;
use crate::view::{Layer, Piece, View};
use memchr::memchr;

/// Views that one layer may add.
const VIEWS: usize = 8;
/// Bytes that decoding may always use: a short text is not to run out by its context.
const ROOM: usize = 4096;

/// Decoded views so far, and what is left to make more.
#[derive(Debug)]
pub(crate) struct Decoding<'t> {
    base: &'t str,
    drafts: Vec<Draft>,
    depth: usize,
    room: usize,
    truncated: bool,
}

/// The view that is being looked into.
#[derive(Clone, Copy)]
struct Parent<'p> {
    text: &'p str,
    pieces: Option<&'p [Piece]>,
    through: &'p [Layer],
    fresh: &'p Fresh,
}

impl<'t> Decoding<'t> {
    /// Decoding of a text of `size` bytes, of which the base view is `base`.
    pub(crate) fn new(base: &'t str, size: usize, depth: usize, ratio: usize) -> Self {
        let room = size.saturating_mul(ratio).max(ROOM);
        Self { base, drafts: Vec::new(), depth, room, truncated: false }
    }

    /// Decodes all that the base view holds, and what stands in that.
    ///
    /// `stripped` is what the base pass over `original` found, none for plain text.
    pub(crate) fn run(
        mut self,
        original: &str,
        pieces: Option<&[Piece]>,
        stripped: Option<&Stripped>,
    ) -> (Vec<View<'static>>, bool) {
        if let Some(stripped) = stripped {
            self.look_behind(original, stripped, None, &[]);
        }
        let (base, fresh) = (self.base, Fresh::whole(self.base));
        self.look_into(Parent { text: base, pieces, through: &[], fresh: &fresh });
        let mut next = 0;
        // Breadth first: what is nearest to the surface is never crowded out.
        while let Some(draft) = self.drafts.get_mut(next) {
            let draft = std::mem::take(draft);
            self.look_into(Parent {
                text: &draft.text,
                pieces: draft.pieces.as_deref(),
                through: &draft.through,
                fresh: &draft.fresh,
            });
            if let Some(place) = self.drafts.get_mut(next) {
                *place = draft;
            }
            next += 1;
        }
        (self.drafts.into_iter().map(Draft::into_view).collect(), self.truncated)
    }

    /// Adds what is written in characters that the pass over `text` took out.
    fn look_behind(
        &mut self,
        text: &str,
        found: &Stripped,
        home: Option<&[Piece]>,
        through: &[Layer],
    ) {
        let carried = [
            (Layer::Tags, (found.tags.len() > 0).then(|| found.tags.clone())),
            (Layer::Selectors, smuggle::selectors(text, &found.selectors, &found.variants)),
            (Layer::Escapes, found.speaks.then(|| strip(text, Reading::Literal).out)),
            (Layer::Leet, found.glued.then(|| strip(text, Reading::Parted).out)),
        ];
        for (layer, writer) in carried {
            let Some((text, pieces)) = writer.map(Writer::finish) else { continue };
            let fresh = Fresh::whole(&text);
            self.admit(layer, Excerpted { text, pieces, fresh }, home, through);
        }
    }

    /// Tries every decoder for which there is a sign in the text.
    fn look_into(&mut self, parent: Parent<'_>) {
        let (bytes, last) = (parent.text.as_bytes(), parent.through.last());
        let has = |b: u8| memchr(b, bytes).is_some();
        let survey = english::survey(parent.text);
        // What was folded to plain words holds no further encoding.
        let folded = matches!(last, Some(Layer::Rot13 | Layer::Reversed | Layer::Leet));
        if !folded && last != Some(&Layer::Confusables) {
            let runs = block::runs(parent.text);
            if !runs.is_empty() {
                self.attempt(Layer::Base64, parent, |text, out| block::base64(text, &runs, out));
                self.attempt(Layer::Hex, parent, |text, out| block::hex(text, &runs, out));
            }
            if survey.codes {
                self.attempt(Layer::Hex, parent, block::parted_hex);
                self.attempt(Layer::Escapes, parent, block::numbers);
            }
            if has(b'%') {
                self.attempt(Layer::Percent, parent, escape::percent);
            }
            if has(b'&') {
                self.attempt(Layer::Html, parent, escape::html);
            }
            if has(b'=') {
                self.attempt(Layer::QuotedPrintable, parent, escape::quoted_printable);
            }
            if has(b'\\') {
                self.attempt(Layer::Escapes, parent, escape::backslash);
            }
        }
        if folded || parent.through.len() >= self.depth {
            return;
        }
        if !parent.text.is_ascii() {
            self.attempt(Layer::Reversed, parent, disguise::upside_down);
            if last != Some(&Layer::Confusables) {
                self.attempt(Layer::Confusables, parent, lookalike::lookalikes);
            }
        }
        if survey.mixed || survey.spaced {
            self.attempt(Layer::Leet, parent, |text, out| disguise::folded(text, &survey, out));
        }
        if !survey.foreign.is_empty() {
            self.attempt(Layer::Rot13, parent, |text, out| disguise::rot13(text, &survey, out));
            self.attempt(Layer::Reversed, parent, |text, out| {
                disguise::reversed(text, &survey, out)
            });
        }
    }

    fn attempt(
        &mut self,
        layer: Layer,
        parent: Parent<'_>,
        decode: impl FnOnce(&str, &mut Excerpt<'_>),
    ) {
        // What stands beside a decoded part is decoded with it in one order only; what stands in
        // it, in any. Else each pair of encodings would be looked through twice.
        let whole = [Span::whole(parent.text)];
        let allowed = match parent.through.last() {
            // Only plain words are folded after this, and those are to read together.
            Some(Layer::Confusables) => &whole,
            Some(last) if *last >= layer => parent.fresh.decoded.as_slice(),
            _ => &parent.fresh.words,
        };
        let mut out = Excerpt::new(parent.text, allowed, self.room);
        decode(parent.text, &mut out);
        self.truncated |= out.is_over();
        if let Some(excerpt) = out.finish().filter(|excerpt| excerpt.text != parent.text) {
            self.admit(layer, excerpt, parent.pieces, parent.through);
        }
    }

    /// Normalizes what was decoded and adds it, where it is new and there is room.
    fn admit(&mut self, layer: Layer, found: Excerpted, home: Option<&[Piece]>, above: &[Layer]) {
        let of_layer = self.drafts.iter().filter(|d| d.through.last() == Some(&layer)).count();
        if above.len() >= self.depth || of_layer >= VIEWS || found.text.len() > self.room {
            self.truncated = true;
            return;
        }
        let mut through = above.to_vec();
        through.push(layer);
        let pieces = compose(home, found.pieces);
        if plain(&found.text) {
            self.add(Draft { text: found.text, pieces: Some(pieces), through, fresh: found.fresh });
            return;
        }
        let stripped = strip(&found.text, Reading::Visible);
        self.look_behind(&found.text, &stripped, Some(&pieces), &through);
        let (text, inner) = stripped.out.finish();
        let moved = |parts: &[Span]| parts.iter().map(|part| forward(&inner, *part)).collect();
        let fresh =
            Fresh { decoded: moved(&found.fresh.decoded), words: moved(&found.fresh.words) };
        let pieces = compose(Some(&pieces), inner);
        self.add(Draft { text, pieces: Some(pieces), through, fresh });
    }

    fn add(&mut self, draft: Draft) {
        let seen = self.drafts.iter().any(|d| d.text == draft.text) || self.base == draft.text;
        if seen || draft.text.is_empty() {
            return;
        }
        if draft.text.len() > self.room {
            self.truncated = true;
            return;
        }
        self.room -= draft.text.len();
        self.drafts.push(draft);
    }
}

/// Where a span of a text stands in its view, of which `pieces` lead home into the text.
fn forward(pieces: &[Piece], span: Span) -> Span {
    let place = |at: usize| {
        let next = pieces.partition_point(|piece| piece.origin.end <= at);
        pieces.get(next).map_or_else(
            || pieces.last().map_or(0, |last| last.view.end),
            |piece| {
                let exact = piece.view.len() == piece.origin.len();
                let within = if exact { at.saturating_sub(piece.origin.start) } else { 0 };
                piece.view.start + within
            },
        )
    };
    Span::new(place(span.start), place(span.end))
}
