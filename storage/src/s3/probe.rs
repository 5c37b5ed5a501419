//! What the service does, found out and never assumed.
//!
//! Services that call themselves S3 differ in what they leave out, and some accept a header and ignore it. So each thing
//! that would matter is tried at the start with objects of a few bytes under `probe/`, which are removed again. Nothing
//! of it is needed to be correct: a service that shows none of it is read back after each put.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use s3::command::Command;
use tokio::task::JoinSet;

use super::fault::Fault;
use super::lock::to_the_second;
use super::upload::checksum_of;
use super::wire::{Answer, Ask, Wire, header};
use super::{Inner, answers};
use crate::{ContentDigest, StoreError};

/// Clients that create one object at once.
const RACERS: usize = 8;
/// For how long a probe is locked. It stays that long, and the next start after an hour removes it.
const PROBE_LOCK: Duration = Duration::from_secs(10);
const LEFTOVER_AGE: Duration = Duration::from_secs(3600);
const WHAT: &[u8] = b"qolhat looks what this store does";

/// What a service of S3 showed when it was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct S3Report {
    /// An object with a wrong `x-amz-checksum-sha256` was refused. Where it was not, every put is read back.
    pub checks_checksums: bool,
    /// `If-None-Match: *` by eight clients at once. Nothing here rests on it.
    pub conditional_put: ConditionalPut,
    /// Whether removed and overwritten objects live on as versions.
    pub versioning: Versioning,
    /// Whether an object can be locked.
    pub lock: LockSupport,
    /// The bucket locks every object without being asked: content could not be destroyed when its owner asks for it.
    pub locks_unasked: bool,
}

/// What became of eight clients that created one object at once, each if there was none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionalPut {
    /// One of them did, the others were told that it exists.
    Atomic,
    /// Several did: the condition is looked at, but not in the same step.
    Raced {
        /// How many.
        winners: usize,
    },
    /// All did, or none could ask so.
    Ignored,
}

/// Whether removed and overwritten objects live on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versioning {
    /// They do. A removal here removes every version.
    On,
    /// Old ones may; new ones don't.
    Suspended,
    /// They don't.
    Off,
}

impl Versioning {
    /// Whether a key may have more than one version.
    #[must_use]
    pub fn keeps_versions(self) -> bool {
        match self {
            Self::On | Self::Suspended => true,
            Self::Off => false,
        }
    }
}

/// Whether an object can be locked against everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockSupport {
    /// A locked object was not removed.
    Held,
    /// The bucket says that it locks, but a locked object could be removed or had no lock.
    Claimed,
    /// The bucket does not lock.
    Off,
}

impl Inner {
    /// Tries everything. The fields of `self.report` that it needs on the way are set first.
    pub(super) async fn probe(&mut self) -> Result<S3Report, StoreError> {
        // The list is what tells a missing bucket: some services would make it with the first object.
        self.list_blobs(None, 1).await?;
        self.report.versioning = self.probe_versioning().await?;
        let folder = format!("{}probe/", self.prefix);
        let place = format!("{folder}{:016x}", RandomState::new().build_hasher().finish());
        let put = self.probe_put(&place).await?;
        self.report.checks_checksums = self.probe_checksum(&format!("{place}-checksum")).await;
        self.report.conditional_put = self.probe_race(&format!("{place}-race")).await;
        let now = server_time(&put);
        (self.report.lock, self.report.locks_unasked) = self.probe_lock(&format!("{place}-lock"), now).await?;
        for key in [place.clone(), format!("{place}-checksum"), format!("{place}-race")] {
            self.sweep(&key, None).await;
        }
        if let Some(old) = now.and_then(|now| now.checked_sub(LEFTOVER_AGE))
            && self.report.versioning.keeps_versions()
        {
            self.sweep(&folder, Some(old)).await;
        }
        Ok(self.report)
    }

    async fn probe_versioning(&self) -> Result<Versioning, StoreError> {
        let answer = match self.wire.ask(Ask::of_bucket("versioning")).await {
            Ok(answer) => answer,
            Err(fault) if fault.is_not_offered() => return Ok(Versioning::Off),
            // Without this right a removal might leave versions behind and not know it.
            Err(fault) => return Err(fault.during("ask for the versioning of", &self.bucket)),
        };
        let status = answers::versioning_status(&answer.body)
            .map_err(|detail| Fault::Malformed(detail).during("ask for the versioning of", &self.bucket))?;
        Ok(match status.as_deref() {
            Some("Enabled") => Versioning::On,
            Some("Suspended") => Versioning::Suspended,
            Some(_) | None => Versioning::Off,
        })
    }

    async fn probe_put(&self, key: &str) -> Result<Answer, StoreError> {
        let put = put_of(key, ContentDigest::of(WHAT)).map_err(|fault| fault.during("put", key))?;
        let answer = self.wire.ask(put).await.map_err(|fault| fault.during("put", key))?;
        let read = self.wire.ask(Ask::new(key, Command::GetObject)).await.map_err(|fault| fault.during("read", key))?;
        if read.body != WHAT {
            return Err(Fault::Malformed("other bytes than were put".to_owned()).during("read", key));
        }
        Ok(answer)
    }

    async fn probe_checksum(&self, key: &str) -> bool {
        let Ok(put) = put_of(key, ContentDigest::of(b"something else")) else {
            return false;
        };
        // Any other fault shows nothing, and what is not shown is not there.
        self.wire.ask_once(put).await.err().and_then(|fault| fault.status()) == Some(StatusCode::BAD_REQUEST)
    }

    async fn probe_race(&self, key: &str) -> ConditionalPut {
        let mut racers = JoinSet::new();
        for _ in 0..RACERS {
            let (wire, key) = (Arc::clone(&self.wire), key.to_owned());
            racers.spawn(async move { create(&wire, &key).await });
        }
        let outcomes = racers.join_all().await;
        let winners = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let told = outcomes
            .iter()
            .filter_map(|outcome| outcome.as_ref().err())
            .filter(|fault| matches!(fault.status(), Some(StatusCode::PRECONDITION_FAILED | StatusCode::CONFLICT)));
        match (winners, told.count()) {
            (1, told) if told + 1 == RACERS => ConditionalPut::Atomic,
            (0 | RACERS, _) | (_, 0) => ConditionalPut::Ignored,
            (winners, _) => ConditionalPut::Raced { winners },
        }
    }

    async fn probe_lock(&self, key: &str, now: Option<SystemTime>) -> Result<(LockSupport, bool), StoreError> {
        let (is_on, unasked) = match self.wire.ask(Ask::of_bucket("object-lock")).await {
            Ok(answer) => answers::lock_configuration(&answer.body)
                .map_err(|detail| Fault::Malformed(detail).during("ask for the locks of", &self.bucket))?,
            // No such configuration, no such question, or no right to ask it: then nothing is locked here. A service
            // that is too busy to say has not said so.
            Err(fault)
                if !fault.may_pass()
                    && (fault.status().is_some_and(|status| !status.is_server_error()) || fault.is_not_offered()) =>
            {
                (false, false)
            }
            Err(fault) => return Err(fault.during("ask for the locks of", &self.bucket)),
        };
        let Some(until) = now.and_then(|now| now.checked_add(PROBE_LOCK)).filter(|_| is_on) else {
            return Ok((if is_on { LockSupport::Claimed } else { LockSupport::Off }, unasked));
        };
        let failed = |fault: Fault| fault.during("lock", key);
        let put = put_of(key, ContentDigest::of(WHAT)).map_err(failed)?;
        let answer = self.wire.ask(put).await.map_err(failed)?;
        let until = to_the_second(until).map_err(failed)?;
        let version = answer.header("x-amz-version-id").map(str::to_owned);
        let locked = match &version {
            Some(version) => match self.lock(key, version, until).await {
                Ok(()) => true,
                // Refused, and not kept from it for a moment: then the next start would find another store.
                Err(fault) if fault.may_pass() => return Err(failed(fault)),
                Err(_) => false,
            },
            None => false,
        };
        if !locked {
            self.sweep(key, None).await;
            return Ok((LockSupport::Claimed, unasked));
        }
        let says = self.lock_of(key, version.as_deref()).await.map_err(failed)? >= Some(SystemTime::from(until));
        let delete = Ask::new(key, Command::DeleteObject).with_version(version.as_deref());
        // Asked again like everything: of what is answered in passing nothing is learnt, and segments would be kept
        // without a lock for as long as this process lives.
        let was_refused = match self.wire.ask(delete).await {
            Ok(_) => false,
            Err(fault) if fault.may_pass() => return Err(failed(fault)),
            Err(fault) => fault.status() == Some(StatusCode::FORBIDDEN),
        };
        let support = if says && was_refused { LockSupport::Held } else { LockSupport::Claimed };
        Ok((support, unasked))
    }

    /// Takes probes away, those last written before `old` if it is given. What cannot be removed is left: the next
    /// start tries again.
    async fn sweep(&self, prefix: &str, old: Option<SystemTime>) {
        if !self.report.versioning.keeps_versions() {
            drop(self.wire.ask_once(Ask::new(prefix, Command::DeleteObject)).await);
            return;
        }
        for version in self.versions_from(prefix).await.unwrap_or_default() {
            if old.is_none_or(|old| version.modified < old) {
                let delete = Ask::new(&version.key, Command::DeleteObject).with_version(Some(&version.version));
                drop(self.wire.ask_once(delete).await);
            }
        }
    }
}

fn put_of(key: &str, claimed: ContentDigest) -> Result<Ask<'_>, Fault> {
    let checksum = header("x-amz-checksum-sha256", &checksum_of(&claimed))?;
    Ok(Ask::new(key, put_command(HeaderMap::from_iter([checksum]))))
}

async fn create(wire: &Wire, key: &str) -> Result<Answer, Fault> {
    let condition = header("if-none-match", "*")?;
    wire.ask_once(Ask::new(key, put_command(HeaderMap::from_iter([condition])))).await
}

fn put_command(headers: HeaderMap) -> Command<'static> {
    let content_type = "application/octet-stream";
    Command::PutObject { content: WHAT, content_type, custom_headers: Some(headers), multipart: None }
}

/// The clock of the service, by which locks and dates are.
fn server_time(answer: &Answer) -> Option<SystemTime> {
    let date = jiff::fmt::rfc2822::parse(answer.header("date")?).ok()?;
    Some(SystemTime::from(date.timestamp()))
}
