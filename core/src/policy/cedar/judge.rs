//! From a request to an answer: the policies that can apply are found, asked, and made one.

use super::context::Declared;
use super::entities::{self, Cast};
use super::rule::{BASELINE, Meta};
use super::{CedarEngine, Member, Registered};
use crate::approval::LiftedRule;
use crate::decision::{Obligation, Outcome, Reason};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::policy::{Answer, Watched};
use crate::request::{Request, Verb};
use crate::value::{Object, Value};
use cedar_policy::{Authorizer, Entities};
use std::collections::BTreeSet;

/// Stack without which Cedar refuses to evaluate (100 KiB), and what surrounds it.
const STACK_BASE: usize = 160 * 1024;
/// Stack for one level of a policy's tree: generous, and more where nothing is optimised.
const STACK_PER_LEVEL: usize = if cfg!(debug_assertions) { 48 * 1024 } else { 8 * 1024 };

/// The policies that applied, by number.
#[derive(Default)]
struct Applied {
    satisfied: Vec<u32>,
    error: Option<Error>,
}

/// Policies that can apply to a request.
#[derive(Default)]
struct Found {
    /// Those that do, as their gates say.
    satisfied: Vec<u32>,
    /// Those that Cedar must be asked about.
    open: Vec<u32>,
    /// The same, of those that are only watched.
    watched: Vec<u32>,
}

impl CedarEngine {
    /// The user's groups, and the policies whose scopes the request meets.
    pub(super) fn found(&self, request: &Request<'_>) -> (BTreeSet<String>, Vec<u32>) {
        let groups = self.directory.groups_of(request.principal);
        let mut principals = vec![self.types.user(request.principal.user.id.as_str())];
        principals.extend(groups.iter().map(|group| self.types.group(group)));
        let found = self.index.find(request, &principals);
        (groups, found)
    }

    pub(super) fn answer(&self, request: &Request<'_>, lifted: &[LiftedRule]) -> Result<Answer> {
        let (groups, numbers) = self.found(request);
        let mut found = Found::default();
        for (at, member) in self.gated(&numbers, request) {
            found.add(at, member);
        }
        self.settle_found(request, found, &groups, lifted)
    }

    /// The answer to a request whose arguments and claims are not known, and the rules that read
    /// them: the answer holds if none of those applies. `told` says of a rule, by its id and the
    /// hash of its text, whether it is known to have applied.
    ///
    /// # Errors
    /// `policy/engine`, `policy/evaluate`.
    pub fn recall(
        &self,
        request: &Request<'_>,
        told: &dyn Fn(&str, Digest) -> Option<bool>,
    ) -> Result<(Answer, Vec<String>)> {
        let (groups, numbers) = self.found(request);
        let (mut found, mut unknown) = (Found::default(), Vec::new());
        for (at, member) in self.gated(&numbers, request) {
            let info = &member.meta.info;
            match member.reads.needs_payload().then(|| told(&info.id, info.text)) {
                None => found.add(at, member),
                Some(Some(true)) => found.satisfied.push(at),
                Some(Some(false)) => {}
                Some(None) => unknown.push(info.id.clone()),
            }
        }
        Ok((self.settle_found(request, found, &groups, &[])?, unknown))
    }

    /// Those of `numbers` whose gates are open.
    fn gated<'a>(
        &'a self,
        numbers: &'a [u32],
        request: &'a Request<'_>,
    ) -> impl Iterator<Item = (u32, &'a Member)> {
        let members = numbers.iter().filter_map(|at| Some((*at, self.member(*at)?)));
        members.filter(|(_, member)| member.gate.holds(request))
    }

    fn settle_found(
        &self,
        request: &Request<'_>,
        found: Found,
        groups: &BTreeSet<String>,
        lifted: &[LiftedRule],
    ) -> Result<Answer> {
        let call = request.verb == Verb::AuthorizeToolCall;
        if call != request.tool.is_some() {
            let message = "a call needs a tool, and nothing else has one";
            return Err(Error::new(ErrorKind::PolicyEngine, message));
        }
        let registered = request.tool.and_then(|id| self.tools.get(id.as_str()));
        let Found { mut satisfied, open, watched } = found;
        let mut answer = if open.is_empty() && watched.is_empty() {
            self.settle(request, &satisfied, &Applied::default(), lifted)
        } else {
            // On more stack where the host's thread has little left.
            let both = open.iter().chain(&watched);
            let depths = both.filter_map(|at| self.member(*at)).map(|member| member.depth);
            let stack = STACK_BASE + depths.max().unwrap_or(0) * STACK_PER_LEVEL;
            stacker::maybe_grow(stack, 2 * stack, || {
                let call = self.call_entities(request, registered)?;
                let cast = Cast::of(&self.types, request, call, groups);
                self.watch(request, &watched, &cast, registered, &mut satisfied);
                let applied = self.ask(request, &open, &cast, registered)?;
                let answers = applied.iter().map(|a| self.settle(request, &satisfied, a, lifted));
                let answer = answers.reduce(Answer::combine);
                answer.ok_or_else(|| Error::new(ErrorKind::PolicyEngine, "nobody acts"))
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
    pub(super) fn call_entities(
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

    pub(super) fn member(&self, at: u32) -> Option<&Member> {
        self.members.get(usize::try_from(at).ok()?)
    }

    /// Adds those of `watched` that applied, or failed: nothing is blocked for either.
    fn watch(
        &self,
        request: &Request<'_>,
        watched: &[u32],
        cast: &Cast,
        registered: Option<&Registered>,
        satisfied: &mut Vec<u32>,
    ) {
        for at in watched {
            // Each alone, so that what one of them cannot read hides no other.
            match self.ask(request, &[*at], cast, registered) {
                Ok(applied)
                    if applied.iter().all(|a| a.error.is_none() && a.satisfied.is_empty()) => {}
                _ => satisfied.push(*at),
            }
        }
    }

    /// Evaluates the policies in `open`: once, or for every agent of the chain, whose rights are
    /// the intersection of all.
    fn ask(
        &self,
        request: &Request<'_>,
        open: &[u32],
        cast: &Cast,
        registered: Option<&Registered>,
    ) -> Result<Vec<Applied>> {
        let members: Vec<_> = open.iter().filter_map(|at| self.member(*at)).collect();
        if members.is_empty() {
            return Ok(vec![Applied::default()]);
        }
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
            return Ok(vec![self.evaluate(&put, open, &cast.entities)]);
        }
        let who = request.principal;
        let agents = who.on_behalf_of.iter().chain([&who.agent]);
        let applied = agents.map(|agent| {
            let entities =
                cast.with_principal(&self.types, &self.directory, who, agent.as_str())?;
            Ok(self.evaluate(&put, open, &entities))
        });
        applied.collect()
    }

    fn evaluate(&self, put: &cedar_policy::Request, open: &[u32], entities: &Entities) -> Applied {
        let authorizer = Authorizer::new();
        let mut applied = Applied::default();
        for at in open {
            let Some(member) = self.member(*at) else { continue };
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
                applied.satisfied.push(*at);
            }
        }
        applied
    }

    /// The answer that follows from the policies that applied.
    fn settle(
        &self,
        request: &Request<'_>,
        satisfied: &[u32],
        applied: &Applied,
        lifted: &[LiftedRule],
    ) -> Answer {
        let all = || satisfied.iter().chain(&applied.satisfied);
        let metas = || all().filter_map(|at| Some(&self.member(*at)?.meta));
        let own = |meta: &&Meta| meta.permits && meta.info.file != BASELINE;
        let permitted = metas().any(|meta| meta.permits);
        let permitted_by_own = metas().any(|meta| own(&meta));
        let is_lifted = |meta: &Meta| {
            let same = |l: &LiftedRule| l.rule == meta.info.id && l.text == meta.info.text;
            (meta.liftable() && lifted.iter().any(same)) || (meta.info.yields && permitted_by_own)
        };
        let mut answer = Answer::allow();
        let mut against: Vec<_> =
            metas().filter(|meta| !meta.permits && !is_lifted(meta)).collect();
        against.sort_by_key(|meta| (std::cmp::Reverse(meta.info.outcome), &meta.info.id));
        for meta in against {
            // Only a call can be asked about.
            let asks = request.tool.is_some() && meta.info.outcome == Outcome::Ask;
            let outcome = if asks { Outcome::Ask } else { Outcome::Deny };
            if meta.watched {
                answer.watched.push(Watched { outcome, reason: meta.reason() });
                continue;
            }
            answer.outcome = answer.outcome.max(outcome);
            answer.separate_approver |= meta.info.separate && asks;
            answer.reasons.push(meta.reason());
        }
        if request.tool.is_some() && !permitted {
            answer.outcome = Outcome::Deny;
            answer.reasons.push(no_permit());
        }
        let applies = |meta: &&Meta| meta.permits || !meta.info.yields || !permitted_by_own;
        for meta in metas().filter(applies) {
            answer.rules.push(meta.rule());
            for id in meta.info.obligations.iter().filter(|_| !meta.watched) {
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

impl Found {
    fn add(&mut self, at: u32, member: &Member) {
        let list = match (member.is_plain, member.meta.watched) {
            (true, _) => &mut self.satisfied,
            (false, false) => &mut self.open,
            (false, true) => &mut self.watched,
        };
        list.push(at);
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
