//! The rules: one trait, Cedar built in.

#[cfg(feature = "cedar")]
pub mod cedar;
pub mod composite;

pub use composite::Composite;

use crate::approval::LiftedRule;
use crate::decision::{Mode, Obligation, Outcome, Reason};
use crate::digest::Digest;
use crate::error::Error;
use crate::label::words;
use crate::request::Request;

words! {
    /// What is permitted where no policy of the user's speaks.
    Profile ("profile") {
        /// Nothing; unknown tools are denied, and the rule of two always asks.
        Strict = "strict",
        /// Described tools, as far as the baseline does not forbid them.
        Balanced = "balanced",
    }
}

/// Answers requests. Cedar is built in; a host's own or a remote one stands behind the same trait.
///
/// An engine that cannot answer returns [`Answer::deny`]: it never fails open by itself.
///
/// ```
/// use checkrein::approval::LiftedRule;
/// use checkrein::decision::Reason;
/// use checkrein::policy::{Answer, PolicyEngine};
/// use checkrein::request::Request;
/// use checkrein::{Guard, Outcome, Value};
/// use std::sync::Arc;
///
/// /// Accounts that a service of the bank has frozen.
/// struct Frozen(Vec<String>);
///
/// impl PolicyEngine for Frozen {
///     fn name(&self) -> &str {
///         "frozen"
///     }
///
///     fn decide(&self, request: &Request<'_>, _lifted: &[LiftedRule]) -> Answer {
///         let to = request.input.and_then(|input| input.get("to")).and_then(Value::as_str);
///         if !to.is_some_and(|to| self.0.iter().any(|frozen| frozen == to)) {
///             return Answer::allow();
///         }
///         let reason = Reason {
///             rule: "frozen/account".to_owned(),
///             policy: "frozen".to_owned(),
///             message: "the account is frozen".to_owned(),
///             threats: Vec::new(),
///         };
///         Answer { outcome: Outcome::Deny, reasons: vec![reason], ..Answer::allow() }
///     }
/// }
///
/// let tools = "[tool.pay]\neffects = [\"spend\"]\narguments.to = { role = \"destination\" }\n";
/// let frozen = Arc::new(Frozen(vec!["DE89370400440532013000".to_owned()]));
/// let guard = Guard::builder().tools(tools).engine(frozen).build()?;
/// let session = guard.session(checkrein::wire::parse(br#"{"user": "alice"}"#)?)?;
/// let pay = Value::object(vec![("to".to_owned(), "DE89370400440532013000".into())])?;
/// assert_eq!(session.authorize_tool_call("pay", pay, None)?.outcome, Outcome::Deny);
/// # Ok::<(), checkrein::Error>(())
/// ```
pub trait PolicyEngine: Send + Sync {
    /// What reasons and errors call it.
    fn name(&self) -> &str;

    /// The answer to `request`. A rule in `lifted` does not ask again, as long as its text is the
    /// same; a permit must still be found, and any other rule still counts.
    fn decide(&self, request: &Request<'_>, lifted: &[LiftedRule]) -> Answer;
}

/// What an engine answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// `Allow`, `Ask` or `Deny`.
    pub outcome: Outcome,
    /// Why it asks or denies, strictest first. Empty for `Allow`.
    pub reasons: Vec<Reason>,
    /// Every rule that applied, permits included, sorted by id.
    pub rules: Vec<Rule>,
    /// What the host must do if it goes on, sorted by id.
    pub obligations: Vec<Obligation>,
    /// Whether the user may not answer the question themselves.
    pub separate_approver: bool,
    /// Set where the engine could not decide; the outcome is then `Deny`.
    pub error: Option<Error>,
    /// Where `error` is set: what engines and rules that could decide made of it. An open fail mode
    /// does not undo that. Else nothing reads it.
    pub decided: Outcome,
    /// What rules that are only watched would have done; none of it is in `outcome`.
    pub watched: Vec<Watched>,
}

/// A rule that applied and is only watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// What it would have answered: `Ask` or `Deny`.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
}

/// A rule that applied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// SHA-256 of its text.
    pub text: Digest,
    /// Whether it asked, so that an approval may lift it.
    pub liftable: bool,
}

/// Who may call a tool: rules by id, and for whom each is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Permits.
    pub permits: Vec<(String, String)>,
    /// Rules that can ask.
    pub asks: Vec<(String, String)>,
    /// Rules that can deny.
    pub denies: Vec<(String, String)>,
}

/// A rule as an inventory shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleInfo {
    /// Its id.
    pub id: String,
    /// The file it stands in; `baseline` for the built-in ones.
    pub file: String,
    /// The line on which it begins, from 1.
    pub line: u32,
    /// What it does where it applies: `Allow`, `Ask` or `Deny`.
    pub outcome: Outcome,
    /// OWASP and MITRE ATLAS ids.
    pub threats: Vec<String>,
    /// What to tell people and the model.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// What it asks of the host.
    pub obligations: Vec<String>,
    /// SHA-256 of its text.
    pub text: Digest,
    /// Whether it binds, or is only watched.
    pub mode: Mode,
    /// Whether the user may not answer its question themselves.
    pub separate: bool,
    /// Whether a permit of the bundle's own lifts it.
    pub yields: bool,
    /// The tools, groups of calls and verbs that its scope names, sorted; none for any.
    pub actions: Vec<String>,
    /// What it reads, by the names of `docs/POLICY-CONTEXT.md`: `context.flow.tainted`.
    pub reads: Vec<String>,
}

impl Answer {
    /// A refusal because the engine could not decide.
    #[must_use]
    pub fn deny(error: Error) -> Self {
        Self {
            outcome: Outcome::Deny,
            reasons: Vec::new(),
            rules: Vec::new(),
            obligations: Vec::new(),
            separate_approver: false,
            error: Some(error),
            decided: Outcome::Allow,
            watched: Vec::new(),
        }
    }

    /// Nothing to object.
    #[must_use]
    pub fn allow() -> Self {
        Self {
            outcome: Outcome::Allow,
            reasons: Vec::new(),
            rules: Vec::new(),
            obligations: Vec::new(),
            separate_approver: false,
            error: None,
            decided: Outcome::Allow,
            watched: Vec::new(),
        }
    }

    /// What is decided for sure, whatever becomes of what could not be.
    #[must_use]
    pub fn decided(&self) -> Outcome {
        if self.error.is_some() { self.decided } else { self.outcome }
    }

    /// Both answers as one: the strictest outcome, all reasons, rules and obligations, each once.
    #[must_use]
    pub fn combine(mut self, other: Answer) -> Answer {
        // The stricter answer's reasons stand first.
        if other.outcome > self.outcome {
            return other.combine(self);
        }
        self.decided = self.decided().max(other.decided());
        append_new(&mut self.reasons, other.reasons);
        append_new(&mut self.rules, other.rules);
        append_new(&mut self.obligations, other.obligations);
        append_new(&mut self.watched, other.watched);
        self.rules.sort();
        self.obligations.sort_by(|a, b| a.id.cmp(&b.id));
        self.separate_approver |= other.separate_approver;
        self.error = self.error.or(other.error);
        self
    }
}

fn append_new<T: PartialEq>(list: &mut Vec<T>, more: Vec<T>) {
    for item in more {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::value::Value;

    fn answer(outcome: Outcome, rule: &str) -> Answer {
        let reason = Reason {
            rule: rule.into(),
            policy: "p".into(),
            message: "m".into(),
            threats: Vec::new(),
        };
        let obligation = Obligation { id: format!("o:{rule}"), params: Value::Null };
        Answer {
            outcome,
            reasons: vec![reason],
            rules: vec![Rule { id: rule.into(), text: Digest::of(b"t"), liftable: false }],
            obligations: vec![obligation],
            separate_approver: outcome == Outcome::Ask,
            error: None,
            decided: Outcome::Allow,
            watched: Vec::new(),
        }
    }

    #[test]
    fn the_strictest_answer_wins_and_nothing_is_lost() {
        let both = answer(Outcome::Ask, "a").combine(answer(Outcome::Deny, "b"));
        assert_eq!(both.outcome, Outcome::Deny);
        assert_eq!(both.reasons.iter().map(|r| &*r.rule).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(both.rules.iter().map(|r| &*r.id).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(both.obligations.len(), 2);
        assert!(both.separate_approver);
    }

    #[test]
    fn combining_with_itself_changes_nothing_and_errors_stay() {
        let one = answer(Outcome::Ask, "a");
        let both = one.clone().combine(one.clone());
        assert_eq!(both, Answer { decided: Outcome::Ask, ..one });
        let failed = Answer::deny(Error::new(ErrorKind::PolicyEngine, "gone"));
        let both = Answer::allow().combine(failed.clone());
        assert_eq!((both.outcome, both.error), (Outcome::Deny, failed.error));
    }

    #[test]
    fn what_was_decided_is_known_beside_what_was_not() {
        let failed = || Answer::deny(Error::new(ErrorKind::PolicyEngine, "gone"));
        assert_eq!(failed().decided(), Outcome::Allow);
        for outcome in [Outcome::Allow, Outcome::Ask, Outcome::Deny] {
            let rule = || answer(outcome, "a");
            for both in [rule().combine(failed()), failed().combine(rule())] {
                assert_eq!((both.outcome, both.decided()), (Outcome::Deny, outcome));
                let more = both.combine(failed()).combine(answer(Outcome::Ask, "b"));
                assert_eq!(more.decided(), outcome.max(Outcome::Ask));
            }
        }
    }
}
