//! Host code: Rust traits, and for other languages `prepare` and `commit` around code that runs
//! on their side. No call of ours ever runs host code across a language border.

use super::session::Session;
use super::{Inner, lock};
use crate::approval::LiftedRule;
use crate::decision::{Decision, Outcome, Reason};
use crate::detect::Scope;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::event::Event;
use crate::finding::{Category, Finding, Severity};
use crate::policy::{Answer, Rule};
use crate::span::Span;
use crate::value::{Object, Value};
use crate::view::Leaf;
use crate::wire::{self, AuthorizeRequest, InspectInputRequest, InspectOutputRequest};
use serde::Deserialize;
use std::collections::VecDeque;

/// A detector of a Rust host. Runs inside the verb, outside every lock.
pub trait Detector: Send + Sync {
    /// Its name; decisions show it as the control `host/<name>`.
    fn name(&self) -> &str;

    /// Adds what it finds in `leaf`.
    ///
    /// # Errors
    /// Any error makes the verb undecided: the fail mode answers.
    fn scan(&self, leaf: &Leaf<'_>, scope: Scope, out: &mut Vec<Finding>) -> Result<()>;
}

/// Where records go beside the log. Called after the append, outside every lock.
pub trait Sink: Send + Sync {
    /// Takes one record: sequence and JSON.
    fn record(&self, sequence: u64, json: &str);
}

/// What a host's own code found between `prepare` and `commit`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HostResults {
    /// Controls that ran to their end.
    pub ran: Vec<String>,
    /// Controls that failed or were late, and why.
    pub failed: Vec<(String, String)>,
    /// What they found.
    pub findings: Vec<HostFinding>,
    /// What host engines answered.
    pub answers: Vec<HostAnswer>,
}

/// One finding of host code.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostFinding {
    /// The rule's id; shown as `custom/<rule>`.
    pub rule: String,
    /// `info` to `critical`.
    #[serde(default)]
    pub severity: Option<String>,
    /// 0 to 1000.
    #[serde(default)]
    pub score: Option<u16>,
    /// JSON pointer of the leaf.
    #[serde(default)]
    pub path: String,
    /// Bytes of that leaf.
    #[serde(default)]
    pub start: usize,
    /// One past the last byte.
    #[serde(default)]
    pub end: usize,
}

/// One answer of a host engine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostAnswer {
    /// The engine's name.
    pub engine: String,
    /// `allow`, `ask`, `deny`.
    pub outcome: String,
    /// What to tell people and the model.
    #[serde(default)]
    pub message: String,
}

/// What host code is given between `prepare` and `commit`.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// Texts to look at: JSON pointer and text.
    pub texts: Vec<(String, String)>,
    /// For a call: the facts that policy reads, as JSON.
    pub context: Option<Value>,
    /// The session's epoch: an answer about other facts does not count.
    pub epoch: u64,
}

impl HostFinding {
    pub(super) fn finding(&self) -> Finding {
        let severity = self.severity.as_deref().and_then(|word| Severity::parse(word).ok());
        Finding {
            rule: format!("custom/{}", self.rule).into(),
            category: Category::Custom,
            severity: severity.unwrap_or(Severity::Medium),
            score: self.score.unwrap_or(1000).min(1000),
            path: self.path.clone(),
            span: Span::new(self.start, self.end),
            through: Vec::new(),
            threats: (&[][..]).into(),
            kind: "custom".into(),
        }
    }
}

impl HostAnswer {
    /// The answer as policy's own would be; an unknown outcome denies. None where an approval
    /// lifts it.
    pub(super) fn answer(&self, lifted: &[LiftedRule]) -> Option<Answer> {
        let id = format!("host/{}", self.engine);
        let text = Digest::of_parts([id.as_bytes(), self.message.as_bytes()]);
        let outcome = match self.outcome.as_str() {
            "allow" => Outcome::Allow,
            "ask" => Outcome::Ask,
            _ => Outcome::Deny,
        };
        if outcome == Outcome::Ask && lifted.iter().any(|l| l.rule == id && l.text == text) {
            return None;
        }
        let reason = Reason {
            rule: id.clone(),
            policy: "host".to_owned(),
            message: self.message.clone(),
            threats: Vec::new(),
        };
        let speaks = outcome != Outcome::Allow;
        Some(Answer {
            outcome,
            reasons: if speaks { vec![reason] } else { Vec::new() },
            rules: vec![Rule { id, text, liftable: outcome == Outcome::Ask }],
            ..Answer::allow()
        })
    }
}

/// A verb's request, read but not decided.
enum Asked {
    Input(InspectInputRequest),
    Call(AuthorizeRequest),
    Output(InspectOutputRequest),
}

impl Session {
    /// What host detectors and engines need to know of a request. Nothing is decided, counted
    /// or recorded.
    ///
    /// `verb` is `inspect_input`, `authorize_tool_call` or `inspect_output`; `request` its JSON.
    ///
    /// # Errors
    /// `misuse/argument`, and those of the verb.
    pub fn prepare(&self, verb: &str, request: &[u8]) -> Result<Prepared> {
        self.guard.check_open()?;
        let asked = read(verb, request)?;
        let epoch = self.cell.lock()?.epoch;
        let mut texts = Vec::new();
        let mut context = None;
        match asked {
            Asked::Input(request) => {
                let content = request.into_content()?;
                content.each_text(&mut |_, path, text| {
                    texts.push((path.to_owned(), text.into_owned()));
                });
            }
            Asked::Output(request) => {
                let kind = crate::source::SourceKind::Model;
                crate::content::Content::json(kind, request.content).each_text(
                    &mut |_, path, text| texts.push((path.to_owned(), text.into_owned())),
                );
            }
            Asked::Call(request) => {
                request.arguments.each_leaf(&mut |path, leaf| {
                    if let Value::String(text) = leaf {
                        texts.push((path.to_owned(), text.clone()));
                    }
                });
                context = Some(self.preview(request)?);
            }
        }
        Ok(Prepared { texts, context, epoch })
    }

    /// Decides a prepared request with what host code found. Where the session changed since
    /// `prepare`, answers of host engines no longer count, and the call is refused.
    ///
    /// # Errors
    /// As [`Session::prepare`].
    pub fn commit(
        &self,
        verb: &str,
        request: &[u8],
        epoch: u64,
        mut host: HostResults,
    ) -> Result<Decision> {
        let now = self.cell.lock()?.epoch;
        if now != epoch && !host.answers.is_empty() {
            host.answers = vec![HostAnswer {
                engine: "stale".to_owned(),
                outcome: "deny".to_owned(),
                message: "the session changed while a host engine decided; ask again".to_owned(),
            }];
        }
        match read(verb, request)? {
            Asked::Input(request) => self.input_request(request, &host),
            Asked::Call(request) => self.authorize(request, &host),
            Asked::Output(request) => self.output_request(request, &host),
        }
    }

    /// The facts of a call as a host engine reads them, without deciding it.
    fn preview(&self, request: AuthorizeRequest) -> Result<Value> {
        let facts = self.preview_call(request)?;
        let mut object = Object::default();
        for (name, value) in facts {
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

fn read(verb: &str, request: &[u8]) -> Result<Asked> {
    match verb {
        "inspect_input" => Ok(Asked::Input(wire::parse(request)?)),
        "authorize_tool_call" => Ok(Asked::Call(wire::parse(request)?)),
        "inspect_output" => Ok(Asked::Output(wire::parse(request)?)),
        other => {
            let message = format!("there is no verb `{}`", other.escape_default());
            Err(Error::new(ErrorKind::MisuseArgument, message)
                .with("known", "inspect_input authorize_tool_call inspect_output"))
        }
    }
}

/// Records that wait for a host which polls: bounded, the loss counted.
#[derive(Default)]
pub(super) struct Feed {
    on: bool,
    records: VecDeque<String>,
    lost: u64,
}

/// Records that a feed holds at most.
const FEED: usize = 1024;

impl Inner {
    pub(super) fn publish(&self, sequence: u64, event: &Event) {
        let Ok(mut feed) = self.feed.lock() else { return };
        if !feed.on && self.sinks.is_empty() {
            return;
        }
        let json = wire::record_json(sequence, event);
        if feed.on {
            if feed.records.len() >= FEED {
                feed.records.pop_front();
                feed.lost += 1;
            }
            feed.records.push_back(json.clone());
        }
        drop(feed);
        for sink in &self.sinks {
            sink.record(sequence, &json);
        }
    }

    /// Starts the feed with the first call; gives what came since the last, and how many were
    /// lost because nobody asked in time.
    pub(super) fn drain(&self) -> Result<(Vec<String>, u64)> {
        let mut feed = lock(&self.feed)?;
        feed.on = true;
        let lost = std::mem::take(&mut feed.lost);
        Ok((feed.records.drain(..).collect(), lost))
    }
}

impl super::Guard {
    /// Records since the last call, for hosts that cannot be called back; the first call starts
    /// the feed. With it, how many were lost because nobody asked in time.
    ///
    /// # Errors
    /// `internal/panic` where a lock is poisoned.
    pub fn drain_events(&self) -> Result<(Vec<String>, u64)> {
        self.inner.drain()
    }
}
