//! Validation of Kazakhstan's electronic digital signatures: bytes in, facts out.
//!
//! A reader finds, in order: the bytes ([`der`], [`oid`], [`name`], [`extension`], [`time`]), the mathematics
//! ([`digest`], [`gost`], [`algorithm`]), the objects ([`certificate`], [`nca`], [`crl`], [`ocsp`], [`tsp`], [`cms`],
//! [`xml`]), trust ([`trust`], [`policy`], [`path`], [`answer`]), verdicts ([`validate`], containers in [`asic`], evidence
//! records in [`ers`]), and the other direction: keys ([`key`], [`pkcs12`]) and what is issued with
//! them ([`issue`]).
//!
//! Everything here is a pure function of bytes, evidence, time and policy. Nothing reads a clock, a file or the network.
//!
//! To verify a detached CMS (`examples/verify_detached.rs`, which a test runs on a real signature):
//! ```
#![doc = include_str!("../examples/verify_detached.rs")]
//! ```

pub mod algorithm;
pub mod answer;
pub mod armor;
pub mod asic;
pub mod certificate;
pub mod cms;
pub mod crl;
pub mod der;
pub mod digest;
pub mod ers;
pub mod extension;
pub mod gost;
pub mod issue;
pub mod key;
pub mod name;
pub mod nca;
pub mod ocsp;
pub mod oid;
pub mod path;
pub mod pkcs12;
pub mod policy;
pub mod random;
pub mod report;
pub mod revocation;
pub mod time;
pub mod trust;
pub mod tsp;
pub mod validate;
pub mod xml;
