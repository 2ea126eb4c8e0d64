//! Closes, for good, instances whose process ended without doing so.

use super::disk::Disk;
use super::head::Head;
use super::keys::{Keys, LOG_KEY_NAME};
use super::layout::{self, CHECKPOINT, CLOSED, EPOCH, Epoch};
use super::scan::{Problem, scan};
use super::tiles::{self, Tiles};
use super::tree::{Edge, leaf};
use crate::error::{Error, ErrorKind, Result};
use crate::file::shown;
use crate::note::{self, Verifier};
use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

/// Closes every dead instance below `dir`: cuts its torn tail, signs what is left with the
/// long-term key (its own is gone) and marks it closed. Returns the bytes that were cut.
///
/// # Errors
/// `record/corrupt` where more than a tail is damaged: a person must look at it.
pub fn recover(dir: &Path, disk: &dyn Disk, keys: &Keys) -> Result<u64> {
    let fault = |e: io::Error| layout::io_fault("the audit log cannot be recovered", dir, &e);
    let long_term = Verifier::parse(&keys.verifier())?;
    let mut cut = 0;
    for (_, path) in layout::instances(dir).map_err(fault)? {
        if exists(&path.join(CLOSED)).map_err(fault)? {
            continue;
        }
        // No endorsement, or another's: nothing was written, or this key cannot speak for it.
        let Some(epoch) = layout::read_note(&path.join(EPOCH))? else { continue };
        let Ok(epoch) = Epoch::open(&epoch, Some(&long_term)) else { continue };
        let Some(lock) = layout::lock(&path).map_err(fault)? else { continue };
        // Its process may have closed it while we came to the lock.
        if !exists(&path.join(CLOSED)).map_err(fault)? {
            cut += close(&path, disk, keys, &epoch)?;
        }
        drop(lock);
    }
    Ok(cut)
}

fn exists(path: &Path) -> io::Result<bool> {
    fs::exists(path)
}

fn corrupt(problem: &Problem) -> Error {
    Error::new(ErrorKind::RecordCorrupt, format!("an earlier audit log: {}", problem.what))
        .with("file", problem.file.clone())
        .with("offset", problem.offset.to_string())
        .with("hint", "look with `checkrein audit verify`, then move the directory aside")
}

fn close(dir: &Path, disk: &dyn Disk, keys: &Keys, epoch: &Epoch) -> Result<u64> {
    let fault = |e: io::Error| layout::io_fault("the audit log cannot be recovered", dir, &e);
    let checkpoint = dir.join(CHECKPOINT);
    let signed = match layout::read_note(&checkpoint)? {
        Some(text) => Some(epoch.head(&text).map_err(|e| e.with("file", shown(&checkpoint)))?),
        None => None,
    };
    let size = signed.as_ref().map_or(0, |head| head.size);
    let (mut edge, mut tiles, mut root) = (Edge::default(), Tiles::default(), None);
    if size == 0 {
        root = Some(edge.root());
    }
    let mut mended = Ok(());
    let found = scan(dir, &mut |found| {
        let hash = leaf(found.record);
        edge.push(hash);
        tiles.push(hash, found.record);
        if edge.size() == size {
            root = Some(edge.root());
        }
        if mended.is_ok() {
            mended = mend(dir, disk, &tiles.take_full());
        }
    })
    .map_err(fault)?;
    if let Some(problem) = found.problems.first() {
        return Err(corrupt(problem));
    }
    if signed.is_some_and(|head| Some(head.root) != root) {
        let what = format!("it does not hold the {size} records that its checkpoint signs");
        return Err(corrupt(&Problem::new(&checkpoint, 0, what)));
    }
    mended.map_err(fault)?;
    let mut cut = 0;
    for torn in &found.torn {
        let file = OpenOptions::new().write(true).open(&torn.file).map_err(fault)?;
        file.set_len(torn.offset).and_then(|()| file.sync_all()).map_err(fault)?;
        cut += torn.bytes;
    }
    let head =
        Head { origin: layout::origin(&epoch.instance), size: edge.size(), root: edge.root() };
    let text = note::sign(&head.text(), LOG_KEY_NAME, keys.signer());
    tiles::write(disk, dir, &[], &tiles.partial(), true)
        .and_then(|()| disk.replace(&checkpoint, text.as_bytes(), true))
        .and_then(|()| disk.replace(&dir.join(CLOSED), text.as_bytes(), true))
        .map_err(fault)?;
    Ok(cut)
}

/// Writes full tiles that a crash kept from the disk.
fn mend(dir: &Path, disk: &dyn Disk, full: &[tiles::TileFile]) -> io::Result<()> {
    for file in full {
        if fs::read(dir.join(&file.0)).is_ok_and(|bytes| bytes == file.1) {
            continue;
        }
        tiles::write(disk, dir, std::slice::from_ref(file), &[], true)?;
    }
    Ok(())
}
