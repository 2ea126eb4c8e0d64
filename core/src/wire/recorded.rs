//! A decision, read back from its line in the audit log, as far as policy had to do with it.

use super::situation::Situation;
use crate::decision::Outcome;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::id::{AgentId, TenantId, ToolId};
use crate::principal::{Principal, User};
use crate::request::Verb;
use crate::value::Value;

/// A decision of the log, without what only the core decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Its id.
    pub id: String,
    /// When, as RFC 3339 has it.
    pub time: String,
    /// What policy made of it: the outcome without edits, approvals and monitor mode.
    pub outcome: Outcome,
    /// Whether the call passed.
    pub allowed: bool,
    /// The rules of its reasons, strictest first.
    pub reasons: Vec<String>,
    /// Every rule that applied, with the hash of its text.
    pub rules: Vec<(String, Digest)>,
    /// The hash of the bundle in force.
    pub bundle: Option<Digest>,
    /// What policy read, without arguments and claims.
    pub situation: Situation,
    /// Why policy cannot be asked again, where it cannot.
    pub unasked: Option<&'static str>,
}

/// The core's own reasons that speak of policy's answer, and do not replace it.
const BESIDE: [&str; 5] =
    ["core/no_permit", "core/waiting_rule", "core/no_human", "core/ask_elsewhere", "core/approved"];

impl Recorded {
    /// Reads a record; none where it is no decision.
    ///
    /// # Errors
    /// `record/corrupt` where a field is missing or is not what it should be.
    pub fn read(record: &Value) -> Result<Option<Self>> {
        if text(record, "event") != Some("decision") {
            return Ok(None);
        }
        let corrupt = |what: &str| {
            Error::new(ErrorKind::RecordCorrupt, format!("a decision has no `{what}`"))
        };
        let needed = |key: &'static str| text(record, key).ok_or_else(|| corrupt(key));
        let verb = Verb::parse(needed("verb")?)?;
        let tool = text(record, "tool").map(ToolId::new).transpose()?;
        let mut situation = Situation::new(principal(record)?, verb, tool);
        let context = record.get("context").ok_or_else(|| corrupt("context"))?;
        // What a newer record says on top is passed over.
        situation.read(context)?;
        let reasons: Vec<String> = items(record, "reasons")
            .filter_map(|reason| text(reason, "rule").map(str::to_owned))
            .collect();
        let rules = items(record, "rules").filter_map(|rule| {
            Some((text(rule, "rule")?.to_owned(), Digest::from_hex(text(rule, "text")?)?))
        });
        let said = Outcome::parse(needed("outcome")?)?;
        let enforced = text(record, "mode") != Some("monitor");
        let would_be = text(record, "would_be").filter(|_| !enforced).map(Outcome::parse);
        let settled = would_be.transpose()?.unwrap_or(said);
        let approved = reasons.iter().any(|rule| rule == "core/approved");
        let no_human = reasons.iter().any(|rule| rule == "core/no_human");
        let outcome = match settled {
            Outcome::Allow | Outcome::Modify if approved => Outcome::Ask,
            Outcome::Modify => Outcome::Allow,
            Outcome::Deny if no_human => Outcome::Ask,
            settled => settled,
        };
        let of_core =
            |rule: &&String| rule.starts_with("core/") && !BESIDE.contains(&rule.as_str());
        let failed = record.get("error").and_then(|error| text(error, "code"));
        let unasked = if record.get("over_limit").is_some() {
            Some("facts were left out of the record, which was too large")
        } else if failed.is_some_and(|code| code != ErrorKind::ApprovalNoHuman.code()) {
            Some("it could not be decided")
        } else if settled >= Outcome::Ask && reasons.iter().any(|rule| of_core(&rule)) {
            Some("the core refused it, whatever policy says")
        } else {
            None
        };
        let bundle = record.get("bundle").and_then(|bundle| text(bundle, "hash"));
        Ok(Some(Self {
            id: needed("id")?.to_owned(),
            time: needed("time")?.to_owned(),
            outcome,
            allowed: said <= Outcome::Modify,
            rules: rules.collect(),
            reasons,
            bundle: bundle.and_then(Digest::from_hex),
            situation,
            unasked,
        }))
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).unwrap_or_default().iter()
}

/// Who acted: from the chain `user:alice`, `agent:desk`, `agent:researcher`.
fn principal(record: &Value) -> Result<Principal> {
    let named = |kind: &str| {
        let chain = items(record, "chain").filter_map(Value::as_str);
        chain.filter_map(|link| link.strip_prefix(kind)).collect::<Vec<_>>()
    };
    let mut agents = named("agent:").into_iter().map(AgentId::new).collect::<Result<Vec<_>>>()?;
    let agent = agents.pop().map_or_else(|| AgentId::new("agent"), Ok)?;
    Ok(Principal {
        tenant: TenantId::new(text(record, "tenant").unwrap_or("default"))?,
        user: User::new(named("user:").first().unwrap_or(&"anonymous"))?,
        agent,
        agent_version: None,
        on_behalf_of: agents,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record of a call, with these fields in place of the usual ones.
    fn record(fields: &str) -> Recorded {
        let usual = r#"{"event": "decision", "id": "i-1", "time": "2026-11-24T12:00:00.000Z",
            "tenant": "acme", "chain": ["user:alice", "agent:desk", "agent:clerk"],
            "verb": "authorize_tool_call", "outcome": "allow", "would_be": null, "mode": "enforce",
            "tool": "pay", "reasons": [], "rules": [], "error": null,
            "context": {"flow": {"tainted": true}, "user": {"trust": "customer"}, "later": 1}}"#;
        let parse = |text: &str| Value::parse(text.as_bytes(), &crate::Limits::default()).unwrap();
        let (Value::Object(mut all), Value::Object(other)) = (parse(usual), parse(fields)) else {
            panic!("no objects")
        };
        other.iter().for_each(|(key, value)| all.insert(key, value.clone()));
        Recorded::read(&Value::Object(all)).unwrap().unwrap()
    }

    #[test]
    fn who_and_what_is_read() {
        let read = record("{}");
        let principal = &read.situation.principal;
        assert_eq!((principal.user.id.as_str(), principal.agent.as_str()), ("alice", "clerk"));
        assert_eq!(principal.on_behalf_of.len(), 1);
        assert_eq!(principal.user.trust, crate::principal::Trust::Customer);
        assert!(read.situation.flow.tainted && read.allowed && read.unasked.is_none());
        let other = Value::object(vec![("event".to_owned(), "start".into())]).unwrap();
        assert_eq!(Recorded::read(&other).unwrap(), None);
        let broken = Value::object(vec![("event".to_owned(), "decision".into())]).unwrap();
        assert_eq!(Recorded::read(&broken).unwrap_err().code(), "record/corrupt");
    }

    #[test]
    fn the_outcome_is_what_policy_made_of_it() {
        for (fields, outcome) in [
            (r#"{"outcome": "modify"}"#, Outcome::Allow),
            (r#"{"outcome": "allow", "reasons": [{"rule": "core/approved"}]}"#, Outcome::Ask),
            (
                r#"{"outcome": "deny", "reasons": [{"rule": "core/no_human"}], "error": {"code": "approval/no_human"}}"#,
                Outcome::Ask,
            ),
            (r#"{"outcome": "deny", "reasons": [{"rule": "core/no_permit"}]}"#, Outcome::Deny),
            (r#"{"mode": "monitor", "would_be": "ask"}"#, Outcome::Ask),
            // What a watched rule would have made of it is not what policy made.
            (r#"{"would_be": "deny"}"#, Outcome::Allow),
        ] {
            let read = record(fields);
            assert_eq!((read.outcome, read.unasked), (outcome, None), "{fields}");
        }
    }

    #[test]
    fn what_policy_was_not_asked_is_said() {
        for fields in [
            r#"{"outcome": "deny", "reasons": [{"rule": "core/stopped"}]}"#,
            r#"{"outcome": "deny", "error": {"code": "store/unavailable"}}"#,
            r#"{"over_limit": {"bytes": 9}}"#,
        ] {
            assert!(record(fields).unasked.is_some(), "{fields}");
        }
    }
}
