//! Where records go beside the log: sinks of a Rust host, and a feed for those that poll.

use super::{Guard, Inner, lock};
use crate::error::Result;
use crate::event::Event;
use crate::wire;
use std::collections::VecDeque;

/// Where records go beside the log. Called after the append, outside every lock.
pub trait Sink: Send + Sync {
    /// Takes one record: sequence and JSON.
    fn record(&self, sequence: u64, json: &str);
}

/// Records that wait for a host which polls: bounded, the loss counted.
#[derive(Default)]
pub(super) struct Feed {
    on: bool,
    records: VecDeque<String>,
    lost: u64,
}

/// Records that a feed holds at most.
const FEED: usize = 1024;

impl Inner {
    pub(super) fn publish(&self, sequence: u64, event: &Event) {
        let Ok(mut feed) = self.feed.lock() else { return };
        if !feed.on && self.sinks.is_empty() {
            return;
        }
        let json = wire::record_json(sequence, event);
        if feed.on {
            if feed.records.len() >= FEED {
                feed.records.pop_front();
                feed.lost += 1;
            }
            feed.records.push_back(json.clone());
        }
        drop(feed);
        for sink in &self.sinks {
            sink.record(sequence, &json);
        }
    }

    /// Starts the feed with the first call; gives what came since the last, and how many were
    /// lost because nobody asked in time.
    pub(super) fn drain(&self) -> Result<(Vec<String>, u64)> {
        let mut feed = lock(&self.feed)?;
        feed.on = true;
        let lost = std::mem::take(&mut feed.lost);
        Ok((feed.records.drain(..).collect(), lost))
    }
}

impl Guard {
    /// Records since the last call, for hosts that cannot be called back; the first call starts
    /// the feed. With it, how many were lost because nobody asked in time.
    ///
    /// # Errors
    /// `internal/panic` where a lock is poisoned.
    pub fn drain_events(&self) -> Result<(Vec<String>, u64)> {
        self.inner.drain()
    }
}
