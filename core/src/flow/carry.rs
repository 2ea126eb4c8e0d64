//! Labels that leave with a content, value by value, and that come back with it.

use super::canonical::Kind;
use super::entity;
use super::find::{Found, Want};
use super::index::Index;
use super::label::Field;
use super::{Carry, plain, words};
use crate::envelope::{Labels, ValueLabel};
use crate::id::SourceId;
use crate::label::{Confidentiality, Integrity, Label};
use crate::span::Span;
use crate::tool::{Format, Role, ValueType};
use crate::value::Value;
use crate::view::Leaf;
use std::collections::HashMap;

/// Values of one content that have a label of their own; more have that of the rest.
const MAX_VALUES: usize = 256;
/// Bytes of a leaf that is looked up as a whole.
const MAX_WHOLE: usize = 160;
/// Bytes of a word that can be an id.
const MAX_ID: usize = 64;

impl Index {
    /// What is known of a content that this session made, by what it has read. Of what stands
    /// nowhere the model is the author: a colleague, until it has read what anybody could have
    /// written.
    pub(super) fn carry(&self, content: &Value, leaves: &[Leaf<'_>]) -> Carry {
        let quotes = self.quotes(leaves);
        let mut rest = Label::new(self.own_words(), Confidentiality::Private);
        rest.categories.clone_from(&quotes.label.categories);
        let mut values = Values { rest, list: Vec::new(), over: false };
        for (path, span) in &quotes.secret {
            let label = Label { confidentiality: Confidentiality::Secret, ..values.rest.clone() };
            values.add(path, *span, None, label);
        }
        let views: HashMap<&str, &Leaf<'_>> = leaves.iter().map(|leaf| (leaf.path, leaf)).collect();
        content.each_leaf(&mut |path, value| {
            let Some(text) = plain::text_of(value) else { return };
            match views.get(path) {
                Some(leaf) => self.carry_text(leaf, &mut values),
                None => {
                    let number = Want { value_type: ValueType::Number, ..Want::role(Role::Amount) };
                    values.take(self, path, Span::whole(&text), self.find(&text, &number));
                }
            }
        });
        let mut labels = Labels::of(values.rest);
        labels.values = values.list;
        labels.values.sort_by(|a, b| (&a.path, a.span).cmp(&(&b.path, b.span)));
        if values.over {
            labels.rest.confidentiality = Confidentiality::Secret;
        }
        Carry { labels, readers: quotes.readers, sources: quotes.sources }
    }

    /// The label of sources together: of all that was read, where none are named. Secrets of all
    /// that was read are watched for one by one; those of named sources make the whole secret.
    pub(super) fn label_of(&self, sources: Option<&[SourceId]>) -> Label {
        let mut label = match sources {
            None => Label {
                confidentiality: self.read.confidentiality.min(Confidentiality::Private),
                ..self.read.clone()
            },
            Some(ids) => {
                // What was forgotten can have been anything.
                let forgotten = Label::new(Integrity::Untrusted, Confidentiality::Private);
                let of = |id: &SourceId| self.sources.get(&id.0).map_or(&forgotten, |k| &k.label);
                ids.iter().map(of).fold(Label::bottom(), |all, one| all.join(one))
            }
        };
        label.integrity = label.integrity.min(self.own_words());
        label
    }

    /// Whether a source has this number, or had it.
    #[must_use]
    pub fn knows(&self, id: SourceId) -> bool {
        id.0 < self.next_source
    }

    /// What the model's own words are worth.
    fn own_words(&self) -> Integrity {
        if self.is_clean() { Integrity::Peer } else { Integrity::Untrusted }
    }

    fn carry_text(&self, leaf: &Leaf<'_>, values: &mut Values) {
        let view = &leaf.views.base;
        let text = view.text();
        if text.len() <= MAX_WHOLE {
            let found = self.find(text, &Want::role(Role::Value));
            values.take(self, leaf.path, Span::whole(leaf.text), found);
        }
        entity::scan(text, &mut |part| {
            // A number or a date in a text is nobody's: it is found by its field.
            let is_own = matches!(part.kind, Kind::Email | Kind::Url | Kind::Account);
            if is_own {
                let found = self.find_entity(part.kind, &part.form);
                values.take(self, leaf.path, view.origin(part.span), found);
            }
            values.has_room()
        });
        for span in ids(text) {
            let Some(word) = span.of(text).filter(|_| values.has_room()) else { return };
            let whole = self.arena.wholes(&word.to_ascii_lowercase());
            if !whole.is_empty() {
                let found = self.find(word, &Want::role(Role::Value));
                values.take(self, leaf.path, view.origin(span), found);
            }
        }
    }
}

/// Words that can be an id: a digit among them, and not short.
fn ids(text: &str) -> impl Iterator<Item = Span> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.split(move |c: char| !is_part(c)).filter_map(move |word| {
        let digit = word.len() <= MAX_ID && word.bytes().any(|b| b.is_ascii_digit());
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        (digit && !words::is_short(word)).then(|| Span::new(start, start + word.len()))
    })
}

/// The values of a content while they are gathered.
struct Values {
    rest: Label,
    list: Vec<ValueLabel>,
    /// Whether a secret found no room.
    over: bool,
}

impl Values {
    fn has_room(&self) -> bool {
        self.list.len() < MAX_VALUES
    }

    /// Takes a value that is better, or more secret, than the rest.
    fn take(&mut self, index: &Index, path: &str, span: Span, found: Found) {
        let secret = found.confidentiality == Confidentiality::Secret;
        let integrity = found.integrity.filter(|_| !found.flagged).unwrap_or(Integrity::Untrusted);
        if integrity <= self.rest.integrity && !secret {
            return;
        }
        let kind = found.places.iter().find_map(|place| {
            let leaf = index.arena.leaf(place.leaf)?;
            leaf.id_kind.as_deref().map(str::to_owned)
        });
        let label = Label {
            integrity: integrity.max(self.rest.integrity),
            confidentiality: found.confidentiality,
            categories: found.categories,
        };
        self.add(path, span, kind, label);
    }

    fn add(&mut self, path: &str, span: Span, kind: Option<String>, label: Label) {
        if !self.has_room() {
            self.over |= label.confidentiality == Confidentiality::Secret;
            return;
        }
        self.list.push(ValueLabel { path: path.to_owned(), span, kind, label });
    }
}

/// The label of a leaf that came with labels: of what in it has none of its own.
pub(super) fn rest<'a>(labels: &Labels) -> Field<'a> {
    Field::of(labels.rest.clone())
}

/// The label of a value in a leaf, with what its form says.
pub(super) fn own(value: &ValueLabel, numeric: bool) -> Field<'_> {
    let format = numeric.then_some(Format::Number);
    Field { format, id_kind: value.kind.as_deref(), ..Field::of(value.label.clone()) }
}
