//! `bind`: who gave something is not who gets it: "send the article that Bob posted to Alice".

use super::names;
use super::prompt::Person;
use super::sheet::Sheet;
use crate::flow::canonical::{self, Kind};
use crate::flow::trace::Judged;
use crate::flow::words;
use crate::label::Integrity;

/// Whether the user speaks of the value only as of somebody who gave, and of another as of
/// somebody to whom something goes. Where nobody gets anything there is no opinion.
pub(super) fn asks(sheet: &Sheet<'_>, judged: &Judged<'_>) -> bool {
    if !judged.found.at_least(Integrity::User) || !sheet.scene.effects.is_outward() {
        return false;
    }
    let text = judged.given.text.trim().to_lowercase();
    let address = canonical::email(&text);
    let (mut gives, mut gets, mut other_gets) = (false, false, false);
    for person in sheet.prompt().persons() {
        if is_meant(person, &text, address.as_deref()) {
            gets |= person.toward;
            gives |= !person.toward;
        } else {
            other_gets |= person.toward;
        }
    }
    let literals = sheet.prompt().literals().iter().filter(|(kind, _)| *kind == Kind::Email);
    for (_, form) in literals {
        let (toward, from) = uses(sheet, form);
        if address.as_deref() == Some(&**form) {
            gets |= toward || !from;
            gives |= from;
        } else {
            other_gets |= toward;
        }
    }
    gives && !gets && other_gets
}

fn is_meant(person: &Person, text: &str, address: Option<&str>) -> bool {
    if let Some(address) = address {
        return names::answers(address, &person.name);
    }
    let value: Vec<&str> = words::words(text).map(|(_, word)| word).collect();
    !value.is_empty() && person.name.iter().all(|word| value.contains(&&**word))
}

/// How the user speaks of an address that they wrote: as one that gets, as one that gave.
fn uses(sheet: &Sheet<'_>, form: &str) -> (bool, bool) {
    let prompt = sheet.prompt();
    let (mut toward, mut from) = (false, false);
    for (at, word) in prompt.words().iter().enumerate() {
        if let (Some(length), Some(lexicon)) = (prompt.starts(form, at), word.lexicon) {
            toward |= prompt.any_ends(lexicon.toward, at);
            from |=
                prompt.any_ends(lexicon.from, at) || prompt.any_starts(lexicon.gave, at + length);
        }
    }
    (toward, from)
}
