//! Names of things: who, which session, which call, which tool. Checked once, on entry.

use crate::error::{Error, ErrorKind, Result};
use std::fmt;
use std::sync::Arc;
use unicode_normalization::is_nfc;

/// The longest id, in bytes.
pub const MAX_ID: usize = 256;
/// The longest part of a tool's name, in bytes.
pub const MAX_TOOL_NAME: usize = 128;

macro_rules! text_id {
    ($($(#[doc = $doc:literal])* $name:ident = $what:literal;)*) => {$(
        $(#[doc = $doc])*
        ///
        /// 1 to 256 bytes of NFC text without control or bidi characters.
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks and takes `text`.
            ///
            /// # Errors
            /// `id/invalid`, naming what is wrong with it.
            pub fn new(text: &str) -> Result<Self> {
                check_id($what, text)?;
                Ok(Self(Arc::from(text)))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{:?}", &*self.0) }
        }
    )*};
}

text_id! {
    /// The isolation boundary a session belongs to.
    TenantId = "tenant";
    /// A human user.
    UserId = "user";
    /// An agent: the program that acts for a user.
    AgentId = "agent";
    /// One agent run.
    SessionId = "session";
    /// One tool call, as the host's framework numbers it.
    CallId = "call_id";
    /// One decision: log instance, then sequence number.
    DecisionId = "decision";
    /// One pending or answered approval.
    ApprovalId = "approval";
}

/// Checks a name: 1 to 256 bytes of NFC text without control or bidi characters.
///
/// # Errors
/// `id/invalid`; `what` is the kind of thing that it names.
pub fn check_id(what: &str, text: &str) -> Result<()> {
    let fault = if text.is_empty() {
        "is empty".to_owned()
    } else if text.len() > MAX_ID {
        format!("has {} bytes, more than {MAX_ID}", text.len())
    } else if let Some(c) = text.chars().find(|c| c.is_control() || is_format_control(*c)) {
        format!("holds the invisible character U+{:04X}", c as u32)
    } else if !is_nfc(text) {
        "is not in Unicode normal form NFC".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::IdInvalid, format!("the {what} id {fault}")))
}

/// Bidi controls, zero-width characters, tags: what a reader of an id would not see.
fn is_format_control(c: char) -> bool {
    matches!(u32::from(c),
        0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F
        | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F
        | 0xFEFF | 0xFFA0 | 0xFFF9..=0xFFFB | 0xE0000..=0xE0FFF)
}

/// A tool: `[server/]name`, each part `[A-Za-z0-9_.-]{1,128}`.
///
/// ```
/// use checkrein::ToolId;
/// let tool = ToolId::new("mail/send_email").unwrap();
/// assert_eq!((tool.server(), tool.name()), (Some("mail"), "send_email"));
/// assert!(ToolId::new("../etc").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ToolId {
    text: Arc<str>,
    slash: Option<usize>,
}

impl ToolId {
    /// Checks and takes `[server/]name`.
    ///
    /// # Errors
    /// `tool/name_invalid`, with what is wrong.
    pub fn new(text: &str) -> Result<Self> {
        let (server, name) = match text.split_once('/') {
            Some((server, name)) => (Some(server), name),
            None => (None, text),
        };
        for part in server.into_iter().chain([name]) {
            check_tool_part(part)?;
        }
        Ok(Self { text: Arc::from(text), slash: server.map(str::len) })
    }

    /// Joins a server and a name; an empty `server` is none.
    ///
    /// # Errors
    /// `tool/name_invalid`, with what is wrong.
    pub fn of(server: &str, name: &str) -> Result<Self> {
        if server.is_empty() {
            check_tool_part(name)?;
            return Ok(Self { text: Arc::from(name), slash: None });
        }
        check_tool_part(server)?;
        check_tool_part(name)?;
        Self::new(&format!("{server}/{name}"))
    }

    /// The whole id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part before the slash.
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        self.slash.and_then(|at| self.text.get(..at))
    }

    /// The part after the slash.
    #[must_use]
    pub fn name(&self) -> &str {
        self.slash.and_then(|at| self.text.get(at + 1..)).unwrap_or(&self.text)
    }
}

impl fmt::Display for ToolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for ToolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.text)
    }
}

fn check_tool_part(part: &str) -> Result<()> {
    let ok = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let fault = if part.is_empty() {
        "is empty".to_owned()
    } else if part.len() > MAX_TOOL_NAME {
        format!("has {} bytes, more than {MAX_TOOL_NAME}", part.len())
    } else if part.chars().all(|c| c == '.') {
        "consists of dots".to_owned()
    } else if let Some(c) = part.chars().find(|c| !ok(*c)) {
        format!("holds `{}`; allowed are A-Z a-z 0-9 _ . -", c.escape_default())
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::ToolNameInvalid, format!("the tool name {fault}")))
}

/// A recorded source's number within its session; shown as `s17`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u32);

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_refuse_what_a_reader_would_not_see() {
        assert!(UserId::new("alice@example.com").is_ok());
        assert!(UserId::new("José").is_ok());
        for bad in ["", "a\nb", "a\u{202E}b", "a\u{200B}b", "Jose\u{301}", "a\0b"] {
            assert_eq!(UserId::new(bad).unwrap_err().code(), "id/invalid", "{bad:?}");
        }
        assert!(UserId::new(&"x".repeat(257)).is_err());
    }

    #[test]
    fn tool_names_are_plain() {
        for good in ["read", "mail/send_email", "a.b-c_d", "x/y"] {
            assert!(ToolId::new(good).is_ok(), "{good}");
        }
        for bad in ["", "../x", "a/b/c", "effect:send", "a b", "/a", "a/", "ä", "..", "a\"b"] {
            assert_eq!(ToolId::new(bad).unwrap_err().code(), "tool/name_invalid", "{bad:?}");
        }
        assert!(ToolId::of("a/b", "c").is_err(), "a server is one part");
    }
}
