//! The one JSON shape that bindings, the command line, vectors and the log share: snake_case,
//! fixed field order, versioned.

mod decision;
mod envelope;
mod facts;
mod options;
mod record;
mod recorded;
mod request;
mod situation;

pub use decision::{approval_json, decision_json, plan_json};
pub use envelope::{MAX_ENVELOPE, envelope_json, parse_envelope};
pub use facts::{
    args_facts, content_facts, finding_facts, flow_facts, role_facts, session_facts, tool_facts,
    user_facts,
};
pub use options::{
    EnvelopeKeyOptions, FullUser, GuardOptions, KnownOptions, OneOrMany, SessionOptions,
    TestingOptions, UserOptions,
};
pub use record::record_json;
pub use recorded::Recorded;
pub use request::{
    ApproveRequest, AuthorizeRequest, DeriveRequest, InspectInputRequest, InspectOutputRequest,
    PartRequest, PlanRequest, RestoreRequest, SealRequest, StopRequest, parse,
};
pub use situation::Situation;

/// The version of every shape in here.
pub const VERSION: u32 = 1;
