//! What falls under an extract that is asked for by a party and a period, or of the acceptance of an offer; and what anybody
//! may ask the register of issued extracts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::demo::client::{Client, ClientError, text};
use qolhat::demo::story::Actor;
use qolhat::domain::ids::ExtractId;
use qolhat::domain::time::Moment;
use qolhat::extract::store;
use qolhat::i18n::{Language, text as i18n};
use qolhat::journal::entry::Entry;
use qolhat::operations::verify_extract::ExtractReport;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::extracts::{file_of, judged, pins};
use crate::support::second_verifier::second_opinion;
use crate::support::stage::{Stage, asked_by, code};

static HTTP: LazyLock<reqwest::Client> = LazyLock::new(|| reqwest::Client::builder().no_proxy().build().unwrap());

struct Court {
    stage: Stage,
    officer: Client,
    head: (Actor, Client),
    other: (Actor, Client),
    /// Recorded before the period.
    early: String,
    /// Recorded in it.
    late: String,
}

impl Court {
    async fn set() -> Court {
        let stage = Stage::set().await;
        let (officer, head, other) = stage.two_clients().await;
        let early = stage.recorded_act((&head.0, &head.1), &other.0, "1").await;
        let late = stage.recorded_act((&head.0, &head.1), &other.0, "2").await;
        Court { stage, officer, head, other, early, late }
    }

    async fn prepare(&self, scope: Value) -> Result<Value, ClientError> {
        let own = self.head.0.party().key();
        let key = scope["period"]["party"].as_str().unwrap_or(&own);
        let asker = json!({"party": {"key": key, "ground": "Ұйғарым № 7", "scope": "Барлық құжат"}});
        let mut body = json!({"asked_by": asker});
        body.as_object_mut().unwrap().extend(scope.as_object().unwrap().clone());
        self.officer.post("/api/v1/extracts", &body).await
    }

    async fn issue(&self, prepared: &Value) -> Result<Vec<u8>, ClientError> {
        let manifest = BASE64_STANDARD.decode(text(prepared, "manifest").unwrap()).unwrap();
        let cms = self.stage.sign(&self.stage.actor("officer").sign, &manifest);
        let path = format!("/api/v1/extracts/{}/signature", text(prepared, "id").unwrap());
        self.officer.post_for_bytes(&path, &json!({"cms": BASE64_STANDARD.encode(cms)})).await
    }

    /// The period that begins with the entry which recorded the later document.
    async fn period(&self) -> Value {
        json!({"period": {"party": self.head.0.party().key(), "from": self.recorded_at(&self.late).await.to_string(),
            "to": self.stage.now().to_string()}})
    }

    async fn recorded_at(&self, document: &str) -> Moment {
        let journal = &self.stage.app.journal;
        let entries = journal.entries_of_subject(&format!("document:{document}")).await.unwrap();
        Entry::parse(&journal.entry(entries[0]).await.unwrap().unwrap().body).unwrap().at()
    }

    fn verify(&self, file: &[u8]) -> ExtractReport {
        judged(&self.stage.app, file, self.stage.now())
    }

    async fn page(&self, path: &str) -> (u16, String) {
        let answer = HTTP.get(format!("{}{path}", self.stage.base)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

fn file(extract: &[u8], name: &str) -> Value {
    serde_json::from_slice(&file_of(extract, name)).unwrap()
}

/// Names of the fields that an entry of the extract reveals, in order.
fn revealed(extract: &[u8], seq: u64) -> Vec<String> {
    let openings = file(extract, &format!("journal/openings/{seq}.json"));
    let of = |opening: &Value| match opening["place"].as_str().unwrap() {
        "payload" => opening["value"]["name"].as_str().unwrap().to_owned(),
        place => place.to_owned(),
    };
    openings["openings"].as_array().unwrap().iter().map(of).collect()
}

/// Keeps: JRN-10, SEC-06
#[tokio::test(flavor = "multi_thread")]
async fn a_period_of_a_party_is_shown_without_a_gap_and_what_lies_outside_it_stays_closed() {
    let court = Court::set().await;
    let period = court.period().await;
    let prepared = court.prepare(period.clone()).await.unwrap();
    // The party goes on acting while the officer signs: that is outside the statement and stops nothing.
    court.stage.recorded_act((&court.head.0, &court.head.1), &court.other.0, "3").await;
    let extract = court.issue(&prepared).await.unwrap();
    let report = court.verify(&extract);
    assert_eq!(report.exit_code(), 0, "{:?}", report.failures);

    let record = file(&extract, "extract.json");
    assert_eq!(record["documents"], json!([court.late]), "the earlier document is not of the period");
    let party = court.head.0.party().key();
    let scope = record["request"]["scope"].as_str().unwrap();
    let to = period["period"]["to"].as_str().unwrap();
    assert!(scope.starts_with("Барлық құжат [") && scope.contains(&party) && scope.ends_with(&format!("/{to}]")));
    assert_eq!(record["request"]["period"], period["period"]);
    assert_eq!(record["request"]["asked_by"]["party"]["key"], party);

    let statement = file(&extract, "statement.json");
    let subjects = statement["subjects"].as_array().unwrap();
    let whole = subjects.iter().find(|subject| subject["identity"] == format!("party:{party}")).unwrap();
    let since = court.recorded_at(&court.late).await;
    let (mut inside, mut outside) = (0, 0);
    for seq in whole["entries"].as_array().unwrap().iter().map(|seq| seq.as_u64().unwrap()) {
        let stored = court.stage.app.journal.entry(seq).await.unwrap().unwrap();
        let fields = revealed(&extract, seq);
        if Entry::parse(&stored.body).unwrap().at() < since {
            assert_eq!(fields, ["subj"], "entry {seq}");
            outside += 1;
        } else {
            assert!(fields.contains(&"actor".to_owned()) && fields.len() > 3, "entry {seq}: {fields:?}");
            inside += 1;
        }
    }
    assert_eq!(report.period.as_ref().unwrap().entries.len(), inside);
    assert!(inside >= 1 && outside >= 2, "{inside} {outside}");
    let octets = String::from_utf8_lossy(&extract);
    assert!(!octets.contains(&court.early), "nothing names the document of before the period");
}

/// The period of a party opens its history: the other side of its documents does not read it. Nor does any party read what
/// was made for a court. Keeps: JRN-10, SEC-06
#[tokio::test(flavor = "multi_thread")]
async fn an_extract_of_a_period_is_read_by_no_other_party() {
    let court = Court::set().await;
    let of_documents = court.prepare(json!({"documents": [court.late]})).await.unwrap();
    let of_period = court.prepare(court.period().await).await.unwrap();
    let (db, own, other) = (&court.stage.app.db, court.head.0.party(), court.other.0.party());
    for (prepared, of_other) in [(of_documents, 1), (of_period, 0)] {
        court.issue(&prepared).await.unwrap();
        let id = ExtractId::parse(&text(&prepared, "id").unwrap()).unwrap();
        assert!(store::is_of_party(db, id, &own).await.unwrap());
        assert_eq!(store::is_of_party(db, id, &other).await.unwrap(), of_other == 1);
    }
    let listed =
        (store::of_party(db, &own, 9).await.unwrap().len(), store::of_party(db, &other, 9).await.unwrap().len());
    assert_eq!(listed, (2, 1));
}

/// Keeps: JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn a_period_is_refused_that_is_empty_upside_down_of_nobody_or_beside_documents() {
    let court = Court::set().await;
    let party = court.head.0.party().key();
    let period = |party: &str, from: &str, to: &str| json!({"period": {"party": party, "from": from, "to": to}});
    let (from, to) = ("2026-11-22T00:00:00Z", court.stage.now().to_string());
    let to = to.as_str();
    let mut both = period(&party, from, to);
    both["documents"] = json!([court.late]);
    for (scope, refusal) in [
        (period(&party, "2001-01-01T00:00:00Z", "2002-01-01T00:00:00Z"), "extract-scope-empty"),
        (period("bin:555555555555", from, to), "extract-scope-empty"),
        (period(&party, to, from), "date-invalid"),
        // What is not over would be told in part as the whole.
        (period(&party, from, "2026-11-23T00:00:00Z"), "date-invalid"),
        (period(&party, from, from), "date-invalid"),
        (period(&party, "22.11.2026", to), "date-invalid"),
        (period("bin:1", from, to), "identifier-invalid"),
        (both, "extract-scope-empty"),
        (json!({}), "extract-scope-empty"),
    ] {
        assert_eq!(code(court.prepare(scope.clone()).await), refusal, "{scope}");
    }
    let other = json!({"period": {"party": party, "from": from, "to": to}, "documents": [],
        "asked_by": asked_by(&court.head.0.party())});
    assert_eq!(code(court.head.1.post("/api/v1/extracts", &other).await), "not-an-officer");
}

/// Keeps: JRN-10, REG-03
#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_offer_is_shown_with_each_version_that_was_published_and_with_nobody_elses_acceptance() {
    let court = Court::set().await;
    let inbox = court.head.1.get("/api/v1/documents?box=outbox").await.unwrap();
    let acceptance = inbox.as_array().unwrap().iter().find(|row| row["kind"] == "offer-acceptance").unwrap();
    let id = acceptance["id"].as_str().unwrap().to_owned();
    let extract = court.issue(&court.prepare(json!({"documents": [id]})).await.unwrap()).await.unwrap();
    let report = court.verify(&extract);
    assert_eq!(report.exit_code(), 0, "{:?}", report.failures);
    let told = report.to_json();
    let of = |kind: &str| -> Vec<Value> {
        let entries = told["entries"].as_array().unwrap();
        entries.iter().filter(|entry| entry["kind"] == kind).cloned().collect()
    };
    assert_eq!((of("offer.published").len(), of("document.recorded").len() + of("document.received").len()), (1, 1));
    assert!(of("offer.published")[0]["fields"]["offer_id"].is_string(), "{told}");
    let statement = file(&extract, "statement.json");
    assert!(
        statement["subjects"]
            .as_array()
            .unwrap()
            .iter()
            .all(|subject| !subject["identity"].as_str().unwrap().starts_with("offer:"))
    );
}

/// Keeps: JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn anybody_asks_the_register_when_an_extract_was_issued_and_which_file_and_learns_nothing_else() {
    let court = Court::set().await;
    let anybody = &court.stage.client;
    let prepared = court.prepare(json!({"documents": [court.late]})).await.unwrap();
    let path = "/api/v1/registry/extracts/1";
    assert_eq!(code(anybody.get(path).await), "extract-unknown", "prepared only");
    let extract = court.issue(&prepared).await.unwrap();
    let sha256 = hex::encode(Sha256::digest(&extract));
    let found = anybody.get(path).await.unwrap();
    assert_eq!((&found["number"], &found["sha256"]), (&json!(1), &json!(sha256)));
    let mut names: Vec<&str> = found.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["entry", "issued_at", "number", "sha256"]);
    for nothing in ["0", "2", "-1", "x", "99999999999999999999999", "9223372036854775808"] {
        assert_eq!(code(anybody.get(&format!("/api/v1/registry/extracts/{nothing}")).await), "extract-unknown");
        assert_eq!(court.page(&format!("/registry?number={nothing}")).await.0, 404, "{nothing}");
    }
    assert_eq!(court.page("/registry").await.0, 200);
    let (status, page) = court.page("/registry?number=1").await;
    assert!(status == 200 && page.contains(&sha256), "{page}");
    for secret in ["Ұйғарым", "Сот", &court.late, "870314400102"] {
        assert!(!page.contains(secret), "{secret}");
    }

    // The register is not believed against the journal.
    let mut tx = court.stage.app.db.begin().await.unwrap();
    tx.execute("update extract set number = 5", &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(code(anybody.get("/api/v1/registry/extracts/5").await), "internal");
}

/// Keeps: JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_dropped_is_held_against_the_one_issued_under_its_number() {
    let court = Court::set().await;
    let dropped = async |file: Vec<u8>| {
        let form = Form::new().part("file", Part::bytes(file).file_name("extract.asice"));
        let request = HTTP.post(format!("{}/verify", court.stage.base)).header("Sec-Fetch-Site", "same-origin");
        request.multipart(form).send().await.unwrap().text().await.unwrap()
    };
    let says = |page: &str, key: &str| Language::ALL.iter().any(|language| page.contains(&i18n(*language, key, &[])));
    let issued = court.issue(&court.prepare(json!({"documents": [court.late]})).await.unwrap()).await.unwrap();
    assert!(says(&dropped(issued.clone()).await, "page-registry-same"));
    let at = issued.windows(4).position(|four| four == "Ұйғ".as_bytes().get(..4).unwrap()).unwrap();
    let mut changed = issued.clone();
    changed[at + 1] ^= 1;
    let page = dropped(changed).await;
    assert!(!says(&page, "page-registry-same"), "{page}");
    let mut tx = court.stage.app.db.begin().await.unwrap();
    tx.execute("update extract set state = 'prepared'", &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(says(&dropped(issued).await, "page-registry-unknown"));
}

/// Keeps: JRN-10, SIG-19
#[tokio::test(flavor = "multi_thread")]
async fn another_program_written_from_the_page_accepts_what_the_service_issues() {
    let court = Court::set().await;
    let one =
        court.issue(&court.prepare(json!({"documents": [court.early, court.late]})).await.unwrap()).await.unwrap();
    let two = court.issue(&court.prepare(court.period().await).await.unwrap()).await.unwrap();
    let pins = pins(&court.stage.app, court.stage.now());
    let Some(told) = second_opinion(&pins, &[one, two]) else { return };
    assert!(told.iter().all(|(indication, _)| indication == "TOTAL-PASSED"), "{told:?}");
}

/// Whoever reads the register through, number by number, is counted like any stranger.
#[tokio::test(flavor = "multi_thread")]
async fn questions_to_the_register_are_counted() {
    let stage = Stage::set_with(crate::support::stage::at("2026-11-22T09:00:00Z"), |config, _| {
        config.limits.anonymous_per_minute = 3;
    })
    .await;
    for path in ["/registry?number=1", "/api/v1/registry/extracts/1"] {
        let mut last = 0;
        for _ in 0..5 {
            let request = HTTP.get(format!("{}{path}", stage.base)).header("Authorization", "Bearer x");
            last = request.header("Cookie", "a=b").send().await.unwrap().status().as_u16();
        }
        assert_eq!(last, 429, "{path}");
    }
}
