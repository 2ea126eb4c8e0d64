//! Envelope JSON v1. Its fields and their order are frozen: the seal is over these very bytes.

use super::VERSION;
use crate::digest::Digest;
use crate::envelope::{Envelope, Labels, Origin, Purpose, ValueLabel};
use crate::error::{Error, ErrorKind, Result};
use crate::id::{AgentId, TenantId};
use crate::label::{Confidentiality, Integrity, Label, check_category};
use crate::source::SourceKind;
use crate::span::Span;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The longest envelope that is read, in bytes.
pub const MAX_ENVELOPE: usize = 256 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeShape {
    v: u32,
    key: String,
    tenant: String,
    agent: String,
    purpose: String,
    audience: Option<Vec<String>>,
    readers: Option<BTreeSet<String>>,
    nonce: String,
    issued: i64,
    expires: Option<i64>,
    digest: String,
    label: LabelShape,
    values: Vec<ValueShape>,
    sources: Vec<OriginShape>,
    mac: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelShape {
    integrity: String,
    confidentiality: String,
    categories: BTreeSet<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ValueShape {
    path: String,
    start: usize,
    end: usize,
    kind: Option<String>,
    label: LabelShape,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OriginShape {
    kind: String,
    what: String,
}

/// The envelope as JSON text with its seal; with an empty one, the text that is sealed.
#[must_use]
pub fn envelope_json(envelope: &Envelope, mac: &str) -> String {
    let value = |value: &ValueLabel| ValueShape {
        path: value.path.clone(),
        start: value.span.start,
        end: value.span.end,
        kind: value.kind.clone(),
        label: label_shape(&value.label),
    };
    let origin = |origin: &Origin| OriginShape {
        kind: origin.kind.as_str().to_owned(),
        what: origin.what.clone(),
    };
    let names = |agents: &Vec<AgentId>| agents.iter().map(ToString::to_string).collect();
    let shape = EnvelopeShape {
        v: VERSION,
        key: envelope.key.clone(),
        tenant: envelope.tenant.to_string(),
        agent: envelope.agent.to_string(),
        purpose: envelope.purpose.to_string(),
        audience: envelope.audience.as_ref().map(names),
        readers: envelope.labels.readers.clone(),
        nonce: envelope.nonce.clone(),
        issued: envelope.issued_ms,
        expires: envelope.expires_ms,
        digest: envelope.digest.hex(),
        label: label_shape(&envelope.labels.rest),
        values: envelope.labels.values.iter().map(value).collect(),
        sources: envelope.sources.iter().map(origin).collect(),
        mac: mac.to_owned(),
    };
    // INVARIANT: the shape has no map with non-text keys and no failing serializer.
    serde_json::to_string(&shape).unwrap_or_default()
}

/// Reads an envelope and the seal that it claims. Nothing in it is true before that is checked.
///
/// # Errors
/// `misuse/argument` for what is no envelope of this version.
pub fn parse_envelope(text: &str) -> Result<(Envelope, Digest)> {
    if text.len() > MAX_ENVELOPE {
        return Err(no_envelope());
    }
    let shape: EnvelopeShape = serde_json::from_str(text).map_err(|_| no_envelope())?;
    let EnvelopeShape { audience, label, values, sources, .. } = shape;
    let agents = |names: Vec<String>| names.iter().map(|name| AgentId::new(name)).collect();
    let mut values: Vec<ValueLabel> = values.into_iter().map(value).collect::<Result<_>>()?;
    values.sort_by(|a, b| (&a.path, a.span).cmp(&(&b.path, b.span)));
    let digest = |hex: &str| Digest::from_hex(hex).ok_or_else(no_envelope);
    let is_nonce = shape.nonce.len() == 32 && shape.nonce.bytes().all(|b| b.is_ascii_hexdigit());
    if shape.v != VERSION || !is_nonce {
        return Err(no_envelope());
    }
    let envelope = Envelope {
        key: shape.key,
        tenant: TenantId::new(&shape.tenant)?,
        agent: AgentId::new(&shape.agent)?,
        purpose: Purpose::parse(&shape.purpose)?,
        audience: audience.map(agents).transpose()?,
        nonce: shape.nonce,
        issued_ms: shape.issued,
        expires_ms: shape.expires,
        digest: digest(&shape.digest)?,
        labels: Labels { values, readers: shape.readers, ..Labels::of(read_label(label)?) },
        sources: sources.into_iter().map(origin).collect::<Result<_>>()?,
    };
    Ok((envelope, digest(&shape.mac)?))
}

fn no_envelope() -> Error {
    Error::new(ErrorKind::MisuseArgument, "the text is no envelope of this version")
}

fn label_shape(label: &Label) -> LabelShape {
    LabelShape {
        integrity: label.integrity.to_string(),
        confidentiality: label.confidentiality.to_string(),
        categories: label.categories.clone(),
    }
}

fn read_label(shape: LabelShape) -> Result<Label> {
    shape.categories.iter().try_for_each(|name| check_category(name))?;
    Ok(Label {
        integrity: Integrity::parse(&shape.integrity)?,
        confidentiality: Confidentiality::parse(&shape.confidentiality)?,
        categories: shape.categories,
    })
}

fn value(shape: ValueShape) -> Result<ValueLabel> {
    Ok(ValueLabel {
        path: shape.path,
        span: Span::new(shape.start, shape.end),
        kind: shape.kind,
        label: read_label(shape.label)?,
    })
}

fn origin(shape: OriginShape) -> Result<Origin> {
    Ok(Origin { kind: SourceKind::parse(&shape.kind)?, what: shape.what })
}
