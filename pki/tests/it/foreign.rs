//! Certificates, lists, answers and messages that OpenSSL's command line makes with keys the national CA does not use.
//! Keeps: SIG-04.

use std::path::Path;

use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use qolhat_pki::answer::{CrlQuestion, OcspQuestion, crl_answer, ocsp_answer};
use qolhat_pki::armor;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::SignedData;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::der::writer::{Writer, sorted};
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::ocsp::OcspResponse;
use qolhat_pki::oid;
use qolhat_pki::path::{Budget, PathOptions, build_path};
use qolhat_pki::policy::{RevocationMode, RevocationPolicy, SignaturePolicy};
use qolhat_pki::report::Indication;
use qolhat_pki::time::{Moment, Span};
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, validate_cms};

use crate::workshop::{OpenSsl, openssl, temporary_folder};

const CONFIGURATION: &str = "\
[req]\ndistinguished_name = dn\nprompt = no\n[dn]\nCN = unused\n\
[ca]\nbasicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign,cRLSign\nsubjectKeyIdentifier = hash\n\
[leaf]\nbasicConstraints = critical,CA:FALSE\nkeyUsage = critical,digitalSignature,nonRepudiation\n\
[db]\ndatabase = index.txt\ncrlnumber = number\ndefault_md = sha256\ndefault_crl_days = 10\n\
[signing]\ndefault_ca = db\n";

struct Made {
    ca: Certificate,
    leaf: Certificate,
    list: CertificateList,
    answer: OcspResponse,
    message: Vec<u8>,
    plain: Vec<u8>,
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    armor::decode_any(&std::fs::read(folder.join(name)).unwrap()).remove(0)
}

/// Everything, with keys by `key` and signatures with `options`.
fn make(tool: &OpenSsl, name: &str, key: &[&str], options: &[&str], cms: &[&str]) -> Made {
    let folder = temporary_folder(name);
    std::fs::write(folder.join("c.cnf"), CONFIGURATION).unwrap();
    std::fs::write(folder.join("number"), "01\n").unwrap();
    std::fs::write(folder.join("content"), "content").unwrap();
    let run = |arguments: &[&str], more: &[&str]| tool.run(&folder, &[arguments, more].concat());
    for file in ["ca.key", "leaf.key"] {
        run(&["genpkey", "-out", file], key);
    }
    run(
        &[
            "req",
            "-x509",
            "-config",
            "c.cnf",
            "-extensions",
            "ca",
            "-subj",
            "/CN=CA",
            "-key",
            "ca.key",
            "-out",
            "ca.pem",
        ],
        options,
    );
    run(&["req", "-new", "-config", "c.cnf", "-subj", "/CN=leaf", "-key", "leaf.key", "-out", "leaf.csr"], &[]);
    run(
        &[
            "x509",
            "-req",
            "-in",
            "leaf.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-set_serial",
            "7",
            "-days",
            "30",
            "-extfile",
            "c.cnf",
            "-extensions",
            "leaf",
            "-out",
            "leaf.pem",
        ],
        options,
    );
    std::fs::write(folder.join("index.txt"), "V\t400101000000Z\t\t07\tunknown\t/CN=leaf\n").unwrap();
    run(
        &[
            "ca", "-config", "c.cnf", "-name", "db", "-gencrl", "-cert", "ca.pem", "-keyfile", "ca.key", "-out",
            "ca.crl",
        ],
        options,
    );
    run(&["ocsp", "-issuer", "ca.pem", "-cert", "leaf.pem", "-reqout", "request"], &[]);
    let signing: Vec<&str> = options.iter().copied().filter(|option| *option != "-sigopt").collect();
    let signing: Vec<&str> = signing.iter().flat_map(|option| ["-rsigopt", option]).collect();
    run(
        &[
            "ocsp",
            "-index",
            "index.txt",
            "-CA",
            "ca.pem",
            "-rsigner",
            "ca.pem",
            "-rkey",
            "ca.key",
            "-ndays",
            "1",
            "-reqin",
            "request",
            "-respout",
            "answer",
        ],
        &signing,
    );
    let certificate = |name| Certificate::from_der(&read(&folder, name)).unwrap();
    let (message, plain) = if cms.is_empty() {
        let key = PKey::private_key_from_pem(&std::fs::read(folder.join("leaf.key")).unwrap()).unwrap();
        let leaf = certificate("leaf.pem");
        (ed25519_message(&leaf, &key, true), ed25519_message(&leaf, &key, false))
    } else {
        let sign = [
            "cms", "-sign", "-binary", "-in", "content", "-signer", "leaf.pem", "-inkey", "leaf.key", "-outform", "DER",
        ];
        run(&sign, &[cms, &["-out", "message"]].concat());
        run(&sign, &[cms, &["-noattr", "-out", "plain"]].concat());
        (read(&folder, "message"), read(&folder, "plain"))
    };
    Made {
        ca: certificate("ca.pem"),
        leaf: certificate("leaf.pem"),
        list: CertificateList::from_der(&read(&folder, "ca.crl")).unwrap(),
        answer: OcspResponse::from_der(&read(&folder, "answer")).unwrap(),
        message,
        plain,
    }
}

/// A detached SignedData over "content". Source: RFC 8419 §3.1. (The tool of OpenSSL 3.0 makes none.)
fn ed25519_message(leaf: &Certificate, key: &PKey<Private>, with_attributes: bool) -> Vec<u8> {
    let content = b"content";
    let attribute = |kind: oid::Oid, value: Vec<u8>| {
        Writer::build(|w| {
            w.sequence(|w| {
                w.oid(&kind);
                w.set(|w| w.raw(&value));
            });
        })
    };
    let digest = DigestAlgorithm::Sha512.digest(content);
    let attributes = vec![
        attribute(oid::CONTENT_TYPE, Writer::build(|w| w.oid(&oid::DATA))),
        attribute(oid::MESSAGE_DIGEST, Writer::build(|w| w.octet_string(digest.as_bytes()))),
    ];
    let signed =
        if with_attributes { Writer::build(|w| w.set_of_sorted(attributes.clone())) } else { content.to_vec() };
    let signature = Signer::new_without_digest(key).unwrap().sign_oneshot_to_vec(&signed).unwrap();
    let algorithm = |w: &mut Writer, kind: &oid::Oid| w.sequence(|w| w.oid(kind));
    Writer::build(|w| {
        w.sequence(|w| {
            w.oid(&oid::SIGNED_DATA);
            w.context(0, |w| {
                w.sequence(|w| {
                    w.integer_u64(1);
                    w.set(|w| algorithm(w, &oid::SHA512));
                    w.sequence(|w| w.oid(&oid::DATA));
                    w.context(0, |w| w.raw(leaf.der()));
                    w.set(|w| {
                        w.sequence(|w| {
                            w.integer_u64(1);
                            w.sequence(|w| {
                                w.raw(leaf.issuer_der());
                                w.integer_content(leaf.serial());
                            });
                            algorithm(w, &oid::SHA512);
                            if with_attributes {
                                w.element(0xa0, &sorted(attributes.clone()));
                            }
                            algorithm(w, &oid::ED25519);
                            w.octet_string(&signature);
                        });
                    });
                });
            });
        });
    })
}

fn message_passes(made: &Made, der: &[u8], content: &[u8], at: Moment) -> bool {
    let data = SignedData::from_bytes(der).unwrap();
    let input = CmsInput { signed_data: &data, detached: Some(DetachedContent::Bytes(content)) };
    let anchors = TrustStore::from_certificates([made.ca.clone()]);
    let revocation = RevocationPolicy::with_mode(RevocationMode::None);
    let policy = SignaturePolicy { revocation, ..SignaturePolicy::default() };
    let report = validate_cms(&input, &anchors, &anchors, &Evidence::default(), &policy, at);
    report.indication == Indication::TotalPassed
}

fn everything_holds(made: &Made, name: &str) {
    let at = made.leaf.not_before().checked_add(Span::hours(1)).unwrap();
    let issuers = [made.ca.clone()];
    let anchors = TrustStore::from_certificates(issuers.clone());
    let path = build_path(&made.leaf, &anchors, &[], at, &PathOptions::for_signing(), &mut Budget::default());
    assert!(path.is_ok(), "{name}: {path:?}");
    let certificate = &made.leaf;
    let list = crl_answer(&CrlQuestion { certificate: Some(certificate), issuers: &issuers, at }, &made.list, None);
    assert_eq!((list.fault, list.status.as_str()), (None, "good"), "{name}");
    let answer = ocsp_answer(&OcspQuestion { certificate, issuers: &issuers, at, nonce: None }, &made.answer);
    assert_eq!((answer.fault, answer.status.as_str()), (None, "good"), "{name}");
    for (message, form) in [(&made.message, "with attributes"), (&made.plain, "without")] {
        assert!(message_passes(made, message, b"content", at), "{name} {form}");
        assert!(!message_passes(made, message, b"contents", at), "{name} {form}");
    }
}

#[test]
fn ed25519_is_believed_in_certificates_lists_answers_and_messages() {
    let Some(tool) = openssl() else { return };
    let made = make(&tool, "ed25519", &["-algorithm", "ED25519"], &[], &[]);
    assert_eq!(made.leaf.public_key().unwrap().key_algorithm_name(), "Ed25519");
    everything_holds(&made, "Ed25519");
}

#[test]
fn pss_is_believed_in_certificates_lists_answers_and_messages() {
    let Some(tool) = openssl() else { return };
    let options = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"];
    let cms = ["-md", "sha256", "-keyopt", "rsa_padding_mode:pss"];
    let key = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
    everything_holds(&make(&tool, "pss", &key, &options, &cms), "PSS");
    // Keys that say so themselves, one bound to its parameters and one free.
    let free = ["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"];
    everything_holds(&make(&tool, "pss-free", &free, &options, &cms), "PSS, free");
    let bound = [
        &free[..],
        &["-pkeyopt", "rsa_pss_keygen_md:sha256", "-pkeyopt", "rsa_pss_keygen_mgf1_md:sha256"],
        &["-pkeyopt", "rsa_pss_keygen_saltlen:32"],
    ];
    everything_holds(&make(&tool, "pss-bound", &bound.concat(), &options, &cms), "PSS, bound");
}

#[test]
fn the_curves_of_others_are_believed_in_certificates_lists_answers_and_messages() {
    let Some(tool) = openssl() else { return };
    for curve in ["secp256k1", "secp224r1", "brainpoolP256r1", "brainpoolP512t1"] {
        let key = ["-algorithm", "EC", "-pkeyopt", &format!("ec_paramgen_curve:{curve}")];
        everything_holds(&make(&tool, curve, &key, &[], &["-md", "sha384"]), curve);
    }
}
