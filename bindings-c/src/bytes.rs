//! Bytes that the library owns and the caller frees.

use std::ptr;

/// Bytes owned by the library. Give them back with `checkrein_bytes_free`, once.
///
/// `data` is NULL where `len` is 0. There is no NUL at the end.
#[repr(C)]
pub struct checkrein_bytes {
    /// First byte.
    pub data: *mut u8,
    /// How many.
    pub len: usize,
}

impl checkrein_bytes {
    pub(crate) const EMPTY: checkrein_bytes = checkrein_bytes { data: ptr::null_mut(), len: 0 };

    pub(crate) fn of(text: String) -> Self {
        if text.is_empty() {
            return Self::EMPTY;
        }
        let boxed = text.into_bytes().into_boxed_slice();
        let len = boxed.len();
        Self { data: Box::into_raw(boxed).cast::<u8>(), len }
    }
}

/// Frees bytes that a call filled, and empties them. NULL and empty bytes are fine.
///
/// # Safety
/// `bytes` is NULL, or points to bytes that this library filled and nobody freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checkrein_bytes_free(bytes: *mut checkrein_bytes) {
    crate::boundary::quiet(|| {
        // SAFETY: the caller vouches for the pointer.
        let Some(bytes) = (unsafe { bytes.as_mut() }) else { return };
        let taken = std::mem::replace(bytes, checkrein_bytes::EMPTY);
        if !taken.data.is_null() {
            let slice = ptr::slice_from_raw_parts_mut(taken.data, taken.len);
            // SAFETY: `of` made it from a boxed slice of this length.
            drop(unsafe { Box::from_raw(slice) });
        }
    });
}
