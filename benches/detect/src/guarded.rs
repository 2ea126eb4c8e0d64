//! Texts through a guard, as a host would hand them over.

use crate::Result;
use checkrein::content::OutputKind;
use checkrein::finding::Finding;
use checkrein::source::SourceKind;
use checkrein::wire::SessionOptions;
use checkrein::{Content, Guard, Session};

/// A session is replaced after this many texts, so that none grows without bound.
const A_SESSION: usize = 200;

/// A guard, and how much its session has seen.
pub struct Guarded {
    guard: Guard,
    session: Session,
    seen: usize,
}

impl Guarded {
    /// A guard with the built-in defaults.
    ///
    /// # Errors
    /// Where it cannot be built.
    pub fn new() -> Result<Self> {
        let guard = Guard::builder().build()?;
        let session = guard.session(SessionOptions::default())?;
        Ok(Self { guard, session, seen: 0 })
    }

    /// What is found in `text`, that came in as `kind`.
    ///
    /// # Errors
    /// Where the session cannot be replaced or misses its content.
    pub fn input(&mut self, text: &str, kind: SourceKind) -> Result<Vec<Finding>> {
        self.next()?;
        Ok(self.session.inspect_input(Content::text(kind, text))?.findings)
    }

    /// What is found in the answer `text`.
    ///
    /// # Errors
    /// Where the session cannot be replaced.
    pub fn output(&mut self, text: &str) -> Result<Vec<Finding>> {
        self.next()?;
        Ok(self.session.inspect_output(text.into(), OutputKind::Answer, None)?.findings)
    }

    fn next(&mut self) -> Result<()> {
        self.seen = self.seen.saturating_add(1);
        if self.seen.is_multiple_of(A_SESSION) {
            self.session = self.guard.session(SessionOptions::default())?;
        }
        Ok(())
    }
}
