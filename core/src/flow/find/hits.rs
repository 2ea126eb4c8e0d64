//! The places of typed values, phrases and ids beside their keyword.

use crate::flow::arena::{Arena, Place, Posting, Tier};
use crate::flow::canonical::{self, Kind, key};
use crate::flow::words::{self, Phrase};
use crate::provenance::Match;
use crate::span::{self, Span};

/// Characters that are compared for one phrase at most: a bound on hostile repetition.
const PHRASE_BUDGET: usize = 1 << 18;
/// Words of a value among which the rarest is looked for.
pub(super) const RARE_AMONG: usize = 64;

/// Places with how each was found.
#[derive(Default)]
pub(super) struct Hits {
    pub(super) list: Vec<(Place, Match)>,
    pub(super) capped: bool,
}

impl Hits {
    pub(super) fn typed(&mut self, arena: &Arena, key: &str) {
        if let Some(entry) = arena.entity(key) {
            self.capped |= entry.capped;
            self.list.extend(entry.places.iter().map(|place| (*place, Match::Canonical)));
        }
    }

    /// Places of a phrase in one tier, by its rarest word.
    pub(super) fn phrase(&mut self, arena: &Arena, tier: Tier, folded: &str) {
        each_phrase(arena, tier, folded, &mut |place| {
            self.list.push((place, Match::Contained));
            true
        });
    }
}

/// Calls `visit` with each place at which the phrase `folded` stands in leaves of `tier`.
pub(in crate::flow) fn each_phrase(
    arena: &Arena,
    tier: Tier,
    folded: &str,
    visit: &mut dyn FnMut(Place) -> bool,
) {
    let mut rarest: Option<(usize, &str, &[Posting])> = None;
    for (at, word) in words::words(folded).take(RARE_AMONG) {
        let postings = arena.postings(tier, word);
        if postings.is_empty() {
            return;
        }
        if rarest.is_none_or(|(_, _, so_far)| postings.len() < so_far.len()) {
            rarest = Some((at, word, postings));
        }
    }
    let Some((at, word, postings)) = rarest else { return };
    let phrase = Phrase::new(folded);
    let skip = Phrase::character_of(folded, at);
    let next = phrase.next_letter(word, skip);
    let tries = (PHRASE_BUDGET / phrase.len().max(1)).max(8);
    for (id, start) in postings.iter().take(tries) {
        let Some(leaf) = arena.leaf(*id) else { continue };
        if let Some(next) = next
            && !words::goes_on(&leaf.text, *start as usize + word.len(), next)
        {
            continue;
        }
        if let Some(span) = phrase.stands_at(&leaf.text, *start as usize, skip)
            && !visit(leaf.place(*id, span))
        {
            return;
        }
    }
}

/// Whether a value stands in leaves of `tier`: as a typed value, or as a phrase.
pub(in crate::flow) fn stands_in(arena: &Arena, tier: Tier, folded: &str) -> bool {
    let typed = canonical::email(folded)
        .map(|form| key(Kind::Email, &form))
        .or_else(|| canonical::url(folded).map(|form| key(Kind::Url, &form)));
    if let Some(entry) = typed.and_then(|key| arena.entity(&key)) {
        let in_tier = |place: &Place| arena.leaf(place.leaf).is_some_and(|l| l.tier() == tier);
        if entry.places.iter().any(in_tier) {
            return true;
        }
    }
    if words::is_short(folded) {
        return false;
    }
    let mut stands = false;
    each_phrase(arena, tier, folded, &mut |_| {
        stands = true;
        false
    });
    stands
}

/// Whether the user named the id `value` of `kind`: in full, or a short one beside its keyword.
pub(in crate::flow) fn user_named_id(arena: &Arena, kind: &str, value: &str) -> bool {
    if !words::is_short(value) {
        return stands_in(arena, Tier::User, value);
    }
    let mut places = Vec::new();
    keyword(arena, kind, value, &mut places);
    !places.is_empty()
}

/// Where the user's words have a short id beside its keyword: `event 13`, `file no. 13`, `13th`
/// never.
pub(super) fn keyword(arena: &Arena, kind: &str, value: &str, found: &mut Vec<(Place, Match)>) {
    let kind = kind.to_ascii_lowercase();
    let wanted: Vec<&str> = kind.split(['_', '-', ' ']).filter(|word| *word != "id").collect();
    let names = |word: &str| {
        let word = words::singular(word);
        !word.is_empty() && wanted.iter().any(|want| words::singular(want) == word)
    };
    let between =
        |word: &str| matches!(word, "id" | "no" | "nr" | "number" | "num" | "the" | "with");
    let Some((_, word)) = words::words(value).next() else { return };
    for (id, at) in arena.postings(Tier::User, word) {
        let Some(leaf) = arena.leaf(*id) else { continue };
        let at = *at as usize;
        let end = at + word.len();
        let (Some(head), Some(tail)) = (leaf.text.get(..at), leaf.text.get(end..)) else {
            continue;
        };
        let head = head.get(span::ceil(head, head.len().saturating_sub(64))..).unwrap_or_default();
        let near: Vec<&str> = words::words(head).map(|(_, word)| word).collect();
        let before = near.iter().rev().find(|word| !between(word));
        let tail = tail.get(..span::floor(tail, 64)).unwrap_or_default();
        let after = words::words(tail).next();
        if before.is_some_and(|word| names(word)) || after.is_some_and(|(_, word)| names(word)) {
            found.push((leaf.place(*id, Span::new(at, end)), Match::Contained));
        }
    }
}
