//! What a decision point answers, read strictly: what is not as agreed is no answer.

use checkrein::Value;
use checkrein::approval::LiftedRule;
use checkrein::decision::{Obligation, Outcome, Reason, show};
use checkrein::digest::Digest;
use checkrein::policy::{Answer, Rule};
use checkrein::value::Object;

/// The most reasons that are taken, and the most obligations.
const MAX_REASONS: usize = 8;
const MAX_OBLIGATIONS: usize = 32;
/// The longest reason, and the longest id of an obligation, in characters.
const MAX_REASON: usize = 500;
const MAX_ID: usize = 128;

/// What of an answer counts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    outcome: Outcome,
    reasons: Vec<String>,
    obligations: Vec<Obligation>,
    separate: bool,
}

impl Reply {
    /// `{"decision": true, "context": {..}}`.
    pub(crate) fn of_authzen(answer: &Value) -> Result<Self, String> {
        let decision = match answer.get("decision") {
            Some(Value::Bool(decision)) => *decision,
            Some(other) => return Err(wrong("decision", other, "a boolean")),
            None => return Err("its answer has no `decision`".to_owned()),
        };
        match answer.get("context") {
            None | Some(Value::Null) => Self::of(Some(decision), &Object::default()),
            Some(Value::Object(context)) => Self::of(Some(decision), context),
            Some(_) if !decision => Ok(Self::denied(Vec::new())),
            Some(other) => Err(wrong("context", other, "an object")),
        }
    }

    /// `{"result": true}`, or `{"result": {"allow": true, ..}}`.
    pub(crate) fn of_opa(answer: &Value) -> Result<Self, String> {
        match answer.get("result") {
            Some(Value::Bool(permits)) => Self::of(Some(*permits), &Object::default()),
            Some(Value::Object(result)) => match result.get("allow") {
                None => Self::of(None, result),
                Some(Value::Bool(permits)) => Self::of(Some(*permits), result),
                Some(other) => Err(wrong("allow", other, "a boolean")),
            },
            Some(other) => Err(wrong("result", other, "a boolean or an object")),
            // OPA says nothing of a document that no rule defines: that is a decision, and no permit.
            None if answer.as_object().is_some() => {
                Ok(Self::denied(vec!["no policy of the decision point speaks of this".to_owned()]))
            }
            None => Err(wrong("the answer", answer, "an object")),
        }
    }

    /// The strictest of what is said. Where the answer is no, nothing beside it can make it an error.
    fn of(permits: Option<bool>, more: &Object) -> Result<Self, String> {
        match (permits, Self::read(permits, more)) {
            (Some(false), Err(_)) => Ok(Self::denied(Vec::new())),
            (_, read) => read,
        }
    }

    fn read(permits: Option<bool>, more: &Object) -> Result<Self, String> {
        let word = match more.get("outcome") {
            None => None,
            Some(Value::String(word)) => Some(outcome(word)?),
            Some(other) => return Err(wrong("outcome", other, "a text")),
        };
        let outcome = match (permits, word) {
            (Some(true), word) => word.unwrap_or(Outcome::Allow),
            // A human may be asked about what is not permitted outright.
            (Some(false), Some(Outcome::Ask)) => Outcome::Ask,
            (Some(false), _) => Outcome::Deny,
            (None, Some(word)) => word,
            (None, None) => return Err("its answer has neither `allow` nor `outcome`".to_owned()),
        };
        let separate = match more.get("approver") {
            None => false,
            Some(Value::String(word)) if word == "separate" => true,
            Some(other) => return Err(wrong("approver", other, "`separate`")),
        };
        let obligations = match more.get("obligations") {
            None => Vec::new(),
            Some(Value::Array(items)) if items.len() <= MAX_OBLIGATIONS => {
                items.iter().map(obligation).collect::<Result<_, _>>()?
            }
            Some(other) => return Err(wrong("obligations", other, "a list of at most 32")),
        };
        Ok(Self { outcome, reasons: reasons(more)?, obligations, separate })
    }

    fn denied(reasons: Vec<String>) -> Self {
        Self { outcome: Outcome::Deny, reasons, obligations: Vec::new(), separate: false }
    }

    pub(crate) fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// As an engine's answer, under the id `rule`. Where an approval lifts the question, it is asked
    /// no more.
    pub(crate) fn answer(self, rule: &str, lifted: &[LiftedRule]) -> Answer {
        let parts = [rule, self.outcome.as_str()].into_iter();
        let parts = parts.chain(self.reasons.iter().map(String::as_str));
        let text = Digest::of_parts(parts.map(str::as_bytes));
        let asks = self.outcome == Outcome::Ask;
        let is_lifted = asks && lifted.iter().any(|l| l.rule == rule && l.text == text);
        let outcome = if is_lifted { Outcome::Allow } else { self.outcome };
        let mut messages = self.reasons;
        if messages.is_empty() {
            let verb = if asks { "asks about" } else { "denies" };
            messages.push(format!("the remote decision point {verb} this"));
        }
        let reason = |message| Reason {
            rule: rule.to_owned(),
            policy: "remote".to_owned(),
            message,
            threats: Vec::new(),
        };
        let speaks = outcome != Outcome::Allow;
        Answer {
            outcome,
            reasons: messages.into_iter().filter(|_| speaks).map(reason).collect(),
            rules: vec![Rule { id: rule.to_owned(), text, liftable: asks }],
            obligations: self.obligations,
            separate_approver: asks && self.separate,
            ..Answer::allow()
        }
    }
}

fn outcome(word: &str) -> Result<Outcome, String> {
    match word {
        "allow" => Ok(Outcome::Allow),
        "ask" => Ok(Outcome::Ask),
        "deny" => Ok(Outcome::Deny),
        other => {
            let other = other.escape_default();
            Err(format!("its `outcome` is `{other}`, not one of `allow ask deny`"))
        }
    }
}

/// What to tell people and the model: `reasons`, or the texts for users in AuthZEN's own examples.
fn reasons(more: &Object) -> Result<Vec<String>, String> {
    let texts: Vec<&Value> = match (more.get("reasons"), more.get("reason_user")) {
        (Some(Value::Array(items)), _) => items.iter().collect(),
        (Some(other), _) => return Err(wrong("reasons", other, "a list")),
        (None, Some(Value::Object(texts))) => texts.iter().map(|(_, text)| text).collect(),
        (None, _) => Vec::new(),
    };
    let text = |value: &&Value| match value {
        Value::String(text) => Ok(show(text).chars().take(MAX_REASON).collect()),
        other => Err(wrong("reasons", other, "a list of texts")),
    };
    texts.iter().take(MAX_REASONS).map(text).collect()
}

/// An id alone, or `{"id": "..", "params": ..}`. Another shape is a duty that cannot be read, and so
/// one that nobody carries out.
fn obligation(value: &Value) -> Result<Obligation, String> {
    let (id, params) = match value {
        Value::String(id) => (id.as_str(), Value::Object(Object::default())),
        Value::Object(object) => {
            let known = object.iter().all(|(key, _)| key == "id" || key == "params");
            let id = object.get("id").and_then(Value::as_str).filter(|_| known);
            let params = object.get("params").cloned().unwrap_or(Value::Object(Object::default()));
            (id.ok_or("one of its `obligations` has other fields than `id` and `params`")?, params)
        }
        other => return Err(wrong("obligations", other, "a list of texts or objects")),
    };
    if id.is_empty() || id.chars().count() > MAX_ID || id.chars().any(char::is_control) {
        return Err("one of its `obligations` has no fitting id".to_owned());
    }
    Ok(Obligation { id: id.to_owned(), params })
}

fn wrong(name: &str, value: &Value, wanted: &str) -> String {
    let name = if name.starts_with("the ") { name.to_owned() } else { format!("its `{name}`") };
    let kind = value.type_name();
    let article = if kind.starts_with(['a', 'i', 'o']) { "an" } else { "a" };
    format!("{name} is {article} {kind}, not {wanted}")
}

#[cfg(test)]
mod tests;
