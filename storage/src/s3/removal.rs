//! Listing and removing.

use std::time::{Duration, SystemTime};

use s3::command::Command;

use super::answers::{self, ListedKey, ListedVersion};
use super::fault::Fault;
use super::lock::told;
use super::wire::Ask;
use super::{Inner, address_of};
use crate::{ContentDigest, ListedBlob, Removal, RemovalRule, StoreError};

/// Many services date objects to the second, so what was put later in a second looks as old as its beginning.
const DATE_STEP: Duration = Duration::from_secs(1);
/// Pages of versions of one blob: each is one put of it.
const VERSION_PAGES_MAX: usize = 100;

impl Inner {
    pub(super) async fn list_blobs(
        &self,
        after: Option<&ContentDigest>,
        limit: usize,
    ) -> Result<Vec<ListedBlob>, StoreError> {
        let mut found = Vec::new();
        let mut after = after.map(|address| self.key(address));
        while found.len() < limit {
            let page = self.list_keys(&self.prefix, after.clone(), limit - found.len()).await?;
            let last = page.keys.last().map(|listed| listed.key.clone());
            // A service that ignores where to go on, or says that there is more and gives none, would be asked forever.
            if page.more && last <= after {
                return Err(Fault::Malformed("a list that does not go on".to_owned()).during("list", &self.bucket));
            }
            found.extend(page.keys.iter().filter_map(|listed| self.listed_blob(listed)));
            after = last;
            if !page.more {
                break;
            }
        }
        found.truncate(limit);
        Ok(found)
    }

    /// What is not named by an address is not a blob.
    fn listed_blob(&self, listed: &ListedKey) -> Option<ListedBlob> {
        let address = address_of(listed.key.strip_prefix(&self.prefix)?)?;
        Some(ListedBlob { address, size_bytes: listed.size_bytes, written_at: listed.modified })
    }

    async fn list_keys(&self, prefix: &str, after: Option<String>, limit: usize) -> Result<answers::Page, StoreError> {
        let command = Command::ListObjectsV2 {
            prefix: prefix.to_owned(),
            delimiter: None,
            continuation_token: None,
            start_after: after,
            max_keys: Some(limit),
        };
        let answer = self.wire.ask(Ask::new("/", command)).await.map_err(|fault| fault.during("list", &self.bucket))?;
        answers::page(&answer.body).map_err(|detail| Fault::Malformed(detail).during("list", &self.bucket))
    }

    pub(super) async fn remove_blob(&self, address: &ContentDigest, rule: RemovalRule) -> Result<Removal, StoreError> {
        if self.report.versioning.keeps_versions() {
            return self.remove_versions(address, rule).await;
        }
        let _pass = match rule {
            RemovalRule::Always => None,
            RemovalRule::LastPutBefore(_) => match self.gate.remove(*address) {
                Some(pass) => Some(pass),
                None => return Ok(Removal::Kept),
            },
        };
        let key = self.key(address);
        let page = self.list_keys(&key, None, 1).await?;
        let Some(listed) = page.keys.iter().find(|listed| listed.key == key) else {
            return Ok(Removal::Absent);
        };
        if !allows(rule, listed.modified) {
            return Ok(Removal::Kept);
        }
        let delete = Ask::new(&key, Command::DeleteObject);
        self.wire.ask(delete).await.map_err(|fault| fault.during("remove", &key))?;
        Ok(Removal::Removed)
    }

    /// Removes every version that was judged: one that is put meanwhile is not among them.
    async fn remove_versions(&self, address: &ContentDigest, rule: RemovalRule) -> Result<Removal, StoreError> {
        let key = self.key(address);
        let versions = self.versions_under(&key).await?;
        let of_bytes: Vec<&ListedVersion> = versions.iter().filter(|version| !version.is_mark).collect();
        if of_bytes.iter().any(|version| !allows(rule, version.modified)) {
            return Ok(Removal::Kept);
        }
        for version in &versions {
            self.remove_version(address, version).await?;
        }
        Ok(if of_bytes.is_empty() { Removal::Absent } else { Removal::Removed })
    }

    async fn remove_version(&self, address: &ContentDigest, version: &ListedVersion) -> Result<(), StoreError> {
        let delete = Ask::new(&version.key, Command::DeleteObject).with_version(Some(&version.version));
        let Err(fault) = self.wire.ask(delete).await else {
            return Ok(());
        };
        if fault.is_no_such_key() {
            return Ok(());
        }
        // A lock is told by the same words as a right that is missing.
        match self.lock_of(&version.key, Some(&version.version)).await {
            Ok(Some(until)) => Err(StoreError::Locked { address: *address, until: told(until) }),
            Ok(None) | Err(_) => Err(fault.during("remove", &version.key)),
        }
    }

    /// Every version under exactly `key` and every mark that it was deleted.
    pub(super) async fn versions_under(&self, key: &str) -> Result<Vec<ListedVersion>, StoreError> {
        let mut versions = self.versions_from(key).await?;
        versions.retain(|version| version.key == key);
        Ok(versions)
    }

    /// Every version whose key begins with `prefix`.
    pub(super) async fn versions_from(&self, prefix: &str) -> Result<Vec<ListedVersion>, StoreError> {
        let mut versions = Vec::new();
        let mut next: Option<(String, String)> = None;
        for _ in 0..VERSION_PAGES_MAX {
            let mut ask = Ask::of_bucket("versions").with_query("prefix", prefix);
            if let Some((key, version)) = &next {
                ask = ask.with_query("key-marker", key).with_query("version-id-marker", version);
            }
            let answer = self.wire.ask(ask).await.map_err(|fault| fault.during("list versions of", prefix))?;
            let page = answers::versions(&answer.body)
                .map_err(|detail| Fault::Malformed(detail).during("list versions of", prefix))?;
            versions.extend(page.versions);
            next = page.next;
            if next.is_none() {
                return Ok(versions);
            }
        }
        Err(Fault::Malformed("too many versions".to_owned()).during("list versions of", prefix))
    }
}

fn allows(rule: RemovalRule, modified: SystemTime) -> bool {
    // The youngest that it may be.
    modified.checked_add(DATE_STEP).is_some_and(|youngest| match rule {
        RemovalRule::Always => true,
        RemovalRule::LastPutBefore(moment) => youngest <= moment,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_dated_to_the_second_is_taken_for_the_youngest_it_may_be() {
        let dated = SystemTime::UNIX_EPOCH + Duration::from_secs(100);
        let before = |millis| RemovalRule::LastPutBefore(dated + Duration::from_millis(millis));
        assert!(!allows(before(0), dated));
        assert!(!allows(before(999), dated));
        assert!(allows(before(1000), dated));
        assert!(allows(RemovalRule::Always, dated));
    }
}
