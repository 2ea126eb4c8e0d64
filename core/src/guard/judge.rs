//! Deciding a call: facts are read under the session's lock, the decision is made without it, and it
//! counts only if what it depends on is still the same; else again, a few times at most.

use super::answer::{Draft, Yield, ask_policy, conclude, core_reason, no_answer};
use super::ask::{approval_event, approver_name};
use super::authorize::{Asked, STOPPED};
use super::force::InForce;
use super::lock;
use super::plugin::HostResults;
use super::session::{Session, State};
use super::settling::{PATIENCE, Settling, Standing};
use crate::approval::{Approval, ApprovalState, CallState};
use crate::approve::{self, CallRecord};
use crate::content::Content;
use crate::decision::{Decision, Outcome, Reason};
use crate::digest::hex;
use crate::enforce::{Settlement, Verdict, apply};
use crate::error::{Error, ErrorKind, Result};
use crate::finding::{Category, Finding, Severity};
use crate::flow::{Question, Ruling, Trace};
use crate::id::{ApprovalId, DecisionId};
use crate::policy::Answer;
use crate::random;
use crate::source::SourceKind;
use crate::tool::FailMode;
use crate::value::Value;
use std::sync::Arc;

/// How often facts are read anew when the session changed under a decision.
const TRIES: usize = 8;

/// What the session said at one epoch.
pub(super) struct Seen {
    epoch: u64,
    history: u64,
    /// The decision that stood about this very call.
    before: Option<DecisionId>,
    pub trace: Trace,
    pub looping: bool,
    pub risk: i64,
    pub sensitive: bool,
    pub resumed: bool,
    pub overdue: usize,
}

pub(super) enum Looked {
    Same(Box<Decision>),
    Seen(Box<Seen>),
    /// Another thread has the same call, and does not get done with it.
    Late,
}

struct Placed<'a> {
    decision: DecisionId,
    approval: Option<ApprovalId>,
    /// Held until the decision is ready, where the call has an id.
    settling: Option<Settling<'a>>,
}

impl Session {
    pub(super) fn decide_call(
        &self,
        force: &InForce,
        mut draft: Draft,
        asked: &Asked<'_>,
        host: &HostResults,
    ) -> Result<Decision> {
        let inner = &self.guard.inner;
        let host_fault = draft.take_host(inner, host);
        draft.control("flow");
        draft.control("policy");
        draft.control("session");
        draft.commitments = self.commitments(&asked.call);
        let now = inner.clock.wall_ms();
        if let Some(stopped) = inner.restricted(&self.cell, Some(&asked.call.tool), now) {
            return self.stopped(force, draft, stopped);
        }
        let own_findings = draft.findings.clone();
        for _ in 0..TRIES {
            let seen = match self.look(force, asked)? {
                Looked::Same(decision) => return Ok(*decision),
                Looked::Seen(seen) => seen,
                Looked::Late => break,
            };
            draft.findings = own_findings.clone();
            self.observe_call(force, &mut draft, asked, &seen);
            let reserved = self.reserve(asked, now);
            self.fill(force, &mut draft, asked, &seen, reserved.as_ref().ok());
            let store_fault = reserved.as_ref().err().cloned();
            let fault = store_fault.or_else(|| host_fault.clone());
            let (mut answer, lifted) = self.rule(force, &draft, asked, host, now);
            if answer.outcome >= Outcome::Ask {
                answer.reasons.extend(flow_reasons(&draft.rulings, true));
            }
            let mut verdict = self.refused_before(asked, now)?;
            verdict = verdict.join(self.obliged_call(force, &answer, &draft, asked));
            let settlement = conclude(inner, force, &draft, verdict, &answer, fault);
            let Some(placed) = self.place(asked, &seen, &settlement, lifted.as_ref(), now)? else {
                self.release(asked, now);
                continue;
            };
            return self.close_call(force, draft, asked, settlement, &answer, placed, lifted, now);
        }
        let message = "the session was changed by others while this call was decided";
        let contended = Error::new(ErrorKind::SessionContended, message);
        let answer = no_answer();
        draft.fail_mode = FailMode::Closed;
        let settlement =
            conclude(inner, force, &draft, Verdict::default(), &answer, Some(contended));
        let id = inner.decision_id()?;
        Ok(self.finish(force, draft, settlement, &answer, Yield::default(), id))
    }

    /// Findings about the call itself.
    pub(super) fn observe_call(
        &self,
        force: &InForce,
        draft: &mut Draft,
        asked: &Asked<'_>,
        seen: &Seen,
    ) {
        if seen.overdue > 0 {
            draft.findings.push(note("coverage/result_missing", Category::Coverage, &["ASI01"]));
        }
        if force.quarantine(&asked.call.tool).is_some() {
            draft.findings.push(note("tool/quarantined", Category::Tool, &["ASI04"]));
        }
        draft.settle_findings(self.guard.inner.limits.findings, &asked.code);
    }

    /// Where a human said no to this very call, it is refused for as long as their answer holds.
    pub(super) fn refused_before(&self, asked: &Asked<'_>, now: i64) -> Result<Verdict> {
        let refused = lock(&self.guard.inner.approvals)?.refused(
            &self.cell.principal.tenant,
            &self.cell.id,
            &asked.call.digest,
            &asked.call.tool,
            now,
        );
        if !refused {
            return Ok(Verdict::default());
        }
        let reason = core_reason("refused", "a human refused this call", &[]);
        Ok(Verdict::deny(reason))
    }

    fn stopped(&self, force: &InForce, draft: Draft, stopped: Error) -> Result<Decision> {
        let settlement = self.refusal(force, &draft, STOPPED, stopped);
        let id = self.guard.inner.decision_id()?;
        Ok(self.finish(force, draft, settlement, &no_answer(), Yield::default(), id))
    }

    /// Reads the session's facts for this call, or finds that the same call was decided.
    pub(super) fn look(&self, force: &InForce, asked: &Asked<'_>) -> Result<Looked> {
        let inner = &self.guard.inner;
        let now = inner.clock.wall_ms();
        let mut state = self.cell.lock()?;
        loop {
            match state.standing(inner, &asked.call, now) {
                Standing::Nothing => break,
                Standing::Decided(decision) => {
                    drop(state);
                    return Ok(Looked::Same(Box::new(Arc::unwrap_or_clone(decision))));
                }
                Standing::Settling => {
                    let (after, ready) = self.cell.wait(state, PATIENCE)?;
                    state = after;
                    if !ready {
                        return Ok(Looked::Late);
                    }
                }
                // It is taken back, with what it had reserved.
                Standing::Stale(decision) => {
                    let abandoned = state.calls.abandon(&decision);
                    state.open.remove(&decision);
                    drop(state);
                    if let Some(abandoned) = abandoned {
                        self.release_call(&abandoned);
                    }
                    state = self.cell.lock()?;
                }
            }
        }
        state.calls.lapse(&asked.call, now);
        let overdue = state.calls.unreported();
        if overdue > 0 {
            state.index.set_incomplete();
            state.index.set_tainted();
        }
        let trace = state.index.trace(&Question {
            tool: &asked.tool,
            call: &asked.call,
            effects: asked.effects,
            leaves: &asked.leaves,
            code: &asked.code,
            grants: &state.grants,
            trust: self.cell.principal.user.trust,
            rules: &force.rules,
        });
        Ok(Looked::Seen(Box::new(Seen {
            epoch: state.epoch,
            history: state.history,
            before: state.calls.state(&asked.call).map(|record| record.decision.clone()),
            trace,
            looping: state.recent.looping(&asked.call.tool, asked.call.digest),
            risk: state.risk.value(now),
            sensitive: state.index.sensitive(),
            resumed: state.resumed,
            overdue,
        })))
    }

    /// Asks policy; where it asks a human who already said yes, asks again without those rules.
    pub(super) fn rule(
        &self,
        force: &InForce,
        draft: &Draft,
        asked: &Asked<'_>,
        host: &HostResults,
        now: i64,
    ) -> (Answer, Option<Approval>) {
        let request =
            draft.request(&self.cell, Some(&asked.call.tool), Some(&asked.call.arguments));
        let answer = ask_policy(force, &request, host, &[]);
        // Where a fault may pass, what was decided beside it is what stands.
        let stands = |answer: &Answer| match draft.fail_mode {
            FailMode::Open => answer.decided(),
            FailMode::Closed => answer.outcome,
        };
        if stands(&answer) != Outcome::Ask {
            return (answer, None);
        }
        let levels = approve::levels(&draft.provenance);
        let approved = lock(&self.guard.inner.approvals).ok().and_then(|approvals| {
            let found = approvals.approved(
                &self.cell.principal.tenant,
                &self.cell.id,
                &asked.call.digest,
                &asked.call.tool,
                now,
            );
            found.filter(|approval| approval.covers(asked.tool.descriptor, levels)).cloned()
        });
        let Some(approval) = approved else { return (answer, None) };
        let again = ask_policy(force, &request, host, &approval.lifts);
        if stands(&again) == Outcome::Allow { (again, Some(approval)) } else { (answer, None) }
    }

    /// Enters the call into the session, if nothing changed since its facts were read. That other
    /// calls were entered does not matter to it, unless they are this call or make a loop of it.
    fn place<'a>(
        &'a self,
        asked: &Asked<'_>,
        seen: &Seen,
        settlement: &Settlement,
        approval: Option<&Approval>,
        now: i64,
    ) -> Result<Option<Placed<'a>>> {
        let inner = &self.guard.inner;
        let decision = inner.decision_id()?;
        let asks = settlement.outcome == Outcome::Ask;
        let approval_id = match approval {
            Some(approval) => Some(approval.id.clone()),
            None if asks => Some(ApprovalId::new(&hex(&random::bytes::<16>(&*inner.random)?))?),
            None => None,
        };
        let state = match settlement.outcome {
            Outcome::Ask => CallState::Asked,
            Outcome::Deny => CallState::Denied,
            _ if approval.is_some() => CallState::Approved,
            _ => CallState::Allowed,
        };
        let mut cell = self.cell.lock()?;
        let standing = cell.calls.state(&asked.call).map(|record| &record.decision);
        // Only what was entered meanwhile can make a loop.
        let loops_else = || {
            cell.epoch != seen.epoch
                && cell.recent.looping(&asked.call.tool, asked.call.digest) != seen.looping
        };
        if cell.history != seen.history || standing != seen.before.as_ref() || loops_else() {
            return Ok(None);
        }
        if let Some(approval) = approval {
            let mut approvals = lock(&inner.approvals)?;
            if approvals.consume(&approval.id, now).is_err() {
                return Ok(None);
            }
        }
        if settlement.outcome == Outcome::Deny {
            cell.risk.add(50, "denied call", now);
            cell.changed();
        } else {
            cell.epoch += 1;
        }
        cell.recent.observe_call(&asked.call.tool, asked.call.digest);
        let validity = i64::try_from(inner.limits.validity_ms).unwrap_or(i64::MAX);
        cell.calls.record(CallRecord {
            call: asked.call.clone(),
            decision: decision.clone(),
            state,
            at_ms: now,
            expires_ms: now.saturating_add(validity),
            approval: approval_id.clone(),
            effects: asked.effects,
            amount: asked.amount,
        });
        let named = asked.call.call_id.is_some() && state != CallState::Denied;
        let settling = named.then(|| Settling::begin(&self.cell, &mut cell, &decision));
        Ok(Some(Placed { decision, approval: approval_id, settling }))
    }

    #[expect(clippy::too_many_arguments, reason = "the last step needs what every step made")]
    fn close_call(
        &self,
        force: &InForce,
        draft: Draft,
        asked: &Asked<'_>,
        mut settlement: Settlement,
        answer: &Answer,
        placed: Placed<'_>,
        used: Option<Approval>,
        now: i64,
    ) -> Result<Decision> {
        let inner = &self.guard.inner;
        let mut pending = None;
        if let (Outcome::Ask, Some(id)) = (settlement.outcome, &placed.approval) {
            match self.put_up(self.approval_of(&draft, asked, answer, id.clone(), now)) {
                Ok(approval) => pending = Some(approval),
                Err(error) => {
                    settlement.outcome = Outcome::Deny;
                    let reason = core_reason("approval_limit", error.message(), &["ASI09"]);
                    settlement.reasons.push(reason);
                    settlement.error = Some(error);
                }
            }
        }
        settlement.reasons.extend(flow_reasons(&draft.rulings, false));
        if let Some(approval) = used {
            inner.note(Some(&self.cell), approval_event(&approval, ApprovalState::Used));
            settlement.reasons.push(Reason {
                message: format!("{} approved this call", approver_name(&approval)),
                ..core_reason("approved", "", &[])
            });
        }
        let mut arguments = Value::Object(asked.call.arguments.clone());
        if !settlement.edits.is_empty() {
            let content = Content::json(SourceKind::Model, arguments);
            arguments = apply(&content, &settlement.edits);
        }
        let give = Yield { arguments: Some(arguments), approval: pending, content: None };
        let decision = self.finish(force, draft, settlement, answer, give, placed.decision.clone());
        let settled = decision.outcome;
        if !matches!(settled, Outcome::Allow | Outcome::Modify) {
            self.release(asked, now);
        }
        inner.used(&asked.call.tool, decision.allowed(), self.cell.principal.agent.as_str());
        let mut state = self.cell.lock()?;
        if settled == Outcome::Deny {
            let record = state.calls.by_decision(&placed.decision).cloned();
            if let Some(record) = record {
                state.calls.record(CallRecord { state: CallState::Denied, ..record });
            }
        } else {
            let State { open, calls, .. } = &mut *state;
            open.settle(&decision);
            open.retain(|id| calls.by_decision(id).is_some());
        }
        drop(state);
        drop(placed.settling);
        Ok(decision)
    }
}

/// What rules of flow did, as reasons: those that ask, or those that relieved a question.
pub(super) fn flow_reasons(rulings: &[Ruling], tightens: bool) -> impl Iterator<Item = Reason> {
    let wanted = rulings.iter().filter(move |ruling| ruling.tightens == tightens);
    wanted.map(|ruling| Reason {
        rule: format!("flow/{}", ruling.rule),
        policy: "flow".to_owned(),
        message: ruling.message.clone(),
        threats: ruling.threats().iter().map(|id| (*id).to_owned()).collect(),
    })
}

/// A finding about the call itself, not about a text in it.
fn note(rule: &'static str, category: Category, threats: &'static [&'static str]) -> Finding {
    Finding {
        rule: rule.into(),
        category,
        severity: Severity::Medium,
        score: 1000,
        path: String::new(),
        span: crate::span::Span::default(),
        through: Vec::new(),
        threats: threats.into(),
        kind: category.as_str().into(),
    }
}
