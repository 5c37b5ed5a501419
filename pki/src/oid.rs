//! Object identifiers, each once, with the document it comes from.
//! The national identifiers (arc 1.2.398) have no public specification: they were read from the objects of the national CA.

use std::fmt;

/// Longest identifier kept, in contents octets. The longest of real use (2.25 with a UUID) has 20.
pub const OID_MAX_BYTES: usize = 40;

/// An object identifier: its contents octets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Oid {
    length: u8,
    octets: [u8; OID_MAX_BYTES],
}

impl Oid {
    /// The identifier with these contents octets; `None` when they are malformed (empty, cut off, padded, an arc beyond
    /// 2¹²⁸) or more than [`OID_MAX_BYTES`]. Source: X.690 §8.19.
    pub fn from_content(content: &[u8]) -> Option<Oid> {
        let mut octets = [0; OID_MAX_BYTES];
        octets.get_mut(..content.len())?.copy_from_slice(content);
        let mut arc = 0_u128;
        let mut starts = true;
        for octet in content {
            if (starts && *octet == 0x80) || arc > u128::MAX >> 7 {
                return None;
            }
            arc = (arc << 7) | u128::from(octet & 0x7f);
            starts = octet & 0x80 == 0;
            if starts {
                arc = 0;
            }
        }
        let whole = starts && !content.is_empty();
        let length = u8::try_from(content.len()).ok()?;
        whole.then_some(Oid { length, octets })
    }

    /// The identifier written as `1.2.398.3…`; `None` when it is no identifier or too long.
    pub fn parse_dotted(text: &str) -> Option<Oid> {
        let mut arcs = text.split('.').map(|arc| {
            let canonical = arc == "0" || !arc.starts_with('0');
            let digits = !arc.is_empty() && arc.bytes().all(|octet| octet.is_ascii_digit());
            (canonical && digits).then(|| arc.parse::<u128>().ok()).flatten()
        });
        let (first, second) = (arcs.next()??, arcs.next()??);
        if first > 2 || (first < 2 && second > 39) {
            return None;
        }
        let mut content = Vec::new();
        push_arc(&mut content, first.checked_mul(40)?.checked_add(second)?);
        for arc in arcs {
            push_arc(&mut content, arc?);
        }
        Oid::from_content(&content)
    }

    /// The contents octets, without tag and length.
    pub fn content(&self) -> &[u8] {
        self.octets.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// Whether this identifier is `arc` itself or lies under it.
    pub fn is_under(&self, arc: &Oid) -> bool {
        self.content().starts_with(arc.content())
    }

    /// An identifier known when the program is built; the build fails when `dotted` is no identifier.
    #[expect(clippy::as_conversions, reason = "From is not const")]
    pub const fn known(dotted: &str) -> Oid {
        let mut oid = Oid { length: 0, octets: [0; OID_MAX_BYTES] };
        let mut rest = dotted.as_bytes();
        let mut arc = 0;
        let mut first = None;
        loop {
            let (end, next) = match rest {
                [] => (true, rest),
                [b'.', next @ ..] => (true, next),
                [digit, next @ ..] => {
                    assert!(digit.is_ascii_digit(), "digits and dots");
                    arc = arc * 10 + (*digit - b'0') as u32;
                    (false, next)
                }
            };
            match first {
                Some(_) | None if !end => {}
                None => {
                    first = Some(arc);
                    arc = 0;
                }
                Some(top) => {
                    oid.append(top * 40 + arc);
                    first = Some(0);
                    arc = 0;
                }
            }
            if rest.is_empty() {
                return oid;
            }
            rest = next;
        }
    }

    #[expect(
        clippy::as_conversions,
        clippy::indexing_slicing,
        reason = "TryFrom and get are not const; run only by the build"
    )]
    const fn append(&mut self, arc: u32) {
        let mut shift = 28;
        while shift > 0 {
            if arc >> shift != 0 {
                self.octets[self.length as usize] = ((arc >> shift) & 0x7f) as u8 | 0x80;
                self.length += 1;
            }
            shift -= 7;
        }
        self.octets[self.length as usize] = (arc & 0x7f) as u8;
        self.length += 1;
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut arc = 0_u128;
        let mut first = true;
        for octet in self.content() {
            arc = (arc << 7) | u128::from(octet & 0x7f);
            if octet & 0x80 != 0 {
                continue;
            }
            if first {
                let top = (arc / 40).min(2);
                write!(f, "{top}.{}", arc.saturating_sub(top.saturating_mul(40)))?;
                first = false;
            } else {
                write!(f, ".{arc}")?;
            }
            arc = 0;
        }
        Ok(())
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn push_arc(content: &mut Vec<u8>, arc: u128) {
    let mut octets = Vec::new();
    let mut rest = arc;
    loop {
        let low = u8::try_from(rest & 0x7f).unwrap_or(0);
        octets.push(if octets.is_empty() { low } else { low | 0x80 });
        rest >>= 7;
        if rest == 0 {
            break;
        }
    }
    content.extend(octets.iter().rev());
}

macro_rules! oids {
    ($($(#[$doc:meta])* $name:ident = $dotted:literal;)+) => {
        $($(#[$doc])* pub const $name: Oid = Oid::known($dotted);)+
    };
}

// Keys. National: read from the certificates of the national CA. Others: RFC 3279; RFC 5480; RFC 4055.
oids! {
    /// RSA key; as a signature algorithm in CMS: PKCS#1 v1.5 with the digest named beside it (RFC 3370 §3.2).
    RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
    /// Elliptic curve key. RFC 5480 §2.1.1.
    EC_PUBLIC_KEY = "1.2.840.10045.2.1";
    /// Curve P-256. RFC 5480 §2.1.1.1.
    SECP256R1 = "1.2.840.10045.3.1.7";
    /// Curve P-384. RFC 5480 §2.1.1.1.
    SECP384R1 = "1.3.132.0.34";
    /// Curve P-521. RFC 5480 §2.1.1.1.
    SECP521R1 = "1.3.132.0.35";
    /// Curve secp160k1. SEC 2.
    SECP160K1 = "1.3.132.0.9";
    /// Curve secp160r1. SEC 2.
    SECP160R1 = "1.3.132.0.8";
    /// Curve secp160r2. SEC 2.
    SECP160R2 = "1.3.132.0.30";
    /// Curve secp192k1. SEC 2.
    SECP192K1 = "1.3.132.0.31";
    /// Curve P-192. RFC 5480 §2.1.1.1.
    SECP192R1 = "1.2.840.10045.3.1.1";
    /// Curve secp224k1. SEC 2.
    SECP224K1 = "1.3.132.0.32";
    /// Curve P-224. RFC 5480 §2.1.1.1.
    SECP224R1 = "1.3.132.0.33";
    /// Curve secp256k1. SEC 2.
    SECP256K1 = "1.3.132.0.10";
    /// Curve brainpoolP192r1. RFC 5639 §3.
    BRAINPOOL_P192R1 = "1.3.36.3.3.2.8.1.1.3";
    /// Curve brainpoolP192t1. RFC 5639 §3.
    BRAINPOOL_P192T1 = "1.3.36.3.3.2.8.1.1.4";
    /// Curve brainpoolP224r1. RFC 5639 §3.
    BRAINPOOL_P224R1 = "1.3.36.3.3.2.8.1.1.5";
    /// Curve brainpoolP224t1. RFC 5639 §3.
    BRAINPOOL_P224T1 = "1.3.36.3.3.2.8.1.1.6";
    /// Curve brainpoolP256r1. RFC 5639 §3.
    BRAINPOOL_P256R1 = "1.3.36.3.3.2.8.1.1.7";
    /// Curve brainpoolP256t1. RFC 5639 §3.
    BRAINPOOL_P256T1 = "1.3.36.3.3.2.8.1.1.8";
    /// Curve brainpoolP320r1. RFC 5639 §3.
    BRAINPOOL_P320R1 = "1.3.36.3.3.2.8.1.1.9";
    /// Curve brainpoolP320t1. RFC 5639 §3.
    BRAINPOOL_P320T1 = "1.3.36.3.3.2.8.1.1.10";
    /// Curve brainpoolP384r1. RFC 5639 §3.
    BRAINPOOL_P384R1 = "1.3.36.3.3.2.8.1.1.11";
    /// Curve brainpoolP384t1. RFC 5639 §3.
    BRAINPOOL_P384T1 = "1.3.36.3.3.2.8.1.1.12";
    /// Curve brainpoolP512r1. RFC 5639 §3.
    BRAINPOOL_P512R1 = "1.3.36.3.3.2.8.1.1.13";
    /// Curve brainpoolP512t1. RFC 5639 §3.
    BRAINPOOL_P512T1 = "1.3.36.3.3.2.8.1.1.14";
    /// Ed25519, key and signature alike. RFC 8410 §3.
    ED25519 = "1.3.101.112";
    /// GOST 34.10-2015 key of 512 bits.
    GOST2015_512_KEY = "1.2.398.3.10.1.1.2.2";
    /// GOST 34.10-2015 key of 256 bits.
    GOST2015_256_KEY = "1.2.398.3.10.1.1.2.1";
    /// GOST 34.310-2004 key of 256 bits.
    GOST2004_KEY = "1.2.398.3.10.1.1.1.1";
    /// Parameters 512-A; the same curve as TC26 512 A.
    GOST2015_512_PARAMETERS_A = "1.2.398.3.10.1.1.2.2.1";
    /// Parameters 256-A; the same curve as TC26 256 A.
    GOST2015_256_PARAMETERS_A = "1.2.398.3.10.1.1.2.1.1";
    /// Parameters of GOST 34.310-2004; the same curve as CryptoPro A.
    GOST2004_PARAMETERS_A = "1.2.398.3.10.1.1.1.1.1";
    /// Digest parameters (S-box) inside keys of GOST 34.310-2004.
    GOST2004_DIGEST_PARAMETERS = "1.2.398.3.10.1.3.1.1.0";
    /// Arc of the algorithms of another vendor (Gamma Technologies): recognised only to be called unsupported.
    GAMMA_ARC = "1.3.6.1.4.1.6801";
}

// Signatures. RFC 4055; RFC 5758; national ones read from certificates.
oids! {
    /// RSA PKCS#1 v1.5 with SHA-1.
    SHA1_WITH_RSA = "1.2.840.113549.1.1.5";
    /// RSA PKCS#1 v1.5 with SHA-256.
    SHA256_WITH_RSA = "1.2.840.113549.1.1.11";
    /// RSA PKCS#1 v1.5 with SHA-384.
    SHA384_WITH_RSA = "1.2.840.113549.1.1.12";
    /// RSA PKCS#1 v1.5 with SHA-512.
    SHA512_WITH_RSA = "1.2.840.113549.1.1.13";
    /// RSA PKCS#1 v1.5 with SHA-224.
    SHA224_WITH_RSA = "1.2.840.113549.1.1.14";
    /// RSA PKCS#1 v1.5 with SHA-512/224.
    SHA512_224_WITH_RSA = "1.2.840.113549.1.1.15";
    /// RSA PKCS#1 v1.5 with SHA-512/256.
    SHA512_256_WITH_RSA = "1.2.840.113549.1.1.16";
    /// RSASSA-PSS, key and signature alike. RFC 4055 §3.
    RSASSA_PSS = "1.2.840.113549.1.1.10";
    /// Mask generation function 1. RFC 4055 §2.2.
    MGF1 = "1.2.840.113549.1.1.8";
    /// ECDSA with SHA-1.
    ECDSA_WITH_SHA1 = "1.2.840.10045.4.1";
    /// ECDSA with SHA-224.
    ECDSA_WITH_SHA224 = "1.2.840.10045.4.3.1";
    /// ECDSA with SHA-256.
    ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
    /// ECDSA with SHA-384.
    ECDSA_WITH_SHA384 = "1.2.840.10045.4.3.3";
    /// ECDSA with SHA-512.
    ECDSA_WITH_SHA512 = "1.2.840.10045.4.3.4";
    /// GOST 34.10-2015 of 512 bits with Streebog-512.
    GOST2015_512_SIGNATURE = "1.2.398.3.10.1.1.2.3.2";
    /// GOST 34.10-2015 of 256 bits with Streebog-256.
    GOST2015_256_SIGNATURE = "1.2.398.3.10.1.1.2.3.1";
    /// GOST 34.310-2004 with GOST 34.311-95.
    GOST2004_SIGNATURE = "1.2.398.3.10.1.1.1.2";
}

// Digests and MACs. RFC 3279; RFC 5754; RFC 8018; national ones read from CMS objects.
oids! {
    /// Stands in reports where an algorithm has no identifier known here; no algorithm has it.
    NO_ALGORITHM = "0.0";
    /// SHA-1.
    SHA1 = "1.3.14.3.2.26";
    /// SHA-224.
    SHA224 = "2.16.840.1.101.3.4.2.4";
    /// SHA-256.
    SHA256 = "2.16.840.1.101.3.4.2.1";
    /// SHA-384.
    SHA384 = "2.16.840.1.101.3.4.2.2";
    /// SHA-512.
    SHA512 = "2.16.840.1.101.3.4.2.3";
    /// SHA-512/224.
    SHA512_224 = "2.16.840.1.101.3.4.2.5";
    /// SHA-512/256.
    SHA512_256 = "2.16.840.1.101.3.4.2.6";
    /// Streebog-512.
    STREEBOG512 = "1.2.398.3.10.1.3.3";
    /// Streebog-256.
    STREEBOG256 = "1.2.398.3.10.1.3.2";
    /// GOST 34.311-95.
    GOST34311 = "1.2.398.3.10.1.3.1";
    /// HMAC with SHA-1. RFC 8018 appendix B.1.
    HMAC_SHA1 = "1.2.840.113549.2.7";
    /// HMAC with SHA-256.
    HMAC_SHA256 = "1.2.840.113549.2.9";
    /// HMAC with SHA-512.
    HMAC_SHA512 = "1.2.840.113549.2.11";
}

// CMS and its attributes. RFC 5652; RFC 5035; RFC 5126; EN 319 122-1; RFC 6211; RFC 5940.
oids! {
    /// id-data.
    DATA = "1.2.840.113549.1.7.1";
    /// id-signedData.
    SIGNED_DATA = "1.2.840.113549.1.7.2";
    /// id-encryptedData.
    ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
    /// Attribute contentType.
    CONTENT_TYPE = "1.2.840.113549.1.9.3";
    /// Attribute messageDigest.
    MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
    /// Attribute signingTime.
    SIGNING_TIME = "1.2.840.113549.1.9.5";
    /// Attribute countersignature.
    COUNTERSIGNATURE = "1.2.840.113549.1.9.6";
    /// Attribute CMSAlgorithmProtection. RFC 6211.
    ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52";
    /// Attribute signingCertificate (SHA-1).
    SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12";
    /// Attribute signingCertificateV2.
    SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";
    /// Attribute signature-time-stamp.
    SIGNATURE_TIME_STAMP = "1.2.840.113549.1.9.16.2.14";
    /// Attribute content-time-stamp.
    CONTENT_TIME_STAMP = "1.2.840.113549.1.9.16.2.20";
    /// Attribute certificate-values.
    CERTIFICATE_VALUES = "1.2.840.113549.1.9.16.2.23";
    /// Attribute revocation-values.
    REVOCATION_VALUES = "1.2.840.113549.1.9.16.2.24";
    /// Attribute archive-time-stamp-v3.
    ARCHIVE_TIME_STAMP_V3 = "0.4.0.1733.2.4";
    /// Attribute ats-hash-index of a token, its first form. TS 101 733.
    ATS_HASH_INDEX = "0.4.0.1733.2.5";
    /// Attribute ats-hash-index-v2. TS 119 122.
    ATS_HASH_INDEX_V2 = "0.4.0.19122.1.4";
    /// Attribute ats-hash-index-v3. EN 319 122-1 §5.5.2.
    ATS_HASH_INDEX_V3 = "0.4.0.19122.1.5";
    /// Attribute archive-time-stamp of the second form, which this crate does not judge. TS 101 733.
    ARCHIVE_TIME_STAMP_V2 = "1.2.840.113549.1.9.16.2.48";
    /// Attribute signature-policy-identifier.
    SIGNATURE_POLICY = "1.2.840.113549.1.9.16.2.15";
    /// Content type of a time stamp, id-ct-TSTInfo. RFC 3161.
    TST_INFO = "1.2.840.113549.1.9.16.1.4";
    /// Revocation information: an OCSP response. RFC 5940 §2.1.
    REVOCATION_INFO_OCSP = "1.3.6.1.5.5.7.16.2";
}

// Certificates and CRLs. RFC 5280; RFC 6960; national ones read from certificates.
oids! {
    /// Extension subjectKeyIdentifier.
    SUBJECT_KEY_ID = "2.5.29.14";
    /// Extension keyUsage.
    KEY_USAGE = "2.5.29.15";
    /// Extension subjectAltName.
    SUBJECT_ALT_NAME = "2.5.29.17";
    /// Extension issuerAltName.
    ISSUER_ALT_NAME = "2.5.29.18";
    /// Extension basicConstraints.
    BASIC_CONSTRAINTS = "2.5.29.19";
    /// CRL extension cRLNumber.
    CRL_NUMBER = "2.5.29.20";
    /// CRL entry extension reasonCode.
    REASON_CODE = "2.5.29.21";
    /// CRL entry extension invalidityDate.
    INVALIDITY_DATE = "2.5.29.24";
    /// CRL extension deltaCRLIndicator.
    DELTA_CRL_INDICATOR = "2.5.29.27";
    /// CRL extension issuingDistributionPoint.
    ISSUING_DISTRIBUTION_POINT = "2.5.29.28";
    /// CRL entry extension certificateIssuer.
    CERTIFICATE_ISSUER = "2.5.29.29";
    /// Extension nameConstraints.
    NAME_CONSTRAINTS = "2.5.29.30";
    /// Extension cRLDistributionPoints.
    CRL_DISTRIBUTION_POINTS = "2.5.29.31";
    /// Extension certificatePolicies.
    CERTIFICATE_POLICIES = "2.5.29.32";
    /// The policy that stands for all.
    ANY_POLICY = "2.5.29.32.0";
    /// Extension policyMappings.
    POLICY_MAPPINGS = "2.5.29.33";
    /// Extension authorityKeyIdentifier.
    AUTHORITY_KEY_ID = "2.5.29.35";
    /// Extension policyConstraints.
    POLICY_CONSTRAINTS = "2.5.29.36";
    /// Extension extKeyUsage.
    EXTENDED_KEY_USAGE = "2.5.29.37";
    /// The usage that stands for all.
    ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0";
    /// Extension freshestCRL.
    FRESHEST_CRL = "2.5.29.46";
    /// Extension inhibitAnyPolicy.
    INHIBIT_ANY_POLICY = "2.5.29.54";
    /// CRL extension expiredCertsOnCRL. X.509 §9.5.2.8.
    EXPIRED_CERTS_ON_CRL = "2.5.29.60";
    /// Extension authorityInfoAccess.
    AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1";
    /// Access method: OCSP; also the arc of the OCSP identifiers.
    OCSP = "1.3.6.1.5.5.7.48.1";
    /// Access method: certificates of the issuer.
    CA_ISSUERS = "1.3.6.1.5.5.7.48.2";
    /// Policy qualifier: certification practice statement.
    CPS_QUALIFIER = "1.3.6.1.5.5.7.2.1";
    /// Extension of the national CA: kind of the key store.
    KEY_STORE_KIND = "1.2.398.3.3.5";
    /// Kind of key store: a PKCS#12 file.
    KEY_STORE_FILE = "1.2.398.3.3.5.1.1";
}

// OCSP. RFC 6960; RFC 9654.
oids! {
    /// Response type id-pkix-ocsp-basic.
    OCSP_BASIC = "1.3.6.1.5.5.7.48.1.1";
    /// Extension nonce.
    OCSP_NONCE = "1.3.6.1.5.5.7.48.1.2";
    /// Certificate extension id-pkix-ocsp-nocheck.
    OCSP_NOCHECK = "1.3.6.1.5.5.7.48.1.5";
    /// Extension archiveCutoff.
    OCSP_ARCHIVE_CUTOFF = "1.3.6.1.5.5.7.48.1.6";
    /// Extension extended-revoke: an unknown serial number is answered "revoked".
    OCSP_EXTENDED_REVOKE = "1.3.6.1.5.5.7.48.1.9";
    /// CertHash: the digest of the certificate that is answered about. Source: Common PKI 2.0 part 4, 3.1.2.
    OCSP_CERT_HASH = "1.3.36.8.3.13";
}

// Extended key usages. RFC 5280 §4.2.1.12; roles of the national CA, read from certificates.
oids! {
    /// TLS server.
    SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    /// TLS client; the national CA puts it into authentication certificates.
    CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    /// E-mail protection; the national CA puts it into signing certificates of people.
    EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4";
    /// Time stamping.
    TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
    /// OCSP signing.
    OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
    /// Role: natural person.
    ROLE_NATURAL_PERSON = "1.2.398.3.3.4.1.1";
    /// Role: legal entity.
    ROLE_LEGAL_ENTITY = "1.2.398.3.3.4.1.2";
    /// Role: head of a legal entity.
    ROLE_HEAD = "1.2.398.3.3.4.1.2.1";
    /// Role: right to sign for a legal entity.
    ROLE_SIGN_RIGHT = "1.2.398.3.3.4.1.2.2";
    /// Role: right to sign financial documents.
    ROLE_FINANCE_RIGHT = "1.2.398.3.3.4.1.2.3";
    /// Role: human resources.
    ROLE_HR = "1.2.398.3.3.4.1.2.4";
    /// Role: employee.
    ROLE_EMPLOYEE = "1.2.398.3.3.4.1.2.5";
    /// Role: information system of a legal entity; arcs below it name one system.
    ROLE_INFORMATION_SYSTEM = "1.2.398.3.3.4.1.2.6";
    /// Role: client of the treasury.
    ROLE_TREASURY = "1.2.398.5.19.1.2.2.1";
}

// Policies of the national CA, read from certificates and time stamps.
oids! {
    /// Certificates of the 2022 generation.
    POLICY_NCA = "1.2.398.3.3.2";
    /// Time stamps signed with GOST 34.310-2004.
    POLICY_TSA_GOST2004 = "1.2.398.3.3.2.6.1";
    /// Time stamps signed with RSA and SHA-256.
    POLICY_TSA_RSA = "1.2.398.3.3.2.6.2";
    /// Time stamps signed with GOST 34.10-2015.
    POLICY_TSA_GOST2015 = "1.2.398.3.3.2.6.4";
}

// Attributes of names. X.520; RFC 4519; RFC 2985.
oids! {
    /// CN, commonName.
    COMMON_NAME = "2.5.4.3";
    /// SN, surname.
    SURNAME = "2.5.4.4";
    /// SERIALNUMBER, serialNumber.
    SERIAL_NUMBER = "2.5.4.5";
    /// C, countryName.
    COUNTRY = "2.5.4.6";
    /// L, localityName.
    LOCALITY = "2.5.4.7";
    /// ST, stateOrProvinceName.
    STATE = "2.5.4.8";
    /// STREET, streetAddress.
    STREET = "2.5.4.9";
    /// O, organizationName.
    ORGANIZATION = "2.5.4.10";
    /// OU, organizationalUnitName.
    ORGANIZATIONAL_UNIT = "2.5.4.11";
    /// T, title.
    TITLE = "2.5.4.12";
    /// BC, businessCategory.
    BUSINESS_CATEGORY = "2.5.4.15";
    /// G, givenName; the national CA puts the patronymic here.
    GIVEN_NAME = "2.5.4.42";
    /// UID, userId; the national CA puts the identifier of an information system here.
    USER_ID = "0.9.2342.19200300.100.1.1";
    /// DC, domainComponent.
    DOMAIN_COMPONENT = "0.9.2342.19200300.100.1.25";
    /// E, emailAddress.
    EMAIL_ADDRESS = "1.2.840.113549.1.9.1";
}

// Key stores. RFC 7292; RFC 2985; RFC 8018.
oids! {
    /// Bag: private key.
    BAG_KEY = "1.2.840.113549.1.12.10.1.1";
    /// Bag: encrypted private key.
    BAG_SHROUDED_KEY = "1.2.840.113549.1.12.10.1.2";
    /// Bag: certificate.
    BAG_CERTIFICATE = "1.2.840.113549.1.12.10.1.3";
    /// Kind of certificate in a bag: X.509.
    X509_CERTIFICATE = "1.2.840.113549.1.9.22.1";
    /// Attribute friendlyName.
    FRIENDLY_NAME = "1.2.840.113549.1.9.20";
    /// Attribute localKeyId.
    LOCAL_KEY_ID = "1.2.840.113549.1.9.21";
    /// SHA-1 with triple DES of three keys.
    PBE_SHA1_3DES = "1.2.840.113549.1.12.1.3";
    /// SHA-1 with RC2 of 40 bits.
    PBE_SHA1_RC2_40 = "1.2.840.113549.1.12.1.6";
    /// PBES2.
    PBES2 = "1.2.840.113549.1.5.13";
    /// PBKDF2.
    PBKDF2 = "1.2.840.113549.1.5.12";
    /// AES-128 in CBC mode. RFC 3565.
    AES_128_CBC = "2.16.840.1.101.3.4.1.2";
    /// AES-256 in CBC mode.
    AES_256_CBC = "2.16.840.1.101.3.4.1.42";
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]
    use super::*;

    #[test]
    fn dotted_and_encoded_forms_agree() {
        for (oid, dotted, content) in [
            (STREEBOG512, "1.2.398.3.10.1.3.3", "2a830e030a010303"),
            (ANY_POLICY, "2.5.29.32.0", "551d2000"),
            (USER_ID, "0.9.2342.19200300.100.1.1", "0992268993f22c640101"),
        ] {
            assert_eq!(oid.to_string(), dotted);
            assert_eq!(Oid::parse_dotted(dotted), Some(oid));
            let octets: String = oid.content().iter().map(|octet| format!("{octet:02x}")).collect();
            assert_eq!(octets, content);
            assert_eq!(Oid::from_content(oid.content()), Some(oid));
        }
        let uuid = "2.25.340282366920938463463374607431768211455";
        assert_eq!(Oid::parse_dotted(uuid).unwrap().to_string(), uuid);
        assert_eq!(Oid::parse_dotted("2.999.1").unwrap().to_string(), "2.999.1");
    }

    #[test]
    fn malformed_identifiers_are_refused() {
        for content in [&[][..], &[0x2a, 0x83], &[0x2a, 0x80, 0x01], &[0x80, 0x01], &[1; 41], &[0xff; 30]] {
            assert_eq!(Oid::from_content(content), None, "{content:02x?}");
        }
        for dotted in ["", "1", "1.", ".1", "3.1", "1.40", "1.2.03", "1.2.-1", "1.2.+1", "1.2 ", "1..2"] {
            assert_eq!(Oid::parse_dotted(dotted), None, "{dotted}");
        }
        assert_eq!(Oid::parse_dotted(&["1"; 60].join(".")), None);
    }

    #[test]
    fn an_arc_holds_what_is_under_it() {
        assert!(ROLE_HEAD.is_under(&ROLE_LEGAL_ENTITY));
        assert!(!ROLE_LEGAL_ENTITY.is_under(&ROLE_HEAD));
    }
}
