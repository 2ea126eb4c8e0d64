//! `NativeSession`: the three verbs, with content that is text crossing as text.

use crate::answer::{NativeDecision, native_decision};
use crate::error::raised;
use crate::stream::{NativeCallStream, NativeOutputStream};
use crate::work::{Work, later};
use checkrein::content::OutputKind;
use checkrein::value::MAX_SAFE_INTEGER;
use checkrein::wire::{
    self, AuthorizeRequest, DeriveRequest, InspectInputRequest, InspectOutputRequest, PlanRequest,
};
use checkrein::{Error, ErrorKind, Result, Session, Value};
use napi::Env;
use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;

#[napi]
pub struct NativeSession {
    session: Session,
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

    /// Decides: `request` is the verb's request as JSON, where `text` stands in place of its
    /// `content`.
    #[napi]
    pub fn decide(
        &self,
        env: Env,
        verb: String,
        request: String,
        text: Option<String>,
    ) -> napi::Result<NativeDecision> {
        raised(&env, Some(&self.session), || decide(&self.session, &verb, &request, text))
    }

    #[napi]
    pub fn decide_async(
        &self,
        verb: String,
        request: String,
        text: Option<String>,
    ) -> AsyncTask<Work<NativeDecision>> {
        let session = self.session.clone();
        later(Some(&self.session), move || decide(&session, &verb, &request, text))
    }

    /// Decides a prepared request with what host code found.
    #[napi]
    pub fn commit(
        &self,
        env: Env,
        verb: String,
        request: String,
        epoch: f64,
        host: String,
    ) -> napi::Result<NativeDecision> {
        let commit = || commit(&self.session, &verb, &request, epoch, &host);
        raised(&env, Some(&self.session), commit)
    }

    #[napi]
    pub fn commit_async(
        &self,
        verb: String,
        request: String,
        epoch: f64,
        host: String,
    ) -> AsyncTask<Work<NativeDecision>> {
        let session = self.session.clone();
        later(Some(&self.session), move || commit(&session, &verb, &request, epoch, &host))
    }

    /// Decides a plan: its id, outcome and approval, then a decision a call.
    #[napi]
    pub fn plan(&self, env: Env, request: String) -> napi::Result<Vec<NativeDecision>> {
        raised(&env, Some(&self.session), || plan(&self.session, &request))
    }

    #[napi]
    pub fn plan_async(&self, request: String) -> AsyncTask<Work<Vec<NativeDecision>>> {
        let session = self.session.clone();
        later(Some(&self.session), move || plan(&session, &request))
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

fn decide(
    session: &Session,
    verb: &str,
    request: &str,
    text: Option<String>,
) -> Result<NativeDecision> {
    let (request, text) = (request.as_bytes(), text.map(Value::String));
    let (decision, given) = match verb {
        "inspect_input" => {
            let mut request: InspectInputRequest = wire::parse(request)?;
            request.content = text.or(request.content);
            let given = request.content.clone();
            (session.inspect_request(request)?, given)
        }
        "derive" => {
            let mut request: DeriveRequest = wire::parse(request)?;
            if let Some(Value::String(text)) = text {
                request.text = text;
            }
            let given = Some(Value::from(request.text.as_str()));
            (session.derive_request(request)?, given)
        }
        "authorize_tool_call" => {
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
    Ok(native_decision(&decision, given.as_ref()))
}

fn plan(session: &Session, request: &str) -> Result<Vec<NativeDecision>> {
    let request: PlanRequest = wire::parse(request.as_bytes())?;
    let given: Vec<Value> = request.calls.iter().map(|call| call.arguments.clone()).collect();
    let plan = session.authorize_plan(request)?;
    let approval = plan.approval.as_ref().map_or_else(String::new, wire::approval_json);
    let head = vec![plan.id.to_string(), plan.outcome.to_string(), approval];
    let decisions = plan.decisions.iter().zip(&given);
    let decisions = decisions.map(|(decision, given)| native_decision(decision, Some(given)));
    Ok(std::iter::once(head).chain(decisions).collect())
}

fn commit(
    session: &Session,
    verb: &str,
    request: &str,
    epoch: f64,
    host: &str,
) -> Result<NativeDecision> {
    let given: Value = wire::parse(request.as_bytes())?;
    let host = wire::parse(host.as_bytes())?;
    let decision = session.commit(verb, request.as_bytes(), whole(epoch)?, host)?;
    let key = if verb == "authorize_tool_call" { "arguments" } else { "content" };
    Ok(native_decision(&decision, given.get(key)))
}

/// The epoch, which JavaScript holds as a float.
fn whole(epoch: f64) -> Result<u64> {
    if epoch.fract() == 0.0 && (0.0..MAX_SAFE_INTEGER as f64).contains(&epoch) {
        return Ok(epoch as u64);
    }
    Err(Error::new(ErrorKind::MisuseArgument, "the epoch is not one of `prepare`"))
}
