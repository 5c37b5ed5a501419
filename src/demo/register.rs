//! What a demonstration CA has issued and revoked, kept in memory and, once bound to a file, there too: a revoked key
//! stays revoked when the world is opened again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use qolhat_pki::crl::ReasonCode;
use qolhat_pki::issue::crl_builder::RevokedEntry;
use qolhat_pki::time::Moment;
use serde::{Deserialize, Serialize};

use super::DemoError;
use super::files::{self, Access};

/// Which CA of a branch signed a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IssuedBy {
    /// The root.
    Root,
    /// The issuing CA.
    Ca,
}

/// A revocation, or a hold when the reason is [`ReasonCode::CertificateHold`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RevocationRow", into = "RevocationRow")]
pub struct Revocation {
    /// From when on it holds; before that instant the CA still answers "good".
    pub at: Moment,
    /// Why.
    pub reason: ReasonCode,
    /// Since when the key may have been in other hands.
    pub invalid_since: Option<Moment>,
}

impl Revocation {
    /// A revocation from `at` on.
    #[must_use]
    pub const fn new(at: Moment, reason: ReasonCode) -> Self {
        Self { at, reason, invalid_since: None }
    }
}

/// How a revocation is written: instants in RFC 3339, the reason as the number of RFC 5280 §5.3.1.
#[derive(Clone, Serialize, Deserialize)]
struct RevocationRow {
    at: String,
    reason: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invalid_since: Option<String>,
}

impl From<Revocation> for RevocationRow {
    fn from(revocation: Revocation) -> Self {
        Self {
            at: revocation.at.to_string(),
            reason: revocation.reason.code(),
            invalid_since: revocation.invalid_since.map(|since| since.to_string()),
        }
    }
}

impl TryFrom<RevocationRow> for Revocation {
    type Error = String;

    fn try_from(row: RevocationRow) -> Result<Self, String> {
        let instant = |text: &str| Moment::parse_rfc3339(text).map_err(|error| error.to_string());
        Ok(Self {
            at: instant(&row.at)?,
            reason: ReasonCode::from_code(row.reason).ok_or("no such reason")?,
            invalid_since: row.invalid_since.as_deref().map(instant).transpose()?,
        })
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Line {
    by: IssuedBy,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revocation: Option<Revocation>,
}

/// Serial number in hexadecimal to what became of the certificate.
type Book = BTreeMap<String, Line>;

#[derive(Debug, Default)]
struct State {
    book: Book,
    file: Option<PathBuf>,
    last_list_number: u64,
}

/// What became of a certificate, at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Never issued.
    Unknown,
    /// Issued and not revoked.
    Good,
    /// Revoked or on hold.
    Revoked(Revocation),
}

/// The register of one branch.
#[derive(Debug, Default)]
pub struct Register(Mutex<State>);

impl Register {
    /// The register kept in `file`, bound to it.
    ///
    /// # Errors
    /// When the file cannot be read or is no register.
    pub(super) fn open(file: &Path) -> Result<Self, DemoError> {
        let book = serde_json::from_slice(&files::read(file)?)
            .map_err(|error| DemoError::malformed(file.display().to_string(), error))?;
        Ok(Self(Mutex::new(State { book, file: Some(file.to_owned()), last_list_number: 0 })))
    }

    /// Writes the register to the new `file` and keeps it there from now on.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub(super) fn bind(&self, file: &Path) -> Result<(), DemoError> {
        let mut state = self.state();
        files::create(file, &encoded(&state.book)?, Access::Secret)?;
        state.file = Some(file.to_owned());
        Ok(())
    }

    pub(super) fn add(&self, serial: &[u8], by: IssuedBy) -> Result<(), DemoError> {
        self.change(|book| {
            book.insert(hex::encode(serial), Line { by, revocation: None });
            Ok(())
        })
    }

    /// Revokes, or takes on hold. A certificate on hold may be revoked for good: from the instant of the hold on. Lists
    /// and answers carry whole seconds, so the instant counts from the beginning of its second.
    pub(super) fn revoke(&self, serial: &[u8], revocation: Revocation) -> Result<(), DemoError> {
        self.change(|book| {
            let line = book.get_mut(&hex::encode(serial)).ok_or(DemoError::NotIssuedHere)?;
            let at = match line.revocation {
                None => revocation.at.truncate_to_seconds(),
                Some(held) if held.reason == ReasonCode::CertificateHold => held.at.min(revocation.at),
                Some(_) => return Err(DemoError::AlreadyRevoked),
            };
            line.revocation = Some(Revocation { at, ..revocation });
            Ok(())
        })
    }

    /// Takes a certificate back from hold.
    pub(super) fn release(&self, serial: &[u8]) -> Result<(), DemoError> {
        self.change(|book| {
            let line = book.get_mut(&hex::encode(serial)).ok_or(DemoError::NotIssuedHere)?;
            match line.revocation {
                Some(held) if held.reason == ReasonCode::CertificateHold => line.revocation = None,
                Some(_) | None => return Err(DemoError::NotOnHold),
            }
            Ok(())
        })
    }

    /// How the certificate that `by` issued under this serial number stands at `now`.
    pub fn standing(&self, serial: &[u8], by: IssuedBy, now: Moment) -> Standing {
        let state = self.state();
        match state.book.get(&hex::encode(serial)).filter(|line| line.by == by) {
            None => Standing::Unknown,
            Some(line) => match line.revocation.filter(|revocation| revocation.at <= now) {
                None => Standing::Good,
                Some(revocation) => Standing::Revoked(revocation),
            },
        }
    }

    /// The entries of a list of `by` made at `now`, and its number: greater than that of any list before, even when the
    /// world was opened anew in between (as long as the clock does not go back). Source: RFC 5280 §5.2.3.
    pub(super) fn list(&self, by: IssuedBy, now: Moment) -> (Vec<RevokedEntry>, u64) {
        let mut state = self.state();
        let by_time = u64::try_from(now.unix_micros()).unwrap_or(0);
        state.last_list_number = by_time.max(state.last_list_number.saturating_add(1));
        let lines = state.book.iter().filter(|(_, line)| line.by == by);
        let entries = lines.filter_map(|(serial, line)| {
            let revocation = line.revocation.filter(|revocation| revocation.at <= now)?;
            Some(RevokedEntry {
                serial: hex::decode(serial).ok()?,
                revoked_at: revocation.at,
                // RFC 5280 §5.3.1: "unspecified" is said by leaving the reason out.
                reason: Some(revocation.reason.code()).filter(|code| *code != 0),
                invalid_since: revocation.invalid_since,
            })
        });
        (entries.collect(), state.last_list_number)
    }

    /// Changes a copy, writes it, and only then takes it: memory and file never disagree.
    fn change(&self, change: impl FnOnce(&mut Book) -> Result<(), DemoError>) -> Result<(), DemoError> {
        let mut state = self.state();
        let mut book = state.book.clone();
        change(&mut book)?;
        if let Some(file) = &state.file {
            files::replace(file, &encoded(&book)?, Access::Secret)?;
        }
        state.book = book;
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn encoded(book: &Book) -> Result<Vec<u8>, DemoError> {
    serde_json::to_vec_pretty(book).map_err(|error| DemoError::malformed("register", error))
}
