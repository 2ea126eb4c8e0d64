//! One session's calls: a state machine each, bounded, and what was never reported.

use crate::approval::CallState;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::id::{ApprovalId, CallId, DecisionId, ToolId};
use crate::limits::Limits;
use crate::tool::{Effects, ToolCall};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Calls that a session keeps.
const MOST: usize = 1024;

/// One call as it was decided.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRecord {
    /// The call.
    pub call: ToolCall,
    /// The decision about it.
    pub decision: DecisionId,
    /// Where it stands.
    pub state: CallState,
    /// When it was decided, ms since the epoch.
    pub at_ms: i64,
    /// Until when it may be started, ms since the epoch.
    pub expires_ms: i64,
    /// The approval that it waits for, or that allowed it.
    pub approval: Option<ApprovalId>,
    /// The effects that were reserved.
    pub effects: Effects,
    /// The amount that was reserved.
    pub amount: i64,
}

impl CallRecord {
    /// Whether it may no longer be started.
    #[must_use]
    pub fn is_stale(&self, now_ms: i64) -> bool {
        now_ms >= self.expires_ms
    }

    /// Whether the host may be running it.
    fn is_open(&self) -> bool {
        matches!(self.state, CallState::Allowed | CallState::Started)
    }
}

/// The calls of one session.
///
/// A call with an id is known by its id, tool and argument digest; one without is known by its
/// decision alone. `asked -> approved -> started -> done` and `allowed -> started -> done`; a host
/// that starts nothing itself reports the result of an allowed call, which starts and ends it.
///
/// # Results that were never reported
/// An allowed or started call is *open*: the host may have run it, and the model may have read a
/// result that nobody inspected. Being open is no fault, for several calls of one turn are
/// authorized before any has a result. It becomes *overdue* once the conversation goes on without
/// it:
/// - the result of another call arrives ([`Calls::done`] sees to that itself),
/// - a user's turn begins or the model answers ([`Calls::turn_ended`]),
/// - another call is decided after its validity ([`Calls::lapse`]).
///
/// Its own result settles it, however late: of three parallel calls each is overdue when the first
/// result arrives, and none when the last has. So [`Calls::unreported`] is what the *next* call is
/// judged by; a host whose parallel calls overlap with the next turn gets the stricter answer.
/// [`Calls::abandon`] is for a call that the host knows it did not run.
#[derive(Debug, Clone)]
pub struct Calls {
    held: BTreeMap<u64, Held>,
    next: u64,
    by_decision: HashMap<DecisionId, u64>,
    by_key: HashMap<CallKey, u64>,
    by_id: HashMap<CallId, BTreeSet<u64>>,
    open: BTreeSet<u64>,
    /// Open calls that had to be forgotten, or were decided anew while overdue.
    lost: usize,
    failures: u32,
    most: usize,
}

#[derive(Debug, Clone)]
struct Held {
    record: CallRecord,
    overdue: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct CallKey {
    id: CallId,
    tool: ToolId,
    arguments: Digest,
}

impl CallKey {
    fn of(call: &ToolCall) -> Option<Self> {
        let id = call.call_id.clone()?;
        Some(Self { id, tool: call.tool.clone(), arguments: call.digest })
    }
}

impl Calls {
    /// No calls yet.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            held: BTreeMap::new(),
            next: 0,
            by_decision: HashMap::new(),
            by_key: HashMap::new(),
            by_id: HashMap::new(),
            open: BTreeSet::new(),
            lost: 0,
            failures: 0,
            // As many as approvals can wait, in any case.
            most: MOST.max(limits.pending_approvals.saturating_mul(2)),
        }
    }

    /// The standing answer to this very call: asked, approved, allowed or started. None where it
    /// is to be decided: it is new, has no id, was refused, or was done before (frameworks repeat
    /// ids). An answer can be stale: see [`CallRecord::is_stale`].
    #[must_use]
    pub fn state(&self, call: &ToolCall) -> Option<&CallRecord> {
        let at = self.by_key.get(&CallKey::of(call)?)?;
        let record = &self.held.get(at)?.record;
        let settled = matches!(record.state, CallState::Done | CallState::Denied);
        (!settled).then_some(record)
    }

    /// Keeps what was decided. A record with a known decision id moves that call on; one for a
    /// known call replaces its standing answer, unless that was started: then both are kept.
    ///
    /// Gives whether it was taken: a call never moves back (`started` to `allowed`).
    pub fn record(&mut self, record: CallRecord) -> bool {
        if let Some(at) = self.by_decision.get(&record.decision).copied() {
            return self.move_on(at, record);
        }
        let key = CallKey::of(&record.call);
        if let Some(at) = key.as_ref().and_then(|key| self.by_key.get(key)).copied() {
            let standing = self.held.get(&at);
            if standing.is_some_and(|held| held.record.state != CallState::Started) {
                self.lost += usize::from(standing.is_some_and(|held| held.overdue));
                self.forget(at);
            }
        }
        let at = self.next;
        self.next = self.next.saturating_add(1);
        self.by_decision.insert(record.decision.clone(), at);
        if let Some(key) = key {
            self.by_id.entry(key.id.clone()).or_default().insert(at);
            self.by_key.insert(key, at);
        }
        if record.is_open() {
            self.open.insert(at);
        }
        self.held.insert(at, Held { record, overdue: false });
        if self.held.len() > self.most {
            self.evict(at);
        }
        true
    }

    /// The call that this decision was about.
    #[must_use]
    pub fn by_decision(&self, decision: &DecisionId) -> Option<&CallRecord> {
        self.held.get(self.by_decision.get(decision)?).map(|held| &held.record)
    }

    /// The newest call with this id.
    #[must_use]
    pub fn by_call_id(&self, id: &CallId) -> Option<&CallRecord> {
        self.held.get(self.by_id.get(id)?.last()?).map(|held| &held.record)
    }

    /// The newest call that waits for this approval, or was allowed by it.
    #[must_use]
    pub fn by_approval(&self, approval: &ApprovalId) -> Option<&CallRecord> {
        let mut newest = self.held.values().rev().map(|held| &held.record);
        newest.find(|record| record.approval.as_ref() == Some(approval))
    }

    /// Moves the calls that wait for this approval to approved or denied; gives how many did.
    pub fn answer(&mut self, approval: &ApprovalId, yes: bool) -> usize {
        let state = if yes { CallState::Approved } else { CallState::Denied };
        let waiting = self.held.values_mut().map(|held| &mut held.record).filter(|record| {
            record.state == CallState::Asked && record.approval.as_ref() == Some(approval)
        });
        waiting.map(|record| record.state = state).count()
    }

    /// Starts the call that this decision allowed, once.
    ///
    /// # Errors
    /// `session/unknown` where no call has this decision; `decision/stale` where it is past its
    /// validity, was not allowed, or was started before.
    pub fn start(&mut self, decision: &DecisionId, now_ms: i64) -> Result<()> {
        let at = self.by_decision.get(decision).copied();
        let Some((at, held)) = at.and_then(|at| Some((at, self.held.get_mut(&at)?))) else {
            return Err(Error::new(ErrorKind::SessionUnknown, "no call has this decision"));
        };
        let record = &mut held.record;
        let fault = match record.state {
            CallState::Approved | CallState::Allowed if !record.is_stale(now_ms) => {
                record.state = CallState::Started;
                self.open.insert(at);
                return Ok(());
            }
            CallState::Approved | CallState::Allowed => "is past its validity",
            CallState::Asked => "waits for a human",
            CallState::Denied => "was refused",
            CallState::Started => "was started before",
            CallState::Done => "was carried out before",
        };
        Err(Error::new(ErrorKind::DecisionStale, format!("the call {fault}"))
            .with("decision", decision.as_str()))
    }

    /// Ends the newest call with this id that the host may have run, as its result (or its error,
    /// where not `ok`) arrived. None where none was allowed. What else is open becomes overdue.
    pub fn done(&mut self, id: &CallId, ok: bool) -> Option<CallRecord> {
        let of_id = self.by_id.get(id)?;
        let state = |at: &u64| self.held.get(at).map(|held| held.record.state);
        let newest =
            |wanted: CallState| of_id.iter().rev().copied().find(|at| state(at) == Some(wanted));
        let at = newest(CallState::Started)
            .or_else(|| newest(CallState::Allowed))
            .or_else(|| newest(CallState::Approved))?;
        self.end(at, ok)
    }

    /// As [`Calls::done`], for the call of one decision: for calls without an id.
    pub fn done_decision(&mut self, decision: &DecisionId, ok: bool) -> Option<CallRecord> {
        let at = self.by_decision.get(decision).copied()?;
        self.end(at, ok)
    }

    /// As [`Calls::done`], for the oldest open call of a tool that has no id: where a host numbers
    /// neither calls nor results.
    pub fn done_tool(&mut self, tool: &ToolId, ok: bool) -> Option<CallRecord> {
        let of_tool = |at: &&u64| {
            let call = self.held.get(at).map(|held| &held.record.call);
            call.is_some_and(|call| call.call_id.is_none() && call.tool == *tool)
        };
        let at = self.open.iter().find(of_tool).copied()?;
        self.end(at, ok)
    }

    /// Takes an allowed call back that the host says it did not run; gives it, so that its
    /// reservation can be released. A started call cannot be taken back.
    pub fn abandon(&mut self, decision: &DecisionId) -> Option<CallRecord> {
        let at = self.by_decision.get(decision).copied()?;
        let held = self.held.get_mut(&at)?;
        if matches!(held.record.state, CallState::Started | CallState::Done | CallState::Denied) {
            return None;
        }
        held.record.state = CallState::Denied;
        held.overdue = false;
        self.open.remove(&at);
        Some(held.record.clone())
    }

    /// The conversation goes on: every open call is overdue from now on, until its result comes.
    pub fn turn_ended(&mut self) {
        self.mark_overdue(|_| true);
    }

    /// `call` is about to be decided: other open calls that are past their validity are overdue.
    /// The same call again is not held against itself: it was late, and is decided anew.
    pub fn lapse(&mut self, call: &ToolCall, now_ms: i64) {
        let key = CallKey::of(call);
        let again = |record: &CallRecord| key.is_some() && CallKey::of(&record.call) == key;
        self.mark_overdue(|record| record.is_stale(now_ms) && !again(record));
    }

    /// Calls whose result is overdue: see [`Calls`].
    pub fn overdue(&self) -> impl Iterator<Item = &CallRecord> {
        let held = self.open.iter().filter_map(|at| self.held.get(at));
        held.filter(|held| held.overdue).map(|held| &held.record)
    }

    /// How many results are overdue, those of calls that had to be forgotten included.
    #[must_use]
    pub fn unreported(&self) -> usize {
        self.lost.saturating_add(self.overdue().count())
    }

    /// Results in a row that were errors.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// How many calls are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    fn mark_overdue(&mut self, which: impl Fn(&CallRecord) -> bool) {
        for at in &self.open {
            if let Some(held) = self.held.get_mut(at) {
                held.overdue |= which(&held.record);
            }
        }
    }

    fn end(&mut self, at: u64, ok: bool) -> Option<CallRecord> {
        let held = self.held.get_mut(&at)?;
        if !may_become(held.record.state, CallState::Done) {
            return None;
        }
        held.record.state = CallState::Done;
        held.overdue = false;
        let record = held.record.clone();
        self.open.remove(&at);
        self.failures = if ok { 0 } else { self.failures.saturating_add(1) };
        self.turn_ended();
        Some(record)
    }

    fn move_on(&mut self, at: u64, record: CallRecord) -> bool {
        let Some(held) = self.held.get_mut(&at) else { return false };
        let same_call = CallKey::of(&held.record.call) == CallKey::of(&record.call)
            && held.record.call.digest == record.call.digest
            && held.record.call.tool == record.call.tool;
        if !same_call || !may_become(held.record.state, record.state) {
            return false;
        }
        if record.is_open() {
            self.open.insert(at);
        } else {
            self.open.remove(&at);
            held.overdue = false;
        }
        held.record = record;
        true
    }

    fn forget(&mut self, at: u64) {
        let Some(held) = self.held.remove(&at) else { return };
        self.open.remove(&at);
        self.by_decision.remove(&held.record.decision);
        let Some(key) = CallKey::of(&held.record.call) else { return };
        if let Some(of_id) = self.by_id.get_mut(&key.id) {
            of_id.remove(&at);
            if of_id.is_empty() {
                self.by_id.remove(&key.id);
            }
        }
        if self.by_key.get(&key) == Some(&at) {
            self.by_key.remove(&key);
        }
    }

    /// Forgets a quarter: what is settled first, then what was only asked, then the oldest open
    /// calls, which stay counted. One pass for many calls, so that each costs little.
    fn evict(&mut self, newest: u64) {
        let others = self.held.iter().filter(|(at, _)| **at != newest);
        let mut order: Vec<(u8, u64)> =
            others.map(|(at, held)| (worth(held.record.state), *at)).collect();
        order.sort_unstable();
        for (_, at) in order.into_iter().take((self.most / 4).max(1)) {
            self.lost += usize::from(self.open.contains(&at));
            self.forget(at);
        }
    }
}

/// What is forgotten first.
fn worth(state: CallState) -> u8 {
    match state {
        CallState::Done => 0,
        CallState::Denied => 1,
        CallState::Asked => 2,
        CallState::Approved => 3,
        CallState::Allowed => 4,
        CallState::Started => 5,
    }
}

fn may_become(from: CallState, to: CallState) -> bool {
    use CallState::{Allowed, Approved, Asked, Denied, Done, Started};
    match from {
        Asked => matches!(to, Asked | Approved | Allowed | Denied),
        Approved => matches!(to, Approved | Allowed | Denied | Started | Done),
        Allowed => matches!(to, Allowed | Denied | Started | Done),
        Started => matches!(to, Started | Done),
        Done | Denied => false,
    }
}

#[cfg(test)]
mod tests;
