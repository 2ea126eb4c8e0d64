//! Where every value came from.
//!
//! An [`Index`] holds one session's provenance. Content is admitted to it leaf by leaf, each with
//! a label; a call's arguments are traced back to the sources they can have come from, and each
//! gets an answer to one question: is it accounted for, or must somebody be asked?
//!
//! The parts, from text to answer: `words` and `entity` read a text, `canonical` gives values a
//! form in which equals are equal, `format` and `label` say how far a field can be trusted,
//! `quoted` splits a user's words from what they quote, `arena` stores it all under hard bounds,
//! `admit` fills it, `record` knows which record the user named, `find` looks a value up, `role`
//! decides per role, `trace` puts the question together, `quotes` reads outputs, `reach` compares
//! a call with what its manifest says that it may touch, `drift` reads reasoning and plans, `carry` labels what leaves for memory or
//! another agent, `canary` knows what other tenants sealed. Between `trace::judge` and `facts` stand
//! the `rules` that relieve a question or tighten an answer, one small file each.

mod admit;
mod arena;
mod canary;
mod canonical;
mod carry;
mod drift;
mod entity;
mod facts;
mod find;
mod format;
mod index;
mod intent;
mod label;
mod payload;
mod plain;
mod quoted;
mod quotes;
mod reach;
mod record;
mod role;
mod rules;
mod trace;
mod words;

#[cfg(test)]
mod tests;

pub use canary::Canaries;
pub use index::Index;
pub use rules::{Rules, Ruling};

use crate::approval::Grant;
use crate::content::Body;
use crate::envelope::Labels;
use crate::finding::{CodeFacts, Finding};
use crate::label::Label;
use crate::principal::Trust;
use crate::provenance::Provenance;
use crate::request::{FlowFacts, RoleFacts};
use crate::source::{Source, SourceKind};
use crate::span::Span;
use crate::tool::{Effects, Tool, ToolCall};
use crate::view::Leaf;
use std::collections::BTreeSet;

/// What a session has read so far. It never gets better by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Taint {
    /// Nothing that anybody could have written.
    Clean,
    /// Untrusted content.
    Tainted,
    /// Nobody can say: the session's history is lost. As tainted, and incomplete.
    Unknown,
}

/// Where a model's reasoning or plan follows text that anybody could have written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// JSON pointer of the leaf.
    pub path: String,
    /// Bytes of it.
    pub span: Span,
    /// What stands there.
    pub kind: DriftKind,
    /// Whether detectors suspect the text that it comes from.
    pub flagged: bool,
}

/// What in reasoning or a plan comes from untrusted text alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriftKind {
    /// Words of an instruction.
    Instruction,
    /// An address or account that an instruction names.
    Recipient,
    /// A tool that an instruction names.
    Tool,
}

/// One part of a content on its way into a session.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// What kind of source it comes from.
    pub kind: SourceKind,
    /// What the host calls the source.
    pub name: Option<&'a str>,
    /// Where the source lies.
    pub uri: Option<&'a str>,
    /// The tool whose result it is.
    pub tool: Option<&'a Tool>,
    /// The authorized call that it answers; without one no manifest label holds.
    pub call: Option<&'a ToolCall>,
    /// The session's turn.
    pub turn: u32,
    /// What it says.
    pub body: &'a Body,
    /// What stands before the pointers of `leaves` and `findings`.
    pub prefix: &'a str,
    /// Its text leaves with their views.
    pub leaves: &'a [Leaf<'a>],
    /// What detectors found in them.
    pub findings: &'a [Finding],
    /// Whether it is a tool's error: text that anybody could have written.
    pub is_error: bool,
    /// What came with it and was checked: it takes the place of every other label.
    pub labels: Option<&'a Labels>,
}

/// A call whose arguments are to be traced.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Which tool.
    pub tool: &'a Tool,
    /// The call.
    pub call: &'a ToolCall,
    /// What it does, `external_if` included.
    pub effects: Effects,
    /// The text leaves of its arguments with their views.
    pub leaves: &'a [Leaf<'a>],
    /// What command, code, query, path and address arguments do, by pointer.
    pub code: &'a [(String, CodeFacts)],
    /// Values that a human approved in this session.
    pub grants: &'a BTreeSet<Grant>,
    /// How the user stands to the agent's owner.
    pub trust: Trust,
    /// Which rules of flow are on.
    pub rules: &'a Rules,
}

/// Where the arguments of a call came from, and whether they need a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// For policy: facts of the whole call, by role.
    pub flow: FlowFacts,
    /// For policy: facts by top-level argument, sorted by name.
    pub args: Vec<(String, RoleFacts)>,
    /// One entry an argument leaf, in the order of the arguments.
    pub provenance: Vec<Provenance>,
    /// The sources that the entries name, by id.
    pub sources: Vec<Source>,
    /// Whether the manifest names the hosts the tool may reach, and the call reaches another.
    pub egress_breach: bool,
    /// Whether the manifest names directories, and the call leaves them.
    pub root_breach: bool,
    /// Whether the tool may only read, and the call would write or cannot be read.
    pub write_breach: bool,
    /// What the rules of flow relieved or asked, in order.
    pub rulings: Vec<Ruling>,
}

/// What of a session's content stands in an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotes {
    /// The sources it holds something of, by id: its influence set as far as text shows it.
    pub sources: Vec<Source>,
    /// One entry a leaf that holds something.
    pub provenance: Vec<Provenance>,
    /// Pointers and bytes of what recites the system prompt.
    pub system: Vec<(String, Span)>,
    /// Pointers and bytes of phrases that the system prompt has as well: an agent that explains
    /// its house's rules uses their words.
    pub phrases: Vec<(String, Span)>,
    /// Pointers and bytes of what stands in private data from tools, documents and memory.
    pub private: Vec<(String, Span)>,
    /// Pointers and bytes of what stands in secret data.
    pub secret: Vec<(String, Span)>,
    /// The joined label of all that stands in it.
    pub label: Label,
    /// Whether what is private in it came in with this session's own content.
    pub own: bool,
    /// Who may read what is private in it and came with readers; none where nothing did.
    pub readers: Option<BTreeSet<String>>,
}

/// What is known of a content that a session made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carry {
    /// Its labels, value by value.
    pub labels: Labels,
    /// Who may read what is private in it and came with readers; none where nothing did.
    pub readers: Option<BTreeSet<String>>,
    /// The sources that it holds something of, by id.
    pub sources: Vec<Source>,
}
