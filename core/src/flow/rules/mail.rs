//! Who wrote a message, and whether the user ever wrote to them.

use super::sheet::{Sheet, last_key};
use crate::flow::arena::Leaf;
use crate::flow::canonical::{self, Kind, key};
use crate::flow::record;

/// Fields of a message that say who wrote it.
pub(super) const SENDER: &[&str] =
    &["sender", "from", "author", "from_", "sender_email", "reply_to", "creator"];
/// Fields that say to whom it went.
const RECIPIENT: &[&str] = &["recipient", "recipients", "to", "cc"];
/// Places of one address that are looked at.
const MAX_PLACES: usize = 64;

/// The address that a message says it is from.
pub(super) fn sender_of(sheet: &Sheet<'_>, leaf: &Leaf) -> Option<String> {
    let home = leaf.row();
    let leaves = sheet.leaves(leaf.source)?;
    let mut fields = leaves.iter().filter(|other| other.row() == home);
    let field = fields.find(|other| SENDER.contains(&last_key(&other.path)))?;
    canonical::email(&field.text)
}

/// Whether a message of the user's own went to an address: then its owner is no stranger. Anybody
/// can write the user's address into a message; that alone vouches for nothing.
pub(super) fn corresponds(sheet: &Sheet<'_>, address: &str) -> bool {
    let arena = &sheet.index().arena;
    let Some(entry) = arena.entity(&key(Kind::Email, address)) else { return false };
    let leaves = entry.places.iter().take(MAX_PLACES).filter_map(|place| arena.leaf(place.leaf));
    let mut received = leaves.filter(|leaf| RECIPIENT.contains(&last_key(&leaf.path)));
    received.any(|leaf| {
        let message = record::first_item(&leaf.path).unwrap_or_default();
        let of_message =
            |other: &&Leaf| record::first_item(&other.path).unwrap_or_default() == message;
        let leaves = sheet.leaves(leaf.source).unwrap_or_default();
        let mut senders =
            leaves.iter().filter(|l| of_message(l) && SENDER.contains(&last_key(&l.path)));
        senders.any(|sender| {
            canonical::email(&sender.text)
                .is_some_and(|from| sheet.is_own_value(Kind::Email, &from))
        })
    })
}
