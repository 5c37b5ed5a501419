//! Merkle proofs of the log (RFC 6962 hashing): checking them offline, and the growing edge of the tree. Pure.

pub use super::checkpoint::{Checkpoint, CheckpointError};
pub use super::entry::leaf_hash;

use tlog_tiles::tlog::{self, Hash};

/// Most hashes in an inclusion proof: one per level of the largest tree there can be.
pub const INCLUSION_PROOF_MAX_HASHES: usize = 64;
/// Most hashes in a consistency proof.
pub const CONSISTENCY_PROOF_MAX_HASHES: usize = 128;

/// A proof that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// More hashes than any tree has levels.
    #[error("{0} hashes are too many for a proof")]
    TooLong(usize),
    /// A number at or past the size of the tree, or an old size past the new one.
    #[error("{0} is outside a tree of {1} entries")]
    OutOfRange(u64, u64),
    /// The hashes do not lead to the root.
    #[error("the proof does not lead to the root")]
    WrongRoot,
}

/// Checks that the tree of `size` entries with `root` has `leaf` at place `seq` (from 0).
/// Cost: at most 64 hashes, whatever the input.
/// # Errors
/// [`ProofError`] when it has not, or the proof does not show it.
/// Source: RFC 6962 §2.1.1.
pub fn verify_inclusion(
    leaf: &[u8; 32],
    seq: u64,
    size: u64,
    root: &[u8; 32],
    proof: &[[u8; 32]],
) -> Result<(), ProofError> {
    if proof.len() > INCLUSION_PROOF_MAX_HASHES {
        return Err(ProofError::TooLong(proof.len()));
    }
    if seq >= size {
        return Err(ProofError::OutOfRange(seq, size));
    }
    tlog::check_record(&hashes(proof), size, Hash(*root), seq, Hash(*leaf)).map_err(|_| ProofError::WrongRoot)
}

/// Checks that the tree of `size` entries with `root` begins with the tree of `old_size` entries with `old_root`.
/// # Errors
/// [`ProofError`] when it does not, or the proof does not show it. An `old_size` of 0 is out of range: the
/// empty tree begins every tree and needs no proof.
/// Source: RFC 6962 §2.1.2.
pub fn verify_consistency(
    old_size: u64,
    old_root: &[u8; 32],
    size: u64,
    root: &[u8; 32],
    proof: &[[u8; 32]],
) -> Result<(), ProofError> {
    if proof.len() > CONSISTENCY_PROOF_MAX_HASHES {
        return Err(ProofError::TooLong(proof.len()));
    }
    if old_size == 0 || old_size > size {
        return Err(ProofError::OutOfRange(old_size, size));
    }
    tlog::check_tree(&hashes(proof), size, Hash(*root), old_size, Hash(*old_root)).map_err(|_| ProofError::WrongRoot)
}

fn hashes(proof: &[[u8; 32]]) -> Vec<Hash> {
    proof.iter().copied().map(Hash).collect()
}

/// The right edge of a Merkle tree: roots of its complete subtrees, largest first. Enough to append to the
/// tree and to know its root, at any size in at most 64 hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<[u8; 32]>,
}

impl Frontier {
    /// The edge of a tree of `size` entries; `None` unless there is one subtree per set bit of `size`.
    #[must_use]
    pub fn new(size: u64, subtrees: Vec<[u8; 32]>) -> Option<Self> {
        let expected = usize::try_from(size.count_ones()).ok()?;
        (subtrees.len() == expected).then_some(Frontier { size, subtrees })
    }

    /// Number of entries.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Roots of its complete subtrees, largest first: what [`Frontier::new`] takes.
    #[must_use]
    pub fn subtrees(&self) -> &[[u8; 32]] {
        &self.subtrees
    }

    /// Appends a leaf and answers the inner nodes that became complete with it, lowest level first.
    pub fn push(&mut self, leaf: [u8; 32]) -> Vec<[u8; 32]> {
        let mut completed = Vec::new();
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                node = tlog::node_hash(Hash(left), Hash(node)).0;
                completed.push(node);
            }
        }
        self.subtrees.push(node);
        self.size += 1;
        completed
    }

    /// The root of the tree. Source: RFC 6962 §2.1.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        let mut subtrees = self.subtrees.iter().rev().copied();
        let Some(smallest) = subtrees.next() else { return tlog::EMPTY_HASH.0 };
        subtrees.fold(smallest, |right, left| tlog::node_hash(Hash(left), Hash(right)).0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions)]
    use super::*;
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use sha2::Sha256;

    fn body(seq: u64) -> Vec<u8> {
        format!("entry {seq}").into_bytes()
    }

    fn both_trees(size: u64) -> (Frontier, MemoryBackedTree<Sha256, Vec<u8>>) {
        let mut frontier = Frontier::default();
        let mut tree = MemoryBackedTree::new();
        for seq in 0..size {
            frontier.push(leaf_hash(&body(seq)));
            tree.push(body(seq));
        }
        (frontier, tree)
    }

    fn proof_of(tree: &MemoryBackedTree<Sha256, Vec<u8>>, seq: u64) -> Vec<[u8; 32]> {
        let proof = tree.prove_inclusion(usize::try_from(seq).unwrap());
        proof.as_bytes().chunks(32).map(|hash| hash.try_into().unwrap()).collect()
    }

    #[test]
    fn the_edge_has_the_root_that_an_independent_tree_has() {
        for size in (0..70).chain([127, 128, 129, 255, 256, 257, 1000]) {
            let (frontier, tree) = both_trees(size);
            assert_eq!(frontier.root()[..], tree.root().as_bytes()[..], "{size}");
            assert_eq!(frontier.size(), size);
        }
    }

    #[test]
    fn independent_proofs_hold_and_altered_ones_do_not() {
        for size in [1_u64, 2, 3, 7, 8, 255, 256, 257] {
            let (frontier, tree) = both_trees(size);
            let root = frontier.root();
            for seq in (0..size).step_by(5).chain([size - 1]) {
                let proof = proof_of(&tree, seq);
                let leaf = leaf_hash(&body(seq));
                assert_eq!(verify_inclusion(&leaf, seq, size, &root, &proof), Ok(()));

                assert!(verify_inclusion(&[0; 32], seq, size, &root, &proof).is_err());
                assert!(verify_inclusion(&leaf, seq, size, &[0; 32], &proof).is_err());
                assert!(verify_inclusion(&leaf, seq + 1, size, &root, &proof).is_err());
                for at in 0..proof.len() {
                    let mut altered = proof.clone();
                    altered[at][17] ^= 1;
                    assert!(verify_inclusion(&leaf, seq, size, &root, &altered).is_err());
                    let mut shorter = proof.clone();
                    shorter.remove(at);
                    assert!(verify_inclusion(&leaf, seq, size, &root, &shorter).is_err());
                }
                let longer = [proof.clone(), vec![[0; 32]]].concat();
                assert!(verify_inclusion(&leaf, seq, size, &root, &longer).is_err());
            }
        }
    }

    #[test]
    fn proofs_with_absurd_numbers_are_refused_at_once() {
        let many = vec![[0; 32]; INCLUSION_PROOF_MAX_HASHES + 1];
        assert_eq!(verify_inclusion(&[0; 32], 0, u64::MAX, &[0; 32], &many), Err(ProofError::TooLong(65)));
        let most = &many[..INCLUSION_PROOF_MAX_HASHES];
        for (seq, size) in
            [(0, 0), (5, 5), (u64::MAX, u64::MAX), (u64::MAX - 1, u64::MAX), (0, u64::MAX), (1 << 63, u64::MAX)]
        {
            assert!(verify_inclusion(&[0; 32], seq, size, &[0; 32], most).is_err());
            assert!(verify_consistency(seq, &[0; 32], size, &[0; 32], most).is_err());
        }
    }

    #[test]
    fn an_edge_with_a_wrong_number_of_subtrees_is_not_made() {
        assert!(Frontier::new(5, vec![[0; 32]; 2]).is_some());
        assert!(Frontier::new(5, vec![[0; 32]; 3]).is_none());
        assert!(Frontier::new(0, vec![]).is_some());
    }
}
