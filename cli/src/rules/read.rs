//! Rules in the YAML of Agent Threat Rules: id, severity, tags, conditions, test cases.

use checkrein::finding::{Category, Severity};
use checkrein::rule::{CustomRule, RulePlace, threat};
use serde_json::{Map, Value as Json};

/// One rule, as far as it says the same here. Its own `rule` has neither keywords nor expression.
pub struct Rule {
    pub id: String,
    pub rule: CustomRule,
    pub conditions: Vec<Condition>,
    /// Texts that it must find, and that it must not.
    pub find: Vec<String>,
    pub pass: Vec<String>,
    /// What could not be read.
    pub lost: Vec<String>,
}

/// One expression, and where it looks.
pub struct Condition {
    /// Which it is of several, from 1.
    pub at: Option<usize>,
    pub expression: String,
    pub places: Vec<RulePlace>,
}

/// Keys that say nothing about what is found: who wrote a rule, when, and for whom.
const ABOUT: &[&str] = &[
    "author",
    "compliance",
    "confidence",
    "date",
    "description",
    "id",
    "license",
    "maturity",
    "metadata",
    "modified",
    "name",
    "references",
    "rule_version",
    "scan_target",
    "schema_version",
    "severity",
    "status",
    "tags",
    "title",
    "version",
    "agent_source",
    "detection",
    "test_cases",
    "false_positives",
    "evasion_tests",
];
/// Keys of `detection` that are read, or say nothing about what is found.
const DETECTION: &[&str] = &["condition", "conditions", "false_positives", "description"];
/// Keys of one condition that are.
const CONDITION: &[&str] = &["field", "operator", "value", "pattern", "description", "id", "name"];
/// Bytes of a test's text, and of an expression: longer ones do not fit into a rule file.
const TEST: usize = 4096;
const EXPRESSION: usize = 8 * 1024;

/// The rules in a file: one a document, or a list of them.
pub fn rules(text: &str) -> Result<Vec<Rule>, String> {
    let documents: Vec<Json> = serde_saphyr::from_multiple(text).map_err(|error| {
        let message = error.to_string();
        format!("is no YAML: {}", message.lines().next().unwrap_or_default().escape_debug())
    })?;
    let mut rules = Vec::new();
    for document in documents {
        let items = match document {
            Json::Array(items) => items,
            Json::Object(mut object) => match object.remove("rules") {
                Some(Json::Array(items)) => items,
                _ => vec![Json::Object(object)],
            },
            Json::Null => continue,
            _ => return Err("holds something that is no rule".to_owned()),
        };
        for item in items {
            let Json::Object(object) = item else {
                return Err("holds something that is no rule".to_owned());
            };
            rules.push(rule(&object, rules.len())?);
        }
    }
    if rules.is_empty() { Err("holds no rule".to_owned()) } else { Ok(rules) }
}

fn rule(object: &Map<String, Json>, at: usize) -> Result<Rule, String> {
    let text = |key: &str| object.get(key).and_then(Json::as_str);
    let id = text("id").filter(|id| !id.trim().is_empty());
    let id = id.ok_or_else(|| format!("rule {} has no `id`", at + 1))?;
    let mut lost = Vec::new();
    for key in object.keys().filter(|key| !ABOUT.contains(&key.as_str())) {
        lost.push(format!("`{}` says nothing here", key.escape_debug()));
    }
    let severity = match text("severity").unwrap_or("medium") {
        "informational" => Severity::Info,
        word => Severity::parse(word).unwrap_or_else(|_| {
            lost.push(format!("the severity `{}` is taken as medium", word.escape_debug()));
            Severity::Medium
        }),
    };
    let tags = object.get("tags");
    let tag = |key: &str| tags.and_then(|tags| tags.get(key)).and_then(Json::as_str);
    let category = category(tag("category").unwrap_or_default());
    let score = match tag("confidence").or_else(|| text("confidence")) {
        Some("high") => 900,
        Some("low") => 500,
        _ => 700,
    };
    let said = |key: &str| text(key).filter(|text| !text.trim().is_empty());
    let meaning = said("title").or_else(|| said("name")).unwrap_or(id);
    let meaning: String = meaning.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut conditions = Vec::new();
    match text("status") {
        Some("deprecated") => lost.push("it is deprecated".to_owned()),
        _ => conditions = detection(object.get("detection"), &mut lost),
    }
    let (mut find, mut pass) = (Vec::new(), Vec::new());
    for (key, list) in [("true_positives", &mut find), ("true_negatives", &mut pass)] {
        let cases = object.get("test_cases").and_then(|cases| cases.get(key));
        for (at, case) in cases.and_then(Json::as_array).into_iter().flatten().enumerate() {
            match case_text(case).filter(|text| text.len() <= TEST) {
                Some(text) => list.push(text.to_owned()),
                None => lost.push(format!("`{key}` {} has no one text of 4 KiB or less", at + 1)),
            }
        }
    }
    let rule = CustomRule {
        id: format!("custom/{}", name(id)),
        category,
        severity,
        score,
        keywords: Vec::new(),
        expression: None,
        places: Vec::new(),
        kind: "custom".to_owned(),
        threats: threats(object, &mut lost),
        meaning: meaning.trim().chars().take(100).collect(),
        find: Vec::new(),
        pass: Vec::new(),
        file: String::new(),
        line: 0,
    };
    Ok(Rule { id: id.to_owned(), rule, conditions, find, pass, lost })
}

/// An id as it may stand here; what may not is a hyphen.
fn name(id: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let name: String = id.chars().map(|c| if plain(c) { c } else { '-' }).take(58).collect();
    name.to_ascii_lowercase()
}

fn category(word: &str) -> Category {
    let steers = ["injection", "jailbreak", "poisoning", "manipulation"];
    let is_steering = steers.iter().any(|steer| word.contains(steer));
    if is_steering { Category::Injection } else { Category::Custom }
}

/// The threats that its references name and that are known here.
fn threats(object: &Map<String, Json>, lost: &mut Vec<String>) -> Vec<&'static str> {
    let mut known = Vec::new();
    for part in ["references", "compliance"] {
        for key in ["owasp_llm", "owasp_agentic", "mitre_atlas"] {
            let Some(list) = object.get(part).and_then(|part| part.get(key)) else { continue };
            let one = std::slice::from_ref(list);
            for item in list.as_array().map_or(one, Vec::as_slice) {
                let word = item.as_str().or_else(|| item.get("id").and_then(Json::as_str));
                let word = word.unwrap_or_default();
                let id = word.split([' ', ':', '-']).next().unwrap_or_default();
                match threat(id) {
                    Some(id) if known.contains(&id) => {}
                    Some(id) => known.push(id),
                    None => lost.push(format!("the threat `{}` is not known", word.escape_debug())),
                }
            }
        }
    }
    known
}

fn detection(detection: Option<&Json>, lost: &mut Vec<String>) -> Vec<Condition> {
    let Some(object) = detection.and_then(Json::as_object) else {
        lost.push("it has no `detection`".to_owned());
        return Vec::new();
    };
    for key in object.keys().filter(|key| !DETECTION.contains(&key.as_str())) {
        lost.push(format!("`detection.{}` is not translated", key.escape_debug()));
    }
    let items: Vec<&Json> = match object.get("conditions") {
        Some(Json::Array(items)) => items.iter().collect(),
        Some(Json::Object(named)) => named.values().collect(),
        _ => {
            lost.push("it has no list of `conditions`".to_owned());
            return Vec::new();
        }
    };
    let how = object.get("condition").and_then(Json::as_str).unwrap_or("any");
    let any =
        matches!(how.to_ascii_lowercase().as_str(), "any" | "or" | "any of them" | "1 of them");
    if !any && items.len() > 1 {
        lost.push(format!(
            "its conditions are joined by `{}`: a rule here has one expression",
            how.escape_debug()
        ));
        return Vec::new();
    }
    let mut conditions = Vec::new();
    let several = items.len() > 1;
    for (at, item) in items.into_iter().enumerate() {
        match condition(item) {
            Ok((expression, places)) => {
                let at = several.then_some(at + 1);
                conditions.push(Condition { at, expression, places });
            }
            Err(why) => lost.push(format!("condition {}: {why}", at + 1)),
        }
    }
    conditions
}

fn condition(item: &Json) -> Result<(String, Vec<RulePlace>), String> {
    let object = item.as_object().ok_or("it is no mapping")?;
    if let Some(key) = object.keys().find(|key| !CONDITION.contains(&key.as_str())) {
        return Err(format!("`{}` is not translated", key.escape_debug()));
    }
    let text = |key: &str| object.get(key).and_then(Json::as_str);
    let value = text("value").or_else(|| text("pattern")).ok_or("it has no `value`")?;
    if value.len() > EXPRESSION {
        return Err(format!("its expression has more than {EXPRESSION} bytes"));
    }
    let expression = match text("operator").unwrap_or("regex") {
        "regex" | "matches" => value.to_owned(),
        "contains" => regex_syntax::escape(value),
        "contains_i" | "icontains" => format!("(?i){}", regex_syntax::escape(value)),
        other => return Err(format!("the operator `{}` is not translated", other.escape_debug())),
    };
    let places = match text("field").unwrap_or("content") {
        "content" | "text" | "any" => Vec::new(),
        "user_input" | "prompt" => vec![RulePlace::User],
        "agent_output" | "output" => vec![RulePlace::Output],
        "tool_response" | "tool_result" | "tool_output" => vec![RulePlace::Untrusted],
        "tool_description" => vec![RulePlace::Description],
        "tool_args" | "tool_input" | "arguments" => vec![RulePlace::Arguments],
        other => return Err(format!("the field `{}` is none of a text", other.escape_debug())),
    };
    Ok((expression, places))
}

/// The text of a test case: its `input`, or its only text.
fn case_text(case: &Json) -> Option<&str> {
    if let Some(text) = case.as_str() {
        return Some(text);
    }
    let object = case.as_object()?;
    if let Some(text) = object.get("input").or_else(|| object.get("content")) {
        return text.as_str();
    }
    let beside = ["expected", "description", "name", "matched_condition", "note", "id"];
    let mut texts = object.iter().filter(|(key, _)| !beside.contains(&key.as_str()));
    let (_, only) = texts.next()?;
    if texts.next().is_some() { None } else { only.as_str() }
}
