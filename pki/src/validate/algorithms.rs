//! Whether the algorithms used were still trusted. Source: EN 319 102-1 §5.2.8; TS 119 312.

use crate::algorithm::AlgorithmIdentifier;
use crate::certificate::Certificate;
use crate::der::{Reader, Rules};
use crate::digest::DigestAlgorithm;
use crate::oid::Oid;
use crate::policy::{AlgorithmPolicy, AlgorithmTrust};
use crate::report::DistrustedAlgorithm;
use crate::time::Moment;

/// The worst of the digests and of the keys and signatures of `certificates` that is not trusted at `at`, and what it is
/// (English, for experts). What was never allowed is worse than what has ended.
pub(super) fn distrusted<'a>(
    policy: &AlgorithmPolicy,
    at: Moment,
    digests: &[Oid],
    certificates: impl Iterator<Item = &'a Certificate>,
) -> Option<(DistrustedAlgorithm, String)> {
    let mut found = Vec::new();
    // Nearly always everything is trusted: what would be said is made only when it is.
    let mut judge = |trust, certificate: Option<&Certificate>, what: &dyn Fn() -> (Option<Oid>, String)| {
        let until = match trust {
            AlgorithmTrust::Trusted => return,
            AlgorithmTrust::Until(until) => Some(until),
            AlgorithmTrust::NotAllowed => None,
        };
        let (algorithm, mut what) = what();
        if let Some(until) = until {
            what = format!("{what}, trusted until {until}");
        }
        let certificate_sha256 = certificate.map(Certificate::sha256);
        found.push((DistrustedAlgorithm { algorithm, certificate_sha256, until }, what));
    };
    for oid in digests {
        let trust = DigestAlgorithm::from_oid(oid).map(|digest| policy.digest(digest, at));
        judge(trust.unwrap_or(AlgorithmTrust::NotAllowed), None, &|| (Some(*oid), format!("the digest {oid}")));
    }
    for certificate in certificates {
        let subject = || certificate.subject().to_string();
        let key = certificate.public_key();
        let trust = key.as_ref().map(|key| policy.key(key.key_algorithm_name(), key.bits(), at));
        judge(trust.unwrap_or(AlgorithmTrust::NotAllowed), Some(certificate), &|| {
            let what = match &key {
                Ok(key) => {
                    format!("the key {} of {} bits of {}", key.key_algorithm_name(), key.bits(), subject())
                }
                Err(error) => format!("the key of {}: {error}", subject()),
            };
            (key_oid(certificate), what)
        });
        let trust = match certificate.signature_algorithm() {
            Ok(algorithm) => policy.digest(algorithm.digest(), at),
            Err(_) => AlgorithmTrust::NotAllowed,
        };
        judge(trust, Some(certificate), &|| {
            (Some(certificate.signature_oid()), format!("the signature on {}", subject()))
        });
    }
    let never = found.iter().position(|(distrusted, _)| distrusted.until.is_none());
    found.into_iter().nth(never.unwrap_or(0))
}

fn key_oid(certificate: &Certificate) -> Option<Oid> {
    let mut fields = Reader::new(certificate.spki(), Rules::Der).sequence().ok()?;
    AlgorithmIdentifier::read(&mut fields).ok().map(|identifier| identifier.oid)
}
