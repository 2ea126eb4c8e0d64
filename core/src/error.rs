//! One error for the whole library: a kind with a stable code, a message for people, and context.

mod lint;
mod near;

pub use lint::{Lint, LintKind};
pub use near::{did_you_mean, nearest};

use std::fmt;

/// What every fallible function of this library returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, said once for people (`message`) and once for programs (`kind`).
///
/// A refusal is not an error: a verb that could not decide returns a `Decision` with its `error`
/// set. An `Error` is the caller's misuse, or a configuration that cannot be loaded.
///
/// ```
/// use checkrein::{Error, ErrorKind};
/// let error = Error::new(ErrorKind::ValueDuplicateKey, "key `to` stands twice").at("/to");
/// assert_eq!(error.code(), "value/duplicate_key");
/// assert_eq!(error.to_string(), "value/duplicate_key: key `to` stands twice (at: /to)");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    context: Vec<(&'static str, String)>,
}

impl Error {
    /// An error of `kind`; `message` in lower case, no full stop, user input in backticks.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), context: Vec::new() }
    }

    /// Adds where in a value the fault is: a JSON pointer.
    #[must_use]
    pub fn at(self, pointer: impl Into<String>) -> Self {
        self.with("at", pointer)
    }

    /// Adds one fact: a file, a line, a limit, a hint.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.context.push((key, value.into()));
        self
    }

    /// The kind, to match on.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The kind's stable code, the same string in every language.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// The message alone, without code and context.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The added facts, in the order they were added.
    #[must_use]
    pub fn context(&self) -> &[(&'static str, String)] {
        &self.context
    }

    /// The fact called `key`, if it was added.
    #[must_use]
    pub fn fact(&self, key: &str) -> Option<&str> {
        self.context.iter().find(|(k, _)| *k == key).map(|(_, v)| v.as_str())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.message)?;
        for (i, (key, value)) in self.context.iter().enumerate() {
            f.write_str(if i == 0 { " (" } else { ", " })?;
            write!(f, "{key}: {value}")?;
        }
        if self.context.is_empty() { Ok(()) } else { f.write_str(")") }
    }
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal,)*) => {
        /// The kind of an [`Error`]. Codes are never renamed or reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind { $($(#[doc = $doc])* $name,)* }

        impl ErrorKind {
            /// Every kind, in the order of declaration: what a binding's mapping test walks.
            pub const ALL: &'static [ErrorKind] = &[$(ErrorKind::$name,)*];

            /// The stable code: `area/fault`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(ErrorKind::$name => $code,)* }
            }

            /// The kind with this code.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(ErrorKind::$name),)* _ => None }
            }

            /// One sentence: what this kind means.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(ErrorKind::$name => concat!($($doc),*),)* }
            }
        }
    };
}

kinds! {
    /// The handle was closed before this call.
    MisuseClosed = "misuse/closed",
    /// An argument has the wrong type.
    MisuseType = "misuse/type",
    /// An argument has a value that is not allowed.
    MisuseArgument = "misuse/argument",
    /// An id is empty, too long, not NFC, or holds control or bidi characters.
    IdInvalid = "id/invalid",
    /// The text is not UTF-8.
    ValueUtf8 = "value/utf8",
    /// The text is not JSON.
    ValueSyntax = "value/syntax",
    /// An object has the same key twice.
    ValueDuplicateKey = "value/duplicate_key",
    /// A key differs from a declared argument only by case.
    ValueShadowedKey = "value/shadowed_key",
    /// A number is not finite, or too large to be kept exactly.
    ValueNumber = "value/number",
    /// An integer lies beyond 2^53 - 1, so that two parties could read it differently.
    ValueIntegerRange = "value/integer_range",
    /// A string holds a lone surrogate.
    ValueSurrogate = "value/surrogate",
    /// A value has a type that JSON does not have.
    ValueType = "value/type",
    /// A value contains itself.
    ValueCycle = "value/cycle",
    /// A text is longer than the limit `text`.
    LimitText = "limit/text",
    /// A call's arguments are larger than the limit `arguments`.
    LimitArguments = "limit/arguments",
    /// A value is nested deeper than the limit `depth`.
    LimitDepth = "limit/depth",
    /// A value has more leaves than the limit `leaves`.
    LimitLeaves = "limit/leaves",
    /// A session has more sources than the limit `sources`.
    LimitSources = "limit/sources",
    /// A guard has more live sessions than the limit `sessions`.
    LimitSessions = "limit/sessions",
    /// A session has more pending approvals than the limit `pending_approvals`.
    LimitPending = "limit/pending",
    /// A record is larger than the limit `record`.
    LimitRecord = "limit/record",
    /// A bundle is larger than the limit `bundle`.
    LimitBundle = "limit/bundle",
    /// A bundle has more policies than the limits `policies` or `unscoped_policies`.
    LimitPolicies = "limit/policies",
    /// A declared argument is missing or has the wrong type.
    InputType = "input/type",
    /// A call's arguments are not an object.
    InputNotObject = "input/not_object",
    /// A tool's name has characters outside `[A-Za-z0-9_.-]`, or is empty or too long.
    ToolNameInvalid = "tool/name_invalid",
    /// A tool descriptor is not of a known shape.
    ToolDescriptor = "tool/descriptor",
    /// A manifest has a key that it does not know.
    ManifestUnknownKey = "manifest/unknown_key",
    /// A manifest has a value that it does not allow.
    ManifestValue = "manifest/value",
    /// A manifest says something that would not be safe.
    ManifestLint = "manifest/lint",
    /// A policy does not parse.
    PolicyParse = "policy/parse",
    /// A policy does not fit the schema.
    PolicyValidate = "policy/validate",
    /// A policy's text is nested too deeply or too long to be parsed safely.
    PolicyHostile = "policy/hostile",
    /// A policy failed while it was evaluated.
    PolicyEvaluate = "policy/evaluate",
    /// No policy engine answered.
    PolicyEngine = "policy/engine",
    /// A bundle's file is missing or cannot be read.
    BundleFile = "bundle/file",
    /// A bundle's settings are not valid.
    BundleSettings = "bundle/settings",
    /// A bundle's signature is missing, wrong, or by a key that is not trusted.
    BundleSignature = "bundle/signature",
    /// A bundle's revision is older than the one in force.
    BundleRollback = "bundle/rollback",
    /// A layered bundle loosens what a lower layer set.
    BundleLoosens = "bundle/loosens",
    /// A session was changed by others three times while this call was decided.
    SessionContended = "session/contended",
    /// A panic ended this session; its guard goes on.
    SessionPoisoned = "session/poisoned",
    /// The session, its agent, its tool or its tenant was stopped.
    SessionStopped = "session/stopped",
    /// No session or call has this id.
    SessionUnknown = "session/unknown",
    /// A human would have to be asked, and none is there.
    ApprovalNoHuman = "approval/no_human",
    /// No approval has this id.
    ApprovalUnknown = "approval/unknown",
    /// The approval was not answered, or not used, in time.
    ApprovalExpired = "approval/expired",
    /// The digest that came back is not the digest that was shown.
    ApprovalDigest = "approval/digest",
    /// The approval was used, or refused, before.
    ApprovalUsed = "approval/used",
    /// The approver may not answer this: they are the principal.
    ApprovalApprover = "approval/approver",
    /// A decision is past its validity, or of another call.
    DecisionStale = "decision/stale",
    /// A policy asked for an obligation that neither the core nor the host knows.
    ObligationUnknown = "obligation/unknown",
    /// A detector failed or was late.
    DetectorFailed = "detector/failed",
    /// The store did not answer.
    StoreUnavailable = "store/unavailable",
    /// The audit log cannot be written.
    RecordIo = "record/io",
    /// The audit log does not verify.
    RecordCorrupt = "record/corrupt",
    /// A key file is missing, readable by others, or not a key.
    RecordKey = "record/key",
    /// An allowed call's result was never reported.
    CoverageResultMissing = "coverage/result_missing",
    /// A defect in this library; the session it met is poisoned.
    InternalPanic = "internal/panic",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_round_trip() {
        let mut seen = std::collections::HashSet::new();
        for kind in ErrorKind::ALL {
            assert!(seen.insert(kind.code()), "code {} stands twice", kind.code());
            assert_eq!(ErrorKind::from_code(kind.code()), Some(*kind));
            assert!(kind.code().split_once('/').is_some(), "{} has no area", kind.code());
            assert!(!kind.meaning().is_empty());
        }
        assert_eq!(ErrorKind::from_code("no/such"), None);
    }
}
