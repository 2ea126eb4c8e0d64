//! Opaque handles: boxed, counted by the objects they hold, checked for NULL.

use crate::boundary::null;
use checkrein::{Result, Session};

/// What can be behind a handle.
pub(crate) trait Handle {
    /// What the handle holds.
    type Inner;
    fn inner(&self) -> &Self::Inner;
    /// The session to poison when a panic is met, if the handle has one.
    fn session(&self) -> Option<&Session>;
}

/// The object behind `handle`.
///
/// # Safety
/// `handle` is NULL, or was given by this library and not freed.
pub(crate) unsafe fn get<'a, H: Handle + 'a>(handle: *const H, what: &str) -> Result<&'a H::Inner> {
    // SAFETY: the caller vouches for the pointer.
    unsafe { handle.as_ref() }.map(Handle::inner).ok_or_else(|| null(what))
}

/// Poisons the session behind `handle`.
///
/// # Safety
/// As [`get`].
pub(crate) unsafe fn poison<H: Handle>(handle: *const H) {
    // SAFETY: the caller vouches for the pointer.
    if let Some(session) = unsafe { handle.as_ref() }.and_then(Handle::session) {
        session.poison();
    }
}

/// Boxes `value` and writes its handle.
///
/// # Safety
/// `place` is NULL, or writable.
pub(crate) unsafe fn put<H>(place: *mut *mut H, value: H) -> Result<String> {
    if place.is_null() {
        return Err(null("handle"));
    }
    // SAFETY: checked above; the caller vouches for the rest.
    unsafe { place.write(Box::into_raw(Box::new(value))) };
    Ok("null".to_owned())
}

/// Frees a handle; NULL is fine.
///
/// # Safety
/// `handle` is NULL, or was given by this library and not freed.
pub(crate) unsafe fn free<H>(handle: *mut H) {
    crate::boundary::quiet(|| {
        if !handle.is_null() {
            // SAFETY: `put` made it from a box.
            drop(unsafe { Box::from_raw(handle) });
        }
    });
}
