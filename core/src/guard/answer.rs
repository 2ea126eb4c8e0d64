//! From what was found and decided to the Decision, its Record, and what the host sinks see.

use super::Inner;
use super::force::InForce;
use super::plugin::HostResults;
use super::session::{Cell, Session};
use crate::approval::LiftedRule;
use crate::decision::{Controls, Decision, Mode, Outcome, PendingApproval, Reason};
use crate::digest::Digest;
use crate::enforce::{Settle, Settlement, Verdict, settle};
use crate::error::{Error, ErrorKind, Result};
use crate::event::{DecisionEvent, EventBody};
use crate::finding::{Category, CodeFacts, Finding, Severity};
use crate::flow::Ruling;
use crate::id::{CallId, DecisionId, ToolId};
use crate::policy::Answer;
use crate::provenance::Provenance;
use crate::request::{
    ContentFacts, FindingFacts, FlowFacts, Request, RoleFacts, SessionFacts, ToolFacts, UserFacts,
    Verb,
};
use crate::source::Source;
use crate::tool::FailMode;
use crate::value::{Object, Value};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A decision in the making: everything known so far, policy's facts among it.
pub(super) struct Draft {
    pub verb: Verb,
    pub began_ns: u64,
    pub call_id: Option<CallId>,
    pub trace: Option<String>,
    pub tool: Option<(ToolId, Digest)>,
    pub fail_mode: FailMode,
    pub flow: FlowFacts,
    pub args: Vec<(String, RoleFacts)>,
    pub session: SessionFacts,
    pub facts: ToolFacts,
    pub found: FindingFacts,
    pub content: ContentFacts,
    pub findings: Vec<Finding>,
    /// Those over the limit, which no decision names: what they found is redacted all the same.
    pub dropped: Vec<Finding>,
    /// Leaves in which so much was found that the rest of them was not looked at.
    pub unread: Vec<String>,
    pub provenance: Vec<Provenance>,
    pub sources: Vec<Source>,
    pub rulings: Vec<Ruling>,
    pub commitments: Vec<(String, Digest)>,
    pub commitment: Option<Digest>,
    pub due: BTreeSet<String>,
    pub ran: BTreeSet<String>,
    pub unneeded: BTreeSet<String>,
    /// Controls that ran and did not come to their end, and why.
    pub failed: BTreeMap<String, String>,
    /// Whether the built-in detectors are unsure of a text.
    pub unsure: bool,
    /// The first text that was only skimmed, since the verb had used up its time.
    pub late: Option<String>,
}

/// What a decision hands to the host.
#[derive(Default)]
pub(super) struct Yield {
    pub content: Option<Value>,
    pub arguments: Option<Value>,
    pub approval: Option<PendingApproval>,
}

impl Draft {
    pub fn new(inner: &Inner, verb: Verb, call_id: Option<CallId>, trace: Option<String>) -> Self {
        Self {
            verb,
            began_ns: inner.clock.mono_ns(),
            call_id,
            trace,
            tool: None,
            fail_mode: FailMode::Closed,
            flow: FlowFacts::clean(),
            args: Vec::new(),
            session: SessionFacts {
                human: inner.human,
                time_ms: inner.clock.wall_ms(),
                ..SessionFacts::default()
            },
            facts: ToolFacts::default(),
            found: FindingFacts::default(),
            content: ContentFacts::default(),
            findings: Vec::new(),
            dropped: Vec::new(),
            unread: Vec::new(),
            provenance: Vec::new(),
            sources: Vec::new(),
            rulings: Vec::new(),
            commitments: Vec::new(),
            commitment: None,
            due: BTreeSet::new(),
            ran: BTreeSet::new(),
            unneeded: BTreeSet::new(),
            failed: BTreeMap::new(),
            unsure: false,
            late: None,
        }
    }

    /// Notes controls that are due and ran.
    pub fn control(&mut self, name: &str) {
        self.due.insert(name.to_owned());
        self.ran.insert(name.to_owned());
    }

    /// Takes what host code found; a control of the host that is due and did not run is an error.
    pub fn take_host(&mut self, inner: &Inner, host: &HostResults) -> Option<Error> {
        for name in &host.ran {
            self.control(&format!("host/{name}"));
        }
        for (name, why) in &host.failed {
            let name = format!("host/{name}");
            self.due.insert(name.clone());
            self.failed.entry(name).or_insert_with(|| why.clone());
        }
        for name in &inner.host_controls {
            self.due.insert(format!("host/{name}"));
        }
        for name in &inner.unsure_controls {
            let name = format!("host/{name}");
            if self.unsure {
                self.due.insert(name);
            } else if !self.due.contains(&name) {
                self.unneeded.insert(name);
            }
        }
        self.findings.extend(host.findings.iter().map(super::plugin::HostFinding::finding));
        self.missing(inner)
    }

    /// Whether the verb has used up its time, asked before each text: from then on its texts are
    /// skimmed.
    pub fn is_late(&mut self, inner: &Inner, path: &str) -> bool {
        if self.late.is_none() {
            let took = inner.clock.mono_ns().saturating_sub(self.began_ns);
            self.late =
                (took / 1_000_000 > inner.limits.deadline_ms as u64).then(|| path.to_owned());
        }
        self.late.is_some()
    }

    /// The first control that is due and did not come to its end, as an error. Where texts were only
    /// skimmed, that is every detector.
    pub fn missing(&mut self, inner: &Inner) -> Option<Error> {
        if let Some(path) = &self.late {
            let finding = limit_finding("limit/deadline", path);
            self.findings.push(Finding { severity: Severity::Low, ..finding });
            let why = format!("was not done after {} ms", inner.limits.deadline_ms);
            let skimmed = |name: &&String| name.starts_with("detect/") && *name != "detect/code";
            for name in self.due.iter().filter(skimmed) {
                self.ran.remove(name);
                self.failed.insert(name.clone(), why.clone());
            }
        }
        let missing = self.due.iter().find(|name| !self.ran.contains(*name));
        missing.map(|name| {
            let why = self.failed.get(name).map_or("did not run", String::as_str);
            Error::new(ErrorKind::DetectorFailed, format!("the control `{name}` {why}"))
        })
    }

    /// Sorts and bounds the findings, and derives what policy reads of them.
    pub fn settle_findings(&mut self, limit: usize, code: &[(String, CodeFacts)]) {
        self.dropped = crate::finding::settle(&mut self.findings, limit);
        if !self.dropped.is_empty() {
            let over = limit_finding("limit/findings", "");
            if let Some(last) = self.findings.last_mut() {
                self.dropped.push(std::mem::replace(last, over));
            }
        }
        self.found = finding_facts(&self.findings, code);
    }

    /// Everything that was found, those over the limit among it.
    pub fn found(&self) -> Cow<'_, [Finding]> {
        if self.dropped.is_empty() {
            return Cow::Borrowed(&self.findings);
        }
        let over = |finding: &&Finding| finding.rule != "limit/findings";
        let kept = self.findings.iter().filter(over);
        Cow::Owned(kept.chain(&self.dropped).cloned().collect())
    }

    /// The question, for a policy engine.
    pub fn request<'a>(
        &'a self,
        cell: &'a Cell,
        tool: Option<&'a ToolId>,
        input: Option<&'a Object>,
    ) -> Request<'a> {
        Request {
            principal: &cell.principal,
            verb: self.verb,
            tool,
            input,
            flow: &self.flow,
            args: &self.args,
            session: &self.session,
            facts: &self.facts,
            findings: &self.found,
            content: &self.content,
        }
    }
}

/// Policy's answer joined with those of host engines, rules that an approval lifts left out.
pub(super) fn ask_policy(
    force: &InForce,
    request: &Request<'_>,
    host: &HostResults,
    lifted: &[LiftedRule],
) -> Answer {
    let answer = force.engine.decide(request, lifted);
    host.answers.iter().fold(answer, |answer, host| match host.answer(lifted) {
        Some(other) => answer.combine(other),
        None => answer,
    })
}

/// Settles everything into one outcome.
pub(super) fn conclude(
    inner: &Inner,
    force: &InForce,
    draft: &Draft,
    verdict: Verdict,
    answer: &Answer,
    error: Option<Error>,
) -> Settlement {
    // Where policy did decide to ask or deny, a fault beside it loosens nothing: it is only told.
    let decided = answer.error.is_none() && answer.outcome >= Outcome::Ask;
    let (told, error) = if decided { (error, None) } else { (None, error) };
    let mut settlement = settle(Settle {
        verdict,
        outcome: answer.outcome,
        decided: answer.decided(),
        reasons: answer.reasons.clone(),
        obligations: answer.obligations.clone(),
        watched: answer.watched.iter().map(|w| (w.outcome, w.reason.clone())).collect(),
        error: error.or_else(|| answer.error.clone()),
        verb: draft.verb,
        mode: force.mode(),
        human: inner.human,
        known_obligations: &inner.obligations,
        fail_mode: draft.fail_mode,
    });
    settlement.error = settlement.error.or(told);
    settlement
}

impl Session {
    /// Builds the decision and records it. Where it cannot be recorded, what was allowed is
    /// refused, unless the fail mode is open.
    pub(super) fn finish(
        &self,
        force: &InForce,
        draft: Draft,
        settlement: Settlement,
        answer: &Answer,
        give: Yield,
        id: DecisionId,
    ) -> Decision {
        let inner = &self.guard.inner;
        let blocked = !matches!(settlement.outcome, Outcome::Allow | Outcome::Modify);
        let decision = Decision {
            id,
            verb: draft.verb,
            outcome: settlement.outcome,
            would_be: settlement.would_be,
            mode: force.mode(),
            session: self.cell.id.clone(),
            call_id: draft.call_id,
            content: give.content.filter(|_| !blocked),
            arguments: give.arguments.filter(|_| !blocked),
            reasons: settlement.reasons,
            findings: draft.findings,
            provenance: draft.provenance,
            sources: draft.sources,
            obligations: settlement.obligations,
            approval: give.approval,
            controls: Controls {
                due: draft.due.into_iter().collect(),
                ran: draft.ran.into_iter().collect(),
                unneeded: draft.unneeded.into_iter().collect(),
            },
            bundle: force.reference.clone(),
            error: settlement.error,
        };
        let undecided = decision.error.is_some();
        let event = DecisionEvent {
            sources: decision.sources.clone(),
            decision,
            tool: draft.tool,
            commitments: draft.commitments,
            content: draft.commitment,
            flow: draft.flow,
            args: draft.args,
            session: draft.session,
            facts: draft.facts,
            findings: draft.found,
            context: draft.content,
            user: UserFacts::of(&self.cell.principal.user),
            rules: answer.rules.iter().map(|rule| (rule.id.clone(), rule.text)).collect(),
            fail_mode: undecided.then_some(draft.fail_mode),
            latency_ns: inner.clock.mono_ns().saturating_sub(draft.began_ns),
            trace: draft.trace,
        };
        inner.record(&self.cell, event, draft.fail_mode)
    }
}

impl Inner {
    /// The next decision's id: log instance, then number.
    pub(super) fn decision_id(&self) -> Result<DecisionId> {
        let n = self.decisions.fetch_add(1, Ordering::Relaxed);
        DecisionId::new(&format!("{}-{n}", self.log.instance()))
    }

    fn record(&self, cell: &Cell, event: DecisionEvent, fail_mode: FailMode) -> Decision {
        // Shared with the log for the moment of the append, so that nothing is copied.
        let event = Arc::new(event);
        let appended = self.append(Some(cell), EventBody::Decision(Arc::clone(&event)));
        let mut decision = Arc::unwrap_or_clone(event).decision;
        if let Err(error) = appended {
            let passes = fail_mode == FailMode::Open || decision.mode == Mode::Monitor;
            if decision.allowed() && !passes {
                decision.outcome = Outcome::Deny;
                decision.content = None;
                decision.arguments = None;
                decision.reasons.push(Reason {
                    rule: "core/unrecorded".to_owned(),
                    policy: "core".to_owned(),
                    message: "the decision could not be recorded".to_owned(),
                    threats: Vec::new(),
                });
            }
            decision.error.get_or_insert(error);
        }
        decision
    }
}

/// What policy reads of findings and code facts.
pub(super) fn finding_facts(findings: &[Finding], code: &[(String, CodeFacts)]) -> FindingFacts {
    let mut facts = FindingFacts::default();
    for finding in findings {
        facts.categories.insert(finding.category);
        facts.rules.insert(finding.rule.clone().into_owned());
        facts.severity = facts.severity.max(Some(finding.severity));
        if finding.category == Category::Injection {
            facts.injection_score = facts.injection_score.max(finding.score);
        }
    }
    for (_, code) in code {
        facts.destructive |= code.destructive;
        facts.unparsed |= code.unparsed;
        facts.download_and_run |= code.download_and_run;
        facts.internal_address |= code.internal_address;
    }
    facts
}

/// A finding that says which limit was passed.
pub(super) fn limit_finding(rule: &'static str, path: &str) -> Finding {
    Finding {
        rule: rule.into(),
        category: Category::Limit,
        severity: Severity::Medium,
        score: 1000,
        path: path.to_owned(),
        span: crate::span::Span::default(),
        through: Vec::new(),
        threats: (&["LLM06"][..]).into(),
        kind: "limit".into(),
    }
}

/// An answer that says nothing: for decisions made before policy was asked.
pub(super) fn no_answer() -> Answer {
    Answer::allow()
}

/// A reason of the core's own.
pub(super) fn core_reason(rule: &str, message: &str, threats: &[&str]) -> Reason {
    Reason {
        rule: format!("core/{rule}"),
        policy: "core".to_owned(),
        message: message.to_owned(),
        threats: threats.iter().map(|id| (*id).to_owned()).collect(),
    }
}
