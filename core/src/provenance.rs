//! For one argument value or output span: which recorded sources it can have come from.

use crate::id::SourceId;
use crate::label::{Confidentiality, Integrity, words};
use crate::span::Span;
use crate::tool::Role;

words! {
    /// How a value was found again. Orders from weakest to strongest.
    Match ("match") {
        /// Found nowhere: the model made it up, or transformed it.
        Unseen = "unseen",
        /// Its words stand in a text, not in one piece.
        Quoted = "quoted",
        /// It stands in a text, bounded by tokens.
        Contained = "contained",
        /// A value equals it in canonical form: `DE89 3704` and `de893704`.
        Canonical = "canonical",
        /// A whole leaf equals it.
        Exact = "exact",
    }
}

/// One place that a value can have come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Which source.
    pub source: SourceId,
    /// The JSON pointer in it.
    pub path: String,
    /// Bytes of that leaf.
    pub span: Span,
    /// The line in that leaf, counted from 1: for people.
    pub line: u32,
}

/// What is known of one argument leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The JSON pointer of the leaf in the arguments.
    pub argument: String,
    /// What it means.
    pub role: Role,
    /// The best integrity that accounts for it; none where it is unseen.
    pub integrity: Option<Integrity>,
    /// The joined confidentiality of where it was found.
    pub confidentiality: Confidentiality,
    /// How it was found.
    pub matched: Match,
    /// Whether the record it came from is one the user named.
    pub linked: bool,
    /// Whether a human approved this value before.
    pub granted: bool,
    /// Whether every source of it carries an injection finding.
    pub flagged: bool,
    /// Whether by the rules of flow it needs no question.
    pub accounted: bool,
    /// Where it can have come from.
    pub origins: Vec<Origin>,
}
