//! What enters: the input rows of the table of defaults.

use super::{Verdict, hidden, verdict};
use crate::finding::{Category, Finding, Severity};
use crate::source::SourceKind;
use crate::view::Leaf;

/// What the core makes of content of this kind. Findings themselves stay in the decision; flow and
/// policy read them.
#[must_use]
pub fn input(kind: SourceKind, leaves: &[Leaf<'_>], findings: &[Finding]) -> Verdict {
    match kind {
        SourceKind::System | SourceKind::Principal | SourceKind::Schema => Verdict::default(),
        SourceKind::User => {
            let over = findings.iter().any(is_over_limit);
            let limit = if over { over_limit() } else { Verdict::default() };
            limit.join(hidden::strip_invisible(leaves, "user's text"))
        }
        SourceKind::ToolDescription => tool_description(findings),
        SourceKind::ToolResult
        | SourceKind::Retrieved
        | SourceKind::Memory
        | SourceKind::AgentMessage
        | SourceKind::Model
        | SourceKind::Quoted => {
            let what = match kind {
                SourceKind::ToolResult => "tool's result",
                SourceKind::Retrieved => "document",
                SourceKind::Memory => "memory",
                SourceKind::AgentMessage => "agent's message",
                SourceKind::Model => "model's text",
                _ => "quoted text",
            };
            let mut verdict = hidden::strip_invisible(leaves, what);
            verdict = verdict.join(hidden::strip_terminal(leaves, what));
            verdict.flagged = has(findings, Category::Injection);
            verdict
        }
    }
}

fn tool_description(findings: &[Finding]) -> Verdict {
    let mut verdict = Verdict::default();
    if has(findings, Category::Injection) {
        let message = "a tool's description tries to steer the model; the tool is quarantined";
        let threats = ["LLM01", "ASI04", "AML.T0051.001"];
        verdict = Verdict::deny(verdict::reason("tool_injection", message, &threats));
        verdict.flagged = true;
    }
    if has(findings, Category::Tool) {
        let message = "a tool is not what it was when it was reviewed; it is quarantined";
        let changed = verdict::reason("tool_changed", message, &["LLM04", "ASI04"]);
        verdict = verdict.join(Verdict::deny(changed));
    }
    verdict
}

fn has(findings: &[Finding], category: Category) -> bool {
    findings.iter().any(|finding| finding.category == category)
}

/// Whether a size limit was passed. A limit of low severity only ended a deeper look.
pub(super) fn is_over_limit(finding: &Finding) -> bool {
    finding.category == Category::Limit && finding.severity >= Severity::Medium
}

/// The refusal of what is too large to be inspected.
pub(super) fn over_limit() -> Verdict {
    let message = "the content is larger than what can be inspected";
    Verdict::deny(verdict::reason("limit", message, &["LLM06"]))
}
