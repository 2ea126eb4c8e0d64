//! What a guard is told: options, bundle, manifest, descriptors. Everything is checked here, once.

mod bundle;
mod changes;
mod descriptor;
mod files;
mod infer;
mod layer;
mod manifest;
mod restrictions;
mod rules;
mod signature;
mod sources;
mod state;
mod write;

pub use bundle::{Bundle, FailModes};
pub use changes::{Change, changed_settings, changed_tools};
pub use descriptor::{Descriptor, read_descriptors};
pub use files::{Files, SIGNATURE};
pub use infer::infer;
pub use manifest::{Manifest, lint};
pub use signature::Signed;
pub use sources::Sources;
pub use state::State;

use crate::error::{Error, ErrorKind, did_you_mean};

/// Line and column, counted from 1, of byte `at` in `text`.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(1, |last| last.chars().count() + 1);
    (line, column)
}

/// An error in a file, with file, line and column.
fn at_span(error: Error, file: &str, text: &str, span: Option<std::ops::Range<usize>>) -> Error {
    let error = error.with("file", file);
    match span {
        Some(span) => {
            let (line, column) = position(text, span.start);
            error.with("line", line.to_string()).with("column", column.to_string())
        }
        None => error,
    }
}

/// A TOML reader's error as one of ours.
fn toml_error(kind: ErrorKind, error: &toml::de::Error, file: &str, text: &str) -> Error {
    let mut message = error.message().lines().next().unwrap_or("not TOML").to_owned();
    if message.starts_with("unknown field") {
        // Every other word in backticks is one: the unknown field, then those that are known.
        let mut words = message.split('`').skip(1).step_by(2);
        let meant = did_you_mean(words.next().unwrap_or_default(), words);
        message += &meant;
    }
    at_span(Error::new(kind, message), file, text, error.span())
}
