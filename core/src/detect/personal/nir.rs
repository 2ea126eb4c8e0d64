//! Social security numbers of France: sex, birth, place, order, and a key modulo 97.

use super::number::Cluster;
use super::{Reading, context};
use crate::span::Span;

const WORDS: &[&str] = &[
    "nir",
    "sécurité sociale",
    "securite sociale",
    "numéro de sécu",
    "sécu",
    "insee",
    "carte vitale",
];

pub(super) fn read(cluster: &Cluster<'_>, readings: &mut Vec<Reading>) {
    for group in cluster.groups {
        if !matches!(cluster.byte(group.start), Some(b'1' | b'2')) || !cluster.begins(group.start) {
            continue;
        }
        let Some(span) = number(cluster, group.start) else { continue };
        let score = if context::near(cluster.text, span, WORDS) { 950 } else { 550 };
        readings.push(Reading { id: "personal/fr_nir", kind: "fr_nir", span, score });
    }
}

/// Fifteen characters; Corsica writes its department 2A or 2B.
fn number(cluster: &Cluster<'_>, start: usize) -> Option<Span> {
    let (mut taken, mut at) = (0usize, start);
    let (mut body, mut key, mut month) = (0u64, 0u64, 0u64);
    let mut corsica = 0u64;
    while taken < 15 {
        let byte = cluster.byte(at)?;
        at += 1;
        let digit = match byte {
            b'0'..=b'9' => u64::from(byte - b'0'),
            // Counted as 19 and 18, the letter as 0, say the rules.
            b'A' | b'a' if taken == 6 => {
                corsica = 1_000_000;
                0
            }
            b'B' | b'b' if taken == 6 => {
                corsica = 2_000_000;
                0
            }
            b' ' | b'.' if matches!(taken, 1 | 3 | 5 | 7 | 10 | 13) => continue,
            _ => return None,
        };
        if taken < 13 {
            body = body * 10 + digit;
        } else {
            key = key * 10 + digit;
        }
        if matches!(taken, 3 | 4) {
            month = month * 10 + digit;
        }
        taken += 1;
    }
    let possible = matches!(month, 1..=12 | 20..=42 | 50..=99);
    let right = 97 - body.checked_sub(corsica)? % 97 == key;
    (possible && right && cluster.ends(at)).then(|| Span::new(start, at))
}
