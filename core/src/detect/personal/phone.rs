//! Telephone numbers: international form, and national forms where words say so.

use super::number::Cluster;
use super::{Reading, context};
use crate::span::Span;

const WORDS: &[&str] = &[
    "phone",
    "tel",
    "call",
    "mobile",
    "cell",
    "fax",
    "whatsapp",
    "contact",
    "number",
    "reach",
    "dial",
    "sms",
    "text",
    "ring",
    "answering",
    "messages to",
    "hotline",
    "telefon",
    "handy",
    "téléphone",
    "teléfono",
    "móvil",
    "celular",
    "cellulare",
    "telefono",
    "telefone",
    "telefoon",
    "mobiel",
    "numéro",
    "电话",
    "電話",
    "手机",
];

pub(super) fn read(cluster: &Cluster<'_>, readings: &mut Vec<Reading>) {
    let mut at = 0;
    while at < cluster.groups.len() {
        let taken = international(cluster, at, readings)
            .or_else(|| north_american(cluster, at, readings))
            .or_else(|| national(cluster, at, readings));
        at += taken.unwrap_or(1);
    }
}

fn push(readings: &mut Vec<Reading>, span: Span, score: u16) {
    readings.push(Reading { id: "personal/phone", kind: "phone", span, score });
}

/// `+` or `00`, a country, and 8 to 15 digits in all.
fn international(cluster: &Cluster<'_>, at: usize, readings: &mut Vec<Reading>) -> Option<usize> {
    let first = cluster.groups.get(at)?;
    let plus = first.start.checked_sub(1).filter(|_| cluster.before(first.start) == Some(b'+'))?;
    if cluster.before(plus).is_some_and(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let (taken, span, digits) = longest(cluster, at, 15)?;
    if digits < 8 || cluster.text.as_bytes().get(first.start) == Some(&b'0') {
        return None;
    }
    let span = Span::new(plus, span.end);
    let named = context::near(cluster.text, span, WORDS);
    // Arithmetic and time zones have plus signs too; ten digits have not.
    let score = if named {
        850
    } else if digits >= 10 {
        750
    } else {
        450
    };
    push(readings, span, score);
    Some(taken)
}

/// `(555) 010-9999`, `555-010-9999`, `1-555-010-9999`, `555.010.9999`.
fn north_american(cluster: &Cluster<'_>, at: usize, readings: &mut Vec<Reading>) -> Option<usize> {
    let mut from = at;
    let first = cluster.groups.get(at)?;
    if first.of(cluster.text) == Some("1") || first.of(cluster.text) == Some("001") {
        from += 1;
    }
    let [area, exchange, line] = cluster.groups.get(from..from + 3)? else { return None };
    if (area.len(), exchange.len(), line.len()) != (3, 3, 4) {
        return None;
    }
    let leads =
        |group: &Span| cluster.byte(group.start).is_some_and(|b| (b'2'..=b'9').contains(&b));
    let bracketed = cluster.before(area.start) == Some(b'(');
    let start = if from > at { first.start } else { area.start - usize::from(bracketed) };
    if !leads(area) || !leads(exchange) || !cluster.begins(start) || !ends_number(cluster, line.end)
    {
        return None;
    }
    let gap = |a: &Span, b: &Span| cluster.text.get(a.end..b.start);
    let tail = gap(exchange, line)?;
    let head = gap(area, exchange)?;
    let known = bracketed && head.starts_with(')') && matches!(tail, "-" | " " | ".")
        || head == "-" && tail == "-";
    let span = Span::new(start, line.end);
    let named = context::near(cluster.text, span, WORDS);
    let score = match (known, named) {
        (true, true) => 800,
        (true, false) => 600,
        (false, true) => 650,
        (false, false) if head == tail && head == "." => 450,
        (false, false) => 300,
    };
    push(readings, span, score);
    Some(from + 3 - at)
}

/// A number with a leading zero, or any row of 7 to 12 digits, that words call a telephone.
fn national(cluster: &Cluster<'_>, at: usize, readings: &mut Vec<Reading>) -> Option<usize> {
    let first = cluster.groups.get(at)?;
    let bracketed = cluster.before(first.start) == Some(b'(');
    let start = first.start - usize::from(bracketed);
    if !cluster.begins(start) {
        return None;
    }
    let (taken, span, digits) = longest(cluster, at, 12)?;
    let span = Span::new(start, span.end);
    // Digits one by one are a table, not a telephone.
    if taken * 2 > digits
        || !(7..=12).contains(&digits)
        || is_date(cluster, at)
        || !ends_number(cluster, span.end)
    {
        return None;
    }
    let zero =
        cluster.byte(first.start) == Some(b'0') && cluster.byte(first.start + 1) != Some(b'0');
    let alone = taken == cluster.groups.len();
    let named = context::near(cluster.text, span, WORDS);
    let score = match (zero, taken) {
        // A trunk prefix and three groups or more: little else is written so.
        (true, 3..=5) if !named && alone && digits >= 9 && (2..=5).contains(&first.len()) => 420,
        _ if !named => return None,
        (true, _) if digits >= 9 => 650,
        (_, 3..) => 500,
        (_, 2) => 450,
        _ if digits >= 8 => 420,
        _ => 350,
    };
    push(readings, span, score);
    Some(taken)
}

fn ends_number(cluster: &Cluster<'_>, end: usize) -> bool {
    // An extension may follow.
    cluster.ends(end) || matches!(cluster.byte(end), Some(b'x' | b'X' | b'/'))
}

/// Whether a year, month and day begin at `at`.
fn is_date(cluster: &Cluster<'_>, at: usize) -> bool {
    let length = |n: usize| cluster.groups.get(at + n).map_or(0, Span::len);
    let year = |n: usize| {
        let text = cluster.groups.get(at + n).and_then(|group| group.of(cluster.text));
        text.is_some_and(|text| {
            text.len() == 4 && (text.starts_with("19") || text.starts_with("20"))
        })
    };
    year(0) && length(1) <= 2 || year(2) && length(0) <= 2 && length(1) <= 2
}

/// The groups from `at` on that can be one number of at most `most` digits: how many groups,
/// where, how many digits.
fn longest(cluster: &Cluster<'_>, at: usize, most: usize) -> Option<(usize, Span, usize)> {
    let groups = cluster.groups.get(at..)?;
    let mut digits = 0;
    let mut taken = 0;
    let mut end = 0;
    for group in groups.iter().take(7) {
        if digits + group.len() > most || taken > 0 && group.len() > 8 {
            break;
        }
        digits += group.len();
        taken += 1;
        end = group.end;
    }
    (taken > 0).then(|| (taken, Span::new(groups.first().map_or(0, |g| g.start), end), digits))
}
