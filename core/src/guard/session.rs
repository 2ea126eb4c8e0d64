//! One agent run: the handle that a host holds, and the state behind it.

use super::settling::Open;
use super::{Guard, Inner, lock};
use crate::approval::Grant;
use crate::approve::Calls;
use crate::content::{Body, Content};
use crate::digest::Digest;
use crate::enforce::Names;
use crate::error::{Error, ErrorKind, Result};
use crate::event::{EventBody, SessionChange};
use crate::flow::Index;
use crate::id::{AgentId, CallId, DecisionId, SessionId};
use crate::limits::Limits;
use crate::principal::Principal;
use crate::random;
use crate::session::{Recent, Risk, store_key};
use crate::store::StoreKey;
use crate::wire::SessionOptions;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// Minutes in which risk halves.
const RISK_HALF_LIFE_MS: i64 = 30 * 60_000;

/// A session of a guard. Cheap to clone, shared by threads; holds its guard.
#[derive(Clone)]
pub struct Session {
    pub(super) guard: Guard,
    pub(super) cell: Arc<Cell>,
}

/// What never changes of a session, and the state under its lock.
pub(super) struct Cell {
    pub id: SessionId,
    pub principal: Principal,
    pub goal: Option<String>,
    pub parent: Option<SessionId>,
    /// Counters of a spawned session are its root's: budgets roll up.
    pub counters: StoreKey,
    pub state: Mutex<State>,
    /// Told when a decision about a call is ready for others that asked about the same call.
    pub settled: Condvar,
    /// What redacted values are called: the same in all sessions of one run.
    pub names: Arc<Mutex<Names>>,
    pub last_used_ms: AtomicI64,
    pub bytes: AtomicUsize,
}

/// Everything that changes; touched for moments only, never while host code or I/O runs.
pub(super) struct State {
    pub index: Index,
    pub calls: Calls,
    /// Decisions of calls that are not done: what makes a repeated call one call.
    pub open: Open,
    pub recent: Recent,
    pub risk: Risk,
    pub grants: BTreeSet<Grant>,
    pub system: Option<Digest>,
    pub turn: u32,
    /// Counts every change.
    pub epoch: u64,
    /// Counts the changes that a decision about any call depends on: all but a call's entry, which
    /// concerns calls of the same id and loops alone.
    pub history: u64,
    pub resumed: bool,
    pub closed: bool,
    pub poisoned: bool,
}

impl State {
    fn new(limits: &Limits, principal: &Principal) -> Self {
        Self {
            index: Index::new(limits, principal),
            calls: Calls::new(limits),
            open: Open::default(),
            recent: Recent::new(),
            risk: Risk::new(RISK_HALF_LIFE_MS),
            grants: BTreeSet::new(),
            system: None,
            turn: 0,
            epoch: 0,
            history: 0,
            resumed: false,
            closed: false,
            poisoned: false,
        }
    }

    /// From now on the history is unknown: after a fork, or for an id that no store knows.
    pub fn forget(&mut self) {
        self.index.set_unknown();
        self.open.clear();
        self.grants.clear();
        self.resumed = true;
        self.changed();
    }

    /// What was decided on facts from before this no longer holds.
    pub fn changed(&mut self) {
        self.epoch += 1;
        self.history += 1;
    }
}

impl Cell {
    fn new(inner: &Inner, id: SessionId, principal: Principal, goal: Option<String>) -> Self {
        let counters = store_key(&inner.store_names, &principal.tenant, &id);
        let state = Mutex::new(State::new(&inner.limits, &principal));
        let last_used_ms = AtomicI64::new(inner.clock.wall_ms());
        let bytes = AtomicUsize::new(0);
        let names = Arc::default();
        Self {
            id,
            principal,
            goal,
            parent: None,
            counters,
            state,
            settled: Condvar::new(),
            names,
            last_used_ms,
            bytes,
        }
    }

    /// The state, for a moment.
    ///
    /// # Errors
    /// `session/poisoned` after a panic, `misuse/closed` after `close`.
    pub fn lock(&self) -> Result<MutexGuard<'_, State>> {
        Self::usable(self.state.lock().map_err(|_| poisoned())?)
    }

    /// Lets go of the state until a decision is ready, and gives whether one was before `patience`
    /// was over.
    ///
    /// # Errors
    /// As [`Cell::lock`].
    pub fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        patience: Duration,
    ) -> Result<(MutexGuard<'a, State>, bool)> {
        let waited = self.settled.wait_timeout(state, patience);
        let (state, time) = waited.map_err(|_| poisoned())?;
        Ok((Self::usable(state)?, !time.timed_out()))
    }

    fn usable(state: MutexGuard<'_, State>) -> Result<MutexGuard<'_, State>> {
        if state.poisoned {
            return Err(poisoned());
        }
        if state.closed {
            return Err(Error::new(ErrorKind::MisuseClosed, "the session was closed"));
        }
        Ok(state)
    }
}

fn poisoned() -> Error {
    Error::new(ErrorKind::SessionPoisoned, "a panic ended this session; open another")
}

/// Opens a session by its options.
pub(super) fn open(guard: &Guard, options: &SessionOptions) -> Result<Session> {
    let inner = &guard.inner;
    let principal = options.principal()?;
    let (id, given) = match &options.id {
        Some(id) => (SessionId::new(id)?, true),
        None => (inner.fresh_session_id()?, false),
    };
    let live = lock(&inner.sessions)?.get(&principal.tenant, &id);
    if let Some(cell) = live {
        if cell.principal.user.id != principal.user.id || cell.principal.agent != principal.agent {
            let message = "the live session with this id belongs to another user or agent";
            return Err(Error::new(ErrorKind::MisuseArgument, message));
        }
        if !options.new {
            return Ok(Session { guard: guard.clone(), cell });
        }
        let message = "a session with this id is live, so it cannot be new";
        return Err(Error::new(ErrorKind::MisuseArgument, message));
    }
    let how = if given && !options.new { SessionChange::Resumed } else { SessionChange::New };
    let cell = Cell::new(inner, id, principal, options.goal.clone());
    if how == SessionChange::Resumed
        && let Ok(mut state) = cell.state.lock()
    {
        state.forget();
    }
    enter(guard, cell, how)
}

fn enter(guard: &Guard, cell: Cell, how: SessionChange) -> Result<Session> {
    let inner = &guard.inner;
    let parent = cell.parent.clone();
    let cell = Arc::new(cell);
    let cell = lock(&inner.sessions)?.insert(cell, &inner.limits)?;
    inner.append(Some(&cell), EventBody::Session { how, parent })?;
    Ok(Session { guard: guard.clone(), cell })
}

impl Inner {
    fn fresh_session_id(&self) -> Result<SessionId> {
        let bytes: [u8; 16] = random::bytes(&*self.random)?;
        SessionId::new(&crate::digest::hex(&bytes))
    }
}

impl Session {
    /// The session's id.
    #[must_use]
    pub fn id(&self) -> &SessionId {
        &self.cell.id
    }

    /// Who acts in it.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.cell.principal
    }

    /// What the agent is to reach, as the host said.
    #[must_use]
    pub fn goal(&self) -> Option<&str> {
        self.cell.goal.as_deref()
    }

    /// Its guard.
    #[must_use]
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// A sub-agent: it extends the principal chain, reads what this session has seen so far,
    /// inherits taint, and its calls count against this session's budgets. What passes between
    /// the two later is `agent_message`.
    ///
    /// # Errors
    /// `id/invalid`, `misuse/closed`, `misuse/argument` where the chain is too long.
    pub fn spawn(&self, agent: &str, goal: Option<&str>) -> Result<Session> {
        self.guard.check_open()?;
        let inner = &self.guard.inner;
        let mut principal = self.cell.principal.clone();
        principal.on_behalf_of.push(principal.agent.clone());
        principal.agent = AgentId::new(agent)?;
        let depth = principal.on_behalf_of.len() + 1;
        Limits::check(ErrorKind::MisuseArgument, "chain", depth, inner.limits.chain)?;
        let id = inner.fresh_session_id()?;
        let mut cell = Cell::new(inner, id, principal, goal.map(str::to_owned));
        cell.parent = Some(self.cell.id.clone());
        cell.counters = self.cell.counters;
        cell.names = Arc::clone(&self.cell.names);
        {
            let mut parent = self.cell.lock()?;
            let mut state = cell.lock()?;
            state.index = parent.index.child();
            state.system = parent.system;
            state.resumed = parent.resumed;
        }
        enter(&self.guard, cell, SessionChange::Spawned)
    }

    /// Gives a resumed session its history again: `messages` are what the model saw, oldest
    /// first. Tool results among them get no manifest labels, since no authorized call is known.
    ///
    /// # Errors
    /// `misuse/closed`, `session/poisoned`, `limit/text`.
    pub fn restore(&self, messages: Vec<Content>) -> Result<()> {
        self.guard.check_open()?;
        let inner = &self.guard.inner;
        for content in &messages {
            Limits::check(ErrorKind::LimitText, "text", content.len(), inner.limits.text)?;
        }
        let mut index = Index::new(&inner.limits, &self.cell.principal);
        for (turn, content) in messages.iter().enumerate() {
            self.admit_plain(&mut index, content, u32::try_from(turn).unwrap_or(u32::MAX));
        }
        let mut state = self.cell.lock()?;
        state.index = index;
        state.resumed = false;
        state.turn = u32::try_from(messages.len()).unwrap_or(u32::MAX);
        state.changed();
        drop(state);
        let how = SessionChange::Restored;
        inner.append(Some(&self.cell), EventBody::Session { how, parent: None })?;
        Ok(())
    }

    /// Marks an allowed call as begun: once, while the decision is fresh and nothing was stopped.
    ///
    /// # Errors
    /// `decision/stale`, `session/stopped`, `session/unknown`, `misuse/closed`.
    pub fn start(&self, decision: &str) -> Result<()> {
        self.guard.check_open()?;
        let inner = &self.guard.inner;
        let decision = DecisionId::new(decision)?;
        let now = inner.clock.wall_ms();
        {
            let mut state = self.cell.lock()?;
            let tool = state.calls.by_decision(&decision).map(|record| record.call.tool.clone());
            if let Some(restriction) = inner.restricted(&self.cell, tool.as_ref(), now) {
                return Err(restriction);
            }
            state.calls.start(&decision, now)?;
        }
        inner.append(Some(&self.cell), EventBody::Started { decision })?;
        Ok(())
    }

    /// Says what became of an allowed call. Its result's content goes through `inspect_input`.
    ///
    /// # Errors
    /// `session/unknown` where no call has this id; `misuse/closed`.
    pub fn report_result(&self, call_id: &str, ok: bool) -> Result<()> {
        self.guard.check_open()?;
        let call_id = CallId::new(call_id)?;
        {
            let mut state = self.cell.lock()?;
            let Some(record) = state.calls.done(&call_id, ok) else {
                let message = format!("no call has the id `{call_id}`");
                return Err(Error::new(ErrorKind::SessionUnknown, message));
            };
            state.open.remove(&record.decision);
            state.changed();
        }
        self.guard.inner.append(Some(&self.cell), EventBody::Result { call_id, ok })?;
        Ok(())
    }

    /// Ends the session: its state is forgotten, its pending approvals are void.
    ///
    /// # Errors
    /// `session/poisoned`.
    pub fn close(&self) -> Result<()> {
        let inner = &self.guard.inner;
        match self.cell.lock() {
            Ok(mut state) => state.closed = true,
            Err(error) if error.kind() == ErrorKind::MisuseClosed => return Ok(()),
            Err(error) => return Err(error),
        }
        lock(&inner.sessions)?.remove(&self.cell.principal.tenant, &self.cell.id);
        lock(&inner.approvals)?.void_session(&self.cell.principal.tenant, &self.cell.id);
        let how = SessionChange::Closed;
        inner.append(Some(&self.cell), EventBody::Session { how, parent: None })?;
        Ok(())
    }

    /// Ends the session after a panic that a binding caught: nothing it holds is trusted again.
    pub fn poison(&self) {
        if let Ok(mut state) = self.cell.state.lock() {
            state.poisoned = true;
        }
        let how = SessionChange::Poisoned;
        self.guard.inner.note(Some(&self.cell), EventBody::Session { how, parent: None });
    }

    pub(super) fn touch(&self, bytes: usize) {
        let inner = &self.guard.inner;
        self.cell.last_used_ms.store(inner.clock.wall_ms(), Ordering::Relaxed);
        let before = self.cell.bytes.swap(bytes, Ordering::Relaxed);
        if let Ok(mut table) = inner.sessions.lock() {
            table.resized(before, bytes, &inner.limits, &self.cell);
        }
    }
}

/// The pinned hash of the host's own instructions, where `content` has any.
pub(super) fn system_digest(content: &Content) -> Option<Digest> {
    let texts = content.parts.iter().filter(|part| part.kind == crate::source::SourceKind::System);
    let mut texts = texts.filter_map(|part| match &part.body {
        Body::Text(text) => Some(text.as_bytes()),
        _ => None,
    });
    let first = texts.next()?;
    Some(Digest::of_parts(std::iter::once(first).chain(texts)))
}
