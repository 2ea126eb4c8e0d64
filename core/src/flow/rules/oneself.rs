//! `self`: the user's own address is known, and not asked for unless they say so.

use super::sheet::Sheet;
use crate::flow::trace::Judged;
use crate::label::Integrity;
use crate::tool::Role;

pub(super) fn asks(sheet: &Sheet<'_>, judged: &Judged<'_>) -> bool {
    let outward = sheet.scene.effects.is_outward();
    if !outward || judged.found.at_least(Integrity::User) || !sheet.is_own(judged) {
        return false;
    }
    if !sheet.is_understood() {
        return false;
    }
    // The host of an event is one of its guests.
    if is_host(sheet) && !is_alone(sheet) {
        return false;
    }
    if is_host(sheet) && names_another(sheet) {
        return true;
    }
    let prompt = sheet.prompt();
    let asked = (0..prompt.words().len()).any(|at| {
        let lexicon = prompt.words().get(at).and_then(|word| word.lexicon);
        lexicon.is_some_and(|lexicon| prompt.any_starts(lexicon.oneself, at))
    });
    !asked
}

/// Whether it is a thing of the user's own that becomes a message by its guests.
fn is_host(sheet: &Sheet<'_>) -> bool {
    sheet.question.tool.external_if.is_some()
}

/// An event with nobody but its host has no guests.
fn is_alone(sheet: &Sheet<'_>) -> bool {
    let mut guests = sheet.judged.iter().filter(|leaf| leaf.role == Role::Destination);
    guests.all(|leaf| sheet.is_own(leaf))
}

fn names_another(sheet: &Sheet<'_>) -> bool {
    sheet.prompt().persons().iter().any(|person| person.toward)
}
