//! Extracts of a session with its codes and messages, and of a message: for the party whose they are, or a court that two
//! officers agreed to answer; whole, and refused when anything in them is another's.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::demo::client::{Client, ClientError, text};
use qolhat::extract::package;
use qolhat::notify::outbox::MessageState;
use qolhat::operations::verify_extract::ExtractReport;
use qolhat_pki::report::Indication;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::contacts::{Case, add, case, code_in, enter, session_of};
use super::support::extracts::{file_of, judged, pins};
use super::support::second_verifier::second_opinion;
use super::support::stage::code;

/// A case in which an address was confirmed: the session of it, and the message.
struct Talk {
    case: Case,
    session: String,
    message: String,
}

async fn talk() -> Option<Talk> {
    let case = case().await?;
    let (client, address) = (&case.head.1, "ok.court@example.kz");
    let contact = add(client, address).await.unwrap();
    let secret = code_in(&case.mails.newest(address, 1).await.text);
    enter(client, &contact, "WRONG").await.unwrap_err();
    enter(client, &contact, &secret).await.unwrap();
    let row = case.stage.message(address, |row| row.state == MessageState::Sent).await;
    let session = session_of(client).await;
    case.stage.sequenced().await;
    Some(Talk { session, message: row.id.to_string(), case })
}

impl Talk {
    fn asked_by(&self, party: &str) -> Value {
        json!({"party": {"key": party, "ground": "Сұрау", "scope": "Кодтар"}})
    }

    fn head(&self) -> String {
        self.case.head.0.party().key()
    }

    async fn prepare(&self, officer: &Client, body: &Value) -> Result<Value, ClientError> {
        officer.post("/api/v1/extracts", body).await
    }

    async fn issue(&self, officer: &Client, prepared: &Value) -> Result<Vec<u8>, ClientError> {
        let manifest = BASE64_STANDARD.decode(text(prepared, "manifest").unwrap()).unwrap();
        let cms = BASE64_STANDARD.encode(self.case.stage.sign(&self.case.stage.actor("officer").sign, &manifest));
        let path = format!("/api/v1/extracts/{}/signature", text(prepared, "id").unwrap());
        officer.post_for_bytes(&path, &json!({"cms": cms})).await
    }

    async fn extract(&self, what: &str, id: &str) -> Vec<u8> {
        let body = json!({what: id, "asked_by": self.asked_by(&self.head())});
        self.case.stage.extract_of(&self.case.officer, &body).await.unwrap()
    }

    fn judge(&self, bytes: &[u8]) -> ExtractReport {
        judged(&self.case.stage.app, bytes, self.case.stage.now())
    }

    fn second(&self, files: &[Vec<u8>]) -> Option<Vec<(String, String)>> {
        second_opinion(&pins(&self.case.stage.app, self.case.stage.now()), files)
    }
}

fn names(bytes: &[u8]) -> Vec<String> {
    package::read(bytes).unwrap().iter().map(|entry| entry.name.to_owned()).collect()
}

/// Keeps: JRN-10, JRN-11, JRN-12
#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_extracted_with_its_codes_and_messages_and_two_verifiers_agree() {
    let Some(talk) = talk().await else { return };
    let bytes = talk.extract("session", &talk.session).await;
    let report = talk.judge(&bytes);
    assert_eq!(report.indication, Indication::TotalPassed, "{:?}", report.failures);
    assert!(report.complete && report.statement.as_ref().unwrap().level == 3);
    let told = report.to_json();
    assert_eq!(told["extract"]["request"]["about"], json!({"session": talk.session}));
    let kinds: Vec<&str> =
        told["steps"].as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds[0], "session.opened");
    for kind in ["contact.added", "code.made", "code.entered", "message.made", "message.sent"] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }
    let mail = talk.case.mails.taken("ok.court@example.kz").pop().unwrap();
    assert_eq!(file_of(&bytes, &format!("messages/{}.eml", talk.message)), mail.octets, "as the mail server took it");
    // People read the same, and that it is of the operator's journals alone.
    for (language, word) in [("en", "code entered"), ("ru", "код введён"), ("kk", "код енгізілді")]
    {
        let summary = String::from_utf8(file_of(&bytes, &format!("summary.{language}.txt"))).unwrap();
        assert!(summary.contains(word) && summary.contains(&talk.session), "{summary}");
        assert!(summary.contains("queued as"), "what the server said: {summary}");
        assert!(names(&bytes).contains(&format!("paper.{language}.pdf")));
    }
    let english = String::from_utf8(file_of(&bytes, "summary.en.txt")).unwrap();
    assert!(english.contains("what programs of a client say is no evidence"));

    let of_message = talk.extract("message", &talk.message).await;
    let report = talk.judge(&of_message);
    assert_eq!(report.indication, Indication::TotalPassed, "{:?}", report.failures);
    let subjects: Vec<String> =
        report.statement.unwrap().subjects.iter().map(|subject| subject.identity.clone()).collect();
    assert_eq!(subjects, [format!("message:{}", talk.message)], "nothing else of the session");
    if let Some(opinions) = talk.second(&[bytes, of_message]) {
        assert!(opinions.iter().all(|(word, _)| word == "TOTAL-PASSED"), "{opinions:?}");
    }
}

/// Keeps: POA-03
#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_given_to_its_party_or_to_a_court_that_two_officers_answer() {
    let Some(talk) = talk().await else { return };
    let officer = &talk.case.officer;
    let other = talk.case.other.0.party().key();
    for (what, id) in [("session", &talk.session), ("message", &talk.message)] {
        let body = json!({what: id, "asked_by": talk.asked_by(&other)});
        assert_eq!(code(talk.prepare(officer, &body).await), "asker-is-no-party", "{what}");
        let unknown = format!("{what}-unknown");
        for wrong in ["", "x", "00000000-0000-7000-8000-000000000000"] {
            let body = json!({what: wrong, "asked_by": talk.asked_by(&talk.head())});
            assert_eq!(code(talk.prepare(officer, &body).await), unknown, "{wrong}");
        }
        let both = json!({what: id, "documents": [uuid()], "asked_by": talk.asked_by(&talk.head())});
        assert_eq!(code(talk.prepare(officer, &both).await), "extract-scope-empty");
        let client = &talk.case.head.1;
        let body = json!({what: id, "asked_by": talk.asked_by(&talk.head())});
        assert_eq!(code(talk.prepare(client, &body).await), "not-an-officer");
    }
    let both = json!({"session": talk.session, "message": talk.message, "asked_by": talk.asked_by(&talk.head())});
    assert_eq!(code(talk.prepare(officer, &both).await), "extract-scope-empty");

    let second = talk.case.stage.log_in(&talk.case.stage.actor("officer-2").auth).await;
    let now = talk.case.stage.now();
    let due = now.checked_add(qolhat_pki::time::Span::hours(24)).unwrap();
    let asked = |what: &str, id: &str| {
        json!({"authority": "Алматы соты", "reference": "71-26", "dated": "2026-11-20", "ground": "Ұйғарым № 7",
            "words": "Сеанс", "received_at": now.to_string(), "due_at": due.to_string(), what: id})
    };
    let unknown = asked("session", &uuid());
    assert_eq!(code(officer.post("/api/v1/court-requests", &unknown).await), "session-unknown");
    let recorded = officer.post("/api/v1/court-requests", &asked("session", &talk.session)).await.unwrap();
    let request = text(&recorded, "court_request_id").unwrap();
    let body = |what: &str, id: &str| json!({what: id, "asked_by": {"court_request": request}});
    assert_eq!(code(talk.prepare(officer, &body("session", &talk.session)).await), "court-request-state");
    let decision = format!("/api/v1/court-requests/{request}/decision");
    second.post(&decision, &json!({"decision": "approve"})).await.unwrap();
    assert_eq!(code(talk.prepare(officer, &body("message", &talk.message)).await), "court-scope-wider");
    let prepared = talk.prepare(officer, &body("session", &talk.session)).await.unwrap();
    let bytes = talk.issue(officer, &prepared).await.unwrap();
    assert_eq!(talk.judge(&bytes).indication, Indication::TotalPassed);
}

/// Whoever gives a stranger's address, and may ask for extracts, would read the stranger's code.
///
/// Keeps: ACC-05, ACC-07
#[tokio::test(flavor = "multi_thread")]
async fn no_extract_shows_a_code_that_can_still_be_entered() {
    let Some(case) = case().await else { return };
    let address = "ok.stranger@example.kz";
    let contact = add(&case.head.1, address).await.unwrap();
    let secret = code_in(&case.mails.newest(address, 1).await.text);
    let message = case.stage.message(address, |row| row.state == MessageState::Sent).await.id.to_string();
    let session = session_of(&case.head.1).await;
    case.stage.sequenced().await;
    let talk = Talk { case, session, message };
    let (officer, client) = (&talk.case.officer, &talk.case.head.1);
    let prepared = async |what: &str, id: &str| {
        let body = json!({what: id, "asked_by": talk.asked_by(&talk.head())});
        code(talk.prepare(officer, &body).await)
    };
    for (what, id) in [("session", &talk.session), ("message", &talk.message)] {
        assert_eq!(prepared(what, id).await, "code-open", "{what}");
    }
    enter(client, &contact, "WRONG").await.unwrap_err();
    assert_eq!(prepared("message", &talk.message).await, "code-open", "it can be tried again");
    enter(client, &contact, &secret).await.unwrap();
    talk.case.stage.sequenced().await;
    let bytes = talk.extract("message", &talk.message).await;
    assert_eq!(talk.judge(&bytes).indication, Indication::TotalPassed);

    // Another one in the same session hinders what shows it, and nothing else; until it has run out.
    add(client, "ok.another@example.kz").await.unwrap();
    talk.case.stage.message("ok.another@example.kz", |row| row.state == MessageState::Sent).await;
    talk.case.stage.sequenced().await;
    assert_eq!(prepared("session", &talk.session).await, "code-open");
    talk.extract("message", &talk.message).await;
    talk.case.stage.codes_run_out().await;
    talk.extract("session", &talk.session).await;
}

fn uuid() -> String {
    "01a2027b-da02-7bb6-8b44-90b3f211c3d7".to_owned()
}

/// A session goes on while its past is signed; a message that changed is asked for anew.
///
/// Keeps: JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_goes_on_is_issued_as_of_its_checkpoint() {
    let Some(talk) = talk().await else { return };
    let body = json!({"session": talk.session, "asked_by": talk.asked_by(&talk.head())});
    let prepared = talk.prepare(&talk.case.officer, &body).await.unwrap();
    add(&talk.case.head.1, "ok.later@example.kz").await.unwrap();
    let bytes = talk.issue(&talk.case.officer, &prepared).await.unwrap();
    assert_eq!(talk.judge(&bytes).indication, Indication::TotalPassed);
    // Its party reads it, nobody else does.
    let id = text(&prepared, "id").unwrap();
    let other = &talk.case.other.1;
    assert_eq!(code(other.get(&format!("/api/v1/extracts/{id}")).await), "not-an-officer");
}

/// Each file of an extract changed, one at a time: resealed by nobody, so refused; and with the seals set aside, the checks
/// of the talk itself name what is wrong.
///
/// Keeps: JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn a_tampered_message_or_step_is_refused_by_both_verifiers() {
    let Some(talk) = talk().await else { return };
    let bytes = talk.extract("session", &talk.session).await;
    let mail = format!("messages/{}.eml", talk.message);
    let change = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let entries = package::read(&bytes).unwrap();
        let files: Vec<(String, Vec<u8>)> = entries
            .iter()
            .filter(|entry| entry.name != "mimetype")
            .map(|entry| (entry.name.to_owned(), entry.content.to_vec()))
            .map(|(known, mut content)| {
                if known == name {
                    change(&mut content);
                }
                (known, content)
            })
            .collect();
        let files: Vec<(&str, &[u8])> =
            files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
        package::write(&files).unwrap()
    };
    let replaced = |from: &'static str, to: &'static str| {
        move |content: &mut Vec<u8>| {
            let text = String::from_utf8(content.clone()).unwrap();
            assert!(text.contains(from), "{from}");
            *content = text.replacen(from, to, 1).into_bytes();
        }
    };
    let tampered = [
        (change(&mail, &|content| content.push(b' ')), "digest-differs"),
        (change("extract.json", &replaced("\"wrong\"", "\"right\"")), "scope-differs-from-journal"),
        (change("extract.json", &replaced("\"code.entered\"", "\"code.made\"")), "scope-differs-from-journal"),
        (change("extract.json", &replaced("[session ", "[sessiom ")), "scope-differs-from-journal"),
        (change("extract.json", &replaced("\"version\": 2", "\"version\": 1")), "scope-differs-from-journal"),
        (change("summary.en.txt", &replaced("wrong", "right")), "text-differs-from-records"),
    ];
    for (bytes, reason) in &tampered {
        let report = talk.judge(bytes);
        assert_eq!(report.indication, Indication::TotalFailed);
        let reasons: Vec<&str> = report.failures.iter().map(|failure| failure.code.word()).collect();
        assert!(reasons.contains(reason), "{reason}: {reasons:?}");
    }
    let files: Vec<Vec<u8>> = tampered.iter().map(|(bytes, _)| bytes.clone()).collect();
    if let Some(opinions) = talk.second(&files) {
        assert!(opinions.iter().all(|(word, _)| word == "TOTAL-FAILED"), "{opinions:?}");
    }
    assert_ne!(Sha256::digest(&files[0]), Sha256::digest(&bytes));
}
