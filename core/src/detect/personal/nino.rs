//! National insurance numbers of the United Kingdom: two letters, six digits, one letter.

use super::number::Cluster;
use super::{Reading, context};
use crate::span::Span;

const WORDS: &[&str] = &["national insurance", "nino", "ni number", "ni no", "insurance number"];

pub(super) fn read(cluster: &Cluster<'_>, readings: &mut Vec<Reading>) {
    for at in 0..cluster.groups.len() {
        let found = cluster.shape(at, &[6], b"").or_else(|| cluster.shape(at, &[2, 2, 2], b" -"));
        let Some((digits, _)) = found else { continue };
        let Some(span) = letters_around(cluster, digits) else { continue };
        let score = if context::near(cluster.text, span, WORDS) { 900 } else { 600 };
        readings.push(Reading { id: "personal/uk_nino", kind: "uk_nino", span, score });
    }
}

fn letters_around(cluster: &Cluster<'_>, digits: Span) -> Option<Span> {
    let gap = |at: Option<u8>| usize::from(matches!(at, Some(b' ' | b'-')));
    let head_end = digits.start - gap(cluster.before(digits.start));
    let start = head_end.checked_sub(2)?;
    let [first, second] = cluster.text.as_bytes().get(start..head_end)? else { return None };
    let tail = digits.end + gap(cluster.byte(digits.end));
    let suffix = cluster.byte(tail)?;
    let prefix = [*first, *second];
    let refused = [b"BG", b"GB", b"NK", b"KN", b"TN", b"NT", b"ZZ"].iter().any(|no| **no == prefix);
    let given = first.is_ascii_uppercase()
        && second.is_ascii_uppercase()
        && !b"DFIQUV".contains(first)
        && !b"DFIOQUV".contains(second)
        && !refused
        && (b'A'..=b'D').contains(&suffix);
    let span = Span::new(start, tail + 1);
    let whole = cluster.begins(span.start) && cluster.ends(span.end);
    (given && whole).then_some(span)
}
