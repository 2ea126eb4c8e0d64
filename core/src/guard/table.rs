//! The live sessions of a guard: bounded in number and bytes, idle ones evicted first.

use super::session::Cell;
use crate::error::{Error, ErrorKind, Result};
use crate::id::{SessionId, TenantId};
use crate::limits::Limits;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// How many idle sessions one eviction pass removes, so that a full table is not scanned for
/// every newcomer.
const BATCH: usize = 64;

#[derive(Default)]
pub(super) struct Table {
    cells: HashMap<(TenantId, SessionId), Arc<Cell>>,
    bytes: usize,
}

impl Table {
    pub fn get(&self, tenant: &TenantId, id: &SessionId) -> Option<Arc<Cell>> {
        self.cells.get(&(tenant.clone(), id.clone())).cloned()
    }

    /// Puts `cell` in; where another thread was first with this id, gives theirs.
    pub fn insert(&mut self, cell: Arc<Cell>, limits: &Limits) -> Result<Arc<Cell>> {
        let key = (cell.principal.tenant.clone(), cell.id.clone());
        if let Some(first) = self.cells.get(&key) {
            return Ok(Arc::clone(first));
        }
        if self.cells.len() >= limits.sessions {
            self.evict(None);
        }
        if self.cells.len() >= limits.sessions {
            let message = format!("all {} sessions are in use", limits.sessions);
            return Err(Error::new(ErrorKind::LimitSessions, message).with("limit", "sessions"));
        }
        self.cells.insert(key, Arc::clone(&cell));
        Ok(cell)
    }

    pub fn remove(&mut self, tenant: &TenantId, id: &SessionId) {
        if let Some(cell) = self.cells.remove(&(tenant.clone(), id.clone())) {
            self.bytes = self.bytes.saturating_sub(cell.bytes.load(Ordering::Relaxed));
        }
    }

    pub fn all(&self) -> Vec<Arc<Cell>> {
        self.cells.values().cloned().collect()
    }

    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// A session has grown or shrunk; over the guard's memory, idle ones go.
    pub fn resized(&mut self, before: usize, after: usize, limits: &Limits, current: &Arc<Cell>) {
        self.bytes = self.bytes.saturating_sub(before).saturating_add(after);
        if self.bytes > limits.memory {
            self.evict(Some(current));
        }
    }

    /// Removes the longest idle sessions that no host holds. One that comes back is `resumed`.
    fn evict(&mut self, keep: Option<&Arc<Cell>>) {
        let held = |cell: &Arc<Cell>| {
            Arc::strong_count(cell) > 1 || keep.is_some_and(|keep| Arc::ptr_eq(keep, cell))
        };
        let mut idle: Vec<_> = self
            .cells
            .iter()
            .filter(|(_, cell)| !held(cell))
            .map(|(key, cell)| (cell.last_used_ms.load(Ordering::Relaxed), key.clone()))
            .collect();
        idle.sort();
        for (_, (tenant, id)) in idle.into_iter().take(BATCH) {
            self.remove(&tenant, &id);
        }
    }
}
