//! What a detector observed.

use crate::error::{Error, ErrorKind, Result};
use crate::label::words;
use crate::span::Span;
use crate::view::Layer;
use std::borrow::Cow;

words! {
    /// What kind of thing was found.
    Category ("category") {
        /// Text that tries to steer the model.
        Injection = "injection",
        /// A password, key or token.
        Secret = "secret",
        /// Data about a person.
        Personal = "personal",
        /// Something that carries data out.
        Exfiltration = "exfiltration",
        /// A command, query, path or address in an argument.
        Code = "code",
        /// Something a reader does not see.
        Hidden = "hidden",
        /// A size limit was passed.
        Limit = "limit",
        /// A tool that is not what it was.
        Tool = "tool",
        /// A control that should have run and did not.
        Coverage = "coverage",
        /// How the session behaves.
        Behaviour = "behaviour",
        /// A host's own detector.
        Custom = "custom",
    }
}

words! {
    /// How bad it is, if it is what it seems.
    Severity ("severity") {
        /// Worth knowing.
        Info = "info",
        /// Minor.
        Low = "low",
        /// Serious with something else.
        Medium = "medium",
        /// Serious.
        High = "high",
        /// Harm, if it passes.
        Critical = "critical",
    }
}

/// The rule of what a trained model finds, that no rule of words does. It says no reason.
pub(crate) const MODEL: &str = "injection/model";

/// One detector's observation. Never holds the secret it found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id: `injection/override`, `secret/aws_access_key`.
    pub rule: Cow<'static, str>,
    /// What kind of thing.
    pub category: Category,
    /// How bad.
    pub severity: Severity,
    /// How sure, 0 to 1000.
    pub score: u16,
    /// The JSON pointer of the leaf; empty for plain text.
    pub path: String,
    /// Bytes of that leaf.
    pub span: Span,
    /// The encodings that were looked through, outermost first.
    pub through: Vec<Layer>,
    /// OWASP and MITRE ATLAS ids: `LLM01`, `ASI01`, `AML.T0051.001`.
    pub threats: Cow<'static, [&'static str]>,
    /// What a redaction calls it (`email`, `iban`), and for secrets a keyed fingerprint.
    pub kind: Cow<'static, str>,
}

impl Finding {
    /// Orders strictest first, then by place: the order in decisions.
    pub fn order(&self, other: &Finding) -> std::cmp::Ordering {
        (other.severity, other.score)
            .cmp(&(self.severity, self.score))
            .then_with(|| self.path.cmp(&other.path))
            .then_with(|| self.span.cmp(&other.span))
            .then_with(|| self.rule.cmp(&other.rule))
    }
}

/// Between which scores the built-in detectors are unsure whether a text tries to steer the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsure {
    low: u16,
    high: u16,
}

impl Unsure {
    /// From `low` on, and below `high`.
    ///
    /// # Errors
    /// `misuse/argument` unless `low < high <= 1000`.
    ///
    /// ```
    /// use checkrein::finding::Unsure;
    /// let unsure = Unsure::new(200, 800)?;
    /// assert!(unsure.about(Some(200)).unsure && !unsure.about(Some(800)).unsure);
    /// # Ok::<(), checkrein::Error>(())
    /// ```
    pub fn new(low: u16, high: u16) -> Result<Self> {
        if low < high && high <= 1000 {
            return Ok(Self { low, high });
        }
        let message =
            format!("`unsure` is `[low, high]` with low < high <= 1000, not [{low}, {high}]");
        Err(Error::new(ErrorKind::MisuseArgument, message))
    }

    /// What a score means here. A text without one was looked at for other things alone.
    #[must_use]
    pub fn about(self, score: Option<u16>) -> Doubt {
        let unsure = score.is_some_and(|score| (self.low..self.high).contains(&score));
        Doubt { score, unsure }
    }

    /// Whether these thresholds leave all unsure that `other` leaves unsure.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.low <= other.low && self.high >= other.high
    }
}

impl Default for Unsure {
    fn default() -> Self {
        Self { low: 200, high: 700 }
    }
}

impl std::fmt::Display for Unsure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}, {}]", self.low, self.high)
    }
}

/// What the built-in detectors make of a text: how much it looks as if it tried to steer the model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Doubt {
    /// The highest score of what is at least of medium severity, also where it is too low for a
    /// finding; none where nobody looks for this: in arguments, in outputs, in what the host says.
    pub score: Option<u16>,
    /// Whether the score lies between the thresholds, so that a dearer detector is worth its cost.
    pub unsure: bool,
}

/// What a command, program text, query, path or address does, as far as it can be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeFacts {
    /// Programs that would run.
    pub programs: Vec<String>,
    /// Hosts that would be reached, lower case, IP addresses in canonical form.
    pub hosts: Vec<String>,
    /// File paths that would be touched.
    pub paths: Vec<String>,
    /// Whether it destroys data.
    pub destructive: bool,
    /// Whether it changes data at all (SQL other than SELECT).
    pub writes: bool,
    /// Whether it could not be parsed.
    pub unparsed: bool,
    /// Whether it downloads and runs.
    pub download_and_run: bool,
    /// Whether an address leads to this machine or its surroundings (SSRF).
    pub internal_address: bool,
    /// Whether a path climbs out with `..`, or names a sensitive place.
    pub traversal: bool,
}

/// Sorts findings, drops repeats, and keeps the strictest `limit`. Gives those that were dropped.
#[must_use]
pub fn settle(findings: &mut Vec<Finding>, limit: usize) -> Vec<Finding> {
    findings.sort_by(Finding::order);
    findings.dedup_by(|a, b| a.rule == b.rule && a.path == b.path && a.span == b.span);
    if findings.len() > limit { findings.split_off(limit) } else { Vec::new() }
}
