//! The few things a log does to a disk, behind a trait so that a test can make each one fail.

use crate::file::{make_private_dir, private, replace, sync_dir};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

/// A segment that is open for appending.
pub trait SegmentFile: Send + Sync {
    /// Appends `bytes`.
    fn write(&self, bytes: &[u8]) -> io::Result<()>;
    /// Returns when all that was written is on the disk.
    fn sync(&self) -> io::Result<()>;
}

/// Where a log is kept.
pub trait Disk: Send + Sync {
    /// Makes a directory and those above it.
    fn make_dir(&self, dir: &Path) -> io::Result<()>;
    /// Makes a file that does not exist yet.
    fn create(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>>;
    /// Puts `bytes` at `path`, whole or not at all; on the disk when it returns if `durable`.
    fn replace(&self, path: &Path, bytes: &[u8], durable: bool) -> io::Result<()>;
    /// Returns when the names in `dir` are on the disk.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Removes a directory and what is in it.
    fn remove_dir(&self, dir: &Path) -> io::Result<()>;
}

/// The file system.
pub struct FileDisk;

impl SegmentFile for File {
    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = self;
        file.write_all(bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

impl Disk for FileDisk {
    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        make_private_dir(dir)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>> {
        Ok(Box::new(private().create_new(true).open(path)?))
    }

    fn replace(&self, path: &Path, bytes: &[u8], durable: bool) -> io::Result<()> {
        replace(path, bytes, durable)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        sync_dir(dir)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir(&self, dir: &Path) -> io::Result<()> {
        fs::remove_dir_all(dir)
    }
}
