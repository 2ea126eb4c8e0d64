//! Numbers of the rest of the world, and of no state.

use super::{NAMED, Number, less, number};
use crate::detect::personal::check::{divides, is_date, luhn, missing_11, rest_is};

pub(super) const NUMBERS: &[Number] = &[
    number(
        "personal/au_tfn",
        "A tax file number of Australia.",
        NAMED,
        &["tfn|", "tax file"],
        &[(&[3, 3, 3], b" -"), (&[9], b"")],
        |d| divides(d, &[1, 4, 3, 7, 5, 8, 6, 9, 10], 11),
    ),
    less(number(
        "personal/au_abn",
        "A business number of Australia.",
        NAMED,
        &["abn|", "business number"],
        &[(&[2, 3, 3, 3], b" "), (&[11], b"")],
        |d| (d.weighted(&[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 == 0,
    )),
    number(
        "personal/au_medicare",
        "A Medicare number of Australia.",
        NAMED,
        &["medicare"],
        &[(&[4, 5, 1], b" -"), (&[10], b"")],
        |d| matches!(d.at(0), Some(2..=6)) && rest_is(d, &[1, 3, 7, 9, 1, 3, 7, 9], 10, 8),
    ),
    number(
        "personal/ca_sin",
        "A social insurance number of Canada.",
        NAMED,
        &["sin|", "social insurance", "nas|", "assurance sociale"],
        &[(&[3, 3, 3], b" -"), (&[9], b"")],
        |d| d.at(0) != Some(0) && luhn(d.values()),
    ),
    number(
        "personal/jp_my_number",
        "An individual number of Japan.",
        NAMED,
        &["my number", "mynumber", "individual number", "マイナンバー", "個人番号"],
        &[(&[4, 4, 4], b" -"), (&[12], b"")],
        |d| {
            let rest = d.weighted(&[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
            d.at(11).is_some_and(|check| i64::from(check) == if rest < 2 { 0 } else { 11 - rest })
        },
    ),
    number(
        "personal/kr_rrn",
        "A resident registration number of Korea.",
        (900, 700, 200),
        &["rrn|", "resident registration", "주민등록"],
        &[(&[6, 7], b"-"), (&[13], b"")],
        |d| {
            is_date(d, 2, 4, &[0])
                && d.number(6, 7).is_some_and(|sex| (1..=8).contains(&sex))
                && d.at(12).is_some_and(|c| {
                    (11 - d.weighted(&[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10
                        == i64::from(c)
                })
        },
    ),
    number(
        "personal/tr_tckn",
        "An identity number of Turkey.",
        NAMED,
        &["tckn", "kimlik", "t.c.", "tc no"],
        &[(&[11], b"")],
        |d| {
            let odd = d.weighted(&[1, 0, 1, 0, 1, 0, 1, 0, 1]);
            let even = d.weighted(&[0, 1, 0, 1, 0, 1, 0, 1]);
            let tenth = (odd * 7 - even).rem_euclid(10);
            d.at(0) != Some(0)
                && d.at(9).is_some_and(|c| i64::from(c) == tenth)
                && d.at(10).is_some_and(|c| (odd + even + tenth) % 10 == i64::from(c))
        },
    ),
    number(
        "personal/za_id",
        "An identity number of South Africa.",
        NAMED,
        &["id number", "identity number", "south african", "rsa id", "sa id"],
        &[(&[6, 4, 3], b" "), (&[13], b"")],
        |d| is_date(d, 2, 4, &[0]) && matches!(d.at(10), Some(0..=2)) && luhn(d.values()),
    ),
    number(
        "personal/il_id",
        "An identity number of Israel.",
        NAMED,
        &["teudat", "israeli id", "תעודת זהות", "ת.ז"],
        &[(&[9], b"")],
        |d| luhn(d.values()),
    ),
    number(
        "personal/ar_cuit",
        "A tax or labour number of Argentina.",
        (900, 750, 150),
        &["cuit", "cuil"],
        &[(&[2, 8, 1], b"-"), (&[11], b"")],
        |d| {
            matches!(d.number(0, 2), Some(20 | 23 | 24 | 25 | 26 | 27 | 30 | 33 | 34))
                && missing_11(d, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2], 10)
        },
    ),
    number(
        "personal/th_id",
        "An identity number of Thailand.",
        (900, 700, 150),
        &["บัตรประชาชน", "เลขประจำตัว", "thai id", "thai national"],
        &[(&[1, 4, 5, 2, 1], b"- "), (&[13], b"")],
        |d| {
            d.at(0) != Some(0)
                && d.at(12).is_some_and(|c| {
                    (11 - d.weighted(&[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 10
                        == i64::from(c)
                })
        },
    ),
    number(
        "personal/nz_ird",
        "A tax number of New Zealand.",
        NAMED,
        &["ird|", "inland revenue"],
        &[(&[3, 3, 3], b"-"), (&[9], b"")],
        |d| {
            missing_11(d, &[3, 2, 7, 6, 5, 4, 3, 2], 8)
                || missing_11(d, &[7, 4, 3, 2, 5, 2, 7, 6], 8)
        },
    ),
    number(
        "personal/us_itin",
        "A taxpayer number of the United States.",
        (900, 700, 100),
        &["itin", "taxpayer", "tax id"],
        &[(&[3, 2, 4], b"-"), (&[9], b"")],
        |d| {
            d.at(0) == Some(9)
                && matches!(d.number(3, 5), Some(50..=65 | 70..=88 | 90..=92 | 94..=99))
        },
    ),
    less(number(
        "personal/us_ein",
        "An employer number of the United States.",
        NAMED,
        &["ein|", "employer identification", "fein", "tax id"],
        &[(&[2, 7], b"-")],
        |d| {
            d.number(0, 2).is_some_and(|area| area > 0 && !matches!(area, 7..=9 | 17..=19 | 28 | 29 | 49 | 69 | 70 | 78 | 79 | 89 | 96 | 97))
        },
    )),
    less(number(
        "personal/us_npi",
        "A health provider's number of the United States.",
        NAMED,
        &["npi|", "provider identifier"],
        &[(&[10], b"")],
        |d| matches!(d.at(0), Some(1 | 2)) && luhn(&[&[8, 0, 8, 4, 0], d.values()].concat()),
    )),
    less(number(
        "personal/us_routing",
        "A bank's routing number of the United States.",
        NAMED,
        &["routing", "aba|", "rtn|"],
        &[(&[9], b"")],
        |d| {
            matches!(d.number(0, 2), Some(0..=12 | 21..=32 | 61..=72 | 80))
                && divides(d, &[3, 7, 1, 3, 7, 1, 3, 7, 1], 10)
        },
    )),
    less(number(
        "personal/imei",
        "The number of a mobile telephone.",
        NAMED,
        &["imei"],
        &[(&[15], b""), (&[2, 6, 6, 1], b"- "), (&[8, 6, 1], b"- ")],
        |d| luhn(d.values()),
    )),
    number(
        "personal/ae_emirates_id",
        "An identity number of the Emirates.",
        (950, 850, 400),
        &["emirates id", "الهوية"],
        &[(&[3, 4, 7, 1], b"-"), (&[15], b"")],
        |d| {
            d.number(0, 3) == Some(784)
                && matches!(d.number(3, 7), Some(1900..=2100))
                && luhn(d.values())
        },
    ),
    number(
        "personal/my_nric",
        "An identity number of Malaysia.",
        (850, 550, 100),
        &["mykad", "nric", "ic number", "kad pengenalan"],
        &[(&[6, 2, 4], b"-"), (&[12], b"")],
        |d| is_date(d, 2, 4, &[0]),
    ),
    number(
        "personal/pk_cnic",
        "An identity number of Pakistan.",
        (850, 550, 100),
        &["cnic"],
        &[(&[5, 7, 1], b"-"), (&[13], b"")],
        |d| matches!(d.at(0), Some(1..=8)),
    ),
    number(
        "personal/id_nik",
        "An identity number of Indonesia.",
        NAMED,
        &["nik|", "ktp|"],
        &[(&[16], b"")],
        |d| {
            is_date(d, 8, 6, &[0])
                || is_date(d, 8, 7, &[0])
                || d.number(6, 8).is_some_and(|day| (41..=71).contains(&day))
        },
    ),
    number(
        "personal/ec_cedula",
        "An identity number of Ecuador.",
        NAMED,
        &["cédula", "cedula"],
        &[(&[9, 1], b"-"), (&[10], b"")],
        |d| matches!(d.number(0, 2), Some(1..=24)) && luhn(d.values()),
    ),
    less(number(
        "personal/bank_account",
        "The number of a bank account.",
        (600, 0, 0),
        &[
            "account number",
            "account no",
            "acct",
            "bank account",
            "kontonummer",
            "numéro de compte",
            "número de cuenta",
        ],
        &[(&[8], b""), (&[9], b""), (&[10], b""), (&[11], b""), (&[12], b"")],
        |_| true,
    )),
];
