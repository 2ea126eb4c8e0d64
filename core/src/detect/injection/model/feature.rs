//! What the model sees of a text: words, pairs and triples of words, and parts of words.

use super::token::{LETTERS, Token, mix, tokens};
use crate::span::Span;

/// Weights, as a power of two.
pub(super) const BITS: u32 = 19;

/// Takes what [`features`] finds. An index is below [`super::Model::WEIGHTS`].
pub trait Features {
    /// A word, or several in a row that end in it.
    fn words(&mut self, index: usize);
    /// Whether it has the parts of this word already, and counts them itself. The hash of a word stands
    /// for its letters.
    fn knows(&mut self, _word: u64) -> bool {
        false
    }
    /// A part of a word.
    fn part(&mut self, index: usize);
    /// The token that all since the last one belong to ends; it is a word, or else a sign, number, address, line end
    /// or the same as one of the two before.
    fn end(&mut self, span: Span, word: bool);
}

/// Hands all that the model sees of `text` to `sink`: token by token, in one pass, in memory
/// that does not grow.
pub fn features(text: &str, sink: &mut impl Features) {
    let (mut last, mut before) = (0_u64, 0_u64);
    tokens(text, &mut |token| {
        sink.words(index(token.hash, 1));
        if last != 0 {
            let pair = mix(last, token.hash);
            sink.words(index(pair, 2));
            if before != 0 {
                sink.words(index(mix(before, pair), 3));
                sink.words(index(mix(before, token.hash), 4));
            }
        }
        if token.letters.len() > 1 && !sink.knows(token.hash) {
            parts(token, sink);
        }
        // A word said again and again says it once.
        let again = token.hash == last || token.hash == before;
        sink.end(token.span, token.is_word() && !again);
        (before, last) = (last, token.hash);
    });
}

/// Four letters in a row; a word begins and ends with a sign of its own.
fn parts(token: &Token<'_>, sink: &mut impl Features) {
    const EDGE: u64 = 1;
    let mut symbols = [EDGE; LETTERS + 2];
    for (symbol, letter) in symbols.iter_mut().skip(1).zip(token.letters) {
        *symbol = u64::from(*letter);
    }
    let symbols = symbols.get(..token.letters.len() + 2).unwrap_or_default();
    for four in symbols.windows(4) {
        sink.part(index(four.iter().fold(0, |hash, symbol| mix(hash, *symbol)), 5));
    }
}

/// The place of what `hash` says, among those of its kind.
fn index(hash: u64, kind: u64) -> usize {
    let mixed = (hash ^ (hash >> 31)).wrapping_add(kind).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0x94D0_49BB_1331_11EB) >> (64 - BITS)) as usize
}
