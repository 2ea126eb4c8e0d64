//! The loop around a model: what enters is inspected, what is done is authorized, what leaves is
//! inspected. Nothing else in this example knows the guard.

use crate::office::{self, Office};
use checkrein::content::{Body, Content, OutputKind, Part};
use checkrein::decision::{PendingApproval, show};
use checkrein::source::SourceKind;
use checkrein::{Approver, Decision, Limits, Outcome, Result, Session, Value};

/// A loop that does not end by itself ends here.
const MOST_TURNS: usize = 20;

/// What the model has read so far, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// The user's words.
    User(String),
    /// What a tool gave.
    Tool(String),
    /// Why a call was not made.
    Refused(String),
}

/// What the model does next.
#[derive(Debug, Clone, PartialEq)]
pub enum Turn {
    /// It calls a tool. The arguments are its own JSON text: nobody has checked them.
    Call {
        /// Its id of the call.
        id: String,
        /// The tool.
        tool: String,
        /// The arguments.
        arguments: String,
    },
    /// It answers, piece by piece.
    Answer(Vec<String>),
}

/// A language model, as far as a loop needs one.
pub trait Model {
    /// What it does after what it has read.
    fn next(&mut self, read: &[Message]) -> Turn;
}

/// Shown a pending call, a human says yes with their name, or says no.
pub type Human<'a> = dyn FnMut(&PendingApproval) -> Option<String> + 'a;

/// One agent at work.
pub struct Agent<'a> {
    /// What it has seen and may do.
    pub session: Session,
    /// The human's side. It is here because one program plays both; elsewhere, keep it apart.
    pub approver: Approver,
    /// Who is asked.
    pub human: Box<Human<'a>>,
    /// What its tools work on.
    pub office: Office,
    /// Told what happens, line by line.
    pub tell: Box<dyn FnMut(&str) + 'a>,
}

impl Agent<'_> {
    /// Works on `task` until the model answers. None where the answer may not leave, or the model
    /// never gives one.
    ///
    /// # Errors
    /// Misuse of the guard. What the guard refuses is no error.
    pub fn run(&mut self, model: &mut dyn Model, task: &str) -> Result<Option<String>> {
        self.say("user", task);
        let seen = self.session.inspect_input(Content::text(SourceKind::User, task))?;
        let mut read = vec![match usable(&seen) {
            Some(text) => Message::User(text),
            None => return Ok(None),
        }];
        for _ in 0..MOST_TURNS {
            match model.next(&read) {
                Turn::Answer(pieces) => return self.answer(&pieces),
                Turn::Call { id, tool, arguments } => {
                    self.say("model", &format!("{tool}({arguments})"));
                    let message = self.act(&id, &tool, &arguments)?;
                    match &message {
                        Message::Refused(why) => self.say("  no", why),
                        Message::Tool(text) => self.say(" ran", text),
                        Message::User(_) => {}
                    }
                    read.push(message);
                }
            }
        }
        Ok(None)
    }

    /// One call: known, authorized, started, run on the decision's own arguments, its result
    /// inspected.
    fn act(&mut self, id: &str, tool: &str, arguments: &str) -> Result<Message> {
        let Some(run) = office::tool(tool) else {
            return Ok(Message::Refused(format!("there is no tool `{}`", show(tool))));
        };
        let arguments = match Value::parse(arguments.as_bytes(), &Limits::default()) {
            Ok(arguments) => arguments,
            Err(error) => return Ok(Message::Refused(error.to_string())),
        };
        let decision = self.authorize(id, tool, arguments)?;
        let Some(allowed) = &decision.arguments else { return Ok(refusal(&decision)) };
        self.session.start(decision.id.as_str())?;
        let (result, failed) = match run(&mut self.office, allowed) {
            Ok(result) => (result, false),
            // A tool's error text is a result too, and can be just as poisoned.
            Err(error) => (error, true),
        };
        let part = Part {
            kind: SourceKind::ToolResult,
            name: Some(tool.to_owned()),
            uri: None,
            body: Body::Text(result),
        };
        let seen = self.session.inspect_result(Content::of(part), id, failed)?;
        Ok(usable(&seen).map_or_else(|| refusal(&seen), Message::Tool))
    }

    /// The decision, after a human was asked where the flow cannot justify the call.
    fn authorize(&mut self, id: &str, tool: &str, arguments: Value) -> Result<Decision> {
        let decision = self.session.authorize_tool_call(tool, arguments.clone(), Some(id))?;
        let Some(pending) = decision.approval.as_ref().filter(|_| decision.outcome == Outcome::Ask)
        else {
            return Ok(decision);
        };
        for line in pending.text.lines() {
            self.say(" ask", line);
        }
        let (approval, digest) = (pending.id.as_str(), pending.digest.hex());
        let Some(name) = (self.human)(pending) else {
            self.approver.refuse(approval, &digest, "nobody")?;
            return Ok(decision);
        };
        self.say(" yes", &name);
        self.approver.approve(approval, &digest, &name, false)?;
        // The same call again: now it is allowed, once.
        self.session.authorize_tool_call(tool, arguments, Some(id))
    }

    /// Sends the answer out piece by piece, as far as it may leave.
    fn answer(&mut self, pieces: &[String]) -> Result<Option<String>> {
        let mut stream = self.session.output_stream(OutputKind::Answer, None);
        let mut sent = String::new();
        for piece in pieces {
            sent += &stream.push(piece.as_bytes())?.text;
        }
        let (tail, decision) = stream.finish()?;
        sent += &tail;
        self.say("answer", &sent);
        Ok(decision.allowed().then_some(sent))
    }

    fn say(&mut self, who: &str, what: &str) {
        let mut lines = what.lines();
        let first = lines.next().unwrap_or_default();
        (self.tell)(&format!("{who:>7}  {}", show(first)));
        for line in lines {
            (self.tell)(&format!("{:>7}  {}", "", show(line)));
        }
    }
}

/// The text that may be used: the decision's own, since it may have been changed.
fn usable(decision: &Decision) -> Option<String> {
    let content = decision.content.as_ref()?;
    Some(content.as_str().map_or_else(|| content.to_json(), str::to_owned))
}

/// What the model is told. Reasons never hold the refused value.
fn refusal(decision: &Decision) -> Message {
    let mut reasons: Vec<&str> = decision.reasons.iter().map(|r| r.message.as_str()).collect();
    if let Some(error) = &decision.error {
        reasons.push(error.message());
    }
    if reasons.is_empty() {
        reasons.push("refused");
    }
    Message::Refused(reasons.join("; "))
}
