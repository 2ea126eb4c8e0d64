//! What is asked: subject, action, resource and context, with what may leave and nothing more.

use checkrein::finding::Category;
use checkrein::principal::Claim;
use checkrein::request::{Request, UserFacts};
use checkrein::tool::Role;
use checkrein::value::Object;
use checkrein::{Value, wire};
use std::collections::BTreeSet;

/// The largest value of an argument that is sent, in bytes of JSON.
const MAX_VALUE: usize = 8 * 1024;
/// Facts of a session that count, or tell the time: with them no two questions are alike.
const COUNTERS: &[&str] =
    &["amount", "calls", "risk", "time_ms", "tool_calls", "tool_calls_minute", "tool_total"];

/// What of a request is sent beside its facts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sent {
    /// Arguments whose values are sent.
    pub arguments: BTreeSet<String>,
    /// Claims of the user that are sent.
    pub claims: BTreeSet<String>,
    /// Whether counters, amounts and the time are sent.
    pub counters: bool,
}

impl Sent {
    /// The question, as AuthZEN shapes it; OPA is given the same as its `input`.
    pub(crate) fn question(&self, request: &Request<'_>) -> Value {
        let resource = match request.tool {
            Some(tool) => object([("type", "tool".into()), ("id", tool.as_str().into())]),
            None => object([("type", "session".into()), ("id", "this".into())]),
        };
        object([
            ("subject", self.subject(request)),
            ("action", object([("name", request.verb.as_str().into())])),
            ("resource", resource),
            ("context", self.context(request)),
        ])
    }

    fn subject(&self, request: &Request<'_>) -> Value {
        let user = &request.principal.user;
        let facts = wire::user_facts(&UserFacts::of(user));
        let mut properties = facts.as_object().cloned().unwrap_or_default();
        properties.insert("tenant", request.principal.tenant.as_str().into());
        let mut claims = Object::default();
        for (name, claim) in user.claims.iter().filter(|(name, _)| self.claims.contains(*name)) {
            claims.insert(name, claimed(claim));
        }
        if !claims.is_empty() {
            properties.insert("claims", Value::Object(claims));
        }
        object([
            ("type", "user".into()),
            ("id", user.id.as_str().into()),
            ("properties", Value::Object(properties)),
        ])
    }

    fn context(&self, request: &Request<'_>) -> Value {
        let principal = request.principal;
        let chain = principal.on_behalf_of.iter().chain([&principal.agent]);
        let chain = chain.map(|agent| agent.as_str().into()).collect();
        let mut session = wire::session_facts(request.session);
        if !self.counters {
            without(&mut session, |name| COUNTERS.contains(&name));
        }
        let mut context = Object::default();
        context.insert("agent", principal.agent.as_str().into());
        context.insert("chain", Value::Array(chain));
        context.insert("flow", wire::flow_facts(request.flow));
        context.insert("session", session);
        context.insert("findings", wire::finding_facts(request.findings));
        if request.tool.is_none() {
            context.insert("content", wire::content_facts(request.content));
            return Value::Object(context);
        }
        let mut args = wire::args_facts(request.args);
        if request.flow.undeclared {
            // A name that nobody declared is the model's own text.
            without(&mut args, |name| !self.arguments.contains(name));
        }
        let (input, withheld) = self.values(request);
        context.insert("args", args);
        context.insert("tool", wire::tool_facts(request.facts));
        context.insert("input", Value::Object(input));
        context.insert("withheld", Value::Array(withheld));
        Value::Object(context)
    }

    /// The values of the arguments that are sent, and the names of those that are held back.
    fn values(&self, request: &Request<'_>) -> (Object, Vec<Value>) {
        let (mut values, mut withheld) = (Object::default(), Vec::new());
        // Which text it is in is not known here.
        let near_secret =
            request.findings.has(Category::Secret) || request.flow.role(Role::Credential).present;
        let given = request.input.into_iter().flat_map(Object::iter);
        for (name, value) in given.filter(|(name, _)| self.arguments.contains(*name)) {
            let facts = request.args.iter().find(|(argument, _)| argument == name);
            // What was traced holds no secret; what was not traced says nothing.
            let clean = facts.is_some_and(|(_, facts)| !facts.secret);
            let fits = value.to_json().len() <= MAX_VALUE;
            if clean && fits && !(near_secret && has_text(value)) {
                values.insert(name, value.clone());
            } else {
                withheld.push(name.into());
            }
        }
        (values, withheld)
    }
}

/// An object of these entries.
pub(crate) fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let mut object = Object::default();
    for (key, value) in entries {
        object.insert(key, value);
    }
    Value::Object(object)
}

fn without(facts: &mut Value, drop: impl Fn(&str) -> bool) {
    let mut kept = Object::default();
    for (name, value) in facts.as_object().into_iter().flat_map(Object::iter) {
        if !drop(name) {
            kept.insert(name, value.clone());
        }
    }
    *facts = Value::Object(kept);
}

fn has_text(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => false,
        Value::String(_) => true,
        Value::Array(items) => items.iter().any(has_text),
        // Keys are text.
        Value::Object(object) => !object.is_empty(),
    }
}

fn claimed(claim: &Claim) -> Value {
    match claim {
        Claim::Bool(flag) => (*flag).into(),
        Claim::Long(number) => (*number).into(),
        Claim::Text(text) => text.as_str().into(),
        Claim::Texts(texts) => {
            Value::Array(texts.iter().map(|text| text.as_str().into()).collect())
        }
    }
}

#[cfg(test)]
mod tests;
