//! One entry of the tool manifest.

use super::{ByName, Effect, Effects, FailMode, Format, PathPattern, Role, ValueType};
use crate::digest::Digest;
use crate::id::ToolId;
use crate::label::{Confidentiality, Integrity, words};

/// What the manifest says of one tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// Its id.
    pub id: ToolId,
    /// What it does to the world.
    pub effects: Effects,
    /// Who answers for it in the business.
    pub owner_business: Option<String>,
    /// Who answers for it technically.
    pub owner_technical: Option<String>,
    /// What its arguments mean.
    pub arguments: Vec<Argument>,
    /// How far parts of its results can be trusted.
    pub returns: Vec<Return>,
    /// Whether fields that `returns` does not list are labelled by their names.
    pub fields: Option<ByName>,
    /// Whether its string results are JSON, to be labelled by field.
    pub result: ResultShape,
    /// When a write is a send after all: an event that has guests.
    pub external_if: Option<ExternalIf>,
    /// Verbs of which one must stand in the user's words for a destructive call.
    pub intent: Vec<String>,
    /// How often and how much.
    pub limits: Budget,
    /// Hosts it may reach; empty means that nothing is said.
    pub egress: Vec<String>,
    /// Directories its paths must lie under; empty means that nothing is said.
    pub roots: Vec<String>,
    /// Whether its queries may only read.
    pub read_only: bool,
    /// Whether what it executes runs outside this process and its rights.
    pub isolated: bool,
    /// What happens where a call of it cannot be decided.
    pub on_error: FailMode,
    /// SHA-256 of the description's text that was reviewed; another text quarantines the tool.
    pub description_sha256: Option<Digest>,
    /// SHA-256 over the descriptor that was registered, or over the manifest entry.
    pub descriptor: Digest,
    /// Who said all this.
    pub origin: ToolOrigin,
}

words! {
    /// Who described a tool.
    ToolOrigin ("origin") {
        /// A person, in `tools.toml`.
        Declared = "declared",
        /// Inference from a descriptor; marked in decisions and records.
        Inferred = "inferred",
        /// Nobody.
        Unknown = "unknown",
    }
}

words! {
    /// How a tool's string results are read.
    ResultShape ("result") {
        /// As free text.
        Text = "text",
        /// As JSON, by field.
        Json = "json",
        /// As a list of its lines.
        Lines = "lines",
    }
}

/// What one argument means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Where it stands.
    pub path: PathPattern,
    /// What it means.
    pub role: Role,
    /// Its type; of its items, where `list` is set.
    pub value_type: ValueType,
    /// Whether it is a list of that type.
    pub list: bool,
    /// The namespace of an object's id: `email`, `event`.
    pub kind: Option<String>,
    /// Whether it may be missing.
    pub optional: bool,
}

/// How far one field of a result can be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// Which field.
    pub path: PathPattern,
    /// How far it can be trusted, while it fits `format`.
    pub integrity: Integrity,
    /// Who may read it.
    pub confidentiality: Confidentiality,
    /// Its format.
    pub format: Format,
    /// The namespace of an id: `email`, `event`.
    pub kind: Option<String>,
    /// Whether it names the record it stands in.
    pub names_record: bool,
    /// Categories of what stands there.
    pub categories: Vec<String>,
    /// The format of the key at the last `*` of the path, where that key names a record.
    pub key: Option<Format>,
}

/// A condition on an argument: present and not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalIf {
    /// The argument that must be filled.
    pub argument: PathPattern,
}

/// How often a tool may be called, and how much it may move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Budget {
    /// Calls a session.
    pub per_session: Option<i64>,
    /// Calls in any 60 seconds of a session.
    pub per_minute: Option<i64>,
    /// The sum of its amounts, a session, in whole units of the argument.
    pub total: Option<i64>,
    /// The largest single amount.
    pub amount: Option<i64>,
}

impl Tool {
    /// A tool that nobody described: it may do anything.
    #[must_use]
    pub fn unknown(id: ToolId) -> Self {
        let descriptor = Digest::of_parts([b"unknown".as_slice(), id.as_str().as_bytes()]);
        Self {
            id,
            effects: Effects::NONE,
            owner_business: None,
            owner_technical: None,
            arguments: Vec::new(),
            returns: Vec::new(),
            fields: None,
            result: ResultShape::Text,
            external_if: None,
            intent: Vec::new(),
            limits: Budget::default(),
            egress: Vec::new(),
            roots: Vec::new(),
            read_only: false,
            isolated: false,
            on_error: FailMode::Closed,
            description_sha256: None,
            descriptor,
            origin: ToolOrigin::Unknown,
        }
    }

    /// Whether anybody, or inference, described it.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.origin != ToolOrigin::Unknown
    }

    /// The effects of a call with these arguments: `external_if` adds `send`.
    #[must_use]
    pub fn effects_of(&self, arguments: &crate::value::Object) -> Effects {
        use crate::value::Value;
        let filled = self.external_if.as_ref().and_then(|c| c.argument.root()).is_some_and(|key| {
            match arguments.get(key) {
                None | Some(Value::Null) => false,
                Some(Value::String(text)) => !text.is_empty(),
                Some(Value::Array(items)) => !items.is_empty(),
                Some(_) => true,
            }
        });
        if filled { self.effects.with(Effect::Send) } else { self.effects }
    }

    /// The declared argument that governs the leaf at `pointer`, if any: the longest path wins.
    #[must_use]
    pub fn argument_at(&self, pointer: &str) -> Option<&Argument> {
        let covers = self.arguments.iter().filter(|a| {
            a.path.covers(pointer) || {
                // `to` declared as a list governs `/to/0` without saying `to[]`.
                a.path.is_single_key() && a.path.root() == pointer.split('/').nth(1)
            }
        });
        covers.max_by_key(|a| a.path.as_str().len())
    }

    /// The label entry for the field at `pointer` of a result: the longest path that matches.
    #[must_use]
    pub fn return_at(&self, pointer: &str) -> Option<&Return> {
        let matching = self.returns.iter().filter(|r| r.path.matches(pointer));
        matching.max_by_key(|r| r.path.as_str().len())
    }
}
