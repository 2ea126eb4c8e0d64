//! What a host asks, as JSON.

use crate::content::{Body, Content, OutputKind, Part};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::source::SourceKind;
use crate::value::Value;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// Reads a request, naming what is wrong and where.
///
/// # Errors
/// The errors of [`Value::parse`]; `misuse/argument` for missing, unknown or ill-typed fields.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        // A value's own fault (a duplicate key, a lone surrogate) is found by the strict reader.
        let fault = Value::parse(bytes, &Limits::default()).err();
        fault.unwrap_or_else(|| {
            let message = error.to_string();
            let what = message.split(" at line ").next().unwrap_or(&message);
            let (code, rest) = what.split_once(": ").unwrap_or(("", what));
            match ErrorKind::from_code(code) {
                Some(kind) => Error::new(kind, rest),
                None => Error::new(ErrorKind::MisuseArgument, what.to_owned()),
            }
            .with("column", error.column().to_string())
        })
    })
}

/// `inspect_input`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectInputRequest {
    /// Text, structured data, or (with `parts`) nothing.
    #[serde(default, deserialize_with = "given")]
    pub content: Option<Value>,
    /// Several parts, each with a source.
    #[serde(default)]
    pub parts: Vec<PartRequest>,
    /// The source of `content`.
    #[serde(default)]
    pub source: Option<String>,
    /// What the host calls the source.
    #[serde(default)]
    pub name: Option<String>,
    /// Where the source lies.
    #[serde(default)]
    pub uri: Option<String>,
    /// The call that this is the result of.
    #[serde(default)]
    pub call_id: Option<String>,
    /// Whether the tool failed: its error text is a result all the same.
    #[serde(default)]
    pub is_error: bool,
    /// W3C trace context.
    #[serde(default)]
    pub trace: Option<String>,
    /// What `seal` gave when the content left for memory or another agent.
    #[serde(default)]
    pub envelope: Option<String>,
}

/// `seal`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealRequest {
    /// Text or structured data that leaves.
    pub content: Value,
    /// `memory` (default), `message`, `result`.
    #[serde(default)]
    pub purpose: Option<String>,
    /// The agents that may open it; any of the tenant where nothing is said.
    #[serde(default)]
    pub audience: Option<Vec<String>>,
    /// Users who may read what is private in it; the session's user where nothing is said.
    #[serde(default)]
    pub readers: Option<Vec<String>>,
    /// For how many seconds; for ever for a memory, ten minutes else, where nothing is said.
    #[serde(default)]
    pub expires_s: Option<u32>,
}

/// `derive`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeriveRequest {
    /// What a model wrote.
    pub text: String,
    /// The ids of the sources that it was made of; all that was read where nothing is said.
    #[serde(default)]
    pub sources: Option<Vec<String>>,
    /// What the host calls it.
    #[serde(default)]
    pub name: Option<String>,
    /// W3C trace context.
    #[serde(default)]
    pub trace: Option<String>,
}

/// One part of a content.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartRequest {
    /// Text or structured data.
    #[serde(default, deserialize_with = "given")]
    pub content: Option<Value>,
    /// For an image, audio or document: its media type.
    #[serde(default)]
    pub media_type: Option<String>,
    /// SHA-256 of its bytes, hexadecimal.
    #[serde(default)]
    pub sha256: Option<String>,
    /// Its source.
    #[serde(default)]
    pub source: Option<String>,
    /// What the host calls the source.
    #[serde(default)]
    pub name: Option<String>,
    /// Where the source lies.
    #[serde(default)]
    pub uri: Option<String>,
}

/// `authorize_tool_call`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorizeRequest {
    /// `[server/]name`.
    pub tool: String,
    /// The call's arguments.
    pub arguments: Value,
    /// The framework's id of this call.
    #[serde(default)]
    pub call_id: Option<String>,
    /// W3C trace context.
    #[serde(default)]
    pub trace: Option<String>,
}

/// `authorize_plan`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanRequest {
    /// The calls, in the order in which they are to run.
    pub calls: Vec<AuthorizeRequest>,
    /// W3C trace context.
    #[serde(default)]
    pub trace: Option<String>,
}

/// `inspect_output`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectOutputRequest {
    /// Text or structured data.
    pub content: Value,
    /// `answer` (default), `reasoning`, `plan`.
    #[serde(default)]
    pub kind: Option<String>,
    /// Users who will read it; the principal where nothing is said.
    #[serde(default)]
    pub audience: Option<Vec<String>>,
    /// W3C trace context.
    #[serde(default)]
    pub trace: Option<String>,
}

/// `approve` and `refuse`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproveRequest {
    /// The approval's id.
    pub id: String,
    /// The digest that was shown.
    pub digest: String,
    /// Who answers.
    pub approver: String,
    /// `values`: grant destination and object values of this tool for the session.
    #[serde(default)]
    pub remember: Option<String>,
}

/// `stop` and `lift`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopRequest {
    /// `tenant`, `agent`, `session`, `tool`, `user`.
    pub scope: String,
    /// Which one.
    pub id: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// For how long; until lifted where nothing is said.
    #[serde(default)]
    pub for_ms: Option<i64>,
    /// Who stops it.
    #[serde(default)]
    pub by: String,
    /// For this tenant alone.
    #[serde(default)]
    pub tenant: Option<String>,
}

/// `restore`: the messages a session saw before, oldest first.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestoreRequest {
    /// The messages.
    pub messages: Vec<InspectInputRequest>,
}

impl InspectInputRequest {
    /// The content that was asked about.
    ///
    /// # Errors
    /// `misuse/argument`.
    pub fn into_content(self) -> Result<Content> {
        if !self.parts.is_empty() {
            if !matches!(self.content, None | Some(Value::Null)) {
                return Err(misuse("give `content` or `parts`, not both"));
            }
            let parts = self.parts.into_iter().map(PartRequest::into_part);
            return Ok(Content { parts: parts.collect::<Result<_>>()? });
        }
        let part = PartRequest {
            content: Some(self.content.ok_or_else(|| misuse("`content` is missing"))?),
            media_type: None,
            sha256: None,
            source: self.source,
            name: self.name,
            uri: self.uri,
        };
        Ok(Content::of(part.into_part()?))
    }
}

impl PartRequest {
    fn into_part(self) -> Result<Part> {
        let kind = self.source.as_deref().ok_or_else(|| misuse("`source` is missing"))?;
        let body = match (self.content, self.media_type, self.sha256) {
            (Some(Value::String(text)), None, None) => Body::Text(text),
            (Some(value), None, None) => Body::Json(value),
            (None | Some(Value::Null), Some(media_type), Some(sha256)) => Body::Opaque {
                media_type,
                digest: Digest::from_hex(&sha256)
                    .ok_or_else(|| misuse("`sha256` is not 64 hexadecimal digits"))?,
            },
            _ => return Err(misuse("a part has `content`, or `media_type` and `sha256`")),
        };
        Ok(Part { kind: source_kind(kind)?, name: self.name, uri: self.uri, body })
    }
}

impl InspectOutputRequest {
    /// The kind of output.
    ///
    /// # Errors
    /// `misuse/argument`.
    pub fn output_kind(&self) -> Result<OutputKind> {
        let word = self.kind.as_deref().unwrap_or("answer");
        OutputKind::parse(word).map_err(as_misuse)
    }
}

/// A null that was given is content as well: a tool can answer so.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn source_kind(word: &str) -> Result<SourceKind> {
    SourceKind::parse(word).map_err(as_misuse)
}

fn as_misuse(error: Error) -> Error {
    let known = error.fact("known").unwrap_or_default().to_owned();
    misuse(error.message()).with("known", known)
}

fn misuse(message: &str) -> Error {
    Error::new(ErrorKind::MisuseArgument, message)
}
