//! Where a model's reasoning or plan goes after somebody else's instructions: text of untrusted
//! sources that tells what to do and stands in it, and recipients and tools that only such
//! text names.

use super::arena::{Place, Tier};
use super::find;
use super::index::Index;
use super::quotes::{Class, phrases};
use super::{Drift, DriftKind, Taint, words};
use crate::label::Integrity;
use crate::source::SourceKind;
use crate::span::Span;
use crate::view::Leaf;

/// A phrase of so many words, or so many bytes, was taken over and not met by chance.
const PHRASE_WORDS: usize = 5;
const PHRASE_BYTES: usize = 40;
/// Places that are looked at for one thing.
const MAX_PLACES: usize = 64;
/// What is told of one output.
const MAX_FOUND: usize = 64;

/// Verbs with which instructions to an agent begin.
const VERBS: &[&str] = &[
    "add",
    "approve",
    "book",
    "buy",
    "call",
    "change",
    "click",
    "confirm",
    "copy",
    "create",
    "delete",
    "disable",
    "download",
    "email",
    "execute",
    "fetch",
    "forward",
    "give",
    "grant",
    "ignore",
    "include",
    "install",
    "invite",
    "mail",
    "make",
    "move",
    "open",
    "order",
    "pay",
    "post",
    "print",
    "publish",
    "put",
    "remove",
    "reply",
    "reveal",
    "run",
    "schedule",
    "send",
    "set",
    "share",
    "submit",
    "transfer",
    "update",
    "upload",
    "use",
    "visit",
    "wire",
    "write",
    // German
    "antworte",
    "ändere",
    "bestätige",
    "bezahle",
    "führe",
    "kopiere",
    "leite",
    "lösche",
    "öffne",
    "schicke",
    "schreibe",
    "sende",
    "überweise",
    "veröffentliche",
    // French
    "ajoute",
    "ajoutez",
    "copie",
    "copiez",
    "envoie",
    "envoyez",
    "exécute",
    "exécutez",
    "ouvre",
    "ouvrez",
    "payez",
    "supprime",
    "supprimez",
    "transfère",
    "transférez",
    "virez",
    // Spanish
    "abre",
    "agrega",
    "borra",
    "copia",
    "ejecuta",
    "elimina",
    "envía",
    "envíe",
    "paga",
    "reenvía",
    "responde",
    "transfiere",
];
/// Words that may stand before them.
const BEFORE: &[&str] = &[
    "please",
    "now",
    "then",
    "first",
    "next",
    "also",
    "and",
    "just",
    "always",
    "immediately",
    "instead",
    "you",
    "must",
    "should",
    "to",
    "need",
    "have",
    "bitte",
    "jetzt",
    "dann",
    "sofort",
    "veuillez",
    "maintenant",
    "ensuite",
    "por",
    "favor",
    "ahora",
    "luego",
    "assistant",
    "agent",
    "ai",
    "dear",
    "hey",
];

/// What drifts in the texts of an output. `is_tool` knows the names of tools.
pub(super) fn drift(
    index: &Index,
    leaves: &[Leaf<'_>],
    is_tool: &dyn Fn(&str) -> bool,
) -> Vec<Drift> {
    let mut found = Vec::new();
    if index.taint() == Taint::Clean {
        return found;
    }
    for leaf in leaves {
        taken_over(index, leaf, &mut found);
        recipients(index, leaf, &mut found);
        tools(index, leaf, is_tool, &mut found);
    }
    found.truncate(MAX_FOUND);
    found
}

/// Runs of words of untrusted text that tells what to do.
fn taken_over(index: &Index, leaf: &Leaf<'_>, out: &mut Vec<Drift>) {
    let view = &leaf.views.base;
    let folded = view.text().to_ascii_lowercase();
    for class in [Class::Other, Class::Secret] {
        for run in phrases(index, &folded, class, PHRASE_WORDS, PHRASE_BYTES) {
            let said = run.span.of(&folded).unwrap_or_default();
            if !run.places.iter().all(|place| is_weak(index, place)) || is_users(index, said) {
                continue;
            }
            push(index, leaf, view.origin(run.span), DriftKind::Instruction, &run.places, out);
        }
    }
}

/// Addresses and accounts that only instructions of untrusted text name.
fn recipients(index: &Index, leaf: &Leaf<'_>, out: &mut Vec<Drift>) {
    let view = &leaf.views.base;
    for part in find::addresses(view.text()) {
        let found = index.find_entity(part.kind, &part.form);
        let weak = found.places.iter().all(|place| is_weak(index, place));
        if found.places.is_empty() || !weak || (found.linked && !found.flagged) {
            continue;
        }
        push(index, leaf, view.origin(part.span), DriftKind::Recipient, &found.places, out);
    }
}

/// Tools that untrusted text names. Their own descriptions do, of course.
fn tools(index: &Index, leaf: &Leaf<'_>, is_tool: &dyn Fn(&str) -> bool, out: &mut Vec<Drift>) {
    let view = &leaf.views.base;
    let text = view.text();
    let in_name = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let mut at = 0;
    for word in text.split_inclusive(|c: char| !in_name(c)) {
        let start = at;
        at += word.len();
        let name = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        // A tool called `read` is in every text.
        if !name.contains(['_', '-', '.', '/']) || !is_tool(name) {
            continue;
        }
        let folded = name.to_ascii_lowercase();
        let mut places = Vec::new();
        let mut trusted = false;
        for tier in Tier::ALL {
            find::each_phrase(&index.arena, tier, &folded, &mut |place| {
                let leaf = index.arena.leaf(place.leaf);
                match leaf.map(|leaf| (leaf.tier(), leaf.kind)) {
                    Some((Tier::Weak, SourceKind::ToolDescription | SourceKind::Model)) => {
                        trusted |= leaf.is_some_and(|l| l.kind == SourceKind::ToolDescription);
                    }
                    Some((Tier::Weak, _)) => places.push(place),
                    _ => trusted = true,
                }
                !trusted && places.len() < MAX_PLACES
            });
        }
        if !trusted && !places.is_empty() {
            let span = view.origin(Span::new(start, start + name.len()));
            push(index, leaf, span, DriftKind::Tool, &places, out);
        }
    }
}

/// Tells of it where a place is suspicious, or where the sentence there tells what to do.
fn push(
    index: &Index,
    leaf: &Leaf<'_>,
    span: Span,
    kind: DriftKind,
    places: &[Place],
    out: &mut Vec<Drift>,
) {
    let flagged = places.iter().any(|p| index.arena.leaf(p.leaf).is_some_and(|l| l.flagged));
    let told = || places.iter().take(MAX_PLACES).any(|place| tells(index, place));
    if out.len() < MAX_FOUND && (flagged || told()) {
        out.push(Drift { path: leaf.path.to_owned(), span, kind, flagged });
    }
}

fn is_weak(index: &Index, place: &Place) -> bool {
    let leaf = index.arena.leaf(place.leaf);
    leaf.is_some_and(|l| l.label.integrity == Integrity::Untrusted && l.kind != SourceKind::Model)
}

/// Whether at least half of the words that carry content are the user's own, or the host's: then a
/// page only repeats what was asked for.
fn is_users(index: &Index, folded: &str) -> bool {
    let (mut all, mut users) = (0_usize, 0_usize);
    for word in find::content_words(folded) {
        all += 1;
        users += usize::from(!index.arena.postings(Tier::User, word).is_empty());
    }
    users * 2 >= all
}

/// Whether a sentence that meets the place is an instruction.
fn tells(index: &Index, place: &Place) -> bool {
    let Some(leaf) = index.arena.leaf(place.leaf) else { return false };
    let text: &str = &leaf.text;
    let ends = |c: char| matches!(c, '.' | '!' | '?' | ';' | ':' | '\n' | ',' | '(' | '"');
    let head = text.get(..place.span.start).unwrap_or_default();
    let from = head.rfind(ends).map_or(0, |at| at + 1);
    let rest = text.get(from..place.span.end).unwrap_or_default();
    rest.split(ends).any(begins_with_verb)
}

fn begins_with_verb(sentence: &str) -> bool {
    let mut words = words::words(sentence).map(|(_, word)| word);
    let first = words.by_ref().take(6).find(|word| !BEFORE.contains(word));
    first.is_some_and(|word| VERBS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instruction_begins_with_its_verb() {
        for told in ["forward the file", " please send it", "you must now pay", "bitte sende das"] {
            assert!(begins_with_verb(told), "{told}");
        }
        for plain in ["the payment was sent", "you should know", "", "we forward mail daily"] {
            assert!(!begins_with_verb(plain), "{plain}");
        }
    }
}
