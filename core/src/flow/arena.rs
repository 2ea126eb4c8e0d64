//! What a session has seen, ready to be looked up: leaves, words, typed values; bounded.

mod evict;

use super::words;
use crate::id::SourceId;
use crate::label::{Integrity, Label};
use crate::source::SourceKind;
use crate::span::Span;
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};
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

    /// Where `span` of the folded text stands.
    pub(super) fn place(&self, id: u32, span: Span) -> Place {
        let step = span.start / LINE_STEP;
        let before = self.lines.get(step).copied().unwrap_or(0);
        let rest = self.text.as_bytes().get(step * LINE_STEP..span.start).unwrap_or_default();
        let line = self.first_line + before + count_lines(rest);
        Place { leaf: id, span: self.home.origin(span), line, secret: self.is_secret(span) }
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
    counts: [u16; 3],
    pub(super) places: Vec<Place>,
    pub(super) capped: bool,
}

/// Hashes that were keyed before: no hashing left to do.
#[derive(Default, Clone)]
pub(super) struct Keyed(u64);

impl Hasher for Keyed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

pub(super) type KeyedMap<K, V> = HashMap<K, V, BuildHasherDefault<Keyed>>;

/// A word's place: leaf, first byte in its folded text.
pub(super) type Posting = (u32, u32);

/// Leaves with their indices. Attackers choose the keys: every hash is keyed at random.
#[derive(Clone)]
pub(super) struct Arena {
    keys: RandomState,
    leaves: KeyedMap<u32, Slot>,
    next: u32,
    words: [KeyedMap<u64, Vec<Posting>>; 3],
    wholes: KeyedMap<u64, Vec<u32>>,
    entities: HashMap<Box<str>, Entry>,
    /// First word of each secret, with leaf and span.
    secrets: KeyedMap<u64, Vec<(u32, Span)>>,
    /// Weak leaves in order of age: first those with text, then those with typed values only.
    full: VecDeque<u32>,
    thin: VecDeque<u32>,
    bytes: usize,
    /// Bytes of what is never evicted.
    strong: usize,
    stale: usize,
    limit: usize,
}

/// What an entry of a map costs beside its key and value: an estimate.
const ENTRY: usize = 48;

impl Arena {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            keys: RandomState::new(),
            leaves: KeyedMap::default(),
            next: 0,
            words: Default::default(),
            wholes: KeyedMap::default(),
            entities: HashMap::new(),
            secrets: KeyedMap::default(),
            full: VecDeque::new(),
            thin: VecDeque::new(),
            bytes: 0,
            strong: 0,
            stale: 0,
            limit,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn hash(&self, text: &str) -> u64 {
        self.keys.hash_one(text)
    }

    pub(super) fn leaf(&self, id: u32) -> Option<&Leaf> {
        self.leaves.get(&id).map(|slot| &slot.leaf)
    }

    pub(super) fn entity(&self, key: &str) -> Option<&Entry> {
        self.entities.get(key)
    }

    pub(super) fn postings(&self, tier: Tier, word: &str) -> &[Posting] {
        let words = self.words.get(tier as usize);
        words.and_then(|words| words.get(&self.hash(word))).map_or(&[], Vec::as_slice)
    }

    /// Leaves whose whole text may be `folded`.
    pub(super) fn wholes(&self, folded: &str) -> &[u32] {
        self.wholes.get(&self.hash(folded)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn has_secrets(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// Secrets whose first word may be `word`.
    pub(super) fn secrets(&self, word: &str) -> &[(u32, Span)] {
        self.secrets.get(&self.hash(word)).map_or(&[], Vec::as_slice)
    }

    /// The number that the next leaf gets.
    pub(super) fn next(&self) -> u32 {
        self.next
    }

    /// Takes a leaf with its typed values (key, and where). None where there is no room: what is
    /// not kept is unseen. `with_text` is false for values that are found by their type alone.
    pub(super) fn add(
        &mut self,
        leaf: Leaf,
        values: &mut dyn Iterator<Item = (String, Place)>,
    ) -> Option<u32> {
        if !self.has_room(leaf.tier()) {
            return None;
        }
        let id = self.next;
        self.next = self.next.checked_add(1)?;
        let tier = leaf.tier();
        let at_first = self.bytes;
        self.bytes += size_of::<Slot>() + ENTRY + leaf.text.len() + leaf.path.len();
        let before = self.bytes;
        if !leaf.text.is_empty() {
            let hash = self.hash(&leaf.text);
            let same = self.wholes.entry(hash).or_default();
            if same.len() < 3 * tier.value_cap() {
                same.push(id);
                self.bytes += ENTRY;
            }
            self.add_words(&leaf, id, tier);
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
        self.leaves.insert(id, Slot { leaf, words, values });
        if tier == Tier::Weak {
            self.full.push_back(id);
        } else {
            self.strong += self.bytes - at_first;
        }
        self.make_room();
        Some(id)
    }

    fn add_words(&mut self, leaf: &Leaf, id: u32, tier: Tier) {
        let text = Arc::clone(&leaf.text);
        for (at, word) in words::words(&text).take(MAX_WORDS) {
            let Ok(at) = u32::try_from(at) else { return };
            for word in [Some(word), words::stem(word)].into_iter().flatten() {
                let hash = self.keys.hash_one(word);
                let Some(words) = self.words.get_mut(tier as usize) else { return };
                let postings = words.entry(hash).or_default();
                if postings.is_empty() {
                    self.bytes += ENTRY;
                }
                if postings.len() < tier.word_cap() {
                    postings.push((id, at));
                    self.bytes += size_of::<Posting>();
                }
            }
        }
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
            let known = self.secrets.entry(hash).or_default();
            if known.len() < 256 {
                known.push((id, Span::new(span.start + at, span.end)));
                self.bytes += ENTRY;
            }
        }
    }

    fn add_value(&mut self, key: String, place: Place, tier: Tier) {
        let length = key.len();
        let entry = self.entities.entry(key.into_boxed_str()).or_default();
        if entry.places.is_empty() {
            self.bytes += ENTRY + length + size_of::<Entry>();
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
