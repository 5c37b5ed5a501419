//! Who an extract is for. One officer alone gives a party what the party is in already; whatever else is asked for needs a
//! request that another officer approved (POA-03). That a party asked is the officer's word: so its own history in the
//! journal says that an extract was issued to it, and it is told.

use super::super::{OperationError, court_scope, issue_receipt};
use super::{ExtractRequest, TEXT_MAX_CHARS, talk};
use crate::app::App;
use crate::docflow::store::DocumentRow;
use crate::domain::ids::CourtRequestId;
use crate::domain::party::{IdentifierPolicy, Party};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::text::is_plain;
use crate::domain::time::Moment;
use crate::extract::facts::{AskerFacts, PeriodFacts, RequestFacts};
use crate::extract::records::AskedByRecord;

/// Who asks.
#[derive(Debug, Clone)]
pub enum Asker {
    /// A party to everything that is asked for: its name is looked up, not typed.
    Party {
        /// The party.
        party: Party,
        /// On what ground it asks.
        ground: String,
        /// What it asks for, in its own words.
        words: String,
    },
    /// A court or a body: who it is, the ground and the words are those of its approved request.
    Court(CourtRequestId),
}

impl Asker {
    /// The request of a court.
    pub(super) fn court_request(&self) -> Option<CourtRequestId> {
        match self {
            Self::Court(id) => Some(*id),
            Self::Party { .. } => None,
        }
    }

    /// That the asker may have these documents: a party those in which it is sender or recipient, and no other.
    pub(super) fn must_be_in(&self, documents: &[DocumentRow]) -> Result<(), Refusal> {
        match self {
            // What its request covers was approved, and is looked at by itself.
            Self::Court(_) => Ok(()),
            Self::Party { party, .. } => {
                let is_in = |row: &DocumentRow| row.sender == *party || row.recipient == *party;
                if documents.iter().all(is_in) { Ok(()) } else { Err(is_no_party()) }
            }
        }
    }
}

fn is_no_party() -> Refusal {
    Refusal::new(RefusalCode::AskerIsNoParty).at("/asked_by")
}

/// The request as the extract tells it, when whoever asks may ask for this.
///
/// # Errors
/// `court-request-unknown`, `court-request-state`, `court-request-expired`, `court-scope-wider`; `asker-is-no-party` for a
/// period of another party; `date-invalid` for a period that is not over; `missing-requisite`.
pub(super) async fn asked(app: &App, request: &ExtractRequest, now: Moment) -> Result<RequestFacts, OperationError> {
    let (asked_by, ground, words) = match &request.asker {
        Asker::Court(id) => {
            let court = court_scope::approved(app, *id, now).await?;
            court_scope::must_cover(&court, request)?;
            let (authority, reference, dated) = (court.authority, court.reference, court.dated);
            (AskerFacts::CourtRequest { id: court.id, authority, reference, dated }, court.ground, court.words)
        }
        Asker::Party { party, ground, words } => {
            if request.period.is_some_and(|period| period.party != *party) {
                return Err(is_no_party().into());
            }
            let name = issue_receipt::name_of(app, party).await?;
            (AskerFacts::Party(*party, name), ground.clone(), words.clone())
        }
    };
    if let (Some(about), Asker::Party { party, .. }) = (request.about, &request.asker)
        && talk::look(app, about).await?.party != *party
    {
        return Err(is_no_party().into());
    }
    // Of a period that goes on an extract would tell a part as the whole: what comes after the checkpoint is not in it.
    if request.period.is_some_and(|period| period.to > now) {
        return Err(Refusal::new(RefusalCode::DateInvalid).with("reason", "period-ahead").at("/period/to").into());
    }
    for (name, text) in [("ground", &ground), ("scope", &words)] {
        if text.trim().is_empty() || !is_plain(text) || text.chars().count() > TEXT_MAX_CHARS {
            let refusal = Refusal::new(RefusalCode::MissingRequisite).with("requisite", name);
            return Err(refusal.at(format!("/{name}")).into());
        }
    }
    let period = request.period.map(|period| PeriodFacts { party: period.party, from: period.from, to: period.to });
    Ok(RequestFacts { asked_by, ground, scope: words, period, about: request.about })
}

/// The party for which an extract was made, when it was made for one.
pub(super) fn party_of(asked_by: &AskedByRecord) -> Option<Party> {
    match asked_by {
        AskedByRecord::Party(party) => Party::parse_key(&party.key, IdentifierPolicy::AcceptTest).ok(),
        AskedByRecord::CourtRequest(_) => None,
    }
}
