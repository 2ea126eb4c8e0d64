//! What a writer does when records are to be durable and signed: sync, checkpoint, close.

use super::{Locked, Place, Writer, abandon};
use crate::error::Result;
use crate::note;
use crate::record::head::Head;
use crate::record::layout;
use crate::record::state::State;
use crate::record::tiles;

impl Writer {
    /// Makes what is pending durable. One thread at a time does it, outside the lock, for all.
    pub(super) fn commit<'a>(
        &'a self,
        place: &Place,
        state: Locked<'a>,
    ) -> (Locked<'a>, Result<()>) {
        let mut state = self.idle(state);
        if state.pending.is_empty() {
            return (state, Ok(()));
        }
        if let Err(e) = self.open_segment(place, &mut state) {
            let error = self.fault("written", &e);
            state.give_up(&error);
            self.turn.notify_all();
            return (state, Err(error));
        }
        let Some(file) = state.segment.as_ref().map(|segment| segment.file.clone()) else {
            return (state, Ok(()));
        };
        let count = state.pending.len();
        state.busy = true;
        drop(state);
        let synced = file.sync();
        let mut state = self.lock();
        let result = match synced {
            Ok(()) => {
                state.settle(count);
                Ok(())
            }
            // The kernel may have thrown the pages away: a second sync of this file would lie.
            Err(_) => self.rescue(place, &mut state),
        };
        (self.done(state), result)
    }

    /// Leaves the segment and writes what is pending to a new one.
    fn rescue(&self, place: &Place, state: &mut State) -> Result<()> {
        let empty = state.segment.as_ref().is_some_and(|s| s.first == state.tree.size());
        abandon(place, state, empty);
        let written = self
            .open_segment(place, state)
            .and_then(|()| state.segment.as_ref().map_or(Ok(()), |segment| segment.file.sync()));
        match written {
            Ok(()) => {
                state.settle(state.pending.len());
                Ok(())
            }
            Err(e) => {
                abandon(place, state, true);
                let error = self.fault("synced", &e);
                state.give_up(&error);
                Err(error)
            }
        }
    }

    /// Signs what is durable, if that has grown, and writes the checkpoint.
    pub(super) fn publish<'a>(
        &'a self,
        state: Locked<'a>,
        closing: bool,
    ) -> (Locked<'a>, Result<()>) {
        let mut state = self.idle(state);
        let size = state.tree.size();
        if state.signed == Some(size) && !closing {
            return (state, Ok(()));
        }
        let head = Head { origin: layout::origin(&self.instance), size, root: state.tree.root() };
        let name = head.origin.clone();
        let Some(place) = &self.place else {
            state.checkpoint = note::sign(&head.text(), &name, &self.epoch);
            state.signed = Some(size);
            return (state, Ok(()));
        };
        let (full, partial) = (state.tiles.take_full(), state.tiles.partial());
        state.busy = true;
        drop(state);
        let signed = note::sign(&head.text(), &name, &self.epoch);
        let disk = place.disk.as_ref();
        let write = |name: &str| disk.replace(&place.dir.join(name), signed.as_bytes(), true);
        let written = tiles::write(disk, &place.dir, &full, &partial, closing)
            .and_then(|()| write(layout::CHECKPOINT))
            .and_then(|()| if closing { write(layout::CLOSED) } else { Ok(()) });
        let mut state = self.lock();
        let result = match written {
            Ok(()) => {
                state.checkpoint = signed;
                state.signed = Some(size);
                if state.dropped == 0 {
                    state.fault = None;
                }
                Ok(())
            }
            Err(e) => {
                state.tiles.give_back(full);
                let error = self.fault("signed", &e);
                state.fault = Some(error.clone());
                Err(error)
            }
        };
        (self.done(state), result)
    }

    /// Makes all durable and signs it.
    pub fn sync(&self) -> Result<()> {
        let state = self.lock();
        if state.closed {
            return Ok(());
        }
        self.flush(state, false).1
    }

    fn flush<'a>(&'a self, state: Locked<'a>, closing: bool) -> (Locked<'a>, Result<()>) {
        let mut state = state;
        if let Some(place) = &self.place {
            state = self.idle(state);
            if !state.prepared {
                if closing {
                    // A forked child that wrote nothing leaves nothing.
                    return (state, Ok(()));
                }
                if let Err(e) = self.open_segment(place, &mut state) {
                    return (state, Err(self.fault("opened", &e)));
                }
            }
            if state.dropped > 0 {
                let said =
                    self.open_segment(place, &mut state).and_then(|()| self.account(&mut state));
                if let Err(e) = said {
                    abandon(place, &mut state, false);
                    return (state, Err(self.fault("written", &e)));
                }
            }
            let result;
            (state, result) = self.commit(place, state);
            if result.is_err() {
                return (state, result);
            }
        }
        self.publish(state, closing)
    }

    /// The checkpoint over all that was appended.
    pub fn checkpoint(&self) -> Result<String> {
        self.sync()?;
        Ok(self.lock().checkpoint.clone())
    }

    /// Makes all durable, signs it for good, and takes no more.
    pub fn close(&self) -> Result<()> {
        let mut state = self.lock();
        if state.closed {
            return Ok(());
        }
        // Nothing is taken from here on, so that the closing checkpoint is over all there is.
        state.closed = true;
        let (mut state, result) = self.flush(state, true);
        if result.is_err() {
            state.closed = false;
            return result;
        }
        state.segment = None;
        if let Some(lock) = state.lock.take() {
            // A forked child may hold the same open file: closing it would not unlock it.
            let _ = lock.unlock();
        }
        Ok(())
    }
}
