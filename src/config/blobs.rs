//! Where blobs are kept: a folder, or a bucket of a service that speaks S3.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Format, Toml};
use qolhat_storage::Addressing;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::ConfigError;

/// Where blobs are kept: `blobs = "folder"`, or the table `[blobs.s3]`.
#[derive(Debug, Clone)]
pub enum BlobsConfig {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A bucket.
    S3(Box<S3Config>),
}

/// A bucket of a service that speaks S3.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Config {
    /// `http(s)://host[:port]` of the service, without the bucket.
    pub endpoint: String,
    /// The region that requests are signed for.
    #[serde(default = "default_region")]
    pub region: String,
    /// The bucket, which must exist.
    pub bucket: String,
    /// What every key begins with; ends in `/` unless it is empty.
    #[serde(default)]
    pub prefix: String,
    /// Where the bucket's name goes in addresses.
    #[serde(default = "default_addressing")]
    pub addressing: AddressingConfig,
    /// Identifier of the access key.
    pub access_key: Secret,
    /// The secret key.
    pub secret_key: Secret,
    /// Folder for uploads that are larger than memory should hold; `/var/tmp` by default, since
    /// `/tmp` may be memory. It holds ciphertext.
    #[serde(default = "default_spool")]
    pub spool: PathBuf,
    /// Whether the store must have been seen to hold a lock.
    #[serde(default)]
    pub locks: LocksConfig,
}

/// What is done where the store does not hold locks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LocksConfig {
    /// Segments of the journal are locked where it does, and lie there without a lock where it does not.
    #[default]
    AsFound,
    /// Nothing starts.
    Required,
}

/// Where the bucket's name goes in addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddressingConfig {
    /// `https://host/bucket/key`.
    Path,
    /// `https://bucket.host/key`.
    VirtualHost,
}

impl From<AddressingConfig> for Addressing {
    fn from(addressing: AddressingConfig) -> Self {
        match addressing {
            AddressingConfig::Path => Self::Path,
            AddressingConfig::VirtualHost => Self::VirtualHost,
        }
    }
}

/// Where a secret lies: `{ file = "…" }` (mode 0600) or `{ env = "NAME" }`. Never the secret itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "WrittenSecret")]
pub enum Secret {
    /// A file; white space at its ends does not count.
    File(PathBuf),
    /// The name of an environment variable.
    Env(String),
}

/// A secret as it may be written. What is neither is not repeated by the error: it may be the secret itself.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenSecret {
    Table(BTreeMap<String, String>),
    Other(IgnoredAny),
}

impl TryFrom<WrittenSecret> for Secret {
    type Error = &'static str;

    fn try_from(written: WrittenSecret) -> Result<Self, &'static str> {
        let members = match written {
            WrittenSecret::Table(members) => members,
            WrittenSecret::Other(_) => BTreeMap::new(),
        };
        let mut members = members.into_iter();
        match (members.next(), members.next()) {
            (Some((kind, file)), None) if kind == "file" => Ok(Self::File(file.into())),
            (Some((kind, name)), None) if kind == "env" => Ok(Self::Env(name)),
            (_, _) => Err("a secret is { file = \"…\" } or { env = \"NAME\" }"),
        }
    }
}

impl Secret {
    /// The file, when it is one.
    pub(super) fn path(&mut self) -> Option<&mut PathBuf> {
        match self {
            Self::File(path) => Some(path),
            Self::Env(_) => None,
        }
    }
}

fn default_region() -> String {
    "us-east-1".to_owned()
}

fn default_spool() -> PathBuf {
    PathBuf::from("/var/tmp")
}

const fn default_addressing() -> AddressingConfig {
    AddressingConfig::Path
}

impl BlobsConfig {
    /// What `blobs` says in `file`, which may have nothing else; paths are taken from the file's folder.
    ///
    /// # Errors
    /// [`ConfigError`] names the field.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        let mut blobs: Self = Figment::new()
            .merge(Toml::file_exact(file))
            .extract_inner("blobs")
            .map_err(|error| ConfigError::Unreadable { path: file.display().to_string(), detail: error.to_string() })?;
        let base = file.parent().unwrap_or_else(|| Path::new("."));
        blobs.paths().for_each(|path| *path = base.join(&*path));
        Ok(blobs)
    }

    /// Every path in it.
    pub(super) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let found: Vec<&mut PathBuf> = match self {
            Self::Folder(folder) => vec![folder],
            Self::S3(s3) => {
                let S3Config { access_key, secret_key, spool, .. } = &mut **s3;
                [access_key, secret_key].into_iter().filter_map(Secret::path).chain([spool]).collect()
            }
        };
        found.into_iter()
    }
}

impl<'de> Deserialize<'de> for BlobsConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FolderOrTable)
    }
}

struct FolderOrTable;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    s3: S3Config,
}

impl<'de> Visitor<'de> for FolderOrTable {
    type Value = BlobsConfig;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a folder, or a table s3")
    }

    fn visit_str<E: Error>(self, folder: &str) -> Result<BlobsConfig, E> {
        if folder.is_empty() { Err(E::custom("a folder has a name")) } else { Ok(BlobsConfig::Folder(folder.into())) }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<BlobsConfig, A::Error> {
        let table = Table::deserialize(MapAccessDeserializer::new(map))?;
        Ok(BlobsConfig::S3(Box::new(table.s3)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn parsed(text: &str) -> Result<BlobsConfig, String> {
        Figment::new().merge(Toml::string(text)).extract_inner("blobs").map_err(|error| error.to_string())
    }

    #[test]
    fn blobs_are_a_folder_or_a_bucket() {
        assert!(matches!(parsed("blobs = \"b\"").unwrap(), BlobsConfig::Folder(folder) if folder == Path::new("b")));
        let least = "[blobs.s3]\nendpoint = \"http://h\"\nbucket = \"b\"\n\
            access_key = { env = \"A\" }\nsecret_key = { file = \"s\" }\n";
        let BlobsConfig::S3(s3) = parsed(least).unwrap() else { panic!() };
        assert_eq!((s3.region.as_str(), s3.prefix.as_str()), ("us-east-1", ""));
        assert_eq!((s3.addressing, s3.locks), (AddressingConfig::Path, LocksConfig::AsFound));
        let BlobsConfig::S3(s3) = parsed(&format!("{least}locks = \"required\"\n")).unwrap() else { panic!() };
        assert_eq!(s3.locks, LocksConfig::Required);
        assert!(matches!(&s3.secret_key, Secret::File(path) if path == Path::new("s")));
    }

    #[test]
    fn what_is_neither_names_the_field() {
        for (text, word) in [
            ("blobs = \"\"", "name"),
            ("blobs = 1", "folder"),
            ("[blobs.s3]\nbucket = \"b\"", "endpoint"),
            ("[blobs.disk]\nx = 1", "disk"),
            ("[blobs.s3]\nlocks = \"wanted\"", "locks"),
            (
                "[blobs.s3]\nendpoint = \"e\"\nbucket = \"b\"\naccess_key = \"open\"\nsecret_key = \"open\"",
                "access_key",
            ),
        ] {
            let told = parsed(text).unwrap_err();
            assert!(told.contains(word), "{text}: {told}");
        }
    }
}
