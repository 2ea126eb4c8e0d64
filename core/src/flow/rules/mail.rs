//! Who wrote a message, and whether the user ever wrote to them.

use super::sheet::{Sheet, last_key};
use crate::flow::arena::{Leaf, Tier};
use crate::flow::canonical::{self, Kind, key};
use crate::flow::record;
use crate::tool::name_words;

/// Fields of a message that say who wrote it.
pub(super) const SENDER: &[&str] =
    &["sender", "from", "author", "from_", "sender_email", "reply_to", "creator"];
/// Fields that say to whom it went.
const RECIPIENT: &[&str] = &["recipient", "recipients", "to", "cc"];
/// Fields of a mailbox that say whether a message came or went.
const BOX: &[&str] =
    &["status", "state", "folder", "mailbox", "box", "label", "labels", "direction", "type"];
/// What they say of one that went; and what a tool is called that gives only such.
const OUT: &[&str] =
    &["sent", "outbox", "outgoing", "outbound", "sent mail", "sent items", "gesendet", "envoyé"];
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

/// Whether a message that the user sent went to an address: then its owner is no stranger. Whoever
/// writes a mail writes its sender, too; so the mailbox must say that it went out.
pub(super) fn corresponds(sheet: &Sheet<'_>, address: &str) -> bool {
    let arena = &sheet.index().arena;
    let Some(entry) = arena.entity(&key(Kind::Email, address)) else { return false };
    let leaves = entry.places.iter().take(MAX_PLACES).filter_map(|place| arena.leaf(place.leaf));
    let mut received = leaves.filter(|leaf| RECIPIENT.contains(&last_key(&leaf.path)));
    received.any(|leaf| {
        let message = record::first_item(&leaf.path).unwrap_or_default();
        let leaves = sheet.leaves(leaf.source).unwrap_or_default();
        let mut fields = leaves
            .iter()
            .filter(|other| record::first_item(&other.path).unwrap_or_default() == message);
        let own = |leaf: &Leaf| {
            SENDER.contains(&last_key(&leaf.path))
                && canonical::email(&leaf.text)
                    .is_some_and(|from| sheet.is_own_value(Kind::Email, &from))
        };
        let went_out = |leaf: &Leaf| {
            leaf.tier() == Tier::Trusted
                && BOX.contains(&last_key(&leaf.path))
                && OUT.contains(&&*leaf.text.to_lowercase())
        };
        let by_tool = name_words(sheet.tool_of(leaf)).iter().any(|word| OUT.contains(&&**word));
        fields.clone().any(|field| own(field)) && (by_tool || fields.any(|field| went_out(field)))
    })
}
