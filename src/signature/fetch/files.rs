//! Lists in configured files and folders. A file is read anew only when it changed; one that cannot be read is told by
//! name, for silence would look like a list that says nothing.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use qolhat_pki::armor;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::time::Moment;

use super::CRL_MAX_BYTES;

/// Most files of the folders together.
const FILES_MAX: usize = 1_000;
/// Most lists of one file.
const LISTS_OF_FILE_MAX: usize = 64;

/// What is wrong with a configured file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong.
    pub kind: FileFaultKind,
}

/// What is wrong with a configured file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFaultKind {
    /// It cannot be read; the system's words.
    Unreadable(String),
    /// There is no list in it.
    NoList,
    /// The next list was promised for this instant, which has passed.
    Stale(Moment),
}

/// What a file was when it was read.
#[derive(Debug, PartialEq, Eq)]
struct Version {
    modified: Option<SystemTime>,
    size: u64,
}

#[derive(Debug)]
struct Known {
    version: Version,
    lists: Vec<CertificateList>,
}

/// Configured files and folders, folders searched one level deep. A copy shares what was read.
#[derive(Debug, Clone)]
pub(super) struct Files {
    paths: Arc<[PathBuf]>,
    known: Arc<Mutex<HashMap<PathBuf, Known>>>,
}

impl Files {
    pub(super) fn new(paths: &[PathBuf]) -> Self {
        Self { paths: paths.into(), known: Arc::default() }
    }

    /// The lists of `issuers`, read from the disk where they changed. Each file that cannot be read is logged.
    pub(super) async fn lists_of(&self, issuers: Vec<Certificate>) -> Vec<CertificateList> {
        if self.paths.is_empty() {
            return Vec::new();
        }
        let files = self.clone();
        let read = move || {
            let (all, faults) = files.read();
            for fault in faults {
                let path = fault.path.display();
                match fault.kind {
                    FileFaultKind::Unreadable(error) => {
                        tracing::warn!(file.path = %path, file.error = error, "a revocation list cannot be read");
                    }
                    FileFaultKind::NoList => tracing::warn!(file.path = %path, "a file holds no revocation list"),
                    FileFaultKind::Stale(_) => {}
                }
            }
            let wanted = |list: &CertificateList| issuers.iter().any(|issuer| issuer.subject() == list.issuer());
            all.into_iter().map(|(_, list)| list).filter(wanted).collect()
        };
        tokio::task::spawn_blocking(read).await.unwrap_or_default()
    }

    /// Every list with its file, and every fault.
    fn read(&self) -> (Vec<(PathBuf, CertificateList)>, Vec<FileFault>) {
        let (mut all, mut faults) = (Vec::new(), Vec::new());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let named = files_of(&self.paths, &mut faults);
        known.retain(|path, _| named.iter().any(|(file, _)| file == path));
        for (path, is_named) in named {
            match read_file(&path, known.remove(&path)) {
                Err(error) => {
                    faults.push(FileFault { path, kind: FileFaultKind::Unreadable(error.to_string()) });
                }
                Ok(read) => {
                    // What else lies in a folder is nobody's fault.
                    if read.lists.is_empty() && is_named {
                        faults.push(FileFault { path: path.clone(), kind: FileFaultKind::NoList });
                    }
                    all.extend(read.lists.iter().map(|list| (path.clone(), list.clone())));
                    known.insert(path, read);
                }
            }
        }
        (all, faults)
    }
}

/// Each file and folder among `paths` that cannot be read or holds a list whose successor is overdue at `now`.
#[must_use]
pub fn examine_files(paths: &[PathBuf], now: Moment) -> Vec<FileFault> {
    let (all, mut faults) = Files::new(paths).read();
    for (path, list) in all {
        if let Some(next) = list.next_update().filter(|next| *next <= now) {
            faults.push(FileFault { path, kind: FileFaultKind::Stale(next) });
        }
    }
    faults
}

/// The files, in order of name, each with whether it was named by itself.
fn files_of(paths: &[PathBuf], faults: &mut Vec<FileFault>) -> Vec<(PathBuf, bool)> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push((path.clone(), true));
            continue;
        }
        match std::fs::read_dir(path) {
            Ok(entries) => {
                let inside = entries.flatten().map(|entry| entry.path()).filter(|entry| entry.is_file());
                files.extend(inside.take(FILES_MAX).map(|file| (file, false)));
            }
            Err(error) => {
                let kind = FileFaultKind::Unreadable(error.to_string());
                faults.push(FileFault { path: path.clone(), kind });
            }
        }
    }
    files.sort();
    files
}

fn read_file(path: &Path, known: Option<Known>) -> std::io::Result<Known> {
    let about = std::fs::metadata(path)?;
    let version = Version { modified: about.modified().ok(), size: about.len() };
    if let Some(known) = known.filter(|known| known.version == version && known.version.modified.is_some()) {
        // It may have been closed to us since; what it says has not changed, but the fault is to be told.
        std::fs::File::open(path)?;
        return Ok(known);
    }
    // PEM is a third longer than what it holds.
    let limit = u64::try_from(CRL_MAX_BYTES).unwrap_or(u64::MAX).saturating_mul(3) / 2;
    if version.size > limit {
        return Err(std::io::Error::other(format!("larger than {limit} bytes")));
    }
    let octets = std::fs::read(path)?;
    let found = armor::decode_any(&octets).into_iter().take(LISTS_OF_FILE_MAX);
    let lists = found.filter_map(|der| CertificateList::from_octets(der.into_boxed_slice()).ok()).collect();
    Ok(Known { version, lists })
}
