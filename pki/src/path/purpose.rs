//! What a certificate may be used for. A missing keyUsage or extendedKeyUsage restricts nothing (RFC 5280 4.2.1.3).

use super::{PathError, PathPurpose};
use crate::certificate::Certificate;
use crate::oid::{ANY_EXTENDED_KEY_USAGE, CLIENT_AUTH, OCSP_SIGNING, Oid, TIME_STAMPING};

/// Whether `target` may serve `purpose`.
pub(super) fn check_purpose(target: &Certificate, purpose: PathPurpose) -> Result<(), PathError> {
    let usage = target.key_usage();
    let signs = usage.is_none_or(|usage| usage.digital_signature() || usage.non_repudiation());
    let fits = match purpose {
        PathPurpose::Any => true,
        PathPurpose::Sign => usage.is_none_or(|usage| usage.non_repudiation()),
        PathPurpose::Auth => usage.is_none_or(|usage| usage.digital_signature()) && may_authenticate(target),
        PathPurpose::Ocsp => signs && extended(target).is_some_and(|list| list.contains(&OCSP_SIGNING)),
        // RFC 3161 2.3: the purpose stands alone and the extension is critical.
        PathPurpose::Tsa => {
            let alone = extended(target).is_some_and(|list| list == [TIME_STAMPING]);
            signs && alone && target.extended_key_usage_is_critical()
        }
        PathPurpose::CrlSign => usage.is_none_or(|usage| usage.crl_sign()),
    };
    if fits {
        return Ok(());
    }
    Err(PathError::WrongPurpose { subject: target.subject().to_string(), purpose: purpose.as_str() })
}

fn extended(target: &Certificate) -> Option<&[Oid]> {
    target.extended_key_usage()
}

fn may_authenticate(target: &Certificate) -> bool {
    extended(target).is_none_or(|list| list.contains(&CLIENT_AUTH) || list.contains(&ANY_EXTENDED_KEY_USAGE))
}
