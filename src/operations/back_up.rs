//! A backup of the whole installation while it runs: the database at one instant, sealed under a key of its own, and after
//! it every blob that it names. What is copied is hashed, what lies in the folder already is hashed there.
//!
//! None of the installation's own keys is in it. What was destroyed after the snapshot comes to nothing when the key of the
//! backup is destroyed on its day: the wrapped content keys are in the sealed part alone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use qolhat_pki::random::SecureRandom as _;
use qolhat_storage::envelope::{ContentKey, SealReader, WrappingKey, wrap_key};
use qolhat_storage::{Blobs, ContentDigest, ContentHasher, DiskStore};
use serde::Serialize;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader, BufWriter};
use zeroize::Zeroizing;

use super::Fault;
use super::copy_store::{Outcome, copy_one};
use crate::app::SharedRandom;
use crate::backup::{
    ABSENT_LIST, BLOBS, BLOBS_LIST, BackupKeys, File, MANIFEST, Manifest, SealedPart, UNFINISHED, sealed_file,
};
use crate::db::{Db, Engine, Snapshot};
use crate::domain::time::Moment;
use crate::journal::LogIdentity;
use crate::journal::snapshot::head_of;
use crate::params;

const CHUNK_BYTES: usize = 64 * 1024;
/// Between two words on how far it is, in blobs.
const TOLD_EACH: u64 = 1_000;
/// Blobs that are named when they are lost; more are counted.
const NAMED_MAX: usize = 100;

/// What is backed up, and where to.
pub struct Installation<'a> {
    /// The database.
    pub db: &'a Db,
    /// The blobs.
    pub blobs: &'a Blobs,
    /// The key that signs the manifest.
    pub identity: &'a LogIdentity,
    /// The keys of backups.
    pub keys: &'a BackupKeys,
}

/// What a backup has come to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BackedUp {
    /// Its name: that of its folder, and of the file of its key.
    pub name: String,
    /// When the snapshot was taken.
    pub made_at: String,
    /// When its key is destroyed.
    pub key_until: String,
    /// Entries of the journal.
    pub size: u64,
    /// The journal's root.
    pub root: String,
    /// Blobs that the database names.
    pub blobs: u64,
    /// Those of them that were copied now; the others were in the folder, whole.
    pub copied: u64,
    /// Octets copied.
    pub bytes: u64,
    /// Blobs destroyed on request since the snapshot.
    pub destroyed: u64,
    /// Blobs that the store has lost: the backup cannot have them either.
    pub lost: u64,
    /// The first of those.
    pub lost_addresses: Vec<String>,
    /// Keys of earlier backups that were destroyed, their day has come.
    pub keys_expired: u32,
}

impl BackedUp {
    /// Whether it has all that the database names.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.lost == 0
    }
}

/// Makes a backup in a new folder within `folder`. `tell` is told now and then how many blobs are done.
///
/// # Errors
/// A fault of the database, of a store or of a file; then there is no backup, and blobs that were copied stay for the next.
pub async fn back_up(
    of: &Installation<'_>,
    folder: &Path,
    now: Moment,
    rng: &mut SharedRandom,
    mut tell: impl FnMut(&BackedUp),
) -> Result<BackedUp, Fault> {
    let keys_expired = of.keys.expire(now)?;
    // One at a time: what is unfinished is nobody's.
    let _alone = alone(of.keys.folder())?;
    tokio::fs::create_dir_all(folder).await.map_err(at(folder))?;
    sweep(folder).await?;
    let name = name(now, rng);
    let until = of.keys.until(now);
    let mut secret = Zeroizing::new([0_u8; 32]);
    rng.fill(secret.as_mut_slice());
    of.keys.keep(&name, &secret, until)?;
    let mut done = BackedUp { name, keys_expired, ..BackedUp::default() };
    (done.made_at, done.key_until) = (now.to_string(), until.to_string());
    let key = WrappingKey::from_bytes(*secret);
    let made = make(of, folder, &key, rng, &mut done, &mut tell).await;
    if made.is_err() {
        // A key of nothing; when it stays it has its day like the others.
        let _ = of.keys.destroy(&done.name);
    }
    made.map(|()| done)
}

async fn make(
    of: &Installation<'_>,
    folder: &Path,
    key: &WrappingKey,
    rng: &mut SharedRandom,
    done: &mut BackedUp,
    tell: &mut impl FnMut(&BackedUp),
) -> Result<(), Fault> {
    let draft = folder.join(format!("{}{UNFINISHED}", done.name));
    tokio::fs::create_dir(&draft).await.map_err(at(&draft))?;
    let content_key = ContentKey::generate(rng);
    let wrapped = wrap_key(key, &content_key, done.name.as_bytes(), rng)?;
    let mut snapshot = of.db.snapshot().await?;
    let written = write_snapshot(of, &mut snapshot, &draft, &content_key, rng, done).await;
    snapshot.forget().await?;
    let (schema, checkpoint, parts, blobs) = written?;
    let absent = copy_blobs(of, folder, &draft, done, tell).await?;
    let engine = match of.db.engine() {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgresql",
    };
    let manifest = Manifest {
        name: done.name.clone(),
        made_at: done.made_at.clone(),
        key_until: done.key_until.clone(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        engine: engine.to_owned(),
        schema,
        size: done.size,
        root: done.root.clone(),
        checkpoint,
        key: hex::encode(wrapped),
        parts,
        blobs,
        absent,
    };
    let note = manifest.sign(of.identity)?;
    write_whole(&draft.join(MANIFEST), note.as_bytes()).await?;
    sync(&draft).await?;
    let whole = folder.join(&done.name);
    tokio::fs::rename(&draft, &whole).await.map_err(at(&whole))?;
    sync(folder).await
}

type Written = (i64, Option<String>, Vec<SealedPart>, File);

/// The sealed parts of the database, and the list of blobs that it names.
async fn write_snapshot(
    of: &Installation<'_>,
    snapshot: &mut Snapshot,
    draft: &Path,
    key: &ContentKey,
    rng: &mut SharedRandom,
    done: &mut BackedUp,
) -> Result<Written, Fault> {
    let schema = snapshot.schema_version().await?;
    let head = head_of(snapshot, of.identity.verifier_key()).await?;
    (done.size, done.root) = (head.size, hex::encode(head.root));
    let blobs = write_list(snapshot, &draft.join(BLOBS_LIST), done).await?;
    let mut parts = Vec::new();
    for part in snapshot.parts() {
        let path = sealed_file(draft, &part.name);
        let sealed = SealReader::new(key, snapshot.read(&part).await?, rng);
        let file = write(&path, sealed).await?;
        parts.push(SealedPart { name: part.name, columns: part.columns, file });
    }
    Ok((schema, head.checkpoint, parts, blobs))
}

/// Writes the addresses that the database names, in their order.
async fn write_list(snapshot: &mut Snapshot, path: &Path, done: &mut BackedUp) -> Result<File, Fault> {
    let sql = include_str!("sql/select_blob_addresses.sql");
    let mut list = Listing::create(path).await?;
    for shelf in 0..=u8::MAX {
        // Nothing is greater than the last shelf but what is longer.
        let to = shelf.checked_add(1).map_or_else(|| vec![u8::MAX; 33], |next| vec![next]);
        let mut named = BTreeSet::new();
        for row in snapshot.query(sql, &params![vec![shelf], to]).await? {
            named.insert(ContentDigest::from_bytes(row.array("address")?));
        }
        for address in named {
            list.line(&address.to_hex()).await?;
            done.blobs += 1;
        }
    }
    list.finish().await
}

/// Copies every blob of the list; answers the list of those that are not there any more.
async fn copy_blobs(
    of: &Installation<'_>,
    folder: &Path,
    draft: &Path,
    done: &mut BackedUp,
    tell: &mut impl FnMut(&BackedUp),
) -> Result<File, Fault> {
    let to = Blobs::Disk(DiskStore::open(folder.join(BLOBS)).await?);
    let mut absent = Listing::create(&draft.join(ABSENT_LIST)).await?;
    let mut addresses = Addresses::open(&draft.join(BLOBS_LIST)).await?;
    let mut count = 0_u64;
    while let Some((address, _)) = addresses.next().await? {
        match copy_one(of.blobs, &to, &address).await? {
            Outcome::Present => {}
            Outcome::Copied { bytes, .. } => {
                done.copied += 1;
                done.bytes = done.bytes.saturating_add(bytes);
            }
            Outcome::Absent if !is_named(of.db, &address).await? => {
                done.destroyed += 1;
                absent.line(&format!("{} {DESTROYED}", address.to_hex())).await?;
            }
            Outcome::Absent | Outcome::Damaged(_) => {
                done.lost += 1;
                if done.lost_addresses.len() < NAMED_MAX {
                    done.lost_addresses.push(address.to_hex());
                }
                absent.line(&format!("{} lost", address.to_hex())).await?;
            }
        }
        count += 1;
        if count.is_multiple_of(TOLD_EACH) {
            tell(done);
        }
    }
    absent.finish().await
}

/// Why a blob is not in a backup: the request of its holders came between the snapshot and the copy.
pub(super) const DESTROYED: &str = "destroyed";

/// Whether the database still names a blob.
async fn is_named(db: &Db, address: &ContentDigest) -> Result<bool, Fault> {
    let (from, to) = (address.as_bytes().to_vec(), [address.as_bytes().as_slice(), &[0]].concat());
    let rows = db.query(include_str!("sql/select_blob_addresses.sql"), &params![from, to]).await?;
    Ok(!rows.is_empty())
}

/// A list of addresses with a word behind some of them, as it lies in a backup.
pub(super) struct Addresses {
    lines: tokio::io::Lines<BufReader<tokio::fs::File>>,
    path: PathBuf,
}

impl Addresses {
    pub(super) async fn open(path: &Path) -> Result<Self, Fault> {
        let file = tokio::fs::File::open(path).await.map_err(at(path))?;
        Ok(Self { lines: BufReader::new(file).lines(), path: path.to_owned() })
    }

    /// The next address and the word behind it, which may be empty.
    pub(super) async fn next(&mut self) -> Result<Option<(ContentDigest, String)>, Fault> {
        let Some(line) = self.lines.next_line().await.map_err(at(&self.path))? else { return Ok(None) };
        let (address, word) = line.split_once(' ').unwrap_or((&line, ""));
        let address = ContentDigest::parse_hex(address)
            .map_err(|error| Fault::Inconsistent(format!("{}: {error}", self.path.display())))?;
        Ok(Some((address, word.to_owned())))
    }
}

/// A list that is being written, hashed as it goes.
struct Listing {
    file: BufWriter<tokio::fs::File>,
    hash: ContentHasher,
    size_bytes: u64,
    path: PathBuf,
}

impl Listing {
    async fn create(path: &Path) -> Result<Self, Fault> {
        let file = tokio::fs::File::create(path).await.map_err(at(path))?;
        Ok(Self { file: BufWriter::new(file), hash: ContentHasher::new(), size_bytes: 0, path: path.to_owned() })
    }

    async fn line(&mut self, line: &str) -> Result<(), Fault> {
        let line = format!("{line}\n");
        self.hash.update(line.as_bytes());
        self.size_bytes += u64::try_from(line.len()).unwrap_or(u64::MAX);
        self.file.write_all(line.as_bytes()).await.map_err(at(&self.path))
    }

    async fn finish(mut self) -> Result<File, Fault> {
        self.file.flush().await.map_err(at(&self.path))?;
        self.file.get_ref().sync_all().await.map_err(at(&self.path))?;
        Ok(File { sha256: self.hash.finish().to_hex(), size_bytes: self.size_bytes })
    }
}

/// Writes all that `reader` gives, durably.
async fn write(path: &Path, mut reader: impl AsyncRead + Unpin) -> Result<File, Fault> {
    let mut file = tokio::fs::File::create(path).await.map_err(at(path))?;
    let (mut hash, mut size_bytes) = (ContentHasher::new(), 0_u64);
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let count = reader.read(&mut chunk).await.map_err(at(path))?;
        let octets = chunk.get(..count).unwrap_or_default();
        if octets.is_empty() {
            break;
        }
        hash.update(octets);
        size_bytes += u64::try_from(count).unwrap_or(u64::MAX);
        file.write_all(octets).await.map_err(at(path))?;
    }
    file.flush().await.map_err(at(path))?;
    file.sync_all().await.map_err(at(path))?;
    Ok(File { sha256: hash.finish().to_hex(), size_bytes })
}

async fn write_whole(path: &Path, octets: &[u8]) -> Result<(), Fault> {
    write(path, octets).await.map(drop)
}

async fn sync(folder: &Path) -> Result<(), Fault> {
    let opened = tokio::fs::File::open(folder).await.map_err(at(folder))?;
    opened.sync_all().await.map_err(at(folder))
}

/// Removes what backups that were interrupted have left; their blobs stay.
async fn sweep(folder: &Path) -> Result<(), Fault> {
    let mut entries = tokio::fs::read_dir(folder).await.map_err(at(folder))?;
    while let Some(entry) = entries.next_entry().await.map_err(at(folder))? {
        if entry.file_name().to_string_lossy().ends_with(UNFINISHED) {
            tokio::fs::remove_dir_all(entry.path()).await.map_err(at(&entry.path()))?;
        }
    }
    Ok(())
}

/// Held while a backup is made.
fn alone(folder: &Path) -> Result<std::fs::File, Fault> {
    std::fs::create_dir_all(folder).map_err(at(folder))?;
    let path = folder.join("lock");
    let file = std::fs::OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(at(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(Fault::Inconsistent(format!("{}: another backup is being made", path.display())))
        }
        Err(std::fs::TryLockError::Error(error)) => Err(at(&path)(error)),
    }
}

/// The instant to the second, and something that no other backup of that second has.
fn name(now: Moment, rng: &mut SharedRandom) -> String {
    let mut own = [0_u8; 4];
    rng.fill(&mut own);
    let instant: String = now.to_string().chars().take(19).filter(|c| !matches!(c, '-' | ':')).collect();
    format!("{instant}Z-{}", hex::encode(own))
}

/// What went wrong with a file.
pub(super) fn at(path: &Path) -> impl Fn(std::io::Error) -> Fault + use<> {
    let path = path.display().to_string();
    move |source| Fault::File { path: path.clone(), source }
}
