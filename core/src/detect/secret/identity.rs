//! Tokens of services that sign people in, and licences that work as keys.

use super::{accept_random, form, info, token};
use crate::detect::registry::Rule;
use crate::finding::Severity::High;

pub(super) const RULES: &[Rule] = &[Rule {
    info: info(
        "secret/identity_token",
        High,
        950,
        "A token of a service that signs people in or counts their licences.",
    ),
    patterns: &[
        form(
            &["okta", "ssws"],
            r#"(?i:(?:\b|_)okta[a-z0-9_ .-]{0,40}["'`]?\s{0,3}[:=,]?\s{0,3}["'`]?|ssws\s{1,4})(00[A-Za-z0-9_-]{40})(?:[^A-Za-z0-9_-]|$)"#,
            High,
            900,
            "okta_token",
        ),
        token(&["amzn1.oa2-cs.v1."], r"[a-f0-9]{64}\b", 950, "amazon_secret"),
        token(
            &["amzn.mws."],
            r"[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}\b",
            950,
            "amazon_token",
        ),
        form(&["_mmk"], r"\b[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk\b", High, 950, "maxmind_key"),
    ],
    check: accept_random,
}];
