//! Where a value was found, and what that says of it.

use super::Want;
use super::hits::Hits;
use crate::flow::arena::{Leaf, Place};
use crate::flow::index::Index;
use crate::label::{Confidentiality, Integrity};
use crate::provenance::Match;
use crate::source::SourceKind;
use crate::tool::Role;
use std::collections::BTreeSet;

/// Trusted places whose record is asked for.
const MAX_LINKS: usize = 64;

/// Where a value was found, and what that says of it.
#[derive(Debug, Clone)]
pub(in crate::flow) struct Found {
    pub(in crate::flow) matched: Match,
    pub(in crate::flow) integrity: Option<Integrity>,
    pub(in crate::flow) confidentiality: Confidentiality,
    pub(in crate::flow) categories: BTreeSet<String>,
    /// Best integrity first, then by source.
    pub(in crate::flow) places: Vec<Place>,
    pub(in crate::flow) flagged: bool,
    pub(in crate::flow) linked: bool,
    /// Whether the host's own instructions say it.
    pub(in crate::flow) by_system: bool,
    /// Whether all that vouches for it is that it is the principal's own.
    pub(in crate::flow) own: bool,
    /// Whether a system vouches for it, whoever else does.
    pub(in crate::flow) by_tool: bool,
    /// Whether it stands in a record that names the principal.
    pub(in crate::flow) owned: bool,
}

impl Found {
    /// Found nowhere.
    pub(in crate::flow) fn nothing() -> Self {
        Self {
            matched: Match::Unseen,
            integrity: None,
            confidentiality: Confidentiality::Public,
            categories: BTreeSet::new(),
            places: Vec::new(),
            flagged: false,
            linked: false,
            by_system: false,
            own: false,
            by_tool: false,
            owned: false,
        }
    }

    /// What needs no source: true, false.
    pub(in crate::flow) fn constant() -> Self {
        Self { matched: Match::Canonical, integrity: Some(Integrity::Trusted), ..Self::nothing() }
    }

    pub(in crate::flow) fn at_least(&self, integrity: Integrity) -> bool {
        self.integrity.is_some_and(|found| found >= integrity)
    }

    /// Parts of one value: the worst decides.
    pub(in crate::flow) fn join(mut self, other: Found) -> Found {
        let (by_user, other_by_user) =
            (self.at_least(Integrity::User), other.at_least(Integrity::User));
        self.matched = self.matched.min(other.matched);
        self.integrity = match (self.integrity, other.integrity) {
            (Some(a), Some(b)) => Some(a.min(b)),
            _ => None,
        };
        self.confidentiality = self.confidentiality.max(other.confidentiality);
        self.categories.extend(other.categories);
        self.places.extend(other.places);
        self.flagged |= other.flagged;
        self.linked = (self.linked || by_user) && (other.linked || other_by_user);
        self.by_system &= other.by_system;
        self.own &= other.own;
        self.by_tool &= other.by_tool;
        self.owned &= other.owned;
        self
    }
}

impl Index {
    /// What the hits say together.
    pub(super) fn settle(&self, mut hits: Hits, want: &Want<'_>) -> Found {
        // An id is of one kind, and no amount at all.
        let other_kind = |leaf: &Leaf| {
            (want.kind.is_some() || want.role == Role::Amount)
                && leaf.id_kind.is_some()
                && leaf.id_kind.as_deref() != want.kind
        };
        hits.list
            .retain(|(place, _)| self.arena.leaf(place.leaf).is_some_and(|leaf| !other_kind(leaf)));
        let mut found = Found::nothing();
        if hits.list.is_empty() {
            return found;
        }
        let leaf = |place: &Place| self.arena.leaf(place.leaf);
        let level = |place: &Place| leaf(place).map_or(Integrity::Untrusted, |l| l.label.integrity);
        let best = hits.list.iter().map(|(place, _)| level(place)).max();
        let best = best.unwrap_or(Integrity::Untrusted);
        found.integrity = Some(best);
        found.flagged = !hits.capped;
        let (mut asked, mut own, mut system) = (0, best == Integrity::Trusted, false);
        for (place, matched) in &hits.list {
            let Some(leaf) = leaf(place) else { continue };
            found.confidentiality = found.confidentiality.max(leaf.label.confidentiality);
            found.categories.extend(leaf.label.categories.iter().cloned());
            if place.secret {
                found.confidentiality = Confidentiality::Secret;
                found.categories.insert("credential".to_owned());
            }
            found.flagged &= leaf.flagged;
            if leaf.label.integrity == best {
                found.matched = found.matched.max(*matched);
                own &= leaf.kind == SourceKind::Principal;
                system |= leaf.kind == SourceKind::System;
            }
            if leaf.label.integrity == Integrity::Trusted {
                found.by_tool |= leaf.kind != SourceKind::Principal;
                if let Some(record) = leaf.record
                    && asked < MAX_LINKS
                {
                    asked += 1;
                    // A question about a thing is none about the people in it.
                    let itself = matches!(want.role, Role::Destination | Role::Address);
                    found.linked |= self.records.is_only(record, itself)
                        || self.records.is_named(&self.arena, record);
                    found.owned |= self.records.is_owned(record);
                }
            }
        }
        found.own = own;
        found.by_system = system;
        found.places = hits.list.into_iter().map(|(place, _)| place).collect();
        self.order(&mut found.places);
        found
    }

    /// Best integrity first, then source, path and place; each once.
    pub(in crate::flow) fn order(&self, places: &mut Vec<Place>) {
        if places.len() < 2 {
            return;
        }
        places.sort_by_cached_key(|place| {
            let leaf = self.arena.leaf(place.leaf);
            let integrity = leaf.map_or(Integrity::Untrusted, |leaf| leaf.label.integrity);
            let source = leaf.map(|leaf| leaf.source);
            let path = leaf.map(|leaf| &*leaf.path);
            (std::cmp::Reverse(integrity), source, path, place.span)
        });
        places.dedup_by(|a, b| a.leaf == b.leaf && a.span == b.span);
    }
}
