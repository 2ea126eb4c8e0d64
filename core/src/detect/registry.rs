//! What a rule is, and the list of all of them.

use super::gate::Candidate;
use super::{code, drift, exfiltration, hidden, injection, personal, secret};
use crate::finding::{Category, MODEL, Severity};
use crate::span::Span;

/// What a rule is, for people who tune it and for reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleInfo {
    /// Its id: `injection/override`. Never renamed or reused.
    pub id: &'static str,
    /// What kind of thing it finds.
    pub category: Category,
    /// How bad what it finds is, at most.
    pub severity: Severity,
    /// How sure it is, at most: 0 to 1000.
    pub score: u16,
    /// OWASP and MITRE ATLAS ids.
    pub threats: &'static [&'static str],
    /// One sentence: what it finds.
    pub meaning: &'static str,
}

/// A rule that the gate runs: expressions behind keywords, and a check of what they match.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) info: RuleInfo,
    pub(super) patterns: &'static [Pattern],
    pub(super) check: fn(&Candidate<'_>) -> Option<Found>,
}

/// One expression of a rule, with the keywords of which one must stand near a match.
#[derive(Debug)]
pub(super) struct Pattern {
    /// ASCII letters match in either case.
    pub(super) keywords: &'static [&'static str],
    /// Bytes, not characters; capture 1, where there is one, is what was found.
    pub(super) expression: &'static str,
    /// Where it runs: bits of [`super::Lanes`].
    pub(super) lanes: u8,
    /// Its own severity: a rule's patterns differ.
    pub(super) severity: Severity,
    /// Its own score.
    pub(super) score: u16,
    /// What a redaction calls a find.
    pub(super) kind: &'static str,
    /// How far from a keyword's end a match can begin and end, in bytes. Where it is 0 before,
    /// the keywords, spelt exactly so, begin every match, and the expression is the rest.
    pub(super) reach: (usize, usize),
}

impl Pattern {
    /// Whether the keywords begin every match.
    pub(super) const fn leads(&self) -> bool {
        self.reach.0 == 0
    }
}

/// What a check made of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) span: Span,
    pub(super) severity: Severity,
    pub(super) score: u16,
}

/// The rules that the gate runs.
pub(super) fn gated() -> impl Iterator<Item = &'static Rule> {
    injection::rules().chain(secret::rules()).chain(personal::rules())
}

/// Every rule, sorted by id.
pub(super) fn all() -> Vec<RuleInfo> {
    let lists = [exfiltration::RULES, hidden::RULES, code::RULES, drift::RULES];
    let plain = lists.into_iter().flatten().chain(personal::infos());
    let plain = plain.chain([&injection::model::RULE]).cloned();
    let mut rules: Vec<RuleInfo> = gated().map(|rule| rule.info.clone()).chain(plain).collect();
    rules.sort_by_key(|rule| rule.id);
    rules
}

/// Below this score a finding is dropped where settings name no threshold for its rule.
pub(super) fn threshold(rule: &str, category: Category) -> u16 {
    match category {
        Category::Injection if rule == MODEL => injection::model::THRESHOLD,
        // A bare number with the right check digit is one number in ten: it needs context.
        Category::Personal | Category::Secret => 400,
        Category::Injection => 250,
        _ => 0,
    }
}
