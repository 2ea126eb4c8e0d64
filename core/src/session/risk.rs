//! Risk that decays: fixed point, so that every platform gives the same number.

use std::collections::VecDeque;

/// The half-life where nothing else is set: ten minutes.
pub const DEFAULT_HALF_LIFE_MS: i64 = 600_000;
/// The highest risk.
const MOST: i64 = 1000;
/// Contributions that are kept for explanation.
const KEPT: usize = 16;
/// Bits behind the point.
const POINT: u32 = 32;

/// `2^(-1/2)`, `2^(-1/4)`... `2^(-1/65536)`, with 32 bits behind the point. The product of those
/// whose bit is set gives two to any negative fraction, in integers.
const ROOTS: [u64; 16] = [
    3_037_000_500,
    3_611_622_603,
    3_938_502_376,
    4_112_874_773,
    4_202_935_003,
    4_248_701_965,
    4_271_771_996,
    4_283_353_945,
    4_289_156_690,
    4_292_061_010,
    4_293_513_907,
    4_294_240_540,
    4_294_603_903,
    4_294_785_595,
    4_294_876_445,
    4_294_921_870,
];

/// What raised the risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contribution {
    /// By how much, 0 to 1000.
    pub weight: i64,
    /// Why: a rule or an event.
    pub why: &'static str,
    /// When, ms since the epoch.
    pub at_ms: i64,
}

/// A session's risk: `r * 2^(-dt/half_life) + w`, 0 to 1000.
///
/// It only falls with time. Nothing an agent does well lowers it.
///
/// ```
/// use checkrein::session::Risk;
/// let mut risk = Risk::new(1000);
/// risk.add(400, "injection/override", 0);
/// assert_eq!((risk.value(0), risk.value(1000), risk.value(2000)), (400, 200, 100));
/// ```
#[derive(Debug, Clone)]
pub struct Risk {
    half_life_ms: i64,
    raw: u64,
    at_ms: i64,
    latest: VecDeque<Contribution>,
}

impl Risk {
    /// No risk yet. A half-life below a millisecond counts as one.
    #[must_use]
    pub fn new(half_life_ms: i64) -> Self {
        Self { half_life_ms: half_life_ms.max(1), raw: 0, at_ms: i64::MIN, latest: VecDeque::new() }
    }

    /// Raises it by `weight`, taken as 0 to 1000. A clock that goes back lets nothing decay.
    pub fn add(&mut self, weight: i64, why: &'static str, now_ms: i64) {
        let weight = weight.clamp(0, MOST);
        self.raw = (self.raw_at(now_ms) + raw(weight)).min(raw(MOST));
        self.at_ms = self.at_ms.max(now_ms);
        if self.latest.len() == KEPT {
            self.latest.pop_front();
        }
        self.latest.push_back(Contribution { weight, why, at_ms: now_ms });
    }

    /// The risk at `now_ms`, 0 to 1000, rounded to the nearest.
    #[must_use]
    pub fn value(&self, now_ms: i64) -> i64 {
        rounded(self.raw_at(now_ms))
    }

    /// The last 16 contributions, oldest first, as they were when they came.
    pub fn contributions(&self) -> impl ExactSizeIterator<Item = &Contribution> {
        self.latest.iter()
    }

    fn raw_at(&self, now_ms: i64) -> u64 {
        decayed(self.raw, now_ms.saturating_sub(self.at_ms), self.half_life_ms)
    }
}

/// The risk at one time of weights that came `age` ms before: what several processes add up.
pub(super) fn total(weights: impl Iterator<Item = (i64, i64)>, half_life_ms: i64) -> i64 {
    let raws = weights.map(|(weight, age)| decayed(raw(weight.clamp(0, MOST)), age, half_life_ms));
    rounded(raws.fold(0u64, u64::saturating_add)).min(MOST)
}

fn raw(weight: i64) -> u64 {
    weight.unsigned_abs() << POINT
}

fn rounded(raw: u64) -> i64 {
    i64::try_from(raw.saturating_add(1 << (POINT - 1)) >> POINT).unwrap_or(MOST)
}

/// `raw * 2^(-age/half_life)`; nothing decays at an age of 0 or less.
fn decayed(raw: u64, age: i64, half_life_ms: i64) -> u64 {
    let (age, half_life) = (age.max(0).unsigned_abs(), half_life_ms.max(1).unsigned_abs());
    let halvings = u32::try_from(age / half_life).unwrap_or(u32::MAX);
    let fraction = (u128::from(age % half_life) << 16) / u128::from(half_life);
    let set = ROOTS.iter().enumerate().filter(|(i, _)| fraction & (0x8000 >> i) != 0);
    // First the factor, then one product: rounding in between could make an older risk the larger.
    let factor = set.fold(1u64 << POINT, |product, (_, root)| (product * root) >> POINT);
    let product = u128::from(raw) * u128::from(factor);
    let shifted = product.checked_shr(POINT.saturating_add(halvings)).unwrap_or(0);
    // INVARIANT: a factor of at most one leaves no more than `raw`, which is 64 bits.
    u64::try_from(shifted).unwrap_or(raw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn risk_saturates_decays_and_never_goes_below_nothing() {
        let mut risk = Risk::new(60_000);
        assert_eq!(risk.value(5), 0);
        risk.add(-50, "nothing lowers it", 0);
        assert_eq!(risk.value(0), 0);
        risk.add(i64::MAX, "much", 0);
        risk.add(900, "more", 0);
        assert_eq!(risk.value(0), 1000);
        assert_eq!((risk.value(60_000), risk.value(30_000)), (500, 707));
        assert_eq!((risk.value(i64::MAX), risk.value(i64::MIN)), (0, 1000));
    }

    #[test]
    fn a_clock_that_goes_back_lets_nothing_decay() {
        let mut risk = Risk::new(1000);
        risk.add(100, "a", 10_000);
        risk.add(100, "b", 0);
        assert_eq!((risk.value(0), risk.value(10_000), risk.value(11_000)), (200, 200, 100));
    }

    #[test]
    fn the_last_contributions_are_kept() {
        let mut risk = Risk::new(1000);
        for i in 0..100 {
            risk.add(i, "x", i);
        }
        let weights: Vec<i64> = risk.contributions().map(|c| c.weight).collect();
        assert_eq!(weights, (84..100).collect::<Vec<_>>());
    }

    #[test]
    fn vectors_hold_on_every_platform() {
        let values: Vec<u64> =
            [1, 7, 333, 999, 1001, 12_345].map(|age| decayed(raw(1000), age, 1000)).to_vec();
        let expected = [
            4_292_015_614_000,
            4_274_212_453_000,
            3_409_723_114_000,
            2_148_983_224_000,
            2_146_007_807_000,
            825_560_281,
        ];
        assert_eq!(values, expected);
    }

    proptest! {
        #[test]
        fn decay_agrees_with_floating_point(weight in 0i64..=1000, age in 0i64..100_000, half in 1i64..50_000) {
            let exact = weight as f64 * (-(age as f64) / half as f64).exp2();
            let got = decayed(raw(weight), age, half) as f64 / f64::from(2u32.pow(16)) / f64::from(2u32.pow(16));
            prop_assert!((got - exact).abs() < 0.02, "{got} {exact}");
        }

        #[test]
        fn older_is_never_more(weight in 0i64..=1000, age in 0i64..100_000, more in 0i64..1000, half in 1i64..50_000) {
            prop_assert!(decayed(raw(weight), age + more, half) <= decayed(raw(weight), age, half));
        }
    }
}
