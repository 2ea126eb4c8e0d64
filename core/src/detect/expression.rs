//! Expressions of rules, compiled: one automaton, or a few that follow each other.
//!
//! One automaton over a gap would have to know how far back each of the places stands where a match
//! may begin: on words in no order it never ends to grow, and what is used in its stead is a hundred
//! times as slow. So each part has an automaton of its own, and what stands between is counted.

mod gap;

use super::Lanes;
use super::registry::Pattern;
use crate::span::Span;
use gap::{GAP, Gap, WORDS};
use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};
use std::collections::VecDeque;

/// Bytes of one compiled expression; the built-in ones stay far below.
const BYTES: usize = 256 * 1024;
/// The expression of a pattern.
#[derive(Debug)]
pub(super) struct Expression {
    first: Regex,
    /// What follows, and what may stand before it.
    then: Vec<(Gap, Regex)>,
}

/// Where an expression matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    /// All of it.
    pub(super) whole: Span,
    /// Its last part.
    last: Span,
}

/// One part of a search, and what of the parts before it may be in reach.
struct Stage<'e> {
    expression: &'e Regex,
    gap: Option<&'e Gap>,
    /// Where its next match may begin; none behind the last.
    at: Option<usize>,
    /// Matches of all parts before it that end before its own last match, first things first.
    ready: VecDeque<Span>,
    /// The one that ends behind it.
    ahead: Option<Span>,
    /// How far the ends of gaps were looked for, and where the last one ends.
    read: usize,
    ended: usize,
}

impl Expression {
    /// Compiles the expression of `pattern`; none where it is not one.
    pub(super) fn new(pattern: &Pattern) -> Option<Self> {
        // Prose is written in words (see `injection`); forms are written in bytes.
        let prose = pattern.lanes & Lanes::ALL_INJECTION != 0;
        if pattern.leads() {
            let heads: Vec<String> =
                pattern.keywords.iter().map(|head| regex::escape(head)).collect();
            let whole = format!("(?:{}){}", heads.join("|"), pattern.expression);
            return Some(Self { first: compile(&whole, prose)?, then: Vec::new() });
        }
        let (first, mut rest) = gap::cut(pattern.expression);
        let mut first = if prose { words(first) } else { first.to_owned() };
        // A word also begins behind an underscore: `note_Ignore all previous instructions`.
        if prose && let Some(rest) = first.strip_prefix(r"\b") {
            first = format!(r"(?:\b|_){rest}");
        }
        let mut parts = vec![first];
        let mut gaps = Vec::new();
        while let Some((gap, behind)) = rest {
            let (part, more) = gap::cut(behind);
            let mut part = if prose { words(part) } else { part.to_owned() };
            if let Gap::Words = gap {
                // Whole words on both sides.
                part = format!(r"\b{{start-half}}(?:{part})");
                let before = parts.last_mut()?;
                *before = format!(r"(?:{before})\b{{end-half}}");
            }
            parts.push(part);
            gaps.push(gap);
            rest = more;
        }
        // A gap that nothing cut is no text to look for.
        let counted = gaps.iter().filter(|gap| **gap != Gap::Words).count();
        if counted != pattern.expression.replace(" ~ ", "").matches(" ~").count() {
            return None;
        }
        let mut compiled = parts.iter().map(|part| compile(part, prose));
        let first = compiled.next()??;
        let then = gaps.into_iter().zip(compiled).map(|(gap, part)| Some((gap, part?)));
        Some(Self { first, then: then.collect::<Option<Vec<_>>>()? })
    }

    /// The first match in `bytes` that begins at `at` or behind it.
    pub(super) fn find(&self, bytes: &[u8], at: usize) -> Option<Match> {
        let mut first = Stage::new(&self.first, None, at);
        if self.then.is_empty() {
            return first.step(bytes).map(|span| Match { whole: span, last: span });
        }
        let mut stages = vec![first];
        stages.extend(self.then.iter().map(|(gap, part)| Stage::new(part, Some(gap), at)));
        next(&mut stages, bytes)
    }

    /// Capture 1 of `matched`, where there is one: in the last part.
    pub(super) fn value(&self, bytes: &[u8], matched: Match) -> Option<Span> {
        let last = self.then.last().map_or(&self.first, |(_, part)| part);
        if last.captures_len() == 1 {
            return None;
        }
        // The same match again, and nothing beyond it is read.
        let range = matched.last.start..matched.last.end;
        let again = Input::new(bytes).range(range).anchored(Anchored::Yes);
        let mut captures = last.create_captures();
        last.search_captures(&again, &mut captures);
        captures.get_group(1).map(|value| Span::new(value.start, value.end))
    }
}

impl<'e> Stage<'e> {
    fn new(expression: &'e Regex, gap: Option<&'e Gap>, at: usize) -> Self {
        let (ready, ahead) = (VecDeque::new(), None);
        Self { expression, gap, at: Some(at), ready, ahead, read: at, ended: at }
    }

    /// The next match of this part alone.
    fn step(&mut self, bytes: &[u8]) -> Option<Span> {
        let at = self.at.take().filter(|at| *at <= bytes.len())?;
        let found = self.expression.find(Input::new(bytes).range(at..))?;
        self.at = Some(found.end().max(found.start() + 1));
        Some(Span::new(found.start(), found.end()))
    }

    /// Keeps a match of the parts before it; those that `to` can be reached from are few.
    fn keep(&mut self, span: Span, to: usize) {
        let Some(gap) = self.gap else { return };
        if to.saturating_sub(span.end) > gap.most() {
            return;
        }
        if self.ready.len() >= gap.crowd() {
            self.ready.pop_front();
        }
        self.ready.push_back(span);
    }

    /// Drops what `to` cannot be reached from.
    fn forget(&mut self, bytes: &[u8], to: usize) {
        let Some(gap) = self.gap else { return };
        while let Some(first) = self.ready.front() {
            let reaches = match gap {
                Gap::Words => gap::are_words(bytes.get(first.end..to).unwrap_or_default()),
                Gap::Bytes { most, ends } => {
                    let from = first.end.max(self.read).min(to);
                    let between = bytes.get(from..to).unwrap_or_default();
                    if let Some(end) = between.iter().rposition(|byte| ends.contains(byte)) {
                        self.ended = from + end + 1;
                    }
                    self.read = to;
                    to.saturating_sub(first.end) <= *most && first.end >= self.ended
                }
            };
            if reaches {
                return;
            }
            self.ready.pop_front();
        }
    }
}

/// The next match of all of `stages`, one behind the other.
fn next(stages: &mut [Stage<'_>], bytes: &[u8]) -> Option<Match> {
    let (stage, before) = stages.split_last_mut()?;
    let Some(gap) = stage.gap else {
        return stage.step(bytes).map(|span| Match { whole: span, last: span });
    };
    let mut behind = || next(before, bytes).map(|matched| matched.whole);
    loop {
        if stage.ready.is_empty() {
            let span = stage.ahead.take().or_else(&mut behind)?;
            stage.at = stage.at.map(|at| at.max(span.end));
            stage.ready.push_back(span);
        }
        let last = stage.step(bytes)?;
        if !gap.may_end(bytes, last.start) {
            continue;
        }
        while let Some(span) = stage.ahead.take().or_else(&mut behind) {
            if span.end > last.start {
                stage.ahead = Some(span);
                break;
            }
            stage.keep(span, last.start);
        }
        stage.forget(bytes, last.start);
        if let Some(first) = stage.ready.front() {
            return Some(Match { whole: Span::new(first.start, last.end), last });
        }
    }
}

fn words(expression: &str) -> String {
    expression.replace(" ~ ", WORDS).replace(' ', GAP)
}

fn compile(expression: &str, prose: bool) -> Option<Regex> {
    let syntax = syntax::Config::new().unicode(false).utf8(false).case_insensitive(prose);
    let config = Regex::config()
        .utf8_empty(false)
        .nfa_size_limit(Some(BYTES))
        .hybrid_cache_capacity(BYTES * 4)
        // The keywords are looked for already. What prose begins with is short and common: to look for
        // that first costs up to six times as much as to read on.
        .auto_prefilter(!prose);
    Regex::builder().syntax(syntax).configure(config).build(expression).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity::Low;
    use proptest::prelude::*;

    fn expression(text: &'static str) -> Expression {
        Expression::new(&Pattern {
            keywords: &["find"],
            expression: text,
            lanes: Lanes::USER,
            severity: Low,
            score: 500,
            kind: "injection",
            reach: (128, 224),
        })
        .unwrap()
    }

    fn all(expression: &Expression, text: &str) -> Vec<Span> {
        let (mut at, mut found) = (0, Vec::new());
        while let Some(span) = expression.find(text.as_bytes(), at) {
            at = span.whole.end.max(span.whole.start + 1);
            found.push(span.whole);
        }
        found
    }

    #[test]
    fn parts_follow_each_other_in_one_sentence() {
        let parts = expression(r"\bfind\b ~12~ \bkeys?\b ~6~ \bsend\b");
        let found = |text: &str| all(&parts, text).len();
        assert_eq!(found("find the keys, send"), 1);
        assert_eq!(found("FIND the\tKey; SEND; find key send"), 2);
        assert_eq!(found("find the many more keys, send"), 0, "too far");
        assert_eq!(found("find it. The keys, send"), 0, "another sentence");
        assert_eq!(found("find keys\nsend"), 0, "another line");
        assert_eq!(found("find the keychain, send"), 0);
        assert_eq!(found("send keys, find"), 0);
        assert_eq!(found("find key key key key send"), 1, "the nearest key counts");
    }

    #[test]
    fn the_first_of_several_beginnings_counts() {
        let parts = expression(r"\bfind\b ~20~ \bkey\b");
        let text = "find. find find key key";
        assert_eq!(all(&parts, text), [Span::new(6, 19)]);
    }

    #[test]
    fn a_form_is_cut_where_its_gaps_say() {
        let form = Expression::new(&Pattern {
            keywords: &["curl"],
            expression: r"\bcurl\b ~20 not ;|~ \s-u ([a-z]{2,9}):",
            lanes: Lanes::SECRET_CONTEXT,
            severity: Low,
            score: 500,
            kind: "key",
            reach: (96, 240),
        })
        .unwrap();
        let value = |text: &str| {
            let matched = form.find(text.as_bytes(), 0)?;
            Some(form.value(text.as_bytes(), matched)?.of(text)?.to_owned())
        };
        assert_eq!(value("curl -s -u ada:").as_deref(), Some("ada"));
        assert_eq!(value("curl -s -u -u ada:").as_deref(), Some("ada"));
        assert_eq!(value("curl -s; -u ada:"), None);
        assert_eq!(value("curl 12345678901234567890123 -u ada:"), None);
    }

    const WORD: [&str; 9] = ["find", "key", "keys", "send", "a", "word", ".", "\n", "é"];

    proptest! {
        #[test]
        fn parts_find_what_one_automaton_finds(
            words in prop::collection::vec(prop::sample::select(&WORD[..]), 0..60),
        ) {
            let parts = expression(r"\bfind\b ~20~ \bkeys?\b ~9~ \bsend\b");
            let one = r"\bfind\b[^.!?\n]{0,20}?\bkeys?\b[^.!?\n]{0,9}?\bsend\b";
            let one = Expression { first: compile(one, true).unwrap(), then: Vec::new() };
            let text = words.join(" ");
            prop_assert_eq!(all(&parts, &text), all(&one, &text));
        }

        #[test]
        fn words_between_are_counted_as_one_automaton_counts_them(
            words in prop::collection::vec(prop::sample::select(&WORD[..]), 0..60),
            gaps in prop::collection::vec(prop::sample::select(&[" ", ", ", "  ", "    "][..]), 60),
        ) {
            let parts = expression(r"\bfind ~ (?:key|keys) ~ send\b");
            let one = compile(&super::words(r"(?:\b|_)find ~ (?:key|keys) ~ send\b"), true).unwrap();
            let one = Expression { first: one, then: Vec::new() };
            let text: String = words.iter().zip(&gaps).flat_map(|(word, gap)| [*word, *gap]).collect();
            prop_assert_eq!(all(&parts, &text), all(&one, &text));
        }
    }
}
