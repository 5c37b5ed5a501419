//! Configuration: one TOML file, overridden by `QOLHAT_…` environment variables (`QOLHAT_OPERATOR__BIN` sets
//! `operator.bin`), read once at start into types that cannot be half right.
//!
//! Secrets are never written here: each is a file of its own (mode 0600) or, for the password of the operator's
//! key file, the name of an environment variable.

mod blobs;
mod mail;
mod seal;
mod sms;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Toml};
use qolhat_pki::oid::Oid;
use serde::Deserialize;

use crate::db::connections;
use crate::journal::promise::MergeDelay;
use crate::journal::segment::SegmentEntries;

pub use self::blobs::{AddressingConfig, BlobsConfig, LocksConfig, S3Config, Secret};
pub use self::mail::{CodesConfig, MailConfig, RelayAddress};
pub use self::seal::{OperatorConfig, SealConfig, TokenConfig, TokenKey, TokenPlace};
pub use self::sms::{SmsConfig, SmsPlace};

/// What the service is run for. A demo may use demo anchors, a chosen clock and test identifiers; production may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Real clients.
    Production,
    /// Trials and tests on one machine.
    Demo,
}

/// How fresh revocation evidence must be for the instant of receipt (design D5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FreshnessPolicy {
    /// Issued at or after the instant of receipt: the default.
    IssuedAtOrAfterReceipt,
    /// A CRL counts until its nextUpdate: for installations that have only CRLs.
    CrlUntilNextUpdate,
}

/// Whether identifiers whose check digit is wrong are taken: the national test CA issues such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identifiers {
    /// Check digits must fit.
    Strict,
    /// Test identifiers are taken; refused in production.
    AcceptTest,
}

/// The whole configuration of a service process.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What the service is run for.
    pub mode: Mode,
    /// Address of the HTTP door.
    pub listen: SocketAddr,
    /// `sqlite:PATH` or `postgres://…`.
    pub database: String,
    /// Most connections of the operations to PostgreSQL; the sequencer and what flushes have a few of their own. When nobody
    /// says how many: four for each processor of this machine, 8 to 32.
    #[serde(default = "connections")]
    pub database_connections: u32,
    /// Where blobs are kept: a folder, or a bucket.
    pub blobs: BlobsConfig,
    /// File of the 32-byte key that wraps document keys; made at the first start of an empty installation.
    pub wrapping_key_file: PathBuf,
    /// Whose service it is.
    pub operator: OperatorConfig,
    /// The journal's name and keys.
    pub journal: JournalConfig,
    /// Anchors.
    pub trust: TrustConfig,
    /// Where evidence comes from and how fresh it must be.
    pub evidence: EvidenceConfig,
    /// Check digits of identifiers.
    #[serde(default = "default_identifiers")]
    pub identifiers: Identifiers,
    /// Chosen clock (RFC 3339): the service starts at this instant and runs on. Demo only.
    #[serde(default)]
    pub clock: Option<String>,
    /// Limits.
    #[serde(default)]
    pub limits: Limits,
    /// What the pages need to know of the world around them.
    #[serde(default)]
    pub pages: PagesConfig,
    /// How long backups can be read.
    #[serde(default)]
    pub backup: BackupConfig,
    /// Where mails are handed in; without it none is sent.
    #[serde(default)]
    pub mail: Option<MailConfig>,
    /// Where short messages are handed in; without it none is sent.
    #[serde(default)]
    pub sms: Option<SmsConfig>,
    /// One-time codes.
    #[serde(default)]
    pub codes: CodesConfig,
}

/// How long backups can be read. Content destroyed on request is gone from them when the last key of before is.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackupConfig {
    /// Folder of the keys of backups; `backup-keys` beside the wrapping key by default.
    pub keys_folder: Option<PathBuf>,
    /// Days after which the key of a backup is destroyed.
    pub key_days: u32,
}

/// Most days that a backup can be read.
pub const BACKUP_KEY_DAYS_MAX: u32 = 366;
/// Most connections of the operations to PostgreSQL.
pub const DATABASE_CONNECTIONS_MAX: u32 = 1000;

impl Default for BackupConfig {
    fn default() -> Self {
        Self { keys_folder: None, key_days: 30 }
    }
}

/// What the pages need to know of the world around them.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PagesConfig {
    /// Origin under which browsers see the service, for example `https://edo.example.kz`: forms are taken from there
    /// alone. Without it, from the host that the request names: a demonstration only.
    pub public_origin: Option<String>,
    /// Addresses of the signing program on the reader's own machine, tried in this order. Loopback only.
    pub ncalayer: Vec<String>,
    /// Whether NCALayer checks the chain of a key before it signs. It cannot for keys of a test CA.
    pub ncalayer_checks_chain: bool,
}

impl Default for PagesConfig {
    fn default() -> Self {
        let ncalayer = vec!["wss://127.0.0.1:13579/".to_owned()];
        Self { public_origin: None, ncalayer, ncalayer_checks_chain: true }
    }
}

/// The journal's name and keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalConfig {
    /// Origin line of the checkpoints, for example `adr.com.kz/journal/2026`.
    pub origin: String,
    /// File of the Ed25519 key that signs checkpoints; made at the first start of an empty installation.
    pub key_file: PathBuf,
    /// File of the 32-byte key of subject pseudonyms; made at the first start of an empty installation.
    pub pseudonym_key_file: PathBuf,
    /// Other organisations' witnesses, which cosign each checkpoint.
    #[serde(default)]
    pub witnesses: Vec<WitnessAddress>,
    /// Within how many seconds an entry comes that was promised to a caller who could not wait: 1 to 604,800, a day when it
    /// is not given. Published with the agreement: clients hold the operator to it.
    #[serde(default)]
    pub promise_seconds: MergeDelay,
    /// How many entries a segment holds that is exported: a power of two from 256 to 16,384; 4,096 when it is not given.
    #[serde(default)]
    pub segment_entries: SegmentEntries,
    /// SHA-256, in hexadecimal, of the bearer tokens with which auditors read all entries.
    #[serde(default)]
    pub auditor_token_sha256: Vec<String>,
}

/// A witness of the log.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessAddress {
    /// Where it is: `https://witness.example.kz/`.
    pub url: String,
    /// Its verifier key, `name+hash+base64`: got from the organisation itself.
    pub vkey: String,
}

/// Anchors: each path is a file or a folder searched for certificates.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustConfig {
    /// CA certificates that end a path.
    pub anchors: Vec<PathBuf>,
    /// CA certificates that help to build one.
    #[serde(default)]
    pub intermediates: Vec<PathBuf>,
    /// CA certificates that end a time-stamping authority's path; `anchors` when empty.
    #[serde(default)]
    pub tsa_anchors: Vec<PathBuf>,
}

/// Where evidence comes from and how fresh it must be.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceConfig {
    /// How fresh revocation evidence must be.
    #[serde(default = "default_freshness")]
    pub policy: FreshnessPolicy,
    /// URL of the time-stamping authority.
    pub tsp_url: String,
    /// `host` or `host:port` of responders that may be asked: addresses in certificates are the attacker's.
    #[serde(default)]
    pub responder_hosts: Vec<String>,
    /// CRL files or folders read at each check.
    #[serde(default)]
    pub crl_files: Vec<PathBuf>,
    /// Folder in which fetched CRLs are kept over restarts; in memory alone without one.
    #[serde(default)]
    pub crl_folder: Option<PathBuf>,
    /// Policies that time stamps are asked under; the authority's own choice without them.
    #[serde(default)]
    pub tsp_policy: TspPolicyConfig,
    /// Hours a document may wait for evidence that cannot be had at its arrival.
    #[serde(default = "default_check_deadline_hours")]
    pub check_deadline_hours: u32,
}

/// Policies that time stamps are asked under. Source: nca-rk.md section 6.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TspPolicyConfig {
    /// For digests of GOST signatures: `1.2.398.3.3.2.6.4` at the national CA.
    pub gost: Option<PolicyOid>,
    /// For all other digests: `1.2.398.3.3.2.6.2` there.
    pub other: Option<PolicyOid>,
}

/// An object identifier in dotted form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PolicyOid(pub Oid);

impl TryFrom<String> for PolicyOid {
    type Error = String;

    /// # Errors
    /// What is no object identifier.
    fn try_from(text: String) -> Result<Self, String> {
        Oid::parse_dotted(&text).map(Self).ok_or_else(|| format!("{text} is not an object identifier"))
    }
}

/// Named limits of the doors.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Largest file taken, in bytes.
    pub file_max_bytes: usize,
    /// Most files of one document.
    pub files_max: usize,
    /// Largest file that comes ahead of its document, in bytes.
    pub upload_max_bytes: u64,
    /// Most such files of one party: those that are coming in, and those that no document has used yet.
    pub uploads_of_party_max: u32,
    /// Most such files of all parties together.
    pub uploads_max: u32,
    /// Sign-in attempts and signature checks of one address in a minute without a session.
    pub anonymous_per_minute: u32,
    /// Addresses of our own proxies. A client behind one of them is counted by the address that it names in
    /// `X-Forwarded-For`; without them everybody behind a proxy is one address and shares one count.
    pub trusted_proxies: TrustedProxies,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_max_bytes: 10 * 1024 * 1024,
            files_max: 20,
            upload_max_bytes: 1024 * 1024 * 1024,
            uploads_of_party_max: 8,
            uploads_max: 256,
            anonymous_per_minute: 120,
            trusted_proxies: TrustedProxies::default(),
        }
    }
}

/// Most proxies of one service.
pub const TRUSTED_PROXIES_MAX: usize = 16;

/// Addresses whose `X-Forwarded-For` is believed: a list of IP addresses, none by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<IpAddr>")]
pub struct TrustedProxies([Option<IpAddr>; TRUSTED_PROXIES_MAX]);

impl TrustedProxies {
    /// Whether `address` is one of them; an IPv4 address written as IPv6 is the same address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&Some(address.to_canonical()))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }
}

impl TryFrom<Vec<IpAddr>> for TrustedProxies {
    type Error = String;

    /// # Errors
    /// More than [`TRUSTED_PROXIES_MAX`] addresses.
    fn try_from(addresses: Vec<IpAddr>) -> Result<Self, String> {
        if addresses.len() > TRUSTED_PROXIES_MAX {
            return Err(format!("more than {TRUSTED_PROXIES_MAX} addresses"));
        }
        let mut proxies = Self::default();
        for (place, address) in proxies.0.iter_mut().zip(addresses) {
            *place = Some(address.to_canonical());
        }
        Ok(proxies)
    }
}

const fn default_identifiers() -> Identifiers {
    Identifiers::Strict
}

const fn default_freshness() -> FreshnessPolicy {
    FreshnessPolicy::IssuedAtOrAfterReceipt
}

const fn default_check_deadline_hours() -> u32 {
    24
}

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read or does not have the shape.
    #[error("configuration {path}: {detail}")]
    Unreadable {
        /// The file.
        path: String,
        /// What is wrong and where.
        detail: String,
    },
    /// A demo liberty in production.
    #[error("configuration: {0} is allowed in mode \"demo\" only")]
    DemoOnly(&'static str),
    /// A value does not parse.
    #[error("configuration: {field}: {detail}")]
    Invalid {
        /// Dotted name of the field.
        field: &'static str,
        /// What is wrong.
        detail: String,
    },
}

impl PagesConfig {
    /// # Errors
    /// `Invalid` names the field: what stands here goes into headers and must be what it says.
    fn check(&self) -> Result<(), ConfigError> {
        if let Some(origin) = &self.public_origin {
            let rest = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            if !rest.is_some_and(is_host_and_port) {
                return invalid("pages.public_origin", "not http(s)://host or http(s)://host:port");
            }
        }
        for address in &self.ncalayer {
            let rest = address.strip_prefix("wss://").or_else(|| address.strip_prefix("ws://"));
            let host = rest.and_then(|rest| rest.strip_suffix('/')).filter(|rest| is_host_and_port(rest));
            let is_loopback = host.is_some_and(|host| {
                let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
                is_this_machine(name)
            });
            if !is_loopback {
                return invalid("pages.ncalayer", "not ws(s)://127.0.0.1:port/ or ws(s)://localhost:port/");
            }
        }
        Ok(())
    }
}

/// What refuses the value of a field.
fn invalid<T>(field: &'static str, detail: &str) -> Result<T, ConfigError> {
    Err(ConfigError::Invalid { field, detail: detail.to_owned() })
}

/// # Errors
/// `Invalid` names the field of a number outside of `range`.
fn within<N: PartialOrd + fmt::Display>(
    field: &'static str,
    number: N,
    range: RangeInclusive<N>,
) -> Result<(), ConfigError> {
    if range.contains(&number) {
        return Ok(());
    }
    invalid(field, &format!("from {} to {}", range.start(), range.end()))
}

/// Whether a host, as it stands in an address, is this machine: what goes there is seen by no network.
fn is_this_machine(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "localhost" | "[::1]")
}

/// A name and perhaps a port: nothing that could end a header or begin a path.
fn is_host_and_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':'))
}

impl Config {
    /// The configuration of `file` with the environment over it; relative paths are taken from the file's folder.
    ///
    /// # Errors
    /// [`ConfigError`] names the field.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        let mut config: Self = Figment::new()
            .merge(Toml::file_exact(file))
            .merge(
                Env::prefixed("QOLHAT_")
                    .ignore(&["shared", "test_postgres", "spec_database", "spec_blobs", "postgres_flags"])
                    .split("__"),
            )
            .extract()
            .map_err(|error| ConfigError::Unreadable { path: file.display().to_string(), detail: error.to_string() })?;
        config.resolve_paths(file.parent().unwrap_or_else(|| Path::new(".")));
        config.check()?;
        Ok(config)
    }

    /// Refuses what production may not have.
    ///
    /// # Errors
    /// [`ConfigError::DemoOnly`].
    pub fn check(&self) -> Result<(), ConfigError> {
        self.pages.check()?;
        self.codes.check()?;
        if let Some(mail) = &self.mail {
            mail.check(self.mode)?;
        }
        if let Some(sms) = &self.sms {
            sms.check(self.mode)?;
        }
        within("database_connections", self.database_connections, 1..=DATABASE_CONNECTIONS_MAX)?;
        within("backup.key_days", self.backup.key_days, 1..=BACKUP_KEY_DAYS_MAX)?;
        match self.mode {
            Mode::Demo => Ok(()),
            Mode::Production if self.clock.is_some() => Err(ConfigError::DemoOnly("clock")),
            Mode::Production if self.identifiers == Identifiers::AcceptTest => {
                Err(ConfigError::DemoOnly("identifiers = \"accept-test\""))
            }
            Mode::Production
                if !self.pages.public_origin.as_deref().is_some_and(|origin| origin.starts_with("https://")) =>
            {
                let detail = "production needs the https:// origin under which browsers see the service";
                invalid("pages.public_origin", detail)
            }
            Mode::Production if !self.pages.ncalayer_checks_chain => {
                Err(ConfigError::DemoOnly("pages.ncalayer_checks_chain = false"))
            }
            Mode::Production => Ok(()),
        }
    }

    fn resolve_paths(&mut self, base: &Path) {
        let resolve = |path: &mut PathBuf| {
            if path.is_relative() {
                *path = base.join(&*path);
            }
        };
        self.blobs.paths().for_each(resolve);
        resolve(&mut self.wrapping_key_file);
        self.operator.seal.paths().into_iter().for_each(resolve);
        resolve(&mut self.journal.key_file);
        resolve(&mut self.journal.pseudonym_key_file);
        self.trust.anchors.iter_mut().for_each(resolve);
        self.trust.intermediates.iter_mut().for_each(resolve);
        self.trust.tsa_anchors.iter_mut().for_each(resolve);
        self.evidence.crl_files.iter_mut().for_each(resolve);
        self.evidence.crl_folder.iter_mut().for_each(resolve);
        self.backup.keys_folder.iter_mut().for_each(resolve);
        let password = self.mail.as_mut().and_then(|mail| mail.password.as_mut());
        password.into_iter().filter_map(Secret::path).for_each(resolve);
        self.sms.iter_mut().flat_map(SmsConfig::paths).for_each(resolve);
        if let Some(path) = self.database.strip_prefix("sqlite:").map(PathBuf::from)
            && path.is_relative()
        {
            self.database = format!("sqlite:{}", base.join(path).display());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn proxies_are_a_bounded_list_of_addresses() {
        let limits = |text: &str| Figment::new().merge(Toml::string(text)).extract::<Limits>().map_err(Box::new);
        assert!(limits("").unwrap().trusted_proxies.is_empty());
        let two = limits("trusted_proxies = [\"127.0.0.1\", \"::ffff:10.0.0.7\"]").unwrap().trusted_proxies;
        let has = |text: &str| two.contains(text.parse().unwrap());
        assert!(has("127.0.0.1") && has("::ffff:127.0.0.1") && has("10.0.0.7") && !has("10.0.0.8") && !has("::1"));
        assert!(limits("trusted_proxies = [\"proxy.example.kz\"]").is_err());
        let many = format!("trusted_proxies = [{}]", "\"127.0.0.1\",".repeat(TRUSTED_PROXIES_MAX + 1));
        assert!(limits(&many).is_err());
    }
}
