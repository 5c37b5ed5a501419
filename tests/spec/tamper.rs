//! What was changed by hand shows: a blob on disk, an entry of the journal, any octet of an extract.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::Command;

use qolhat::access::rights::{Caller, Capability};
use qolhat::app::certificates_at;
use qolhat::demo::client::text;
use qolhat::demo::run::{self, Options};
use qolhat::domain::ids::DocumentId;
use qolhat::extract::operator;
use qolhat::i18n::Language;
use qolhat::operations::read_document::read_file;
use qolhat::operations::verify_extract::verify_extract;
use qolhat_pki::trust::TrustStore;
use serde_json::Value;
use sqlx::Connection as _;
use tempfile::TempDir;

use crate::support::stage::{AGREEMENT, Stage, at};

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_of(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

fn flip(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let mut permissions = std::fs::metadata(file).unwrap().permissions();
    #[allow(clippy::permissions_set_readonly_false, reason = "the test's own folder")]
    permissions.set_readonly(false);
    std::fs::set_permissions(file, permissions).unwrap();
    std::fs::write(file, bytes).unwrap();
}

/// Keeps: JRN-02, DOC-05
#[tokio::test(flavor = "multi_thread")]
async fn one_octet_of_a_blob_changed_on_disk_is_named_by_the_read_and_never_handed_out() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let before = files_of(&stage.blobs);
    let document = stage.recorded_act((&head, &client), &other, "1").await;
    let path = format!("/api/v1/documents/{document}/files/0");
    client.get_bytes(&path).await.unwrap();

    let new: Vec<PathBuf> = files_of(&stage.blobs).into_iter().filter(|file| !before.contains(file)).collect();
    assert!(new.len() >= 3, "the act, its signature, its evidence: {new:?}");
    // Nothing of the content lies readable on disk.
    assert!(new.iter().all(|file| !String::from_utf8_lossy(&std::fs::read(file).unwrap()).contains("CompletionAct")));
    new.iter().for_each(|file| flip(file));
    let answer = client.get_bytes(&path).await;
    assert_eq!(answer.err().unwrap().code(), Some("internal"));
    let caller = Caller {
        iin: head.iin,
        party: head.party(),
        certificate_sha256: head.sign.certificate.sha256(),
        roles: head.sign.certificate.roles(),
        capability: Some(Capability::Sign),
        officer: false,
        session: None,
    };
    let fault = read_file(&stage.app, &caller, DocumentId::parse(&document).unwrap(), 0).await.unwrap_err().to_string();
    let named = new.iter().filter_map(|file| file.file_name()).any(|name| fault.contains(name.to_str().unwrap()));
    assert!(named, "the blob is not named: {fault}");
}

fn audit(config: &Path) -> (i32, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qolhat"));
    let output = command.args(["journal", "audit", "--json", "--config"]).arg(config).output().unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap())
}

/// The demo's world, played once: its folder, extract and anchors.
async fn played() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let options = Options {
        folder: folder.path().join("world"),
        listen: Some(([127, 0, 0, 1], 0).into()),
        ncalayer: None,
        clock: None,
        exit: true,
        language: Language::Ru,
    };
    run::run(&options, &mut |_| {}).await.unwrap();
    (folder, options.folder)
}

/// Keeps: JRN-02, JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn one_octet_of_an_entry_changed_in_the_database_is_named_by_the_audit_on_the_command_line() {
    let (_folder, world) = played().await;
    let config = world.join("qolhat.toml");
    let (exit, report) = audit(&config);
    assert_eq!((exit, report["ok"].as_bool(), report["first_failure"].is_null()), (0, Some(true), true), "{report}");

    let url = format!("sqlite:{}", world.join("qolhat.db").display());
    let mut raw = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("drop trigger journal_entry_is_never_changed").execute(&mut raw).await.unwrap();
    let change =
        "update journal_entry set body = cast(replace(cast(body as text), '\"t\":1', '\"t\":2') as blob) where seq = 3";
    sqlx::query(change).execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    let (exit, report) = audit(&config);
    assert_eq!(exit, 1);
    assert_eq!(
        (report["first_failure"]["part"].as_str(), report["first_failure"]["seq"].as_u64()),
        (Some("entry"), Some(3))
    );
}

/// Keeps: JRN-10, SIG-19
#[tokio::test(flavor = "multi_thread")]
async fn any_octet_changed_added_or_removed_in_a_real_extract_is_refused_and_the_part_is_named() {
    let (_folder, world) = played().await;
    let extract = std::fs::read(world.join("out/extract.asice")).unwrap();
    let anchors = world.join("out/anchors");
    let trust = TrustStore::from_certificates(certificates_at(std::slice::from_ref(&anchors)).unwrap());
    let card = operator::parse(&std::fs::read(anchors.join("operator.json")).unwrap()).unwrap();
    // The demo world's clock is the system's; the extract is of just now.
    let now = extract_moment(&world).await;
    let judge = |bytes: &[u8]| verify_extract(bytes, &trust, Some(&card), now);
    assert_eq!(judge(&extract).exit_code(), 0, "{:?}", judge(&extract).failures);
    let refused = |bytes: &[u8], what: &str| {
        let report = judge(bytes);
        assert!(matches!(report.exit_code(), 1 | 2), "{what}");
        assert!(
            report.failures.iter().all(|failure| !failure.part.is_empty()) && !report.failures.is_empty(),
            "{what}"
        );
    };
    // A prime step visits every kind of place in files of every size.
    for place in (0..extract.len()).step_by(211) {
        let mut changed = extract.clone();
        changed[place] ^= 1 << (place % 8);
        refused(&changed, &format!("octet {place} changed"));
    }
    for place in (0..extract.len()).step_by(1999) {
        let mut longer = extract.clone();
        longer.insert(place, b'x');
        refused(&longer, &format!("octet added at {place}"));
        let mut shorter = extract.clone();
        shorter.remove(place);
        refused(&shorter, &format!("octet {place} removed"));
    }
    refused(&[extract.as_slice(), b"\n"].concat(), "an octet after the end");
    // Another key of the same hierarchy, another log, nobody pinned.
    let other_log = operator::OperatorCard { log_keys: vec![card.log_keys[0].replace("demo", "dem0")], ..card.clone() };
    assert_eq!(verify_extract(&extract, &trust, Some(&other_log), now).exit_code(), 1);
    let other_operator = operator::OperatorCard { operator: "190640001204".to_owned(), ..card.clone() };
    assert_eq!(verify_extract(&extract, &trust, Some(&other_operator), now).exit_code(), 1);
    assert_eq!(verify_extract(&extract, &trust, None, now).exit_code(), 1);
    let _ = (at, text);
}

/// The instant of the newest entry of the log, and a minute.
async fn extract_moment(world: &Path) -> qolhat::domain::time::Moment {
    let db = qolhat::db::Db::connect(&format!("sqlite:{}", world.join("qolhat.db").display())).await.unwrap();
    let row = db.query_one("select max(made) as made from journal_checkpoint", &[]).await.unwrap().unwrap();
    row.moment("made").unwrap().checked_add(qolhat_pki::time::Span::minutes(1)).unwrap()
}
