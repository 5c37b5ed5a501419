//! A person accepts an offer by signing a consent to one published text (REG-06, REG-09, REG-12): the party becomes a
//! client. The consent is a document like any other: kept, signed, recorded, receipted.

use qolhat_pki::time::Span;
use serde_json::json;

use super::record_document::{self, Entered, Entering};
use super::take_signature::{take_signature, written_down};
use super::{OperationError, commit};
use crate::access::answers::Request;
use crate::access::rights::{Caller, Capability};
use crate::access::store::{self as clients, Client, Member};
use crate::app::App;
use crate::db::Tx;
use crate::docflow::offers::{self, OfferRow, VersionRow};
use crate::domain::document::DocumentKind;
use crate::domain::ids::{DocumentId, OfferId};
use crate::domain::kinds::{self, ClientKind, Content, OfferAcceptance};
use crate::domain::party::Party;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::{CivilDate, Moment};
use crate::i18n::{self, Language};
use crate::intake::{self, Upload, UploadLimits};
use crate::signature::{Signer, authority};

/// How far ahead of ours a client's clock may be, in minutes.
const AHEAD_MINUTES: i64 = 10;
/// How old a consent may be when it comes, in hours.
const OLD_HOURS: i64 = 24;
/// Name of the consent's file.
const FILE_NAME: &str = "consent.json";

/// What is brought.
#[derive(Debug)]
pub struct AcceptOffer {
    /// The offer.
    pub offer: OfferId,
    /// Its version.
    pub version: i64,
    /// The consent: canonical JSON of kind `OfferAcceptance`.
    pub consent: Vec<u8>,
    /// CMS over it.
    pub cms: Vec<u8>,
}

/// Takes the consent in; the party becomes a client when it is recorded.
///
/// # Errors
/// The refusals of the offer, the consent, the signature and the signer's authority; `already-accepted`: a version is
/// accepted by a party, not by a person. An organisation is bound since its first head accepted (REG-11), and a new head has
/// nothing to accept again: the role in his certificate lets him act (`access::rights::Caller::capability`).
///
/// Keeps: REG-04, REG-06, REG-09, REG-12, REG-14, REG-15.
pub async fn accept_offer(
    app: &App,
    caller: &Caller,
    command: AcceptOffer,
    request: Option<&Request>,
) -> Result<Entered, OperationError> {
    let now = app.clock.now();
    if caller.party == Party::Organization(app.operator.bin) {
        // Nobody concludes an agreement with himself.
        return Err(RefusalCode::RecipientIsTheSender.into());
    }
    let limits = UploadLimits { file_max_bytes: app.rules.limits.file_max_bytes, files_max: 1 };
    let file = intake::receive(Upload { name: FILE_NAME.to_owned(), bytes: command.consent }, limits)?;
    let octets = file.held().unwrap_or_default();
    let consent = parse(app, octets)?;
    let title = check_offer(app, command.offer, command.version, &consent, now).await?;
    check_consent(app, caller, &consent, now)?;

    let signed = (command.cms.as_slice(), octets.into());
    let checked = take_signature(app, caller, "accept-offer", signed, now, |checked| {
        authority::may_bind(&checked.signer, Some(&caller.iin), &caller.party, DocumentKind::OfferAcceptance)?;
        check_names(&checked.signer, &consent.client)
    })
    .await?;
    let files = [file];
    let entering = Entering {
        kind: DocumentKind::OfferAcceptance,
        number: format!("{}/{}", command.offer, command.version),
        date: Some(CivilDate::of(consent.made_at).to_string()),
        title,
        sender: caller.party,
        recipient: Party::Organization(app.operator.bin),
        author_iin: caller.iin.to_string(),
        files: &files,
        upload: None,
        signature: Some(&checked),
        offer: Some((command.offer, command.version)),
        payload: vec![
            ("offer_id".to_owned(), json!(command.offer.to_string())),
            ("offer_version".to_owned(), json!(command.version)),
            ("offer_language".to_owned(), json!(consent.offer.language)),
            ("offer_text_sha256".to_owned(), json!(hex::encode(consent.offer.sha256))),
        ],
        actor: commit::actor(caller),
    };
    let received = checked.waits_for.is_none();
    let entered = record_document::enter(app, &entering, request, now, async |tx, document| {
        must_be_open(app, tx, command.offer, command.version).await?;
        if received { become_client(tx, &consent, document, now).await } else { Ok(()) }
    });
    written_down(app, caller, "accept-offer", &checked, entered.await).await
}

/// The consent in `bytes`.
///
/// # Errors
/// The refusals of the kind.
pub(crate) fn parse(app: &App, bytes: &[u8]) -> Result<OfferAcceptance, Refusal> {
    match kinds::parse(DocumentKind::OfferAcceptance, bytes, &app.rules.identifiers)? {
        Content::OfferAcceptance(consent) => Ok(*consent),
        Content::CompletionAct(_) | Content::PaymentInvoice(_) | Content::Letter(_) | Content::ArbitraryFile => {
            Err(Refusal::new(RefusalCode::MalformedConsent).with("reason", "other-type"))
        }
    }
}

/// That the consent is to the published text of the version that is in force; answers the offer's title.
async fn check_offer(
    app: &App,
    offer: OfferId,
    version: i64,
    consent: &OfferAcceptance,
    now: Moment,
) -> Result<String, OperationError> {
    let row = offers::load(&app.db, offer).await?.ok_or(RefusalCode::OfferUnknown)?;
    let versions = offers::versions(&app.db, offer).await?;
    judge_offer(&row, &versions, version, now)?;
    let mismatch = |pointer: &str| OperationError::from(Refusal::new(RefusalCode::ConsentMismatch).at(pointer));
    if consent.offer.id != offer || consent.offer.version != version.to_string() {
        return Err(mismatch("/offer"));
    }
    let missing = || Refusal::new(RefusalCode::OfferLanguageMissing).with("language", &consent.offer.language);
    let language = Language::parse(&consent.offer.language).ok_or_else(missing)?;
    let texts = offers::texts(&app.db, offer, version).await?;
    let text = texts.iter().find(|text| text.language == language).ok_or_else(missing)?;
    if *text.sha256.as_bytes() != consent.offer.sha256 {
        return Err(RefusalCode::OfferTextMismatch.into());
    }
    if consent.offer.title != row.title {
        return Err(mismatch("/offer/title"));
    }
    Ok(row.title)
}

/// That the offer is still open when the acceptance is written down, under the offer's lock: a withdrawal or a new version
/// that came while the signature was checked is not passed by.
///
/// The instant of arrival counts from here on: an acceptance that is written down before the withdrawal and still waits for
/// evidence stands when the evidence comes (REG-04).
async fn must_be_open(app: &App, tx: &mut Tx, offer: OfferId, version: i64) -> Result<(), OperationError> {
    let row = offers::lock(tx, offer).await?.ok_or(RefusalCode::OfferUnknown)?;
    let versions = offers::versions_of_locked(tx, offer).await?;
    Ok(judge_offer(&row, &versions, version, app.clock.now())?)
}

/// That `version` of the offer may be accepted at `now`.
fn judge_offer(row: &OfferRow, versions: &[VersionRow], version: i64, now: Moment) -> Result<(), Refusal> {
    if let Some(since) = row.withdrawn_at {
        return Err(Refusal::new(RefusalCode::OfferWithdrawn).with("since", since.to_string()));
    }
    let wanted = versions.iter().find(|known| known.version == version);
    let wanted = wanted.ok_or_else(|| Refusal::new(RefusalCode::OfferUnknown))?;
    let current = versions.iter().filter(|known| known.in_force_from <= now).max_by_key(|known| known.version);
    if current.map(|known| known.version) != Some(version) {
        let until = versions.iter().find(|known| known.version == version + 1).map(|next| next.in_force_from);
        return Err(Refusal::new(RefusalCode::OfferNotInForce)
            .with("from", wanted.in_force_from.to_string())
            .with("until", until.map(|at| at.to_string()).unwrap_or_default()));
    }
    Ok(())
}

/// That the consent is to this operator, by this caller, and of now.
fn check_consent(app: &App, caller: &Caller, consent: &OfferAcceptance, now: Moment) -> Result<(), Refusal> {
    if consent.operator_bin != app.operator.bin || consent.operator_name != app.operator.name {
        return Err(Refusal::new(RefusalCode::ConsentMismatch).at("/operator"));
    }
    let differs = |field: &str, given: String, expected: String| {
        Refusal::new(RefusalCode::ClientDataMismatch)
            .with("field", field)
            .with("given", given)
            .with("expected", expected)
            .at(format!("/client/{field}"))
    };
    if consent.client.party != caller.party {
        let field = if caller.party.bin().is_some() { "bin" } else { "kind" };
        return Err(differs(field, consent.client.party.number(), caller.party.number()));
    }
    if consent.client.iin != caller.iin {
        return Err(differs("iin", consent.client.iin.to_string(), caller.iin.to_string()));
    }
    let earliest = now.checked_sub(Span::hours(OLD_HOURS)).unwrap_or(now);
    let latest = now.checked_add(Span::minutes(AHEAD_MINUTES)).unwrap_or(now);
    if consent.made_at < earliest || consent.made_at > latest {
        return Err(Refusal::new(RefusalCode::DateInvalid).with("reason", "consent-not-of-now").at("/made_at"));
    }
    Ok(())
}

/// That the names are those of the certificate, for they are printed in receipts and extracts. The patronymic that the CA
/// keeps apart from the name may follow it; nothing else may. An organisation that the certificate does not name has no name
/// to join under. A sole trader's trade name is his own statement and is marked as one ([`shown_name`]).
///
/// # Errors
/// `client-data-mismatch`.
fn check_names(signer: &Signer, client: &kinds::Client) -> Result<(), Refusal> {
    let differs = |field: &'static str, given: &str, expected: &str| {
        Refusal::new(RefusalCode::ClientDataMismatch)
            .with("field", field)
            .with("given", given)
            .with("expected", expected)
            .at(format!("/client/{field}"))
    };
    let full = match &signer.patronymic {
        Some(patronymic) => format!("{} {patronymic}", signer.common_name),
        None => signer.common_name.clone(),
    };
    let given = folded(&client.name);
    if given != folded(&signer.common_name) && given != folded(&full) {
        return Err(differs("name", &client.name, &full));
    }
    match (&signer.party, &client.organization) {
        (Party::Organization(_), Some(given)) => {
            let expected = signer.organization.as_deref().unwrap_or_default();
            if expected.is_empty() || folded(given) != folded(expected) {
                return Err(differs("organization", given, expected));
            }
            Ok(())
        }
        // A consent of an organisation has its name, one of a person none.
        (Party::Organization(_) | Party::Person(_), None) | (Party::Person(_), Some(_)) => Ok(()),
    }
}

/// The name by which a client is known: as its certificate gives it. What a sole trader calls himself follows in brackets, as
/// his own statement, in every language in which it may be read.
fn shown_name(client: &kinds::Client) -> String {
    match (client.kind, &client.organization) {
        (ClientKind::Organization, Some(name)) => name.clone(),
        (ClientKind::SoleTrader, Some(trade_name)) => {
            let marks = Language::ALL.map(|language| i18n::text(language, "own-statement", &[]));
            format!("{} ({}: «{trade_name}»)", client.name, marks.join(" / "))
        }
        (ClientKind::Organization | ClientKind::SoleTrader, None) | (ClientKind::Person, _) => client.name.clone(),
    }
}

/// A name without regard to case and surplus space.
fn folded(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Makes the party of a recorded consent a client, and its signer one who may sign, also when he could only draft. A client who accepts another offer
/// stays the client that he is.
///
/// # Errors
/// A fault of the database.
pub(super) async fn become_client(
    tx: &mut Tx,
    consent: &OfferAcceptance,
    acceptance: DocumentId,
    now: Moment,
) -> Result<(), OperationError> {
    let data = &consent.client;
    let client = Client {
        party: data.party,
        display_name: shown_name(data),
        kind: data.kind.code().to_owned(),
        email: data.email.clone(),
        phone: data.phone.clone(),
        language: consent.offer.language.clone(),
        joined_at: now,
        acceptance,
    };
    clients::insert_client(tx, &client).await?;
    let member = Member {
        iin: data.iin.to_string(),
        capability: Capability::Sign,
        display_name: data.name.clone(),
        added_at: now,
        added_by: data.iin.to_string(),
    };
    clients::insert_signer(tx, &data.party, &member).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_people_read_them() {
        assert_eq!(folded("  ТЕСТОВ   Тест "), "тестов тест");
    }
}
