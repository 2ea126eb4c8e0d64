//! Turns what was found and decided into what the host may use.

mod apply;
pub mod arguments;
mod defang;
mod hidden;
mod input;
mod names;
mod output;
mod patch;
mod redact;
mod settle;
pub mod stream;
mod verdict;

pub use crate::decision::Operator;
pub use apply::apply;
pub use defang::links;
pub use hidden::strip;
pub use input::input;
pub use names::{Names, Operators};
pub use output::{forbidden, output, unread};
pub use redact::Redactor;
pub use settle::{Settle, Settlement, settle};
pub use verdict::{Edit, Verdict};

#[cfg(test)]
mod tests;
