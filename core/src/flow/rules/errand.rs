//! `owncal`, `open-object`, `open-name`: what the user lets a source say, in their own data only.
//!
//! Never a new address, link, account or password, and nothing that leaves, spends or destroys.

use super::mail::{self, sender_of};
use super::sheet::{Basis, Sheet};
use crate::flow::arena::{Leaf, Tier};
use crate::flow::canonical::Kind;
use crate::flow::find::{addresses, each_phrase};
use crate::flow::trace::Judged;
use crate::id::SourceId;
use crate::label::Integrity;
use crate::tool::{Effect, Role};

/// Places of one name that are looked at.
const MAX_PLACES: usize = 32;

fn is_own(sheet: &Sheet<'_>) -> bool {
    let effects = sheet.scene.effects;
    effects.has(Effect::Write)
        && effects.iter().all(|effect| matches!(effect, Effect::Write | Effect::Read))
}

/// `owncal`: a time or a title in what the user named, or in mail of somebody they wrote to where
/// they speak of mail, for an event of their own without guests;
/// or a day that they wrote themselves without an hour, whatever hour the agent picks.
pub(super) fn own_event(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    // Something without a time is no event: a new file may be anything.
    let event = sheet.question.tool.arguments.iter().any(|argument| argument.role == Role::Time);
    if !event || !is_own(sheet) {
        return None;
    }
    let clock = sheet.prompt().literals().iter().any(|(kind, _)| *kind == Kind::Time);
    if judged.role == Role::Time && !clock && sheet.index().day_is_users(&judged.given.text) {
        return Some(Basis { source: None, links: false });
    }
    let whole = judged.found.matched > crate::provenance::Match::Quoted;
    let by_mail = |leaf: &Leaf| {
        let sender = sender_of(sheet, leaf);
        sheet.prompt().said(|lexicon| lexicon.mail).is_some()
            && sender.is_some_and(|sender| mail::corresponds(sheet, &sender))
    };
    // Not a record that the user named: anybody writes a hotel's reviews.
    let named = |leaf: &&Leaf| !leaf.flagged && (sheet.names_source(leaf.source) || by_mail(leaf));
    let leaf = sheet.places(judged).map(|(leaf, _)| leaf).find(named).filter(|_| whole)?;
    Some(Basis { source: Some(leaf.source), links: false })
}

/// `open-object`: "do what the mail from x@y says": a thing of the user's own whose name stands
/// in that source. Their own payments are among these while they go where they went before.
pub(super) fn object(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    let spends = sheet.scene.effects.iter().all(|effect| effect == Effect::Spend)
        && !sheet.judged.iter().any(|leaf| leaf.role == Role::Destination);
    if !is_own(sheet) && !spends {
        return None;
    }
    sheet.prompt().said(|lexicon| lexicon.follow)?;
    let records = &sheet.index().records;
    let mut basis = None;
    for leaf in sheet.trusted(judged) {
        let Some(rows) = sheet.rows(leaf) else { continue };
        let asked = sheet.known(leaf.source).map_or(&[][..], |known| &known.asked);
        let home = leaf.row();
        let fields = rows.iter().filter(|row| row.home == home).flat_map(|row| &row.fields);
        // A name that was asked for is worth no more than where it was read: in that source.
        let echoed = |leaf: &Leaf| {
            let same = |leaf: &Leaf| asked.iter().any(|asked| *asked.text == *leaf.text.trim());
            let others = rows.iter().filter(|row| row.home != home).flat_map(|row| &row.fields);
            same(leaf) && !others.map(|(_, other)| *other).any(same)
        };
        let names = fields.map(|(_, leaf)| *leaf).filter(|leaf| {
            leaf.record.is_some_and(|id| records.has_name(id, &leaf.text)) || echoed(leaf)
        });
        for name in names {
            basis = basis.or_else(|| named_in(sheet, &name.text));
        }
    }
    basis.map(|source| Basis { source: Some(source), links: false })
}

/// `open-name`: the same for a name inside the house, to which something is sent: a channel, a
/// colleague. The name is a system's, and stands in the source whose tasks are to be done.
pub(super) fn name(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    let only_sends = sheet.scene.effects.iter().all(|effect| effect == Effect::Send);
    if !only_sends || !addresses(&judged.given.text).is_empty() {
        return None;
    }
    sheet.prompt().said(|lexicon| lexicon.follow)?;
    sheet.trusted(judged).next()?;
    let source = named_in(sheet, &judged.given.text.to_ascii_lowercase())?;
    Some(Basis { source: Some(source), links: false })
}

/// The source that the user pointed at and that says `name`.
fn named_in(sheet: &Sheet<'_>, name: &str) -> Option<SourceId> {
    let arena = &sheet.index().arena;
    let (mut found, mut tries) = (None, 0);
    each_phrase(arena, Tier::Weak, name.trim(), &mut |place| {
        tries += 1;
        let said = arena.leaf(place.leaf).filter(|leaf| speaks(sheet, leaf));
        found = said.map(|leaf| leaf.source);
        found.is_none() && tries < MAX_PLACES
    });
    found
}

/// Whether the user named the source of a leaf, or wrote the address that it is from.
fn speaks(sheet: &Sheet<'_>, leaf: &Leaf) -> bool {
    let by_address = || {
        sender_of(sheet, leaf).is_some_and(|sender| {
            sheet.index().find_entity(Kind::Email, &sender).at_least(Integrity::User)
        })
    };
    !leaf.flagged && (sheet.is_named(leaf) || by_address())
}
