//! `person`: the only address that a session knows of somebody to whom the user wants it to go.

use super::delegated;
use super::mail::{self, SENDER};
use super::names;
use super::prompt::Person;
use super::sheet::{Basis, Sheet, last_key};
use crate::flow::arena::{Leaf, Tier};
use crate::flow::canonical::{self, Kind};
use crate::flow::trace::Judged;
use crate::label::Integrity;
use crate::source::SourceKind;

pub(super) fn relieves(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    let address = canonical::email(&judged.given.text)?;
    let persons = sheet.prompt().persons();
    let meant = persons.iter().filter(|person| names::answers(&address, &person.name));
    for person in meant.filter(|person| person.toward) {
        let answering = sheet.index().memory.names.answering(&person.name)?;
        if answering.iter().any(|other| *other != address) {
            // A second address for the name: somebody has to choose.
            return None;
        }
        let vouches = |leaf: &&Leaf| vouches(sheet, person, leaf, &address);
        if let Some(leaf) = sheet.places(judged).map(|(leaf, _)| leaf).find(vouches) {
            return Some(Basis { source: Some(leaf.source), links: true });
        }
    }
    None
}

/// Whether a leaf says whose the address is: a field that a system made; the sender of a message,
/// where the user speaks of one that this person sent; what the user named, where they ask for
/// the person's address.
fn vouches(sheet: &Sheet<'_>, person: &Person, leaf: &Leaf, address: &str) -> bool {
    if leaf.flagged {
        return false;
    }
    let whole = canonical::email(&leaf.text).as_deref() == Some(address);
    if leaf.tier() == Tier::Trusted {
        return whole && leaf.kind == SourceKind::ToolResult;
    }
    let is_sender = whole && SENDER.contains(&last_key(&leaf.path));
    if is_page_of(sheet, person, leaf, address) {
        return true;
    }
    let speaks_of_mail = sheet.prompt().said(|lexicon| lexicon.mail).is_some();
    let any = |is: fn(&Person) -> bool| {
        sheet.prompt().persons().iter().any(|other| other.name == person.name && is(other))
    };
    let known = || any(|p| p.gave) || mail::corresponds(sheet, address);
    (is_sender && speaks_of_mail && known()) || (any(|p| p.address) && sheet.is_named(leaf))
}

/// Whether a leaf is a page that the user wrote the address of, whose host carries the person's
/// name, and which holds one address alone.
fn is_page_of(sheet: &Sheet<'_>, person: &Person, leaf: &Leaf, address: &str) -> bool {
    let index = sheet.index();
    let Some(known) = sheet.known(leaf.source) else { return false };
    let carries = |host: &str| {
        let mut parts = host.split(|c: char| !c.is_alphabetic());
        parts.any(|part| person.name.iter().any(|word| word.len() >= 3 && **word == *part))
    };
    let named = |host: &str| index.find_entity(Kind::Host, host).at_least(Integrity::User);
    known.hosts.iter().any(|host| carries(host) && named(host))
        && delegated::only(sheet, leaf, Kind::Email).as_deref() == Some(address)
}
