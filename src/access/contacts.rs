//! Addresses at which the people of a client are written to, as they are kept (REG-21). One counts when it is confirmed.

use crate::db::{Db, DbError, Row, Tx};
use crate::domain::address::{Address, Channel};
use crate::domain::ids::ContactId;
use crate::domain::party::Party;
use crate::domain::time::Moment;
use crate::i18n::Language;
use crate::params;

/// Most addresses of one person for one party.
pub const CONTACTS_MAX: usize = 5;

/// An address of a person.
#[derive(Debug, Clone)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// Key of the party for which he is written to.
    pub party: String,
    /// IIN of the person.
    pub iin: String,
    /// The address.
    pub address: Address,
    /// In which language.
    pub language: Language,
    /// Since when it is known.
    pub added_at: Moment,
    /// When a code that was sent there came back.
    pub confirmed_at: Option<Moment>,
    /// By which way the person wants to be written to.
    pub wanted: Channel,
}

fn contact(row: &Row) -> Result<Contact, DbError> {
    let (channel, address, language) = (row.text("channel")?, row.text("address")?, row.text("language")?);
    let inconsistent = |column: &str, detail: String| DbError::Inconsistent { column: column.to_owned(), detail };
    let channel = Channel::parse(&channel).ok_or_else(|| inconsistent("contact.channel", channel))?;
    let wanted = row.opt_text("wanted")?.map_or(Some(Channel::Email), |wanted| Channel::parse(&wanted));
    Ok(Contact {
        id: ContactId::from(row.id("id")?),
        party: row.text("party")?,
        iin: row.text("iin")?,
        address: Address::parse(channel, &address)
            .map_err(|error| inconsistent("contact.address", error.to_string()))?,
        language: Language::parse(&language).ok_or_else(|| inconsistent("contact.language", language))?,
        added_at: row.moment("added_at")?,
        confirmed_at: row.opt_moment("confirmed_at")?,
        wanted: wanted.ok_or_else(|| inconsistent("contact_choice.channel", "no such way".to_owned()))?,
    })
}

/// Keeps an address; answers whether it was new.
///
/// # Errors
/// A fault of the database.
pub async fn insert(tx: &mut Tx, new: &Contact) -> Result<bool, DbError> {
    let values = params![
        new.id.as_uuid(),
        new.party.as_str(),
        new.iin.as_str(),
        new.address.channel().code(),
        new.address.as_str(),
        new.language.code(),
        new.added_at
    ];
    Ok(tx.execute(include_str!("sql/insert_contact.sql"), &values).await? == 1)
}

/// The addresses of a person for a party.
///
/// # Errors
/// A fault of the database.
pub async fn of_person(db: &Db, party: &Party, iin: &str) -> Result<Vec<Contact>, DbError> {
    let rows = db.query(include_str!("sql/select_contacts.sql"), &params![party.key(), iin]).await?;
    rows.iter().map(contact).collect()
}

/// The same, as `tx` sees them.
///
/// # Errors
/// A fault of the database.
pub async fn of_person_in(tx: &mut Tx, party: &Party, iin: &str) -> Result<Vec<Contact>, DbError> {
    let rows = tx.query(include_str!("sql/select_contacts.sql"), &params![party.key(), iin]).await?;
    rows.iter().map(contact).collect()
}

/// At most `limit` confirmed addresses of a party's people.
///
/// # Errors
/// A fault of the database.
pub async fn confirmed_of(tx: &mut Tx, party: &Party, limit: i64) -> Result<Vec<Contact>, DbError> {
    let rows = tx.query(include_str!("sql/select_contacts_confirmed.sql"), &params![party.key(), limit]).await?;
    rows.iter().map(contact).collect()
}

/// An address, locked till the end of the transaction.
///
/// # Errors
/// A fault of the database.
pub async fn lock(tx: &mut Tx, id: ContactId) -> Result<Option<Contact>, DbError> {
    let row = tx.query_one(include_str!("sql/lock_contact.sql"), &params![id.as_uuid()]).await?;
    row.as_ref().map(contact).transpose()
}

/// Notes that a code came back from there.
///
/// # Errors
/// A fault of the database.
pub async fn confirm(tx: &mut Tx, id: ContactId, now: Moment) -> Result<(), DbError> {
    tx.execute(include_str!("sql/confirm_contact.sql"), &params![id.as_uuid(), now]).await.map(drop)
}

/// Keeps the way by which a person wants to be written to for a party.
///
/// # Errors
/// A fault of the database.
pub async fn choose(tx: &mut Tx, (party, iin): (&Party, &str), channel: Channel, now: Moment) -> Result<(), DbError> {
    let values = params![party.key(), iin, channel.code(), now];
    tx.execute(include_str!("sql/upsert_contact_choice.sql"), &values).await.map(drop)
}

/// Forgets an address.
///
/// # Errors
/// A fault of the database.
pub async fn delete(tx: &mut Tx, id: ContactId) -> Result<(), DbError> {
    tx.execute(include_str!("sql/delete_contact.sql"), &params![id.as_uuid()]).await.map(drop)
}
