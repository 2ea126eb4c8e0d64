//! `pair`: an amount that the user did not write belongs to the thing or the payee of the call.

use super::derive;
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
    // Where the user wrote an amount, another one has to follow from it.
    let foreign = wrote_amount(sheet) || !sheet.trusted(judged).any(belongs);
    foreign && derive::relieves(sheet, judged).is_none()
}

/// Whether the user wrote an amount, and not only a year.
fn wrote_amount(sheet: &Sheet<'_>) -> bool {
    let year = |text: &str| text.parse::<u32>().is_ok_and(|year| (1900..2100).contains(&year));
    let mut words = sheet.prompt().words().iter().filter(|word| !word.glued && !year(&word.text));
    words.any(|word| word.amount().is_some())
}
