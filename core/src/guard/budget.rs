//! What a call costs its session: reserved before it is decided, given back where it is not made;
//! and the facts that policy reads of it.

use super::answer::Draft;
use super::authorize::Asked;
use super::force::InForce;
use super::judge::Seen;
use super::session::Session;
use crate::approve::CallRecord;
use crate::error::Result;
use crate::request::{SessionFacts, ToolFacts};
use crate::session::counters;
use crate::store::{Delta, Entry};
use std::sync::Arc;

impl Session {
    /// Counts this call before it is decided, so that no two calls can share the last of a budget.
    pub(super) fn reserve(&self, asked: &Asked<'_>, now: i64) -> Result<Arc<Entry>> {
        let store = &self.guard.inner.store;
        let before = store.get(&self.cell.counters)?.unwrap_or_default();
        let Asked { call, effects, amount, .. } = asked;
        let delta = counters::reservation(&call.tool, *effects, *amount, now, &before);
        store.apply(&self.cell.counters, &delta, now)
    }

    /// Gives back what `reserve` took.
    pub(super) fn release(&self, asked: &Asked<'_>, now: i64) {
        let Asked { call, effects, amount, .. } = asked;
        self.give_back(&counters::release(&call.tool, *effects, *amount, now), now);
    }

    /// Gives back what an earlier call had reserved.
    pub(super) fn release_call(&self, record: &CallRecord) {
        let CallRecord { call, effects, amount, at_ms, .. } = record;
        self.give_back(&counters::release(&call.tool, *effects, *amount, *at_ms), *at_ms);
    }

    fn give_back(&self, delta: &Delta, now: i64) {
        // A store that is down keeps the reservation: it errs towards the limit.
        let _ = self.guard.inner.store.apply(&self.cell.counters, delta, now);
    }

    /// Fills in `context.session`, `context.tool`, `context.flow` and `context.args`.
    pub(super) fn fill(
        &self,
        force: &InForce,
        draft: &mut Draft,
        asked: &Asked<'_>,
        seen: &Seen,
        entry: Option<&Arc<Entry>>,
    ) {
        let inner = &self.guard.inner;
        let now = inner.clock.wall_ms();
        let mut session = match entry {
            Some(entry) => counters::facts(entry, &asked.call.tool, asked.amount, now),
            None => SessionFacts { amount: asked.amount, time_ms: now, ..Default::default() },
        };
        session.risk = seen.risk;
        session.looping = seen.looping;
        session.sensitive = seen.sensitive;
        session.resumed = seen.resumed;
        session.human = inner.human;
        session.depth =
            i64::try_from(self.cell.principal.on_behalf_of.len() + 1).unwrap_or(i64::MAX);
        let tool = &asked.tool;
        draft.facts = ToolFacts {
            egress_breach: seen.trace.egress_breach,
            root_breach: seen.trace.root_breach,
            write_breach: seen.trace.write_breach,
            over_limit: counters::over_limit(&session, &tool.limits),
            ..force.tool_facts(tool, asked.effects)
        };
        draft.session = session;
        draft.flow = seen.trace.flow.clone();
        draft.args = seen.trace.args.clone();
        draft.provenance = seen.trace.provenance.clone();
        draft.sources = seen.trace.sources.clone();
        draft.rulings = seen.trace.rulings.clone();
    }
}
