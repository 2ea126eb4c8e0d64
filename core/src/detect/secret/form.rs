//! Secrets whose structure can be checked: private keys and JSON web tokens.

use super::{accept, info, jwt, pem};
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
        info: info("secret/jwt", High, 930, "A signed JSON web token."),
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
