//! Status numbers: 0, or 1 + the place of the error's kind in `ErrorKind::ALL`. Kinds are only
//! ever added at the end, so a number keeps its meaning.

use checkrein::{Error, ErrorKind};
use std::ffi::c_char;

/// The number of an error's kind.
pub(crate) fn status_of(kind: ErrorKind) -> i32 {
    let at = ErrorKind::ALL.iter().position(|known| *known == kind);
    at.and_then(|at| i32::try_from(at + 1).ok()).unwrap_or(-1)
}

/// The error as JSON: `{"code", "message", "context"}`.
pub(crate) fn error_json(error: &Error) -> String {
    let context: serde_json::Map<String, serde_json::Value> =
        error.context().iter().map(|(k, v)| ((*k).to_owned(), v.as_str().into())).collect();
    serde_json::json!({
        "code": error.code(),
        "message": error.message(),
        "context": context,
    })
    .to_string()
}

/// The library's version, as text that lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn checkrein_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast::<c_char>()
}

/// How many error kinds there are: statuses run from 1 to this.
#[unsafe(no_mangle)]
pub extern "C" fn checkrein_status_count() -> i32 {
    i32::try_from(ErrorKind::ALL.len()).unwrap_or(i32::MAX)
}

/// The stable code of a status (`value/duplicate_key`), written to `code` (at most `len` bytes
/// with the closing NUL). Gives the length of the whole code, 0 for 0 and unknown statuses.
///
/// # Safety
/// `code` is NULL with `len` 0, or points to `len` writable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checkrein_status_code(
    status: i32,
    code: *mut c_char,
    len: usize,
) -> usize {
    crate::boundary::quiet_or(0, || {
        let at = usize::try_from(status).ok().and_then(|at| at.checked_sub(1));
        let Some(kind) = at.and_then(|at| ErrorKind::ALL.get(at)) else { return 0 };
        let text = kind.code().as_bytes();
        if !code.is_null() && len > 0 {
            let copied = text.len().min(len - 1);
            // SAFETY: the caller vouches for `len` writable bytes.
            unsafe {
                std::ptr::copy_nonoverlapping(text.as_ptr().cast::<c_char>(), code, copied);
                *code.add(copied) = 0;
            }
        }
        text.len()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_number_and_a_code() {
        for (at, kind) in ErrorKind::ALL.iter().enumerate() {
            let status = status_of(*kind);
            assert_eq!(status, i32::try_from(at + 1).unwrap());
            let mut buffer = [0 as c_char; 64];
            // SAFETY: the buffer is 64 bytes long.
            let len = unsafe { checkrein_status_code(status, buffer.as_mut_ptr(), 64) };
            assert_eq!(len, kind.code().len());
            // SAFETY: the function closes the text with NUL.
            let text = unsafe { std::ffi::CStr::from_ptr(buffer.as_ptr()) };
            assert_eq!(text.to_str().unwrap(), kind.code());
        }
        assert_eq!(checkrein_status_count(), i32::try_from(ErrorKind::ALL.len()).unwrap());
    }
}
