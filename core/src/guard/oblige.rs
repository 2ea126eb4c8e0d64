//! What policy's obligations make the core change: in inputs, in calls' arguments, in outputs.

use super::force::InForce;
use super::session::Session;
use crate::decision::{Obligation, Outcome};
use crate::enforce::{Edit, Operator, Verdict, links, redaction, strip};
use crate::finding::{Category, Finding};
use crate::value::Value;
use crate::view::Leaf;

impl Session {
    /// The edits that `obligations` ask for, as a verdict. What the core does not know is
    /// refused, or left to the host, by `enforce`.
    pub(super) fn obliged(
        &self,
        force: &InForce,
        obligations: &[Obligation],
        findings: &[Finding],
        leaves: &[Leaf<'_>],
    ) -> Verdict {
        let mut edits = Vec::new();
        for obligation in obligations {
            match obligation.id.as_str() {
                "redact:personal" => {
                    edits.extend(self.redacted(Category::Personal, obligation, findings, leaves));
                }
                "redact:secret" => {
                    edits.extend(self.redacted(Category::Secret, obligation, findings, leaves));
                }
                "strip:hidden" => edits.extend(strip(leaves)),
                "defang:links" => edits.extend(links(leaves, findings, &force.bundle.own_hosts)),
                _ => {}
            }
        }
        if edits.is_empty() {
            return Verdict::default();
        }
        Verdict { outcome: Outcome::Modify, edits, ..Verdict::default() }
    }

    fn redacted(
        &self,
        category: Category,
        obligation: &Obligation,
        findings: &[Finding],
        leaves: &[Leaf<'_>],
    ) -> Vec<Edit> {
        let operator = obligation.params.get("operator").and_then(Value::as_str);
        let operator = operator.and_then(|word| Operator::parse(word).ok());
        // Replacements are the same for a value all session long, and for no other session.
        let key = self.guard.inner.fingerprints.derive(self.cell.id.as_str());
        redaction(category, operator.unwrap_or(Operator::Mask), findings, leaves, &key)
    }
}
