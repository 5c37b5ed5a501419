//! What `getKeyInfo` tells of a key. Source: NLCommonBundle (`KeyInfo`), an answer of the original recorded in 2019, and
//! nca-rk.md section 8 for the dates of version 1.4.

use qolhat_pki::certificate::Certificate;
use qolhat_pki::gost::Curve;
use qolhat_pki::key::PrivateKey;
use qolhat_pki::name::Name;
use serde_json::{Value, json};

use super::cms::to_pem;
use super::{Key, Version};
use crate::domain::time::{Moment, format_local};

/// The object in the answer.
pub(super) fn of(key: &Key, version: Version) -> Value {
    let certificate = &key.certificate;
    let id = certificate.subject_key_id().map(hex::encode).unwrap_or_default();
    let authority = certificate.authority_key_id().and_then(|known| known.key_id.as_deref().map(hex::encode));
    json!({
        "alias": id,
        "keyId": id,
        "algorithm": algorithm(&key.key),
        "subjectCn": common_name(&certificate.subject()),
        "subjectDn": distinguished(&certificate.subject()),
        "issuerCn": common_name(&certificate.issuer()),
        "issuerDn": distinguished(&certificate.issuer()),
        "serialNumber": certificate.serial_hex(),
        "certNotBefore": date(certificate.not_before(), version),
        "certNotAfter": date(certificate.not_after(), version),
        "authorityKeyIdentifier": authority.unwrap_or_default(),
        "pem": certificate_pem(certificate),
    })
}

/// The certificate as NCALayer writes it.
pub(super) fn certificate_pem(certificate: &Certificate) -> String {
    to_pem("CERTIFICATE", certificate.der(), "\r\n")
}

/// The names of the original's library.
pub(super) fn algorithm(key: &PrivateKey) -> &'static str {
    match key {
        PrivateKey::Rsa(_) => "RSA",
        PrivateKey::Gost(key) => match key.curve() {
            Curve::Gost2015A512 => "ECGOST3410-2015-512",
            Curve::Gost2015A256 => "ECGOST3410-2015-256",
            Curve::Gost2004A => "ECGOST34310",
        },
    }
}

fn date(moment: Moment, version: Version) -> String {
    match version {
        Version::V1_2 => moment.unix_seconds().saturating_mul(1000).to_string(),
        Version::V1_4 => {
            let local = format_local(moment);
            local.split_once(" UTC").map_or(local.as_str(), |(date_and_time, _)| date_and_time).to_owned()
        }
    }
}

fn common_name(name: &Name<'_>) -> String {
    name.common_name().unwrap_or_default().into_owned()
}

/// `CN=…,SURNAME=…` in the order issued, with the words of the original for three types.
fn distinguished(name: &Name<'_>) -> String {
    let mut text = String::new();
    for attribute in name.attributes() {
        if !text.is_empty() {
            text.push(if attribute.joined { '+' } else { ',' });
        }
        match attribute.short_name() {
            Some("SN") => text.push_str("SURNAME"),
            Some("ST") => text.push('S'),
            Some(other) => text.push_str(other),
            None => text.push_str(&attribute.oid.to_string()),
        }
        text.push('=');
        match attribute.text() {
            Ok(value) => value.chars().for_each(|c| {
                if matches!(c, ',' | '"' | '\\' | '+' | '<' | '>' | ';') {
                    text.push('\\');
                }
                text.push(c);
            }),
            Err(_) => text.push_str(&format!("#{}", hex::encode(attribute.value.raw))),
        }
    }
    text
}
