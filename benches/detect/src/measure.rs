//! Shares.

/// `part` of `whole`; 0 of nothing.
#[allow(clippy::cast_precision_loss, reason = "counts of texts are far below 2^52")]
pub fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
