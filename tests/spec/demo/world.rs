//! The folder of a demonstration world and the people in it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use qolhat::config::SealConfig;
use qolhat::demo::authority::Branch;
use qolhat::demo::people::{DEMO_PASSWORD, FIGURES, OPERATOR, ORGANISATION_A, ORGANISATION_B, SEAL_ID};
use qolhat::demo::register::{IssuedBy, Standing};
use qolhat::demo::{DemoError, World};
use qolhat::domain::party::{Bin, IdentifierPolicy, Iin};
use qolhat_pki::certificate::Certificate;
use qolhat_pki::crl::ReasonCode;
use qolhat_pki::nca::{KeyStorage, SignerKind};
use qolhat_pki::path::{Budget, PathOptions, PathPurpose, build_path};
use qolhat_pki::pkcs12;
use qolhat_pki::trust::TrustStore;

use super::support::{Random, folder, now};

const URL: &str = "http://127.0.0.1:18080";

fn created(at: &Path) -> World {
    World::create(at, URL, now(), &mut Random).unwrap()
}

fn files(at: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn certificate(file: &Path) -> Certificate {
    Certificate::from_der(&fs::read(file).unwrap()).unwrap()
}

#[test]
fn the_identifiers_of_the_cast_are_strictly_right_and_all_different() {
    let mut iins: Vec<_> =
        FIGURES.iter().map(|figure| Iin::parse(figure.iin, IdentifierPolicy::Strict).unwrap()).collect();
    iins.sort();
    iins.dedup();
    assert_eq!(iins.len(), FIGURES.len());
    let mut bins =
        [OPERATOR, ORGANISATION_A, ORGANISATION_B].map(|firm| Bin::parse(firm.bin, IdentifierPolicy::Strict).unwrap());
    bins.sort();
    assert!(bins[0] != bins[1] && bins[1] != bins[2]);
}

/// Keeps: SIG-01
#[test]
fn every_key_store_opens_and_its_certificate_is_as_people_json_says_and_leads_to_the_anchor() {
    let (_guard, at) = folder();
    created(&at);
    let cast: serde_json::Value = serde_json::from_slice(&fs::read(at.join("people.json")).unwrap()).unwrap();
    assert_eq!(cast["password"], DEMO_PASSWORD);
    let roots = [certificate(&at.join("ca/gost-root.cer")), certificate(&at.join("ca/rsa-root.cer"))];
    let trust = TrustStore::from_certificates(roots);
    let issuing = [certificate(&at.join("ca/gost.cer")), certificate(&at.join("ca/rsa.cer"))];
    let (mut stores, mut roles) = (0, Vec::new());
    for person in cast["people"].as_array().unwrap() {
        let id = person["id"].as_str().unwrap();
        roles.push(format!("{id} {}", person["role"].as_str().unwrap()));
        for key in person["keys"].as_array().unwrap() {
            let file = at.join(key["file"].as_str().unwrap());
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
            let bytes = fs::read(&file).unwrap();
            assert!(pkcs12::open(&bytes, "Qolhat-demo-2").is_err());
            let store = pkcs12::open(&bytes, DEMO_PASSWORD).unwrap();
            let leaf = &store.certificate;
            let facts = leaf.subject_facts();
            assert_eq!(facts.iin.as_deref(), person["iin"].as_str(), "{id}");
            assert_eq!(facts.bin.as_deref(), person["bin"].as_str(), "{id}");
            assert_eq!(facts.organization.as_deref(), person["organization"].as_str(), "{id}");
            assert_eq!(leaf.purpose().code(), key["purpose"].as_str().unwrap(), "{id}");
            assert_eq!(leaf.serial_hex(), key["serial"].as_str().unwrap(), "{id}");
            assert!(leaf.roles().iter().any(|role| role.code() == person["role"].as_str().unwrap()), "{id}");
            assert_eq!(leaf.key_storage(), Some(KeyStorage::File));
            let kind = match (facts.iin.is_some(), facts.bin.is_some()) {
                (true, true) => SignerKind::Organization,
                (true, false) => SignerKind::Person,
                (false, _) => SignerKind::InformationSystem,
            };
            assert_eq!(leaf.signer_kind(), kind, "{id}");
            let purpose = if key["purpose"] == "sign" { PathPurpose::Sign } else { PathPurpose::Auth };
            let options = PathOptions::for_purpose(purpose);
            let path = build_path(leaf, &trust, &issuing, now(), &options, &mut Budget::default()).unwrap();
            assert_eq!(path.certificates().len(), 2, "{id}");
            stores += 1;
        }
    }
    assert_eq!(stores, 15);
    let expected = [
        "operator-seal information-system",
        "officer sign-right",
        "head-a head",
        "accountant-a employee",
        "head-b head",
        "accountant-b employee",
        "person natural-person",
        "officer-2 sign-right",
    ];
    assert_eq!(roles, expected);
}

#[test]
fn an_authentication_key_is_not_one_for_signing() {
    let (_guard, at) = folder();
    let world = created(&at);
    let leaf = world.key_store("head-a", "auth").unwrap().certificate;
    let authority = world.authorities().of(Branch::Gost);
    let trust = TrustStore::from_certificates([authority.root().clone()]);
    let options = PathOptions::for_signing();
    let chain = [authority.ca().clone()];
    assert!(build_path(&leaf, &trust, &chain, now(), &options, &mut Budget::default()).is_err());
    assert!(matches!(world.key_store("head-a", "seal"), Err(DemoError::NoSuchKey { .. })));
    assert!(matches!(world.key_store("nobody", "sign"), Err(DemoError::NoSuchKey { .. })));
}

#[test]
fn a_world_opened_again_is_the_same_with_its_revocations() {
    let (_guard, at) = folder();
    let first = created(&at);
    let serial = first.seal().unwrap().certificate.serial().to_vec();
    let authority = first.authorities().of(Branch::Gost);
    authority.revoke(&serial, now(), ReasonCode::KeyCompromise).unwrap();
    let people = first.people().to_vec();
    let root = authority.root().clone();
    drop(first);

    for again in [World::open(&at).unwrap(), created(&at)] {
        let authority = again.authorities().of(Branch::Gost);
        assert_eq!((again.people(), authority.root()), (people.as_slice(), &root));
        assert_eq!(again.person(SEAL_ID).unwrap().iin, None);
        let standing = authority.register().standing(&serial, IssuedBy::Ca, now());
        assert!(matches!(standing, Standing::Revoked(revocation) if revocation.reason == ReasonCode::KeyCompromise));
        authority.crl(IssuedBy::Ca, now(), &mut Random).unwrap();
    }
}

#[test]
fn secrets_are_for_their_owner_alone_and_anchors_hold_no_key() {
    let (_guard, at) = folder();
    created(&at);
    for file in files(&at) {
        let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        let secret = ["p12", "p8"].iter().any(|end| file.extension().is_some_and(|found| found == *end))
            || file.parent().unwrap().ends_with("private");
        assert_eq!(mode, if secret { 0o600 } else { 0o644 }, "{}", file.display());
    }
    let mut anchors = files(&at.join("out/anchors"));
    anchors.sort();
    let names: Vec<_> = anchors.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["gost-root.cer", "gost.cer", "rsa-root.cer", "rsa.cer"]);
    assert!(anchors.iter().all(|file| certificate(file).is_ca()));
}

#[test]
fn a_file_that_is_there_is_never_overwritten() {
    let (_guard, at) = folder();
    fs::create_dir_all(&at).unwrap();
    fs::write(at.join("qolhat.toml"), "mode = \"production\"").unwrap();
    assert!(matches!(World::create(&at, URL, now(), &mut Random), Err(DemoError::File { .. })));
    assert_eq!(fs::read_to_string(at.join("qolhat.toml")).unwrap(), "mode = \"production\"");
    assert!(!World::is_in(&at));
}

#[test]
fn a_broken_folder_is_told_and_not_taken() {
    let (_guard, at) = folder();
    created(&at);
    let swap = |a: &str, b: &str| {
        let (one, two) = (fs::read(at.join(a)).unwrap(), fs::read(at.join(b)).unwrap());
        fs::write(at.join(a), two).unwrap();
        fs::write(at.join(b), one).unwrap();
    };
    swap("ca/gost.cer", "ca/gost-tsa.cer");
    assert!(matches!(World::open(&at), Err(DemoError::Malformed { .. })));
    swap("ca/gost.cer", "ca/gost-tsa.cer");
    World::open(&at).unwrap();
    fs::write(at.join("ca/private/rsa-register.json"), r#"{"00":{"by":"ca","revocation":{"at":"x","reason":1}}}"#)
        .unwrap();
    assert!(matches!(World::open(&at), Err(DemoError::Malformed { .. })));
    fs::write(at.join("people.json"), "{").unwrap();
    assert!(matches!(World::open(&at), Err(DemoError::Malformed { .. })));
}

#[test]
fn the_services_of_a_demonstration_are_on_this_machine_alone() {
    let (_guard, at) = folder();
    for url in [
        "https://127.0.0.1:1",
        "http://10.0.0.1:1",
        "http://example.com",
        "http://127.0.0.1@example.com",
        "http://user@127.0.0.1:1",
        "http://127.0.0.1:1/path",
        "http://127.0.0.1:1?x=\"",
        "http://0x7f.1:1",
        "127.0.0.1:1",
        "",
    ] {
        let made = World::create(&at, url, now(), &mut Random);
        assert!(matches!(made, Err(DemoError::RespondersUrl(_))), "{url}");
    }
    assert!(!at.exists());
    World::create(&at, "http://127.0.0.1:18080/", now(), &mut Random).unwrap();
    let elsewhere = World::create(&at, "http://127.0.0.1:18081", now(), &mut Random);
    assert!(matches!(elsewhere, Err(DemoError::OtherResponders { .. })));
}

#[test]
fn the_configuration_is_one_of_the_service_and_names_what_is_there() {
    let (_guard, at) = folder();
    let world = created(&at);
    let config = qolhat::config::Config::load(&world.config_file()).unwrap();
    assert_eq!((config.mode, config.identifiers), (qolhat::config::Mode::Demo, qolhat::config::Identifiers::Strict));
    assert_eq!(config.operator.bin, OPERATOR.bin);
    let officers = ["officer", "officer-2"].map(|id| world.person(id).unwrap().iin.clone().unwrap());
    assert_eq!(config.operator.officers, officers);
    let SealConfig::File { key_file, password_env } = &config.operator.seal else { panic!("a key in a token") };
    assert!(password_env.len() > 1 && !password_env.starts_with("QOLHAT_"));
    let seal = pkcs12::open(&fs::read(key_file).unwrap(), DEMO_PASSWORD).unwrap();
    assert_eq!(seal.certificate.subject_facts().bin.as_deref(), Some(OPERATOR.bin));
    let anchors = TrustStore::from_certificates(config.trust.anchors.iter().map(|file| certificate(file)));
    assert_eq!(anchors.anchors().len(), 2);
    assert!(config.trust.intermediates.iter().all(|file| certificate(file).is_ca()));
    assert_eq!(config.evidence.tsp_url, format!("{URL}/tsp"));
    assert_eq!(config.evidence.responder_hosts, ["127.0.0.1:18080"]);
    assert!(config.database.starts_with(&format!("sqlite:{}", at.display())));
    assert_eq!(config.wrapping_key_file.parent(), Some(at.join("operator").as_path()));
}
