//! `checkrein_output_stream`, `checkrein_call_stream`: one thread at a time.

use crate::boundary::{answer, bytes, null, object};
use crate::bytes::checkrein_bytes;
use crate::handle::{free, get, put};
use crate::session::checkrein_session;
use checkrein::content::OutputKind;
use checkrein::guard::{CallStream, OutputStream};
use checkrein::wire::{self, decision_json};
use checkrein::{Error, ErrorKind, Result, Session, Value};
use serde::Deserialize;

/// An answer that leaves piece by piece: freed with `checkrein_output_stream_free`.
pub struct checkrein_output_stream {
    stream: Option<OutputStream>,
    session: Session,
}

/// A call whose arguments arrive piece by piece: freed with `checkrein_call_stream_free`.
pub struct checkrein_call_stream {
    stream: Option<CallStream>,
    session: Session,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    audience: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    tool: String,
    #[serde(default)]
    call_id: Option<String>,
}

/// Opens a stream for an answer: `{"kind", "audience"}`.
///
/// # Safety
/// The handle is NULL or live; `request` is NULL with `len` 0 or points to `len` readable bytes;
/// `stream` is writable; `out` is NULL or writable, and is always filled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checkrein_output_stream_new(
    session: *const checkrein_session,
    request: *const u8,
    len: usize,
    stream: *mut *mut checkrein_output_stream,
    out: *mut checkrein_bytes,
) -> i32 {
    let body = || {
        // SAFETY: the caller vouches for the pointers.
        unsafe {
            let session: &Session = get(session, "session")?;
            let Open { kind, audience } = wire::parse(object(request, len)?)?;
            let word = kind.as_deref().unwrap_or("answer");
            let kind = OutputKind::parse(word)
                .map_err(|e| Error::new(ErrorKind::MisuseArgument, e.message()))?;
            let opened = Some(session.output_stream(kind, audience));
            put(stream, checkrein_output_stream { stream: opened, session: session.clone() })
        }
    };
    answer(out, body, || {})
}

/// Takes the next bytes; answers `{"text", "denied"}`: `text` may go out at once.
///
/// # Safety
/// The handle is NULL or live and used by one thread; `chunk` is NULL with `len` 0 or points to
/// `len` readable bytes; `out` is NULL or writable, and is always filled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checkrein_output_stream_push(
    stream: *mut checkrein_output_stream,
    chunk: *const u8,
    len: usize,
    out: *mut checkrein_bytes,
) -> i32 {
    let body = || {
        // SAFETY: the caller vouches for the pointers.
        let (stream, chunk) = unsafe { (open(stream)?, bytes(chunk, len)?) };
        let part = stream.stream.as_mut().ok_or_else(ended)?.push(chunk)?;
        Ok(object_json(&[("text", part.text.into()), ("denied", part.denied.into())], ""))
    };
    // SAFETY: as above.
    answer(out, body, || unsafe { poison(stream.as_ref().map(|s| &s.session)) })
}

/// Ends the stream; answers `{"tail", "decision"}`.
///
/// # Safety
/// As `checkrein_output_stream_push`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checkrein_output_stream_finish(
    stream: *mut checkrein_output_stream,
    out: *mut checkrein_bytes,
) -> i32 {
    let body = || {
        // SAFETY: the caller vouches for the handle.
        let stream = unsafe { open(stream) }?;
        let (tail, decision) = stream.stream.take().ok_or_else(ended)?.finish()?;
        let decision = format!(",\"decision\":{}", decision_json(&decision));
        Ok(object_json(&[("tail", tail.into())], &decision))
    };
    // SAFETY: as above.
    answer(out, body, || unsafe { poison(stream.as_ref().map(|s| &s.session)) })
}

/// Frees a stream. NULL is fine.
///
/// # Safety
/// `stream` is NULL, or was given by this library and not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checkrein_output_stream_free(stream: *mut checkrein_output_stream) {
    // SAFETY: passed on.
    unsafe { free(stream) }
}

/// Opens a stream for a call's arguments: `{"tool", "call_id"}`.
///
/// # Safety
/// As `checkrein_output_stream_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checkrein_call_stream_new(
    session: *const checkrein_session,
    request: *const u8,
    len: usize,
    stream: *mut *mut checkrein_call_stream,
    out: *mut checkrein_bytes,
) -> i32 {
    let body = || {
        // SAFETY: the caller vouches for the pointers.
        unsafe {
            let session: &Session = get(session, "session")?;
            let Call { tool, call_id } = wire::parse(bytes(request, len)?)?;
            let opened = Some(session.call_stream(&tool, call_id.as_deref()));
            put(stream, checkrein_call_stream { stream: opened, session: session.clone() })
        }
    };
    answer(out, body, || {})
}

/// Takes the next bytes of the arguments' JSON.
///
/// # Safety
/// As `checkrein_output_stream_push`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checkrein_call_stream_push(
    stream: *mut checkrein_call_stream,
    delta: *const u8,
    len: usize,
    out: *mut checkrein_bytes,
) -> i32 {
    let body = || {
        // SAFETY: the caller vouches for the pointers.
        let (stream, delta) = unsafe { (open(stream)?, bytes(delta, len)?) };
        stream.stream.as_mut().ok_or_else(ended)?.push(delta)?;
        Ok("null".to_owned())
    };
    // SAFETY: as above.
    answer(out, body, || unsafe { poison(stream.as_ref().map(|s| &s.session)) })
}

/// Authorizes the whole call; answers decision JSON v1.
///
/// # Safety
/// As `checkrein_output_stream_push`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checkrein_call_stream_finish(
    stream: *mut checkrein_call_stream,
    out: *mut checkrein_bytes,
) -> i32 {
    let body = || {
        // SAFETY: the caller vouches for the handle.
        let stream = unsafe { open(stream) }?;
        let decision = stream.stream.take().ok_or_else(ended)?.finish()?;
        Ok(decision_json(&decision))
    };
    // SAFETY: as above.
    answer(out, body, || unsafe { poison(stream.as_ref().map(|s| &s.session)) })
}

/// Frees a stream. NULL is fine.
///
/// # Safety
/// `stream` is NULL, or was given by this library and not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checkrein_call_stream_free(stream: *mut checkrein_call_stream) {
    // SAFETY: passed on.
    unsafe { free(stream) }
}

/// # Safety
/// `stream` is NULL, or live and used by one thread.
unsafe fn open<'a, S>(stream: *mut S) -> Result<&'a mut S> {
    // SAFETY: the caller vouches for the pointer.
    unsafe { stream.as_mut() }.ok_or_else(|| null("stream"))
}

fn poison(session: Option<&Session>) {
    if let Some(session) = session {
        session.poison();
    }
}

fn ended() -> Error {
    Error::new(ErrorKind::MisuseClosed, "the stream has ended")
}

/// A small object; `more` is JSON that follows its last entry.
fn object_json(entries: &[(&str, Value)], more: &str) -> String {
    let entries: Vec<String> =
        entries.iter().map(|(key, value)| format!("\"{key}\":{}", value.to_json())).collect();
    format!("{{{}{more}}}", entries.join(","))
}
