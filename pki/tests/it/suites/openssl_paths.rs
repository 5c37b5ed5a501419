//! The chains of OpenSSL's own test of `openssl verify` (certificates of its source package), those of them that ask what
//! RFC 5280 answers. Left out: trust settings of OpenSSL's own, TLS purposes, security levels, proxy certificates.
//! Keeps: SIG-04.

use std::path::Path;

use qolhat_pki::armor;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::oid::Oid;
use qolhat_pki::path::{Budget, PathOptions, build_path};
use qolhat_pki::trust::TrustStore;

use super::suite;
use crate::workshop::at;

const FOLDER: &str = "openssl/test/certs";
const NOW: &str = "2024-01-01T00:00:00Z";

/// Target, anchors, intermediates, and whether there is a path.
type Case = (&'static str, &'static [&'static str], &'static [&'static str], bool);

const CASES: &[Case] = &[
    ("ee-cert", &["root-cert"], &["ca-cert"], true),
    ("ee-cert", &["root-nonca"], &["ca-cert"], false),
    ("ee-cert", &["root-cert2"], &["ca-cert"], false),
    ("ee-cert", &["root-name2"], &["ca-cert"], false),
    ("ee-cert-noncrit-unknown-ext", &["root-cert"], &["ca-cert"], true),
    ("ee-cert-crit-unknown-ext", &["root-cert"], &["ca-cert"], false),
    ("ee-cert-ocsp-nocheck", &["root-cert"], &["ca-cert"], true),
    ("ee-cert", &["root-cert", "root-cert2", "ca-root2"], &["ca-cert"], true),
    ("ee-cert", &["root-cert"], &["ca-nonca"], false),
    ("ee-cert", &["root-cert"], &["ca-nonbc"], false),
    ("ee-cert", &["root-cert", "ca-nonca"], &[], false),
    ("ee-cert", &["root-cert", "ca-nonbc"], &[], false),
    ("ee-cert", &["root-cert"], &["ca-cert2"], false),
    ("ee-cert", &["root-cert"], &["ca-name2"], false),
    ("ee-cert", &["root-cert"], &["ca-root2"], false),
    ("ee-cert", &["root-cert"], &["ca-cert2", "ca-name2", "ca-nonca", "ca-cert"], true),
    ("ee-cert", &["ca-cert"], &[], true),
    ("ee-cert2", &["root-cert"], &["ca-cert"], false),
    ("ee-name2", &["root-cert"], &["ca-cert"], false),
    ("ee-expired", &["root-cert"], &["ca-cert"], false),
    ("ee-cert", &["root-cert"], &["ca-expired"], false),
    ("ee-pathlen", &["root-cert"], &["ca-cert"], true),
    ("pc1-cert", &["root-cert"], &["ee-client", "ca-cert"], false),
    ("ee-cert", &["root-cert"], &["ca-cert-md5"], false),
    ("ee-cert-md5", &["root-cert"], &["ca-cert"], false),
    ("ee-cert-ec-explicit", &["root-cert"], &["ca-cert-ec-named"], false),
    ("ee-cert-ec-named-explicit", &["root-cert"], &["ca-cert-ec-explicit"], false),
    ("ee-cert-ec-named-named", &["root-cert"], &["ca-cert-ec-named"], true),
    ("alt1-cert", &["root-cert"], &["ncca1-cert"], true),
    ("alt2-cert", &["root-cert"], &["ncca2-cert"], true),
    ("alt3-cert", &["root-cert"], &["ncca1-cert", "ncca3-cert"], true),
    ("goodcn1-cert", &["root-cert"], &["ncca1-cert"], true),
    ("goodcn2-cert", &["root-cert"], &["ncca1-cert"], true),
    ("badalt1-cert", &["root-cert"], &["ncca1-cert"], false),
    ("badalt2-cert", &["root-cert"], &["ncca2-cert"], false),
    ("badalt3-cert", &["root-cert"], &["ncca1-cert"], false),
    ("badalt4-cert", &["root-cert"], &["ncca1-cert"], false),
    ("badalt5-cert", &["root-cert"], &["ncca1-cert"], false),
    ("badalt8-cert", &["root-cert"], &["ncca1-cert", "ncca3-cert"], false),
    ("badalt9-cert", &["root-cert"], &["ncca1-cert", "ncca3-cert"], false),
    ("badalt10-cert", &["root-cert"], &["ncca1-cert", "ncca3-cert"], false),
    ("bad-othername-cert", &["root-cert"], &["nccaothername-cert"], false),
    ("bad-othername-namec", &["bad-othername-namec-inter"], &[], false),
    ("ee-pss-sha1-cert", &["root-cert"], &["ca-cert"], true),
    ("ee-pss-sha256-cert", &["root-cert"], &["ca-cert"], true),
    ("ee-pss-wrong1.5-cert", &["root-cert"], &["ca-pss-cert"], false),
    ("many-names1", &["many-constraints"], &[], false),
    ("many-names3", &["many-constraints"], &[], false),
    ("some-names2", &["many-constraints"], &[], true),
    ("root-ed25519", &["ee-ed25519"], &[], false),
    ("root-ed25519", &["root-ed25519"], &[], true),
];

/// Chains in which we differ, with the answer we give and why.
const DECLARED: &[(Case, &str)] = &[
    // A host name in the commonName is no dNSName to RFC 5280 4.2.1.10, and none to a signature.
    (("badcn1-cert", &["root-cert"], &["ncca1-cert"], false), "valid"),
    (("badalt6-cert", &["root-cert"], &["ncca1-cert"], false), "valid"),
    (("badalt7-cert", &["root-cert"], &["ncca1-cert"], false), "valid"),
    // Refused there for what it costs; names of another form than the constraints are not compared here.
    (("many-names2", &["many-constraints"], &[], false), "valid"),
    // A name of 500 attributes is over the limit of what is read.
    (("some-names1", &["many-constraints"], &[], true), "unreadable"),
];

/// Chains that hold when the kind of key is one of ours, and are else refused for that and nothing else.
const BY_KIND_OF_KEY: &[Case] =
    &[("ee-pss-cert", &["root-cert"], &["ca-pss-cert"], true), ("ee-ed25519", &["root-ed25519"], &[], true)];

fn certificates(folder: &Path, names: &[&str]) -> Vec<Certificate> {
    let of = |name: &&str| {
        let bytes = std::fs::read(folder.join(format!("{name}.pem"))).unwrap();
        armor::decode_any(&bytes).iter().filter_map(|der| Certificate::from_der(der).ok()).next()
    };
    names.iter().filter_map(of).collect()
}

/// "valid", the code of the reason, or "unreadable".
fn judge(folder: &Path, (target, anchors, intermediates, _): &Case, options: &PathOptions) -> &'static str {
    let [target] = &certificates(folder, &[target])[..] else { return "unreadable" };
    let trust = TrustStore::from_certificates(certificates(folder, anchors));
    let intermediates = certificates(folder, intermediates);
    build_path(target, &trust, &intermediates, at(NOW), options, &mut Budget::default())
        .map_or_else(|error| error.code(), |_| "valid")
}

#[test]
fn every_chain_of_openssl_that_rfc_5280_decides_is_decided_alike() {
    let Some(folder) = suite(FOLDER) else { return };
    let options = PathOptions::default();
    let mut wrong = Vec::new();
    for case in CASES {
        let found = judge(&folder, case, &options);
        if (found == "valid") != case.3 {
            wrong.push(format!("{case:?}: {found}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (case, ours) in DECLARED {
        assert_eq!(judge(&folder, case, &options), *ours, "{case:?}: the declared divergence is no longer that one");
    }
    for case in BY_KIND_OF_KEY {
        assert!(["valid", "unsupported-algorithm"].contains(&judge(&folder, case, &options)), "{case:?}");
    }
    eprintln!("{} asked, {} declared", CASES.len() + DECLARED.len(), DECLARED.len());
}

#[test]
fn depth_and_policies_count_as_openssl_counts_them() {
    let Some(folder) = suite(FOLDER) else { return };
    let chain: Case = ("ee-cert", &["root-cert"], &["ca-cert"], true);
    let depth = |max_depth| PathOptions { max_depth, ..PathOptions::default() };
    assert_eq!(judge(&folder, &chain, &depth(2)), "valid");
    assert_eq!(judge(&folder, &chain, &depth(1)), "valid");
    assert_eq!(judge(&folder, &chain, &depth(0)), "path-too-long");
    let policy = PathOptions {
        initial_policies: vec![Oid::parse_dotted("1.3.6.1.4.1.16604.998855.1").unwrap()],
        explicit_policy: true,
        ..PathOptions::default()
    };
    assert_eq!(judge(&folder, &("ee-cert-policies", &["root-cert"], &["ca-pol-cert"], true), &policy), "valid");
    let bad = judge(&folder, &("ee-cert-policies-bad", &["root-cert"], &["ca-pol-cert"], false), &policy);
    assert!(bad == "policy" || bad == "malformed-extension" || bad == "unreadable", "{bad}");
}
