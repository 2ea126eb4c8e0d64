//! Looks a value up: typed forms first, then whole leaves, then phrases bounded by words.

mod found;
mod hits;

pub(super) use found::Found;
use hits::Hits;
pub(super) use hits::{each_phrase, stands_in, user_named_id};

use super::arena::{Leaf, Place, Posting, Tier};
use super::canonical::{self, Date, Kind, id_key, key};
use super::entity;
use super::index::Index;
use super::words;
use crate::label::{Confidentiality, Integrity};
use crate::provenance::Match;
use crate::source::SourceKind;
use crate::span::Span;
use crate::tool::{Argument, Role, ValueType};
use std::collections::BTreeSet;

/// Words of a value that are looked up one by one.
const MAX_COVERED: usize = 4096;

/// What a value is meant to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Want<'a> {
    pub(super) role: Role,
    pub(super) value_type: ValueType,
    /// The namespace of an id.
    pub(super) kind: Option<&'a str>,
}

impl<'a> Want<'a> {
    /// What the manifest says of an argument; what it does not name is payload.
    pub(super) fn of(argument: Option<&'a Argument>) -> Self {
        match argument {
            Some(argument) => Self {
                role: argument.role,
                value_type: argument.value_type,
                kind: argument.kind.as_deref(),
            },
            None => Self::role(Role::Payload),
        }
    }

    pub(super) fn role(role: Role) -> Self {
        Self { role, value_type: ValueType::String, kind: None }
    }

    fn is_number(self) -> bool {
        matches!(self.value_type, ValueType::Integer | ValueType::Number)
            || self.role == Role::Amount
    }
}

impl Index {
    /// Where `value` (as its view shows it) stands.
    pub(super) fn find(&self, value: &str, want: &Want<'_>) -> Found {
        let value = value.trim();
        if value.is_empty() {
            return Found::constant();
        }
        match want.role {
            Role::Destination | Role::Address => self.find_address(value, want),
            Role::Time => self.find_time(value, want),
            Role::Payload | Role::Title | Role::Query | Role::Free => {
                let found = self.find_one(value, want);
                if found.at_least(Integrity::User) {
                    return found;
                }
                // That somebody wrote the same does not make the user's words theirs.
                match self.find_words(value, found.integrity) {
                    None => found,
                    Some(mut by_words) => {
                        by_words.confidentiality =
                            by_words.confidentiality.max(found.confidentiality);
                        by_words.categories.extend(found.categories);
                        by_words.places.extend(found.places);
                        self.order(&mut by_words.places);
                        by_words
                    }
                }
            }
            _ => self.find_one(value, want),
        }
    }

    /// One value: the best of what accounts for it.
    fn find_one(&self, value: &str, want: &Want<'_>) -> Found {
        let folded = value.to_ascii_lowercase();
        let mut hits = Hits::default();
        let is_typed = self.typed(value, &folded, want, &mut hits);
        self.whole(&folded, want, &mut hits);
        if !is_typed && !words::is_short(&folded) {
            for tier in Tier::ALL {
                hits.phrase(&self.arena, tier, &folded);
            }
        }
        self.settle(hits, want)
    }

    /// Looks up the typed forms of a value. Says whether its type is so strict that only these,
    /// and whole leaves, can account for it.
    fn typed(&self, value: &str, folded: &str, want: &Want<'_>, hits: &mut Hits) -> bool {
        if let Some(form) = canonical::email(value) {
            hits.typed(&self.arena, &key(Kind::Email, &form));
            return true;
        }
        let is_path = want.role == Role::Path || want.value_type == ValueType::Path;
        if !is_path && let Some(form) = canonical::url(value) {
            hits.typed(&self.arena, &key(Kind::Url, &form));
            // A bare `notes.example` can also be a name.
            return value.contains("://") || value.contains('/');
        }
        let account = canonical::account(value);
        let is_iban = account.as_deref().is_some_and(canonical::is_iban);
        if let Some(form) = account
            && (is_iban || want.value_type == ValueType::Account)
        {
            hits.typed(&self.arena, &key(Kind::Account, &form));
            let plain = form.bytes().all(|b| b.is_ascii_digit());
            if plain && !words::is_short(&form) {
                hits.typed(&self.arena, &key(Kind::Number, &form));
            }
            return is_iban;
        }
        if let Some(kind) = want.kind {
            hits.typed(&self.arena, &id_key(kind, folded));
            if words::is_short(folded) {
                hits::keyword(&self.arena, kind, folded, &mut hits.list);
                return true;
            }
        }
        if want.is_number()
            && let Some(form) = canonical::number(value)
        {
            hits.typed(&self.arena, &key(Kind::Number, &form));
            return true;
        }
        if (is_path || value.contains('/'))
            && let Some(form) = canonical::path(value)
        {
            hits.typed(&self.arena, &key(Kind::Path, &form));
            return is_path && value.contains(['/', '\\']);
        }
        false
    }

    /// Leaves that equal the value as a whole. A short value has no identity by its content: the
    /// tool's own constants and ids of the same kind excepted.
    fn whole(&self, folded: &str, want: &Want<'_>, hits: &mut Hits) {
        let short = words::is_short(folded);
        for id in self.arena.wholes(folded) {
            let Some(leaf) = self.arena.leaf(*id).filter(|leaf| &*leaf.text == folded) else {
                continue;
            };
            let same_kind = want.kind.is_some() && leaf.id_kind.as_deref() == want.kind;
            let same_field = want.is_number() && leaf.numeric;
            if !short || same_kind || same_field || leaf.kind == SourceKind::Schema {
                let place = leaf.place(*id, Span::whole(&leaf.text));
                hits.list.push((place, Match::Exact));
            }
        }
    }

    /// An address: each that stands in the value, the worst decides. A name is a phrase.
    fn find_address(&self, value: &str, want: &Want<'_>) -> Found {
        let parts = addresses(value);
        match parts.as_slice() {
            [] if value.contains('@') || value.contains("://") => Found::nothing(),
            [] => self.find_one(value, want),
            [one] if one.span == Span::whole(value) => self.find_one(value, want),
            parts => {
                let mut rest = String::with_capacity(value.len());
                let mut at = 0;
                for part in parts {
                    rest.push_str(value.get(at..part.span.start).unwrap_or_default());
                    at = part.span.end;
                }
                rest.push_str(value.get(at..).unwrap_or_default());
                if rest.contains(['@', '\n', '\r']) || rest.contains("://") {
                    return Found::nothing();
                }
                let texts = parts.iter().filter_map(|part| part.span.of(value));
                let found = texts.map(|text| self.find_one(text, want));
                found.reduce(Found::join).unwrap_or_else(Found::nothing)
            }
        }
    }

    /// A time: its date and its time of day, each grounded by itself.
    fn find_time(&self, value: &str, want: &Want<'_>) -> Found {
        let whole = self.find_one(value, want);
        if whole.at_least(Integrity::Trusted) {
            return whole;
        }
        let parts = entity::all(value);
        let found = parts.iter().filter_map(|part| match part.kind {
            // The start and the end of a day are what a date alone means.
            Kind::Time if matches!(part.form.as_str(), "00:00" | "23:59" | "23:59:59") => None,
            Kind::Date | Kind::Time => Some(self.find_form(part.kind, &part.form, want)),
            _ => None,
        });
        found.reduce(Found::join).unwrap_or(whole)
    }

    /// A date or time by its form. The user may leave out the year.
    fn find_form(&self, kind: Kind, form: &str, want: &Want<'_>) -> Found {
        let mut hits = Hits::default();
        hits.typed(&self.arena, &key(kind, form));
        if kind == Kind::Date
            && let Some(date) = Date::parse(form)
        {
            let undated = Date { year: None, ..date };
            let mut others = Hits::default();
            others.typed(&self.arena, &key(kind, &undated.form()));
            others.list.retain(|(place, _)| self.tier(place) == Some(Tier::User));
            hits.list.append(&mut others.list);
        }
        self.settle(hits, want)
    }

    /// Whether the user wrote the day of a time; a word of theirs with or without the year.
    pub(super) fn day_is_users(&self, value: &str) -> bool {
        let want = Want::role(Role::Time);
        let mut days = entity::all(value).into_iter().filter(|part| part.kind == Kind::Date);
        days.next()
            .is_some_and(|day| self.find_form(day.kind, &day.form, &want).at_least(Integrity::User))
            && days.next().is_none()
    }

    /// Where a typed value of any text stands: for payloads.
    pub(super) fn find_entity(&self, kind: Kind, form: &str) -> Found {
        let mut hits = Hits::default();
        hits.typed(&self.arena, &key(kind, form));
        self.settle(hits, &Want::role(Role::Payload))
    }

    /// By its words alone, where that says more than `so_far`: all of them the user's, or all
    /// known to be trusted; else where most of them stand.
    fn find_words(&self, value: &str, so_far: Option<Integrity>) -> Option<Found> {
        let folded = value.to_ascii_lowercase();
        let words = || content_words(&folded).take(MAX_COVERED);
        let in_tier = |tier: Tier, word: &str| !self.arena.postings(tier, word).is_empty();
        let by_user = |word: &str| in_tier(Tier::User, word);
        let (integrity, tiers) = if words().next().is_none() {
            return None;
        } else if words().all(by_user) {
            (Integrity::User, &Tier::ALL[..1])
        } else if so_far < Some(Integrity::Trusted)
            && words().all(|word| by_user(word) || in_tier(Tier::Trusted, word))
        {
            (Integrity::Trusted, &Tier::ALL[..2])
        } else if so_far.is_none() {
            let known = words().filter(|w| Tier::ALL.iter().any(|tier| in_tier(*tier, w))).count();
            if known * 5 < words().count() * 3 {
                return None;
            }
            (Integrity::Untrusted, &Tier::ALL[..])
        } else {
            return None;
        };
        let content: BTreeSet<&str> = words().collect();
        let mut hits = Hits::default();
        for word in content.iter().filter(|word| word.len() > 3).take(hits::RARE_AMONG) {
            for tier in tiers {
                // One place a word is enough to say which sources it can be from.
                let first = self.arena.postings(*tier, word).iter().rev().take(2);
                let place = |(id, at): &Posting| {
                    let leaf = self.arena.leaf(*id).filter(|leaf| !leaf.text.is_empty())?;
                    let start = *at as usize;
                    Some((leaf.place(*id, Span::new(start, start + word.len())), Match::Quoted))
                };
                hits.list.extend(first.filter_map(place));
            }
        }
        let mut found = self.settle(hits, &Want::role(Role::Payload));
        found.integrity = Some(integrity);
        found.matched = Match::Quoted;
        // Single words carry no secret and convict nobody.
        found.confidentiality = found.confidentiality.min(Confidentiality::Private);
        (found.linked, found.flagged) = (false, false);
        Some(found)
    }

    fn tier(&self, place: &Place) -> Option<Tier> {
        self.arena.leaf(place.leaf).map(Leaf::tier)
    }
}

/// Addresses, URLs and accounts in a text.
pub(super) fn addresses(text: &str) -> Vec<entity::Entity> {
    let mut found = entity::all(text);
    found.retain(|e| matches!(e.kind, Kind::Email | Kind::Url | Kind::Account));
    found
}

/// Words of a folded text that carry content.
pub(super) fn content_words(folded: &str) -> impl Iterator<Item = &str> {
    words::words(folded)
        .map(|(_, word)| words::stem(word).unwrap_or(word))
        .filter(|word| !words::is_stop_word(word))
}
