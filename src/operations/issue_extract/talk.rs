//! What falls under a request about a session or a message: its history in the journal, whose it is, and its messages.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::{OperationError, send_messages};
use super::scope::HISTORY_MAX;
use crate::access::{certificates, codes};
use crate::app::App;
use crate::domain::ids::MessageId;
use crate::domain::party::{IdentifierPolicy, Party};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::extract::format::{field, kind};
use crate::extract::talk::{About, TalkFacts};
use crate::journal::JournalError;
use crate::notify::outbox;

/// What the journal holds of a session or a message.
pub(super) struct Found {
    /// Whose it is.
    pub(super) party: Party,
    /// The messages, in the order in which the journal speaks of them.
    pub(super) messages: Vec<MessageId>,
    /// SHA-256 of the certificates by which a session was opened.
    certificates: Vec<[u8; 32]>,
}

/// Looks at the history of a session or a message.
///
/// # Errors
/// `session-unknown`, `message-unknown`, `history-too-long`; `content-destroyed` when what the entries say is erased.
pub(super) async fn look(app: &App, about: About) -> Result<Found, OperationError> {
    let (unknown, begins) = match about {
        About::Session(_) => (RefusalCode::SessionUnknown, kind::SESSION_OPENED),
        About::Message(_) => (RefusalCode::MessageUnknown, kind::MESSAGE_MADE),
    };
    let history = app.journal.entries_of_subject(&about.record().identity()).await?;
    if history.len() > HISTORY_MAX {
        return Err(Refusal::new(RefusalCode::HistoryTooLong).with("limit", HISTORY_MAX.to_string()).into());
    }
    if history.is_empty() {
        return Err(unknown.into());
    }
    let (mut known, mut messages, mut party, mut certificates) = (BTreeSet::new(), Vec::new(), None, Vec::new());
    for seq in history {
        let size = seq.saturating_add(1);
        let stored = app.journal.entry(seq).await?.ok_or(JournalError::NoEntry { seq, size })?;
        let (entry, fields) = stored.proven()?;
        if fields.len() != entry.payload.len() {
            return Err(RefusalCode::ContentDestroyed.into());
        }
        let text = |name: &str| fields.get(name).and_then(|value| Value::as_str(value));
        if entry.kind == begins {
            party = text(field::PARTY).and_then(|key| Party::parse_key(key, IdentifierPolicy::AcceptTest).ok());
            certificates.extend(text(field::CERTIFICATE_SHA256).and_then(digest));
        }
        let message = text(field::MESSAGE_ID).and_then(|id| MessageId::parse(id).ok());
        messages.extend(message.filter(|message| known.insert(*message)));
    }
    Ok(Found { party: party.ok_or(unknown)?, messages, certificates })
}

fn digest(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    hex::decode_to_slice(text, &mut digest).ok().map(|()| digest)
}

impl Found {
    /// The messages octet for octet. One whose code can still be entered is shown to nobody: an officer who
    /// gave a stranger's address would read here what was sent to the stranger.
    ///
    /// # Errors
    /// `code-open`; `content-destroyed` for one that is not kept any more; a fault when what is kept is not what was journaled.
    pub(super) async fn facts(&self, app: &App, about: About) -> Result<TalkFacts, OperationError> {
        if let Some(until) = codes::good_until(&app.db, &self.messages, app.clock.now()).await? {
            let place = match about {
                About::Session(_) => "/session",
                About::Message(_) => "/message",
            };
            return Err(Refusal::new(RefusalCode::CodeOpen).with("until", until.to_string()).at(place).into());
        }
        let mut messages = Vec::new();
        for id in &self.messages {
            let row = outbox::load(&app.db, *id).await?.ok_or(RefusalCode::ContentDestroyed)?;
            messages.push((*id, row.address.channel(), send_messages::open(app, &row)?));
        }
        Ok(TalkFacts { about, messages })
    }

    /// The certificates by which the session was opened, DER.
    ///
    /// # Errors
    /// A fault of the database.
    pub(super) async fn certificates(&self, app: &App) -> Result<Vec<Vec<u8>>, OperationError> {
        let mut found = Vec::new();
        for sha256 in &self.certificates {
            found.extend(certificates::load(&app.db, sha256).await?.map(|row| row.der));
        }
        Ok(found)
    }
}
