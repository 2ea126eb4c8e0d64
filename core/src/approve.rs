//! Human answers: call states, pending approvals, their digest and their text.

mod approvals;
mod calls;
mod digest;
mod text;

pub use approvals::Approvals;
pub use calls::{CallRecord, Calls};
pub use digest::{digest, grants, levels, plan_digest};
pub use text::{Planned, plan_text, text};

use crate::approval::LiftedRule;
use crate::decision::Reason;
use crate::id::SessionId;
use crate::principal::Principal;
use crate::provenance::Provenance;
use crate::source::Source;
use crate::tool::{Tool, ToolCall};

/// What an approver is shown: the call and where its values came from. Nothing the model said.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// Who acts, for whom.
    pub principal: &'a Principal,
    /// In which session.
    pub session: &'a SessionId,
    /// Which tool.
    pub tool: &'a Tool,
    /// The call.
    pub call: &'a ToolCall,
    /// Where each argument leaf came from.
    pub provenance: &'a [Provenance],
    /// The sources that `provenance` names.
    pub sources: &'a [Source],
    /// Why a human is asked.
    pub reasons: &'a [Reason],
    /// The rules that a yes lifts.
    pub lifts: &'a [LiftedRule],
}
