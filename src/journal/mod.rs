//! The append-only journal: entries, subjects, proofs, checkpoints.

pub mod checkpoint;
pub mod entry;
pub mod proof;
pub mod subjects;
