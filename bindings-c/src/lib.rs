//! libcheckrein: the library behind a C interface.
//!
//! Requests and answers are JSON in UTF-8, as pointer and length; handles are opaque. Every call
//! fills its `out` and gives a status: 0, or the number of an error whose JSON stands in `out`.
//! Nothing unwinds into the caller, and no error waits in a thread-local.
//!
//! | C | Rust |
//! |---|---|
//! | `checkrein_guard` | `Guard`; may be freed before its sessions |
//! | `checkrein_session` | `Session`; shared by threads |
//! | `checkrein_approver` | `Approver` |
//! | `checkrein_output_stream`, `checkrein_call_stream` | one thread at a time |
//! | `checkrein_bytes` | owned by the library until `checkrein_bytes_free` |

#![allow(unsafe_code, reason = "a C interface takes and gives raw pointers")]
#![allow(non_camel_case_types, reason = "these are the names that C sees")]

mod approver;
mod boundary;
mod bytes;
mod guard;
mod handle;
mod session;
mod status;
mod stream;

pub use approver::*;
pub use bytes::{checkrein_bytes, checkrein_bytes_free};
pub use guard::*;
pub use session::*;
pub use status::{checkrein_status_code, checkrein_status_count, checkrein_version};
pub use stream::*;
