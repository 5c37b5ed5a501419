//! The contents of documents: one file per kind, versioned JSON in canonical form.
//!
//! What a person signs are exactly the canonical bytes ([`crate::domain::jcs`]). Reading is strict: unknown
//! members, members twice, wrong sums, rates that were not in force and characters that hide text are
//! refused with the place (a JSON pointer) and the reason. A parsed value is right by construction.
//!
//! Keeps: DOC-03, DOC-04, DOC-07, DOC-15. Good documents of every kind to start from: [`samples`].

mod completion_act;
mod letter;
mod lines;
mod offer_acceptance;
mod parts;
mod payment_invoice;
mod reader;
pub mod samples;

use serde_json::Value;

pub use completion_act::{CompletionAct, CompletionActDraft, Report, Supply};
pub use letter::{Letter, LetterDraft, Writer};
pub use lines::{LINES_MAX, Line, LineDraft, Totals, UNIT_MAX_CHARS};
pub use offer_acceptance::{AcceptedOffer, Client, ClientKind, Consents, DECLARATIONS, OfferAcceptance, PLACE};
pub use parts::{
    ATTACHMENT_MAX_BYTES, ATTACHMENTS_MAX, Attachment, FILE_NAME_MAX_BYTES, NAME_MAX_CHARS, NUMBER_MAX_CHARS,
    Reference, Requisites, Signatory,
};
pub use payment_invoice::{BankAccount, PaymentInvoice, PaymentInvoiceDraft};

use self::reader::Reader;
use super::document::DocumentKind;
use super::jcs::{self, JCS_DEPTH_MAX, JCS_MAX_BYTES, JcsError};
use super::money::{Tiyn, VatTable};
use super::party::{IdentifierPolicy, Party};
use super::refusal::{Refusal, RefusalCode};
use super::time::CivilDate;

/// Largest structured document, in bytes.
pub const CONTENT_MAX_BYTES: usize = JCS_MAX_BYTES;

/// What reading depends on besides the bytes.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// How identification numbers are judged.
    pub identifiers: IdentifierPolicy,
    /// Rates of VAT by turnover date.
    pub vat: &'a VatTable,
}

/// A document's content, read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Consent to an offer.
    OfferAcceptance(Box<OfferAcceptance>),
    /// Act of completed works or services.
    CompletionAct(Box<CompletionAct>),
    /// Invoice for payment.
    PaymentInvoice(Box<PaymentInvoice>),
    /// Official letter.
    Letter(Box<Letter>),
    /// A file without a structure known to us.
    ArbitraryFile,
}

/// Reads canonical bytes of `kind` with the VAT rates that the program knows.
///
/// # Errors
/// See [`parse_with`].
pub fn parse(kind: DocumentKind, bytes: &[u8], policy: &IdentifierPolicy) -> Result<Content, Refusal> {
    let vat = VatTable::builtin();
    let rules = Rules { identifiers: *policy, vat: &vat };
    parse_with(kind, bytes, &rules)
}

/// Reads canonical bytes of `kind`. A file without structure is accepted as it is.
///
/// # Errors
/// `malformed-json`, `upload-too-large` or `content-not-canonical` for the bytes; `unknown-kind` for
/// another version; for the members `malformed-content` (`malformed-consent` in a consent),
/// `missing-requisite`, `identifier-invalid`, `date-invalid`, `sum-mismatch`, `vat-rate-mismatch`,
/// `recipient-is-the-sender`, `declarations-incomplete`.
pub fn parse_with(kind: DocumentKind, bytes: &[u8], rules: &Rules<'_>) -> Result<Content, Refusal> {
    if kind == DocumentKind::ArbitraryFile {
        return Ok(Content::ArbitraryFile);
    }
    let value = jcs::parse_canonical(bytes).map_err(bad_json)?;
    read(kind, &value, rules)
}

/// The canonical bytes of a document that may be spelled in any way: white space, another order of
/// members, escapes. They are what must be signed. `ArbitraryFile` has no such form.
///
/// # Errors
/// As [`parse_with`] but never `content-not-canonical`; `unknown-kind` for `ArbitraryFile`.
pub fn canonicalize(kind: DocumentKind, bytes: &[u8], rules: &Rules<'_>) -> Result<(Content, Vec<u8>), Refusal> {
    let value = jcs::parse(bytes).map_err(bad_json)?;
    let content = read(kind, &value, rules)?;
    let canonical = jcs::to_canonical(&value).map_err(bad_json)?;
    Ok((content, canonical))
}

fn read(kind: DocumentKind, value: &Value, rules: &Rules<'_>) -> Result<Content, Refusal> {
    let mut reader = Reader::new(value, String::new())?;
    read_head(&mut reader, kind)?;
    match kind {
        DocumentKind::OfferAcceptance => offer_acceptance::read(reader, rules)
            .map(|acceptance| Content::OfferAcceptance(Box::new(acceptance)))
            .map_err(as_consent),
        DocumentKind::CompletionAct => {
            completion_act::read(reader, rules).map(|act| Content::CompletionAct(Box::new(act)))
        }
        DocumentKind::PaymentInvoice => {
            payment_invoice::read(reader, rules).map(|invoice| Content::PaymentInvoice(Box::new(invoice)))
        }
        DocumentKind::Letter => letter::read(reader, rules).map(|letter| Content::Letter(Box::new(letter))),
        DocumentKind::ArbitraryFile => Err(unknown_kind(kind)),
    }
}

/// `type` and `version` come first, so that a document of another kind is called that and not malformed.
fn read_head(reader: &mut Reader<'_>, kind: DocumentKind) -> Result<(), Refusal> {
    let name = reader.text("type", NAME_MAX_CHARS, reader::Lines::One)?;
    if kind.type_name() != Some(name.as_str()) {
        let refusal = reader::malformed(&reader.at("type"), "other-type");
        return Err(refusal);
    }
    if reader.whole("version")? != 1 {
        return Err(unknown_kind(kind).at(reader.at("version")));
    }
    Ok(())
}

fn unknown_kind(kind: DocumentKind) -> Refusal {
    Refusal::new(RefusalCode::UnknownKind).with("kind", kind.code())
}

fn as_consent(mut refusal: Refusal) -> Refusal {
    if refusal.code == RefusalCode::MalformedContent {
        refusal.code = RefusalCode::MalformedConsent;
    }
    refusal
}

fn bad_json(error: JcsError) -> Refusal {
    let malformed = |reason: &str| Refusal::new(RefusalCode::MalformedJson).with("reason", reason);
    let at = |reason: &str, pointer: String| malformed(reason).with("place", pointer.clone()).at(pointer);
    match error {
        JcsError::TooLarge => Refusal::new(RefusalCode::UploadTooLarge).with("limit", CONTENT_MAX_BYTES.to_string()),
        JcsError::TooDeep { pointer } => at("too-deep", pointer).with("limit", JCS_DEPTH_MAX.to_string()),
        JcsError::NotJson { line, column } => malformed("not-json").with("place", format!("{line}:{column}")),
        JcsError::DuplicateKey { pointer } => at("duplicate-member", pointer),
        JcsError::Number { pointer } => at("number-form", pointer),
        JcsError::NotCanonical { offset } => {
            Refusal::new(RefusalCode::ContentNotCanonical).with("offset", offset.to_string())
        }
    }
}

impl Content {
    /// What it is.
    #[must_use]
    pub fn kind(&self) -> DocumentKind {
        match self {
            Self::OfferAcceptance(_) => DocumentKind::OfferAcceptance,
            Self::CompletionAct(_) => DocumentKind::CompletionAct,
            Self::PaymentInvoice(_) => DocumentKind::PaymentInvoice,
            Self::Letter(_) => DocumentKind::Letter,
            Self::ArbitraryFile => DocumentKind::ArbitraryFile,
        }
    }

    /// The number that its author gave it; for an acceptance, the accepted version of the offer; empty for a file.
    #[must_use]
    pub fn number(&self) -> &str {
        match self {
            Self::OfferAcceptance(acceptance) => &acceptance.offer.version,
            Self::CompletionAct(act) => &act.number,
            Self::PaymentInvoice(invoice) => &invoice.number,
            Self::Letter(letter) => &letter.number,
            Self::ArbitraryFile => "",
        }
    }

    /// The date that its author gave it.
    #[must_use]
    pub fn date(&self) -> Option<CivilDate> {
        match self {
            Self::OfferAcceptance(acceptance) => Some(CivilDate::of(acceptance.made_at)),
            Self::CompletionAct(act) => Some(act.date),
            Self::PaymentInvoice(invoice) => Some(invoice.date),
            Self::Letter(letter) => Some(letter.date),
            Self::ArbitraryFile => None,
        }
    }

    /// The side that the document comes from: executor, beneficiary, sender, accepting client.
    #[must_use]
    pub fn sender(&self) -> Option<Party> {
        match self {
            Self::OfferAcceptance(acceptance) => Some(acceptance.client.party),
            Self::CompletionAct(act) => Some(act.executor.party),
            Self::PaymentInvoice(invoice) => Some(invoice.beneficiary.party),
            Self::Letter(letter) => Some(letter.sender.party),
            Self::ArbitraryFile => None,
        }
    }

    /// The side that the document goes to: customer, payer, addressee, operator.
    #[must_use]
    pub fn recipient(&self) -> Option<Party> {
        match self {
            Self::OfferAcceptance(acceptance) => Some(Party::Organization(acceptance.operator_bin)),
            Self::CompletionAct(act) => Some(act.customer.party),
            Self::PaymentInvoice(invoice) => Some(invoice.payer.party),
            Self::Letter(letter) => Some(letter.addressee.party),
            Self::ArbitraryFile => None,
        }
    }

    /// Files that the document lists.
    #[must_use]
    pub fn attachments(&self) -> &[Attachment] {
        match self {
            Self::CompletionAct(act) => &act.attachments,
            Self::PaymentInvoice(invoice) => &invoice.attachments,
            Self::Letter(letter) => &letter.attachments,
            Self::OfferAcceptance(_) | Self::ArbitraryFile => &[],
        }
    }

    /// What is to be paid, with VAT, where the document is about money.
    #[must_use]
    pub fn total(&self) -> Option<Tiyn> {
        match self {
            Self::CompletionAct(act) => Some(act.totals.total),
            Self::PaymentInvoice(invoice) => Some(invoice.totals.total),
            Self::OfferAcceptance(_) | Self::Letter(_) | Self::ArbitraryFile => None,
        }
    }

    /// The line by which people know it, in its author's words: subject of a letter, title of an accepted offer, what
    /// the first line of a table is about with the number of further lines (`Audit (+2)`); empty for a file.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::OfferAcceptance(acceptance) => acceptance.offer.title.clone(),
            Self::CompletionAct(act) => title_of(&act.lines),
            Self::PaymentInvoice(invoice) => title_of(&invoice.lines),
            Self::Letter(letter) => letter.subject.clone(),
            Self::ArbitraryFile => String::new(),
        }
    }
}

fn title_of(lines: &[Line]) -> String {
    match lines {
        [] => String::new(),
        [only] => only.name.clone(),
        [first, others @ ..] => format!("{} (+{})", first.name, others.len()),
    }
}

/// A document cannot be sent to oneself.
fn require_two_sides(sender: Party, recipient: Party, pointer: String) -> Result<(), Refusal> {
    if sender == recipient {
        return Err(Refusal::new(RefusalCode::RecipientIsTheSender).at(pointer));
    }
    Ok(())
}

/// Canonical bytes of what a draft made, read again, so that there is one definition of right.
fn seal(kind: DocumentKind, value: &Value, rules: &Rules<'_>) -> Result<Vec<u8>, Refusal> {
    read(kind, value, rules)?;
    jcs::to_canonical(value).map_err(bad_json)
}
