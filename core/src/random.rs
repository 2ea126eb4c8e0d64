//! Randomness behind a trait, so that a test can seed it.

use crate::error::{Error, ErrorKind, Result};

/// A source of unpredictable bytes: approval ids, nonces, keys.
pub trait Random: Send + Sync {
    /// Fills `out`.
    ///
    /// # Errors
    /// `internal/panic` where the machine has no entropy to give.
    fn fill(&self, out: &mut [u8]) -> Result<()>;
    /// True for seeded sources: the audit log says so in its start record.
    fn is_injected(&self) -> bool {
        false
    }
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, out: &mut [u8]) -> Result<()> {
        getrandom::fill(out)
            .map_err(|e| Error::new(ErrorKind::InternalPanic, format!("no randomness: {e}")))
    }
}

/// SHA-256 in counter mode over a seed. For tests only: its bytes can be foretold.
#[derive(Debug)]
pub struct SeededRandom {
    seed: u64,
    counter: std::sync::atomic::AtomicU64,
}

impl SeededRandom {
    /// A generator that yields the same bytes for the same seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, counter: 0.into() }
    }
}

impl Random for SeededRandom {
    fn fill(&self, out: &mut [u8]) -> Result<()> {
        use sha2::{Digest, Sha256};
        for chunk in out.chunks_mut(32) {
            let n = self.counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let block =
                Sha256::new().chain_update(self.seed.to_le_bytes()).chain_update(n.to_le_bytes());
            for (to, from) in chunk.iter_mut().zip(block.finalize()) {
                *to = from;
            }
        }
        Ok(())
    }

    fn is_injected(&self) -> bool {
        true
    }
}

/// `N` random bytes.
///
/// # Errors
/// As [`Random::fill`].
pub fn bytes<const N: usize>(random: &dyn Random) -> Result<[u8; N]> {
    let mut out = [0; N];
    random.fill(&mut out)?;
    Ok(out)
}
