//! The exfiltration guard: to an address that a rule vouches for go the user's words, and what
//! they named, and nothing else that is private.

use super::mail;
use super::names;
use super::sheet::Sheet;
use crate::flow::arena::{Leaf, Place};
use crate::flow::quotes::{self, Class};
use crate::label::Confidentiality;
use crate::source::SourceKind;
use crate::tool::Role;

/// Bytes of an argument that are compared.
const MAX_BYTES: usize = 1 << 16;
/// The shortest piece of private text that matters.
const SHORTEST: usize = 24;

/// Whether what is sent holds private text that the user did not point at.
pub(super) fn leaks(sheet: &Sheet<'_>) -> bool {
    let sent = |role: Role| matches!(role, Role::Payload | Role::Title | Role::Free | Role::Query);
    sheet.judged.iter().filter(|leaf| sent(leaf.role)).any(|leaf| {
        let folded = leaf.given.text.to_ascii_lowercase();
        // Too long to compare is too long to vouch for.
        folded.len() > MAX_BYTES
            || quotes::pieces(sheet.index(), &folded, Class::Other, SHORTEST).iter().any(|run| {
                let mut places = run.places.iter();
                !places.clone().any(|place| is_free(sheet, place))
                    && places.any(|p| is_private(sheet, p))
            })
    })
}

fn leaf_of<'a>(sheet: &Sheet<'a>, place: &Place) -> Option<&'a Leaf> {
    sheet.index().arena.leaf(place.leaf)
}

fn is_private(sheet: &Sheet<'_>, place: &Place) -> bool {
    leaf_of(sheet, place).is_some_and(|l| l.label.confidentiality >= Confidentiality::Private)
}

/// Whether it stands in the user's words, in what they named, or in a message of somebody whom
/// they speak of.
fn is_free(sheet: &Sheet<'_>, place: &Place) -> bool {
    let Some(leaf) = leaf_of(sheet, place) else { return false };
    if matches!(leaf.kind, SourceKind::User | SourceKind::Principal | SourceKind::Schema) {
        return true;
    }
    let index = sheet.index();
    let named = leaf.record.is_some_and(|id| index.records.is_linked(&index.arena, id));
    let by_person = || {
        mail::sender_of(sheet, leaf).is_some_and(|sender| {
            let mut persons = sheet.prompt().persons().iter().filter(|person| person.gave);
            persons.any(|person| names::answers(&sender, &person.name))
        })
    };
    named || sheet.is_named(leaf) || by_person()
}
