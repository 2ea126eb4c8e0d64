//! The files of a bundle, out of a directory or an archive: read once, and refused where they are
//! not plain files with plain names.

use super::restrictions::RESTRICTIONS;
use crate::decision::show;
use crate::error::{Error, ErrorKind, Result};
use crate::file::shown;
use crate::id::check_id;
use crate::limits::Limits;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use tar::EntryType;

/// The signature's file.
pub const SIGNATURE: &str = "bundle.sig";
/// Files of a signed bundle at most: their list must fit into a note.
const MAX_FILES: usize = 500;
/// Folders in folders.
const MAX_DEPTH: usize = 8;
/// What an archive needs a file beside its content: header, padding, a long name.
const OVERHEAD: usize = 4 * 512;

/// A bundle's files by name, `/` between folders, and where they come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Files {
    /// The directory or archive, for people.
    pub source: String,
    /// Whether they come from an archive.
    pub packed: bool,
    /// Name to content.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Files {
    /// The files that a guard reads of a directory; everything else is passed over.
    ///
    /// # Errors
    /// `bundle/file`, `limit/bundle`.
    pub fn of_directory(directory: &Path, limits: &Limits) -> Result<Self> {
        let mut walk = Walk::new(shown(directory), limits);
        let rules = directory.join(RULES);
        // A link is passed over, here as below.
        let has_rules = fs::symlink_metadata(&rules).is_ok_and(|meta| meta.is_dir());
        let rules = has_rules.then_some((rules, "rules/"));
        for (folder, above) in std::iter::once((directory.to_path_buf(), "")).chain(rules) {
            for entry in walk.list(&folder)? {
                let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
                if let Ok(name) = entry.file_name().into_string()
                    && is_read(&format!("{above}{name}"))
                    && is_file
                {
                    walk.read(format!("{above}{name}"), &entry.path())?;
                }
            }
        }
        Ok(walk.files)
    }

    /// Every file of a directory and its folders but hidden ones: what a signature covers.
    ///
    /// # Errors
    /// `bundle/file` for a link, a device, a name that is not plain; `limit/bundle`.
    pub fn all_of_directory(directory: &Path, limits: &Limits) -> Result<Self> {
        let mut walk = Walk::new(shown(directory), limits);
        let mut folders = vec![(directory.to_path_buf(), String::new(), 0)];
        while let Some((folder, above, depth)) = folders.pop() {
            for entry in walk.list(&folder)? {
                let name = entry.file_name().to_string_lossy().into_owned();
                if name.starts_with('.') {
                    continue;
                }
                let name = walk.name(&format!("{above}{name}"))?;
                let kind = entry.file_type().map_err(|e| walk.io(&name, &e))?;
                if kind.is_dir() && depth < MAX_DEPTH {
                    folders.push((entry.path(), format!("{name}/"), depth + 1));
                } else if kind.is_file() {
                    walk.read(name, &entry.path())?;
                } else {
                    return Err(walk.fault(&name, "is a link, a device or nested too deeply"));
                }
            }
        }
        Ok(walk.files)
    }

    /// Reads an archive file.
    ///
    /// # Errors
    /// As [`Files::unpack`].
    pub fn of_archive(path: &Path, limits: &Limits) -> Result<Self> {
        let most = limits.bundle.saturating_add(MAX_FILES * OVERHEAD);
        let bytes = read_up_to(path, most).map_err(|e| {
            Error::new(ErrorKind::BundleFile, format!("the bundle cannot be read: {e}"))
                .with("file", shown(path))
        })?;
        Self::unpack(&shown(path), &bytes, limits)
    }

    /// The files in an archive (tar, not compressed). Nothing is written to disk.
    ///
    /// # Errors
    /// `bundle/file` for anything but plain files with plain names, each once, and for an archive
    /// that ends too early; `limit/bundle`.
    pub fn unpack(source: &str, bytes: &[u8], limits: &Limits) -> Result<Self> {
        let mut walk = Walk::new(source.to_owned(), limits);
        walk.files.packed = true;
        let most = limits.bundle.saturating_add(MAX_FILES * OVERHEAD);
        Limits::check(ErrorKind::LimitBundle, "bundle", bytes.len(), most)
            .map_err(|e| e.with("file", source))?;
        let broken = |e: &io::Error| {
            let message = format!("this is not an archive, or a part of one: {e}");
            Error::new(ErrorKind::BundleFile, message)
                .with("file", source)
                .with("hint", "a bundle is a directory or an uncompressed tar of its files")
        };
        let mut archive = tar::Archive::new(bytes);
        for entry in archive.entries().map_err(|e| broken(&e))? {
            let mut entry = entry.map_err(|e| broken(&e))?;
            let raw = entry.path_bytes().into_owned();
            let path = String::from_utf8_lossy(&raw).into_owned();
            let path = path.strip_prefix("./").unwrap_or(&path);
            let kind = entry.header().entry_type();
            if kind == EntryType::Directory || kind == EntryType::XGlobalHeader {
                continue;
            }
            let name = walk.name(path)?;
            if kind != EntryType::Regular {
                return Err(walk.fault(&name, "is a link, a device or sparse"));
            }
            if name.split('/').any(|part| part.starts_with('.')) {
                continue;
            }
            if name.matches('/').count() > MAX_DEPTH {
                return Err(walk.fault(&name, "is nested too deeply"));
            }
            let size = usize::try_from(entry.size()).unwrap_or(usize::MAX);
            walk.room(size)?;
            let mut content = Vec::with_capacity(size.min(bytes.len()));
            entry.read_to_end(&mut content).map_err(|e| broken(&e))?;
            if content.len() != size {
                return Err(walk.fault(&name, "ends too early"));
            }
            walk.add(name, content)?;
        }
        Ok(walk.files)
    }

    /// The files as an archive: the same files give the same bytes.
    ///
    /// # Errors
    /// `bundle/file`.
    pub fn pack(&self) -> Result<Vec<u8>> {
        let mut builder = tar::Builder::new(Vec::new());
        let fault = |e: io::Error| Error::new(ErrorKind::BundleFile, format!("no archive: {e}"));
        for (name, content) in &self.files {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(EntryType::Regular);
            header.set_mode(0o644);
            header.set_mtime(0);
            header.set_uid(0);
            header.set_gid(0);
            header.set_size(content.len() as u64);
            builder.append_data(&mut header, name, content.as_slice()).map_err(fault)?;
        }
        builder.into_inner().map_err(fault)
    }

    /// The texts that a guard reads.
    ///
    /// # Errors
    /// `bundle/file` where one is not UTF-8.
    pub(super) fn texts(&self) -> Result<BTreeMap<String, String>> {
        let read = self.files.iter().filter(|(name, _)| is_read(name));
        read.map(|(name, content)| {
            let text = std::str::from_utf8(content).map_err(|e| {
                Error::new(ErrorKind::BundleFile, format!("{name}: {e}"))
                    .with("file", self.source.as_str())
            })?;
            Ok((name.clone(), text.to_owned()))
        })
        .collect()
    }
}

/// The folder of detector rules.
const RULES: &str = "rules";

/// Whether the file of this name holds detector rules.
pub(super) fn is_rules(name: &str) -> bool {
    let file = name.strip_prefix(RULES).and_then(|name| name.strip_prefix('/'));
    file.is_some_and(|file| {
        file.ends_with(".toml") && !file.starts_with('.') && !file.contains('/')
    })
}

/// Whether a guard reads the file of this name.
fn is_read(name: &str) -> bool {
    matches!(name, "bundle.toml" | "tools.toml" | "entities.json" | RESTRICTIONS)
        || is_rules(name)
        || (name.ends_with(".cedar") && !name.starts_with('.') && !name.contains('/'))
}

fn read_up_to(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte more than may be, so that what is too long is seen and not cut.
    File::open(path)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What was read so far, and what may still be.
struct Walk<'a> {
    files: Files,
    total: usize,
    limits: &'a Limits,
}

impl<'a> Walk<'a> {
    fn new(source: String, limits: &'a Limits) -> Self {
        Self { files: Files { source, ..Files::default() }, total: 0, limits }
    }

    fn list(&self, folder: &Path) -> Result<Vec<fs::DirEntry>> {
        let listed = fs::read_dir(folder).and_then(|entries| {
            let most = MAX_FILES * 8;
            let entries = entries.take(most + 1).collect::<io::Result<Vec<_>>>()?;
            if entries.len() > most {
                return Err(io::Error::other("it has too many entries"));
            }
            Ok(entries)
        });
        listed.map_err(|e| {
            Error::new(ErrorKind::BundleFile, format!("the bundle cannot be read: {e}"))
                .with("file", self.files.source.as_str())
        })
    }

    fn fault(&self, name: &str, what: &str) -> Error {
        Error::new(ErrorKind::BundleFile, format!("`{}` {what}", show(name)))
            .with("file", self.files.source.as_str())
    }

    fn io(&self, name: &str, error: &io::Error) -> Error {
        self.fault(name, &format!("cannot be read: {error}"))
    }

    /// A name that stays below the bundle and reads the same for everybody.
    fn name(&self, name: &str) -> Result<String> {
        let plain = |part: &str| {
            !matches!(part, "" | "." | "..") && !part.contains(['\\', ':', '\u{fffd}'])
        };
        if !name.split('/').all(plain) || check_id("file", name).is_err() {
            return Err(self.fault(name, "is no plain name of a file below the bundle"));
        }
        Ok(name.to_owned())
    }

    fn room(&self, size: usize) -> Result<()> {
        let total = self.total.saturating_add(size);
        let files = self.files.files.len() + 1;
        Limits::check(ErrorKind::LimitBundle, "bundle", total, self.limits.bundle)
            .and_then(|()| Limits::check(ErrorKind::LimitBundle, "files", files, MAX_FILES))
            .map_err(|e| e.with("file", self.files.source.as_str()))
    }

    fn read(&mut self, name: String, path: &Path) -> Result<()> {
        let rest = self.limits.bundle.saturating_sub(self.total);
        let content = read_up_to(path, rest).map_err(|e| self.io(&name, &e))?;
        self.add(name, content)
    }

    fn add(&mut self, name: String, content: Vec<u8>) -> Result<()> {
        self.room(content.len())?;
        self.total += content.len();
        if self.files.files.contains_key(&name) {
            return Err(self.fault(&name, "stands in it twice"));
        }
        self.files.files.insert(name, content);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, kind, content) in entries {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(*kind);
            header.set_size(content.len() as u64);
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            builder.append(&header, *content).unwrap();
        }
        builder.into_inner().unwrap()
    }

    fn refused(bytes: &[u8], limits: &Limits) -> Error {
        Files::unpack("a.tar", bytes, limits).unwrap_err()
    }

    #[test]
    fn an_archive_gives_back_what_was_packed() {
        let long = format!("tests/{}.json", "x".repeat(150));
        let files = Files {
            source: "a.tar".into(),
            packed: true,
            files: [("bundle.toml".to_owned(), b"x".to_vec()), (long, vec![7; 5000])].into(),
        };
        let bytes = files.pack().unwrap();
        assert_eq!(Files::unpack("a.tar", &bytes, &Limits::default()).unwrap(), files);
        assert_eq!(bytes, files.pack().unwrap());
        for cut in [1, 100, 511, 700, bytes.len() / 2] {
            let cut = Files::unpack("a.tar", &bytes[..cut], &Limits::default());
            assert!(cut.is_err() || cut.unwrap() != files);
        }
    }

    #[test]
    fn hostile_archives_are_refused() {
        let limits = Limits::default();
        let file = EntryType::Regular;
        for name in ["../a", "/etc/passwd", "a/../../b", "a//b", "a\\b", "c:/x", "./../a", "a\nb"] {
            let error = refused(&archive(&[(name, file, b"x")]), &limits);
            assert_eq!(error.code(), "bundle/file", "{name}");
        }
        for kind in [EntryType::Symlink, EntryType::Link, EntryType::Fifo, EntryType::Char] {
            let error = refused(&archive(&[("bundle.toml", kind, b"")]), &limits);
            assert_eq!(error.code(), "bundle/file", "{kind:?}");
            assert!(error.message().contains("bundle.toml"));
        }
        let twice = archive(&[("a", file, b"x"), ("./a", file, b"y")]);
        assert!(refused(&twice, &limits).message().contains("twice"));
        let mut small = Limits::default();
        small.set("bundle", 10).unwrap();
        let big = archive(&[("a", file, &[0; 6]), ("b", file, &[0; 6])]);
        assert_eq!(refused(&big, &small).code(), "limit/bundle");
        let names: Vec<String> = (0..=MAX_FILES).map(|n| n.to_string()).collect();
        let many: Vec<_> = names.iter().map(|name| (name.as_str(), file, &b""[..])).collect();
        assert_eq!(refused(&archive(&many), &limits).code(), "limit/bundle");
        assert_eq!(refused(&[0x1f; 2000], &limits).code(), "bundle/file");
        // A header that promises more than there is.
        let mut header = tar::Header::new_gnu();
        header.set_path("bundle.toml").unwrap();
        header.set_size(8 << 30);
        header.set_cksum();
        assert_eq!(refused(header.as_bytes(), &limits).code(), "limit/bundle");
        header.set_size(1 << 20);
        header.set_cksum();
        assert_eq!(refused(header.as_bytes(), &limits).code(), "bundle/file");
    }

    #[test]
    fn folders_and_hidden_files_of_an_archive_are_passed_over() {
        let bytes = archive(&[
            ("./", EntryType::Directory, b""),
            ("./.git/config", EntryType::Regular, b"x"),
            ("./bundle.toml", EntryType::Regular, b"x"),
        ]);
        let files = Files::unpack("a.tar", &bytes, &Limits::default()).unwrap();
        assert_eq!(files.files.keys().collect::<Vec<_>>(), ["bundle.toml"]);
    }

    #[cfg(unix)]
    #[test]
    fn all_of_a_directory_holds_no_links() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("tests")).unwrap();
        for name in ["bundle.toml", "tests/a.json", ".hidden"] {
            fs::write(dir.path().join(name), "x").unwrap();
        }
        let all = || Files::all_of_directory(dir.path(), &Limits::default());
        assert_eq!(
            all().unwrap().files.keys().collect::<Vec<_>>(),
            ["bundle.toml", "tests/a.json"]
        );
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join("tests/b")).unwrap();
        assert!(all().unwrap_err().message().contains("tests/b"));
    }
}
