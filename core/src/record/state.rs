//! What a log's lock guards: the tree over what is on the disk, and the records that are not yet.

use super::disk::SegmentFile;
use super::frame;
use super::tiles::Tiles;
use super::tree::{Edge, Hash, leaf};
use crate::error::{Error, Result};
use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

/// Records that a memory log keeps.
const RING: usize = 10_000;

/// Bytes that a memory log keeps.
const RING_BYTES: usize = 64 * 1024 * 1024;

/// A record on its way to the disk.
pub struct Entry {
    /// Its number among all that were taken; never used twice.
    pub ticket: u64,
    /// Its leaf.
    pub leaf: Hash,
    /// Its frame, as it is written.
    pub frame: Vec<u8>,
    /// Whether a thread waits for it and must be told if it is lost.
    pub awaited: bool,
}

impl Entry {
    /// The entry of a line.
    pub fn new(line: &str, awaited: bool) -> Self {
        let bytes = line.as_bytes();
        Self { ticket: 0, leaf: leaf(bytes), frame: frame::frame(bytes), awaited }
    }

    fn record(&self) -> &[u8] {
        self.frame.get(frame::FRAME..).unwrap_or_default()
    }
}

/// A segment that is being written.
pub struct Segment {
    /// The file; a thread that syncs it holds it too.
    pub file: Arc<dyn SegmentFile>,
    /// Where it lies.
    pub path: PathBuf,
    /// The number of its first record.
    pub first: u64,
    /// Bytes written to it.
    pub bytes: u64,
}

/// See the module.
#[derive(Default)]
pub struct State {
    /// The tree over durable records alone: what is signed cannot run past the disk.
    pub tree: Edge,
    /// The same, as files for other tools.
    pub tiles: Tiles,
    /// Written, not yet durable; kept so that they can be written again.
    pub pending: VecDeque<Entry>,
    /// Bytes of `pending`.
    pub pending_bytes: usize,
    /// The open segment; none before the first, and after a failure.
    pub segment: Option<Segment>,
    /// The number of the next segment file.
    pub ordinal: u64,
    /// Whether a thread is syncing or publishing outside the lock.
    pub busy: bool,
    /// Awaited records that were lost; each is removed by the thread that waits for it.
    pub lost: BTreeSet<u64>,
    /// The next ticket.
    pub tickets: u64,
    /// Records that could not be kept and are not yet accounted for in the log.
    pub dropped: u64,
    /// The last failure, until all is well again.
    pub fault: Option<Error>,
    /// Wall and monotonic time of the last event.
    pub clock: (i64, u64),
    /// The size of the last checkpoint; none before the first.
    pub signed: Option<u64>,
    /// The last checkpoint.
    pub checkpoint: String,
    /// The lines that a memory log keeps.
    pub ring: VecDeque<String>,
    /// Bytes of `ring`.
    pub ring_bytes: usize,
    /// Whether directory, lock and endorsement are there.
    pub prepared: bool,
    /// Held for as long as this process writes here.
    pub lock: Option<std::fs::File>,
    /// Whether it was closed.
    pub closed: bool,
}

impl State {
    /// Takes a record that was written to the segment. Returns its ticket.
    pub fn push(&mut self, mut entry: Entry) -> u64 {
        entry.ticket = self.tickets;
        self.tickets += 1;
        self.pending_bytes += entry.frame.len();
        self.pending.push_back(entry);
        self.tickets - 1
    }

    /// The first `count` pending records are durable.
    pub fn settle(&mut self, count: usize) {
        for _ in 0..count {
            let Some(entry) = self.pending.pop_front() else { return };
            self.pending_bytes -= entry.frame.len();
            self.tree.push(entry.leaf);
            self.tiles.push(entry.leaf, entry.record());
        }
    }

    /// Whether the record with this ticket is durable, if it was not lost.
    pub fn is_durable(&self, ticket: u64) -> bool {
        self.pending.front().is_none_or(|first| first.ticket > ticket)
    }

    /// Nothing can be written: awaited records are given up, others wait for better times.
    pub fn give_up(&mut self, error: &Error) {
        let mut kept = VecDeque::new();
        for entry in std::mem::take(&mut self.pending) {
            if entry.awaited {
                self.pending_bytes -= entry.frame.len();
                self.lost.insert(entry.ticket);
                self.dropped += 1;
            } else {
                kept.push_back(entry);
            }
        }
        self.pending = kept;
        self.fault = Some(error.clone());
    }

    /// Takes one pending record back, whose caller is told that it was not kept.
    pub fn take_back(&mut self, ticket: u64, error: &Error) -> Result<()> {
        let Some(at) = self.pending.iter().position(|entry| entry.ticket == ticket) else {
            return Ok(());
        };
        if let Some(entry) = self.pending.remove(at) {
            self.pending_bytes -= entry.frame.len();
        }
        Err(self.drop_one(error))
    }

    /// Counts a record that is not kept.
    pub fn drop_one(&mut self, error: &Error) -> Error {
        self.dropped += 1;
        self.fault = Some(error.clone());
        error.clone()
    }

    /// What was lost is said in the log now.
    pub fn forget_loss(&mut self) {
        self.dropped = 0;
        self.fault = None;
    }

    /// Keeps a line in memory, and lets go of the oldest.
    pub fn remember(&mut self, mut line: String, leaf: Hash) {
        line.shrink_to_fit();
        self.tree.push(leaf);
        self.ring_bytes += line.len();
        self.ring.push_back(line);
        while self.ring.len() > RING || self.ring_bytes > RING_BYTES {
            let Some(old) = self.ring.pop_front() else { return };
            self.ring_bytes -= old.len();
        }
    }
}
