//! What a session has done so far: counters, loops, risk, restrictions.

pub mod counters;
mod key;
mod loops;
mod restriction;
mod risk;
mod store;

pub use key::store_key;
pub use loops::Recent;
pub use restriction::Restrictions;
pub use risk::{Contribution, DEFAULT_HALF_LIFE_MS, Risk};
pub use store::MemoryStore;
