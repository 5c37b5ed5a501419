//! Who leads the log when several processes could. The head names the leader and how long its lease lives, by the clock of
//! the database; whoever finds it expired may lead. Nothing rests on it but haste: what keeps a log without gaps and forks
//! is the compare-and-swap of the head, in which a leader of an older epoch fails.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};

use qolhat_pki::random::SecureRandom;

use super::OutsideMemory;

/// How long a lease lives after its last renewal, in milliseconds.
pub(super) const LEASE_MILLISECONDS: i64 = 3000;
/// Between two renewals when nothing is appended, in milliseconds.
pub(super) const RENEWAL_MILLISECONDS: u64 = 1000;

/// Octets of a name.
const NAME_BYTES: usize = 16;
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

/// The name in the file and its lock; `None` while another process holds it.
fn inherit(memory: &OutsideMemory, name: &str) -> std::io::Result<Option<(String, File)>> {
    let path = memory.path().with_extension(ENDING);
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    if file.try_lock().is_err() {
        return Ok(None);
    }
    let mut known = Vec::new();
    (&file).take(64).read_to_end(&mut known)?;
    let known = String::from_utf8(known).unwrap_or_default();
    if known.len() == 2 * NAME_BYTES && known.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Some((known, file)));
    }
    file.set_len(0)?;
    std::io::Seek::rewind(&mut file)?;
    file.write_all(name.as_bytes())?;
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
        assert_ne!(Candidate::new(None, &mut rng).name(), Candidate::new(None, &mut rng).name());
    }
}
