//! Tax identification numbers of Germany: eleven digits, one of the first ten comes two or three
//! times, and a check digit by ISO 7064.

use super::number::{Cluster, Digits};
use super::{Reading, context};

const WORDS: &[&str] =
    &["steuer", "identifikationsnummer", "idnr", "tin", "tax id", "steuernummer", "steuerliche"];

pub(super) fn read(cluster: &Cluster<'_>, readings: &mut Vec<Reading>) {
    for at in 0..cluster.groups.len() {
        let found =
            cluster.whole(at, &[11], b"").or_else(|| cluster.whole(at, &[2, 3, 3, 3], b" "));
        let Some((span, digits)) = found else { continue };
        if !is_given(&digits) {
            continue;
        }
        let score = if context::near(cluster.text, span, WORDS) { 900 } else { 250 };
        readings.push(Reading { id: "personal/de_tax_id", kind: "de_tax_id", span, score });
    }
}

fn is_given(digits: &Digits) -> bool {
    let Some((check, body)) = digits.values().split_last() else { return false };
    let mut counts = [0u8; 10];
    let mut product = 10u32;
    for digit in body {
        if let Some(count) = counts.get_mut(usize::from(*digit)) {
            *count += 1;
        }
        let sum = match (u32::from(*digit) + product) % 10 {
            0 => 10,
            sum => sum,
        };
        product = sum * 2 % 11;
    }
    let repeated = counts.iter().filter(|count| **count > 1).count();
    let most = counts.iter().max().copied().unwrap_or(0);
    let expected = (11 - product) % 10;
    body.first() != Some(&0) && repeated == 1 && most <= 3 && u32::from(*check) == expected
}
