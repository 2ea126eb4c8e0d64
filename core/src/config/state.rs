//! What is kept of bundles on disk: the last good one, and the newest revision of each name.

use super::files::Files;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::event::BundleLayer;
use crate::file::{make_private_dir, private, replace, shown};
use crate::limits::Limits;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Layers of a bundle at most.
pub(super) const MAX_LAYERS: usize = 8;

/// Which revisions were accepted, and the files of the last good bundle. Without a directory it is
/// forgotten with the process.
#[derive(Debug, Default)]
pub struct State {
    directory: Option<PathBuf>,
    accepted: BTreeMap<String, (u64, Digest)>,
}

impl State {
    /// State in `directory`, which is made where there is none.
    ///
    /// # Errors
    /// `bundle/file`.
    pub fn open(directory: Option<PathBuf>) -> Result<Self> {
        if let Some(directory) = &directory {
            make_private_dir(directory).map_err(|e| fault(directory, &e))?;
        }
        Ok(Self { directory, accepted: BTreeMap::new() })
    }

    /// Takes a bundle: none of its layers may be older than what was accepted under its name. Its
    /// files are then the last good ones of `key`.
    ///
    /// # Errors
    /// `bundle/rollback`; `bundle/file` where it cannot be kept. Nothing is accepted then.
    pub fn accept(&mut self, key: Digest, layers: &[BundleLayer], files: &[Files]) -> Result<()> {
        for layer in layers {
            self.refuse_older(layer, self.accepted.get(&layer.name))?;
        }
        if let Some(directory) = self.directory.clone() {
            // Processes that share a directory take turns.
            let lock = directory.join("lock");
            let locked = private().create(true).truncate(false).open(&lock);
            let locked = locked.and_then(|file| file.lock().map(|()| file));
            let _locked: File = locked.map_err(|e| fault(&lock, &e))?;
            let mut newer = Vec::new();
            for layer in layers {
                let kept = revision_of(&directory, &layer.name)?;
                self.refuse_older(layer, kept.as_ref())?;
                if kept != Some((layer.revision, layer.hash)) {
                    newer.push(layer);
                }
            }
            keep(&last_path(&directory, key), &packed(files)?)?;
            for layer in newer {
                let text = format!("{}\n{}\n{}\n", layer.name, layer.revision, layer.hash);
                keep(&revision_path(&directory, &layer.name), text.as_bytes())?;
            }
        }
        for layer in layers {
            self.accepted.insert(layer.name.clone(), (layer.revision, layer.hash));
        }
        Ok(())
    }

    /// The files of the bundle that was accepted last under `key`; `sources` are their names.
    ///
    /// # Errors
    /// `bundle/file`, `limit/bundle`.
    pub fn last_good(
        &self,
        key: Digest,
        sources: &[String],
        limits: &Limits,
    ) -> Result<Option<Vec<Files>>> {
        let Some(directory) = &self.directory else { return Ok(None) };
        let path = last_path(directory, key);
        match fs::metadata(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(fault(&path, &e)),
            Ok(_) => {}
        }
        let mut wide = limits.clone();
        wide.bundle = wide.bundle.saturating_mul(MAX_LAYERS * 2);
        let outer = Files::of_archive(&path, &wide)?;
        let layers = outer.files.values().enumerate().map(|(n, bytes)| {
            let source = sources.get(n).map_or("given archive", String::as_str);
            // It was judged when it was accepted; with trusted keys it is verified again.
            Ok(Files { packed: false, ..Files::unpack(source, bytes, limits)? })
        });
        layers.collect::<Result<_>>().map(Some)
    }

    fn refuse_older(&self, layer: &BundleLayer, kept: Option<&(u64, Digest)>) -> Result<()> {
        let Some((revision, hash)) = kept else { return Ok(()) };
        let BundleLayer { name, revision: offered, .. } = layer;
        let message = if offered < revision {
            format!("`{name}` revision {offered} is older than {revision}, which was accepted")
        } else if offered == revision && layer.hash != *hash {
            format!("`{name}` revision {offered} was accepted with other files")
        } else {
            return Ok(());
        };
        Err(Error::new(ErrorKind::BundleRollback, message)
            .with("file", layer.source.as_str())
            .with(
                "hint",
                "raise `revision` with every change, also with one that takes back another",
            ))
    }
}

fn fault(path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::BundleFile, format!("the state of bundles cannot be kept: {error}"))
        .with("file", shown(path))
}

fn keep(path: &Path, bytes: &[u8]) -> Result<()> {
    replace(path, bytes, true).map_err(|e| fault(path, &e))
}

/// All layers in one file, so that they are replaced at once.
fn packed(layers: &[Files]) -> Result<Vec<u8>> {
    let packed = layers.iter().enumerate().map(|(n, files)| Ok((n.to_string(), files.pack()?)));
    Files { files: packed.collect::<Result<_>>()?, ..Files::default() }.pack()
}

fn last_path(directory: &Path, key: Digest) -> PathBuf {
    directory.join(format!("last-{}.tar", key.hex().get(..16).unwrap_or_default()))
}

fn revision_path(directory: &Path, name: &str) -> PathBuf {
    // A bundle's name is no name of a file.
    let name = Digest::of(name.as_bytes()).hex();
    directory.join(format!("revision-{}", name.get(..32).unwrap_or_default()))
}

fn revision_of(directory: &Path, name: &str) -> Result<Option<(u64, Digest)>> {
    let path = revision_path(directory, name);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(fault(&path, &e)),
    };
    let mut lines = text.lines();
    let (_, revision, hash) = (lines.next(), lines.next(), lines.next());
    let read = revision.and_then(|r| r.parse().ok()).zip(hash.and_then(Digest::from_hex));
    read.map(Some).ok_or_else(|| {
        Error::new(ErrorKind::BundleFile, "the file that keeps a bundle's revision is damaged")
            .with("file", shown(&path))
    })
}
