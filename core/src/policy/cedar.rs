//! The built-in engine: Cedar, with the traps of embedding it closed.
//!
//! What is closed: an evaluation error denies (Cedar would skip the rule); hostile text is refused
//! before it is parsed; a rule that cannot apply is not evaluated, so that ten thousand policies
//! cost what ten do.

mod baseline;
mod context;
mod entities;
mod facts;
mod gate;
mod index;
mod lint;
mod load;
mod reads;
mod rule;
mod scan;
mod schema;
mod shape;

use super::{Answer, PolicyEngine, Profile, RuleInfo};
use crate::approval::LiftedRule;
use crate::decision::{Obligation, Outcome, Reason};
use crate::error::{Error, ErrorKind, Lint, Result};
use crate::limits::Limits;
use crate::request::{Request, Verb};
use crate::tool::Tool;
use crate::value::{Object, Value};
use cedar_policy::{Authorizer, Entities, PolicySet};
use context::{Constants, Declared};
use entities::{Cast, Directory, Types};
use gate::Gate;
use index::{Index, Scope};
use reads::Reads;
use rule::{BASELINE, Meta};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// Stack without which Cedar refuses to evaluate (100 KiB), and what surrounds it.
const STACK_BASE: usize = 160 * 1024;
/// Stack for one level of a policy's tree: generous, and more where nothing is optimised.
const STACK_PER_LEVEL: usize = if cfg!(debug_assertions) { 48 * 1024 } else { 8 * 1024 };

/// What an engine is made of.
#[derive(Debug, Clone, Copy)]
pub struct PolicyInput<'a> {
    /// The tools that are registered: their actions, and the types of their arguments.
    pub tools: &'a [Arc<Tool>],
    /// Names and texts of the bundle's policies.
    pub files: &'a [(String, String)],
    /// `entities.json`: who is in which group.
    pub entities: Option<&'a str>,
    /// Which baseline.
    pub profile: Profile,
    /// Whether the baseline applies at all.
    pub baseline: bool,
    /// How much is taken.
    pub limits: &'a Limits,
}

/// Answers by Cedar policies. Never changes once loaded: another bundle is another engine.
pub struct CedarEngine {
    types: Types,
    tools: HashMap<String, Registered>,
    members: Vec<Member>,
    index: Index,
    waiting: HashMap<String, Vec<Meta>>,
    directory: Directory,
    constants: Constants,
    schema: OnceLock<String>,
    /// What loading found.
    lints: Vec<Lint>,
}

struct Registered {
    tool: Arc<Tool>,
    declared: Declared,
    /// Of a call with the tool's own effects.
    entities: Entities,
}

/// One policy, ready to be asked.
struct Member {
    meta: Meta,
    scope: Scope,
    gate: Gate,
    /// It applies wherever it is found and its gate is open: Cedar has nothing to add.
    is_plain: bool,
    /// It has no condition.
    is_free: bool,
    reads: Reads,
    reads_principal: bool,
    /// How deep its tree is at most.
    depth: usize,
    /// It alone.
    set: PolicySet,
}

/// The policies that applied, by number.
#[derive(Default)]
struct Applied {
    satisfied: Vec<usize>,
    error: Option<Error>,
}

impl CedarEngine {
    /// Reads, validates and indexes policies. Also gives notices: rules that wait for a tool,
    /// annotations that mean nothing.
    ///
    /// # Errors
    /// `policy/hostile`, `policy/parse`, `policy/validate`, `limit/bundle`, `limit/policies`,
    /// `bundle/settings`, with file, line, column and a hint.
    pub fn load(input: &PolicyInput<'_>) -> Result<(Self, Vec<String>)> {
        load::load(input)
    }

    /// The generated schema, as Cedar's own tools read it.
    #[must_use]
    pub fn schema(&self) -> &str {
        self.schema.get_or_init(|| {
            let mut tools: Vec<&Tool> = self.tools.values().map(|known| &*known.tool).collect();
            tools.sort_by(|a, b| a.id.cmp(&b.id));
            schema::text(tools.into_iter()).unwrap_or_default()
        })
    }

    /// Every rule in force, in the order of files and lines, the baseline first.
    #[must_use]
    pub fn rules(&self) -> Vec<RuleInfo> {
        self.members.iter().map(|member| member.meta.info.clone()).collect()
    }

    /// What a reviewer of the bundle's own rules should look at, in the order of files and lines.
    #[must_use]
    pub fn lints(&self, profile: Profile, limits: &Limits) -> Vec<Lint> {
        lint::lints(self, profile, limits)
    }

    fn answer(&self, request: &Request<'_>, lifted: &[LiftedRule]) -> Result<Answer> {
        let call = request.verb == Verb::AuthorizeToolCall;
        if call != request.tool.is_some() {
            let message = "a call needs a tool, and nothing else has one";
            return Err(Error::new(ErrorKind::PolicyEngine, message));
        }
        let registered = request.tool.and_then(|id| self.tools.get(id.as_str()));
        let groups = self.directory.groups_of(request.principal);
        let mut principals = vec![self.types.user(request.principal.user.id.as_str())];
        principals.extend(groups.iter().map(|group| self.types.group(group)));
        let mut found = self.index.find(request, &principals);
        found.retain(|at| self.member(*at).is_some_and(|member| member.gate.holds(request)));
        let is_plain = |at: &u32| self.member(*at).is_some_and(|member| member.is_plain);
        let mut answer = if found.iter().all(is_plain) {
            let satisfied = found.iter().filter_map(|at| usize::try_from(*at).ok()).collect();
            self.settle(request, &Applied { satisfied, error: None }, lifted)
        } else {
            // On more stack where the host's thread has little left.
            let depths = found.iter().filter_map(|at| self.member(*at)).map(|member| member.depth);
            let stack = STACK_BASE + depths.max().unwrap_or(0) * STACK_PER_LEVEL;
            stacker::maybe_grow(stack, 2 * stack, || {
                let call = self.call_entities(request, registered)?;
                let cast = Cast::of(&self.types, request, call, &groups);
                self.ask(request, &found, &cast, registered, lifted)
            })?
        };
        if let (Some(id), None) = (request.tool, registered)
            && let Some(waiting) = self.waiting.get(id.as_str())
        {
            answer = answer.combine(unread(waiting));
        }
        Ok(answer)
    }

    /// The entities of the call: ready made, unless its effects are not the tool's usual ones.
    fn call_entities(
        &self,
        request: &Request<'_>,
        registered: Option<&Registered>,
    ) -> Result<Entities> {
        let effects = request.facts.effects;
        match (request.tool, registered) {
            (None, _) => Ok(Entities::empty()),
            (_, Some(known)) if known.tool.effects == effects => Ok(known.entities.clone()),
            (Some(id), known) => {
                let tool = known.map(|known| &*known.tool);
                entities::of_call(&self.types, &self.directory, id, tool, effects)
            }
        }
    }

    fn member(&self, at: u32) -> Option<&Member> {
        self.members.get(usize::try_from(at).ok()?)
    }

    /// Evaluates the policies in `found`: once, or for every agent of the chain, whose rights are
    /// the intersection of all.
    fn ask(
        &self,
        request: &Request<'_>,
        found: &[u32],
        cast: &Cast,
        registered: Option<&Registered>,
        lifted: &[LiftedRule],
    ) -> Result<Answer> {
        let members = found.iter().filter_map(|at| self.member(*at));
        let members: Vec<_> = members.filter(|member| !member.is_plain).collect();
        let reads: Vec<_> = members.iter().map(|member| &member.reads).collect();
        let nothing = Declared::default();
        let declared = registered.map_or(&nothing, |known| &known.declared);
        let context = self.constants.context(request, declared, &reads)?;
        let put = cedar_policy::Request::new(
            cast.principal.clone(),
            cast.action.clone(),
            cast.resource.clone(),
            context,
            None,
        )
        .map_err(|error| Error::new(ErrorKind::PolicyEvaluate, error.to_string()))?;
        if !members.iter().any(|member| member.reads_principal) {
            let applied = self.evaluate(&put, found, &cast.entities);
            return Ok(self.settle(request, &applied, lifted));
        }
        let who = request.principal;
        let mut answer: Option<Answer> = None;
        for agent in who.on_behalf_of.iter().chain([&who.agent]) {
            let entities =
                cast.with_principal(&self.types, &self.directory, who, agent.as_str())?;
            let next = self.settle(request, &self.evaluate(&put, found, &entities), lifted);
            answer = Some(match answer {
                Some(before) => before.combine(next),
                None => next,
            });
        }
        answer.ok_or_else(|| Error::new(ErrorKind::PolicyEngine, "nobody acts"))
    }

    fn evaluate(&self, put: &cedar_policy::Request, found: &[u32], entities: &Entities) -> Applied {
        let authorizer = Authorizer::new();
        let mut applied = Applied::default();
        for at in found {
            let Some(member) = self.member(*at) else { continue };
            if member.is_plain {
                applied.satisfied.extend(usize::try_from(*at));
                continue;
            }
            let response = authorizer.is_authorized(put, &member.set, entities);
            let diagnostics = response.diagnostics();
            if diagnostics.errors().next().is_some() {
                // Cedar's own message can hold values of the call.
                let message = format!("the rule `{}` failed", member.meta.info.id);
                let error = Error::new(ErrorKind::PolicyEvaluate, message)
                    .with("file", member.meta.info.file.escape_default().to_string())
                    .with("line", member.meta.info.line.to_string());
                applied.error.get_or_insert(error);
            } else if diagnostics.reason().next().is_some() {
                applied.satisfied.extend(usize::try_from(*at));
            }
        }
        applied
    }

    /// The answer that follows from the policies that applied.
    fn settle(&self, request: &Request<'_>, applied: &Applied, lifted: &[LiftedRule]) -> Answer {
        let metas = || applied.satisfied.iter().filter_map(|at| self.members.get(*at));
        let metas = || metas().map(|member| &member.meta);
        let own = |meta: &&Meta| meta.permits && meta.info.file != BASELINE;
        let permitted = metas().any(|meta| meta.permits);
        let permitted_by_own = metas().any(|meta| own(&meta));
        let is_lifted = |meta: &Meta| {
            let same = |l: &LiftedRule| l.rule == meta.info.id && l.text == meta.info.text;
            (meta.liftable() && lifted.iter().any(same)) || (meta.yields && permitted_by_own)
        };
        let mut answer = Answer::allow();
        let mut against: Vec<_> =
            metas().filter(|meta| !meta.permits && !is_lifted(meta)).collect();
        against.sort_by_key(|meta| (std::cmp::Reverse(meta.info.outcome), &meta.info.id));
        for meta in against {
            // Only a call can be asked about.
            let asks = request.tool.is_some() && meta.liftable();
            let outcome = if asks { Outcome::Ask } else { Outcome::Deny };
            answer.outcome = answer.outcome.max(outcome);
            answer.separate_approver |= meta.separate && asks;
            answer.reasons.push(meta.reason());
        }
        if request.tool.is_some() && !permitted {
            answer.outcome = Outcome::Deny;
            answer.reasons.push(no_permit());
        }
        let applies = |meta: &&Meta| meta.permits || !meta.yields || !permitted_by_own;
        for meta in metas().filter(applies) {
            answer.rules.push(meta.rule());
            for id in &meta.info.obligations {
                if !answer.obligations.iter().any(|known| known.id == *id) {
                    let params = Value::Object(Object::default());
                    answer.obligations.push(Obligation { id: id.clone(), params });
                }
            }
        }
        answer.rules.sort();
        answer.obligations.sort_by(|a, b| a.id.cmp(&b.id));
        if let Some(error) = &applied.error {
            answer = answer.combine(Answer::deny(error.clone()));
        }
        answer
    }
}

impl PolicyEngine for CedarEngine {
    fn name(&self) -> &'static str {
        "cedar"
    }

    fn decide(&self, request: &Request<'_>, lifted: &[LiftedRule]) -> Answer {
        self.answer(request, lifted).unwrap_or_else(Answer::deny)
    }
}

impl std::fmt::Debug for CedarEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CedarEngine")
            .field("tools", &self.tools.len())
            .field("rules", &self.members.len())
            .finish_non_exhaustive()
    }
}

fn no_permit() -> Reason {
    Reason {
        rule: "core/no_permit".to_owned(),
        policy: "core".to_owned(),
        message: "no rule permits this".to_owned(),
        threats: vec!["ASI02".to_owned(), "ASI03".to_owned()],
    }
}

/// The refusal of a tool that is not registered, and that a rule forbids under conditions which
/// cannot be read before it is.
fn unread(waiting: &[Meta]) -> Answer {
    let reason = Reason {
        rule: "core/waiting_rule".to_owned(),
        policy: "core".to_owned(),
        message: "a rule about this tool cannot be read before the tool is registered".to_owned(),
        threats: vec!["ASI02".to_owned()],
    };
    let mut rules: Vec<_> = waiting.iter().map(Meta::rule).collect();
    rules.sort();
    Answer { outcome: Outcome::Deny, reasons: vec![reason], rules, ..Answer::allow() }
}

#[cfg(test)]
mod tests;
