//! Decisions on their way to JavaScript.

use checkrein::span::Span;
use checkrein::value::resolve_pointer;
use checkrein::{Decision, Value, wire};
use napi_derive::napi;
use std::collections::BTreeMap;

/// What a verb answers: decision JSON v1, and what it does not hold.
#[napi(object, object_from_js = false)]
pub struct NativeDecision {
    pub json: String,
    pub id: String,
    pub outcome: String,
    pub explanation: String,
    /// Start and end of each finding in UTF-16 code units; none where they are those of `json`.
    pub spans: Option<Vec<u32>>,
}

impl NativeDecision {
    /// The decision about `given`, whose texts turn bytes into UTF-16 code units.
    pub fn new(decision: &Decision, given: Option<&Value>) -> Self {
        Self {
            json: wire::decision_json(decision),
            id: decision.id.to_string(),
            outcome: decision.outcome.to_string(),
            explanation: decision.explain(),
            spans: given.and_then(|given| utf16_spans(decision, given)),
        }
    }
}

/// The findings' spans in UTF-16 code units; none where no text makes a difference.
fn utf16_spans(decision: &Decision, given: &Value) -> Option<Vec<u32>> {
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
    Some(spans.map(|unit| u32::try_from(unit).unwrap_or(u32::MAX)).collect())
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
