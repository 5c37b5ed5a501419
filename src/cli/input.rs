//! What is read: files and folders, bounded, each object parsed once.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use qolhat_pki::armor;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::ocsp::OcspResponse;
use zeroize::Zeroizing;

use super::output::CliError;
use crate::app::SystemClock;
use crate::domain::time::{Clock as _, Moment};

/// Largest file read, in bytes; that of an extract is larger and has its own limit.
pub const FILE_MAX_BYTES: u64 = 128 * 1024 * 1024;
/// Most files of one folder.
const FILES_MAX: usize = 10_000;

/// The octets of a file.
///
/// # Errors
/// `not-found`, `unreadable`, `too-large`.
pub fn file(path: &Path) -> Result<Vec<u8>, CliError> {
    file_up_to(path, FILE_MAX_BYTES)
}

/// Whether a file has more octets than [`file`] takes.
pub fn is_large(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.len() > FILE_MAX_BYTES)
}

/// The octets of a file of at most `limit`.
///
/// # Errors
/// As [`file`].
pub fn file_up_to(path: &Path, limit: u64) -> Result<Vec<u8>, CliError> {
    let name = path.display().to_string();
    let opened = fs::File::open(path).map_err(|error| {
        let absent = error.kind() == std::io::ErrorKind::NotFound;
        if absent { CliError::not_found(&name) } else { CliError::unreadable(&name, error.to_string()) }
    })?;
    let mut bytes = Vec::new();
    let read = opened.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| CliError::unreadable(&name, error.to_string()))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > limit) {
        return Err(CliError::too_large(&name, limit));
    }
    Ok(bytes)
}

/// The files that paths name: themselves, or those of a folder (one level), in order of name.
fn files(paths: &[PathBuf]) -> Result<Vec<(PathBuf, bool)>, CliError> {
    let mut found = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        if !path.is_dir() {
            found.push((path.clone(), true));
            continue;
        }
        let entries = fs::read_dir(path).map_err(|error| CliError::unreadable(&name, error.to_string()))?;
        let mut inside: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        inside.retain(|path| path.is_file());
        inside.sort();
        if inside.len() > FILES_MAX {
            return Err(CliError::unreadable(&name, format!("more than {FILES_MAX} files")));
        }
        found.extend(inside.into_iter().map(|path| (path, false)));
    }
    Ok(found)
}

/// Every object that `parse` reads in files and folders. A file named by itself must hold one; one found in a folder may
/// be something else.
fn objects<T>(paths: &[PathBuf], what: &str, parse: impl Fn(&[u8]) -> Option<T>) -> Result<Vec<T>, CliError> {
    let mut objects = Vec::new();
    for (path, is_named) in files(paths)? {
        let before = objects.len();
        objects.extend(armor::decode_any(&file(&path)?).iter().filter_map(|der| parse(der)));
        if is_named && objects.len() == before {
            return Err(CliError::malformed(&path.display().to_string(), format!("no {what} in it")));
        }
    }
    Ok(objects)
}

/// The certificates at `paths`.
///
/// # Errors
/// As [`file`]; `malformed` for a file without one.
pub fn certificates(paths: &[PathBuf]) -> Result<Vec<Certificate>, CliError> {
    objects(paths, "certificate", |der| Certificate::from_der(der).ok())
}

/// The revocation lists at `paths`.
///
/// # Errors
/// As [`certificates`].
pub fn crls(paths: &[PathBuf]) -> Result<Vec<CertificateList>, CliError> {
    objects(paths, "revocation list", |der| CertificateList::from_der(der).ok())
}

/// The OCSP responses at `paths`.
///
/// # Errors
/// As [`certificates`].
pub fn ocsp(paths: &[PathBuf]) -> Result<Vec<OcspResponse>, CliError> {
    objects(paths, "OCSP response", |der| OcspResponse::from_der(der).ok())
}

/// The one certificate of a file.
///
/// # Errors
/// As [`certificates`]; `malformed` when there are several.
pub fn one_certificate(path: &Path) -> Result<Certificate, CliError> {
    let mut found = certificates(std::slice::from_ref(&path.to_path_buf()))?;
    match (found.pop(), found.is_empty()) {
        (Some(certificate), true) => Ok(certificate),
        _ => Err(CliError::malformed(&path.display().to_string(), "not exactly one certificate")),
    }
}

/// The moment of `--at`, or now.
///
/// # Errors
/// `usage`.
pub fn moment(text: Option<&str>) -> Result<Moment, CliError> {
    match text {
        None => Ok(SystemClock.now()),
        Some(text) => Moment::parse_rfc3339(text).map_err(|error| CliError::usage(format!("--at {text}: {error}"))),
    }
}

/// The password in an environment variable.
///
/// # Errors
/// `no-password`.
pub fn password(variable: &str) -> Result<Zeroizing<String>, CliError> {
    #[expect(clippy::disallowed_methods, reason = "the caller names the variable that holds the password")]
    let value = std::env::var(variable);
    value.map(Zeroizing::new).map_err(|_| CliError::no_password(variable))
}

/// A runtime for commands that talk to a database or the network.
///
/// # Errors
/// `internal`.
pub fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    tokio::runtime::Runtime::new().map_err(|error| CliError::internal(error.to_string()))
}
