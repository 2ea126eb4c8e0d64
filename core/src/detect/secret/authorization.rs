//! Credentials in the headers of a request.

use super::context::{found, is_quoted, is_stand_in, named, trimmed};
use super::{info, placeholder};
use crate::detect::gate::Candidate;
use crate::detect::registry::{Found, Rule};
use crate::finding::Severity::High;
use crate::span::Span;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub(super) const RULES: &[Rule] = &[Rule {
    info: info("secret/authorization", High, 850, "Credentials of an HTTP request."),
    patterns: &[
        named(
            &["authorization", "bearer"],
            r#"(?i)\b(?:authorization["'`]?[ \t]{0,4}[:=,][ \t]{0,4}["'`]?(?:bearer|token|apikey|ssws|key|genie\w{1,8})?|bearer["'`]?[ \t]{0,2}[:=]?)[ \t]{1,4}["'`]?([a-z0-9._~+/=@-]{12,200})"#,
            850,
            "authorization",
        ),
        named(
            &["basic "],
            r"(?i)\bbasic[ \t]{1,4}([A-Za-z0-9+/_-]{8,300}={0,2})",
            850,
            "basic_authorization",
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
                "x-vault-token",
                "x-jfrog",
                "x-auth",
                "-h ",
                "--header",
            ],
            r#"(?i)(?:\b(?:x-jfrog-art-api|x-[a-z0-9-]{0,30}(?:key|token|secret|auth)|private-token|job-token|api-token|apikey)|(?:-h|--header)[ \t=]{0,3}["'`]?[a-z0-9-]{0,30}(?:key|token|secret|auth))["'`]?[ \t]{0,4}[:=,][ \t]{0,4}["'`]?([a-z0-9._~+/=-]{10,200})"#,
            850,
            "authorization",
        ),
        named(
            &["curl"],
            r#"(?i)\bcurl\b ~200 not ;|&~ (?i)\s(?:-u|-U|--user|--proxy-user)[ \t=]{0,2}["'`]?[^\s:"'`<]{0,60}["'`]?:["'`]?([^\s"'`<>]{3,80})"#,
            800,
            "curl_user",
        ),
        named(
            &["cookie"],
            r#"(?i)\b(?:set-)?cookie["'`]?[ \t]{0,2}[:=][ \t]{0,2}["'`]?(?:[^\n"'`]{0,120}?[; ])?[a-z0-9_.-]{0,30}(?:sess|sid|auth|token|jwt)[a-z0-9_.-]{0,20}=([^;\s"'`,]{16,200})"#,
            700,
            "cookie",
        ),
        named(
            &["curl"],
            r#"(?i)\bcurl\b ~200 not ;|&~ (?i)[ \t](?:-u|--user)[ \t=]{0,2}["'`]?([^\s:"'`<]{10,120}):["'` \t]"#,
            800,
            "authorization",
        ),
    ],
    check: check_authorization,
}];

/// Whether the value names how a request is signed, and parameters follow: `HMAC-SHA256 Credential=...`.
fn is_scheme(candidate: &Candidate<'_>) -> bool {
    let after = candidate.text.get(candidate.value.end..).and_then(|rest| rest.strip_prefix(' '));
    let Some(after) = after else { return false };
    let name = after.bytes().take(24).take_while(u8::is_ascii_alphabetic).count();
    name > 2 && after.as_bytes().get(name) == Some(&b'=')
}

fn check_authorization(candidate: &Candidate<'_>) -> Option<Found> {
    let value = trimmed(candidate.value());
    if candidate.pattern.kind == "basic_authorization" {
        // A name and a password with a colon between, or it is the word "basic". What was cut or
        // mistyped is known by the name of the header.
        let pair = STANDARD.decode(candidate.value()).ok();
        let pair = pair.and_then(|pair| String::from_utf8(pair).ok());
        let known = match pair {
            Some(pair) => pair.contains(':') && !placeholder::is_obvious(&pair),
            None => {
                let before =
                    Span::new(candidate.span.start.saturating_sub(24), candidate.span.start);
                let before = before.of(candidate.text).unwrap_or_default().to_ascii_lowercase();
                before.contains("authorization")
                    && value.len() >= 24
                    && placeholder::is_chance(value)
            }
        };
        return known.then(|| found(candidate, value, candidate.pattern.score))?;
    }
    if candidate.pattern.kind == "cookie" && !placeholder::is_chance(value) {
        return None;
    }
    if is_scheme(candidate) {
        return None;
    }
    let by_place = candidate.pattern.kind == "curl_user";
    if is_stand_in(value, is_quoted(candidate)) || !by_place && placeholder::is_name(value) {
        return None;
    }
    found(candidate, value, candidate.pattern.score)
}
