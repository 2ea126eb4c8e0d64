//! Passwords, keys and tokens: by their own form, or by what stands around them.

mod authorization;
mod business;
mod checksum;
mod cloud;
mod code;
mod command;
mod context;
mod credential;
mod device;
mod form;
mod hash;
mod identity;
mod infrastructure;
mod jwt;
mod password;
mod pem;
mod phrase;
mod placeholder;
mod public;
mod raw_key;
mod service;
mod statement;
mod url;
mod vendor;
mod webhook;

use super::Lanes;
use super::gate::Candidate;
use super::registry::{Found, Pattern, Rule, RuleInfo};
use crate::finding::{Category, Severity};

const THREATS: &[&str] = &["LLM02", "ASI03", "AML.T0098"];

/// The rules, for the gate.
pub(super) fn rules() -> impl Iterator<Item = &'static Rule> {
    let known = [cloud::RULES, vendor::RULES, code::RULES, infrastructure::RULES, business::RULES];
    let formed = [form::RULES, hash::RULES, url::RULES, identity::RULES, webhook::RULES];
    known.into_iter().chain(formed).chain(BY_CONTEXT).flatten()
}

/// Rules that go by surroundings.
const BY_CONTEXT: [&[Rule]; 9] = [
    context::RULES,
    password::RULES,
    authorization::RULES,
    credential::RULES,
    command::RULES,
    statement::RULES,
    device::RULES,
    phrase::RULES,
    service::RULES,
];

/// Whether `rule` goes by surroundings: any rule that knows the form knows better.
pub(super) fn is_by_context(rule: &str) -> bool {
    BY_CONTEXT.into_iter().flatten().any(|other| other.info.id == rule)
}

const fn info(id: &'static str, severity: Severity, score: u16, meaning: &'static str) -> RuleInfo {
    RuleInfo { id, category: Category::Secret, severity, score, threats: THREATS, meaning }
}

/// A pattern of a secret that has a form of its own.
const fn form(
    keywords: &'static [&'static str],
    expression: &'static str,
    severity: Severity,
    score: u16,
    kind: &'static str,
) -> Pattern {
    let lanes = Lanes::SECRET_FORM;
    Pattern { keywords, expression, lanes, severity, score, kind, reach: (96, 320) }
}

/// A token that begins with one of `prefixes`, spelt exactly so; `rest` is what follows.
const fn token(
    prefixes: &'static [&'static str],
    rest: &'static str,
    score: u16,
    kind: &'static str,
) -> Pattern {
    let (lanes, severity) = (Lanes::SECRET_FORM, Severity::High);
    Pattern { keywords: prefixes, expression: rest, lanes, severity, score, kind, reach: (0, 384) }
}

/// Takes what matched, unless it is a placeholder.
fn accept(candidate: &Candidate<'_>) -> Option<Found> {
    let is_whole = !placeholder::is_cut(candidate.text, candidate.value.end);
    (is_whole && !placeholder::is_obvious(candidate.value())).then(|| candidate.matched())
}

/// Takes what matched, surer where the checksum at its end is right and less sure where not.
fn accept_checksum(candidate: &Candidate<'_>) -> Option<Found> {
    let mut found = accept(candidate)?;
    let token = candidate.value();
    let body = token.split_once('_').map_or(token, |(_, body)| body);
    found.score = if checksum::ends_in_crc32(body) { 990 } else { 650 };
    Some(found)
}

/// Takes what matched where it varies as random text does: for forms with little structure.
fn accept_random(candidate: &Candidate<'_>) -> Option<Found> {
    let value = candidate.value();
    if placeholder::entropy(value) < 3.0 { None } else { accept(candidate) }
}

/// Takes what ends in a secret: ids alone, or words where numbers stand, open nothing.
fn accept_slack(candidate: &Candidate<'_>) -> Option<Found> {
    let value = candidate.value();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let last = value.rsplit(['-', '/']).next().unwrap_or_default();
    let opens = last.bytes().any(|byte| byte.is_ascii_alphabetic());
    let varies = placeholder::distinct(value) >= 8 && value.len() >= 20;
    if digits < 4 || !opens || !varies { None } else { accept(candidate) }
}

#[cfg(test)]
mod tests;
