//! `namesake`: a second address answers to the name by which the user named this one.

use super::names;
use super::sheet::Sheet;
use crate::flow::canonical;
use crate::flow::trace::Judged;
use crate::label::Integrity;

/// Whether every name by which the user can have meant this address has another one that answers
/// to it. A contact that is called just "Signe" is no surer to be meant than Signe Dahl.
pub(super) fn asks(sheet: &Sheet<'_>, judged: &Judged<'_>) -> bool {
    if judged.found.at_least(Integrity::User) {
        return false;
    }
    let Some(address) = canonical::email(&judged.given.text) else { return false };
    let persons = sheet.prompt().persons();
    let mut meant =
        persons.iter().filter(|person| names::answers(&address, &person.name)).peekable();
    let is_shared = |name: &[Box<str>]| {
        let answering = sheet.index().memory.names.answering(name);
        answering.is_none_or(|all| all.iter().any(|other| *other != address))
    };
    meant.peek().is_some() && meant.all(|person| is_shared(&person.name))
}
