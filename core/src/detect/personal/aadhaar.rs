//! Aadhaar numbers of India: twelve digits, none of the first 0 or 1, and Verhoeff's check.

use super::number::{Cluster, Digits};
use super::{Reading, context};

const WORDS: &[&str] = &["aadhaar", "aadhar", "adhaar", "uidai", "uid", "आधार"];

/// How two digits combine: the group of the pentagon's symmetries.
const PRODUCT: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];
/// One step of the permutation that each place applies once more than the one before.
const STEP: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

pub(super) fn read(cluster: &Cluster<'_>, readings: &mut Vec<Reading>) {
    for at in 0..cluster.groups.len() {
        let written = cluster.whole(at, &[4, 4, 4], b" -");
        let Some((span, digits)) = written.or_else(|| cluster.whole(at, &[12], b"")) else {
            continue;
        };
        if digits.at(0).is_none_or(|first| first < 2) || digits.are_same() || !is_verhoeff(&digits)
        {
            continue;
        }
        let named = context::near(cluster.text, span, WORDS);
        if !named && written.is_some() && cluster.is_in_hexadecimal(span, 4) {
            continue;
        }
        let score = match (written.is_some(), named) {
            (_, true) => 900,
            (true, false) => 500,
            (false, false) => 200,
        };
        readings.push(Reading { id: "personal/in_aadhaar", kind: "in_aadhaar", span, score });
    }
}

fn is_verhoeff(digits: &Digits) -> bool {
    let mut check = 0u8;
    for (place, digit) in digits.values().iter().rev().enumerate() {
        let mut permuted = *digit;
        for _ in 0..place % 8 {
            permuted = STEP.get(usize::from(permuted)).copied().unwrap_or(0);
        }
        let row = PRODUCT.get(usize::from(check));
        check = row.and_then(|row| row.get(usize::from(permuted))).copied().unwrap_or(0);
    }
    check == 0
}
