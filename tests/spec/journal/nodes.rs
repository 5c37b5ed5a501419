//! Inner nodes: which are kept, what stands in for those that are not, and those that earlier programs kept.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use qolhat::journal::audit;
use qolhat::journal::proof::{Frontier, verify_consistency, verify_inclusion};
use sha2::Sha256;

use super::{event, everything_holds, log_of, open, put, tamper};

const SIZE: u64 = 41;

/// Keeps: JRN-04
#[tokio::test]
async fn proofs_are_those_of_an_independent_tree_for_every_entry_and_every_size() {
    let (_home, db, journal) = log_of(SIZE).await;
    let mut tree: MemoryBackedTree<Sha256, Vec<u8>> = MemoryBackedTree::new();
    let mut roots = Vec::new();
    for seq in 0..SIZE {
        tree.push(journal.entry(seq).await.unwrap().unwrap().body);
        roots.push(<[u8; 32]>::from(*tree.root().as_bytes()));
    }
    let root = |size: u64| &roots[usize::try_from(size - 1).unwrap()];
    for size in 1..=SIZE {
        for seq in 0..size {
            let leaf = journal.entry(seq).await.unwrap().unwrap().leaf;
            let proof = journal.inclusion_proof(seq, size).await.unwrap();
            verify_inclusion(&leaf, seq, size, root(size), &proof).unwrap();
        }
        for old in 1..=size {
            let proof = journal.consistency_proof(old, size).await.unwrap();
            verify_consistency(old, root(old), size, root(size), &proof).unwrap();
        }
    }
    db.close().await;
}

/// An earlier program kept the inner nodes that any entry completed. Keeps: JRN-04
#[tokio::test]
async fn a_log_that_keeps_more_inner_nodes_is_whole_as_long_as_they_are_right() {
    for wrong in [None, Some(3), Some(37)] {
        let (home, db, journal) = log_of(SIZE).await;
        let key = journal.verifier_key().to_owned();
        let mut frontier = Frontier::default();
        let mut more = Vec::new();
        for seq in 0..SIZE {
            let mut completed = frontier.push(journal.entry(seq).await.unwrap().unwrap().leaf);
            if seq % 2 == 1 && seq % 8 != 7 {
                completed[0][0] ^= u8::from(wrong == Some(seq));
                more.push(format!("({seq}, x'{}')", hex::encode(completed.concat())));
            }
        }
        drop(journal);
        db.close().await;
        tamper(&home, &format!("insert into journal_node (seq, hashes) values {}", more.join(", "))).await;
        let db = home.connect().await;
        let report = audit::run(&db, &key).await.unwrap();
        let named = report.first_failure.as_ref().map(|failure| (failure.part, failure.seq));
        assert_eq!(named, wrong.map(|seq| ("node", Some(seq))), "{report:?}");
        assert_eq!(report.ok, wrong.is_none());
        if wrong.is_none() {
            let journal = open(&db).await.unwrap();
            for number in SIZE..SIZE + 10 {
                assert_eq!(put(&db, &journal, &event(number)).await, number);
            }
            everything_holds(&db, &journal, SIZE + 10).await;
            journal.close().await;
        }
        db.close().await;
    }
}
