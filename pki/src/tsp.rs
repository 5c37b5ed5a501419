//! Time stamps: requests, responses and tokens, read once and kept as received.
//! Whether the authority may stamp, and whether its signature holds, is judged elsewhere.
//! Source: RFC 3161 §2.4; RFC 5816; nca-rk.md section 6 for what the national authority writes.

mod imprint;
mod info;
mod request;
mod response;
mod token;

pub use imprint::MessageImprint;
pub use info::{Accuracy, TstInfo};
pub use request::TimeStampRequest;
pub use response::{PkiFailure, PkiStatus, TimeStampResponse};
pub use token::{TimeStampError, TimeStampToken};

use crate::der::{DerError, DerErrorKind, Reader};
use crate::extension::{Extension, RawExtension, read_implicit};

/// Largest request, response or token read, in octets. Those of the national authority have about 1 500; a token renewed
/// for an archive holds certificates and revocation data too.
pub const TIME_STAMP_MAX_BYTES: usize = 4 * 1024 * 1024;

fn check_size(der: &[u8]) -> Result<(), DerError> {
    if der.len() <= TIME_STAMP_MAX_BYTES {
        return Ok(());
    }
    Err(DerError { offset: 0, what: DerErrorKind::Value("the time stamp is too large") })
}

/// `[n] IMPLICIT Extensions`, kept.
fn read_implicit_extensions(fields: &mut Reader<'_>, n: u8) -> Result<Vec<Extension>, DerError> {
    Ok(read_implicit(fields, n)?.into_iter().map(RawExtension::to_owned).collect())
}

/// `Version`, which is 1 in every structure of time stamping.
fn read_version(fields: &mut Reader<'_>) -> Result<(), DerError> {
    let unknown = fields.error(DerErrorKind::Value("the version is not known"));
    if fields.small_uint()? == 1 { Ok(()) } else { Err(unknown) }
}
