//! A backup put back into an empty installation: every octet is held against the manifest, which the log's key has signed;
//! then the journal is audited, and it is told whether the service may go on from here.

use std::collections::BTreeMap;
use std::path::Path;

use qolhat_storage::envelope::{ContentKey, OpenReader, WrappingKey, unwrap_key};
use qolhat_storage::{Blobs, ContentDigest, ContentHasher, DiskStore, StoreError};
use serde::Serialize;
use tokio::io::AsyncReadExt as _;

use super::audit_journal::audit_journal;
use super::back_up::{Addresses, DESTROYED, at};
use super::copy_store::{Outcome, copy_one};
use super::segment_locks::hold_exports;
use super::{Fault, OperationError};
use crate::backup::manifest::MANIFEST_MAX_BYTES;
use crate::backup::{ABSENT_LIST, BLOBS, BLOBS_LIST, BackupKeys, File, KeyFileError, MANIFEST, Manifest, sealed_file};
use crate::db::{Db, DbError, Engine, Restoring, newest_schema};
use crate::domain::time::Moment;
use crate::journal::audit::{Against, AuditReport};
use crate::journal::checkpoint::Checkpoint;
use crate::journal::vrf::VrfSecretKey;
use crate::journal::witnesses::Witnesses;
use crate::journal::{JournalError, OutsideMemory};

const CHUNK_BYTES: usize = 64 * 1024;

/// Where a backup goes to, and what it is held against.
pub struct Target<'a> {
    /// URL of the database, which must be empty.
    pub database: &'a str,
    /// The blob store; what lies there stays.
    pub blobs: &'a Blobs,
    /// The public key of the log.
    pub verifier_key: &'a str,
    /// The keys of backups.
    pub keys: &'a BackupKeys,
    /// The checkpoint remembered outside the database.
    pub memory: &'a OutsideMemory,
    /// The secret key of pseudonyms.
    pub names: Option<&'a VrfSecretKey>,
    /// Who else remembers the log.
    pub witnesses: &'a Witnesses,
    /// The moment asked about: a key whose day has come opens nothing, and segments of the journal whose lock ended
    /// before are not locked again.
    pub now: Moment,
}

/// Why a backup is not looked into at all.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// There is no backup in the folder.
    #[error("{0}: no backup: there is no manifest")]
    NoBackup(String),
    /// The database has tables or rows already.
    #[error("the database is not empty: a backup is put back into an empty one alone")]
    NotEmpty,
    /// The key of the backup is not here, or its day has come.
    #[error("the key of the backup {name} is not among {folder}, or its day has come: {until}")]
    NoKey {
        /// The backup.
        name: String,
        /// Where keys are.
        folder: String,
        /// When it was to be destroyed.
        until: String,
    },
    /// Another engine, or a newer schema.
    #[error("{0}")]
    Unsupported(String),
    /// A fault of ours.
    #[error(transparent)]
    Fault(#[from] OperationError),
}

macro_rules! fault_from {
    ($($error:ty),+) => { $(
        impl From<$error> for RestoreError {
            fn from(error: $error) -> Self {
                Self::Fault(OperationError::Fault(error.into()))
            }
        }
    )+ };
}

fault_from!(Fault, DbError, KeyFileError, JournalError, qolhat_storage::StoreError);

/// What is wrong with a backup, or with what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RestoreFailure {
    /// `manifest`, `key`, the name of a file, `blob`, `audit`, `lock`, `outside` or `witness`.
    pub part: String,
    /// What is wrong; English, for experts.
    pub reason: String,
}

/// What a restore has come to.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Restored {
    /// Whether the service may go on from here.
    pub ok: bool,
    /// Whether the database is in its place.
    pub restored: bool,
    /// The backup.
    pub name: String,
    /// When its snapshot was taken.
    pub made_at: String,
    /// Entries of its journal.
    pub size: u64,
    /// The journal's root.
    pub root: String,
    /// Blobs put into the store, or found there whole.
    pub blobs: u64,
    /// Blobs destroyed on request between the snapshot and the copy: their documents are there without content.
    pub destroyed: u64,
    /// Blobs that the installation had lost before.
    pub lost: u64,
    /// Exported segments that the store holds under a lock, as it did before.
    pub held: u64,
    /// Exported segments that were under a lock before, and the store here has none.
    pub unheld: u64,
    /// The audit of the restored journal.
    pub audit: Option<AuditReport>,
    /// Entries of the newer log that is remembered elsewhere: what is restored may be read, and not gone on with.
    pub behind: Option<u64>,
    /// Witnesses that could not be asked.
    pub witnesses_not_asked: Vec<String>,
    /// The first thing that is wrong.
    pub first_failure: Option<RestoreFailure>,
}

impl Restored {
    fn fail(mut self, part: &str, reason: impl Into<String>) -> Self {
        self.ok = false;
        self.first_failure =
            self.first_failure.or(Some(RestoreFailure { part: part.to_owned(), reason: reason.into() }));
        self
    }
}

/// Found wrong: the part, and what.
type Wrong = (String, String);

/// Puts the backup in `folder`, beside which its blobs lie, back.
///
/// # Errors
/// [`RestoreError`]. A backup that was tampered with is no error: the report says so, and nothing is in its place.
pub async fn restore_backup(folder: &Path, to: &Target<'_>) -> Result<Restored, RestoreError> {
    let path = folder.join(MANIFEST);
    let note = match read_up_to(&path, MANIFEST_MAX_BYTES).await {
        Ok(note) => note,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(RestoreError::NoBackup(folder.display().to_string()));
        }
        Err(error) => return Err(at(&path)(error).into()),
    };
    let manifest = match Manifest::open(&String::from_utf8_lossy(&note), to.verifier_key) {
        Ok(manifest) => manifest,
        Err(error) => return Ok(Restored::default().fail(MANIFEST, error.to_string())),
    };
    let mut report = Restored {
        name: manifest.name.clone(),
        made_at: manifest.made_at.clone(),
        size: manifest.size,
        root: manifest.root.clone(),
        ..Restored::default()
    };
    must_be_read(&manifest, to)?;
    let key = key(&manifest, to)?;
    if let Err(reason) = content_key(&manifest, &key) {
        return Ok(report.fail("key", reason));
    }
    for (name, file) in files(&manifest, folder) {
        if let Err(reason) = check(&name, &file).await? {
            let name = name.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            return Ok(report.fail(&name, reason));
        }
    }
    let Some(mut restoring) = Restoring::begin(to.database, manifest.schema).await? else {
        return Err(RestoreError::NotEmpty);
    };
    let put = put_back(folder, &manifest, &key, to, &mut restoring, &mut report).await;
    match put {
        Ok(Ok(())) => {}
        Ok(Err((part, reason))) => {
            restoring.abandon();
            return Ok(report.fail(&part, reason));
        }
        Err(error) => {
            restoring.abandon();
            return Err(error);
        }
    }
    look_at(restoring, &manifest, to, report).await
}

/// Whether this program, and this configuration, can have it.
fn must_be_read(manifest: &Manifest, to: &Target<'_>) -> Result<(), RestoreError> {
    let (engine, name) =
        if to.database.starts_with("sqlite:") { (Engine::Sqlite, "sqlite") } else { (Engine::Postgres, "postgresql") };
    if manifest.engine != name {
        let wrong = format!("the backup is of {}, the configuration names {name}", manifest.engine);
        return Err(RestoreError::Unsupported(wrong));
    }
    if manifest.schema > newest_schema(engine) {
        let wrong = format!("the backup was made by a newer program, {}: take that one", manifest.program);
        return Err(RestoreError::Unsupported(wrong));
    }
    Ok(())
}

/// The key of the backup.
fn key(manifest: &Manifest, to: &Target<'_>) -> Result<WrappingKey, RestoreError> {
    to.keys.find(&manifest.name, to.now)?.ok_or_else(|| RestoreError::NoKey {
        name: manifest.name.clone(),
        folder: to.keys.folder().display().to_string(),
        until: manifest.key_until.clone(),
    })
}

/// The key of its content.
fn content_key(manifest: &Manifest, key: &WrappingKey) -> Result<ContentKey, String> {
    let wrapped = hex::decode(&manifest.key).map_err(|error| error.to_string())?;
    unwrap_key(key, &wrapped, manifest.name.as_bytes()).map_err(|error| error.to_string())
}

/// Every file that the manifest names.
fn files(manifest: &Manifest, folder: &Path) -> Vec<(std::path::PathBuf, File)> {
    let parts = manifest.parts.iter().map(|part| (sealed_file(folder, &part.name), part.file.clone()));
    let lists = [(BLOBS_LIST, &manifest.blobs), (ABSENT_LIST, &manifest.absent)];
    parts.chain(lists.map(|(name, file)| (folder.join(name), file.clone()))).collect()
}

/// Whether a file is what the manifest says.
async fn check(path: &Path, expected: &File) -> Result<Result<(), String>, Fault> {
    let mut file = match tokio::fs::File::open(path).await {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Err("it is missing".to_owned())),
        Err(error) => return Err(at(path)(error)),
    };
    let (mut hash, mut size_bytes) = (ContentHasher::new(), 0_u64);
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let count = file.read(&mut chunk).await.map_err(at(path))?;
        if count == 0 {
            break;
        }
        hash.update(chunk.get(..count).unwrap_or_default());
        size_bytes = size_bytes.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
    }
    let fits = size_bytes == expected.size_bytes && hash.finish().to_hex() == expected.sha256;
    Ok(if fits { Ok(()) } else { Err("its octets are not those that the manifest names".to_owned()) })
}

/// Blobs first: what lies in a store without a row that names it does no harm.
async fn put_back(
    folder: &Path,
    manifest: &Manifest,
    key: &WrappingKey,
    to: &Target<'_>,
    restoring: &mut Restoring,
    report: &mut Restored,
) -> Result<Result<(), Wrong>, RestoreError> {
    let kept = folder.parent().unwrap_or(Path::new(".")).join(BLOBS);
    let from = Blobs::Disk(DiskStore::open(kept).await?);
    let mut absent: BTreeMap<ContentDigest, String> = BTreeMap::new();
    let mut list = Addresses::open(&folder.join(ABSENT_LIST)).await?;
    while let Some((address, why)) = list.next().await? {
        absent.insert(address, why);
    }
    let mut list = Addresses::open(&folder.join(BLOBS_LIST)).await?;
    while let Some((address, _)) = list.next().await? {
        match (absent.get(&address).map(String::as_str), copy_one(&from, to.blobs, &address).await?) {
            (_, Outcome::Present | Outcome::Copied { .. }) => report.blobs += 1,
            (Some(DESTROYED), _) => report.destroyed += 1,
            (Some(_), _) => report.lost += 1,
            (None, Outcome::Absent) => {
                return Ok(Err(("blob".to_owned(), format!("{} is missing from the backup", address.to_hex()))));
            }
            (None, Outcome::Damaged(error)) => return Ok(Err(("blob".to_owned(), error.to_string()))),
        }
    }
    for part in &manifest.parts {
        let path = sealed_file(folder, &part.name);
        let file = tokio::fs::File::open(&path).await.map_err(at(&path))?;
        let key = match content_key(manifest, key) {
            Ok(key) => key,
            Err(reason) => return Ok(Err(("key".to_owned(), reason))),
        };
        let mut opened = OpenReader::new(key, file);
        restoring.part(&part.part(), &mut opened).await?;
    }
    Ok(Ok(()))
}

/// The audit, and what others remember of the log.
async fn look_at(
    mut restoring: Restoring,
    manifest: &Manifest,
    to: &Target<'_>,
    mut report: Restored,
) -> Result<Restored, RestoreError> {
    let looked = match restoring.loaded().await {
        Ok(db) => {
            let looked = judge(&db, manifest, to, &mut report).await;
            db.close().await;
            looked
        }
        Err(error) => Err(error.into()),
    };
    match looked {
        Ok(Judged::Whole(wrong)) => {
            restoring.publish()?;
            report.restored = true;
            let lost = format!("{} blobs were lost before the backup was made", report.lost);
            let lost = (report.lost > 0).then(|| ("blob".to_owned(), lost));
            if let Some((part, reason)) = wrong.or(lost) {
                return Ok(report.fail(&part, reason));
            }
            report.ok = true;
            Ok(report)
        }
        Ok(Judged::Damaged(reason)) => {
            restoring.abandon();
            Ok(report.fail("audit", reason))
        }
        Err(error) => {
            restoring.abandon();
            Err(error)
        }
    }
}

/// What is restored.
enum Judged {
    /// A whole journal; with what keeps the service from going on from it.
    Whole(Option<Wrong>),
    /// A journal that the audit finds wrong.
    Damaged(String),
}

async fn judge(db: &Db, manifest: &Manifest, to: &Target<'_>, report: &mut Restored) -> Result<Judged, RestoreError> {
    let audit = audit_journal(db, to.verifier_key, Against { memory: None, names: to.names }).await?;
    let is_named = (audit.size, audit.root.as_str()) == (manifest.size, manifest.root.as_str());
    let wrong = audit.first_failure.as_ref().map(|failure| format!("{}: {}", failure.part, failure.reason));
    let wrong = wrong.or_else(|| (!is_named).then(|| "the journal is not the one that the manifest names".to_owned()));
    report.audit = Some(audit);
    match wrong {
        Some(wrong) => Ok(Judged::Damaged(wrong)),
        None => {
            let locks = hold(db, to, report).await?;
            let remembered = remembered(db, manifest, to, report).await?;
            Ok(Judged::Whole(remembered.or(locks)))
        }
    }
}

/// Has the store hold the exported segments as the one before did.
async fn hold(db: &Db, to: &Target<'_>, report: &mut Restored) -> Result<Option<Wrong>, RestoreError> {
    match hold_exports(db, to.blobs, to.now).await {
        Ok(held) => {
            (report.held, report.unheld) = (held.held, held.unheld);
            Ok(None)
        }
        Err(Fault::Storage(error @ (StoreError::LockShorter { .. } | StoreError::Denied { .. }))) => {
            Ok(Some(("lock".to_owned(), error.to_string())))
        }
        Err(error) => Err(error.into()),
    }
}

/// What the checkpoint beside the log's key, or a witness, says against going on. Where nothing is remembered, the
/// checkpoint of the backup is from now on.
async fn remembered(
    db: &Db,
    manifest: &Manifest,
    to: &Target<'_>,
    report: &mut Restored,
) -> Result<Option<Wrong>, RestoreError> {
    let rollback = |part: &str, error: JournalError, report: &mut Restored| {
        if let JournalError::Rollback { remembered, .. } = &error {
            report.behind = Some(*remembered);
            return Ok(Some((part.to_owned(), error.to_string())));
        }
        Err(RestoreError::from(error))
    };
    if let Err(error) = to.memory.must_be_held(db, to.verifier_key).await {
        return rollback("outside", error, report);
    }
    match to.witnesses.must_be_held(db, to.verifier_key).await {
        Ok(not_asked) => report.witnesses_not_asked = not_asked,
        Err(error) => return rollback("witness", error, report),
    }
    if let Some(note) = &manifest.checkpoint {
        let checkpoint = Checkpoint::open(note, to.verifier_key).map_err(JournalError::from)?;
        if checkpoint.size != manifest.size || hex::encode(checkpoint.root) != manifest.root {
            return Ok(Some((MANIFEST.to_owned(), "its checkpoint is of another size or root".to_owned())));
        }
        to.memory.begin(note, to.verifier_key)?;
    }
    Ok(None)
}

async fn read_up_to(path: &Path, limit: usize) -> std::io::Result<Vec<u8>> {
    let file = tokio::fs::File::open(path).await?;
    let mut octets = Vec::new();
    file.take(u64::try_from(limit).unwrap_or(u64::MAX)).read_to_end(&mut octets).await?;
    Ok(octets)
}
