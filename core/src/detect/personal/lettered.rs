//! Identifiers of letters and digits that check themselves.

mod check;

use super::number::Cluster;
use super::{Reading, context, info};
use check::{cn_id, dea, hetu, hk_id, is_date, nric, pps, rut, tw_id, vat, vin};

use crate::detect::registry::RuleInfo;
use crate::finding::Severity::{High, Low, Medium};
use crate::span::Span;
use std::sync::OnceLock;

/// Letters that a form begins with, at most.
const MOST_LETTERS: usize = 5;

/// An identifier, in one of several shapes.
pub(super) struct Lettered {
    pub(super) info: RuleInfo,
    kind: &'static str,
    shapes: &'static [Shape],
    words: &'static [&'static str],
    check: fn(&[u8]) -> bool,
    /// Its score near one of the words.
    named: u16,
}

/// One way to write it.
struct Shape {
    /// `A` a letter, `9` a digit, `X` either, `-` itself.
    form: &'static str,
    /// Letters before the first place where a digit can stand.
    head: usize,
    /// Its score without any of the words.
    bare: u16,
}

impl Shape {
    /// Whether text that begins with so many letters, and so many digits in a row behind them, can have it.
    fn begins(&self, letters: usize, digits: usize) -> bool {
        let row = self.form.bytes().skip(self.head).take_while(|class| *class == b'9').count();
        // A digit more is one where `X` stands, and nowhere else.
        let more = self.form.as_bytes().get(self.head + row) == Some(&b'X');
        self.head == letters && (digits == row || more && digits > row)
    }
}

const fn shape(form: &'static str, bare: u16) -> Shape {
    let bytes = form.as_bytes();
    let mut head = 0;
    while let Some((b'A', _)) = bytes.split_at(head).1.split_first() {
        head += 1;
    }
    Shape { form, head, bare }
}

const fn lettered(
    id: &'static str,
    meaning: &'static str,
    shapes: &'static [Shape],
    named: u16,
    words: &'static [&'static str],
    check: fn(&[u8]) -> bool,
) -> Lettered {
    let (_, kind) = id.split_at(9);
    Lettered { info: info(id, High, 950, meaning), kind, shapes, words, check, named }
}

const fn less(mut lettered: Lettered, severity: crate::finding::Severity) -> Lettered {
    lettered.info.severity = severity;
    lettered
}

pub(super) const LETTERED: &[Lettered] = &[
    lettered(
        "personal/fi_hetu",
        "A personal identity code of Finland.",
        &[shape("999999X999X", 700), shape("999999-999X", 850)],
        950,
        &["hetu", "henkilötunnus", "henkilotunnus"],
        hetu,
    ),
    lettered(
        "personal/mx_curp",
        "A population code of Mexico.",
        &[shape("AAAA999999AAAAAAX9", 850)],
        950,
        &["curp"],
        |b| b.get(10).is_some_and(|sex| b"HMX".contains(sex)) && is_date(b, 6),
    ),
    lettered(
        "personal/mx_rfc",
        "A tax code of Mexico.",
        &[shape("AAAA999999XXX", 200)],
        900,
        &["rfc|"],
        |b| is_date(b, 6),
    ),
    lettered(
        "personal/sg_nric",
        "An identity number of Singapore.",
        &[shape("A9999999A", 600)],
        900,
        &["nric", "fin|"],
        nric,
    ),
    lettered(
        "personal/tw_id",
        "An identity number of Taiwan.",
        &[shape("A999999999", 250)],
        900,
        &["身分證", "身份證", "taiwan"],
        tw_id,
    ),
    lettered(
        "personal/in_pan",
        "A permanent account number of India.",
        &[shape("AAAAA9999A", 250)],
        900,
        &["pan|", "permanent account", "income tax"],
        |b| b.get(3).is_some_and(|kind| b"PCHFATBLJG".contains(kind)),
    ),
    less(
        lettered(
            "personal/in_gstin",
            "A tax number of a business in India.",
            &[shape("99AAAAA9999AXZX", 700)],
            900,
            &["gst"],
            |b| b.get(13) == Some(&b'Z'),
        ),
        Medium,
    ),
    lettered(
        "personal/ie_pps",
        "A personal public service number of Ireland.",
        &[shape("9999999A", 200), shape("9999999AA", 200)],
        900,
        &["pps", "personal public service"],
        pps,
    ),
    lettered(
        "personal/us_dea",
        "A prescriber's number of the United States.",
        &[shape("AA9999999", 200)],
        900,
        &["dea|", "dea#", "prescriber"],
        dea,
    ),
    lettered(
        "personal/us_mbi",
        "A Medicare number of the United States.",
        &[shape("9AX9AX9AA99", 400)],
        900,
        &["medicare", "mbi|"],
        |b| b.first() != Some(&b'0') && !b.iter().any(|b| b"SLOIBZ".contains(b)),
    ),
    lettered(
        "personal/cn_id",
        "A resident identity number of China.",
        &[shape("99999999999999999X", 800)],
        950,
        &["身份证", "resident id", "identity card"],
        cn_id,
    ),
    less(
        lettered(
            "personal/vin",
            "The number of a vehicle.",
            &[shape("XXXXXXXXXXXXXXXXX", 200)],
            850,
            &["vin|", "vehicle", "chassis", "fahrgestell"],
            vin,
        ),
        Low,
    ),
    lettered(
        "personal/cl_rut",
        "A tax number of Chile.",
        &[shape("99999999-X", 500), shape("99.999.999-X", 700)],
        900,
        &["rut|", "run|", "rol único", "rol unico"],
        rut,
    ),
    lettered(
        "personal/hk_id",
        "An identity number of Hong Kong.",
        &[shape("A999999(X)", 700)],
        900,
        &["hkid", "hong kong id", "身份證"],
        hk_id,
    ),
    less(
        lettered(
            "personal/vat_id",
            "A tax number of a business in Europe.",
            &[
                shape("AA999999999", 200),
                shape("AAA99999999", 200),
                shape("AA99999999999", 200),
                shape("AA99999999", 200),
                shape("AA9999999999", 200),
                shape("AA999999999A99", 200),
            ],
            750,
            VAT,
            vat,
        ),
        Low,
    ),
];

/// How they are written, each way.
#[cfg(test)]
pub(super) fn forms() -> impl Iterator<Item = &'static str> {
    LETTERED.iter().flat_map(|form| form.shapes).map(|shape| shape.form)
}

const VAT: &[&str] = &[
    "vat",
    "ust-id",
    "ustid",
    "umsatzsteuer",
    "tva",
    "btw",
    "partita iva",
    "iva|",
    "moms",
    "uid|",
];

/// Shapes with their identifiers, in order.
type Shapes = Vec<(&'static Lettered, &'static Shape)>;

/// Digits in a row that shapes tell apart: no row in one is longer.
const MOST_IN_A_ROW: usize = 18;

/// Those that fit so many letters before a row of so many digits: first by letters, then by digits.
fn by_beginning() -> &'static [Vec<Shapes>] {
    static BY_BEGINNING: OnceLock<Vec<Vec<Shapes>>> = OnceLock::new();
    BY_BEGINNING.get_or_init(|| {
        let all =
            || LETTERED.iter().flat_map(|form| form.shapes.iter().map(move |shape| (form, shape)));
        let of = |letters, digits| {
            // The vehicle's number may begin with anything: it is read from where its word begins.
            all()
                .filter(|(form, shape)| form.kind == "vin" || shape.begins(letters, digits))
                .collect()
        };
        let by_digits = |letters| (0..=MOST_IN_A_ROW).map(|digits| of(letters, digits)).collect();
        (0..=MOST_LETTERS).map(by_digits).collect()
    })
}

pub(super) fn read(cluster: &Cluster<'_>, readings: &mut Vec<Reading>) {
    for group in cluster.groups {
        // Letters before its first digits belong to it, all of them: no form has more.
        let before = cluster.text.as_bytes().get(..group.start).unwrap_or_default();
        let letters = before.iter().rev().take(MOST_LETTERS + 1);
        let letters = letters.take_while(|b| b.is_ascii_alphabetic()).count();
        let Some(by_digits) = by_beginning().get(letters) else { continue };
        let start = group.start - letters;
        for (form, shape) in by_digits.get(group.len().min(MOST_IN_A_ROW)).into_iter().flatten() {
            readings.extend(reading(cluster, start, form, shape));
        }
    }
}

fn reading(cluster: &Cluster<'_>, start: usize, form: &Lettered, shape: &Shape) -> Option<Reading> {
    let span = Span::new(start, start + shape.form.len());
    let bytes = cluster.text.as_bytes().get(span.start..span.end)?;
    let fits = bytes.iter().zip(shape.form.bytes()).all(|(byte, class)| match class {
        b'A' => byte.is_ascii_uppercase(),
        b'9' => byte.is_ascii_digit(),
        b'X' => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
        sign => *byte == sign || sign == b'-' && *byte == b'+',
    });
    if !fits || !cluster.begins(span.start) || !cluster.ends(span.end) || !(form.check)(bytes) {
        return None;
    }
    let named = context::near(cluster.text, span, form.words);
    let score = if named { form.named } else { shape.bare };
    Some(Reading { id: form.info.id, kind: form.kind, span, score })
}
