//! A hash under a key that nobody knows: attackers choose what is hashed.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// SipHash-1-3 of whole texts, under a key of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key(u64, u64);

impl Key {
    pub(super) fn random() -> Self {
        let state = RandomState::new();
        Self(state.hash_one(0u8), state.hash_one(1u8))
    }

    /// In place and at once: nearly all that is hashed is one word.
    #[inline]
    pub(super) fn hash(self, text: &str) -> u64 {
        let bytes = text.as_bytes();
        let mut state = State {
            a: self.0 ^ 0x736f_6d65_7073_6575,
            b: self.1 ^ 0x646f_7261_6e64_6f6d,
            c: self.0 ^ 0x6c79_6765_6e65_7261,
            d: self.1 ^ 0x7465_6462_7974_6573,
        };
        let (blocks, rest) = bytes.as_chunks::<8>();
        for block in blocks {
            state.take(u64::from_le_bytes(*block));
        }
        let length = (bytes.len() as u64) << 56;
        state.take(length | tail(rest));
        state.c ^= 0xff;
        for _ in 0..3 {
            state.round();
        }
        state.a ^ state.b ^ state.c ^ state.d
    }
}

/// Up to seven bytes as a number.
#[inline]
fn tail(rest: &[u8]) -> u64 {
    if let (Some(head), Some(last)) = (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
        let shift = 8 * (rest.len() as u32 - 4);
        return u64::from(u32::from_le_bytes(*head))
            | (u64::from(u32::from_le_bytes(*last)) << shift);
    }
    rest.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

struct State {
    a: u64,
    b: u64,
    c: u64,
    d: u64,
}

impl State {
    #[inline]
    fn take(&mut self, block: u64) {
        self.d ^= block;
        self.round();
        self.a ^= block;
    }

    #[inline]
    fn round(&mut self) {
        self.a = self.a.wrapping_add(self.b);
        self.c = self.c.wrapping_add(self.d);
        self.b = self.b.rotate_left(13) ^ self.a;
        self.d = self.d.rotate_left(16) ^ self.c;
        self.a = self.a.rotate_left(32);
        self.c = self.c.wrapping_add(self.b);
        self.a = self.a.wrapping_add(self.d);
        self.b = self.b.rotate_left(17) ^ self.c;
        self.d = self.d.rotate_left(21) ^ self.a;
        self.c = self.c.rotate_left(32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::hash_map::DefaultHasher;
    use std::hash::Hasher;

    proptest! {
        #[test]
        fn it_is_what_the_standard_library_computes(text in ".{0,40}") {
            let mut hasher = DefaultHasher::new();
            hasher.write(text.as_bytes());
            prop_assert_eq!(Key(0, 0).hash(&text), hasher.finish());
        }
    }

    #[test]
    fn every_index_has_a_key_of_its_own() {
        assert_ne!(Key::random().hash("word"), Key::random().hash("word"));
    }
}
