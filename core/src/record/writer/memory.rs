//! What a writer does that has no directory: keeps its last lines, and the tree over all.

use super::{Writer, closed};
use crate::error::Result;
use crate::event::Event;
use crate::record::tree::leaf;

impl Writer {
    /// Keeps a line in memory: it is hashed as on a disk, and framed for none.
    pub(super) fn remember(&self, event: &Event, line: String) -> Result<()> {
        let hash = leaf(line.as_bytes());
        let mut state = self.lock();
        if state.closed {
            return Err(closed());
        }
        state.clock = (event.time_ms, event.mono_ns);
        if let Some(loss) = self.loss(&state) {
            let hash = leaf(loss.as_bytes());
            state.remember(loss, hash);
            state.forget_loss();
        }
        state.remember(line, hash);
        Ok(())
    }

    /// The lines that are kept in memory; none where there is a directory.
    pub fn records(&self) -> Vec<String> {
        self.lock().ring.iter().cloned().collect()
    }
}
