//! Key stores of the national CA (PKCS#12). Source: RFC 7292; nca-rk.md section 7 for what the files really hold.
//! The ciphers here are forty years old: they are read because the files exist, and written only for the demonstration world.

mod derive;
mod pbe;
mod read;
mod seal;

use crate::certificate::Certificate;
use crate::der::DerError;
use crate::key::PrivateKey;
use crate::oid::Oid;

pub use read::open;
pub use seal::seal;

/// Largest key store read.
pub const PKCS12_MAX_BYTES: usize = 1024 * 1024;
/// Most iterations of key derivation a whole file may ask for. The national CA writes 1024 for each of its three keys.
pub const PBE_ITERATIONS_MAX: u32 = 2_000_000;
/// Most safes (encrypted or plain parts) of one file.
pub const SAFES_MAX: usize = 16;
/// Most bags of one file: keys and certificates together.
pub const BAGS_MAX: usize = 64;
/// Most private keys of one file: checking the numbers of a large RSA key takes long.
pub const KEYS_MAX: usize = 4;

/// What a key store held.
#[derive(Debug)]
pub struct KeyStore {
    /// The private key.
    pub key: PrivateKey,
    /// The certificate of that key.
    pub certificate: Certificate,
    /// The other certificates of the file, in its order. The national CA puts none.
    pub chain: Vec<Certificate>,
}

/// Why a key store was not opened or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Pkcs12Error {
    /// The MAC does not fit the password: the password is wrong, or the file was changed.
    #[error("the password does not open this key store")]
    WrongPassword,
    /// An algorithm or kind of content this reader does not know.
    #[error("unsupported {what} in the key store{}", of_oid(.oid))]
    Unsupported {
        /// What it is.
        what: &'static str,
        /// Its identifier, where it has one.
        oid: Option<Oid>,
    },
    /// The octets are no PKCS#12 file, or not a whole one, or beyond a limit.
    #[error("malformed key store: {what}{}", at_offset(.der))]
    Malformed {
        /// Which part.
        what: &'static str,
        /// What the reader met, where the encoding itself is broken.
        der: Option<DerError>,
    },
}

impl From<DerError> for Pkcs12Error {
    fn from(error: DerError) -> Self {
        Pkcs12Error::Malformed { what: "encoding", der: Some(error) }
    }
}

fn of_oid(oid: &Option<Oid>) -> String {
    oid.as_ref().map(|oid| format!(": {oid}")).unwrap_or_default()
}

fn at_offset(der: &Option<DerError>) -> String {
    der.as_ref().map(|error| format!(": {error}")).unwrap_or_default()
}

fn malformed(what: &'static str) -> Pkcs12Error {
    Pkcs12Error::Malformed { what, der: None }
}

/// Work left for key derivation in one file, in iterations.
struct Budget {
    iterations: u32,
}

impl Budget {
    fn new() -> Self {
        Budget { iterations: PBE_ITERATIONS_MAX }
    }

    fn spend(&mut self, iterations: u32) -> Result<(), Pkcs12Error> {
        self.iterations =
            self.iterations.checked_sub(iterations).ok_or(malformed("iteration count beyond the limit"))?;
        Ok(())
    }
}

/// An iteration count as a file gives it: 1 to [`PBE_ITERATIONS_MAX`].
fn iterations(count: u64) -> Result<u32, Pkcs12Error> {
    u32::try_from(count)
        .ok()
        .filter(|count| (1..=PBE_ITERATIONS_MAX).contains(count))
        .ok_or(malformed("iteration count"))
}
