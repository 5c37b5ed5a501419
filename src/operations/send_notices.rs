//! Notices by mail or SMS to the confirmed addresses of a party's people: a hint that something happened, in the reader's
//! language, without names or contents, which do not travel by open channels. The feed of notices is the truth, so that a bound
//! on messages loses nothing. Each is written to by the way that he chose (ACC-05), mail unless he said otherwise; where he has
//! no confirmed address of it, or the service sends nothing by it, by the other.

use qolhat_pki::time::Span;
use serde_json::json;

use super::OperationError;
use super::send_messages::{self, NewLetter};
use crate::access::contacts::{self, Contact};
use crate::app::{App, Way};
use crate::db::Tx;
use crate::domain::address::Channel;
use crate::domain::ids::MessageId;
use crate::domain::party::{IdentifierPolicy, Party};
use crate::domain::time::Moment;
use crate::i18n::{self, has_key};
use crate::journal::EventDraft;
use crate::notify::outbox::{self, MessageRow};
use crate::notify::store::NewNotice;
use crate::notify::text_message;

/// Most addresses of one party that a notice goes to.
const ADDRESSES_MAX: i64 = 20;
/// Most notices that go to one address in an hour; what comes on top stands in the feed.
const NOTICES_PER_HOUR_MAX: i64 = 30;
/// What these messages are for.
const PURPOSE: &str = "notice";

/// Keeps the messages of `notices` in the transaction of their act; answers their events. After the commit the workers are
/// woken. Nothing where the service sends no notices by any way.
///
/// # Errors
/// A fault.
pub(super) async fn put(
    app: &App,
    tx: &mut Tx,
    notices: &[NewNotice],
    now: Moment,
) -> Result<Vec<EventDraft>, OperationError> {
    let way = |channel| app.way(channel).filter(Way::notices);
    if Channel::ALL.into_iter().all(|channel| way(channel).is_none()) {
        return Ok(Vec::new());
    }
    let since = now.checked_sub(Span::hours(1)).unwrap_or(Moment::MIN);
    let mut events = Vec::new();
    for notice in notices {
        let known = contacts::confirmed_of(tx, &notice.party, ADDRESSES_MAX).await?;
        for contact in known.iter().filter(|contact| carries(contact, &known, |channel| way(channel).is_some())) {
            let Some(way) = way(contact.address.channel()) else { continue };
            if outbox::count(tx, &contact.address, PURPOSE, since).await? < NOTICES_PER_HOUR_MAX {
                events.extend(one(app, way, tx, notice, contact, now).await?);
            }
        }
    }
    Ok(events)
}

/// Whether notices to a person go to this one of the confirmed addresses: those of the way that he wants, or of the other where
/// there is none of it.
pub(super) fn carries(contact: &Contact, confirmed: &[Contact], is_open: impl Fn(Channel) -> bool) -> bool {
    let has = |channel: Channel| {
        is_open(channel)
            && confirmed.iter().any(|other| {
                (&other.iin, &other.party) == (&contact.iin, &contact.party) && other.address.channel() == channel
            })
    };
    let by = if has(contact.wanted) { contact.wanted } else { contact.wanted.other() };
    contact.address.channel() == by && is_open(by)
}

async fn one(
    app: &App,
    way: Way<'_>,
    tx: &mut Tx,
    notice: &NewNotice,
    contact: &Contact,
    now: Moment,
) -> Result<Option<EventDraft>, OperationError> {
    let say = |key: &str, values: &[(&str, &str)]| i18n::text(contact.language, key, values);
    let key = format!("notice-{}", notice.kind.replace('.', "-"));
    if !has_key(contact.language, &key) {
        return Ok(None);
    }
    let what = say(&key, &[]);
    let origin = app.pages.config.public_origin.as_ref();
    let text = match way {
        // A link in an SMS is what frauds send: the name of the place says enough.
        Way::Sms(_) => {
            let place = origin.and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
            let whole = say("sms-notice", &[("what", &what), ("where", place.unwrap_or(&app.operator.name))]);
            let Some(text) = sms_text(whole, &what) else {
                tracing::warn!(notice.kind = %notice.kind, "a notice is too long for an SMS and stands in the feed alone");
                return Ok(None);
            };
            text
        }
        Way::Mail(_) => {
            let address = origin.map(|origin| {
                let path = notice.document.map_or_else(String::new, |document| format!("documents/{document}"));
                format!("{origin}/{path}")
            });
            let place = address.map(|address| say("mail-notice-where", &[("address", &address)]));
            let last = [say("mail-notice-source", &[]), say("mail-signature", &[("operator", &app.operator.name)])];
            letter(std::slice::from_ref(&what), place, &last)
        }
    };
    Ok(Some(put_one(app, way, tx, contact, (&what, &text, None), now).await?))
}

/// What a short message of a notice says: all of it, or what happened alone where the name of the place is too long; `None` when
/// that is too long as well. A notice never breaks the act that it tells of.
fn sms_text(whole: String, what: &str) -> Option<String> {
    let fits = |text: &str| text_message::parts(text) <= text_message::PARTS_MAX;
    if fits(&whole) {
        return Some(whole);
    }
    fits(what).then(|| what.to_owned())
}

/// Paragraphs of a mail.
fn letter(first: &[String], middle: Option<String>, last: &[String]) -> String {
    let mut lines = first.to_vec();
    lines.push(String::new());
    lines.extend(middle.into_iter().flat_map(|line| [line, String::new()]));
    lines.extend_from_slice(last);
    lines.push(String::new());
    lines.join("\n")
}

async fn put_one(
    app: &App,
    way: Way<'_>,
    tx: &mut Tx,
    contact: &Contact,
    (subject, text, instead_of): (&str, &str, Option<MessageId>),
    now: Moment,
) -> Result<EventDraft, OperationError> {
    let letter = NewLetter {
        purpose: PURPOSE,
        party: &contact.party,
        iin: &contact.iin,
        session: None,
        to: &contact.address,
        subject,
        text,
        instead_of,
        at: now,
        give_up_at: now.checked_add(way.give_up()).unwrap_or(Moment::MAX),
        actor: json!({"operator": app.operator.bin.to_string()}),
    };
    Ok(send_messages::put(app, way, tx, &letter).await?.1)
}

/// Keeps the mail that goes in place of a short message that failed, where its reader has a confirmed address (NTF-05); answers its
/// event. Never in place of a code: by mail it would show nothing about the phone.
///
/// # Errors
/// A fault.
pub(super) async fn fall_back(
    app: &App,
    tx: &mut Tx,
    failed: &MessageRow,
    now: Moment,
) -> Result<Option<EventDraft>, OperationError> {
    let Some(way) = app.way(Channel::Email).filter(Way::notices) else { return Ok(None) };
    if failed.address.channel() != Channel::Sms || failed.purpose != PURPOSE {
        return Ok(None);
    }
    let Ok(party) = Party::parse_key(&failed.party, IdentifierPolicy::AcceptTest) else { return Ok(None) };
    let known = contacts::of_person_in(tx, &party, &failed.iin).await?;
    let is_mail = |contact: &&Contact| contact.confirmed_at.is_some() && contact.address.channel() == Channel::Email;
    let Some(contact) = known.iter().find(is_mail) else { return Ok(None) };
    // What cannot be opened has failed for that, and is told in the log: its end is written down all the same.
    let octets = send_messages::open(app, failed).unwrap_or_default();
    let Some(what) = text_message::text_of(&octets) else { return Ok(None) };
    let say = |key: &str, values: &[(&str, &str)]| i18n::text(contact.language, key, values);
    let last = [
        say("mail-instead-of-sms", &[("ending", ending(failed.address.as_str()))]),
        say("mail-notice-source", &[]),
        say("mail-signature", &[("operator", &app.operator.name)]),
    ];
    let text = letter(std::slice::from_ref(&what), None, &last);
    Ok(Some(put_one(app, way, tx, contact, (&what, &text, Some(failed.id)), now).await?))
}

/// The last two digits of a number: its owner knows it by them, and nobody else who reads his mail.
fn ending(number: &str) -> &str {
    number.get(number.len().saturating_sub(2)..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_that_is_too_long_leaves_out_the_place_and_then_is_left_to_the_feed() {
        let short = |text: &str| Some(text.to_owned());
        let most = "б".repeat(67 * text_message::PARTS_MAX);
        assert_eq!(sms_text("Получен. Подробнее: edo.kz".to_owned(), "Получен"), short("Получен. Подробнее: edo.kz"));
        assert_eq!(sms_text(most.clone(), "Получен"), Some(most.clone()));
        assert_eq!(sms_text(format!("{most}б"), "Получен"), short("Получен"));
        assert_eq!(sms_text(format!("{most}бб"), &format!("{most}б")), None);
    }

    #[test]
    fn a_number_is_named_by_its_last_two_digits() {
        assert_eq!((ending("+77010000001"), ending("1"), ending("")), ("01", "1", ""));
    }
}
