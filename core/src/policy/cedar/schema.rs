//! The Cedar schema, generated from the tools: one action per tool, the same context for all.
//!
//! Names that an attacker may have chosen (tools, arguments) only ever become strings of a data
//! structure; no schema text is put together from them.

use super::shape::{Field, Kind, Shape};
use crate::error::{Error, ErrorKind, Result};
use crate::request::{
    ContentFacts, FindingFacts, FlowFacts, RoleFacts, SessionFacts, ToolFacts, Verb,
};
use crate::tool::{Effect, Effects, Tool};
use crate::value::Value;
use crate::wire;
use cedar_policy::{Schema, SchemaFragment};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// The group of all calls.
pub(super) const CALL: &str = "verb:call";
/// The group of all calls that do more than read.
pub(super) const ACT: &str = "effect:any";
/// The actions that no tool can be called, each a member of some groups: an empty group would
/// not validate, and rules for groups are checked against them alone.
const PHANTOM: &str = "phantom:";

/// The action of a verb on content.
pub(super) fn verb_action(verb: Verb) -> &'static str {
    match verb {
        Verb::InspectInput => "verb:input",
        Verb::AuthorizeToolCall => CALL,
        Verb::InspectOutput => "verb:output",
    }
}

/// The group of an effect.
pub(super) fn effect_group(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "effect:read",
        Effect::Fetch => "effect:fetch",
        Effect::Write => "effect:write",
        Effect::Send => "effect:send",
        Effect::Spend => "effect:spend",
        Effect::Destroy => "effect:destroy",
        Effect::Configure => "effect:configure",
        Effect::Execute => "effect:execute",
        Effect::Delegate => "effect:delegate",
    }
}

/// The groups that a call with these effects is in.
pub(super) fn groups(effects: Effects) -> impl Iterator<Item = &'static str> {
    let act = (!effects.only_reads()).then_some(ACT);
    std::iter::once(CALL).chain(act).chain(effects.iter().map(effect_group))
}

/// Whether `id` is a group or the action of a verb, not a tool.
pub(super) fn is_built_in(id: &str) -> bool {
    is_group(id) || Verb::ALL.iter().any(|verb| verb_action(*verb) == id)
}

/// Whether `id` is a group of calls.
pub(super) fn is_group(id: &str) -> bool {
    id == ACT || id == CALL || Effect::ALL.iter().any(|effect| effect_group(*effect) == id)
}

/// The groups and verbs, for hints.
pub(super) fn built_in() -> String {
    let verbs = Verb::ALL.iter().map(|verb| verb_action(*verb));
    let effects = Effect::ALL.iter().map(|effect| effect_group(*effect));
    verbs.chain([ACT]).chain(effects).collect::<Vec<_>>().join(" ")
}

/// The effects that a tool can have in any call.
pub(super) fn possible_effects(tool: &Tool) -> Effects {
    if tool.external_if.is_some() { tool.effects.with(Effect::Send) } else { tool.effects }
}

/// The schema for these tools. `absent` are tools that policies name and nobody registered.
///
/// # Errors
/// `policy/validate`, which would be a defect of this library.
pub(super) fn schema<'a>(
    tools: impl Iterator<Item = &'a Tool>,
    absent: &BTreeSet<String>,
) -> Result<Schema> {
    Schema::from_json_value(json(tools, absent)).map_err(|error| {
        Error::new(ErrorKind::PolicyValidate, format!("the generated schema is not valid: {error}"))
    })
}

/// The schema for these tools, for people and for Cedar's own tools.
pub(super) fn text<'a>(tools: impl Iterator<Item = &'a Tool>) -> Option<String> {
    let json = json(tools, &BTreeSet::new());
    SchemaFragment::from_json_value(json).ok()?.to_cedarschema().ok()
}

fn json<'a>(tools: impl Iterator<Item = &'a Tool>, absent: &BTreeSet<String>) -> Json {
    let mut actions = Map::new();
    for id in built_in().split(' ').filter(|id| *id == ACT || id.starts_with("effect:")) {
        actions.insert(id.to_owned(), json!({}));
    }
    actions.insert(CALL.to_owned(), json!({}));
    for verb in [Verb::InspectInput, Verb::InspectOutput] {
        let action = action(&[], "Session", &Shape::default(), &BTreeSet::new());
        actions.insert(verb_action(verb).to_owned(), action);
    }
    for effects in phantom_effects() {
        let name = effects.iter().map(Effect::as_str).collect::<Vec<_>>().join("+");
        let groups: Vec<_> = groups(effects).collect();
        let action = action(&groups, "Tool", &Shape::default(), &BTreeSet::new());
        actions.insert(format!("{PHANTOM}{name}"), action);
    }
    for id in absent {
        actions.insert(id.clone(), json!({}));
    }
    for tool in tools {
        let groups: Vec<_> = groups(possible_effects(tool)).collect();
        let arguments = argument_names(tool);
        let action = action(&groups, "Tool", &Shape::of(tool), &arguments);
        actions.insert(tool.id.as_str().to_owned(), action);
    }
    json!({ "": { "commonTypes": common_types(), "entityTypes": entity_types(), "actions": actions } })
}

/// No effect, each alone, and all: what a rule for a group, or for all calls, can meet.
fn phantom_effects() -> Vec<Effects> {
    let alone = Effect::ALL.iter().map(|effect| Effects::NONE.with(*effect));
    let all = Effect::ALL.iter().copied().collect();
    std::iter::once(Effects::NONE).chain(alone).chain([all]).collect()
}

/// The top-level arguments that `tool` declares.
pub(super) fn argument_names(tool: &Tool) -> BTreeSet<String> {
    tool.arguments.iter().filter_map(|a| a.path.root()).map(str::to_owned).collect()
}

fn action(groups: &[&str], resource: &str, shape: &Shape, arguments: &BTreeSet<String>) -> Json {
    let member_of: Vec<_> = groups.iter().map(|group| json!({ "id": group })).collect();
    let args: Map<_, _> =
        arguments.iter().map(|name| (name.clone(), json!({ "type": "Role" }))).collect();
    json!({
        "memberOf": member_of,
        "appliesTo": {
            "principalTypes": ["User"],
            "resourceTypes": [resource],
            "context": { "type": "Record", "attributes": {
                "flow": { "type": "Flow" },
                "args": { "type": "Record", "attributes": args },
                "input": record(shape),
                "session": { "type": "SessionFacts" },
                "tool": { "type": "ToolFacts" },
                "findings": { "type": "Findings" },
                "content": { "type": "Content" },
            }},
        },
    })
}

fn record(shape: &Shape) -> Json {
    let attributes: Map<_, _> =
        shape.fields.iter().map(|(name, field)| (name.clone(), attribute(field))).collect();
    json!({ "type": "Record", "attributes": attributes })
}

fn attribute(field: &Field) -> Json {
    let mut json = kind(&field.kind);
    if field.optional
        && let Some(object) = json.as_object_mut()
    {
        object.insert("required".to_owned(), Json::Bool(false));
    }
    json
}

fn kind(of: &Kind) -> Json {
    match of {
        Kind::Text => json!({ "type": "String" }),
        Kind::Long => json!({ "type": "Long" }),
        Kind::Decimal => json!({ "type": "Extension", "name": "decimal" }),
        Kind::Bool => json!({ "type": "Boolean" }),
        Kind::Set(inner) => json!({ "type": "Set", "element": kind(inner) }),
        Kind::Record(shape) => record(shape),
    }
}

/// The types of the facts are read off the JSON that the record keeps, so that both agree.
fn common_types() -> Json {
    json!({
        "Role": like(&wire::role_facts(RoleFacts::ABSENT)),
        "Flow": like(&wire::flow_facts(&FlowFacts::clean())),
        "SessionFacts": like(&wire::session_facts(&SessionFacts::default())),
        "ToolFacts": like(&wire::tool_facts(&ToolFacts::default())),
        "Findings": like(&wire::finding_facts(&FindingFacts::default())),
        "Content": like(&wire::content_facts(&ContentFacts::default())),
        "Claim": { "type": "Record", "attributes": {
            "texts": { "type": "Set", "element": { "type": "String" } },
            "text": { "type": "String", "required": false },
            "number": { "type": "Long", "required": false },
            "flag": { "type": "Boolean", "required": false },
        }},
    })
}

fn like(value: &Value) -> Json {
    match value {
        Value::Bool(_) => json!({ "type": "Boolean" }),
        Value::Int(_) => json!({ "type": "Long" }),
        Value::Array(_) => json!({ "type": "Set", "element": { "type": "String" } }),
        Value::Object(object) => {
            let attributes: Map<_, _> = object
                .iter()
                .map(|(name, field)| match field {
                    Value::Object(_) => (name.to_owned(), json!({ "type": "Role" })),
                    field => (name.to_owned(), like(field)),
                })
                .collect();
            json!({ "type": "Record", "attributes": attributes })
        }
        Value::Null | Value::Float(_) | Value::String(_) => json!({ "type": "String" }),
    }
}

fn entity_types() -> Json {
    let groups = json!(["Group"]);
    let empty = json!({ "type": "Record", "attributes": {} });
    json!({
        "User": {
            "memberOfTypes": groups,
            "shape": { "type": "Record", "attributes": {
                "tenant": { "type": "String" },
                "trust": { "type": "String" },
                "verified": { "type": "Boolean" },
                "agent": { "type": "Entity", "name": "Agent" },
                "chain": { "type": "Set", "element": { "type": "Entity", "name": "Agent" } },
            }},
            "tags": { "type": "Claim" },
        },
        "Agent": { "memberOfTypes": groups, "shape": empty },
        "Service": { "memberOfTypes": groups, "shape": empty },
        "Group": { "memberOfTypes": groups, "shape": empty },
        "Session": { "memberOfTypes": [], "shape": empty },
        "Tool": {
            "memberOfTypes": groups,
            "shape": { "type": "Record", "attributes": {
                "server": { "type": "String" },
                "owner": { "type": "String" },
            }},
        },
    })
}
