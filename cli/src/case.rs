//! Cases: whole sessions, and requests to policy alone in the shape of `cedar run-tests`.
//!
//! A file of sessions is `{"cases": [{"name", "session", "steps": [{"call", "with", "expect"}]}]}`;
//! a step calls `inspect_input`, `authorize_tool_call` or `inspect_output`, and `expect` names JSON
//! pointers into the decision with what must stand there. Any other list is one of requests:
//! `[{"name", "request": {"principal", "action", "resource", "context"}, "entities", "decision"}]`.

use crate::opened::Trust;
use crate::request::Request;
use checkrein::decision::Reason;
use checkrein::guard::Sink;
use checkrein::wire::{self, Recorded, SessionOptions, Situation, decision_json};
use checkrein::{Decision, Error, ErrorKind, Guard, Limits, Outcome, Result, Session, Value};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A guard, and what it records.
pub struct Stage {
    pub guard: Guard,
    lines: Arc<Lines>,
}

/// The records since they were last taken.
#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl Sink for Lines {
    fn record(&self, _: u64, json: &str) {
        if let Ok(mut lines) = self.0.lock() {
            lines.push(json.to_owned());
        }
    }
}

impl Stage {
    /// Loads a bundle; what is decided is written to `audit`.
    pub fn new(bundle: &Path, audit: Option<&Path>, trust: &Trust) -> Result<Self> {
        let lines = Arc::new(Lines::default());
        let sink = Arc::clone(&lines) as Arc<dyn Sink>;
        let builder = trust.guard(bundle).sink(sink);
        let guard = match audit {
            Some(audit) => builder.audit(audit).build()?,
            None => builder.build()?,
        };
        Ok(Self { guard, lines })
    }

    /// The decisions that were recorded since this was last asked.
    fn decisions(&self) -> Result<Vec<Recorded>> {
        let lines = self.lines.0.lock().map(|mut lines| std::mem::take(&mut *lines));
        let mut decisions = Vec::new();
        for line in lines.unwrap_or_default() {
            let record = Value::parse(line.as_bytes(), &Limits::default())?;
            decisions.extend(Recorded::read(&record)?);
        }
        Ok(decisions)
    }
}

/// One case, read.
pub struct Case {
    /// What it shows.
    pub name: String,
    /// In which file it stands.
    pub file: PathBuf,
    body: Body,
}

enum Body {
    Session { options: String, steps: Vec<Json> },
    Request(Box<Request>),
}

/// One step, played.
pub struct Played {
    /// The verb; `request` for one that was put to policy alone.
    pub call: String,
    /// The tool, for a call.
    pub tool: Option<String>,
    /// What came of it.
    pub outcome: Outcome,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Every rule that applied.
    pub rules: Vec<String>,
    /// What policy read, where it was asked.
    pub situation: Option<Situation>,
    /// What the verb answered, for a verb.
    pub decision: Option<Decision>,
    /// What was expected and is not so.
    pub faults: Vec<String>,
}

/// Reads the cases of a file.
pub fn read(path: &Path) -> Result<Vec<Case>> {
    let fault =
        |kind, message: String| Error::new(kind, message).with("file", path.display().to_string());
    let text = std::fs::read_to_string(path)
        .map_err(|error| fault(ErrorKind::BundleFile, error.to_string()))?;
    let suite: Json = serde_json::from_str(&text).map_err(|error| {
        fault(ErrorKind::ValueSyntax, error.to_string())
            .with("line", error.line().to_string())
            .with("column", error.column().to_string())
    })?;
    let cases = suite.get("cases").unwrap_or(&suite).as_array();
    let cases = cases.ok_or_else(|| {
        let hint = "write {\"cases\": [...]}, or a list as `cedar run-tests` reads it";
        fault(ErrorKind::BundleFile, "there is no list of cases".to_owned()).with("hint", hint)
    })?;
    let read = cases.iter().enumerate().map(|(n, case)| {
        let name = case.get("name").and_then(Json::as_str);
        let name = name.map_or_else(|| format!("case {n}"), str::to_owned);
        let at = |error: Error| {
            error.with("file", path.display().to_string()).with("case", name.clone())
        };
        let body = if case.get("request").is_some() {
            Body::Request(Box::new(Request::read(case).map_err(at)?))
        } else {
            let steps = case.get("steps").and_then(Json::as_array).cloned().ok_or_else(|| {
                let message = "a case has a list `steps`, or a `request`";
                at(Error::new(ErrorKind::BundleFile, message))
            })?;
            Body::Session {
                options: case.get("session").map_or("{}".to_owned(), Json::to_string),
                steps,
            }
        };
        Ok(Case { name, file: path.to_owned(), body })
    });
    read.collect()
}

impl Case {
    /// Plays the case: a session in one of its own.
    pub fn play(&self, stage: &Stage) -> Result<Vec<Played>> {
        self.played(stage).map_err(|error| {
            let file = self.file.display().to_string();
            error.with("file", file).with("case", self.name.clone())
        })
    }

    fn played(&self, stage: &Stage) -> Result<Vec<Played>> {
        let (options, steps) = match &self.body {
            Body::Request(request) => return Ok(vec![request.play(&stage.guard)?]),
            Body::Session { options, steps } => (options, steps),
        };
        let options: SessionOptions = wire::parse(options.as_bytes())?;
        let principal = options.principal()?;
        let session = stage.guard.session(options)?;
        let mut all = Vec::new();
        for step in steps {
            let mut played = play(&session, step)?;
            let id = played.decision.as_ref().map(|decision| decision.id.as_str().to_owned());
            let found = stage.decisions()?.into_iter().find(|d| Some(&d.id) == id.as_ref());
            if let Some(recorded) = found {
                played.rules = recorded.rules.into_iter().map(|(rule, _)| rule).collect();
                // The record does not keep claims.
                let situation = Situation { principal: principal.clone(), ..recorded.situation };
                played.situation = Some(situation);
            }
            all.push(played);
        }
        session.close()?;
        Ok(all)
    }
}

fn play(session: &Session, step: &Json) -> Result<Played> {
    let call = step.get("call").and_then(Json::as_str).unwrap_or_default().to_owned();
    let request = step.get("with").map_or("{}".to_owned(), Json::to_string);
    let request = request.as_bytes();
    let decision = match call.as_str() {
        "inspect_input" => session.inspect_request(wire::parse(request)?)?,
        "authorize_tool_call" => session.authorize_request(wire::parse(request)?)?,
        "inspect_output" => session.output_decision(wire::parse(request)?)?,
        other => {
            let message = format!("a step calls a verb, not `{}`", other.escape_default());
            return Err(Error::new(ErrorKind::MisuseArgument, message)
                .with("known", "inspect_input authorize_tool_call inspect_output"));
        }
    };
    let answer: Json = serde_json::from_str(&decision_json(&decision)).unwrap_or_default();
    let mut faults = Vec::new();
    for (pointer, wanted) in step.get("expect").and_then(Json::as_object).into_iter().flatten() {
        // `outcome` is short for `/outcome`.
        let pointer =
            if pointer.starts_with('/') { pointer.clone() } else { format!("/{pointer}") };
        let is = answer.pointer(&pointer);
        if is != Some(wanted) {
            let is = is.map_or("nothing".to_owned(), Json::to_string);
            faults.push(format!("{pointer} is {is}, not {wanted}"));
        }
    }
    let tool = step.get("with").and_then(|with| with.get("tool")).and_then(Json::as_str);
    Ok(Played {
        call,
        tool: tool.map(str::to_owned),
        outcome: decision.outcome,
        reasons: decision.reasons.clone(),
        rules: Vec::new(),
        situation: None,
        decision: Some(decision),
        faults,
    })
}
