//! What a payload carries out: addresses of people nobody vouches for, and secrets.

use super::arena::Tier;
use super::canonical::{Kind, key};
use super::find::content_words;
use super::index::Index;
use super::words::{self, Phrase};
use super::{entity, quotes};
use crate::label::{Confidentiality, Integrity};
use std::collections::{BTreeSet, HashSet};

/// Words of a payload that are looked up one by one.
const MAX_WORDS: usize = 1 << 16;

/// Whether an e-mail address, URL or account in `text` is neither the user's, nor trusted, nor
/// where the call goes anyway.
pub(super) fn is_foreign(index: &Index, text: &str, destinations: &HashSet<String>) -> bool {
    let mut foreign = false;
    entity::scan(text, &mut |found| {
        let counts = matches!(found.kind, Kind::Email | Kind::Url | Kind::Account);
        if counts && !destinations.contains(&key(found.kind, &found.form)) {
            let known = index.find_entity(found.kind, &found.form);
            foreign = !known.at_least(Integrity::Trusted);
        }
        !foreign
    });
    foreign
}

/// Content words of `text`, and how many of them the user said.
pub(super) fn words(index: &Index, text: &str) -> (usize, usize) {
    let folded = text.to_ascii_lowercase();
    let (mut all, mut users) = (0, 0);
    for word in content_words(&folded).take(MAX_WORDS) {
        all += 1;
        users += usize::from(!index.arena.postings(Tier::User, word).is_empty());
    }
    (all, users)
}

/// Secret data in a payload.
#[derive(Default)]
pub(super) struct Secret {
    pub(super) found: bool,
    pub(super) categories: BTreeSet<String>,
}

/// Whether secret data of the session stands in any of the views of an argument: a secret value,
/// or a quote of a secret text.
pub(super) fn secret(index: &Index, views: &[&str]) -> Secret {
    let mut secret = Secret::default();
    if !index.arena.has_secrets() {
        return secret;
    }
    for text in views {
        let folded = text.to_ascii_lowercase();
        for (leaf, _) in secrets_in(index, &folded) {
            secret.take(index, leaf);
        }
        for quote in quotes::runs(index, &folded, quotes::Class::Secret) {
            for place in &quote.places {
                let leaf = index.arena.leaf(place.leaf);
                let closed =
                    leaf.is_some_and(|leaf| leaf.label.confidentiality == Confidentiality::Secret);
                if place.secret || closed {
                    secret.take(index, place.leaf);
                }
            }
        }
    }
    secret
}

impl Secret {
    fn take(&mut self, index: &Index, leaf: u32) {
        self.found = true;
        if let Some(leaf) = index.arena.leaf(leaf) {
            self.categories.extend(leaf.label.categories.iter().cloned());
            if !leaf.secrets.is_empty() {
                self.categories.insert("credential".to_owned());
            }
        }
    }
}

/// Secrets that stand whole in `folded`: their leaf, and where in the text.
pub(super) fn secrets_in(index: &Index, folded: &str) -> Vec<(u32, crate::span::Span)> {
    let mut found = Vec::new();
    if !index.arena.has_secrets() {
        return found;
    }
    for (at, word) in words::words(folded).take(MAX_WORDS) {
        for (id, span) in index.arena.secrets(word) {
            let leaf = index.arena.leaf(*id);
            let Some(secret) = leaf.and_then(|leaf| span.of(&leaf.text)) else { continue };
            // What is longer is found as a quote.
            if secret.len() <= MAX_SECRET
                && let Some(place) = Phrase::new(secret).stands_at(folded, at, 0)
            {
                found.push((*id, place));
            }
        }
    }
    found
}

/// The longest secret that must stand whole to be found.
const MAX_SECRET: usize = 1024;
