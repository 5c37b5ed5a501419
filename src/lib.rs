//! qolhat (қолхат, "written receipt"): electronic document workflow with Kazakhstan's digital signatures.
//!
//! The tree is read in the order in which a document goes. The words: [`domain`], their texts in three languages
//! ([`i18n`]), and the [`db`] in which everything is kept. What people do is in [`operations`], one file an act; each
//! goes through the capabilities: taken in ([`intake`]), the caller's rights ([`access`]), the signature checked
//! ([`signature`]), decided on ([`docflow`]), written down ([`journal`]), announced ([`notify`]), drawn for those who
//! look at it ([`visualization`]), handed to a court ([`extract`]). The doors are [`api`], [`web`], [`worker`] and the
//! command line; [`app`] builds what all of them are given, [`serve`] runs them; a [`backup`] is what is kept of all that
//! elsewhere. [`demo`] is a whole world to try it in,
//! [`ncalayer`] a signer for it, [`witness`] what others
//! run to watch over the log.

pub mod domain;
pub mod i18n;

pub mod db;

pub mod operations;

pub mod access;
pub mod docflow;
pub mod extract;
pub mod intake;
pub mod journal;
pub mod notify;
pub mod signature;
pub mod visualization;

pub mod api;
pub mod cli;
pub mod serve;
pub mod web;
pub mod worker;

pub mod app;
pub mod backup;
pub mod config;

pub mod demo;
pub mod ncalayer;
pub mod witness;
