//! `Session`: the three verbs in one, and its other methods by name.

use crate::convert::to_value;
use crate::decision::Decision;
use crate::error::{detached, raise, raised};
use crate::stream::{CallStream, OutputStream};
use checkrein::content::OutputKind;
use checkrein::value::Object;
use checkrein::wire::{self, AuthorizeRequest, InspectInputRequest, InspectOutputRequest};
use checkrein::{Error, ErrorKind, Result, Value};
use pyo3::prelude::*;
use serde::de::DeserializeOwned;

/// One agent run. Shared by threads; holds its guard.
#[pyclass(frozen, module = "checkrein._checkrein")]
pub struct Session {
    session: checkrein::Session,
}

impl Session {
    pub fn new(session: checkrein::Session) -> Self {
        Self { session }
    }

    fn run<T: Send>(&self, py: Python<'_>, work: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
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
        let key = match verb {
            "authorize_tool_call" => "arguments",
            "derive" => "text",
            _ => "content",
        };
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
            // Payloads are moved, not written as JSON and read again.
            match verb {
                "inspect_input" => {
                    let mut asked = input(&request, no_payload)?;
                    asked.content = Some(given).filter(|_| !no_payload);
                    session.inspect_request(asked)
                }
                "authorize_tool_call" => {
                    session.authorize_request(call(&request, given, no_payload)?)
                }
                "derive" => {
                    request.insert(key, given);
                    let request = Value::Object(request).to_json();
                    session.derive_request(wire::parse(request.as_bytes())?)
                }
                "inspect_output" => session.output_decision(output(&request, given, no_payload)?),
                other => {
                    let message = format!("there is no verb `{}`", other.escape_default());
                    Err(Error::new(ErrorKind::MisuseArgument, message))
                }
            }
        });
        Ok(Decision::new(decided?, &shown))
    }

    /// Decides a plan: its id, its outcome, a decision a call, and the approval as JSON.
    fn plan(
        &self,
        py: Python<'_>,
        calls: &Bound<'_, PyAny>,
        trace: Option<&str>,
    ) -> PyResult<(String, &'static str, Vec<Decision>, Option<String>)> {
        let given = to_value(calls)?;
        let request = Value::object(vec![
            ("calls".to_owned(), given.clone()),
            ("trace".to_owned(), trace.map_or(Value::Null, Value::from)),
        ]);
        let request = raised(request)?.to_json();
        let plan =
            self.run(py, || self.session.authorize_plan(wire::parse(request.as_bytes())?))?;
        let calls = given.as_array().unwrap_or_default().iter();
        let shown = calls.map(|call| call.get("arguments").cloned().unwrap_or(Value::Null));
        let approval = plan.approval.as_ref().map(wire::approval_json);
        let decisions = plan.decisions.into_iter().zip(shown);
        let decisions = decisions.map(|(decision, given)| Decision::new(decision, &given));
        Ok((plan.id.to_string(), plan.outcome.as_str(), decisions.collect(), approval))
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

/// The texts of a request, where it has nothing else, and only under `names`: as most have. The
/// others are read as JSON is, which says what is wrong with them.
fn texts<const N: usize>(request: &Object, names: [&str; N]) -> Option<[Option<String>; N]> {
    let texts = names.map(|name| request.get(name).and_then(Value::as_str).map(str::to_owned));
    (texts.iter().flatten().count() == request.len()).then_some(texts)
}

/// A request as JSON is read, with nothing in its payload's place.
fn parsed<T: DeserializeOwned>(request: &Object, key: &str, no_payload: bool) -> Result<T> {
    let mut request = request.clone();
    if !no_payload {
        request.insert(key, Value::Null);
    }
    wire::parse(Value::Object(request).to_json().as_bytes())
}

fn input(request: &Object, no_payload: bool) -> Result<InspectInputRequest> {
    let names = ["source", "name", "uri", "call_id", "trace", "envelope"];
    let Some([source, name, uri, call_id, trace, envelope]) = texts(request, names) else {
        return parsed(request, "content", no_payload);
    };
    let (content, parts, is_error) = (None, Vec::new(), false);
    Ok(InspectInputRequest {
        content,
        parts,
        source,
        name,
        uri,
        call_id,
        is_error,
        trace,
        envelope,
    })
}

fn call(request: &Object, arguments: Value, no_payload: bool) -> Result<AuthorizeRequest> {
    if let Some([Some(tool), call_id, trace]) = texts(request, ["tool", "call_id", "trace"]) {
        return Ok(AuthorizeRequest { tool, arguments, call_id, trace });
    }
    let asked: AuthorizeRequest = parsed(request, "arguments", no_payload)?;
    Ok(AuthorizeRequest { arguments, ..asked })
}

fn output(request: &Object, content: Value, no_payload: bool) -> Result<InspectOutputRequest> {
    if let Some([kind, trace]) = texts(request, ["kind", "trace"]) {
        return Ok(InspectOutputRequest { content, kind, audience: None, trace });
    }
    let asked: InspectOutputRequest = parsed(request, "content", no_payload)?;
    Ok(InspectOutputRequest { content, ..asked })
}

/// What findings of a content in several parts point into.
fn contents(parts: &[Value]) -> Value {
    let content = |part: &Value| part.get("content").cloned().unwrap_or(Value::Null);
    match parts {
        [only] => content(only),
        _ => Value::Array(parts.iter().map(content).collect()),
    }
}
