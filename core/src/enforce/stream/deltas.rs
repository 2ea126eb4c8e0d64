//! A call's arguments as they come, piece by piece: kept until they are whole.

use super::utf8::Decoder;
use crate::error::{ErrorKind, Result};
use crate::limits::Limits;

/// The argument text of one call that is being streamed.
#[derive(Debug)]
pub struct Deltas {
    decoder: Decoder,
    text: String,
    limit: usize,
}

impl Deltas {
    /// Keeps up to the limit `arguments`.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self { decoder: Decoder::default(), text: String::new(), limit: limits.arguments }
    }

    /// Takes the next bytes; a character may be split between two.
    ///
    /// # Errors
    /// `limit/arguments`, `value/utf8`. What was kept is dropped then.
    pub fn push(&mut self, chunk: &[u8]) -> Result<()> {
        let size = self.text.len().saturating_add(chunk.len());
        let pushed = Limits::check(ErrorKind::LimitArguments, "arguments", size, self.limit)
            .and_then(|()| self.decoder.push(chunk, &mut self.text));
        if pushed.is_err() {
            // Nothing may be made of half a call: what follows is over the limit too.
            self.text = String::new();
            self.limit = 0;
        }
        pushed
    }

    /// The whole text.
    ///
    /// # Errors
    /// `value/utf8` where it ends inside a character; `limit/arguments` after a failed push.
    pub fn finish(self) -> Result<String> {
        Limits::check(ErrorKind::LimitArguments, "arguments", 1, self.limit)?;
        self.decoder.finish()?;
        Ok(self.text)
    }
}
