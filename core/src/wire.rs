//! The one JSON shape that bindings, the command line, vectors and the log share: snake_case,
//! fixed field order, versioned.

mod decision;
mod facts;
mod options;
mod record;
mod request;

pub use decision::decision_json;
pub use facts::{
    args_facts, content_facts, finding_facts, flow_facts, role_facts, session_facts, tool_facts,
};
pub use options::{
    FullUser, GuardOptions, KnownOptions, OneOrMany, SessionOptions, TestingOptions, UserOptions,
};
pub use record::record_json;
pub use request::{
    ApproveRequest, AuthorizeRequest, InspectInputRequest, InspectOutputRequest, PartRequest,
    RestoreRequest, StopRequest, parse,
};

/// The version of every shape in here.
pub const VERSION: u32 = 1;
