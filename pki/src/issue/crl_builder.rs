//! Certificate revocation lists, full and delta. Source: RFC 5280 §5; nca-rk.md section 6.

use super::certificate_builder::{RawExtension, authority_key_identifier};
use super::{IssueError, signed, write_extension, write_signature_algorithm};
use crate::der::writer::Writer;
use crate::key::PrivateKey;
use crate::oid;
use crate::random::SecureRandom;
use crate::time::Moment;

/// One revoked certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokedEntry {
    /// Serial number: the content octets of its INTEGER, as `Certificate::serial` gives them.
    pub serial: Vec<u8>,
    /// When it was revoked.
    pub revoked_at: Moment,
    /// CRLReason, 0 to 10. Source: RFC 5280 §5.3.1.
    pub reason: Option<u8>,
    /// Since when the key is known or suspected to be compromised.
    pub invalid_since: Option<Moment>,
}

/// Everything a CRL says.
#[derive(Debug, Clone)]
pub struct CrlTemplate {
    /// Name of the issuer in DER.
    pub issuer: Vec<u8>,
    /// Key identifier of the issuer.
    pub authority_key_id: Option<Vec<u8>>,
    /// When it was made.
    pub this_update: Moment,
    /// When the next one comes at the latest.
    pub next_update: Option<Moment>,
    /// CRL number.
    pub number: u64,
    /// The number of the full CRL this one is a delta to.
    pub base_number: Option<u64>,
    /// The revoked certificates, in the order written.
    pub entries: Vec<RevokedEntry>,
    /// Other extensions, such as an issuing distribution point.
    pub more_extensions: Vec<RawExtension>,
}

/// The CRL `template` describes, version 2, signed by `issuer_key`, in DER. Both signature algorithms have a NULL (the
/// national CA leaves it out of the inner one).
/// # Errors
/// `Sign` when the key cannot sign.
pub fn build_crl(
    template: &CrlTemplate,
    issuer_key: &PrivateKey,
    rng: &mut dyn SecureRandom,
) -> Result<Vec<u8>, IssueError> {
    let to_be_signed = Writer::build(|w| {
        w.sequence(|w| {
            w.integer_u64(1);
            write_signature_algorithm(w, issuer_key);
            w.raw(&template.issuer);
            w.time(template.this_update);
            if let Some(next_update) = template.next_update {
                w.time(next_update);
            }
            // An empty list is left out, not written empty. Source: RFC 5280 §5.1.2.6.
            if !template.entries.is_empty() {
                w.sequence(|w| template.entries.iter().for_each(|entry| write_entry(w, entry)));
            }
            w.context(0, |w| w.sequence(|w| write_extensions(w, template)));
        });
    });
    signed(&to_be_signed, issuer_key, rng)
}

fn write_entry(writer: &mut Writer, entry: &RevokedEntry) {
    writer.sequence(|w| {
        w.integer_content(&entry.serial);
        w.time(entry.revoked_at);
        if entry.reason.is_some() || entry.invalid_since.is_some() {
            w.sequence(|w| {
                if let Some(reason) = entry.reason {
                    write_extension(w, &oid::REASON_CODE, false, &Writer::build(|w| w.enumerated(reason)));
                }
                if let Some(since) = entry.invalid_since {
                    let value = Writer::build(|w| w.generalized_time(since));
                    write_extension(w, &oid::INVALIDITY_DATE, false, &value);
                }
            });
        }
    });
}

fn write_extensions(writer: &mut Writer, template: &CrlTemplate) {
    if let Some(authority) = &template.authority_key_id {
        let value = authority_key_identifier(authority);
        write_extension(writer, &oid::AUTHORITY_KEY_ID, false, &value);
    }
    let number = Writer::build(|w| w.integer_u64(template.number));
    write_extension(writer, &oid::CRL_NUMBER, false, &number);
    if let Some(base) = template.base_number {
        let value = Writer::build(|w| w.integer_u64(base));
        write_extension(writer, &oid::DELTA_CRL_INDICATOR, true, &value);
    }
    for extension in &template.more_extensions {
        write_extension(writer, &extension.identifier, extension.critical, &extension.value);
    }
}
