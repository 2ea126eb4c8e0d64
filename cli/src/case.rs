//! Whole-session cases: what `checkrein test` checks and `checkrein explain` tells.
//!
//! A file is `{"cases": [{"name", "session", "steps": [{"call", "with", "expect"}]}]}`; a step
//! calls `inspect_input`, `authorize_tool_call` or `inspect_output`, and `expect` names JSON
//! pointers into the decision with what must stand there.

use checkrein::wire::{self, SessionOptions, decision_json};
use checkrein::{Decision, Error, ErrorKind, Guard, Result, Session};
use serde_json::Value as Json;
use std::path::Path;

/// One case, read.
pub struct Case {
    /// What it shows.
    pub name: String,
    session: String,
    steps: Vec<Json>,
}

/// One step, played.
pub struct Played {
    /// The verb.
    pub call: String,
    /// What the verb answered.
    pub decision: Decision,
    /// What was expected and is not so.
    pub faults: Vec<String>,
}

/// Reads the cases of a file.
pub fn read(path: &Path) -> Result<Vec<Case>> {
    let fault = |message: String| {
        Error::new(ErrorKind::BundleFile, message).with("file", path.display().to_string())
    };
    let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
    let suite: Json = serde_json::from_str(&text).map_err(|error| fault(error.to_string()))?;
    let cases = suite.get("cases").and_then(Json::as_array);
    let cases = cases.ok_or_else(|| fault("there is no list `cases`".to_owned()))?;
    let read = cases.iter().enumerate().map(|(n, case)| {
        let steps = case.get("steps").and_then(Json::as_array).cloned();
        let session = case.get("session").map_or("{}".to_owned(), Json::to_string);
        let name = case.get("name").and_then(Json::as_str);
        Ok(Case {
            name: name.map_or_else(|| format!("case {n}"), str::to_owned),
            session,
            steps: steps.ok_or_else(|| fault(format!("case {n} has no list `steps`")))?,
        })
    });
    read.collect()
}

impl Case {
    /// Plays the case in a session of its own.
    pub fn play(&self, guard: &Guard) -> Result<Vec<Played>> {
        let options: SessionOptions = wire::parse(self.session.as_bytes())?;
        let session = guard.session(options)?;
        let played = self.steps.iter().map(|step| play(&session, step)).collect::<Result<_>>()?;
        session.close()?;
        Ok(played)
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
    Ok(Played { call, decision, faults })
}
