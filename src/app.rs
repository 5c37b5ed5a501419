//! [`App`]: every dependency, built here once from the configuration: clock, randomness, database, blobs, journal,
//! trust, responders, the operator's key and the program that draws. Operations get it; nothing else is global.

mod keys;
mod mail;
mod seal;
mod sms;
mod token;
mod way;

pub use keys::{audit_memory, log_verifier_key, pseudonym_key, signing_identity};
pub use mail::{CodeKey, Mail, mail_of};
pub use seal::{Seal, SealError};
pub use sms::{Sms, sms_of};
pub use token::TokenError;
pub use way::Way;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use hmac::{Hmac, KeyInit as _, Mac as _};
use qolhat_pki::armor;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::key::{KeyFormatError, PrivateKey};
use qolhat_pki::random::SecureRandom;
use qolhat_pki::trust::TrustStore;
use qolhat_storage::envelope::{SecureRandom as EnvelopeRandom, WrappingKey};
use qolhat_storage::{Blobs, DiskStore, LockSupport, Patience, S3Options, S3Store};

use sha2::Sha256;
use zeroize::Zeroizing;

use crate::access::session::SessionKey;
use crate::backup::BackupKeys;
use crate::config::{
    BlobsConfig, CodesConfig, Config, EvidenceConfig, FreshnessPolicy, Identifiers, Limits, LocksConfig, Mode,
    PagesConfig, PolicyOid, SealConfig, Secret,
};
use crate::db::Db;
use crate::domain::party::{Bin, IdentifierPolicy, Iin};
use crate::domain::time::{Clock, Moment};
use crate::journal::promise::MergeDelay;
use crate::journal::segment::SegmentEntries;
use crate::journal::witnesses::Witnesses;
use crate::journal::{Journal, OutsideMemory};
use crate::signature::fetch::{Responders, TspPolicies};
use crate::visualization::{Drawer, DrawerLimits};
use keys::{Keys, log_identity, wrapping_key};

/// The system's clock: the only place that reads it, apart from a chosen clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        #[expect(clippy::disallowed_methods, reason = "the one place where the system's time enters")]
        let now = std::time::SystemTime::now();
        let micros = now
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX));
        Moment::from_unix_micros(micros).unwrap_or(Moment::MIN)
    }
}

/// A chosen clock that runs on: it starts at the chosen instant (`--clock`). Demo only.
#[derive(Debug, Clone, Copy)]
pub struct ChosenClock {
    ahead_micros: i64,
}

impl ChosenClock {
    /// A clock that shows `start` now.
    #[must_use]
    pub fn starting_at(start: Moment) -> Self {
        Self { ahead_micros: start.unix_micros().saturating_sub(SystemClock.now().unix_micros()) }
    }
}

impl Clock for ChosenClock {
    fn now(&self) -> Moment {
        let system = SystemClock.now();
        Moment::from_unix_micros(system.unix_micros().saturating_add(self.ahead_micros)).unwrap_or(system)
    }
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy)]
pub struct SystemRandom;

impl SecureRandom for SystemRandom {
    fn fill(&mut self, out: &mut [u8]) {
        if getrandom::fill(out).is_err() {
            // No keys and no nonces without randomness: there is nothing to go on with.
            std::process::abort();
        }
    }
}

/// Randomness shared by all that an application does; a clone draws from the same source.
#[derive(Clone)]
pub struct SharedRandom(Arc<Mutex<dyn SecureRandom + Send>>);

impl SharedRandom {
    /// Randomness drawn from `source`.
    pub fn new(source: impl SecureRandom + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(source)))
    }
}

impl SecureRandom for SharedRandom {
    fn fill(&mut self, out: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(out);
    }

    fn rsa_key(&mut self, bits: u32) -> Result<PrivateKey, KeyFormatError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).rsa_key(bits)
    }
}

impl EnvelopeRandom for SharedRandom {
    fn fill(&mut self, out: &mut [u8]) {
        SecureRandom::fill(self, out);
    }
}

/// Where the passwords of key files come from: each is named by its environment variable in the configuration.
#[derive(Debug, Clone, Copy)]
pub enum Passwords {
    /// The environment of the process.
    Environment,
    /// The public password of every demonstration world.
    Demo,
}

impl Passwords {
    /// The password under this name.
    #[must_use]
    pub fn get(&self, variable: &str) -> Option<Zeroizing<String>> {
        match self {
            #[expect(
                clippy::disallowed_methods,
                reason = "the configuration names the variable that holds the password"
            )]
            Self::Environment => std::env::var(variable).ok().map(Zeroizing::new),
            Self::Demo => Some(Zeroizing::new(crate::demo::DEMO_PASSWORD.to_owned())),
        }
    }
}

/// Whose service it is and by which key it seals.
pub struct Operator {
    /// Its BIN.
    pub bin: Bin,
    /// Its name as it is printed.
    pub name: String,
    /// The authorised officers.
    pub officers: Vec<Iin>,
    /// The key of the information system, with its certificate.
    pub seal: Seal,
}

/// Whom we believe.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Anchors of people and systems.
    pub anchors: TrustStore,
    /// Anchors of time-stamping authorities.
    pub tsa_anchors: TrustStore,
    /// CA certificates that help to build a path.
    pub intermediates: Vec<Certificate>,
}

/// Rules that the configuration sets.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// How fresh revocation evidence must be.
    pub freshness: FreshnessPolicy,
    /// How strictly identifiers are read.
    pub identifiers: IdentifierPolicy,
    /// Hours a document may wait for evidence.
    pub check_deadline_hours: u32,
    /// Within which time an entry comes that was promised.
    pub merge_delay: MergeDelay,
    /// Entries of a segment that is exported.
    pub segment_entries: SegmentEntries,
    /// Limits of the doors.
    pub limits: Limits,
}

/// Every dependency of the operations.
pub struct App {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub rng: SharedRandom,
    /// The database.
    pub db: Db,
    /// The blob store.
    pub blobs: Blobs,
    /// The journal.
    pub journal: Journal,
    /// Whom we believe.
    pub trust: Trust,
    /// The CA's services.
    pub responders: Responders,
    /// Whose service it is.
    pub operator: Operator,
    /// The key that wraps document keys.
    pub wrapping: WrappingKey,
    /// What the texts of logins are made with.
    pub login_key: LoginKey,
    /// What sessions are kept under.
    pub session_key: SessionKey,
    /// Rules that the configuration sets.
    pub rules: Rules,
    /// What draws the documents of strangers for a browser.
    pub drawer: Drawer,
    /// What the pages know of the world around them.
    pub pages: Pages,
    /// SHA-256 of the tokens of auditors.
    pub auditors: Vec<[u8; 32]>,
    /// The keys of backups, which have their day.
    pub backup_keys: BackupKeys,
    /// Where mails are handed in; none are sent without it.
    pub mail: Option<Mail>,
    /// Where short messages are handed in; none are sent without it.
    pub sms: Option<Sms>,
    /// What one-time codes are made of.
    pub codes: CodesConfig,
    /// What the hashes of codes are made with.
    pub code_key: CodeKey,
}

/// The key of which the texts that people sign to log in are made: the same in every process of an installation.
pub struct LoginKey(Zeroizing<[u8; 32]>);

impl LoginKey {
    /// A key of its own, derived from a secret of the installation.
    fn derive(secret: &[u8; 32]) -> Self {
        Self(Zeroizing::new(mac(secret, b"qolhat login challenges v1")))
    }

    /// What nobody without the key can foretell of `id`.
    #[must_use]
    pub fn nonce(&self, id: &[u8]) -> [u8; 32] {
        mac(&self.0, id)
    }
}

fn mac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length: the error that the interface allows for cannot happen.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// What the pages know of the world around them.
#[derive(Debug, Clone)]
pub struct Pages {
    /// As configured.
    pub config: PagesConfig,
    /// What the service is run for: cookies of production travel over TLS alone.
    pub mode: Mode,
}

/// Why an application cannot be built: each says what and where.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file or a setting is not what it must be.
    #[error("{what}: {detail}")]
    Invalid {
        /// The file or setting.
        what: String,
        /// What is wrong.
        detail: String,
    },
    /// The database.
    #[error("database: {0}")]
    Database(#[from] crate::db::DbError),
    /// The blob store.
    #[error("blob store: {0}")]
    Storage(#[from] qolhat_storage::StoreError),
    /// The journal refuses to go on.
    #[error("journal: {0}")]
    Journal(#[from] crate::journal::JournalError),
}

impl App {
    /// The application of `config`, its schema brought up to date.
    ///
    /// # Errors
    /// [`StartError`] says what to mend.
    pub async fn open(config: &Config, passwords: &Passwords) -> Result<Self, StartError> {
        let clock = clock_of(config)?;
        let rng = SharedRandom::new(SystemRandom);
        let db = Db::connect_with(&config.database, config.database_connections).await?;
        db.migrate().await?;
        crate::access::certificates::identify(&db).await?;
        let blobs = blobs_of(&config.blobs).await?;
        // Without its keys an installation that has entries cannot go on: a new key would split the log in two.
        let is_new = db.query_one("select 1 as any_entry from journal_event limit 1", &[]).await?.is_none();
        let mut keys = Keys { rng: rng.clone(), may_be_made: is_new };
        let identity = log_identity(config, &mut keys)?;
        let wrapping = wrapping_key(&config.wrapping_key_file, &mut keys)?;
        let secret = keys.secret(&config.wrapping_key_file)?;
        let (login_key, code_key) = (LoginKey::derive(&secret), CodeKey::derive(&secret));
        let session_key = SessionKey::derive(&secret);
        let journal = {
            let memory = OutsideMemory::beside(&config.journal.key_file);
            let witnesses = witnesses_of(config)?;
            for witness in witnesses.must_be_held(&db, identity.verifier_key()).await? {
                tracing::warn!(witness, "the log is not compared with what a witness cosigned");
            }
            let journal =
                Journal::open(db.clone(), identity, Arc::clone(&clock), Box::new(rng.clone()), Some(memory)).await?;
            journal.have_cosigned(&witnesses);
            journal
        };
        let responders = responders_of(&config.evidence)?;
        let trust = trust_of(config)?;
        refuse_demo_anchors(config.mode, &trust)?;
        Ok(Self {
            trust,
            operator: operator_of(config, passwords).await?,
            auditors: auditors_of(config)?,
            backup_keys: backup_keys_of(config),
            login_key,
            session_key,
            mail: mail_of(config)?,
            sms: sms_of(config)?,
            codes: config.codes,
            code_key,
            rules: rules_of(config),
            pages: Pages { config: config.pages.clone(), mode: config.mode },
            clock,
            rng,
            db,
            blobs,
            journal,
            responders,
            wrapping,
            drawer: Drawer::new(this_program()?, DrawerLimits::default()),
        })
    }
}

/// This program, of which the drawer starts more.
fn this_program() -> Result<PathBuf, StartError> {
    #[expect(clippy::disallowed_methods, reason = "the one place where the program learns where it is")]
    let program = std::env::current_exe();
    program.map_err(|source| StartError::File { path: "this program".to_owned(), source })
}

/// The keys of backups: beside the wrapping key, unless `config` says where.
#[must_use]
pub fn backup_keys_of(config: &Config) -> BackupKeys {
    let beside = || config.wrapping_key_file.with_file_name("backup-keys");
    BackupKeys::new(config.backup.keys_folder.clone().unwrap_or_else(beside), config.backup.key_days)
}

/// The store that `blobs` names, opened. A bucket is also asked what its service does.
///
/// # Errors
/// [`StartError`] says what to mend.
pub async fn blobs_of(blobs: &BlobsConfig) -> Result<Blobs, StartError> {
    let s3 = match blobs {
        BlobsConfig::Folder(folder) => return Ok(Blobs::Disk(DiskStore::open(folder.clone()).await?)),
        BlobsConfig::S3(s3) => s3,
    };
    let options = S3Options {
        endpoint: s3.endpoint.clone(),
        region: s3.region.clone(),
        bucket: s3.bucket.clone(),
        prefix: s3.prefix.clone(),
        addressing: s3.addressing.into(),
        access_key: secret_of("blobs.s3.access_key", &s3.access_key)?.to_string(),
        secret_key: secret_of("blobs.s3.secret_key", &s3.secret_key)?,
        spool: s3.spool.clone(),
        patience: Patience::default(),
    };
    let store = S3Store::open(options).await?;
    if s3.locks == LocksConfig::Required && !store.locks() {
        let found = match store.report().lock {
            LockSupport::Claimed => {
                "the bucket says that it locks, but a locked object could be removed or had no lock"
            }
            LockSupport::Held | LockSupport::Off => "the bucket does not lock, or does not say so",
        };
        return Err(StartError::Invalid { what: "blobs.s3.locks".to_owned(), detail: format!("required: {found}") });
    }
    Ok(Blobs::S3(store))
}

fn secret_of(what: &str, secret: &Secret) -> Result<Zeroizing<String>, StartError> {
    let invalid = |detail: String| StartError::Invalid { what: what.to_owned(), detail };
    match secret {
        Secret::Env(name) => Passwords::Environment.get(name).ok_or_else(|| invalid(format!("{name} is not set"))),
        Secret::File(path) => {
            let bytes = Zeroizing::new(read(path)?);
            let text = std::str::from_utf8(&bytes).map_err(|_| invalid(format!("{} is no text", path.display())))?;
            Ok(Zeroizing::new(text.trim().to_owned()))
        }
    }
}

/// The witnesses of the log that `config` names.
///
/// # Errors
/// `Journal` names the one that cannot be asked as configured.
pub fn witnesses_of(config: &Config) -> Result<Witnesses, StartError> {
    let all = config.journal.witnesses.iter().map(|witness| (witness.url.as_str(), witness.vkey.as_str()));
    Ok(Witnesses::new(all)?)
}

/// SHA-256 of the tokens of auditors.
fn auditors_of(config: &Config) -> Result<Vec<[u8; 32]>, StartError> {
    let hash = |text: &String| {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).map(|()| hash).map_err(|_| StartError::Invalid {
            what: "journal.auditor_token_sha256".to_owned(),
            detail: "not 64 hexadecimal digits".to_owned(),
        })
    };
    config.journal.auditor_token_sha256.iter().map(hash).collect()
}

/// The services that `evidence` names.
///
/// # Errors
/// `Invalid` when the TLS library cannot be set up.
pub fn responders_of(evidence: &EvidenceConfig) -> Result<Responders, StartError> {
    let responders = Responders::new(&evidence.tsp_url, &evidence.responder_hosts, &evidence.crl_files)
        .map_err(|error| StartError::Invalid { what: "HTTP client".to_owned(), detail: error.to_string() })?;
    let policy = |policy: Option<PolicyOid>| policy.map(|PolicyOid(oid)| oid);
    let policies = TspPolicies { gost: policy(evidence.tsp_policy.gost), other: policy(evidence.tsp_policy.other) };
    Ok(responders.keeping_lists_in(evidence.crl_folder.clone()).with_tsp_policies(policies))
}

/// The rules that `config` sets.
#[must_use]
pub fn rules_of(config: &Config) -> Rules {
    Rules {
        freshness: config.evidence.policy,
        identifiers: identifier_policy(config.identifiers),
        check_deadline_hours: config.evidence.check_deadline_hours,
        merge_delay: config.journal.promise_seconds,
        segment_entries: config.journal.segment_entries,
        limits: config.limits,
    }
}

/// The reading of identifiers that a setting stands for.
#[must_use]
pub const fn identifier_policy(identifiers: Identifiers) -> IdentifierPolicy {
    match identifiers {
        Identifiers::Strict => IdentifierPolicy::Strict,
        Identifiers::AcceptTest => IdentifierPolicy::AcceptTest,
    }
}

/// The clock of `config`: the system's, or a chosen one that runs on.
///
/// # Errors
/// When the chosen instant is not RFC 3339.
pub fn clock_of(config: &Config) -> Result<Arc<dyn Clock>, StartError> {
    match config.clock.as_deref() {
        None => Ok(Arc::new(SystemClock)),
        Some(text) => {
            let start = Moment::parse_rfc3339(text)
                .map_err(|error| StartError::Invalid { what: "clock".to_owned(), detail: error.to_string() })?;
            Ok(Arc::new(ChosenClock::starting_at(start)))
        }
    }
}

/// The anchors and intermediates of `config`.
///
/// # Errors
/// When a path cannot be read or holds no certificate.
pub fn trust_of(config: &Config) -> Result<Trust, StartError> {
    let anchors = TrustStore::from_certificates(certificates_at(&config.trust.anchors)?);
    if anchors.is_empty() {
        return Err(StartError::Invalid {
            what: "trust.anchors".to_owned(),
            detail: "no CA certificate there; import one with `qolhat trust import`".to_owned(),
        });
    }
    let tsa = certificates_at(&config.trust.tsa_anchors)?;
    let tsa_anchors = if tsa.is_empty() { anchors.clone() } else { TrustStore::from_certificates(tsa) };
    Ok(Trust { anchors, tsa_anchors, intermediates: certificates_at(&config.trust.intermediates)? })
}

/// The certificates in files and folders (one level deep).
///
/// # Errors
/// When a path cannot be read.
pub fn certificates_at(paths: &[PathBuf]) -> Result<Vec<Certificate>, StartError> {
    let mut certificates = Vec::new();
    for path in paths {
        let unreadable = |source| StartError::File { path: path.display().to_string(), source };
        if path.is_dir() {
            let mut files: Vec<PathBuf> = fs::read_dir(path)
                .map_err(unreadable)?
                .filter_map(Result::ok)
                .map(|entry| entry.path())
                .filter(|entry| entry.is_file())
                .collect();
            files.sort();
            for file in files {
                certificates.extend(certificates_in(&read(&file)?));
            }
        } else {
            certificates.extend(certificates_in(&read(path)?));
        }
    }
    Ok(certificates)
}

fn certificates_in(bytes: &[u8]) -> Vec<Certificate> {
    armor::decode_any(bytes).iter().filter_map(|der| Certificate::from_der(der).ok()).collect()
}

fn read(path: &Path) -> Result<Vec<u8>, StartError> {
    fs::read(path).map_err(|source| StartError::File { path: path.display().to_string(), source })
}

/// The operator of `config`, his key opened.
///
/// # Errors
/// When the key, its password or PIN, or an identifier is not what it must be.
pub async fn operator_of(config: &Config, passwords: &Passwords) -> Result<Operator, StartError> {
    let invalid = |what: &str, detail: String| StartError::Invalid { what: what.to_owned(), detail };
    let policy = identifier_policy(config.identifiers);
    let operator = &config.operator;
    let bin = Bin::parse(&operator.bin, policy).map_err(|error| invalid("operator.bin", error.to_string()))?;
    let officers = operator
        .officers
        .iter()
        .map(|iin| Iin::parse(iin, policy).map_err(|error| invalid("operator.officers", error.to_string())))
        .collect::<Result<Vec<_>, _>>()?;
    let seal = Seal::open(&operator.seal, passwords).await?;
    if seal.certificate().subject_facts().bin.as_deref() != Some(operator.bin.as_str()) {
        let what = match &operator.seal {
            SealConfig::File { .. } => "operator.seal_key_file",
            SealConfig::Token(_) => "operator.seal.pkcs11",
        };
        return Err(invalid(what, "the certificate names another BIN than the operator's".to_owned()));
    }
    Ok(Operator { bin, name: operator.name.clone(), officers, seal })
}

/// A demonstration CA proves nothing: its keys lie beside its certificates (D11).
fn refuse_demo_anchors(mode: Mode, trust: &Trust) -> Result<(), StartError> {
    let anchors = trust.anchors.anchors().iter().chain(trust.tsa_anchors.anchors());
    let names = anchors.map(|anchor| anchor.certificate().subject().to_string());
    match (mode, names.into_iter().find(|name| name.contains(crate::demo::CA_MARK))) {
        (Mode::Production, Some(name)) => Err(StartError::Invalid {
            what: "trust.anchors".to_owned(),
            detail: format!("{name} is a demonstration CA: allowed in mode \"demo\" only"),
        }),
        (Mode::Production | Mode::Demo, _) => Ok(()),
    }
}
