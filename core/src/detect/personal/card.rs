//! Payment cards: an issuer's prefix, its lengths, and Luhn's check digit.

use super::number::{Cluster, Digits};
use super::{Reading, check, context};
use crate::span::Span;

/// Digits of the longest number.
const LONGEST: usize = 19;

const SHAPES: &[&[usize]] = &[
    &[16],
    &[4, 4, 4, 4],
    &[15],
    &[4, 6, 5],
    &[14],
    &[4, 6, 4],
    &[13],
    &[19],
    &[4, 4, 4, 4, 3],
    &[12],
    &[17],
    &[18],
    &[6, 13],
];

const WORDS: &[&str] = &[
    "card",
    "credit",
    "debit",
    "visa",
    "mastercard",
    "amex",
    "american express",
    "discover",
    "cc",
    "pan",
    "payment",
    "karte",
    "kreditkarte",
    "carte",
    "tarjeta",
    "carta",
    "cartão",
    "cvv",
    "cvc",
    "expir",
    "maestro",
];

pub(super) fn read(cluster: &Cluster<'_>, readings: &mut Vec<Reading>) {
    for at in 0..cluster.groups.len() {
        for shape in SHAPES {
            let Some((span, digits)) = cluster.whole(at, shape, b" -") else { continue };
            if !check::luhn(digits.values()) || digits.are_same() {
                continue;
            }
            let Some(known) = issuer(&digits) else { continue };
            let named = context::near(cluster.text, span, WORDS);
            let grouped = shape.len() > 1;
            let last = shape.last().copied().unwrap_or_default();
            if !named && (cluster.is_in_hexadecimal(span, last) || is_in_a_list(cluster, span)) {
                continue;
            }
            let score = match (known, named) {
                (true, true) => 950,
                (true, false) if grouped => 850,
                // A bare row of digits passes by chance once in a hundred.
                (true, false) => 650,
                (false, true) => 600,
                (false, false) => 250,
            };
            readings.push(Reading { id: "personal/card", kind: "card", span, score });
            break;
        }
    }
}

/// Whether a number of the same length stands beside it that is no card's: one of a list of numbers.
fn is_in_a_list(cluster: &Cluster<'_>, span: Span) -> bool {
    span.len() <= LONGEST
        && cluster.beside(span).into_iter().filter(|word| word.len() == span.len()).any(|word| {
            let digits = cluster.digits(word).filter(|digits| digits.len() == word.len());
            digits.is_some_and(|digits| !check::luhn(digits.values()))
        })
}

/// Whether an issuer numbers cards so: surely, rarely (`false`), or not at all.
fn issuer(digits: &Digits) -> Option<bool> {
    let length = digits.len();
    let (two, three, four) = (digits.number(0, 2)?, digits.number(0, 3)?, digits.number(0, 4)?);
    match (two, length) {
        (40..=49, 16) | (51..=55, 16) | (34 | 37, 15) | (36 | 38 | 39, 14) => Some(true),
        (40..=49, 13 | 19) => Some(false),
        (30, 14) => (300..=305).contains(&three).then_some(true),
        (22..=27, 16) => (2221..=2720).contains(&four).then_some(true),
        (65, 16) | (62, 16..=19) => Some(true),
        (60 | 64, 16) => {
            (four == 6011 || (644..=649).contains(&three)).then_some(true).or(Some(false))
        }
        (35, 16) if (3528..=3589).contains(&four) => Some(true),
        (35, 16) => Some(false),
        (50 | 56..=59 | 63 | 67, 12..=19) => Some(false),
        (18 | 21, 15) => (four == 1800 || four == 2131).then_some(true),
        _ => None,
    }
}
