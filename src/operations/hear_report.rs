//! A gateway reports whether a short message reached its phone: written down once, however often it is told (JRN-12, NTF-05).

use serde_json::json;

use super::{Fault, OperationError, send_messages};
use crate::app::{App, Sms};
use crate::domain::address::Channel;
use crate::domain::refusal::RefusalCode;
use crate::extract::format::{field, kind};
use crate::notify::outbox::{self, MessageRow, MessageState};
use crate::notify::report::{Delivery, Report, ReportHeaders};
use crate::notify::text_message;

/// Fewest letters and digits of a word that a code of an error may not hold when the text holds it.
const WORD_MIN_CHARS: usize = 4;

/// Takes a report. The first one of a message counts: what is told later, the same or not, changes nothing. One may come before
/// the answer to the message itself is heard, or in its place; and after we gave a message up whose answer was never heard, that
/// it was delivered all the same.
///
/// # Errors
/// `not-found` where the service takes no reports; `report-unsigned`; `malformed-json`; `message-unknown` for a message that was
/// never made, or that the gateway knows by another mark.
///
/// Keeps: JRN-12, NTF-05.
pub async fn hear_report(app: &App, headers: ReportHeaders<'_>, octets: &[u8]) -> Result<(), OperationError> {
    let Some((sms, key)) = app.sms.as_ref().and_then(|sms| Some((sms, sms.reports.as_ref()?))) else {
        return Err(RefusalCode::NotFound.into());
    };
    if !key.is_of(headers, octets, app.clock.now()) {
        return Err(RefusalCode::ReportUnsigned.into());
    }
    let report = Report::read(octets).ok_or(RefusalCode::MalformedJson)?;
    note(app, sms, &report).await
}

async fn note(app: &App, sms: &Sms, report: &Report) -> Result<(), OperationError> {
    let now = app.clock.now();
    let row = outbox::load(&app.db, report.id).await?.filter(|row| row.address.channel() == Channel::Sms);
    let row = row.filter(|row| row.gateway_id.as_ref().is_none_or(|mark| *mark == report.mark));
    let row = row.ok_or(RefusalCode::MessageUnknown)?;
    let (state, kind) = match report.delivery {
        Delivery::Delivered => (MessageState::Delivered, kind::MESSAGE_DELIVERED),
        Delivery::Failed => (MessageState::Failed, kind::MESSAGE_FAILED),
    };
    let detail = report.detail.as_deref().filter(|detail| !repeats(app, &row, detail));
    let mut payload = send_messages::told_of(&row, &sms.gateway.machine(), now);
    payload.extend([
        (field::GATEWAY_ID.to_owned(), json!(report.mark)),
        (field::REPORTED_FOR.to_owned(), json!(report.at.map(|at| at.to_string()))),
    ]);
    if state == MessageState::Failed {
        payload.extend([(field::REASON.to_owned(), json!("undelivered")), (field::REPLY.to_owned(), json!(detail))]);
    }
    let reply = detail.unwrap_or(state.code());
    let mut tx = app.db.begin().await?;
    if outbox::report(&mut tx, row.id, state, (reply, &report.mark), now).await? {
        let event = send_messages::event(app, &row, kind, payload, now);
        send_messages::finish(app, tx, &row, event, now).await?;
    } else {
        // Its connection first: so many reports that come again at once would each keep one and wait for another.
        drop(tx);
        let known =
            outbox::load(&app.db, row.id).await?.ok_or_else(|| Fault::Inconsistent("a message is gone".to_owned()))?;
        if known.state != state {
            tracing::warn!(message.id = %row.id, known = known.state.code(), told = state.code(), "a report came too late");
        }
    }
    Ok(())
}

/// Whether a code of an error repeats what the message says: the code in it would stand in the journal. What cannot be opened
/// cannot be compared, and counts as repeated.
fn repeats(app: &App, row: &MessageRow, detail: &str) -> bool {
    let text = send_messages::open(app, row).ok().and_then(|octets| text_message::text_of(&octets));
    let Some(text) = text.map(|text| text.to_lowercase()) else { return true };
    let detail = detail.to_lowercase();
    let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= WORD_MIN_CHARS);
    text.contains(&detail) || words.any(|word| detail.contains(word))
}
