//! Audit record JSON v1. Its fields are frozen; new ones may be added at the end.

use super::VERSION;
use super::decision::{BundleShape, ControlsShape, ErrorShape, Why, bundle, controls, error, why};
use super::facts::{
    Facts, args_shape, content_shape, finding_shape, flow_shape, session_shape, tool_shape,
    user_shape,
};
use crate::event::{BundleLayer, DecisionEvent, Event, EventBody};
use crate::source::Source;
use crate::store::Restriction;
use crate::time::rfc3339;
use serde::Serialize;
use std::collections::BTreeSet;

/// The event as one line of JSON, without a line end.
#[must_use]
pub fn record_json(sequence: u64, event: &Event) -> String {
    let record = RecordShape {
        v: VERSION,
        seq: sequence,
        time: rfc3339(event.time_ms),
        mono_ns: event.mono_ns,
        tenant: event.tenant.as_ref().map(|id| id.as_str()),
        session: event.session.as_ref().map(|id| id.as_str()),
        chain: &event.chain,
        body: body(&event.body),
    };
    // INVARIANT: the shape has no map with non-text keys and no failing serializer.
    let mut line = Vec::with_capacity(USUAL);
    if serde_json::to_writer(&mut line, &record).is_err() {
        line.clear();
    }
    String::from_utf8(line).unwrap_or_default()
}

/// Room for a record as most are.
const USUAL: usize = 6 * 1024;

#[derive(Serialize)]
struct RecordShape<'a> {
    v: u32,
    seq: u64,
    time: String,
    mono_ns: u64,
    tenant: Option<&'a str>,
    session: Option<&'a str>,
    chain: &'a [String],
    #[serde(flatten)]
    body: BodyShape<'a>,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum BodyShape<'a> {
    Start {
        version: &'a str,
        instance: &'a str,
        injected: bool,
        notices: &'a [String],
    },
    End {},
    Bundle {
        name: &'a str,
        revision: u64,
        hash: String,
        error: Option<ErrorShape<'a>>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        layers: Vec<LayerShape<'a>>,
    },
    Tool {
        tool: &'a str,
        descriptor: String,
        origin: &'a str,
        quarantined: bool,
    },
    Session {
        how: &'a str,
        parent: Option<&'a str>,
    },
    Decision(Box<DecisionShape<'a>>),
    Approval {
        id: &'a str,
        digest: String,
        state: &'a str,
        approver: Option<&'a str>,
    },
    Started {
        decision: &'a str,
    },
    Result {
        call_id: &'a str,
        ok: bool,
    },
    Sealed(SealedShape<'a>),
    Restricted(RestrictionShape<'a>),
    Lifted(RestrictionShape<'a>),
    Recovered {
        bytes: u64,
    },
    Dropped {
        count: u64,
        error: ErrorShape<'a>,
    },
}

#[derive(Serialize)]
struct LayerShape<'a> {
    name: &'a str,
    revision: u64,
    hash: String,
    source: &'a str,
    signed_by: Option<&'a str>,
}

#[derive(Serialize)]
struct SealedShape<'a> {
    purpose: &'a str,
    nonce: &'a str,
    content: String,
    audience: Option<Vec<&'a str>>,
    readers: Option<&'a BTreeSet<String>>,
    until: Option<String>,
    integrity: &'a str,
    confidentiality: &'a str,
    categories: &'a BTreeSet<String>,
    sources: Vec<SourceShape<'a>>,
}

#[derive(Serialize)]
struct RestrictionShape<'a> {
    scope: &'a str,
    id: &'a str,
    reason: &'a str,
    until: Option<String>,
    by: &'a str,
}

#[derive(Serialize)]
struct DecisionShape<'a> {
    id: &'a str,
    verb: &'a str,
    outcome: &'a str,
    would_be: Option<&'a str>,
    mode: &'a str,
    call_id: Option<&'a str>,
    tool: Option<&'a str>,
    descriptor: Option<String>,
    commitments: Vec<CommitmentShape<'a>>,
    content: Option<String>,
    #[serde(flatten)]
    why: Why<'a>,
    rules: Vec<RuleShape<'a>>,
    context: ContextShape<'a>,
    sources: Vec<SourceShape<'a>>,
    approval: Option<&'a str>,
    controls: ControlsShape<'a>,
    bundle: BundleShape<'a>,
    fail_mode: Option<&'a str>,
    error: Option<ErrorShape<'a>>,
    latency_ns: u64,
    trace: Option<&'a str>,
}

#[derive(Serialize)]
struct CommitmentShape<'a> {
    path: &'a str,
    commitment: String,
}

#[derive(Serialize)]
struct RuleShape<'a> {
    rule: &'a str,
    text: String,
}

#[derive(Serialize)]
struct ContextShape<'a> {
    flow: Facts<'a>,
    args: Facts<'a>,
    session: Facts<'a>,
    tool: Facts<'a>,
    findings: Facts<'a>,
    content: Facts<'a>,
    user: Facts<'a>,
}

#[derive(Serialize)]
struct SourceShape<'a> {
    id: String,
    kind: &'a str,
    name: Option<&'a str>,
    uri: Option<&'a str>,
    tool: Option<&'a str>,
    call_id: Option<&'a str>,
    parent: Option<String>,
}

fn body(body: &EventBody) -> BodyShape<'_> {
    match body {
        EventBody::Start(start) => BodyShape::Start {
            version: &start.version,
            instance: &start.instance,
            injected: start.injected,
            notices: &start.notices,
        },
        EventBody::End => BodyShape::End {},
        EventBody::Bundle { name, revision, hash, error: fault, layers } => BodyShape::Bundle {
            name,
            revision: *revision,
            hash: hash.hex(),
            error: fault.as_ref().map(error),
            layers: layers.iter().map(layer).collect(),
        },
        EventBody::Tool { tool, descriptor, origin, quarantined } => BodyShape::Tool {
            tool: tool.as_str(),
            descriptor: descriptor.hex(),
            origin: origin.as_str(),
            quarantined: *quarantined,
        },
        EventBody::Session { how, parent } => {
            BodyShape::Session { how: how.as_str(), parent: parent.as_ref().map(|id| id.as_str()) }
        }
        EventBody::Decision(event) => BodyShape::Decision(Box::new(decision(event))),
        EventBody::Approval { id, digest, state, approver } => BodyShape::Approval {
            id: id.as_str(),
            digest: digest.hex(),
            state: state.as_str(),
            approver: approver.as_deref(),
        },
        EventBody::Started { decision } => BodyShape::Started { decision: decision.as_str() },
        EventBody::Result { call_id, ok } => {
            BodyShape::Result { call_id: call_id.as_str(), ok: *ok }
        }
        EventBody::Sealed {
            purpose,
            nonce,
            content,
            audience,
            readers,
            until_ms,
            label,
            sources,
        } => BodyShape::Sealed(SealedShape {
            purpose: purpose.as_str(),
            nonce,
            content: content.hex(),
            audience: audience.as_ref().map(|a| a.iter().map(|id| id.as_str()).collect()),
            readers: readers.as_ref(),
            until: until_ms.map(rfc3339),
            integrity: label.integrity.as_str(),
            confidentiality: label.confidentiality.as_str(),
            categories: &label.categories,
            sources: sources.iter().map(source).collect(),
        }),
        EventBody::Restricted(r) => BodyShape::Restricted(restriction(r)),
        EventBody::Lifted(r) => BodyShape::Lifted(restriction(r)),
        EventBody::Recovered { bytes } => BodyShape::Recovered { bytes: *bytes },
        EventBody::Dropped { count, error: fault } => {
            BodyShape::Dropped { count: *count, error: error(fault) }
        }
    }
}

fn layer(layer: &BundleLayer) -> LayerShape<'_> {
    LayerShape {
        name: &layer.name,
        revision: layer.revision,
        hash: layer.hash.hex(),
        source: &layer.source,
        signed_by: layer.signed_by.as_deref(),
    }
}

fn restriction(r: &Restriction) -> RestrictionShape<'_> {
    RestrictionShape {
        scope: r.scope.as_str(),
        id: &r.id,
        reason: &r.reason,
        until: r.until_ms.map(rfc3339),
        by: &r.by,
    }
}

fn decision(event: &DecisionEvent) -> DecisionShape<'_> {
    let decision = &event.decision;
    DecisionShape {
        id: decision.id.as_str(),
        verb: decision.verb.as_str(),
        outcome: decision.outcome.as_str(),
        would_be: decision.would_be.map(|outcome| outcome.as_str()),
        mode: decision.mode.as_str(),
        call_id: decision.call_id.as_ref().map(|id| id.as_str()),
        tool: event.tool.as_ref().map(|(id, _)| id.as_str()),
        descriptor: event.tool.as_ref().map(|(_, digest)| digest.hex()),
        commitments: event
            .commitments
            .iter()
            .map(|(path, digest)| CommitmentShape { path, commitment: digest.hex() })
            .collect(),
        content: event.content.map(|digest| digest.hex()),
        why: why(decision),
        rules: event
            .rules
            .iter()
            .map(|(rule, text)| RuleShape { rule, text: text.hex() })
            .collect(),
        context: ContextShape {
            flow: flow_shape(&event.flow),
            args: args_shape(&event.args),
            session: session_shape(&event.session),
            tool: tool_shape(&event.facts),
            findings: finding_shape(&event.findings),
            content: content_shape(&event.context),
            user: user_shape(&event.user),
        },
        sources: event.sources.iter().map(source).collect(),
        approval: decision.approval.as_ref().map(|approval| approval.id.as_str()),
        controls: controls(decision),
        bundle: bundle(decision),
        fail_mode: event.fail_mode.map(|mode| mode.as_str()),
        error: decision.error.as_ref().map(error),
        latency_ns: event.latency_ns,
        trace: event.trace.as_deref(),
    }
}

fn source(source: &Source) -> SourceShape<'_> {
    SourceShape {
        id: source.id.to_string(),
        kind: source.kind.as_str(),
        name: source.name.as_deref(),
        uri: source.uri.as_deref(),
        tool: source.tool.as_ref().map(|id| id.as_str()),
        call_id: source.call_id.as_ref().map(|id| id.as_str()),
        parent: source.parent.map(|id| id.to_string()),
    }
}
