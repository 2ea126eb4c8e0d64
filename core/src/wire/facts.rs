//! The facts that policy reads, as JSON: in records, and for engines outside this process.

use crate::request::{
    ContentFacts, FindingFacts, FlowFacts, RoleFacts, SessionFacts, ToolFacts, UserFacts,
};
use crate::tool::Role;
use crate::value::{Object, Value};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;
use std::sync::OnceLock;

/// `context.flow`.
#[must_use]
pub fn flow_facts(flow: &FlowFacts) -> Value {
    flow_shape(flow).value()
}

/// One `Role` record.
#[must_use]
pub fn role_facts(facts: RoleFacts) -> Value {
    Fact::Role(facts).value()
}

/// `context.args`.
#[must_use]
pub fn args_facts(args: &[(String, RoleFacts)]) -> Value {
    args_shape(args).value()
}

/// `context.session`.
#[must_use]
pub fn session_facts(facts: &SessionFacts) -> Value {
    session_shape(facts).value()
}

/// `context.tool`.
#[must_use]
pub fn tool_facts(facts: &ToolFacts) -> Value {
    tool_shape(facts).value()
}

/// `context.findings`. `severity` is 0 (none) to 5 (critical).
#[must_use]
pub fn finding_facts(facts: &FindingFacts) -> Value {
    finding_shape(facts).value()
}

/// `context.content`.
#[must_use]
pub fn content_facts(facts: &ContentFacts) -> Value {
    content_shape(facts).value()
}

/// What policy reads of the user, without claims.
#[must_use]
pub fn user_facts(facts: &UserFacts) -> Value {
    user_shape(facts).value()
}

/// One fact, as far as JSON tells it.
pub(super) enum Fact<'a> {
    Truth(bool),
    Number(i64),
    Text(&'a str),
    Texts(Vec<&'a str>),
    Role(RoleFacts),
}

/// Facts by name, sorted as an object is: written at once, where a record has hundreds of them.
pub(super) struct Facts<'a>(Vec<(&'a str, Fact<'a>)>);

pub(super) fn flow_shape(flow: &FlowFacts) -> Facts<'_> {
    let role = |role: Role| (role.as_str(), Fact::Role(flow.role(role)));
    Facts(vec![
        role(Role::Address),
        role(Role::Amount),
        ("categories", Fact::Texts(flow.categories.iter().map(String::as_str).collect())),
        role(Role::Code),
        role(Role::Command),
        ("complete", Fact::Truth(flow.complete)),
        role(Role::Credential),
        role(Role::Destination),
        ("intended", Fact::Truth(flow.intended)),
        role(Role::Object),
        ("opaque", Fact::Truth(flow.opaque)),
        ("paired", Fact::Truth(flow.paired)),
        role(Role::Path),
        role(Role::Payload),
        role(Role::Query),
        ("tainted", Fact::Truth(flow.tainted)),
        role(Role::Time),
        role(Role::Title),
        ("undeclared", Fact::Truth(flow.undeclared)),
        role(Role::Value),
    ])
}

fn role_shape(facts: RoleFacts) -> [(&'static str, Fact<'static>); 8] {
    [
        ("accounted", Fact::Truth(facts.accounted)),
        ("flagged", Fact::Truth(facts.flagged)),
        ("granted", Fact::Truth(facts.granted)),
        ("linked", Fact::Truth(facts.linked)),
        ("present", Fact::Truth(facts.present)),
        ("rank", Fact::Number(i64::from(facts.rank))),
        ("secret", Fact::Truth(facts.secret)),
        ("unseen", Fact::Truth(facts.unseen)),
    ]
}

pub(super) fn args_shape(args: &[(String, RoleFacts)]) -> Facts<'_> {
    let mut facts: Vec<_> =
        args.iter().map(|(name, facts)| (name.as_str(), Fact::Role(*facts))).collect();
    facts.sort_by(|(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()));
    // Of two with one name the last counts, as in an object.
    facts.reverse();
    facts.dedup_by(|(a, _), (b, _)| a == b);
    facts.reverse();
    Facts(facts)
}

pub(super) fn session_shape(facts: &SessionFacts) -> Facts<'_> {
    Facts(vec![
        ("amount", Fact::Number(facts.amount)),
        ("calls", Fact::Number(facts.calls)),
        ("depth", Fact::Number(facts.depth)),
        ("human", Fact::Truth(facts.human)),
        ("looping", Fact::Truth(facts.looping)),
        ("resumed", Fact::Truth(facts.resumed)),
        ("risk", Fact::Number(facts.risk)),
        ("sensitive", Fact::Truth(facts.sensitive)),
        ("time_ms", Fact::Number(facts.time_ms)),
        ("tool_calls", Fact::Number(facts.tool_calls)),
        ("tool_calls_minute", Fact::Number(facts.tool_calls_minute)),
        ("tool_total", Fact::Number(facts.tool_total)),
    ])
}

pub(super) fn tool_shape(facts: &ToolFacts) -> Facts<'_> {
    Facts(vec![
        ("effects", Fact::Texts(facts.effects.iter().map(|effect| effect.as_str()).collect())),
        ("egress_breach", Fact::Truth(facts.egress_breach)),
        ("inferred", Fact::Truth(facts.inferred)),
        ("isolated", Fact::Truth(facts.isolated)),
        ("known", Fact::Truth(facts.known)),
        ("over_limit", Fact::Truth(facts.over_limit)),
        ("owner", Fact::Text(&facts.owner)),
        ("quarantined", Fact::Truth(facts.quarantined)),
        ("read_only", Fact::Truth(facts.read_only)),
        ("root_breach", Fact::Truth(facts.root_breach)),
        ("write_breach", Fact::Truth(facts.write_breach)),
    ])
}

pub(super) fn finding_shape(facts: &FindingFacts) -> Facts<'_> {
    let categories = facts.categories.iter().map(|category| category.as_str());
    let severity = facts.severity.map_or(0, |severity| severity as i64 + 1);
    Facts(vec![
        ("categories", Fact::Texts(categories.collect())),
        ("destructive", Fact::Truth(facts.destructive)),
        ("download_and_run", Fact::Truth(facts.download_and_run)),
        ("injection_score", Fact::Number(i64::from(facts.injection_score))),
        ("internal_address", Fact::Truth(facts.internal_address)),
        ("rules", Fact::Texts(facts.rules.iter().map(String::as_str).collect())),
        ("severity", Fact::Number(severity)),
        ("unparsed", Fact::Truth(facts.unparsed)),
    ])
}

pub(super) fn content_shape(facts: &ContentFacts) -> Facts<'_> {
    Facts(vec![
        ("bytes", Fact::Number(facts.bytes)),
        ("forbidden_quote", Fact::Truth(facts.forbidden_quote)),
        ("kind", Fact::Text(&facts.kind)),
        ("sources", Fact::Texts(facts.sources.iter().map(|source| source.as_str()).collect())),
    ])
}

pub(super) fn user_shape(facts: &UserFacts) -> Facts<'_> {
    Facts(vec![
        ("groups", Fact::Texts(facts.groups.iter().map(String::as_str).collect())),
        ("trust", Fact::Text(facts.trust.as_str())),
        ("verified", Fact::Truth(facts.verified)),
    ])
}

impl Facts<'_> {
    fn value(&self) -> Value {
        object(&self.0)
    }
}

impl Fact<'_> {
    fn value(&self) -> Value {
        match self {
            Fact::Truth(truth) => (*truth).into(),
            Fact::Number(number) => (*number).into(),
            Fact::Text(text) => (*text).into(),
            Fact::Texts(texts) => {
                Value::Array(texts.iter().map(|text| Value::from(*text)).collect())
            }
            Fact::Role(facts) => object(&role_shape(*facts)),
        }
    }
}

fn object(facts: &[(&str, Fact<'_>)]) -> Value {
    let mut object = Object::default();
    for (key, fact) in facts {
        object.insert(key, fact.value());
    }
    Value::Object(object)
}

impl Serialize for Facts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        entries(&self.0, serializer)
    }
}

impl Serialize for Fact<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Fact::Truth(truth) => serializer.serialize_bool(*truth),
            Fact::Number(number) => serializer.serialize_i64(*number),
            Fact::Text(text) => serializer.serialize_str(text),
            Fact::Texts(texts) => {
                let mut seq = serializer.serialize_seq(Some(texts.len()))?;
                for text in texts {
                    seq.serialize_element(text)?;
                }
                seq.end()
            }
            Fact::Role(facts) => match role_text(*facts) {
                Some(text) => text.serialize(serializer),
                None => RoleShape(*facts).serialize(serializer),
            },
        }
    }
}

/// Ranks there are.
const RANKS: usize = 5;
/// Role records there are: seven truths and a rank.
const ROLES: usize = RANKS << 7;

/// What a role record is written as. A record has some twenty of them, and there are so few
/// different ones that each is spelt once in a process.
fn role_text(facts: RoleFacts) -> Option<&'static RawValue> {
    static TEXTS: [OnceLock<Option<Box<RawValue>>>; ROLES] = [const { OnceLock::new() }; ROLES];
    let RoleFacts { present, accounted, linked, granted, flagged, unseen, secret, rank } = facts;
    let truths = [present, accounted, linked, granted, flagged, unseen, secret];
    let bits = truths.iter().fold(0, |bits, truth| bits << 1 | usize::from(*truth));
    let rank = usize::from(rank);
    let text = TEXTS.get(bits * RANKS + rank).filter(|_| rank < RANKS)?;
    text.get_or_init(|| serde_json::value::to_raw_value(&RoleShape(facts)).ok()).as_deref()
}

/// A role record, entry by entry.
struct RoleShape(RoleFacts);

impl Serialize for RoleShape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        entries(&role_shape(self.0), serializer)
    }
}

fn entries<S: Serializer>(facts: &[(&str, Fact<'_>)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(facts.len()))?;
    for (key, fact) in facts {
        map.serialize_entry(key, fact)?;
    }
    map.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written is what the value says: each fact once, in an object's order.
    fn same(facts: &Facts<'_>) {
        assert_eq!(serde_json::to_string(facts).unwrap(), facts.value().to_json());
    }

    #[test]
    fn facts_are_written_as_objects_are() {
        let flow = FlowFacts { tainted: true, ..FlowFacts::clean() };
        same(&flow_shape(&flow));
        same(&session_shape(&SessionFacts { time_ms: -7, human: true, ..Default::default() }));
        same(&tool_shape(&ToolFacts { owner: "a \"team\"".to_owned(), ..Default::default() }));
        same(&finding_shape(&FindingFacts { rules: ["b/c".into()].into(), ..Default::default() }));
        same(&content_shape(&ContentFacts { bytes: 9, ..Default::default() }));
    }

    #[test]
    fn every_role_is_a_fact_of_the_flow() {
        let value = flow_facts(&FlowFacts::clean());
        for role in FlowFacts::ROLES {
            assert!(value.get(role.as_str()).is_some(), "{role}");
        }
    }

    #[test]
    fn of_two_arguments_with_one_name_the_last_counts() {
        let last = RoleFacts { rank: 1, ..RoleFacts::ABSENT };
        let named = |name: &str, facts| (name.to_owned(), facts);
        let args = [named("b", RoleFacts::ABSENT), named("a", RoleFacts::ABSENT), named("b", last)];
        same(&args_shape(&args));
        let rank = |name| args_facts(&args).get(name)?.get("rank")?.as_int();
        assert_eq!((rank("a"), rank("b")), (Some(4), Some(1)));
    }
}
