//! The operator's key in a PKCS#11 token: SoftHSM stands for the token. It reads where its tokens are from the environment of
//! its process, so each of these tests runs once more in a process of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::Command;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, CertificateType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use qolhat::app::{Passwords, Seal, SystemRandom};
use qolhat::config::{SealConfig, TokenConfig, TokenKey, TokenPlace};
use qolhat::demo::World;
use qolhat::demo::authority::{Branch, leaf_validity};
use qolhat::demo::client::text;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::SignedData;
use qolhat_pki::issue::profile::{Organisation, Profile, information_system_subject};
use qolhat_pki::oid::Oid;
use tempfile::TempDir;

use crate::support::extracts::{judged, pins};
use crate::support::second_verifier::second_opinion;
use crate::support::stage::{Stage, at, code};

const MODULES: [&str; 2] = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"];
const PIN: &str = "271828";
const START: &str = "2026-11-22T09:00:00Z";
/// In the process that was started for one test.
const INSIDE: &str = "SPEC_TOKENS";

/// Whether this is the process of `test`; in any other one it is started here, and must end well.
fn is_inside(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    if module().is_none() {
        assert!(std::env::var_os("CI").is_none(), "no SoftHSM: make tools");
        eprintln!("SKIPPED: {test} (no SoftHSM)");
        return false;
    }
    let folder = TempDir::new().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let settings = folder.path().join("softhsm2.conf");
    let text = format!("directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n", tokens.display());
    std::fs::write(&settings, text).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("token::{test}"), "--nocapture"])
        .env(INSIDE, &tokens)
        .env("SOFTHSM2_CONF", &settings)
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert!(!said.contains(PIN), "a PIN was told");
    false
}

fn module() -> Option<PathBuf> {
    MODULES.iter().map(PathBuf::from).find(|path| path.exists())
}

fn tokens() -> PathBuf {
    std::env::var_os(INSIDE).unwrap().into()
}

fn pkcs11() -> Pkcs11 {
    let pkcs11 = Pkcs11::new(module().unwrap()).unwrap();
    // The service has begun with it perhaps.
    let _ = pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK));
    pkcs11
}

/// The module as if nobody had begun with it.
fn ended() {
    pkcs11().finalize().unwrap();
}

fn pin(text: &str) -> AuthPin {
    AuthPin::from(text.to_owned())
}

/// A new token, its user logged in.
fn new_token(label: &str) -> Session {
    let pkcs11 = pkcs11();
    let slot = pkcs11.get_all_slots().unwrap().into_iter().last().unwrap();
    pkcs11.init_token(slot, &pin("so-271828"), label).unwrap();
    {
        let session = pkcs11.open_rw_session(slot).unwrap();
        session.login(UserType::So, Some(&pin("so-271828"))).unwrap();
        session.init_pin(&pin(PIN)).unwrap();
        session.logout().unwrap();
    }
    let session = pkcs11.open_rw_session(slot).unwrap();
    session.login(UserType::User, Some(&pin(PIN))).unwrap();
    session
}

#[derive(Clone, Copy)]
enum Kind {
    Rsa,
    Ec(Nid),
}

/// A key pair made in the token; the public half as SubjectPublicKeyInfo.
fn new_key(session: &Session, kind: Kind, label: &str, id: &[u8]) -> Vec<u8> {
    let private = [
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
        Attribute::Label(label.as_bytes().to_vec()),
        Attribute::Id(id.to_vec()),
    ];
    let mut public = vec![Attribute::Token(true), Attribute::Label(label.as_bytes().to_vec())];
    let mechanism = match kind {
        Kind::Rsa => {
            public.extend([Attribute::ModulusBits(2048.into()), Attribute::PublicExponent(vec![1, 0, 1])]);
            Mechanism::RsaPkcsKeyPairGen
        }
        Kind::Ec(curve) => {
            let oid = openssl::asn1::Asn1Object::from_str(curve.short_name().unwrap()).unwrap();
            let length = u8::try_from(oid.as_slice().len()).unwrap();
            public.push(Attribute::EcParams([&[6, length], oid.as_slice()].concat()));
            Mechanism::EccKeyPairGen
        }
    };
    let (public, _) = session.generate_key_pair(&mechanism, &public, &private).unwrap();
    spki(session, kind, public)
}

fn spki(session: &Session, kind: Kind, public: ObjectHandle) -> Vec<u8> {
    let wanted = [AttributeType::Modulus, AttributeType::PublicExponent, AttributeType::EcPoint];
    let attributes = match kind {
        Kind::Rsa => session.get_attributes(public, &wanted[..2]).unwrap(),
        Kind::Ec(_) => session.get_attributes(public, &wanted[2..]).unwrap(),
    };
    match (kind, attributes.as_slice()) {
        (Kind::Rsa, [Attribute::Modulus(n), Attribute::PublicExponent(e)]) => {
            let number = |octets: &[u8]| BigNum::from_slice(octets).unwrap();
            PKey::from_rsa(Rsa::from_public_components(number(n), number(e)).unwrap())
                .unwrap()
                .public_key_to_der()
                .unwrap()
        }
        (Kind::Ec(curve), [Attribute::EcPoint(point)]) => {
            let group = EcGroup::from_curve_name(curve).unwrap();
            // An OCTET STRING around the point: P-521 alone has a length of two octets.
            let begins = point.iter().position(|octet| *octet == 4).unwrap();
            let inner = &point[begins + if point[1] & 0x80 == 0 { 2 } else { 3 }..];
            let point = EcPoint::from_bytes(&group, inner, &mut BigNumContext::new().unwrap()).unwrap();
            PKey::from_ec_key(EcKey::from_public_key(&group, &point).unwrap()).unwrap().public_key_to_der().unwrap()
        }
        _ => panic!("another public key"),
    }
}

/// The operator's information-system certificate for this key, by the demonstration's CA.
fn certificate(world: &World, spki: Vec<u8>) -> Certificate {
    let system = Oid::parse_dotted("1.2.398.3.3.4.1.2.6.1").unwrap();
    let operator = Organisation { name: "ТОО «Демо-оператор ЭДО»", bin: "230140000109" };
    let subject = information_system_subject("QOLHAT TOKEN", &system, &operator);
    let validity = leaf_validity(at(START)).unwrap();
    let ca = world.authorities().of(Branch::Rsa);
    ca.issue(&Profile::InformationSystem, subject, spki, validity, &mut SystemRandom).unwrap()
}

fn put_certificate(session: &Session, certificate: &Certificate, id: &[u8]) {
    let template = [
        Attribute::Class(ObjectClass::CERTIFICATE),
        Attribute::CertificateType(CertificateType::X_509),
        Attribute::Token(true),
        Attribute::Private(false),
        Attribute::Subject(certificate.subject_der().to_vec()),
        Attribute::Id(id.to_vec()),
        Attribute::Value(certificate.der().to_vec()),
    ];
    session.create_object(&template).unwrap();
}

/// A token with a key and its certificate, as the operator's seal.
fn seal_in_token(world: &World, kind: Kind) -> TokenConfig {
    let session = new_token("operator");
    let spki = new_key(&session, kind, "seal", &[1]);
    put_certificate(&session, &certificate(world, spki), &[1]);
    config(world.folder())
}

fn config(folder: &Path) -> TokenConfig {
    let pin_file = folder.join("operator/token.pin");
    std::fs::write(&pin_file, format!("{PIN}\n")).unwrap();
    TokenConfig {
        module: module().unwrap(),
        place: TokenPlace::Label("operator".to_owned()),
        key: TokenKey { label: Some("seal".to_owned()), id: None },
        pin_file,
        certificate_file: None,
    }
}

async fn refused(config: &TokenConfig) -> String {
    match Seal::open(&SealConfig::Token(config.clone()), &Passwords::Demo).await {
        Ok(_) => panic!("it opened: {config:?}"),
        Err(error) => error.to_string(),
    }
}

async fn opened(config: &TokenConfig) -> Seal {
    Seal::open(&SealConfig::Token(config.clone()), &Passwords::Demo).await.unwrap()
}

/// A demonstration world: its CA is what these tests need of it.
fn world() -> (TempDir, World) {
    let folder = TempDir::new().unwrap();
    let world =
        World::create(&folder.path().join("world"), "http://127.0.0.1:1", at(START), &mut SystemRandom).unwrap();
    (folder, world)
}

async fn extracts_verify(kind: Kind) {
    let stage = Stage::set_with(at(START), |config, world| {
        config.operator.seal = SealConfig::Token(seal_in_token(world, kind));
    })
    .await;
    let (officer, (head, client), (other, _)) = stage.two_clients().await;
    let act = stage.recorded_act((&head, &client), &other, "1").await;
    let extract = stage.extract(&officer, &[&act]).await.unwrap();

    let report = judged(&stage.app, &extract, stage.now());
    assert_eq!(report.exit_code(), 0, "{:?}", report.failures);
    let seal = &report.to_json()["signatures"][0]["certificate"]["serial"];
    let own = stage.app.operator.seal.certificate();
    assert_eq!(seal.as_str().unwrap(), own.serial_hex(), "sealed by another key");
    if let Some(told) = second_opinion(&pins(&stage.app, stage.now()), &[extract]) {
        assert_eq!(told, [("TOTAL-PASSED".to_owned(), String::new())]);
    }

    let view = client.get(&format!("/api/v1/documents/{act}")).await.unwrap();
    let number = view["receipts"][0]["number"].as_i64().unwrap();
    let receipt = client.get_bytes(&format!("/api/v1/documents/{act}/receipts/{number}")).await.unwrap();
    let receipt = SignedData::from_bytes(&receipt).unwrap();
    assert!(receipt.certificates().iter().any(|certificate| certificate.serial() == own.serial()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extract_sealed_by_an_rsa_key_in_a_token_verifies() {
    if is_inside("an_extract_sealed_by_an_rsa_key_in_a_token_verifies") {
        extracts_verify(Kind::Rsa).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extract_sealed_by_an_ecdsa_key_in_a_token_verifies() {
    if is_inside("an_extract_sealed_by_an_ecdsa_key_in_a_token_verifies") {
        extracts_verify(Kind::Ec(Nid::X9_62_PRIME256V1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_pulled_is_opened_anew_and_nothing_recorded_meanwhile_is_lost() {
    if !is_inside("a_token_that_was_pulled_is_opened_anew_and_nothing_recorded_meanwhile_is_lost") {
        return;
    }
    let stage = Stage::set_with(at(START), |config, world| {
        config.operator.seal = SealConfig::Token(seal_in_token(world, Kind::Rsa));
    })
    .await;
    let (officer, (head, client), (other, _)) = stage.two_clients().await;
    let act = stage.recorded_act((&head, &client), &other, "1").await;

    // Every session is gone, as after a short loss of contact: nobody notices.
    ended();
    stage.extract(&officer, &[&act]).await.unwrap();

    let (tokens, pulled) = (tokens(), tokens().with_extension("pulled"));
    ended();
    std::fs::rename(&tokens, &pulled).unwrap();
    std::fs::create_dir(&tokens).unwrap();
    let meanwhile = stage.recorded_act((&head, &client), &other, "2").await;
    let view = client.get(&format!("/api/v1/documents/{meanwhile}")).await.unwrap();
    assert_eq!(view["receipts"].as_array().unwrap().len(), 0);
    assert_eq!(code(stage.extract(&officer, &[&meanwhile]).await.map(|_| serde_json::Value::Null)), "seal-unavailable");

    std::fs::remove_dir(&tokens).unwrap();
    std::fs::rename(&pulled, &tokens).unwrap();
    stage.round().await;
    let view = client.get(&format!("/api/v1/documents/{meanwhile}")).await.unwrap();
    assert_eq!(view["receipts"].as_array().unwrap().len(), 1, "{view}");
    let extract = stage.extract(&officer, &[&meanwhile]).await.unwrap();
    let report = judged(&stage.app, &extract, stage.now());
    assert_eq!(report.exit_code(), 0, "{:?}", report.failures);
    assert_eq!(text(&view, "state").unwrap(), "received");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_is_given_once_and_then_no_more() {
    if !is_inside("a_wrong_pin_is_given_once_and_then_no_more") {
        return;
    }
    let (_folder, world) = world();
    let config = seal_in_token(&world, Kind::Rsa);
    ended();
    std::fs::write(&config.pin_file, "314159").unwrap();
    let told = refused(&config).await;
    assert!(
        told.contains("operator.seal.pkcs11") && told.contains("refused the PIN") && !told.contains("314159"),
        "{told}"
    );

    // Also by a service that is started again and again: it does not even try.
    ended();
    let told = refused(&config).await;
    assert!(told.contains("a wrong PIN before") && !told.contains("314159"), "{told}");
    // Nor with the right one: it cannot know that it is.
    std::fs::write(&config.pin_file, PIN).unwrap();
    assert!(refused(&config).await.contains("a wrong PIN before"));
    // Somebody who knows it logs in once by another program.
    {
        let pkcs11 = pkcs11();
        let slots = pkcs11.get_slots_with_initialized_token().unwrap();
        let session = pkcs11.open_ro_session(slots[0]).unwrap();
        session.login(UserType::User, Some(&pin(PIN))).unwrap();
    }
    ended();
    opened(&config).await;

    for nothing in ["", " \n"] {
        std::fs::write(&config.pin_file, nothing).unwrap();
        assert!(refused(&config).await.contains("holds no PIN"));
    }
    std::fs::remove_file(&config.pin_file).unwrap();
    assert!(refused(&config).await.contains("token.pin"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_or_another_is_named() {
    if !is_inside("what_is_missing_or_another_is_named") {
        return;
    }
    let (folder, world) = world();
    let good = config(world.folder());
    assert!(refused(&good).await.contains("the token \"operator\" is not there"));
    ended();
    let session = new_token("operator");
    assert!(refused(&good).await.contains("no private key \"seal\""));
    let spki = new_key(&session, Kind::Rsa, "seal", &[1]);
    assert!(refused(&good).await.contains("no certificate of an RSA key"));

    // A certificate of another key, of another kind, and that of the key.
    let other = new_key(&session, Kind::Rsa, "other", &[2]);
    let other = certificate(&world, other);
    put_certificate(&session, &other, &[1]);
    assert!(refused(&good).await.contains("is not that of the certificate in the token"));
    let curve = new_key(&session, Kind::Ec(Nid::SECP384R1), "curve", &[3]);
    put_certificate(&session, &certificate(&world, curve), &[3]);
    let told = refused(&good).await;
    assert!(told.contains("is not that of the certificate in the token"), "{told}");
    let own = certificate(&world, spki);
    put_certificate(&session, &own, &[7]);
    assert_eq!(opened(&good).await.certificate().der(), own.der());
    let of_curve = TokenConfig { key: TokenKey { label: None, id: Some(vec![3]) }, ..good.clone() };
    assert_eq!(opened(&of_curve).await.certificate().public_key().unwrap().bits(), 384);

    // The certificate from a file, with the one above it.
    let file = folder.path().join("seal.cer");
    std::fs::write(&file, other.der()).unwrap();
    let from_file = TokenConfig { certificate_file: Some(file.clone()), ..good.clone() };
    assert!(refused(&from_file).await.contains("is not that of the certificate in certificate_file"));
    std::fs::write(&file, own.der()).unwrap();
    assert_eq!(opened(&from_file).await.certificate().der(), own.der());
    std::fs::write(&file, "nothing").unwrap();
    assert!(refused(&from_file).await.contains("no certificate in"));
    std::fs::write(&file, world.authorities().of(Branch::Rsa).ca().der()).unwrap();
    assert!(refused(&from_file).await.contains("no certificate of an RSA key"));

    // Names that fit two, slots, modules.
    new_key(&session, Kind::Rsa, "seal", &[9]);
    assert!(refused(&good).await.contains("2 private keys \"seal\""));
    let by_id = TokenKey { label: Some("seal".to_owned()), id: Some(vec![1]) };
    opened(&TokenConfig { key: by_id.clone(), ..good.clone() }).await;
    let none = TokenConfig { place: TokenPlace::Slot(u64::MAX / 2), ..good.clone() };
    assert!(refused(&none).await.contains("is not there"));
    drop(session);
    drop(new_token("operator"));
    assert!(refused(&good).await.contains("2 tokens are called \"operator\""));
    for path in ["/nowhere/token.so", "/bin/true"] {
        let told = refused(&TokenConfig { module: path.into(), ..good.clone() }).await;
        assert!(told.contains(path) && told.contains("PKCS#11 library"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_tries_the_key() {
    if !is_inside("the_doctor_tries_the_key") {
        return;
    }
    let (_folder, world) = world();
    let token = seal_in_token(&world, Kind::Ec(Nid::X9_62_PRIME256V1));
    let text = std::fs::read_to_string(world.config_file()).unwrap();
    let kept: String = text.lines().filter(|line| !line.starts_with("seal_")).flat_map(|line| [line, "\n"]).collect();
    let module = token.module.display();
    let seal = |key: &str| {
        let named = format!(
            "{kept}\n[operator.seal]\npkcs11 = {{ module = \"{module}\", token = \"operator\", key_label = \"{key}\", \
             pin_file = \"operator/token.pin\" }}\n"
        );
        std::fs::write(world.config_file(), named).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_qolhat"))
            .args(["doctor", "--json", "--config"])
            .arg(world.config_file())
            .output()
            .unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        findings.clone().find(|finding| finding["part"] == "seal-key").unwrap().clone()
    };
    ended();
    assert_eq!(seal("seal")["state"], "good");
    let missing = seal("another");
    assert_eq!(missing["state"], "bad");
    assert!(missing["mend"].as_str().unwrap().contains("no private key \"another\""), "{missing}");
}
