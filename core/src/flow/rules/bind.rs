//! `bind`: who gave something is not who gets it: "send the article that Bob posted to Alice".

use super::names;
use super::prompt::{Person, Prompt, stem};
use super::sheet::{Sheet, last_key};
use crate::flow::canonical::{self, Kind};
use crate::flow::trace::Judged;
use crate::flow::words;
use crate::label::Integrity;

/// Members of a list that are compared.
const MAX_OTHERS: usize = 64;
/// Words before a name among which its verb is looked for.
const MAX_BACK: usize = 12;

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
    (gives && !gets && other_gets) || is_source_of_its_kind(sheet, judged, &text)
}

/// The same for names of things: of two in one list, the user speaks of this one as of where
/// something stands, and tells the agent to send to the other. "Sum up what was posted in general,
/// and post it to random."
fn is_source_of_its_kind(sheet: &Sheet<'_>, judged: &Judged<'_>, text: &str) -> bool {
    let (gets, gives) = governed(sheet.prompt(), text);
    if gets || !gives {
        return false;
    }
    if spoken_of_kind(sheet, judged, text) {
        return true;
    }
    let Some(leaf) = sheet.trusted(judged).next() else { return false };
    let home = leaf.row();
    let field = leaf.path.get(home.len()..).unwrap_or_default();
    let rows = sheet.rows(leaf).unwrap_or_default();
    let others = rows.iter().take(MAX_OTHERS).flat_map(|row| &row.fields);
    let mut others = others.filter(|(other, leaf)| *other == field && leaf.text.trim() != text);
    others.any(|(_, leaf)| governed(sheet.prompt(), leaf.text.trim()).0)
}

/// Whether the user tells the agent to send to another of its kind: `to the random channel`.
fn spoken_of_kind(sheet: &Sheet<'_>, judged: &Judged<'_>, text: &str) -> bool {
    let declared = judged.given.argument.and_then(|argument| argument.kind.as_deref());
    let kind = declared.unwrap_or_else(|| last_key(&judged.given.pointer));
    let words = sheet.prompt().words();
    let beside = words.iter().enumerate().filter(|(_, word)| stem(&word.text) == stem(kind));
    let mut names = beside.flat_map(|(at, _)| [at.checked_sub(1), Some(at + 1)]).flatten();
    names.any(|at| {
        let name = words.get(at).map_or("", |word| &word.text);
        let other = name.len() > 2 && !text.contains(name);
        let known = words.get(at).and_then(|word| word.lexicon);
        let content = known.is_some_and(|l| !l.common.contains(&name) && !l.nobody.contains(&name));
        other && content && governed(sheet.prompt(), name).0
    })
}

/// Whether what stands before a name tells the agent to send, and whether it tells what somebody
/// did: the nearest verb decides.
fn governed(prompt: &Prompt, name: &str) -> (bool, bool) {
    let (mut gets, mut gives) = (false, false);
    for (at, word) in prompt.words().iter().enumerate() {
        let Some(lexicon) = word.lexicon.filter(|_| prompt.starts(name, at).is_some()) else {
            continue;
        };
        let back = (at.saturating_sub(MAX_BACK)..at).rev();
        let near = back.take_while(|before| {
            prompt.words().get(*before).is_some_and(|other| other.sentence == word.sentence)
        });
        // "Forward what Bob sent to Alice": with nobody else to get it, she does.
        let mut is_end = prompt.any_ends(lexicon.toward, at);
        let mut gave = false;
        for before in near {
            let verb = prompt.any_starts(lexicon.sends, before);
            if verb && (!gave || is_end) {
                (gets, gave) = (true, false);
                break;
            }
            gave |= prompt.any_starts(lexicon.gave, before);
            is_end &= before + 1 >= at || !prompt.any_starts(lexicon.toward, before);
        }
        gives |= gave;
    }
    (gets, gives)
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
