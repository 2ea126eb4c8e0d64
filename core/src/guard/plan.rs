//! `authorize_plan`: one question for the calls that an agent declares beforehand.

use super::answer::{Draft, Yield, conclude, core_reason, no_answer};
use super::authorize::{Asked, MALFORMED, STOPPED};
use super::force::InForce;
use super::judge::{Looked, flow_reasons};
use super::plugin::HostResults;
use super::session::Session;
use crate::approval::Approval;
use crate::approve::{self, Planned};
use crate::decision::{Outcome, PlanDecision};
use crate::digest::{Digest, hex};
use crate::enforce::Settlement;
use crate::error::{Error, ErrorKind, Result};
use crate::id::ApprovalId;
use crate::policy::Answer;
use crate::random;
use crate::tool::FailMode;
use crate::wire::PlanRequest;

/// Calls that one plan may have.
const MAX_CALLS: usize = 32;

/// A call of a plan, decided and not yet recorded.
struct Step {
    tool: String,
    draft: Draft,
    settlement: Settlement,
    answer: Answer,
    /// What a yes to the plan approves of it.
    approval: Option<Approval>,
}

impl Session {
    /// Decides the calls of a plan as they stand now, and puts one question for all that ask.
    ///
    /// Nothing may run by it: each call is authorized when it comes, is counted then, and is
    /// judged by what was read meanwhile. A yes approves exactly the calls that were asked about,
    /// each once, while their values are known as they were shown. A call that is refused in the
    /// plan stays refused. Controls of the host run when the call comes.
    ///
    /// # Errors
    /// `misuse/argument` for no calls or more than 32; `misuse/closed`, `session/poisoned`,
    /// `id/invalid`.
    ///
    /// ```
    /// use checkrein::{Guard, Outcome, wire};
    /// let session = Guard::new()?.session(Default::default())?;
    /// let plan = br#"{"calls": [{"tool": "look", "arguments": {}}, {"tool": "act", "arguments": {}}]}"#;
    /// let plan: wire::PlanRequest = wire::parse(plan)?;
    /// let decision = session.authorize_plan(plan)?;
    /// // Nobody described these tools, so there is one question about both.
    /// assert_eq!((decision.outcome, decision.decisions.len()), (Outcome::Ask, 2));
    /// assert!(decision.approval.is_some());
    /// # Ok::<(), checkrein::Error>(())
    /// ```
    pub fn authorize_plan(&self, plan: PlanRequest) -> Result<PlanDecision> {
        let PlanRequest { calls, trace } = plan;
        self.guard.check_open()?;
        let inner = &self.guard.inner;
        inner.after_fork();
        if calls.is_empty() || calls.len() > MAX_CALLS {
            let message = format!("a plan has 1 to {MAX_CALLS} calls");
            return Err(Error::new(ErrorKind::MisuseArgument, message));
        }
        let force = inner.force.load();
        let now = inner.clock.wall_ms();
        let plan = hex(&random::bytes::<16>(&*inner.random)?);
        let mut steps = Vec::with_capacity(calls.len());
        for (n, mut request) in calls.into_iter().enumerate() {
            let tool = request.tool.clone();
            let call_id = request.call_id.take();
            request.trace = request.trace.or_else(|| trace.clone());
            let id = ApprovalId::new(&format!("{plan}-{n}"))?;
            let mut step = self.with_call(&force, request, |draft, asked| match asked {
                Ok(asked) => self.plan_call(&force, draft, asked, id, now),
                Err(error) => Ok(self.refuse_step(&force, draft, MALFORMED, error)),
            })?;
            step.tool = tool;
            step.draft.call_id = call_id.as_deref().map(crate::id::CallId::new).transpose()?;
            steps.push(step);
        }
        let approval = match self.plan_approval(&plan, &mut steps, now) {
            None => None,
            Some(approval) => match self.put_up(approval) {
                Ok(pending) => Some(pending),
                Err(error) => {
                    refuse_all(&mut steps, &error);
                    None
                }
            },
        };
        let mut decisions = Vec::with_capacity(steps.len());
        for step in steps {
            let Step { draft, mut settlement, answer, .. } = step;
            let message = "decided for a plan: authorize the call itself before it runs";
            settlement.reasons.push(core_reason("planned", message, &[]));
            let id = inner.decision_id()?;
            decisions.push(self.finish(&force, draft, settlement, &answer, Yield::default(), id));
        }
        let outcome = decisions.iter().map(|d| d.outcome).max().unwrap_or(Outcome::Deny);
        Ok(PlanDecision { id: inner.decision_id()?, outcome, decisions, approval })
    }

    /// Decides one call as `authorize_tool_call` would now. It enters nothing, and gives back what
    /// it reserved.
    fn plan_call(
        &self,
        force: &InForce,
        mut draft: Draft,
        asked: &Asked<'_>,
        id: ApprovalId,
        now: i64,
    ) -> Result<Step> {
        let inner = &self.guard.inner;
        draft.control("flow");
        draft.control("policy");
        draft.control("session");
        draft.commitments = self.commitments(&asked.call);
        if let Some(stopped) = inner.restricted(&self.cell, Some(&asked.call.tool), now) {
            return Ok(self.refuse_step(force, draft, STOPPED, stopped));
        }
        let Looked::Seen(seen) = self.look(force, asked)? else {
            // INVARIANT: a call without an id is always new.
            let error = Error::new(ErrorKind::SessionContended, "the call was decided before");
            return Ok(self.refuse_step(force, draft, MALFORMED, error));
        };
        self.observe_call(force, &mut draft, asked, &seen);
        let reserved = self.reserve(asked, now);
        self.fill(force, &mut draft, asked, &seen, reserved.as_ref().ok());
        if reserved.is_ok() {
            self.release(asked, now);
        }
        let none = HostResults::default();
        let (mut answer, _) = self.rule(force, &draft, asked, &none, now);
        if answer.outcome >= Outcome::Ask {
            answer.reasons.extend(flow_reasons(&draft.rulings, true));
        }
        let mut verdict = self.refused_before(asked, now)?;
        verdict = verdict.join(self.obliged_call(force, &answer, &draft, asked));
        let mut settlement = conclude(inner, force, &draft, verdict, &answer, reserved.err());
        let approval = (settlement.outcome == Outcome::Ask).then(|| Approval {
            levels: Some(approve::levels(&draft.provenance)),
            ..self.approval_of(&draft, asked, &answer, id, now)
        });
        settlement.reasons.extend(flow_reasons(&draft.rulings, false));
        Ok(Step { tool: String::new(), draft, settlement, answer, approval })
    }

    fn refuse_step(
        &self,
        force: &InForce,
        mut draft: Draft,
        why: (&str, &str),
        error: Error,
    ) -> Step {
        draft.fail_mode = FailMode::Closed;
        let settlement = self.refusal(force, &draft, why, error);
        Step { tool: String::new(), draft, settlement, answer: no_answer(), approval: None }
    }

    /// One approval for all calls that ask; none where none does.
    fn plan_approval(&self, id: &str, steps: &mut [Step], now: i64) -> Option<Approval> {
        let first = steps.iter().find_map(|step| step.approval.clone())?;
        let shown = |step: &Step| -> (String, Option<String>) {
            (step.tool.clone(), step.approval.as_ref().map(|approval| approval.text.clone()))
        };
        let cards: Vec<(String, Option<String>)> = steps.iter().map(shown).collect();
        let told = cards.iter().zip(steps.iter()).map(|((tool, card), step)| {
            let call = match (card, step.settlement.outcome) {
                (Some(card), _) => Planned::Asked(card),
                (None, Outcome::Deny) => Planned::Refused(&step.settlement.reasons),
                (None, _) => Planned::Free,
            };
            (tool.clone(), call)
        });
        let text = approve::plan_text(&told.collect::<Vec<_>>());
        let calls: Vec<Approval> = steps.iter_mut().filter_map(|s| s.approval.take()).collect();
        let digest: Digest = approve::plan_digest(&text, &calls);
        let mut grants: Vec<_> = calls.iter().flat_map(|call| call.grants.clone()).collect();
        grants.sort();
        grants.dedup();
        Some(Approval {
            id: ApprovalId::new(id).ok()?,
            digest,
            // No call has these arguments: the plan itself is used for none.
            arguments: digest,
            lifts: Vec::new(),
            grants,
            text,
            separate_approver: calls.iter().any(|call| call.separate_approver),
            created_ms: now,
            levels: None,
            plan: calls,
            ..first
        })
    }
}

/// Where the question cannot be put, what would be asked is refused.
fn refuse_all(steps: &mut [Step], error: &Error) {
    for step in steps.iter_mut().filter(|step| step.settlement.outcome == Outcome::Ask) {
        step.settlement.outcome = Outcome::Deny;
        let reason = core_reason("approval_limit", error.message(), &["ASI09"]);
        step.settlement.reasons.push(reason);
        step.settlement.error = Some(error.clone());
    }
}
