//! Numbers of Europe.

use super::{NAMED, Number, less, number};
use crate::detect::personal::check::{divides, is_date, iso_11_10, luhn, missing_11, rest_is};

pub(super) const NUMBERS: &[Number] = &[
    number(
        "personal/pl_pesel",
        "A PESEL number of Poland.",
        NAMED,
        &["pesel"],
        &[(&[11], b"")],
        |d| {
            is_date(d, 2, 4, &[0, 20, 40, 60, 80])
                && divides(d, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1], 10)
        },
    ),
    less(number(
        "personal/pl_nip",
        "A tax number of Poland.",
        NAMED,
        &["nip|"],
        &[(&[3, 3, 2, 2], b"-"), (&[3, 2, 2, 3], b"-"), (&[10], b"")],
        |d| {
            d.weighted(&[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 != 10
                && rest_is(d, &[6, 5, 7, 2, 3, 4, 5, 6, 7], 11, 9)
        },
    )),
    number(
        "personal/se_personnummer",
        "A personal identity number of Sweden.",
        (900, 600, 150),
        &["personnummer", "personal number", "personal identity", "pnr|", "samordningsnummer"],
        &[(&[6, 4], b"-+"), (&[8, 4], b"-"), (&[10], b""), (&[12], b"")],
        |d| {
            let tail = d.len().saturating_sub(10);
            is_date(d, tail + 2, tail + 4, &[0]) && luhn(d.values().get(tail..).unwrap_or_default())
        },
    ),
    number(
        "personal/no_fodselsnummer",
        "A birth number of Norway.",
        (900, 600, 150),
        &["fødselsnummer", "fodselsnummer", "personnummer", "birth number", "fnr|"],
        &[(&[6, 5], b" "), (&[11], b"")],
        |d| {
            is_date(d, 2, 0, &[0, 40])
                && missing_11(d, &[3, 7, 6, 1, 8, 9, 4, 5, 2], 9)
                && missing_11(d, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2], 10)
        },
    ),
    number(
        "personal/dk_cpr",
        "A CPR number of Denmark.",
        (850, 350, 100),
        &["cpr|", "cpr-", "personnummer"],
        &[(&[6, 4], b"-"), (&[10], b"")],
        |d| is_date(d, 2, 0, &[0]),
    ),
    number(
        "personal/be_nrn",
        "A national register number of Belgium.",
        (900, 750, 150),
        &[
            "rijksregister",
            "registre national",
            "national register",
            "national number",
            "nrn|",
            "insz|",
            "niss|",
        ],
        &[(&[2, 2, 2, 3, 2], b".-"), (&[11], b"")],
        |d| {
            let (Some(body), Some(check)) = (d.number(0, 9), d.number(9, 11)) else { return false };
            is_date(d, 2, 4, &[0, 20, 40])
                && (97 - body % 97 == check || 97 - (2_000_000_000 + body) % 97 == check)
        },
    ),
    number(
        "personal/at_svnr",
        "A social insurance number of Austria.",
        NAMED,
        &["svnr", "sv-nummer", "sozialversicherung", "versicherungsnummer", "social insurance"],
        &[(&[4, 6], b" "), (&[10], b"")],
        |d| {
            is_date(d, 6, 4, &[0])
                && d.weighted(&[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 != 10
                && rest_is(d, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6], 11, 3)
        },
    ),
    number(
        "personal/ch_ahv",
        "An AHV number of Switzerland.",
        (950, 850, 450),
        &["ahv", "avs|", "sozialversicherung", "navs"],
        &[(&[3, 4, 4, 2], b"."), (&[13], b"")],
        |d| d.number(0, 3) == Some(756) && divides(d, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1], 10),
    ),
    number(
        "personal/cz_rodne_cislo",
        "A birth number of Czechia or Slovakia.",
        (900, 600, 100),
        &["rodné číslo", "rodne cislo", "rodného čísla", "birth number", "rč|"],
        &[(&[6, 4], b"/"), (&[10], b"")],
        |d| is_date(d, 2, 4, &[0, 20, 50, 70]) && d.number(0, 10).is_some_and(|n| n % 11 == 0),
    ),
    number(
        "personal/ro_cnp",
        "A personal code of Romania.",
        (900, 0, 300),
        &["cnp|", "cod numeric"],
        &[(&[13], b"")],
        |d| {
            is_date(d, 3, 5, &[0])
                && d.at(0) != Some(0)
                && d.at(12).is_some_and(|check| {
                    match d.weighted(&[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11 {
                        10 => check == 1,
                        rest => i64::from(check) == rest,
                    }
                })
        },
    ),
    number(
        "personal/bg_egn",
        "A civil number of Bulgaria.",
        NAMED,
        &["егн", "ЕГН", "egn|"],
        &[(&[10], b"")],
        |d| is_date(d, 2, 4, &[0, 20, 40]) && rest_is(d, &[2, 4, 8, 5, 10, 9, 7, 3, 6], 11, 9),
    ),
    number(
        "personal/hu_taj",
        "A social security number of Hungary.",
        NAMED,
        &["taj|", "taj-"],
        &[(&[3, 3, 3], b" -"), (&[9], b"")],
        |d| rest_is(d, &[3, 7, 3, 7, 3, 7, 3, 7], 10, 8),
    ),
    number(
        "personal/hu_tax_id",
        "A tax number of Hungary.",
        NAMED,
        &["adóazonosító", "adoazonosito", "adószám"],
        &[(&[10], b"")],
        |d| {
            d.at(0) == Some(8)
                && d.weighted(&[1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 != 10
                && rest_is(d, &[1, 2, 3, 4, 5, 6, 7, 8, 9], 11, 9)
        },
    ),
    number(
        "personal/gr_amka",
        "A social security number of Greece.",
        NAMED,
        &["amka", "αμκα", "ΑΜΚΑ"],
        &[(&[11], b"")],
        |d| is_date(d, 2, 0, &[0]) && luhn(d.values()),
    ),
    number(
        "personal/gr_afm",
        "A tax number of Greece.",
        NAMED,
        &["afm|", "αφμ", "ΑΦΜ"],
        &[(&[9], b"")],
        |d| rest_is(d, &[256, 128, 64, 32, 16, 8, 4, 2], 11, 8),
    ),
    number(
        "personal/pt_nif",
        "A tax number of Portugal.",
        NAMED,
        &["nif|", "contribuinte"],
        &[(&[3, 3, 3], b" "), (&[9], b"")],
        |d| {
            let rest = d.weighted(&[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
            d.at(8).is_some_and(|check| i64::from(check) == if rest < 2 { 0 } else { 11 - rest })
        },
    ),
    number(
        "personal/uk_nhs",
        "An NHS number of the United Kingdom.",
        NAMED,
        &["nhs"],
        &[(&[3, 3, 4], b" -"), (&[10], b"")],
        |d| missing_11(d, &[10, 9, 8, 7, 6, 5, 4, 3, 2], 9),
    ),
    number(
        "personal/hr_oib",
        "A personal number of Croatia.",
        NAMED,
        &["oib|", "osobni identifikacijski"],
        &[(&[11], b"")],
        iso_11_10,
    ),
    number(
        "personal/rs_jmbg",
        "A citizen number of Serbia, Slovenia or Bosnia.",
        (900, 0, 300),
        &["jmbg", "emšo", "emso"],
        &[(&[13], b"")],
        |d| is_date(d, 2, 0, &[0]) && missing_11(d, &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2], 12),
    ),
    number(
        "personal/ee_isikukood",
        "A personal code of Estonia or Lithuania.",
        NAMED,
        &["isikukood", "asmens kod", "personal code"],
        &[(&[11], b"")],
        |d| {
            let first = d.weighted(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
            let second = d.weighted(&[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11 % 10;
            let check = if first < 10 { first } else { second };
            is_date(d, 3, 5, &[0])
                && matches!(d.at(0), Some(1..=6))
                && d.at(10).is_some_and(|c| i64::from(c) == check)
        },
    ),
    number(
        "personal/uk_sort_code",
        "A bank's sort code with an account of the United Kingdom.",
        (700, 100, 0),
        &["sort code", "sort-code"],
        &[(&[2, 2, 2], b"-")],
        |_| true,
    ),
];
