//! The fixtures of pyHanko's path validator: the NIST suite with certificates, lists, settings and the kind of failure of
//! each case, and OpenSSL's OCSP responses as paths. What they expect is read from them, so it is not our own reading.
//! Keeps: SIG-04, SIG-06.

use std::path::Path;

use qolhat_pki::armor;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::ocsp::OcspResponse;
use qolhat_pki::oid::Oid;
use qolhat_pki::path::{Budget, PathOptions, PathPurpose};
use qolhat_pki::policy::{RevocationMode, RevocationPolicy};
use qolhat_pki::time::Moment;
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::{Evidence, validate_path};
use serde_json::Value;

use super::suite;
use crate::workshop::at;

const FOLDER: &str = "pyhanko-certvalidator/tests/fixtures";

/// Cases we refuse for a declared reason. DSA is not among our algorithms. A responder whose certificate does not say
/// nocheck is believed only when a list shows that he was not revoked (RFC 6960 4.2.2.2.1 leaves this to the client).
const DECLARED_REJECTS: [(&str, &str); 3] = [
    ("valid_dsa_signatures_test4", "unsupported-algorithm"),
    ("valid_dsa_parameter_inheritance_test5", "unsupported-algorithm"),
    ("delegated_success", "revocation-unknown"),
];

fn certificate(folder: &Path, name: &Value) -> Certificate {
    let bytes = std::fs::read(folder.join(name.as_str().unwrap())).unwrap();
    let der = armor::decode_any(&bytes).into_iter().next().unwrap();
    Certificate::from_der(&der).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn list<'v>(case: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    case[key].as_array().into_iter().flatten()
}

/// The words of the fixtures for the ways to fail, in ours.
fn kind(code: &str) -> &'static str {
    match code {
        "revoked" => "RevokedError",
        "revocation-unknown" => "InsufficientRevinfoError",
        _ => "PathValidationError",
    }
}

fn wanted(case: &Value) -> Option<&str> {
    case["error"]["class"]
        .as_str()
        .map(|class| if class == "StaleRevinfoError" { "InsufficientRevinfoError" } else { class })
}

struct Asked {
    anchors: TrustStore,
    target: Certificate,
    evidence: Evidence,
    options: PathOptions,
    mode: RevocationMode,
    at: Moment,
}

impl Asked {
    /// `None` when the path holds, else the code.
    fn judge(&self) -> Option<&'static str> {
        let policy = RevocationPolicy::with_mode(self.mode);
        let mut budget = Budget::default();
        validate_path(&self.target, &self.anchors, &[], &self.evidence, &policy, &self.options, self.at, &mut budget)
            .err()
            .map(|error| error.code())
    }
}

fn options(params: &Value) -> PathOptions {
    let is = |key: &str| params[key].as_bool().unwrap_or(false);
    PathOptions {
        initial_policies: list(params, "user_initial_policy_set")
            .map(|oid| Oid::parse_dotted(oid.as_str().unwrap()).unwrap())
            .collect(),
        explicit_policy: is("initial_explicit_policy"),
        inhibit_policy_mapping: is("initial_policy_mapping_inhibit"),
        inhibit_any_policy: is("initial_any_policy_inhibit"),
        ..PathOptions::for_purpose(PathPurpose::Any)
    }
}

/// Compares every case and fails with all that differ.
fn compare(cases: &[Value], read: impl Fn(&Value) -> Asked, at_least: usize) {
    let mut wrong = Vec::new();
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let found = read(case).judge();
        let known = DECLARED_REJECTS.iter().find(|(known, _)| *known == name);
        if let Some((_, code)) = known {
            assert_eq!(found, Some(*code), "{name}: the declared divergence is no longer that one");
        } else if found.map(kind) != wanted(case) {
            wrong.push(format!("{name}: {found:?}, expected {:?}", wanted(case)));
        }
    }
    eprintln!("{} asked, {} wrong", cases.len(), wrong.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(cases.len() >= at_least);
}

fn cases(file: &Path) -> Vec<Value> {
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

#[test]
fn every_path_of_the_nist_suite_fails_for_the_kind_of_reason_another_validator_names() {
    let Some(folder) = suite(FOLDER) else { return };
    let folder = folder.join("nist_pkits");
    let (certs, crls) = (folder.join("certs"), folder.join("crls"));
    let crl = |name: &str| CertificateList::from_der(&std::fs::read(crls.join(name)).unwrap()).unwrap();
    let read = |case: &Value| Asked {
        anchors: TrustStore::from_certificates([certificate(&certs, &"TrustAnchorRootCertificate.crt".into())]),
        target: certificate(&certs, &case["cert"]),
        evidence: Evidence {
            certificates: list(case, "other_certs").map(|name| certificate(&certs, name)).collect(),
            crls: list(case, "crls")
                .map(|name| crl(name.as_str().unwrap()))
                .chain([crl("TrustAnchorRootCRL.crl")])
                .collect(),
            ocsp: Vec::new(),
        },
        options: options(&case["params"]),
        mode: RevocationMode::Chain,
        at: at("2022-05-01T00:00:00Z"),
    };
    compare(&cases(&folder.join("pkits.json")), read, 246);
}

#[test]
fn every_ocsp_response_of_openssl_counts_or_not_as_another_validator_says() {
    let Some(folder) = suite(FOLDER) else { return };
    let folder = folder.join("openssl-ocsp");
    let response = |name: &Value| {
        let text = std::fs::read(folder.join(name.as_str().unwrap())).unwrap();
        OcspResponse::from_der(&armor::decode_any(&text)[0]).unwrap()
    };
    let read = |case: &Value| Asked {
        anchors: TrustStore::from_certificates([certificate(&folder, &case["root"])]),
        target: certificate(&folder, &case["cert"]),
        evidence: Evidence {
            certificates: list(case, "other_certs").map(|name| certificate(&folder, name)).collect(),
            crls: Vec::new(),
            ocsp: list(case, "ocsps").map(response).collect(),
        },
        options: PathOptions::default(),
        // Some cases have no answer about the intermediate at all; there only the target is asked about.
        mode: if list(case, "ocsps").count() > 1 { RevocationMode::Chain } else { RevocationMode::Leaf },
        at: at(case["moment"].as_str().unwrap()),
    };
    compare(&cases(&folder.join("openssl-ocsp.json")), read, 28);
}
