//! `qolhat pki show`: what an object says of itself. Nothing is judged.

use qolhat_pki::armor;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::SignedData;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::nca::Purpose;
use qolhat_pki::ocsp::{CertStatus, OcspResponse};
use qolhat_pki::tsp::{TimeStampResponse, TimeStampToken};
use serde_json::{Map, Value, json};

use super::output::{CliError, Output, Page};
use super::{Answer, ShowArgs, input, sign};
use crate::signature::recognize::is_key_store;
use crate::signature::report_json;

/// Most entries of a CRL that are shown.
const ENTRIES_SHOWN: usize = 100;

/// Shows the file.
pub fn show(args: &ShowArgs, output: &Output) -> Result<Answer, CliError> {
    let bytes = input::file(&args.file)?;
    let name = args.file.display().to_string();
    if is_key_store(&bytes) {
        let Some(variable) = &args.password_env else { return Err(CliError::no_password("--password-env")) };
        let store = sign::open(&args.file, variable)?;
        let value = json!({
            "kind": "pkcs12",
            "certificate": certificate(&store.certificate),
            "chain": store.chain.iter().map(certificate).collect::<Vec<_>>(),
            "key_matches": store.key.belongs_to(&store.certificate),
        });
        tell(&value, output);
        return Ok(Answer::Yes);
    }
    let mut objects = armor::decode_any(&bytes)
        .iter()
        .map(|der| object(der).ok_or_else(|| unknown(der, &name)))
        .collect::<Result<Vec<_>, _>>()?;
    let value = match (objects.pop(), objects.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => {
            objects.push(last);
            json!({"kind": "objects", "objects": objects})
        }
        (None, _) => return Err(CliError::malformed(&name, "no object in DER, PEM or base64")),
    };
    tell(&value, output);
    Ok(Answer::Yes)
}

/// Something in DER that is none of these; the reason is the one of the reader that came nearest.
fn unknown(der: &[u8], name: &str) -> CliError {
    let detail = match Certificate::from_der(der) {
        Err(error) => error.to_string(),
        Ok(_) => String::new(),
    };
    CliError::malformed(name, format!("no certificate, CMS, CRL, OCSP response, time stamp or PKCS#12 ({detail})"))
}

fn object(der: &[u8]) -> Option<Value> {
    if let Ok(found) = Certificate::from_der(der) {
        return Some(with_kind("certificate", certificate(&found)));
    }
    if let Ok(found) = TimeStampToken::from_der(der) {
        return Some(with_kind("tsp", token(&found)));
    }
    if let Ok(found) = SignedData::from_bytes(der) {
        return Some(with_kind("cms", cms(&found)));
    }
    if let Ok(found) = CertificateList::from_der(der) {
        return Some(with_kind("crl", crl(&found)));
    }
    if let Ok(found) = OcspResponse::from_der(der) {
        return Some(with_kind("ocsp", ocsp(&found)));
    }
    let response = TimeStampResponse::from_der(der).ok()?;
    let stamp = response.token().and_then(|der| TimeStampToken::from_der(der).ok());
    let mut value = stamp.map_or_else(|| json!({}), |stamp| token(&stamp));
    if let Value::Object(members) = &mut value {
        members.insert("status".to_owned(), json!(format!("{:?}", response.status())));
        members.insert("texts".to_owned(), json!(response.texts()));
    }
    Some(with_kind("tsp", value))
}

fn with_kind(kind: &str, value: Value) -> Value {
    let mut object = Map::new();
    object.insert("kind".to_owned(), json!(kind));
    if let Value::Object(members) = value {
        object.extend(members);
    }
    Value::Object(object)
}

/// The facts of a certificate. Source: design section 4.
fn certificate(certificate: &Certificate) -> Value {
    let facts = certificate.subject_facts();
    let key = certificate.public_key().ok();
    let purpose = match certificate.purpose() {
        Purpose::Sign => "sign",
        Purpose::Auth => "auth",
        Purpose::Ca => "ca",
        Purpose::Ocsp => "ocsp",
        Purpose::Tsa => "tsa",
        Purpose::Other => "other",
    };
    let aki = certificate.authority_key_id().and_then(|aki| aki.key_id.as_deref());
    let oids = |oids: &[qolhat_pki::oid::Oid]| oids.iter().map(ToString::to_string).collect::<Vec<_>>();
    json!({
        "common_name": facts.common_name,
        "iin": facts.iin,
        "bin": facts.bin,
        "organization": facts.organization,
        "subject": certificate.subject().to_string(),
        "serial": certificate.serial_hex(),
        "sha256": hex::encode(certificate.sha256()),
        "issuer": certificate.issuer().to_string(),
        "not_before": certificate.not_before().to_string(),
        "not_after": certificate.not_after().to_string(),
        "key_algorithm": key.map(|key| key.key_algorithm_name()),
        "key_bits": key.map(|key| key.bits()),
        "signature_algorithm": certificate.signature_oid().to_string(),
        "key_usage": certificate.key_usage().map(|usage| usage.names()).unwrap_or_default(),
        "extended_key_usage": certificate.extended_key_usage().map(oids).unwrap_or_default(),
        "policies": certificate.policies().map(oids).unwrap_or_default(),
        "is_ca": certificate.is_ca(),
        "roles": report_json::roles(&certificate.roles()),
        "purpose": purpose,
        "ski": certificate.subject_key_id().map(hex::encode),
        "aki": aki.map(hex::encode),
        "crl_uris": certificate.crl_uris(),
        "ocsp_uris": certificate.ocsp_uris(),
    })
}

fn cms(data: &SignedData) -> Value {
    let signers = data.signer_infos().iter().map(|signer| {
        let own = data.certificates().iter().find(|certificate| signer.matches_certificate(certificate));
        let attributes = |list: &[qolhat_pki::cms::Attribute]| {
            list.iter().map(|attribute| attribute.oid.to_string()).collect::<Vec<_>>()
        };
        json!({
            "digest_algorithm": signer.digest_algorithm().to_string(),
            "signature_algorithm": signer.signature_algorithm().oid.to_string(),
            "signed_attributes": attributes(signer.signed_attributes()),
            "unsigned_attributes": attributes(signer.unsigned_attributes()),
            "claimed_at": signer.signing_time().map(|at| at.to_string()),
            "certificate": own.map(certificate),
            "time_stamps": signer.signature_time_stamps().len(),
        })
    });
    json!({
        "version": data.version(),
        "attached": data.content().is_some(),
        "content_type": data.encapsulated_type().to_string(),
        "content_size": data.content().map(<[u8]>::len),
        "digest_algorithms": data.digest_algorithms().iter().map(ToString::to_string).collect::<Vec<_>>(),
        "signers": signers.collect::<Vec<_>>(),
        "certificates": data.certificates().iter().map(certificate).collect::<Vec<_>>(),
        "crls": data.crls().len(),
        "ocsp_responses": data.ocsp_responses().len(),
    })
}

fn crl(list: &CertificateList) -> Value {
    let entries = list.entries().take(ENTRIES_SHOWN).map(|entry| {
        json!({
            "serial": hex::encode(entry.serial),
            "revoked_at": entry.revoked_at.to_string(),
            "reason": entry.reason.map(|reason| reason.as_str()),
        })
    });
    json!({
        "issuer": list.issuer().to_string(),
        "this_update": list.this_update().to_string(),
        "next_update": list.next_update().map(|at| at.to_string()),
        "is_delta": list.is_delta(),
        "signature_algorithm": list.signature_oid().to_string(),
        "entries": list.entry_count(),
        "first_entries": entries.collect::<Vec<_>>(),
        "sha256": hex::encode(list.sha256()),
    })
}

fn ocsp(response: &OcspResponse) -> Value {
    let basic = response.basic();
    let answers = basic.map(|basic| basic.responses()).unwrap_or_default().iter().map(|answer| {
        let (status, at, reason) = match answer.status {
            CertStatus::Good => ("good", None, None),
            CertStatus::Revoked { at, reason } => ("revoked", Some(at), reason),
            CertStatus::Unknown => ("unknown", None, None),
        };
        json!({
            "serial": hex::encode(&answer.cert_id.serial),
            "status": status,
            "revoked_at": at.map(|at| at.to_string()),
            "revocation_reason": reason.map(|reason| reason.as_str()),
            "this_update": answer.this_update.to_string(),
            "next_update": answer.next_update.map(|at| at.to_string()),
        })
    });
    json!({
        "status": response.status().as_str(),
        "produced_at": basic.map(|basic| basic.produced_at().to_string()),
        "answers": answers.collect::<Vec<_>>(),
        "nonce": response.nonce().map(hex::encode),
        "certificates": basic.map(|basic| basic.certificates().iter().map(certificate).collect::<Vec<_>>()),
        "sha256": hex::encode(response.sha256()),
    })
}

fn token(token: &TimeStampToken) -> Value {
    let info = token.info();
    json!({
        "gen_time": info.gen_time.to_string(),
        "policy": info.policy.to_string(),
        "imprint_algorithm": info.message_imprint.algorithm.to_string(),
        "imprint": hex::encode(&info.message_imprint.octets),
        "serial": info.serial_hex(),
        "nonce": info.nonce.as_ref().map(hex::encode),
        "certificates": token.signed_data().certificates().iter().map(certificate).collect::<Vec<_>>(),
    })
}

fn tell(value: &Value, output: &Output) {
    output.answer(value, |page| {
        if let Some(kind) = value.get("kind").and_then(Value::as_str).filter(|kind| *kind != "objects") {
            page.line(&format!("cli-show-{kind}"), &[]);
        }
        print(page, value, 1);
    });
}

/// The name of a member for people: its label where there is one, else the name that JSON has.
fn label(page: &Page<'_>, name: &str) -> String {
    let label = match name {
        "common_name" => "name".to_owned(),
        "not_before" => "valid-from".to_owned(),
        "not_after" => "valid-until".to_owned(),
        "imprint_algorithm" => "imprint".to_owned(),
        "revocation_reason" | "reason" => "revocation-reason".to_owned(),
        other => other.replace('_', "-"),
    };
    let shown = page.word("cli-label", &label);
    if shown == label { name.to_owned() } else { shown }
}

/// Members in the order of the JSON, nested ones further in.
fn print(page: &mut Page<'_>, value: &Value, depth: usize) {
    let Value::Object(members) = value else { return };
    for (name, member) in members.iter().filter(|(name, _)| *name != "kind") {
        let (name, indent) = (label(page, name), "  ".repeat(depth));
        match member {
            Value::Null => {}
            Value::Object(_) => {
                page.raw(format!("{indent}{name}:"));
                print(page, member, depth + 1);
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for item in items {
                    page.raw(format!("{indent}{name}:"));
                    print(page, item, depth + 1);
                }
            }
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(plain).collect();
                if !items.is_empty() {
                    page.raw(format!("{indent}{name}: {}", items.join(", ")));
                }
            }
            Value::String(_) | Value::Bool(_) | Value::Number(_) => {
                page.raw(format!("{indent}{name}: {}", plain(member)));
            }
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
