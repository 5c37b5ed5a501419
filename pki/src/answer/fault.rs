//! Why an answer may not be relied on.

use crate::ocsp::ResponseStatus;

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)+) => {
        /// Why an answer may not be relied on; each cause has a code of its own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
        #[non_exhaustive]
        pub enum AnswerFault {
            $($(#[$doc])* #[error($text)] $name,)+
        }

        impl AnswerFault {
            /// Every cause.
            pub const ALL: &'static [AnswerFault] = &[$(AnswerFault::$name,)+];

            /// A stable word in kebab case.
            pub const fn code(self) -> &'static str {
                match self {
                    $(AnswerFault::$name => $code,)+
                }
            }
        }
    };
}

faults! {
    /// OCSP: the responder could not read the request.
    MalformedRequest = "malformed-request", "the responder could not read the request";
    /// OCSP: the responder is broken.
    InternalError = "internal-error", "the responder has an internal error";
    /// OCSP: the responder asks to come back later.
    TryLater = "try-later", "the responder asks to try later";
    /// OCSP: the responder wants signed requests.
    SigRequired = "sig-required", "the responder answers signed requests only";
    /// OCSP: not for this responder, or not for this client.
    Unauthorized = "unauthorized", "the responder is not authorised to answer";
    /// No certificate given is that of the issuer.
    IssuerNotFound = "issuer-not-found", "no certificate given is that of the issuer";
    /// A signature algorithm or key is not known here.
    UnsupportedAlgorithm = "unsupported-algorithm", "a signature algorithm is not supported";
    /// Signed by nobody who was found.
    BadSignature = "bad-signature", "the signature does not verify";
    /// A critical extension that nothing here processes.
    UnknownCriticalExtension = "unknown-critical-extension", "there is an unknown critical extension";
    /// OCSP: no answer in the response is about the certificate.
    NotAnswered = "certificate-not-answered", "the response has no answer about the certificate";
    /// OCSP: neither the issuer nor any certificate at hand is the responder named.
    ResponderNotFound = "responder-not-found", "the certificate of the responder is not at hand";
    /// OCSP: the responder's certificate is not by the key that issued the certificate asked about.
    ResponderOfAnotherIssuer = "responder-of-another-issuer", "the responder's certificate is not issued by the issuer itself";
    /// OCSP: the responder's certificate is not for answering.
    ResponderPurpose = "responder-purpose", "the responder's certificate is not for OCSP signing";
    /// OCSP: the certificate asked about answers for itself.
    ResponderIsTheCertificate = "responder-is-the-certificate", "the certificate asked about answers for itself";
    /// OCSP: the responder's certificate was not valid yet.
    ResponderNotYetValid = "responder-not-yet-valid", "the responder's certificate was not valid yet";
    /// OCSP: the responder's certificate had expired.
    ResponderExpired = "responder-expired", "the responder's certificate had expired";
    /// OCSP: the question had a nonce, the response has none.
    NonceMissing = "nonce-missing", "the response has no nonce";
    /// OCSP: the response has another nonce.
    NonceMismatch = "nonce-mismatch", "the nonce is not the one asked with";
    /// OCSP: signed after the moment asked about.
    ProducedInFuture = "produced-in-future", "the response was signed after the moment asked about";
    /// thisUpdate is after the moment asked about.
    NotYetValid = "not-yet-valid", "thisUpdate is after the moment asked about";
    /// nextUpdate is not after the moment asked about.
    Expired = "expired", "nextUpdate is before the moment asked about";
    /// OCSP: without nextUpdate, and too old.
    TooOld = "too-old", "the response has no nextUpdate and is too old";
    /// CRL: without nextUpdate nobody knows whether there is a newer one.
    NoNextUpdate = "no-next-update", "the list has no nextUpdate";
    /// The certificate had expired when the answer was made, which may have forgotten it.
    Forgotten = "certificate-expired-before", "the certificate expired before the answer was made, which may not know it any more";
    /// CRL: the key of the issuer may not sign CRLs.
    NoCrlSign = "no-crl-sign", "the keyUsage of the issuer does not allow signing CRLs";
    /// CRL: signed by a key of that name which is not known to belong to the issuer of the certificate.
    AnotherKey = "another-key", "the list is signed by another key than the issuer's";
    /// CRL: the certificate is outside the list's scope.
    OutOfScope = "out-of-scope", "the certificate is outside the scope of the list";
    /// CRL: the list speaks of some reasons of revocation only.
    OnlySomeReasons = "only-some-reasons", "the list is for some reasons of revocation only";
    /// CRL: the certificate is listed twice.
    ListedTwice = "listed-twice", "the list contradicts itself: the certificate is listed twice";
    /// CRL: a list that is not a delta takes the certificate off.
    RemovedInFullList = "removed-in-full-list", "only a delta may take a certificate off the list";
    /// CRL: a delta was given where the full list should be.
    DeltaWithoutBase = "delta-without-base", "the list is a delta and has no base";
    /// CRL: what should be a delta is none.
    NotADelta = "not-a-delta", "the second list is not a delta";
    /// CRL: the delta does not follow on this list.
    DeltaMismatch = "delta-mismatch", "the delta does not fit the list";
    /// The search took more work than allowed.
    BudgetExhausted = "budget-exhausted", "the question takes more work than allowed";
}

impl AnswerFault {
    /// Why a response without an answer has none; nothing for one that has.
    pub(super) const fn of_status(status: ResponseStatus) -> Option<AnswerFault> {
        match status {
            ResponseStatus::Successful => None,
            ResponseStatus::MalformedRequest => Some(AnswerFault::MalformedRequest),
            ResponseStatus::InternalError => Some(AnswerFault::InternalError),
            ResponseStatus::TryLater => Some(AnswerFault::TryLater),
            ResponseStatus::SigRequired => Some(AnswerFault::SigRequired),
            ResponseStatus::Unauthorized => Some(AnswerFault::Unauthorized),
        }
    }
}
