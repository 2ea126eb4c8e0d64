//! Bytes to text, where a character may be split between two chunks.

use crate::error::{Error, ErrorKind, Result};

/// Keeps the bytes of a character that has not ended yet.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    partial: Vec<u8>,
}

impl Decoder {
    /// Appends the characters that are whole to `text`.
    ///
    /// # Errors
    /// `value/utf8`; what stands before the fault was appended.
    pub(super) fn push(&mut self, chunk: &[u8], text: &mut String) -> Result<()> {
        // At most three bytes wait, and at most three more end their character.
        let mut chunk = chunk;
        while let (false, Some((byte, rest))) = (self.partial.is_empty(), chunk.split_first()) {
            self.partial.push(*byte);
            chunk = rest;
            let waiting = std::mem::take(&mut self.partial);
            self.take(&waiting, text)?;
        }
        self.take(chunk, text)
    }

    /// # Errors
    /// `value/utf8` where a character has not ended.
    pub(super) fn finish(&self) -> Result<()> {
        if self.partial.is_empty() { Ok(()) } else { Err(fault()) }
    }

    fn take(&mut self, bytes: &[u8], text: &mut String) -> Result<()> {
        let error = match std::str::from_utf8(bytes) {
            Ok(valid) => {
                text.push_str(valid);
                return Ok(());
            }
            Err(error) => error,
        };
        let (valid, rest) = bytes.split_at(error.valid_up_to());
        text.push_str(std::str::from_utf8(valid).unwrap_or_default());
        if error.error_len().is_some() {
            return Err(fault());
        }
        self.partial = rest.to_vec();
        Ok(())
    }
}

fn fault() -> Error {
    Error::new(ErrorKind::ValueUtf8, "the stream is not UTF-8")
}
