//! Where the parts of a log lie, and who vouches for them.

use super::disk::Disk;
use super::head::Head;
use super::keys::{Keys, LOG_KEY_NAME};
use super::state::State;
use crate::error::{Error, ErrorKind, Result};
use crate::file::{private, shown};
use crate::note::{self, MAX_NOTE, Verifier};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// The folder of segment files.
pub const SEGMENTS: &str = "segments";
/// The newest checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// The last checkpoint: nothing follows it.
pub const CLOSED: &str = "closed";
/// The long-term key's note on the instance's key.
pub const EPOCH: &str = "epoch";
/// Locked while a process writes to the instance.
pub const LOCK: &str = "lock";

/// The first line of an endorsement.
const EPOCH_TITLE: &str = "checkrein/epoch/v1";

/// How many earlier instances an endorsement names.
const NAMED: usize = 16;

/// What checkpoints of an instance begin with, and what its key signs as.
pub fn origin(instance: &str) -> String {
    format!("checkrein/{instance}")
}

/// The name of segment file `ordinal`.
pub fn segment_name(ordinal: u64) -> String {
    format!("{ordinal:012}.log")
}

/// An input or output error as this library's.
pub fn io_fault(message: &str, path: &Path, error: &io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull => Some("the disk is full"),
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            Some("the directory must be writable")
        }
        _ => None,
    };
    let fault = Error::new(ErrorKind::RecordIo, format!("{message}: {error}"));
    let fault = if path.as_os_str().is_empty() { fault } else { fault.with("file", shown(path)) };
    match hint {
        Some(hint) => fault.with("hint", hint),
        None => fault,
    }
}

/// Whether `name` is an instance's: 16 hexadecimal digits.
pub fn is_instance(name: &str) -> bool {
    name.len() == 16 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// The instances below `dir`, sorted by name.
pub fn instances(dir: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if let Some(name) = entry.file_name().to_str().filter(|name| is_instance(name)) {
            found.push((name.to_owned(), entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

/// Makes what an instance needs before its first segment. The lock comes before the endorsement:
/// who finds an endorsement finds the lock held.
pub fn prepare(
    disk: &dyn Disk,
    dir: &Path,
    endorsement: &str,
    state: &mut State,
) -> io::Result<()> {
    disk.make_dir(&dir.join(SEGMENTS))?;
    if state.lock.is_none() {
        state.lock = lock(dir)?;
    }
    disk.replace(&dir.join(EPOCH), endorsement.as_bytes(), true)?;
    if let Some(parent) = dir.parent() {
        disk.sync_dir(parent)?;
    }
    state.prepared = true;
    Ok(())
}

/// Locks an instance; none where another process has it, or where this cannot be told.
pub fn lock(dir: &Path) -> io::Result<Option<File>> {
    let file = private().create(true).truncate(false).open(dir.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => Ok(None),
    }
}

/// Reads a note; none where there is none.
pub fn read_note(path: &Path) -> Result<Option<String>> {
    let fault = |e: &io::Error| io_fault("the audit log cannot be read", path, e);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(fault(&e)),
    };
    let mut bytes = Vec::new();
    file.take(MAX_NOTE as u64 + 1).read_to_end(&mut bytes).map_err(|e| fault(&e))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Error::new(ErrorKind::RecordCorrupt, "not UTF-8 text").with("file", shown(path))
    })?;
    Ok(Some(text))
}

/// What an endorsement says.
#[derive(Debug, Clone)]
pub struct Epoch {
    /// Which instance.
    pub instance: String,
    /// The long-term key.
    pub long_term: Verifier,
    /// The key of this instance, which is gone when it ends.
    pub key: Verifier,
    /// Earlier instances, and what they had signed: a later deletion shows.
    pub after: Vec<Head>,
}

impl Epoch {
    /// The note that endorses `key` for `instance`.
    pub fn endorse(keys: &Keys, instance: &str, key: &Verifier, after: &[Head]) -> String {
        let mut text = format!("{EPOCH_TITLE}\n{instance}\n{}\n{}\n", keys.verifier(), key.text());
        for head in after {
            let root = note::encode(&head.root);
            text.push_str(&format!("after {} {} {root}\n", head.origin, head.size));
        }
        note::sign(&text, LOG_KEY_NAME, keys.signer())
    }

    /// Reads and checks an endorsement; by `long_term`, or by the key it names itself.
    pub fn open(text: &str, long_term: Option<&Verifier>) -> Result<Self> {
        let malformed = || Error::new(ErrorKind::RecordCorrupt, "the endorsement is malformed");
        let mut lines = text.split('\n');
        let (Some(EPOCH_TITLE), Some(instance), Some(long), Some(key)) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(malformed());
        };
        let named = Verifier::parse(long).map_err(|_| malformed())?;
        let key = Verifier::parse(key).map_err(|_| malformed())?;
        note::open(text, &[long_term.unwrap_or(&named)])?;
        let mut after = Vec::new();
        for line in lines.take_while(|line| !line.is_empty()) {
            after.push(parse_after(line).ok_or_else(malformed)?);
        }
        let instance = instance.to_owned();
        if !is_instance(&instance) || key.name() != origin(&instance) {
            return Err(malformed());
        }
        Ok(Self { instance, long_term: long_term.cloned().unwrap_or(named), key, after })
    }

    /// Reads and checks a checkpoint of this instance.
    pub fn head(&self, checkpoint: &str) -> Result<Head> {
        let (text, _) = note::open(checkpoint, &[&self.key, &self.long_term])?;
        let head = Head::parse(text)?;
        if head.origin != origin(&self.instance) {
            return Err(Error::new(ErrorKind::RecordCorrupt, "the checkpoint is another log's"));
        }
        Ok(head)
    }
}

fn parse_after(line: &str) -> Option<Head> {
    let mut words = line.strip_prefix("after ")?.split(' ');
    let (origin, size, root) = (words.next()?, words.next()?, words.next()?);
    Head::parse(&format!("{origin}\n{size}\n{root}\n")).ok().filter(|_| words.next().is_none())
}

/// The heads of the newest instances below `dir`, for a new endorsement. Damage is left for
/// `verify` to find.
pub fn newest_heads(dir: &Path, long_term: &Verifier) -> io::Result<Vec<Head>> {
    let mut dated = Vec::new();
    for (_, path) in instances(dir)? {
        if let Ok(time) = fs::metadata(path.join(CHECKPOINT)).and_then(|meta| meta.modified()) {
            dated.push((time, path));
        }
    }
    dated.sort();
    let heads = dated.into_iter().rev().take(NAMED).filter_map(|(_, path)| {
        let epoch = read_note(&path.join(EPOCH)).ok().flatten()?;
        let epoch = Epoch::open(&epoch, Some(long_term)).ok()?;
        epoch.head(&read_note(&path.join(CHECKPOINT)).ok().flatten()?).ok()
    });
    Ok(heads.collect())
}
