//! The questions, each with the clause that asks it. The texts for people are the keys `check-<name>`.

use crate::report::Rule;

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $clause:literal;)+) => {
        $($(#[$doc])* pub(crate) const $name: Rule = Rule { name: $word, clause: $clause };)+
        /// All of them, in the order in which they are asked.
        pub(super) const ALL: &[Rule] = &[$($name,)+];
    };
}

rules! {
    /// The attributes keep the rules of CMS.
    FORMAT = "format", "EN 319 102-1 5.2.2; RFC 5652 5.3, 11";
    /// The certificate that the signer names is at hand.
    CERTIFICATE_FOUND = "signing-certificate-found", "EN 319 102-1 5.2.3; RFC 5652 5.3";
    /// The signed reference is of that very certificate.
    CERTIFICATE_REFERENCE = "signing-certificate-reference", "EN 319 102-1 5.2.3.4; RFC 5035 5.4";
    /// What the references of an XML signature point at and transform is told in ways that are followed.
    XML_REFERENCES = "xml-references-known", "XML Signature 1.1 4.4.3; EN 319 102-1 5.2.7";
    /// Signatures added later were taken away first, as they cannot be covered.
    XML_STACKED = "xml-later-signatures", "XML Signature 1.1 6.6.4";
    /// An XML signature covers the whole document.
    XML_COVERAGE = "xml-covers-document", "XML Signature 1.1 8.1.3; EN 319 102-1 5.2.7.4";
    /// The algorithms are known.
    ALGORITHMS_KNOWN = "algorithms-known", "EN 319 102-1 5.2.7";
    /// Digest, signature algorithm and their signed protection agree.
    ALGORITHMS_AGREE = "algorithms-agree", "RFC 5652 5.3; RFC 6211; RFC 8933";
    /// The content is at hand.
    CONTENT_FOUND = "content-found", "EN 319 102-1 5.2.7.4";
    /// The content-type attribute names the type of the content.
    CONTENT_TYPE = "content-type", "RFC 5652 11.1";
    /// The content cannot be taken for signed attributes.
    NO_CONFUSION = "no-attribute-confusion", "RFC 5652 5.3; draft-ietf-lamps-cms-euf-cma-signeddata";
    /// The content is what was signed.
    CONTENT_DIGEST = "content-digest", "EN 319 102-1 5.2.7.4; RFC 5652 5.4, 11.2";
    /// The signature value is by the key of the certificate.
    SIGNATURE_VALUE = "signature-value", "EN 319 102-1 5.2.7.4; RFC 5652 5.6";
    /// An attribute that should be a time stamp is one.
    STAMP_READABLE = "time-stamp-readable", "RFC 3161 2.4.2";
    /// The index of an archive time stamp names what is in the message, and nothing else.
    ARCHIVE_INDEX = "archive-time-stamp-index", "EN 319 122-1 5.5.2, 5.5.3";
    /// The token is over these octets.
    STAMP_IMPRINT = "time-stamp-imprint", "RFC 3161 2.4.2; EN 319 122-1 5.3";
    /// The token's signature holds.
    STAMP_SIGNATURE = "time-stamp-signature", "RFC 3161 2.4.2; RFC 5652 5.6";
    /// The token names its authority's certificate.
    STAMP_REFERENCE = "time-stamp-certificate-reference", "RFC 3161 2.4.2; RFC 5816 2.2.1";
    /// The authority's certificate leads to an anchor.
    STAMP_PATH = "time-stamp-path", "RFC 3161 2.3; EN 319 102-1 5.4";
    /// The authority's certificates had not ended before something else proved the token.
    STAMP_TERM = "time-stamp-term", "EN 319 102-1 5.6.2.2";
    /// The authority's certificate was not revoked.
    STAMP_REVOCATION = "time-stamp-revocation", "RFC 3161 4; EN 319 102-1 5.4";
    /// The token's algorithms are trusted.
    STAMP_ALGORITHMS = "time-stamp-algorithms", "EN 319 102-1 5.2.8";
    /// The token is not from the future.
    STAMP_NOT_FUTURE = "time-stamp-not-future", "EN 319 102-1 5.4";
    /// The time stamps follow each other as what they prove does.
    STAMP_ORDER = "time-stamp-order", "EN 319 102-1 5.5, 5.6.3";
    /// An attribute that should be a counter-signature is one.
    COUNTER_READABLE = "counter-signature-readable", "RFC 5652 11.4";
    /// The certificate leads to an anchor.
    PATH = "certificate-path", "EN 319 102-1 5.2.6; RFC 5280 6.1";
    /// Every certificate of the path was in its term.
    VALIDITY = "certificate-validity", "EN 319 102-1 5.2.6; RFC 5280 6.1.3";
    /// Nobody in the path was revoked.
    REVOCATION = "certificate-revocation", "EN 319 102-1 5.2.5, 5.2.6; RFC 5280 6.3; RFC 6960 3.2";
    /// The algorithms were trusted when the signature is proven to have existed.
    ALGORITHMS_TRUSTED = "algorithms-trusted", "EN 319 102-1 5.2.8; TS 119 312";
    /// What the signature of a container is over is told: by its one manifest, or by the one file.
    DATA_OBJECTS_NAMED = "data-objects-named", "EN 319 162-1 4.3.3.2, 4.4.3.2";
    /// Every file that the manifest names is in the container.
    DATA_OBJECTS_FOUND = "data-objects-found", "EN 319 162-1 A.4";
    /// Every file is the one that the manifest is of.
    DATA_OBJECTS_DIGEST = "data-objects-digest", "EN 319 162-1 A.4; EN 319 102-1 5.2.7.4";
    /// The digests of the manifest are trusted.
    DATA_OBJECTS_ALGORITHMS = "data-objects-algorithms", "EN 319 102-1 5.2.8; TS 119 312";
    /// The evidence record is of a form that is understood.
    RECORD_FORM = "evidence-record-form", "RFC 4998 3.1, 6";
    /// Each chain of the record has one algorithm, trusted until the next one begins.
    RECORD_ALGORITHMS = "evidence-record-algorithms", "RFC 4998 3.1, 5.3";
    /// The time stamps of the record follow each other.
    RECORD_ORDER = "evidence-record-order", "RFC 4998 5.1";
    /// Every time stamp covers the one before.
    RECORD_RENEWAL = "evidence-record-renewal", "RFC 4998 4.3, 5.2, 5.3";
    /// Every time stamp held until the next one.
    RECORD_STAMPS = "evidence-record-time-stamps", "RFC 4998 5.3";
    /// The record covers the data.
    RECORD_OBJECTS = "evidence-record-objects", "RFC 4998 4.3, 5.3";
}

/// Those asked of a signature itself, not of its time stamps: each has an answer in every report.
pub(super) const OF_A_SIGNATURE: &[Rule] = &[
    FORMAT,
    CERTIFICATE_FOUND,
    ALGORITHMS_KNOWN,
    ALGORITHMS_AGREE,
    CONTENT_TYPE,
    NO_CONFUSION,
    CONTENT_FOUND,
    CONTENT_DIGEST,
    SIGNATURE_VALUE,
    CERTIFICATE_REFERENCE,
    PATH,
    VALIDITY,
    REVOCATION,
    ALGORITHMS_TRUSTED,
];

/// The same of an XML signature.
pub(super) const OF_AN_XML_SIGNATURE: &[Rule] = &[
    FORMAT,
    XML_REFERENCES,
    ALGORITHMS_KNOWN,
    CERTIFICATE_FOUND,
    CONTENT_FOUND,
    CONTENT_DIGEST,
    SIGNATURE_VALUE,
    XML_COVERAGE,
    CERTIFICATE_REFERENCE,
    PATH,
    VALIDITY,
    REVOCATION,
    ALGORITHMS_TRUSTED,
];
