//! The window of a text that looks most like an attack.

use super::feature::{Features, features};
use super::{Model, spoken};
use crate::detect::injection::mention;
use crate::span::{self, Span};

/// Tokens by which the window moves on; it holds twice as many.
pub const STRIDE: u32 = 16;

/// What a window says less where text about attacks quotes it.
const MENTIONED: f64 = 2.5;

/// What a window says at least where it is asked whether it is quoted: below, nothing is flagged.
const ASKED: f64 = 0.5;

/// How many windows of a text are asked: an attacker's text is to cost no more than another. Those behind count
/// for all they say.
const MOST_ASKED: u32 = 64;

/// In how many places of a window quotations are looked for, less one.
const PIECES: usize = 8;

/// What a window adds up to.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    words: i32,
    words_n: i32,
    parts: i32,
    parts_n: i32,
    tokens: u32,
    /// Tokens that are words.
    spelled: u32,
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
        text,
        asked: 0,
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
    text: &'m str,
    asked: u32,
    last: Sums,
    now: Sums,
    best: Best,
    /// Each word has one place, which it takes from the one before.
    kept: [Parts; KEPT],
    /// A word that is read for the first time, and the sums before it.
    fresh: Option<Parts>,
}

impl Sums {
    fn add_words(&mut self, weight: i32) {
        self.words += weight;
        self.words_n += 1;
    }

    fn add_part(&mut self, weight: i32) {
        self.parts += weight;
        self.parts_n += 1;
    }

    fn end(&mut self, word: bool) {
        self.tokens += 1;
        self.spelled += u32::from(word);
    }
}

/// All of a text as one window.
struct Whole<'m> {
    model: &'m Model<'m>,
    sums: Sums,
}

impl Features for Whole<'_> {
    fn words(&mut self, index: usize) {
        self.sums.add_words(self.model.weight(index));
    }

    fn part(&mut self, index: usize) {
        self.sums.add_part(self.model.weight(index));
    }

    fn end(&mut self, _: Span, word: bool) {
        self.sums.end(word);
    }
}

impl Features for Windows<'_> {
    fn words(&mut self, index: usize) {
        self.now.add_words(self.model.weight(index));
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
        self.now.add_part(self.model.weight(index));
    }

    fn end(&mut self, span: Span, word: bool) {
        if let Some(Parts { word, sum, n }) = self.fresh.take()
            && let Some(place) = self.kept.get_mut((word % KEPT as u64) as usize)
        {
            *place = Parts { word, sum: self.now.parts - sum, n: self.now.parts_n - n };
        }
        if self.now.tokens == 0 {
            self.now.start = span.start;
        }
        self.now.end(word);
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
        let mut score = self.model.window(
            (a.words + b.words, a.words_n + b.words_n),
            (a.parts + b.parts, a.parts_n + b.parts_n),
            spoken(a.spelled + b.spelled, a.tokens + b.tokens),
        );
        let span = Span::new(start, b.end.max(a.end));
        let first = self.best.windows == 0;
        self.best.windows = self.best.windows.saturating_add(1);
        // Few windows come so far.
        if score > ASKED && score > self.best.score && self.asked < MOST_ASKED {
            self.asked += 1;
            if let Some(outside) = self.outside(span) {
                score = outside.max(score - MENTIONED);
            }
        }
        if first || score > self.best.score {
            self.best.score = score;
            self.best.span = span;
        }
    }

    /// What a window says outside the quotations in it, where text about attacks quotes; none where
    /// it does not. An attack that stands between two quotations is all that counts, then.
    fn outside(&self, window: Span) -> Option<f64> {
        let mut said = Whole { model: self.model, sums: Sums::default() };
        let (mut from, mut quoted) = (window.start, false);
        for piece in 1..PIECES {
            let at = span::ceil(self.text, window.start + window.len() * piece / PIECES);
            if at < from {
                continue;
            }
            if let Some(quotation) = mention::quotation(self.text, at) {
                features(self.text.get(from..quotation.start).unwrap_or_default(), &mut said);
                from = quotation.end.min(window.end);
                quoted = true;
            }
        }
        if !quoted {
            return None;
        }
        features(self.text.get(from..window.end).unwrap_or_default(), &mut said);
        let Sums { words, words_n, parts, parts_n, tokens, spelled, .. } = said.sums;
        Some(self.model.window((words, words_n), (parts, parts_n), spoken(spelled, tokens)))
    }
}
