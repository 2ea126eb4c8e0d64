//! What happened, as the audit log keeps it. Schema v1; `wire::record` writes its JSON.

use crate::approval::ApprovalState;
use crate::decision::Decision;
use crate::digest::Digest;
use crate::envelope::Purpose;
use crate::error::Error;
use crate::id::{AgentId, ApprovalId, CallId, DecisionId, SessionId, TenantId, ToolId};
use crate::label::{Label, words};
use crate::request::{
    ContentFacts, FindingFacts, FlowFacts, RoleFacts, SessionFacts, ToolFacts, UserFacts,
};
use crate::source::Source;
use crate::store::Restriction;
use crate::tool::{FailMode, ToolOrigin};
use std::collections::BTreeSet;
use std::sync::Arc;

/// One fact for the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Wall time, ms since the epoch.
    pub time_ms: i64,
    /// Monotonic time, ns.
    pub mono_ns: u64,
    /// Whose it is.
    pub tenant: Option<TenantId>,
    /// Of which session.
    pub session: Option<SessionId>,
    /// The principal chain, outermost first.
    pub chain: Vec<String>,
    /// What happened.
    pub body: EventBody,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum EventBody {
    /// A guard began.
    Start(Start),
    /// A guard ended in good order.
    End,
    /// A bundle was loaded, or refused. What stands here is in force from now on.
    Bundle {
        /// Name.
        name: String,
        /// Revision.
        revision: u64,
        /// Hash over its files.
        hash: Digest,
        /// Why another one was refused, if it was.
        error: Option<Error>,
        /// What the bundle in force is made of, base first.
        layers: Vec<BundleLayer>,
    },
    /// A tool was registered, or its descriptor changed.
    Tool {
        /// Which.
        tool: ToolId,
        /// Its descriptor now.
        descriptor: Digest,
        /// Who described it.
        origin: ToolOrigin,
        /// Whether it is quarantined now.
        quarantined: bool,
    },
    /// A session began, was resumed, restored or spawned.
    Session {
        /// `new`, `resumed`, `restored`, `spawned`, `closed`.
        how: SessionChange,
        /// The session that spawned it.
        parent: Option<SessionId>,
    },
    /// A verb decided.
    Decision(Arc<DecisionEvent>),
    /// An approval was asked for, answered, used.
    Approval {
        /// Which.
        id: ApprovalId,
        /// Its digest.
        digest: Digest,
        /// Where it stands now.
        state: ApprovalState,
        /// Who answered.
        approver: Option<String>,
    },
    /// An allowed call was started.
    Started {
        /// The decision that allowed it.
        decision: DecisionId,
    },
    /// The host said what became of a call.
    Result {
        /// Which call.
        call_id: CallId,
        /// Whether it worked.
        ok: bool,
    },
    /// Labels were sealed with a content that leaves for memory or another agent.
    Sealed {
        /// What for.
        purpose: Purpose,
        /// The envelope's nonce.
        nonce: String,
        /// Keyed commitment to the content.
        content: Digest,
        /// The agents that may open it; any of the tenant where none are named.
        audience: Option<Vec<AgentId>>,
        /// Users who may read what is private in it.
        readers: Option<BTreeSet<String>>,
        /// Until when it may be opened, ms since the epoch.
        until_ms: Option<i64>,
        /// The label of what has none of its own.
        label: Label,
        /// The sources it holds something of.
        sources: Vec<Source>,
    },
    /// Something was stopped.
    Restricted(Restriction),
    /// A stop was lifted.
    Lifted(Restriction),
    /// A damaged tail was cut after a crash.
    Recovered {
        /// Bytes that were cut.
        bytes: u64,
    },
    /// Records could not be written.
    Dropped {
        /// How many.
        count: u64,
        /// Why.
        error: Error,
    },
}

/// One of the bundles that the one in force is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleLayer {
    /// Name.
    pub name: String,
    /// Revision.
    pub revision: u64,
    /// Hash over its files.
    pub hash: Digest,
    /// Where it was read: a directory, an archive.
    pub source: String,
    /// The key that signed it; none where nobody had to.
    pub signed_by: Option<String>,
}

words! {
    /// How a session changed.
    SessionChange ("session change") {
        /// It is new: nothing was seen.
        New = "new",
        /// It was found in no store: its history is unknown.
        Resumed = "resumed",
        /// Its history was given again by the host.
        Restored = "restored",
        /// Another session spawned it.
        Spawned = "spawned",
        /// It was closed by the host.
        Closed = "closed",
        /// A panic ended it.
        Poisoned = "poisoned",
    }
}

/// What a guard says of itself when it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The library's version.
    pub version: String,
    /// The log instance that decision ids begin with.
    pub instance: String,
    /// Whether a test set clock or seed.
    pub injected: bool,
    /// What an operator should know: unsigned bundle, generated key, no durable log.
    pub notices: Vec<String>,
}

/// A decision with every fact that policy read, so that it can be replayed.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionEvent {
    /// The decision; content and arguments are not written.
    pub decision: Decision,
    /// The tool and its descriptor, for a call.
    pub tool: Option<(ToolId, Digest)>,
    /// Per argument leaf: JSON pointer and keyed commitment to its value.
    pub commitments: Vec<(String, Digest)>,
    /// Keyed commitment to the content, for the other two verbs.
    pub content: Option<Digest>,
    /// `context.flow`.
    pub flow: FlowFacts,
    /// `context.args`.
    pub args: Vec<(String, RoleFacts)>,
    /// `context.session`.
    pub session: SessionFacts,
    /// `context.tool`.
    pub facts: ToolFacts,
    /// `context.findings`.
    pub findings: FindingFacts,
    /// `context.content`.
    pub context: ContentFacts,
    /// What policy read of the user; claims are not kept.
    pub user: UserFacts,
    /// Rules that decided, with the hash of their text.
    pub rules: Vec<(String, Digest)>,
    /// Sources that this content was recorded as (input), or that shaped it (output).
    pub sources: Vec<Source>,
    /// The fail mode that was used, where the verb could not decide.
    pub fail_mode: Option<FailMode>,
    /// How long the verb took, ns.
    pub latency_ns: u64,
    /// W3C trace context, as the host gave it.
    pub trace: Option<String>,
}
