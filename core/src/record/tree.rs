//! The Merkle tree of RFC 6962, kept as its right edge: any size in a few hundred bytes.

use sha2::{Digest as _, Sha256};

/// A node of the tree.
pub type Hash = [u8; 32];

/// The hash of a record's stored bytes.
pub fn leaf(bytes: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(bytes).finalize().into()
}

/// The hash of two neighbours.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The complete subtrees of a tree, widest first: enough to append and to name the root.
#[derive(Debug, Clone, Default)]
pub struct Edge {
    size: u64,
    peaks: Vec<Hash>,
}

impl Edge {
    /// Leaves so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends one leaf.
    pub fn push(&mut self, leaf: Hash) {
        let (mut hash, mut trailing) = (leaf, self.size);
        while trailing & 1 == 1 {
            if let Some(left) = self.peaks.pop() {
                hash = node(&left, &hash);
            }
            trailing >>= 1;
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return Sha256::digest([]).into() };
        peaks.fold(*last, |right, left| node(left, &right))
    }
}

/// Half-open ranges of leaves whose roots make up a proof, in the proof's order.
type Ranges = Vec<(u64, u64)>;

/// The largest power of two below `n`; `n` is at least 2.
fn split(n: u64) -> u64 {
    1 << (63 - (n - 1).leading_zeros())
}

/// What proves that leaf `index` is in the tree of `size` leaves.
pub fn inclusion_ranges(index: u64, size: u64) -> Ranges {
    let (mut low, mut high, mut ranges) = (0, size, Vec::new());
    while high - low > 1 {
        let middle = low + split(high - low);
        if index < middle {
            ranges.push((middle, high));
            high = middle;
        } else {
            ranges.push((low, middle));
            low = middle;
        }
    }
    ranges.reverse();
    ranges
}

/// What proves that the tree of `old` leaves is a prefix of the tree of `size` leaves.
pub fn consistency_ranges(old: u64, size: u64) -> Ranges {
    let (mut low, mut high, mut ranges) = (0, size, Vec::new());
    if old == 0 || old >= size {
        return ranges;
    }
    // The subtree that ends at `old` is known to the verifier only while it starts at 0.
    while high != old {
        let middle = low + split(high - low);
        if old <= middle {
            ranges.push((middle, high));
            high = middle;
        } else {
            ranges.push((low, middle));
            low = middle;
        }
    }
    if low > 0 {
        ranges.push((low, high));
    }
    ranges.reverse();
    ranges
}

/// The roots of disjoint ranges, from leaves that arrive in order.
pub struct Collector {
    ranges: Vec<(u64, u64, Edge)>,
    /// Ranges sorted by start; those before this one are full.
    order: Vec<usize>,
    at: usize,
}

impl Collector {
    /// Waits for the leaves of `ranges`.
    pub fn new(ranges: &[(u64, u64)]) -> Self {
        let ranges: Vec<_> = ranges.iter().map(|(a, b)| (*a, *b, Edge::default())).collect();
        let mut order: Vec<usize> = (0..ranges.len()).collect();
        order.sort_by_key(|i| ranges.get(*i).map(|r| r.0));
        Self { ranges, order, at: 0 }
    }

    /// Takes the leaf with number `index`.
    pub fn push(&mut self, index: u64, leaf: Hash) {
        let Some(range) = self.order.get(self.at).and_then(|i| self.ranges.get_mut(*i)) else {
            return;
        };
        if index >= range.0 && index < range.1 {
            range.2.push(leaf);
        }
        if index + 1 >= range.1 {
            self.at += 1;
        }
    }

    /// The roots, in the order in which the ranges were given.
    pub fn roots(&self) -> Vec<Hash> {
        self.ranges.iter().map(|(_, _, edge)| edge.root()).collect()
    }
}

/// Whether `proof` leads from `leaf` at `index` to `root` of a tree of `size` leaves
/// (RFC 9162, 2.1.3.2).
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut f, mut s, mut hash) = (index, size - 1, leaf);
    for sibling in proof {
        if s == 0 {
            return false;
        }
        if f & 1 == 1 || f == s {
            hash = node(sibling, &hash);
            while f & 1 == 0 && f != 0 {
                (f, s) = (f >> 1, s >> 1);
            }
        } else {
            hash = node(&hash, sibling);
        }
        (f, s) = (f >> 1, s >> 1);
    }
    s == 0 && hash == *root
}

/// Whether `proof` shows that `old_root` (of `old` leaves) is a prefix of `root` (of `size`)
/// (RFC 9162, 2.1.4.2).
pub fn verify_consistency(
    old: u64,
    size: u64,
    old_root: &Hash,
    root: &Hash,
    proof: &[Hash],
) -> bool {
    if old > size {
        return false;
    }
    if old == size {
        return proof.is_empty() && old_root == root;
    }
    if old == 0 {
        return proof.is_empty() && *old_root == Edge::default().root();
    }
    let mut proof = proof.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { proof.next() };
    let Some(first) = first else { return false };
    let (mut f, mut s) = (old - 1, size - 1);
    while f & 1 == 1 {
        (f, s) = (f >> 1, s >> 1);
    }
    let (mut old_hash, mut hash) = (*first, *first);
    for sibling in proof {
        if s == 0 {
            return false;
        }
        if f & 1 == 1 || f == s {
            old_hash = node(sibling, &old_hash);
            hash = node(sibling, &hash);
            while f & 1 == 0 && f != 0 {
                (f, s) = (f >> 1, s >> 1);
            }
        } else {
            hash = node(&hash, sibling);
        }
        (f, s) = (f >> 1, s >> 1);
    }
    s == 0 && old_hash == *old_root && hash == *root
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(n: u64) -> Vec<Hash> {
        (0..n).map(|i| leaf(&i.to_be_bytes())).collect()
    }

    /// RFC 6962, 2.1, as it is written.
    fn naive(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => *one,
            _ => {
                let k = leaves.len().next_power_of_two() / 2;
                node(&naive(&leaves[..k]), &naive(&leaves[k..]))
            }
        }
    }

    fn naive_path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let k = leaves.len().next_power_of_two() / 2;
        let (mut path, other) = if m < k {
            (naive_path(m, &leaves[..k]), naive(&leaves[k..]))
        } else {
            (naive_path(m - k, &leaves[k..]), naive(&leaves[..k]))
        };
        path.push(other);
        path
    }

    fn collect(ranges: &[(u64, u64)], leaves: &[Hash]) -> Vec<Hash> {
        let mut collector = Collector::new(ranges);
        for (i, leaf) in leaves.iter().enumerate() {
            collector.push(i as u64, *leaf);
        }
        collector.roots()
    }

    #[test]
    fn known_roots() {
        // The test vectors of the certificate transparency project: "", 00, 10, 2021, ...
        let data: [&[u8]; 3] = [b"", &[0x00], &[0x10]];
        let mut edge = Edge::default();
        let want = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        ];
        for (bytes, want) in data.iter().zip(want) {
            edge.push(leaf(bytes));
            assert_eq!(crate::digest::hex(&edge.root()), want);
        }
    }

    #[test]
    fn roots_and_inclusion_proofs_equal_the_definition() {
        let all = leaves(300);
        let mut edge = Edge::default();
        for n in 0..=300_usize {
            assert_eq!(edge.root(), naive(&all[..n]), "size {n}");
            assert_eq!(edge.size(), n as u64);
            let root = edge.root();
            let step = if n < 40 { 1 } else { 37 };
            for m in (0..n).step_by(step) {
                let proof = collect(&inclusion_ranges(m as u64, n as u64), &all[..n]);
                assert_eq!(proof, naive_path(m, &all[..n]), "leaf {m} of {n}");
                assert!(verify_inclusion(all[m], m as u64, n as u64, &proof, &root));
                assert!(!verify_inclusion(all[m], m as u64 + 1, n as u64, &proof, &root));
                assert!(!verify_inclusion([7; 32], m as u64, n as u64, &proof, &root));
                if !proof.is_empty() {
                    assert!(!verify_inclusion(all[m], m as u64, n as u64, &proof[1..], &root));
                }
            }
            assert!(!verify_inclusion([0; 32], n as u64, n as u64, &[], &root));
            if let Some(next) = all.get(n) {
                edge.push(*next);
            }
        }
    }

    #[test]
    fn consistency_proofs_hold_for_every_pair_and_for_no_other_root() {
        let all = leaves(90);
        let roots: Vec<Hash> = (0..=90).map(|n| naive(&all[..n])).collect();
        for n in 0..=90_usize {
            for m in 0..=n {
                let (old, new) = (m as u64, n as u64);
                let proof = collect(&consistency_ranges(old, new), &all[..n]);
                assert!(verify_consistency(old, new, &roots[m], &roots[n], &proof), "{m} of {n}");
                assert!(!verify_consistency(old, new, &[1; 32], &roots[n], &proof));
                assert!(m == 0 || !verify_consistency(old, new, &roots[m], &[1; 32], &proof));
                if m > 0 && m < n {
                    let longer: Vec<Hash> = proof.iter().copied().chain([[2; 32]]).collect();
                    assert!(!verify_consistency(old, new, &roots[m], &roots[n], &longer));
                    assert!(!verify_consistency(old, new, &roots[m - 1], &roots[n], &proof));
                }
            }
        }
    }
}
