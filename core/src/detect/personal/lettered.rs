//! Identifiers of letters and digits that check themselves.

mod check;

use super::number::Cluster;
use super::{Reading, context, info};
use check::{cn_id, dea, hetu, hk_id, is_date, nric, pps, rut, tw_id, vat, vin};

use crate::detect::registry::RuleInfo;
use crate::finding::Severity::{High, Low, Medium};
use crate::span::Span;

/// An identifier of one length.
pub(super) struct Lettered {
    pub(super) info: RuleInfo,
    kind: &'static str,
    /// `A` a letter, `9` a digit, `X` either, `-` itself.
    shape: &'static str,
    words: &'static [&'static str],
    check: fn(&[u8]) -> bool,
    /// Its score near one of the words, and without.
    scores: (u16, u16),
}

const fn lettered(
    id: &'static str,
    meaning: &'static str,
    shape: &'static str,
    scores: (u16, u16),
    words: &'static [&'static str],
    check: fn(&[u8]) -> bool,
) -> Lettered {
    let (_, kind) = id.split_at(9);
    Lettered { info: info(id, High, 950, meaning), kind, shape, words, check, scores }
}

const fn less(mut lettered: Lettered, severity: crate::finding::Severity) -> Lettered {
    lettered.info.severity = severity;
    lettered
}

pub(super) const LETTERED: &[Lettered] = &[
    lettered(
        "personal/fi_hetu",
        "A personal identity code of Finland.",
        "999999X999X",
        (950, 700),
        &["hetu", "henkilötunnus", "henkilotunnus"],
        hetu,
    ),
    lettered(
        "personal/fi_hetu",
        "A personal identity code of Finland.",
        "999999-999X",
        (950, 850),
        &["hetu", "henkilötunnus", "henkilotunnus"],
        hetu,
    ),
    lettered(
        "personal/mx_curp",
        "A population code of Mexico.",
        "AAAA999999AAAAAAX9",
        (950, 850),
        &["curp"],
        |b| b.get(10).is_some_and(|sex| b"HMX".contains(sex)) && is_date(b, 6),
    ),
    lettered(
        "personal/mx_rfc",
        "A tax code of Mexico.",
        "AAAA999999XXX",
        (900, 200),
        &["rfc|"],
        |b| is_date(b, 6),
    ),
    lettered(
        "personal/sg_nric",
        "An identity number of Singapore.",
        "A9999999A",
        (900, 600),
        &["nric", "fin|"],
        nric,
    ),
    lettered(
        "personal/tw_id",
        "An identity number of Taiwan.",
        "A999999999",
        (900, 250),
        &["身分證", "身份證", "taiwan"],
        tw_id,
    ),
    lettered(
        "personal/in_pan",
        "A permanent account number of India.",
        "AAAAA9999A",
        (900, 250),
        &["pan|", "permanent account", "income tax"],
        |b| b.get(3).is_some_and(|kind| b"PCHFATBLJG".contains(kind)),
    ),
    less(
        lettered(
            "personal/in_gstin",
            "A tax number of a business in India.",
            "99AAAAA9999AXZX",
            (900, 700),
            &["gst"],
            |b| b.get(13) == Some(&b'Z'),
        ),
        Medium,
    ),
    lettered(
        "personal/ie_pps",
        "A personal public service number of Ireland.",
        "9999999A",
        (900, 200),
        &["pps", "personal public service"],
        pps,
    ),
    lettered(
        "personal/ie_pps",
        "A personal public service number of Ireland.",
        "9999999AA",
        (900, 200),
        &["pps", "personal public service"],
        pps,
    ),
    lettered(
        "personal/us_dea",
        "A prescriber's number of the United States.",
        "AA9999999",
        (900, 200),
        &["dea|", "dea#", "prescriber"],
        dea,
    ),
    lettered(
        "personal/us_mbi",
        "A Medicare number of the United States.",
        "9AX9AX9AA99",
        (900, 400),
        &["medicare", "mbi|"],
        |b| b.first() != Some(&b'0') && !b.iter().any(|b| b"SLOIBZ".contains(b)),
    ),
    lettered(
        "personal/cn_id",
        "A resident identity number of China.",
        "99999999999999999X",
        (950, 800),
        &["身份证", "resident id", "identity card"],
        cn_id,
    ),
    less(
        lettered(
            "personal/vin",
            "The number of a vehicle.",
            "XXXXXXXXXXXXXXXXX",
            (850, 200),
            &["vin|", "vehicle", "chassis", "fahrgestell"],
            vin,
        ),
        Low,
    ),
    lettered(
        "personal/cl_rut",
        "A tax number of Chile.",
        "99999999-X",
        (900, 500),
        &["rut|", "run|", "rol único", "rol unico"],
        rut,
    ),
    lettered(
        "personal/cl_rut",
        "A tax number of Chile.",
        "99.999.999-X",
        (900, 700),
        &["rut|", "run|", "rol único", "rol unico"],
        rut,
    ),
    lettered(
        "personal/hk_id",
        "An identity number of Hong Kong.",
        "A999999(X)",
        (900, 700),
        &["hkid", "hong kong id", "身份證"],
        hk_id,
    ),
    less(
        lettered(
            "personal/vat_id",
            "A tax number of a business in Europe.",
            "AA999999999",
            (750, 200),
            VAT,
            vat,
        ),
        Low,
    ),
    less(
        lettered(
            "personal/vat_id",
            "A tax number of a business in Europe.",
            "AAA99999999",
            (750, 200),
            VAT,
            vat,
        ),
        Low,
    ),
    less(
        lettered(
            "personal/vat_id",
            "A tax number of a business in Europe.",
            "AA99999999999",
            (750, 200),
            VAT,
            vat,
        ),
        Low,
    ),
    less(
        lettered(
            "personal/vat_id",
            "A tax number of a business in Europe.",
            "AA99999999",
            (750, 200),
            VAT,
            vat,
        ),
        Low,
    ),
    less(
        lettered(
            "personal/vat_id",
            "A tax number of a business in Europe.",
            "AA9999999999",
            (750, 200),
            VAT,
            vat,
        ),
        Low,
    ),
    less(
        lettered(
            "personal/vat_id",
            "A tax number of a business in Europe.",
            "AA999999999A99",
            (750, 200),
            VAT,
            vat,
        ),
        Low,
    ),
];

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

pub(super) fn read(cluster: &Cluster<'_>, readings: &mut Vec<Reading>) {
    let Some(first) = cluster.groups.first() else { return };
    // Letters before the first digits belong to it: no form has more than five.
    for group in cluster.groups {
        for letters in [0, 1, 2, 3, 4, 5] {
            let Some(start) = group.start.checked_sub(letters) else { break };
            if start + letters != first.start && letters == 0 && !cluster.begins(start) {
                continue;
            }
            for form in LETTERED {
                let Some(read) = reading(cluster, start, letters, form) else { continue };
                readings.push(read);
            }
        }
    }
}

fn reading(
    cluster: &Cluster<'_>,
    start: usize,
    letters: usize,
    form: &Lettered,
) -> Option<Reading> {
    let head = form.shape.bytes().position(|b| b == b'9' || b == b'X').unwrap_or(0);
    // The vehicle's number may begin with anything: it is read from where its word begins.
    if head != letters && form.kind != "vin" {
        return None;
    }
    let span = Span::new(start, start + form.shape.len());
    let bytes = cluster.text.as_bytes().get(span.start..span.end)?;
    let fits = bytes.iter().zip(form.shape.bytes()).all(|(byte, class)| match class {
        b'A' => byte.is_ascii_uppercase(),
        b'9' => byte.is_ascii_digit(),
        b'X' => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
        sign => *byte == sign || sign == b'-' && *byte == b'+',
    });
    if !fits || !cluster.begins(span.start) || !cluster.ends(span.end) || !(form.check)(bytes) {
        return None;
    }
    let (named, bare) = form.scores;
    let score = if context::near(cluster.text, span, form.words) { named } else { bare };
    Some(Reading { id: form.info.id, kind: form.kind, span, score })
}
