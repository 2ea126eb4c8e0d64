//! What of the session's content stands in an output: runs of words that a source has too.

use super::arena::{Leaf as Kept, Place, Posting, Tier};
use super::index::Index;
use super::{Quotes, payload, words};
use crate::label::{Confidentiality, Integrity, Label};
use crate::provenance::{Match, Provenance};
use crate::source::SourceKind;
use crate::span::{Span, merge};
use crate::tool::Role;
use crate::view::Leaf;
use std::collections::BTreeSet;

/// A quote has so many words, or so many bytes.
const QUOTE_WORDS: usize = 8;
const QUOTE_BYTES: usize = 40;
/// A run of so many words recites; so does one that is half of a text. Agents that explain a rule
/// of their prompt share at most about twenty words with it at a time (measured on 1,380 answers
/// of an airline's agent: 2 share more, 181 share eight or more).
const RECITED_WORDS: usize = 24;
/// Runs this close to each other, from the same text, are one quote with a change in it.
const GAP_BYTES: usize = 24;
/// A run that is no quote yet but may be part of one.
const PART_WORDS: usize = 3;
/// Places that are compared for one pair of words.
const MAX_TRIES: usize = 96;
/// Words of an output that are looked at.
const MAX_WORDS: usize = 1 << 18;

/// A run of an output's words that stands in sources.
pub(super) struct Run {
    /// Bytes of the folded output.
    pub(super) span: Span,
    words: usize,
    /// Where it stands; one place a leaf.
    pub(super) places: Vec<Place>,
}

/// Which leaves a quote is looked for in: one class does not hide another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    System,
    Secret,
    Other,
}

impl Class {
    fn of(leaf: &Kept) -> Self {
        if leaf.kind == SourceKind::System {
            Class::System
        } else if leaf.label.confidentiality == Confidentiality::Secret || !leaf.secrets.is_empty()
        {
            Class::Secret
        } else {
            Class::Other
        }
    }

    fn is_empty(self, index: &Index) -> bool {
        match self {
            Class::System => index.system.is_empty(),
            Class::Secret => !index.arena.has_secrets(),
            Class::Other => false,
        }
    }
}

/// The quotes of one class in a folded text.
pub(super) fn runs(index: &Index, folded: &str, class: Class) -> Vec<Run> {
    runs_where(index, folded, class, |run| {
        run.words >= QUOTE_WORDS || run.span.len() >= QUOTE_BYTES
    })
}

/// As `runs`, of at least so many words or bytes.
pub(super) fn phrases(
    index: &Index,
    folded: &str,
    class: Class,
    words: usize,
    bytes: usize,
) -> Vec<Run> {
    runs_where(index, folded, class, |run| run.words >= words || run.span.len() >= bytes)
}

/// As `runs`, of at least so many bytes: shorter than what counts as a quote elsewhere.
pub(super) fn pieces(index: &Index, folded: &str, class: Class, bytes: usize) -> Vec<Run> {
    runs_where(index, folded, class, |run| run.span.len() >= bytes)
}

fn runs_where(
    index: &Index,
    folded: &str,
    class: Class,
    is_long: impl Fn(&Run) -> bool,
) -> Vec<Run> {
    if class.is_empty(index) {
        return Vec::new();
    }
    let words: Vec<(usize, &str)> = words::words(folded).take(MAX_WORDS).collect();
    let mut runs: Vec<Run> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let found = longest(index, &words, at, class);
        let reached = found.as_ref().map_or(0, |run| run.span.end);
        runs.extend(found);
        // Pairs of words: any run of three has one that starts at an even number.
        at += 2;
        while words.get(at).is_some_and(|(start, word)| start + word.len() <= reached) {
            at += 1;
        }
    }
    let mut joined = join(runs);
    joined.retain(is_long);
    joined
}

/// The longest run around the pair of words at `at`, and the word to go on with.
fn longest(index: &Index, words: &[(usize, &str)], at: usize, class: Class) -> Option<Run> {
    let pair = words.get(at..(at + 2).min(words.len())).unwrap_or_default();
    let mut best: Option<Run> = None;
    for tier in Tier::ALL {
        let lists =
            pair.iter().enumerate().map(|(i, (_, word))| (i, index.arena.postings(tier, word)));
        let Some((offset, postings)) = lists.min_by_key(|(_, postings)| postings.len()) else {
            continue;
        };
        let of_class = |posting: &&Posting| {
            index.arena.leaf(posting.0).is_some_and(|leaf| Class::of(leaf) == class)
        };
        for posting in postings.iter().rev().filter(of_class).take(MAX_TRIES) {
            let Some((span, count, place)) = extend(index, words, at + offset, posting) else {
                continue;
            };
            if count < PART_WORDS && span.len() < QUOTE_BYTES {
                continue;
            }
            match &mut best {
                Some(run) if run.span.len() > span.len() => {}
                Some(run) if run.span == span => {
                    if run.places.len() < MAX_TRIES {
                        run.places.push(place);
                    }
                }
                _ => best = Some(Run { span, words: count, places: vec![place] }),
            }
        }
    }
    best
}

/// The run around word `at` of the output and a posting: how far both agree, word by word.
fn extend(
    index: &Index,
    words: &[(usize, &str)],
    at: usize,
    posting: &Posting,
) -> Option<(Span, usize, Place)> {
    let (id, start) = *posting;
    let leaf = index.arena.leaf(id)?;
    let text: &str = &leaf.text;
    let (first, word) = *words.get(at)?;
    let start = start as usize;
    if text.get(start..start + word.len()) != Some(word) {
        return None;
    }
    let (mut out_start, mut out_end) = (first, first + word.len());
    let (mut in_start, mut in_end) = (start, start + word.len());
    let mut count = 1;
    for (next, word) in words.get(at + 1..).unwrap_or_default() {
        let Some(found) = next_word(text, in_end, word) else { break };
        (out_end, in_end, count) = (next + word.len(), found + word.len(), count + 1);
    }
    for (next, word) in words.get(..at).unwrap_or_default().iter().rev() {
        let Some(found) = last_word(text, in_start, word) else { break };
        (out_start, in_start, count) = (*next, found, count + 1);
    }
    Some((Span::new(out_start, out_end), count, leaf.place(id, Span::new(in_start, in_end))))
}

/// Where `word` starts, if it is the next word after byte `from`.
fn next_word(text: &str, from: usize, word: &str) -> Option<usize> {
    let rest = text.get(from..)?;
    let gap = rest.char_indices().find(|(_, c)| c.is_alphanumeric() || *c == '_')?.0;
    let tail = rest.get(gap..)?.strip_prefix(word)?;
    let ideographs = word.chars().next_back().is_some_and(|c| !c.is_ascii());
    let ends = !tail.starts_with(|c: char| c.is_alphanumeric() || c == '_') || ideographs;
    // Two words with nothing between are one, unless each is by itself.
    (gap <= 16 && ends && (gap > 0 || ideographs)).then_some(from + gap)
}

/// Where `word` starts, if it is the last word before byte `to`.
fn last_word(text: &str, to: usize, word: &str) -> Option<usize> {
    let rest = text.get(..to)?;
    let (at, c) = rest.char_indices().rev().find(|(_, c)| c.is_alphanumeric() || *c == '_')?;
    let end = at + c.len_utf8();
    let head = rest.get(..end)?.strip_suffix(word)?;
    let ideographs = word.chars().next().is_some_and(|c| !c.is_ascii());
    let starts = !head.ends_with(|c: char| c.is_alphanumeric() || c == '_') || ideographs;
    let gap = to - end;
    (gap <= 16 && starts && (gap > 0 || ideographs)).then_some(head.len())
}

/// Joins runs of one text with a small change between.
fn join(runs: Vec<Run>) -> Vec<Run> {
    let mut joined: Vec<Run> = Vec::new();
    for run in runs {
        if let Some(last) = joined.last_mut()
            && run.span.start.saturating_sub(last.span.end) <= GAP_BYTES
        {
            let shared: Vec<Place> = last
                .places
                .iter()
                .filter(|place| run.places.iter().any(|other| other.leaf == place.leaf))
                .copied()
                .collect();
            if !shared.is_empty() {
                last.span = last.span.cover(&run.span);
                last.words += run.words;
                last.places = shared;
                continue;
            }
        }
        joined.push(run);
    }
    joined
}

/// What of the session's content stands in an output.
pub(super) fn quotes(index: &Index, leaves: &[Leaf<'_>]) -> Quotes {
    let mut quotes = Quotes {
        sources: Vec::new(),
        provenance: Vec::new(),
        system: Vec::new(),
        phrases: Vec::new(),
        private: Vec::new(),
        secret: Vec::new(),
        label: Label::bottom(),
        own: false,
        readers: None,
    };
    let mut named = BTreeSet::new();
    for leaf in leaves {
        let mut reading = Reading::new(index, leaf);
        reading.read();
        if let Some(provenance) = reading.provenance() {
            named.extend(index.sources_of(&reading.places));
            quotes.provenance.push(provenance);
        }
        quotes.label = quotes.label.join(&reading.label);
        quotes.own |= reading.own;
        quotes.readers = common(quotes.readers, reading.readers);
        let path = leaf.path;
        let lists = [
            (&mut quotes.system, reading.system),
            (&mut quotes.phrases, reading.phrases),
            (&mut quotes.private, reading.private),
            (&mut quotes.secret, reading.secret),
        ];
        for (list, spans) in lists {
            list.extend(merge(spans).into_iter().map(|span| (path.to_owned(), span)));
        }
    }
    quotes.sources = named.iter().filter_map(|id| index.source(*id).cloned()).collect();
    quotes
}

/// Whether a run of the system prompt's words is more than a phrase of it.
fn recites(index: &Index, run: &Run) -> bool {
    let mut texts = run.places.iter().filter_map(|place| index.arena.leaf(place.leaf));
    run.words >= RECITED_WORDS || texts.any(|leaf| run.span.len() * 2 >= leaf.text.len())
}

/// What of a leaf stands in what the user or the host said, or in what is no secret of the house.
pub(super) fn said(index: &Index, leaf: &Leaf<'_>) -> Vec<Span> {
    let view = &leaf.views.base;
    let folded = view.text().to_ascii_lowercase();
    let is_open = |place: &Place| {
        index.arena.leaf(place.leaf).is_some_and(|leaf| {
            matches!(leaf.kind, SourceKind::System | SourceKind::User)
                || leaf.label.confidentiality <= Confidentiality::Internal
        })
    };
    let classes = [Class::System, Class::Other].into_iter();
    let runs = classes.flat_map(|class| pieces(index, &folded, class, SAID_BYTES));
    let open = runs.filter(|run| run.places.iter().any(is_open));
    merge(open.map(|run| view.origin(run.span)).collect())
}

/// A piece of this many bytes was not said by chance.
const SAID_BYTES: usize = 16;

/// Who may read both of two things; none says nothing.
fn common(a: Option<BTreeSet<String>>, b: Option<BTreeSet<String>>) -> Option<BTreeSet<String>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.intersection(&b).cloned().collect()),
        (a, b) => a.or(b),
    }
}

/// One leaf of an output while it is compared.
struct Reading<'a> {
    index: &'a Index,
    leaf: &'a Leaf<'a>,
    label: Label,
    places: Vec<Place>,
    matched: Match,
    flagged: bool,
    system: Vec<Span>,
    phrases: Vec<Span>,
    private: Vec<Span>,
    secret: Vec<Span>,
    own: bool,
    readers: Option<BTreeSet<String>>,
}

impl<'a> Reading<'a> {
    fn new(index: &'a Index, leaf: &'a Leaf<'a>) -> Self {
        Self {
            index,
            leaf,
            label: Label::bottom(),
            places: Vec::new(),
            matched: Match::Unseen,
            flagged: true,
            system: Vec::new(),
            phrases: Vec::new(),
            private: Vec::new(),
            secret: Vec::new(),
            own: false,
            readers: None,
        }
    }

    fn read(&mut self) {
        for view in self.leaf.views.all() {
            let folded = view.text().to_ascii_lowercase();
            for class in [Class::System, Class::Secret, Class::Other] {
                for run in runs(self.index, &folded, class) {
                    let home = view.origin(run.span);
                    if class == Class::System {
                        let list = if recites(self.index, &run) {
                            &mut self.system
                        } else {
                            &mut self.phrases
                        };
                        list.push(home);
                    }
                    self.take(home, &run.places, Match::Contained);
                }
            }
            for (id, span) in payload::secrets_in(self.index, &folded) {
                if let Some(leaf) = self.index.arena.leaf(id) {
                    let home = view.origin(span);
                    self.secret.push(home);
                    self.take(home, &[leaf.place(id, Span::whole(&leaf.text))], Match::Contained);
                }
            }
            // Addresses and accounts say where an answer is from, though they are no quote.
            for part in super::find::addresses(view.text()) {
                let found = self.index.find_entity(part.kind, &part.form);
                self.note(&found.places, Match::Canonical);
            }
        }
    }

    /// Files a quote under what it stands in.
    fn take(&mut self, span: Span, places: &[Place], matched: Match) {
        for place in places {
            let Some(leaf) = self.index.arena.leaf(place.leaf) else { continue };
            let speaks =
                [SourceKind::User, SourceKind::System, SourceKind::Principal].contains(&leaf.kind);
            if place.secret || leaf.label.confidentiality == Confidentiality::Secret {
                self.secret.push(span);
            } else if leaf.label.confidentiality == Confidentiality::Private && !speaks {
                self.private.push(span);
            } else {
                continue;
            }
            match self.index.sources.get(&leaf.source.0).and_then(|known| known.readers.as_ref()) {
                Some(readers) => {
                    let readers = Some(readers.as_ref().clone());
                    self.readers = common(self.readers.take(), readers);
                }
                None => self.own = true,
            }
        }
        self.note(places, matched);
    }

    fn note(&mut self, places: &[Place], matched: Match) {
        for place in places {
            let Some(leaf) = self.index.arena.leaf(place.leaf) else { continue };
            self.label = self.label.join(&leaf.label);
            if place.secret {
                self.label.confidentiality = Confidentiality::Secret;
            }
            self.flagged &= leaf.flagged;
            self.matched = self.matched.max(matched);
            self.places.push(*place);
        }
    }

    fn provenance(&mut self) -> Option<Provenance> {
        if self.places.is_empty() {
            return None;
        }
        self.index.order(&mut self.places);
        Some(Provenance {
            argument: self.leaf.path.to_owned(),
            role: Role::Payload,
            integrity: Some(self.label.integrity),
            confidentiality: self.label.confidentiality,
            matched: self.matched,
            linked: false,
            granted: false,
            flagged: self.flagged,
            accounted: self.label.integrity >= Integrity::Trusted,
            origins: super::facts::origins(self.index, &self.places),
        })
    }
}
