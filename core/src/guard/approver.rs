//! The human's side of an `ask`. The agent's side does not hold this object.

use super::ask::approval_event;
use super::{Guard, lock};
use crate::approval::{Approval, ApprovalState};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::id::ApprovalId;

/// Answers pending approvals of a guard.
///
/// ```
/// use checkrein::{Approver, Guard, Limits, Outcome, Value};
/// let guard = Guard::new()?;
/// let session = guard.session(Default::default())?;
/// let arguments = Value::parse(br#"{"to":"bob@example.com"}"#, &Limits::default())?;
/// let asked = session.authorize_tool_call("send_mail", arguments.clone(), Some("c1"))?;
/// let pending = asked.approval.unwrap();
/// Approver::new(&guard).approve(pending.id.as_str(), &pending.digest.hex(), "bob", false)?;
/// let again = session.authorize_tool_call("send_mail", arguments, Some("c1"))?;
/// assert_eq!(again.outcome, Outcome::Allow);
/// # Ok::<(), checkrein::Error>(())
/// ```
#[derive(Clone)]
pub struct Approver {
    guard: Guard,
}

impl Approver {
    /// The approver of `guard`.
    #[must_use]
    pub fn new(guard: &Guard) -> Self {
        Self { guard: guard.clone() }
    }

    /// Approvals that wait for an answer.
    ///
    /// # Errors
    /// `misuse/closed`.
    pub fn pending(&self) -> Result<Vec<Approval>> {
        self.guard.check_open()?;
        let now = self.guard.inner.clock.wall_ms();
        let mut approvals = lock(&self.guard.inner.approvals)?;
        approvals.expire(now);
        Ok(approvals.pending().into_iter().cloned().collect())
    }

    /// Says yes to exactly what was shown. With `remember`, its destination and object values are
    /// granted to that tool for the rest of the session.
    ///
    /// # Errors
    /// `approval/unknown`, `approval/digest`, `approval/expired`, `approval/used`,
    /// `approval/approver`, `misuse/closed`.
    pub fn approve(&self, id: &str, digest: &str, approver: &str, remember: bool) -> Result<()> {
        let approval = self.answer(id, digest, approver, true)?;
        if remember {
            let cell = lock(&self.guard.inner.sessions)?.get(&approval.tenant, &approval.session);
            if let Some(cell) = cell {
                let mut state = cell.lock()?;
                state.grants.extend(approval.grants.iter().cloned());
                state.changed();
            }
        }
        Ok(())
    }

    /// Says no.
    ///
    /// # Errors
    /// As [`Approver::approve`].
    pub fn refuse(&self, id: &str, digest: &str, approver: &str) -> Result<()> {
        self.answer(id, digest, approver, false).map(drop)
    }

    fn answer(&self, id: &str, digest: &str, approver: &str, yes: bool) -> Result<Approval> {
        self.guard.check_open()?;
        let inner = &self.guard.inner;
        if approver.is_empty() || approver.len() > crate::id::MAX_ID {
            let message = "an approver has a name of 1 to 256 bytes";
            return Err(Error::new(ErrorKind::MisuseArgument, message));
        }
        let unknown = || Error::new(ErrorKind::ApprovalUnknown, "no approval has this id");
        let id = ApprovalId::new(id).map_err(|_| unknown())?;
        let digest = Digest::from_hex(digest).ok_or_else(|| {
            Error::new(ErrorKind::ApprovalDigest, "the digest is not 64 hexadecimal digits")
        })?;
        let now = inner.clock.wall_ms();
        let approval = lock(&inner.approvals)?.answer(&id, &digest, approver, yes, now)?;
        let state = if yes { ApprovalState::Approved } else { ApprovalState::Refused };
        let cell = lock(&inner.sessions)?.get(&approval.tenant, &approval.session);
        inner.append(cell.as_deref(), approval_event(&approval, state))?;
        Ok(approval)
    }
}
