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
    let mut judge = |trust, algorithm, certificate: Option<&Certificate>, what: String| {
        let certificate_sha256 = certificate.map(Certificate::sha256);
        let mut add = |until, what| found.push((DistrustedAlgorithm { algorithm, certificate_sha256, until }, what));
        match trust {
            AlgorithmTrust::Trusted => {}
            AlgorithmTrust::Until(until) => add(Some(until), format!("{what}, trusted until {until}")),
            AlgorithmTrust::NotAllowed => add(None, what),
        }
    };
    for oid in digests {
        let trust = DigestAlgorithm::from_oid(oid).map(|digest| policy.digest(digest, at));
        judge(trust.unwrap_or(AlgorithmTrust::NotAllowed), Some(*oid), None, format!("the digest {oid}"));
    }
    for certificate in certificates {
        let subject = certificate.subject().to_string();
        let (trust, what) = match certificate.public_key() {
            Ok(key) => {
                let (name, bits) = (key.key_algorithm_name(), key.bits());
                (policy.key(name, bits, at), format!("the key {name} of {bits} bits of {subject}"))
            }
            Err(error) => (AlgorithmTrust::NotAllowed, format!("the key of {subject}: {error}")),
        };
        judge(trust, key_oid(certificate), Some(certificate), what);
        let trust = match certificate.signature_algorithm() {
            Ok(algorithm) => policy.digest(algorithm.digest(), at),
            Err(_) => AlgorithmTrust::NotAllowed,
        };
        judge(trust, Some(certificate.signature_oid()), Some(certificate), format!("the signature on {subject}"));
    }
    let never = found.iter().position(|(distrusted, _)| distrusted.until.is_none());
    found.into_iter().nth(never.unwrap_or(0))
}

fn key_oid(certificate: &Certificate) -> Option<Oid> {
    let mut fields = Reader::new(certificate.spki(), Rules::Der).sequence().ok()?;
    AlgorithmIdentifier::read(&mut fields).ok().map(|identifier| identifier.oid)
}
