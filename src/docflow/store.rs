//! Documents, their files, keys and receipts as they are kept.

use qolhat_pki::digest::Digests;
use qolhat_storage::ContentDigest;
use uuid::Uuid;

use super::state::{Side, State};
use crate::db::{Db, DbError, Row, Tx};
use crate::domain::digests;
use crate::domain::document::DocumentKind;
use crate::domain::ids::{CaseId, DocumentId, EventId, OfferId};
use crate::domain::party::{IdentifierPolicy, Party};
use crate::domain::time::Moment;
use crate::params;

/// A document about to be kept.
#[derive(Debug, Clone)]
pub struct NewDocument {
    /// Its id.
    pub id: DocumentId,
    /// Its kind.
    pub kind: DocumentKind,
    /// The number its author gave it; empty for an arbitrary file without one.
    pub number: String,
    /// The date it bears, ISO.
    pub date: Option<String>,
    /// The line by which people know it.
    pub title: String,
    /// Who sends it.
    pub sender: Party,
    /// To whom.
    pub recipient: Party,
    /// IIN of the person who brought it.
    pub author_iin: String,
    /// Its first state.
    pub state: State,
    /// When it was brought.
    pub created_at: Moment,
    /// Until when it may wait for evidence.
    pub check_deadline: Option<Moment>,
    /// The event that records it as received, when it is received at once.
    pub recorded_event: Option<EventId>,
    /// The event that made its state.
    pub state_event: EventId,
    /// The offer version that it accepts.
    pub offer: Option<(OfferId, i64)>,
}

/// A document as it is kept.
#[derive(Debug, Clone)]
pub struct DocumentRow {
    /// Its id.
    pub id: DocumentId,
    /// Its kind.
    pub kind: DocumentKind,
    /// The number its author gave it.
    pub number: String,
    /// The date it bears, ISO.
    pub date: Option<String>,
    /// The line by which people know it.
    pub title: String,
    /// Who sent it.
    pub sender: Party,
    /// To whom.
    pub recipient: Party,
    /// IIN of the person who brought it.
    pub author_iin: String,
    /// The state its last act made, sequenced or not.
    pub kept_state: State,
    /// When it was brought.
    pub created_at: Moment,
    /// Until when it may wait for evidence.
    pub check_deadline: Option<Moment>,
    /// Why it was refused, withdrawn or failed its check.
    pub reason: Option<String>,
    /// The event that recorded it as received.
    pub recorded_event: Option<EventId>,
    /// The event that made its state.
    pub state_event: EventId,
    /// The offer version that it accepts.
    pub offer: Option<(OfferId, i64)>,
    /// Number of the entry of `state_event`, once sequenced.
    pub state_seq: Option<i64>,
    /// Number of the entry of `recorded_event`, once sequenced.
    pub recorded_seq: Option<i64>,
}

impl DocumentRow {
    /// The state as its parties see it: `Recording` until the journal holds the act that made it.
    #[must_use]
    pub fn state(&self) -> State {
        if self.state_seq.is_some() { self.kept_state } else { State::Recording }
    }

    /// The side of `party`, if it is one of the two and may see the document: a document that is not received
    /// does not exist for its addressee (A5.2.4, A5.3.6).
    #[must_use]
    pub fn side_of(&self, party: &Party) -> Option<Side> {
        if self.sender == *party {
            Some(Side::Sender)
        } else if self.recipient == *party && self.recorded_seq.is_some() {
            Some(Side::Recipient)
        } else {
            None
        }
    }

    fn from_row(row: &Row) -> Result<Self, DbError> {
        let offer = match (row.opt_id("offer_id")?, row.opt_int("offer_version")?) {
            (Some(id), Some(version)) => Some((OfferId::from(id), version)),
            _ => None,
        };
        Ok(Self {
            id: DocumentId::from(row.id("id")?),
            kind: parsed(row, "kind", DocumentKind::parse)?,
            number: row.text("number")?,
            date: row.opt_text("document_date")?,
            title: row.text("title")?,
            sender: parsed(row, "sender", stored_party)?,
            recipient: parsed(row, "recipient", stored_party)?,
            author_iin: row.text("author_iin")?,
            kept_state: parsed(row, "state", State::parse)?,
            created_at: row.moment("created_at")?,
            check_deadline: row.opt_moment("check_deadline")?,
            reason: row.opt_text("reason")?,
            recorded_event: row.opt_id("recorded_event")?.map(EventId::from),
            state_event: EventId::from(row.id("state_event")?),
            offer,
            state_seq: row.opt_int("state_seq")?,
            recorded_seq: row.opt_int("recorded_seq")?,
        })
    }
}

/// A party as it was kept: its identifiers were judged when it came in.
fn stored_party(key: &str) -> Option<Party> {
    Party::parse_key(key, IdentifierPolicy::AcceptTest).ok()
}

fn parsed<T>(row: &Row, column: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<T, DbError> {
    let text = row.text(column)?;
    parse(&text).ok_or_else(|| DbError::Inconsistent { column: column.to_owned(), detail: text })
}

/// What a file of a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileRole {
    /// What the signature covers, byte for byte.
    Original,
    /// A file that the original names by digest.
    Attachment,
}

impl FileRole {
    /// The word kept.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Attachment => "attachment",
        }
    }
}

/// A file of a document.
#[derive(Debug, Clone)]
pub struct FileRow {
    /// Its place, the original first.
    pub ordinal: i64,
    /// What it is.
    pub role: FileRole,
    /// Its name as given.
    pub name: String,
    /// Its media type by content.
    pub media_type: String,
    /// Bytes of the plaintext.
    pub size_bytes: i64,
    /// SHA-256 of the plaintext.
    pub sha256: ContentDigest,
    /// Where the sealed bytes are.
    pub blob_address: ContentDigest,
    /// Digests taken of a large file as it came in; `None` for one that is held to be checked.
    pub digests: Option<Digests>,
}

impl FileRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            ordinal: row.int("ordinal")?,
            role: parsed(row, "role", |code| match code {
                "original" => Some(FileRole::Original),
                "attachment" => Some(FileRole::Attachment),
                _ => None,
            })?,
            name: row.text("name")?,
            media_type: row.text("media_type")?,
            size_bytes: row.int("size_bytes")?,
            sha256: digest(row, "sha256")?,
            blob_address: digest(row, "blob_address")?,
            digests: row
                .opt_text("digests")?
                .map(|text| digests::parse(&text))
                .transpose()
                .map_err(|detail| DbError::Inconsistent { column: "digests".to_owned(), detail })?,
        })
    }
}

/// The SHA-256 kept in `column`.
///
/// # Errors
/// [`DbError::Inconsistent`] when it is not 32 octets.
pub fn digest(row: &Row, column: &'static str) -> Result<ContentDigest, DbError> {
    <[u8; 32]>::try_from(row.bytes(column)?).map(ContentDigest::from_bytes).map_err(|bytes| DbError::Inconsistent {
        column: column.to_owned(),
        detail: format!("{} octets instead of 32", bytes.len()),
    })
}

/// A signed receipt (FLW-03, FLW-04).
#[derive(Debug, Clone)]
pub struct ReceiptRow {
    /// The event whose recording it confirms.
    pub event: EventId,
    /// Its own number.
    pub number: i64,
    /// The attached CMS, signed by the operator.
    pub cms: Vec<u8>,
    /// When it was made.
    pub made_at: Moment,
}

/// Keeps a new document.
///
/// # Errors
/// [`DbError::Constraint`] names `a_client_accepts_an_offer_version_once` for a second acceptance.
pub async fn insert(tx: &mut Tx, new: &NewDocument) -> Result<(), DbError> {
    let (offer_id, offer_version) = new.offer.map_or((None, None), |(id, version)| (Some(id.as_uuid()), Some(version)));
    tx.execute(
        include_str!("sql/insert_document.sql"),
        &params![
            new.id.as_uuid(),
            new.kind.code(),
            new.number.as_str(),
            new.date.clone(),
            new.title.as_str(),
            new.sender.key(),
            new.recipient.key(),
            new.author_iin.as_str(),
            new.state.code(),
            new.created_at,
            new.check_deadline,
            new.recorded_event.map(|id| id.as_uuid()),
            new.state_event.as_uuid(),
            offer_id,
            offer_version
        ],
    )
    .await
    .map(drop)
}

/// The document, locked until the transaction ends.
///
/// # Errors
/// A fault of the database.
pub async fn lock(tx: &mut Tx, id: DocumentId) -> Result<Option<DocumentRow>, DbError> {
    let row = tx.query_one(include_str!("sql/lock_document.sql"), &params![id.as_uuid()]).await?;
    row.as_ref().map(DocumentRow::from_row).transpose()
}

/// The document.
///
/// # Errors
/// A fault of the database.
pub async fn load(db: &Db, id: DocumentId) -> Result<Option<DocumentRow>, DbError> {
    let row = db.query_one(include_str!("sql/select_document.sql"), &params![id.as_uuid()]).await?;
    row.as_ref().map(DocumentRow::from_row).transpose()
}

/// At most `limit` documents of which a signature is contested in `case`, oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn contested_in(db: &Db, case: CaseId, limit: i64) -> Result<Vec<DocumentRow>, DbError> {
    let rows = db.query(include_str!("sql/list_documents_contested.sql"), &params![case.as_uuid(), limit]).await?;
    rows.iter().map(DocumentRow::from_row).collect()
}

/// Where a page of documents, newest first, goes on: documents may be of one instant, and the page may end among them.
#[derive(Debug, Clone, Copy)]
pub struct Before {
    /// Older than this instant,
    pub at: Moment,
    /// or of it, with an id before this one.
    pub id: Option<DocumentId>,
}

impl Before {
    /// Before the first page.
    pub const START: Self = Self { at: Moment::MAX, id: None };

    fn id(self) -> Uuid {
        // Nothing is before the nil id: of that instant nothing follows.
        self.id.map_or(Uuid::nil(), |id| id.as_uuid())
    }
}

/// At most `limit` documents of `party`, newest first, from `before` on; `side` narrows to outbox or inbox.
///
/// # Errors
/// A fault of the database.
pub async fn list(
    db: &Db,
    party: &Party,
    side: Option<Side>,
    before: Before,
    limit: i64,
) -> Result<Vec<DocumentRow>, DbError> {
    let side = side.map_or("any", Side::code);
    let values = params![party.key(), side, before.at, limit, before.id()];
    let rows = db.query(include_str!("sql/list_documents.sql"), &values).await?;
    rows.iter().map(DocumentRow::from_row).collect()
}

/// At most `limit` documents with ids after `after`, in order of their ids.
///
/// # Errors
/// A fault of the database.
pub async fn after(db: &Db, after: DocumentId, limit: i64) -> Result<Vec<DocumentRow>, DbError> {
    let page = params![after.as_uuid(), limit];
    let rows = db.query(include_str!("sql/select_documents_after.sql"), &page).await?;
    rows.iter().map(DocumentRow::from_row).collect()
}

/// A box of a party's documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Box {
    /// What was sent to it and recorded.
    Inbox,
    /// What it has sent.
    Outbox,
    /// What it has not signed yet.
    Drafts,
}

impl Box {
    /// All boxes, in the order in which pages show them.
    pub const ALL: [Self; 3] = [Self::Inbox, Self::Outbox, Self::Drafts];

    /// The word in addresses and statements.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Outbox => "outbox",
            Self::Drafts => "drafts",
        }
    }

    /// The box named by `code`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.code() == code)
    }
}

/// At most `limit` documents in a box of `party`, newest first, from `before` on, in `state` when one is given; each
/// with the name of the other party, when that is a client.
///
/// # Errors
/// A fault of the database.
pub async fn list_box(
    db: &Db,
    party: &Party,
    of: Box,
    state: Option<State>,
    before: Before,
    limit: i64,
) -> Result<Vec<(DocumentRow, Option<String>)>, DbError> {
    let state = state.map_or("any", State::code);
    let values = params![party.key(), of.code(), state, before.at, limit, before.id()];
    let rows = db.query(include_str!("sql/list_box.sql"), &values).await?;
    rows.iter().map(|row| Ok((DocumentRow::from_row(row)?, row.opt_text("counterparty_name")?))).collect()
}

/// How many documents stand where.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Received and not answered.
    pub waiting: i64,
    /// In the inbox.
    pub inbox: i64,
    /// In the outbox.
    pub outbox: i64,
    /// Drafts.
    pub drafts: i64,
}

/// How many documents of `party` stand where.
///
/// # Errors
/// A fault of the database.
pub async fn count(db: &Db, party: &Party) -> Result<Counts, DbError> {
    let row = db.query_one(include_str!("sql/count_documents.sql"), &params![party.key()]).await?;
    row.map_or(Ok(Counts::default()), |row| {
        Ok(Counts {
            waiting: row.int("waiting")?,
            inbox: row.int("inbox")?,
            outbox: row.int("outbox")?,
            drafts: row.int("drafts")?,
        })
    })
}

/// At most `limit` documents that wait for evidence and are due by `now`, each with how often it was looked at. Senders take
/// turns.
///
/// # Errors
/// A fault of the database.
pub async fn due_for_a_check(db: &Db, now: Moment, limit: i64) -> Result<Vec<(DocumentId, i64)>, DbError> {
    let rows = db.query(include_str!("sql/select_documents_due.sql"), &params![now, limit]).await?;
    rows.iter().map(|row| Ok((DocumentId::from(row.id("id")?), row.int("checks")?))).collect()
}

/// Keeps when a document that waits is looked at next, and counts this look.
///
/// # Errors
/// A fault of the database.
pub async fn set_next_check(tx: &mut Tx, id: DocumentId, at: Moment) -> Result<(), DbError> {
    tx.execute(include_str!("sql/update_document_next_check.sql"), &params![id.as_uuid(), at]).await.map(drop)
}

/// What an act makes of a document.
#[derive(Debug, Clone)]
pub struct Change {
    /// The new state.
    pub state: State,
    /// Why, for a rejection, a withdrawal or a failed check.
    pub reason: Option<String>,
    /// The event of the act.
    pub state_event: EventId,
    /// The event that recorded the document as received: the old one, or this act's.
    pub recorded_event: Option<EventId>,
    /// Until when it may wait for evidence.
    pub check_deadline: Option<Moment>,
}

/// Keeps what an act made of a document that the transaction has locked.
///
/// # Errors
/// A fault of the database.
pub async fn update(tx: &mut Tx, id: DocumentId, change: &Change) -> Result<(), DbError> {
    tx.execute(
        include_str!("sql/update_document_state.sql"),
        &params![
            id.as_uuid(),
            change.state.code(),
            change.reason.clone(),
            change.state_event.as_uuid(),
            change.recorded_event.map(|event| event.as_uuid()),
            change.check_deadline
        ],
    )
    .await
    .map(drop)
}

/// Keeps a file of a document.
///
/// # Errors
/// A fault of the database.
pub async fn insert_file(tx: &mut Tx, document: DocumentId, file: &FileRow) -> Result<(), DbError> {
    tx.execute(
        include_str!("sql/insert_file.sql"),
        &params![
            document.as_uuid(),
            file.ordinal,
            file.role.code(),
            file.name.as_str(),
            file.media_type.as_str(),
            file.size_bytes,
            file.sha256.as_bytes().to_vec(),
            file.blob_address.as_bytes().to_vec(),
            file.digests.as_ref().map(digests::to_text)
        ],
    )
    .await
    .map(drop)
}

/// The files of a document, the original first.
///
/// # Errors
/// A fault of the database.
pub async fn files(db: &Db, document: DocumentId) -> Result<Vec<FileRow>, DbError> {
    let rows = db.query(include_str!("sql/select_files.sql"), &params![document.as_uuid()]).await?;
    rows.iter().map(FileRow::from_row).collect()
}

/// Keeps the content key of a document, wrapped for `holder`.
///
/// # Errors
/// A fault of the database.
pub async fn insert_key(tx: &mut Tx, document: DocumentId, holder: &Party, wrapped: &[u8]) -> Result<(), DbError> {
    tx.execute(include_str!("sql/insert_key.sql"), &params![document.as_uuid(), holder.key(), wrapped.to_vec()])
        .await
        .map(drop)
}

/// The content key of a document, wrapped for `holder`.
///
/// # Errors
/// A fault of the database.
pub async fn key(db: &Db, document: DocumentId, holder: &Party) -> Result<Option<Vec<u8>>, DbError> {
    let row = db.query_one(include_str!("sql/select_key.sql"), &params![document.as_uuid(), holder.key()]).await?;
    row.map(|row| row.bytes("wrapped")).transpose()
}

/// The number that the next receipt takes.
///
/// # Errors
/// A fault of the database.
pub async fn next_receipt_number(tx: &mut Tx) -> Result<i64, DbError> {
    let row = tx.query_one(include_str!("sql/select_next_receipt_number.sql"), &[]).await?;
    row.map_or(Ok(1), |row| row.int("number"))
}

/// Keeps a receipt.
///
/// # Errors
/// [`DbError::Constraint`] when the event is receipted already.
pub async fn insert_receipt(tx: &mut Tx, document: DocumentId, receipt: &ReceiptRow) -> Result<(), DbError> {
    tx.execute(
        include_str!("sql/insert_receipt.sql"),
        &params![document.as_uuid(), receipt.event.as_uuid(), receipt.number, receipt.cms.clone(), receipt.made_at],
    )
    .await
    .map(drop)
}

/// The receipts of a document.
///
/// # Errors
/// A fault of the database.
pub async fn receipts(db: &Db, document: DocumentId) -> Result<Vec<ReceiptRow>, DbError> {
    let rows = db.query(include_str!("sql/select_receipts.sql"), &params![document.as_uuid()]).await?;
    rows.iter()
        .map(|row| {
            Ok(ReceiptRow {
                event: EventId::from(row.id("event_id")?),
                number: row.int("number")?,
                cms: row.bytes("cms")?,
                made_at: row.moment("made_at")?,
            })
        })
        .collect()
}

/// At most `limit` documents that are recorded and not yet receipted: what a crash between the two leaves.
///
/// # Errors
/// A fault of the database.
pub async fn without_receipt(db: &Db, limit: i64) -> Result<Vec<DocumentId>, DbError> {
    let rows = db.query(include_str!("sql/select_documents_without_receipt.sql"), &params![limit]).await?;
    rows.iter().map(|row| row.id("id").map(DocumentId::from)).collect()
}
