//! What the core itself, without policy, makes of a content: outcome, changes, reasons.

use crate::decision::{Outcome, Reason};
use crate::span::Span;

/// One change of one text leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The JSON pointer of the leaf; empty for plain text.
    pub path: String,
    /// Bytes of the leaf as it was given.
    pub span: Span,
    /// What stands there instead. Never text from the leaf.
    pub with: String,
}

/// What the core makes of a content or a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The strictest of what was found.
    pub outcome: Outcome,
    /// What changes, where the outcome is `modify`.
    pub edits: Vec<Edit>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Whether the content carries instructions that were flagged.
    pub flagged: bool,
}

impl Default for Verdict {
    fn default() -> Self {
        Self { outcome: Outcome::Allow, edits: Vec::new(), reasons: Vec::new(), flagged: false }
    }
}

impl Verdict {
    /// A refusal.
    #[must_use]
    pub fn deny(reason: Reason) -> Self {
        Self { outcome: Outcome::Deny, reasons: vec![reason], ..Self::default() }
    }

    /// A change; nothing where there are no edits.
    #[must_use]
    pub fn modify(edits: Vec<Edit>, reason: Reason) -> Self {
        if edits.is_empty() {
            return Self::default();
        }
        Self { outcome: Outcome::Modify, edits, reasons: vec![reason], flagged: false }
    }

    /// Both: the strictest outcome, all edits, each reason once.
    #[must_use]
    pub fn join(mut self, other: Verdict) -> Verdict {
        self.outcome = self.outcome.max(other.outcome);
        self.edits.extend(other.edits);
        self.reasons = distinct(self.reasons, other.reasons);
        self.flagged |= other.flagged;
        self
    }
}

/// The first list, then what the second adds.
pub(super) fn distinct(mut reasons: Vec<Reason>, more: Vec<Reason>) -> Vec<Reason> {
    for reason in more {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons
}

/// A reason of the core's own.
pub(super) fn reason(rule: &str, message: impl Into<String>, threats: &[&str]) -> Reason {
    Reason {
        rule: format!("core/{rule}"),
        policy: "core".to_owned(),
        message: message.into(),
        threats: threats.iter().map(|&threat| threat.to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modify(rule: &str) -> Verdict {
        let edit = Edit { path: String::new(), span: Span::new(0, 1), with: String::new() };
        Verdict::modify(vec![edit], reason(rule, "why", &["LLM02"]))
    }

    #[test]
    fn verdicts_join_towards_the_stricter() {
        let joined = modify("a").join(Verdict::deny(reason("b", "no", &[]))).join(modify("a"));
        assert_eq!(joined.outcome, Outcome::Deny);
        assert_eq!(joined.edits.len(), 2);
        let rules: Vec<&str> = joined.reasons.iter().map(|r| r.rule.as_str()).collect();
        assert_eq!(rules, ["core/a", "core/b"]);
        assert_eq!(Verdict::default().join(modify("a")), modify("a"));
        assert_eq!(Verdict::modify(Vec::new(), reason("a", "why", &[])), Verdict::default());
    }
}
