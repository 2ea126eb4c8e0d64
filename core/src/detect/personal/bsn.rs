//! Citizen service numbers of the Netherlands: nine digits and the eleven-test.

use super::number::Cluster;
use super::{Reading, context};

const WORDS: &[&str] = &["bsn", "burgerservicenummer", "sofinummer", "sofi", "citizen service"];

pub(super) fn read(cluster: &Cluster<'_>, readings: &mut Vec<Reading>) {
    for at in 0..cluster.groups.len() {
        let found = cluster.whole(at, &[9], b"").or_else(|| cluster.whole(at, &[4, 2, 3], b". "));
        let found = found.or_else(|| cluster.whole(at, &[3, 3, 3], b". -"));
        let Some((span, digits)) = found else { continue };
        let sum = digits.weighted(&[9, 8, 7, 6, 5, 4, 3, 2, -1]);
        if sum % 11 != 0 || digits.are_same() {
            continue;
        }
        // One number of eleven passes: without a word it is only a number.
        let score = if context::near(cluster.text, span, WORDS) { 850 } else { 150 };
        readings.push(Reading { id: "personal/nl_bsn", kind: "nl_bsn", span, score });
    }
}
