//! `deleg-*`: a value that the user says is to be had from a source which they name.
//!
//! The sentence must ask for a value of that type. "Exactly one candidate" alone is satisfied by
//! an attacker wherever the source has none.

use super::mail::{SENDER, sender_of};
use super::names;
use super::sheet::{Basis, Sheet, last_key};
use crate::flow::arena::Leaf;
use crate::flow::canonical::{self, Kind};
use crate::flow::entity;
use crate::flow::trace::Judged;
use crate::label::Integrity;
use crate::source::SourceKind;
use crate::span;
use crate::tool::{Role, name_words};
use std::collections::BTreeSet;

/// Bytes of one source that are searched for candidates.
const MAX_BYTES: usize = 1 << 16;
/// Bytes between a user's name and their password.
const NEAR: usize = 160;

/// `deleg-email`: "Dora's e-mail is in the file": the only address of that file.
pub(super) fn email(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    let address = canonical::email(&judged.given.text)?;
    if !sheet.prompt().persons().iter().any(|person| person.address) {
        return None;
    }
    let is_it = |leaf: &&Leaf| {
        !leaf.flagged
            && leaf.kind == SourceKind::ToolResult
            && sheet.is_named(leaf)
            && only(sheet, leaf, Kind::Email).is_some_and(|form| form == address)
    };
    let leaf = sheet.places(judged).map(|(leaf, _)| leaf).find(is_it)?;
    Some(Basis { source: Some(leaf.source), links: true })
}

/// `deleg-url`: "use the link that Dora sent": the only link of the only mail of hers, where a
/// system knows her address.
pub(super) fn url(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    let form = canonical::url(&judged.given.text)?;
    let prompt = sheet.prompt();
    prompt.said(|lexicon| lexicon.links)?;
    prompt.said(|lexicon| lexicon.mail)?;
    let givers = || prompt.persons().iter().filter(|person| person.gave);
    let is_it = |leaf: &&Leaf| {
        let Some(sender) = sender_of(sheet, leaf).filter(|_| !leaf.flagged) else { return false };
        let index = sheet.index();
        let sent = givers().any(|person| {
            let answering = index.memory.names.answering(&person.name);
            names::answers(&sender, &person.name)
                && answering.is_some_and(|all| all.iter().all(|other| **other == *sender))
        });
        let known = index.find_entity(Kind::Email, &sender).at_least(Integrity::Trusted);
        sent && known && only(sheet, leaf, Kind::Url).is_some_and(|only| only == form)
    };
    let leaf = sheet.places(judged).map(|(leaf, _)| leaf).find(is_it)?;
    Some(Basis { source: Some(leaf.source), links: true })
}

/// `deleg-cred`: "log in with the password in the file": the only one there, beside the user's
/// name. Never to set one.
pub(super) fn credential(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    let prompt = sheet.prompt();
    let tool = name_words(sheet.question.tool.id.name());
    let argument = name_words(last_key(&judged.given.pointer));
    let is = |words: &[String], list: &[&str]| words.iter().any(|w| list.contains(&w.as_str()));
    let enters = is(&tool, &["login", "signin", "log", "sign", "authenticate", "auth", "unlock"]);
    let sets = ["set", "change", "update", "reset", "new", "create", "register", "add"];
    if !enters || is(&tool, &sets) || is(&argument, &sets) {
        return None;
    }
    prompt.said(|lexicon| lexicon.login)?;
    let user = sheet.judged.iter().find(|other| {
        other.role != Role::Credential && other.accounted && other.found.at_least(Integrity::User)
    })?;
    let name = user.given.text.trim().to_ascii_lowercase();
    let value = judged.given.text.to_ascii_lowercase();
    let is_it = |leaf: &&Leaf| {
        let named = !leaf.flagged && leaf.kind == SourceKind::ToolResult && sheet.is_named(leaf);
        named && {
            let found = passwords(&leaf.text);
            let near = |at: usize| {
                let low = span::floor(&leaf.text, at.saturating_sub(NEAR));
                let high = span::floor(&leaf.text, (at + NEAR).min(leaf.text.len()));
                leaf.text.get(low..high).is_some_and(|around| around.contains(&name))
            };
            matches!(found.as_slice(), [(at, only)] if *only == value && near(*at))
        }
    };
    let leaf = sheet.places(judged).map(|(leaf, _)| leaf).find(is_it)?;
    Some(Basis { source: Some(leaf.source), links: true })
}

/// The one value of a kind in what the user named: the source, or the object around `leaf`. The
/// principal's own are none.
pub(super) fn only(sheet: &Sheet<'_>, leaf: &Leaf, kind: Kind) -> Option<String> {
    let whole = sheet.names_source(leaf.source);
    let home = leaf.row();
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut bytes = 0;
    for other in sheet.leaves(leaf.source)? {
        if !whole && other.row() != home {
            continue;
        }
        // Who a message is from and to is no candidate of what it says.
        if kind == Kind::Email && SENDER.contains(&last_key(&other.path)) && !whole {
            continue;
        }
        bytes += other.text.len();
        if bytes > MAX_BYTES {
            return None;
        }
        found.extend(
            entity::all(&other.text).into_iter().filter(|e| e.kind == kind).map(|e| e.form),
        );
    }
    found.retain(|form| !sheet.is_own_value(kind, form));
    if found.len() == 1 { found.pop_first() } else { None }
}

/// What stands behind a word for a secret and a mark: where, and the value.
fn passwords(text: &str) -> Vec<(usize, &str)> {
    const WORDS: &[&str] = &[
        "password",
        "passwd",
        "passphrase",
        "pin",
        "passcode",
        "passwort",
        "kennwort",
        "mot de passe",
        "contraseña",
        "密码",
        "パスワード",
    ];
    let mut found: Vec<(usize, &str)> = Vec::new();
    for word in WORDS {
        let mut from = 0;
        while let Some(at) = text.get(from..).and_then(|rest| rest.find(word)).map(|at| at + from) {
            from = at + word.len();
            let rest = text.get(from..).unwrap_or_default();
            let value = rest.trim_start_matches([' ', '*', '`', '"']);
            let marked = value.starts_with([':', '=', '：']) || value.starts_with("is ");
            let value = value
                .strip_prefix("is ")
                .unwrap_or(value)
                .trim_start_matches([':', '=', '：', ' ', '*', '`', '"']);
            let end = value.find(char::is_whitespace).unwrap_or(value.len());
            let value = value.get(..end).unwrap_or_default();
            let value = value.trim_end_matches(['.', ',', ';', '`', '"', '*', ')']);
            if marked && !value.is_empty() && found.len() < 8 {
                found.push((from, value));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}
