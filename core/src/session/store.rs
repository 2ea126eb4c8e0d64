//! The store in this process's memory: sharded, bounded, evicting what is idle.

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::store::{Delta, Entry, Store, StoreKey};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Shards of a store that is large enough to need them.
const SHARDS: usize = 16;
/// Below this many sessions one shard serves, so that the bound is exact.
const FEW_SESSIONS: usize = 1024;
/// What an entry costs before anything stands in it; approximate.
const ENTRY_BYTES: usize = 256;
/// What a counter or mark costs beside its name; approximate.
const NAME_BYTES: usize = 64;
/// Nothing is idle that was used within this time, whatever the limits say.
const LEAST_IDLE_MS: usize = 60_000;

/// A [`Store`] in memory, for one process.
///
/// It holds at most `limits.sessions` entries and about `limits.memory` bytes. Where an entry
/// finds no room, the entries that were used longest ago are evicted, but only idle ones: not
/// used for as long as an approval may wait. An entry in use is never evicted, for that would
/// reset its counters; then the new one is refused (`limit/sessions`).
///
/// A counter that reaches 0 is forgotten. One that reaches `i64::MAX` stays there: a sum that was
/// clipped must not be lowered by releasing what was clipped.
///
/// ```
/// use checkrein::session::MemoryStore;
/// use checkrein::store::{Delta, Store, StoreKey};
/// let store = MemoryStore::new(&checkrein::Limits::default());
/// let delta = Delta { add: vec![("calls".to_owned(), 1)], ..Delta::default() };
/// store.apply(&StoreKey([1; 32]), &delta, 0).unwrap();
/// assert_eq!(store.apply(&StoreKey([1; 32]), &delta, 0).unwrap().counters["calls"], 2);
/// ```
#[derive(Debug)]
pub struct MemoryStore {
    shards: Vec<Mutex<Shard>>,
    bounds: Bounds,
}

/// The bounds of one shard.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    entries: usize,
    bytes: usize,
    idle_ms: i64,
}

#[derive(Debug, Default)]
struct Shard {
    slots: HashMap<StoreKey, Slot>,
    /// Keys by use, oldest first. An item whose number is not its slot's newest is stale.
    uses: VecDeque<(StoreKey, u64)>,
    bytes: usize,
    /// Numbers uses and versions. Never reused: an entry that was evicted and made anew must not
    /// meet a version that somebody still expects.
    tick: u64,
    latest_ms: i64,
}

#[derive(Debug)]
struct Slot {
    entry: Arc<Entry>,
    bytes: usize,
    used: u64,
    used_ms: i64,
}

impl MemoryStore {
    /// An empty store with these bounds.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let shards = if limits.sessions < FEW_SESSIONS { 1 } else { SHARDS };
        let idle_ms = limits.approval_ttl_ms.max(LEAST_IDLE_MS);
        let bounds = Bounds {
            entries: limits.sessions / shards,
            bytes: limits.memory / shards,
            idle_ms: i64::try_from(idle_ms).unwrap_or(i64::MAX),
        };
        Self { shards: (0..shards).map(|_| Mutex::default()).collect(), bounds }
    }

    /// How many entries it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| enter(shard).slots.len()).sum()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// About how many bytes it holds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.shards.iter().map(|shard| enter(shard).bytes).sum()
    }

    fn shard(&self, key: &StoreKey) -> Result<MutexGuard<'_, Shard>> {
        let StoreKey([first, ..]) = key;
        let at = usize::from(*first) % self.shards.len().max(1);
        // INVARIANT: there is at least one shard, and `at` is below their number.
        let shard = self.shards.get(at);
        shard.map(enter).ok_or_else(|| Error::new(ErrorKind::StoreUnavailable, "no such shard"))
    }
}

/// Locks a shard. Where a thread panicked in it, the shard's accounts are made anew first.
fn enter(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(|poisoned: PoisonError<MutexGuard<'_, Shard>>| {
        let mut inside = poisoned.into_inner();
        inside.repair();
        shard.clear_poison();
        inside
    })
}

impl Store for MemoryStore {
    fn get(&self, key: &StoreKey) -> Result<Option<Arc<Entry>>> {
        let mut shard = self.shard(key)?;
        let now_ms = shard.latest_ms;
        shard.touch(key, now_ms);
        Ok(shard.slots.get(key).map(|slot| Arc::clone(&slot.entry)))
    }

    fn apply(&self, key: &StoreKey, delta: &Delta, now_ms: i64) -> Result<Arc<Entry>> {
        let mut shard = self.shard(key)?;
        shard.touch(key, now_ms);
        let standing = shard.slots.get(key).map(|slot| Arc::clone(&slot.entry));
        if let Some(entry) = &standing
            && delta.is_empty()
        {
            return Ok(Arc::clone(entry));
        }
        shard.make_room(key, growth(standing.as_deref(), delta), self.bounds, now_ms)?;
        // Let go of the entry, or changing it would copy it.
        drop(standing);
        Ok(shard.change(key, now_ms, |entry| merge(entry, delta)))
    }

    fn compare_and_set(
        &self,
        key: &StoreKey,
        expected: u64,
        blob: Vec<u8>,
        now_ms: i64,
    ) -> Result<bool> {
        let mut shard = self.shard(key)?;
        shard.touch(key, now_ms);
        let slot = shard.slots.get(key);
        if slot.map_or(0, |slot| slot.entry.version) != expected {
            return Ok(false);
        }
        let held = slot.map(|slot| slot.entry.blob.len());
        let more = blob.len().saturating_sub(held.unwrap_or(0));
        let more = if held.is_some() { more } else { more.saturating_add(ENTRY_BYTES) };
        shard.make_room(key, more, self.bounds, now_ms)?;
        shard.change(key, now_ms, |entry| {
            let (added, removed) = (blob.len(), entry.blob.len());
            entry.blob = blob;
            (added, removed)
        });
        Ok(true)
    }

    fn remove(&self, key: &StoreKey) -> Result<()> {
        let mut shard = self.shard(key)?;
        shard.forget(key);
        shard.compact();
        Ok(())
    }
}

impl Shard {
    fn next_tick(&mut self) -> u64 {
        self.tick = self.tick.saturating_add(1);
        self.tick
    }

    /// Notes that `key` is in use, where it is held.
    fn touch(&mut self, key: &StoreKey, now_ms: i64) {
        self.latest_ms = self.latest_ms.max(now_ms);
        let tick = self.next_tick();
        let Some(slot) = self.slots.get_mut(key) else { return };
        slot.used = tick;
        slot.used_ms = slot.used_ms.max(now_ms);
        self.uses.push_back((*key, tick));
        self.compact();
    }

    /// Drops stale items once they outnumber the others: O(1) a use, on average.
    fn compact(&mut self) {
        if self.uses.len() > 2 * self.slots.len() + 64 {
            let slots = &self.slots;
            self.uses.retain(|(key, tick)| slots.get(key).is_some_and(|slot| slot.used == *tick));
        }
    }

    /// Evicts idle entries until `more` bytes fit under `key`.
    fn make_room(&mut self, key: &StoreKey, more: usize, bounds: Bounds, now: i64) -> Result<()> {
        let fresh = usize::from(!self.slots.contains_key(key));
        let full = |shard: &Shard| {
            if shard.slots.len().saturating_add(fresh) > bounds.entries {
                return Some(("sessions", bounds.entries));
            }
            let over = more > 0 && shard.bytes.saturating_add(more) > bounds.bytes;
            over.then_some(("memory", bounds.bytes))
        };
        while let Some((limit, value)) = full(self) {
            let oldest = self.uses.pop_front();
            let Some((oldest, tick)) = oldest else { return Err(refusal(limit, value)) };
            let Some(slot) = self.slots.get(&oldest).filter(|slot| slot.used == tick) else {
                continue;
            };
            let idle = now.saturating_sub(slot.used_ms) >= bounds.idle_ms;
            if oldest == *key || !idle {
                self.uses.push_front((oldest, tick));
                return Err(refusal(limit, value));
            }
            self.forget(&oldest);
        }
        Ok(())
    }

    /// Changes the entry under `key`, made where there is none. `change` gives the bytes that came
    /// and the bytes that went.
    fn change(
        &mut self,
        key: &StoreKey,
        now_ms: i64,
        change: impl FnOnce(&mut Entry) -> (usize, usize),
    ) -> Arc<Entry> {
        let version = self.next_tick();
        if !self.slots.contains_key(key) {
            let entry = Arc::new(Entry::default());
            let slot = Slot { entry, bytes: ENTRY_BYTES, used: version, used_ms: now_ms };
            self.slots.insert(*key, slot);
            self.bytes = self.bytes.saturating_add(ENTRY_BYTES);
            self.uses.push_back((*key, version));
        }
        // INVARIANT: `key` is held since the lines above.
        let Some(slot) = self.slots.get_mut(key) else { return Arc::default() };
        let entry = Arc::make_mut(&mut slot.entry);
        let (added, removed) = change(entry);
        entry.version = version;
        slot.bytes = slot.bytes.saturating_add(added).saturating_sub(removed);
        self.bytes = self.bytes.saturating_add(added).saturating_sub(removed);
        Arc::clone(&slot.entry)
    }

    fn forget(&mut self, key: &StoreKey) {
        if let Some(slot) = self.slots.remove(key) {
            self.bytes = self.bytes.saturating_sub(slot.bytes);
        }
    }

    /// Makes sizes and the order of use anew from the entries.
    fn repair(&mut self) {
        self.bytes = 0;
        for slot in self.slots.values_mut() {
            slot.bytes = size(&slot.entry);
            self.bytes = self.bytes.saturating_add(slot.bytes);
            // A version must not come twice, even where the panic came before it was counted.
            self.tick = self.tick.max(slot.used).max(slot.entry.version);
        }
        let mut uses: Vec<_> = self.slots.iter().map(|(key, slot)| (slot.used, *key)).collect();
        uses.sort_unstable();
        self.uses = uses.into_iter().map(|(used, key)| (key, used)).collect();
    }
}

fn refusal(limit: &'static str, value: usize) -> Error {
    let message =
        format!("the limit `{limit}` is reached (a shard's share: {value}), none is idle");
    Error::new(ErrorKind::LimitSessions, message).with("limit", limit)
}

fn size(entry: &Entry) -> usize {
    let names = entry.counters.keys().chain(&entry.marks);
    ENTRY_BYTES + entry.blob.len() + names.map(|name| name.len() + NAME_BYTES).sum::<usize>()
}

/// The bytes by which `delta` can grow what stands.
fn growth(standing: Option<&Entry>, delta: &Delta) -> usize {
    let known = |held: bool, name: &String| if held { 0 } else { name.len() + NAME_BYTES };
    let counters = delta.add.iter().map(|(name, _)| {
        known(standing.is_some_and(|entry| entry.counters.contains_key(name)), name)
    });
    let marks = delta
        .mark
        .iter()
        .map(|name| known(standing.is_some_and(|entry| entry.marks.contains(name)), name));
    let entry = if standing.is_some() { 0 } else { ENTRY_BYTES };
    entry + counters.sum::<usize>() + marks.sum::<usize>()
}

/// Drops, then adds, then marks.
fn merge(entry: &mut Entry, delta: &Delta) -> (usize, usize) {
    let (mut added, mut removed) = (0, 0);
    for name in &delta.drop {
        if entry.counters.remove(name).is_some() {
            removed += name.len() + NAME_BYTES;
        }
    }
    for (name, by) in &delta.add {
        let stood = entry.counters.get(name).copied();
        let sum = add(stood.unwrap_or(0), *by);
        match (stood, sum) {
            (None, 0) => {}
            (Some(_), 0) => {
                entry.counters.remove(name);
                removed += name.len() + NAME_BYTES;
            }
            (stood, sum) => {
                added += if stood.is_none() { name.len() + NAME_BYTES } else { 0 };
                entry.counters.insert(name.clone(), sum);
            }
        }
    }
    for name in &delta.mark {
        if entry.marks.insert(name.clone()) {
            added += name.len() + NAME_BYTES;
        }
    }
    (added, removed)
}

/// The sum, clipped; one that was clipped above stays.
fn add(sum: i64, by: i64) -> i64 {
    if sum == i64::MAX { sum } else { sum.saturating_add(by) }
}

#[cfg(test)]
mod tests;
