//! Decision JSON v1. Its fields and their order are frozen.

use super::VERSION;
use crate::decision::{Decision, PendingApproval, PlanDecision};
use crate::error::Error;
use crate::finding::Finding;
use crate::provenance::Provenance;
use crate::value::Value;
use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};

/// The decision as JSON: byte-identical in every language.
#[must_use]
pub fn decision_json(decision: &Decision) -> String {
    let text = decision.content.as_ref().and_then(Value::as_str).map_or(0, str::len);
    let mut json = Vec::with_capacity(USUAL + text + text / 16);
    // INVARIANT: the shape has no map with non-text keys and no failing serializer.
    if serde_json::to_writer(&mut json, &shape(decision)).is_err() {
        json.clear();
    }
    String::from_utf8(json).unwrap_or_default()
}

/// The answer to a plan as JSON: byte-identical in every language.
#[must_use]
pub fn plan_json(plan: &PlanDecision) -> String {
    let shape = PlanShape {
        v: VERSION,
        id: plan.id.as_str(),
        outcome: plan.outcome.as_str(),
        decisions: plan.decisions.iter().map(shape).collect(),
        approval: plan.approval.as_ref().map(approval_shape),
    };
    // INVARIANT: as above.
    serde_json::to_string(&shape).unwrap_or_default()
}

/// Room for a decision as most are, beside a content that is text.
const USUAL: usize = 2 * 1024;

/// What an `ask` waits for as JSON, for a binding that gives it a type of its own.
#[must_use]
pub fn approval_json(approval: &PendingApproval) -> String {
    // INVARIANT: as above.
    serde_json::to_string(&approval_shape(approval)).unwrap_or_default()
}

#[derive(Serialize)]
struct PlanShape<'a> {
    v: u32,
    id: &'a str,
    outcome: &'a str,
    decisions: Vec<DecisionShape<'a>>,
    approval: Option<ApprovalShape<'a>>,
}

#[derive(Serialize)]
struct DecisionShape<'a> {
    v: u32,
    id: &'a str,
    verb: &'a str,
    outcome: &'a str,
    would_be: Option<&'a str>,
    mode: &'a str,
    session: &'a str,
    call_id: Option<&'a str>,
    content: Option<&'a Value>,
    arguments: Option<&'a Value>,
    #[serde(flatten)]
    why: Why<'a>,
    approval: Option<ApprovalShape<'a>>,
    controls: ControlsShape<'a>,
    bundle: BundleShape<'a>,
    error: Option<ErrorShape<'a>>,
}

/// The fields that the audit record repeats.
#[derive(Serialize)]
pub(super) struct Why<'a> {
    reasons: Vec<ReasonShape<'a>>,
    findings: Vec<FindingShape<'a>>,
    provenance: Vec<ProvenanceShape<'a>>,
    obligations: Vec<ObligationShape<'a>>,
}

#[derive(Serialize)]
struct ReasonShape<'a> {
    rule: &'a str,
    policy: &'a str,
    message: &'a str,
    threats: &'a [String],
}

#[derive(Serialize)]
struct FindingShape<'a> {
    rule: &'a str,
    category: &'a str,
    severity: &'a str,
    score: u16,
    path: &'a str,
    start: usize,
    end: usize,
    #[serde(serialize_with = "words")]
    through: &'a [crate::view::Layer],
    threats: &'a [&'static str],
}

#[derive(Serialize)]
struct ProvenanceShape<'a> {
    argument: &'a str,
    role: &'a str,
    integrity: &'a str,
    confidentiality: &'a str,
    r#match: &'a str,
    linked: bool,
    granted: bool,
    flagged: bool,
    sources: Vec<OriginShape<'a>>,
}

#[derive(Serialize)]
struct OriginShape<'a> {
    id: String,
    path: &'a str,
    start: usize,
    end: usize,
}

#[derive(Serialize)]
struct ObligationShape<'a> {
    id: &'a str,
    params: &'a Value,
}

#[derive(Serialize)]
struct ApprovalShape<'a> {
    id: &'a str,
    digest: String,
    expires_at: i64,
    text: &'a str,
}

#[derive(Serialize)]
pub(super) struct ControlsShape<'a> {
    due: &'a [String],
    ran: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    unneeded: &'a [String],
}

#[derive(Serialize)]
pub(super) struct BundleShape<'a> {
    name: &'a str,
    revision: u64,
    hash: String,
    tools: String,
}

#[derive(Serialize)]
pub(super) struct ErrorShape<'a> {
    code: &'a str,
    message: String,
}

fn approval_shape(approval: &PendingApproval) -> ApprovalShape<'_> {
    ApprovalShape {
        id: approval.id.as_str(),
        digest: approval.digest.hex(),
        expires_at: approval.expires_at,
        text: &approval.text,
    }
}

fn shape(decision: &Decision) -> DecisionShape<'_> {
    DecisionShape {
        v: VERSION,
        id: decision.id.as_str(),
        verb: decision.verb.as_str(),
        outcome: decision.outcome.as_str(),
        would_be: decision.would_be.map(|outcome| outcome.as_str()),
        mode: decision.mode.as_str(),
        session: decision.session.as_str(),
        call_id: decision.call_id.as_ref().map(|id| id.as_str()),
        content: decision.content.as_ref(),
        arguments: decision.arguments.as_ref(),
        why: why(decision),
        approval: decision.approval.as_ref().map(approval_shape),
        controls: controls(decision),
        bundle: bundle(decision),
        error: decision.error.as_ref().map(error),
    }
}

pub(super) fn why(decision: &Decision) -> Why<'_> {
    Why {
        reasons: decision
            .reasons
            .iter()
            .map(|r| ReasonShape {
                rule: &r.rule,
                policy: &r.policy,
                message: &r.message,
                threats: &r.threats,
            })
            .collect(),
        findings: decision.findings.iter().map(finding).collect(),
        provenance: decision.provenance.iter().map(provenance).collect(),
        obligations: decision
            .obligations
            .iter()
            .map(|o| ObligationShape { id: &o.id, params: &o.params })
            .collect(),
    }
}

pub(super) fn controls(decision: &Decision) -> ControlsShape<'_> {
    let controls = &decision.controls;
    ControlsShape { due: &controls.due, ran: &controls.ran, unneeded: &controls.unneeded }
}

pub(super) fn bundle(decision: &Decision) -> BundleShape<'_> {
    let bundle = &decision.bundle;
    BundleShape {
        name: &bundle.name,
        revision: bundle.revision,
        hash: bundle.hash.hex(),
        tools: bundle.tools.hex(),
    }
}

pub(super) fn error(error: &Error) -> ErrorShape<'_> {
    let mut message = error.message().to_owned();
    if let Some(at) = error.fact("at") {
        message = format!("{message} (at {at})");
    }
    ErrorShape { code: error.code(), message }
}

fn finding(finding: &Finding) -> FindingShape<'_> {
    FindingShape {
        rule: &finding.rule,
        category: finding.category.as_str(),
        severity: finding.severity.as_str(),
        score: finding.score,
        path: &finding.path,
        start: finding.span.start,
        end: finding.span.end,
        through: &finding.through,
        threats: &finding.threats,
    }
}

fn provenance(p: &Provenance) -> ProvenanceShape<'_> {
    ProvenanceShape {
        argument: &p.argument,
        role: p.role.as_str(),
        integrity: p.integrity.map_or("unseen", |integrity| integrity.as_str()),
        confidentiality: p.confidentiality.as_str(),
        r#match: p.matched.as_str(),
        linked: p.linked,
        granted: p.granted,
        flagged: p.flagged,
        sources: p
            .origins
            .iter()
            .map(|o| OriginShape {
                id: o.source.to_string(),
                path: &o.path,
                start: o.span.start,
                end: o.span.end,
            })
            .collect(),
    }
}

fn words<S: Serializer>(layers: &[crate::view::Layer], serializer: S) -> Result<S::Ok, S::Error> {
    let mut seq = serializer.serialize_seq(Some(layers.len()))?;
    for layer in layers {
        seq.serialize_element(layer.as_str())?;
    }
    seq.end()
}
