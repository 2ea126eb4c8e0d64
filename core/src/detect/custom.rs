//! Rules that a bundle brings: behind keywords of their own, beside the built-in ones.

use super::{FINDINGS_A_LEAF, Lanes, Scope};
use crate::content::OutputKind;
use crate::digest::Key;
use crate::error::{Error, ErrorKind, Result};
use crate::finding::{Category, Finding};
use crate::rule::{CustomRule, RulePlace};
use crate::source::SourceKind;
use crate::span::Span;
use crate::view::Leaf;
use aho_corasick::AhoCorasick;
use regex::{Regex, RegexBuilder};
use std::collections::{BTreeMap, HashSet};

/// How far from a keyword's end a match can begin and end, in bytes.
const REACH: (usize, usize) = (256, 512);
/// Bytes of all keywords together.
const KEYWORD_BYTES: usize = 128 * 1024;

/// The custom rules of one bundle.
pub(super) struct Custom {
    automaton: AhoCorasick,
    /// For each keyword, the rules it wakes.
    owners: Vec<Vec<usize>>,
    rules: Vec<Compiled>,
}

struct Compiled {
    rule: CustomRule,
    /// None where the keyword itself is what is found.
    expression: Option<Regex>,
    /// Bits of [`Lanes`]: what a decoded view must keep for the rule to run there.
    lane: u8,
}

impl Custom {
    /// Compiles `rules`, each into at most `bytes`, and runs their tests.
    ///
    /// # Errors
    /// `bundle/settings` where an expression is none or too large, or a test fails.
    pub(super) fn new(rules: &[CustomRule], bytes: usize) -> Result<Option<Self>> {
        if rules.is_empty() {
            return Ok(None);
        }
        let mut keywords: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut compiled = Vec::with_capacity(rules.len());
        for (index, rule) in rules.iter().enumerate() {
            for keyword in &rule.keywords {
                keywords.entry(keyword.to_ascii_lowercase()).or_default().push(index);
            }
            compiled.push(Compiled::new(rule, bytes)?);
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
                let kind = if rule.category == Category::Secret {
                    let secret = span.of(view.text()).unwrap_or_default();
                    format!("{}:{}", rule.kind, key.fingerprint(secret))
                } else {
                    rule.kind.clone()
                };
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
        // One window a rule: it grows while its keywords keep coming, so that each byte is read
        // once by each expression however often a keyword stands.
        let mut windows: BTreeMap<usize, Span> = BTreeMap::new();
        for hit in self.automaton.find_overlapping_iter(text) {
            for &index in self.owners.get(hit.pattern().as_usize()).into_iter().flatten() {
                let Some(compiled) = self.rules.get(index).filter(|rule| wanted(rule)) else {
                    continue;
                };
                if compiled.expression.is_none() {
                    if !found(index, compiled, Span::new(hit.start(), hit.end())) {
                        return;
                    }
                    continue;
                }
                let near = Span::new(
                    floor(text, hit.end().saturating_sub(REACH.0)),
                    floor(text, hit.end().saturating_add(REACH.1)),
                );
                let window = windows.entry(index).or_insert(near);
                if near.start <= window.end {
                    window.end = near.end;
                } else {
                    let full = std::mem::replace(window, near);
                    if !compiled.run(text, full, &mut |span| found(index, compiled, span)) {
                        return;
                    }
                }
            }
        }
        for (index, window) in windows {
            let Some(compiled) = self.rules.get(index) else { continue };
            if !compiled.run(text, window, &mut |span| found(index, compiled, span)) {
                return;
            }
        }
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
    fn new(rule: &CustomRule, bytes: usize) -> Result<Self> {
        let build = |expression: &String| {
            RegexBuilder::new(expression)
                .size_limit(bytes)
                .dfa_size_limit(bytes.saturating_mul(4))
                .nest_limit(64)
                .build()
                .map_err(|error| fault(rule, "expression", told(&rule.id, &error, bytes)))
        };
        let expression = rule.expression.as_ref().map(build).transpose()?;
        if expression.as_ref().is_some_and(|expression| expression.is_match("")) {
            let message = format!("the expression of `{}` matches nothing at all", rule.id);
            return Err(fault(rule, "expression", message));
        }
        let lane = match rule.category {
            Category::Injection => Lanes::ALL_INJECTION,
            Category::Secret => Lanes::SECRET_FORM,
            _ => Lanes::PERSONAL,
        };
        Ok(Self { rule: rule.clone(), expression, lane })
    }

    fn looks_in(&self, scope: Scope) -> bool {
        let places = places(scope);
        self.rule.places.iter().any(|place| places.contains(place))
    }

    fn run(&self, text: &str, window: Span, found: &mut dyn FnMut(Span) -> bool) -> bool {
        let (Some(expression), Some(seen)) = (&self.expression, text.get(..window.end)) else {
            return true;
        };
        let mut at = window.start;
        while at <= seen.len() {
            let Some(captures) = expression.captures_at(seen, at) else { break };
            let Some(whole) = captures.get(0) else { break };
            let value = captures.get(1).unwrap_or(whole);
            if !value.is_empty() && !found(Span::new(value.start(), value.end())) {
                return false;
            }
            let next = seen.get(whole.start()..).and_then(|rest| rest.chars().next());
            let next = whole.start() + next.map_or(1, char::len_utf8);
            at = whole.end().max(next);
        }
        true
    }
}

/// Whether `rule` finds something in `text`, by its expression compiled into at most `bytes`. Its
/// places and its own tests do not count.
///
/// # Errors
/// `bundle/settings` where the expression cannot be compiled.
pub fn finds(rule: &CustomRule, text: &str, bytes: usize) -> Result<bool> {
    let rule = CustomRule { find: Vec::new(), pass: Vec::new(), ..rule.clone() };
    let custom = Custom::new(std::slice::from_ref(&rule), bytes)?;
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

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
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
    Error::new(ErrorKind::BundleSettings, message)
        .with("file", rule.file.as_str())
        .with("line", rule.line.to_string())
        .with("key", key)
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
        let custom = Custom::new(rules, BYTES).unwrap().unwrap();
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
        let refused = |rule: CustomRule| Custom::new(&[rule], BYTES).map(drop).unwrap_err();
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
    }
}
