//! Checks the sequence numbers that stand in records: each at most once, and how many are missing.

use std::collections::BTreeMap;

/// Gaps after which no more are told apart.
const MOST_GAPS: usize = 65_536;

/// The numbers seen so far. Threads may write theirs out of order, so a gap may fill up later.
#[derive(Default)]
pub struct Sequences {
    next: u64,
    /// Gaps: first missing number to the one behind the last.
    gaps: BTreeMap<u64, u64>,
    overflow: bool,
}

impl Sequences {
    /// Takes a record; says what is wrong with it.
    pub fn push(&mut self, record: &[u8]) -> Option<String> {
        let Some(number) = number(record) else {
            return Some("not a record: no sequence number".to_owned());
        };
        if number >= self.next {
            if number > self.next {
                if self.gaps.len() < MOST_GAPS {
                    self.gaps.insert(self.next, number);
                } else {
                    self.overflow = true;
                }
            }
            self.next = number.saturating_add(1);
            return None;
        }
        let gap = self.gaps.range(..=number).next_back().map(|(a, b)| (*a, *b));
        let Some((start, end)) = gap.filter(|(_, end)| number < *end) else {
            return (!self.overflow).then(|| format!("sequence number {number} stands twice"));
        };
        self.gaps.remove(&start);
        if start < number {
            self.gaps.insert(start, number);
        }
        if number + 1 < end {
            self.gaps.insert(number + 1, end);
        }
        None
    }

    /// How many numbers below the highest are missing.
    pub fn missing(&self) -> u64 {
        self.gaps.iter().map(|(start, end)| end - start).sum()
    }
}

/// The sequence number of a record's line.
pub fn number(record: &[u8]) -> Option<u64> {
    #[derive(serde::Deserialize)]
    struct Head {
        seq: u64,
    }
    serde_json::from_slice::<Head>(record).ok().map(|head| head.seq)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_free_and_repeats_are_not() {
        let mut sequences = Sequences::default();
        let mut push = |n: u64| sequences.push(format!("{{\"seq\":{n}}}").as_bytes());
        for n in [0, 3, 1, 7, 5, 2] {
            assert_eq!(push(n), None, "{n}");
        }
        for n in [0, 1, 2, 3, 5, 7] {
            assert!(push(n).is_some(), "{n}");
        }
        assert_eq!(sequences.missing(), 2, "4 and 6");
        assert!(sequences.push(b"{}").is_some());
        assert!(sequences.push(b"\xFF").is_some());
    }
}
