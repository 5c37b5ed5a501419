//! NIST's Public Key Interoperability Test Suite (path validation), version of 2011: every test case of its sections
//! 4.1 to 4.16 with the settings its document names. All certificates and all CRLs of the suite are at hand in every
//! case, so that a path that must not be found is not missed for want of a certificate.
//! Keeps: SIG-04, SIG-06.

use std::path::Path;

use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::SignedData;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::oid::Oid;
use qolhat_pki::path::{Budget, PathOptions};
use qolhat_pki::policy::{RevocationPolicy, SignaturePolicy};
use qolhat_pki::report::Indication;
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, validate_cms, validate_path};

use super::{files, stem, suite};
use crate::workshop::at;

const FOLDER: &str = "cryptography-vectors/cryptography_vectors/x509/PKITS_data";
/// Within the validity of everything that is meant to be valid.
const NOW: &str = "2012-05-01T12:00:00Z";

/// Cases in which we say no and NIST says yes, by a declared policy: DSA is not among our algorithms.
const DECLARED_REJECTS: [&str; 2] = ["ValidDSASignaturesTest4", "ValidDSAParameterInheritanceTest5"];

/// Settings of RFC 5280 6.1.1 that differ from the default, and whether the path must hold.
struct Case {
    name: &'static str,
    /// NIST-test-policy numbers; empty: any policy.
    policies: &'static [u8],
    explicit: bool,
    inhibit_mapping: bool,
    inhibit_any: bool,
    holds: bool,
}

const fn case(name: &'static str, policies: &'static [u8], holds: bool) -> Case {
    Case { name, policies, explicit: false, inhibit_mapping: false, inhibit_any: false, holds }
}

const fn explicit(name: &'static str, policies: &'static [u8], holds: bool) -> Case {
    Case { explicit: true, ..case(name, policies, holds) }
}

/// The cases with several settings, and those whose name does not say the outcome. A set of policies is asked for
/// together with an explicit policy, for without it the set changes only what is reported.
const CASES: &[Case] = &[
    explicit("ValidCertificatePathTest1", &[], true),
    explicit("ValidCertificatePathTest1", &[1], true),
    explicit("ValidCertificatePathTest1", &[2], false),
    explicit("ValidCertificatePathTest1", &[1, 2], true),
    case("AllCertificatesNoPoliciesTest2", &[], true),
    explicit("AllCertificatesNoPoliciesTest2", &[], false),
    case("DifferentPoliciesTest3", &[], true),
    explicit("DifferentPoliciesTest3", &[], false),
    explicit("DifferentPoliciesTest3", &[1, 2], false),
    case("DifferentPoliciesTest4", &[], false),
    case("DifferentPoliciesTest5", &[], false),
    case("OverlappingPoliciesTest6", &[], true),
    explicit("OverlappingPoliciesTest6", &[1], true),
    explicit("OverlappingPoliciesTest6", &[2], false),
    case("DifferentPoliciesTest7", &[], false),
    case("DifferentPoliciesTest8", &[], false),
    case("DifferentPoliciesTest9", &[], false),
    case("AllCertificatesSamePoliciesTest10", &[], true),
    explicit("AllCertificatesSamePoliciesTest10", &[1], true),
    explicit("AllCertificatesSamePoliciesTest10", &[2], true),
    case("AllCertificatesanyPolicyTest11", &[], true),
    explicit("AllCertificatesanyPolicyTest11", &[1], true),
    case("DifferentPoliciesTest12", &[], false),
    explicit("AllCertificatesSamePoliciesTest13", &[1], true),
    explicit("AllCertificatesSamePoliciesTest13", &[2], true),
    explicit("AllCertificatesSamePoliciesTest13", &[3], true),
    explicit("AnyPolicyTest14", &[1], true),
    explicit("AnyPolicyTest14", &[2], false),
    case("UserNoticeQualifierTest15", &[], true),
    case("UserNoticeQualifierTest16", &[], true),
    case("UserNoticeQualifierTest17", &[], true),
    explicit("UserNoticeQualifierTest18", &[1], true),
    explicit("UserNoticeQualifierTest18", &[2], true),
    case("UserNoticeQualifierTest19", &[], true),
    case("CPSPointerQualifierTest20", &[], true),
    explicit("ValidPolicyMappingTest1", &[1], true),
    explicit("ValidPolicyMappingTest1", &[2], false),
    Case { inhibit_mapping: true, ..explicit("ValidPolicyMappingTest1", &[], false) },
    case("InvalidPolicyMappingTest2", &[], false),
    Case { inhibit_mapping: true, ..case("InvalidPolicyMappingTest2", &[], false) },
    explicit("ValidPolicyMappingTest3", &[1], false),
    explicit("ValidPolicyMappingTest3", &[2], true),
    explicit("ValidPolicyMappingTest5", &[1], true),
    explicit("ValidPolicyMappingTest5", &[6], false),
    explicit("ValidPolicyMappingTest6", &[1], true),
    explicit("ValidPolicyMappingTest6", &[6], false),
    explicit("ValidPolicyMappingTest12", &[1], true),
    explicit("ValidPolicyMappingTest12", &[2], true),
    case("inhibitAnyPolicyTest3", &[], true),
    Case { inhibit_any: true, ..case("inhibitAnyPolicyTest3", &[], false) },
];

struct Suite {
    anchors: TrustStore,
    evidence: Evidence,
    targets: Vec<(String, Certificate)>,
}

/// The whole suite, parsed once.
fn read(folder: &Path) -> Suite {
    let mut suite = Suite { anchors: TrustStore::default(), evidence: Evidence::default(), targets: Vec::new() };
    for path in files(&folder.join("certs"), ".crt") {
        let name = stem(&path, ".crt").to_owned();
        let certificate = Certificate::from_der(&std::fs::read(&path).unwrap());
        let certificate = certificate.unwrap_or_else(|error| panic!("{name}: {error}"));
        if name == "TrustAnchorRootCertificate" {
            assert!(suite.anchors.insert(certificate));
        } else if let Some(test) = name.strip_suffix("EE") {
            suite.targets.push((test.to_owned(), certificate));
        } else {
            suite.evidence.certificates.push(certificate);
        }
    }
    for path in files(&folder.join("crls"), ".crl") {
        let list = CertificateList::from_der(&std::fs::read(&path).unwrap());
        suite.evidence.crls.push(list.unwrap_or_else(|error| panic!("{}: {error}", path.display())));
    }
    suite
}

impl Suite {
    /// "valid" or the code of the reason.
    fn judge(&self, target: &Certificate, options: &PathOptions) -> &'static str {
        let (policy, mut budget) = (RevocationPolicy::default(), Budget::default());
        match validate_path(target, &self.anchors, &[], &self.evidence, &policy, options, at(NOW), &mut budget) {
            Ok(_) => "valid",
            Err(error) => error.code(),
        }
    }

    fn target(&self, name: &str) -> &Certificate {
        let found = self.targets.iter().find(|(known, _)| known == name);
        found.map(|(_, target)| target).unwrap_or_else(|| panic!("{name}"))
    }
}

fn options(case: &Case) -> PathOptions {
    let policy = |number: &u8| Oid::parse_dotted(&format!("2.16.840.1.101.3.2.1.48.{number}")).unwrap();
    PathOptions {
        initial_policies: case.policies.iter().map(policy).collect(),
        explicit_policy: case.explicit,
        inhibit_policy_mapping: case.inhibit_mapping,
        inhibit_any_policy: case.inhibit_any,
        ..PathOptions::default()
    }
}

/// Every certificate whose name says the outcome, with the default settings.
fn named_cases(suite: &Suite) -> Vec<(String, bool)> {
    let by_settings =
        |name: &str| CASES.iter().any(|case| case.name == name && case.name != "ValidCertificatePathTest1");
    let named = suite.targets.iter().filter(|(name, _)| !by_settings(name));
    named
        .filter_map(|(name, _)| match (name.starts_with("Valid"), name.starts_with("Invalid")) {
            (true, _) => Some((name.clone(), true)),
            (_, true) => Some((name.clone(), false)),
            (false, false) => None,
        })
        .collect()
}

#[test]
fn every_path_of_the_nist_suite_holds_or_fails_as_its_document_says() {
    let Some(folder) = suite(FOLDER) else { return };
    let suite = read(&folder);
    let mut wrong = Vec::new();
    let (mut asked, mut declared) = (0, 0);
    let mut ask = |name: &str, options: &PathOptions, holds: bool| {
        let verdict = suite.judge(suite.target(name), options);
        asked += 1;
        if DECLARED_REJECTS.contains(&name) {
            assert_eq!(verdict, "unsupported-algorithm", "{name}: the divergence is no longer one");
            declared += 1;
        } else if (verdict == "valid") != holds {
            wrong.push(format!("{name} {:?}: {verdict}", options.initial_policies));
        }
    };
    for (name, holds) in named_cases(&suite) {
        ask(&name, &PathOptions::default(), holds);
    }
    for case in CASES {
        ask(case.name, &options(case), case.holds);
    }
    eprintln!("PKITS: {asked} asked, {declared} declared, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(asked >= 240 && declared == DECLARED_REJECTS.len(), "{asked}");
}

/// The signed text, with the line ends of mail, and the signature of a multipart/signed message.
fn parts(message: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let boundary = message.split_once("boundary=\"")?.1.split_once('"')?.0;
    let text = message.replace("\r\n", "\n");
    let mark = format!("\n--{boundary}");
    let mut parts = text.split(&mark);
    let (_, signed, signature) = (parts.next()?, parts.next()?, parts.next()?);
    let signed = signed.strip_prefix('\n')?.replace('\n', "\r\n").into_bytes();
    let base64: String = signature.split_once("\n\n")?.1.split_whitespace().collect();
    Some((signed, qolhat_pki::armor::decode_any(base64.as_bytes()).into_iter().next()?))
}

/// The same cases as signed mail: the certificates and lists come inside each message, and the anchor is all that is given.
#[test]
fn every_signed_mail_of_the_nist_suite_gets_the_verdict_of_its_path() {
    let Some(folder) = suite(FOLDER) else { return };
    let suite = read(&folder);
    let policy = SignaturePolicy { path: PathOptions::default(), ..SignaturePolicy::default() };
    let mut wrong = Vec::new();
    let mut asked = 0;
    for path in files(&folder.join("smime"), ".eml") {
        let name = stem(&path, ".eml").strip_prefix("Signed").unwrap();
        let holds = match (name.starts_with("Valid"), name.starts_with("Invalid")) {
            (true, _) => true,
            (_, true) => false,
            // The settings of the others are not those of a mail.
            (false, false) => continue,
        };
        let message = std::fs::read(&path).unwrap();
        let (content, signature) = parts(&String::from_utf8_lossy(&message)).unwrap();
        asked += 1;
        let verdict = match SignedData::from_bytes(&signature) {
            Ok(data) => {
                let input = CmsInput { signed_data: &data, detached: Some(DetachedContent::Bytes(&content)) };
                let no = TrustStore::default();
                let report = validate_cms(&input, &suite.anchors, &no, &suite.evidence, &policy, at(NOW));
                let failed = report.signatures.iter().flat_map(|signature| &signature.checks);
                let failed: Vec<_> =
                    failed.filter(|check| !check.ok.as_bool().unwrap_or(true)).map(|check| check.name).collect();
                (report.indication == Indication::TotalPassed, format!("{failed:?}"))
            }
            Err(error) => (false, error.to_string()),
        };
        if verdict.0 != holds && !DECLARED_REJECTS.contains(&name) {
            wrong.push(format!("{name}: {}", verdict.1));
        }
    }
    eprintln!("PKITS mail: {asked} asked, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(asked >= 190, "{asked}");
}
