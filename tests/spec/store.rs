//! The blob store seen from outside: the scrub, the copy, and what the doctor says of a bucket.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::{Path, PathBuf};

use qolhat::app::blobs_of;
use qolhat::config::BlobsConfig;
use qolhat::db::Db;
use qolhat::operations::Fault;
use qolhat::operations::scrub_store::{Rate, Scrub, scrub_store};
use qolhat_storage::{BlobStore as _, Blobs, ContentDigest};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::blobs::faults::{Fate, FaultProxy};
use crate::support::blobs::s3_server::{ACCESS_KEY, S3Server, SECRET_KEY};
use crate::support::stage::{AGREEMENT, Stage, at, code, code_of_state};

/// Exit code and the JSON object on stdout.
async fn qolhat(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_qolhat"));
    let output = command.current_dir(folder).args(arguments).env("LANG", "en_US.UTF-8").output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}{told}"));
    (output.status.code().unwrap(), value)
}

/// A stage with a recorded act, so that rows name blobs of every kind.
async fn stage_with_an_act() -> Stage {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    stage.recorded_act((&head, &client), &other, "1").await;
    stage
}

/// The files of blobs by address.
fn files_of(folder: &Path) -> Vec<(ContentDigest, PathBuf)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let address = ContentDigest::parse_hex(path.file_name().unwrap().to_str().unwrap());
        match address {
            Ok(address) => found.push((address, path)),
            Err(_) if path.is_dir() => found.extend(files_of(&path)),
            Err(_) => {}
        }
    }
    found.sort();
    found
}

fn flip(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mut bytes = std::fs::read(file).unwrap();
    bytes[0] ^= 1;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(file, bytes).unwrap();
}

fn named(answer: &Value, state: &str) -> Vec<String> {
    let findings = answer["findings"].as_array().unwrap().iter();
    findings
        .filter(|found| found["state"] == state)
        .map(|found| found["address"].as_str().unwrap().to_owned())
        .collect()
}

/// Keeps: DOC-10, JRN-08
#[tokio::test(flavor = "multi_thread")]
async fn the_scrub_names_each_damaged_and_each_missing_blob_and_reads_all_the_others() {
    let stage = stage_with_an_act().await;
    let blobs = files_of(&stage.blobs);
    let scrub = async || qolhat(&stage.folder(), &["store", "scrub", "--json"]).await;
    let (exit, answer) = scrub().await;
    assert_eq!((exit, &answer["ok"], &answer["resumed"]), (0, &true.into(), &false.into()), "{answer}");
    assert_eq!((&answer["checked"], &answer["unnamed"]), (&blobs.len().into(), &0.into()), "{answer}");

    let orphan = stage.app.blobs.put(b"left by a crash".to_vec()).await.unwrap();
    flip(&blobs[1].1);
    std::fs::remove_file(&blobs[3].1).unwrap();
    let last = blobs.len() - 1;
    std::fs::remove_file(&blobs[last].1).unwrap();
    let (exit, answer) = scrub().await;

    assert_eq!((exit, &answer["ok"]), (1, &false.into()), "{answer}");
    assert_eq!(named(&answer, "damaged"), [blobs[1].0.to_hex()]);
    assert_eq!(named(&answer, "missing"), [blobs[3].0.to_hex(), blobs[last].0.to_hex()]);
    assert_eq!((&answer["checked"], &answer["unnamed"]), (&(blobs.len() - 2).into(), &1.into()), "{answer}");
    assert!(stage.app.blobs.contains(&orphan).await.unwrap(), "it reads, and removes nothing");
    let left = std::fs::read_dir(stage.folder().join("operator")).unwrap();
    assert!(left.flatten().all(|file| !file.file_name().to_string_lossy().contains("scrub")), "it ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scrub_interrupted_anywhere_goes_on_and_finds_everything_once() {
    let stage = stage_with_an_act().await;
    let blobs = files_of(&stage.blobs);
    flip(&blobs[0].1);
    std::fs::remove_file(&blobs[1].1).unwrap();
    flip(&blobs[blobs.len() - 1].1);
    let (store, db): (&Blobs, &Db) = (&stage.app.blobs, &stage.app.db);
    let whole = scrub_store(store, db, Scrub::default(), Rate(None), |_| Ok(())).await.unwrap();
    assert_eq!((whole.damaged, whole.missing), (2, 1));
    for interrupted_at in [1, 100, 255] {
        let (mut kept, mut saves) = (Scrub::default(), 0);
        let broken = scrub_store(store, db, Scrub::default(), Rate(None), |scrub| {
            kept = scrub.clone();
            saves += 1;
            if saves == interrupted_at { Err(Fault::Inconsistent("power cut".to_owned())) } else { Ok(()) }
        });
        broken.await.unwrap_err();

        let ended = scrub_store(store, db, kept, Rate(None), |_| Ok(())).await.unwrap();

        assert_eq!(ended, whole);
    }
    // The command finds its place beside the remembered checkpoint.
    let half = Scrub { after: Some(blobs[blobs.len() / 2].0.to_hex()), checked: 5, ..Scrub::default() };
    let memory = stage.config.journal.key_file.with_extension("scrub");
    std::fs::write(&memory, serde_json::to_vec(&half).unwrap()).unwrap();
    let (_, answer) = qolhat(&stage.folder(), &["store", "scrub", "--json", "--rate", "1000"]).await;
    assert_eq!((&answer["resumed"], &answer["damaged"], &answer["missing"]), (&true.into(), &1.into(), &0.into()));
    std::fs::write(&memory, b"{\"after\":\"nonsense\"}").unwrap();
    let (exit, answer) = qolhat(&stage.folder(), &["store", "scrub", "--json"]).await;
    assert_eq!((exit, &answer["error"]["code"]), (2, &"malformed".into()), "{answer}");
    let (exit, answer) = qolhat(&stage.folder(), &["store", "scrub", "--json", "--restart"]).await;
    assert_eq!((exit, &answer["damaged"], &answer["missing"]), (1, &2.into(), &1.into()), "{answer}");
}

/// A bucket and the file that names it.
async fn bucket(folder: &Path) -> S3Server {
    let server = S3Server::start(&folder.join("s3")).await;
    std::fs::write(folder.join("secret"), SECRET_KEY).unwrap();
    std::fs::write(folder.join("access"), ACCESS_KEY).unwrap();
    let text = format!(
        "[blobs.s3]\nendpoint = \"{}\"\nbucket = \"blobs\"\naccess_key = {{ file = \"access\" }}\n\
         secret_key = {{ file = \"secret\" }}\n",
        server.endpoint
    );
    std::fs::write(folder.join("s3.toml"), text).unwrap();
    server
}

async fn disk(folder: &Path) -> Blobs {
    blobs_of(&BlobsConfig::Folder(folder.to_owned())).await.unwrap()
}

/// Keeps: DOC-10
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_goes_from_disk_to_s3_and_back_and_neither_way_spoils_a_good_blob() {
    let folder = TempDir::new().unwrap();
    let server = bucket(folder.path()).await;
    let source = disk(&folder.path().join("here")).await;
    let mut addresses = Vec::new();
    for number in 0..5_u8 {
        addresses.push(source.put(vec![number; 100_000]).await.unwrap());
    }
    addresses.sort();
    let there = async || qolhat(folder.path(), &["store", "copy", "--json", "--from", "here", "--to", "s3.toml"]).await;
    let back = async || qolhat(folder.path(), &["store", "copy", "--json", "--from", "s3.toml", "--to", "back"]).await;

    let (exit, answer) = there().await;
    assert_eq!((exit, &answer["copied"], &answer["present"]), (0, &5.into(), &0.into()), "{answer}");
    let (exit, answer) = there().await;
    assert_eq!((exit, &answer["copied"], &answer["present"]), (0, &0.into(), &5.into()), "{answer}");
    let (exit, answer) = back().await;
    assert_eq!((exit, &answer["copied"]), (0, &5.into()), "{answer}");

    // Damaged here, whole there: it stays whole there. The other way about: it is mended.
    let here = files_of(&folder.path().join("here"));
    let in_bucket = files_of(&server.file(""));
    flip(&here[0].1);
    flip(&in_bucket[1].1);
    std::fs::remove_file(&in_bucket[2].1).unwrap();
    flip(&here[2].1);
    let (exit, answer) = there().await;
    assert_eq!((exit, &answer["ok"], &answer["failed"]), (1, &false.into(), &1.into()), "{answer}");
    assert_eq!((&answer["copied"], &answer["mended"]), (&1.into(), &1.into()), "{answer}");
    assert_eq!(named(&answer, "damaged"), [addresses[2].to_hex()], "bad here and gone there");
    let (exit, answer) = qolhat(folder.path(), &["store", "copy", "--json", "--from", "back", "--to", "here"]).await;
    assert_eq!((exit, &answer["mended"], &answer["present"]), (0, &2.into(), &3.into()), "{answer}");
    for address in &addresses {
        source.verify(address).await.unwrap();
    }
    let after = ["store", "copy", "--json", "--from", "here", "--to", "s3.toml", "--after", &addresses[1].to_hex()];
    let (exit, answer) = qolhat(folder.path(), &after).await;
    assert_eq!((exit, &answer["copied"], &answer["present"]), (0, &1.into(), &2.into()), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_not_there_is_told_and_nothing_is_made() {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("here")).unwrap();
    std::fs::write(folder.path().join("wrong.toml"), "blobs = 1").unwrap();
    for (from, to, code) in
        [("gone", "new", "not-found"), ("here", "gone.toml", "not-found"), ("wrong.toml", "new", "config")]
    {
        let (exit, answer) = qolhat(folder.path(), &["store", "copy", "--json", "--from", from, "--to", to]).await;
        assert_eq!((exit, &answer["error"]["code"]), (2, &code.into()), "{answer}");
    }
    assert!(!folder.path().join("new").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_tells_what_a_bucket_does_and_what_is_wrong_with_it() {
    let stage = Stage::set().await;
    let folder = stage.folder();
    let server = bucket(&folder).await;
    let config = std::fs::read_to_string(stage.world.config_file()).unwrap();
    let line = config.lines().find(|line| line.starts_with("blobs = ")).unwrap();
    let doctor = async |bucket: &str| {
        let table = format!(
            "blobs = {{ s3 = {{ endpoint = \"{}\", bucket = \"{bucket}\", access_key = {{ file = \"access\" }}, \
             secret_key = {{ file = \"secret\" }} }} }}",
            server.endpoint
        );
        std::fs::write(stage.world.config_file(), config.replace(line, &table)).unwrap();
        let (_, answer) = qolhat(&folder, &["doctor", "--json"]).await;
        let findings = answer["findings"].as_array().unwrap().clone();
        let found = findings.into_iter().find(|finding| finding["part"] == "blobs").unwrap();
        (found["state"].as_str().unwrap().to_owned(), found["mend"].as_str().unwrap_or_default().to_owned())
    };

    let (state, told) = doctor("blobs").await;
    assert_eq!(state, "good", "{told}");
    for word in ["checked", "versioning: off", "object lock: off"] {
        assert!(told.contains(word), "{told}");
    }
    let (state, told) = doctor("nowhere").await;
    assert_eq!(state, "bad");
    assert!(told.contains("no such bucket"), "{told}");
    std::fs::write(folder.join("secret"), "another").unwrap();
    let (state, told) = doctor("blobs").await;
    assert_eq!(state, "bad");
    assert!(told.contains("403") && !told.contains("another"), "{told}");
}

/// Keeps: DOC-10
#[tokio::test(flavor = "multi_thread")]
async fn a_store_without_room_refuses_the_document_and_takes_it_when_there_is_room_again() {
    let folder = TempDir::new().unwrap();
    let server = bucket(folder.path()).await;
    let proxy = FaultProxy::before(&server.endpoint).await;
    let mut blobs = BlobsConfig::load(&folder.path().join("s3.toml")).unwrap();
    let BlobsConfig::S3(s3) = &mut blobs else { panic!("no bucket") };
    s3.endpoint.clone_from(&proxy.endpoint);
    let stage = Stage::set_with(at("2026-11-22T09:00:00Z"), |config, _| config.blobs = blobs).await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let act = stage.act(&head, &other, "1");
    let cms = stage.sign(&head.sign, &act);
    let send = async || stage.send(&client, "completion-act", &other, &act, Some(cms.clone())).await;

    proxy.set(|_, seen| if seen.method == "PUT" { Fate::Refused(507, "") } else { Fate::Passes });
    assert_eq!(code(send().await), "storage-full");
    proxy.set(|before, _| if before % 2 == 0 { Fate::Refused(503, "SlowDown") } else { Fate::Passes });
    assert_eq!(code_of_state(&send().await.unwrap()), "received");
}

/// A table that names blobs and is not in the statement would lose them without a word.
#[tokio::test]
async fn the_scrub_asks_every_column_that_names_a_blob() {
    let folder = TempDir::new().unwrap();
    let db = Db::connect(&format!("sqlite:{}", folder.path().join("a.db").display())).await.unwrap();
    db.migrate().await.unwrap();
    let columns = db
        .query(
            "select t.name as place, c.name as column_name from sqlite_master t join pragma_table_info(t.name) c \
             where t.type = 'table' and c.name like '%\\_address' escape '\\'",
            &[],
        )
        .await
        .unwrap();
    let statement = include_str!("../../src/operations/sql/select_blob_addresses.sql");
    // Each part begins with its column and its table: `select x.column … from table x`.
    let words: Vec<&str> = statement.split_whitespace().collect();
    let mut asked = Vec::new();
    for (place, _) in words.iter().enumerate().filter(|(_, word)| **word == "select") {
        let column = words[place + 1].split('.').next_back().unwrap();
        let from = words[place..].iter().position(|word| *word == "from").unwrap();
        asked.push(format!("{}.{column}", words[place + from + 1]));
    }
    assert!(columns.len() >= 6);
    for row in &columns {
        let column = format!("{}.{}", row.text("place").unwrap(), row.text("column_name").unwrap());
        assert!(asked.contains(&column), "{column} is not in select_blob_addresses.sql: {asked:?}");
    }
    db.close().await;
}
