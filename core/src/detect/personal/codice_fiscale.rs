//! Tax codes of Italy: sixteen characters, the last of which checks the others.

use super::Reading;
use super::number::Cluster;
use crate::span::Span;

/// What each character counts at odd places, by 0-9 and A-Z.
const ODD: [u32; 26] =
    [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

pub(super) fn read(cluster: &Cluster<'_>, readings: &mut Vec<Reading>) {
    for group in cluster.groups {
        let Some(start) = group.start.checked_sub(6) else { continue };
        let span = Span::new(start, start + 16);
        let Some(code) = span.of(cluster.text) else { continue };
        if group.len() == 2 && is_code(code) && cluster.begins(span.start) && cluster.ends(span.end)
        {
            let id = "personal/it_codice_fiscale";
            readings.push(Reading { id, kind: "it_codice_fiscale", span, score: 950 });
        }
    }
}

fn is_code(code: &str) -> bool {
    let shaped = code.bytes().enumerate().all(|(at, byte)| match at {
        0..=5 | 8 | 11 | 15 => byte.is_ascii_alphabetic(),
        _ => byte.is_ascii_digit(),
    });
    let Some((body, check)) = code.split_at_checked(15) else { return false };
    let sum: Option<u32> = body
        .bytes()
        .enumerate()
        .map(|(at, byte)| {
            let value = match byte.to_ascii_uppercase() {
                digit @ b'0'..=b'9' => digit - b'0',
                letter => letter.checked_sub(b'A')?,
            };
            if at % 2 == 0 { ODD.get(usize::from(value)).copied() } else { Some(u32::from(value)) }
        })
        .sum();
    let expected = sum.and_then(|sum| u8::try_from(sum % 26).ok()).map(|sum| b'A' + sum);
    shaped && check.bytes().next().map(|b| b.to_ascii_uppercase()) == expected
}
