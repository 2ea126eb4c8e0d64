//! Shares and means.

/// `part` of `whole`; 0 of nothing.
#[allow(clippy::cast_precision_loss, reason = "counts of texts are far below 2^52")]
pub fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The mean of `numbers`; 0 of none.
#[allow(clippy::cast_precision_loss, reason = "counts of texts are far below 2^52")]
pub fn mean(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let (sum, n) = numbers.into_iter().fold((0.0, 0_usize), |(sum, n), x| (sum + x, n + 1));
    if n == 0 { 0.0 } else { sum / n as f64 }
}
