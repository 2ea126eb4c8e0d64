//! `authorize_tool_call`: every action before it happens. Here it is read and checked; `judge`
//! decides it.

use super::answer::{Draft, Yield, conclude, core_reason, no_answer};
use super::force::InForce;
use super::judge::Looked;
use super::plugin::HostResults;
use super::session::Session;
use crate::decision::Decision;
use crate::detect::{Scope, code};
use crate::enforce::{Settlement, Verdict, arguments};
use crate::error::{Error, Result};
use crate::finding::CodeFacts;
use crate::id::{CallId, ToolId};
use crate::request::Verb;
use crate::tool::{Effects, FailMode, Tool, ToolCall};
use crate::value::Value;
use crate::view::{Leaf, Views};
use crate::wire::{self, AuthorizeRequest};
use std::sync::Arc;

/// A call that is well formed, with everything about it that no lock is needed for.
pub(super) struct Asked<'a> {
    pub call: ToolCall,
    pub tool: Arc<Tool>,
    pub effects: Effects,
    pub amount: i64,
    pub code: Vec<(String, CodeFacts)>,
    pub leaves: Vec<Leaf<'a>>,
}

/// Rule and threat of a call that cannot be read, and of one that was stopped.
pub(super) const MALFORMED: (&str, &str) = ("malformed_call", "ASI02");
pub(super) const STOPPED: (&str, &str) = ("stopped", "ASI10");

impl Session {
    /// Decides whether the agent may do this.
    ///
    /// `tool` is `[server/]name`. The same `call_id` with the same arguments is one call until its
    /// result is reported. Execute the Decision's `arguments`, not your own copy.
    ///
    /// # Errors
    /// `misuse/closed`, `session/poisoned`, `id/invalid` for the call id. What could not be
    /// decided is a Decision with its `error` set.
    ///
    /// ```
    /// use checkrein::{Guard, Limits, Outcome, Value};
    /// let session = Guard::new()?.session(Default::default())?;
    /// let arguments = Value::parse(br#"{"to":"bob@example.com"}"#, &Limits::default())?;
    /// // Nobody described this tool, so a human is asked.
    /// let decision = session.authorize_tool_call("send_mail", arguments, Some("c1"))?;
    /// assert_eq!(decision.outcome, Outcome::Ask);
    /// # Ok::<(), checkrein::Error>(())
    /// ```
    pub fn authorize_tool_call(
        &self,
        tool: &str,
        arguments: Value,
        call_id: Option<&str>,
    ) -> Result<Decision> {
        let request = AuthorizeRequest {
            tool: tool.to_owned(),
            arguments,
            call_id: call_id.map(str::to_owned),
            trace: None,
        };
        self.authorize_request(request)
    }

    /// Authorizes a request as bindings read it.
    ///
    /// # Errors
    /// As [`Session::authorize_tool_call`].
    pub fn authorize_request(&self, request: AuthorizeRequest) -> Result<Decision> {
        self.authorize(request, &HostResults::default())
    }

    pub(super) fn authorize(
        &self,
        request: AuthorizeRequest,
        host: &HostResults,
    ) -> Result<Decision> {
        self.guard.check_open()?;
        let inner = &self.guard.inner;
        inner.after_fork();
        let force = inner.force.load();
        self.with_call(&force, request, |draft, asked| match asked {
            Ok(asked) => self.decide_call(&force, draft, asked, host),
            Err(error) => self.malformed(&force, draft, error),
        })
    }

    /// Reads a call, and hands on what it is or why it cannot be read.
    pub(super) fn with_call<T>(
        &self,
        force: &InForce,
        request: AuthorizeRequest,
        then: impl FnOnce(Draft, Result<&Asked<'_>>) -> Result<T>,
    ) -> Result<T> {
        let inner = &self.guard.inner;
        let call_id = request.call_id.as_deref().map(CallId::new).transpose()?;
        let mut draft = Draft::new(inner, Verb::AuthorizeToolCall, call_id.clone(), request.trace);
        let tool_id = match ToolId::new(&request.tool) {
            Ok(id) => id,
            Err(error) => return then(draft, Err(error)),
        };
        let tool = force.tool(&tool_id);
        draft.tool = Some((tool_id.clone(), tool.descriptor));
        draft.fail_mode = force.fail_mode(&tool);
        let checked = ToolCall::new(tool_id, request.arguments, call_id, &inner.limits)
            .and_then(|call| arguments::check(&tool, &call).map(|()| call));
        let call = match checked {
            Ok(call) => call,
            Err(error) => return then(draft, Err(error)),
        };
        let texts = arguments::string_leaves(&call);
        let views = self.argument_views(&texts, &mut draft);
        let asked = self.read_call(force, &mut draft, tool, call, leaves(&texts, &views));
        then(draft, Ok(&asked))
    }

    /// The facts of a call by name, as policy would read them now. Nothing is counted.
    pub(super) fn preview_call(
        &self,
        request: AuthorizeRequest,
    ) -> Result<Vec<(&'static str, Value)>> {
        let inner = &self.guard.inner;
        let force = inner.force.load();
        let tool_id = ToolId::new(&request.tool)?;
        let tool = force.tool(&tool_id);
        let call = ToolCall::new(tool_id, request.arguments, None, &inner.limits)?;
        let mut draft = Draft::new(inner, Verb::AuthorizeToolCall, None, None);
        let texts = arguments::string_leaves(&call);
        let views = self.argument_views(&texts, &mut draft);
        let asked = self.read_call(&force, &mut draft, tool, call, leaves(&texts, &views));
        let Looked::Seen(seen) = self.look(&force, &asked)? else { return Ok(Vec::new()) };
        draft.settle_findings(inner.limits.findings, &asked.code);
        let entry = inner.store.get(&self.cell.counters)?.unwrap_or_default();
        self.fill(&force, &mut draft, &asked, &seen, Some(&entry));
        Ok(vec![
            ("flow", wire::flow_facts(&draft.flow)),
            ("args", wire::args_facts(&draft.args)),
            ("session", wire::session_facts(&draft.session)),
            ("tool", wire::tool_facts(&draft.facts)),
            ("findings", wire::finding_facts(&draft.found)),
        ])
    }

    fn argument_views<'a>(
        &self,
        texts: &'a [(String, String)],
        draft: &mut Draft,
    ) -> Vec<Views<'a>> {
        texts.iter().map(|(path, text)| self.see(path, text, draft)).collect()
    }

    /// Runs the detectors over a call's arguments, and reads what its code, paths and addresses do.
    fn read_call<'a>(
        &self,
        force: &InForce,
        draft: &mut Draft,
        tool: Arc<Tool>,
        call: ToolCall,
        leaves: Vec<Leaf<'a>>,
    ) -> Asked<'a> {
        let mut code_facts = Vec::new();
        for leaf in &leaves {
            let Some(argument) = tool.argument_at(leaf.path) else { continue };
            let facts = code::read(argument.role, leaf.text);
            code::findings(leaf.path, leaf.text, argument.role, &facts, &mut draft.findings);
            if facts != CodeFacts::default() {
                code_facts.push((leaf.path.to_owned(), facts));
            }
        }
        draft.control("detect/code");
        self.scan(force, &leaves, Scope::Arguments, draft);
        Asked {
            effects: tool.effects_of(&call.arguments),
            amount: arguments::amount(&tool, &call),
            code: code_facts,
            leaves,
            tool,
            call,
        }
    }

    /// A call that cannot be read is refused, whatever the fail mode.
    fn malformed(&self, force: &InForce, mut draft: Draft, error: Error) -> Result<Decision> {
        draft.fail_mode = FailMode::Closed;
        let settlement = self.refusal(force, &draft, MALFORMED, error);
        let id = self.guard.inner.decision_id()?;
        Ok(self.finish(force, draft, settlement, &no_answer(), Yield::default(), id))
    }

    /// A call that is refused before policy is asked.
    pub(super) fn refusal(
        &self,
        force: &InForce,
        draft: &Draft,
        (rule, threat): (&str, &str),
        error: Error,
    ) -> Settlement {
        let reason = core_reason(rule, error.message(), &[threat]);
        let verdict = Verdict::deny(reason);
        let inner = &self.guard.inner;
        let mut settlement = conclude(inner, force, draft, verdict, &no_answer(), None);
        settlement.error = Some(error);
        settlement
    }
}

fn leaves<'a>(texts: &'a [(String, String)], views: &'a [Views<'a>]) -> Vec<Leaf<'a>> {
    let leaf = |((path, text), views)| Leaf { path, text, views };
    texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).zip(views).map(leaf).collect()
}
