//! Checkpoints with what their witnesses have put under them.

use futures_util::future::join_all;

use super::cosignature::WitnessKey;
use super::{Journal, JournalError, StoredCheckpoint, witnesses};

/// A checkpoint as its witnesses left it.
#[derive(Debug, Clone)]
pub struct Cosigned {
    /// The note, the cosignatures in it.
    pub note: String,
    /// Verifier keys of the configured witnesses that have not cosigned it.
    pub missing: Vec<String>,
    /// One of these has cosigned a larger one meanwhile.
    pub is_overtaken: bool,
}

impl Journal {
    /// The newest checkpoint with the cosignatures that are known of it; `None` before the first entry.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn cosigned_checkpoint(&self) -> Result<Option<String>, JournalError> {
        let Some(stored) = self.latest_checkpoint().await? else { return Ok(None) };
        witnesses::with_cosignatures(&self.db, &stored).await.map(Some)
    }

    /// The note of `stored` with the cosignatures on it; witnesses that have not cosigned it are asked now, and waited for a few
    /// seconds. A witness cosigns no checkpoint behind the last one it saw: one that another has overtaken lacks it for good.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn cosigned(&self, stored: &StoredCheckpoint) -> Result<Cosigned, JournalError> {
        let Some(witnesses) = self.guard.asked() else {
            return Ok(Cosigned { note: stored.note.clone(), missing: Vec::new(), is_overtaken: false });
        };
        let tasks = witnesses.tasks(&self.db, self.identity.verifier_key(), &self.clock, &self.guard);
        // Each in a task of its own, which has one connection at a time; what is answered late is kept all the same.
        let asked: Vec<_> = tasks
            .into_iter()
            .map(|task| {
                let (key, stored) = (task.verifier_key().to_owned(), stored.clone());
                (key, tokio::spawn(async move { task.answers(&stored).await }))
            })
            .collect();
        let (keys, answers): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
        let answers = join_all(answers).await;
        let note = witnesses::with_cosignatures(&self.db, stored).await?;
        let (mut missing, mut is_overtaken) = (Vec::new(), false);
        for (name, answer) in keys.into_iter().zip(answers) {
            let key = WitnessKey::parse(&name);
            if key.and_then(|key| key.cosigned(&note)).is_none() {
                is_overtaken |= answer.unwrap_or(false);
                missing.push(name);
            }
        }
        Ok(Cosigned { note, missing, is_overtaken })
    }

    /// Starts to have every checkpoint cosigned by `witnesses`, in the background: nothing waits for them. When one of them
    /// says that the log is another than it cosigned, nothing is appended any more; and they are asked whenever this process
    /// takes the lead.
    pub fn have_cosigned(&self, witnesses: &witnesses::Witnesses) {
        self.guard.ask(witnesses);
        for task in witnesses.tasks(&self.db, self.identity.verifier_key(), &self.clock, &self.guard) {
            tokio::spawn(task.run(self.newest.clone()));
        }
    }
}
