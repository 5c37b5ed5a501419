//! Addresses, codes and mails: what is refused, what is bounded, what is sent, and what the journal says of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use qolhat::access::codes::Alphabet;
use qolhat::access::contacts::CONTACTS_MAX;
use qolhat::config::MailConfig;
use qolhat::demo::client::{Client, ClientError, text};
use qolhat::demo::story::Actor;
use qolhat::domain::address::Channel;
use qolhat::notify::outbox::MessageState;
use qolhat::operations::send_messages;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::sessions::{history, kinds};
use super::support::mail::MailServer;
use super::support::stage::{AGREEMENT, Stage, at, code};

/// Two clients of a service that sends mail.
pub struct Case {
    pub stage: Stage,
    pub mails: MailServer,
    pub head: (Actor, Client),
    pub other: (Actor, Client),
    pub officer: Client,
}

/// `None` where there is no mail server to be had.
pub async fn case() -> Option<Case> {
    case_with(false).await
}

/// The same, notices going by mail or not.
pub async fn case_with(notices: bool) -> Option<Case> {
    let mails = MailServer::start()?;
    let config = MailConfig { notices, ..mails.config() };
    let stage = Stage::set_with(at("2026-11-22T09:00:00Z"), |settings, _| {
        settings.mail = Some(config);
        settings.codes.alphabet = Alphabet::LettersAndDigits;
        settings.codes.length = 12;
    })
    .await;
    let (officer, head, other) = stage.two_clients().await;
    Some(Case { stage, mails, head, other, officer })
}

pub async fn add(client: &Client, address: &str) -> Result<String, ClientError> {
    let body = json!({"channel": "email", "address": address, "language": "en"});
    text(&client.post("/api/v1/contacts", &body).await?, "id")
}

pub async fn enter(client: &Client, contact: &str, code: &str) -> Result<Value, ClientError> {
    client.post(&format!("/api/v1/contacts/{contact}/code"), &json!({"code": code})).await
}

async fn again(client: &Client, contact: &str) -> Result<Value, ClientError> {
    client.post(&format!("/api/v1/contacts/{contact}/codes"), &json!({})).await
}

/// The code in a mail.
pub fn code_in(text: &str) -> String {
    text.lines().find_map(|line| line.strip_prefix("Code: ")).unwrap().trim().to_owned()
}

pub async fn session_of(client: &Client) -> String {
    text(&client.get("/api/v1/session").await.unwrap(), "session_id").unwrap()
}

const DONE: &str = "done: null";

/// Keeps: JRN-10, JRN-12, ACC-05
#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_confirmed_by_the_code_that_was_sent_there_and_each_step_is_journaled() {
    let Some(case) = case().await else { return };
    let (client, address) = (&case.head.1, "ok.head@example.kz");
    let contact = add(client, address).await.unwrap();
    let mail = case.mails.newest(address, 1).await;
    let secret = code_in(&mail.text);
    assert_eq!(secret.len(), 12);
    assert_eq!(code(enter(client, &contact, "234567892345").await), "code-wrong");
    assert_eq!(client.get("/api/v1/contacts").await.unwrap()[0]["confirmed_at"], Value::Null);
    assert_eq!(code(enter(client, &contact, &format!(" {} ", secret.to_lowercase())).await), DONE);
    assert_ne!(client.get("/api/v1/contacts").await.unwrap()[0]["confirmed_at"], Value::Null);
    // Once.
    assert_eq!(code(enter(client, &contact, &secret).await), "code-unknown");
    assert_eq!(code(again(client, &contact).await), "contact-confirmed");

    let app = &case.stage.app;
    let row = case.stage.message(address, |row| row.state == MessageState::Sent).await;
    assert_eq!((row.mail_id.as_deref(), row.attempts), (Some(mail.id.as_str()), 1));
    let octets = send_messages::open(app, &row).unwrap();
    assert_eq!(octets, mail.octets, "what is kept is what was sent");
    let entries = history(app, &format!("message:{}", row.id)).await;
    let steps: Vec<&str> = entries.iter().map(|(kind, _, _)| kind.as_str()).collect();
    let mut sorted = steps.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["code.entered", "code.entered", "code.made", "message.made", "message.sent"]);
    let of = |kind: &str| &entries.iter().find(|(known, _, _)| known == kind).unwrap().1;
    let sha256 = json!(hex::encode(Sha256::digest(&octets)));
    assert_eq!((&of("message.made")["sha256"], &of("message.sent")["sha256"]), (&sha256, &sha256));
    assert_eq!(of("code.made")["by"], json!(case.head.0.iin.to_string()));
    assert_eq!(of("message.sent")["dialogue"].as_array().unwrap().len(), 4);
    assert!(of("message.sent")["queue_id"].as_str().unwrap().starts_with('Q'), "{entries:?}");
    let entered: Vec<_> =
        entries.iter().filter(|(kind, _, _)| kind == "code.entered").map(|(_, said, _)| said).collect();
    assert_eq!((&entered[0]["outcome"], &entered[0]["attempt"]), (&json!("wrong"), &json!(1)));
    assert_eq!((&entered[1]["outcome"], &entered[1]["attempt"]), (&json!("right"), &json!(2)));
    // The session and the party have the same history; the code stands nowhere.
    let session = format!("session:{}", session_of(client).await);
    let of_session: BTreeSet<String> = kinds(app, &session).await.into_iter().collect();
    assert!(steps.iter().all(|kind| of_session.contains(*kind)) && of_session.contains("contact.added"));
    assert!(!format!("{:?}", history(app, &session).await).contains(&secret));
    case.stage.holds_nowhere(&secret);
    case.stage.audited();
}

/// Keeps: ACC-05, ACC-07
#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_not_guessed_nor_used_late_nor_twice_nor_after_a_newer_one() {
    let Some(case) = case().await else { return };
    let (client, address) = (&case.head.1, "ok.guess@example.kz");
    let contact = add(client, address).await.unwrap();
    let first = code_in(&case.mails.newest(address, 1).await.text);
    for _ in 0..case.stage.app.codes.attempts {
        assert_eq!(code(enter(client, &contact, "WRONG").await), "code-wrong");
    }
    assert_eq!(code(enter(client, &contact, &first).await), "code-unknown", "guessed at too often");
    let session = format!("session:{}", session_of(client).await);
    let before = kinds(&case.stage.app, &session).await.len();
    for _ in 0..5 {
        assert_eq!(code(enter(client, &contact, "WRONG").await), "code-unknown");
    }
    assert_eq!(kinds(&case.stage.app, &session).await.len(), before, "nothing more is written");

    again(client, &contact).await.unwrap();
    let second = code_in(&case.mails.newest(address, 2).await.text);
    again(client, &contact).await.unwrap();
    let third = code_in(&case.mails.newest(address, 3).await.text);
    assert_eq!(code(enter(client, &contact, &second).await), "code-wrong", "a newer one took its place");
    case.stage.codes_run_out().await;
    assert_eq!(code(enter(client, &contact, &third).await), "code-expired");
    assert_eq!(code(enter(client, &contact, &third).await), "code-unknown");
    for odd in ["", " ", &"1".repeat(1000), "12345\u{0}", "'; drop table code"] {
        again(client, &contact).await.ok();
        assert!(["code-wrong", "code-unknown"].contains(&code(enter(client, &contact, odd).await).as_str()), "{odd:?}");
    }
}

/// Keeps: ACC-05
#[tokio::test(flavor = "multi_thread")]
async fn codes_are_bounded_for_a_person_and_for_an_address() {
    let Some(case) = case().await else { return };
    let (client, address) = (&case.head.1, "ok.shared@example.kz");
    let contact = add(client, address).await.unwrap();
    for _ in 1..case.stage.app.codes.per_hour {
        again(client, &contact).await.unwrap();
    }
    assert_eq!(code(again(client, &contact).await), "rate-limited");
    assert_eq!(code(add(client, "ok.second@example.kz").await.map(Value::from)), "rate-limited", "the person");
    assert_eq!(code(add(&case.other.1, "OK.Shared@example.kz").await.map(Value::from)), "rate-limited", "the address");
    // What was refused left nothing.
    assert_eq!(case.other.1.get("/api/v1/contacts").await.unwrap(), json!([]));
    assert!(add(&case.other.1, "ok.own@example.kz").await.is_ok());
    case.stage.change("update code set made_at = 1").await;
    assert_eq!(code(again(client, &contact).await), DONE);
}

/// Keeps: ACC-08
#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_in_its_session_and_an_address_for_its_owner_alone() {
    let Some(case) = case().await else { return };
    let (client, address) = (&case.head.1, "ok.owner@example.kz");
    let contact = add(client, address).await.unwrap();
    let secret = code_in(&case.mails.newest(address, 1).await.text);
    let elsewhere = case.stage.log_in(&case.head.0.auth).await;
    assert_eq!(code(enter(&elsewhere, &contact, &secret).await), "code-unknown");
    let stranger = &case.other.1;
    assert_eq!(code(enter(stranger, &contact, &secret).await), "contact-unknown");
    assert_eq!(code(again(stranger, &contact).await), "contact-unknown");
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let remove = async |client: &Client| {
        let url = format!("{}/api/v1/contacts/{contact}", case.stage.base);
        http.delete(url).bearer_auth(client.token().unwrap()).send().await.unwrap().status().as_u16()
    };
    assert_eq!(remove(stranger).await, 404);
    assert_eq!(code(enter(client, &contact, &secret).await), DONE, "the owner, where he asked");
    assert_eq!((remove(client).await, remove(client).await), (204, 404));
    let session = format!("session:{}", session_of(client).await);
    assert_eq!(kinds(&case.stage.app, &session).await.last().unwrap(), "contact.removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_address_or_too_many_of_them_is_refused() {
    let Some(case) = case().await else { return };
    let client = &case.head.1;
    for wrong in ["", "a", "a@b", "a@b.kz\r\nBcc: x@y.kz", "a@b.kz, c@d.kz", "<a@b.kz>", "\"a\nb\"@c.kz", "пошта@b.kz"]
    {
        assert_eq!(code(add(client, wrong).await.map(Value::from)), "address-invalid", "{wrong:?}");
    }
    let odd = json!({"channel": "email", "address": "a@b.kz", "language": "fr"});
    assert_eq!(code(client.post("/api/v1/contacts", &odd).await), "malformed-content");
    let odd = json!({"channel": "pigeon", "address": "a@b.kz"});
    assert_eq!(code(client.post("/api/v1/contacts", &odd).await), "malformed-json");
    for number in 0..CONTACTS_MAX {
        add(client, &format!("ok.{number}@example.kz")).await.unwrap();
        case.stage.change("update code set made_at = 1").await;
    }
    assert_eq!(code(add(client, "ok.0@EXAMPLE.kz").await.map(Value::from)), "contact-exists");
    assert_eq!(code(add(client, "ok.more@example.kz").await.map(Value::from)), "too-many-contacts");
    // Who has no agreement is sent nothing (ACC-06).
    let person = case.stage.log_in(&case.stage.actor("person").auth).await;
    assert_eq!(code(add(&person, "ok.person@example.kz").await.map(Value::from)), "not-a-client");
    assert!(case.mails.taken("ok.person@example.kz").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_without_a_mail_server_says_so() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (_, client) = stage.joined("head-a", &offer).await;
    assert_eq!(code(add(&client, "a@example.kz").await.map(Value::from)), "channel-unavailable");
    assert_eq!(client.get("/api/v1/contacts").await.unwrap(), json!([]));
    assert_eq!(send_messages::send_due(&stage.app, Channel::Email).await.unwrap(), 0);
}

/// What a mail server does to a mail at its first try, and where that leads.
///
/// Keeps: JRN-12
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_tried_until_it_is_taken_refused_or_out_of_its_time() {
    let Some(case) = case().await else { return };
    let (client, app) = (&case.head.1, &case.stage.app);
    for (name, reply, copies) in
        [("later", "RCPT permanent", 1), ("cut", "END", 1), ("mute", "END", 2), ("slow", "no end within", 1)]
    {
        let address = format!("{name}@example.kz");
        add(client, &address).await.unwrap();
        case.stage.change("update code set made_at = 1").await;
        let tried = case.stage.message(&address, |row| row.last_reply.is_some()).await;
        assert_eq!((tried.state, tried.attempts), (MessageState::Waiting, 1), "{name}");
        let told = tried.last_reply.clone().unwrap();
        assert!(told.starts_with(reply) || (name == "later" && told.contains("451")), "{name}: {told}");
        assert_eq!(send_messages::send_due(app, Channel::Email).await.unwrap(), 0, "not before its time");
        case.stage.change("update message set next_at = 1 where state = 'waiting'").await;
        send_messages::send_due(app, Channel::Email).await.unwrap();
        let sent = case.stage.message(&address, |row| row.state == MessageState::Sent).await;
        assert_eq!((sent.attempts, &sent.mail_id), (2, &tried.mail_id), "{name}");
        // The server tells of a mail in a way of its own, which may be slower than its answer.
        case.mails.newest(&address, copies).await;
        let taken = case.mails.taken(&address);
        assert_eq!(taken.len(), copies, "{name}");
        assert!(
            taken.iter().all(|mail| Some(&mail.id) == sent.mail_id.as_ref() && mail.octets == taken[0].octets),
            "{name}"
        );
        case.stage.sequenced().await;
        let ends = kinds(app, &format!("message:{}", sent.id)).await;
        assert_eq!(ends.iter().filter(|kind| *kind == "message.sent").count(), 1, "{name}: {ends:?}");
        let url = client.get("/api/v1/contacts").await.unwrap()[0]["id"].as_str().unwrap().to_owned();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/api/v1/contacts/{url}", case.stage.base);
        http.delete(url).bearer_auth(client.token().unwrap()).send().await.unwrap();
    }
    add(client, "never@example.kz").await.unwrap();
    let failed = case.stage.message("never@example.kz", |row| row.state == MessageState::Failed).await;
    case.stage.sequenced().await;
    let entries = history(app, &format!("message:{}", failed.id)).await;
    let (kind, said, actor) = entries.iter().find(|(kind, _, _)| kind.starts_with("message.failed")).unwrap();
    assert_eq!((kind.as_str(), &said["reason"]), ("message.failed", &json!("refused")));
    assert!(said["reply"].as_str().unwrap().contains("550"), "{said:?}");
    assert_eq!(actor["operator"], json!(app.operator.bin.to_string()));
}

/// Keeps: JRN-12
#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_cannot_go_in_its_time_is_given_up_and_that_is_written_down() {
    let Some(case) = case().await else { return };
    let (client, address) = (&case.head.1, "later.late@example.kz");
    add(client, address).await.unwrap();
    case.stage.message(address, |row| row.last_reply.is_some()).await;
    case.stage.change("update message set next_at = 1, give_up_at = 2").await;
    send_messages::send_due(&case.stage.app, Channel::Email).await.unwrap();
    let failed = case.stage.message(address, |row| row.state == MessageState::Failed).await;
    case.stage.sequenced().await;
    let entries = history(&case.stage.app, &format!("message:{}", failed.id)).await;
    let (_, said, _) = entries.iter().find(|(kind, _, _)| kind == "message.failed").unwrap();
    assert_eq!(said["reason"], json!("given-up"));
    assert!(case.mails.taken(address).is_empty());
}

/// Keeps: JRN-12
#[tokio::test(flavor = "multi_thread")]
async fn many_workers_send_each_mail_once() {
    let Some(case) = case().await else { return };
    let (client, app) = (&case.head.1, &case.stage.app);
    let contact = add(client, "ok.many@example.kz").await.unwrap();
    for _ in 1..10 {
        case.stage.change("update code set made_at = 1").await;
        again(client, &contact).await.unwrap();
    }
    tokio::join!(
        send_messages::send_due(app, Channel::Email),
        send_messages::send_due(app, Channel::Email),
        send_messages::send_due(app, Channel::Email)
    )
    .0
    .unwrap();
    case.mails.newest("ok.many@example.kz", 10).await;
    let waits = "select id from message where state = 'waiting'";
    while app.db.query_one(waits, &[]).await.unwrap().is_some() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let taken = case.mails.taken("ok.many@example.kz");
    let ids: BTreeSet<&String> = taken.iter().map(|mail| &mail.id).collect();
    assert_eq!((taken.len(), ids.len()), (10, 10));
    // One that a dead worker held is followed when his time is over, and not before.
    case.stage
        .change("update message set state = 'waiting', next_at = 1, ended_at = null, taken_until = 9000000000000000")
        .await;
    assert_eq!(send_messages::send_due(app, Channel::Email).await.unwrap(), 0);
}

/// Keeps: NTF-01
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_goes_by_mail_to_confirmed_addresses_in_the_readers_language_and_names_nobody() {
    let Some(case) = case_with(true).await else { return };
    let (head, client) = (&case.head.0, &case.head.1);
    let (told, silent) = ("ok.reader@example.kz", "ok.silent@example.kz");
    let contact = add(&case.other.1, told).await.unwrap();
    add(&case.other.1, silent).await.unwrap();
    let secret = code_in(&case.mails.newest(told, 1).await.text);
    assert_eq!(code(enter(&case.other.1, &contact, &secret).await), DONE);
    case.stage.letter((head, client), &case.other.0, b"contents").await;
    let mail = case.mails.newest(told, 2).await;
    assert_eq!(mail.subject, "The document is recorded and received");
    assert!(!mail.text.contains(&head.name) && !mail.text.contains("contents"), "{}", mail.text);
    let row = case.stage.message(told, |row| row.state == MessageState::Sent).await;
    assert_eq!((row.purpose.as_str(), row.session), ("notice", None));
    case.stage.sequenced().await;
    let kinds = kinds(&case.stage.app, &format!("message:{}", row.id)).await;
    assert_eq!(kinds, ["message.made", "message.sent"]);
    assert_eq!(case.mails.taken(silent).len(), 1, "its code alone: it is not confirmed");
    // Bounded: what comes on top stands in the feed.
    for number in 0..32 {
        case.stage.letter((head, client), &case.other.0, format!("letter {number}").as_bytes()).await;
    }
    let made = "select count(*) as number from message where address = 'ok.reader@example.kz'";
    let made = case.stage.app.db.query_one(made, &[]).await.unwrap().unwrap().int("number").unwrap();
    assert_eq!(made, 31, "a code and thirty notices");
    case.stage.audited();
}
