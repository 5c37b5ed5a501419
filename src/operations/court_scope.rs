//! What a court's request covers, and whether an extract stays within it. A request is answered once: when its extract is
//! issued, in the same transaction.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::issue_extract::{About, Asker, DOCUMENTS_MAX, ExtractRequest, PartyPeriod, too_many_documents};
use super::{Fault, OperationError};
use crate::app::App;
use crate::db::Tx;
use crate::domain::ids::{CourtRequestId, DocumentId, MessageId, SessionId};
use crate::domain::party::{IdentifierPolicy, Party};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::extract::court::{self, CourtRow, CourtState};

/// Field of the journal's entries: the id of the request.
pub const ID_FIELD: &str = "court_request_id";

/// What may be given under a request.
#[derive(Debug, Clone)]
pub enum CourtScope {
    /// These documents: one, or a packet.
    Documents(BTreeSet<DocumentId>),
    /// Everything of one party in a period.
    Period(PartyPeriod),
    /// A session with its codes and messages, or a message.
    About(About),
}

/// [`CourtScope`] as it is kept and journaled.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Kept {
    Documents(BTreeSet<DocumentId>),
    Period { party: String, from: String, to: String },
    Session(SessionId),
    Message(MessageId),
}

impl CourtScope {
    /// One or the other: documents beside a period would be of nobody knows which scope.
    ///
    /// # Errors
    /// `extract-scope-empty`, also for a document listed twice; `too-many-documents`.
    pub fn new(documents: &[DocumentId], period: Option<PartyPeriod>) -> Result<Self, Refusal> {
        if documents.len() > DOCUMENTS_MAX {
            return Err(too_many_documents());
        }
        let set: BTreeSet<DocumentId> = documents.iter().copied().collect();
        match period {
            Some(period) if set.is_empty() => Ok(Self::Period(period)),
            None if !set.is_empty() && set.len() == documents.len() => Ok(Self::Documents(set)),
            Some(_) | None => Err(Refusal::new(RefusalCode::ExtractScopeEmpty).at("/documents")),
        }
    }

    /// The text that is kept and journaled.
    ///
    /// # Errors
    /// A fault when it cannot be written.
    pub fn to_text(&self) -> Result<String, Fault> {
        let kept = match self {
            Self::Documents(documents) => Kept::Documents(documents.clone()),
            Self::Period(period) => {
                Kept::Period { party: period.party.key(), from: period.from.to_string(), to: period.to.to_string() }
            }
            Self::About(About::Session(id)) => Kept::Session(*id),
            Self::About(About::Message(id)) => Kept::Message(*id),
        };
        serde_json::to_string(&kept).map_err(|error| Fault::Inconsistent(format!("a scope: {error}")))
    }

    /// The scope of a kept request.
    ///
    /// # Errors
    /// A fault when the row contradicts itself.
    pub fn of(row: &CourtRow) -> Result<Self, Fault> {
        let wrong = |detail: String| Fault::Inconsistent(format!("scope of court request {}: {detail}", row.id));
        match serde_json::from_str(&row.scope).map_err(|error| wrong(error.to_string()))? {
            Kept::Documents(documents) => Ok(Self::Documents(documents)),
            Kept::Session(id) => Ok(Self::About(About::Session(id))),
            Kept::Message(id) => Ok(Self::About(About::Message(id))),
            Kept::Period { party, from, to } => {
                let party = Party::parse_key(&party, IdentifierPolicy::AcceptTest);
                let moment = |text: &str| Moment::parse_rfc3339(text).map_err(|error| wrong(error.to_string()));
                let party = party.map_err(|error| wrong(error.to_string()))?;
                let period = PartyPeriod::new(party, moment(&from)?, moment(&to)?);
                Ok(Self::Period(period.map_err(|refusal| wrong(refusal.to_string()))?))
            }
        }
    }

    fn covers(&self, request: &ExtractRequest) -> bool {
        match (self, &request.period) {
            (Self::About(approved), None) => request.about == Some(*approved) && request.documents.is_empty(),
            (_, _) if request.about.is_some() => false,
            (Self::Documents(approved), None) => request.documents.iter().all(|document| approved.contains(document)),
            (Self::Period(approved), Some(asked)) => {
                request.documents.is_empty()
                    && approved.party == asked.party
                    && approved.from <= asked.from
                    && asked.to <= approved.to
            }
            // A document's history reaches beyond a period, and a period beyond documents.
            (Self::Documents(_) | Self::About(_), Some(_)) | (Self::Period(_), None) => false,
        }
    }
}

/// What is prepared to give everything that a request covers.
///
/// # Errors
/// A fault when the row contradicts itself.
pub fn everything(row: &CourtRow) -> Result<ExtractRequest, Fault> {
    let (documents, period, about) = match CourtScope::of(row)? {
        CourtScope::Documents(documents) => (documents.into_iter().collect(), None, None),
        CourtScope::Period(period) => (Vec::new(), Some(period), None),
        CourtScope::About(about) => (Vec::new(), None, Some(about)),
    };
    Ok(ExtractRequest { documents, period, about, asker: Asker::Court(row.id) })
}

/// The journal's name of a request.
#[must_use]
pub fn subject(id: CourtRequestId) -> String {
    format!("court-request:{id}")
}

/// The request, when an extract may be made under it now.
///
/// # Errors
/// `court-request-unknown`, `court-request-state`, `court-request-expired`.
pub(super) async fn approved(app: &App, id: CourtRequestId, now: Moment) -> Result<CourtRow, OperationError> {
    let row = court::load(&app.db, id).await?.ok_or(RefusalCode::CourtRequestUnknown)?;
    must_be(&row, CourtState::Approved, now)?;
    Ok(row)
}

/// That the request stands so and has not expired.
pub(super) fn must_be(row: &CourtRow, state: CourtState, now: Moment) -> Result<(), Refusal> {
    if row.state != state {
        return Err(Refusal::new(RefusalCode::CourtRequestState).with("court-state", row.state.code()));
    }
    if now >= row.due_at {
        return Err(Refusal::new(RefusalCode::CourtRequestExpired).with("until", row.due_at.to_string()));
    }
    Ok(())
}

/// That no more is asked for than was approved.
pub(super) fn must_cover(row: &CourtRow, request: &ExtractRequest) -> Result<(), OperationError> {
    if CourtScope::of(row)?.covers(request) {
        return Ok(());
    }
    let pointer = match request.about {
        Some(About::Session(_)) => "/session",
        Some(About::Message(_)) => "/message",
        None if request.period.is_some() => "/period",
        None => "/documents",
    };
    Err(Refusal::new(RefusalCode::CourtScopeWider).at(pointer).into())
}

/// Answers the request in the transaction that issues its extract: a second extract under it is refused.
pub(super) async fn answer(tx: &mut Tx, id: CourtRequestId, now: Moment) -> Result<(), OperationError> {
    let row = court::lock(tx, id).await?.ok_or(RefusalCode::CourtRequestUnknown)?;
    must_be(&row, CourtState::Approved, now)?;
    court::set_answered(tx, id).await?;
    Ok(())
}
