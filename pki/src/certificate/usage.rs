//! Small extensions: what the key may do, who is a CA, which key signed.

use crate::der::{DerError, DerErrorKind, Reader, Tlv, tag};

/// keyUsage. Source: RFC 5280 §4.2.1.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyUsage {
    /// Bit 0 of the standard is the highest bit.
    bits: u16,
}

impl KeyUsage {
    /// The names of the standard, bit 0 first.
    pub const NAMES: [&'static str; 9] = [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ];

    /// digitalSignature.
    pub const fn digital_signature(self) -> bool {
        self.bit(0)
    }

    /// nonRepudiation, also called contentCommitment.
    pub const fn non_repudiation(self) -> bool {
        self.bit(1)
    }

    /// keyEncipherment.
    pub const fn key_encipherment(self) -> bool {
        self.bit(2)
    }

    /// keyAgreement.
    pub const fn key_agreement(self) -> bool {
        self.bit(4)
    }

    /// keyCertSign.
    pub const fn key_cert_sign(self) -> bool {
        self.bit(5)
    }

    /// cRLSign.
    pub const fn crl_sign(self) -> bool {
        self.bit(6)
    }

    /// The names of the bits that are set, in the order of the standard.
    pub fn names(self) -> Vec<&'static str> {
        (0_u16..).zip(Self::NAMES).filter(|(bit, _)| self.bit(*bit)).map(|(_, name)| name).collect()
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<KeyUsage, DerError> {
        let bits = reader.bit_string()?;
        let octet = |at: usize| bits.bytes.get(at).copied().unwrap_or(0);
        Ok(KeyUsage { bits: u16::from_be_bytes([octet(0), octet(1)]) })
    }

    const fn bit(self, n: u16) -> bool {
        self.bits & (0x8000 >> n) != 0
    }
}

/// basicConstraints. Source: RFC 5280 §4.2.1.9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BasicConstraints {
    /// The subject is a certification authority.
    pub ca: bool,
    /// Intermediates allowed below it, not counting self-issued ones.
    pub path_len: Option<u32>,
}

impl BasicConstraints {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<BasicConstraints, DerError> {
        let mut fields = reader.sequence()?;
        let ca = fields.boolean_or_false()?;
        let path_len = if fields.is_empty() { None } else { Some(count(fields.small_uint()?)) };
        fields.finish()?;
        Ok(BasicConstraints { ca, path_len })
    }
}

/// policyConstraints, in certificates to come. Source: RFC 5280 §4.2.1.11.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PolicyConstraints {
    /// requireExplicitPolicy.
    pub require_explicit_policy: Option<u32>,
    /// inhibitPolicyMapping.
    pub inhibit_policy_mapping: Option<u32>,
}

impl PolicyConstraints {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<PolicyConstraints, DerError> {
        let mut fields = reader.sequence()?;
        if fields.is_empty() {
            return Err(fields.error(DerErrorKind::Value("empty policy constraints")));
        }
        let explicit = fields.optional(tag::context(0))?;
        let mapping = fields.optional(tag::context(1))?;
        fields.finish()?;
        Ok(PolicyConstraints {
            require_explicit_policy: explicit.as_ref().map(implicit_count).transpose()?,
            inhibit_policy_mapping: mapping.as_ref().map(implicit_count).transpose()?,
        })
    }
}

/// authorityKeyIdentifier. Source: RFC 5280 §4.2.1.1.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AuthorityKeyId {
    /// Identifier of the issuer's key.
    pub key_id: Option<Vec<u8>>,
    /// Names of the issuer of the issuer's certificate: the contents of GeneralNames.
    pub issuer: Option<Vec<u8>>,
    /// Serial number of the issuer's certificate: contents octets of the INTEGER.
    pub serial: Option<Vec<u8>>,
}

impl AuthorityKeyId {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<AuthorityKeyId, DerError> {
        let mut fields = reader.sequence()?;
        let key_id = fields.optional(tag::context(0))?;
        let issuer = fields.optional(tag::context_constructed(1))?;
        let serial = fields.optional(tag::context(2))?;
        fields.finish()?;
        let value = |element: Tlv<'_>| element.value.to_vec();
        Ok(AuthorityKeyId { key_id: key_id.map(value), issuer: issuer.map(value), serial: serial.map(value) })
    }
}

/// A count of certificates; more than 2³²−1 is as good as that.
pub(super) fn count(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// `[n] IMPLICIT INTEGER (0..MAX)`.
fn implicit_count(element: &Tlv<'_>) -> Result<u32, DerError> {
    match element.value {
        [] | [0, 0..=0x7f, ..] => Err(element.error(DerErrorKind::NonMinimalInteger)),
        [first, ..] if *first >= 0x80 => Err(element.error(DerErrorKind::IntegerOutOfRange)),
        content => Ok(content.iter().fold(0_u32, |value, octet| {
            value.checked_mul(256).map_or(u32::MAX, |value| value.saturating_add(u32::from(*octet)))
        })),
    }
}
