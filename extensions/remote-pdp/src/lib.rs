//! A remote policy decision point as an engine of a guard: AuthZEN or OPA, over HTTPS.
//!
//! It is asked beside the rules in process, and the strictest answer wins. What it does not answer,
//! or not in time, or not as agreed, is denied: it never fails open by itself.

mod cache;
mod question;
mod reply;
mod setup;

pub use setup::RemotePdpBuilder;

use cache::Cache;
use checkrein::approval::LiftedRule;
use checkrein::decision::{Outcome, show};
use checkrein::digest::Digest;
use checkrein::policy::{Answer, PolicyEngine};
use checkrein::request::{Request, Verb};
use checkrein::{Error, ErrorKind, Limits, Result, Value};
use question::Sent;
use reply::Reply;
use std::sync::Mutex;
use ureq::Agent;
use ureq::http::HeaderValue;

/// The longest text of somebody else's that an error repeats, in characters.
const MAX_TOLD: usize = 300;

/// How a decision point is asked and how it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    /// AuthZEN Authorization API 1.0, access evaluation.
    AuthZen,
    /// The data API of the Open Policy Agent.
    Opa,
}

/// A remote policy decision point. Made with [`RemotePdp::authzen`] or [`RemotePdp::opa`], and handed
/// to `Guard::builder().engine(..)`.
///
/// ```no_run
/// use checkrein::Guard;
/// use checkrein_remote_pdp::RemotePdp;
/// use std::sync::Arc;
///
/// let pdp = RemotePdp::opa("https://pdp.example.com", "agents/decision").argument("amount").build()?;
/// let guard = Guard::builder().engine(Arc::new(pdp)).build()?;
/// # Ok::<(), checkrein::Error>(())
/// ```
pub struct RemotePdp {
    name: String,
    /// The rule that reasons and records name.
    rule: String,
    protocol: Protocol,
    url: String,
    agent: Agent,
    bearer: Option<HeaderValue>,
    sent: Sent,
    also_content: bool,
    /// The most bytes of an answer.
    limit: u64,
    cache: Option<Mutex<Cache>>,
}

impl RemotePdp {
    /// A decision point that speaks AuthZEN's Authorization API 1.0: `<url>/access/v1/evaluation`.
    #[must_use]
    pub fn authzen(url: &str) -> RemotePdpBuilder {
        RemotePdpBuilder::new(Protocol::AuthZen, url, "access/v1/evaluation", "authzen")
    }

    /// A document of an Open Policy Agent: `<url>/v1/data/<path>`, for example `agents/decision`.
    #[must_use]
    pub fn opa(url: &str, path: &str) -> RemotePdpBuilder {
        RemotePdpBuilder::new(Protocol::Opa, url, &format!("v1/data/{path}"), "opa")
    }

    /// What is asked about `request`, as it is sent.
    #[must_use]
    pub fn question(&self, request: &Request<'_>) -> Value {
        let question = self.sent.question(request);
        match self.protocol {
            Protocol::AuthZen => question,
            Protocol::Opa => question::object([("input", question)]),
        }
    }

    /// The answer to what was asked: from the cache, or from the decision point.
    fn reply(&self, request: &Request<'_>) -> Result<Reply> {
        let text = self.question(request).to_json();
        let Some(cache) = &self.cache else { return self.ask(&text) };
        let key = Digest::of(text.as_bytes());
        // A poisoned cache is no cache.
        let kept = cache.lock().ok().and_then(|mut cache| cache.get(&key));
        if let Some(reply) = kept.filter(|reply| may_keep(reply, request)) {
            return Ok(reply);
        }
        let reply = self.ask(&text)?;
        if may_keep(&reply, request)
            && let Ok(mut cache) = cache.lock()
        {
            cache.put(key, reply.clone());
        }
        Ok(reply)
    }

    fn ask(&self, question: &str) -> Result<Reply> {
        let mut request = self.agent.post(&self.url).header("Content-Type", "application/json");
        if let Some(bearer) = &self.bearer {
            request = request.header("Authorization", bearer.clone());
        }
        let mut response = request.send(question).map_err(|e| self.fault(&e.to_string()))?;
        let status = response.status().as_u16();
        if status != 200 {
            return Err(self.fault(&format!("it answered with the status {status}")));
        }
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok());
        if let Some(kind) = kind.filter(|kind| !is_json(kind)) {
            return Err(self.fault(&format!("it answered with `{kind}`, not with JSON")));
        }
        let read = response.body_mut().with_config().limit(self.limit).read_to_vec();
        let bytes = read.map_err(|e| match e {
            ureq::Error::BodyExceedsLimit(_) => {
                self.fault(&format!("its answer has more than {} bytes", self.limit))
            }
            e => self.fault(&e.to_string()),
        })?;
        let answer = Value::parse(&bytes, &Limits::default())
            .map_err(|e| self.fault(&format!("its answer cannot be read: {e}")))?;
        let reply = match self.protocol {
            Protocol::AuthZen => Reply::of_authzen(&answer),
            Protocol::Opa => Reply::of_opa(&answer),
        };
        reply.map_err(|why| self.fault(&why))
    }

    fn fault(&self, why: &str) -> Error {
        let why: String = show(why).chars().take(MAX_TOLD).collect();
        let message = format!("the decision point `{}` gave no decision: {why}", self.name);
        Error::new(ErrorKind::PolicyEngine, message).with("url", self.url.as_str())
    }
}

impl PolicyEngine for RemotePdp {
    fn name(&self) -> &str {
        &self.name
    }

    fn decide(&self, request: &Request<'_>, lifted: &[LiftedRule]) -> Answer {
        if request.verb != Verb::AuthorizeToolCall && !self.also_content {
            return Answer::allow();
        }
        match self.reply(request) {
            Ok(reply) => reply.answer(&self.rule, lifted),
            Err(error) => Answer::deny(error),
        }
    }
}

impl std::fmt::Debug for RemotePdp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the token.
        f.debug_struct("RemotePdp")
            .field("name", &self.name)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// Whether an answer may be given again without asking: a denial may. A permit, or a question that
/// an approval turns into one, only for a call that does nothing but read.
fn may_keep(reply: &Reply, request: &Request<'_>) -> bool {
    let effects = request.facts.effects;
    let reads = request.tool.is_some() && effects.only_reads() && !effects.is_empty();
    reply.outcome() == Outcome::Deny || reads
}

fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
