//! Keys of objects: text that somebody reads, like any other.

use super::answer::Draft;
use super::force::InForce;
use super::input::give;
use super::output::Looked;
use super::plugin::HostResults;
use super::session::Session;
use crate::content::{Body, Content, OutputKind, Part};
use crate::detect::Scope;
use crate::enforce::{Verdict, apply};
use crate::error::Result;
use crate::source::SourceKind;
use crate::span::Span;
use crate::value::{Object, Value};
use crate::view::Leaf;
use std::collections::{BTreeMap, BTreeSet};

/// Keys up to this many bytes that are plain names hold nothing that could be found in them.
const NAME: usize = 16;

/// What was found in the keys of an output, and what they are called now.
pub(super) struct Keys {
    looked: Looked,
    names: Names,
}

/// What keys are called now, by what they were.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, String>);

impl Session {
    /// Inspects the keys of `content` as texts of their own; nothing where all are plain names.
    pub(super) fn look_at_keys(
        &self,
        force: &InForce,
        content: &Content,
        kind: OutputKind,
        audience: Option<&[String]>,
        host: &HostResults,
    ) -> Result<Option<Keys>> {
        let keys = content.parts.iter().flat_map(|part| part.keys(""));
        let found: BTreeSet<String> =
            keys.map(|(_, key)| key).filter(|key| !is_name(key)).collect();
        if found.is_empty() {
            return Ok(None);
        }
        let texts = found.iter().map(|key| Value::from(key.as_str())).collect();
        let content = Content::json(SourceKind::Model, Value::Array(texts));
        // What the host found has the places of the output, not of this list.
        let host = HostResults { findings: Vec::new(), ..host.clone() };
        let looked = self.look_at_output(force, &content, kind, audience, None, &host, None)?;
        let given = give(&content, &looked.settlement);
        let given = given.as_array().unwrap_or_default().iter();
        let names = found
            .into_iter()
            .zip(given)
            .filter_map(|(key, now)| {
                // What is no text any more was taken out whole.
                let now = now.as_str().unwrap_or("[removed]");
                (now != key).then(|| (key, now.to_owned()))
            })
            .collect();
        Ok(Some(Keys { looked, names: Names(names) }))
    }

    /// Inspects the keys of a part that enters: long ones as any text, all others for what a reader
    /// does not see. Gives what is left of those that hold such a thing, and what the core makes of it.
    pub(super) fn scan_keys(
        &self,
        force: &InForce,
        part: &Part,
        prefix: &str,
        draft: &mut Draft,
    ) -> (Names, Verdict) {
        const LONG: usize = 24;
        let (mut names, mut verdict) = (Names::default(), Verdict::default());
        let mut clean = BTreeSet::new();
        for (path, key) in part.keys(prefix) {
            let short = key.len() < LONG;
            if short && (is_visible(&key) || clean.contains(&key)) {
                continue;
            }
            let views = self.see(&path, &key, draft);
            if short && views.hidden.is_empty() {
                drop(views);
                clean.insert(key);
                continue;
            }
            let leaf = Leaf { path: "", text: &key, views: &views };
            let scope = Scope::Input(part.kind);
            let from = draft.findings.len();
            self.detect(force, &leaf, &path, scope, draft);
            for finding in draft.findings.iter_mut().skip(from) {
                // A key's finding has no span in the value that the path names.
                (finding.path, finding.span) = (path.clone(), Span::default());
            }
            let made = crate::enforce::input(part.kind, &[leaf], &[]);
            if !made.edits.is_empty() {
                let now = apply(&Content::text(part.kind, key.as_str()), &made.edits);
                let now = now.as_str().unwrap_or_default().to_owned();
                names.0.insert(key.clone(), now);
            }
            // The change is no edit of a text.
            verdict = verdict.join(Verdict { edits: Vec::new(), ..made });
        }
        (names, verdict)
    }
}

impl Keys {
    /// The output with the keys as they may leave.
    pub fn rename(&self, content: &Content) -> Content {
        let mut content = content.clone();
        for part in &mut content.parts {
            if let Body::Json(value) = &mut part.body {
                *value = self.names.rename(value);
            }
        }
        content
    }

    /// Adds what was found in the keys to what was found in the values. A finding names no place:
    /// the place would be the key.
    pub fn join(self, mut into: Looked, limit: usize) -> Looked {
        let Looked { draft, settlement, answer } = self.looked;
        into.draft.findings.extend(draft.findings.into_iter().map(|mut finding| {
            (finding.path, finding.span) = (String::new(), Span::default());
            finding
        }));
        into.draft.settle_findings(limit, &[]);
        into.draft.content.forbidden_quote |= draft.content.forbidden_quote;
        for source in draft.sources {
            if !into.draft.sources.iter().any(|known| known.id == source.id) {
                into.draft.sources.push(source);
            }
        }
        into.settlement = into.settlement.join(settlement);
        into.answer = into.answer.combine(answer);
        into
    }
}

impl Names {
    /// Renames in `value`, what is given of a content with one `names` for each of its parts.
    pub fn rename_parts(names: &[Names], value: &mut Value) {
        let of_parts = match (names, &mut *value) {
            ([_, _, ..], Value::Array(parts)) => parts.as_mut_slice(),
            _ => std::slice::from_mut(value),
        };
        for (part, names) in of_parts.iter_mut().zip(names).filter(|(_, names)| !names.0.is_empty())
        {
            *part = names.rename(part);
        }
    }

    /// The value with its keys as they are called now. Keys that became alike are numbered.
    pub fn rename(&self, value: &Value) -> Value {
        match value {
            Value::Array(items) => Value::Array(items.iter().map(|it| self.rename(it)).collect()),
            Value::Object(object) => Value::Object(self.renamed(object)),
            other => other.clone(),
        }
    }

    fn renamed(&self, object: &Object) -> Object {
        let mut made = Object::default();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        // First those that stay, so that no other is given their name.
        for (key, item) in object.iter().filter(|(key, _)| !self.0.contains_key(*key)) {
            made.insert(key, self.rename(item));
        }
        for (key, item) in object.iter() {
            let Some(name) = self.0.get(key) else { continue };
            let count = counts.entry(name).or_insert(1);
            let mut free = name.clone();
            while made.get(&free).is_some() {
                *count += 1;
                free = format!("{name} {count}");
            }
            made.insert(&free, self.rename(item));
        }
        made
    }
}

/// Whether nothing could be found in a key.
fn is_name(key: &str) -> bool {
    key.len() <= NAME && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_- ".contains(&b))
}

/// Whether a reader sees all of a key.
fn is_visible(key: &str) -> bool {
    key.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(names: &[(&str, &str)], json: &str) -> String {
        let session = crate::Guard::new().unwrap().session(Default::default()).unwrap();
        let force = session.guard.inner.force.load();
        let read = |json: &str| {
            let value = Value::parse(json.as_bytes(), &Default::default()).unwrap();
            Content::json(SourceKind::Model, value)
        };
        let (given, host) = (read(r#"{"a.b": 1}"#), HostResults::default());
        let keys = session.look_at_keys(&force, &given, OutputKind::Answer, None, &host);
        let mut keys = keys.unwrap().unwrap();
        let names = names.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        keys.names = Names(names.collect());
        match keys.rename(&read(json)).parts.remove(0).body {
            Body::Json(value) => value.to_json(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn keys_that_become_alike_are_numbered_and_none_is_lost() {
        let names = [("x", "[secret]"), ("y", "[secret]"), ("z", "[secret]")];
        assert_eq!(
            renamed(&names, r#"{"x":1,"y":2,"z":{"x":3},"[secret]":4,"[secret] 2":5}"#),
            r#"{"[secret]":4,"[secret] 2":5,"[secret] 3":1,"[secret] 4":2,"[secret] 5":{"[secret]":3}}"#
        );
        assert_eq!(renamed(&names, r#"[{"x":1,"y":2}]"#), r#"[{"[secret]":1,"[secret] 2":2}]"#);
        assert_eq!(renamed(&[], r#"{"x":1}"#), r#"{"x":1}"#);
    }

    #[test]
    fn plain_names_cost_nothing() {
        for (key, plain) in [("user_id", true), ("a b", true), ("a.b", false), ("\u{200b}", false)]
        {
            assert_eq!(is_name(key), plain, "{key:?}");
        }
        assert!(!is_name(&"x".repeat(NAME + 1)));
    }
}
