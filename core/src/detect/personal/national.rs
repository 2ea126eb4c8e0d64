//! Numbers that states and services give to people, with what makes each of them hold together.

mod europe;
mod world;

use super::number::{Cluster, Digits, MOST_DIGITS};
use super::{Reading, context, info};
use crate::detect::registry::RuleInfo;
use crate::finding::Severity::{High, Medium};
use std::sync::OnceLock;

/// A number of digits alone.
pub(super) struct Number {
    pub(super) info: RuleInfo,
    kind: &'static str,
    /// Lengths of its groups, and the bytes between them.
    shapes: &'static [(&'static [usize], &'static [u8])],
    /// Words near it; `|` ends a word that must not go on.
    words: &'static [&'static str],
    check: fn(&Digits) -> bool,
    /// Its score near one of the words, written in groups without one, and bare.
    scores: (u16, u16, u16),
}

type Shapes = &'static [(&'static [usize], &'static [u8])];

const fn number(
    id: &'static str,
    meaning: &'static str,
    scores: (u16, u16, u16),
    words: &'static [&'static str],
    shapes: Shapes,
    check: fn(&Digits) -> bool,
) -> Number {
    let (_, kind) = id.split_at(9);
    Number { info: info(id, High, 900, meaning), kind, shapes, words, check, scores }
}

const fn less(mut number: Number) -> Number {
    number.info.severity = Medium;
    number
}

/// Only words tell it from any other number.
const NAMED: (u16, u16, u16) = (850, 200, 100);

/// All of them.
pub(super) fn numbers() -> impl Iterator<Item = &'static Number> {
    europe::NUMBERS.iter().chain(world::NUMBERS)
}

/// How many digits their groups have, each way they are written.
#[cfg(test)]
pub(super) fn lengths() -> impl Iterator<Item = &'static [usize]> {
    numbers().flat_map(|number| number.shapes).map(|(lengths, _)| *lengths)
}

/// Those whose first group can have so many digits, by that length.
fn by_first_group() -> &'static [Vec<&'static Number>] {
    static BY_LENGTH: OnceLock<Vec<Vec<&'static Number>>> = OnceLock::new();
    BY_LENGTH.get_or_init(|| {
        let begins = |number: &&Number, length: usize| {
            number.shapes.iter().any(|(lengths, _)| lengths.first() == Some(&length))
        };
        let of = |length| numbers().filter(|number| begins(number, length)).collect();
        (0..=MOST_DIGITS).map(of).collect()
    })
}

pub(super) fn read(cluster: &Cluster<'_>, readings: &mut Vec<Reading>) {
    for (at, group) in cluster.groups.iter().enumerate() {
        for number in by_first_group().get(group.len()).into_iter().flatten() {
            let fits = |shape: &&(&[usize], &[u8])| shape.0.first() == Some(&group.len());
            let shapes = number.shapes.iter().filter(fits);
            let mut found = shapes.filter_map(|(lengths, between)| {
                let (span, digits) = cluster.whole(at, lengths, between)?;
                (!digits.are_same() && (number.check)(&digits)).then_some((span, lengths.len() > 1))
            });
            let Some((span, written)) = found.next() else { continue };
            let (named, grouped, bare) = number.scores;
            let score = match (context::near(cluster.text, span, number.words), written) {
                (true, _) => named,
                (false, true) => grouped,
                (false, false) => bare,
            };
            readings.push(Reading { id: number.info.id, kind: number.kind, span, score });
        }
    }
}
