//! Approvals that wait for a human, and answers that wait to be used: once, in time, as shown.

use crate::approval::{Approval, ApprovalState};
use crate::digest::{self, Digest};
use crate::error::{Error, ErrorKind, Result};
use crate::id::{ApprovalId, SessionId, TenantId, ToolId, UserId};
use crate::limits::Limits;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use unicode_normalization::UnicodeNormalization;

/// Settled approvals that a session keeps, so that a second use is told from a forged id.
const SETTLED: usize = 32;

/// A guard's approvals. Each is in one state; only [`Approvals::answer`] and
/// [`Approvals::consume`] move it on, and each takes an exclusive reference: of two that race, one
/// finds it moved.
///
/// A session has at most `limits.pending_approvals` that wait for an answer. What is settled is
/// kept for as long again as it was valid, then forgotten by [`Approvals::expire`].
#[derive(Debug, Clone)]
pub struct Approvals {
    held: BTreeMap<ApprovalId, Approval>,
    /// Session ids are unique within a tenant only.
    by_session: HashMap<(TenantId, SessionId), Vec<ApprovalId>>,
    /// When each is looked at next: at its end, then to be forgotten.
    due: BTreeSet<(i64, ApprovalId)>,
    most_pending: usize,
}

impl Approvals {
    /// None yet.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            held: BTreeMap::new(),
            by_session: HashMap::new(),
            due: BTreeSet::new(),
            most_pending: limits.pending_approvals,
        }
    }

    /// Takes a pending approval.
    ///
    /// # Errors
    /// `limit/pending` where as many of its session wait already; `misuse/argument` where it is
    /// not pending, or its id is taken.
    pub fn request(&mut self, approval: Approval) -> Result<()> {
        if approval.state != ApprovalState::Pending || self.held.contains_key(&approval.id) {
            let message = "an approval is asked for once, with an id of its own";
            return Err(Error::new(ErrorKind::MisuseArgument, message));
        }
        let of_session = self.by_session.entry(home(&approval)).or_default();
        let (mut pending, mut unused) = (0, 0);
        for id in of_session.iter() {
            let Some(standing) = self.held.get_mut(id) else { continue };
            lapse(standing, approval.created_ms);
            let same = standing.tenant == approval.tenant;
            pending += usize::from(same && standing.state == ApprovalState::Pending);
            unused += usize::from(same && standing.state == ApprovalState::Approved);
        }
        // Answers that nobody uses are bounded too, or a session could pile them up.
        let full = pending >= self.most_pending || unused >= self.most_pending + SETTLED;
        if full {
            let message = format!("{pending} approvals of this session wait for an answer");
            return Err(
                Error::new(ErrorKind::LimitPending, message).with("limit", "pending_approvals")
            );
        }
        let settled: Vec<ApprovalId> = of_session
            .iter()
            .filter(|id| self.held.get(*id).is_none_or(is_settled))
            .cloned()
            .collect();
        for id in settled.iter().take(settled.len().saturating_sub(SETTLED - 1)) {
            self.forget(id);
        }
        let (id, session) = (approval.id.clone(), home(&approval));
        self.due.insert((approval.expires_ms, id.clone()));
        self.by_session.entry(session).or_default().push(id.clone());
        self.held.insert(id, approval);
        Ok(())
    }

    /// The approval with this id, in whatever state.
    #[must_use]
    pub fn get(&self, id: &ApprovalId) -> Option<&Approval> {
        self.held.get(id)
    }

    /// Takes a human's answer: `digest` is what they were shown, `approver` who they are.
    ///
    /// # Errors
    /// `approval/unknown`, `approval/digest`, `approval/used` (answered before),
    /// `approval/expired` (or void), `approval/approver` (they are the user, and may not be),
    /// `id/invalid` for a name that is none.
    pub fn answer(
        &mut self,
        id: &ApprovalId,
        digest: &Digest,
        approver: &str,
        yes: bool,
        now_ms: i64,
    ) -> Result<Approval> {
        let approval = self.held.get_mut(id).ok_or_else(unknown)?;
        // First, so that who does not know what was shown learns nothing of its state.
        if !digest::equal(&approval.digest.0, &digest.0) {
            let message = "the digest is not the one that was shown";
            return Err(Error::new(ErrorKind::ApprovalDigest, message));
        }
        lapse(approval, now_ms);
        match approval.state {
            ApprovalState::Pending => {}
            other => return Err(settled(other)),
        }
        let approver = UserId::new(approver)?;
        if approval.separate_approver && same_person(&approver, &approval.user) {
            let message = "somebody else than the user must answer this";
            return Err(Error::new(ErrorKind::ApprovalApprover, message));
        }
        approval.state = if yes { ApprovalState::Approved } else { ApprovalState::Refused };
        approval.approver = Some(approver.as_str().to_owned());
        let answered = approval.clone();
        if !answered.plan.is_empty() {
            approval.plan.clear();
            if yes {
                // Its calls are approved; nothing is left that it could be used for itself.
                approval.state = ApprovalState::Used;
            }
            self.expand(&answered);
        }
        Ok(answered)
    }

    /// Makes the calls of an answered plan approvals of their own.
    fn expand(&mut self, plan: &Approval) {
        for call in &plan.plan {
            let (state, approver) = (plan.state, plan.approver.clone());
            let call = Approval { state, approver, ..call.clone() };
            self.due.insert((call.expires_ms, call.id.clone()));
            self.by_session.entry(home(&call)).or_default().push(call.id.clone());
            self.held.insert(call.id.clone(), call);
        }
    }

    /// The newest approval of this tenant's session that allows this call now.
    #[must_use]
    pub fn approved(
        &self,
        tenant: &TenantId,
        session: &SessionId,
        arguments: &Digest,
        tool: &ToolId,
        now_ms: i64,
    ) -> Option<&Approval> {
        self.of_call(tenant, session, arguments, tool, now_ms)
            .find(|approval| approval.state == ApprovalState::Approved)
    }

    /// Whether a human refused this very call, and the answer has not ended.
    #[must_use]
    pub fn refused(
        &self,
        tenant: &TenantId,
        session: &SessionId,
        arguments: &Digest,
        tool: &ToolId,
        now_ms: i64,
    ) -> bool {
        self.of_call(tenant, session, arguments, tool, now_ms)
            .next()
            .is_some_and(|newest| newest.state == ApprovalState::Refused)
    }

    /// Uses an approval, once.
    ///
    /// # Errors
    /// `approval/unknown` (or not answered yet), `approval/used` (or refused),
    /// `approval/expired` (or void).
    pub fn consume(&mut self, id: &ApprovalId, now_ms: i64) -> Result<Approval> {
        let approval = self.held.get_mut(id).ok_or_else(unknown)?;
        lapse(approval, now_ms);
        match approval.state {
            ApprovalState::Approved => approval.state = ApprovalState::Used,
            other => return Err(settled(other)),
        }
        Ok(approval.clone())
    }

    /// Makes void what waits or is unused in a session: it was forked, or has ended.
    pub fn void_session(&mut self, tenant: &TenantId, session: &SessionId) {
        let key = (tenant.clone(), session.clone());
        for id in self.by_session.get(&key).into_iter().flatten() {
            if let Some(approval) = self.held.get_mut(id).filter(|approval| !is_settled(approval)) {
                approval.state = ApprovalState::Void;
            }
        }
    }

    /// Approvals that wait for an answer, oldest first. One that has ended is among them until
    /// [`Approvals::expire`] was called.
    #[must_use]
    pub fn pending(&self) -> Vec<&Approval> {
        let waits = |approval: &&Approval| approval.state == ApprovalState::Pending;
        let mut pending: Vec<&Approval> = self.held.values().filter(waits).collect();
        pending.sort_by_key(|approval| (approval.created_ms, &approval.id));
        pending
    }

    /// Ends what was not answered, or not used, in time, and gives it. Forgets what was settled
    /// long ago.
    pub fn expire(&mut self, now_ms: i64) -> Vec<Approval> {
        let mut ended = Vec::new();
        while let Some((at, id)) = self.due.first().filter(|(at, _)| *at <= now_ms).cloned() {
            self.due.remove(&(at, id.clone()));
            let Some(approval) = self.held.get_mut(&id) else { continue };
            if at > approval.expires_ms {
                self.forget(&id);
                continue;
            }
            lapse(approval, now_ms);
            // Also one that was found ended before: it is told once, here.
            if approval.state == ApprovalState::Expired {
                ended.push(approval.clone());
            }
            let lasted = approval.expires_ms.saturating_sub(approval.created_ms).max(1);
            let last = approval.expires_ms.saturating_add(lasted);
            if last > approval.expires_ms {
                self.due.insert((last, id));
            }
        }
        ended
    }

    /// Approvals of this very call that have not ended, newest first.
    fn of_call(
        &self,
        tenant: &TenantId,
        session: &SessionId,
        arguments: &Digest,
        tool: &ToolId,
        now_ms: i64,
    ) -> impl Iterator<Item = &Approval> {
        let key = (tenant.clone(), session.clone());
        let ids = self.by_session.get(&key).into_iter().flatten().rev();
        ids.filter_map(|id| self.held.get(id)).filter(move |approval| {
            now_ms < approval.expires_ms
                && approval.tool == *tool
                && digest::equal(&approval.arguments.0, &arguments.0)
        })
    }

    fn forget(&mut self, id: &ApprovalId) {
        let Some(approval) = self.held.remove(id) else { return };
        let home = home(&approval);
        if let Some(of_session) = self.by_session.get_mut(&home) {
            of_session.retain(|other| other != id);
            if of_session.is_empty() {
                self.by_session.remove(&home);
            }
        }
        self.due.remove(&(approval.expires_ms, id.clone()));
    }
}

fn home(approval: &Approval) -> (TenantId, SessionId) {
    (approval.tenant.clone(), approval.session.clone())
}

/// Moves an approval on that has ended.
fn lapse(approval: &mut Approval, now_ms: i64) {
    if !is_settled(approval) && now_ms >= approval.expires_ms {
        approval.state = ApprovalState::Expired;
    }
}

fn is_settled(approval: &Approval) -> bool {
    !matches!(approval.state, ApprovalState::Pending | ApprovalState::Approved)
}

fn unknown() -> Error {
    Error::new(ErrorKind::ApprovalUnknown, "no approval has this id")
}

/// Why an approval in this state does not serve.
fn settled(state: ApprovalState) -> Error {
    let (kind, fault) = match state {
        ApprovalState::Pending => (ErrorKind::ApprovalUnknown, "was not answered yet"),
        ApprovalState::Approved => (ErrorKind::ApprovalUsed, "was answered before"),
        ApprovalState::Refused => (ErrorKind::ApprovalUsed, "was refused"),
        ApprovalState::Used => (ErrorKind::ApprovalUsed, "was used before"),
        ApprovalState::Expired => (ErrorKind::ApprovalExpired, "has expired"),
        ApprovalState::Void => {
            (ErrorKind::ApprovalExpired, "is void: its session was forked or ended")
        }
    };
    Error::new(kind, format!("the approval {fault}"))
}

/// Whether two names are one person's, however they are written: case, width, spaces, `user:`.
fn same_person(approver: &UserId, user: &UserId) -> bool {
    let folded = |id: &UserId| {
        let text: String = id.as_str().nfkc().flat_map(char::to_lowercase).collect();
        let text = text.trim();
        text.strip_prefix("user:").unwrap_or(text).trim().to_owned()
    };
    folded(approver) == folded(user)
}

#[cfg(test)]
mod tests;
