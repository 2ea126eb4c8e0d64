//! Reasoning and plans that follow what an untrusted source says. Where that is, flow knows.

use super::registry::RuleInfo;
use crate::finding::{Category, Finding, Severity};
use crate::span::Span;
use std::borrow::Cow;

const DRIFT: &[&str] = &["LLM01", "ASI01", "AML.T0051.001"];

pub(super) const RULES: &[RuleInfo] = &[INSTRUCTION, RECIPIENT, TOOL];

const INSTRUCTION: RuleInfo = rule(
    "behaviour/instruction",
    "Reasoning or a plan takes over an instruction that stands in an untrusted source.",
);
const RECIPIENT: RuleInfo = rule(
    "behaviour/recipient",
    "Reasoning or a plan names an address or account that only an instruction of an untrusted source names.",
);
const TOOL: RuleInfo = rule(
    "behaviour/tool",
    "Reasoning or a plan names a tool that only an instruction of an untrusted source names.",
);

const fn rule(id: &'static str, meaning: &'static str) -> RuleInfo {
    let (category, severity) = (Category::Behaviour, Severity::High);
    RuleInfo { id, category, severity, score: 900, threats: DRIFT, meaning }
}

/// What follows an untrusted source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// Words of an instruction.
    Instruction,
    /// A recipient.
    Recipient,
    /// A tool.
    Tool,
}

/// It as a finding: surer, and worse, where the source is one that detectors suspect.
#[must_use]
pub fn finding(followed: Followed, path: &str, span: Span, suspected: bool) -> Finding {
    let rule = match followed {
        Followed::Instruction => &INSTRUCTION,
        Followed::Recipient => &RECIPIENT,
        Followed::Tool => &TOOL,
    };
    let (severity, score) = match suspected {
        true => (rule.severity, rule.score),
        false => (Severity::Medium, 600),
    };
    Finding {
        rule: Cow::Borrowed(rule.id),
        category: rule.category,
        severity,
        score,
        path: path.to_owned(),
        span,
        through: Vec::new(),
        threats: Cow::Borrowed(rule.threats),
        kind: Cow::Borrowed("drift"),
    }
}
