//! Short messages: numbers, codes, notices and reports: what is refused, what is bounded, what is sent, and what the journal
//! and an extract say of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;

use qolhat::access::codes::Alphabet;
use qolhat::config::{Config, MailConfig, SmsConfig};
use qolhat::demo::client::{Client, ClientError, text};
use qolhat::demo::story::Actor;
use qolhat::domain::address::Channel;
use qolhat::extract::package;
use qolhat::notify::outbox::{self, MessageRow, MessageState};
use qolhat::notify::report::REPORT_MAX_BYTES;
use qolhat::operations::send_messages;
use qolhat::operations::verify_extract::ExtractReport;
use qolhat_pki::report::Indication;
use qolhat_pki::time::Span;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::contacts::{code_in, enter, session_of};
use super::sessions::{history, kinds};
use super::support::extracts::{file_of, judged, pins};
use super::support::mail::MailServer;
use super::support::second_verifier::second_opinion;
use super::support::sms::{Report, SmsGateway, config, mark, number};
use super::support::stage::{Stage, asked_by, at, code};

const DONE: &str = "done: null";

/// Two clients of a service that sends short messages, and mails where a server of them is given.
struct Case {
    stage: Stage,
    head: (Actor, Client),
    other: (Actor, Client),
    officer: Client,
    _secrets: TempDir,
}

async fn case_at(gateway: SocketAddr, mails: Option<&MailServer>) -> Case {
    case_with(mails, |secrets| config(gateway, secrets.path()), |_| {}).await
}

async fn case_with(
    mails: Option<&MailServer>,
    sms: impl FnOnce(&TempDir) -> SmsConfig,
    adjust: impl FnOnce(&mut Config),
) -> Case {
    let secrets = TempDir::new().unwrap();
    let sms = sms(&secrets);
    let mail = mails.map(|mails| MailConfig { notices: true, ..mails.config() });
    let stage = Stage::set_with(at("2026-11-22T09:00:00Z"), |settings, _| {
        // A report that keeps its connection while it asks for another one would wait for ever.
        settings.database_connections = 1;
        settings.sms = Some(sms);
        settings.mail = mail;
        settings.codes.alphabet = Alphabet::LettersAndDigits;
        settings.codes.length = 12;
        settings.codes.per_hour = 20;
        adjust(settings);
    })
    .await;
    let (officer, head, other) = stage.two_clients().await;
    Case { stage, head, other, officer, _secrets: secrets }
}

async fn add(client: &Client, number: &str) -> Result<String, ClientError> {
    let body = json!({"channel": "sms", "address": number, "language": "ru"});
    text(&client.post("/api/v1/contacts", &body).await?, "id")
}

/// The code in a short message.
fn sms_code(text: &str) -> String {
    text.strip_prefix("Код: ").unwrap().split('.').next().unwrap().to_owned()
}

async fn choose(client: &Client, channel: &str) -> String {
    code(client.post("/api/v1/contacts/choice", &json!({"channel": channel})).await)
}

impl Case {
    async fn of(&self, row: &MessageRow) -> Vec<String> {
        self.stage.sequenced().await;
        kinds(&self.stage.app, &format!("message:{}", row.id)).await
    }

    /// What an entry of the newest kind says of a message.
    async fn said(&self, row: &MessageRow, kind: &str) -> std::collections::BTreeMap<String, Value> {
        self.stage.sequenced().await;
        let entries = history(&self.stage.app, &format!("message:{}", row.id)).await;
        entries.into_iter().rfind(|(known, _, _)| known == kind).unwrap().1
    }

    /// A confirmed number of a client.
    async fn confirmed(&self, gateway: &SmsGateway, client: &Client, number: &str) -> MessageRow {
        let contact = add(client, number).await.unwrap();
        let secret = sms_code(&gateway.newest(number, 1).await.text);
        assert_eq!(code(enter(client, &contact, &secret).await), DONE);
        self.stage.message(number, |row| row.state == MessageState::Sent).await
    }
}

/// Keeps: REG-12, ACC-05, JRN-10, NTF-07
#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_confirmed_by_the_code_that_was_sent_there_and_each_step_is_journaled() {
    let gateway = SmsGateway::start().await;
    let case = case_at(gateway.address, None).await;
    let (client, app) = (&case.head.1, &case.stage.app);
    let contact = add(client, "8 (701) 000-00-01").await.unwrap();
    let taken = gateway.newest(number::OK, 1).await;
    let secret = sms_code(&taken.text);
    assert_eq!(secret.len(), 12);
    assert_eq!(code(enter(client, &contact, "234567892345").await), "code-wrong");
    assert_eq!(code(enter(client, &contact, &secret).await), DONE);
    let listed = client.get("/api/v1/contacts").await.unwrap();
    assert_eq!((&listed[0]["address"], &listed[0]["channel"]), (&json!(number::OK), &json!("sms")));
    assert_eq!(listed[0]["carries_notices"], json!(true), "the only one that is confirmed");

    let row = case.stage.message(number::OK, |row| row.state == MessageState::Sent).await;
    assert_eq!(send_messages::open(app, &row).unwrap(), taken.octets, "what is kept is what was handed over");
    assert_eq!((row.id.to_string(), row.gateway_id.clone()), (taken.id.clone(), Some(mark(&taken.id))));
    let mut steps = case.of(&row).await;
    steps.sort_unstable();
    assert_eq!(steps, ["code.entered", "code.entered", "code.made", "message.made", "message.sent"]);
    let (made, sent) = (case.said(&row, "message.made").await, case.said(&row, "message.sent").await);
    assert_eq!((&made["channel"], &made["parts"], &made["from"]), (&json!("sms"), &json!(1), &json!("Qolhat")));
    assert_eq!((&made["sha256"], &made["to"]), (&sent["sha256"], &json!(number::OK)));
    assert_eq!((&sent["dialogue"], &sent["gateway_id"]), (&json!(["POST 200"]), &json!(mark(&taken.id))));
    assert_eq!(sent["gateway"], json!(gateway.address.to_string()));
    // The code stands nowhere: not in the journal, not in any file of the service.
    let session = format!("session:{}", session_of(client).await);
    assert!(!format!("{:?}", history(app, &session).await).contains(&secret));
    case.stage.holds_nowhere(&secret);
    case.stage.audited();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_mobile_number_of_the_country_is_refused() {
    let gateway = SmsGateway::start().await;
    let case = case_at(gateway.address, None).await;
    let client = &case.head.1;
    for wrong in
        ["", "112", "+7 727 212 34 56", "+1 202 555 0123", "+77010000001;+77010000002", "a@b.kz", "+7701000000\n1"]
    {
        assert_eq!(code(add(client, wrong).await.map(Value::from)), "phone-invalid", "{wrong:?}");
    }
    let contact = add(client, number::OK).await.unwrap();
    assert_eq!(code(add(client, "87010000001").await.map(Value::from)), "contact-exists", "however it is written");
    let mail = json!({"channel": "email", "address": "a@b.kz"});
    assert_eq!(code(client.post("/api/v1/contacts", &mail).await), "channel-unavailable");
    assert_eq!(choose(client, "email").await, "channel-unavailable");
    // Codes are counted by the number, whoever asks.
    for _ in 1..case.stage.app.codes.per_hour {
        client.post(&format!("/api/v1/contacts/{contact}/codes"), &json!({})).await.unwrap();
    }
    assert_eq!(code(add(&case.other.1, number::OK).await.map(Value::from)), "rate-limited");
}

/// What a gateway does to the first try, and where that leads.
///
/// Keeps: NTF-07
#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_tried_until_it_is_taken_refused_or_out_of_its_time() {
    let gateway = SmsGateway::start().await;
    let case = case_at(gateway.address, None).await;
    let (client, app) = (&case.head.1, &case.stage.app);
    for (to, reply, copies) in [
        (number::LATER, "POST 503", 1),
        (number::SLOW, "no end within 2 seconds", 1),
        (number::HTML, "POST: an answer without a message_id", 1),
        (number::ENDLESS, "POST: an answer without a message_id", 1),
        (number::MUTE, "POST 502", 2),
        (number::STRANGER, "POST 401", 1),
        (number::ELSEWHERE, "POST 307", 1),
    ] {
        let contact = add(client, to).await.unwrap();
        let tried = case.stage.message(to, |row| row.last_reply.is_some()).await;
        assert_eq!((tried.state, tried.attempts, tried.last_reply.as_deref()), (MessageState::Waiting, 1, Some(reply)));
        assert_eq!(send_messages::send_due(app, Channel::Sms).await.unwrap(), 0, "not before its time");
        case.stage.change("update message set next_at = 1 where state = 'waiting'").await;
        send_messages::send_due(app, Channel::Sms).await.unwrap();
        let sent = case.stage.message(to, |row| row.state == MessageState::Sent).await;
        let taken = gateway.taken(to);
        assert_eq!((sent.attempts, taken.len()), (2, copies), "{to}");
        let ids: BTreeSet<&String> = taken.iter().map(|taken| &taken.id).collect();
        assert!(
            ids.len() == 1 && taken.iter().all(|one| one.octets == taken[0].octets),
            "{to}: one id, the same octets"
        );
        assert_eq!(case.of(&sent).await.iter().filter(|kind| *kind == "message.sent").count(), 1, "{to}");
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/api/v1/contacts/{contact}", case.stage.base);
        http.delete(url).bearer_auth(client.token().unwrap()).send().await.unwrap();
    }
    add(client, number::NEVER).await.unwrap();
    let failed = case.stage.message(number::NEVER, |row| row.state == MessageState::Failed).await;
    let said = case.said(&failed, "message.failed").await;
    assert_eq!((&said["reason"], &said["reply"]), (&json!("refused"), &json!("POST 422")));
    let secret = String::from_utf8(send_messages::open(app, &failed).unwrap()).unwrap();
    let secret = serde_json::from_str::<Value>(&secret).unwrap()["text"].as_str().map(sms_code).unwrap();
    let told = format!("{:?}", history(app, &format!("message:{}", failed.id)).await);
    assert!(!told.contains(&secret), "a gateway that repeats our words puts no code into the journal");
    assert_eq!(
        case.of(&failed).await,
        ["code.made", "message.made", "message.failed"],
        "nothing goes in place of a code"
    );
}

/// Keeps: NTF-07
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_down_holds_nobody_up_and_gets_its_messages_when_it_is_back() {
    let place = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = place.local_addr().unwrap();
    drop(place);
    let case = case_at(address, None).await;
    add(&case.head.1, number::OK).await.unwrap();
    let tried = case.stage.message(number::OK, |row| row.last_reply.is_some()).await;
    assert_eq!(tried.state, MessageState::Waiting);
    assert!(tried.last_reply.unwrap().starts_with("CONNECT"));
    case.stage.letter((&case.head.0, &case.head.1), &case.other.0, b"as ever").await;
    let gateway = SmsGateway::start_at(address).await;
    case.stage.change("update message set next_at = 1 where state = 'waiting'").await;
    assert_eq!(gateway.newest(number::OK, 1).await.id, tried.id.to_string());
    // What is out of its time is given up, and that is written down.
    add(&case.head.1, number::LATER).await.unwrap();
    case.stage.message(number::LATER, |row| row.last_reply.is_some()).await;
    case.stage.change("update message set next_at = 1, give_up_at = 2 where state = 'waiting'").await;
    let failed = case.stage.message(number::LATER, |row| row.state == MessageState::Failed).await;
    assert_eq!(case.said(&failed, "message.failed").await["reason"], json!("given-up"));
}

/// Keeps: JRN-12, NTF-05
#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_taken_once_from_the_gateway_alone() {
    let gateway = SmsGateway::start().await;
    let case = case_at(gateway.address, None).await;
    let (base, now) = (&case.stage.base, case.stage.now());
    let row = case.confirmed(&gateway, &case.head.1, number::OK).await;
    let id = row.id.to_string();
    let before = case.of(&row).await;
    let report = Report::of(&id, "delivered", now);
    let unsigned = (401, "report-unsigned".to_owned());
    let forged = Report { secret: "another-secret-of-the-same-length.....", ..Report::of(&id, "delivered", now) };
    assert_eq!(forged.send(base).await, unsigned);
    let other = report.body.replace("delivered", "failed");
    assert_eq!(report.send_as(base, &other).await, unsigned, "other octets than were signed");
    for seconds in [-400, 400] {
        let late = now.checked_add(Span::seconds(seconds)).unwrap();
        assert_eq!(Report::of(&id, "delivered", late).send(base).await, unsigned, "of another time");
    }
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let naked = http.post(format!("{base}/api/v1/sms/reports")).body(report.body.clone()).send().await.unwrap();
    assert_eq!(naked.status().as_u16(), 401);
    let large =
        Report { body: format!("{}{}", report.body, " ".repeat(REPORT_MAX_BYTES)), ..Report::of(&id, "x", now) };
    assert_eq!(large.send(base).await.0, 413);
    for (body, status, problem) in [
        ("not json".to_owned(), 400, "malformed-json"),
        (report.body.replace("delivered", "read"), 400, "malformed-json"),
        (report.body.replace(&mark(&id), "G-other"), 404, "message-unknown"),
        (report.body.replace(&id[..8], "00000000"), 404, "message-unknown"),
    ] {
        let signed = Report { body, ..Report::of(&id, "delivered", now) };
        assert_eq!(signed.send(base).await, (status, problem.to_owned()), "{}", signed.body);
    }
    assert_eq!(case.of(&row).await, before, "nothing of all that is written down");

    // Told by many at once and again: once in the journal.
    let (a, b, c) = tokio::join!(report.send(base), report.send(base), report.send(base));
    assert_eq!([a.0, b.0, c.0], [204; 3]);
    assert_eq!(Report::of(&id, "failed", now).send(base).await.0, 204, "the first one counts");
    let after = case.of(&row).await;
    assert_eq!(after[before.len()..], ["message.delivered"]);
    let said = case.said(&row, "message.delivered").await;
    assert_eq!((&said["gateway_id"], &said["to"]), (&json!(mark(&id)), &json!(number::OK)));
    let kept = outbox::load(&case.stage.app.db, row.id).await.unwrap().unwrap();
    assert_eq!(kept.state, MessageState::Delivered);
    case.stage.audited();
}

/// Keeps: JRN-10, JRN-12
#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_repeats_the_text_puts_no_code_into_the_journal() {
    let gateway = SmsGateway::start().await;
    let case = case_at(gateway.address, None).await;
    let client = &case.head.1;
    let contact = add(client, number::OK).await.unwrap();
    let echoes: [fn(&str, &str) -> String; 6] = [
        |text, _| text.to_owned(),
        |text, _| format!("id:7 stat:UNDELIV err:027 text:{}", text.chars().take(20).collect::<String>()),
        |_, secret| secret.to_owned(),
        |_, secret| secret.to_lowercase(),
        |_, secret| format!("text_{secret}"),
        |_, secret| secret[2..9].to_owned(),
    ];
    for (count, echo) in echoes.into_iter().enumerate() {
        if count > 0 {
            client.post(&format!("/api/v1/contacts/{contact}/codes"), &json!({})).await.unwrap();
        }
        let taken = gateway.newest(number::OK, count + 1).await;
        let is_it = |row: &MessageRow| row.id.to_string() == taken.id && row.state == MessageState::Sent;
        let row = case.stage.message(number::OK, is_it).await;
        let (secret, now) = (sms_code(&taken.text), case.stage.now());
        let detail = echo(&taken.text, &secret);
        let body = json!({"id": taken.id, "message_id": mark(&taken.id), "status": "failed", "detail": detail});
        let report = Report { body: body.to_string(), ..Report::of(&taken.id, "failed", now) };
        assert_eq!(report.send(&case.stage.base).await.0, 204);
        assert_eq!(case.said(&row, "message.failed").await["reply"], Value::Null, "{detail}");
        let told = format!("{:?}", history(&case.stage.app, &format!("message:{}", row.id)).await).to_lowercase();
        assert!(!told.contains(&secret.to_lowercase()) && !told.contains(&secret[2..9].to_lowercase()), "{told}");
        let kept = outbox::load(&case.stage.app.db, row.id).await.unwrap().unwrap();
        assert_eq!(kept.last_reply.as_deref(), Some("failed"));
    }
}

/// Whoever gives a message up does not know that it did not arrive.
///
/// Keeps: JRN-12
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_given_up_may_be_reported_as_delivered_and_two_verifiers_agree() {
    let gateway = SmsGateway::start().await;
    let case = case_at(gateway.address, None).await;
    let (base, now) = (&case.stage.base, case.stage.now());
    add(&case.head.1, number::MUTE).await.unwrap();
    let tried = case.stage.message(number::MUTE, |row| row.last_reply.is_some()).await;
    case.stage.change("update message set next_at = 1, give_up_at = 2 where state = 'waiting'").await;
    case.stage.message(number::MUTE, |row| row.state == MessageState::Failed).await;
    let id = tried.id.to_string();
    let given_up = ["code.made", "message.made", "message.failed"];
    assert_eq!(Report::of(&id, "failed", now).send(base).await.0, 204);
    assert_eq!(case.of(&tried).await, given_up, "that is known already");
    for status in ["delivered", "delivered", "failed"] {
        assert_eq!(Report::of(&id, status, now).send(base).await.0, 204);
    }
    assert_eq!(case.of(&tried).await, [&given_up[..], &["message.delivered"]].concat());
    let report = Report::of(&id, "delivered", now);
    let other = Report { body: report.body.replace(&mark(&id), "G-other"), ..report };
    assert_eq!(other.send(base).await, (404, "message-unknown".to_owned()));
    // One that the gateway said will never arrive has ended with that, and nobody ends one by another mark.
    let failed = case.confirmed(&gateway, &case.other.1, number::OK).await;
    let mut tx = case.stage.app.db.begin().await.unwrap();
    let by_another = ("delivered", "G-other");
    assert!(!outbox::report(&mut tx, failed.id, MessageState::Delivered, by_another, now).await.unwrap());
    tx.commit().await.unwrap();
    for status in ["failed", "delivered"] {
        assert_eq!(Report::of(&failed.id.to_string(), status, now).send(base).await.0, 204);
    }
    assert_eq!(case.of(&failed).await.last().unwrap(), "message.failed");

    case.stage.codes_run_out().await;
    let body = json!({"message": id, "asked_by": asked_by(&case.head.0.party())});
    let bytes = case.stage.extract_of(&case.officer, &body).await.unwrap();
    let report = judge(&case, &bytes);
    assert_eq!(report.indication, Indication::TotalPassed, "{:?}", report.failures);
    if let Some(opinions) = second(&case, &[bytes]) {
        assert!(opinions.iter().all(|(word, _)| word == "TOTAL-PASSED"), "{opinions:?}");
    }
}

/// Keeps: NTF-07
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_is_too_long_for_an_sms_leaves_out_the_place_and_breaks_no_act() {
    let gateway = SmsGateway::start().await;
    let name = "x".repeat(60);
    let origin = format!("https://{name}.{name}.{name}.{name}.kz");
    let at = gateway.address;
    let set = |settings: &mut Config| settings.pages.public_origin = Some(origin);
    let case = case_with(None, |secrets| config(at, secrets.path()), set).await;
    case.confirmed(&gateway, &case.other.1, number::OK).await;
    case.stage.letter((&case.head.0, &case.head.1), &case.other.0, b"as ever").await;
    assert_eq!(gateway.newest(number::OK, 2).await.text, "Документ записан в журнал и получен");
}

/// Keeps: NTF-05
#[tokio::test(flavor = "multi_thread")]
async fn forged_reports_are_counted_and_right_ones_are_not() {
    const LIMIT: u32 = 60;
    let gateway = SmsGateway::start().await;
    let at = gateway.address;
    let set = |settings: &mut Config| settings.limits.anonymous_per_minute = LIMIT;
    let case = case_with(None, |secrets| config(at, secrets.path()), set).await;
    let row = case.confirmed(&gateway, &case.head.1, number::OK).await;
    let id = row.id.to_string();
    for _ in 0..=LIMIT {
        let report = Report::of(&id, "delivered", case.stage.now());
        assert_eq!(report.send(&case.stage.base).await.0, 204);
    }
    // A minute may end among them.
    let forged = async |case: &Case, status: u16| {
        for _ in 0..3 * LIMIT {
            let secret = "another-secret-of-the-same-length.....";
            let report = Report { secret, ..Report::of(&id, "delivered", case.stage.now()) };
            let told = report.send(&case.stage.base).await.0;
            if told == 429 {
                return true;
            }
            assert_eq!(told, status);
        }
        false
    };
    assert!(forged(&case, 401).await);
    // Where no reports are taken, a signature lifts nothing.
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("sms");
    let case = case_with(None, |secrets| sink_at(place, secrets), set).await;
    assert!(forged(&case, 404).await);
}

/// A report that comes before the answer to the message was heard says all of it.
///
/// Keeps: JRN-12
#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_a_message_that_still_waits_ends_it() {
    let gateway = SmsGateway::start().await;
    let case = case_at(gateway.address, None).await;
    add(&case.head.1, number::MUTE).await.unwrap();
    let tried = case.stage.message(number::MUTE, |row| row.last_reply.is_some()).await;
    let report = Report::of(&tried.id.to_string(), "delivered", case.stage.now());
    assert_eq!(report.send(&case.stage.base).await.0, 204);
    case.stage.change("update message set next_at = 1").await;
    assert_eq!(send_messages::send_due(&case.stage.app, Channel::Sms).await.unwrap(), 0, "it is not sent again");
    assert_eq!(case.of(&tried).await, ["code.made", "message.made", "message.delivered"]);
    assert_eq!(gateway.taken(number::MUTE).len(), 1);
}

/// Keeps: ACC-05, NTF-05
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_goes_by_the_way_that_its_reader_chose_and_by_mail_when_it_does_not_reach_the_phone() {
    let Some(mails) = MailServer::start() else { return };
    let gateway = SmsGateway::start().await;
    let case = case_at(gateway.address, Some(&mails)).await;
    let (reader, address) = (&case.other.1, "ok.reader@example.kz");
    case.confirmed(&gateway, reader, number::OK).await;
    let body = json!({"channel": "email", "address": address, "language": "en"});
    let contact = text(&reader.post("/api/v1/contacts", &body).await.unwrap(), "id").unwrap();
    let secret = code_in(&mails.newest(address, 1).await.text);
    assert_eq!(code(enter(reader, &contact, &secret).await), DONE);

    // Mail, unless he says otherwise.
    case.stage.letter((&case.head.0, &case.head.1), &case.other.0, b"one").await;
    mails.newest(address, 2).await;
    assert_eq!(gateway.taken(number::OK).len(), 1, "its code alone");
    assert_eq!(choose(reader, "sms").await, DONE);
    case.stage.letter((&case.head.0, &case.head.1), &case.other.0, b"two").await;
    let told = gateway.newest(number::OK, 2).await;
    assert!(told.text.starts_with("Документ записан в журнал и получен. Подробнее: "), "{}", told.text);
    assert!(!told.text.contains(&case.head.0.name) && !told.text.contains("://"), "{}", told.text);
    assert_eq!(mails.taken(address).len(), 2);

    // The phone does not get it: a mail in its place.
    let row = case.stage.message(number::OK, |row| row.state == MessageState::Sent).await;
    let report = Report::of(&row.id.to_string(), "failed", case.stage.now());
    let (a, b) = tokio::join!(report.send(&case.stage.base), report.send(&case.stage.base));
    assert_eq!([a.0, b.0], [204; 2]);
    let mail = mails.newest(address, 3).await;
    assert!(
        mail.text.contains(&told.text)
            && mail.text.contains("to the number ending in 01: its delivery is not confirmed"),
        "{}",
        mail.text
    );
    assert!(!mail.text.contains(number::OK), "{}", mail.text);
    assert_eq!(case.of(&row).await, ["message.made", "message.sent", "message.failed"]);
    let failed = case.said(&row, "message.failed").await;
    assert_eq!((&failed["reason"], &failed["reply"]), (&json!("undelivered"), &json!("absent")));
    let instead = case.stage.message(address, |row| row.state == MessageState::Sent).await;
    assert_eq!(case.said(&instead, "message.made").await["instead_of"], json!(row.id.to_string()));
    // A number that the gateway refuses is a failure as well.
    case.stage.change("update contact set address = '+77010000006' where channel = 'sms'").await;
    case.stage.letter((&case.head.0, &case.head.1), &case.other.0, b"three").await;
    mails.newest(address, 4).await;
    // Without the number: by mail, whatever he chose.
    case.stage.change("delete from contact where channel = 'sms'").await;
    case.stage.letter((&case.head.0, &case.head.1), &case.other.0, b"four").await;
    assert_eq!(mails.newest(address, 5).await.subject, "The document is recorded and received");
    case.stage.sequenced().await;
    let session = format!("session:{}", session_of(reader).await);
    assert!(kinds(&case.stage.app, &session).await.contains(&"contact.chosen".to_owned()));
    case.stage.audited();
}

/// Keeps: JRN-10, JRN-12
#[tokio::test(flavor = "multi_thread")]
async fn an_extract_carries_short_messages_and_two_verifiers_agree() {
    let gateway = SmsGateway::start().await;
    let case = case_at(gateway.address, None).await;
    let row = case.confirmed(&gateway, &case.head.1, number::OK).await;
    let id = row.id.to_string();
    assert_eq!(Report::of(&id, "delivered", case.stage.now()).send(&case.stage.base).await.0, 204);
    add(&case.head.1, number::NEVER).await.unwrap();
    case.stage.message(number::NEVER, |row| row.state == MessageState::Failed).await;
    case.stage.sequenced().await;
    // The code that did not come is good for nothing any more.
    case.stage.codes_run_out().await;
    let party = case.head.0.party();
    let session = session_of(&case.head.1).await;
    let of = async |what: &str, id: &str| {
        let body = json!({what: id, "asked_by": asked_by(&party)});
        case.stage.extract_of(&case.officer, &body).await.unwrap()
    };
    let (whole, one) = (of("session", &session).await, of("message", &id).await);
    for bytes in [&whole, &one] {
        let report = judge(&case, bytes);
        assert_eq!(report.indication, Indication::TotalPassed, "{:?}", report.failures);
        let taken = gateway.taken(number::OK).into_iter().find(|taken| taken.id == id).unwrap();
        assert_eq!(file_of(bytes, &format!("messages/{id}.json")), taken.octets, "as the gateway took it");
        let summary = |language: &str| String::from_utf8(file_of(bytes, &format!("summary.{language}.txt"))).unwrap();
        assert!(summary("en").contains("message delivered") && summary("en").contains("mark at the gateway"));
        assert!(summary("ru").contains("сообщение доставлено") && summary("kk").contains("хабарлама жеткізілді"));
        assert!(!summary("en").contains("mail server"), "{}", summary("en"));
    }
    assert!(judge(&case, &whole).to_json().to_string().contains("message.failed"));
    let changed = |name: &str, from: &str, to: &str| {
        let entries = package::read(&one).unwrap();
        let files = entries.iter().filter(|entry| entry.name != "mimetype").map(|entry| {
            let content = if entry.name == name {
                let text = String::from_utf8(entry.content.to_vec()).unwrap();
                assert!(text.contains(from), "{name}: {from}");
                text.replace(from, to).into_bytes()
            } else {
                entry.content.to_vec()
            };
            (entry.name.to_owned(), content)
        });
        let files: Vec<(String, Vec<u8>)> = files.collect();
        let files: Vec<(&str, &[u8])> =
            files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
        package::write(&files).unwrap()
    };
    let tampered = [
        changed(&format!("messages/{id}.json"), "Код", "Kод"),
        changed("extract.json", "\"message.delivered\"", "\"message.failed\""),
        changed("extract.json", &format!("messages/{id}.json"), &format!("messages/{id}.eml")),
    ];
    for bytes in &tampered {
        assert_eq!(judge(&case, bytes).indication, Indication::TotalFailed);
    }
    if let Some(opinions) = second(&case, &[whole, one]) {
        assert!(opinions.iter().all(|(word, _)| word == "TOTAL-PASSED"), "{opinions:?}");
        let opinions = second(&case, &tampered).unwrap();
        assert!(opinions.iter().all(|(word, _)| word == "TOTAL-FAILED"), "{opinions:?}");
    }
}

fn judge(case: &Case, bytes: &[u8]) -> ExtractReport {
    judged(&case.stage.app, bytes, case.stage.now())
}

fn second(case: &Case, files: &[Vec<u8>]) -> Option<Vec<(String, String)>> {
    second_opinion(&pins(&case.stage.app, case.stage.now()), files)
}

/// What a demonstration is told: a folder in place of a gateway.
fn sink_at(place: std::path::PathBuf, secrets: &TempDir) -> SmsConfig {
    SmsConfig {
        url: None,
        secret: None,
        report_secret: None,
        sink: Some(place),
        ..config(SocketAddr::from(([127, 0, 0, 1], 1)), secrets.path())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demonstration_lays_its_messages_into_a_folder_that_others_do_not_read() {
    let folder = TempDir::new().unwrap();
    let sink = folder.path().join("sms");
    let place = sink.clone();
    let case = case_with(None, move |secrets| sink_at(place, secrets), |_| {}).await;
    let contact = add(&case.head.1, number::OK).await.unwrap();
    let row = case.stage.message(number::OK, |row| row.state == MessageState::Sent).await;
    let laid = sink.join(format!("{}.json", row.id));
    assert_eq!(std::fs::metadata(&laid).unwrap().permissions().mode() & 0o777, 0o600);
    let told: Value = serde_json::from_slice(&std::fs::read(&laid).unwrap()).unwrap();
    let secret = sms_code(told["text"].as_str().unwrap());
    assert_eq!(code(enter(&case.head.1, &contact, &secret).await), DONE);
    // Without a secret that it shares with a gateway the service takes no reports.
    let report = Report::of(&row.id.to_string(), "delivered", case.stage.now());
    assert_eq!(report.send(&case.stage.base).await, (404, "not-found".to_owned()));
}
