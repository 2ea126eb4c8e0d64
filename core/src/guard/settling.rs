//! Decisions of calls that are not done: what makes a repeated call one call, for threads that ask
//! at the same time, too.

use super::session::{Cell, State};
use super::{Inner, lock};
use crate::approval::{ApprovalState, CallState};
use crate::approve::CallRecord;
use crate::decision::Decision;
use crate::id::DecisionId;
use crate::tool::ToolCall;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How long one thread waits for another's decision about the same call. The other only has to
/// write its record.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Decisions by their ids; None while one is being recorded.
#[derive(Default)]
pub(super) struct Open(BTreeMap<DecisionId, Option<Arc<Decision>>>);

impl Open {
    pub fn remove(&mut self, id: &DecisionId) {
        self.0.remove(id);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Gives others the decision, where the call was not reported or forgotten meanwhile.
    pub fn settle(&mut self, decision: &Decision) {
        if let Some(entry) = self.0.get_mut(&decision.id) {
            *entry = Some(Arc::new(decision.clone()));
        }
    }

    /// Open decisions live as long as their call is known.
    pub fn retain(&mut self, known: impl Fn(&DecisionId) -> bool) {
        self.0.retain(|id, _| known(id));
    }
}

/// What stands about a call that is asked for.
pub(super) enum Standing {
    /// Nothing: it is to be decided.
    Nothing,
    /// It was never started in time.
    Stale(DecisionId),
    /// Another thread is about to have its decision.
    Settling,
    Decided(Arc<Decision>),
}

impl State {
    pub fn standing(&self, inner: &Inner, call: &ToolCall, now: i64) -> Standing {
        let Some(record) = self.calls.state(call) else { return Standing::Nothing };
        let open = match self.open.0.get(&record.decision) {
            Some(None) => return Standing::Settling,
            Some(Some(decision)) => Some(decision),
            None => None,
        };
        let holds = match record.state {
            CallState::Started => true,
            CallState::Allowed | CallState::Approved if record.is_stale(now) => {
                return Standing::Stale(record.decision.clone());
            }
            CallState::Allowed | CallState::Approved => true,
            CallState::Asked => waits(inner, record, now),
            CallState::Denied | CallState::Done => false,
        };
        let decided = open.filter(|_| holds);
        decided.map_or(Standing::Nothing, |decision| Standing::Decided(Arc::clone(decision)))
    }
}

/// Whether a human can still be asked about a call.
fn waits(inner: &Inner, record: &CallRecord, now: i64) -> bool {
    let Some(id) = &record.approval else { return false };
    let Ok(approvals) = lock(&inner.approvals) else { return false };
    let approval = approvals.get(id);
    approval.is_some_and(|a| a.state == ApprovalState::Pending && now < a.expires_ms)
}

/// A call that was entered and whose decision is not ready: however it ends, those who wait for it
/// are told.
pub(super) struct Settling<'a> {
    cell: &'a Cell,
    id: DecisionId,
}

impl<'a> Settling<'a> {
    /// Marks a call that has an id, under the lock that entered it.
    pub fn begin(cell: &'a Cell, state: &mut State, id: &DecisionId) -> Self {
        state.open.0.insert(id.clone(), None);
        Self { cell, id: id.clone() }
    }
}

impl Drop for Settling<'_> {
    fn drop(&mut self) {
        // After a panic, too: what waits must not wait for what never comes.
        let mut state = self.cell.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if matches!(state.open.0.get(&self.id), Some(None)) {
            state.open.0.remove(&self.id);
        }
        drop(state);
        self.cell.settled.notify_all();
    }
}
