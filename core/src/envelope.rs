//! Labels that travel with a content: what is known of it where it is read again.

use crate::digest::Digest;
use crate::id::{AgentId, TenantId};
use crate::label::{Confidentiality, Integrity, Label, words};
use crate::source::SourceKind;
use crate::span::Span;
use std::collections::BTreeSet;

words! {
    /// What an envelope is sealed for.
    Purpose ("purpose") {
        /// Something to remember: it may be read again and again.
        Memory = "memory",
        /// A message to another agent: it is read once.
        Message = "message",
        /// What a sub-agent answers: it is read once.
        Result = "result",
    }
}

impl Purpose {
    /// Whether content of this kind of source may come in such an envelope.
    #[must_use]
    pub fn fits(self, kind: SourceKind) -> bool {
        match self {
            Purpose::Memory => matches!(kind, SourceKind::Memory | SourceKind::Retrieved),
            Purpose::Message => kind == SourceKind::AgentMessage,
            Purpose::Result => matches!(kind, SourceKind::AgentMessage | SourceKind::ToolResult),
        }
    }

    /// Whether it can be opened once only.
    #[must_use]
    pub fn is_once(self) -> bool {
        self != Purpose::Memory
    }
}

/// A value in a content that has a label of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueLabel {
    /// The JSON pointer of its leaf; empty for text.
    pub path: String,
    /// Its bytes in that leaf.
    pub span: Span,
    /// The namespace, where it is an id: `event`, `file`.
    pub kind: Option<String>,
    /// Its label.
    pub label: Label,
}

/// What is known of a content, value by value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// The label of everything that has none of its own.
    pub rest: Label,
    /// Values that are better, or more secret, than the rest; sorted by path, then place.
    pub values: Vec<ValueLabel>,
    /// Users who may read what is private in it; none where it says nothing.
    pub readers: Option<BTreeSet<String>>,
    /// Whether it is another tenant's: nothing in it may serve anybody.
    pub foreign: bool,
}

impl Labels {
    /// Labels of a content without values of their own.
    #[must_use]
    pub fn of(rest: Label) -> Self {
        Self { rest, values: Vec::new(), readers: None, foreign: false }
    }

    /// Labels of what belongs to another tenant.
    #[must_use]
    pub fn foreign() -> Self {
        let rest = Label::new(Integrity::Untrusted, Confidentiality::Secret);
        Self { readers: Some(BTreeSet::new()), foreign: true, ..Self::of(rest) }
    }

    /// Nothing in it is better than `integrity`.
    pub fn cap(&mut self, integrity: Integrity) {
        self.rest.integrity = self.rest.integrity.min(integrity);
        for value in &mut self.values {
            value.label.integrity = value.label.integrity.min(integrity);
        }
    }

    /// The values of the leaf at `path`.
    #[must_use]
    pub fn at(&self, path: &str) -> &[ValueLabel] {
        let from = self.values.partition_point(|value| value.path.as_str() < path);
        let to = self.values.partition_point(|value| value.path.as_str() <= path);
        self.values.get(from..to).unwrap_or_default()
    }
}

/// A source that what is sealed came from, as the reader may be told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Its kind.
    pub kind: SourceKind,
    /// How people read it: `read_file(bill.txt)`.
    pub what: String,
}

/// What is sealed beside a content. The content itself is not in it: its digest is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Which key sealed it.
    pub key: String,
    /// Whose it is.
    pub tenant: TenantId,
    /// Which agent sealed it.
    pub agent: AgentId,
    /// What for.
    pub purpose: Purpose,
    /// The agents that may open it; any of the tenant where none are named.
    pub audience: Option<Vec<AgentId>>,
    /// 128 random bits, as hexadecimal.
    pub nonce: String,
    /// When it was sealed, ms since the epoch.
    pub issued_ms: i64,
    /// Until when it may be opened; for ever where none is given.
    pub expires_ms: Option<i64>,
    /// SHA-256 of the content's RFC 8785 JSON.
    pub digest: Digest,
    /// What is known of the content.
    pub labels: Labels,
    /// Where it came from.
    pub sources: Vec<Origin>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_their_leaf() {
        let value = |path: &str, start| ValueLabel {
            path: path.to_owned(),
            span: Span::new(start, start + 1),
            kind: None,
            label: Label::bottom(),
        };
        let mut labels = Labels::of(Label::bottom());
        labels.values = vec![value("", 0), value("/a", 0), value("/a", 4), value("/b", 0)];
        assert_eq!(labels.at("/a").len(), 2);
        assert_eq!((labels.at("").len(), labels.at("/c").len()), (1, 0));
        labels.cap(Integrity::Peer);
        assert!(labels.values.iter().all(|value| value.label.integrity == Integrity::Peer));
    }

    #[test]
    fn purposes_fit_the_sources_that_they_are_for() {
        assert!(Purpose::Memory.fits(SourceKind::Memory) && !Purpose::Memory.is_once());
        assert!(!Purpose::Memory.fits(SourceKind::AgentMessage));
        assert!(!Purpose::Message.fits(SourceKind::User) && Purpose::Message.is_once());
        assert!(Purpose::Result.fits(SourceKind::ToolResult));
    }
}
