//! The facts that policy reads, as JSON: in records, and for engines outside this process.

use crate::request::{ContentFacts, FindingFacts, FlowFacts, RoleFacts, SessionFacts, ToolFacts};
use crate::value::{Object, Value};

/// `context.flow`.
#[must_use]
pub fn flow_facts(flow: &FlowFacts) -> Value {
    let mut entries = vec![
        ("tainted", flow.tainted.into()),
        ("complete", flow.complete.into()),
        ("opaque", flow.opaque.into()),
        ("paired", flow.paired.into()),
        ("undeclared", flow.undeclared.into()),
        ("intended", flow.intended.into()),
        ("categories", strings(flow.categories.iter().map(String::as_str))),
    ];
    for (role, facts) in FlowFacts::ROLES.iter().zip(flow.roles) {
        entries.push((role.as_str(), role_facts(facts)));
    }
    object(entries)
}

/// One `Role` record.
#[must_use]
pub fn role_facts(facts: RoleFacts) -> Value {
    object(vec![
        ("present", facts.present.into()),
        ("accounted", facts.accounted.into()),
        ("linked", facts.linked.into()),
        ("granted", facts.granted.into()),
        ("flagged", facts.flagged.into()),
        ("unseen", facts.unseen.into()),
        ("secret", facts.secret.into()),
        ("rank", i64::from(facts.rank).into()),
    ])
}

/// `context.args`.
#[must_use]
pub fn args_facts(args: &[(String, RoleFacts)]) -> Value {
    let mut object = Object::default();
    for (name, facts) in args {
        object.insert(name, role_facts(*facts));
    }
    Value::Object(object)
}

/// `context.session`.
#[must_use]
pub fn session_facts(facts: &SessionFacts) -> Value {
    object(vec![
        ("risk", facts.risk.into()),
        ("calls", facts.calls.into()),
        ("tool_calls", facts.tool_calls.into()),
        ("tool_calls_minute", facts.tool_calls_minute.into()),
        ("tool_total", facts.tool_total.into()),
        ("amount", facts.amount.into()),
        ("looping", facts.looping.into()),
        ("sensitive", facts.sensitive.into()),
        ("resumed", facts.resumed.into()),
        ("human", facts.human.into()),
        ("depth", facts.depth.into()),
        ("time_ms", facts.time_ms.into()),
    ])
}

/// `context.tool`.
#[must_use]
pub fn tool_facts(facts: &ToolFacts) -> Value {
    object(vec![
        ("known", facts.known.into()),
        ("inferred", facts.inferred.into()),
        ("quarantined", facts.quarantined.into()),
        ("effects", strings(facts.effects.iter().map(|effect| effect.as_str()))),
        ("isolated", facts.isolated.into()),
        ("read_only", facts.read_only.into()),
        ("egress_breach", facts.egress_breach.into()),
        ("root_breach", facts.root_breach.into()),
        ("write_breach", facts.write_breach.into()),
        ("over_limit", facts.over_limit.into()),
        ("owner", facts.owner.as_str().into()),
    ])
}

/// `context.findings`. `severity` is 0 (none) to 5 (critical).
#[must_use]
pub fn finding_facts(facts: &FindingFacts) -> Value {
    object(vec![
        ("categories", strings(facts.categories.iter().map(|category| category.as_str()))),
        ("rules", strings(facts.rules.iter().map(String::as_str))),
        ("severity", facts.severity.map_or(0, |severity| severity as i64 + 1).into()),
        ("injection_score", i64::from(facts.injection_score).into()),
        ("destructive", facts.destructive.into()),
        ("unparsed", facts.unparsed.into()),
        ("download_and_run", facts.download_and_run.into()),
        ("internal_address", facts.internal_address.into()),
    ])
}

/// `context.content`.
#[must_use]
pub fn content_facts(facts: &ContentFacts) -> Value {
    object(vec![
        ("sources", strings(facts.sources.iter().map(|source| source.as_str()))),
        ("kind", facts.kind.as_str().into()),
        ("bytes", facts.bytes.into()),
        ("forbidden_quote", facts.forbidden_quote.into()),
    ])
}

fn strings<'a>(items: impl Iterator<Item = &'a str>) -> Value {
    Value::Array(items.map(Value::from).collect())
}

fn object(entries: Vec<(&str, Value)>) -> Value {
    let mut object = Object::default();
    for (key, value) in entries {
        object.insert(key, value);
    }
    Value::Object(object)
}
