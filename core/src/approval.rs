//! A human's answer to an `ask`, bound to the exact call.

use crate::digest::Digest;
use crate::id::{ApprovalId, SessionId, TenantId, ToolId, UserId};
use crate::label::words;
use crate::tool::Role;

words! {
    /// Where an approval stands.
    ApprovalState ("approval state") {
        /// Waits for an answer.
        Pending = "pending",
        /// A human said yes; not used yet.
        Approved = "approved",
        /// A human said no.
        Refused = "refused",
        /// The call it answers was started.
        Used = "used",
        /// Not answered, or not used, in time.
        Expired = "expired",
        /// Void: after a fork, or the session ended.
        Void = "void",
    }
}

words! {
    /// Where a call stands: one state machine per session, call id and argument digest.
    CallState ("call state") {
        /// Waits for a human.
        Asked = "asked",
        /// A human said yes.
        Approved = "approved",
        /// Policy allowed it.
        Allowed = "allowed",
        /// Refused; asking again decides again.
        Denied = "denied",
        /// The host runs it.
        Started = "started",
        /// Its result was reported.
        Done = "done",
    }
}

/// A rule that an approval lifts, as long as its text stays the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiftedRule {
    /// Its id.
    pub rule: String,
    /// SHA-256 of its text.
    pub text: Digest,
}

/// A value that a human approved, for one argument role of one tool.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Grant {
    /// Which tool.
    pub tool: String,
    /// Which role: destination or object only.
    pub role: Role,
    /// SHA-256 of the value's JSON.
    pub value: Digest,
}

/// One approval, pending or answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// 128 random bits, as hexadecimal.
    pub id: ApprovalId,
    /// Over everything that the approver is shown, and what is lifted.
    pub digest: Digest,
    /// The tenant.
    pub tenant: TenantId,
    /// The session.
    pub session: SessionId,
    /// For whom the agent acts.
    pub user: UserId,
    /// Which tool.
    pub tool: ToolId,
    /// The tool's descriptor when it was asked.
    pub descriptor: Digest,
    /// The call's argument digest.
    pub arguments: Digest,
    /// The rules that asked, with their text.
    pub lifts: Vec<LiftedRule>,
    /// The values that `remember="values"` grants.
    pub grants: Vec<Grant>,
    /// What a human is shown.
    pub text: String,
    /// Whether the user may not answer it themselves.
    pub separate_approver: bool,
    /// When it was asked, ms since the epoch.
    pub created_ms: i64,
    /// When it ends, ms since the epoch.
    pub expires_ms: i64,
    /// Where it stands.
    pub state: ApprovalState,
    /// Who answered.
    pub approver: Option<String>,
    /// How far each value was accounted for when it was shown, for a call of a plan: then the
    /// answer counts only while that is the same.
    pub levels: Option<Digest>,
    /// The calls that a yes approves, for a plan: each is an approval of its own from then on.
    pub plan: Vec<Approval>,
}

impl Approval {
    /// Whether it still is about a tool that is described so, and values that are known so.
    #[must_use]
    pub fn covers(&self, descriptor: Digest, levels: Digest) -> bool {
        self.descriptor == descriptor && self.levels.is_none_or(|shown| shown == levels)
    }
}
