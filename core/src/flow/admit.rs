//! Takes content into the index: labels each leaf, splits what is quoted, opens records.

mod answer;
mod part;
mod piece;

use super::arena::Leaf as Kept;
use super::arena::{Tier, line_steps};
use super::canonical::{self, Kind};
use super::index::{Index, MAX_MADE};
use super::label::{self, Field, Names};
use super::{Incoming, carry, plain, quoted, record, rules};
use crate::content::Body;
use crate::envelope::ValueLabel;
use crate::id::SourceId;
use crate::label::Confidentiality;
use crate::principal::Principal;
use crate::source::{Source, SourceKind};
use crate::span::Span;
use crate::tool::{Effect, Format, ResultShape, Role};
use crate::value::Value;
use crate::view::Leaf;
pub(super) use answer::each_argument;

use answer::Answer;
use part::Part;
use piece::{Marks, Piece};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A value of a content: its pointer in the part, and behind the part's prefix.
#[derive(Clone, Copy)]
struct At<'a> {
    pointer: &'a str,
    path: &'a str,
    /// Where in the pointer a key ends that names the record; 0 without one.
    key_end: usize,
    /// Whether it is that key, and not what stands there.
    is_key: bool,
}

impl<'a> At<'a> {
    fn new(pointer: &'a str, path: &'a str) -> Self {
        Self { pointer, path, key_end: 0, is_key: false }
    }

    /// The pointer of the record that it stands in: the nearest item of a list or named by its
    /// key, or the whole.
    fn row(&self) -> &'a str {
        let end = record::home(self.pointer).len().max(self.key_end);
        self.pointer.get(..end).unwrap_or_default()
    }
}

impl Index {
    pub(super) fn admit_principal(&mut self, principal: &Principal) {
        let known = &principal.user.known;
        let lists =
            [(&known.email, None), (&known.account, Some(Format::Account)), (&known.name, None)];
        if lists.iter().all(|(list, _)| list.is_empty()) {
            return;
        }
        let source = self.add_source(source_of(SourceKind::Principal));
        let mut part = Part::new(source.id, SourceKind::Principal);
        let values =
            lists.iter().flat_map(|(list, format)| list.iter().map(|text| (text, *format)));
        for (number, (text, format)) in values.enumerate() {
            let value = Value::from(text.as_str());
            let mut field = Field::of(SourceKind::Principal.label());
            field.format = format;
            let path = format!("/{number}");
            self.take_value(&mut part, At::new(&path, &path), &value, None, field);
        }
        self.close(&part);
    }

    pub(super) fn admit_part(&mut self, incoming: &Incoming<'_>) -> Vec<Source> {
        // What the call's arguments are worth is asked before its result says them again.
        let answer = Answer::of(self, incoming);
        let tool = incoming.call.map(|call| &call.tool).or(incoming.tool.map(|tool| &tool.id));
        let source = self.add_source(Source {
            name: incoming.name.map(str::to_owned),
            uri: incoming.uri.map(str::to_owned),
            tool: tool.cloned(),
            call_id: incoming.call.and_then(|call| call.call_id.clone()),
            turn: incoming.turn,
            about: answer.about,
            ..source_of(incoming.kind)
        });
        if let Some(known) = self.sources.get_mut(&source.id.0).map(Arc::make_mut) {
            known.hosts = answer.hosts;
            known.asked = answer.arguments;
            known.plain = answer.plain;
            known.listed = answer.listed;
            known.readers = incoming.labels.and_then(|l| l.readers.clone()).map(Arc::new);
            known.made = label::manifest(incoming).is_some_and(|t| t.effects.has(Effect::Write));
        }
        let mut part = Part::new(source.id, incoming.kind);
        part.echo = answer.echo;
        part.turn = incoming.turn;
        part.labels = incoming.labels;
        part.muted = !self.sources.contains_key(&source.id.0);
        part.take_findings(incoming.findings);
        let parsed = self.parse(incoming);
        match (incoming.body, &parsed) {
            (Body::Opaque { .. }, _) => {
                self.opaque = true;
                part.label = incoming.kind.label();
                self.set_tainted();
            }
            (Body::Text(text), Some(value)) => {
                part.raw = Some((incoming.prefix, text));
                self.take_json(&mut part, incoming, value);
            }
            (Body::Json(value), _) => self.take_json(&mut part, incoming, value),
            (Body::Text(text), None) => {
                let value = Value::from(text.as_str());
                let mut names = Names::default();
                let manifest = label::manifest(incoming);
                let field = label::field(part.kind, manifest, "", &value, &mut names);
                let leaf = incoming.leaves.iter().find(|leaf| leaf.path == incoming.prefix);
                self.take_value(&mut part, At::new("", incoming.prefix), &value, leaf, field);
            }
        }
        self.remember_made(incoming);
        self.close(&part);
        let sole = if answer.asked { self.sole_item(&part, incoming.prefix) } else { None };
        part.settle_records(&mut self.records, &self.arena, answer.asked, sole.as_deref());
        std::iter::once(source).chain(part.quoted).collect()
    }

    /// The value in a result that its manifest says is JSON, or lines. No other text is read by
    /// field: a mail body could forge trusted ones.
    fn parse(&self, incoming: &Incoming<'_>) -> Option<Value> {
        let tool = label::manifest(incoming)?;
        let Body::Text(text) = incoming.body else { return None };
        match tool.result {
            _ if tool.returns.is_empty() && tool.fields.is_none() => None,
            ResultShape::Text => None,
            ResultShape::Json => Value::parse(text.as_bytes(), &self.limits).ok(),
            ResultShape::Lines => {
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                let lines = lines.enumerate().map(|(number, line)| match line.split_once(": ") {
                    // `Hotels in Paris: Inn` is a heading before the first one.
                    Some((_, first)) if number == 0 => first,
                    _ => line,
                });
                let lines: Vec<Value> =
                    lines.take(self.limits.leaves + 1).map(Value::from).collect();
                (lines.len() <= self.limits.leaves).then_some(Value::Array(lines))
            }
        }
    }

    fn take_json(&mut self, part: &mut Part<'_>, incoming: &Incoming<'_>, value: &Value) {
        let manifest = label::manifest(incoming);
        let leaves: HashMap<&str, &Leaf<'_>> = if part.raw.is_some() {
            HashMap::new()
        } else {
            incoming.leaves.iter().map(|leaf| (leaf.path, leaf)).collect()
        };
        if part.kind.taints() && label::has_odd_key(value) {
            self.set_tainted();
        }
        let (mut names, mut keys) = (Names::default(), HashSet::new());
        value.each_leaf(&mut |pointer, leaf| {
            let field = label::field(part.kind, manifest, pointer, leaf, &mut names);
            let path = match incoming.prefix {
                "" => Cow::Borrowed(pointer),
                prefix => Cow::Owned(format!("{prefix}{pointer}")),
            };
            let mut at = At::new(pointer, &path);
            if let Some((end, format)) = field.key.filter(|(end, _)| label::is_name(pointer, *end))
            {
                at.key_end = end;
                self.take_key(part, at, format, &field, &mut keys);
            }
            part.see_item(at.pointer, at.key_end);
            let view = leaves.get(&*path).copied();
            self.take_value(part, at, leaf, view, field);
        });
    }

    /// Takes a key that names a record, once.
    fn take_key(
        &mut self,
        part: &mut Part<'_>,
        at: At<'_>,
        format: Format,
        field: &Field<'_>,
        keys: &mut HashSet<String>,
    ) {
        let Some(pointer) = at.pointer.get(..at.key_end) else { return };
        if !keys.insert(pointer.to_owned()) {
            return;
        }
        let prefix = at.path.len() - at.pointer.len();
        let path = at.path.get(..prefix + at.key_end).unwrap_or(at.path);
        let at = At { pointer, path, is_key: true, ..at };
        let (key, field) = label::key(pointer, format, field);
        self.take_value(part, at, &key, None, field);
    }

    /// Takes one value with its label.
    fn take_value(
        &mut self,
        part: &mut Part<'_>,
        at: At<'_>,
        value: &Value,
        leaf: Option<&Leaf<'_>>,
        mut field: Field<'_>,
    ) {
        let Some(text) = plain::text_of(value) else {
            if label::taints(part.kind, field.label.integrity, value) {
                self.set_tainted();
            }
            return;
        };
        if part.kind == SourceKind::System {
            self.add_system(&text);
        }
        let own;
        let view = match leaf {
            Some(leaf) => &leaf.views.base,
            None => {
                own = plain::view(&text);
                &own
            }
        };
        let folded = view.text().to_ascii_lowercase();
        let values = part.labels.map_or(&[][..], |labels| labels.at(at.path));
        if let Some(labels) = part.labels {
            field = carry::rest(labels);
        }
        field.label.integrity = part.echo.bound(&folded, field.label.integrity);
        if label::taints(part.kind, field.label.integrity, value) {
            self.set_tainted();
        }
        let from_outside = [SourceKind::ToolResult, SourceKind::Retrieved, SourceKind::Memory]
            .contains(&part.kind);
        self.sensitive |= from_outside
            && !text.is_empty()
            && field.label.confidentiality >= Confidentiality::Private;
        // What was found is in the value.
        let mut marks = if at.is_key { Marks::default() } else { part.marks(at.path, &text) };
        marks.suspicious |= part.labels.is_some_and(|labels| labels.foreign);
        let secret = |value: &&ValueLabel| value.label.confidentiality == Confidentiality::Secret;
        marks.hide(values.iter().filter(secret).map(|value| value.span));
        let piece = Piece::new(value, &text, view, &folded, marks);
        match part.kind {
            // What the model said grounds nothing, and is not worth finding again.
            SourceKind::Model if part.labels.is_none() => {}
            SourceKind::User | SourceKind::System => self.take_words(part, at, &piece, &field),
            _ => {
                self.take_piece(part, at, &piece, Span::whole(&folded), &field, false);
                let better = |v: &&ValueLabel| v.label.integrity > field.label.integrity;
                for value in values.iter().filter(better) {
                    let own = carry::own(value, piece.is_number());
                    let span = piece.seen(value.span).unwrap_or_default();
                    self.take_piece(part, at, &piece, span, &own, false);
                }
            }
        }
    }

    /// Takes what a user or the system says: their own words, and apart from them what they quote.
    fn take_words(&mut self, part: &mut Part<'_>, at: At<'_>, text: &Piece<'_>, field: &Field<'_>) {
        let mut from = 0;
        for quote in quoted::spans(text.folded, &text.injections()) {
            self.take_piece(part, at, text, Span::new(from, quote.start), field, false);
            if part.quoted.is_none() {
                let child = Source {
                    parent: Some(part.source),
                    turn: part.turn,
                    ..source_of(SourceKind::Quoted)
                };
                part.quoted = Some(self.add_source(child));
            }
            self.set_tainted();
            let anybodys = Field::of(SourceKind::Quoted.label());
            self.take_piece(part, at, text, quote, &anybodys, true);
            from = quote.end;
        }
        self.take_piece(part, at, text, Span::new(from, text.folded.len()), field, false);
    }

    /// Takes `span` of a text as one leaf.
    fn take_piece(
        &mut self,
        part: &mut Part<'_>,
        at: At<'_>,
        text: &Piece<'_>,
        span: Span,
        field: &Field<'_>,
        is_quote: bool,
    ) {
        let Some(folded) = span.of(text.folded).filter(|text| !text.trim().is_empty()) else {
            return;
        };
        part.label = part.label.join(&field.label);
        if part.muted {
            return;
        }
        let quoted = part.quoted.as_ref().filter(|_| is_quote).map(|source| source.id);
        let kind = if is_quote { SourceKind::Quoted } else { part.kind };
        let tier = Tier::of(field.label.integrity);
        let in_record = tier == Tier::Trusted && kind == SourceKind::ToolResult;
        let record = if in_record && self.has_room_for_records() {
            let owned = self.names_principal(folded);
            part.note(&mut self.records, at.pointer, at.row(), folded, field, owned)
        } else {
            None
        };
        // The user's own words are never suspicious: a finding in them made a quote.
        let own_words = matches!(kind, SourceKind::User | SourceKind::System);
        let leaf = Kept {
            source: quoted.unwrap_or(part.source),
            kind,
            path: Arc::from(at.path),
            row_end: (at.path.len() - at.pointer.len() + at.row().len())
                .max(record::home(at.path).len()),
            is_key: at.is_key,
            text: Arc::from(folded),
            home: text.home(span),
            first_line: text.line_at(span.start),
            label: field.label.clone(),
            id_kind: field.id_kind.map(Arc::from),
            numeric: text.is_number() || field.format == Some(Format::Number),
            record,
            flagged: text.marks.suspicious && !own_words,
            secrets: text.secrets(span),
            lines: line_steps(folded),
        };
        let values = text.values(span, field, tier, leaf.numeric);
        let is_users = kind == SourceKind::User;
        if is_users {
            self.memory.said.take(part.turn, text.original(span));
        }
        for (key, _) in values.iter() {
            match canonical::split_key(key) {
                Some((Kind::Email, form)) if kind != SourceKind::Principal => {
                    if !self.memory.names.knows(form) {
                        let names = Arc::make_mut(&mut self.memory.names);
                        names.learn(form, self.limits.arena / 8);
                    }
                    if is_users {
                        self.memory.said.take_literal(part.turn, Kind::Email, form);
                    }
                }
                Some((kind @ (Kind::Url | Kind::Account | Kind::Time), form)) if is_users => {
                    self.memory.said.take_literal(part.turn, kind, form);
                }
                _ => {}
            }
        }
        let is_strong = tier != Tier::Weak;
        let kept = self.arena.add(leaf, values.iter()).is_some();
        part.strong |= kept && is_strong;
    }

    /// Writes down which leaves are whose, and whether they may be forgotten.
    fn close(&mut self, part: &Part<'_>) {
        let end = self.arena.next();
        self.read = self.read.join(&part.label);
        let mut close = |id: SourceId, may_go: bool| {
            let Some(known) = self.sources.get_mut(&id.0).map(Arc::make_mut) else { return };
            known.leaves.1 = end;
            known.label = part.label.clone();
            if may_go {
                self.forgettable.push_back(id.0);
            }
        };
        let speaks =
            [SourceKind::User, SourceKind::System, SourceKind::Principal].contains(&part.kind);
        close(part.source, !speaks && !part.strong);
        if let Some(quoted) = &part.quoted {
            close(quoted.id, true);
        }
    }

    /// Paths that the call wrote, and what it used, are known from now on.
    fn remember_made(&mut self, incoming: &Incoming<'_>) {
        let (Some(tool), Some(call)) = (incoming.tool, incoming.call) else { return };
        if incoming.is_error || tool.effects.only_reads() || tool.id != call.tool {
            return;
        }
        let writes = tool.effects.has(Effect::Write);
        each_argument(call, &mut |pointer, value| {
            let role = tool.argument_at(pointer).map(|argument| argument.role);
            if let Some(role @ (Role::Destination | Role::Object)) = role
                && let Some(text) = plain::text_of(value)
            {
                let folded = plain::view(&text).text().to_ascii_lowercase();
                for what in [folded.as_str(), rules::ANY_USE] {
                    let used = rules::use_of(&self.arena, tool.id.as_str(), role, what);
                    self.memory.use_up(used);
                }
            }
            if writes
                && role == Some(Role::Path)
                && let Some(path) = value.as_str().and_then(canonical::path)
                && self.made.len() < MAX_MADE
            {
                Arc::make_mut(&mut self.made).insert(path);
            }
        });
    }
}

/// A source of this kind, not numbered yet.
fn source_of(kind: SourceKind) -> Source {
    Source {
        id: SourceId(0),
        kind,
        name: None,
        uri: None,
        tool: None,
        call_id: None,
        parent: None,
        turn: 0,
        about: None,
    }
}
