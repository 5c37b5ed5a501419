//! Signatures as NCALayer makes them: CAdES-B, and a time stamp where one is asked for. Source: nca-rk.md section 3.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::GeneralPurposeConfig;
use base64::engine::{DecodePaddingMode, GeneralPurpose};
use qolhat_pki::cms::SignedData;
use qolhat_pki::digest::{Digest, DigestAlgorithm};
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::issue::cms_sign::{Packaging, SignRequest, SigningContent, sign_cms};

use super::{Key, Signer};
use crate::app::SharedRandom;
use crate::domain::time::Moment;
use crate::i18n::{self, Language};

/// Base64 as Java's decoder reads it: no white space, padding may be missing.
const JAVA: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
/// Characters of base64 in a line of PEM. Source: RFC 7468 §2.
const PEM_COLUMNS: usize = 64;

/// How the content comes and what is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// The content is inside the signature.
    pub attached: bool,
    /// What was given is the digest of the content.
    pub digested: bool,
    /// With a time stamp, where an authority is known.
    pub time_stamp: bool,
}

/// Why there is no signature.
#[derive(Debug, thiserror::Error)]
pub(super) enum SignFailure {
    /// The digest given is not of a length that the key signs.
    #[error("a digest of {found} bytes was given, the key signs {algorithm} digests of {expected} bytes")]
    DigestLength {
        /// Octets given.
        found: usize,
        /// Octets that the key signs.
        expected: usize,
        /// The digest of the key.
        algorithm: DigestAlgorithm,
    },
    /// A digest cannot be put inside.
    #[error("a digest was given: the content cannot be inside the signature")]
    DigestAttached,
    /// The key, the library, or the time-stamping authority.
    #[error("{0}")]
    Failed(String),
}

impl SignFailure {
    pub(super) fn failed(error: impl ToString) -> Self {
        Self::Failed(error.to_string())
    }

    /// For the person in front of the page.
    pub(super) fn told(&self, language: Language) -> String {
        let detail = self.to_string();
        match self {
            Self::DigestLength { found, expected, algorithm } => {
                let (found, expected) = (found.to_string(), expected.to_string());
                let values = [("found", found.as_str()), ("expected", &expected), ("algorithm", algorithm.name())];
                i18n::text(language, "ncalayer-digest-length", &values)
            }
            Self::DigestAttached => i18n::text(language, "ncalayer-invalid-params", &[("detail", &detail)]),
            Self::Failed(_) => i18n::text(language, "ncalayer-signing-failed", &[("detail", &detail)]),
        }
    }
}

/// Signatures by `key` over each of `contents`, DER.
///
/// # Errors
/// [`SignFailure`] of the first that was not made.
pub(super) async fn sign_all(
    signer: &Arc<Signer>,
    key: &Arc<Key>,
    contents: Vec<Vec<u8>>,
    wish: Wish,
) -> Result<Vec<Vec<u8>>, SignFailure> {
    let _turn = signer.signing.acquire().await.map_err(SignFailure::failed)?;
    let mut made = Vec::with_capacity(contents.len());
    for content in contents {
        let (key, now, mut rng) = (Arc::clone(key), signer.now(), signer.options.rng.clone());
        let work = tokio::task::spawn_blocking(move || sign(&key, &content, wish, now, &mut rng));
        let mut cms = work.await.map_err(SignFailure::failed)??;
        if wish.time_stamp {
            cms = stamp(signer, cms).await?;
        }
        made.push(cms);
    }
    Ok(made)
}

fn sign(key: &Key, content: &[u8], wish: Wish, now: Moment, rng: &mut SharedRandom) -> Result<Vec<u8>, SignFailure> {
    let packaging = if wish.attached { Packaging::Attached } else { Packaging::Detached };
    let content = match (wish.digested, wish.attached) {
        (false, _) => SigningContent::Content(content),
        (true, false) => SigningContent::Digest(digest(key, content)?),
        (true, true) => return Err(SignFailure::DigestAttached),
    };
    let request = SignRequest::new(content, packaging, now);
    sign_cms(&key.key, &key.certificate, &request, rng).map_err(SignFailure::failed)
}

fn digest(key: &Key, given: &[u8]) -> Result<Digest, SignFailure> {
    let algorithm = key.key.digest_algorithm();
    let wrong = SignFailure::DigestLength { found: given.len(), expected: algorithm.output_len(), algorithm };
    Digest::new(algorithm, given).ok_or(wrong)
}

/// The message with a time stamp over its signature value; as it is when no authority is known.
async fn stamp(signer: &Signer, cms: Vec<u8>) -> Result<Vec<u8>, SignFailure> {
    let Some(authority) = &signer.options.time_stamps else { return Ok(cms) };
    let data = SignedData::from_bytes(&cms).map_err(SignFailure::failed)?;
    let info = data.signer_infos().first().ok_or_else(|| SignFailure::failed("no signer"))?;
    let algorithm = match DigestAlgorithm::from_oid(&info.digest_algorithm()) {
        Some(DigestAlgorithm::Streebog256 | DigestAlgorithm::Streebog512 | DigestAlgorithm::Gost34311) => {
            DigestAlgorithm::Streebog512
        }
        Some(_) | None => DigestAlgorithm::Sha256,
    };
    let imprint = algorithm.digest(info.signature());
    let token = authority.time_stamp(&imprint, &mut signer.options.rng.clone()).await.map_err(SignFailure::failed)?;
    augment(&cms, &[Augmentation::SignatureTimeStamp { signer: 0, token }]).map_err(SignFailure::failed)
}

/// The octets in a text of base64.
///
/// # Errors
/// What Java says of it.
pub(super) fn from_base64(text: &str) -> Result<Vec<u8>, String> {
    let of_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    if let Some(byte) = text.bytes().find(|byte| !of_base64(*byte)) {
        return Err(format!("Illegal base64 character {byte:x}"));
    }
    JAVA.decode(text).map_err(|_| "Input byte array has wrong 4-byte ending unit".to_owned())
}

/// Base64 without line breaks.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    JAVA.encode(bytes)
}

/// PEM with lines that end in `line_end`.
pub(super) fn to_pem(label: &str, der: &[u8], line_end: &str) -> String {
    let base64 = to_base64(der);
    let mut pem = format!("-----BEGIN {label}-----{line_end}");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(PEM_COLUMNS).unwrap_or((rest, ""));
        pem.push_str(line);
        pem.push_str(line_end);
        rest = after;
    }
    pem.push_str(&format!("-----END {label}-----{line_end}"));
    pem
}
