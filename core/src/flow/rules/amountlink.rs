//! `amountlink`: the account of the only transaction whose amount the user wrote.

use super::sheet::{Basis, Row, Sheet};
use crate::flow::arena::{Leaf, Tier};
use crate::flow::canonical::{self, Kind, key};
use crate::flow::find::addresses;
use crate::flow::record;
use crate::flow::trace::Judged;

pub(super) fn relieves(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    let is_address = !addresses(&judged.given.text).is_empty();
    let is_account = canonical::account(&judged.given.text).is_some();
    if !is_account
        || is_address
            && !canonical::account(&judged.given.text).is_some_and(|a| canonical::is_iban(&a))
    {
        return None;
    }
    let leaf = sheet.trusted(judged).find(|leaf| is_only(sheet, leaf))?;
    Some(Basis { source: Some(leaf.source), links: true })
}

fn is_only(sheet: &Sheet<'_>, leaf: &Leaf) -> bool {
    if !sheet.known(leaf.source).is_some_and(|known| known.plain) {
        return false;
    }
    let Some(rows) = sheet.rows(leaf).filter(|rows| rows.len() > 1) else { return false };
    let home = record::home(&leaf.path);
    let mut named = rows.iter().filter(|row| has_amount(sheet, row));
    named.next().is_some_and(|row| row.home == home) && named.next().is_none()
}

/// Whether a number of at least three digits that the user wrote stands in the object.
fn has_amount(sheet: &Sheet<'_>, row: &Row<'_>) -> bool {
    let arena = &sheet.index().arena;
    row.fields.iter().filter(|(_, leaf)| leaf.tier() == Tier::Trusted && leaf.numeric).any(
        |(_, leaf)| {
            let Some(form) = canonical::number(&leaf.text) else { return false };
            let long = form.bytes().filter(u8::is_ascii_digit).count() >= 3;
            let by_user = |place: &crate::flow::arena::Place| {
                arena
                    .leaf(place.leaf)
                    .is_some_and(|leaf| leaf.kind == crate::source::SourceKind::User)
            };
            long && arena
                .entity(&key(Kind::Number, &form))
                .is_some_and(|e| e.places.iter().any(by_user))
        },
    )
}
