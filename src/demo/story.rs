//! The main story, played over HTTP against a running service: an offer is published and accepted, an act goes from one
//! organisation to another and is countersigned, another is rejected, a court gets an extract and checks it alone.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat_pki::issue::cms_sign::Packaging;
use qolhat_pki::trust::TrustStore;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::client::{Attached, Client, ClientError, KeyPair, text};
use crate::app::certificates_at;
use crate::domain::ids::OfferId;
use crate::domain::kinds::{AcceptedOffer, Attachment, Rules, samples};
use crate::domain::money::VatTable;
use crate::domain::party::{Bin, IdentifierPolicy, Iin, Party};
use crate::domain::refusal::Refusal;
use crate::domain::time::{CivilDate, Clock};
use crate::extract::operator::{self, OperatorCard};
use crate::i18n::{self, Language};
use crate::operations::verify_extract::verify_extract;

/// The Russian text of the demo's agreement.
const AGREEMENT_RU: &str = include_str!("texts/agreement.ru.txt");
/// The Kazakh text of the demo's agreement.
const AGREEMENT_KK: &str = include_str!("texts/agreement.kk.txt");
/// Its title.
const AGREEMENT_TITLE: &str = "Электрондық құжат айналымы туралы келісім";
/// Steps of the story.
const STEPS: u32 = 13;

/// Who asks for the extract.
const COURT: &str = "Алматы қаласының мамандандырылған ауданаралық экономикалық соты";
/// How many days it may be answered.
const COURT_DAYS: i32 = 10;

/// Why the story did not go on.
#[derive(Debug, thiserror::Error)]
pub enum StoryError {
    /// The service said no, or nothing.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A document could not be made.
    #[error("a document could not be made: {0}")]
    Refused(Refusal),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Something did not turn out as it must.
    #[error("{0}")]
    Wrong(String),
}

impl From<Refusal> for StoryError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// A person of the story.
#[derive(Clone)]
pub struct Actor {
    /// Name as in the certificate.
    pub name: String,
    /// IIN.
    pub iin: Iin,
    /// The organisation he speaks for, and its name.
    pub organization: Option<(Bin, String)>,
    /// The key he signs with.
    pub sign: KeyPair,
    /// The key he logs in with.
    pub auth: KeyPair,
}

impl Actor {
    /// For whom he acts.
    #[must_use]
    pub fn party(&self) -> Party {
        match &self.organization {
            Some((bin, _)) => Party::Organization(*bin),
            None => Party::Person(self.iin),
        }
    }
}

/// Who plays.
pub struct Cast {
    /// The operator's officer.
    pub officer: Actor,
    /// The officer who looks at what the first one recorded.
    pub second_officer: Actor,
    /// Head of the organisation that did the work.
    pub executor: Actor,
    /// His accountant, who may prepare and not sign.
    pub accountant: Actor,
    /// Head of the organisation that ordered it.
    pub customer: Actor,
    /// A natural person.
    pub person: Actor,
}

/// Where and how it is played.
pub struct Stage<'a> {
    /// Address of the service.
    pub base: String,
    /// The operator's BIN and name.
    pub operator: (Bin, String),
    /// Where the files go.
    pub out: PathBuf,
    /// The clock that signing programs show.
    pub clock: &'a dyn Clock,
    /// How identifiers are read.
    pub identifiers: IdentifierPolicy,
    /// The language of what is told.
    pub language: Language,
    /// Nobody is logged in.
    pub client: Client,
}

/// What the story left.
#[derive(Debug)]
pub struct Outcome {
    /// The countersigned act.
    pub act: String,
    /// The extract's file.
    pub extract: PathBuf,
    /// The folder of anchors.
    pub anchors: PathBuf,
}

/// Plays the story; `tell` gets each line for people.
///
/// # Errors
/// [`StoryError`] names what went wrong; nothing is hidden.
pub async fn play(stage: &Stage<'_>, cast: &Cast, tell: &mut dyn FnMut(String)) -> Result<Outcome, StoryError> {
    let mut teller = Teller { language: stage.language, step: 0, tell };
    let anchors = stage.out.join("anchors");
    make_folder(&anchors)?;

    let officer = stage.client.log_in(&cast.officer.auth, stage.clock.now()).await?;
    teller.step("demo-logged-in", &[("name", &cast.officer.name)]);
    let offer = publish(stage, &officer).await?;
    teller.step("demo-offer-published", &[("title", AGREEMENT_TITLE), ("version", "1")]);

    let mut clients = Vec::new();
    for actor in [&cast.executor, &cast.customer, &cast.person] {
        let client = stage.client.log_in(&actor.auth, stage.clock.now()).await?;
        let consent = accept(stage, &client, actor, &offer).await?;
        if actor.iin == cast.executor.iin {
            write(&stage.out.join("consent.json"), consent.0.as_bytes())?;
            write(&stage.out.join("consent.p7s"), &consent.1)?;
        }
        clients.push(client);
        teller.step("demo-offer-accepted", &[("name", &actor.name)]);
    }
    let [executor, customer, ..] = clients.as_slice() else {
        return Err(StoryError::Wrong("the cast is incomplete".to_owned()));
    };
    let employee = json!({"iin": cast.accountant.iin.to_string(), "display_name": cast.accountant.name});
    match executor.post("/api/v1/employees", &employee).await {
        // A world that is played in a second time has him already.
        Err(error) if error.code() != Some("already-an-employee") => return Err(error.into()),
        Ok(_) | Err(_) => {}
    }

    let (act, original) = send_act(stage, executor, cast, "1").await?;
    teller.step("demo-act-sent", &[("name", &cast.executor.name), ("number", "1")]);
    tell_received(stage, executor, &act, &mut teller).await?;

    let cms = customer.cms(&cast.customer.sign, &original, Packaging::Detached, stage.clock.now())?;
    expect_state(&customer.sign(&act, &cms).await?, "accepted")?;
    teller.step("demo-countersigned", &[("name", &cast.customer.name)]);
    let view = executor.get(&format!("/api/v1/documents/{act}")).await?;
    four_conditions(&view)?;
    teller.step("demo-conditions", &[]);
    keep_files(stage, executor, &act, &view).await?;

    let (rejected, _) = send_act(stage, executor, cast, "2").await?;
    let reason = "Жұмыстардың көлемі шартқа сәйкес емес";
    let answer = customer.post(&format!("/api/v1/documents/{rejected}/rejection"), &json!({"reason": reason})).await?;
    expect_state(&answer, "rejected")?;
    let seen = executor.get(&format!("/api/v1/documents/{rejected}")).await?;
    if text(&seen, "reason")? != reason {
        return Err(StoryError::Wrong("the sender does not see the reason of the rejection".to_owned()));
    }
    teller.step("demo-rejected", &[("name", &cast.customer.name), ("number", "2"), ("reason", reason)]);

    let second = stage.client.log_in(&cast.second_officer.auth, stage.clock.now()).await?;
    let request = ask(stage, &officer, &[&act, &rejected]).await?;
    teller.step("demo-court-recorded", &[("name", &cast.officer.name), ("authority", COURT)]);
    approve(&second, &request).await?;
    teller.step("demo-court-approved", &[("name", &cast.second_officer.name)]);
    let extract = issue(stage, &officer, &cast.officer, &request, &[&act, &rejected]).await?;
    let path = stage.out.join("extract.asice");
    write(&path, &extract)?;
    teller.step("demo-extract-issued", &[("path", &path.display().to_string())]);
    let card = stage.client.get_bytes("/api/v1/operator").await?;
    write(&anchors.join(operator::OPERATOR_FILE_NAME), &card)?;
    verify(stage, &extract, &anchors, &mut teller)?;
    teller.line("demo-anchors", &[("anchors", &anchors.display().to_string()), ("path", &path.display().to_string())]);
    Ok(Outcome { act, extract: path, anchors })
}

/// Tells what happens, in one language.
struct Teller<'t> {
    language: Language,
    step: u32,
    tell: &'t mut dyn FnMut(String),
}

impl Teller<'_> {
    fn step(&mut self, key: &str, values: &[(&str, &str)]) {
        self.step = self.step.saturating_add(1);
        let what = i18n::text(self.language, key, values);
        let (number, total) = (self.step.to_string(), STEPS.to_string());
        let line = i18n::text(self.language, "demo-step", &[("number", &number), ("total", &total), ("what", &what)]);
        (self.tell)(line);
    }

    fn line(&mut self, key: &str, values: &[(&str, &str)]) {
        (self.tell)(format!("    {}", i18n::text(self.language, key, values)));
    }
}

/// A published offer, as its readers see it.
struct PublishedOffer {
    id: String,
    title: String,
    sha256: [u8; 32],
}

async fn publish(stage: &Stage<'_>, officer: &Client) -> Result<PublishedOffer, StoryError> {
    let body = json!({
        "title": AGREEMENT_TITLE,
        "prevailing": "ru",
        "texts": {"ru": AGREEMENT_RU, "kk": AGREEMENT_KK},
    });
    let published = officer.post("/api/v1/offers", &body).await?;
    let id = text(&published, "offer_id")?;
    // What a reader gets is what he accepts: the text is read back, not remembered.
    let read = stage.client.get_bytes(&format!("/api/v1/offers/{id}/versions/1/texts/kk")).await?;
    if read != AGREEMENT_KK.as_bytes() {
        return Err(StoryError::Wrong("the published text reads back otherwise".to_owned()));
    }
    Ok(PublishedOffer { id, title: AGREEMENT_TITLE.to_owned(), sha256: Sha256::digest(&read).into() })
}

/// Signs and sends a consent; answers the consent and its signature.
async fn accept(
    stage: &Stage<'_>,
    client: &Client,
    actor: &Actor,
    offer: &PublishedOffer,
) -> Result<(String, Vec<u8>), StoryError> {
    let now = stage.clock.now();
    let accepted = AcceptedOffer {
        id: OfferId::parse(&offer.id).map_err(|error| StoryError::Wrong(error.to_string()))?,
        version: "1".to_owned(),
        language: "kk".to_owned(),
        sha256: offer.sha256,
        title: offer.title.clone(),
    };
    let organization = actor.organization.as_ref().map(|(bin, name)| (*bin, name.as_str()));
    let operator = (stage.operator.0, stage.operator.1.as_str());
    let vat = VatTable::builtin();
    let rules = Rules { identifiers: stage.identifiers, vat: &vat };
    let consent = samples::offer_acceptance(accepted, operator, (actor.iin, &actor.name), organization, now, &rules)?;
    let cms = client.cms(&actor.sign, &consent, Packaging::Detached, now)?;
    let consent = String::from_utf8(consent).map_err(|error| StoryError::Wrong(error.to_string()))?;
    let answer = client.accept(&offer.id, 1, &consent, &cms).await?;
    expect_state(&answer, "received")?;
    Ok((consent, cms))
}

/// Sends a signed act with its report; answers its id and the octets that were signed.
async fn send_act(
    stage: &Stage<'_>,
    executor: &Client,
    cast: &Cast,
    number: &str,
) -> Result<(String, Vec<u8>), StoryError> {
    let now = stage.clock.now();
    let report = super::paper::pdf(&format!("Report to act {number}"));
    let attachment = Attachment::of("report.pdf", "application/pdf", &report);
    let side = |actor: &Actor, position: &str| {
        let name = actor.organization.as_ref().map_or(actor.name.as_str(), |(_, name)| name.as_str());
        samples::side(actor.party(), name, position, &actor.name)
    };
    let vat = VatTable::builtin();
    let rules = Rules { identifiers: stage.identifiers, vat: &vat };
    let original = samples::completion_act(
        number,
        CivilDate::of(now),
        &side(&cast.executor, "Директор"),
        &side(&cast.customer, "Директор"),
        &[attachment],
        &rules,
    )?;
    let cms = executor.cms(&cast.executor.sign, &original, Packaging::Detached, now)?;
    let file = Attached { name: format!("act-{number}.json"), bytes: original.clone() };
    let attached = vec![Attached { name: "report.pdf".to_owned(), bytes: report }];
    let fields = [("kind", "completion-act".to_owned())];
    let answer = executor.submit(&fields, file, attached, Some(cms), &executor.new_key()).await?;
    expect_state(&answer, "received")?;
    Ok((text(&answer, "document_id")?, original))
}

async fn tell_received(
    stage: &Stage<'_>,
    executor: &Client,
    act: &str,
    teller: &mut Teller<'_>,
) -> Result<(), StoryError> {
    let view = executor.get(&format!("/api/v1/documents/{act}")).await?;
    let entry = view.get("recorded_entry").and_then(Value::as_i64).unwrap_or_default().to_string();
    let receipt = view.pointer("/receipts/0/number").and_then(Value::as_i64);
    let receipt = receipt.ok_or_else(|| StoryError::Wrong("no receipt was given".to_owned()))?;
    let cms = executor.get_bytes(&format!("/api/v1/documents/{act}/receipts/{receipt}")).await?;
    write(&stage.out.join("act.receipt.p7m"), &cms)?;
    let at = view.pointer("/history/0/at").and_then(Value::as_str).unwrap_or_default();
    teller.line("demo-received", &[("at", at), ("seq", &entry)]);
    Ok(())
}

fn four_conditions(view: &Value) -> Result<(), StoryError> {
    let conditions = view.get("conditions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let holds = |condition: &Value| condition.get("holds").and_then(Value::as_bool) == Some(true);
    if conditions.len() >= 4 && conditions.iter().all(holds) {
        return Ok(());
    }
    Err(StoryError::Wrong(format!("the four conditions do not hold: {conditions:?}")))
}

/// The act, its report and both signatures, as the sender downloads them.
async fn keep_files(stage: &Stage<'_>, executor: &Client, act: &str, view: &Value) -> Result<(), StoryError> {
    let path = |rest: String| format!("/api/v1/documents/{act}/{rest}");
    write(&stage.out.join("act.json"), &executor.get_bytes(&path("files/0".to_owned())).await?)?;
    write(&stage.out.join("act.report.pdf"), &executor.get_bytes(&path("files/1".to_owned())).await?)?;
    for signature in view.get("signatures").and_then(Value::as_array).into_iter().flatten() {
        let (id, side) = (text(signature, "id")?, text(signature, "side")?);
        let cms = executor.get_bytes(&path(format!("signatures/{id}"))).await?;
        write(&stage.out.join(format!("act.{side}.p7s")), &cms)?;
    }
    Ok(())
}

/// Records what a court asks for; answers the id of the request.
async fn ask(stage: &Stage<'_>, officer: &Client, documents: &[&str]) -> Result<String, StoryError> {
    let now = stage.clock.now();
    let body = json!({
        "authority": COURT,
        "reference": "7143-26-00-2/1",
        "dated": CivilDate::of(now).to_string(),
        "ground": "2026-1 іс бойынша сұрау",
        "words": "№ 1 және № 2 актілер",
        "documents": documents,
        "received_at": now.to_string(),
        "due_at": CivilDate::of(now).plus_days(COURT_DAYS).start_of_day().to_string(),
    });
    Ok(text(&officer.post("/api/v1/court-requests", &body).await?, "court_request_id")?)
}

/// The second pair of eyes; the first one may not.
async fn approve(second: &Client, request: &str) -> Result<(), StoryError> {
    let path = format!("/api/v1/court-requests/{request}/decision");
    second.post(&path, &json!({"decision": "approve"})).await?;
    Ok(())
}

/// Prepares an extract, signs its manifest by the officer's own key, and gets the file.
async fn issue(
    stage: &Stage<'_>,
    client: &Client,
    officer: &Actor,
    request: &str,
    documents: &[&str],
) -> Result<Vec<u8>, StoryError> {
    let body = json!({"asked_by": {"court_request": request}, "documents": documents});
    let prepared = client.post("/api/v1/extracts", &body).await?;
    let manifest =
        BASE64_STANDARD.decode(text(&prepared, "manifest")?).map_err(|error| StoryError::Wrong(error.to_string()))?;
    let cms = client.cms(&officer.sign, &manifest, Packaging::Detached, stage.clock.now())?;
    let body = json!({"cms": BASE64_STANDARD.encode(cms)});
    Ok(client.post_for_bytes(&format!("/api/v1/extracts/{}/signature", text(&prepared, "id")?), &body).await?)
}

/// Checks the extract with what a court has: the anchors and the operator's card; then with one octet changed.
fn verify(stage: &Stage<'_>, extract: &[u8], anchors: &Path, teller: &mut Teller<'_>) -> Result<(), StoryError> {
    let certificates =
        certificates_at(&[anchors.to_path_buf()]).map_err(|error| StoryError::Wrong(error.to_string()))?;
    let trust = TrustStore::from_certificates(certificates);
    let card = read_card(&anchors.join(operator::OPERATOR_FILE_NAME))?;
    let now = stage.clock.now();
    let report = verify_extract(extract, &trust, Some(&card), now);
    let lines = report.lines(stage.language);
    if report.exit_code() != 0 {
        return Err(StoryError::Wrong(lines.join("\n")));
    }
    teller.step("demo-extract-verified", &[("verdict", lines.first().map_or("", String::as_str))]);

    let mut changed = extract.to_vec();
    let middle = changed.len() / 2;
    if let Some(octet) = changed.get_mut(middle) {
        *octet ^= 1;
    }
    let report = verify_extract(&changed, &trust, Some(&card), now);
    if report.exit_code() == 0 {
        return Err(StoryError::Wrong("an extract with one octet changed was believed".to_owned()));
    }
    let lines = report.lines(stage.language);
    teller.line("demo-tampered", &[("reason", lines.first().map_or("", String::as_str))]);
    Ok(())
}

fn read_card(path: &Path) -> Result<OperatorCard, StoryError> {
    let unreadable = |source| StoryError::File { path: path.display().to_string(), source };
    operator::parse(&fs::read(path).map_err(unreadable)?).map_err(|error| StoryError::Wrong(error.to_string()))
}

fn expect_state(answer: &Value, state: &str) -> Result<(), StoryError> {
    let found = text(answer, "state")?;
    if found == state { Ok(()) } else { Err(StoryError::Wrong(format!("the state is {found} instead of {state}"))) }
}

fn make_folder(path: &Path) -> Result<(), StoryError> {
    fs::create_dir_all(path).map_err(|source| StoryError::File { path: path.display().to_string(), source })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), StoryError> {
    fs::write(path, bytes).map_err(|source| StoryError::File { path: path.display().to_string(), source })
}
