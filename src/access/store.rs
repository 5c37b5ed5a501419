//! Clients, their people and invitations as they are kept.

use super::rights::Capability;
use crate::db::{Db, DbError, Row, Tx};
use crate::domain::ids::{DocumentId, InvitationId};
use crate::domain::party::{IdentifierPolicy, Party};
use crate::domain::time::Moment;
use crate::params;

/// A client: a party that has accepted the operator's offer (REG-02).
#[derive(Debug, Clone)]
pub struct Client {
    /// The party.
    pub party: Party,
    /// Its name as it is shown.
    pub display_name: String,
    /// `person`, `sole-trader` or `organization` (REG-01).
    pub kind: String,
    /// Trusted e-mail (REG-21).
    pub email: String,
    /// Trusted phone (REG-21).
    pub phone: String,
    /// Language of its messages.
    pub language: String,
    /// When it became a client.
    pub joined_at: Moment,
    /// The acceptance that made it a client.
    pub acceptance: DocumentId,
}

/// A person who acts for a client.
#[derive(Debug, Clone)]
pub struct Member {
    /// IIN of the person.
    pub iin: String,
    /// What he may do.
    pub capability: Capability,
    /// His name as it is shown.
    pub display_name: String,
    /// Since when.
    pub added_at: Moment,
    /// IIN of who added him.
    pub added_by: String,
}

/// An invitation to become a client.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Who invites.
    pub inviter: Party,
    /// Who is invited.
    pub invitee: Party,
    /// When.
    pub created_at: Moment,
}

/// A party as it was kept: its identifiers were judged when it came in.
fn stored_party(key: &str) -> Option<Party> {
    Party::parse_key(key, IdentifierPolicy::AcceptTest).ok()
}

fn parsed<T>(row: &Row, column: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<T, DbError> {
    let text = row.text(column)?;
    parse(&text).ok_or_else(|| DbError::Inconsistent { column: column.to_owned(), detail: text })
}

/// Keeps a client; one that is there already stays as it is.
///
/// # Errors
/// A fault of the database.
pub async fn insert_client(tx: &mut Tx, client: &Client) -> Result<(), DbError> {
    tx.execute(
        include_str!("sql/insert_client.sql"),
        &params![
            client.party.key(),
            client.display_name.as_str(),
            client.kind.as_str(),
            client.email.as_str(),
            client.phone.as_str(),
            client.language.as_str(),
            client.joined_at,
            client.acceptance.as_uuid()
        ],
    )
    .await
    .map(drop)
}

/// At most `limit` clients that joined in a span of time (its end is not in it) and were not told of `kind`, with the instant
/// at which each joined.
///
/// # Errors
/// A fault of the database.
pub async fn joined_untold(
    db: &Db,
    (from, to): (Moment, Moment),
    kind: &str,
    limit: i64,
) -> Result<Vec<(Party, Moment)>, DbError> {
    let rows = db.query(include_str!("sql/select_clients_untold.sql"), &params![from, to, kind, limit]).await?;
    rows.iter().map(|row| Ok((parsed(row, "party", stored_party)?, row.moment("joined_at")?))).collect()
}

/// Holds the row of a client until the transaction ends.
///
/// # Errors
/// A fault of the database.
pub async fn lock(tx: &mut Tx, party: &Party) -> Result<(), DbError> {
    tx.execute(include_str!("sql/lock_client.sql"), &params![party.key()]).await.map(drop)
}

/// The client that `party` is.
///
/// # Errors
/// A fault of the database.
pub async fn client(db: &Db, party: &Party) -> Result<Option<Client>, DbError> {
    let row = db.query_one(include_str!("sql/select_client.sql"), &params![party.key()]).await?;
    row.map(|row| {
        Ok(Client {
            party: parsed(&row, "party", stored_party)?,
            display_name: row.text("display_name")?,
            kind: row.text("kind")?,
            email: row.text("email")?,
            phone: row.text("phone")?,
            language: row.text("language")?,
            joined_at: row.moment("joined_at")?,
            acceptance: DocumentId::from(row.id("acceptance_id")?),
        })
    })
    .transpose()
}

/// Keeps a member of `party`; answers whether he was new.
///
/// # Errors
/// A fault of the database.
pub async fn insert_member(tx: &mut Tx, party: &Party, member: &Member) -> Result<bool, DbError> {
    tx.execute(
        include_str!("sql/insert_membership.sql"),
        &params![
            party.key(),
            member.iin.as_str(),
            member.capability.code(),
            member.display_name.as_str(),
            member.added_at,
            member.added_by.as_str()
        ],
    )
    .await
    .map(|rows| rows == 1)
}

/// Keeps a member of `party` who may sign; one who is there already may sign from now on.
///
/// # Errors
/// A fault of the database.
pub async fn insert_signer(tx: &mut Tx, party: &Party, signer: &Member) -> Result<(), DbError> {
    tx.execute(
        include_str!("sql/upsert_membership_of_signer.sql"),
        &params![
            party.key(),
            signer.iin.as_str(),
            signer.display_name.as_str(),
            signer.added_at,
            signer.added_by.as_str()
        ],
    )
    .await
    .map(drop)
}

fn member(row: &Row) -> Result<Member, DbError> {
    Ok(Member {
        iin: row.text("iin")?,
        capability: parsed(row, "capability", Capability::parse)?,
        display_name: row.text("display_name")?,
        added_at: row.moment("added_at")?,
        added_by: row.text("added_by")?,
    })
}

/// What the person of `iin` is to `party`.
///
/// # Errors
/// A fault of the database.
pub async fn membership(db: &Db, party: &Party, iin: &str) -> Result<Option<Member>, DbError> {
    let row = db.query_one(include_str!("sql/select_membership.sql"), &params![party.key(), iin]).await?;
    row.as_ref().map(member).transpose()
}

/// The people of `party`.
///
/// # Errors
/// A fault of the database.
pub async fn members(db: &Db, party: &Party) -> Result<Vec<Member>, DbError> {
    let rows = db.query(include_str!("sql/select_members.sql"), &params![party.key()]).await?;
    rows.iter().map(member).collect()
}

/// Keeps an invitation; answers whether it was new.
///
/// # Errors
/// A fault of the database.
pub async fn insert_invitation(tx: &mut Tx, invitation: &Invitation) -> Result<bool, DbError> {
    tx.execute(
        include_str!("sql/insert_invitation.sql"),
        &params![invitation.id.as_uuid(), invitation.inviter.key(), invitation.invitee.key(), invitation.created_at],
    )
    .await
    .map(|rows| rows == 1)
}

/// At most `limit` invitations that `party` made.
///
/// # Errors
/// A fault of the database.
pub async fn invitations_made(db: &Db, party: &Party, limit: i64) -> Result<Vec<Invitation>, DbError> {
    let rows = db.query(include_str!("sql/select_invitations.sql"), &params![party.key(), "made", limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(Invitation {
                id: InvitationId::from(row.id("id")?),
                inviter: parsed(row, "inviter", stored_party)?,
                invitee: parsed(row, "invitee", stored_party)?,
                created_at: row.moment("created_at")?,
            })
        })
        .collect()
}

/// Clients with whom `party` has exchanged documents: number and name, by name; at most 200.
///
/// # Errors
/// A fault of the database.
pub async fn counterparties(db: &Db, party: &Party) -> Result<Vec<(String, String)>, DbError> {
    let rows = db.query(include_str!("sql/select_counterparties.sql"), &params![party.key()]).await?;
    rows.iter().map(|row| Ok((parsed(row, "party", stored_party)?.number(), row.text("display_name")?))).collect()
}
