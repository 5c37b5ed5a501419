//! Why a certificate was revoked.

use crate::der::{DerError, DerErrorKind, Reader};

/// CRLReason, in CRLs and OCSP responses alike. Source: RFC 5280 §5.3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReasonCode {
    /// Nothing is said.
    Unspecified,
    /// The key of the subject is, or may be, in other hands.
    KeyCompromise,
    /// The key of a CA is, or may be, in other hands.
    CaCompromise,
    /// The subject's name or other facts changed.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// It is no longer needed.
    CessationOfOperation,
    /// On hold: may come back.
    CertificateHold,
    /// Back from hold; only in delta CRLs.
    RemoveFromCrl,
    /// A right written into it was withdrawn.
    PrivilegeWithdrawn,
    /// The key of an attribute authority is, or may be, in other hands.
    AaCompromise,
}

impl ReasonCode {
    /// Every reason, in the order of the codes.
    pub const ALL: [ReasonCode; 10] = [
        ReasonCode::Unspecified,
        ReasonCode::KeyCompromise,
        ReasonCode::CaCompromise,
        ReasonCode::AffiliationChanged,
        ReasonCode::Superseded,
        ReasonCode::CessationOfOperation,
        ReasonCode::CertificateHold,
        ReasonCode::RemoveFromCrl,
        ReasonCode::PrivilegeWithdrawn,
        ReasonCode::AaCompromise,
    ];

    /// The number of the standard, 0 to 10 without 7.
    pub const fn code(self) -> u8 {
        match self {
            ReasonCode::Unspecified => 0,
            ReasonCode::KeyCompromise => 1,
            ReasonCode::CaCompromise => 2,
            ReasonCode::AffiliationChanged => 3,
            ReasonCode::Superseded => 4,
            ReasonCode::CessationOfOperation => 5,
            ReasonCode::CertificateHold => 6,
            ReasonCode::RemoveFromCrl => 8,
            ReasonCode::PrivilegeWithdrawn => 9,
            ReasonCode::AaCompromise => 10,
        }
    }

    /// The word of the standard.
    pub const fn as_str(self) -> &'static str {
        match self {
            ReasonCode::Unspecified => "unspecified",
            ReasonCode::KeyCompromise => "keyCompromise",
            ReasonCode::CaCompromise => "cACompromise",
            ReasonCode::AffiliationChanged => "affiliationChanged",
            ReasonCode::Superseded => "superseded",
            ReasonCode::CessationOfOperation => "cessationOfOperation",
            ReasonCode::CertificateHold => "certificateHold",
            ReasonCode::RemoveFromCrl => "removeFromCRL",
            ReasonCode::PrivilegeWithdrawn => "privilegeWithdrawn",
            ReasonCode::AaCompromise => "aACompromise",
        }
    }

    /// The reason with this number.
    pub fn from_code(code: u8) -> Option<ReasonCode> {
        ReasonCode::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// Reads an ENUMERATED.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<ReasonCode, DerError> {
        let unknown = reader.error(DerErrorKind::Value("the reason is not known"));
        ReasonCode::from_code(reader.enumerated()?).ok_or(unknown)
    }
}
