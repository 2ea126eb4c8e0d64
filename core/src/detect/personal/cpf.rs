//! Taxpayer numbers of Brazil: eleven digits, the last two of which check the others.

use super::number::{Cluster, Digits};
use super::{Reading, context};

const WORDS: &[&str] = &["cpf", "cadastro de pessoa", "contribuinte"];

pub(super) fn read(cluster: &Cluster<'_>, readings: &mut Vec<Reading>) {
    for at in 0..cluster.groups.len() {
        let written = cluster.whole(at, &[3, 3, 3, 2], b".-");
        let Some((span, digits)) = written.or_else(|| cluster.whole(at, &[11], b"")) else {
            continue;
        };
        if digits.are_same()
            || check(&digits, 9) != digits.at(9)
            || check(&digits, 10) != digits.at(10)
        {
            continue;
        }
        let named = context::near(cluster.text, span, WORDS);
        let score = match (written.is_some(), named) {
            (true, true) => 900,
            (true, false) => 800,
            (false, true) => 850,
            (false, false) => 200,
        };
        readings.push(Reading { id: "personal/br_cpf", kind: "br_cpf", span, score });
    }
}

/// The check digit that belongs at `place`.
fn check(digits: &Digits, place: usize) -> Option<u8> {
    let head = digits.values().get(..place)?;
    let sum: usize =
        head.iter().enumerate().map(|(at, digit)| usize::from(*digit) * (place + 1 - at)).sum();
    u8::try_from(match sum * 10 % 11 {
        10 => 0,
        rest => rest,
    })
    .ok()
}
