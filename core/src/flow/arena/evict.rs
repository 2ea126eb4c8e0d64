//! Bounds: the oldest weak leaves lose their text, then their typed values; others never do.

use super::{Arena, ENTRY, Entry, Home, LEAF, Place, Posting, Tier, number};
use std::sync::Arc;

/// Bytes of text of weak leaves that are kept to be searched; of older ones typed values only.
const MAX_TEXT: usize = 4 << 20;

impl Arena {
    /// Whether a leaf of this tier may come in. The user's words get twice the room of others, so
    /// that no flood of results keeps them out; and what may be evicted always has a share of its
    /// own, so that a sweep is paid for by what came in since the last.
    pub(in crate::flow) fn has_room(&self, tier: Tier) -> bool {
        let share = match tier {
            Tier::User => self.limit.saturating_mul(2),
            Tier::Trusted => self.limit / 4 * 3,
            Tier::Weak => self.limit / 8 * 7,
        };
        self.strong < share
    }

    /// For tests: from now on there is only so much room.
    #[cfg(test)]
    pub(in crate::flow) fn shrink(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Evicts until there is room for what comes next.
    pub(super) fn make_room(&mut self) {
        while self.full_text > MAX_TEXT
            && self.full.len() > 1
            && let Some(oldest) = self.full.pop_front()
        {
            self.thin_out(oldest);
        }
        if self.bytes <= self.limit {
            return self.tidy();
        }
        let free = self.limit.saturating_sub(self.strong) / 2;
        let aim = self.limit - free.min(self.limit / 4);
        while self.bytes > self.limit && !(self.full.is_empty() && self.thin.is_empty()) {
            let texts = !self.full.is_empty();
            while self.bytes.saturating_sub(self.stale) > aim {
                let next = if texts { self.full.pop_front() } else { self.thin.pop_front() };
                match next {
                    Some(id) if texts => self.thin_out(id),
                    Some(id) => self.remove(id),
                    None => break,
                }
            }
            // What was evicted is an estimate; the sweep counts.
            self.sweep();
        }
    }

    /// Forgets a leaf's text; its typed values stay.
    fn thin_out(&mut self, id: u32) {
        let Some(slot) = self.leaves.get_mut(number(id)).map(Arc::make_mut) else { return };
        self.stale += std::mem::take(&mut slot.words);
        self.full_text = self.full_text.saturating_sub(slot.leaf.text.len());
        slot.leaf.text = Arc::default();
        slot.leaf.lines = Arc::default();
        slot.leaf.home = Home::Shift(0);
        slot.leaf.secrets = Vec::new();
        self.thin.push_back(id);
    }

    fn remove(&mut self, id: u32) {
        if let Some(slot) = self.leaves.remove(number(id)) {
            if slot.leaf.tier() == Tier::Weak {
                self.full_text = self.full_text.saturating_sub(slot.leaf.text.len());
            }
            self.stale += slot.words + slot.values + LEAF;
        }
    }

    /// Drops the weak leaves `from..to`: their source is forgotten.
    pub(in crate::flow) fn forget(&mut self, from: u32, to: u32) {
        for id in from..to {
            if self.leaf(id).is_some_and(|leaf| leaf.tier() == Tier::Weak) {
                self.remove(id);
            }
        }
        self.tidy();
    }

    /// Sweeps where there is enough to sweep that it pays.
    fn tidy(&mut self) {
        if self.stale > self.limit / 4 {
            self.sweep();
        }
    }

    /// Takes what was evicted out of the indices and counts anew.
    fn sweep(&mut self) {
        let leaves = &self.leaves;
        let slot = |id: u32| leaves.get(number(id));
        let has_text = |id: &u32| slot(*id).is_some_and(|slot| !slot.leaf.text.is_empty());
        let mut bytes = 0;
        if let Some(weak) = self.words.get_mut(Tier::Weak as usize) {
            weak.retain(|postings| {
                postings.retain(|(id, _)| has_text(id));
                !postings.is_empty()
            });
        }
        for postings in self.words.iter().flat_map(|words| words.values()) {
            bytes += ENTRY + postings.len() * size_of::<Posting>();
        }
        self.wholes.retain(|ids| {
            ids.retain(has_text);
            bytes += ids.len() * ENTRY;
            !ids.is_empty()
        });
        self.secrets.retain(|spans| {
            spans.retain(|(id, _)| has_text(id));
            bytes += spans.len() * ENTRY;
            !spans.is_empty()
        });
        self.entities.retain(|entry| {
            entry.places.retain(|place| slot(place.leaf).is_some());
            let mut counts = [0u16; 3];
            for place in entry.places.iter() {
                let tier = slot(place.leaf).map_or(Tier::Weak, |slot| slot.leaf.tier());
                if let Some(count) = counts.get_mut(tier as usize) {
                    *count += 1;
                }
            }
            entry.counts = counts;
            bytes += ENTRY + entry.key.len() + size_of::<Entry>();
            bytes += entry.places.len() * size_of::<Place>();
            !entry.places.is_empty()
        });
        for slot in leaves.values() {
            bytes += slot.leaf.cost();
        }
        self.full.retain(|id| slot(*id).is_some());
        self.thin.retain(|id| slot(*id).is_some());
        self.bytes = bytes;
        self.stale = 0;
    }
}
