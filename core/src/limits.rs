//! Every size has a limit with a name. Over it is a finding and the fail mode, never a cut.

use crate::error::{Error, ErrorKind, Result};

macro_rules! limits {
    ($($(#[doc = $doc:literal])* $name:ident: $default:expr,)*) => {
        /// The limits in force, by name. A bundle may lower them.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Limits { $($(#[doc = $doc])* pub $name: usize,)* }

        impl Default for Limits {
            fn default() -> Self { Self { $($name: $default,)* } }
        }

        impl Limits {
            /// Name, value and meaning of each limit.
            #[must_use]
            pub fn named(&self) -> Vec<(&'static str, usize, &'static str)> {
                vec![$((stringify!($name), self.$name, concat!($($doc),*).trim_ascii()),)*]
            }

            /// Sets the limit called `name`.
            ///
            /// # Errors
            /// `misuse/argument` where there is no such limit or the value is 0.
            pub fn set(&mut self, name: &str, value: usize) -> Result<()> {
                if value == 0 {
                    return Err(Error::new(ErrorKind::MisuseArgument, format!("the limit `{name}` cannot be 0")));
                }
                match name {
                    $(stringify!($name) => self.$name = value,)*
                    _ => return Err(Error::new(ErrorKind::MisuseArgument, format!("there is no limit `{}`", name.escape_default()))
                        .with("known", [$(stringify!($name)),*].join(" "))),
                }
                Ok(())
            }
        }
    };
}

limits! {
    /// Bytes of one text that is inspected.
    text: 16 * 1024 * 1024,
    /// Bytes of one call's arguments, as JSON.
    arguments: 1024 * 1024,
    /// Nesting of a value.
    depth: 64,
    /// Leaves of one value.
    leaves: 10_000,
    /// Findings of one inspection; the strictest are kept.
    findings: 256,
    /// Sources of a session.
    sources: 10_000,
    /// Bytes of a session's index of seen text.
    arena: 32 * 1024 * 1024,
    /// Live sessions of a guard.
    sessions: 100_000,
    /// Bytes of all sessions of a guard.
    memory: 1024 * 1024 * 1024,
    /// Approvals that wait for an answer, a session.
    pending_approvals: 8,
    /// Bytes of one audit record.
    record: 60 * 1024,
    /// Bytes of a bundle.
    bundle: 16 * 1024 * 1024,
    /// Policies of a bundle.
    policies: 10_000,
    /// Policies of a bundle whose scope names no action.
    unscoped_policies: 64,
    /// Custom detector rules of a bundle.
    custom_rules: 1024,
    /// Bytes of one custom rule's compiled expression.
    custom_regex: 256 * 1024,
    /// Milliseconds that a host's detector or engine may take.
    plugin_deadline_ms: 50,
    /// Milliseconds of a verb after which the rest of its texts is only skimmed.
    deadline_ms: 5_000,
    /// Layers of encoding that are looked through.
    decode_depth: 3,
    /// Bytes of decoded views, as a multiple of the input.
    decode_ratio: 4,
    /// Milliseconds for which an allowed decision may be started.
    validity_ms: 30_000,
    /// Milliseconds for which an approval may be answered and used.
    approval_ttl_ms: 600_000,
    /// Bytes that a stream holds back.
    hold_back: 4096,
    /// Agents in a chain of sub-agents.
    chain: 16,
    /// Tools that are registered.
    tools: 10_000,
}

impl Limits {
    /// Fails with `kind` where `value` is over `limit`.
    ///
    /// # Errors
    /// `kind`, with the limit's name and both sizes.
    pub fn check(kind: ErrorKind, name: &'static str, value: usize, limit: usize) -> Result<()> {
        if value <= limit {
            return Ok(());
        }
        Err(Error::new(kind, format!("{value} is over the limit `{name}` of {limit}"))
            .with("limit", name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_set_by_name() {
        let mut limits = Limits::default();
        limits.set("text", 10).unwrap();
        assert_eq!(limits.text, 10);
        assert_eq!(limits.set("txt", 10).unwrap_err().code(), "misuse/argument");
        assert_eq!(limits.set("text", 0).unwrap_err().code(), "misuse/argument");
        assert!(limits.named().iter().all(|(_, value, meaning)| *value > 0 && !meaning.is_empty()));
    }
}
