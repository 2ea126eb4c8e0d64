//! `inspect_output`: what leaves.

use super::answer::{Draft, Yield, ask_policy, conclude, core_reason, limit_finding, no_answer};
use super::force::InForce;
use super::input::give;
use super::look::Texts;
use super::plugin::HostResults;
use super::session::Session;
use super::stop::poisoned;
use crate::content::{Content, OutputKind};
use crate::decision::Decision;
use crate::detect::Scope;
use crate::detect::drift::{self, Followed};
use crate::enforce::{Settlement, Verdict};
use crate::error::{Error, ErrorKind, Result};
use crate::finding::{Category, Finding, Severity};
use crate::flow::{Drift, DriftKind, Quotes};
use crate::limits::Limits;
use crate::policy::Answer;
use crate::request::{FindingFacts, Verb};
use crate::source::SourceKind;
use crate::span::Span;
use crate::tool::FailMode;
use crate::value::Value;
use crate::view::Leaf;
use crate::wire::InspectOutputRequest;
use std::collections::{BTreeMap, BTreeSet};

impl Session {
    /// Inspects what is about to leave. `audience` are the users who will read it; the principal
    /// where none are given.
    ///
    /// # Errors
    /// `misuse/closed`, `session/poisoned`. What could not be decided is a Decision.
    ///
    /// ```
    /// use checkrein::{Guard, Outcome, content::OutputKind};
    /// let session = Guard::new()?.session(Default::default())?;
    /// let decision = session.inspect_output("All done.".into(), OutputKind::Answer, None)?;
    /// assert_eq!(decision.outcome, Outcome::Allow);
    /// # Ok::<(), checkrein::Error>(())
    /// ```
    pub fn inspect_output(
        &self,
        content: Value,
        kind: OutputKind,
        audience: Option<&[String]>,
    ) -> Result<Decision> {
        self.output(content, kind, audience, None, &HostResults::default())
    }

    /// Inspects a request as bindings read it.
    ///
    /// # Errors
    /// As [`Session::inspect_output`]; `misuse/argument`.
    pub fn output_decision(&self, request: InspectOutputRequest) -> Result<Decision> {
        self.output_request(request, &HostResults::default())
    }

    pub(super) fn output_request(
        &self,
        request: InspectOutputRequest,
        host: &HostResults,
    ) -> Result<Decision> {
        let kind = request.output_kind()?;
        let audience = request.audience;
        self.output(request.content, kind, audience.as_deref(), request.trace, host)
    }

    pub(super) fn output(
        &self,
        content: Value,
        kind: OutputKind,
        audience: Option<&[String]>,
        trace: Option<String>,
        host: &HostResults,
    ) -> Result<Decision> {
        self.guard.check_open()?;
        let inner = &self.guard.inner;
        inner.after_fork();
        let force = inner.force.load();
        let given = Content::json(SourceKind::Model, content);
        let keys = match check_size(&given, &inner.limits) {
            Ok(()) => self.look_at_keys(&force, &given, kind, audience, host)?,
            Err(_) => None,
        };
        let renamed = keys.as_ref().map(|keys| keys.rename(&given));
        let content = renamed.as_ref().unwrap_or(&given);
        let mut looked = self.look_at_output(&force, content, kind, audience, trace, host, None)?;
        if let Some(keys) = keys {
            looked = keys.join(looked, inner.limits.findings);
            looked.draft.commitment = Some(self.content_commitment(&given));
        }
        let Looked { draft, settlement, answer, .. } = looked;
        let give = Yield { content: Some(give(content, &settlement)), ..Yield::default() };
        let id = inner.decision_id()?;
        Ok(self.finish(&force, draft, settlement, &answer, give, id))
    }

    /// Everything but the record: streams look at windows and record once, at the end.
    #[expect(clippy::too_many_arguments, reason = "one place; a struct would only rename them")]
    pub(super) fn look_at_output(
        &self,
        force: &InForce,
        content: &Content,
        kind: OutputKind,
        audience: Option<&[String]>,
        trace: Option<String>,
        host: &HostResults,
        block: Option<&Block<'_>>,
    ) -> Result<Looked> {
        let inner = &self.guard.inner;
        let mut draft = Draft::new(inner, Verb::InspectOutput, None, trace);
        draft.fail_mode = match kind {
            OutputKind::Answer => force.bundle.fail_modes.output,
            // Nobody outside reads these, and refusing them stops the agent.
            OutputKind::Reasoning | OutputKind::Plan => FailMode::Open,
        };
        draft.content.kind = kind.as_str().to_owned();
        draft.content.bytes = i64::try_from(content.len()).unwrap_or(i64::MAX);
        draft.commitment = Some(self.content_commitment(content));
        if let Err(error) = check_size(content, &inner.limits) {
            return Ok(self.too_large(force, draft, kind, error));
        }
        let texts = Texts::of(content);
        let views = texts.views_within(self, &mut draft);
        let leaves = texts.leaves(&views, None);
        self.scan(force, &leaves, Scope::Output(kind), &mut draft);
        let host_fault = draft.take_host(inner, host);
        draft.control("flow");
        let (quotes, drift) = {
            let mut state = self.cell.lock()?;
            if kind == OutputKind::Answer {
                // The model has answered: what it called before has had its time to come back.
                state.calls.turn_ended();
            }
            draft.flow = self.session_flow(&state);
            draft.session.sensitive = state.index.sensitive();
            draft.session.resumed = state.resumed;
            draft.session.risk = state.risk.value(inner.clock.wall_ms());
            let drift = match kind {
                OutputKind::Answer => Vec::new(),
                OutputKind::Reasoning | OutputKind::Plan => {
                    state.index.drift(&leaves, &|name| force.knows(name))
                }
            };
            (state.index.quotes(&leaves), drift)
        };
        draft.findings.extend(quote_findings(&quotes));
        draft.findings.extend(drift_findings(force, &drift));
        let alien = self.alien(&leaves)?;
        let foreign = self.is_forbidden(&quotes, audience);
        draft.content.forbidden_quote = foreign;
        let own_hosts = &force.bundle.own_hosts;
        let phrases = if force.bundle.profile == "strict" { &quotes.phrases[..] } else { &[] };
        let system: Vec<(String, Span)> = quotes.system.iter().chain(phrases).cloned().collect();
        let is_alien = !alien.is_empty();
        draft.findings.extend(alien);
        if let Some(block) = block {
            draft.findings.retain(|finding| block.holds(finding.span));
        }
        draft.provenance = quotes.provenance;
        draft.sources = quotes.sources;
        draft.settle_findings(inner.limits.findings, &[]);
        if let Some(before) = block.and_then(|block| block.before) {
            draft.found.add(before);
        }
        draft.control("policy");
        let answer = ask_policy(force, &draft.request(&self.cell, None, None), host, &[]);
        let key = || self.naming_key();
        let mut redactor = self.redactor(force, &key, &answer.obligations);
        if let Some(block) = block {
            redactor = redactor.within(block.goes, block.end);
        }
        let found = draft.found();
        let mut verdict =
            crate::enforce::output(kind, &leaves, &found, &system, own_hosts, &redactor);
        if foreign && kind == OutputKind::Answer {
            let why = "the answer quotes data that its audience may not read";
            let reason = core_reason("forbidden_quote", why, &["LLM02"]);
            verdict = verdict.join(Verdict::deny(reason));
        }
        if is_alien && kind == OutputKind::Answer {
            let why = "the answer holds data that another tenant sealed";
            let reason = core_reason("tenant_quote", why, &["LLM02", "LLM08"]);
            verdict = verdict.join(Verdict::deny(reason));
        }
        verdict = verdict.join(crate::enforce::unread(&draft.unread, &leaves));
        let duties = &answer.obligations;
        let all = (&*found, &*draft.unread);
        verdict = verdict.join(self.obliged(force, duties, all, &leaves, &redactor));
        drop(found);
        let settlement = conclude(inner, force, &draft, verdict, &answer, host_fault);
        Ok(Looked { draft, settlement, answer })
    }

    /// Whether somebody will read what they may not: the session's own private data are its
    /// user's, and what came with readers is theirs.
    fn is_forbidden(&self, quotes: &Quotes, audience: Option<&[String]>) -> bool {
        let user = self.cell.principal.user.id.as_str();
        let may_read = |reader: &str| {
            let carried = quotes.readers.as_ref();
            (!quotes.own || reader == user)
                && carried.is_none_or(|readers| readers.contains(reader))
        };
        match audience {
            Some(audience) => !audience.iter().all(|reader| may_read(reader)),
            None => !may_read(user),
        }
    }

    /// What another tenant sealed, and neither the user nor the host said here, as findings.
    pub(super) fn alien(&self, leaves: &[Leaf<'_>]) -> Result<Vec<Finding>> {
        let canaries = self.guard.inner.canaries.read().map_err(|_| poisoned())?;
        let mut found = canaries.foreign(&self.cell.principal.tenant, leaves);
        drop(canaries);
        if !found.is_empty() {
            let touched: BTreeSet<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
            let state = self.cell.lock()?;
            let touched = leaves.iter().filter(|leaf| touched.contains(leaf.path));
            let said: BTreeMap<&str, Vec<Span>> =
                touched.map(|leaf| (leaf.path, state.index.said(leaf))).collect();
            drop(state);
            found.retain(|(path, span)| {
                let said = said.get(path.as_str()).map_or(&[][..], Vec::as_slice);
                let next = said.partition_point(|said| said.end <= span.start);
                !said.get(next).is_some_and(|said| said.contains(span))
            });
        }
        let (rule, threats) = ("flow/tenant_quote", &["LLM02", "LLM08"]);
        let finding = quote_finding(rule, Category::Exfiltration, threats, "tenant");
        Ok(found.iter().map(finding).collect())
    }

    /// An answer over the limit is refused; reasoning and plans leave without their text.
    fn too_large(
        &self,
        force: &InForce,
        mut draft: Draft,
        kind: OutputKind,
        error: Error,
    ) -> Looked {
        let inner = &self.guard.inner;
        draft.findings.push(limit_finding("limit/text", ""));
        draft.settle_findings(inner.limits.findings, &[]);
        draft.fail_mode = FailMode::Closed;
        let answer = no_answer();
        let key = || self.naming_key();
        let redactor = self.redactor(force, &key, &[]);
        let found = draft.found();
        let verdict = crate::enforce::output(kind, &[], &found, &[], &[], &redactor);
        drop(found);
        let mut settlement = conclude(inner, force, &draft, verdict, &answer, None);
        settlement.error = Some(error);
        Looked { draft, settlement, answer }
    }
}

/// The part of a stream's window that goes out.
pub(super) struct Block<'a> {
    /// Where it stands in the window; empty while something long is masked.
    pub goes: Span,
    /// Where a find would go on behind the window; nowhere in the last one.
    pub end: usize,
    /// What was found in what went out before.
    pub before: Option<&'a FindingFacts>,
}

impl Block<'_> {
    /// Whether a find at `span` is this block's. What begins behind it will be looked at again, with
    /// all that follows.
    fn holds(&self, span: Span) -> bool {
        let here = span.end > self.goes.start && span.start < self.goes.end;
        self.goes.is_empty() || span.is_empty() || here
    }
}

/// An output that was looked at and not yet recorded.
pub(super) struct Looked {
    pub draft: Draft,
    pub settlement: Settlement,
    pub answer: Answer,
}

pub(super) fn check_size(content: &Content, limits: &Limits) -> Result<()> {
    Limits::check(ErrorKind::LimitText, "text", content.len(), limits.text)?;
    content.parts.iter().try_for_each(|part| match &part.body {
        crate::content::Body::Json(value) => value.check(limits),
        _ => Ok(()),
    })
}

/// Quotes as findings: of the host's instructions, and of secret data.
fn quote_findings(quotes: &Quotes) -> Vec<Finding> {
    let system = quote_finding(
        "flow/system_prompt_quote",
        Category::Exfiltration,
        &["LLM08", "AML.T0056"],
        "system_prompt",
    );
    let secret =
        quote_finding("flow/secret_quote", Category::Secret, &["LLM02", "AML.T0057"], "secret");
    let phrase = |at: &(String, Span)| Finding { severity: Severity::Low, ..system(at) };
    let phrases = quotes.phrases.iter().map(phrase);
    let system = quotes.system.iter().map(&system).chain(phrases);
    system.chain(quotes.secret.iter().map(secret)).collect()
}

/// What follows untrusted text, as findings.
fn drift_findings(force: &InForce, drift: &[Drift]) -> Vec<Finding> {
    let finding = |drift: &Drift| {
        let followed = match drift.kind {
            DriftKind::Instruction => Followed::Instruction,
            DriftKind::Recipient => Followed::Recipient,
            DriftKind::Tool => Followed::Tool,
        };
        drift::finding(followed, &drift.path, drift.span, drift.flagged)
    };
    let mut found = drift.iter().map(finding).collect();
    force.detectors.tune(&mut found);
    found
}

/// A quote as a finding.
fn quote_finding(
    rule: &'static str,
    category: Category,
    threats: &'static [&'static str],
    kind: &'static str,
) -> impl Fn(&(String, Span)) -> Finding {
    move |(path, span)| Finding {
        rule: rule.into(),
        category,
        severity: Severity::High,
        score: 1000,
        path: path.clone(),
        span: *span,
        through: Vec::new(),
        threats: threats.into(),
        kind: kind.into(),
    }
}
