//! Runtime security for AI agents, in process.
//!
//! Three verbs sit where an agent can be steered or do harm: `inspect_input` (everything that
//! enters the model's context), `authorize_tool_call` (every action before it happens) and
//! `inspect_output` (everything that leaves). Detectors raise suspicion; information flow and
//! policy decide.

pub mod approval;
pub mod content;
pub mod decision;
pub mod digest;
pub mod error;
pub mod event;
pub mod finding;
pub mod id;
pub mod label;
pub mod limits;
pub mod principal;
pub mod provenance;
pub mod random;
pub mod request;
pub mod source;
pub mod span;
pub mod store;
pub mod time;
pub mod tool;
pub mod value;
pub mod view;
pub mod wire;

pub mod approve;
pub mod detect;
pub mod enforce;
pub mod flow;
pub mod normalize;
pub mod policy;
pub mod record;
pub mod session;

pub mod config;

pub use decision::{Decision, Mode, Outcome};
pub use error::{Error, ErrorKind, Result};
pub use id::*;
pub use limits::Limits;
pub use value::Value;
