//! An extract of a session or of a message: whose, which messages, and each step, held against the journal's part. Nothing of
//! its history may be closed or left out, and a message is the one whose digest the journal holds (JRN-10, JRN-12).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::contents::Contents;
use super::documents::must_say;
use super::finding::FaultCode;
use super::journal::{Entries, OpenedEntry, entries_of};
use super::report::ExtractReport;
use crate::domain::address::Channel;
use crate::extract::format::{self, field, kind};
use crate::extract::records::{AskedByRecord, ExtractRecord};
use crate::extract::talk::{AboutRecord, MessageRecord, StepRecord};
use crate::journal::{first_entry, seal};

/// Judges what the extract is about, when that is not documents.
pub(super) fn check(
    contents: &mut Contents<'_>,
    extract: &ExtractRecord,
    entries: &Entries,
    report: &mut ExtractReport,
) {
    let Some(about) = &extract.request.about else {
        if extract.version != format::FORMAT_VERSION || !extract.messages.is_empty() || !extract.steps.is_empty() {
            report.fail(format::EXTRACT, FaultCode::Json, "messages or steps of nothing that it is about");
        }
        return;
    };
    for message in &extract.messages {
        check_message(contents, message, entries, report);
    }
    if let Err(reason) = whole(extract, about, entries, report) {
        report.fail(format::EXTRACT, FaultCode::Scope, reason);
    }
    check_asker(extract, about, entries, report);
}

/// That the histories of the subject and of its messages are here, opened, told step by step, and nobody else's.
fn whole(
    extract: &ExtractRecord,
    about: &AboutRecord,
    entries: &Entries,
    report: &ExtractReport,
) -> Result<(), String> {
    if extract.version != format::FORMAT_VERSION_OF_TALK {
        return Err(format!("version {} tells of no sessions or messages", extract.version));
    }
    if extract.request.period.is_some() || !extract.documents.is_empty() || !extract.cases.is_empty() {
        return Err("it is about something else as well".to_owned());
    }
    if !extract.request.scope.ends_with(&about.words()) {
        return Err("the words of the scope end in something else".to_owned());
    }
    let messages: BTreeSet<&str> = extract.messages.iter().map(|message| message.id.as_str()).collect();
    if messages.len() != extract.messages.len() {
        return Err("a message stands twice".to_owned());
    }
    let own: BTreeSet<String> = messages.iter().map(|id| format!("message:{id}")).chain([about.identity()]).collect();
    let subjects = report.statement.iter().flat_map(|statement| &statement.subjects);
    let told: BTreeSet<String> = subjects.map(|subject| subject.identity.clone()).collect();
    if told != own {
        return Err("the statement lists other subjects than it is about".to_owned());
    }
    let listed: BTreeSet<u64> = own.iter().filter_map(|identity| entries_of(report, identity)).flatten().collect();
    for entry in entries.all() {
        if listed.contains(&entry.seq) {
            must_be_open(entry)?;
        } else if ![first_entry::KIND, seal::KIND].contains(&entry.kind.as_str()) {
            return Err(format!("entry {} is of nothing that it is about", entry.seq));
        }
    }
    let steps: Vec<StepRecord> = listed.iter().filter_map(|seq| entries.get(*seq)).map(step).collect();
    if steps != extract.steps {
        return Err("the steps are not those of the entries".to_owned());
    }
    begins(about, entries, report)?;
    let spoken: BTreeSet<&str> = steps.iter().filter_map(|step| step.said.get(field::MESSAGE_ID)?.as_str()).collect();
    if spoken == messages { Ok(()) } else { Err("messages are left out, or are of something else".to_owned()) }
}

fn must_be_open(entry: &OpenedEntry) -> Result<(), String> {
    if entry.tells_actor && entry.fields.len() == entry.committed.0 {
        return Ok(());
    }
    Err(format!("entry {} is not opened in full", entry.seq))
}

fn step(entry: &OpenedEntry) -> StepRecord {
    StepRecord { entry: entry.seq, at: entry.at.to_string(), kind: entry.kind.clone(), said: entry.fields.clone() }
}

/// The entry by which the history of what the extract is about begins, and no other of that kind.
fn first<'a>(about: &AboutRecord, entries: &'a Entries, report: &ExtractReport) -> Result<&'a OpenedEntry, String> {
    let (kind, name, id) = match about {
        AboutRecord::Session(id) => (kind::SESSION_OPENED, field::SESSION_ID, id),
        AboutRecord::Message(id) => (kind::MESSAGE_MADE, field::MESSAGE_ID, id),
    };
    let history = entries_of(report, &about.identity()).unwrap_or_default();
    let mut found = history.iter().filter_map(|seq| entries.get(*seq)).filter(|entry| entry.kind == kind);
    match (found.next(), found.next()) {
        (Some(entry), None) if entry.text(name) == Some(id) => Ok(entry),
        _ => Err(format!("its history has not one {kind}")),
    }
}

fn begins(about: &AboutRecord, entries: &Entries, report: &ExtractReport) -> Result<(), String> {
    let first = first(about, entries, report)?;
    let history = entries_of(report, &about.identity()).unwrap_or_default();
    match about {
        AboutRecord::Session(_) if history.first() != Some(&first.seq) => {
            Err("a session begins with something else".to_owned())
        }
        AboutRecord::Session(_) | AboutRecord::Message(_) => Ok(()),
    }
}

/// That who asked, when it is a party, is the one whose session or message it is.
fn check_asker(extract: &ExtractRecord, about: &AboutRecord, entries: &Entries, report: &mut ExtractReport) {
    let AskedByRecord::Party(party) = &extract.request.asked_by else { return };
    // A history without its beginning is told already.
    let Ok(first) = first(about, entries, report) else { return };
    if first.text(field::PARTY) != Some(&party.key) {
        report.fail(format::EXTRACT, FaultCode::Asker, format!("entry {} is of another party", first.seq));
    }
}

/// That the octets are those of the entry that made the message, and that it went, if it went, as they are.
fn check_message(contents: &mut Contents<'_>, message: &MessageRecord, entries: &Entries, report: &mut ExtractReport) {
    let history = entries_of(report, &format!("message:{}", message.id)).unwrap_or_default();
    let history: Vec<&OpenedEntry> = history.iter().filter_map(|seq| entries.get(*seq)).collect();
    let of = |wanted: &'static str| history.iter().copied().filter(move |entry| entry.kind == wanted);
    let mut made = of(kind::MESSAGE_MADE);
    let made = made.next().filter(|_| made.next().is_none());
    let channel = made.and_then(|made| Channel::parse(made.text(field::CHANNEL)?));
    let path = message.path.clone();
    let (Some(made), Some(channel)) = (made, channel) else {
        let detail = "its history has not one entry that made it, by a way that is known";
        return report.fail(&path, FaultCode::MessageDiffers, detail);
    };
    if path != format::message(&message.id, channel) {
        return report.fail(format::EXTRACT, FaultCode::Json, format!("{path} is not in its place"));
    }
    let Some(octets) = contents.take(&path, report) else { return };
    let size_fits = u64::try_from(octets.len()).is_ok_and(|size| size == message.size);
    if !size_fits || contents.digest(&path).map(hex::encode).as_ref() != Some(&message.sha256) {
        report.fail(&path, FaultCode::Digest, "not the size and digest told in extract.json");
    }
    must_say(&path, made, field::SIZE, &json!(message.size), report);
    let course: Vec<&OpenedEntry> = history.iter().copied().filter(|entry| COURSE.contains(&&*entry.kind)).collect();
    if let Err(detail) = runs(channel, &course) {
        report.fail(&path, FaultCode::MessageDiffers, detail);
    }
    let mail_id = made.fields.get(field::MAIL_ID).cloned().unwrap_or(Value::Null);
    for entry in course {
        must_say(&path, entry, field::MESSAGE_ID, &json!(message.id), report);
        must_say(&path, entry, field::SHA256, &json!(message.sha256), report);
        if channel == Channel::Email {
            must_say(&path, entry, field::MAIL_ID, &mail_id, report);
        }
    }
}

/// The kinds of entries in which a message runs its course.
const COURSE: [&str; 4] = [kind::MESSAGE_MADE, kind::MESSAGE_SENT, kind::MESSAGE_DELIVERED, kind::MESSAGE_FAILED];

/// That a message was made first, then sent once or not at all, then, of a short message, delivered or not, once; one that the
/// operator did not get sent may be reported as delivered after that. A mail that was sent has ended with that: whether it is
/// read is told by nobody.
fn runs(channel: Channel, course: &[&OpenedEntry]) -> Result<(), &'static str> {
    let kinds: Vec<&str> = course.iter().map(|entry| entry.kind.as_str()).collect();
    let mut rest = match kinds.split_first() {
        Some((&kind::MESSAGE_MADE, rest)) => rest,
        Some(_) | None => return Err("it ended before it was made"),
    };
    let was_sent = rest.first() == Some(&kind::MESSAGE_SENT);
    if was_sent {
        rest = rest.get(1..).unwrap_or_default();
    }
    match (channel, rest) {
        (_, []) | (Channel::Sms, [kind::MESSAGE_DELIVERED | kind::MESSAGE_FAILED]) => Ok(()),
        (Channel::Email, [kind::MESSAGE_FAILED]) if !was_sent => Ok(()),
        (Channel::Sms, [kind::MESSAGE_FAILED, kind::MESSAGE_DELIVERED]) if !was_sent && !is_reported(course) => Ok(()),
        (_, _) => Err("it ended more than once, or otherwise than messages of its way do"),
    }
}

/// Whether the first failure in a course is what the gateway reported, and not where the operator gave up.
fn is_reported(course: &[&OpenedEntry]) -> bool {
    let failed = course.iter().find(|entry| entry.kind == kind::MESSAGE_FAILED);
    failed.is_none_or(|entry| !matches!(entry.text(field::REASON), Some("given-up" | "refused")))
}
