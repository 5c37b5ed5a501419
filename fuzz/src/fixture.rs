//! What inputs are judged by: an authority minted anew in each process, always the same, and the anchors of the national
//! test CA when the folder of real objects is there.

#![allow(
    clippy::disallowed_methods,
    reason = "the folder of real objects is named by the environment, as in the tests"
)]

use std::path::PathBuf;
use std::sync::LazyLock;

use qolhat_pki::certificate::Certificate;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::issue::crl_builder::{CrlTemplate, RevokedEntry, build_crl};
use qolhat_pki::time::Moment;
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::Evidence;

#[allow(dead_code, reason = "what the tests of the crate share; not all of it is needed here")]
#[path = "../../pki/tests/it/workshop.rs"]
pub mod workshop;

use workshop::{Holder, Kind, SeededRandom, World, at};

/// The moment signatures made here claim.
pub const SIGNED: &str = "2026-05-01T12:00:00Z";
/// The moment of time stamps.
pub const STAMPED: &str = "2026-05-01T12:00:02Z";
/// The moment of CRLs and OCSP answers.
pub const LISTED: &str = "2026-05-01T12:00:05Z";
/// When their CRLs end.
pub const TOMORROW: &str = "2026-05-02T12:00:00Z";
/// The content of detached messages.
pub const CONTENT: &[u8] = b"the content";
/// What nobody ever signed, stamped or archived.
pub const NEVER_SIGNED: &[u8] = b"what nobody signed";

/// The whole of it.
pub struct Fixture {
    /// Keys on the smaller national curve: the cheapest signatures that are the same in every process.
    pub world: World,
    /// The root of the world.
    pub anchors: TrustStore,
    /// The issuing authority, and lists in which nobody stands.
    pub evidence: Evidence,
    /// The moment the world is judged at.
    pub now: Moment,
    /// The CAs of the national test CA; empty without the folder.
    pub real_anchors: TrustStore,
    /// The moment those are judged at.
    pub real_now: Moment,
    /// What the real detached messages are over.
    pub real_content: Vec<u8>,
}

/// Made once in each process.
pub static FIXTURE: LazyLock<Fixture> = LazyLock::new(|| {
    let world = World::new(Kind::Gost2004);
    let read = |der: Vec<u8>| CertificateList::from_der(&der).unwrap();
    let evidence = Evidence {
        certificates: vec![world.ca.certificate.clone()],
        crls: vec![read(list(&world.ca, &[])), read(list(&world.root, &[]))],
        ocsp: Vec::new(),
    };
    let real = files("ca").into_iter().filter_map(|der| Certificate::from_der(&der).ok());
    let contract = shared().map(|folder| folder.join("cms/derived/contract.txt"));
    Fixture {
        anchors: TrustStore::from_certificates([world.root.certificate.clone()]),
        world,
        evidence,
        now: at("2026-05-01T12:00:10Z"),
        real_anchors: TrustStore::from_certificates(real),
        real_now: at("2026-11-22T00:00:00Z"),
        real_content: contract.and_then(|path| std::fs::read(path).ok()).unwrap_or_default(),
    }
});

/// A CRL of `issuer` in which these certificates stand.
pub fn list(issuer: &Holder, revoked: &[&Holder]) -> Vec<u8> {
    let entry = |holder: &&Holder| RevokedEntry {
        serial: holder.certificate.serial().to_vec(),
        revoked_at: at(SIGNED),
        reason: Some(1),
        invalid_since: None,
    };
    let template = CrlTemplate {
        issuer: issuer.certificate.subject_der().to_vec(),
        authority_key_id: issuer.certificate.subject_key_id().map(<[u8]>::to_vec),
        this_update: at(LISTED),
        next_update: Some(at(TOMORROW)),
        number: 7,
        base_number: None,
        entries: revoked.iter().map(entry).collect(),
        more_extensions: Vec::new(),
    };
    build_crl(&template, &issuer.key, &mut SeededRandom::new(5)).unwrap()
}

fn shared() -> Option<PathBuf> {
    let root =
        std::env::var("QOLHAT_SHARED").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared").into());
    Some(PathBuf::from(root).join("nca")).filter(|folder| folder.is_dir())
}

/// Every object in the files of a folder of real objects, out of its armor; nothing when there is no such folder.
pub fn files(folder: &str) -> Vec<Vec<u8>> {
    raw_files(folder).iter().flat_map(|bytes| qolhat_pki::armor::decode_any(bytes)).collect()
}

/// The files as they are, in the order of their names.
pub fn raw_files(folder: &str) -> Vec<Vec<u8>> {
    let Some(shared) = shared() else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(shared.join(folder)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    paths.sort();
    paths.iter().filter_map(|path| std::fs::read(path).ok()).collect()
}
