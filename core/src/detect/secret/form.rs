//! Secrets whose structure can be checked: private keys and JSON web tokens.

use super::{accept, form, info, jwt, pem, raw_key};
use crate::detect::Lanes;
use crate::detect::registry::{Pattern, Rule};
use crate::finding::Severity::{Critical, High};

pub(super) const RULES: &[Rule] = &[
    Rule {
        info: info("secret/private_key", Critical, 980, "A private key in PEM or age form."),
        patterns: &[Pattern {
            keywords: &["PRIVATE KEY"],
            expression: r"-----BEGIN (?:[A-Z0-9]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----",
            lanes: Lanes::SECRET_FORM,
            severity: Critical,
            score: 980,
            kind: "private_key",
            reach: (64, 32),
        }],
        check: pem::check,
    },
    Rule {
        info: info(
            "secret/raw_private_key",
            Critical,
            950,
            "A private key in the form of PuTTY, XML or JSON.",
        ),
        patterns: &[
            form(
                &["Private-Lines:"],
                r"Private-Lines: \d{1,3}\r?\n([A-Za-z0-9+/=]{24,64})",
                Critical,
                950,
                "putty_key",
            ),
            form(&["<D>"], r"<D>\s{0,16}([A-Za-z0-9+/=]{24,64})", Critical, 950, "xml_key"),
            form(
                &["\"d\""],
                r#""d"\s{0,4}:\s{0,4}"([A-Za-z0-9_-]{40,64})"#,
                Critical,
                950,
                "json_key",
            ),
        ],
        check: raw_key::check,
    },
    Rule {
        info: info("secret/age_key", Critical, 980, "An age secret key."),
        patterns: &[Pattern {
            keywords: &["AGE-SECRET-KEY-1"],
            expression: r"\bAGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}",
            lanes: Lanes::SECRET_FORM,
            severity: Critical,
            score: 980,
            kind: "age_key",
            reach: (64, 96),
        }],
        check: accept,
    },
    Rule {
        info: info("secret/jwt", High, 930, "A JSON web token."),
        patterns: &[Pattern {
            keywords: &["eyJ"],
            expression: r"\beyJ[A-Za-z0-9_-]{10,600}\.",
            lanes: Lanes::SECRET_FORM,
            severity: High,
            score: 930,
            kind: "jwt",
            reach: (16, 700),
        }],
        check: jwt::check,
    },
];
