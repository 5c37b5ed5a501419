//! Step 3: is it a signature, whose is it, since when, and may he. The mathematics and the verdict are the `pki`
//! crate's; here evidence is gathered ([`fetch`]), a verdict becomes a yes, a no or a wait ([`verdict`]), a certificate
//! becomes a [`signer::Signer`], and [`authority`] says whom the signer binds.

pub mod authority;
pub mod fetch;
pub mod report_json;
pub mod signer;
pub mod store;
pub mod verdict;

pub use signer::Signer;
