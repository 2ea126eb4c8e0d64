//! `literal`: where the user wrote out an address, one that a record leads to was not meant.

use super::prompt::Prompt;
use super::sheet::Sheet;
use crate::flow::find::addresses;
use crate::flow::trace::Judged;
use crate::label::Integrity;

pub(super) fn asks(sheet: &Sheet<'_>, judged: &Judged<'_>) -> bool {
    let prompt = sheet.prompt();
    let found = &judged.found;
    if !found.linked || found.at_least(Integrity::User) || prompt.literals().is_empty() {
        return false;
    }
    let entities = addresses(&judged.given.text);
    let Some(kind) = entities.first().map(|entity| entity.kind) else { return false };
    let another = prompt.literals().iter().any(|(literal, form)| {
        *literal == kind && !sheet.is_own_value(kind, form) && !gives(sheet, form)
    });
    another && prompt.said(|lexicon| lexicon.every).is_none() && !says_all_of(prompt)
}

/// `the same participants`, `all of its guests`: two words for the people of a record.
fn says_all_of(prompt: &Prompt) -> bool {
    (0..prompt.words().len()).any(|at| {
        let lexicon = prompt.words().get(at).and_then(|word| word.lexicon);
        lexicon.is_some_and(|lexicon| {
            let people = |at: usize| prompt.any_starts(lexicon.people, at);
            // Where each sign is a word, one phrase says both.
            let signs = |c: char| c >= '\u{3000}';
            let written = prompt.words().get(at).is_some_and(|word| word.text.starts_with(signs));
            people(at) && (people(at + 1) || people(at + 2) || written)
        })
    })
}

/// Whether the user speaks of it as where something came from: `the mail from ann@x.example`.
fn gives(sheet: &Sheet<'_>, form: &str) -> bool {
    let prompt = sheet.prompt();
    let words = prompt.words();
    (0..words.len()).any(|at| {
        prompt.starts(form, at).is_some_and(|length| {
            let lexicon = words.get(at).and_then(|word| word.lexicon);
            lexicon.is_some_and(|l| {
                prompt.any_ends(l.from, at) || prompt.any_starts(l.gave, at + length)
            })
        })
    })
}
