//! International bank account numbers: a country, its length, and the remainder by 97.

use super::Reading;
use super::number::Cluster;
use crate::span::Span;

/// Countries with the length of their numbers.
const COUNTRIES: &[(&[u8; 2], usize)] = &[
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

pub(super) fn read(cluster: &Cluster<'_>, readings: &mut Vec<Reading>) {
    for group in cluster.groups {
        let Some(start) = group.start.checked_sub(2) else { continue };
        let Some(span) = account(cluster, start) else { continue };
        readings.push(Reading { id: "personal/iban", kind: "iban", span, score: 980 });
    }
}

fn account(cluster: &Cluster<'_>, start: usize) -> Option<Span> {
    let bytes = cluster.text.as_bytes();
    let [a, b] = bytes.get(start..start + 2)? else { return None };
    let country = [a.to_ascii_uppercase(), b.to_ascii_uppercase()];
    let (_, length) = COUNTRIES.iter().find(|(code, _)| **code == country)?;
    if cluster.before(start).is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return None;
    }
    let mut letters = [0u8; 34];
    let (mut taken, mut at) = (0, start);
    while taken < *length {
        let byte = *bytes.get(at)?;
        if byte.is_ascii_alphanumeric() {
            *letters.get_mut(taken)? = byte.to_ascii_uppercase();
            taken += 1;
        } else if !(matches!(byte, b' ' | b'-') && taken % 4 == 0) {
            return None;
        }
        at += 1;
    }
    let whole = !cluster.byte(at).is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    (whole && remainder(letters.get(..taken)?) == Some(1)).then(|| Span::new(start, at))
}

/// The number that the account spells, first four characters last, modulo 97.
fn remainder(letters: &[u8]) -> Option<u32> {
    let (head, tail) = letters.split_at_checked(4)?;
    let mut rest = 0;
    for byte in tail.iter().chain(head) {
        rest = match byte {
            b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
            b'A'..=b'Z' => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
            _ => return None,
        };
    }
    Some(rest)
}
