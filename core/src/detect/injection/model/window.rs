//! The window of a text that looks most like an attack.

use super::Model;
use super::feature::{Features, features};
use crate::span::Span;

/// Tokens by which the window moves on; it holds twice as many.
pub const STRIDE: u32 = 16;

/// What a window adds up to.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    words: i32,
    words_n: i32,
    parts: i32,
    parts_n: i32,
    tokens: u32,
    start: usize,
    end: usize,
}

/// The best window of one text.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Best {
    /// How much it looks like an attack.
    pub(super) score: f64,
    /// Where it stands.
    pub(super) span: Span,
    /// How many there were.
    pub(super) windows: u32,
}

/// Words that are kept with what their parts add up to: a text says the same ones again and again.
const KEPT: usize = 512;

/// What the parts of one word add up to.
#[derive(Debug, Clone, Copy, Default)]
struct Parts {
    word: u64,
    sum: i32,
    n: i32,
}

/// Looks at all windows of `text`; none where it has no token.
pub(super) fn best(model: &Model<'_>, text: &str) -> Option<Best> {
    let mut windows = Windows {
        model,
        last: Sums::default(),
        now: Sums::default(),
        best: Best::default(),
        kept: [Parts::default(); KEPT],
        fresh: None,
    };
    features(text, &mut windows);
    // What is left at the end is looked at with what stands before it.
    if windows.now.tokens > 0 || (windows.best.windows == 0 && windows.last.tokens > 0) {
        windows.close();
    }
    (windows.best.windows > 0).then_some(windows.best)
}

struct Windows<'m> {
    model: &'m Model<'m>,
    last: Sums,
    now: Sums,
    best: Best,
    /// Each word has one place, which it takes from the one before.
    kept: [Parts; KEPT],
    /// A word that is read for the first time, and the sums before it.
    fresh: Option<Parts>,
}

impl Features for Windows<'_> {
    fn words(&mut self, index: usize) {
        self.now.words += self.model.weight(index);
        self.now.words_n += 1;
    }

    fn knows(&mut self, word: u64) -> bool {
        let place = self.kept.get((word % KEPT as u64) as usize);
        match place.filter(|kept| kept.word == word && kept.n > 0) {
            Some(kept) => {
                self.now.parts += kept.sum;
                self.now.parts_n += kept.n;
                true
            }
            None => {
                self.fresh = Some(Parts { word, sum: self.now.parts, n: self.now.parts_n });
                false
            }
        }
    }

    fn part(&mut self, index: usize) {
        self.now.parts += self.model.weight(index);
        self.now.parts_n += 1;
    }

    fn end(&mut self, span: Span) {
        if let Some(Parts { word, sum, n }) = self.fresh.take()
            && let Some(place) = self.kept.get_mut((word % KEPT as u64) as usize)
        {
            *place = Parts { word, sum: self.now.parts - sum, n: self.now.parts_n - n };
        }
        if self.now.tokens == 0 {
            self.now.start = span.start;
        }
        self.now.tokens += 1;
        self.now.end = span.end;
        if self.now.tokens == STRIDE {
            // The first stretch alone is no window where another follows.
            if self.last.tokens > 0 {
                self.close();
            }
            self.last = std::mem::take(&mut self.now);
        }
    }
}

impl Windows<'_> {
    fn close(&mut self) {
        let (a, b) = (self.last, self.now);
        let start = if a.tokens > 0 { a.start } else { b.start };
        let score = self.model.window(
            (a.words + b.words, a.words_n + b.words_n),
            (a.parts + b.parts, a.parts_n + b.parts_n),
        );
        let first = self.best.windows == 0;
        self.best.windows = self.best.windows.saturating_add(1);
        if first || score > self.best.score {
            self.best.score = score;
            self.best.span = Span::new(start, b.end.max(a.end));
        }
    }
}
