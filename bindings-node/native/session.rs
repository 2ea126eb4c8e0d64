//! `NativeSession`: the three verbs, with content that is text crossing as text.

use crate::answer::NativeDecision;
use crate::error::raised;
use crate::stream::{NativeCallStream, NativeOutputStream};
use crate::work::{Work, later};
use checkrein::content::OutputKind;
use checkrein::value::MAX_SAFE_INTEGER;
use checkrein::wire::{self, AuthorizeRequest, InspectInputRequest, InspectOutputRequest};
use checkrein::{Error, ErrorKind, Result, Session, Value};
use napi::Env;
use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;

#[napi]
pub struct NativeSession {
    session: Session,
}

/// A verb's request as JSON. A text stands in place of its `content`; with an epoch and what host
/// code found, the request was prepared.
#[napi(object, object_to_js = false)]
pub struct Question {
    pub verb: String,
    pub request: String,
    pub text: Option<String>,
    pub epoch: Option<f64>,
    pub host: Option<String>,
}

impl NativeSession {
    pub fn new(session: Session) -> Self {
        Self { session }
    }
}

#[napi]
impl NativeSession {
    #[napi(getter)]
    pub fn id(&self) -> String {
        self.session.id().to_string()
    }

    #[napi]
    pub fn decide(&self, env: Env, question: Question) -> napi::Result<NativeDecision> {
        raised(&env, Some(&self.session), || decide(&self.session, question))
    }

    #[napi]
    pub fn decide_async(&self, question: Question) -> AsyncTask<Work<NativeDecision>> {
        let session = self.session.clone();
        later(Some(&self.session), move || decide(&session, question))
    }

    #[napi]
    pub fn call(&self, env: Env, method: String, request: String) -> napi::Result<String> {
        raised(&env, Some(&self.session), || self.session.call(&method, request.as_bytes()))
    }

    #[napi]
    pub fn call_async(&self, method: String, request: String) -> AsyncTask<Work<String>> {
        let session = self.session.clone();
        later(Some(&self.session), move || session.call(&method, request.as_bytes()))
    }

    #[napi]
    pub fn spawn(
        &self,
        env: Env,
        agent: String,
        goal: Option<String>,
    ) -> napi::Result<NativeSession> {
        let spawn = || self.session.spawn(&agent, goal.as_deref());
        raised(&env, Some(&self.session), spawn).map(NativeSession::new)
    }

    #[napi]
    pub fn output_stream(
        &self,
        env: Env,
        kind: Option<String>,
        audience: Option<Vec<String>>,
    ) -> napi::Result<NativeOutputStream> {
        raised(&env, Some(&self.session), || {
            let kind = OutputKind::parse(kind.as_deref().unwrap_or("answer"))
                .map_err(|error| Error::new(ErrorKind::MisuseArgument, error.message()))?;
            let stream = self.session.output_stream(kind, audience);
            Ok(NativeOutputStream::new(&self.session, stream))
        })
    }

    #[napi]
    pub fn call_stream(&self, tool: String, call_id: Option<String>) -> NativeCallStream {
        let stream = self.session.call_stream(&tool, call_id.as_deref());
        NativeCallStream::new(&self.session, stream)
    }
}

fn decide(session: &Session, question: Question) -> Result<NativeDecision> {
    let Question { verb, request, text, epoch, host } = question;
    let (request, text) = (request.as_bytes(), text.map(Value::String));
    let (decision, given) = match (verb.as_str(), host) {
        (verb, Some(host)) => {
            let given: Value = wire::parse(request)?;
            let host = wire::parse(host.as_bytes())?;
            let decision = session.commit(verb, request, whole(epoch)?, host)?;
            let key = if verb == "authorize_tool_call" { "arguments" } else { "content" };
            (decision, given.get(key).cloned())
        }
        ("inspect_input", None) => {
            let mut request: InspectInputRequest = wire::parse(request)?;
            request.content = text.or(request.content);
            let given = request.content.clone();
            (session.inspect_request(request)?, given)
        }
        ("authorize_tool_call", None) => {
            let request: AuthorizeRequest = wire::parse(request)?;
            let given = Some(request.arguments.clone());
            (session.authorize_request(request)?, given)
        }
        _ => {
            let mut request: InspectOutputRequest = wire::parse(request)?;
            request.content = text.unwrap_or(request.content);
            let given = Some(request.content.clone());
            (session.output_decision(request)?, given)
        }
    };
    Ok(NativeDecision::new(&decision, given.as_ref()))
}

/// The epoch, which JavaScript holds as a float.
fn whole(epoch: Option<f64>) -> Result<u64> {
    let safe = |epoch: &f64| epoch.fract() == 0.0 && (0.0..MAX_SAFE_INTEGER as f64).contains(epoch);
    let misuse = || Error::new(ErrorKind::MisuseArgument, "the epoch is not one of `prepare`");
    epoch.filter(safe).map(|epoch| epoch as u64).ok_or_else(misuse)
}
