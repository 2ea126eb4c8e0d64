//! The digest that an approver echoes, and the values that a yes can grant.

use super::{Shown, text};
use crate::approval::{Approval, Grant};
use crate::digest::Digest;
use crate::provenance::{Origin, Provenance};
use crate::tool::Role;
use crate::value::{Object, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What the digest is for: no other digest of this library can be taken for it.
const DOMAIN: &str = "checkrein/approval";
/// The version of what is hashed.
const VERSION: i64 = 1;

/// SHA-256 over RFC 8785 JSON of everything the approver is shown, and what a yes lifts: tenant,
/// session, principal chain, agent version, tool, descriptor, arguments, provenance, rules with
/// their text, and the card itself.
#[must_use]
pub fn digest(shown: &Shown<'_>) -> Digest {
    let principal = shown.principal;
    let rules = shown.lifts.iter().map(|rule| {
        object([("rule", rule.rule.as_str().into()), ("text", rule.text.hex().into())])
    });
    let value = object([
        ("domain", DOMAIN.into()),
        ("v", VERSION.into()),
        ("tenant", principal.tenant.as_str().into()),
        ("session", shown.session.as_str().into()),
        ("chain", Value::Array(principal.chain().map(Value::from).collect())),
        ("agent_version", optional(principal.agent_version.as_deref())),
        ("tool", shown.tool.id.as_str().into()),
        ("called", shown.call.tool.as_str().into()),
        ("descriptor", shown.tool.descriptor.hex().into()),
        ("arguments", shown.call.digest.hex().into()),
        ("provenance", Value::Array(shown.provenance.iter().map(provenance).collect())),
        ("rules", Value::Array(rules.collect())),
        ("card", Digest::of(text(shown).as_bytes()).hex().into()),
    ]);
    // INVARIANT: its integers are positions below 2^53; were one not, plain JSON serves as well.
    let json = value.canonical().unwrap_or_else(|_| value.to_json());
    Digest::of(json.as_bytes())
}

/// How far each value of a call is accounted for, as SHA-256: where it stands is left out, for a
/// result that repeats a value changes nothing.
#[must_use]
pub fn levels(provenance: &[Provenance]) -> Digest {
    let level = |p: &Provenance| {
        object([
            ("argument", p.argument.as_str().into()),
            ("role", p.role.as_str().into()),
            ("integrity", optional(p.integrity.map(|integrity| integrity.as_str()))),
            ("confidentiality", p.confidentiality.as_str().into()),
            ("linked", p.linked.into()),
            ("flagged", p.flagged.into()),
        ])
    };
    Digest::of(Value::Array(provenance.iter().map(level).collect()).to_json().as_bytes())
}

/// The digest of a plan: over the card of the whole, and the digest of each call in it.
#[must_use]
pub fn plan_digest(card: &str, calls: &[Approval]) -> Digest {
    let parts = [b"checkrein/plan".as_slice(), card.as_bytes()];
    let calls = calls.iter().map(|call| call.digest.0.as_slice());
    Digest::of_parts(parts.into_iter().chain(calls))
}

fn provenance(p: &Provenance) -> Value {
    object([
        ("argument", p.argument.as_str().into()),
        ("role", p.role.as_str().into()),
        ("integrity", optional(p.integrity.map(|integrity| integrity.as_str()))),
        ("confidentiality", p.confidentiality.as_str().into()),
        ("match", p.matched.as_str().into()),
        ("linked", p.linked.into()),
        ("granted", p.granted.into()),
        ("flagged", p.flagged.into()),
        ("accounted", p.accounted.into()),
        ("origins", Value::Array(p.origins.iter().map(origin).collect())),
    ])
}

fn origin(origin: &Origin) -> Value {
    let position = |at: usize| Value::Int(i64::try_from(at).unwrap_or(i64::MAX));
    object([
        ("source", i64::from(origin.source.0).into()),
        ("path", origin.path.as_str().into()),
        ("start", position(origin.span.start)),
        ("end", position(origin.span.end)),
        ("line", i64::from(origin.line).into()),
    ])
}

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::from)
}

fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let mut object = Object::default();
    for (key, value) in entries {
        object.insert(key, value);
    }
    Value::Object(object)
}

/// The values that `remember="values"` grants: the leaves that were shown as destination or
/// object of this tool, each by the SHA-256 of its JSON. Sorted, each once.
#[must_use]
pub fn grants(shown: &Shown<'_>) -> Vec<Grant> {
    let mut roles: BTreeMap<&str, Vec<Role>> = BTreeMap::new();
    let granted = |role: Role| matches!(role, Role::Destination | Role::Object);
    for p in shown.provenance.iter().filter(|p| granted(p.role)) {
        roles.entry(p.argument.as_str()).or_default().push(p.role);
    }
    let mut grants = BTreeSet::new();
    super::text::each_leaf(&shown.call.arguments, &mut |pointer, leaf| {
        let scalar = matches!(leaf, Value::String(_) | Value::Int(_) | Value::Float(_));
        for role in roles.get(pointer).into_iter().flatten().filter(|_| scalar) {
            grants.insert(Grant {
                tool: shown.call.tool.as_str().to_owned(),
                role: *role,
                value: Digest::of(leaf.to_json().as_bytes()),
            });
        }
    });
    grants.into_iter().collect()
}

#[cfg(test)]
mod tests;
