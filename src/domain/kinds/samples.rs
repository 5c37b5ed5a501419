//! Good documents of every kind for given parties: what the demo world sends and what tests start from.
//!
//! Each function gives the canonical bytes to be signed. Sums follow the highest rate of VAT in force on the date.

use super::{
    AcceptedOffer, Attachment, BankAccount, Client, ClientKind, CompletionActDraft, Consents, Letter, LetterDraft,
    LineDraft, OfferAcceptance, PaymentInvoiceDraft, Reference, Report, Requisites, Rules, Signatory, Writer,
};
use crate::domain::money::{Quantity, QuantityError, Tiyn, VatRate};
use crate::domain::party::{Bin, Iin, Party};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::{CivilDate, Moment};

/// A side with everything that the forms ask for.
#[must_use]
pub fn side(party: Party, name: &str, position: &str, signatory: &str) -> Requisites {
    Requisites {
        address: Some("Алматы қ., Абай даңғылы, 10".to_owned()),
        signatory: Some(Signatory { position: position.to_owned(), name: signatory.to_owned() }),
        ..Requisites::new(party, name)
    }
}

/// An act of two works, with a report when `attachments` are given.
///
/// # Errors
/// As [`super::parse_with`]: an organisation without a signatory, one party on both sides.
pub fn completion_act(
    number: &str,
    date: CivilDate,
    executor: &Requisites,
    customer: &Requisites,
    attachments: &[Attachment],
    rules: &Rules<'_>,
) -> Result<Vec<u8>, Refusal> {
    let mut act = CompletionActDraft::new(number, date, executor.clone(), customer.clone());
    act.contract = Some(Reference { number: "5".to_owned(), date: date.plus_days(-90) });
    act.lines = lines(date, rules)?;
    if !attachments.is_empty() {
        act.reports = vec![Report { number: "1".to_owned(), date, pages: 12 }];
    }
    act.attachments = attachments.to_vec();
    act.seal(rules)
}

/// An invoice for the same works, payable within two days.
///
/// # Errors
/// As [`super::parse_with`].
pub fn payment_invoice(
    number: &str,
    date: CivilDate,
    beneficiary: &Requisites,
    payer: &Requisites,
    rules: &Rules<'_>,
) -> Result<Vec<u8>, Refusal> {
    let draft = PaymentInvoiceDraft {
        number: number.to_owned(),
        date,
        due_date: date.plus_days(2),
        turnover_date: date,
        beneficiary: beneficiary.clone(),
        account: BankAccount {
            iik: "KZ22722S000015813162".to_owned(),
            bank: "«Kaspi Bank» АҚ".to_owned(),
            bik: "CASPKZKA".to_owned(),
            kbe: "17".to_owned(),
        },
        knp: "859".to_owned(),
        payer: payer.clone(),
        contract: Some(Reference { number: "5".to_owned(), date: date.plus_days(-90) }),
        lines: lines(date, rules)?,
        attachments: Vec::new(),
    };
    draft.seal(rules)
}

/// A letter that answers another.
///
/// # Errors
/// As [`super::parse_with`].
pub fn letter(
    number: &str,
    date: CivilDate,
    sender: &Requisites,
    addressee: &Requisites,
    rules: &Rules<'_>,
) -> Result<Vec<u8>, Refusal> {
    let body = "Құрметті әріптестер!\n\nЖұмыстардың аяқталғанын хабарлаймыз. Актіге қол қоюыңызды сұраймыз.";
    let draft = LetterDraft::new(number, date, sender.clone(), addressee.clone(), "Жұмыстардың аяқталуы туралы", body);
    let letter = Letter {
        in_reply_to: Some(Reference { number: "77".to_owned(), date: date.plus_days(-3) }),
        written_by: Some(Writer { name: "Асанова А.".to_owned(), phone: Some("+77010000001".to_owned()) }),
        ..draft.0
    };
    LetterDraft(letter).seal(rules)
}

/// The consent of a legal entity, or of the signer himself when `organization` is `None`.
///
/// # Errors
/// As [`super::parse_with`].
pub fn offer_acceptance(
    offer: AcceptedOffer,
    operator: (Bin, &str),
    signer: (Iin, &str),
    organization: Option<(Bin, &str)>,
    made_at: Moment,
    rules: &Rules<'_>,
) -> Result<Vec<u8>, Refusal> {
    let (iin, name) = signer;
    let (kind, party) = match organization {
        Some((bin, _)) => (ClientKind::Organization, Party::Organization(bin)),
        None => (ClientKind::Person, Party::Person(iin)),
    };
    let client = Client {
        kind,
        party,
        iin,
        name: name.to_owned(),
        organization: organization.map(|(_, name)| name.to_owned()),
        email: "client@example.kz".to_owned(),
        phone: "+77010000001".to_owned(),
    };
    let (operator_bin, operator_name) = (operator.0, operator.1.to_owned());
    let consents = Consents { marketing: false };
    OfferAcceptance { offer, operator_bin, operator_name, client, consents, reservations: None, made_at }.seal(rules)
}

/// 1.5 hours at 10 000 ₸ and one audit at 250 000,55 ₸.
fn lines(turnover_date: CivilDate, rules: &Rules<'_>) -> Result<Vec<LineDraft>, Refusal> {
    let vat_rate = rules.vat.rates_on(turnover_date).first().copied().unwrap_or(VatRate::Without);
    let line = |name: &str, unit: &str, quantity: &str, price| {
        Ok(LineDraft {
            name: name.to_owned(),
            unit: unit.to_owned(),
            quantity: Quantity::parse(quantity)?,
            price: Tiyn::new(price),
            vat_rate,
            performed_on: None,
        })
    };
    let lines: Result<Vec<LineDraft>, QuantityError> = [
        line("Бағдарламалық жасақтаманы сүйемелдеу", "сағат", "1.5", 1_000_000),
        line("Ақпараттық қауіпсіздік аудиті", "қызмет", "1", 25_000_055),
    ]
    .into_iter()
    .collect();
    lines.map_err(|_| Refusal::new(RefusalCode::Internal))
}
