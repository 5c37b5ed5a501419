//! Backups: made while acts come in, put back elsewhere, refused when anything in them was changed, unreadable after their
//! day.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::app::{App, Passwords, SharedRandom, SystemRandom, trust_of};
use qolhat::config::Config;
use qolhat::demo::client::Client;
use qolhat::demo::story::Actor;
use qolhat::operations::issue_extract::operator_card;
use qolhat::operations::verify_extract::verify_extract;
use qolhat::serve::serve;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::support::database::OwnDatabase;
use crate::support::extracts::anchors_of;
use crate::support::stage::{Stage, at};

const SECRET: &[u8] = b"a letter that is worth a backup";

/// Exit code and the JSON object on stdout.
pub async fn qolhat(clock: Option<&str>, arguments: &[&str], config: &Path) -> (i32, Value) {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_qolhat"));
    command.args(arguments).args(["--json", "--config"]).arg(config).env("LANG", "en_US.UTF-8").kill_on_drop(true);
    command.envs(clock.map(|clock| ("QOLHAT_CLOCK", clock)));
    let output = command.output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}{told}"));
    (output.status.code().unwrap(), value)
}

struct Case {
    stage: Stage,
    sender: (Actor, Client),
    recipient: (Actor, Client),
    backups: TempDir,
}

async fn case() -> Case {
    let stage = Stage::set().await;
    let (_, sender, recipient) = stage.two_clients().await;
    Case { stage, sender, recipient, backups: TempDir::new().unwrap() }
}

impl Case {
    async fn letter(&self) -> String {
        let (actor, client) = &self.sender;
        self.stage.letter((actor, client), &self.recipient.0, SECRET).await
    }

    async fn both_ask_for_destruction(&self, document: &str) {
        for (actor, client) in [&self.sender, &self.recipient] {
            let wanted = client.get_bytes(&format!("/api/v1/documents/{document}/destruction/text")).await.unwrap();
            let cms = BASE64_STANDARD.encode(self.stage.sign(&actor.sign, &wanted));
            let path = format!("/api/v1/documents/{document}/destruction");
            client.post(&path, &json!({"cms": cms})).await.unwrap();
        }
    }

    /// Acts, one after the other, without end.
    async fn load(&self) -> Value {
        for number in 0.. {
            let (actor, client) = &self.sender;
            self.stage.recorded_act((actor, client), &self.recipient.0, &format!("L-{number}")).await;
        }
        Value::Null
    }

    async fn back_up_at(&self, clock: Option<&str>) -> (i32, Value) {
        let folder = self.backups.path().to_str().unwrap();
        qolhat(clock, &["backup", "--to", folder], &self.stage.world.config_file()).await
    }

    async fn back_up(&self) -> PathBuf {
        let (exit, made) = self.back_up_at(None).await;
        assert_eq!((exit, &made["ok"]), (0, &true.into()), "{made}");
        self.folder_of(&made)
    }

    fn folder_of(&self, made: &Value) -> PathBuf {
        self.backups.path().join(made["name"].as_str().unwrap())
    }
}

/// Another machine: the configuration and the keys, and nothing else; a database and a place for blobs of its own.
pub struct Elsewhere {
    folder: TempDir,
    database: Option<OwnDatabase>,
}

impl Elsewhere {
    pub async fn with_keys_of(stage: &Stage) -> Self {
        let folder = TempDir::new().unwrap();
        copy_all(&stage.folder(), folder.path());
        let database = match &stage.database {
            Some(_) => OwnDatabase::make().await,
            None => None,
        };
        let elsewhere = Self { folder, database };
        let mut config = fs::read_to_string(elsewhere.config_file()).unwrap();
        if let (Some(here), Some(there)) = (&stage.database, &elsewhere.database) {
            config = config.replace(&here.url(), &there.url());
        }
        fs::write(elsewhere.config_file(), config.replace("prefix = \"spec/\"", "prefix = \"elsewhere/\"")).unwrap();
        elsewhere
    }

    pub fn config_file(&self) -> PathBuf {
        self.folder.path().join("qolhat.toml")
    }

    pub async fn restore(&self, backup: &Path) -> (i32, Value) {
        qolhat(None, &["restore", "--from", backup.to_str().unwrap()], &self.config_file()).await
    }

    async fn open(&self, stage: &Stage) -> Result<App, String> {
        let mut config = Config::load(&self.config_file()).unwrap();
        config.clock = Some(stage.now().to_string());
        App::open(&config, &Passwords::Demo).await.map_err(|error| error.to_string())
    }

    fn is_empty(&self) -> bool {
        !self.folder.path().join("qolhat.db").exists()
    }
}

/// Everything but the database, the blobs and the remembered checkpoint.
fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let is_left = name.starts_with("qolhat.db") || name == "blobs" || name.ends_with(".checkpoint");
        match path.is_dir() {
            _ if is_left => {}
            true => copy_all(&path, &to.join(name)),
            false => drop(fs::copy(&path, to.join(name)).unwrap()),
        }
    }
}

/// Keeps: JRN-02, JRN-08, DOC-10
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_while_acts_come_in_is_put_back_elsewhere_audited_read_and_gone_on_with() {
    let case = case().await;
    let letter = case.letter().await;
    let (exit, made) = tokio::select! {
        made = case.back_up_at(None) => made,
        _ = case.load() => unreachable!(),
    };
    assert_eq!((exit, &made["ok"], &made["lost"]), (0, &true.into(), &0.into()), "{made}");
    // Not into what it is of: blobs would be found there, and not copied.
    let within = case.stage.folder();
    let (exit, refused) =
        qolhat(None, &["backup", "--to", within.to_str().unwrap()], &case.stage.world.config_file()).await;
    assert_eq!((exit, refused["error"]["code"].as_str()), (2, Some("usage")), "{refused}");
    // The blobs of the first are the second's too.
    let (_, again) = case.back_up_at(None).await;
    let count = |answer: &Value, part: &str| answer[part].as_u64().unwrap();
    assert_eq!(count(&again, "copied"), count(&again, "blobs") - count(&made, "blobs"), "{made} {again}");
    case.stage.leave().await;

    let elsewhere = Elsewhere::with_keys_of(&case.stage).await;
    let (exit, report) = elsewhere.restore(&case.folder_of(&made)).await;
    assert_eq!((exit, &report["ok"], &report["restored"]), (0, &true.into(), &true.into()), "{report}");
    assert_eq!((&report["size"], &report["root"]), (&made["size"], &made["root"]));
    let (exit, audit) = qolhat(None, &["journal", "audit"], &elsewhere.config_file()).await;
    assert_eq!((exit, &audit["root"], &audit["names_checked"]), (0, &made["root"], &true.into()), "{audit}");
    let (exit, scrub) = qolhat(None, &["store", "scrub"], &elsewhere.config_file()).await;
    assert_eq!((exit, &scrub["unnamed"]), (0, &0.into()), "{scrub}");

    let app = Arc::new(elsewhere.open(&case.stage).await.unwrap());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(Arc::clone(&app), listener, std::future::pending()));
    let visitor = Client::new(&base, SharedRandom::new(SystemRandom)).unwrap();
    let sender = visitor.log_in(&case.sender.0.auth, case.stage.now()).await.unwrap();
    let path = format!("/api/v1/documents/{letter}/files/0");
    assert_eq!(sender.get_bytes(&path).await.unwrap(), SECRET);
    let officer = visitor.log_in(&case.stage.actor("officer").auth, case.stage.now()).await.unwrap();
    let extract = case.stage.extract_for(&officer, &case.sender.0.party(), &[&letter]).await.unwrap();
    let anchors = anchors_of(&trust_of(&case.stage.config).unwrap());
    let judged = verify_extract(&extract, &anchors, Some(&operator_card(&app)), case.stage.now());
    assert_eq!(judged.exit_code(), 0, "{:?}", judged.failures);
    case.stage.recorded_act((&case.sender.0, &sender), &case.recipient.0, "after").await;
    assert!(app.journal.audit().await.unwrap().ok);
}

/// Keeps: JRN-02, JRN-08
#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_file_of_a_backup_that_was_changed_or_taken_away_is_named_and_nothing_is_put_back() {
    let case = case().await;
    case.letter().await;
    let backup = case.back_up().await;
    let elsewhere = Elsewhere::with_keys_of(&case.stage).await;
    let name = backup.file_name().unwrap().to_str().unwrap();
    let key = elsewhere.folder.path().join(format!("operator/backup-keys/{name}.key"));
    let first_of = |ending: &str| {
        let mut found: Vec<PathBuf> = fs::read_dir(&backup).unwrap().flatten().map(|entry| entry.path()).collect();
        found.retain(|path| path.to_string_lossy().ends_with(ending));
        found.sort();
        found[0].clone()
    };
    let sealed = first_of(".sealed");
    let blob = blob_files(&case.backups.path().join("blobs"))[0].clone();
    let part_of = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    for (file, part) in [
        (backup.join("manifest"), "manifest".to_owned()),
        (sealed.clone(), part_of(&sealed)),
        (backup.join("blobs.list"), "blobs.list".to_owned()),
        (blob.clone(), "blob".to_owned()),
        (key, "key".to_owned()),
    ] {
        let octets = fs::read(&file).unwrap();
        let mut changed = octets.clone();
        // Of the key, a digit stays a digit.
        changed[octets.len() / 3] = if octets[octets.len() / 3] == b'1' { b'2' } else { b'1' };
        put(&file, &changed);
        let (exit, report) = elsewhere.restore(&backup).await;
        assert_eq!((exit, &report["restored"]), (1, &false.into()), "{part}: {report}");
        assert_eq!(report["first_failure"]["part"], part, "{report}");
        if part != "key" && part != "manifest" {
            fs::remove_file(&file).unwrap();
            let (exit, report) = elsewhere.restore(&backup).await;
            assert_eq!((exit, report["first_failure"]["part"].as_str()), (1, Some(part.as_str())), "{report}");
        }
        put(&file, &octets);
        assert!(elsewhere.is_empty(), "{part}");
    }
    // One line more in a list that was empty.
    fs::write(backup.join("absent.list"), format!("{} destroyed\n", "00".repeat(32))).unwrap();
    let (exit, report) = elsewhere.restore(&backup).await;
    assert_eq!((exit, report["first_failure"]["part"].as_str()), (1, Some("absent.list")), "{report}");
    fs::write(backup.join("absent.list"), b"").unwrap();
    // As it was, it is taken; and then nothing is put over it.
    let (exit, report) = elsewhere.restore(&backup).await;
    assert_eq!(exit, 0, "{report}");
    let (exit, report) = elsewhere.restore(&backup).await;
    assert_eq!((exit, report["error"]["code"].as_str()), (2, Some("target-not-empty")), "{report}");
    let (exit, report) = elsewhere.restore(case.backups.path()).await;
    assert_eq!((exit, report["error"]["code"].as_str()), (2, Some("no-backup")), "{report}");
}

fn put(file: &Path, octets: &[u8]) {
    use std::os::unix::fs::PermissionsExt as _;
    if file.exists() {
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    }
    fs::write(file, octets).unwrap();
}

fn blob_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(blob_files(&path)),
            path if path.file_name().is_some_and(|name| name.len() == 64) => found.push(path),
            _ => {}
        }
    }
    found.sort();
    found
}

fn holds(folder: &Path, needle: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().flatten().any(|entry| match entry.path() {
        path if path.is_dir() => holds(&path, needle),
        path => fs::read(path).unwrap().windows(needle.len()).any(|window| window == needle),
    })
}

/// Keeps: JRN-05, DOC-10
#[tokio::test(flavor = "multi_thread")]
async fn content_destroyed_on_request_is_in_no_later_backup_and_in_no_earlier_one_after_its_day() {
    let case = case().await;
    let letter = case.letter().await;
    let wrapped = case.stage.app.db.query("select wrapped from content_key", &[]).await.unwrap();
    let before = case.back_up().await;
    case.both_ask_for_destruction(&letter).await;
    let after = case.back_up().await;

    // The keys of content are in neither but sealed, and the later one has not even that.
    for row in wrapped {
        let key = row.bytes("wrapped").unwrap();
        assert!(!holds(case.backups.path(), &key) && !holds(case.backups.path(), hex::encode(&key).as_bytes()));
    }
    assert!(!holds(case.backups.path(), SECRET));
    let elsewhere = Elsewhere::with_keys_of(&case.stage).await;
    let (exit, report) = elsewhere.restore(&after).await;
    assert_eq!((exit, &report["destroyed"]), (0, &0.into()), "{report}");
    let app = elsewhere.open(&case.stage).await.unwrap();
    let left = "select document_id from document_file f where exists \
        (select 1 from content_key k where k.document_id = f.document_id) \
        and exists (select 1 from document_destroyed d where d.document_id = f.document_id)";
    assert!(app.db.query(left, &[]).await.unwrap().is_empty());
    app.journal.close().await;
    app.db.close().await;

    // Beside the checkpoint of today the earlier one is restored to be read; the service does not go on from it.
    let memory = "operator/journal.checkpoint";
    let machine = Elsewhere::with_keys_of(&case.stage).await;
    case.stage.app.journal.keep_outside().await.unwrap();
    fs::copy(case.stage.folder().join(memory), machine.folder.path().join(memory)).unwrap();
    let (exit, report) = machine.restore(&before).await;
    assert_eq!((exit, &report["ok"], &report["restored"]), (1, &false.into(), &true.into()), "{report}");
    assert!(report["behind"].as_u64() > report["size"].as_u64(), "{report}");
    assert_eq!((&report["audit"]["ok"], &report["first_failure"]["part"]), (&true.into(), &"outside".into()));
    let refused = machine.open(&case.stage).await.err().expect("an old database beside a newer checkpoint");
    assert!(refused.contains("shorter"), "{refused}");

    // A copy of the key opens nothing either, from its day on, on a machine where nothing has destroyed it.
    let kept = Elsewhere::with_keys_of(&case.stage).await;
    let arguments = ["restore", "--from", before.to_str().unwrap()];
    let (exit, report) = qolhat(Some("2027-02-01T00:00:00Z"), &arguments, &kept.config_file()).await;
    assert_eq!((exit, report["error"]["code"].as_str()), (2, Some("backup-key-missing")), "{report}");

    // On its day its key is destroyed by whatever comes first, the worker or the next backup.
    let (exit, made) = case.back_up_at(Some("2027-02-01T00:00:00Z")).await;
    assert_eq!((exit, &made["keys_expired"]), (0, &2.into()), "{made}");
    let late = Elsewhere::with_keys_of(&case.stage).await;
    let (exit, report) = late.restore(&before).await;
    assert_eq!((exit, report["error"]["code"].as_str()), (2, Some("backup-key-missing")), "{report}");
    let (exit, report) = late.restore(&case.folder_of(&made)).await;
    assert_eq!((exit, &report["ok"]), (0, &true.into()), "{report}");
}

/// A superuser moves the head ahead of the entries: the backup has the segments of a great log, and the audit of what is
/// restored tells of the head. Keeps: JRN-02
#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_the_segments_of_a_great_log_are_made_anew() {
    let Some(database) = OwnDatabase::make().await else { return };
    let stage = Stage::set_on(Some(database), at("2026-11-22T09:00:00Z"), |_, _| {}).await;
    stage.leave().await;
    let mut raw = stage.database.as_ref().unwrap().raw().await;
    for _ in 0..4 {
        sqlx::query("update log_head set n = 3000000").execute(&mut raw).await.unwrap();
    }
    let segments = "select first, past, name from journal_segment order by first";
    let had: Vec<(i64, i64, String)> = sqlx::query_as(segments).fetch_all(&mut raw).await.unwrap();
    assert_eq!(had.len(), 4);
    let backups = TempDir::new().unwrap();
    let to = backups.path().to_str().unwrap();
    let (exit, made) = qolhat(None, &["backup", "--to", to], &stage.world.config_file()).await;
    assert_eq!((exit, &made["size"]), (0, &3_000_000.into()), "{made}");
    let note = fs::metadata(backups.path().join(made["name"].as_str().unwrap()).join("manifest")).unwrap().len();
    assert!(note < 24 * 1024, "the manifest comes near its limit: {note}");

    let elsewhere = Elsewhere::with_keys_of(&stage).await;
    let (exit, report) = elsewhere.restore(&backups.path().join(made["name"].as_str().unwrap())).await;
    assert_eq!((exit, report["first_failure"]["part"].as_str()), (1, Some("audit")), "{report}");
    let mut there = elsewhere.database.as_ref().unwrap().raw().await;
    let has: Vec<(i64, i64, String)> = sqlx::query_as(segments).fetch_all(&mut there).await.unwrap();
    assert_eq!(has, had);
}

/// Keeps: DOC-10
#[tokio::test(flavor = "multi_thread")]
async fn a_blob_that_the_store_has_lost_is_named_by_the_backup_and_by_what_is_restored_from_it() {
    let case = case().await;
    case.letter().await;
    let earlier = case.back_up().await;
    let lost = blob_files(&case.stage.blobs)[0].clone();
    fs::remove_file(&lost).unwrap();
    // It is there since the last time: an earlier copy stands in for what was lost.
    let whole = case.back_up().await;
    fs::remove_dir_all(case.backups.path().join("blobs")).unwrap();
    // Interrupted: what lies there is swept away by the next one.
    fs::create_dir(case.backups.path().join("20260101T000000Z-00.unfinished")).unwrap();

    let (exit, made) = case.back_up_at(None).await;

    let address = lost.file_name().unwrap().to_str().unwrap();
    assert_eq!((exit, &made["ok"], &made["lost"]), (1, &false.into(), &1.into()), "{made}");
    assert_eq!(made["lost_addresses"], json!([address]));
    assert!(!case.backups.path().join("20260101T000000Z-00.unfinished").exists());
    let elsewhere = Elsewhere::with_keys_of(&case.stage).await;
    let (exit, report) = elsewhere.restore(&case.folder_of(&made)).await;
    assert_eq!((exit, &report["restored"], &report["lost"]), (1, &true.into(), &1.into()), "{report}");
    assert_eq!(report["first_failure"]["part"], "blob");
    // A backup that should have it, and has not: refused.
    for backup in [earlier, whole] {
        let other = Elsewhere::with_keys_of(&case.stage).await;
        let (exit, report) = other.restore(&backup).await;
        assert_eq!((exit, report["first_failure"]["part"].as_str()), (1, Some("blob")), "{report}");
        assert!(other.is_empty());
    }
}

/// Keeps: JRN-02
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_another_log_or_engine_is_not_put_back() {
    let case = case().await;
    let backup = case.back_up().await;
    let elsewhere = Elsewhere::with_keys_of(&case.stage).await;
    let config = fs::read_to_string(elsewhere.config_file()).unwrap();
    let line = config.lines().find(|line| line.starts_with("database = ")).unwrap();
    let other = if line.contains("sqlite:") { "postgres://nobody@127.0.0.1:1/none" } else { "sqlite:other.db" };
    fs::write(elsewhere.config_file(), config.replace(line, &format!("database = \"{other}\""))).unwrap();
    let (exit, report) = elsewhere.restore(&backup).await;
    assert_eq!((exit, report["error"]["code"].as_str()), (2, Some("unsupported-backup")), "{report}");

    fs::write(elsewhere.config_file(), &config).unwrap();
    fs::write(elsewhere.folder.path().join("operator/journal.key"), "ab".repeat(32)).unwrap();
    let (exit, report) = elsewhere.restore(&backup).await;
    assert_eq!((exit, report["first_failure"]["part"].as_str()), (1, Some("manifest")), "{report}");
    assert!(elsewhere.is_empty());
    fs::remove_file(elsewhere.folder.path().join("operator/journal.key")).unwrap();
    let (exit, report) = elsewhere.restore(&backup).await;
    assert_eq!((exit, report["error"]["code"].as_str()), (2, Some("config")), "{report}");
}
