//! What an `ask` leaves behind: a pending approval with its card, and what the log commits to.

use super::answer::Draft;
use super::authorize::Asked;
use super::lock;
use super::session::Session;
use crate::approval::{Approval, ApprovalState, LiftedRule};
use crate::approve::{self, Shown};
use crate::decision::PendingApproval;
use crate::digest::Digest;
use crate::error::Result;
use crate::event::EventBody;
use crate::finding::{Category, Finding};
use crate::id::ApprovalId;
use crate::label::Confidentiality;
use crate::policy::Answer;
use crate::provenance::Provenance;
use crate::tool::ToolCall;
use crate::value::Value;

/// Above this many leaves the arguments are committed to as a whole.
const COMMITTED_LEAVES: usize = 64;

impl Session {
    /// The approval that a call needs, with its card.
    pub(super) fn approval_of(
        &self,
        draft: &Draft,
        asked: &Asked<'_>,
        answer: &Answer,
        id: ApprovalId,
        now: i64,
    ) -> Approval {
        let inner = &self.guard.inner;
        let lifts: Vec<LiftedRule> = answer
            .rules
            .iter()
            .filter(|rule| rule.liftable)
            .map(|rule| LiftedRule { rule: rule.id.clone(), text: rule.text })
            .collect();
        let provenance = provenance_for_people(draft);
        let shown = Shown {
            principal: &self.cell.principal,
            session: &self.cell.id,
            tool: &asked.tool,
            call: &asked.call,
            provenance: &provenance,
            sources: &draft.sources,
            reasons: &answer.reasons,
            lifts: &lifts,
        };
        let ttl = i64::try_from(inner.limits.approval_ttl_ms).unwrap_or(i64::MAX);
        Approval {
            id,
            digest: approve::digest(&shown),
            tenant: self.cell.principal.tenant.clone(),
            session: self.cell.id.clone(),
            user: self.cell.principal.user.id.clone(),
            tool: asked.call.tool.clone(),
            descriptor: asked.tool.descriptor,
            arguments: asked.call.digest,
            grants: approve::grants(&shown),
            text: approve::text(&shown),
            lifts,
            separate_approver: answer.separate_approver,
            created_ms: now,
            expires_ms: now.saturating_add(ttl),
            state: ApprovalState::Pending,
            approver: None,
            levels: None,
            plan: Vec::new(),
        }
    }

    /// Puts an approval up for a human, and tells the log.
    pub(super) fn put_up(&self, approval: Approval) -> Result<PendingApproval> {
        let inner = &self.guard.inner;
        let now = approval.created_ms;
        let pending = PendingApproval {
            id: approval.id.clone(),
            digest: approval.digest,
            expires_at: approval.expires_ms,
            text: approval.text.clone(),
        };
        let event = approval_event(&approval, ApprovalState::Pending);
        let ended = {
            let mut approvals = lock(&inner.approvals)?;
            let ended = approvals.expire(now);
            approvals.request(approval)?;
            ended
        };
        for approval in ended {
            inner.note(None, approval_event(&approval, ApprovalState::Expired));
        }
        inner.note(Some(&self.cell), event);
        Ok(pending)
    }

    /// Keyed commitments to each argument, for the record.
    pub(super) fn commitments(&self, call: &ToolCall) -> Vec<(String, Digest)> {
        let key = self.guard.inner.keys.commitments(&self.cell.principal.tenant);
        let whole = Value::Object(call.arguments.clone());
        let mut leaves = Vec::new();
        whole.each_leaf(&mut |path, leaf| {
            if leaves.len() <= COMMITTED_LEAVES {
                let json = leaf.to_json();
                let mac = key.mac([b"argument".as_slice(), path.as_bytes(), json.as_bytes()]);
                leaves.push((path.to_owned(), mac));
            }
        });
        if leaves.len() > COMMITTED_LEAVES {
            leaves.clear();
            leaves.push((String::new(), key.mac([b"arguments".as_slice(), &call.digest.0])));
        }
        leaves
    }
}

/// Where the arguments came from; what a detector takes for a secret is secret, so that no card
/// shows it.
fn provenance_for_people(draft: &Draft) -> Vec<Provenance> {
    let mut provenance = draft.provenance.clone();
    for argument in &mut provenance {
        let is_here = |f: &Finding| f.category == Category::Secret && f.path == argument.argument;
        if draft.findings.iter().any(is_here) {
            argument.confidentiality = Confidentiality::Secret;
        }
    }
    provenance
}

pub(super) fn approval_event(approval: &Approval, state: ApprovalState) -> EventBody {
    EventBody::Approval {
        id: approval.id.clone(),
        digest: approval.digest,
        state,
        approver: approval.approver.clone(),
    }
}

pub(super) fn approver_name(approval: &Approval) -> String {
    crate::decision::show(approval.approver.as_deref().unwrap_or("somebody"))
}
