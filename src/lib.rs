//! qolhat (қолхат, "written receipt"): electronic document workflow with Kazakhstan's digital signatures.
//!
//! The tree is read in the order in which a document goes: the words of the [`domain`], their texts in
//! three languages ([`i18n`]), and the [`db`] in which everything is kept.

pub mod db;
pub mod domain;
pub mod i18n;
