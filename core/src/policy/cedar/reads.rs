//! What policies read of a request, field by field: no more of `context` is built.

use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The fields that a policy reads, as a tree of their names; at its root the variables.
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

    /// What the policy (in Cedar's JSON) reads. Of a scope it is what needs more than an id.
    pub fn of(policy: &Json) -> Self {
        let mut reads = Self::default();
        if let Some(conditions) = policy.get("conditions") {
            reads.look_into(conditions);
        }
        let scope = policy.get("principal").and_then(|p| p.get("op")).and_then(Json::as_str);
        // `==` and `is` need no entity; `in` and `is .. in` need the groups.
        let bound = match scope {
            Some("All" | "==") => false,
            Some("is") => policy.get("principal").is_some_and(|p| p.get("in").is_some()),
            _ => true,
        };
        if bound {
            reads.add(&["principal"]);
        }
        reads
    }

    /// Whether anything of `variable` is read.
    pub fn has(&self, variable: &str) -> bool {
        self.whole || self.fields.contains_key(variable)
    }

    /// Whether it reads what no record keeps: arguments, and claims of the user.
    pub fn needs_payload(&self) -> bool {
        let reads = |variable: &str, field: &str| {
            self.fields.get(variable).is_some_and(|of| of.fields.contains_key(field))
        };
        let whole = self.fields.get("context").is_some_and(|context| context.whole);
        self.whole || whole || reads("context", "input") || reads("principal", TAGS)
    }

    /// The paths that are read, each with dots between, sorted.
    pub fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        let mut open = vec![(String::new(), self)];
        while let Some((path, reads)) = open.pop() {
            if reads.whole {
                paths.push(path);
                continue;
            }
            open.extend(reads.fields.iter().map(|(name, under)| {
                let dot = if path.is_empty() { "" } else { "." };
                (format!("{path}{dot}{}", name.escape_default()), under)
            }));
        }
        paths.sort();
        paths
    }

    fn look_into(&mut self, expression: &Json) {
        if let Some(path) = access(expression) {
            return self.add(&path);
        }
        for operator in ["hasTag", "getTag"] {
            let Some(tag) = expression.get(operator) else { continue };
            if let Some(mut path) = tag.get("left").and_then(access) {
                path.push(TAGS);
                self.add(&path);
                return tag.get("right").into_iter().for_each(|right| self.look_into(right));
            }
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

/// What stands for the tags of an entity, which are no fields.
const TAGS: &str = "tags";

/// The variable, and the path of fields of it, that an expression reads; none where it is something
/// else.
fn access(expression: &Json) -> Option<Vec<&str>> {
    let mut path = Vec::new();
    let mut here = expression;
    // Whether a field is there is as good as what stands in it.
    while let Some(access) = here.get(".").or_else(|| here.get("has")) {
        path.push(access.get("attr")?.as_str()?);
        here = access.get("left")?;
    }
    path.push(here.get("Var")?.as_str()?);
    path.reverse();
    Some(path)
}

/// What several policies read of one place.
pub(super) struct Wanted<'a>(Vec<&'a Reads>);

impl<'a> Wanted<'a> {
    /// All there is.
    pub fn all(everything: &'a Reads) -> Self {
        Self(vec![everything])
    }

    /// What any of `reads` reads of `context`.
    pub fn context(reads: &[&'a Reads]) -> Self {
        Self(reads.to_vec()).field("context").unwrap_or(Self(Vec::new()))
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
        paths.iter().for_each(|path| reads.add(&[&["context"], *path].concat()));
        reads
    }

    #[test]
    fn paths_are_named_with_their_variable() {
        let names = |condition: &str| reads(condition).paths();
        assert_eq!(
            names("context.flow.tainted && context.input has cents"),
            ["context.flow.tainted", "context.input.cents"]
        );
        assert_eq!(
            names("principal.hasTag(\"level\") && principal.getTag(\"level\") has number"),
            ["principal.tags"]
        );
        assert_eq!(
            names("principal in Group::\"a\" && principal.trust == \"owner\""),
            ["principal"]
        );
        assert_eq!(
            names("resource.owner == context.tool.owner"),
            ["context.tool.owner", "resource.owner"]
        );
        let scope = "permit (principal in Group::\"a\", action, resource);";
        let policy = Policy::parse(None, scope).unwrap().to_json().unwrap();
        assert_eq!(Reads::of(&policy).paths(), ["principal"]);
    }

    #[test]
    fn fields_are_read_where_they_are_named() {
        assert_eq!(reads("true"), Reads::default());
        assert!(!reads("principal.context.flow").has("context"));
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
        assert_eq!(reads("context == {}"), paths(&[&[]]));
        assert_eq!(reads("{\"Var\": context}.Var has x"), paths(&[&[]]));
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
        let wanted = Wanted::context(&[&one]).field("flow").unwrap();
        assert!(wanted.has("amount") && !wanted.has("tainted"));
        assert!(!wanted.field("amount").unwrap().has("secret"));
        assert!(wanted.field("value").is_none() && !wanted.is_whole());
        let wanted = Wanted::context(&[&one, &other]).field("flow").unwrap();
        assert!(wanted.has("tainted") && wanted.is_whole());
        assert!(wanted.field("amount").unwrap().is_whole());
    }
}
