//! One part on its way in: its findings, its records, what it quotes.

use super::piece::Marks;
use crate::envelope::Labels;
use crate::finding::Finding;
use crate::flow::arena::Arena;
use crate::flow::canonical::id_key;
use crate::flow::label::{Echo, Field};
use crate::flow::record::{self, Record, Records};
use crate::id::SourceId;
use crate::label::Label;
use crate::source::{Source, SourceKind};
use crate::span::Span;
use crate::tool::Format;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Findings of one leaf that are looked at.
const MAX_FINDINGS: usize = 64;

pub(super) struct Part<'a> {
    pub(super) source: SourceId,
    pub(super) kind: SourceKind,
    pub(super) turn: u32,
    /// Whether there is no room for it: then it taints, and says nothing.
    pub(super) muted: bool,
    pub(super) echo: Echo,
    /// The source of what it quotes.
    pub(super) quoted: Option<Source>,
    /// Whether it holds anything better than untrusted.
    pub(super) strong: bool,
    /// What came with it and was checked.
    pub(super) labels: Option<&'a Labels>,
    /// What all that it said has together.
    pub(super) label: Label,
    /// Pointer and text that its fields were parsed from.
    pub(super) raw: Option<(&'a str, &'a str)>,
    findings: HashMap<&'a str, Vec<&'a Finding>>,
    /// Its records by pointer.
    drafts: BTreeMap<String, Draft>,
    /// Its outermost list items: two of them are already too many to be "the" answer.
    items: BTreeSet<String>,
}

struct Draft {
    id: u32,
    record: Record,
    content: String,
}

impl<'a> Part<'a> {
    pub(super) fn new(source: SourceId, kind: SourceKind) -> Self {
        Self {
            source,
            kind,
            turn: 0,
            muted: false,
            echo: Echo::none(),
            quoted: None,
            strong: false,
            labels: None,
            label: Label::bottom(),
            raw: None,
            findings: HashMap::new(),
            drafts: BTreeMap::new(),
            items: BTreeSet::new(),
        }
    }

    pub(super) fn take_findings(&mut self, findings: &'a [Finding]) {
        for finding in findings {
            let of_leaf = self.findings.entry(finding.path.as_str()).or_default();
            if of_leaf.len() < MAX_FINDINGS {
                of_leaf.push(finding);
            }
        }
    }

    /// What findings say of the leaf at `path`.
    pub(super) fn marks(&self, path: &str, text: &str) -> Marks {
        let mut marks = Marks::default();
        if self.findings.is_empty() {
            return marks;
        }
        let (at, raw) = match self.raw {
            Some((at, raw)) => (at, Some(raw)),
            None => (path, None),
        };
        for finding in self.findings.get(at).into_iter().flatten() {
            match raw {
                None => marks.add(finding, finding.span),
                Some(raw) => {
                    // The finding is in the unparsed text: in this field is what it shows.
                    let Some(shown) = finding.span.of(raw).map(|s| s.trim_matches('"')) else {
                        continue;
                    };
                    if shown.len() >= 4
                        && let Some(start) = text.find(shown)
                    {
                        marks.add(finding, Span::new(start, start + shown.len()));
                    } else if text.len() >= 8 && shown.contains(text) {
                        marks.add(finding, Span::whole(text));
                    }
                }
            }
        }
        marks
    }

    /// Counts the outermost list item that `pointer` stands in, or the record with a key for a
    /// name.
    pub(super) fn see_item(&mut self, pointer: &str, key_end: usize) {
        let named = pointer.get(..key_end).filter(|_| key_end > 0);
        if self.items.len() < 2
            && let Some(item) = record::first_item(pointer).or(named)
            && !self.items.contains(item)
        {
            self.items.insert(item.to_owned());
        }
    }

    /// Notes a trusted field in its record, which is at `home`, and gives that record.
    pub(super) fn note(
        &mut self,
        records: &mut Arc<Records>,
        pointer: &str,
        home: &str,
        folded: &str,
        field: &Field<'_>,
        owned: bool,
    ) -> Option<u32> {
        self.open(records, home)?;
        let draft = self.drafts.get_mut(home)?;
        draft.record.owned |= owned;
        if field.names_record {
            draft.record.names.push(folded.trim().to_owned());
        }
        if let Some(kind) = field.id_kind {
            let value = (kind.to_owned(), folded.trim().to_owned());
            match field.format {
                Some(Format::Id) => draft.record.ids.push(value),
                // A name of another thing, a message's channel, is no id of the message.
                _ if !field.names_record => draft.record.marks.push(value),
                _ => {}
            }
        }
        draft.content.push_str(pointer.strip_prefix(home).unwrap_or(pointer));
        draft.content.push('\n');
        draft.content.push_str(folded);
        draft.content.push('\n');
        Some(draft.id)
    }

    /// Opens the record at `home` and those around it, outermost first.
    fn open(&mut self, records: &mut Arc<Records>, home: &str) -> Option<()> {
        let mut missing = Vec::new();
        let mut at = Some(home);
        while let Some(pointer) = at.filter(|pointer| !self.drafts.contains_key(*pointer)) {
            missing.push(pointer);
            at = record::around(pointer);
        }
        let mut parent = at.and_then(|pointer| self.drafts.get(pointer)).map(|draft| draft.id);
        for pointer in missing.into_iter().rev() {
            let id = Arc::make_mut(records).open(parent)?;
            let draft = Draft { id, record: Record::default(), content: String::new() };
            self.drafts.insert(pointer.to_owned(), draft);
            parent = Some(id);
        }
        Some(())
    }

    /// The outermost list items, two of them at most.
    pub(super) fn items(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(String::as_str)
    }

    /// Says what the records are; `asked` is whether the user's words asked for them, and `sole`
    /// the item that answers.
    pub(super) fn settle_records(
        &mut self,
        records: &mut Arc<Records>,
        arena: &Arena,
        asked: bool,
        sole: Option<&str>,
    ) {
        let is_named =
            |draft: &Draft| !draft.record.names.is_empty() || !draft.record.ids.is_empty();
        // A root with a name is itself the record; else its list items are.
        let root = self.items.is_empty() || self.drafts.get("").is_some_and(is_named);
        for (pointer, draft) in std::mem::take(&mut self.drafts) {
            let mut record = draft.record;
            record.only =
                if root { asked && pointer.is_empty() } else { sole == Some(pointer.as_str()) };
            record.identity = match record.ids.first() {
                Some((kind, value)) => arena.hash(&id_key(kind, value)),
                None => arena.hash(&draft.content),
            };
            Arc::make_mut(records).fill(draft.id, record);
        }
    }
}
