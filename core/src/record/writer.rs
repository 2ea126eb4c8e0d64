//! One instance of a log: takes records, makes them durable, signs what is durable.

use super::disk::Disk;
use super::fit;
use super::frame;
use super::state::{Entry, Segment, State};
use super::{Durability, layout};
use crate::error::{Error, ErrorKind, Result};
use crate::event::{Event, EventBody};
use crate::file::shown;
use ed25519_dalek::SigningKey;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Sizes that a test makes small.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Bytes after which a new segment is begun.
    pub segment: u64,
    /// Records of a batch: what `Batched` may lose in a power failure.
    pub batch: usize,
    /// Unsynced bytes at which `Async` syncs after all: memory is bounded.
    pub unsynced: usize,
    /// Unsynced bytes at which an append waits for the thread that syncs.
    pub backlog: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            segment: 64 * 1024 * 1024,
            batch: 64,
            unsynced: 8 * 1024 * 1024,
            backlog: 32 * 1024 * 1024,
        }
    }
}

/// Where an instance is kept.
pub struct Place {
    /// The disk.
    pub disk: Arc<dyn Disk>,
    /// The instance's directory.
    pub dir: PathBuf,
}

/// See the module. Without a place it keeps its last records in memory.
pub struct Writer {
    instance: String,
    epoch: SigningKey,
    endorsement: String,
    place: Option<Place>,
    durability: Durability,
    limit: usize,
    sizes: Sizes,
    next: AtomicU64,
    state: Mutex<State>,
    /// Signalled when a thread is done with syncing or publishing.
    turn: Condvar,
}

mod durable;
mod memory;

type Locked<'a> = MutexGuard<'a, State>;

impl Writer {
    /// An instance that has written nothing yet. `endorsement` is the long-term key's note on
    /// `epoch`.
    pub fn new(
        instance: String,
        epoch: SigningKey,
        endorsement: String,
        place: Option<Place>,
        durability: Durability,
        limit: usize,
        sizes: Sizes,
    ) -> Self {
        Self {
            instance,
            epoch,
            endorsement,
            place,
            durability,
            limit,
            sizes,
            next: AtomicU64::new(0),
            state: Mutex::default(),
            turn: Condvar::new(),
        }
    }

    /// The instance's name: 16 hexadecimal digits.
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// A sequence number that no other record of this instance has.
    pub fn reserve(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    fn lock(&self) -> Locked<'_> {
        // A panic while the lock was held poisons it; what it guards is checked by `verify`.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&'a self, state: Locked<'a>) -> Locked<'a> {
        self.turn.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until no thread syncs or publishes.
    fn idle<'a>(&'a self, mut state: Locked<'a>) -> Locked<'a> {
        while state.busy {
            state = self.wait(state);
        }
        state
    }

    fn done<'a>(&'a self, mut state: Locked<'a>) -> Locked<'a> {
        state.busy = false;
        self.turn.notify_all();
        state
    }

    /// Makes directory, lock, endorsement and an empty checkpoint.
    pub fn begin(&self) -> Result<()> {
        if let Some(place) = &self.place {
            let mut state = self.lock();
            self.open_segment(place, &mut state).map_err(|e| self.fault("opened", &e))?;
        }
        self.publish(self.lock(), false).1
    }

    /// Writes one record.
    pub fn append(&self, sequence: u64, event: &Event) -> Result<()> {
        let line = match fit::line(sequence, event, self.limit) {
            Ok(line) => line,
            Err(error) => return Err(self.lock().drop_one(&error)),
        };
        let Some(place) = &self.place else { return self.remember(event, line) };
        let entry = Entry::new(&line, self.durability == Durability::Sync);
        let mut state = self.lock();
        if state.closed {
            return Err(closed());
        }
        state.clock = (event.time_ms, event.mono_ns);
        let (state, ticket) = self.write(place, state, entry);
        self.after(place, state, ticket?)
    }

    /// What the chosen durability asks for when a record was written.
    fn after<'a>(&'a self, place: &Place, mut state: Locked<'a>, ticket: u64) -> Result<()> {
        if state.signed.is_none() && !state.busy {
            // A forked child begins here. `trouble` tells if it could not be signed.
            state = self.publish(state, false).0;
        }
        match self.durability {
            Durability::Sync => {
                let mut result = Ok(());
                loop {
                    if state.lost.remove(&ticket) {
                        let error = state.fault.clone();
                        return Err(error.unwrap_or_else(|| self.fault("written", &lost())));
                    }
                    if state.is_durable(ticket) {
                        break;
                    }
                    if state.busy {
                        state = self.wait(state);
                    } else {
                        (state, result) = self.commit(place, state);
                    }
                }
                if result.is_ok() {
                    self.publish_if_due(state);
                }
                Ok(())
            }
            Durability::Batched if state.pending.len() >= self.sizes.batch && !state.busy => {
                self.commit_for(place, state, ticket)
            }
            Durability::Async if state.pending_bytes >= self.sizes.unsynced && !state.busy => {
                self.commit_for(place, state, ticket)
            }
            Durability::Batched | Durability::Async => Ok(()),
        }
    }

    /// Makes what is pending durable at the end of a batch, and signs it.
    fn commit_for<'a>(&'a self, place: &Place, state: Locked<'a>, ticket: u64) -> Result<()> {
        let (mut state, result) = self.commit(place, state);
        if let Err(error) = result {
            return state.take_back(ticket, &error);
        }
        self.publish_if_due(state);
        Ok(())
    }

    /// Signs when a batch is durable. The records are safe; `trouble` tells if this fails.
    fn publish_if_due(&self, state: Locked<'_>) {
        let unsigned = state.tree.size() - state.signed.unwrap_or(0);
        let due = match self.durability {
            Durability::Sync | Durability::Batched => unsigned >= self.sizes.batch as u64,
            Durability::Async => unsigned > 0,
        };
        if due && !state.busy {
            let _ = self.publish(state, false);
        }
    }

    /// Writes an entry to the open segment, or to a new one where that fails.
    fn write<'a>(
        &'a self,
        place: &Place,
        mut state: Locked<'a>,
        entry: Entry,
    ) -> (Locked<'a>, Result<u64>) {
        let mut error = lost();
        for _attempt in 0..2 {
            let full = |state: &State, times: u64| {
                let size = times.saturating_mul(self.sizes.segment);
                state.segment.as_ref().is_some_and(|segment| segment.bytes >= size)
            };
            // A segment may be replaced only while no thread syncs it, and grow to twice its size
            // while one does.
            while state.busy
                && (state.segment.is_none()
                    || full(&state, 2)
                    || state.pending_bytes >= self.sizes.backlog)
            {
                state = self.wait(state);
            }
            if full(&state, 1) && !state.busy {
                // All of a segment is durable before the next one begins.
                let result;
                (state, result) = self.commit(place, state);
                if result.is_ok() && state.pending.is_empty() {
                    state.segment = None;
                }
            }
            if state.tiles.waiting() >= self.sizes.backlog {
                // Checkpoints keep failing: what they would write must not fill the memory.
                let result;
                (state, result) = self.publish(state, false);
                if let Err(e) = result {
                    let error = state.drop_one(&e);
                    return (state, Err(error));
                }
            }
            if state.closed {
                return (state, Err(closed()));
            }
            let fresh = state.segment.is_none();
            let written = self.open_segment(place, &mut state).and_then(|()| {
                self.account(&mut state)?;
                put(&mut state, &entry.frame)
            });
            match written {
                Ok(()) => {
                    let ticket = state.push(entry);
                    return (state, Ok(ticket));
                }
                Err(e) => {
                    // Half a frame may stand there: nothing is written behind it.
                    abandon(place, &mut state, fresh);
                    error = e;
                }
            }
        }
        let error = state.drop_one(&self.fault("written", &error));
        (state, Err(error))
    }

    /// Says in the log how many records were lost before.
    fn account(&self, state: &mut State) -> io::Result<()> {
        let Some(line) = self.loss(state) else { return Ok(()) };
        let entry = Entry::new(&line, false);
        put(state, &entry.frame)?;
        state.push(entry);
        state.forget_loss();
        Ok(())
    }

    /// The record that says how many were lost, if any were.
    fn loss(&self, state: &State) -> Option<String> {
        let fault = state.fault.clone().filter(|_| state.dropped > 0)?;
        let event = Event {
            time_ms: state.clock.0,
            mono_ns: state.clock.1,
            tenant: None,
            session: None,
            chain: Vec::new(),
            body: EventBody::Dropped { count: state.dropped, error: fault },
        };
        // The host's limit may be too low for it; this is the one record that must not be lost.
        fit::line(self.reserve(), &event, frame::MAX_RECORD).ok()
    }

    /// Opens a segment where none is open, and writes to it what is not yet durable.
    fn open_segment(&self, place: &Place, state: &mut State) -> io::Result<()> {
        if state.segment.is_some() {
            return Ok(());
        }
        if !state.prepared {
            layout::prepare(place.disk.as_ref(), &place.dir, &self.endorsement, state)?;
        }
        let dir = place.dir.join(layout::SEGMENTS);
        let path = dir.join(layout::segment_name(state.ordinal));
        // The number is used up even where this fails: nothing is ever written to a file twice.
        state.ordinal += 1;
        let file = match place.disk.create(&path) {
            Ok(file) => file,
            Err(e) => {
                if e.kind() != io::ErrorKind::AlreadyExists {
                    state.ordinal -= 1;
                }
                return Err(e);
            }
        };
        let mut bytes = frame::header(state.tree.size());
        state.pending.iter().for_each(|entry| bytes.extend(&entry.frame));
        let written = file.write(&bytes).and_then(|()| place.disk.sync_dir(&dir));
        if let Err(e) = written {
            if place.disk.remove(&path).is_ok() {
                state.ordinal -= 1;
            }
            return Err(e);
        }
        let (first, size) = (state.tree.size(), bytes.len() as u64);
        state.segment = Some(Segment { file: Arc::from(file), path, first, bytes: size });
        Ok(())
    }

    /// What went wrong last, if it still is.
    pub fn trouble(&self) -> Option<Error> {
        self.lock().fault.clone()
    }

    /// As if the process had ended.
    #[cfg(test)]
    pub fn forget_lock(&self) {
        self.lock().lock = None;
    }

    fn fault(&self, done: &str, error: &io::Error) -> Error {
        let dir = self.place.as_ref().map_or(Path::new(""), |place| &place.dir);
        layout::io_fault(&format!("the audit log cannot be {done}"), dir, error)
    }
}

fn lost() -> io::Error {
    io::Error::other("the record was lost with its segment")
}

fn closed() -> Error {
    Error::new(ErrorKind::MisuseClosed, "the audit log was closed")
}

/// Writes no more to the open segment; removes it where another file, or nothing durable, makes it
/// of no use, so that a disk that keeps failing is not filled with files.
fn abandon(place: &Place, state: &mut State, remove: bool) {
    if let Some(segment) = state.segment.take().filter(|_| remove) {
        // The next segment says from which record on it counts: a file that stays does no harm.
        let _ = place.disk.remove(&segment.path);
    }
}

fn put(state: &mut State, bytes: &[u8]) -> io::Result<()> {
    let segment = state.segment.as_mut().ok_or_else(lost)?;
    segment.file.write(bytes)?;
    segment.bytes += bytes.len() as u64;
    Ok(())
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let dir = self.place.as_ref().map(|place| shown(&place.dir));
        f.debug_struct("Writer").field("instance", &self.instance).field("dir", &dir).finish()
    }
}
