//! Files that only their owner may read, and that are replaced as a whole or not at all.

use crate::decision::show;
use crate::error::{Error, ErrorKind, Result};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// A path for a message.
#[must_use]
pub fn shown(path: &Path) -> String {
    show(&path.to_string_lossy())
}

/// Makes `dir` and those above it; what is made is for this user alone.
///
/// # Errors
/// The system's.
pub fn make_private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// How to open a file that only this user may read.
#[must_use]
pub fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true);
    options
}

/// Puts `bytes` at `path`, whole or not at all; on the disk when it returns if `durable`.
///
/// # Errors
/// The system's.
pub fn replace(path: &Path, bytes: &[u8], durable: bool) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    let part = path.with_file_name(name);
    let mut file = private().create(true).truncate(true).open(&part)?;
    file.write_all(bytes)?;
    if durable {
        file.sync_all()?;
    }
    fs::rename(&part, path)?;
    match path.parent() {
        Some(dir) if durable => sync_dir(dir),
        _ => Ok(()),
    }
}

/// Returns when the names in `dir` are on the disk.
///
/// # Errors
/// The system's.
#[cfg(unix)]
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    // A name without a folder before it stands in the present one.
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    File::open(dir)?.sync_all()
}

/// Returns when the names in `dir` are on the disk.
///
/// # Errors
/// The system's.
#[cfg(not(unix))]
pub fn sync_dir(_dir: &Path) -> io::Result<()> {
    Ok(())
}

/// Fails where others may read or write the key file that is open as `file`.
///
/// # Errors
/// `record/key`.
#[cfg(unix)]
pub fn refuse_shared(path: &Path, file: &File) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let meta =
        file.metadata().map_err(|e| key_fault(path, &format!("the key cannot be read: {e}")))?;
    if meta.permissions().mode() & 0o077 != 0 {
        return Err(key_fault(path, "others may read or write the key file")
            .with("hint", "chmod 600, and make a new key if others may have read it"));
    }
    Ok(())
}

/// Fails where others may read or write the key file that is open as `file`.
///
/// # Errors
/// `record/key`.
#[cfg(not(unix))]
pub fn refuse_shared(_path: &Path, _file: &File) -> Result<()> {
    Ok(())
}

/// What is wrong with a key file.
#[must_use]
pub fn key_fault(path: &Path, message: &str) -> Error {
    Error::new(ErrorKind::RecordKey, message).with("file", shown(path))
}
