//! Compares the files of the tlog-tiles layout with the records they are made from.

use super::scan::Problem;
use super::tiles::{TileFile, Tiles};
use super::tree::Hash;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// The layout of one instance, checked as its records go by.
pub struct Audit<'a> {
    dir: &'a Path,
    /// Records that the checkpoint signs: their files must be there.
    signed: u64,
    /// Whether nobody writes any more: only then is a file too many or too few certain.
    closed: bool,
    records: u64,
    tiles: Tiles,
    seen: HashSet<PathBuf>,
    problems: Vec<Problem>,
}

impl<'a> Audit<'a> {
    /// The layout below `dir`, whose checkpoint signs `signed` records.
    pub fn new(dir: &'a Path, signed: u64, closed: bool) -> Self {
        let (tiles, seen) = Default::default();
        Self { dir, signed, closed, records: 0, tiles, seen, problems: Vec::new() }
    }

    /// Takes the next record.
    pub fn push(&mut self, leaf: Hash, record: &[u8]) -> io::Result<()> {
        self.tiles.push(leaf, record);
        self.records += 1;
        for file in self.tiles.take_full() {
            self.compare(&file, self.records <= self.signed)?;
            self.partials(&format!("{}.p", file.0), &file.1)?;
        }
        if self.records == self.signed {
            for file in self.tiles.partial() {
                // A partial tile may go when the full one is there.
                let full = file.0.rsplit_once(".p/").map(|(path, _)| self.dir.join(path));
                let grown = !self.closed && full.is_some_and(|path| path.exists());
                self.compare(&file, !grown)?;
            }
        }
        Ok(())
    }

    /// What is wrong, when all records went by.
    pub fn finish(mut self) -> io::Result<Vec<Problem>> {
        for (path, bytes) in self.tiles.partial() {
            if let Some((folder, _)) = path.rsplit_once('/') {
                self.partials(folder, &bytes)?;
            }
        }
        let mut folders = vec![self.dir.join("tile")];
        while let Some(folder) = folders.pop() {
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
                Err(e) => return Err(e),
            };
            for entry in entries {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    folders.push(entry.path());
                } else if self.closed
                    && !self.seen.contains(&entry.path())
                    && entry.path().extension().is_none_or(|end| end != "part")
                {
                    self.problem(&entry.path(), 0, "not a tile of this log");
                }
            }
        }
        Ok(self.problems)
    }

    fn problem(&mut self, file: &Path, offset: u64, what: &str) {
        self.problems.push(Problem::new(file, offset, what));
    }

    fn compare(&mut self, (path, want): &TileFile, needed: bool) -> io::Result<()> {
        let path = self.dir.join(path);
        match read(&path, want.len())? {
            None if needed => self.problem(&path, 0, "the tile is missing"),
            None => {}
            Some(got) if got == *want => {}
            Some(got) => {
                let same = got.iter().zip(want).take_while(|(a, b)| a == b).count();
                self.problem(&path, same as u64, "the tile does not fit the records");
            }
        }
        self.seen.insert(path);
        Ok(())
    }

    /// Earlier, narrower forms of a tile hold its beginning.
    fn partials(&mut self, folder: &str, whole: &[u8]) -> io::Result<()> {
        let entries = match fs::read_dir(self.dir.join(folder)) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(e) => return Err(e),
        };
        for entry in entries {
            let path = entry?.path();
            let width = path.file_name().and_then(|n| n.to_str()).and_then(|n| n.parse().ok());
            let Some(width) = width else { continue };
            let want = if folder.starts_with("tile/entries/") {
                bundle_prefix(whole, width)
            } else {
                whole.get(..width * size_of::<Hash>())
            };
            if self.seen.contains(&path) {
                continue;
            }
            if let Some(want) = want.map(<[u8]>::to_vec) {
                if read(&path, want.len())?.is_none_or(|got| got != want) {
                    self.problem(&path, 0, "the tile does not fit the records");
                }
                self.seen.insert(path);
            }
        }
        Ok(())
    }
}

/// The first `count` records of a bundle, with their lengths.
fn bundle_prefix(bundle: &[u8], count: usize) -> Option<&[u8]> {
    let mut at = 0;
    for _ in 0..count {
        let length = bundle.get(at..)?.first_chunk::<2>()?;
        at += 2 + usize::from(u16::from_be_bytes(*length));
    }
    bundle.get(..at)
}

/// A file's bytes, and at most one more than `expected`; none where there is no file.
fn read(path: &Path, expected: usize) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    let mut bytes = Vec::new();
    file.take(expected as u64 + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}
