//! `rules/*.toml`: detector rules that a bundle brings.

use super::{at_span, toml_error};
use crate::error::{Error, ErrorKind, Result};
use crate::finding::{Category, Severity};
use crate::limits::Limits;
use crate::rule::{CustomRule, RulePlace, threat};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;

/// Keywords of a rule, and bytes of one.
const KEYWORDS: usize = 64;
const KEYWORD: Range<usize> = 2..65;
/// Texts of a rule's tests of one kind, and bytes of one.
const TESTS: usize = 64;
const TEST: usize = 4096;
/// Bytes of an expression, and of a meaning.
const EXPRESSION: usize = 16 * 1024;
const MEANING: usize = 400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: Spanned<String>,
    category: Spanned<String>,
    severity: Option<Spanned<String>>,
    score: Option<Spanned<u16>>,
    keywords: Spanned<Vec<String>>,
    expression: Option<Spanned<String>>,
    #[serde(rename = "where")]
    places: Option<Spanned<Vec<String>>>,
    kind: Option<Spanned<String>>,
    #[serde(default)]
    threats: Vec<Spanned<String>>,
    meaning: Spanned<String>,
    tests: Option<Spanned<Tests>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Tests {
    #[serde(default)]
    find: Vec<String>,
    #[serde(default)]
    pass: Vec<String>,
}

/// The rules in files of a bundle, by name and text.
///
/// # Errors
/// `bundle/settings` with file, line and key; `limit/bundle` for too many.
pub(super) fn parse<'a>(
    files: impl Iterator<Item = (&'a str, &'a str)>,
    limits: &Limits,
) -> Result<Vec<CustomRule>> {
    let mut rules = Vec::new();
    let mut ids = BTreeSet::new();
    for (file, text) in files {
        let parsed: File = toml::from_str(text)
            .map_err(|error| toml_error(ErrorKind::BundleSettings, &error, file, text))?;
        for entry in parsed.rule {
            let place = Place { file, text };
            let rule = rule(entry, &place)?;
            if !ids.insert(rule.id.clone()) {
                let message = format!("there are two rules `{}`", rule.id);
                let error = Error::new(ErrorKind::BundleSettings, message).with("key", "id");
                return Err(error.with("file", file).with("line", rule.line.to_string()));
            }
            rules.push(rule);
            let (kind, most) = (ErrorKind::LimitBundle, limits.custom_rules);
            Limits::check(kind, "custom_rules", rules.len(), most)
                .map_err(|error| error.with("file", file))?;
        }
    }
    Ok(rules)
}

/// Where an entry stands, for errors.
struct Place<'a> {
    file: &'a str,
    text: &'a str,
}

impl Place<'_> {
    fn fault(&self, key: &'static str, span: Range<usize>, message: impl Into<String>) -> Error {
        let error = Error::new(ErrorKind::BundleSettings, message).with("key", key);
        at_span(error, self.file, self.text, Some(span))
    }

    /// A word of a list; the error names those that are known.
    fn word<T>(
        &self,
        key: &'static str,
        word: &str,
        span: Range<usize>,
        parse: impl Fn(&str) -> Result<T>,
    ) -> Result<T> {
        parse(word).map_err(|error| {
            let known = error.fact("known").unwrap_or_default().to_owned();
            self.fault(key, span, error.message()).with("known", known)
        })
    }
}

fn rule(entry: Spanned<Entry>, place: &Place<'_>) -> Result<CustomRule> {
    let (line, _) = super::position(place.text, entry.span().start);
    let entry = entry.into_inner();
    let id = entry.id.get_ref();
    let name = id.strip_prefix("custom/").filter(|name| (1..=64).contains(&name.len()));
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_.-".contains(&b);
    let Some(name) = name.filter(|name| name.bytes().all(plain)) else {
        let message = "a rule's id is `custom/` and 1 to 64 of `a-z 0-9 _ . -`";
        return Err(place.fault("id", entry.id.span(), message));
    };
    let word = (entry.category.get_ref().as_str(), entry.category.span());
    let category = place.word("category", word.0, word.1.clone(), Category::parse)?;
    if !CustomRule::CATEGORIES.contains(&category) {
        let known: Vec<&str> = CustomRule::CATEGORIES.iter().map(|c| c.as_str()).collect();
        let message = format!("a custom rule finds nothing of the category `{category}`");
        return Err(place.fault("category", word.1, message).with("known", known.join(" ")));
    }
    let severity = match &entry.severity {
        Some(word) => place.word("severity", word.get_ref(), word.span(), Severity::parse)?,
        None => Severity::Medium,
    };
    let score = entry.score.as_ref().map_or(700, |score| *score.get_ref());
    if let Some(over) = entry.score.as_ref().filter(|score| *score.get_ref() > 1000) {
        return Err(place.fault("score", over.span(), "a score is 0 to 1000"));
    }
    check_keywords(&entry.keywords, place)?;
    if let Some(long) = entry.expression.as_ref().filter(|e| e.get_ref().len() > EXPRESSION) {
        let message = format!("an expression is at most {EXPRESSION} bytes");
        return Err(place.fault("expression", long.span(), message));
    }
    let places = match &entry.places {
        None => RulePlace::USUAL.to_vec(),
        Some(words) if words.get_ref().is_empty() => {
            return Err(place.fault("where", words.span(), "a rule looks somewhere"));
        }
        Some(words) => {
            let word = |word: &String| place.word("where", word, words.span(), RulePlace::parse);
            words.get_ref().iter().map(word).collect::<Result<_>>()?
        }
    };
    let kind = match &entry.kind {
        Some(kind) => kind.get_ref().clone(),
        None => name.chars().map(|c| if "-.".contains(c) { '_' } else { c }).take(32).collect(),
    };
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if let Some(span) = entry.kind.as_ref().map(Spanned::span)
        && !((1..=32).contains(&kind.len()) && kind.bytes().all(plain))
    {
        return Err(place.fault("kind", span, "a kind is 1 to 32 of `a-z 0-9 _`"));
    }
    let known = |id: &Spanned<String>| {
        let message = format!("`{}` is no threat that is known", id.get_ref().escape_default());
        threat(id.get_ref()).ok_or_else(|| {
            let hint = "OWASP ids as `LLM01` and `ASI01`, MITRE ATLAS ids as `AML.T0051`";
            place.fault("threats", id.span(), message).with("hint", hint)
        })
    };
    let threats = entry.threats.iter().map(known).collect::<Result<_>>()?;
    let meaning = entry.meaning.get_ref().trim();
    if meaning.is_empty() || meaning.len() > MEANING || meaning.chars().any(char::is_control) {
        let message = format!("a meaning is one sentence of at most {MEANING} bytes");
        return Err(place.fault("meaning", entry.meaning.span(), message));
    }
    let tests = match entry.tests {
        Some(tests) => checked_tests(tests, place)?,
        None => Tests::default(),
    };
    Ok(CustomRule {
        id: id.clone(),
        category,
        severity,
        score,
        keywords: entry.keywords.into_inner(),
        expression: entry.expression.map(Spanned::into_inner),
        places,
        kind,
        threats,
        meaning: meaning.to_owned(),
        find: tests.find,
        pass: tests.pass,
        file: place.file.to_owned(),
        line,
    })
}

fn check_keywords(keywords: &Spanned<Vec<String>>, place: &Place<'_>) -> Result<()> {
    let list = keywords.get_ref();
    let fits = |word: &String| KEYWORD.contains(&word.len()) && !word.chars().any(char::is_control);
    if (1..=KEYWORDS).contains(&list.len()) && list.iter().all(fits) {
        return Ok(());
    }
    let message = format!(
        "a rule has 1 to {KEYWORDS} keywords of {} to {} bytes, of which one stands near a match",
        KEYWORD.start,
        KEYWORD.end - 1
    );
    Err(place.fault("keywords", keywords.span(), message))
}

fn checked_tests(tests: Spanned<Tests>, place: &Place<'_>) -> Result<Tests> {
    let Tests { find, pass } = tests.get_ref();
    let fits = |texts: &[String]| texts.len() <= TESTS && texts.iter().all(|t| t.len() <= TEST);
    if !fits(find) || !fits(pass) {
        let message = format!("tests are at most {TESTS} texts of {TEST} bytes of each kind");
        return Err(place.fault("tests", tests.span(), message));
    }
    Ok(tests.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "[[rule]]
id = 'custom/ticket'
category = 'personal'
severity = 'low'
score = 800
keywords = ['TCK-']
expression = 'TCK-([0-9]{6})'
where = ['output']
threats = ['LLM02']
meaning = 'A ticket.'
tests = { find = ['TCK-123456'], pass = ['TCK-1'] }
";

    fn read(text: &str) -> Result<Vec<CustomRule>> {
        parse([("rules/a.toml", text)].into_iter(), &Limits::default())
    }

    #[test]
    fn a_rule_is_read() {
        let rules = read(&format!("# mine\n{RULE}")).unwrap();
        let [rule] = rules.as_slice() else { panic!("{rules:?}") };
        assert_eq!(
            (rule.id.as_str(), rule.kind.as_str(), rule.line),
            ("custom/ticket", "ticket", 2)
        );
        assert_eq!((rule.category, rule.severity), (Category::Personal, Severity::Low));
        assert_eq!(
            (rule.places.as_slice(), rule.threats.as_slice()),
            (&[RulePlace::Output][..], &["LLM02"][..])
        );
        assert_eq!((rule.find.len(), rule.pass.len()), (1, 1));
        assert_eq!(read("").unwrap(), []);
    }

    #[test]
    fn what_is_wrong_is_named_with_file_line_and_key() {
        for (line, key, was, is) in [
            (2, "id", "custom/ticket", "mine/ticket"),
            (2, "id", "custom/ticket", "custom/"),
            (2, "id", "custom/ticket", "custom/Ticket"),
            (3, "category", "'personal'", "'hidden'"),
            (3, "category", "'personal'", "'person'"),
            (4, "severity", "'low'", "'bad'"),
            (5, "score", "800", "1001"),
            (6, "keywords", "['TCK-']", "[]"),
            (6, "keywords", "['TCK-']", "['T']"),
            (8, "where", "['output']", "[]"),
            (8, "where", "['output']", "['outputs']"),
            (9, "threats", "LLM02", "LLM99"),
            (10, "meaning", "A ticket.", " "),
        ] {
            let error = read(&RULE.replace(was, is)).unwrap_err();
            assert_eq!(error.code(), "bundle/settings", "{is}");
            assert_eq!(error.fact("file"), Some("rules/a.toml"), "{is}");
            assert_eq!(error.fact("key"), Some(key), "{is}: {error}");
            assert_eq!(error.fact("line"), Some(line.to_string().as_str()), "{is}: {error}");
        }
        for bad in ["rule = 1", "[[rule]]", "[[rule]]\nid = 3", "[[rules]]"] {
            assert_eq!(read(bad).unwrap_err().code(), "bundle/settings", "{bad}");
        }
        let unknown = RULE.replace("meaning", "meening = 'a'\nmeaning");
        assert!(read(&unknown).unwrap_err().message().contains("meening"));
        assert_eq!(read(&format!("{RULE}{RULE}")).unwrap_err().fact("line"), Some("12"));
        let mut limits = Limits::default();
        limits.set("custom_rules", 1).unwrap();
        let two = format!("{RULE}{}", RULE.replace("custom/ticket", "custom/other"));
        let error = parse([("rules/a.toml", two.as_str())].into_iter(), &limits).unwrap_err();
        assert_eq!((error.code(), error.fact("limit")), ("limit/bundle", Some("custom_rules")));
    }
}
