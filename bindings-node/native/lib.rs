//! The native half of the npm package `checkrein`. Thin: every decision is the library's.
//!
//! | JavaScript | Rust |
//! |---|---|
//! | `string` of content | text, UTF-8; crosses as it is |
//! | every other value | JSON text, written by `src/values.ts`, which refuses what JSON cannot say |
//! | options | JSON text with the wire's names; unknown ones are refused here |
//! | `Decision` | decision JSON v1 as text, parsed there when something is read of it |
//! | `CheckreinError` | an `Error` with the library's `code` and `context` |
//!
//! Spans are UTF-16 code units in JavaScript and bytes in `toJson()`. Nothing here is bound to an
//! environment of Node's, so that every Worker may load it.

mod answer;
mod error;
mod guard;
mod session;
mod stream;
mod work;

use napi_derive::napi;

/// Every code that an error can have.
#[napi]
pub fn error_codes() -> Vec<&'static str> {
    checkrein::ErrorKind::ALL.iter().map(|kind| kind.code()).collect()
}

/// The library's version.
#[napi]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
