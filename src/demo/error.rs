//! What can go wrong in the demonstration world.

use qolhat_pki::issue::IssueError;
use qolhat_pki::key::KeyFormatError;
use qolhat_pki::pkcs12::Pkcs12Error;

/// Why something of the demonstration world was not done.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A file cannot be read or written. A new world never overwrites a file.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of the world is not what it must be.
    #[error("{what}: {detail}")]
    Malformed {
        /// The file or value.
        what: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A certificate or list was not made.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// A key was not made, read or written.
    #[error(transparent)]
    Key(#[from] KeyFormatError),
    /// A key store was not made or opened.
    #[error(transparent)]
    KeyStore(#[from] Pkcs12Error),
    /// The CA did not issue this certificate.
    #[error("this certificate was not issued here")]
    NotIssuedHere,
    /// A revocation is final; only a hold may be changed.
    #[error("the certificate is already revoked")]
    AlreadyRevoked,
    /// Only a certificate on hold comes back.
    #[error("the certificate is not on hold")]
    NotOnHold,
    /// The services of a demonstration are on this machine, without a path.
    #[error("\"{0}\" is not http://, a loopback address and a port alone")]
    RespondersUrl(String),
    /// The certificates in the folder name other addresses than asked for.
    #[error("the world in the folder has its services at {in_folder}, not at {asked}: listen there, or make a new one")]
    OtherResponders {
        /// What the certificates of the folder name.
        in_folder: String,
        /// What was asked for.
        asked: String,
    },
    /// Nobody in the cast has this name, or has no such key.
    #[error("nobody in the cast is \"{id}\" with a key for \"{purpose}\"")]
    NoSuchKey {
        /// The name in the cast.
        id: String,
        /// What the key is for.
        purpose: String,
    },
    /// The clock is at the end of the calendar.
    #[error("the clock is too near to the end of the calendar")]
    Time,
}

impl DemoError {
    pub(super) fn malformed(what: impl Into<String>, detail: impl ToString) -> Self {
        Self::Malformed { what: what.into(), detail: detail.to_string() }
    }
}
