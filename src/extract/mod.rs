//! The extract that a court gets: one canonical ASiC-E container that proves itself, offline, years later (JRN-10,
//! SIG-19, DOC-08). Pure: facts in, octets out. The format is told in full in `docs/extract-format.md`.
//!
//! * [`facts`] is what the operation gathers, [`build`] makes the payload and the sealed container of it;
//! * [`records`] are the JSON files, `format` the names, [`statement`] the claim of completeness;
//! * [`summary`] is the text for people in three languages, `paper` the same as PDF/A with signers and entries in tables;
//! * [`manifest`] is what the signatures cover, [`package`] the zip of which any octet changed is refused;
//! * [`operator`] is the reader's own file that says whose extracts he believes.
//!
//! Judging an extract needs the journal and the signatures as well; it is `operations::verify_extract`.

pub mod build;
pub mod court;
pub mod facts;
pub mod format;
pub mod manifest;
pub mod operator;
pub mod package;
mod paper;
pub mod records;
pub mod statement;
pub mod store;
pub mod summary;
pub mod talk;
mod words;
