//! Whom we believe: certification authorities named by whoever runs the program. None is compiled in.

use std::sync::Arc;

use crate::algorithm::KeyCache;
use crate::certificate::Certificate;
use crate::name::Name;
use crate::path::names_match;

/// The name and key of a CA certificate somebody decided to trust; its dates are not judged.
#[derive(Debug, Clone)]
pub struct TrustAnchor {
    certificate: Certificate,
}

impl TrustAnchor {
    /// An anchor, when `certificate` is one of a certification authority: basicConstraints says so, or it is of
    /// version 1 (where nothing could say so) and self-issued. Anybody else's certificate is `None`, so that a
    /// signer's own certificate lying in a trust folder does not become its own authority.
    pub fn from_certificate(certificate: Certificate) -> Option<Self> {
        let is_ca = match certificate.basic_constraints() {
            Some(constraints) => constraints.ca,
            None => certificate.version() < 3 && names_match(&certificate.subject(), &certificate.issuer()),
        };
        is_ca.then_some(TrustAnchor { certificate })
    }

    /// The certificate the anchor was taken from; its pathLen and nameConstraints bind what is below.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The anchor's name.
    pub fn name(&self) -> Name<'_> {
        self.certificate.subject()
    }
}

/// Keys that a store keeps: those of time-stamping authorities, responders and issuers come again in every message.
const KEYS_MAX: usize = 256;

/// All anchors of one question, in the order given.
///
/// Whoever judges many messages keeps one store: it remembers the keys that came by, which saves time and changes no
/// verdict.
#[derive(Debug, Clone)]
pub struct TrustStore {
    anchors: Vec<TrustAnchor>,
    keys: Arc<KeyCache>,
}

impl Default for TrustStore {
    fn default() -> Self {
        TrustStore { anchors: Vec::new(), keys: Arc::new(KeyCache::new(KEYS_MAX)) }
    }
}

impl TrustStore {
    /// A store of the CA certificates among `certificates`; the others are left out (see [`TrustAnchor`]).
    pub fn from_certificates(certificates: impl IntoIterator<Item = Certificate>) -> Self {
        let mut store = TrustStore::default();
        for certificate in certificates {
            store.insert(certificate);
        }
        store
    }

    /// Adds one anchor; `false` when the certificate is not a CA's. A second copy changes nothing.
    pub fn insert(&mut self, certificate: Certificate) -> bool {
        let known = self.contains(&certificate);
        match TrustAnchor::from_certificate(certificate) {
            Some(anchor) if !known => {
                self.anchors.push(anchor);
                true
            }
            other => other.is_some(),
        }
    }

    /// All anchors.
    pub fn anchors(&self) -> &[TrustAnchor] {
        &self.anchors
    }

    /// Whether nothing is trusted.
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    /// Whether this very certificate (octet for octet) is an anchor.
    pub fn contains(&self, certificate: &Certificate) -> bool {
        self.anchors.iter().any(|anchor| anchor.certificate.der() == certificate.der())
    }

    /// The keys that came by.
    pub(crate) fn keys(&self) -> &Arc<KeyCache> {
        &self.keys
    }

    /// Anchors of that name, in the order given.
    pub(crate) fn named<'a>(&'a self, name: &Name<'_>) -> impl Iterator<Item = &'a TrustAnchor> {
        let name = *name;
        self.anchors.iter().filter(move |anchor| names_match(&anchor.name(), &name))
    }

    /// Whether the certificate has the name and key of an anchor, in whatever other certificate.
    pub(crate) fn is_anchor_again(&self, certificate: &Certificate) -> bool {
        self.anchors.iter().any(|anchor| {
            anchor.certificate.spki() == certificate.spki() && names_match(&anchor.name(), &certificate.subject())
        })
    }
}
