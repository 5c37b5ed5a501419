//! The client's consent to an offer (акцепт): what he signs at registration with his digital signature.
//!
//! It binds together the exact text that was shown (language and SHA-256), the client's data, his
//! declarations, each consent on its own, his reservations, the place and the time.
//!
//! ```json
//! {"type":"OfferAcceptance","version":1,
//!  "offer":{"id":"…uuid…","version":"2","language":"kk","sha256":"…","title":"…"},
//!  "operator":{"bin":"…","name":"…"},
//!  "client":{"kind":"organization","iin":"…","bin":"…","name":"…","organization":"…",
//!            "email":"a@example.kz","phone":"+77010000001"},
//!  "declarations":{"text_read_in_full":true,…},
//!  "consents":{"personal_data":true,"marketing":false},
//!  "reservations":"…","place":"Almaty","made_at":"2026-11-22T05:15:02Z"}
//! ```
//! `client.kind` is `person`, `sole-trader` or `organization`; `iin` and `name` are the signer's own; an
//! organisation adds `bin` and `organization`, a sole trader may add `organization` (his trade name), a
//! person adds neither. `reservations` is optional. Every declaration must be `true`, and the consent to
//! personal data too; marketing is free.
//!
//! Keeps: REG-06, REG-09, REG-12, REG-14, REG-15, REG-37.

use serde_json::{Map, Value, json};

use super::parts::{NAME_MAX_CHARS, NUMBER_MAX_CHARS, identifier, insert_some, read_bin, read_iin, read_sha256};
use super::reader::{Lines, Reader, malformed};
use super::{Rules, seal};
use crate::domain::document::DocumentKind;
use crate::domain::ids::OfferId;
use crate::domain::party::{Bin, Iin, Party};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;

/// Where the agreement is concluded (clause 1.15).
pub const PLACE: &str = "Almaty";

/// What the client declares (clauses 1.10 and 1.12): all of it, or there is no acceptance.
pub const DECLARATIONS: [&str; 9] = [
    "text_read_in_full",
    "terms_understood",
    "data_true",
    "lawful_key_holder",
    "own_personal_data",
    "own_email",
    "own_phone",
    "technical_terms_known",
    "risks_known",
];

/// Longest reservations, in characters.
const RESERVATIONS_MAX_CHARS: usize = 10_000;
/// Longest e-mail address, in bytes. Source: RFC 5321 §4.5.3.1.3.
const EMAIL_MAX_BYTES: usize = 254;
/// Languages in which an offer has a text.
const LANGUAGES: [&str; 3] = ["kk", "ru", "en"];

/// A checked acceptance. All declarations and the consent to personal data are given, or it would not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferAcceptance {
    /// What is accepted.
    pub offer: AcceptedOffer,
    /// The operator's number.
    pub operator_bin: Bin,
    /// The operator's name.
    pub operator_name: String,
    /// Who accepts.
    pub client: Client,
    /// The free consents.
    pub consents: Consents,
    /// The client's reservations.
    pub reservations: Option<String>,
    /// When the consent was made, as the client's program says; proves nothing by itself.
    pub made_at: Moment,
}

/// The version and the very text of the offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedOffer {
    /// The offer.
    pub id: OfferId,
    /// Its version.
    pub version: String,
    /// Language of the text that was read: `kk`, `ru` or `en`.
    pub language: String,
    /// SHA-256 of the text that was shown.
    pub sha256: [u8; 32],
    /// Title in that language.
    pub title: String,
}

/// What kind of client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientKind {
    /// A natural person.
    Person,
    /// A sole trader (ИП).
    SoleTrader,
    /// A legal entity.
    Organization,
}

impl ClientKind {
    /// The value of `client.kind`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::SoleTrader => "sole-trader",
            Self::Organization => "organization",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        [Self::Person, Self::SoleTrader, Self::Organization].into_iter().find(|kind| kind.code() == code)
    }
}

/// The client's data, which become part of the agreement (clause 1.14).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// What kind.
    pub kind: ClientKind,
    /// Who is bound: the organisation, or the person himself.
    pub party: Party,
    /// Number of the person who signs.
    pub iin: Iin,
    /// Name of the person who signs.
    pub name: String,
    /// Name of the organisation, or the trade name.
    pub organization: Option<String>,
    /// His own e-mail.
    pub email: String,
    /// His own mobile phone, `+7` and ten digits.
    pub phone: String,
}

/// Consents that the client may give or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consents {
    /// To receive advertising.
    pub marketing: bool,
}

impl OfferAcceptance {
    /// The document as JSON; its canonical bytes read back to an equal acceptance.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let declarations: Map<String, Value> =
            DECLARATIONS.iter().map(|name| ((*name).to_owned(), Value::Bool(true))).collect();
        let mut client = json!({
            "kind": self.client.kind.code(),
            "iin": self.client.iin.to_string(),
            "name": self.client.name,
            "email": self.client.email,
            "phone": self.client.phone,
        });
        let bin = self.client.party.bin().map(|bin| bin.to_string());
        insert_some(&mut client, "bin", bin);
        insert_some(&mut client, "organization", self.client.organization.clone());
        let mut object = json!({
            "type": "OfferAcceptance",
            "version": 1,
            "offer": {
                "id": self.offer.id.to_string(),
                "version": self.offer.version,
                "language": self.offer.language,
                "sha256": hex::encode(self.offer.sha256),
                "title": self.offer.title,
            },
            "operator": {"bin": self.operator_bin.to_string(), "name": self.operator_name},
            "client": client,
            "declarations": declarations,
            "consents": {"personal_data": true, "marketing": self.consents.marketing},
            "place": PLACE,
            "made_at": self.made_at.to_string(),
        });
        insert_some(&mut object, "reservations", self.reservations.clone());
        object
    }

    /// The canonical bytes to be signed, with every rule checked.
    ///
    /// # Errors
    /// As [`super::parse_with`].
    pub fn seal(&self, rules: &Rules<'_>) -> Result<Vec<u8>, Refusal> {
        seal(DocumentKind::OfferAcceptance, &self.to_json(), rules)
    }
}

pub(super) fn read(mut reader: Reader<'_>, rules: &Rules<'_>) -> Result<OfferAcceptance, Refusal> {
    let offer = read_offer(&mut reader)?;
    let mut operator = reader.object("operator")?;
    let operator_bin = read_bin(&mut operator, rules.identifiers)?.ok_or_else(|| operator.missing("bin"))?;
    let operator_name = operator.text("name", NAME_MAX_CHARS, Lines::One)?;
    operator.finish()?;
    let client = read_client(&mut reader, rules)?;
    read_declarations(&mut reader)?;
    let consents = read_consents(&mut reader)?;
    let reservations = reader.optional_text("reservations", RESERVATIONS_MAX_CHARS, Lines::Many)?;
    if reader.text("place", NAME_MAX_CHARS, Lines::One)? != PLACE {
        return Err(malformed(&reader.at("place"), "other-place"));
    }
    let made_at = read_moment(&mut reader, "made_at")?;
    reader.finish()?;
    Ok(OfferAcceptance { offer, operator_bin, operator_name, client, consents, reservations, made_at })
}

fn read_offer(reader: &mut Reader<'_>) -> Result<AcceptedOffer, Refusal> {
    let mut offer = reader.object("offer")?;
    let id = offer.text("id", NUMBER_MAX_CHARS, Lines::One)?;
    let language = offer.text("language", NUMBER_MAX_CHARS, Lines::One)?;
    let accepted = AcceptedOffer {
        id: OfferId::parse(&id).map_err(|_| malformed(&offer.at("id"), "not-an-id"))?,
        version: offer.text("version", NUMBER_MAX_CHARS, Lines::One)?,
        sha256: read_sha256(&mut offer, "sha256")?,
        title: offer.text("title", NAME_MAX_CHARS, Lines::One)?,
        language,
    };
    if !LANGUAGES.contains(&accepted.language.as_str()) {
        return Err(malformed(&offer.at("language"), "unknown-language"));
    }
    offer.finish()?;
    Ok(accepted)
}

fn read_client(reader: &mut Reader<'_>, rules: &Rules<'_>) -> Result<Client, Refusal> {
    let mut client = reader.object("client")?;
    let kind = client.text("kind", NUMBER_MAX_CHARS, Lines::One)?;
    let kind = ClientKind::parse(&kind).ok_or_else(|| malformed(&client.at("kind"), "unknown-client-kind"))?;
    let iin = read_iin(&mut client, rules.identifiers)?.ok_or_else(|| client.missing("iin"))?;
    let bin = read_bin(&mut client, rules.identifiers)?;
    let organization = client.optional_text("organization", NAME_MAX_CHARS, Lines::One)?;
    let party = match (kind, bin) {
        (ClientKind::Organization, Some(bin)) => {
            if organization.is_none() {
                return Err(client.missing("organization"));
            }
            Party::Organization(bin)
        }
        (ClientKind::Organization, None) => return Err(client.missing("bin")),
        (ClientKind::Person | ClientKind::SoleTrader, Some(_)) => {
            return Err(malformed(&client.at("bin"), "not-for-this-client-kind"));
        }
        (ClientKind::Person, None) if organization.is_some() => {
            let pointer = client.at("organization");
            return Err(malformed(&pointer, "not-for-this-client-kind"));
        }
        (ClientKind::Person | ClientKind::SoleTrader, None) => Party::Person(iin),
    };
    let read = Client {
        kind,
        party,
        iin,
        name: client.text("name", NAME_MAX_CHARS, Lines::One)?,
        organization,
        email: read_email(&mut client)?,
        phone: read_phone(&mut client)?,
    };
    client.finish()?;
    Ok(read)
}

fn read_email(client: &mut Reader<'_>) -> Result<String, Refusal> {
    let email = client.text("email", EMAIL_MAX_BYTES, Lines::One)?;
    let fits = match email.rsplit_once('@') {
        Some((local, domain)) => {
            let local_fits = !local.is_empty() && local.len() <= 64 && !local.contains('@');
            local_fits && domain.contains('.') && domain.split('.').all(is_host_label)
        }
        None => false,
    };
    if fits && email.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(email);
    }
    Err(identifier("email", "code-form", client.at("email")))
}

fn is_host_label(label: &str) -> bool {
    !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn read_phone(client: &mut Reader<'_>) -> Result<String, Refusal> {
    let phone = client.text("phone", NUMBER_MAX_CHARS, Lines::One)?;
    match phone.strip_prefix("+7") {
        Some(number) if number.len() == 10 && number.bytes().all(|b| b.is_ascii_digit()) => Ok(phone),
        Some(_) | None => Err(identifier("phone", "code-form", client.at("phone"))),
    }
}

fn read_declarations(reader: &mut Reader<'_>) -> Result<(), Refusal> {
    let mut declarations = reader.object("declarations")?;
    for name in DECLARATIONS {
        if !declarations.boolean(name).map_err(incomplete(name))? {
            return Err(not_given(name, declarations.at(name)));
        }
    }
    declarations.finish()
}

fn read_consents(reader: &mut Reader<'_>) -> Result<Consents, Refusal> {
    let mut consents = reader.object("consents")?;
    let personal_data = consents.boolean("personal_data").map_err(incomplete("personal_data"))?;
    if !personal_data {
        return Err(not_given("personal_data", consents.at("personal_data")));
    }
    let marketing = consents.boolean("marketing")?;
    consents.finish()?;
    Ok(Consents { marketing })
}

/// An absent declaration is one that was not given.
fn incomplete(name: &'static str) -> impl Fn(Refusal) -> Refusal {
    move |refusal| match (&refusal.code, &refusal.pointer) {
        (RefusalCode::MissingRequisite, Some(pointer)) => not_given(name, pointer.clone()),
        _ => refusal,
    }
}

fn not_given(name: &'static str, pointer: String) -> Refusal {
    Refusal::new(RefusalCode::DeclarationsIncomplete).with("declaration", name).at(pointer)
}

/// RFC 3339 in the one spelling that we write: UTC with `Z`, fraction only when it is not zero.
fn read_moment(reader: &mut Reader<'_>, name: &'static str) -> Result<Moment, Refusal> {
    let text = reader.text(name, NUMBER_MAX_CHARS, Lines::One)?;
    match Moment::parse_rfc3339(&text) {
        Ok(moment) if moment.to_string() == text => Ok(moment),
        Ok(_) | Err(_) => {
            Err(Refusal::new(RefusalCode::DateInvalid).with("reason", "not-an-instant").at(reader.at(name)))
        }
    }
}
