//! `dup`: a member of a set is used once with each tool.

use super::sheet::Sheet;
use crate::flow::arena::Arena;
use crate::flow::trace::Judged;
use crate::label::Integrity;
use crate::tool::Role;

/// What a use is known by.
pub(in crate::flow) fn hash(arena: &Arena, tool: &str, role: Role, folded: &str) -> u64 {
    arena.hash(&format!("{tool}\n{role}\n{}", folded.trim()))
}

/// Stands for whatever value in [`hash`]: no text of a value is empty.
pub(in crate::flow) const ANY: &str = "";

/// Whether anything was used with this tool in that role before.
pub(super) fn is_spent(sheet: &Sheet<'_>, role: Role) -> bool {
    let (index, tool) = (sheet.index(), sheet.question.tool.id.as_str());
    index.memory.is_used(hash(&index.arena, tool, role, ANY))
}

pub(super) fn asks(sheet: &Sheet<'_>, judged: &Judged<'_>) -> bool {
    if judged.found.at_least(Integrity::User) || sheet.is_own(judged) {
        return false;
    }
    let index = sheet.index();
    let folded = judged.given.text.to_ascii_lowercase();
    let tool = sheet.question.tool.id.as_str();
    if !index.memory.is_used(hash(&index.arena, tool, judged.role, &folded)) {
        return false;
    }
    // A thing that the user named may be meant twice.
    let is_item = sheet.trusted(judged).any(|leaf| leaf.row() == &*leaf.path);
    !judged.found.linked || is_item
}
