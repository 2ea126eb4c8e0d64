//! Keys of objects that leave: text that somebody reads, like any other.

use super::force::InForce;
use super::input::give;
use super::output::Looked;
use super::plugin::HostResults;
use super::session::Session;
use crate::content::{Body, Content, OutputKind};
use crate::error::Result;
use crate::source::SourceKind;
use crate::span::Span;
use crate::value::{Object, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Keys up to this many bytes that are plain names hold nothing that could be found in them.
const NAME: usize = 16;

/// What was found in the keys of an output, and what they are called now.
pub(super) struct Keys {
    looked: Looked,
    names: BTreeMap<String, String>,
}

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
        Ok(Some(Keys { looked, names }))
    }
}

impl Keys {
    /// The output with the keys as they may leave. Keys that became alike are numbered.
    pub fn rename(&self, content: &Content) -> Content {
        let mut content = content.clone();
        for part in &mut content.parts {
            if let Body::Json(value) = &mut part.body {
                *value = self.renamed(value);
            }
        }
        content
    }

    fn renamed(&self, value: &Value) -> Value {
        match value {
            Value::Array(items) => Value::Array(items.iter().map(|it| self.renamed(it)).collect()),
            Value::Object(object) => Value::Object(self.renamed_object(object)),
            other => other.clone(),
        }
    }

    fn renamed_object(&self, object: &Object) -> Object {
        let mut made = Object::default();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        // First those that stay, so that no other is given their name.
        for (key, item) in object.iter().filter(|(key, _)| !self.names.contains_key(*key)) {
            made.insert(key, self.renamed(item));
        }
        for (key, item) in object.iter() {
            let Some(name) = self.names.get(key) else { continue };
            let count = counts.entry(name).or_insert(1);
            let mut free = name.clone();
            while made.get(&free).is_some() {
                *count += 1;
                free = format!("{name} {count}");
            }
            made.insert(&free, self.renamed(item));
        }
        made
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

/// Whether nothing could be found in a key.
fn is_name(key: &str) -> bool {
    key.len() <= NAME && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_- ".contains(&b))
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
        keys.names = names.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
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
