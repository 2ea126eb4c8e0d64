//! What a session has seen, ready to be looked up: leaves, words, typed values; bounded.

mod evict;
mod few;
mod keyed;
mod shards;

use super::words;
use crate::id::SourceId;
use crate::label::{Integrity, Label};
use crate::source::SourceKind;
use crate::span::Span;
use few::Few;
use keyed::Key;
use shards::Shards;
use std::collections::VecDeque;
use std::sync::Arc;

/// How far leaves ground: the user's words, what systems made, the rest. Each is stored apart, so
/// that no amount of the last hides the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tier {
    User,
    Trusted,
    Weak,
}

impl Tier {
    pub(super) const ALL: [Tier; 3] = [Tier::User, Tier::Trusted, Tier::Weak];

    pub(super) fn of(integrity: Integrity) -> Self {
        match integrity {
            Integrity::User => Tier::User,
            Integrity::Trusted => Tier::Trusted,
            Integrity::Peer | Integrity::Untrusted => Tier::Weak,
        }
    }

    /// Places of one word that are kept; more say nothing new.
    fn word_cap(self) -> usize {
        match self {
            Tier::User | Tier::Trusted => 1024,
            Tier::Weak => 128,
        }
    }

    /// Places of one typed value that are kept.
    fn value_cap(self) -> usize {
        match self {
            Tier::User | Tier::Trusted => 256,
            Tier::Weak => 64,
        }
    }
}

/// Words of one leaf that are indexed; the rest of a longer one is unseen.
const MAX_WORDS: usize = 1 << 20;
/// Secret spans of one leaf that are watched for.
const MAX_SECRETS: usize = 64;
/// Bytes between two counts of lines.
const LINE_STEP: usize = 4096;

/// One text, or one value, as it is kept.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub(super) source: SourceId,
    pub(super) kind: SourceKind,
    pub(super) path: Arc<str>,
    /// Where in the path the record ends that it stands in.
    pub(super) row_end: usize,
    /// Whether it is the key at its path that names the record, and not the value there.
    pub(super) is_key: bool,
    /// Folded text; empty once only its typed values are kept.
    pub(super) text: Arc<str>,
    pub(super) home: Home,
    /// Line in the original leaf on which `text` starts, from 1.
    pub(super) first_line: u32,
    pub(super) label: Label,
    /// The namespace of an id.
    pub(super) id_kind: Option<Arc<str>>,
    /// Whether the field is a number, so that a short one still has an identity by its field.
    pub(super) numeric: bool,
    pub(super) record: Option<u32>,
    /// Whether injection findings make it suspicious as a whole.
    pub(super) flagged: bool,
    /// Secret spans of `text`.
    pub(super) secrets: Vec<Span>,
    /// Lines before each step of the text.
    pub(super) lines: Arc<[u32]>,
}

/// A leaf as it is kept, with what its words and its typed values cost.
#[derive(Debug, Clone)]
struct Slot {
    leaf: Leaf,
    words: usize,
    values: usize,
}

/// How bytes of a folded text find home to the original leaf.
#[derive(Debug, Clone)]
pub(super) enum Home {
    /// Shifted by so many bytes.
    Shift(usize),
    /// Per word: first byte here, and the original's span.
    Words(Arc<[(u32, Span)]>),
}

impl Home {
    pub(super) fn origin(&self, span: Span) -> Span {
        match self {
            Home::Shift(by) => span.shift(*by),
            Home::Words(words) => {
                let at = |byte: usize| words.partition_point(|(start, _)| *start as usize <= byte);
                let first = words.get(at(span.start).saturating_sub(1));
                let last = words.get(at(span.end.saturating_sub(1)).saturating_sub(1));
                match (first, last) {
                    (Some((_, first)), Some((_, last))) => first.cover(last),
                    _ => Span::default(),
                }
            }
        }
    }
}

impl Leaf {
    pub(super) fn tier(&self) -> Tier {
        Tier::of(self.label.integrity)
    }

    /// The pointer of the record that it stands in.
    pub(super) fn row(&self) -> &str {
        self.path.get(..self.row_end).unwrap_or_default()
    }

    /// Where `span` of the folded text stands.
    pub(super) fn place(&self, id: u32, span: Span) -> Place {
        let step = span.start / LINE_STEP;
        let before = self.lines.get(step).copied().unwrap_or(0);
        let rest = self.text.as_bytes().get(step * LINE_STEP..span.start).unwrap_or_default();
        let line = self.first_line + before + count_lines(rest);
        Place { leaf: id, span: self.home.origin(span), line, secret: self.is_secret(span) }
    }

    /// What it takes beside its words and its typed values.
    fn cost(&self) -> usize {
        LEAF + self.text.len() + self.path.len()
    }

    fn is_secret(&self, span: Span) -> bool {
        self.secrets.iter().any(|secret| secret.overlaps(&span))
    }
}

/// The lines before each step of `text`.
pub(super) fn line_steps(text: &str) -> Arc<[u32]> {
    let mut lines = 0;
    let count = |step: &[u8]| {
        let before = lines;
        lines += count_lines(step);
        before
    };
    if text.len() < LINE_STEP {
        return Arc::default();
    }
    text.as_bytes().chunks(LINE_STEP).map(count).collect()
}

pub(super) fn count_lines(bytes: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u32::MAX)
}

/// A place in a leaf: the original's bytes and line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) leaf: u32,
    pub(super) span: Span,
    pub(super) line: u32,
    /// Whether a secret stands there.
    pub(super) secret: bool,
}

/// Where a typed value stands, by tier; whether some places were too many to keep.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    key: Box<str>,
    counts: [u16; 3],
    pub(super) places: Few<Place>,
    pub(super) capped: bool,
}

/// A word's place: leaf, first byte in its folded text.
pub(super) type Posting = (u32, u32);

/// Leaves with their indices. Attackers choose the keys: every hash is keyed at random.
#[derive(Clone)]
pub(super) struct Arena {
    key: Key,
    leaves: Shards<Arc<Slot>>,
    next: u32,
    words: [Shards<Few<Posting>>; 3],
    wholes: Shards<Few<u32>>,
    entities: Shards<Entry>,
    /// First word of each secret, with leaf and span.
    secrets: Shards<Few<(u32, Span)>>,
    /// Weak leaves in order of age: first those with text, then those with typed values only.
    full: VecDeque<u32>,
    thin: VecDeque<u32>,
    /// Bytes of text of the former.
    full_text: usize,
    bytes: usize,
    /// Bytes of what is never evicted.
    strong: usize,
    stale: usize,
    limit: usize,
}

/// The hash of a leaf's number: they count up, so they need no key.
fn number(id: u32) -> u64 {
    u64::from(id).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// What an entry of a map costs beside its key and value: an estimate.
const ENTRY: usize = 48;
/// The same for a leaf beside its texts: it stands in memory of its own, and so do they.
const LEAF: usize = size_of::<Slot>() + 2 * ENTRY;

impl Arena {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            key: Key::random(),
            leaves: Shards::default(),
            next: 0,
            words: Default::default(),
            wholes: Shards::default(),
            entities: Shards::default(),
            secrets: Shards::default(),
            full: VecDeque::new(),
            thin: VecDeque::new(),
            full_text: 0,
            bytes: 0,
            strong: 0,
            stale: 0,
            limit,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The same content again, shared as long as neither changes it.
    pub(super) fn share(&mut self) -> Self {
        Self {
            leaves: self.leaves.share(),
            words: self.words.each_mut().map(Shards::share),
            wholes: self.wholes.share(),
            entities: self.entities.share(),
            secrets: self.secrets.share(),
            full: self.full.clone(),
            thin: self.thin.clone(),
            ..*self
        }
    }

    pub(super) fn hash(&self, text: &str) -> u64 {
        self.key.hash(text)
    }

    pub(super) fn leaf(&self, id: u32) -> Option<&Leaf> {
        self.leaves.get(number(id)).map(|slot| &slot.leaf)
    }

    pub(super) fn entity(&self, key: &str) -> Option<&Entry> {
        self.entities.get(self.hash(key)).filter(|entry| &*entry.key == key)
    }

    pub(super) fn postings(&self, tier: Tier, word: &str) -> &[Posting] {
        let words = self.words.get(tier as usize);
        words.and_then(|words| words.get(self.hash(word))).map_or(&[], |found| found)
    }

    /// Leaves whose whole text may be `folded`.
    pub(super) fn wholes(&self, folded: &str) -> &[u32] {
        self.wholes.get(self.hash(folded)).map_or(&[], |found| found)
    }

    pub(super) fn has_secrets(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// Secrets whose first word may be `word`.
    pub(super) fn secrets(&self, word: &str) -> &[(u32, Span)] {
        self.secrets.get(self.hash(word)).map_or(&[], |found| found)
    }

    /// The number that the next leaf gets.
    pub(super) fn next(&self) -> u32 {
        self.next
    }

    /// Takes a leaf with its typed values (key, and where). None where there is no room: what is
    /// not kept is unseen.
    pub(super) fn add<'a>(
        &mut self,
        leaf: Leaf,
        values: impl Iterator<Item = (&'a str, Place)>,
    ) -> Option<u32> {
        if !self.has_room(leaf.tier()) {
            return None;
        }
        let id = self.next;
        self.next = self.next.checked_add(1)?;
        let tier = leaf.tier();
        let at_first = self.bytes;
        self.bytes += leaf.cost();
        let before = self.bytes;
        if !leaf.text.is_empty() {
            let hash = self.hash(&leaf.text);
            if let Some(same) = self.wholes.entry(hash)
                && same.len() < 3 * tier.value_cap()
            {
                same.push(id);
                self.bytes += ENTRY;
            }
            self.add_words(&leaf.text, id, tier);
            self.add_secrets(&leaf, id);
        }
        let words = self.bytes - before + leaf.text.len();
        let before = self.bytes;
        for (key, mut place) in values {
            place.leaf = id;
            place.secret |= leaf.secrets.iter().any(|s| leaf.home.origin(*s).overlaps(&place.span));
            self.add_value(key, place, tier);
        }
        let values = self.bytes - before;
        if tier == Tier::Weak {
            self.full.push_back(id);
            self.full_text += leaf.text.len();
        } else {
            self.strong += self.bytes - at_first;
        }
        self.leaves.insert(number(id), Arc::new(Slot { leaf, words, values }));
        self.make_room();
        Some(id)
    }

    fn add_words(&mut self, text: &str, id: u32, tier: Tier) {
        let Some(all) = self.words.get_mut(tier as usize) else { return };
        let (key, cap) = (self.key, tier.word_cap());
        let mut bytes = 0;
        let mut add = |at: u32, word: &str| {
            let Some(postings) = all.entry(key.hash(word)) else { return };
            if postings.is_empty() {
                bytes += ENTRY;
            }
            if postings.len() < cap {
                postings.push((id, at));
                bytes += size_of::<Posting>();
            }
        };
        let has_stems = words::has_stems(text);
        for (at, word) in words::words(text).take(MAX_WORDS) {
            let Ok(at) = u32::try_from(at) else { break };
            add(at, word);
            if has_stems && let Some(stem) = words::stem(word) {
                add(at, stem);
            }
        }
        self.bytes += bytes;
    }

    /// Watches for the secret spans of a leaf; for all of a leaf that is secret.
    fn add_secrets(&mut self, leaf: &Leaf, id: u32) {
        let whole = leaf.label.confidentiality == crate::label::Confidentiality::Secret;
        let whole = whole.then(|| Span::whole(&leaf.text));
        for span in leaf.secrets.iter().copied().chain(whole).take(MAX_SECRETS) {
            let Some(secret) = span.of(&leaf.text) else { continue };
            if words::is_short(secret) {
                continue;
            }
            let Some((at, first)) = words::words(secret).next() else { continue };
            let hash = self.hash(first);
            if let Some(known) = self.secrets.entry(hash)
                && known.len() < 256
            {
                known.push((id, Span::new(span.start + at, span.end)));
                self.bytes += ENTRY;
            }
        }
    }

    fn add_value(&mut self, key: &str, place: Place, tier: Tier) {
        let hash = self.hash(key);
        let Some(entry) = self.entities.entry(hash) else { return };
        if entry.places.is_empty() {
            self.bytes += ENTRY + key.len() + size_of::<Entry>();
            entry.key = key.into();
        } else if *entry.key != *key {
            // Another value has its hash: this one is unseen.
            return;
        }
        let Some(count) = entry.counts.get_mut(tier as usize) else { return };
        if usize::from(*count) < tier.value_cap() {
            *count += 1;
            entry.places.push(place);
            self.bytes += size_of::<Place>();
        } else {
            entry.capped = true;
        }
    }
}
