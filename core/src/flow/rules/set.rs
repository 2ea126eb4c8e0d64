//! `set`: a name out of a list that nobody chose needs words of the user that choose it.

use super::kind;
use super::prompt::stem;
use super::sheet::{Row, Sheet, last_key};
use crate::flow::arena::Leaf;
use crate::flow::find::{addresses, content_words};
use crate::flow::trace::Judged;
use crate::label::Integrity;
use crate::tool::{Role, name_words};
use std::collections::BTreeSet;

pub(super) fn asks(sheet: &Sheet<'_>, judged: &Judged<'_>) -> bool {
    let found = &judged.found;
    if found.at_least(Integrity::User) || found.linked || sheet.is_own(judged) {
        return false;
    }
    let text = judged.given.text.trim();
    if !addresses(text).is_empty()
        || text.bytes().all(|b| !b.is_ascii_alphabetic()) && text.is_ascii()
    {
        return false;
    }
    let is_name = |leaf: &&Leaf| judged.role == Role::Destination || is_record_name(sheet, leaf);
    let Some(leaf) = sheet.trusted(judged).find(is_name) else { return false };
    // One alone in its list is none the user chose either: had they asked for it, it were linked.
    let Some(rows) = sheet.rows(leaf) else { return judged.role == Role::Destination };
    !(has_quantifier(sheet, judged) || starts_as_said(sheet, text) || is_topic(sheet, leaf, &rows))
}

fn is_record_name(sheet: &Sheet<'_>, leaf: &Leaf) -> bool {
    leaf.record.is_some_and(|record| sheet.index().records.has_name(record, &leaf.text))
}

/// `all channels`: a word for each member, and the kind of thing right behind it.
pub(super) fn has_quantifier(sheet: &Sheet<'_>, judged: &Judged<'_>) -> bool {
    let prompt = sheet.prompt();
    let tool = sheet.question.tool.id.name();
    let key = last_key(&judged.given.pointer);
    let mut nouns: BTreeSet<String> = name_words(key).into_iter().collect();
    let declared = judged.given.argument.and_then(|argument| argument.kind.as_deref());
    nouns.extend(declared.map(name_words).unwrap_or_default());
    nouns.extend(name_words(tool).into_iter().skip(1));
    (0..prompt.words().len()).any(|at| {
        let Some(lexicon) = prompt.words().get(at).and_then(|word| word.lexicon) else {
            return false;
        };
        let people = prompt.any_starts(lexicon.people, at) && is_person(key, tool);
        let each = prompt.any_starts(lexicon.every, at);
        let mut near = prompt.words().iter().skip(at + 1).take(3);
        // Tools are named in English: elsewhere the word itself has to do.
        let english = lexicon.common.contains(&"the");
        let fits = |word: &str| {
            nouns.iter().any(|noun| stem(noun) == stem(word))
                || (kind::is_person(word) && is_person(key, tool))
        };
        let kind = !english || near.any(|word| fits(&word.text));
        people || (each && kind)
    })
}

fn is_person(key: &str, tool: &str) -> bool {
    let words = name_words(key);
    words.iter().any(|word| matches!(word.as_str(), "to" | "recipient" | "recipients"))
        || kind::tool_kind(key).or(kind::tool_kind(tool)) == Some("person")
}

/// `channels starting with test`: the name begins as the user says.
fn starts_as_said(sheet: &Sheet<'_>, text: &str) -> bool {
    let prompt = sheet.prompt();
    let folded = text.to_lowercase();
    (0..prompt.words().len()).any(|at| {
        let Some(lexicon) = prompt.words().get(at).and_then(|word| word.lexicon) else {
            return false;
        };
        lexicon.starting.iter().filter_map(|phrase| prompt.starts(phrase, at)).any(|length| {
            let next = prompt.words().get(at + length);
            next.is_some_and(|word| word.text.len() > 1 && folded.starts_with(&*word.text))
        })
    })
}

/// Whether the name shares two content words with what the user said, and no other of its list
/// as many.
pub(super) fn is_topic(sheet: &Sheet<'_>, leaf: &Leaf, rows: &[Row<'_>]) -> bool {
    let home = leaf.row();
    let suffix = leaf.path.get(home.len()..).unwrap_or_default();
    let mine = shared(sheet, &leaf.text);
    let others = rows.iter().filter(|row| row.home != home).flat_map(|row| &row.fields);
    let mut same = others.filter(|(field, other)| *field == suffix && other.text != leaf.text);
    mine >= 2 && same.all(|(_, other)| shared(sheet, &other.text) < mine)
}

/// Content words of `text` that the user said, each once.
pub(super) fn shared(sheet: &Sheet<'_>, text: &str) -> usize {
    let words: BTreeSet<&str> = content_words(text).map(stem).collect();
    words.into_iter().filter(|word| sheet.prompt().has(word)).count()
}
