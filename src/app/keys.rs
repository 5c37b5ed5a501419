//! The secrets of an installation: files of 32 octets (64 hexadecimal digits), mode 0600, each made whole at a first start.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use qolhat_pki::random::SecureRandom;
use qolhat_storage::envelope::WrappingKey;
use zeroize::Zeroizing;

use super::{SharedRandom, StartError};
use crate::config::Config;
use crate::journal::LogIdentity;
use crate::journal::audit::AuditMemory;
use crate::journal::vrf::VrfSecretKey;

/// The public key of the log of `config`, in its text form. Nothing is made that is not there.
///
/// # Errors
/// When the key file cannot be read.
pub fn log_verifier_key(config: &Config) -> Result<String, StartError> {
    let path = &config.journal.key_file;
    let seed = read_secret(path)?.ok_or_else(|| file(path, ErrorKind::NotFound.into()))?;
    let identity = LogIdentity::from_seed(&config.journal.origin, &seed, [0; 32]);
    Ok(identity.map_err(|error| invalid(path, error.to_string()))?.verifier_key().to_owned())
}

/// The secret key of the log's pseudonyms; `None` where there is no such file. Nothing is made.
///
/// # Errors
/// The file cannot be read, or holds something else.
pub fn pseudonym_key(config: &Config) -> Result<Option<VrfSecretKey>, StartError> {
    Ok(read_secret(&config.journal.pseudonym_key_file)?.map(|seed| VrfSecretKey::from_seed(&seed)))
}

/// Whose log it is, with the keys that sign for it. Nothing is made that is not there.
///
/// # Errors
/// When a key file cannot be read.
pub fn signing_identity(config: &Config) -> Result<LogIdentity, StartError> {
    log_identity(config, &mut Keys { rng: SharedRandom::new(super::SystemRandom), may_be_made: false })
}

/// Where an audit of the log of `config` is remembered: beside its key, under a secret derived from it.
///
/// # Errors
/// When the key file cannot be read.
pub fn audit_memory(config: &Config) -> Result<AuditMemory, StartError> {
    let path = &config.journal.key_file;
    let seed = read_secret(path)?.ok_or_else(|| file(path, ErrorKind::NotFound.into()))?;
    Ok(AuditMemory::new(path.with_extension("audit"), &seed))
}

pub(super) fn log_identity(config: &Config, keys: &mut Keys) -> Result<LogIdentity, StartError> {
    let journal = &config.journal;
    let (seed, names) = (keys.secret(&journal.key_file)?, keys.secret(&journal.pseudonym_key_file)?);
    LogIdentity::from_seed(&journal.origin, &seed, *names)
        .map_err(|error| StartError::Invalid { what: "journal".to_owned(), detail: error.to_string() })
}

pub(super) fn wrapping_key(path: &Path, keys: &mut Keys) -> Result<WrappingKey, StartError> {
    let key = Zeroizing::new(hex::encode(keys.secret(path)?.as_slice()));
    WrappingKey::parse_hex(&key).map_err(|error| invalid(path, error.to_string()))
}

/// Where secrets come from.
pub(super) struct Keys {
    pub(super) rng: SharedRandom,
    /// A first start needs no ceremony: what is not there is made. Later on a missing key is a lost key.
    pub(super) may_be_made: bool,
}

impl Keys {
    pub(super) fn secret(&mut self, path: &Path) -> Result<Zeroizing<[u8; 32]>, StartError> {
        match read_secret(path)? {
            Some(key) => Ok(key),
            None if self.may_be_made => {
                let mut key = Zeroizing::new([0_u8; 32]);
                SecureRandom::fill(&mut self.rng, key.as_mut_slice());
                make_secret(path, &key).map_err(|source| file(path, source))?;
                Ok(key)
            }
            None => Err(file(path, ErrorKind::NotFound.into())),
        }
    }
}

/// The secret in the file; `None` where there is no file.
fn read_secret(path: &Path) -> Result<Option<Zeroizing<[u8; 32]>>, StartError> {
    let text = match fs::read(path).map(Zeroizing::new) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(file(path, error)),
    };
    let mut key = Zeroizing::new([0_u8; 32]);
    hex::decode_to_slice(text.trim_ascii(), key.as_mut_slice())
        .map_err(|_| invalid(path, "not 64 hexadecimal digits".to_owned()))?;
    Ok(Some(key))
}

/// Writes a secret so that it is there whole or not at all.
fn make_secret(path: &Path, key: &[u8; 32]) -> Result<(), std::io::Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let half_made = path.with_extension("new");
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&half_made)?;
    file.write_all(Zeroizing::new(hex::encode(key)).as_bytes())?;
    file.sync_all()?;
    fs::rename(&half_made, path)?;
    fs::File::open(folder)?.sync_all()
}

fn file(path: &Path, source: std::io::Error) -> StartError {
    StartError::File { path: path.display().to_string(), source }
}

fn invalid(path: &Path, detail: String) -> StartError {
    StartError::Invalid { what: path.display().to_string(), detail }
}
