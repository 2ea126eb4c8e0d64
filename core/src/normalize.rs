//! What a text really says, with its alignment to the original.

mod ansi;
mod bidi;
mod block;
mod class;
mod decode;
mod disguise;
mod english;
mod escape;
mod excerpt;
mod fold;
mod html;
mod lookalike;
mod smuggle;
mod strip;
#[cfg(test)]
mod tests;
mod writer;

use crate::limits::Limits;
use crate::normalize::decode::Decoding;
use crate::normalize::strip::Reading;
use crate::view::{View, Views};

/// Makes the views of a text.
#[derive(Debug, Clone)]
pub struct Normalizer {
    depth: usize,
    ratio: usize,
}

impl Normalizer {
    /// A normalizer that decodes as deep and as much as `limits` allow.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self { depth: limits.decode_depth, ratio: limits.decode_ratio }
    }

    /// The base view: what a reader sees, in one form for each character.
    #[must_use]
    pub fn base<'a>(&self, text: &'a str) -> View<'a> {
        if strip::plain(text) {
            return View::identity(text);
        }
        let (seen, pieces) = strip::strip(text, Reading::Visible).out.finish();
        if seen == text { View::identity(text) } else { View::new(seen, pieces, Vec::new()) }
    }

    /// The base view, what can be decoded from it, and what is hidden in the text.
    #[must_use]
    pub fn views<'a>(&self, text: &'a str) -> Views<'a> {
        if strip::plain(text) {
            let decoding = Decoding::new(text, text.len(), self.depth, self.ratio);
            let (decoded, truncated) = decoding.run(text, None, None);
            return Views { base: View::identity(text), decoded, hidden: Vec::new(), truncated };
        }
        let mut stripped = strip::strip(text, Reading::Visible);
        let (seen, pieces) = std::mem::take(&mut stripped.out).finish();
        let decoding = Decoding::new(&seen, text.len(), self.depth, self.ratio);
        let (decoded, truncated) = decoding.run(text, Some(&pieces), Some(&stripped));
        let base =
            if seen == text { View::identity(text) } else { View::new(seen, pieces, Vec::new()) };
        let truncated = truncated || stripped.crowded;
        Views { base, decoded, hidden: stripped.hidden, truncated }
    }
}
