//! Whether the algorithms used were still trusted. Source: EN 319 102-1 §5.2.8; TS 119 312.

use crate::certificate::Certificate;
use crate::digest::DigestAlgorithm;
use crate::oid::Oid;
use crate::policy::{AlgorithmPolicy, AlgorithmTrust};
use crate::time::Moment;

/// The worst of the digests and of the keys and signatures of `certificates` that is not trusted at `at`, and what it is
/// (English, for experts). What was never allowed is worse than what has ended.
pub(super) fn distrusted<'a>(
    policy: &AlgorithmPolicy,
    at: Moment,
    digests: &[Oid],
    certificates: impl Iterator<Item = &'a Certificate>,
) -> Option<(AlgorithmTrust, String)> {
    let mut found = Vec::new();
    let mut judge = |trust, what: String| match trust {
        AlgorithmTrust::Trusted => {}
        AlgorithmTrust::Until(until) => found.push((trust, format!("{what}, trusted until {until}"))),
        AlgorithmTrust::NotAllowed => found.push((trust, what)),
    };
    for oid in digests {
        let trust = DigestAlgorithm::from_oid(oid).map(|digest| policy.digest(digest, at));
        judge(trust.unwrap_or(AlgorithmTrust::NotAllowed), format!("the digest {oid}"));
    }
    for certificate in certificates {
        let subject = certificate.subject().to_string();
        match certificate.public_key() {
            Ok(key) => {
                let (name, bits) = (key.key_algorithm_name(), key.bits());
                judge(policy.key(name, bits, at), format!("the key {name} of {bits} bits of {subject}"));
            }
            Err(error) => judge(AlgorithmTrust::NotAllowed, format!("the key of {subject}: {error}")),
        }
        let trust = match certificate.signature_algorithm() {
            Ok(algorithm) => policy.digest(algorithm.digest(), at),
            Err(_) => AlgorithmTrust::NotAllowed,
        };
        judge(trust, format!("the signature on {subject}"));
    }
    let never = found.iter().position(|(trust, _)| *trust == AlgorithmTrust::NotAllowed);
    found.into_iter().nth(never.unwrap_or(0))
}
