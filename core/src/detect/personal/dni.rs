//! Identity numbers of Spain: DNI and NIE, with a letter that follows from the number modulo 23.

use super::number::Cluster;
use super::{Reading, context};
use crate::span::Span;

const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
const WORDS: &[&str] = &["dni", "nie", "nif", "documento", "identidad", "extranjero"];

pub(super) fn read(cluster: &Cluster<'_>, readings: &mut Vec<Reading>) {
    for group in cluster.groups {
        let Some(span) = number(cluster, *group) else { continue };
        let score = if context::near(cluster.text, span, WORDS) { 900 } else { 550 };
        readings.push(Reading { id: "personal/es_dni", kind: "es_dni", span, score });
    }
}

fn number(cluster: &Cluster<'_>, group: Span) -> Option<Span> {
    let value = cluster.digits(group)?.number(0, group.len())?;
    let (start, value) = match group.len() {
        8 => (group.start, value),
        7 => {
            let dash = usize::from(cluster.before(group.start) == Some(b'-'));
            let at = group.start.checked_sub(1 + dash)?;
            let lead = match cluster.byte(at)?.to_ascii_uppercase() {
                b'X' => 0,
                b'Y' => 10_000_000,
                b'Z' => 20_000_000,
                _ => return None,
            };
            (at, lead + value)
        }
        _ => return None,
    };
    let dash = usize::from(matches!(cluster.byte(group.end), Some(b'-' | b' ')));
    let end = group.end + dash + 1;
    let letter = cluster.byte(end - 1)?;
    let expected = LETTERS.get(usize::try_from(value % 23).ok()?)?;
    let right =
        letter.to_ascii_uppercase() == *expected && (dash == 0 || letter.is_ascii_uppercase());
    (right && cluster.begins(start) && cluster.ends(end)).then(|| Span::new(start, end))
}
