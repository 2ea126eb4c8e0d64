//! What a session keeps for its rules, beside its sources.

use super::names::Names;
use super::said::Said;
use std::collections::HashSet;
use std::sync::Arc;

/// Uses that are kept; over it every member of a set counts as used.
const MAX_USED: usize = 16_384;

/// The user's words in order, the addresses by name, and what was used before.
#[derive(Debug, Clone, Default)]
pub(in crate::flow) struct Memory {
    pub(in crate::flow) said: Said,
    pub(in crate::flow) names: Arc<Names>,
    used: Arc<HashSet<u64>>,
}

impl Memory {
    pub(in crate::flow) fn bytes(&self) -> usize {
        self.said.bytes() + self.names.bytes() + self.used.len() * 16
    }

    /// A call with this value, by hash of tool and value, was carried out.
    pub(in crate::flow) fn use_up(&mut self, hash: u64) {
        if self.used.len() < MAX_USED {
            Arc::make_mut(&mut self.used).insert(hash);
        }
    }

    pub(super) fn is_used(&self, hash: u64) -> bool {
        self.used.len() >= MAX_USED || self.used.contains(&hash)
    }
}
