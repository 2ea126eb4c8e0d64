//! A tool call as the host is about to make it.

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::id::{CallId, ToolId};
use crate::limits::Limits;
use crate::value::{Object, Value};

/// One call: tool, arguments, and the id that the host's framework gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCall {
    /// Which tool.
    pub tool: ToolId,
    /// Its arguments.
    pub arguments: Object,
    /// The framework's id for this call; without one every call is new.
    pub call_id: Option<CallId>,
    /// SHA-256 over the arguments in RFC 8785 form.
    pub digest: Digest,
}

impl ToolCall {
    /// Checks the arguments and takes the call.
    ///
    /// # Errors
    /// `input/not_object`, `limit/arguments`, `limit/depth`, `limit/leaves`,
    /// `value/integer_range`.
    pub fn new(
        tool: ToolId,
        arguments: Value,
        call_id: Option<CallId>,
        limits: &Limits,
    ) -> Result<Self> {
        arguments.check(limits)?;
        let Value::Object(object) = &arguments else {
            let message = format!("arguments are an {}, not an object", arguments.type_name());
            return Err(Error::new(ErrorKind::InputNotObject, message));
        };
        let canonical = arguments.canonical()?;
        Limits::check(ErrorKind::LimitArguments, "arguments", canonical.len(), limits.arguments)?;
        let digest = Digest::of(canonical.as_bytes());
        let object = object.clone();
        Ok(Self { tool, arguments: object, call_id, digest })
    }
}
