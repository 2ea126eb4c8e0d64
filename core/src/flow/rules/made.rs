//! `lineage`, `created`: what lies under a directory that the user named, and what this session
//! made.

use super::sheet::{Basis, Sheet};
use crate::flow::canonical::{self, Kind};
use crate::flow::trace::Judged;
use crate::label::Integrity;
use crate::tool::Effect;

/// Directories whose files belong to the system.
const SYSTEM: &[&str] = &[
    "etc",
    "system",
    "windows",
    "proc",
    "sys",
    "dev",
    "boot",
    "root",
    "usr",
    "bin",
    "sbin",
    "lib",
    "var",
    "library",
    "programdata",
];
/// Directories between a file and the one that the user named.
const MAX_DEPTH: usize = 16;

/// `lineage`: a path under a directory that the user wrote, where the call does nothing but write.
pub(super) fn lineage(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    let only_writes =
        sheet.scene.effects.iter().all(|effect| matches!(effect, Effect::Write | Effect::Read));
    let text = judged.given.text.trim();
    let opaque = |c: char| c.is_control() || "$`%*?~\\".contains(c);
    if !only_writes
        || text.contains("..")
        || text.contains(opaque)
        || !sheet.scene.under_roots(text)
    {
        return None;
    }
    let path = canonical::path(text)?;
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let hidden =
        segments.iter().any(|segment| segment.starts_with('.') || *segment == "authorized_keys");
    let system =
        segments.first().is_some_and(|first| SYSTEM.contains(&first.to_ascii_lowercase().as_str()));
    if hidden || system {
        return None;
    }
    let mut above = path.as_str();
    for _ in 0..MAX_DEPTH {
        above = above.rsplit_once('/')?.0;
        if above.is_empty() {
            return None;
        }
        let found = sheet.index().find_entity(Kind::Path, above);
        if found.at_least(Integrity::User) {
            return Some(Basis { source: None, links: true });
        }
    }
    None
}

/// `created`: the id that a call of this session gave to what it made.
pub(super) fn created(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    let leaf = sheet.trusted(judged).find(|leaf| {
        let made = sheet.known(leaf.source).is_some_and(|known| known.made);
        made && leaf.row().is_empty()
    })?;
    Some(Basis { source: Some(leaf.source), links: true })
}
