//! The C2SP tlog-tiles layout: hashes in files of 256, records in bundles of 256, so that other
//! tools can read and verify an instance's directory.

use super::disk::Disk;
use super::tree::{Edge, Hash};
use std::io;
use std::path::Path;

/// Hashes of a full tile, records of a full bundle.
const WIDTH: u64 = 256;

/// A file of the layout: its path below the instance's directory, and what it holds.
pub type TileFile = (String, Vec<u8>);

/// The tiles of a growing tree. Keeps what is not full: at most 256 records and 2 KiB a level.
#[derive(Debug, Default)]
pub struct Tiles {
    levels: Vec<Level>,
    bundle: Vec<u8>,
    ready: Vec<TileFile>,
    waiting: usize,
}

#[derive(Debug, Default)]
struct Level {
    hashes: Vec<u8>,
    edge: Edge,
    full: u64,
}

impl Tiles {
    /// Takes the next record and its leaf hash.
    pub fn push(&mut self, leaf: Hash, record: &[u8]) {
        let length = u16::try_from(record.len()).unwrap_or(u16::MAX);
        self.bundle.extend(length.to_be_bytes());
        self.bundle.extend(record);
        let (mut carry, mut height) = (Some(leaf), 0);
        while let Some(hash) = carry.take() {
            if self.levels.len() == height {
                self.levels.push(Level::default());
            }
            let Some(level) = self.levels.get_mut(height) else { return };
            level.hashes.extend(hash);
            level.edge.push(hash);
            if level.edge.size() < WIDTH {
                return;
            }
            let path = index_path(level.full);
            let hashes = std::mem::take(&mut level.hashes);
            self.waiting += hashes.len();
            self.ready.push((format!("tile/{height}/{path}"), hashes));
            if height == 0 {
                let bundle = std::mem::take(&mut self.bundle);
                self.waiting += bundle.len();
                self.ready.push((format!("tile/entries/{path}"), bundle));
            }
            carry = Some(std::mem::take(&mut level.edge).root());
            level.full += 1;
            height += 1;
        }
    }

    /// Bytes of full files that were not taken yet.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// Full files since the last call.
    pub fn take_full(&mut self) -> Vec<TileFile> {
        self.waiting = 0;
        std::mem::take(&mut self.ready)
    }

    /// Gives back files that could not be written.
    pub fn give_back(&mut self, mut files: Vec<TileFile>) {
        self.waiting += files.iter().map(|file| file.1.len()).sum::<usize>();
        files.append(&mut self.ready);
        self.ready = files;
    }

    /// The files that are not full yet: those of a checkpoint at this size.
    pub fn partial(&self) -> Vec<TileFile> {
        let mut files = Vec::new();
        for (height, level) in self.levels.iter().enumerate() {
            let (path, width) = (index_path(level.full), level.edge.size());
            if width == 0 {
                continue;
            }
            files.push((format!("tile/{height}/{path}.p/{width}"), level.hashes.clone()));
            if height == 0 {
                files.push((format!("tile/entries/{path}.p/{width}"), self.bundle.clone()));
            }
        }
        files
    }
}

/// `7` is `007`, `1234067` is `x001/x234/067`.
fn index_path(index: u64) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

/// Writes the files of a checkpoint. Full ones are on the disk when this returns and replace their
/// partial forms; partial ones are, if `durable`.
pub fn write(
    disk: &dyn Disk,
    dir: &Path,
    full: &[TileFile],
    partial: &[TileFile],
    durable: bool,
) -> io::Result<()> {
    let files = full.iter().map(|file| (file, true));
    for ((path, bytes), durable) in files.chain(partial.iter().map(|file| (file, durable))) {
        let path = dir.join(path);
        if let Some(parent) = path.parent() {
            disk.make_dir(parent)?;
        }
        disk.replace(&path, bytes, durable)?;
    }
    for (path, _) in full {
        // Not having been there, or staying there, does no harm.
        let _ = disk.remove_dir(&dir.join(format!("{path}.p")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tree::leaf;

    #[test]
    fn indexes_are_grouped_by_three_digits() {
        assert_eq!(index_path(0), "000");
        assert_eq!(index_path(999), "999");
        assert_eq!(index_path(1_234_067), "x001/x234/067");
    }

    #[test]
    fn a_tree_of_70000_has_the_tiles_that_the_specification_counts() {
        let (mut tiles, mut edge) = (Tiles::default(), Edge::default());
        let mut full = Vec::new();
        for i in 0..70_000_u32 {
            let record = i.to_be_bytes();
            tiles.push(leaf(&record), &record);
            edge.push(leaf(&record));
            full.extend(tiles.take_full());
        }
        let count = |prefix: &str| full.iter().filter(|f| f.0.starts_with(prefix)).count();
        assert_eq!((count("tile/0/"), count("tile/1/"), count("tile/entries/")), (273, 1, 273));
        let partial: Vec<_> = tiles.partial().into_iter().map(|f| f.0).collect();
        let want =
            ["tile/0/273.p/112", "tile/entries/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"];
        assert_eq!(partial, want);
        assert!(full.iter().filter(|f| !f.0.contains("entries")).all(|f| f.1.len() == 8192));
        // The first hash of level 2 is the root over the first 65,536 leaves.
        let mut first = Edge::default();
        (0..65_536_u32).for_each(|i| first.push(leaf(&i.to_be_bytes())));
        assert_eq!(tiles.partial()[3].1, first.root());
    }
}
