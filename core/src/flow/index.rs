//! One session's provenance: its sources, what they said, and what that makes of the session.

use super::arena::{Arena, Place, Tier};
use super::find::Want;
use super::record::Records;
use super::rules::Memory;
use super::{Carry, Drift, Incoming, Question, Quotes, Taint, Trace};
use crate::digest::Digest;
use crate::envelope::Labels;
use crate::id::SourceId;
use crate::label::Label;
use crate::limits::Limits;
use crate::principal::{Principal, Trust};
use crate::source::{Source, SourceKind};
use crate::span::Span;
use crate::tool::Role;
use crate::value::Value;
use crate::view::Leaf;
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::sync::Arc;

/// A source and what is kept of it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) source: Source,
    /// Its leaves, by number.
    pub(super) leaves: (u32, u32),
    /// Hosts that its content was fetched from.
    pub(super) hosts: Vec<String>,
    /// What its call asked for: the first short arguments.
    pub(super) asked: Vec<Asked>,
    /// Whether its call held nothing but what the user said, or a record that they named.
    pub(super) plain: bool,
    /// Whether its call held, besides, nothing but members of lists that answer such calls.
    pub(super) listed: bool,
    /// Whether its call was one that makes or changes the user's own data.
    pub(super) made: bool,
    /// What all that it said has together.
    pub(super) label: Label,
    /// Who may read what is private in it; the session's user where nothing is said.
    pub(super) readers: Option<Arc<BTreeSet<String>>>,
}

/// An argument of the call that a source answers.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) role: Role,
    /// As compared.
    pub(super) text: Box<str>,
    pub(super) by_user: bool,
}

/// One session's provenance. It holds no lock.
///
/// `admit` takes time in proportion to the content; `trace` to the arguments, whatever the session
/// has seen.
#[derive(Clone)]
pub struct Index {
    pub(super) limits: Limits,
    pub(super) arena: Arena,
    pub(super) records: Arc<Records>,
    pub(super) sources: BTreeMap<u32, Arc<Known>>,
    /// Sources that may be forgotten, oldest first.
    pub(super) forgettable: VecDeque<u32>,
    pub(super) next_source: u32,
    pub(super) taint: Taint,
    pub(super) complete: bool,
    pub(super) opaque: bool,
    pub(super) sensitive: bool,
    /// What all that was read has together.
    pub(super) read: Label,
    pub(super) system: Vec<Digest>,
    /// Paths that calls of this session wrote.
    pub(super) made: Arc<HashSet<String>>,
    /// What the rules go by.
    pub(super) memory: Memory,
    principal: Box<Principal>,
}

/// Different system prompts of one session that are told apart.
const MAX_SYSTEM: usize = 64;
/// Paths that are remembered as made by the session.
pub(super) const MAX_MADE: usize = 4096;

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index")
            .field("taint", &self.taint)
            .field("complete", &self.complete)
            .field("sources", &self.sources.len())
            .field("bytes", &self.bytes())
            .finish_non_exhaustive()
    }
}

impl Index {
    /// The index of a new session, in which the principal's own addresses, accounts and names are
    /// known.
    #[must_use]
    pub fn new(limits: &Limits, principal: &Principal) -> Self {
        let mut index = Self {
            limits: limits.clone(),
            arena: Arena::new(limits.arena),
            records: Arc::default(),
            sources: BTreeMap::new(),
            forgettable: VecDeque::new(),
            next_source: 0,
            taint: Taint::Clean,
            complete: true,
            opaque: false,
            sensitive: false,
            read: Label::bottom(),
            system: Vec::new(),
            made: Arc::default(),
            memory: Memory::default(),
            principal: Box::new(principal.clone()),
        };
        index.admit_principal(principal);
        index
    }

    /// Records a part of a content; gives the sources it was recorded as: its own, then those it
    /// quotes.
    pub fn admit(&mut self, incoming: &Incoming<'_>) -> Vec<Source> {
        self.admit_part(incoming)
    }

    /// Traces a call's arguments.
    #[must_use]
    pub fn trace(&self, question: &Question<'_>) -> Trace {
        super::trace::trace(self, question)
    }

    /// What of the session's content stands in an output.
    #[must_use]
    pub fn quotes(&self, leaves: &[Leaf<'_>]) -> Quotes {
        super::quotes::quotes(self, leaves)
    }

    /// What is known of a content that this session made: the labels that leave with it.
    #[must_use]
    pub fn labels(&self, content: &Value, leaves: &[Leaf<'_>]) -> Carry {
        self.carry(content, leaves)
    }

    /// What in reasoning or a plan follows untrusted text. `is_tool` knows the names of tools.
    #[must_use]
    pub fn drift(&self, leaves: &[Leaf<'_>], is_tool: &dyn Fn(&str) -> bool) -> Vec<Drift> {
        super::drift::drift(self, leaves, is_tool)
    }

    /// The labels of a text that a model made of `sources`; of all that was read, where none are
    /// named.
    #[must_use]
    pub fn derived(&self, text: &Leaf<'_>, sources: Option<&[SourceId]>) -> Labels {
        let Carry { mut labels, readers, .. } =
            self.carry(&Value::from(text.text), std::slice::from_ref(text));
        labels.rest = labels.rest.join(&self.label_of(sources));
        labels.readers = readers;
        labels
    }

    /// What of a leaf of an output stands in what the user, the host or anybody openly said.
    #[must_use]
    pub fn said(&self, leaf: &Leaf<'_>) -> Vec<Span> {
        super::quotes::said(self, leaf)
    }

    /// What the session has read so far.
    #[must_use]
    pub fn taint(&self) -> Taint {
        self.taint
    }

    /// The session's history is lost: it counts as tainted, and what it said before counts for
    /// nothing until it is admitted again. Only the principal stays known.
    pub fn set_unknown(&mut self) {
        let (limits, principal) = (self.limits.clone(), self.principal.clone());
        let next_source = self.next_source;
        *self = Index::new(&limits, &principal);
        self.next_source = self.next_source.max(next_source);
        self.taint = Taint::Unknown;
        self.complete = false;
    }

    /// Something that the model saw was not inspected.
    pub fn set_incomplete(&mut self) {
        self.complete = false;
        self.set_tainted();
    }

    /// Untrusted content was read.
    pub fn set_tainted(&mut self) {
        self.taint = self.taint.max(Taint::Tainted);
    }

    /// The index of a sub-agent: it knows what this one knows now, and is as tainted. What both
    /// know is shared until one of them changes that part of it.
    #[must_use]
    pub fn child(&mut self) -> Index {
        let arena = self.arena.share();
        let own = std::mem::replace(&mut self.arena, Arena::new(0));
        // The rest is small, or shared already.
        let child = Index { arena, ..self.clone() };
        self.arena = own;
        child
    }

    /// About how much memory it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let sources = self.sources.len() * (size_of::<Known>() + 64);
        self.arena.bytes() + self.memory.bytes() + self.records.bytes() + sources
    }

    /// The source with this number, unless it was forgotten.
    #[must_use]
    pub fn source(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(&id.0).map(|known| &known.source)
    }

    /// Whether private or secret data was read from tools, documents or memory.
    #[must_use]
    pub fn sensitive(&self) -> bool {
        self.sensitive
    }

    /// The hash of the system prompt; of all of them, where there were several.
    #[must_use]
    pub fn system_digest(&self) -> Option<Digest> {
        match self.system.as_slice() {
            [] => None,
            [one] => Some(*one),
            all => Some(Digest::of_parts(all.iter().map(|digest| digest.0.as_slice()))),
        }
    }

    /// Whether it provably read nothing that anybody could have written.
    pub(super) fn is_clean(&self) -> bool {
        self.taint == Taint::Clean && self.complete
    }

    /// Whether more records may be kept.
    pub(super) fn has_room_for_records(&self) -> bool {
        self.records.bytes() < self.limits.arena / 2 && self.arena.has_room(Tier::Trusted)
    }

    /// Whether a value is the principal's own. Only where the user may be the attacker does it
    /// matter whose a record is.
    pub(super) fn names_principal(&self, folded: &str) -> bool {
        if self.principal.user.trust == Trust::Owner {
            return false;
        }
        if folded == self.principal.user.id.as_str().to_ascii_lowercase() {
            return true;
        }
        let own = |place: &Place| {
            self.arena.leaf(place.leaf).is_some_and(|leaf| leaf.kind == SourceKind::Principal)
        };
        self.find(folded, &Want::role(Role::Value)).places.iter().any(own)
    }

    pub(super) fn add_system(&mut self, text: &str) {
        let digest = Digest::of(text.as_bytes());
        if !self.system.contains(&digest) && self.system.len() < MAX_SYSTEM {
            self.system.push(digest);
        }
    }

    /// Numbers a source and keeps it, in place of the oldest one that may be forgotten where
    /// there are too many.
    pub(super) fn add_source(&mut self, mut source: Source) -> Source {
        source.id = SourceId(self.next_source);
        self.next_source = self.next_source.saturating_add(1);
        let speaks =
            matches!(source.kind, SourceKind::User | SourceKind::System | SourceKind::Principal);
        let room = if speaks { self.limits.sources.saturating_mul(2) } else { self.limits.sources };
        while self.sources.len() >= self.limits.sources
            && let Some(oldest) = self.forgettable.pop_front()
        {
            if let Some(known) = self.sources.remove(&oldest) {
                self.arena.forget(known.leaves.0, known.leaves.1);
            }
        }
        if self.sources.len() < room {
            let leaves = (self.arena.next(), self.arena.next());
            let known = Known {
                source: source.clone(),
                leaves,
                hosts: Vec::new(),
                asked: Vec::new(),
                plain: false,
                listed: false,
                made: false,
                label: Label::bottom(),
                readers: None,
            };
            self.sources.insert(source.id.0, Arc::new(known));
        }
        source
    }

    /// The distinct sources of places, by number.
    pub(super) fn sources_of<'a>(
        &self,
        places: impl IntoIterator<Item = &'a Place>,
    ) -> BTreeSet<SourceId> {
        let leaf = |place: &Place| self.arena.leaf(place.leaf).map(|leaf| leaf.source);
        places.into_iter().filter_map(leaf).collect()
    }
}
