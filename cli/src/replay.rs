//! `checkrein replay`: recorded decisions, judged by the rules of another bundle.

use crate::log::Changes;
use crate::opened::Trust;
use crate::terminal::line;
use checkrein::Result;
use std::path::Path;

/// Gives false where something would change. `was` is the bundle that was in force.
pub fn run(
    log: &Path,
    bundle: &Path,
    was: Option<&Path>,
    trust: &Trust,
    json: bool,
) -> Result<bool> {
    let guard = trust.guard(bundle).build()?;
    let before = was.map(|was| trust.guard(was).build()).transpose()?;
    let changes = Changes::of(log, &guard, before.as_ref())?;
    if json {
        let mut shape = changes.shape();
        if let Some(shape) = shape.as_object_mut() {
            shape.insert("ok".to_owned(), changes.is_empty().into());
        }
        line(&shape.to_string());
    } else {
        changes.tell();
    }
    Ok(changes.is_empty())
}
