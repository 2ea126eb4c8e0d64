//! One request with everything that policy may read, read back from JSON: from a record, or from a
//! case that somebody wrote.

use super::facts::{
    args_facts, content_facts, finding_facts, flow_facts, session_facts, tool_facts, user_facts,
};
use crate::error::{Error, ErrorKind, Result};
use crate::finding::{Category, Severity};
use crate::id::ToolId;
use crate::principal::{Principal, Trust};
use crate::request::{
    ContentFacts, FindingFacts, FlowFacts, Request, RoleFacts, SessionFacts, ToolFacts, UserFacts,
    Verb,
};
use crate::source::SourceKind;
use crate::tool::{Effect, Effects, Role};
use crate::value::{Object, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A request that owns what it is about. See [`Request`] for the fields.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of `Request`")]
pub struct Situation {
    pub principal: Principal,
    pub verb: Verb,
    pub tool: Option<ToolId>,
    pub input: Option<Object>,
    pub flow: FlowFacts,
    pub args: Vec<(String, RoleFacts)>,
    pub session: SessionFacts,
    pub facts: ToolFacts,
    pub findings: FindingFacts,
    pub content: ContentFacts,
}

impl Situation {
    /// A call of `tool`, or content for another verb, about which nothing unusual is known.
    #[must_use]
    pub fn new(principal: Principal, verb: Verb, tool: Option<ToolId>) -> Self {
        Self {
            principal,
            verb,
            tool,
            input: None,
            flow: FlowFacts::clean(),
            args: Vec::new(),
            session: SessionFacts { human: true, depth: 1, ..SessionFacts::default() },
            facts: ToolFacts::default(),
            findings: FindingFacts::default(),
            content: ContentFacts::default(),
        }
    }

    /// As a policy engine is asked.
    #[must_use]
    pub fn request(&self) -> Request<'_> {
        Request {
            principal: &self.principal,
            verb: self.verb,
            tool: self.tool.as_ref(),
            input: self.input.as_ref(),
            flow: &self.flow,
            args: &self.args,
            session: &self.session,
            facts: &self.facts,
            findings: &self.findings,
            content: &self.content,
        }
    }

    /// Takes what `context` says over; what it does not say stays. Gives the names that mean
    /// nothing here: a newer record has some, a case that was written by hand has a fault.
    ///
    /// # Errors
    /// `value/type`, with the pointer to the fact.
    pub fn read(&mut self, context: &Value) -> Result<Vec<String>> {
        let mut reader = Reader { unknown: Vec::new() };
        let object = as_object(context).map_err(|error| error.at("/context"))?;
        for (key, value) in object.iter() {
            let taken = match key {
                "flow" => reader.flow(value, &mut self.flow),
                "args" => reader.args(value, &mut self.args),
                "session" => reader.session(value, &mut self.session),
                "tool" => reader.tool(value, &mut self.facts),
                "findings" => reader.findings(value, &mut self.findings),
                "content" => reader.content(value, &mut self.content),
                "user" => {
                    let user = &mut self.principal.user;
                    let mut facts = UserFacts::of(user);
                    let taken = reader.user(value, &mut facts);
                    (user.groups, user.trust) = (facts.groups, facts.trust);
                    user.verified = facts.verified;
                    taken
                }
                "input" => as_object(value).map(|input| self.input = Some(input.clone())),
                other => {
                    reader.unknown.push(other.escape_default().to_string());
                    Ok(())
                }
            };
            taken.map_err(|error| {
                let at = format!("/context/{key}{}", error.fact("at").unwrap_or_default());
                Error::new(ErrorKind::ValueType, error.message()).at(at)
            })?;
        }
        Ok(reader.unknown)
    }

    /// The fact that a rule reads under this name: `context.flow.tainted`, `principal.trust`. None
    /// for arguments, claims and what is not there.
    #[must_use]
    pub fn fact(&self, path: &str) -> Option<Value> {
        let mut names = path.split('.');
        let value = match (names.next()?, names.next()) {
            ("context", Some("flow")) => flow_facts(&self.flow),
            ("context", Some("args")) => args_facts(&self.args),
            ("context", Some("session")) => session_facts(&self.session),
            ("context", Some("tool")) => tool_facts(&self.facts),
            ("context", Some("findings")) => finding_facts(&self.findings),
            ("context", Some("content")) => content_facts(&self.content),
            ("principal", Some("tenant")) => self.principal.tenant.as_str().into(),
            ("principal", Some("agent")) => self.principal.agent.as_str().into(),
            ("principal", Some(name)) => {
                let facts = user_facts(&UserFacts::of(&self.principal.user));
                facts.get(name)?.clone()
            }
            ("principal", None) => self.principal.user.id.as_str().into(),
            _ => return None,
        };
        names.try_fold(value, |value, name| value.get(name).cloned())
    }
}

/// A fact as JSON has it.
trait Read: Sized {
    fn read(value: &Value) -> Option<Self>;
}

impl Read for bool {
    fn read(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

impl Read for i64 {
    fn read(value: &Value) -> Option<Self> {
        value.as_int()
    }
}

impl Read for u8 {
    fn read(value: &Value) -> Option<Self> {
        value.as_int()?.try_into().ok()
    }
}

impl Read for u16 {
    fn read(value: &Value) -> Option<Self> {
        value.as_int()?.try_into().ok()
    }
}

impl Read for String {
    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl Read for Trust {
    fn read(value: &Value) -> Option<Self> {
        Trust::parse(value.as_str()?).ok()
    }
}

impl Read for Option<Severity> {
    fn read(value: &Value) -> Option<Self> {
        match value.as_int()? {
            0 => Some(None),
            n => Some(Some(*Severity::ALL.get(usize::try_from(n - 1).ok()?)?)),
        }
    }
}

impl Read for Effects {
    fn read(value: &Value) -> Option<Self> {
        each(value, |word| Effect::parse(word).ok())
    }
}

impl Read for BTreeSet<String> {
    fn read(value: &Value) -> Option<Self> {
        each(value, |word| Some(word.to_owned()))
    }
}

impl Read for BTreeSet<Category> {
    fn read(value: &Value) -> Option<Self> {
        each(value, |word| Category::parse(word).ok())
    }
}

impl Read for BTreeSet<SourceKind> {
    fn read(value: &Value) -> Option<Self> {
        each(value, |word| SourceKind::parse(word).ok())
    }
}

fn each<T, C: FromIterator<T>>(value: &Value, parse: impl Fn(&str) -> Option<T>) -> Option<C> {
    value.as_array()?.iter().map(|item| parse(item.as_str()?)).collect()
}

fn as_object(value: &Value) -> Result<&Object> {
    let message = || format!("this is a {}, not an object", value.type_name());
    value.as_object().ok_or_else(|| Error::new(ErrorKind::ValueType, message()))
}

struct Reader {
    unknown: Vec<String>,
}

/// Readers of flat facts: each takes the fields that it names, under their own names.
macro_rules! readers {
    ($($reader:ident($type:ty): $($field:ident)*;)*) => { impl Reader { $(
        fn $reader(&mut self, value: &Value, into: &mut $type) -> Result<()> {
            for (key, value) in as_object(value)?.iter() {
                match key {
                    $(stringify!($field) => {
                        into.$field = Read::read(value).ok_or_else(|| misfit(key, value))?;
                    })*
                    _ => self.other(key, value, into)?,
                }
            }
            Ok(())
        }
    )* } };
}

readers! {
    flow(FlowFacts): tainted complete opaque paired undeclared intended categories;
    role(RoleFacts): present accounted linked granted flagged unseen secret rank;
    session(SessionFacts): risk calls tool_calls tool_calls_minute tool_total amount looping
        sensitive resumed human depth time_ms;
    tool(ToolFacts): known inferred quarantined effects isolated read_only egress_breach root_breach
        write_breach over_limit owner;
    findings(FindingFacts): categories rules severity injection_score destructive unparsed
        download_and_run internal_address;
    content(ContentFacts): sources kind bytes forbidden_quote;
    user(UserFacts): groups trust verified;
}

/// What facts have beside their flat fields.
trait More {
    fn role(&mut self, name: &str) -> Option<&mut RoleFacts>;
}

impl Reader {
    fn other(&mut self, key: &str, value: &Value, into: &mut impl More) -> Result<()> {
        match into.role(key) {
            Some(facts) => self.role(value, facts).map_err(|error| {
                let at = format!("/{key}{}", error.fact("at").unwrap_or_default());
                Error::new(ErrorKind::ValueType, error.message()).at(at)
            }),
            None => {
                self.unknown.push(key.escape_default().to_string());
                Ok(())
            }
        }
    }

    fn args(&mut self, value: &Value, into: &mut Vec<(String, RoleFacts)>) -> Result<()> {
        let mut all: BTreeMap<String, RoleFacts> = std::mem::take(into).into_iter().collect();
        for (name, value) in as_object(value)?.iter() {
            let mut facts = RoleFacts { present: true, ..RoleFacts::ABSENT };
            self.role(value, &mut facts)?;
            all.insert(name.to_owned(), facts);
        }
        into.extend(all);
        Ok(())
    }
}

impl More for FlowFacts {
    fn role(&mut self, name: &str) -> Option<&mut RoleFacts> {
        let at = FlowFacts::ROLES.iter().position(|role: &Role| role.as_str() == name)?;
        self.roles.get_mut(at)
    }
}

macro_rules! flat {
    ($($type:ty)*) => { $(impl More for $type {
        fn role(&mut self, _: &str) -> Option<&mut RoleFacts> {
            None
        }
    })* };
}

flat! { RoleFacts SessionFacts ToolFacts FindingFacts ContentFacts UserFacts }

fn misfit(key: &str, value: &Value) -> Error {
    let message = format!("a {} does not fit here", value.type_name());
    Error::new(ErrorKind::ValueType, message).at(format!("/{}", key.escape_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{AgentId, TenantId};
    use crate::principal::User;

    fn situation() -> Situation {
        let principal = Principal {
            tenant: TenantId::new("acme").unwrap(),
            user: User::new("alice").unwrap(),
            agent: AgentId::new("desk").unwrap(),
            agent_version: None,
            on_behalf_of: Vec::new(),
        };
        let tool = ToolId::new("pay").unwrap();
        Situation::new(principal, Verb::AuthorizeToolCall, Some(tool))
    }

    /// Facts of which none is as in a new situation.
    fn odd() -> Situation {
        let mut odd = situation();
        let role = RoleFacts {
            present: true,
            accounted: false,
            linked: false,
            granted: true,
            flagged: true,
            unseen: true,
            secret: true,
            rank: 1,
        };
        odd.flow = FlowFacts {
            tainted: true,
            complete: false,
            opaque: true,
            paired: true,
            undeclared: true,
            intended: false,
            categories: ["personal".to_owned()].into(),
            roles: [role; FlowFacts::ROLES.len()],
        };
        odd.args = vec![("to".to_owned(), role)];
        odd.session = SessionFacts {
            risk: 1,
            calls: 2,
            tool_calls: 3,
            tool_calls_minute: 4,
            tool_total: 5,
            amount: 6,
            looping: true,
            sensitive: true,
            resumed: true,
            human: false,
            depth: 7,
            time_ms: 8,
        };
        odd.facts = ToolFacts {
            known: true,
            inferred: true,
            quarantined: true,
            effects: Effects::NONE.with(Effect::Send),
            isolated: true,
            read_only: true,
            egress_breach: true,
            root_breach: true,
            write_breach: true,
            over_limit: true,
            owner: "bank".to_owned(),
        };
        odd.findings = FindingFacts {
            categories: [Category::Injection].into(),
            rules: ["injection/override".to_owned()].into(),
            severity: Some(Severity::Critical),
            injection_score: 900,
            destructive: true,
            unparsed: true,
            download_and_run: true,
            internal_address: true,
        };
        odd.content = ContentFacts {
            sources: [SourceKind::Retrieved].into(),
            kind: "answer".to_owned(),
            bytes: 9,
            forbidden_quote: true,
        };
        let user = &mut odd.principal.user;
        (user.groups, user.trust, user.verified) = (["a".to_owned()].into(), Trust::Customer, true);
        odd
    }

    #[test]
    fn every_fact_that_is_written_is_read() {
        let odd = odd();
        let entries = vec![
            ("flow".to_owned(), flow_facts(&odd.flow)),
            ("args".to_owned(), args_facts(&odd.args)),
            ("session".to_owned(), session_facts(&odd.session)),
            ("tool".to_owned(), tool_facts(&odd.facts)),
            ("findings".to_owned(), finding_facts(&odd.findings)),
            ("content".to_owned(), content_facts(&odd.content)),
            ("user".to_owned(), user_facts(&UserFacts::of(&odd.principal.user))),
        ];
        let context = Value::object(entries).unwrap();
        let mut read = situation();
        assert_eq!(read.read(&context).unwrap(), [""; 0]);
        assert_eq!(read, odd);
        assert_eq!(read.fact("context.flow.amount.rank"), Some(1.into()));
        assert_eq!(read.fact("principal.trust"), Some("customer".into()));
        assert_eq!(read.fact("context.input.cents"), None);
    }

    #[test]
    fn what_is_not_said_stays_and_what_means_nothing_is_named() {
        let mut read = odd();
        let context = br#"{"flow": {"taintd": true, "amount": {"rank": 3}}, "extra": 1}"#;
        let context = Value::parse(context, &crate::Limits::default()).unwrap();
        assert_eq!(read.read(&context).unwrap(), ["extra", "taintd"]);
        assert_eq!(read.flow.role(Role::Amount).rank, 3);
        assert!(read.flow.role(Role::Amount).flagged && read.flow.tainted);
        for (bad, at) in [
            (r#"{"flow": {"amount": {"rank": true}}}"#, "/context/flow/amount/rank"),
            (r#"{"findings": {"severity": 6}}"#, "/context/findings/severity"),
            (r#"{"tool": 7}"#, "/context/tool"),
        ] {
            let bad = Value::parse(bad.as_bytes(), &crate::Limits::default()).unwrap();
            assert_eq!(read.read(&bad).unwrap_err().fact("at"), Some(at));
        }
    }
}
