//! A request to policy alone, in the shape that `cedar run-tests` reads.

use crate::case::Played;
use checkrein::principal::{Claim, Principal, Trust, User};
use checkrein::request::Verb;
use checkrein::value::Object;
use checkrein::{
    AgentId, Error, ErrorKind, Guard, Limits, Outcome, Result, TenantId, ToolId, Value,
};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// One request, and what must come of it.
pub struct Request {
    principal: Principal,
    verb: Verb,
    tool: Option<ToolId>,
    context: Value,
    decision: Option<String>,
    outcome: Option<String>,
    reason: Option<BTreeSet<String>>,
    errors: Option<u64>,
}

impl Request {
    /// Reads a case.
    pub fn read(case: &Json) -> Result<Self> {
        let request = case.get("request").unwrap_or(&Json::Null);
        let (kind, user) = entity(request.get("principal"), "principal")?;
        if kind != "User" {
            return Err(misuse("the principal is a User").with("hint", "write User::\"alice\""));
        }
        let (kind, action) = entity(request.get("action"), "action")?;
        if kind != "Action" {
            return Err(misuse("the action is an Action"));
        }
        let (verb, tool) = match action.as_str() {
            "verb:input" => (Verb::InspectInput, None),
            "verb:output" => (Verb::InspectOutput, None),
            tool => (Verb::AuthorizeToolCall, Some(ToolId::new(tool)?)),
        };
        let (kind, resource) = entity(request.get("resource"), "resource")?;
        let expected = match &tool {
            Some(tool) => ("Tool", tool.as_str()),
            None => ("Session", "this"),
        };
        if (kind.as_str(), resource.as_str()) != expected {
            let message =
                format!("the resource of this action is {}::\"{}\"", expected.0, expected.1);
            return Err(misuse(&message));
        }
        let text = request.get("context").map_or("{}".to_owned(), Json::to_string);
        let word = |key: &str, known: &[&str]| match case.get(key).map(Json::as_str) {
            None => Ok(None),
            Some(Some(word)) if known.contains(&word) => Ok(Some(word.to_owned())),
            Some(_) => {
                Err(misuse(&format!("`{key}` is another word")).with("known", known.join(" ")))
            }
        };
        let reason = case.get("reason").and_then(Json::as_array);
        let reason =
            reason.map(|ids| ids.iter().filter_map(Json::as_str).map(str::to_owned).collect());
        let request = Self {
            principal: principal(&user, case.get("entities"))?,
            verb,
            tool,
            context: Value::parse(text.as_bytes(), &Limits::default())?,
            decision: word("decision", &["allow", "deny"])?,
            outcome: word("outcome", &["allow", "ask", "deny"])?,
            reason,
            errors: case.get("num_errors").and_then(Json::as_u64),
        };
        if request.decision.is_none() && request.outcome.is_none() {
            let hint = "write \"decision\": \"allow\" or \"deny\", or \"outcome\": \"ask\"";
            return Err(misuse("the case expects nothing").with("hint", hint));
        }
        Ok(request)
    }

    /// Asks policy, and compares.
    pub fn play(&self, guard: &Guard) -> Result<Played> {
        let input = self.context.get("input").and_then(Value::as_object).cloned();
        let mut situation = guard.situation(
            self.principal.clone(),
            self.verb,
            self.tool.clone(),
            input.unwrap_or_else(Object::default),
        );
        let unknown = situation.read(&self.context)?;
        if let Some(name) = unknown.first() {
            let message = format!("the context has no `{name}`");
            return Err(misuse(&message).with("hint", "docs/POLICY-CONTEXT.md has all names"));
        }
        let answer = guard.consult(&situation);
        let mut faults = Vec::new();
        let mut compare = |what: &str, is: String, wanted: Option<String>| {
            if let Some(wanted) = wanted.filter(|wanted| *wanted != is) {
                faults.push(format!("{what} is {is}, not {wanted}"));
            }
        };
        // To Cedar a rule that asks is a forbid.
        let allowed = answer.outcome == Outcome::Allow;
        let decision = if allowed { "allow" } else { "deny" };
        compare("decision", decision.to_owned(), self.decision.clone());
        compare("outcome", answer.outcome.to_string(), self.outcome.clone());
        let rules = guard.rules();
        let permit = |id: &str| rules.iter().any(|r| r.id == id && r.outcome == Outcome::Allow);
        let list = |ids: &BTreeSet<String>| ids.iter().cloned().collect::<Vec<_>>().join(" ");
        let decided: BTreeSet<String> = answer
            .rules
            .iter()
            .map(|rule| rule.id.clone())
            .filter(|id| permit(id) == allowed)
            .filter(|id| allowed || answer.reasons.iter().any(|reason| reason.rule == *id))
            .collect();
        compare("reason", list(&decided), self.reason.as_ref().map(list));
        let errors = u64::from(answer.error.is_some());
        compare("num_errors", errors.to_string(), self.errors.map(|n| n.to_string()));
        Ok(Played {
            call: "request".to_owned(),
            tool: self.tool.as_ref().map(ToString::to_string),
            outcome: answer.outcome,
            reasons: answer.reasons,
            rules: answer.rules.into_iter().map(|rule| rule.id).collect(),
            situation: Some(situation),
            decision: None,
            faults,
        })
    }
}

fn misuse(message: &str) -> Error {
    Error::new(ErrorKind::MisuseArgument, message)
}

/// `User::"alice"`, or `{"type": "User", "id": "alice"}`, also under `__entity`.
fn entity(value: Option<&Json>, what: &str) -> Result<(String, String)> {
    let fault = || {
        let hint = "write it as User::\"alice\", Action::\"mail/send\", Tool::\"mail/send\"";
        misuse(&format!("`{what}` names no entity")).with("hint", hint)
    };
    let value = value.ok_or_else(fault)?;
    if let Some((kind, id)) = value.as_str().and_then(|text| text.split_once("::")) {
        let id: String = serde_json::from_str(id).map_err(|_| fault())?;
        return Ok((kind.to_owned(), id));
    }
    let value = value.get("__entity").unwrap_or(value);
    let part = |key: &str| value.get(key).and_then(Json::as_str).map(str::to_owned);
    part("type").zip(part("id")).ok_or_else(fault)
}

/// The user, with what `entities` says of them: attributes, tags, and all groups above.
fn principal(id: &str, entities: Option<&Json>) -> Result<Principal> {
    let mut principal = Principal {
        tenant: TenantId::new("default")?,
        user: User::new(id)?,
        agent: AgentId::new("agent")?,
        agent_version: None,
        on_behalf_of: Vec::new(),
    };
    let mut parents: BTreeMap<(String, String), Vec<(String, String)>> = BTreeMap::new();
    for item in entities.and_then(Json::as_array).into_iter().flatten() {
        let uid = entity(item.get("uid"), "uid")?;
        let above = item.get("parents").and_then(Json::as_array).into_iter().flatten();
        let above = above.map(|parent| entity(Some(parent), "parents")).collect::<Result<_>>()?;
        if uid == ("User".to_owned(), id.to_owned()) {
            attributes(&mut principal, item)?;
        }
        parents.insert(uid, above);
    }
    let mut open = vec![("User".to_owned(), id.to_owned())];
    while let Some(member) = open.pop() {
        for (kind, group) in parents.get(&member).into_iter().flatten() {
            if kind == "Group" && principal.user.groups.insert(group.clone()) {
                open.push((kind.clone(), group.clone()));
            }
        }
    }
    Ok(principal)
}

fn attributes(principal: &mut Principal, item: &Json) -> Result<()> {
    for (key, value) in item.get("attrs").and_then(Json::as_object).into_iter().flatten() {
        let text = || value.as_str().ok_or_else(|| misuse(&format!("`{key}` is a text")));
        match key.as_str() {
            "tenant" => principal.tenant = TenantId::new(text()?)?,
            "trust" => principal.user.trust = Trust::parse(text()?)?,
            "verified" => principal.user.verified = value.as_bool() == Some(true),
            "agent" => principal.agent = AgentId::new(&entity(Some(value), "agent")?.1)?,
            // The chain ends with the agent itself.
            "chain" => {
                let chain = value.as_array().into_iter().flatten();
                let chain = chain.map(|agent| Ok(entity(Some(agent), "chain")?.1));
                let chain = chain.collect::<Result<Vec<_>>>()?;
                let others = chain.iter().filter(|agent| **agent != principal.agent.as_str());
                principal.on_behalf_of =
                    others.map(|id| AgentId::new(id)).collect::<Result<_>>()?;
            }
            other => return Err(misuse(&format!("a User has no `{}`", other.escape_default()))),
        }
    }
    for (name, tag) in item.get("tags").and_then(Json::as_object).into_iter().flatten() {
        let flag = tag.get("flag").and_then(Json::as_bool).map(Claim::Bool);
        let number = tag.get("number").and_then(Json::as_i64).map(Claim::Long);
        let text = tag.get("text").and_then(Json::as_str).map(|text| Claim::Text(text.to_owned()));
        let texts = tag.get("texts").and_then(Json::as_array).map(|texts| {
            Claim::Texts(texts.iter().filter_map(Json::as_str).map(str::to_owned).collect())
        });
        let claim = flag.or(number).or(text).or(texts);
        let claim = claim.ok_or_else(|| misuse("a tag has flag, number, text or texts"))?;
        principal.user.claims.insert(name.clone(), claim);
    }
    Ok(())
}
