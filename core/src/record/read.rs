//! Reading a log again: every record's line, for who looks at what was decided.

use super::verify::find;
use super::{layout, scan};
use crate::error::{Error, ErrorKind, Result};
use std::io;
use std::path::Path;

/// Calls `visit` with every record of the log in `dir`, or of the one instance that `dir` is:
/// instance by instance, each in its own order. Gives what is damaged; [`super::verify`] says
/// whether the rest is the log's own.
///
/// # Errors
/// `record/io` where the files cannot be read, or no log is there.
pub fn read(dir: &Path, visit: &mut dyn FnMut(&[u8])) -> Result<Vec<scan::Problem>> {
    let fault = |e: io::Error| layout::io_fault("the audit log cannot be read", dir, &e);
    let instances = find(dir).map_err(fault)?;
    if instances.is_empty() {
        let error = Error::new(ErrorKind::RecordIo, "there is no audit log here");
        return Err(error.with("file", crate::file::shown(dir)));
    }
    let mut problems = Vec::new();
    for (_, path) in instances {
        let found = scan::scan(&path, &mut |found| visit(found.record)).map_err(fault)?;
        problems.extend(found.problems);
    }
    Ok(problems)
}
