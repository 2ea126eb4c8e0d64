//! The border: one macro that every export stands in, with the unwind guard and NULL checks.

use crate::bytes::checkrein_bytes;
use crate::status::{error_json, status_of};
use checkrein::{Error, ErrorKind, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `body`, fills `out`, gives the status. A panic becomes `internal/panic`.
pub(crate) fn answer(
    out: *mut checkrein_bytes,
    body: impl FnOnce() -> Result<String>,
    poison: impl FnOnce(),
) -> i32 {
    let (status, text) = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(text)) => (0, text),
        Ok(Err(error)) => (status_of(error.kind()), error_json(&error)),
        Err(_) => {
            // The session that met the defect is not used again; its guard and process go on.
            let _ = catch_unwind(AssertUnwindSafe(poison));
            let error = Error::new(ErrorKind::InternalPanic, "a defect in checkrein was met");
            (status_of(error.kind()), error_json(&error))
        }
    };
    if !out.is_null() {
        // SAFETY: the caller vouches for `out`; what stood there is not read.
        unsafe { out.write(checkrein_bytes::of(text)) };
    }
    status
}

/// For exports that give nothing.
pub(crate) fn quiet(body: impl FnOnce()) {
    let _ = catch_unwind(AssertUnwindSafe(body));
}

/// For exports that give a plain value.
pub(crate) fn quiet_or<T>(default: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(default)
}

/// The request bytes; NULL with length 0 is empty.
///
/// # Safety
/// `data` is NULL, or points to `len` readable bytes.
pub(crate) unsafe fn bytes<'a>(data: *const u8, len: usize) -> Result<&'a [u8]> {
    if data.is_null() {
        return if len == 0 { Ok(&[]) } else { Err(null("request")) };
    }
    if isize::try_from(len).is_err() {
        return Err(Error::new(ErrorKind::MisuseArgument, "the length is not a size"));
    }
    // SAFETY: checked above; the caller vouches for the rest.
    Ok(unsafe { std::slice::from_raw_parts(data, len) })
}

/// A request that may be left out: NULL is an empty object. An empty text is not: it is no JSON.
///
/// # Safety
/// As [`bytes`].
pub(crate) unsafe fn object<'a>(data: *const u8, len: usize) -> Result<&'a [u8]> {
    // SAFETY: passed on.
    let given = unsafe { bytes(data, len) }?;
    Ok(if data.is_null() { b"{}" } else { given })
}

pub(crate) fn null(what: &str) -> Error {
    Error::new(ErrorKind::MisuseArgument, format!("`{what}` is NULL"))
}

/// Declares exports of one shape: a handle, a request, an answer.
///
/// ```ignore
/// export! {
///     /// Decides whether the agent may do this.
///     checkrein_authorize_tool_call(session: checkrein_session) => "authorize_tool_call";
/// }
/// ```
macro_rules! export {
    ($($(#[doc = $doc:literal])+ $name:ident($handle:ident: $type:ty) => $method:literal;)*) => {$(
        $(#[doc = $doc])+
        ///
        /// # Safety
        /// The handle is NULL or was given by this library and not freed; `request` is NULL with
        /// `len` 0 or points to `len` readable bytes; `out` is NULL or writable, and is always
        /// filled.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            $handle: *const $type,
            request: *const u8,
            len: usize,
            out: *mut crate::bytes::checkrein_bytes,
        ) -> i32 {
            crate::boundary::answer(
                out,
                || {
                    // SAFETY: the caller vouches for the handle and the request.
                    let (handle, request) = unsafe {
                        (
                            crate::handle::get($handle, stringify!($handle))?,
                            crate::boundary::object(request, len)?,
                        )
                    };
                    handle.call($method, request)
                },
                // SAFETY: as above.
                || unsafe { crate::handle::poison($handle) },
            )
        }
    )*};
}
pub(crate) use export;

/// Declares exports that take a method's name: the JSON interface as one function.
macro_rules! export_call {
    ($($(#[doc = $doc:literal])+ $name:ident($handle:ident: $type:ty);)*) => {$(
        $(#[doc = $doc])+
        ///
        /// # Safety
        /// The handle is NULL or was given by this library and not freed; `method` is NULL or
        /// text that ends with NUL; `request` is NULL with `len` 0 or points to `len` readable
        /// bytes; `out` is NULL or writable, and is always filled.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            $handle: *const $type,
            method: *const std::ffi::c_char,
            request: *const u8,
            len: usize,
            out: *mut crate::bytes::checkrein_bytes,
        ) -> i32 {
            crate::boundary::answer(
                out,
                || {
                    // SAFETY: the caller vouches for all three.
                    let (handle, method, request) = unsafe {
                        (
                            crate::handle::get($handle, stringify!($handle))?,
                            crate::boundary::text(method, "method")?,
                            crate::boundary::object(request, len)?,
                        )
                    };
                    handle.call(method, request)
                },
                // SAFETY: as above.
                || unsafe { crate::handle::poison($handle) },
            )
        }
    )*};
}
pub(crate) use export_call;

/// Text that ends with NUL.
///
/// # Safety
/// `text` is NULL, or ends with NUL.
pub(crate) unsafe fn text<'a>(text: *const std::ffi::c_char, what: &str) -> Result<&'a str> {
    if text.is_null() {
        return Err(null(what));
    }
    // SAFETY: checked above; the caller vouches for the rest.
    unsafe { std::ffi::CStr::from_ptr(text) }
        .to_str()
        .map_err(|_| Error::new(ErrorKind::ValueUtf8, format!("`{what}` is not UTF-8")))
}
