//! `checkrein_approver`: the human's side. Keep it away from the agent's side.

use crate::boundary::{answer, export, export_call};
use crate::bytes::checkrein_bytes;
use crate::guard::checkrein_guard;
use crate::handle::{Handle, free, get, put};
use checkrein::{Approver, Session};

/// An approver of a guard: freed with `checkrein_approver_free`.
pub struct checkrein_approver(Approver);

impl Handle for checkrein_approver {
    type Inner = Approver;

    fn inner(&self) -> &Approver {
        &self.0
    }

    fn session(&self) -> Option<&Session> {
        None
    }
}

/// Makes an approver of `guard`.
///
/// # Safety
/// The handle is NULL or live; `approver` is writable; `out` is NULL or writable, and is always
/// filled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checkrein_approver_new(
    guard: *const checkrein_guard,
    approver: *mut *mut checkrein_approver,
    out: *mut checkrein_bytes,
) -> i32 {
    // SAFETY: the caller vouches for the pointers.
    let body = || unsafe { put(approver, checkrein_approver(Approver::new(get(guard, "guard")?))) };
    answer(out, body, || {})
}

/// Frees an approver. NULL is fine.
///
/// # Safety
/// `approver` is NULL, or was given by this library and not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checkrein_approver_free(approver: *mut checkrein_approver) {
    // SAFETY: passed on.
    unsafe { free(approver) }
}

export! {
    /// Approvals that wait for an answer.
    checkrein_pending(approver: checkrein_approver) => "pending";
    /// Says yes to exactly what was shown: `{"id", "digest", "approver", "remember"}`.
    checkrein_approve(approver: checkrein_approver) => "approve";
    /// Says no: `{"id", "digest", "approver"}`.
    checkrein_refuse(approver: checkrein_approver) => "refuse";
}

export_call! {
    /// A method of an approver by name, where the functions above are one each.
    checkrein_approver_call(approver: checkrein_approver);
}
