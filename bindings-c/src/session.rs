//! `checkrein_session`: the three verbs and what belongs to them.

use crate::boundary::{answer, bytes, export, export_call, object};
use crate::bytes::checkrein_bytes;
use crate::guard::checkrein_guard;
use crate::handle::{Handle, free, get, poison, put};
use checkrein::wire::{self, SessionOptions};
use checkrein::{Guard, Session};
use serde::Deserialize;

/// A session: shared by threads, freed with `checkrein_session_free`. Keeps its guard alive.
pub struct checkrein_session(pub(crate) Session);

impl Handle for checkrein_session {
    type Inner = Session;

    fn inner(&self) -> &Session {
        &self.0
    }

    fn session(&self) -> Option<&Session> {
        Some(&self.0)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spawn {
    agent: String,
    #[serde(default)]
    goal: Option<String>,
}

/// Opens a session with JSON options.
///
/// # Safety
/// The handle is NULL or live; `options` is NULL with `len` 0 or points to `len` readable bytes;
/// `session` is writable; `out` is NULL or writable, and is always filled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checkrein_session_new(
    guard: *const checkrein_guard,
    options: *const u8,
    len: usize,
    session: *mut *mut checkrein_session,
    out: *mut checkrein_bytes,
) -> i32 {
    let body = || {
        // SAFETY: the caller vouches for the pointers.
        unsafe {
            let guard: &Guard = get(guard, "guard")?;
            let options: SessionOptions = wire::parse(object(options, len)?)?;
            put(session, checkrein_session(guard.session(options)?))
        }
    };
    answer(out, body, || {})
}

/// Opens a sub-agent's session: `{"agent", "goal"}`.
///
/// # Safety
/// As `checkrein_session_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checkrein_spawn(
    parent: *const checkrein_session,
    request: *const u8,
    len: usize,
    session: *mut *mut checkrein_session,
    out: *mut checkrein_bytes,
) -> i32 {
    let body = || {
        // SAFETY: the caller vouches for the pointers.
        unsafe {
            let parent: &Session = get(parent, "session")?;
            let Spawn { agent, goal } = wire::parse(bytes(request, len)?)?;
            put(session, checkrein_session(parent.spawn(&agent, goal.as_deref())?))
        }
    };
    // SAFETY: as above.
    answer(out, body, || unsafe { poison(parent) })
}

/// The session's id, as a JSON string.
///
/// # Safety
/// The handle is NULL or live; `out` is NULL or writable, and is always filled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checkrein_session_id(
    session: *const checkrein_session,
    out: *mut checkrein_bytes,
) -> i32 {
    let body = || {
        // SAFETY: the caller vouches for the handle.
        let session: &Session = unsafe { get(session, "session") }?;
        Ok(checkrein::Value::from(session.id().as_str()).to_json())
    };
    answer(out, body, || {})
}

/// Frees a session handle. The session itself lives on in its guard. NULL is fine.
///
/// # Safety
/// `session` is NULL, or was given by this library and not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checkrein_session_free(session: *mut checkrein_session) {
    // SAFETY: passed on.
    unsafe { free(session) }
}

export! {
    /// Inspects what is about to enter the model's context:
    /// `{"content", "source", "name", "uri", "call_id", "is_error", "parts", "trace", "envelope"}`.
    /// Answers decision JSON v1.
    checkrein_inspect_input(session: checkrein_session) => "inspect_input";
    /// Decides whether the agent may do this: `{"tool", "arguments", "call_id", "trace"}`.
    /// Answers decision JSON v1.
    checkrein_authorize_tool_call(session: checkrein_session) => "authorize_tool_call";
    /// Inspects what is about to leave: `{"content", "kind", "audience", "trace"}`.
    /// Answers decision JSON v1.
    checkrein_inspect_output(session: checkrein_session) => "inspect_output";
    /// Decides the calls of a plan, with one question for all that ask: `{"calls": [...], "trace"}`,
    /// each `{"tool", "arguments", "call_id", "trace"}`. Answers plan JSON v1.
    checkrein_authorize_plan(session: checkrein_session) => "authorize_plan";
    /// Takes a text that a model made of what was read: `{"text", "sources", "name", "trace"}`.
    /// Answers decision JSON v1.
    checkrein_derive(session: checkrein_session) => "derive";
    /// Seals what is known of a content that leaves for memory or another agent:
    /// `{"content", "purpose", "audience", "readers", "expires_s"}`. Answers the envelope, as a JSON
    /// string.
    checkrein_seal(session: checkrein_session) => "seal";
    /// What host detectors and engines need to know of a request: `{"verb", "request"}`.
    checkrein_prepare(session: checkrein_session) => "prepare";
    /// Decides a prepared request with what host code found: `{"verb", "request", "epoch", "host"}`.
    checkrein_commit(session: checkrein_session) => "commit";
    /// Gives a resumed session its history again: `{"messages": [...]}`.
    checkrein_restore(session: checkrein_session) => "restore";
    /// Marks an allowed call as begun: `{"decision"}`.
    checkrein_start(session: checkrein_session) => "start";
    /// Says what became of a call: `{"call_id", "ok"}`.
    checkrein_report_result(session: checkrein_session) => "report_result";
    /// Ends the session.
    checkrein_session_close(session: checkrein_session) => "close";
}

export_call! {
    /// A method of a session by name, where the functions above are one each.
    checkrein_session_call(session: checkrein_session);
}
