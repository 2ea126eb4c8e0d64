//! Secrets that only the name before them gives away.

use super::{info, placeholder};
use crate::detect::Lanes;
use crate::detect::gate::Candidate;
use crate::detect::registry::{Found, Pattern, Rule};
use crate::finding::Severity::{High, Medium};
use crate::span::Span;

const fn named(
    keywords: &'static [&'static str],
    expression: &'static str,
    score: u16,
    kind: &'static str,
) -> Pattern {
    let lanes = Lanes::SECRET_CONTEXT;
    Pattern { keywords, expression, lanes, severity: High, score, kind, reach: (96, 240) }
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        info: info("secret/named_key", High, 800, "A random value that is called a key or token."),
        patterns: &[
            named(
                &[
                    "api_key",
                    "apikey",
                    "api-key",
                    "secret",
                    "token",
                    "access_key",
                    "accesskey",
                    "access-key",
                    "auth_key",
                    "authkey",
                    "private_key",
                    "privatekey",
                    "client_key",
                    "app_key",
                    "appkey",
                    "encryption_key",
                    "signing_key",
                    "credential",
                    "_key",
                    "auth",
                ],
                r#"(?i)\b[a-z0-9_.-]{0,40}(?:api[_-]?key|secret|token|(?:access|auth|private|client|app|encryption|signing|account|service|master|license|secret|storage|pre_?shared|stream)[_-]?key|credentials?|_key|_auth|auth_?code)[a-z0-9_-]{0,20}["'`\]]{0,2}[ \t]{0,8}(?:=>|:=|==|[:=,]|\bis\b)[ \t]{0,4}(?:["'`]|b['"])?([^\s"'`,;<>\\]{8,200})"#,
                800,
                "key",
            ),
            named(
                &["token", "secret", "api key", "api-key", "api_key", "apikey"],
                r#"(?i)\b(?:token|secret|api[ _-]?key)[ \t]{1,3}["'`]?([A-Za-z0-9_+/=.-]{24,200})"#,
                500,
                "key",
            ),
        ],
        check: check_key,
    },
    Rule {
        info: info("secret/password", High, 750, "A value that is called a password."),
        patterns: &[
            named(
                &["password", "passwd", "passphrase", "pwd"],
                r#"(?i)\b[a-z0-9_.-]{0,40}(?:password|passwd|passphrase|pwd)["'`\]]{0,2}[ \t]{0,8}(?:=>|:=|==|[:=])[ \t]{0,4}["'`]([^\s"'`<>]{5,128})["'`]"#,
                750,
                "password",
            ),
            named(
                &["password", "passwd", "passphrase", "pwd"],
                r#"(?i)\b[a-z0-9_.-]{0,40}(?:password|passwd|passphrase|pwd)["'`\]]{0,2}[ \t]{0,8}(?:=>|:=|[:=]|\bis\b[ \t]{0,2}:?)[ \t]{0,4}([^\s"'`,;<>]{6,128})"#,
                650,
                "password",
            ),
            named(
                &["machine"],
                r#"(?i)\bmachine\s{1,8}[a-z0-9.-]{1,80}\s{1,8}login\s{1,8}\S{1,80}\s{1,8}password\s{1,8}(\S{4,128})"#,
                750,
                "password",
            ),
        ],
        check: check_password,
    },
    Rule {
        info: info("secret/authorization", High, 850, "Credentials of an HTTP request."),
        patterns: &[
            named(
                &["authorization", "bearer"],
                r#"(?i)\b(?:authorization["'`]?[ \t]{0,4}[:=,][ \t]{0,4}["'`]?(?:bearer|basic|token|apikey|ssws)?|bearer)[ \t]{1,4}([a-z0-9._~+/=-]{16,200})"#,
                850,
                "authorization",
            ),
            named(
                &[
                    "x-api-key",
                    "x-auth-token",
                    "private-token",
                    "api-token",
                    "x-token",
                    "x-access-token",
                    "apikey:",
                ],
                r#"(?i)\b(?:x-jfrog-art-api|x-api-key|x-auth-token|private-token|x-api-token|api-token|x-token|x-access-token|apikey)["'`]?[ \t]{0,4}[:=,][ \t]{0,4}["'`]?([a-z0-9._~+/=-]{10,200})"#,
                850,
                "authorization",
            ),
            named(
                &["curl"],
                r#"(?i)\bcurl\b[^;|&]{0,200}?[ \t](?:-u|--user)[ \t=]{0,2}["'`]?[^\s:"'`<]{1,60}:["'`]?([^\s"'`<>]{3,80})"#,
                800,
                "authorization",
            ),
        ],
        check: check_authorization,
    },
];

/// Wants the letters of chance: a key is made by a machine.
fn check_key(candidate: &Candidate<'_>) -> Option<Found> {
    let value = trimmed(candidate.value());
    if is_public(candidate) {
        return None;
    }
    if placeholder::is_obvious(value)
        || placeholder::is_expression(value)
        || placeholder::is_name(value)
        || value.len() < 8
    {
        return None;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    // Digits alone are counts and dates; letters alone are words.
    if digits == 0 || letters == 0 {
        return None;
    }
    let bits = placeholder::entropy(value);
    let score = match value.len() {
        0..12 if bits < 2.8 || placeholder::classes(value) < 3 => return None,
        0..16 if bits < 2.9 => return None,
        0..16 => 550,
        _ if bits < 3.0 => return None,
        _ if placeholder::is_uuid(value) => 500,
        _ if placeholder::is_hash(value) => 600,
        _ => candidate.pattern.score,
    };
    found(candidate, value, score)
}

/// Whether the name before the value says that it is an id, or may be known.
fn is_public(candidate: &Candidate<'_>) -> bool {
    let head = Span::new(candidate.span.start, candidate.value.start);
    let head = head.of(candidate.text).unwrap_or_default();
    let name = head.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let name = name.strip_suffix("is").map_or(name, str::trim_end);
    let lower = name.to_ascii_lowercase();
    [
        "public",
        "csrf",
        "xsrf",
        "pagetoken",
        "page_token",
        "next_token",
        "tokenizer",
        "max_token",
        "maxtoken",
    ]
    .iter()
    .any(|word| lower.contains(word))
        || name.ends_with("Id")
        || lower.ends_with("_id")
        || lower.ends_with("-id")
        || lower.ends_with("name")
        || lower.ends_with("type")
        || lower.ends_with("url")
        || lower.ends_with("arn")
}

/// People make passwords: two kinds of characters are enough, but a plain word is not.
fn check_password(candidate: &Candidate<'_>) -> Option<Found> {
    let value = trimmed(candidate.value());
    if placeholder::is_obvious(value)
        || placeholder::is_expression(value)
        || value.len() < 5
        || placeholder::classes(value) < 2
        || placeholder::is_name(value)
    {
        return None;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 && value.to_ascii_lowercase().contains("password") {
        // A name or a path that says the word again.
        return None;
    }
    let quoted = candidate.pattern.score == 750;
    if !quoted && digits == 0 && placeholder::classes(value) < 3 {
        return None;
    }
    found(candidate, value, candidate.pattern.score)
}

fn check_authorization(candidate: &Candidate<'_>) -> Option<Found> {
    let value = trimmed(candidate.value());
    if placeholder::is_obvious(value)
        || placeholder::is_expression(value)
        || placeholder::is_name(value)
    {
        return None;
    }
    found(candidate, value, candidate.pattern.score)
}

/// Without the full stop, bracket or comma that ends the sentence, not the secret.
fn trimmed(value: &str) -> &str {
    value.trim_end_matches(['.', ',', ')', ';', ':', ']', '}'])
}

fn found(candidate: &Candidate<'_>, value: &str, score: u16) -> Option<Found> {
    let start = candidate.value.start;
    let span = Span::new(start, start + value.len());
    let severity = if score < 600 { Medium } else { candidate.pattern.severity };
    Some(Found { span, severity, score })
}
