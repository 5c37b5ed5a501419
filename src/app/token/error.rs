//! Why a token does not sign: what, where, and what to do.

use cryptoki::error::{Error, RvError};

/// Why a token does not sign. Nothing of a PIN is ever in it.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The file of the PIN cannot be read.
    #[error("{path}: {source}")]
    PinFile {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file of the PIN holds none.
    #[error("{path} holds no PIN: write the user's PIN into it, and nothing else")]
    NoPin {
        /// The file.
        path: String,
    },
    /// The driver cannot be used.
    #[error("the module {module} cannot be used ({detail}): is it the PKCS#11 library of the token's maker?")]
    Module {
        /// The library.
        module: String,
        /// What happened.
        detail: String,
    },
    /// No such token.
    #[error("the token {token} is not there: put it in; `module`, `token` or `slot` say which one is looked for")]
    Away {
        /// Which.
        token: String,
    },
    /// Several tokens of that name.
    #[error("{count} tokens are called {token}: name the one by `slot`")]
    TokensAlike {
        /// The name.
        token: String,
        /// How many.
        count: usize,
    },
    /// No such key.
    #[error("the token {token} has no private key {key}: `key_label` and `key_id` say which one is looked for")]
    NoKey {
        /// Which token.
        token: String,
        /// Which key.
        key: String,
    },
    /// Several keys of that name.
    #[error("the token {token} has {count} private keys {key}: name the one by `key_id`")]
    KeysAlike {
        /// Which token.
        token: String,
        /// The name.
        key: String,
        /// How many.
        count: usize,
    },
    /// No certificate of a key that can be used here.
    #[error("no certificate of an RSA key, or of one on P-256, P-384 or P-521, {place}: put it there")]
    NoCertificate {
        /// Where it was looked for.
        place: String,
    },
    /// The certificate is not that of the key.
    #[error(
        "the private key {key} of the token {token} is not that of the certificate {place}: one of both is another's"
    )]
    OtherKey {
        /// Which token.
        token: String,
        /// Which key.
        key: String,
        /// Where the certificate was looked for.
        place: String,
    },
    /// The PIN is wrong.
    #[error(
        "the token {token} refused the PIN of pin_file; it is not given again, since tokens lock after a few wrong ones: \
         write the right one, log in once with it by the token's own program, and start the service anew"
    )]
    PinRefused {
        /// Which token.
        token: String,
    },
    /// Somebody gave a wrong PIN before.
    #[error(
        "the token {token} was given a wrong PIN before, so that nothing is tried: make sure that pin_file holds the right \
         one, log in once by the token's own program, then start the service anew"
    )]
    PinAtRisk {
        /// Which token.
        token: String,
    },
    /// The token is locked.
    #[error("the token {token} is locked after wrong PINs: unlock it by the token's own program")]
    Locked {
        /// Which token.
        token: String,
    },
    /// The key is of a kind that the token does not sign with.
    #[error("the token {token} offers no {mechanism}: another token, or another key, is needed")]
    Mechanism {
        /// Which token.
        token: String,
        /// What is needed.
        mechanism: &'static str,
    },
    /// A call failed otherwise.
    #[error("the token {token}: {source}")]
    Call {
        /// Which token.
        token: String,
        /// What the driver said.
        source: Error,
    },
    /// The token does not answer.
    #[error("the token {token} did not answer in {seconds} s: look at it; it is asked again when it has answered")]
    Silent {
        /// Which token.
        token: String,
        /// How long was waited.
        seconds: u64,
    },
    /// Too much waits for it.
    #[error("{waiting} signatures wait for the token {token}: it is too slow for this service")]
    Busy {
        /// Which token.
        token: String,
        /// How many.
        waiting: usize,
    },
    /// The token's thread is gone.
    #[error("the thread of the token is gone: start the service anew")]
    Thread,
}

impl TokenError {
    /// Whether a new session may help: the token was pulled, or the driver lost what it had.
    pub(super) const fn ends_the_session(&self) -> bool {
        let Self::Call { source: Error::Pkcs11(code, _), .. } = self else { return false };
        matches!(
            code,
            RvError::DeviceRemoved
                | RvError::DeviceError
                | RvError::GeneralError
                | RvError::FunctionFailed
                | RvError::SessionClosed
                | RvError::SessionHandleInvalid
                | RvError::TokenNotPresent
                | RvError::TokenNotRecognized
                | RvError::SlotIdInvalid
                | RvError::UserNotLoggedIn
                | RvError::KeyHandleInvalid
                | RvError::ObjectHandleInvalid
                | RvError::CryptokiNotInitialized
        )
    }
}
