//! Random values right behind the name of a service whose keys have no form of their own.

mod a_to_f;
mod g_to_o;
mod p_to_z;

use super::context::{found, head, is_quoted, is_stand_in, named, trimmed};
use super::{info, placeholder, public};
use crate::detect::gate::Candidate;
use crate::detect::registry::{Found, Rule};
use crate::finding::Severity::High;

/// What follows a name: words, a sign, the value.
const VALUE: &str = r#"(?i)\b[a-z][a-z0-9_.-]{2,40}(?:[ \t]{1,3}[a-z_-]{2,16}){0,3}["'`\])]{0,2}(?:[ \t]{0,4}(?:=>|:{0,3}=|[:,(]|->)[ \t]{0,4}|[ \t]{1,4}|-)["'`(]{0,2}([a-z0-9_+/=.:|-]{16,200})"#;

pub(super) const RULES: &[Rule] = &[Rule {
    info: info(
        "secret/service_key",
        High,
        600,
        "A random value behind the name of a service that gives out keys.",
    ),
    patterns: &[
        named(a_to_f::NAMES, VALUE, 600, "service_key"),
        named(g_to_o::NAMES, VALUE, 600, "service_key"),
        named(p_to_z::NAMES, VALUE, 600, "service_key"),
    ],
    check,
}];

fn check(candidate: &Candidate<'_>) -> Option<Found> {
    let value = trimmed(candidate.value());
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if digits < 3 && value.len() < 20 || !placeholder::is_chance(value) {
        return None;
    }
    let name = head(candidate);
    let lower = name.to_ascii_lowercase();
    let known = candidate.pattern.keywords.iter().any(|service| {
        let at = lower.find(service);
        at.is_some_and(|at| begins_word(name.as_bytes(), at))
    });
    if !known
        || public::is_named(name)
        || is_stand_in(value, is_quoted(candidate))
        || placeholder::is_compound(value)
    {
        return None;
    }
    found(candidate, value, candidate.pattern.score)
}

/// Whether a word begins at `at`: `BoxKey` and `my_box` name a box, `Sandbox` does not.
fn begins_word(name: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| name.get(at));
    let first = name.get(at).is_some_and(u8::is_ascii_uppercase);
    before
        .is_none_or(|before| !before.is_ascii_alphabetic() || first && before.is_ascii_lowercase())
}
