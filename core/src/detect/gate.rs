//! One keyword automaton for all rules: an expression runs only around its own keywords.

use super::expression::Expression;
use super::registry::{Found, Pattern, Rule};
use crate::error::{Error, ErrorKind, Result};
use crate::span::{self, Span};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The automaton and what hangs on each keyword.
pub(super) struct Gate {
    automaton: AhoCorasick,
    /// For each keyword, the probes it wakes.
    owners: Vec<Vec<usize>>,
    probes: Vec<Probe>,
}

/// One pattern of one rule, compiled when its keyword first stands in a text.
struct Probe {
    rule: &'static Rule,
    pattern: &'static Pattern,
    expression: OnceLock<Option<Expression>>,
}

/// A match that the rule's check has yet to confirm.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub(super) rule: &'static Rule,
    pub(super) pattern: &'static Pattern,
    /// The whole view.
    pub(super) text: &'a str,
    /// The whole match.
    pub(super) span: Span,
    /// Capture 1 where the expression has one, else the whole match.
    pub(super) value: Span,
}

impl<'a> Candidate<'a> {
    /// The text of `value`.
    pub(super) fn value(&self) -> &'a str {
        self.value.of(self.text).unwrap_or_default()
    }

    /// What matched, as severe and as sure as its pattern says.
    pub(super) fn matched(&self) -> Found {
        let Pattern { severity, score, .. } = *self.pattern;
        Found { span: self.value, severity, score }
    }
}

/// Takes what matched: the check of a rule that has no other.
#[expect(clippy::unnecessary_wraps, reason = "the type of every rule's check")]
pub(super) fn accept(candidate: &Candidate<'_>) -> Option<Found> {
    Some(candidate.matched())
}

impl Gate {
    /// Builds the automaton over the keywords of `rules`.
    pub(super) fn new(rules: impl Iterator<Item = &'static Rule>) -> Result<Self> {
        let mut probes = Vec::new();
        let mut keywords: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for rule in rules {
            for pattern in rule.patterns {
                for keyword in pattern.keywords {
                    keywords.entry(keyword.to_ascii_lowercase()).or_default().push(probes.len());
                }
                probes.push(Probe { rule, pattern, expression: OnceLock::new() });
            }
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(keywords.keys())
            .map_err(|error| Error::new(ErrorKind::DetectorFailed, error.to_string()))?;
        Ok(Self { automaton, owners: keywords.into_values().collect(), probes })
    }

    /// Calls `found` with every match of a pattern that runs in one of `lanes`.
    /// `found` says whether to go on.
    pub(super) fn search<'a>(
        &self,
        text: &'a str,
        lanes: u8,
        found: &mut dyn FnMut(&Candidate<'a>) -> bool,
    ) {
        // One window a probe: it grows while its keyword keeps coming, so that each byte is read
        // once by each expression however often a keyword stands.
        let mut windows: Vec<Option<Span>> = Vec::new();
        for hit in self.automaton.find_overlapping_iter(text) {
            for &index in self.owners.get(hit.pattern().as_usize()).into_iter().flatten() {
                let Some(probe) = self.probes.get(index) else { continue };
                if probe.pattern.lanes & lanes == 0 || !probe.wakes(text, hit.start(), hit.end()) {
                    continue;
                }
                if windows.is_empty() {
                    windows.resize(self.probes.len(), None);
                }
                let (before, after) = probe.pattern.reach;
                let leads = probe.pattern.leads();
                let near = Span::new(
                    if leads { hit.start() } else { hit.end().saturating_sub(before) },
                    hit.end().saturating_add(after).min(text.len()),
                );
                let Some(slot) = windows.get_mut(index) else { continue };
                match slot {
                    Some(window) if near.start <= window.end => window.end = near.end,
                    Some(window) => {
                        let full = std::mem::replace(window, near);
                        if !probe.run(text, full, found) {
                            return;
                        }
                    }
                    None => *slot = Some(near),
                }
            }
        }
        for (window, probe) in windows.iter().zip(&self.probes) {
            if let Some(window) = window
                && !probe.run(text, *window, found)
            {
                return;
            }
        }
    }
}

impl Probe {
    /// Whether the keyword at `start..end` can begin a match. The automaton knows no case.
    fn wakes(&self, text: &str, start: usize, end: usize) -> bool {
        if !self.pattern.leads() {
            return true;
        }
        let bytes = text.as_bytes();
        let before = start.checked_sub(1).and_then(|at| bytes.get(at));
        let begins = !before.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
        let keyword = bytes.get(start..end).unwrap_or_default();
        begins && self.pattern.keywords.iter().any(|other| other.as_bytes() == keyword)
    }

    fn run<'a>(
        &self,
        text: &'a str,
        window: Span,
        found: &mut dyn FnMut(&Candidate<'a>) -> bool,
    ) -> bool {
        // INVARIANT: all expressions compile, which a test checks.
        let Some(expression) = self.expression.get_or_init(|| Expression::new(self.pattern)) else {
            return true;
        };
        let bytes = text.as_bytes().get(..window.end).unwrap_or_default();
        let mut at = window.start;
        while at < bytes.len() {
            let Some(matched) = expression.find(bytes, at) else { break };
            let span = whole_characters(text, matched.whole.start, matched.whole.end);
            let value = expression.value(bytes, matched);
            let value = value.map_or(span, |value| whole_characters(text, value.start, value.end));
            let (rule, pattern) = (self.rule, self.pattern);
            if !found(&Candidate { rule, pattern, text, span, value }) {
                return false;
            }
            at = matched.whole.end.max(matched.whole.start + 1);
        }
        true
    }
}

/// The smallest span of whole characters around bytes `start..end`.
fn whole_characters(text: &str, start: usize, end: usize) -> Span {
    Span::new(span::floor(text, start), span::ceil(text, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::registry;

    #[test]
    fn every_expression_compiles_and_holds_its_limits() {
        for rule in registry::gated() {
            assert!(!rule.patterns.is_empty(), "{}", rule.info.id);
            for pattern in rule.patterns {
                let built = Expression::new(pattern);
                assert!(built.is_some(), "{}: {}", rule.info.id, pattern.expression);
                assert!(!pattern.keywords.is_empty(), "{}", pattern.expression);
                for keyword in pattern.keywords {
                    assert!(keyword.len() > 1, "`{keyword}` wakes on everything");
                    assert!(pattern.leads() || keyword.len() <= pattern.reach.0, "{keyword}");
                }
                assert!(pattern.severity <= rule.info.severity, "{}", pattern.expression);
                assert!(pattern.score <= rule.info.score, "{}", pattern.expression);
                assert!(pattern.lanes != 0, "{}", pattern.expression);
            }
        }
    }

    #[test]
    fn spans_are_whole_characters() {
        assert_eq!(whole_characters("aé😀b", 2, 4), Span::new(1, 7));
        assert_eq!(whole_characters("ab", 0, 2), Span::new(0, 2));
    }
}
