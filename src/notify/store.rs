//! Notices as they are kept.

use std::fmt;
use std::str::FromStr;

use crate::db::{Db, DbError, Step, Tx};
use crate::domain::ids::{DocumentId, EventId};
use crate::domain::party::Party;
use crate::domain::time::Moment;
use crate::params;

/// A notice about to be kept.
#[derive(Debug, Clone)]
pub struct NewNotice {
    /// To whom.
    pub party: Party,
    /// What happened: the kind of the event.
    pub kind: &'static str,
    /// To which document.
    pub document: Option<DocumentId>,
    /// The event that it tells of.
    pub event: EventId,
    /// When.
    pub created_at: Moment,
}

/// Where a reader of the feed stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Behind the notice at this place.
    Place(Place),
    /// Behind all notices up to this position: how places were told before they went by the journal.
    Position(i64),
}

impl After {
    /// Before the first notice.
    pub const START: Self = Self::Position(0);
}

impl FromStr for After {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        match text.split_once('.') {
            Some((seq, position)) => Ok(Self::Place(Place { seq: number(seq)?, position: number(position)? })),
            None => number(text).map(Self::Position),
        }
    }
}

fn number(text: &str) -> Result<i64, NotAPlace> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number).ok_or(NotAPlace)
}

/// What was given is no place of a feed.
#[derive(Debug, thiserror::Error)]
#[error("no place of a feed")]
pub struct NotAPlace;

/// A place in the feed: places are in the order of the journal, and whatever shows later stands further on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The journal's entry.
    pub seq: i64,
    /// Among the notices of that entry.
    pub position: i64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.seq, self.position)
    }
}

/// A notice as it is read.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Its place in the feed.
    pub place: Place,
    /// What happened.
    pub kind: String,
    /// To which document.
    pub document: Option<DocumentId>,
    /// When.
    pub created_at: Moment,
}

/// What keeps a notice.
pub(crate) fn keeping(notice: &NewNotice) -> Step {
    Step::once(
        include_str!("sql/insert_notice.sql"),
        &params![
            notice.party.key(),
            notice.kind,
            notice.document.map(|id| id.as_uuid()),
            notice.event.as_uuid(),
            notice.created_at
        ],
    )
}

/// Whether the party has a notice of this kind, as the transaction sees it.
///
/// # Errors
/// A fault of the database.
pub async fn was_told(tx: &mut Tx, party: &Party, kind: &str) -> Result<bool, DbError> {
    Ok(tx.query_one(include_str!("sql/select_told.sql"), &params![party.key(), kind]).await?.is_some())
}

/// At most `limit` notices of `party` whose events stand in the journal, from `after` on: in the order of the journal, so that
/// whoever goes on from the last one that he was given misses none.
///
/// # Errors
/// A fault of the database.
pub async fn feed(db: &Db, party: &Party, after: After, limit: i64) -> Result<Vec<Notice>, DbError> {
    place(db, party).await?;
    let (from, past) = match after {
        After::Place(place) => (place, 0),
        After::Position(position) => (Place { seq: -1, position: 0 }, position),
    };
    let params = params![party.key(), from.seq, from.position, past, limit];
    let rows = db.query(include_str!("sql/select_notices.sql"), &params).await?;
    rows.iter()
        .map(|row| {
            Ok(Notice {
                place: Place { seq: row.int("seq")?, position: row.int("position")? },
                kind: row.text("kind")?,
                document: row.opt_id("document_id")?.map(DocumentId::from),
                created_at: row.moment("created_at")?,
            })
        })
        .collect()
}

/// Writes down at the party's notices where their events stand: at all that were sequenced by now, or at none. The journal
/// knows nothing of notices; what is written can be found again, so that nobody waits for the disk.
async fn place(db: &Db, party: &Party) -> Result<(), DbError> {
    let party = params![party.key()];
    if db.query_one(include_str!("sql/select_unplaced.sql"), &party).await?.is_none() {
        return Ok(());
    }
    let tx = db.begin().await?;
    tx.commit_lazily_with(&[Step::once(include_str!("sql/place_notices.sql"), &party)]).await
}
