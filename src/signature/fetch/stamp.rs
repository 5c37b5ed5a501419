//! Time stamps. Source: RFC 3161 §2.4, §3.4; nca-rk.md section 6.

use qolhat_pki::digest::{Digest, DigestAlgorithm};
use qolhat_pki::issue::tsp_builder::{CertificateWish, TimeStampQuestion, build_time_stamp_request};
use qolhat_pki::oid::Oid;
use qolhat_pki::random::SecureRandom;
use qolhat_pki::tsp::{TimeStampResponse, TimeStampToken};

use super::{FetchError, Responders, nonce};

/// Policies that time stamps are asked under; `None`: the authority's own choice.
#[derive(Debug, Clone, Copy, Default)]
pub struct TspPolicies {
    /// For a digest of a GOST signature.
    pub gost: Option<Oid>,
    /// For any other digest.
    pub other: Option<Oid>,
}

impl Responders {
    /// The same, which asks for time stamps under `policies`.
    #[must_use]
    pub fn with_tsp_policies(self, policies: TspPolicies) -> Self {
        Self { tsp_policies: policies, ..self }
    }

    /// A time-stamp token over `digest`, DER. The answer is to the question asked: imprint, nonce and policy fit. Whether
    /// the token is good is the validation's business.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn time_stamp(
        &self,
        digest: &Digest,
        rng: &mut (dyn SecureRandom + Send),
    ) -> Result<Vec<u8>, FetchError> {
        let url = self.tsp_url.as_str();
        let malformed = |detail: String| FetchError::Malformed { url: url.to_owned(), detail };
        let other = |detail: &str| FetchError::OtherQuestion { url: url.to_owned(), detail: detail.to_owned() };
        let nonce = nonce(rng);
        let policy = self.tsp_policy(digest.algorithm());
        let request = build_time_stamp_request(&TimeStampQuestion {
            imprint: digest,
            policy,
            nonce: Some(&nonce),
            certificate: CertificateWish::Embed,
        });
        let answer = self.post(url, "application/timestamp-query", &request, rng).await?;
        let response = TimeStampResponse::from_der(&answer).map_err(|error| malformed(error.to_string()))?;
        let Some(token) = response.token() else {
            let failures = response.failures().iter().map(|failure| failure.as_str());
            let words = [response.status().as_str()].into_iter().chain(failures).collect::<Vec<_>>();
            return Err(FetchError::Refused { url: url.to_owned(), detail: words.join(" ") });
        };
        let parsed = TimeStampToken::from_der(token).map_err(|error| malformed(error.to_string()))?;
        if !parsed.matches(digest, Some(&nonce)) {
            return Err(other("the token is over another imprint or nonce"));
        }
        if policy.is_some_and(|asked| parsed.info().policy != asked) {
            return Err(other("the token is under another policy"));
        }
        Ok(token.to_vec())
    }

    const fn tsp_policy(&self, digest: DigestAlgorithm) -> Option<Oid> {
        match digest {
            DigestAlgorithm::Streebog256 | DigestAlgorithm::Streebog512 | DigestAlgorithm::Gost34311 => {
                self.tsp_policies.gost
            }
            DigestAlgorithm::Sha1
            | DigestAlgorithm::Sha224
            | DigestAlgorithm::Sha256
            | DigestAlgorithm::Sha384
            | DigestAlgorithm::Sha512
            | DigestAlgorithm::Sha512_224
            | DigestAlgorithm::Sha512_256 => self.tsp_policies.other,
        }
    }
}
