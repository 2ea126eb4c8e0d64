//! Data that its own spelling or a word before it gives away: coins, machines, places, banks.

use super::info;
use crate::detect::Lanes;
use crate::detect::gate::{Candidate, accept};
use crate::detect::registry::{Found, Pattern, Rule};
use crate::finding::Severity::{self, High, Info, Low, Medium};
use crate::span;
use sha2::{Digest as _, Sha256};

pub(super) const RULES: &[Rule] = &[
    Rule {
        info: info("personal/bank_code", Low, 700, "The code of a bank: SWIFT or BIC."),
        patterns: &[pattern(
            &["swift", "bic"],
            r"(?i:\b(?:swift|bic)(?:[ /-]{0,3}(?:code|bic|swift|no\.?|number))?)[ \t]{0,3}(?:is|:|=|#)?[ \t]{0,3}([A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\b",
            Low,
            700,
            "bank_code",
        )],
        check: accept,
    },
    Rule {
        info: info("personal/mac_address", Info, 600, "The address of a network card."),
        patterns: &[pattern(
            &["mac", "hwaddr", "ether", "bssid", "bluetooth", "physical", "device"],
            r"\b((?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2})\b",
            Info,
            600,
            "mac_address",
        )],
        check: accept_mac,
    },
    Rule {
        info: info("personal/crypto_address", Medium, 900, "The address of a crypto coin's owner."),
        patterns: &[
            pattern(
                &["btc", "bitcoin", "wallet", "address", "send", "pay"],
                r"\b([13][1-9A-HJ-NP-Za-km-z]{25,34})\b",
                Medium,
                900,
                "bitcoin_address",
            ),
            lead(&["bc1"], r"[ac-hj-np-z02-9]{39,59}\b", 900, "bitcoin_address"),
            lead(&["0x"], r"[0-9a-fA-F]{40}\b", 700, "ethereum_address"),
            lead(&["addr1"], r"[ac-hj-np-z02-9]{50,100}\b", 850, "cardano_address"),
        ],
        check: accept_coin,
    },
    Rule {
        info: info("personal/passport_mrz", High, 950, "The machine-readable lines of a passport."),
        patterns: &[lead(
            &["P<"],
            r"[A-Z]{3}[A-Z<]{39}\s{1,2}[A-Z0-9<]{9}\d[A-Z<]{3}\d{7}[MFX<]\d{7}[A-Z0-9<]{14}[0-9<]\d",
            950,
            "passport_mrz",
        )],
        check: accept,
    },
    Rule {
        info: info("personal/coordinates", Low, 600, "A place on the earth."),
        patterns: &[
            pattern(
                &["lat", "gps", "coordinate", "location", "koordinaten"],
                r"(-?\d{1,2}\.\d{4,8}[ \t]{0,2},[ \t]{0,2}-?\d{1,3}\.\d{4,8})\b",
                Low,
                600,
                "coordinates",
            ),
            pattern(
                &["lat"],
                r#"(?i)\blat(?:itude)?["']?[ \t]{0,3}[:=][ \t]{0,3}["']?(-?\d{1,2}\.\d{4,8}["']?[,;\s]{1,8}["']?(?:lng|lon|long|longitude)["']?[ \t]{0,3}[:=][ \t]{0,3}["']?-?\d{1,3}\.\d{4,8})"#,
                Low,
                600,
                "coordinates",
            ),
        ],
        check: accept,
    },
    Rule {
        info: info("personal/address", Medium, 700, "A postal address."),
        patterns: &[
            pattern(
                &[
                    "street",
                    " st",
                    "avenue",
                    " ave",
                    "road",
                    " rd",
                    "boulevard",
                    " blvd",
                    "lane",
                    " ln",
                    "drive",
                    " dr",
                    "court",
                    "way",
                    "place",
                    "square",
                    "terrace",
                    "crescent",
                    "parkway",
                ],
                r"\b(\d{1,5}[A-Za-z]?,? (?:[NSEW]\.? )?(?:[A-Z][A-Za-z'-]{1,20} ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|Square|Sq|Terrace|Crescent|Parkway|Pkwy)\b\.?(?:,? (?:Apt|Suite|Unit|Flat|#)\.? ?[\w-]{1,6})?(?:,?\s{1,2}[A-Z][A-Za-z .'-]{1,30},? (?:[A-Z]{2} \d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z0-9]? ?\d[A-Z]{2}))?)",
                Medium,
                600,
                "address",
            ),
            pattern(
                &["straße", "strasse", "str.", "weg", "platz", "allee", "gasse"],
                r"(?:\b|[\s(])([A-Z][A-Za-z\x80-\xff.-]{1,30}(?:stra\xc3\x9fe|strasse|str\.|weg|platz|allee|gasse|Stra\xc3\x9fe|Weg|Platz|Allee) \d{1,4}[a-z]?,?\s{1,2}(?:[A-Z]-)?\d{4,5} [A-Z][A-Za-z\x80-\xff-]{2,30})",
                Medium,
                700,
                "address",
            ),
            pattern(
                &[
                    "rue ",
                    "avenue ",
                    "boulevard ",
                    "place ",
                    "chemin ",
                    "calle ",
                    "via ",
                    "viale ",
                    "piazza ",
                    "rua ",
                    "avenida ",
                ],
                r"(\d{1,4}(?: bis)?,? (?:rue|avenue|boulevard|place|chemin) (?:d[eu] |des |de la |de l')?[A-Z][A-Za-z\x80-\xff' -]{1,40},?\s{1,2}\d{5} [A-Z][A-Za-z\x80-\xff-]{2,30}|\b(?:Calle|Via|Viale|Piazza|Rua|Avenida) [A-Z][A-Za-z\x80-\xff' -]{1,40},? (?:n\.? ?)?\d{1,4},?\s{1,2}\d{5} [A-Z][A-Za-z\x80-\xff-]{2,30})",
                Medium,
                700,
                "address",
            ),
            pattern(&["box"], r"\b(P\.? ?O\.? ?Box \d{1,6})\b", Low, 600, "address"),
        ],
        check: accept_address,
    },
    Rule {
        info: info(
            "personal/health_id",
            High,
            700,
            "The number of a patient or an insured person.",
        ),
        patterns: &[pattern(
            &["patient", "medical record", "mrn", "insurance", "policy", "member"],
            r"(?i)\b(?:patient (?:id|number|no\.?)|medical record (?:number|no\.?)|mrn|(?:health )?insurance (?:id|number|policy(?: number)?)|member id)[ \t]{0,3}(?:is|:|=|#)?[ \t]{0,3}#?([A-Z]{0,4}-?\d[A-Z0-9-]{5,15})\b",
            High,
            700,
            "health_id",
        )],
        check: accept,
    },
    Rule {
        info: info("personal/license_plate", Low, 600, "The plate of a vehicle."),
        patterns: &[pattern(
            &["plate", "kennzeichen", "registration"],
            r"(?i:\b(?:licen[sc]e plate|number plate|plate number|kennzeichen|vehicle registration)(?: number| no\.?)?)[ \t]{0,3}(?i:is|:|=|#)?[ \t]{0,3}([A-Z0-9\xc3]{1,4}[ -]?[A-Z0-9]{1,4}[ -]?\d{1,4}[A-Z]{0,3})\b",
            Low,
            600,
            "license_plate",
        )],
        check: accept,
    },
    Rule {
        info: info("personal/card_code", High, 700, "The security code of a payment card."),
        patterns: &[pattern(
            &["cvv", "cvc", "security code"],
            r"(?i)\b(?:cvv2?|cvc2?|card security code)(?: code| number)?[ \t]{0,3}(?:is|:|=|#)?[ \t]{0,3}(\d{3,4})\b",
            High,
            700,
            "card_code",
        )],
        check: accept,
    },
];

const fn pattern(
    keywords: &'static [&'static str],
    expression: &'static str,
    severity: Severity,
    score: u16,
    kind: &'static str,
) -> Pattern {
    Pattern {
        keywords,
        expression,
        lanes: Lanes::PERSONAL,
        severity,
        score,
        kind,
        reach: (64, 128),
    }
}

/// A pattern that its keywords begin.
const fn lead(
    keywords: &'static [&'static str],
    expression: &'static str,
    score: u16,
    kind: &'static str,
) -> Pattern {
    let (lanes, severity) = (Lanes::PERSONAL, Medium);
    Pattern { keywords, expression, lanes, severity, score, kind, reach: (0, 128) }
}

/// How the name of a company or the like ends.
const COMPANIES: &[&str] = &[
    "inc",
    "llc",
    "ltd",
    "corp",
    "corporation",
    "company",
    "gmbh",
    "ag",
    "foundation",
    "university",
    "institute",
    "plc",
    "limited",
    "association",
];

/// Where a company sits is no personal data: `Free Software Foundation, Inc., 51 Franklin Street`.
fn accept_address(candidate: &Candidate<'_>) -> Option<Found> {
    const AROUND: usize = 40;
    let end = candidate.value.start;
    let start = span::ceil(candidate.text, end.saturating_sub(AROUND));
    let before = candidate.text.get(start..end).unwrap_or_default();
    // What begins a line of a comment stands between, too.
    let before = before.trim_end_matches(|c: char| !c.is_alphanumeric());
    let last = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let company = COMPANIES.iter().any(|company| last.eq_ignore_ascii_case(company));
    if company { None } else { accept(candidate) }
}

/// Not the address of nobody, nor that of all.
fn accept_mac(candidate: &Candidate<'_>) -> Option<Found> {
    let value = candidate.value();
    let same = value.bytes().filter(u8::is_ascii_alphanumeric);
    let first = value.bytes().next();
    if same.clone().all(|byte| Some(byte) == first) { None } else { accept(candidate) }
}

/// Base 58 carries a hash of itself; the addresses of ledgers in hexadecimal are long and rare.
fn accept_coin(candidate: &Candidate<'_>) -> Option<Found> {
    let value = candidate.value();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let right = if value.starts_with(['1', '3']) { is_base58_check(value) } else { digits >= 4 };
    if right { accept(candidate) } else { None }
}

/// Whether the last four of 25 bytes begin the double hash of the others.
fn is_base58_check(value: &str) -> bool {
    const LETTERS: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut bytes = [0u8; 25];
    for letter in value.bytes() {
        let Some(place) = LETTERS.iter().position(|other| *other == letter) else { return false };
        let mut carry = u32::try_from(place).unwrap_or(0);
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = u8::try_from(carry & 0xff).unwrap_or(0);
            carry >>= 8;
        }
        if carry != 0 {
            return false;
        }
    }
    let Some((body, check)) = bytes.split_at_checked(21) else { return false };
    let hash = Sha256::digest(Sha256::digest(body));
    hash.get(..4) == Some(check)
}
