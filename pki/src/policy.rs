//! What a validation demands, as data: nothing in here judges.
//!
//! The defaults are those of `verify`; the document flow's stricter rules are other values of the same types.

use crate::digest::DigestAlgorithm;
use crate::path::PathOptions;
use crate::time::Moment;

/// For which certificates of a path revocation must be disproven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RevocationMode {
    /// The target and every intermediate; never the anchor.
    Chain,
    /// The target only.
    Leaf,
    /// Nobody: the caller knows what he gives up.
    None,
}

/// When evidence is fresh enough to say that a certificate is *not* revoked.
/// Every rule also needs what [`Freshness::Default`] needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Freshness {
    /// The judged moment lies in [thisUpdate, nextUpdate), or the evidence was issued at or after that moment
    /// and still speaks of the certificate.
    Default,
    /// Besides, the evidence was issued at or after this moment (receipt of a document).
    /// Evidence carries whole seconds, so the moment counts from the beginning of its second.
    IssuedAtOrAfter(Moment),
    /// As above for OCSP; a CRL counts until its nextUpdate. For installations that have only CRLs.
    CrlUntilNextUpdate(Moment),
}

/// How revocation is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationPolicy {
    /// Whose revocation matters.
    pub mode: RevocationMode,
    /// What counts as fresh.
    pub freshness: Freshness,
    /// How long an OCSP answer without nextUpdate counts, in seconds.
    pub ocsp_without_next_update_secs: u32,
}

/// A day: how long an OCSP answer without nextUpdate counts unless a policy says otherwise.
pub const OCSP_WITHOUT_NEXT_UPDATE_SECS: u32 = 86_400;

impl Default for RevocationPolicy {
    fn default() -> Self {
        RevocationPolicy {
            mode: RevocationMode::Chain,
            freshness: Freshness::Default,
            ocsp_without_next_update_secs: OCSP_WITHOUT_NEXT_UPDATE_SECS,
        }
    }
}

impl RevocationPolicy {
    /// The default policy with another mode.
    pub fn with_mode(mode: RevocationMode) -> Self {
        RevocationPolicy { mode, ..RevocationPolicy::default() }
    }
}

/// Whether a time stamp needs proof that its TSA was not revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TsaRevocation {
    /// A TSA known as revoked proves nothing; one of unknown status does prove. The report says which it was.
    WhenKnown,
    /// The TSA's whole chain must be proven not revoked at genTime.
    Required,
}

/// How long the certificates of a TSA must have been in their term for a token to prove anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TsaTerm {
    /// Until another, later token proves this one, else until the moment asked about: after the end of a certificate
    /// nobody tells what became of its key. Source: EN 319 102-1 §5.6.2.2.
    UntilProven,
    /// At genTime. For tokens that something else than a time stamp proves to be old: a journal, say.
    GenTime,
}

/// Whether the signed reference to the signing certificate must be there. When it is there, it must fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EssRule {
    /// NCANode and old tools sign without one.
    Optional,
    /// Without one: INDETERMINATE / SIG_CONSTRAINTS_FAILURE.
    Required,
}

/// One algorithm that is allowed, until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlgorithmRule {
    /// Which one.
    pub algorithm: AllowedAlgorithm,
    /// The first moment at which it is no longer trusted; `None` = no end known.
    pub trusted_until: Option<Moment>,
}

/// What an [`AlgorithmRule`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllowedAlgorithm {
    /// A digest, of content or in a signature.
    Digest(DigestAlgorithm),
    /// A key: the name from [`crate::algorithm::PublicKey::key_algorithm_name`] and the least size in bits.
    Key(&'static str, u32),
}

/// Which algorithms are trusted, and until when; what is not listed is not trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlgorithmPolicy {
    /// All rules; for keys the one with the greatest size that fits decides.
    pub rules: Vec<AlgorithmRule>,
}

/// How one algorithm stands at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlgorithmTrust {
    /// Trusted.
    Trusted,
    /// Was trusted before this moment.
    Until(Moment),
    /// Never trusted by this policy.
    NotAllowed,
}

impl AlgorithmPolicy {
    /// How `digest` stands at `at`.
    pub fn digest(&self, digest: DigestAlgorithm, at: Moment) -> AlgorithmTrust {
        let rule = self.rules.iter().find(|rule| rule.algorithm == AllowedAlgorithm::Digest(digest));
        judge(rule, at)
    }

    /// How a key of `bits` bits stands at `at`.
    pub fn key(&self, name: &str, bits: u32, at: Moment) -> AlgorithmTrust {
        let fitting = self.rules.iter().filter_map(|rule| match rule.algorithm {
            AllowedAlgorithm::Key(of, least) if of == name && least <= bits => Some((least, rule)),
            AllowedAlgorithm::Key(..) | AllowedAlgorithm::Digest(_) => None,
        });
        judge(fitting.max_by_key(|(least, _)| *least).map(|(_, rule)| rule), at)
    }
}

fn judge(rule: Option<&AlgorithmRule>, at: Moment) -> AlgorithmTrust {
    match rule {
        None => AlgorithmTrust::NotAllowed,
        Some(AlgorithmRule { trusted_until: Some(until), .. }) if at >= *until => AlgorithmTrust::Until(*until),
        Some(_) => AlgorithmTrust::Trusted,
    }
}

/// 2012-08-01: the end of SHA-1 in ETSI TS 119 312.
const SHA1_END_UNIX_SECS: i64 = 1_343_779_200;
/// 2019-10-01: the end of RSA below 1900 bits in ETSI TS 119 312.
const RSA_1024_END_UNIX_SECS: i64 = 1_569_888_000;

impl Default for AlgorithmPolicy {
    /// National and common algorithms; SHA-1 until 2012-08-01 and RSA below 1900 bits until 2019-10-01.
    ///
    /// Source: the dates of ETSI TS 119 312 as EU DSS applies them. National algorithms have no end date in law.
    fn default() -> Self {
        let digests = [
            DigestAlgorithm::Streebog512,
            DigestAlgorithm::Streebog256,
            DigestAlgorithm::Gost34311,
            DigestAlgorithm::Sha224,
            DigestAlgorithm::Sha256,
            DigestAlgorithm::Sha384,
            DigestAlgorithm::Sha512,
            DigestAlgorithm::Sha512_256,
        ];
        let keys = [
            ("RSA", 1900),
            ("EC", 224),
            ("Ed25519", 256),
            ("GOST2004", 256),
            ("GOST2015-256", 256),
            ("GOST2015-512", 512),
        ];
        let rule = |algorithm| AlgorithmRule { algorithm, trusted_until: None };
        let until = |algorithm, secs| AlgorithmRule { algorithm, trusted_until: Moment::from_unix_seconds(secs) };
        let mut rules: Vec<AlgorithmRule> = digests.into_iter().map(AllowedAlgorithm::Digest).map(rule).collect();
        rules.extend(keys.into_iter().map(|(name, bits)| rule(AllowedAlgorithm::Key(name, bits))));
        rules.push(until(AllowedAlgorithm::Digest(DigestAlgorithm::Sha1), SHA1_END_UNIX_SECS));
        rules.push(until(AllowedAlgorithm::Key("RSA", 1024), RSA_1024_END_UNIX_SECS));
        AlgorithmPolicy { rules }
    }
}

/// Everything demanded of a signature.
#[derive(Debug, Clone)]
pub struct SignaturePolicy {
    /// Allowed algorithms, judged at the earliest proof of existence.
    pub algorithms: AlgorithmPolicy,
    /// Revocation of the signer's chain.
    pub revocation: RevocationPolicy,
    /// Revocation of a TSA's chain.
    pub tsa_revocation: TsaRevocation,
    /// The term of a TSA's chain.
    pub tsa_term: TsaTerm,
    /// The signed reference to the signing certificate.
    pub ess: EssRule,
    /// The signer's path: purpose (signing), depth, certificate policies.
    pub path: PathOptions,
}

impl Default for SignaturePolicy {
    fn default() -> Self {
        SignaturePolicy {
            algorithms: AlgorithmPolicy::default(),
            revocation: RevocationPolicy::default(),
            tsa_revocation: TsaRevocation::WhenKnown,
            tsa_term: TsaTerm::UntilProven,
            ess: EssRule::Optional,
            path: PathOptions::for_signing(),
        }
    }
}
