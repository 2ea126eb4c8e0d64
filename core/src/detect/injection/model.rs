//! A linear model of words and their parts, trained on attacks and ordinary text: docs/MODEL-CARD.md.
//!
//! It reads a text through a window. Sums are of integers, and of floating point only what IEEE 754
//! fixes to the last bit: a text has the same score on every machine.

mod feature;
mod token;
mod window;

pub use feature::{Features, features};
pub use window::STRIDE;

use super::FOREIGN;
use crate::detect::Lanes;
use crate::detect::registry::RuleInfo;
use crate::finding::{Category, MODEL, Severity};
use crate::span::Span;
use crate::view::{View, Views};

/// The rule that it is: what it finds is never severe by itself, since it says no reason.
pub(in crate::detect) static RULE: RuleInfo = RuleInfo {
    id: MODEL,
    category: Category::Injection,
    severity: Severity::Medium,
    score: 1000,
    threats: &["LLM01", "ASI01", "AML.T0051"],
    meaning: "Reads like attacks that a model was trained on.",
};

/// The score that stands for the threshold of a channel.
pub(in crate::detect) const THRESHOLD: u16 = 500;

/// Who can have written a text: where the principal speaks, other words are ordinary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// The principal.
    User,
    /// Anybody.
    Foreign,
    /// A tool, of itself.
    Description,
}

impl Channel {
    pub(in crate::detect) fn of(lanes: u8) -> Option<Self> {
        if lanes & Lanes::DESCRIPTION != 0 {
            Some(Channel::Description)
        } else if lanes & FOREIGN != 0 {
            Some(Channel::Foreign)
        } else {
            (lanes & Lanes::USER != 0).then_some(Channel::User)
        }
    }
}

/// How a channel is judged, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Judgement {
    /// The evidence from which a text is flagged.
    pub threshold: i32,
    /// What each e-fold of the windows takes off: many windows have a bad one by chance.
    pub penalty: i32,
}

/// A trained model. Its file is a head of [`Model::HEAD`] bytes, then one byte a weight.
#[derive(Clone, Copy)]
pub struct Model<'a> {
    weights: &'a [u8; 1 << feature::BITS],
    bias: f64,
    words: f64,
    parts: f64,
    damping: f64,
    channels: [Judgement; 3],
}

/// What a model makes of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// How much it looks like an attack, in thousandths.
    pub evidence: i32,
    /// Which of the views holds the window that does most.
    pub view: usize,
    /// Where that window stands in it.
    pub span: Span,
}

static BUILT_IN: &[u8; Model::HEAD + Model::WEIGHTS] = include_bytes!("model/weights.bin");

impl std::fmt::Debug for Model<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("channels", &self.channels).finish_non_exhaustive()
    }
}

impl<'a> Model<'a> {
    /// Weights in a model.
    pub const WEIGHTS: usize = 1 << feature::BITS;
    /// Bytes before them: `checkre1`, then bias, scale of words, scale of parts and damping in
    /// millionths, then threshold and penalty of user, foreign and description; all are 32-bit
    /// integers, the lowest byte first.
    pub const HEAD: usize = 48;
    const NAME: &'static [u8] = b"checkre1";

    /// The model that ships.
    #[must_use]
    pub fn built_in() -> Option<Model<'static>> {
        Model::read(BUILT_IN)
    }

    /// Reads a model's file; none where it is no such file. Nothing is copied.
    #[must_use]
    pub fn read(file: &'a [u8]) -> Option<Self> {
        let (head, weights) = file.split_at_checked(Self::HEAD)?;
        let numbers = head.strip_prefix(Self::NAME)?;
        let weights = weights.try_into().ok()?;
        let mut numbers = numbers
            .chunks_exact(4)
            .filter_map(|number| number.try_into().ok().map(i32::from_le_bytes));
        let mut part = || numbers.next().map(|number| f64::from(number) / 1_000_000.0);
        let (bias, words, parts, damping) = (part()?, part()?, part()?, part()?);
        let mut judgement =
            || Some(Judgement { threshold: numbers.next()?, penalty: numbers.next()? });
        let channels = [judgement()?, judgement()?, judgement()?];
        Some(Self { weights, bias, words, parts, damping, channels })
    }

    /// How texts of `channel` are judged.
    #[must_use]
    pub fn judgement(&self, channel: Channel) -> Judgement {
        let [user, foreign, description] = self.channels;
        match channel {
            Channel::User => user,
            Channel::Foreign => foreign,
            Channel::Description => description,
        }
    }

    /// What the window that looks most like an attack says, over all views; none for a text of
    /// a word or two, which says nothing.
    #[must_use]
    pub fn evidence(&self, views: &Views<'_>, channel: Channel) -> Option<Evidence> {
        let mut windows = 0_u32;
        let mut best: Option<(f64, usize, Span)> = None;
        for (at, view) in views.all().enumerate() {
            let Some(found) = window::best(self, view.text()) else { continue };
            windows = windows.saturating_add(found.windows);
            if best.is_none_or(|(score, ..)| found.score > score) {
                best = Some((found.score, at, found.span));
            }
        }
        let (score, view, span) = best?;
        let penalty = f64::from(self.judgement(channel).penalty) * logarithm(windows);
        Some(Evidence { evidence: whole(score * 1000.0 - penalty), view, span })
    }

    /// The evidence as a finding's score: [`THRESHOLD`] where it reaches the channel's own.
    #[must_use]
    pub fn score(&self, evidence: i32, channel: Channel) -> u16 {
        /// Thousandths of evidence in a point.
        const POINT: i64 = 8;
        let over = i64::from(evidence) - i64::from(self.judgement(channel).threshold);
        let score = i64::from(THRESHOLD) + over.div_euclid(POINT);
        u16::try_from(score.clamp(0, 1000)).unwrap_or(0)
    }

    fn weight(&self, index: usize) -> i32 {
        self.weights.get(index).map_or(0, |byte| i32::from(byte.cast_signed()))
    }

    /// What a window says, of sums of weights and how many there were, and of how much in it is spoken.
    fn window(&self, words: (i32, i32), parts: (i32, i32), spoken: f64) -> f64 {
        let mean = |(sum, n): (i32, i32)| f64::from(sum) / (f64::from(n) + self.damping).sqrt();
        let parts = if parts.1 == 0 { 0.0 } else { mean(parts) };
        braked(self.bias + self.words * mean(words) + self.parts * parts, spoken)
    }
}

/// What a window says whose features add up to `score`, where so much in it is [`spoken`].
#[must_use]
pub fn braked(score: f64, spoken: f64) -> f64 {
    if score > 0.0 { score * spoken } else { score }
}

/// How much of its evidence counts in a window of so many tokens, of which `words` are words: all of it where one in
/// [`WORDY`] is, and nothing where none is. Rows of numbers and closing brackets repeat few features, which then weigh
/// more than any word.
#[must_use]
pub fn spoken(words: u32, tokens: u32) -> f64 {
    (f64::from(words) * WORDY / f64::from(tokens.max(1))).min(1.0)
}

/// Tokens of which one is a word in text that speaks.
const WORDY: f64 = 4.0;

/// What was found, ready to be mapped home.
pub(in crate::detect) struct Hit<'v> {
    pub(in crate::detect) view: &'v View<'v>,
    pub(in crate::detect) span: Span,
    pub(in crate::detect) score: u16,
}

/// Looks at all of a text at once.
pub(in crate::detect) fn scan<'v>(
    model: &Model<'_>,
    views: &'v Views<'v>,
    lanes: u8,
) -> Option<Hit<'v>> {
    let channel = Channel::of(lanes)?;
    let found = model.evidence(views, channel)?;
    let view = views.all().nth(found.view)?;
    Some(Hit { view, span: found.span, score: model.score(found.evidence, channel) })
}

/// The natural logarithm of `n`, by straight lines between the powers of two: never off by more
/// than 0.06, and the same everywhere.
fn logarithm(n: u32) -> f64 {
    let whole = n.max(1).ilog2();
    let part = f64::from(n.max(1)) / f64::from(1_u32 << whole) - 1.0;
    (f64::from(whole) + part) * std::f64::consts::LN_2
}

fn whole(number: f64) -> i32 {
    number as i32
}

#[cfg(test)]
mod tests;
