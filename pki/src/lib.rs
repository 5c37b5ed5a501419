//! pki
pub mod der;
pub mod oid;
pub mod time;
pub mod digest;
pub mod gost;
pub mod random;
