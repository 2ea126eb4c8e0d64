//! Turns what was found and decided into what the host may use.

mod apply;
pub mod arguments;
mod defang;
mod hidden;
mod input;
mod output;
mod patch;
mod redact;
mod settle;
pub mod stream;
mod verdict;

pub use apply::apply;
pub use defang::links;
pub use hidden::strip;
pub use input::input;
pub use output::{forbidden, output};
pub use redact::redaction;
pub use settle::{Settle, Settlement, settle};
pub use verdict::{Edit, Verdict};

use crate::label::words;

words! {
    /// What stands in the place of something that is redacted.
    Operator ("redaction operator") {
        /// What kind of thing it was: `[email]`.
        Mask = "mask",
        /// A name for this value, the same wherever the value stands: `[email-3f9a1c]`.
        Replace = "replace",
        /// A keyed fingerprint, to join on: `[email:3f9a1c0d5e6b7788]`.
        Hash = "hash",
        /// Nothing.
        Remove = "remove",
    }
}

#[cfg(test)]
mod tests;
