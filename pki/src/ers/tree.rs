//! From a hash value to the root of a reduced hash tree. Source: RFC 4998 §4.2, §4.3.

use std::collections::HashSet;

use super::record::ArchiveTimeStamp;
use crate::digest::{Digest, DigestAlgorithm};

/// What a list with one hash value becomes: §4.2 keeps the value of a group of one, §4.3 read literally hashes it again.
/// Either way nothing else leads to the root, so both are accepted, one for a whole tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Single {
    Kept,
    Hashed,
}

/// The hash of a group: its hash values in ascending order, one after the other, hashed; of one value itself.
pub(crate) fn group_hash(algorithm: DigestAlgorithm, hashes: &[Vec<u8>]) -> Digest {
    hash_list(algorithm, hashes, Single::Kept)
}

fn hash_list(algorithm: DigestAlgorithm, hashes: &[Vec<u8>], single: Single) -> Digest {
    if let ([only], Single::Kept) = (hashes, single)
        && let Some(digest) = Digest::new(algorithm, only.clone())
    {
        return digest;
    }
    let mut sorted: Vec<&[u8]> = hashes.iter().map(Vec::as_slice).collect();
    sorted.sort_unstable();
    algorithm.digest(&sorted.concat())
}

/// Whether the lists lead to the token's imprint.
fn leads_to_imprint(stamp: &ArchiveTimeStamp, algorithm: DigestAlgorithm, lists: &[Vec<Vec<u8>>]) -> bool {
    [Single::Kept, Single::Hashed].into_iter().any(|single| {
        let mut below: Option<Digest> = None;
        for list in lists {
            let mut list = list.clone();
            if let Some(below) = below {
                list.push(below.as_bytes().to_vec());
            }
            below = Some(hash_list(algorithm, &list, single));
        }
        below.is_some_and(|root| stamp.time_stamp.is_over(&root))
    })
}

/// How an archive time stamp stands to the hash values that it should be over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Coverage {
    /// The token is over the tree, or over the one hash value.
    pub holds: bool,
    /// The answer for each wanted hash value: whether it is one that the token is over.
    pub covers: Vec<bool>,
    /// Hash values at the leaves that are none of the wanted ones: neighbours in the tree, or data that are not at hand.
    pub others: Vec<Vec<u8>>,
}

/// What `stamp` is over, under its own algorithm.
pub(super) fn coverage(stamp: &ArchiveTimeStamp, algorithm: DigestAlgorithm, wanted: &[Option<Digest>]) -> Coverage {
    let imprint = &stamp.time_stamp.info().message_imprint;
    let (holds, leaves) = match &stamp.reduced_tree {
        Some(lists) => {
            // A hash value of another length is none of this algorithm.
            let lengths = lists.iter().flatten().all(|hash| hash.len() == algorithm.output_len());
            let holds = lengths && leads_to_imprint(stamp, algorithm, lists);
            (holds, lists.first().cloned().unwrap_or_default())
        }
        None => {
            let known = imprint.digest().is_some_and(|digest| digest.algorithm() == algorithm);
            (known, vec![imprint.octets.clone()])
        }
    };
    let known: HashSet<&[u8]> = leaves.iter().map(Vec::as_slice).collect();
    let is_leaf = |hash: &Digest| known.contains(hash.as_bytes());
    let covers = wanted.iter().map(|hash| holds && hash.as_ref().is_some_and(is_leaf)).collect();
    let asked: HashSet<&[u8]> = wanted.iter().flatten().map(Digest::as_bytes).collect();
    let others = leaves.iter().filter(|leaf| !asked.contains(leaf.as_slice())).cloned().collect();
    Coverage { holds, covers, others }
}
