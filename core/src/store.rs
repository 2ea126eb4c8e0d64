//! State that outlives a call: counters and marks of sessions, approvals, breakers, stops.

use crate::error::Result;
use crate::id::TenantId;
use crate::label::words;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A key that says nothing of what it names: a keyed hash. See [`crate::digest::Key::mac`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoreKey(pub [u8; 32]);

/// What is stored under one key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Grows with every change.
    pub version: u64,
    /// Sums. Merged by adding.
    pub counters: BTreeMap<String, i64>,
    /// Monotone marks: labels, taint. Merged by union, never removed.
    pub marks: BTreeSet<String>,
    /// Bytes that are replaced as a whole.
    pub blob: Vec<u8>,
}

/// A change that merges: the order of two does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delta {
    /// Added to counters.
    pub add: Vec<(String, i64)>,
    /// Counters to drop: old window buckets.
    pub drop: Vec<String>,
    /// Marks to set.
    pub mark: Vec<String>,
}

impl Delta {
    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.drop.is_empty() && self.mark.is_empty()
    }
}

/// A store of sessions, approvals, nonces, breakers. Never called under a session's lock.
pub trait Store: Send + Sync {
    /// What stands under `key`.
    ///
    /// # Errors
    /// `store/unavailable`.
    fn get(&self, key: &StoreKey) -> Result<Option<Arc<Entry>>>;

    /// Merges `delta`, creating the entry where there is none. Atomic; gives what then stands.
    ///
    /// # Errors
    /// `store/unavailable`; `limit/sessions` where a full store can evict nothing.
    fn apply(&self, key: &StoreKey, delta: &Delta, now_ms: i64) -> Result<Arc<Entry>>;

    /// Replaces the blob where the version still is `expected` (0: no entry yet). Atomic.
    ///
    /// # Errors
    /// As [`Store::apply`].
    fn compare_and_set(
        &self,
        key: &StoreKey,
        expected: u64,
        blob: Vec<u8>,
        now_ms: i64,
    ) -> Result<bool>;

    /// Forgets `key`.
    ///
    /// # Errors
    /// `store/unavailable`.
    fn remove(&self, key: &StoreKey) -> Result<()>;
}

words! {
    /// What a restriction stops.
    Scope ("scope") {
        /// A tenant's every session.
        Tenant = "tenant",
        /// An agent, in every session.
        Agent = "agent",
        /// One session.
        Session = "session",
        /// A tool, for everybody.
        Tool = "tool",
        /// A user.
        User = "user",
    }
}

/// A stop, kill list entry, quarantine, revoked tool or open breaker: all checked in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    /// What kind of thing is stopped.
    pub scope: Scope,
    /// Which one.
    pub id: String,
    /// For whom: this tenant alone, or everybody.
    pub tenant: Option<TenantId>,
    /// Why, for people.
    pub reason: String,
    /// Until when, ms since the epoch; none is until it is lifted.
    pub until_ms: Option<i64>,
    /// Who stopped it.
    pub by: String,
}

impl Restriction {
    /// Whether it holds at `now_ms`.
    #[must_use]
    pub fn holds(&self, now_ms: i64) -> bool {
        self.until_ms.is_none_or(|until| now_ms < until)
    }
}
