//! What courts ask for is kept until their requests are over: answered, refused or past their deadline. Parties cannot
//! destroy what an extract under one is to show, be it approved already or still waiting for the second officer.

use std::collections::BTreeSet;

use super::court_scope::CourtScope;
use super::issue_extract::{About, PartyPeriod};
use super::{Fault, OperationError, commit};
use crate::app::App;
use crate::db::Tx;
use crate::docflow::store::DocumentRow;
use crate::domain::ids::DocumentId;
use crate::domain::time::Moment;
use crate::extract::court::{self, CourtRow};

/// What the requests cover that are not over.
#[derive(Debug, Default)]
pub(super) struct AskedFor {
    documents: BTreeSet<DocumentId>,
    periods: Vec<PartyPeriod>,
    about: Vec<About>,
}

/// When something happened to a document.
#[derive(Debug)]
pub(super) struct History {
    instants: Vec<Moment>,
    looked_at: Moment,
}

impl AskedFor {
    /// At `now`.
    pub(super) async fn at(app: &App, now: Moment) -> Result<Self, OperationError> {
        Ok(Self::of(&court::open(&app.db, now).await?)?)
    }

    /// As [`AskedFor::at`], in a transaction that decides what is kept ([`crate::journal::keeping`]): nobody records
    /// another request before it ends.
    pub(super) async fn when_deciding(tx: &mut Tx, now: Moment) -> Result<Self, OperationError> {
        Ok(Self::of(&court::open_now(tx, now).await?)?)
    }

    fn of(rows: &[CourtRow]) -> Result<Self, Fault> {
        let mut all = Self::default();
        for row in rows {
            match CourtScope::of(row)? {
                CourtScope::Documents(documents) => all.documents.extend(documents),
                CourtScope::Period(period) => all.periods.push(period),
                CourtScope::About(about) => all.about.push(about),
            }
        }
        Ok(all)
    }

    fn periods_of<'a>(&'a self, row: &'a DocumentRow) -> impl Iterator<Item = &'a PartyPeriod> {
        self.periods.iter().filter(|period| [row.sender, row.recipient].contains(&period.party))
    }

    /// The history of a document, where one of the requests is of a party to it and a period.
    pub(super) async fn history(
        &self,
        app: &App,
        row: &DocumentRow,
        now: Moment,
    ) -> Result<Option<History>, OperationError> {
        if self.periods_of(row).next().is_none() {
            return Ok(None);
        }
        let mut history = History { instants: Vec::new(), looked_at: now };
        for seq in app.journal.numbers_of_subject(&commit::document_subject(row.id)).await? {
            history.instants.push(app.journal.instant_of(seq).await?);
        }
        Ok(Some(history))
    }

    /// Whether one of the requests covers the document: it is listed, or something happened to it in the period asked
    /// for. A period that goes on after its history was looked at, or came up since, may cover it: then it does.
    pub(super) fn covers(&self, row: &DocumentRow, history: Option<&History>) -> bool {
        let is_in = |period: &PartyPeriod| match history {
            Some(history) => period.to > history.looked_at || history.instants.iter().any(|at| period.contains(*at)),
            None => true,
        };
        self.documents.contains(&row.id) || self.periods_of(row).any(is_in)
    }

    /// Whether a session or a message is asked for that was not in `before`.
    pub(super) fn is_of_more_talk_than(&self, before: &Self) -> bool {
        self.about.iter().any(|about| !before.about.contains(about))
    }

    /// The entries of the sessions and messages that are asked for.
    pub(super) async fn entries(&self, app: &App) -> Result<BTreeSet<u64>, OperationError> {
        let mut entries = BTreeSet::new();
        for about in &self.about {
            entries.extend(app.journal.entries_of_subject(&about.record().identity()).await?);
        }
        Ok(entries)
    }
}
