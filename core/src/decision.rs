//! The answer: outcome, reasons, findings, obligations, provenance.

use crate::digest::Digest;
use crate::error::Error;
use crate::finding::{Category, Finding};
use crate::id::{ApprovalId, CallId, DecisionId, SessionId};
use crate::label::words;
use crate::provenance::Provenance;
use crate::request::Verb;
use crate::source::Source;
use crate::value::Value;

words! {
    /// What the host does. The stricter wins.
    Outcome ("outcome") {
        /// Go on with what was given.
        Allow = "allow",
        /// Go on with what the decision holds instead.
        Modify = "modify",
        /// Ask a human first.
        Ask = "ask",
        /// Do not.
        Deny = "deny",
    }
}

words! {
    /// Whether decisions bind.
    Mode ("mode") {
        /// They do.
        Enforce = "enforce",
        /// They are recorded, and nothing is blocked.
        Monitor = "monitor",
    }
}

/// One rule's part in a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The rule's id.
    pub rule: String,
    /// The policy file or pack it stands in: `baseline`, `core`, a file of the bundle.
    pub policy: String,
    /// What to tell people and the model. Never the value itself: it would teach an attacker.
    pub message: String,
    /// OWASP and MITRE ATLAS ids.
    pub threats: Vec<String>,
}

/// A duty the host must carry out; one it does not know means deny.
#[derive(Debug, Clone, PartialEq)]
pub struct Obligation {
    /// `redact:personal`, `notify`, a host's own.
    pub id: String,
    /// What it needs.
    pub params: Value,
}

impl Obligation {
    /// The obligations that the core carries out itself. Those that redact may name an operator
    /// as well: `redact:personal:hash`.
    pub const KNOWN: &'static [&'static str] =
        &["redact:personal", "redact:secret", "redact:custom", "strip:hidden", "defang:links"];

    /// Whether the core carries out the obligation `id`.
    ///
    /// ```
    /// use checkrein::decision::Obligation;
    /// assert!(Obligation::is_known("redact:personal:replace"));
    /// assert!(!Obligation::is_known("redact:personal:shred"));
    /// ```
    #[must_use]
    pub fn is_known(id: &str) -> bool {
        Self::KNOWN.contains(&id) || redaction(id).is_some()
    }

    /// What it redacts, and how where it says so.
    #[must_use]
    pub fn redacts(&self) -> Option<(Category, Option<Operator>)> {
        let (category, operator) = redaction(&self.id)?;
        let named = self.params.get("operator").and_then(Value::as_str);
        let named = named.and_then(|word| Operator::parse(word).ok());
        Some((category, operator.or(named)))
    }
}

/// Reads `redact:CATEGORY` and `redact:CATEGORY:OPERATOR`.
fn redaction(id: &str) -> Option<(Category, Option<Operator>)> {
    let rest = id.strip_prefix("redact:")?;
    let (category, operator) = match rest.split_once(':') {
        Some((category, operator)) => (category, Some(Operator::parse(operator).ok()?)),
        None => (rest, None),
    };
    let category = Category::parse(category).ok()?;
    Operator::CATEGORIES.contains(&category).then_some((category, operator))
}

words! {
    /// What stands in the place of something that is redacted. The first tells most.
    Operator ("redaction operator") {
        /// A keyed fingerprint, to join on: `[email:3f9a1c0d5e6b7788]`. The same value has the
        /// same one in all sessions of a tenant.
        Hash = "hash",
        /// A number for this value, the same wherever it stands in the session: `[email 1]`.
        Replace = "replace",
        /// What kind of thing it was: `[email]`.
        Mask = "mask",
        /// Nothing.
        Remove = "remove",
    }
}

impl Operator {
    /// What can be redacted.
    pub const CATEGORIES: &'static [Category] =
        &[Category::Secret, Category::Personal, Category::Custom];
}

/// The approval that an `ask` waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingApproval {
    /// Its id.
    pub id: ApprovalId,
    /// What the approver must echo.
    pub digest: Digest,
    /// Milliseconds since the Unix epoch.
    pub expires_at: i64,
    /// What to show a human: rendered from the call, never from the model's words.
    pub text: String,
}

/// Which controls should have run, which did, and which were not needed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Controls {
    /// Due, sorted.
    pub due: Vec<String>,
    /// Ran, sorted.
    pub ran: Vec<String>,
    /// Not due, since the built-in detectors were sure of every text; sorted.
    pub unneeded: Vec<String>,
}

/// The policy in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleRef {
    /// The bundle's name; `baseline` where none was given.
    pub name: String,
    /// Its revision.
    pub revision: u64,
    /// SHA-256 over its files.
    pub hash: Digest,
    /// SHA-256 over the tools known to the guard: changes with `register_tools`.
    pub tools: Digest,
}

/// What a verb answers. `docs/DECISION.md` describes its JSON, which is frozen.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// Which verb.
    pub verb: Verb,
    /// What the host does.
    pub outcome: Outcome,
    /// What it would have been: in monitor mode, or with the rules that are only watched.
    pub would_be: Option<Outcome>,
    /// Whether it binds.
    pub mode: Mode,
    /// The session.
    pub session: SessionId,
    /// The framework's id of the call.
    pub call_id: Option<CallId>,
    /// What may be used; none on ask and deny.
    pub content: Option<Value>,
    /// The arguments to execute; none on ask and deny.
    pub arguments: Option<Value>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What was observed, strictest first.
    pub findings: Vec<Finding>,
    /// Where each argument came from; for outputs, what shaped them.
    pub provenance: Vec<Provenance>,
    /// The sources that `provenance` names, for `explain`. Not in the JSON.
    pub sources: Vec<Source>,
    /// What the host must do.
    pub obligations: Vec<Obligation>,
    /// What an `ask` waits for.
    pub approval: Option<PendingApproval>,
    /// Controls due and run.
    pub controls: Controls,
    /// The policy in force.
    pub bundle: BundleRef,
    /// Set where the verb could not decide: the outcome is the fail mode's.
    pub error: Option<Error>,
}

impl Decision {
    /// Whether the host may go on.
    #[must_use]
    pub fn allowed(&self) -> bool {
        matches!(self.outcome, Outcome::Allow | Outcome::Modify)
    }

    /// For people: what was decided, why, and where each value came from. Invisible characters
    /// are shown as escapes; values of arguments are not shown.
    #[must_use]
    pub fn explain(&self) -> String {
        use std::fmt::Write;
        let mut out = String::new();
        // INVARIANT: writing to a String cannot fail.
        let _ = write!(out, "{}: {}", self.verb, self.outcome);
        if let Some(would_be) = self.would_be {
            let why = match self.mode {
                Mode::Monitor => "monitor mode; would be",
                Mode::Enforce => "with the rules that are only watched it would be",
            };
            let _ = write!(out, " ({why} {would_be})");
        }
        out.push('\n');
        if let Some(error) = &self.error {
            let _ = writeln!(out, "  could not decide: {error}");
        }
        for reason in &self.reasons {
            let _ = write!(out, "  because {} [{}", reason.message, reason.rule);
            let _ = writeln!(out, "{}]", threats(&reason.threats));
        }
        for p in &self.provenance {
            let _ = write!(out, "  {} ({})", show(&p.argument), p.role);
            match p.integrity {
                None => out.push_str(" was found in nothing that was read"),
                Some(integrity) => {
                    let _ = write!(out, " is {integrity}");
                }
            }
            for (i, origin) in p.origins.iter().enumerate() {
                let source = self.sources.iter().find(|s| s.id == origin.source);
                let name = source.map_or_else(|| origin.source.to_string(), Source::describe);
                let _ = write!(out, "{} {}", if i == 0 { ", from" } else { " and" }, show(&name));
                if !origin.path.is_empty() {
                    let _ = write!(out, " {}", show(&origin.path));
                }
                let _ = write!(out, ", line {}", origin.line);
            }
            out.push('\n');
        }
        for finding in &self.findings {
            let Finding { rule, severity, score, path, span, .. } = finding;
            let _ = write!(out, "  found {rule} ({severity}, {score}/1000)");
            let _ = writeln!(out, " at {}[{}..{}]", show(path), span.start, span.end);
        }
        out
    }
}

/// What a plan of several calls is answered with. Nothing is allowed to run by it: each call is
/// authorized when it comes.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanDecision {
    /// Its id.
    pub id: DecisionId,
    /// The strictest of its calls' outcomes.
    pub outcome: Outcome,
    /// One decision a call, in order; none holds arguments to execute.
    pub decisions: Vec<Decision>,
    /// The one question about all calls that ask.
    pub approval: Option<PendingApproval>,
}

/// Text that an attacker may have named, with control and invisible characters escaped.
#[must_use]
pub fn show(text: &str) -> String {
    let plain = |c: char| !c.is_control() && !is_invisible(c);
    if text.chars().all(plain) {
        return text.to_owned();
    }
    text.chars()
        .map(|c| if plain(c) { c.to_string() } else { c.escape_unicode().to_string() })
        .collect()
}

fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0xAD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
        | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F
        | 0xFEFF | 0xFFA0 | 0xFFF9..=0xFFFB | 0xE0000..=0xE0FFF)
}

fn threats(ids: &[String]) -> String {
    if ids.is_empty() { String::new() } else { format!("; {}", ids.join(", ")) }
}
