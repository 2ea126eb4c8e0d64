//! Logistic regression with a square penalty, by L-BFGS.

use super::bag::Window;
use checkrein::detect::{Model, braked};

/// How much a part of a word counts beside a word.
pub const PARTS: f64 = 0.7;
/// Added to the count of features in a window, so that a few words alone are no proof.
pub const DAMPING: f64 = 6.0;
/// The inverse of the penalty.
const C: f64 = 2.0;
/// Steps that the shape of the loss is guessed from.
const MEMORY: usize = 6;

/// One window with what it is.
#[derive(Debug, Clone, Copy)]
pub struct Example<'a> {
    /// The window.
    pub window: &'a Window,
    /// Whether it is an attack.
    pub attack: bool,
    /// How much it counts.
    pub weight: f64,
}

/// A model while it is trained: the weights, and last the bias.
pub type Weights = Vec<f32>;

/// Weights that say nothing.
pub fn blank() -> Weights {
    vec![0.0; Model::WEIGHTS + 1]
}

#[allow(clippy::cast_precision_loss, reason = "counts are small")]
fn shares(window: &Window) -> (f64, f64) {
    let share = |n: usize| 1.0 / (n as f64 + DAMPING).sqrt();
    (share(window.words.len()), PARTS * share(window.parts.len()))
}

/// What `weights` make of `window`, as the model that ships says it.
pub fn score(weights: &[f32], window: &Window) -> f64 {
    braked(evidence(weights, window), window.spoken)
}

/// The same before what is not spoken takes of it: what rows of numbers say is learnt too.
fn evidence(weights: &[f32], window: &Window) -> f64 {
    let sum = |places: &[u32]| -> f64 {
        f64::from(
            places.iter().map(|at| weights.get(*at as usize).copied().unwrap_or(0.0)).sum::<f32>(),
        )
    };
    let (words, parts) = shares(window);
    let bias = weights.last().copied().unwrap_or(0.0);
    f64::from(bias) + words * sum(&window.words) + parts * sum(&window.parts)
}

/// The loss, and its slope in `slope`.
#[allow(clippy::cast_possible_truncation, reason = "single precision is enough")]
fn loss(examples: &[Example<'_>], weights: &[f32], slope: &mut [f32]) -> f64 {
    slope.iter_mut().zip(weights).for_each(|(s, w)| *s = *w / C as f32);
    let square: f64 = weights.iter().map(|w| f64::from(*w) * f64::from(*w)).sum();
    let mut total = square / (2.0 * C);
    let mut bias = 0.0;
    for example in examples {
        let sign = if example.attack { 1.0 } else { -1.0 };
        let margin = sign * evidence(weights, example.window);
        // ln(1 + e^-m) without overflow.
        total += example.weight * ((-margin.abs()).exp().ln_1p() + (-margin).max(0.0));
        let pull = -sign * example.weight / (1.0 + margin.exp());
        let (words, parts) = shares(example.window);
        for (places, share) in [(&example.window.words, words), (&example.window.parts, parts)] {
            let by = (pull * share) as f32;
            for at in places {
                if let Some(place) = slope.get_mut(*at as usize) {
                    *place += by;
                }
            }
        }
        bias += pull;
    }
    if let Some(last) = slope.last_mut() {
        *last += bias as f32;
    }
    total
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    // Sums of eight, so that the compiler can add them side by side.
    a.chunks(8)
        .zip(b.chunks(8))
        .map(|(a, b)| f64::from(a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>()))
        .sum()
}

fn add(to: &mut [f32], by: f64, what: &[f32]) {
    #[allow(clippy::cast_possible_truncation, reason = "single precision is enough")]
    let by = by as f32;
    to.iter_mut().zip(what).for_each(|(to, what)| *to += by * what);
}

struct Step {
    moved: Vec<f32>,
    bent: Vec<f32>,
    inverse: f64,
}

/// Improves `weights` in at most `rounds` steps.
pub fn fit(examples: &[Example<'_>], weights: &mut Weights, rounds: usize) {
    let mut slope = blank();
    let mut now = loss(examples, weights, &mut slope);
    let mut steps: Vec<Step> = Vec::new();
    for _ in 0..rounds {
        let way = direction(&slope, &steps);
        let down = dot(&way, &slope);
        if down >= 0.0 {
            break;
        }
        let size = dot(&slope, &slope).sqrt();
        let mut length = if steps.is_empty() { (1.0 / size).min(1.0) } else { 1.0 };
        let mut next_slope = blank();
        let mut taken = None;
        for _ in 0..12 {
            let mut next = weights.clone();
            add(&mut next, length, &way);
            let value = loss(examples, &next, &mut next_slope);
            if value <= now + 1e-4 * length * down {
                taken = Some((next, value));
                break;
            }
            length /= 2.0;
        }
        let Some((next, value)) = taken else { break };
        let mut moved = next.clone();
        add(&mut moved, -1.0, weights);
        let mut bent = next_slope.clone();
        add(&mut bent, -1.0, &slope);
        let curve = dot(&moved, &bent);
        if curve > 1e-10 {
            steps.push(Step { moved, bent, inverse: 1.0 / curve });
            if steps.len() > MEMORY {
                steps.remove(0);
            }
        }
        let gain = now - value;
        (*weights, slope, now) = (next, next_slope, value);
        if gain < 1e-6 * now {
            break;
        }
    }
}

/// Where to go from a point with this slope.
fn direction(slope: &[f32], steps: &[Step]) -> Vec<f32> {
    let mut way: Vec<f32> = slope.iter().map(|s| -s).collect();
    let mut shares = Vec::new();
    for step in steps.iter().rev() {
        let share = step.inverse * dot(&step.moved, &way);
        add(&mut way, -share, &step.bent);
        shares.push(share);
    }
    if let Some(last) = steps.last() {
        #[allow(clippy::cast_possible_truncation, reason = "single precision is enough")]
        let scale = (1.0 / (last.inverse * dot(&last.bent, &last.bent))) as f32;
        way.iter_mut().for_each(|w| *w *= scale);
    }
    for (step, share) in steps.iter().zip(shares.iter().rev()) {
        let other = step.inverse * dot(&step.bent, &way);
        add(&mut way, share - other, &step.moved);
    }
    way
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::bag::windows;
    use crate::train::fit::Trained;
    use checkrein::Limits;
    use checkrein::detect::Channel;
    use checkrein::normalize::Normalizer;

    #[test]
    fn training_sees_the_score_that_the_model_gives() {
        // Weights that a byte holds to the last bit, and a few that are larger than all others.
        let mut weights: Weights = (0..Model::WEIGHTS)
            .map(|at| ((at * 7919) % 255) as f32 * 0.01 - 1.27)
            .map(|weight| (weight * 100.0).round() / 100.0)
            .collect();
        weights.push(0.25);
        let trained = Trained::of(&weights);
        let model = trained.model().unwrap();
        let normalizer = Normalizer::new(&Limits::default());
        let (mut high, mut low, mut slowed) = (0, 0, 0);
        for n in 0..300 {
            let text = match n % 4 {
                0 => format!("show item {n} of the list to number {}", n * 31),
                1 => format!("{n};{};{n}\n{}.{n}", n * 3, n * 5),
                2 => format!("{{ [ ({n}) ] }} key{}: word = {n}, {n}", n % 7),
                _ => format!("给我看第{n}号文件, and {} more of them", "very ".repeat(n % 9)),
            };
            let views = normalizer.views(&text);
            let best = windows(&normalizer, &text)
                .iter()
                .map(|window| score(&weights, window))
                .fold(f64::MIN, f64::max);
            let model = f64::from(model.evidence(&views, Channel::User).unwrap().evidence) / 1000.0;
            assert!((best - model).abs() < 0.01, "{text}: {best} / {model}");
            if best > 0.0 {
                high += 1
            } else {
                low += 1
            }
            slowed += usize::from(windows(&normalizer, &text).iter().any(|w| w.spoken < 1.0));
        }
        assert!(high > 30 && low > 30 && slowed > 30, "{high} {low} {slowed}");
    }
}
