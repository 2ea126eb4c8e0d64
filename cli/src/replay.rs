//! `checkrein replay`: recorded decisions, judged by the rules of another bundle.

use crate::log::Changes;
use crate::terminal::line;
use checkrein::{Guard, Result};
use std::path::Path;

/// Gives false where something would change. `was` is the bundle that was in force.
pub fn run(log: &Path, bundle: &Path, was: Option<&Path>, json: bool) -> Result<bool> {
    let guard = Guard::builder().bundle(bundle).build()?;
    let before = was.map(|was| Guard::builder().bundle(was).build()).transpose()?;
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
