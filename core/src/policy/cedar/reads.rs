//! What policies read of `context`, field by field: no more of it is built.

use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The fields that a policy reads, as a tree of their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reads {
    /// All that stands here.
    whole: bool,
    fields: BTreeMap<String, Reads>,
}

impl Reads {
    /// All there is.
    pub fn everything() -> Self {
        Self { whole: true, fields: BTreeMap::new() }
    }

    /// What the policy (in Cedar's JSON) reads of `context`.
    pub fn of(policy: &Json) -> Self {
        let mut reads = Self::default();
        if let Some(conditions) = policy.get("conditions") {
            reads.look_into(conditions);
        }
        reads
    }

    fn look_into(&mut self, expression: &Json) {
        if let Some(path) = access(expression) {
            return self.add(&path);
        }
        match expression {
            Json::Array(items) => items.iter().for_each(|item| self.look_into(item)),
            Json::Object(object) => object.values().for_each(|value| self.look_into(value)),
            _ => {}
        }
    }

    fn add(&mut self, path: &[&str]) {
        let mut here = self;
        for name in path {
            here = here.fields.entry((*name).to_owned()).or_default();
        }
        here.whole = true;
    }
}

/// The path of fields that an expression reads of `context`; none where it is something else.
fn access(expression: &Json) -> Option<Vec<&str>> {
    let mut path = Vec::new();
    let mut here = expression;
    // Whether a field is there is as good as what stands in it.
    while let Some(access) = here.get(".").or_else(|| here.get("has")) {
        path.push(access.get("attr")?.as_str()?);
        here = access.get("left")?;
    }
    path.reverse();
    (here.get("Var")?.as_str()? == "context").then_some(path)
}

/// What several policies read of one place.
pub(super) struct Wanted<'a>(Vec<&'a Reads>);

impl<'a> Wanted<'a> {
    /// What any of `reads` reads.
    pub fn of(reads: &[&'a Reads]) -> Self {
        Self(reads.to_vec())
    }

    /// What is read of the field `name`; none where nothing is.
    pub fn field(&self, name: &str) -> Option<Wanted<'a>> {
        let read =
            |reads: &&'a Reads| if reads.whole { Some(*reads) } else { reads.fields.get(name) };
        let under: Vec<_> = self.0.iter().filter_map(read).collect();
        (!under.is_empty()).then_some(Self(under))
    }

    /// Whether anything of the field `name` is read.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|reads| reads.whole || reads.fields.contains_key(name))
    }

    /// Whether all that stands here is read.
    pub fn is_whole(&self) -> bool {
        self.0.iter().any(|reads| reads.whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cedar_policy::Policy;

    fn reads(condition: &str) -> Reads {
        let text = format!("permit (principal, action, resource) when {{ {condition} }};");
        Reads::of(&Policy::parse(None, text).unwrap().to_json().unwrap())
    }

    fn paths(paths: &[&[&str]]) -> Reads {
        let mut reads = Reads::default();
        paths.iter().for_each(|path| reads.add(path));
        reads
    }

    #[test]
    fn fields_are_read_where_they_are_named() {
        assert_eq!(reads("true"), Reads::default());
        assert_eq!(reads("principal.context.flow"), Reads::default());
        assert_eq!(reads("context.flow.tainted"), paths(&[&["flow", "tainted"]]));
        assert_eq!(
            reads("context[\"fl\\u{6f}w\"].amount.rank < 3 && !context.tool.known"),
            paths(&[&["flow", "amount", "rank"], &["tool", "known"]])
        );
        assert_eq!(
            reads("context.input has cc && [context.input.to, \"x\"].contains(context.input.cc)"),
            paths(&[&["input", "cc"], &["input", "to"]])
        );
        assert_eq!(
            reads("context.input has a.b && context.input.a.b.contains(\"flow\")"),
            // Cedar says it in a way that is not taken apart: all of `input`.
            paths(&[&["input"], &["input", "a", "b"]])
        );
    }

    #[test]
    fn what_is_used_as_a_whole_is_read_as_a_whole() {
        assert_eq!(reads("context == {}"), Reads { whole: true, ..Reads::default() });
        assert!(reads("{\"Var\": context}.Var has x").whole);
        assert_eq!(reads("{\".\": context.tool} has x"), paths(&[&["tool"]]));
        let two = "context.flow.amount == context.flow.value";
        assert_eq!(reads(two), paths(&[&["flow", "amount"], &["flow", "value"]]));
        assert_eq!(
            reads("(if true then context.flow else context.flow).tainted"),
            paths(&[&["flow"]])
        );
    }

    #[test]
    fn several_policies_want_what_any_of_them_reads() {
        let (one, other) = (reads("context.flow.amount.rank < 3"), reads("context.flow == {}"));
        let wanted = Wanted::of(&[&one]).field("flow").unwrap();
        assert!(wanted.has("amount") && !wanted.has("tainted"));
        assert!(!wanted.field("amount").unwrap().has("secret"));
        assert!(wanted.field("value").is_none() && !wanted.is_whole());
        let wanted = Wanted::of(&[&one, &other]).field("flow").unwrap();
        assert!(wanted.has("tainted") && wanted.is_whole());
        assert!(wanted.field("amount").unwrap().is_whole());
    }
}
