//! Decisions on their way to JavaScript.

use checkrein::span::Span;
use checkrein::value::resolve_pointer;
use checkrein::{Decision, Value, wire};
use std::collections::BTreeMap;

/// What a verb answers: the decision's id, its text, what it explains.
///
/// One string is made faster than an object with the same in it, and most of a decision is never
/// read. The text's lines: decision JSON v1 up to its content, the content, then the arguments'
/// key, the arguments, the rest; then the findings' spans in UTF-16 code units, where they are not
/// those of the JSON; then `=` where the content is the text that was given. No line of JSON holds
/// a line feed, so that the first five joined are the decision as it is in every language.
pub type NativeDecision = Vec<String>;

/// The decision about `given`, whose texts turn bytes into UTF-16 code units.
pub fn native_decision(decision: &Decision, given: Option<&Value>) -> NativeDecision {
    let json = wire::decision_json(decision);
    let mut text = String::with_capacity(json.len() + 16);
    let mut rest = json.as_str();
    for key in [r#","content":"#, r#","arguments":"#] {
        // Between quotes, a quote is escaped: the first that looks like the key is the key.
        let at = rest.find(key).map_or(0, |at| at + key.len());
        let (before, value) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let (value, after) = value.split_at_checked(end_of(value)).unwrap_or((value, ""));
        for line in [before, value] {
            text.push_str(line);
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    text.push('\n');
    if let Some(spans) = given.and_then(|given| utf16_spans(decision, given)) {
        text.push_str(&Value::Array(spans).to_json());
    }
    text.push('\n');
    if decision.content.as_ref().and_then(Value::as_str).is_some()
        && decision.content.as_ref() == given
    {
        text.push('=');
    }
    vec![decision.id.to_string(), text, decision.explain()]
}

/// Where the JSON value at the start of `json` ends.
fn end_of(json: &str) -> usize {
    let bytes = json.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_text(bytes, at + 1),
            b'[' | b'{' => depth += 1,
            // What holds this value goes on, or ends.
            b',' | b']' | b'}' if depth == 0 => return at,
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// Where the quote stands that ends the text at `at`.
fn end_of_text(bytes: &[u8], mut at: usize) -> usize {
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(next) = memchr::memchr2(b'"', b'\\', rest) else { return bytes.len() };
        at += next;
        if bytes.get(at) == Some(&b'"') {
            return at;
        }
        at += 2;
    }
}

/// The findings' spans in UTF-16 code units, start and end of each; none where no text makes a
/// difference.
fn utf16_spans(decision: &Decision, given: &Value) -> Option<Vec<Value>> {
    let mut by_leaf: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for finding in &decision.findings {
        let ends = by_leaf.entry(&finding.path).or_default();
        ends.extend([finding.span.start, finding.span.end]);
    }
    let mut units: BTreeMap<(&str, usize), usize> = BTreeMap::new();
    for (path, ends) in by_leaf {
        let text = resolve_pointer(given, path).and_then(Value::as_str);
        if let Some(text) = text.filter(|text| !text.is_ascii()) {
            measure(text, ends, |byte, unit| {
                units.insert((path, byte), unit);
            });
        }
    }
    if units.is_empty() {
        return None;
    }
    let unit = |path: &str, byte: usize| units.get(&(path, byte)).copied().unwrap_or(byte);
    let spans = decision.findings.iter().flat_map(|finding| {
        let Span { start, end } = finding.span;
        [unit(&finding.path, start), unit(&finding.path, end)]
    });
    Some(spans.map(|unit| Value::Int(i64::try_from(unit).unwrap_or(i64::MAX))).collect())
}

/// Tells `found` the UTF-16 place of each of `bytes`, in one pass over `text`.
fn measure(text: &str, mut bytes: Vec<usize>, mut found: impl FnMut(usize, usize)) {
    bytes.sort_unstable();
    bytes.dedup();
    let (mut at, mut units) = (0, 0);
    for byte in bytes {
        // A place that is no boundary of this text is not of this text.
        let Some(between) = text.get(at..byte) else { continue };
        units += between.chars().map(char::len_utf16).sum::<usize>();
        at = byte;
        found(byte, units);
    }
}
