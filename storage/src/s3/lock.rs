//! Locks (of compliance: nobody lifts them): until when a blob is held, and having it held longer.
//!
//! A blob is put and proven first and locked then, by its version: what arrived damaged is never locked, and a lock that
//! is too short is made longer on the version that is there, so that no try leaves another version behind. Each put of a
//! blob may be a version; the one that counts is held the longest of those that hold its bytes.

use std::sync::Arc;
use std::time::SystemTime;

use reqwest::header::HeaderMap;
use s3::command::Command;

use super::Inner;
use super::answers::ListedVersion;
use super::body::Piped;
use super::fault::Fault;
use super::upload::checksum_of;
use super::wire::{Answer, Ask, header};
use crate::{BlobReader, ContentDigest, LockTerm, StoreError};

/// A version of a blob with its bytes.
struct Held {
    version: String,
    until: Option<SystemTime>,
    /// Until when it is retained by whatever rule, one that may be lifted too: no lock may end before.
    retained: Option<SystemTime>,
}

impl Inner {
    /// Until when the blob is held, `Some(None)` when it is there without a lock; `None` where no version has its bytes.
    pub(super) async fn held_until(
        self: &Arc<Self>,
        address: &ContentDigest,
    ) -> Result<Option<Option<SystemTime>>, StoreError> {
        let key = self.key(address);
        let versions = self.versions_under(&key).await?;
        Ok(self.longest(address, &key, &versions).await?.map(|held| held.until))
    }

    /// Has the blob held for `term`; answers until when it is. `None` where no version has its bytes.
    pub(super) async fn hold(
        self: &Arc<Self>,
        address: &ContentDigest,
        term: LockTerm,
    ) -> Result<Option<SystemTime>, StoreError> {
        let key = self.key(address);
        let versions = self.versions_under(&key).await?;
        let Some(held) = self.longest(address, &key, &versions).await? else { return Ok(None) };
        // A mark that it was deleted hides it from whoever reads.
        for mark in versions.iter().filter(|version| version.is_mark) {
            let delete = Ask::new(&key, Command::DeleteObject).with_version(Some(&mark.version));
            self.wire.ask(delete).await.map_err(|fault| fault.during("uncover", &key))?;
        }
        if let Some(until) = held.until.filter(|until| *until >= term.enough) {
            return Ok(Some(until));
        }
        let failed = |fault: Fault| fault.during("lock", &key);
        let asked = to_the_second(held.retained.map_or(term.until, |until| until.max(term.until))).map_err(failed)?;
        self.lock(&key, &held.version, asked).await.map_err(failed)?;
        let found = self.lock_of(&key, Some(&held.version)).await.map_err(failed)?;
        match found {
            Some(until) if until >= SystemTime::from(asked) => Ok(Some(until)),
            found => Err(StoreError::LockShorter {
                address: *address,
                asked: asked.to_string(),
                found: found.map(told).unwrap_or_else(|| "never".to_owned()),
            }),
        }
    }

    /// The version that is held the longest of those with the bytes of the blob, the newest of several.
    async fn longest(
        self: &Arc<Self>,
        address: &ContentDigest,
        key: &str,
        versions: &[ListedVersion],
    ) -> Result<Option<Held>, StoreError> {
        let mut found = Vec::new();
        for listed in versions.iter().filter(|version| !version.is_mark) {
            let answer = match self.look_at(key, Some(&listed.version)).await {
                Ok(answer) => answer,
                // Removed since it was listed.
                Err(fault) if fault.status().is_some_and(|status| status.as_u16() == 404) => continue,
                Err(fault) => return Err(fault.during("look at the lock of", key)),
            };
            found.push((lock_in(&answer), listed.modified, listed.version.clone(), answer));
        }
        found.sort_by_key(|found| std::cmp::Reverse((found.0, found.1)));
        for (until, _, version, answer) in found {
            if self.has_bytes(address, key, &version, &answer).await? {
                return Ok(Some(Held { version, until, retained: retained_in(&answer) }));
            }
        }
        Ok(None)
    }

    /// Whether a version has the bytes of the blob: by the checksum of a service that checks them, or read.
    async fn has_bytes(
        self: &Arc<Self>,
        address: &ContentDigest,
        key: &str,
        version: &str,
        answer: &Answer,
    ) -> Result<bool, StoreError> {
        if self.checks_checksums() && answer.header("x-amz-checksum-sha256") == Some(&checksum_of(address)) {
            return Ok(true);
        }
        let ask = Ask::new(key, Command::GetObject).with_version(Some(version));
        let response = self.wire.open(ask).await.map_err(|fault| fault.during("read", key))?;
        let piped = Piped::of_version(Arc::clone(self), key.to_owned(), Some(version.to_owned()), response);
        match BlobReader::of_remote(*address, piped).drain().await {
            Ok(_) => Ok(true),
            Err(StoreError::Corrupt { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn look_at(&self, key: &str, version: Option<&str>) -> Result<Answer, Fault> {
        let mode = header("x-amz-checksum-mode", "ENABLED")?;
        let ask = Ask::new(key, Command::HeadObject).with_version(version);
        self.wire.ask(ask.with_headers(HeaderMap::from_iter([mode]))).await
    }

    /// Until when the service says that a version is locked.
    pub(super) async fn lock_of(&self, key: &str, version: Option<&str>) -> Result<Option<SystemTime>, Fault> {
        Ok(lock_in(&self.look_at(key, version).await?))
    }

    /// Asks for a lock on a version. Whether there is one then is told by [`Inner::lock_of`].
    pub(super) async fn lock(&self, key: &str, version: &str, until: jiff::Timestamp) -> Result<(), Fault> {
        let text = format!(
            "<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Mode>COMPLIANCE</Mode>\
             <RetainUntilDate>{until}</RetainUntilDate></Retention>"
        );
        let checksum = header("x-amz-checksum-sha256", &checksum_of(&ContentDigest::of(text.as_bytes())))?;
        let command = Command::PutObject {
            content: text.as_bytes(),
            content_type: "application/xml",
            custom_headers: Some(HeaderMap::from_iter([checksum])),
            multipart: None,
        };
        self.wire.ask(Ask::new(key, command).with_query("retention", "").with_version(Some(version))).await.map(drop)
    }
}

/// A lock that another rule may lift is none.
fn lock_in(answer: &Answer) -> Option<SystemTime> {
    let is_locked = answer.header("x-amz-object-lock-mode") == Some("COMPLIANCE");
    retained_in(answer).filter(|_| is_locked)
}

fn retained_in(answer: &Answer) -> Option<SystemTime> {
    let until = answer.header("x-amz-object-lock-retain-until-date")?;
    Some(SystemTime::from(until.parse::<jiff::Timestamp>().ok()?))
}

/// The instant, or the next whole second: services differ in the fractions that they read.
pub(super) fn to_the_second(until: SystemTime) -> Result<jiff::Timestamp, Fault> {
    let unsendable = |error: jiff::Error| Fault::Unsendable(error.to_string());
    let until = jiff::Timestamp::try_from(until).map_err(unsendable)?;
    let up = jiff::TimestampRound::new().smallest(jiff::Unit::Second).mode(jiff::RoundMode::Ceil);
    until.round(up).map_err(unsendable)
}

/// An instant in words (RFC 3339).
pub(super) fn told(until: SystemTime) -> String {
    jiff::Timestamp::try_from(until).map_or_else(|error| error.to_string(), |until| until.to_string())
}
