//! Step 3: is it a signature, whose is it, since when, and may he. The mathematics and the verdict are the `pki`
//! crate's; here a file is told by its content ([`recognize`]), evidence is gathered ([`fetch`]), a verdict becomes a yes,
//! a no or a wait ([`verdict`]), a certificate becomes a [`signer::Signer`], and [`authority`] says whom the signer
//! binds. For whoever asks, a report becomes JSON ([`report_json`]) or facts for people ([`facts`], [`meaning`]).

pub mod authority;
pub mod facts;
pub mod fetch;
pub mod meaning;
pub mod recognize;
pub mod report_json;
pub mod shown;
pub mod signer;
pub mod store;
pub mod verdict;

pub use signer::Signer;
