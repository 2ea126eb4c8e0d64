//! Pulls at an interval, on a thread that the host starts and stops.

use crate::{Https, Pulled};
use checkrein::random::{SystemRandom, bytes};
use checkrein::{Error, ErrorKind, Guard, Result};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How many intervals a failing server is left alone at most.
const PATIENCE: u32 = 8;

/// A source that is pulled again and again. Ends when it is stopped or dropped.
#[derive(Debug)]
pub struct Poll {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Poll {
    /// Pulls `source` every `interval`, give or take a tenth so that many processes do not ask at
    /// once, and has `guard` reload where another bundle came. After a failure the wait doubles, up
    /// to eight intervals. What is refused, or that nothing comes, is recorded when it changes.
    ///
    /// # Errors
    /// `misuse/argument` for no interval, or where no thread can be made.
    pub fn start(mut source: Https, guard: Guard, interval: Duration) -> Result<Self> {
        let misuse = |message: String| Error::new(ErrorKind::MisuseArgument, message);
        if interval.is_zero() {
            return Err(misuse("a poll needs an interval".to_owned()));
        }
        let (stop, stopped) = channel::<()>();
        let poll = move || {
            let (mut said, mut failures) = (None, 0_u32);
            loop {
                let patience = 1_u32.checked_shl(failures).unwrap_or(PATIENCE).min(PATIENCE);
                let wait = jittered(interval.saturating_mul(patience));
                let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(wait) else { return };
                let pulled = match source.pull() {
                    // The guard says by itself what it refuses.
                    Ok(Pulled::New) => guard.reload().map(drop).map_err(|_| None),
                    // What was said of the server is over.
                    Ok(Pulled::Same) if said.is_some() => {
                        guard.reload().map(drop).map_err(|_| None)
                    }
                    Ok(Pulled::Same) => Ok(()),
                    Err(error) => Err(Some(error)),
                };
                failures = if pulled.is_err() { failures.saturating_add(1).min(16) } else { 0 };
                let error = pulled.err().flatten();
                if error != said {
                    if let Some(error) = &error {
                        // A guard that was closed takes no more of them.
                        let _ = guard.refuse_bundle(error.clone());
                    }
                    said = error;
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("checkrein-poll".to_owned())
            .spawn(poll)
            .map_err(|e| misuse(format!("no thread: {e}")))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }

    /// Ends it, after the pull that is under way.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Poll {
    fn drop(&mut self) {
        self.end();
    }
}

/// `wait`, a tenth more or less.
fn jittered(wait: Duration) -> Duration {
    let random = bytes::<2>(&SystemRandom).map_or(0, u16::from_le_bytes);
    let share = 0.9 + 0.2 * f64::from(random) / f64::from(u16::MAX);
    wait.mul_f64(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_is_a_tenth_more_or_less() {
        let waits: Vec<_> = (0..200).map(|_| jittered(Duration::from_secs(10))).collect();
        let within = |w: &Duration| (9.0..=11.0).contains(&w.as_secs_f64());
        assert!(waits.iter().all(within));
        assert!(waits.iter().any(|wait| *wait != waits[0]));
    }
}
