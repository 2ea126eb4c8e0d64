//! The proof: an append-only, verifiable audit log.
