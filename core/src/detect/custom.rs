//! Rules that a bundle brings: behind keywords of their own, beside the built-in ones.

use super::sink::fingerprint;
use super::{FINDINGS_A_LEAF, Lanes, Scope};
use crate::content::OutputKind;
use crate::digest::Key;
use crate::error::{Error, ErrorKind, Result};
use crate::finding::{Category, Finding};
use crate::rule::{CustomRule, RulePlace};
use crate::source::SourceKind;
use crate::span::{self, Span, merge};
use crate::view::Leaf;
use aho_corasick::AhoCorasick;
use regex::{Regex, RegexBuilder};
use std::collections::{BTreeMap, HashSet};

/// How far from a keyword's end a match can begin and end, in bytes.
const REACH: (usize, usize) = (256, 512);
/// Bytes of the longest match near a keyword.
pub(super) const LONGEST: usize = REACH.0 + REACH.1;
/// Bytes that an expression reads at once. Some expressions read to the end for every match that
/// they find, and this is the end.
const WINDOW: usize = 4096;
/// Bytes of all keywords together.
const KEYWORD_BYTES: usize = 128 * 1024;
/// All compiled expressions together are as large as this many of the largest, at most.
const LARGEST: usize = 256;
/// Bytes in which compiling is tried first; then in twice as many.
const COMPILED_STEP: usize = 16 * 1024;

/// The custom rules of one bundle.
pub(super) struct Custom {
    automaton: AhoCorasick,
    /// For each keyword, the rules it wakes.
    owners: Vec<Vec<usize>>,
    rules: Vec<Compiled>,
}

/// What one keyword wakes in one text.
#[derive(Default)]
struct Woken {
    /// Rules that find the keyword itself.
    words: Vec<usize>,
    /// Rules with an expression.
    expressions: Vec<usize>,
    /// Where these look.
    near: Vec<Span>,
}

struct Compiled {
    rule: CustomRule,
    /// None where the keyword itself is what is found.
    expression: Option<Regex>,
    /// Bits of [`Lanes`]: what a decoded view must keep for the rule to run there.
    lane: u8,
    /// Bytes that it was compiled into, at most.
    size: usize,
    is_off: bool,
}

impl Custom {
    /// Compiles `rules`, each into at most `bytes`, and runs their tests. Those that are `off` find
    /// nothing.
    ///
    /// # Errors
    /// `bundle/settings` where an expression is none or too large, or a test fails; `limit/bundle`
    /// where all of them are.
    pub(super) fn new(
        rules: &[CustomRule],
        bytes: usize,
        off: &HashSet<String>,
    ) -> Result<Option<Self>> {
        if rules.is_empty() {
            return Ok(None);
        }
        let mut keywords: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut compiled = Vec::with_capacity(rules.len());
        let mut size = 0_usize;
        for (index, rule) in rules.iter().enumerate() {
            for keyword in &rule.keywords {
                keywords.entry(keyword.to_ascii_lowercase()).or_default().push(index);
            }
            let rule = Compiled::new(rule, bytes, off.contains(&rule.id))?;
            size = size.saturating_add(rule.size);
            let most = bytes.saturating_mul(LARGEST);
            if size > most {
                let message = format!("all expressions together are larger than {most} bytes");
                let error = Error::new(ErrorKind::LimitBundle, message);
                return Err(at(error, &rule.rule, "expression"));
            }
            compiled.push(rule);
        }
        if keywords.keys().map(String::len).sum::<usize>() > KEYWORD_BYTES {
            let message = format!("the rules have more than {KEYWORD_BYTES} bytes of keywords");
            return Err(Error::new(ErrorKind::LimitBundle, message));
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(keywords.keys())
            .map_err(|error| Error::new(ErrorKind::DetectorFailed, error.to_string()))?;
        let custom = Self { automaton, owners: keywords.into_values().collect(), rules: compiled };
        custom.check_tests()?;
        Ok(Some(custom))
    }

    /// The rules, as the bundle has them.
    pub(super) fn rules(&self) -> impl Iterator<Item = &CustomRule> {
        self.rules.iter().map(|compiled| &compiled.rule)
    }

    /// Adds what is found in all views of `leaf` to `out`.
    pub(super) fn scan(&self, leaf: &Leaf<'_>, scope: Scope, key: &Key, out: &mut Vec<Finding>) {
        let mut seen: HashSet<(usize, Span)> = HashSet::new();
        for view in leaf.views.all() {
            let lanes = Lanes::through(u8::MAX, view.through());
            let wanted = |rule: &Compiled| rule.lane & lanes != 0 && rule.looks_in(scope);
            self.search(view.text(), &wanted, &mut |index, compiled, span| {
                let home = view.origin(span);
                if !seen.insert((index, home)) {
                    return true;
                }
                let rule = &compiled.rule;
                let kind = fingerprint(rule.category, &rule.kind, span, view, key);
                let kind = kind.unwrap_or_else(|| rule.kind.clone());
                out.push(Finding {
                    rule: rule.id.clone().into(),
                    category: rule.category,
                    severity: rule.severity,
                    score: rule.score,
                    path: leaf.path.to_owned(),
                    span: home,
                    through: view.through().to_vec(),
                    threats: rule.threats.clone().into(),
                    kind: kind.into(),
                });
                out.len() < FINDINGS_A_LEAF
            });
        }
    }

    /// Calls `found` with what the `wanted` rules find in `text`, until it says to stop.
    fn search(
        &self,
        text: &str,
        wanted: &dyn Fn(&Compiled) -> bool,
        found: &mut dyn FnMut(usize, &Compiled, Span) -> bool,
    ) {
        // Where a keyword stands is joined first, whoever asks for it: a keyword of many rules that
        // stands everywhere costs no more than the expressions do.
        let mut woken: BTreeMap<usize, Woken> = BTreeMap::new();
        for hit in self.automaton.find_overlapping_iter(text) {
            let keyword = hit.pattern().as_usize();
            let woken = woken.entry(keyword).or_insert_with(|| self.wake(keyword, wanted));
            for (index, compiled) in woken.words.iter().filter_map(|index| self.rule(*index)) {
                if !found(index, compiled, Span::new(hit.start(), hit.end())) {
                    return;
                }
            }
            if woken.expressions.is_empty() {
                continue;
            }
            let near = Span::new(
                span::floor(text, hit.end().saturating_sub(REACH.0)),
                span::floor(text, hit.end().saturating_add(REACH.1)),
            );
            match woken.near.last_mut() {
                Some(last) if near.start <= last.end => last.end = near.end,
                _ => woken.near.push(near),
            }
        }
        let mut due: BTreeMap<usize, Vec<&Woken>> = BTreeMap::new();
        for woken in woken.values() {
            woken.expressions.iter().for_each(|rule| due.entry(*rule).or_default().push(woken));
        }
        for (rule, woken) in due {
            let Some((index, compiled)) = self.rule(rule) else { continue };
            let near = woken.into_iter().flat_map(|woken| &woken.near);
            for window in merge(near.copied().collect()) {
                if !compiled.run(text, window, &mut |span| found(index, compiled, span)) {
                    return;
                }
            }
        }
    }

    fn rule(&self, index: usize) -> Option<(usize, &Compiled)> {
        Some((index, self.rules.get(index)?))
    }

    fn wake(&self, keyword: usize, wanted: &dyn Fn(&Compiled) -> bool) -> Woken {
        let mut woken = Woken::default();
        let owners = self.owners.get(keyword).into_iter().flatten();
        for (index, rule) in owners.filter_map(|index| self.rule(*index)) {
            if wanted(rule) {
                let list = match rule.expression {
                    Some(_) => &mut woken.expressions,
                    None => &mut woken.words,
                };
                list.push(index);
            }
        }
        woken
    }

    fn check_tests(&self) -> Result<()> {
        for (index, compiled) in self.rules.iter().enumerate() {
            let rule = &compiled.rule;
            let finds = |text: &str| {
                let mut any = false;
                let only = |other: &Compiled| other.rule.id == rule.id;
                self.search(text, &only, &mut |at, _, _| {
                    any = at == index;
                    !any
                });
                any
            };
            let missed = rule.find.iter().position(|text| !finds(text));
            let hit = rule.pass.iter().position(|text| finds(text));
            let (key, at, what) = match (missed, hit) {
                (Some(at), _) => ("tests.find", at, "finds nothing in"),
                (None, Some(at)) => ("tests.pass", at, "finds something in"),
                (None, None) => continue,
            };
            let message = format!("`{}` {what} text {} of its `{key}`", rule.id, at + 1);
            return Err(fault(rule, key, message));
        }
        Ok(())
    }
}

impl Compiled {
    fn new(rule: &CustomRule, bytes: usize, is_off: bool) -> Result<Self> {
        let mut size = 0;
        let build = |expression: &String| {
            let built = compile(expression, bytes);
            built.map_err(|error| fault(rule, "expression", told(&rule.id, &error, bytes)))
        };
        let expression = match rule.expression.as_ref().map(build).transpose()? {
            Some((expression, bytes)) => {
                size = bytes;
                Some(expression)
            }
            None => None,
        };
        if expression.as_ref().is_some_and(|expression| expression.is_match("")) {
            let message = format!("the expression of `{}` matches nothing at all", rule.id);
            return Err(fault(rule, "expression", message));
        }
        let lane = match rule.category {
            Category::Injection => Lanes::ALL_INJECTION,
            Category::Secret => Lanes::SECRET_FORM,
            _ => Lanes::PERSONAL,
        };
        Ok(Self { rule: rule.clone(), expression, lane, size, is_off })
    }

    fn looks_in(&self, scope: Scope) -> bool {
        let places = places(scope);
        !self.is_off && self.rule.places.iter().any(|place| places.contains(place))
    }

    /// Calls `found` with what the expression finds in `window`, until it says to stop.
    fn run(&self, text: &str, window: Span, found: &mut dyn FnMut(Span) -> bool) -> bool {
        let Some(expression) = &self.expression else { return true };
        let (mut from, mut at) = (window.start, window.start);
        loop {
            let end = span::floor(text, from.saturating_add(WINDOW)).min(window.end);
            let is_last = end == window.end;
            // What begins behind this is read in the next part, with all that follows it.
            let next_part = if is_last { usize::MAX } else { span::floor(text, end - LONGEST) };
            let seen = text.get(..end).unwrap_or_default();
            while at <= seen.len() {
                let Some(captures) = expression.captures_at(seen, at) else { break };
                let Some(whole) = captures.get(0).filter(|it| it.start() < next_part) else {
                    break;
                };
                let value = captures.get(1).filter(|value| !value.is_empty()).unwrap_or(whole);
                if !value.is_empty() && !found(Span::new(value.start(), value.end())) {
                    return false;
                }
                let next = seen.get(whole.start()..).and_then(|rest| rest.chars().next());
                let next = whole.start() + next.map_or(1, char::len_utf8);
                at = whole.end().max(next);
            }
            if is_last {
                return true;
            }
            from = next_part;
            at = at.max(from);
        }
    }
}

/// Compiles an expression into at most `bytes`, and gives with it those that were enough.
fn compile(expression: &str, bytes: usize) -> std::result::Result<(Regex, usize), regex::Error> {
    let mut size = bytes.min(COMPILED_STEP);
    loop {
        let built = RegexBuilder::new(expression)
            .size_limit(size)
            .dfa_size_limit(size.saturating_mul(2).max(2 * COMPILED_STEP))
            .nest_limit(64)
            .build();
        match built {
            Err(regex::Error::CompiledTooBig(_)) if size < bytes => {
                size = size.saturating_mul(2).min(bytes);
            }
            built => return Ok((built?, size)),
        }
    }
}

/// Whether `rule` finds something in `text`, by its expression compiled into at most `bytes`. Its
/// places and its own tests do not count.
///
/// # Errors
/// `bundle/settings` where the expression cannot be compiled.
pub fn finds(rule: &CustomRule, text: &str, bytes: usize) -> Result<bool> {
    let rule = CustomRule { find: Vec::new(), pass: Vec::new(), ..rule.clone() };
    let custom = Custom::new(std::slice::from_ref(&rule), bytes, &HashSet::new())?;
    let mut any = false;
    if let Some(custom) = custom {
        custom.search(text, &|_| true, &mut |_, _, _| {
            any = true;
            false
        });
    }
    Ok(any)
}

/// What a text of this scope is to a rule.
fn places(scope: Scope) -> &'static [RulePlace] {
    match scope {
        Scope::Input(SourceKind::System | SourceKind::Principal | SourceKind::Schema) => {
            &[RulePlace::System]
        }
        Scope::Input(SourceKind::User) => &[RulePlace::User],
        Scope::Input(SourceKind::ToolDescription) => {
            &[RulePlace::Description, RulePlace::Untrusted]
        }
        Scope::Input(_) => &[RulePlace::Untrusted],
        Scope::Arguments => &[RulePlace::Arguments],
        Scope::Output(OutputKind::Answer | OutputKind::Reasoning | OutputKind::Plan) => {
            &[RulePlace::Output]
        }
    }
}

/// Why an expression was not compiled, in one line.
fn told(id: &str, error: &regex::Error, bytes: usize) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => {
            format!("the expression of `{id}` is larger than {bytes} bytes when it is compiled")
        }
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default().trim();
            let last = last.strip_prefix("error: ").unwrap_or(last).escape_debug();
            format!("the expression of `{id}` cannot be read: {last}")
        }
    }
}

fn fault(rule: &CustomRule, key: &'static str, message: String) -> Error {
    at(Error::new(ErrorKind::BundleSettings, message), rule, key)
}

fn at(error: Error, rule: &CustomRule, key: &'static str) -> Error {
    error.with("file", rule.file.as_str()).with("line", rule.line.to_string()).with("key", key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::view::Views;

    const BYTES: usize = 256 * 1024;

    fn rule(id: &str, keyword: &str, expression: Option<&str>) -> CustomRule {
        CustomRule {
            id: format!("custom/{id}"),
            category: Category::Personal,
            severity: Severity::Low,
            score: 800,
            keywords: vec![keyword.into()],
            expression: expression.map(str::to_owned),
            places: RulePlace::USUAL.to_vec(),
            kind: id.into(),
            threats: vec!["LLM02"],
            meaning: "A thing.".into(),
            find: Vec::new(),
            pass: Vec::new(),
            file: "rules/a.toml".into(),
            line: 1,
        }
    }

    fn found(rules: &[CustomRule], text: &str, scope: Scope) -> Vec<(String, String)> {
        let custom = Custom::new(rules, BYTES, &HashSet::new()).unwrap().unwrap();
        let views: Views<'_> = crate::view::Views {
            base: crate::view::View::identity(text),
            decoded: Vec::new(),
            hidden: Vec::new(),
            truncated: false,
        };
        let (leaf, key) = (Leaf { path: "", text, views: &views }, Key::new([7; 32]));
        let mut out = Vec::new();
        custom.scan(&leaf, scope, &key, &mut out);
        let told = |f: &Finding| (f.rule.to_string(), f.span.of(text).unwrap().to_owned());
        out.iter().map(told).collect()
    }

    #[test]
    fn a_keyword_wakes_an_expression() {
        let rules =
            [rule("ticket", "tck-", Some(r"TCK-([0-9]{4})\b")), rule("word", "blue heron", None)];
        let text = "TCK-1234, tck-9999 and TCK-12345; a Blue Heron é TCK-4321";
        let scope = Scope::Output(OutputKind::Answer);
        let all = found(&rules, text, scope);
        let values: Vec<&str> = all.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["Blue Heron", "1234", "4321"]);
        assert!(found(&rules, text, Scope::Input(SourceKind::System)).is_empty());
        let far = format!("tck- {} 1234", "x".repeat(600));
        assert!(found(&[rule("far", "tck-", Some("[0-9]{4}"))], &far, scope).is_empty());
    }

    #[test]
    fn places_are_kept_apart() {
        let only = |place| CustomRule { places: vec![place], ..rule("word", "heron", None) };
        for (place, scope) in [
            (RulePlace::System, Scope::Input(SourceKind::System)),
            (RulePlace::User, Scope::Input(SourceKind::User)),
            (RulePlace::Untrusted, Scope::Input(SourceKind::ToolResult)),
            (RulePlace::Description, Scope::Input(SourceKind::ToolDescription)),
            (RulePlace::Arguments, Scope::Arguments),
            (RulePlace::Output, Scope::Output(OutputKind::Plan)),
        ] {
            for other in RulePlace::ALL {
                let described = place == RulePlace::Description && *other == RulePlace::Untrusted;
                let looks = *other == place || described;
                assert_eq!(found(&[only(*other)], "heron", scope).len(), usize::from(looks));
            }
        }
    }

    #[test]
    fn what_does_not_hold_is_refused_with_its_key() {
        let refused =
            |rule: CustomRule| Custom::new(&[rule], BYTES, &HashSet::new()).map(drop).unwrap_err();
        for (expression, says) in [
            ("a(", "cannot be read"),
            ("(?P<x", "cannot be read"),
            (r"(a)\1", "cannot be read"),
            ("a*", "matches nothing"),
            (r"\w{1000}\w{1000}", "larger than"),
        ] {
            let error = refused(rule("bad", "key", Some(expression)));
            assert_eq!(error.fact("key"), Some("expression"), "{expression}");
            assert_eq!(error.fact("file"), Some("rules/a.toml"));
            assert!(error.message().contains(says), "{expression}: {error}");
        }
        let tested =
            CustomRule { find: vec!["a key".into(), "none".into()], ..rule("t", "key", None) };
        assert_eq!(
            refused(tested).message(),
            "`custom/t` finds nothing in text 2 of its `tests.find`"
        );
        let tested = CustomRule { pass: vec!["a key".into()], ..rule("t", "key", None) };
        assert_eq!(refused(tested).fact("key"), Some("tests.pass"));
    }

    #[test]
    fn much_of_a_keyword_costs_its_length_once() {
        let rules = [rule("ticket", "aa", Some("a{3,}b"))];
        let text = "a".repeat(200_000);
        assert!(found(&rules, &text, Scope::Arguments).is_empty());
        // A keyword of all rules, and an expression that reads to the end for every match.
        let rules: Vec<CustomRule> =
            (0..128).map(|n| rule(&n.to_string(), "ab", Some("(?:ab.*Z|aZ)"))).collect();
        assert!(found(&rules, &"ab".repeat(10_000), Scope::Arguments).is_empty());
    }

    #[test]
    fn every_part_of_a_long_window_is_read_once() {
        let rules = [rule("ticket", "t-", Some("t-[0-9]+"))];
        for gap in [1, 7, 400, 760] {
            let text: String = (0..9000 / gap + 40)
                .map(|n| format!("t-{}{}", 1000 + n, "é ".repeat(gap / 3 + 1)))
                .collect();
            let all = found(&rules, &text, Scope::Arguments);
            let values: Vec<String> = all.into_iter().map(|(_, value)| value).collect();
            let wanted: Vec<String> =
                (0..9000 / gap + 40).map(|n| format!("t-{}", 1000 + n)).take(4096).collect();
            assert_eq!(values, wanted, "{gap}");
        }
        // What a part ends in is read whole, with what follows.
        for before in 3200..3400 {
            let text = format!("t-{}t-{}", " t- ".repeat(before / 4), "7".repeat(400));
            let all = found(&rules, &text, Scope::Arguments);
            assert_eq!(all.last().unwrap().1.len(), 402, "{before}");
            assert_eq!(all.len(), 1);
        }
    }

    #[test]
    fn all_expressions_together_are_bounded_and_what_is_off_is_silent() {
        let large = |n: usize| rule(&n.to_string(), "key", Some("key[ab]{200}"));
        let rules: Vec<CustomRule> = (0..=LARGEST).map(large).collect();
        let error = Custom::new(&rules, COMPILED_STEP, &HashSet::new()).map(drop).unwrap_err();
        assert_eq!((error.code(), error.fact("key")), ("limit/bundle", Some("expression")));
        assert_eq!(error.fact("file"), Some("rules/a.toml"));
        let off = HashSet::from(["custom/word".to_owned()]);
        let custom = Custom::new(&[rule("word", "heron", None)], BYTES, &off).unwrap().unwrap();
        assert!(!custom.rules.iter().any(|rule| rule.looks_in(Scope::Arguments)));
    }
}
