//! `owncal`, `open-object`: what the user lets a source say, in their own data only.
//!
//! Never a new address, link, account or password, and nothing that leaves, spends or destroys.

use super::delegated::sender_of;
use super::sheet::{Basis, Sheet};
use crate::flow::arena::{Leaf, Tier};
use crate::flow::canonical::Kind;
use crate::flow::find::each_phrase;
use crate::flow::trace::Judged;
use crate::label::Integrity;
use crate::tool::{Effect, Role};

/// Places of one name that are looked at.
const MAX_PLACES: usize = 32;

fn is_own(sheet: &Sheet<'_>) -> bool {
    let effects = sheet.scene.effects;
    effects.has(Effect::Write)
        && effects.iter().all(|effect| matches!(effect, Effect::Write | Effect::Read))
}

/// `owncal`: a time or a title in what the user named, for an event of their own without guests.
pub(super) fn own_event(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    // Something without a time is no event: a new file may be anything.
    let event = sheet.question.tool.arguments.iter().any(|argument| argument.role == Role::Time);
    if !event || !is_own(sheet) {
        return None;
    }
    let whole = judged.found.matched > crate::provenance::Match::Quoted;
    let named = |leaf: &&Leaf| !leaf.flagged && sheet.is_named(leaf);
    let leaf = sheet.places(judged).map(|(leaf, _)| leaf).find(named).filter(|_| whole)?;
    Some(Basis { source: Some(leaf.source), links: false })
}

/// `open-object`: "do what the mail from x@y says": a thing of the user's own whose name stands
/// in that source.
pub(super) fn object(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    if !is_own(sheet) {
        return None;
    }
    sheet.prompt().said(|lexicon| lexicon.follow)?;
    let index = sheet.index();
    let records = &index.records;
    let mut basis = None;
    for leaf in sheet.trusted(judged) {
        let Some(rows) = sheet.rows(leaf) else { continue };
        let home = crate::flow::record::home(&leaf.path);
        let fields = rows.iter().filter(|row| row.home == home).flat_map(|row| &row.fields);
        let names = fields
            .filter(|(_, leaf)| leaf.record.is_some_and(|id| records.has_name(id, &leaf.text)));
        for (_, name) in names {
            let mut tries = 0;
            each_phrase(&index.arena, Tier::Weak, name.text.trim(), &mut |place| {
                tries += 1;
                let said = index.arena.leaf(place.leaf).filter(|leaf| speaks(sheet, leaf));
                basis = basis.or(said.map(|leaf| leaf.source));
                basis.is_none() && tries < MAX_PLACES
            });
        }
    }
    basis.map(|source| Basis { source: Some(source), links: false })
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
