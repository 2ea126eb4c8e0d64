//! What policy's obligations make the core change: in inputs, in calls' arguments, in outputs.

use super::answer::Draft;
use super::authorize::Asked;
use super::force::InForce;
use super::session::Session;
use crate::decision::{Obligation, Outcome};
use crate::enforce::{Redactor, Verdict, links, strip};
use crate::finding::Finding;
use crate::policy::Answer;
use crate::view::Leaf;

impl Session {
    /// What redacts in this session: by the bundle's operators, and by those that `obligations`
    /// name.
    pub(super) fn redactor<'a>(
        &'a self,
        force: &'a InForce,
        obligations: &[Obligation],
    ) -> Redactor<'a> {
        // What is found in all sessions of a tenant can be joined on, and in no other tenant's.
        let key = self.guard.inner.keys.commitments(&self.cell.principal.tenant);
        Redactor::new(&force.operators, &key, &self.cell.names).obliged(obligations)
    }

    /// What obligations change in a call; nothing of one that does not pass.
    pub(super) fn obliged_call(
        &self,
        force: &InForce,
        answer: &Answer,
        draft: &Draft,
        asked: &Asked<'_>,
    ) -> Verdict {
        if answer.outcome == Outcome::Deny || answer.obligations.is_empty() {
            return Verdict::default();
        }
        let redactor = self.redactor(force, &answer.obligations);
        self.obliged(force, &answer.obligations, &draft.found(), &asked.leaves, &redactor)
    }

    /// The edits that `obligations` ask for, as a verdict. What the core does not know is
    /// refused, or left to the host, by `enforce`.
    pub(super) fn obliged(
        &self,
        force: &InForce,
        obligations: &[Obligation],
        findings: &[Finding],
        leaves: &[Leaf<'_>],
        redactor: &Redactor<'_>,
    ) -> Verdict {
        let mut edits = Vec::new();
        for obligation in obligations {
            match obligation.id.as_str() {
                "strip:hidden" => edits.extend(strip(leaves)),
                "defang:links" => edits.extend(links(leaves, findings, &force.bundle.own_hosts)),
                _ => {
                    if let Some((category, _)) = obligation.redacts() {
                        edits.extend(redactor.edits(category, findings, leaves));
                    }
                }
            }
        }
        if edits.is_empty() {
            return Verdict::default();
        }
        Verdict { outcome: Outcome::Modify, edits, ..Verdict::default() }
    }
}
