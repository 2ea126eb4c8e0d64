//! What a rule may look at: the call, what was found of each argument, what the user said.

use super::prompt::Prompt;
use crate::flow::Question;
use crate::flow::arena::{Leaf, Place, Tier};
use crate::flow::canonical::{Kind, key};
use crate::flow::index::{Index, Known};
use crate::flow::trace::{Judged, Scene};
use crate::flow::words;
use crate::id::SourceId;
use crate::source::SourceKind;
use crate::tool::Role;
use std::collections::{BTreeSet, HashMap};

/// Leaves of one source that are looked at; of a larger one no rule has an opinion.
const MAX_LEAVES: u32 = 4096;
/// Places of one value that are looked at.
const MAX_PLACES: usize = 16;

/// Objects that the user spoke of.
const MAX_SPOKEN: usize = 32;

/// Everything that is known when a rule is asked.
pub(super) struct Sheet<'a> {
    pub(super) scene: &'a Scene<'a>,
    pub(super) question: &'a Question<'a>,
    pub(super) judged: &'a [Judged<'a>],
}

/// Why a rule relieves an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Basis {
    /// What it goes by.
    pub(super) source: Option<SourceId>,
    /// Whether it ties the value to something that the user named.
    pub(super) links: bool,
}

/// One object of a list in a result.
pub(super) struct Row<'a> {
    pub(super) home: &'a str,
    /// What of it is kept: pointer below the object, and leaf.
    pub(super) fields: Vec<(&'a str, &'a Leaf)>,
}

impl<'a> Sheet<'a> {
    pub(super) fn index(&self) -> &'a Index {
        self.scene.index
    }

    pub(super) fn prompt(&self) -> &'a Prompt {
        self.scene.index.memory.said.read()
    }

    pub(super) fn known(&self, source: SourceId) -> Option<&'a Known> {
        self.scene.index.sources.get(&source.0).map(|known| &**known)
    }

    /// The name of the tool whose result a leaf stands in.
    pub(super) fn tool_of(&self, leaf: &Leaf) -> &'a str {
        let tool = self.known(leaf.source).and_then(|known| known.source.tool.as_ref());
        tool.map_or("", |tool| tool.name())
    }

    /// The leaves that a value was found in, best first.
    pub(super) fn places(
        &self,
        judged: &'a Judged<'a>,
    ) -> impl Iterator<Item = (&'a Leaf, &'a Place)> + use<'a> {
        let index = self.scene.index;
        let places = judged.found.places.iter().take(MAX_PLACES);
        places.filter_map(move |place| Some((index.arena.leaf(place.leaf)?, place)))
    }

    /// Those of them that a system vouches for.
    pub(super) fn trusted(
        &self,
        judged: &'a Judged<'a>,
    ) -> impl Iterator<Item = &'a Leaf> + use<'a> {
        let of_tool =
            |leaf: &&Leaf| leaf.tier() == Tier::Trusted && leaf.kind == SourceKind::ToolResult;
        self.places(judged).map(|(leaf, _)| leaf).filter(of_tool)
    }

    /// All leaves of a source; none where they are too many.
    pub(super) fn leaves(&self, source: SourceId) -> Option<Vec<&'a Leaf>> {
        let (from, to) = self.known(source)?.leaves;
        if to.saturating_sub(from) > MAX_LEAVES {
            return None;
        }
        let index = self.scene.index;
        let leaves = (from..to).filter_map(|id| index.arena.leaf(id));
        Some(leaves.filter(|leaf| leaf.source == source).collect())
    }

    /// The objects of the list that the object around `leaf` stands in.
    pub(super) fn rows(&self, leaf: &Leaf) -> Option<Vec<Row<'a>>> {
        let list = leaf.row().rsplit_once('/')?.0;
        let mut rows: Vec<Row<'a>> = Vec::new();
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        for leaf in self.leaves(leaf.source)? {
            let home = leaf.row();
            if home.rsplit_once('/').map(|(list, _)| list) != Some(list) {
                continue;
            }
            let number = *numbers.entry(home).or_insert(rows.len());
            if number == rows.len() {
                rows.push(Row { home, fields: Vec::new() });
            }
            if let Some(row) = rows.get_mut(number) {
                row.fields.push((leaf.path.get(home.len()..).unwrap_or_default(), leaf));
            }
        }
        Some(rows)
    }

    /// Leaves of the objects in lists that hold a word of content that the user said. Anybody can
    /// have written that word: what is so named may be reckoned with, and vouches for nothing.
    pub(super) fn spoken_of(&self) -> Vec<&'a Leaf> {
        let index = self.scene.index;
        let mut homes: BTreeSet<(SourceId, &str)> = BTreeSet::new();
        let words = self.prompt().words().iter().map(|word| &*word.text);
        let telling = words.filter(|word| word.len() >= 3 && !words::is_stop_word(word));
        for word in telling.filter(|word| word.bytes().all(|b| b.is_ascii_alphabetic())) {
            for tier in [Tier::Trusted, Tier::Weak] {
                for (id, _) in index.arena.postings(tier, word).iter().take(MAX_PLACES) {
                    let Some(leaf) = index.arena.leaf(*id) else { continue };
                    let home = leaf.row();
                    let listed = leaf.kind == SourceKind::ToolResult && !home.is_empty();
                    if listed && homes.len() < MAX_SPOKEN && self.is_plain(leaf.source) {
                        homes.insert((leaf.source, home));
                    }
                }
            }
        }
        let sources: BTreeSet<SourceId> = homes.iter().map(|(source, _)| *source).collect();
        let leaves = sources.into_iter().filter_map(|source| self.leaves(source)).flatten();
        leaves.filter(|leaf| homes.contains(&(leaf.source, leaf.row()))).collect()
    }

    /// Whether a source answers a question in which nothing but the user's words stood.
    pub(super) fn is_plain(&self, source: SourceId) -> bool {
        self.known(source).is_some_and(|known| known.plain)
    }

    /// Whether the user named the source of a leaf, or the object it stands in: by a path, an
    /// address or an id in their own words. To be the only answer to a question is not enough:
    /// anybody could have written that answer.
    pub(super) fn is_named(&self, leaf: &Leaf) -> bool {
        self.names_source(leaf.source) || self.names_object(leaf)
    }

    pub(super) fn names_source(&self, source: SourceId) -> bool {
        let Some(known) = self.known(source) else { return false };
        let locates = |role: Role, text: &str| match role {
            Role::Path | Role::Address | Role::Object => true,
            Role::Query | Role::Free | Role::Value => is_file(text),
            _ => false,
        };
        known.asked.iter().any(|said| said.by_user && locates(said.role, &said.text))
    }

    fn names_object(&self, leaf: &Leaf) -> bool {
        let home = leaf.row();
        if home.is_empty() {
            return false;
        }
        let index = self.index();
        let named = |id: u32| index.records.is_named(&index.arena, id);
        if let Some(id) = leaf.record {
            return named(id);
        }
        let Some(leaves) = self.leaves(leaf.source) else { return false };
        let same = |other: &&&Leaf| other.row() == home;
        leaves.iter().filter(same).find_map(|other| other.record).is_some_and(named)
    }

    /// Whether the value at hand is the principal's own.
    pub(super) fn is_own(&self, judged: &'a Judged<'a>) -> bool {
        self.places(judged).any(|(leaf, _)| leaf.kind == SourceKind::Principal)
    }

    /// Whether a typed value is the principal's own.
    pub(super) fn is_own_value(&self, kind: Kind, form: &str) -> bool {
        let arena = &self.index().arena;
        let own = |place: &Place| {
            arena.leaf(place.leaf).is_some_and(|leaf| leaf.kind == SourceKind::Principal)
        };
        arena.entity(&key(kind, form)).is_some_and(|entry| entry.places.iter().any(own))
    }

    /// Whether any language of the user's is known.
    pub(super) fn is_understood(&self) -> bool {
        self.prompt().words().iter().any(|word| word.lexicon.is_some())
    }
}

/// `bill.txt`, `/docs/x`: a name that stands for one file.
fn is_file(text: &str) -> bool {
    let ending = text.rsplit_once('.').map_or("", |(_, ending)| ending);
    let short =
        (1..=5).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    text.starts_with('/') || (short && !text.contains(['@', ' ']))
}

/// The last key of a pointer, numbers of items left out.
pub(super) fn last_key(pointer: &str) -> &str {
    let is_key = |token: &&str| !token.is_empty() && !token.bytes().all(|b| b.is_ascii_digit());
    pointer.rsplit('/').find(is_key).unwrap_or_default()
}
