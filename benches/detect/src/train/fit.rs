//! From documents to a model: of an attack's document, only the window that shows it is learnt.

use super::bag::{Window, windows};
use super::corpus::{Document, Sizes, documents};
use super::logistic::{DAMPING, Example, PARTS, Weights, blank, fit, score};
use super::random::Random;
use crate::data::Row;
use checkrein::Limits;
use checkrein::detect::{Judgement, Model};
use checkrein::normalize::Normalizer;
use std::collections::BTreeMap;

/// Windows that are kept of a document.
const OF_AN_ATTACK: usize = 30;
const OF_ORDINARY: usize = 3;

/// The file of a model, its thresholds not yet set.
#[derive(Debug, Clone)]
pub struct Trained {
    file: Vec<u8>,
}

struct Bag {
    attack: bool,
    weight: f64,
    windows: Vec<Window>,
}

/// Trains on `rows` and text of our own.
pub fn train(rows: &[&Row], sizes: Sizes) -> Trained {
    let bags = bags(&documents(rows, sizes));
    let mut weights = blank();
    let mut examples = Vec::new();
    for bag in &bags {
        #[allow(clippy::cast_precision_loss, reason = "at most 30")]
        let share = if bag.attack { bag.weight / bag.windows.len() as f64 } else { bag.weight };
        examples.extend(bag.windows.iter().map(|w| Example {
            window: w,
            attack: bag.attack,
            weight: share,
        }));
    }
    fit(&examples, &mut weights, 12);
    for rounds in [12, 28] {
        let mut examples = Vec::new();
        for bag in &bags {
            let example = |window| Example { window, attack: bag.attack, weight: bag.weight };
            if bag.attack {
                let best = bag
                    .windows
                    .iter()
                    .max_by(|a, b| score(&weights, a).total_cmp(&score(&weights, b)));
                examples.extend(best.map(example));
            } else {
                examples.extend(bag.windows.iter().map(example));
            }
        }
        fit(&examples, &mut weights, rounds);
    }
    Trained::of(&weights)
}

fn bags(documents: &[Document]) -> Vec<Bag> {
    let normalizer = Normalizer::new(&Limits::default());
    let mut random = Random::new(2);
    let mut sizes: BTreeMap<&str, f64> = BTreeMap::new();
    let mut bags: Vec<(Bag, &str)> = Vec::new();
    for document in documents {
        let all = windows(&normalizer, &document.text);
        let most = if document.attack { OF_AN_ATTACK } else { OF_ORDINARY };
        let kept: Vec<Window> = random.some(&all, most).into_iter().cloned().collect();
        if kept.is_empty() {
            continue;
        }
        #[allow(clippy::cast_precision_loss, reason = "at most 3")]
        let examples = if document.attack { 1.0 } else { kept.len() as f64 };
        *sizes.entry(&document.style).or_default() += examples;
        bags.push((Bag { attack: document.attack, weight: 1.0, windows: kept }, &document.style));
    }
    // A style counts by the root of its size, and both classes the same.
    let mut totals = [0.0, 0.0];
    for (style, size) in &sizes {
        let class = usize::from(!style.starts_with("ordinary"));
        if let Some(total) = totals.get_mut(class) {
            *total += size.sqrt();
        }
    }
    let examples: f64 = sizes.values().sum();
    let of_class =
        |attack: bool| examples / 2.0 / totals.get(usize::from(attack)).copied().unwrap_or(1.0);
    for (bag, style) in &mut bags {
        let size = sizes.get(style).copied().unwrap_or(1.0);
        bag.weight = of_class(bag.attack) / size.sqrt();
    }
    bags.into_iter().map(|(bag, _)| bag).collect()
}

impl Trained {
    /// Weights as whole numbers of one byte.
    #[allow(clippy::cast_possible_truncation, reason = "rounded and clipped before")]
    pub(super) fn of(weights: &Weights) -> Self {
        let (bias, weights) =
            weights.split_last().map_or((0.0, weights.as_slice()), |(b, w)| (*b, w));
        let mut sizes: Vec<f32> = weights.iter().map(|w| w.abs()).collect();
        sizes.sort_by(f32::total_cmp);
        let most = sizes.get(sizes.len() - sizes.len() / 10_000 - 1).copied().unwrap_or(1.0);
        let unit = f64::from(most) / 127.0;
        let millionths = |number: f64| ((number * 1_000_000.0).round() as i32).to_le_bytes();
        let mut file = b"checkre1".to_vec();
        for number in [f64::from(bias), unit, unit * PARTS, DAMPING] {
            file.extend(millionths(number));
        }
        file.resize(Model::HEAD, 0);
        file.extend(weights.iter().map(|w| {
            let whole = (f64::from(*w) / unit).round().clamp(-127.0, 127.0) as i8;
            whole.cast_unsigned()
        }));
        Self { file }
    }

    /// The same, judged so.
    pub fn judged(mut self, user: Judgement, foreign: Judgement, description: Judgement) -> Self {
        let numbers = [user, foreign, description].map(|j| [j.threshold, j.penalty]);
        let from = Model::HEAD - 24;
        for (place, number) in self
            .file
            .iter_mut()
            .skip(from)
            .zip(numbers.iter().flatten().flat_map(|number| number.to_le_bytes()))
        {
            *place = number;
        }
        self
    }

    /// Its file.
    pub fn file(&self) -> &[u8] {
        &self.file
    }

    /// As it is run.
    pub fn model(&self) -> Option<Model<'_>> {
        Model::read(&self.file)
    }
}
