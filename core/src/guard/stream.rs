//! Streams: answers that leave piece by piece, and calls whose arguments arrive piece by piece.

use super::answer::{Yield, no_answer};
use super::output::{Block, Looked};
use super::plugin::HostResults;
use super::session::Session;
use crate::content::{Content, OutputKind};
use crate::decision::{Decision, Outcome};
use crate::enforce::stream::{Deltas, Holder};
use crate::error::{ErrorKind, Result};
use crate::limits::Limits;
use crate::source::SourceKind;
use crate::value::Value;
use crate::wire::AuthorizeRequest;

/// An answer that leaves piece by piece: what `push` gives may go out at once.
///
/// ```
/// use checkrein::{Guard, content::OutputKind};
/// let session = Guard::new()?.session(Default::default())?;
/// let mut stream = session.output_stream(OutputKind::Answer, None);
/// let mut out = stream.push(b"All ")?.text;
/// out += &stream.push(b"done.")?.text;
/// let (tail, decision) = stream.finish()?;
/// out += &tail;
/// assert_eq!(out, "All done.");
/// assert!(decision.allowed());
/// # Ok::<(), checkrein::Error>(())
/// ```
pub struct OutputStream {
    session: Session,
    kind: OutputKind,
    audience: Option<Vec<String>>,
    holder: Holder,
    received: usize,
    last: Option<Box<Looked>>,
    outcome: Outcome,
}

/// What a push released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamPart {
    /// May go out now.
    pub text: String,
    /// Whether the stream was refused: nothing follows.
    pub denied: bool,
}

impl Session {
    /// Opens a stream for an answer. See [`Session::inspect_output`].
    #[must_use]
    pub fn output_stream(&self, kind: OutputKind, audience: Option<Vec<String>>) -> OutputStream {
        let reach = self.guard.inner.force.load().detectors.reach();
        OutputStream {
            holder: Holder::new(self.guard.inner.limits.hold_back).seeing(reach),
            session: self.clone(),
            kind,
            audience,
            received: 0,
            last: None,
            outcome: Outcome::Allow,
        }
    }

    /// Opens a stream for a call's arguments; nothing is decided before they are whole.
    #[must_use]
    pub fn call_stream(&self, tool: &str, call_id: Option<&str>) -> CallStream {
        CallStream {
            deltas: Deltas::new(&self.guard.inner.limits),
            session: self.clone(),
            tool: tool.to_owned(),
            call_id: call_id.map(str::to_owned),
        }
    }
}

impl OutputStream {
    /// Takes the next bytes; a character may be split between two pushes.
    ///
    /// # Errors
    /// `value/utf8`, `limit/text`, `misuse/closed`, `session/poisoned`. Nothing follows then.
    pub fn push(&mut self, chunk: &[u8]) -> Result<StreamPart> {
        self.session.guard.check_open()?;
        if self.outcome == Outcome::Deny {
            return Ok(StreamPart { text: String::new(), denied: true });
        }
        self.received = self.received.saturating_add(chunk.len());
        let limit = self.session.guard.inner.limits.text;
        let sized = Limits::check(ErrorKind::LimitText, "text", self.received, limit);
        if let Err(error) = sized.and_then(|()| self.holder.push(chunk)) {
            self.holder.deny();
            self.outcome = Outcome::Deny;
            return Err(error);
        }
        let text = self.release()?;
        Ok(StreamPart { text, denied: self.outcome == Outcome::Deny })
    }

    /// Ends the stream: what may still go out, and the decision over all of it, recorded.
    ///
    /// # Errors
    /// As [`OutputStream::push`].
    pub fn finish(mut self) -> Result<(String, Decision)> {
        self.session.guard.check_open()?;
        let mut tail = String::new();
        if self.outcome != Outcome::Deny {
            self.holder.finish()?;
            tail = self.release()?;
        }
        let session = &self.session;
        let inner = &session.guard.inner;
        let force = inner.force.load();
        let looked = match self.last.take() {
            Some(looked) => *looked,
            None => {
                let content = Content::text(SourceKind::Model, "");
                let audience = self.audience.as_deref();
                let none = HostResults::default();
                session.look_at_output(&force, &content, self.kind, audience, None, &none, None)?
            }
        };
        let Looked { mut draft, mut settlement, answer } = looked;
        settlement.outcome = settlement.outcome.max(self.outcome);
        draft.content.bytes = i64::try_from(self.received).unwrap_or(i64::MAX);
        draft.settle_findings(inner.limits.findings, &[]);
        let give = Yield { content: Some(Value::String(tail.clone())), ..Yield::default() };
        let id = inner.decision_id()?;
        let decision = session.finish(&force, draft, settlement, &answer, give, id);
        if !decision.allowed() {
            tail.clear();
        }
        Ok((tail, decision))
    }

    /// Inspects every window that is ready, and gives what may go out.
    fn release(&mut self) -> Result<String> {
        let inner = &self.session.guard.inner;
        let force = inner.force.load();
        let mut out = String::new();
        loop {
            let Some(window) = self.holder.ready() else { return Ok(out) };
            let content = Content::text(SourceKind::Model, window.text);
            let before = self.last.as_ref().map(|last| &last.draft.found);
            let end = if window.last { usize::MAX } else { window.text.len() };
            let block = Block { goes: window.goes(), end, before };
            let looked = self.session.look_at_output(
                &force,
                &content,
                self.kind,
                self.audience.as_deref(),
                None,
                &HostResults::default(),
                Some(&block),
            );
            let mut looked = match looked {
                Ok(looked) => looked,
                Err(error) => {
                    self.holder.deny();
                    self.outcome = Outcome::Deny;
                    return Err(error);
                }
            };
            if block.goes.is_empty() {
                // It is context, and what was found long: both were told of before.
                looked.draft.findings.clear();
            }
            for finding in &mut looked.draft.findings {
                finding.span = window.place(finding.span);
            }
            let outcome = looked.settlement.outcome;
            let edits = std::mem::take(&mut looked.settlement.edits);
            if outcome == Outcome::Deny {
                self.keep(looked);
                self.holder.deny();
                self.outcome = Outcome::Deny;
                return Ok(out);
            }
            match self.holder.release(&edits) {
                Ok(Some(text)) => {
                    self.keep(looked);
                    out.push_str(&text);
                }
                // Something goes on where the window ends: it is looked at again with more.
                Ok(None) => {}
                Err(error) => {
                    self.outcome = Outcome::Deny;
                    return Err(error);
                }
            }
        }
    }

    /// Joins what was seen of this window to what was seen before.
    fn keep(&mut self, mut looked: Looked) {
        if let Some(before) = self.last.take() {
            let Looked { draft, settlement, answer } = *before;
            let limit = self.session.guard.inner.limits.findings;
            looked.draft.began_ns = draft.began_ns;
            looked.draft.findings.extend(draft.findings);
            looked.draft.settle_findings(limit, &[]);
            for source in draft.sources {
                if !looked.draft.sources.contains(&source) {
                    looked.draft.sources.push(source);
                }
            }
            looked.draft.due.extend(draft.due);
            looked.draft.ran.extend(draft.ran);
            looked.settlement.outcome = looked.settlement.outcome.max(settlement.outcome);
            looked.settlement.would_be = looked.settlement.would_be.max(settlement.would_be);
            for reason in settlement.reasons {
                if !looked.settlement.reasons.contains(&reason) {
                    looked.settlement.reasons.push(reason);
                }
            }
            looked.settlement.error = settlement.error.or(looked.settlement.error);
            looked.answer = answer.combine(std::mem::replace(&mut looked.answer, no_answer()));
        }
        self.last = Some(Box::new(looked));
    }
}

/// A call whose arguments arrive piece by piece, as JSON text.
pub struct CallStream {
    session: Session,
    tool: String,
    call_id: Option<String>,
    deltas: Deltas,
}

impl CallStream {
    /// Takes the next bytes of the arguments.
    ///
    /// # Errors
    /// `limit/arguments`, `value/utf8`.
    pub fn push(&mut self, delta: &[u8]) -> Result<()> {
        self.deltas.push(delta)
    }

    /// Authorizes the whole call. See [`Session::authorize_tool_call`].
    ///
    /// # Errors
    /// Those of reading JSON, and of the verb.
    pub fn finish(self) -> Result<Decision> {
        let text = self.deltas.finish()?;
        // Some models send nothing for a call without arguments.
        let text = if text.trim_ascii().is_empty() { "{}" } else { text.as_str() };
        let arguments = Value::parse(text.as_bytes(), &self.session.guard.inner.limits)?;
        let request =
            AuthorizeRequest { tool: self.tool, arguments, call_id: self.call_id, trace: None };
        self.session.authorize(request, &HostResults::default())
    }
}
