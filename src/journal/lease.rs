//! Who leads the log when several processes could. The head names the leader and how long its lease lives, by the clock of
//! the database; whoever finds it expired may lead. Nothing rests on it but haste: what keeps a log without gaps and forks
//! is the compare-and-swap of the head, in which a leader of an older epoch fails.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::time::Duration;

use qolhat_pki::random::SecureRandom;
use sha2::{Digest as _, Sha256};

use super::{Journal, JournalError, OutsideMemory, store};

/// How long a lease lives after its last renewal, in milliseconds.
pub(super) const LEASE_MILLISECONDS: i64 = 3000;
/// Between two renewals when nothing is appended, in milliseconds.
pub(super) const RENEWAL_MILLISECONDS: u64 = 1000;

/// Between two looks of one that wants to lead, in milliseconds.
const LEADS_LOOK_MILLISECONDS: u64 = 250;
/// So many of them: longer than a lease lives, and than the look out of one that follows.
const LEADS_LOOKS: u32 = 20;

/// Octets of a name.
const NAME_BYTES: usize = 16;
/// Most octets of the file that are read.
const KNOWN_MAX_BYTES: u64 = 128;
/// What a machine is known by, and its boot.
const MACHINE: [&str; 2] = ["/etc/machine-id", "/proc/sys/kernel/random/boot_id"];
/// Ending of the file that holds the name.
const ENDING: &str = "leader";

/// A process that could lead, under a name of its own.
pub(super) struct Candidate {
    name: String,
    /// Held as long as this process lives.
    _lock: Option<File>,
}

impl Candidate {
    /// A candidate under a new name or, where `memory` tells a place for it, under that of the process before: the name
    /// lies in a locked file, so that whoever gets the lock knows its last holder to be dead and need not wait for the
    /// lease of a dead one.
    pub(super) fn new(memory: Option<&OutsideMemory>, rng: &mut dyn SecureRandom) -> Self {
        let mut name = [0_u8; NAME_BYTES];
        rng.fill(&mut name);
        let name = hex::encode(name);
        match memory.and_then(|memory| inherit(memory, &name).ok().flatten()) {
            Some((name, lock)) => Self { name, _lock: Some(lock) },
            None => Self { name, _lock: None },
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl Journal {
    /// Whether this process leads the log now, by the clock of the database.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn leads(&self) -> Result<bool, JournalError> {
        let head = store::head(&self.db, &self.identity).await?;
        Ok(!head.is_free && head.leader == self.sequencer.name())
    }

    /// The same, when nobody leads for as long as it takes to take the lead of one that is gone.
    ///
    /// # Errors
    /// As [`Journal::leads`].
    pub async fn comes_to_lead(&self) -> Result<bool, JournalError> {
        for _ in 0..LEADS_LOOKS {
            if self.leads().await? {
                return Ok(true);
            }
            tokio::time::sleep(Duration::from_millis(LEADS_LOOK_MILLISECONDS)).await;
        }
        self.leads().await
    }
}

/// What tells this place from every other one: the machine and its boot, and the file itself. A key folder that was copied,
/// to another machine or beside, gives no name away: both would lead under it at once.
fn place_of(file: &File) -> std::io::Result<String> {
    let facts = file.metadata()?;
    let mut place = format!("{} {}", facts.dev(), facts.ino());
    for fact in MACHINE {
        // Where a system tells neither, the file's own numbers are what is left.
        place.push(' ');
        place.push_str(std::fs::read_to_string(fact).unwrap_or_default().trim());
    }
    Ok(hex::encode(Sha256::digest(place)))
}

/// The name in the file and its lock; `None` while another process holds it.
fn inherit(memory: &OutsideMemory, name: &str) -> std::io::Result<Option<(String, File)>> {
    let path = memory.path().with_extension(ENDING);
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    if file.try_lock().is_err() {
        return Ok(None);
    }
    let mut known = Vec::new();
    (&file).take(KNOWN_MAX_BYTES).read_to_end(&mut known)?;
    let known = String::from_utf8(known).unwrap_or_default();
    let place = place_of(&file)?;
    if let Some((known, of)) = known.split_once(' ')
        && of == place
        && known.len() == 2 * NAME_BYTES
        && known.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        return Ok(Some((known.to_owned(), file)));
    }
    file.set_len(0)?;
    std::io::Seek::rewind(&mut file)?;
    file.write_all(format!("{name} {place}").as_bytes())?;
    Ok(Some((name.to_owned(), file)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::app::SystemRandom;

    #[test]
    fn a_name_is_inherited_from_the_dead_and_never_shared_with_the_living() {
        let folder = tempfile::TempDir::new().unwrap();
        let memory = OutsideMemory::beside(&folder.path().join("log.key"));
        let mut rng = SystemRandom;
        let first = Candidate::new(Some(&memory), &mut rng);
        let second = Candidate::new(Some(&memory), &mut rng);
        assert_ne!(first.name(), second.name());
        let name = first.name().to_owned();
        drop(first);
        assert_eq!(Candidate::new(Some(&memory), &mut rng).name(), name);

        // A copy of the folder, on this machine or on another, is another place.
        let copied = tempfile::TempDir::new().unwrap();
        std::fs::copy(folder.path().join("log.leader"), copied.path().join("log.leader")).unwrap();
        let copy = OutsideMemory::beside(&copied.path().join("log.key"));
        let other = Candidate::new(Some(&copy), &mut rng).name().to_owned();
        assert_ne!(other, name);
        assert_eq!(Candidate::new(Some(&copy), &mut rng).name(), other);
        // As one of before this was kept.
        std::fs::write(copied.path().join("log.leader"), &name).unwrap();
        assert_ne!(Candidate::new(Some(&copy), &mut rng).name(), name);
        assert_ne!(Candidate::new(None, &mut rng).name(), Candidate::new(None, &mut rng).name());
    }
}
