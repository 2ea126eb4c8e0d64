//! `checkrein_guard`.

use crate::boundary::{answer, export, export_call, object};
use crate::bytes::checkrein_bytes;
use crate::handle::{Handle, free, put};
use checkrein::wire::{self, GuardOptions};
use checkrein::{Guard, Session};

/// A guard: shared by threads, freed with `checkrein_guard_free`.
pub struct checkrein_guard(pub(crate) Guard);

impl Handle for checkrein_guard {
    type Inner = Guard;

    fn inner(&self) -> &Guard {
        &self.0
    }

    fn session(&self) -> Option<&Session> {
        None
    }
}

/// Makes a guard from JSON options (`{}` or NULL for the embedded defaults).
///
/// # Safety
/// `options` is NULL with `len` 0 or points to `len` readable bytes; `guard` is writable; `out`
/// is NULL or writable, and is always filled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checkrein_guard_new(
    options: *const u8,
    len: usize,
    guard: *mut *mut checkrein_guard,
    out: *mut checkrein_bytes,
) -> i32 {
    let body = || {
        // SAFETY: the caller vouches for both pointers.
        unsafe {
            let options: GuardOptions = wire::parse(object(options, len)?)?;
            let made = Guard::builder().options(options)?.build()?;
            put(guard, checkrein_guard(made))
        }
    };
    answer(out, body, || {})
}

/// Frees a guard. Its sessions stay usable. NULL is fine.
///
/// # Safety
/// `guard` is NULL, or was given by `checkrein_guard_new` and not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checkrein_guard_free(guard: *mut checkrein_guard) {
    // SAFETY: passed on.
    unsafe { free(guard) }
}

export! {
    /// Registers tools: `{"tools": [...], "server": ""}`.
    checkrein_register_tools(guard: checkrein_guard) => "register_tools";
    /// Takes a quarantined tool's present descriptor as reviewed: `{"id"}`.
    checkrein_pin_tool(guard: checkrein_guard) => "pin_tool";
    /// Stops something from the next call on: `{"scope", "id", "reason", "for_ms", "by", "tenant"}`.
    checkrein_stop(guard: checkrein_guard) => "stop";
    /// Lifts a stop: `{"scope", "id", "tenant"}`; answers whether there was one.
    checkrein_lift(guard: checkrein_guard) => "lift";
    /// How the guard is.
    checkrein_status(guard: checkrein_guard) => "status";
    /// Every tool, who owns it, when it was last used.
    checkrein_inventory(guard: checkrein_guard) => "inventory";
    /// Drives a canary through each verb.
    checkrein_self_test(guard: checkrein_guard) => "self_test";
    /// Writes everything that waits, with a checkpoint.
    checkrein_sync(guard: checkrein_guard) => "sync";
    /// Records since the last call: `{"records", "lost"}`; the first call starts the feed.
    checkrein_drain_events(guard: checkrein_guard) => "drain_events";
    /// The records of an in-memory log.
    checkrein_records(guard: checkrein_guard) => "records";
    /// The log's verifier key, as a JSON string.
    checkrein_verifier(guard: checkrein_guard) => "verifier";
    /// A wrapper says which path it covers: `{"id"}`.
    checkrein_cover(guard: checkrein_guard) => "cover";
    /// Puts the bundle in force anew, whole: `{"archive"}`, base64, or `{}` to read it again; answers
    /// whether it is another one.
    checkrein_reload(guard: checkrein_guard) => "reload";
    /// Starts to look at the bundle on a thread of the guard's own: `{"interval_ms"}`.
    checkrein_watch(guard: checkrein_guard) => "watch";
    /// Ends a watch; answers whether there was one.
    checkrein_unwatch(guard: checkrein_guard) => "unwatch";
    /// Moves an injected clock forward: `{"ms"}`. For tests.
    checkrein_advance(guard: checkrein_guard) => "advance";
    /// Ends the guard; every later call fails.
    checkrein_guard_close(guard: checkrein_guard) => "close";
}

export_call! {
    /// A method of a guard by name, where the functions above are one each.
    checkrein_guard_call(guard: checkrein_guard);
}
