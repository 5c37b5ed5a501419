//! The key by which the operator seals: in a file that is opened at start, or in a token that it never leaves.

use std::path::Path;

use qolhat_pki::certificate::Certificate;
use qolhat_pki::issue::IssueError;
use qolhat_pki::issue::cms_sign::{Packaging, SignRequest, SigningContent, sign_cms};
use qolhat_pki::issue::unsigned::UnsignedCms;
use qolhat_pki::key::PrivateKey;
use qolhat_pki::pkcs12;

use super::token::{Token, TokenError};
use super::{Passwords, SharedRandom, StartError, certificates_in, read};
use crate::config::SealConfig;
use crate::domain::time::Moment;

/// The operator's key with its certificate.
pub struct Seal {
    key: Key,
    certificate: Certificate,
    /// The certificates above it that came with it: they go into every message.
    chain: Vec<Certificate>,
}

enum Key {
    File(PrivateKey),
    Token(Token),
}

/// Why nothing was sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The message could not be made.
    #[error(transparent)]
    Message(#[from] IssueError),
    /// The token did not sign.
    #[error(transparent)]
    Token(#[from] TokenError),
}

impl Seal {
    /// The key that `config` names. One in a token has signed once, and its certificate answers to what it signed.
    ///
    /// # Errors
    /// [`StartError`] says what to mend.
    pub async fn open(config: &SealConfig, passwords: &Passwords) -> Result<Self, StartError> {
        let invalid = |what: &str, detail: String| StartError::Invalid { what: what.to_owned(), detail };
        match config {
            SealConfig::File { key_file, password_env } => {
                let password = passwords
                    .get(password_env)
                    .ok_or_else(|| invalid("operator.seal_password_env", format!("{password_env} is not set")))?;
                let store = pkcs12::open(&read(key_file)?, &password)
                    .map_err(|error| invalid("operator.seal_key_file", error.to_string()))?;
                Ok(Self { key: Key::File(store.key), certificate: store.certificate, chain: Vec::new() })
            }
            SealConfig::Token(config) => {
                let beside = config.certificate_file.as_deref().map(certificates_of_file).transpose()?;
                let opened = Token::open(config, beside).await;
                let (token, known) = opened.map_err(|error| invalid("operator.seal.pkcs11", error.to_string()))?;
                Ok(Self { key: Key::Token(token), certificate: known.certificate, chain: known.chain })
            }
        }
    }

    /// The certificate of the key.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// A CMS over `content` that claims to be of `now`. A token signs on a thread of its own.
    ///
    /// # Errors
    /// [`SealError`]; what a token says of itself also says what to do.
    pub async fn sign(
        &self,
        content: &[u8],
        packaging: Packaging,
        now: Moment,
        rng: &mut SharedRandom,
    ) -> Result<Vec<u8>, SealError> {
        let mut request = SignRequest::new(SigningContent::Content(content), packaging, now);
        request.certificates = &self.chain;
        match &self.key {
            Key::File(key) => Ok(sign_cms(key, &self.certificate, &request, rng)?),
            Key::Token(token) => {
                let unsigned = UnsignedCms::new(&self.certificate, &request)?;
                let signature = token.sign(unsigned.to_be_signed()).await?;
                Ok(unsigned.signed(&signature)?)
            }
        }
    }
}

fn certificates_of_file(path: &Path) -> Result<Vec<Certificate>, StartError> {
    let certificates = certificates_in(&read(path)?);
    if certificates.is_empty() {
        let what = "operator.seal.pkcs11.certificate_file".to_owned();
        return Err(StartError::Invalid { what, detail: format!("no certificate in {}", path.display()) });
    }
    Ok(certificates)
}
