//! Writes edits into a content, leaving its structure as it was.

use super::Edit;
use super::patch::{self, Patch};
use crate::content::{Body, Content, Part};
use crate::value::{Object, Value, join_pointer};
use std::collections::BTreeMap;

/// What stands for a leaf that could not be edited.
pub(super) const REMOVED: &str = "[removed]";

type Edits<'a> = BTreeMap<&'a str, Vec<Patch>>;

/// The content with `edits`: text stays text, JSON keeps its shape, several parts give a list, and
/// an opaque part gives its media type and hash.
///
/// It fails closed: a leaf with an edit that does not lie on its character boundaries is removed
/// whole, and so is whatever stands at a path that names no text.
#[must_use]
pub fn apply(content: &Content, edits: &[Edit]) -> Value {
    let mut by_path = Edits::new();
    for edit in edits {
        let patches = by_path.entry(edit.path.as_str()).or_default();
        patches.push(Patch::new(edit.span, edit.with.as_str()));
    }
    let mut values: Vec<Value> = content
        .parts
        .iter()
        .enumerate()
        .map(|(index, part)| edited(part, &content.prefix(index), &mut by_path))
        .collect();
    if !by_path.is_empty() {
        // An edit for a place that is not there: nothing says what should have gone.
        return REMOVED.into();
    }
    match values.pop() {
        Some(only) if values.is_empty() => only,
        Some(last) => {
            values.push(last);
            Value::Array(values)
        }
        None => Value::Null,
    }
}

fn edited(part: &Part, prefix: &str, edits: &mut Edits<'_>) -> Value {
    match &part.body {
        Body::Text(text) => rewritten(text, edits.remove(prefix)),
        Body::Json(value) if edits.is_empty() => value.clone(),
        Body::Json(value) => below(value, prefix, edits),
        Body::Opaque { media_type, digest } => {
            let mut object = Object::default();
            object.insert("media_type", media_type.as_str().into());
            object.insert("sha256", digest.hex().into());
            Value::Object(object)
        }
    }
}

/// The value at `path` with its edits. Values are at most 64 deep, so recursion is bounded.
fn below(value: &Value, path: &str, edits: &mut Edits<'_>) -> Value {
    if let Value::String(text) = value {
        return rewritten(text, edits.remove(path));
    }
    if let Some(patches) = edits.remove(path) {
        return whole(value, &patches);
    }
    if !any_under(edits, path) {
        return value.clone();
    }
    match value {
        Value::Array(items) => {
            let items = items.iter().enumerate();
            Value::Array(
                items.map(|(i, item)| below(item, &format!("{path}/{i}"), edits)).collect(),
            )
        }
        Value::Object(object) => {
            let mut object = object.clone();
            for (key, item) in object.iter_mut() {
                let edited = below(item, &join_pointer(path, key), edits);
                *item = edited;
            }
            Value::Object(object)
        }
        leaf => leaf.clone(),
    }
}

/// What stands for a value that is no text and was redacted: a number cannot hold a part of a
/// placeholder, so it goes whole, and is null where nothing is to stand there.
fn whole(value: &Value, patches: &[Patch]) -> Value {
    let plain = matches!(value, Value::Int(_) | Value::Float(_) | Value::Bool(_));
    match patches {
        [only] if plain && only.with.is_empty() => Value::Null,
        [only] if plain => only.with.as_str().into(),
        _ => REMOVED.into(),
    }
}

/// Whether an edit is left for a place below `path`.
fn any_under(edits: &Edits<'_>, path: &str) -> bool {
    let below = format!("{path}/");
    edits.range(below.as_str()..).next().is_some_and(|(at, _)| at.starts_with(&below))
}

fn rewritten(text: &str, patches: Option<Vec<Patch>>) -> Value {
    let Some(patches) = patches else { return text.into() };
    match patch::merge(text, patches) {
        Some(patches) => patch::write(text, &patches).into(),
        None => REMOVED.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::limits::Limits;
    use crate::source::SourceKind;
    use crate::span::Span;
    use proptest::prelude::*;

    fn edit(path: &str, start: usize, end: usize, with: &str) -> Edit {
        Edit { path: path.into(), span: Span::new(start, end), with: with.into() }
    }

    fn json(text: &str) -> Value {
        Value::parse(text.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn text_stays_text() {
        let content = Content::text(SourceKind::Model, "key AKIA, ok");
        let value = apply(&content, &[edit("", 4, 8, "[secret]")]);
        assert_eq!(value, Value::from("key [secret], ok"));
        assert_eq!(apply(&content, &[]), Value::from("key AKIA, ok"));
    }

    #[test]
    fn only_text_leaves_of_json_change() {
        let value = json(r#"{"a/b":["x","key"],"n":1,"o":{"~":"key"},"z":null}"#);
        let content = Content::json(SourceKind::ToolResult, value);
        let edits = [edit("/a~1b/1", 0, 3, "#"), edit("/o/~0", 0, 1, "")];
        let expected = json(r##"{"a/b":["x","#"],"n":1,"o":{"~":"ey"},"z":null}"##);
        assert_eq!(apply(&content, &edits), expected);
    }

    #[test]
    fn several_parts_give_a_list() {
        let opaque = Body::Opaque { media_type: "image/png".into(), digest: Digest([0; 32]) };
        let part = |body| Part { kind: SourceKind::User, name: None, uri: None, body };
        let bodies = [Body::Text("abc".into()), Body::Json(json(r#"{"k":"abc"}"#)), opaque];
        let content = Content { parts: bodies.into_iter().map(part).collect() };
        let value = apply(&content, &[edit("/0", 0, 1, ""), edit("/1/k", 2, 3, "")]);
        let items = value.as_array().unwrap();
        assert_eq!(items[0], Value::from("bc"));
        assert_eq!(items[1], json(r#"{"k":"ab"}"#));
        assert_eq!(items[2].get("media_type"), Some(&Value::from("image/png")));
    }

    #[test]
    fn what_cannot_be_edited_is_removed() {
        let content = Content::json(SourceKind::ToolResult, json(r#"{"a":"é","b":[1],"c":"ok"}"#));
        let inside = apply(&content, &[edit("/a", 1, 2, "")]);
        assert_eq!(inside, json(r#"{"a":"[removed]","b":[1],"c":"ok"}"#));
        let beyond = apply(&content, &[edit("/a", 0, 9, ""), edit("/c", 0, 1, "")]);
        assert_eq!(beyond, json(r#"{"a":"[removed]","b":[1],"c":"k"}"#));
        let no_text = apply(&content, &[edit("/b", 0, 1, "")]);
        assert_eq!(no_text, json(r#"{"a":"é","b":"[removed]","c":"ok"}"#));
        assert_eq!(apply(&content, &[edit("/nowhere", 0, 1, "")]), Value::from("[removed]"));
    }

    #[test]
    fn a_number_goes_whole() {
        let content = Content::json(SourceKind::ToolResult, json(r#"{"a":411111,"b":4.5,"c":1}"#));
        let out = apply(&content, &[edit("/a", 0, 6, "[card]"), edit("/b", 0, 3, "")]);
        assert_eq!(out, json(r#"{"a":"[card]","b":null,"c":1}"#));
        let twice = apply(&content, &[edit("/a", 0, 2, "[card]"), edit("/a", 3, 4, "[iban]")]);
        assert_eq!(twice, json(r#"{"a":"[removed]","b":4.5,"c":1}"#));
    }

    /// The value with each text replaced by the same: what may not differ.
    fn shape(value: &Value) -> Value {
        match value {
            Value::String(_) => "".into(),
            Value::Array(items) => Value::Array(items.iter().map(shape).collect()),
            Value::Object(object) => {
                let entries = object.iter().map(|(key, item)| (key.to_owned(), shape(item)));
                Value::object(entries.collect()).unwrap()
            }
            other => other.clone(),
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-9i64..9).prop_map(Value::from),
            "[aé]{0,4}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            let entries = prop::collection::btree_map("[a/~]{1,2}", inner.clone(), 0..4);
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(Value::Array),
                entries.prop_map(|entries| Value::object(entries.into_iter().collect()).unwrap()),
            ]
        })
    }

    proptest! {
        #[test]
        fn structure_is_kept(value in value(), start in 0usize..5, len in 0usize..5) {
            let content = Content::json(SourceKind::ToolResult, value.clone());
            let mut edits = Vec::new();
            content.each_text(&mut |_, path, _| edits.push(edit(path, start, start + len, "#")));
            prop_assert_eq!(shape(&apply(&content, &edits)), shape(&value));
            prop_assert_eq!(apply(&content, &[]), value);
        }
    }
}
