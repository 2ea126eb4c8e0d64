//! The proof: an append-only, verifiable audit log.
//!
//! A log is a directory. Each guard that opens it writes to an **instance** of its own, a
//! subdirectory named by 16 random hexadecimal digits, so that no two processes, and no two sides
//! of a fork, ever write to the same files:
//!
//! ```text
//! <dir>/<instance>/epoch        the long-term key's signed note on this instance's key
//! <dir>/<instance>/segments/    the records: length, CRC-32C and bytes of each
//! <dir>/<instance>/checkpoint   C2SP signed note: origin, size, RFC 6962 root
//! <dir>/<instance>/tile/        the same tree for other tools (C2SP tlog-tiles)
//! <dir>/<instance>/closed       the last checkpoint: nothing follows
//! <dir>/<instance>/lock         held while a process writes here
//! ```
//!
//! The key of an instance is made when it is opened, lives in memory alone and is gone when it
//! ends: who steals a disk later cannot sign for it. An instance whose process died is closed by
//! the next one that opens the directory: it cuts a torn tail, signs what is left with the
//! long-term key, and says how many bytes it cut. Damage elsewhere is `record/corrupt`.
//!
//! A record's `seq` is a number that was reserved, its place in the tree the order of writing;
//! threads that decide at once may write in another order than they reserved. The tree is built
//! over durable records alone, so a checkpoint cannot run past the disk. After a failed write or
//! sync the segment is left and what was not yet durable is written to a new one; what is lost all
//! the same is counted, and the count is the first record that is written again.
//!
//! `docs/AUDIT.md` has the formats, and what is and is not detected.

mod audit_tiles;
mod disk;
mod fit;
mod frame;
mod head;
mod keys;
mod layout;
mod prove;
mod read;
mod recover;
mod scan;
mod sequence;
mod state;
mod tiles;
mod tree;
mod verify;
mod writer;

pub use keys::Keys;
pub use prove::{Growth, Proof, prove, prove_growth};
pub use read::read;
pub use scan::Problem;
pub use verify::{InstanceReport, Report, verify};

use crate::digest::hex;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::label::words;
use crate::limits::Limits;
use crate::note::Verifier;
use crate::random::{Random, SystemRandom, bytes};
use disk::{Disk, FileDisk};
use ed25519_dalek::SigningKey;
use head::Head;
use layout::Epoch;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use writer::{Place, Sizes, Writer};

words! {
    /// When a record is safe from a power failure. From a crash of the process it always is.
    Durability ("durability") {
        /// When `append` returns. Threads that append at once share one sync.
        Sync = "sync",
        /// After every 64 records, which are then signed too.
        Batched = "batched",
        /// When the log is closed or asked for a checkpoint.
        Async = "async",
    }
}

/// An open log. Threads share it.
#[derive(Debug)]
pub struct Log {
    writer: Writer,
    seed: Seed,
    pid: u32,
    /// What this log is in a forked child: an instance of its own.
    child: OnceLock<Box<Log>>,
}

/// What a new instance is made from.
#[derive(Clone)]
struct Seed {
    keys: Keys,
    place: Option<(Arc<dyn Disk>, PathBuf)>,
    durability: Durability,
    limit: usize,
    sizes: Sizes,
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seed").field("durability", &self.durability).finish_non_exhaustive()
    }
}

impl Seed {
    fn writer(&self, random: &dyn Random, after: &[Head]) -> Result<Writer> {
        let instance = hex(&bytes::<8>(random)?);
        let epoch = SigningKey::from_bytes(crate::digest::Key::new(bytes(random)?).expose());
        let verifier = Verifier::of(&layout::origin(&instance), &epoch);
        let endorsement = Epoch::endorse(&self.keys, &instance, &verifier, after);
        let place = self
            .place
            .as_ref()
            .map(|(disk, dir)| Place { disk: disk.clone(), dir: dir.join(&instance) });
        Ok(Writer::new(
            instance,
            epoch,
            endorsement,
            place,
            self.durability,
            self.limit,
            self.sizes,
        ))
    }
}

impl Log {
    /// Opens a new instance of the log in `dir`, and closes those whose process died. The second
    /// value is how many bytes of torn tails were cut, if any: an event for the new instance.
    ///
    /// # Errors
    /// `record/io` where the directory cannot be written, `record/key` where the keys lie in it,
    /// `record/corrupt` where an instance that was not closed is damaged.
    pub fn open(
        dir: &Path,
        keys: &Keys,
        durability: Durability,
        limits: &Limits,
        random: &dyn Random,
    ) -> Result<(Self, Option<u64>)> {
        let disk = Arc::new(FileDisk);
        Self::open_on(disk, dir, keys, durability, limits, random, Sizes::default())
    }

    fn open_on(
        disk: Arc<dyn Disk>,
        dir: &Path,
        keys: &Keys,
        durability: Durability,
        limits: &Limits,
        random: &dyn Random,
        sizes: Sizes,
    ) -> Result<(Self, Option<u64>)> {
        let fault = |e| layout::io_fault("the audit log cannot be opened", dir, &e);
        disk.make_dir(dir).map_err(fault)?;
        keys.refuse_inside(dir)?;
        let cut = recover::recover(dir, disk.as_ref(), keys)?;
        let long_term = Verifier::parse(&keys.verifier())?;
        let after = layout::newest_heads(dir, &long_term).map_err(fault)?;
        let place = Some((disk, dir.to_owned()));
        let seed = Seed { keys: keys.clone(), place, durability, limit: limits.record, sizes };
        Ok((Self::begin(seed, random, &after)?, Some(cut).filter(|cut| *cut > 0)))
    }

    /// A log without a directory: the tree over all records, and the last 10,000 of them. It is
    /// gone with the process.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn memory(keys: &Keys, limits: &Limits, random: &dyn Random) -> Result<Self> {
        let seed = Seed {
            keys: keys.clone(),
            place: None,
            durability: Durability::Async,
            limit: limits.record,
            sizes: Sizes::default(),
        };
        Self::begin(seed, random, &[])
    }

    fn begin(seed: Seed, random: &dyn Random, after: &[Head]) -> Result<Self> {
        let writer = seed.writer(random, after)?;
        writer.begin()?;
        Ok(Self { writer, seed, pid: std::process::id(), child: OnceLock::new() })
    }

    /// This log in this process: after a fork, an instance of the child's own. Its directory is
    /// made with its first record.
    fn current(&self) -> Result<&Writer> {
        let pid = std::process::id();
        let mut log = self;
        while log.pid != pid {
            log = match log.child.get() {
                Some(child) => child,
                None => {
                    // A seeded generator would give the child its parent's numbers.
                    let writer = log.seed.writer(&SystemRandom, &[])?;
                    let seed = log.seed.clone();
                    log.child.get_or_init(|| {
                        Box::new(Self { writer, seed, pid, child: OnceLock::new() })
                    })
                }
            };
        }
        Ok(&log.writer)
    }

    /// The instance's name, which decision ids begin with. Another one in a forked child.
    pub fn instance(&self) -> &str {
        self.current().unwrap_or(&self.writer).instance()
    }

    /// A sequence number for [`Log::append_at`], for who must name a record before writing it.
    /// One that is never written is counted by [`verify`].
    pub fn reserve(&self) -> u64 {
        self.current().unwrap_or(&self.writer).reserve()
    }

    /// Writes an event. Returns its sequence number.
    ///
    /// # Errors
    /// As [`Log::append_at`].
    pub fn append(&self, event: &Event) -> Result<u64> {
        let writer = self.current()?;
        let sequence = writer.reserve();
        writer.append(sequence, event)?;
        Ok(sequence)
    }

    /// Writes an event under a number that was reserved.
    ///
    /// # Errors
    /// `record/io` where it cannot be written, `limit/record` where it is too large with its lists
    /// left out, `misuse/closed`. The record is then counted as dropped.
    pub fn append_at(&self, sequence: u64, event: &Event) -> Result<()> {
        self.current()?.append(sequence, event)
    }

    /// Makes all records durable and signs them.
    ///
    /// # Errors
    /// `record/io`.
    pub fn sync(&self) -> Result<()> {
        self.current()?.sync()
    }

    /// Makes all records durable and gives the signed checkpoint over them: what to keep in another
    /// place, so that rewriting shows.
    ///
    /// # Errors
    /// `record/io`.
    pub fn checkpoint(&self) -> Result<String> {
        self.current()?.checkpoint()
    }

    /// The last records of a log in memory; none of one in a directory.
    pub fn records(&self) -> Vec<String> {
        self.current().map(Writer::records).unwrap_or_default()
    }

    /// What went wrong last, until it is well again: for a status.
    pub fn trouble(&self) -> Option<Error> {
        self.current().map_or_else(Some, Writer::trouble)
    }

    /// Makes all records durable, signs them for good, and takes no more. Again is no fault.
    ///
    /// # Errors
    /// `record/io`; the log then stays open.
    pub fn close(&self) -> Result<()> {
        self.current()?.close()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        if self.pid == std::process::id() {
            // Nobody is left to be told; the next opening closes what this could not.
            let _ = self.writer.close();
        }
    }
}

#[cfg(test)]
mod tests;
