//! Evidence records: the first time stamp over a group of data, and its renewals. Source: RFC 4998 §3.1, §4.2, §5.2.
//!
//! Time stamps come from outside: ask [`ErsBuilder`] for the digest, have it stamped, and give the token back.

use super::{IssueError, write_digest_algorithm};
use crate::der::writer::Writer;
use crate::digest::{Digest, DigestAlgorithm};
use crate::ers::group_hash;

/// One archive time stamp in the making.
#[derive(Debug, Clone)]
struct Stamp {
    algorithm: DigestAlgorithm,
    /// Empty: none is written.
    tree: Vec<Vec<Vec<u8>>>,
    token: Vec<u8>,
}

/// An evidence record in the making; the chains in order.
#[derive(Debug, Clone, Default)]
pub struct ErsBuilder {
    chains: Vec<Vec<Stamp>>,
}

/// What a time-stamp authority is to stamp, and the tree that leads to it.
#[derive(Debug, Clone)]
pub struct ToStamp {
    /// The imprint.
    pub digest: Digest,
    tree: Vec<Vec<Vec<u8>>>,
}

impl ToStamp {
    /// The same with neighbours in the tree: for each list of them, one step up.
    #[must_use]
    pub fn among(mut self, neighbours: &[Vec<Digest>]) -> ToStamp {
        let algorithm = self.digest.algorithm();
        for (step, list) in neighbours.iter().enumerate() {
            let more = list.iter().map(|digest| digest.as_bytes().to_vec());
            if step == 0 && self.tree.is_empty() {
                self.tree.push(vec![self.digest.as_bytes().to_vec()]);
                self.tree.push(more.collect());
            } else {
                self.tree.push(more.collect());
            }
            let mut together = self.tree.last().cloned().unwrap_or_default();
            together.push(self.digest.as_bytes().to_vec());
            self.digest = group_hash(algorithm, &together);
        }
        self
    }
}

impl ErsBuilder {
    /// Nothing yet.
    pub fn new() -> ErsBuilder {
        ErsBuilder::default()
    }

    /// What is to be stamped first, and when something is stamped what begins a new chain (the renewal of the hash tree): the group of data with
    /// these digests, which are all of one algorithm.
    /// # Errors
    /// `Malformed` when there is none, or they are of several algorithms.
    pub fn data(&self, digests: &[Digest]) -> Result<ToStamp, IssueError> {
        let algorithm = digests.first().ok_or_else(|| IssueError::malformed("no data"))?.algorithm();
        if digests.iter().any(|digest| digest.algorithm() != algorithm) {
            return Err(IssueError::malformed("digests of several algorithms"));
        }
        let before = (!self.chains.is_empty()).then(|| algorithm.digest(&self.sequence()));
        let leaf = |digest: &Digest| match &before {
            None => digest.as_bytes().to_vec(),
            Some(before) => algorithm.digest(&[digest.as_bytes(), before.as_bytes()].concat()).as_bytes().to_vec(),
        };
        let mut leaves: Vec<Vec<u8>> = digests.iter().map(leaf).collect();
        leaves.sort_unstable();
        let digest = group_hash(algorithm, &leaves);
        let tree = if leaves.len() > 1 { vec![leaves] } else { Vec::new() };
        Ok(ToStamp { digest, tree })
    }

    /// What renews the last time stamp: the digest of its token, by the algorithm of its chain.
    /// # Errors
    /// `Malformed` when nothing has been stamped.
    pub fn last_token(&self) -> Result<ToStamp, IssueError> {
        let last = self.chains.last().and_then(|chain| chain.last());
        let last = last.ok_or_else(|| IssueError::malformed("nothing is stamped"))?;
        Ok(ToStamp { digest: last.algorithm.digest(&last.token), tree: Vec::new() })
    }

    /// Puts `token`, over what was to be stamped, at the beginning of a new chain.
    #[must_use]
    pub fn begin(mut self, stamped: &ToStamp, token: Vec<u8>) -> ErsBuilder {
        self.chains.push(vec![Stamp::of(stamped, token)]);
        self
    }

    /// Puts it at the end of the last chain.
    #[must_use]
    pub fn renew(mut self, stamped: &ToStamp, token: Vec<u8>) -> ErsBuilder {
        if let Some(chain) = self.chains.last_mut() {
            chain.push(Stamp::of(stamped, token));
        }
        self
    }

    /// The EvidenceRecord in DER.
    pub fn build(&self) -> Vec<u8> {
        let mut algorithms: Vec<DigestAlgorithm> = self.chains.iter().flatten().map(|stamp| stamp.algorithm).collect();
        algorithms.sort_unstable();
        algorithms.dedup();
        Writer::build(|w| {
            w.sequence(|w| {
                w.integer_u64(1);
                w.sequence(|w| algorithms.iter().for_each(|algorithm| write_digest_algorithm(w, *algorithm)));
                w.raw(&self.sequence());
            });
        })
    }

    fn sequence(&self) -> Vec<u8> {
        Writer::build(|w| {
            w.sequence(|w| {
                for chain in &self.chains {
                    w.sequence(|w| chain.iter().for_each(|stamp| stamp.write(w)));
                }
            });
        })
    }
}

impl Stamp {
    fn of(stamped: &ToStamp, token: Vec<u8>) -> Stamp {
        Stamp { algorithm: stamped.digest.algorithm(), tree: stamped.tree.clone(), token }
    }

    fn write(&self, writer: &mut Writer) {
        writer.sequence(|w| {
            // [0] IMPLICIT AlgorithmIdentifier.
            w.context(0, |w| {
                w.oid(&self.algorithm.oid());
                w.null();
            });
            if !self.tree.is_empty() {
                w.context(2, |w| {
                    for list in &self.tree {
                        w.sequence(|w| list.iter().for_each(|hash| w.octet_string(hash)));
                    }
                });
            }
            w.raw(&self.token);
        });
    }
}
