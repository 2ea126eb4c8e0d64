//! `Session`: the three verbs in one, and its other methods by name.

use crate::convert::to_value;
use crate::decision::Decision;
use crate::error::{detached, raise, raised};
use crate::stream::{CallStream, OutputStream};
use checkrein::content::OutputKind;
use checkrein::{Error, ErrorKind, Value, wire};
use pyo3::prelude::*;

/// One agent run. Shared by threads; holds its guard.
#[pyclass(frozen, module = "checkrein._checkrein")]
pub struct Session {
    session: checkrein::Session,
}

impl Session {
    pub fn new(session: checkrein::Session) -> Self {
        Self { session }
    }

    fn run<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce() -> checkrein::Result<T> + Send,
    ) -> PyResult<T> {
        detached(py, work, || self.session.poison())
    }
}

#[pymethods]
impl Session {
    #[getter]
    fn id(&self) -> &str {
        self.session.id().as_str()
    }

    /// Decides. `payload` is the content or the arguments, `rest` the request's other fields;
    /// `epoch` and `host` are of a prepared request.
    #[pyo3(signature = (verb, payload, rest, epoch=None, host=None))]
    fn decide(
        &self,
        py: Python<'_>,
        verb: &str,
        payload: &Bound<'_, PyAny>,
        rest: &Bound<'_, PyAny>,
        epoch: Option<u64>,
        host: Option<&str>,
    ) -> PyResult<Decision> {
        let given = to_value(payload)?;
        let Value::Object(mut request) = to_value(rest)? else {
            return Err(raise(&Error::new(ErrorKind::MisuseType, "a request is an object")));
        };
        let parts = request.get("parts").and_then(Value::as_array);
        let no_payload = parts.is_some() && given.is_null();
        let shown = parts.map_or_else(|| given.clone(), contents);
        let key = if verb == "authorize_tool_call" { "arguments" } else { "content" };
        let session = &self.session;
        let decided = self.run(py, || {
            if let Some(host) = host {
                let host = wire::parse(host.as_bytes())?;
                if !no_payload {
                    request.insert(key, given);
                }
                let request = Value::Object(request).to_json();
                return session.commit(verb, request.as_bytes(), epoch.unwrap_or_default(), host);
            }
            // Large payloads are moved, not written as JSON and read again.
            if !no_payload {
                request.insert(key, Value::Null);
            }
            let rest = Value::Object(request).to_json();
            match verb {
                "inspect_input" => {
                    let mut asked: wire::InspectInputRequest = wire::parse(rest.as_bytes())?;
                    asked.content = Some(given).filter(|_| !no_payload);
                    session.inspect_request(asked)
                }
                "authorize_tool_call" => {
                    let asked: wire::AuthorizeRequest = wire::parse(rest.as_bytes())?;
                    session.authorize_request(wire::AuthorizeRequest { arguments: given, ..asked })
                }
                "inspect_output" => {
                    let asked: wire::InspectOutputRequest = wire::parse(rest.as_bytes())?;
                    session.output_decision(wire::InspectOutputRequest { content: given, ..asked })
                }
                other => {
                    let message = format!("there is no verb `{}`", other.escape_default());
                    Err(Error::new(ErrorKind::MisuseArgument, message))
                }
            }
        });
        Ok(Decision::new(decided?, &shown))
    }

    fn spawn(&self, py: Python<'_>, agent: &str, goal: Option<&str>) -> PyResult<Session> {
        self.run(py, || self.session.spawn(agent, goal)).map(Session::new)
    }

    fn output_stream(&self, kind: &str, audience: Option<Vec<String>>) -> PyResult<OutputStream> {
        let misuse = |error: Error| Error::new(ErrorKind::MisuseArgument, error.message());
        let kind = raised(OutputKind::parse(kind).map_err(misuse))?;
        Ok(OutputStream::new(self.session.clone(), self.session.output_stream(kind, audience)))
    }

    fn call_stream(&self, tool: &str, call_id: Option<&str>) -> CallStream {
        CallStream::new(self.session.clone(), self.session.call_stream(tool, call_id))
    }

    fn call(&self, py: Python<'_>, method: &str, request: &str) -> PyResult<String> {
        self.run(py, || self.session.call(method, request.as_bytes()))
    }
}

/// What findings of a content in several parts point into.
fn contents(parts: &[Value]) -> Value {
    let content = |part: &Value| part.get("content").cloned().unwrap_or(Value::Null);
    match parts {
        [only] => content(only),
        _ => Value::Array(parts.iter().map(content).collect()),
    }
}
