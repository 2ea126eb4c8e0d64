//! What policy's obligations make the core change: in inputs, in calls' arguments, in outputs.

use super::answer::Draft;
use super::authorize::Asked;
use super::force::InForce;
use super::session::Session;
use crate::decision::{Obligation, Outcome};
use crate::digest::Key;
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
        key: &'a dyn Fn() -> Key,
        obligations: &[Obligation],
    ) -> Redactor<'a> {
        Redactor::new(&force.operators, key, &self.cell.names).obliged(obligations)
    }

    /// What values are named by: what is found in all sessions of a tenant can be joined on, and in
    /// no other tenant's.
    pub(super) fn naming_key(&self) -> Key {
        self.guard.inner.keys.commitments(&self.cell.principal.tenant)
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
        let key = || self.naming_key();
        let redactor = self.redactor(force, &key, &answer.obligations);
        let found = (&*draft.found(), &*draft.unread);
        self.obliged(force, &answer.obligations, found, &asked.leaves, &redactor)
    }

    /// The edits that `obligations` ask for, as a verdict, where `found` are the findings and the
    /// leaves that were not read to their end: nobody knows what is to be redacted in these. What
    /// the core does not know is refused, or left to the host, by `enforce`.
    pub(super) fn obliged(
        &self,
        force: &InForce,
        obligations: &[Obligation],
        (findings, unread): (&[Finding], &[String]),
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
                        edits.extend(crate::enforce::unread(unread, leaves).edits);
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
