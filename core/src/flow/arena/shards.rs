//! A map by keyed hash, in parts: a copy shares them, and copies the parts that it writes to.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

/// Entries of one part, on average, before there are more parts.
const FULL: usize = 512;
/// New parts for an old one.
const SPREAD: usize = 4;
/// Bits of a hash that choose the part begin here: the map in it uses those at both ends.
const BITS: u32 = 40;

/// Hashes that were keyed before: no hashing left to do.
#[derive(Default, Clone)]
struct Keyed(u64);

impl Hasher for Keyed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

type Map<V> = HashMap<u64, V, BuildHasherDefault<Keyed>>;

/// Values by hash. Two hashes that are equal are one entry.
#[derive(Debug, Clone)]
pub(super) struct Shards<V> {
    /// A power of two of them, or none.
    parts: Vec<Part<V>>,
    len: usize,
}

#[derive(Debug, Clone)]
enum Part<V> {
    Own(Map<V>),
    Shared(Arc<Map<V>>),
}

impl<V> Part<V> {
    fn map(&self) -> &Map<V> {
        match self {
            Part::Own(map) => map,
            Part::Shared(map) => map,
        }
    }
}

impl<V: Clone> Part<V> {
    #[inline]
    fn own(&mut self) -> Option<&mut Map<V>> {
        if let Part::Shared(map) = self {
            *self = Part::Own(Arc::unwrap_or_clone(std::mem::take(map)));
        }
        match self {
            Part::Own(map) => Some(map),
            Part::Shared(_) => None,
        }
    }

    fn share(&mut self) -> Self {
        if let Part::Own(map) = self {
            *self = Part::Shared(Arc::new(std::mem::take(map)));
        }
        match self {
            Part::Shared(map) => Part::Shared(Arc::clone(map)),
            Part::Own(map) => Part::Own(map.clone()),
        }
    }
}

impl<V> Default for Shards<V> {
    fn default() -> Self {
        Self { parts: Vec::new(), len: 0 }
    }
}

impl<V> Shards<V> {
    #[inline]
    fn part(&self, hash: u64) -> usize {
        (hash >> BITS) as usize & self.parts.len().wrapping_sub(1)
    }

    #[inline]
    pub(super) fn get(&self, hash: u64) -> Option<&V> {
        self.parts.get(self.part(hash))?.map().get(&hash)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.parts.iter().flat_map(|part| part.map().values())
    }
}

impl<V: Clone> Shards<V> {
    pub(super) fn get_mut(&mut self, hash: u64) -> Option<&mut V> {
        let part = self.part(hash);
        self.parts.get_mut(part)?.own()?.get_mut(&hash)
    }

    pub(super) fn insert(&mut self, hash: u64, value: V) {
        self.make_room();
        let part = self.part(hash);
        let map = self.parts.get_mut(part).and_then(Part::own);
        if map.is_some_and(|map| map.insert(hash, value).is_none()) {
            self.len += 1;
        }
    }

    pub(super) fn remove(&mut self, hash: u64) -> Option<V> {
        let part = self.part(hash);
        let value = self.parts.get_mut(part)?.own()?.remove(&hash)?;
        self.len -= 1;
        Some(value)
    }

    /// The value of `hash`; a new one where there is none.
    #[inline]
    pub(super) fn entry(&mut self, hash: u64) -> Option<&mut V>
    where
        V: Default,
    {
        self.make_room();
        let part = self.part(hash);
        let length = &mut self.len;
        let new = || {
            *length += 1;
            V::default()
        };
        Some(self.parts.get_mut(part)?.own()?.entry(hash).or_insert_with(new))
    }

    pub(super) fn retain(&mut self, mut keep: impl FnMut(&mut V) -> bool) {
        self.len = 0;
        for part in &mut self.parts {
            let Some(map) = part.own() else { continue };
            map.retain(|_, value| keep(value));
            map.shrink_to(FULL);
            self.len += map.len();
        }
    }

    /// The same map again. Neither sees what the other writes from now on.
    pub(super) fn share(&mut self) -> Self {
        Self { parts: self.parts.iter_mut().map(Part::share).collect(), len: self.len }
    }

    #[inline]
    fn make_room(&mut self) {
        if self.len >= FULL * self.parts.len() {
            self.spread();
        }
    }

    #[cold]
    fn spread(&mut self) {
        let count = (self.parts.len() * SPREAD).max(1);
        let old = std::mem::take(&mut self.parts);
        self.parts.resize_with(count, || Part::Own(Map::default()));
        for mut part in old {
            for (hash, value) in part.own().map(std::mem::take).into_iter().flatten() {
                let part = self.part(hash);
                if let Some(map) = self.parts.get_mut(part).and_then(Part::own) {
                    map.insert(hash, value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn hash(number: u64) -> u64 {
        number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    proptest! {
        #[test]
        fn it_is_a_map_and_copies_part_ways(
            first in prop::collection::vec((0u64..3000, 0u32..9), 0..4000),
            then in prop::collection::vec((0u64..3000, 0u32..9, any::<bool>()), 0..50),
        ) {
            let (mut map, mut plain) = (Shards::default(), BTreeMap::new());
            for (key, value) in first {
                *map.entry(hash(key)).unwrap() = value;
                plain.insert(key, value);
            }
            let (mut child, mut child_plain) = (map.share(), plain.clone());
            for (key, value, by_child) in then {
                let (map, plain) =
                    if by_child { (&mut child, &mut child_plain) } else { (&mut map, &mut plain) };
                if value == 0 {
                    prop_assert_eq!(map.remove(hash(key)), plain.remove(&key));
                } else {
                    map.insert(hash(key), value);
                    plain.insert(key, value);
                }
            }
            for (mut map, plain) in [(map, plain), (child, child_plain)] {
                for key in 0..3000 {
                    prop_assert_eq!(map.get(hash(key)), plain.get(&key));
                }
                prop_assert_eq!(map.values().count(), plain.len());
                map.retain(|value| *value > 4);
                let left = plain.values().filter(|value| **value > 4).count();
                prop_assert_eq!(map.values().count(), left);
                prop_assert_eq!(map.is_empty(), left == 0);
            }
        }
    }
}
