//! `pair`: an amount that the user did not write belongs to the thing or the payee of the call.

use super::sheet::Sheet;
use crate::flow::arena::Leaf;
use crate::flow::trace::Judged;
use crate::label::Integrity;
use crate::tool::Role;

pub(super) fn asks(sheet: &Sheet<'_>, judged: &Judged<'_>) -> bool {
    if judged.found.at_least(Integrity::User) {
        return false;
    }
    let index = sheet.index();
    let aims =
        || sheet.judged.iter().filter(|leaf| matches!(leaf.role, Role::Destination | Role::Object));
    if aims().next().is_none() {
        return false;
    }
    let belongs = |leaf: &Leaf| {
        let Some(record) = leaf.record else { return false };
        let named = index.records.is_linked(&index.arena, record);
        named
            || sheet.names_source(leaf.source)
            || aims().any(|aim| {
                let mut records = sheet.trusted(aim).filter_map(|leaf| leaf.record);
                records.any(|other| index.records.are_related(record, other))
            })
    };
    !sheet.trusted(judged).any(belongs)
}
