//! Invoice for payment (счёт на оплату): asks for money, by custom with the sample of a payment order.
//!
//! There is no statutory form. Requisites: beneficiary with bank account, КБе, КНП, payer, lines, totals and
//! the last day of payment. It is not a VAT invoice.
//!
//! ```json
//! {"type":"PaymentInvoice","version":1,"number":"128","date":"2026-11-22","due_date":"2026-11-24",
//!  "beneficiary":{"bin":"…","name":"…"},
//!  "account":{"iik":"KZ…","bank":"…","bik":"CASPKZKA","kbe":"17"},"knp":"859",
//!  "payer":{"bin":"…","name":"…"},"contract":{"number":"…","date":"…"},
//!  "turnover_date":"2026-11-30","lines":[…],"vat_total_tiyn":0,"total_tiyn":0,"attachments":[]}
//! ```
//! Optional: `contract`, `attachments`, `turnover_date` (the expected day of the turnover, which chooses
//! the VAT rate; left out, it is `date`). Lines and totals are as in the act.

use serde_json::{Value, json};

use super::lines::{Line, LineDraft, Totals, lines_json, read_table};
use super::parts::{
    Attachment, NAME_MAX_CHARS, NUMBER_MAX_CHARS, Reference, Requisites, attachments_json, identifier, insert_some,
    read_attachments, read_reference, read_requisites, reference_json, requisites_json,
};
use super::reader::{Lines, Reader};
use super::{Rules, require_two_sides, seal};
use crate::domain::document::DocumentKind;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::CivilDate;

/// A checked invoice: made only by reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentInvoice {
    /// Its number.
    pub number: String,
    /// Day of issue.
    pub date: CivilDate,
    /// Last day of payment; not before the day of issue.
    pub due_date: CivilDate,
    /// Expected day of the turnover; chooses the VAT rate.
    pub turnover_date: CivilDate,
    /// Who gets the money: the sender.
    pub beneficiary: Requisites,
    /// Where the money goes.
    pub account: BankAccount,
    /// Code of the payment's purpose (КНП), three digits.
    pub knp: String,
    /// Who pays: the recipient.
    pub payer: Requisites,
    /// The contract behind it.
    pub contract: Option<Reference>,
    /// What is paid for.
    pub lines: Vec<Line>,
    /// The sums.
    pub totals: Totals,
    /// Files that belong to the invoice.
    pub attachments: Vec<Attachment>,
}

/// The beneficiary's account in a bank of Kazakhstan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankAccount {
    /// ИИК: an IBAN of Kazakhstan, 20 characters, checked by ISO 7064 mod 97-10.
    pub iik: String,
    /// Name of the bank.
    pub bank: String,
    /// БИК: the bank's code, 8 or 11 characters.
    pub bik: String,
    /// КБе: residency (1 or 2) and sector of the economy (1 to 9), two digits.
    pub kbe: String,
}

/// An invoice being filled in; the sums are computed by [`PaymentInvoiceDraft::seal`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentInvoiceDraft {
    /// As in [`PaymentInvoice`].
    pub number: String,
    /// As in [`PaymentInvoice`].
    pub date: CivilDate,
    /// As in [`PaymentInvoice`].
    pub due_date: CivilDate,
    /// As in [`PaymentInvoice`].
    pub turnover_date: CivilDate,
    /// As in [`PaymentInvoice`].
    pub beneficiary: Requisites,
    /// As in [`PaymentInvoice`].
    pub account: BankAccount,
    /// As in [`PaymentInvoice`].
    pub knp: String,
    /// As in [`PaymentInvoice`].
    pub payer: Requisites,
    /// As in [`PaymentInvoice`].
    pub contract: Option<Reference>,
    /// As in [`PaymentInvoice`], without sums.
    pub lines: Vec<LineDraft>,
    /// As in [`PaymentInvoice`].
    pub attachments: Vec<Attachment>,
}

impl PaymentInvoiceDraft {
    /// The canonical bytes to be signed, with all sums computed and every rule checked.
    ///
    /// # Errors
    /// `sum-mismatch` when a sum is out of range; else as [`super::parse_with`].
    pub fn seal(&self, rules: &Rules<'_>) -> Result<Vec<u8>, Refusal> {
        let lines: Option<Vec<Line>> = self.lines.iter().map(Line::from_draft).collect();
        let out_of_range = || Refusal::new(RefusalCode::SumMismatch).at("/lines");
        let lines = lines.ok_or_else(out_of_range)?;
        let totals = Totals::of(&lines).ok_or_else(out_of_range)?;
        let invoice = PaymentInvoice {
            number: self.number.clone(),
            date: self.date,
            due_date: self.due_date,
            turnover_date: self.turnover_date,
            beneficiary: self.beneficiary.clone(),
            account: self.account.clone(),
            knp: self.knp.clone(),
            payer: self.payer.clone(),
            contract: self.contract.clone(),
            lines,
            totals,
            attachments: self.attachments.clone(),
        };
        seal(DocumentKind::PaymentInvoice, &invoice.to_json(), rules)
    }
}

impl PaymentInvoice {
    /// The document as JSON; its canonical bytes read back to an equal invoice.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = json!({
            "type": "PaymentInvoice",
            "version": 1,
            "number": self.number,
            "date": self.date.to_string(),
            "due_date": self.due_date.to_string(),
            "turnover_date": self.turnover_date.to_string(),
            "beneficiary": requisites_json(&self.beneficiary),
            "account": {
                "iik": self.account.iik,
                "bank": self.account.bank,
                "bik": self.account.bik,
                "kbe": self.account.kbe,
            },
            "knp": self.knp,
            "payer": requisites_json(&self.payer),
            "lines": lines_json(&self.lines),
            "vat_total_tiyn": self.totals.vat.get(),
            "total_tiyn": self.totals.total.get(),
            "attachments": attachments_json(&self.attachments),
        });
        let contract = self.contract.as_ref().map(reference_json);
        insert_some(&mut object, "contract", contract);
        object
    }
}

pub(super) fn read(mut reader: Reader<'_>, rules: &Rules<'_>) -> Result<PaymentInvoice, Refusal> {
    let number = reader.text("number", NUMBER_MAX_CHARS, Lines::One)?;
    let date = reader.date("date")?;
    let due_date = reader.date("due_date")?;
    if due_date < date {
        return Err(Refusal::new(RefusalCode::DateInvalid)
            .with("reason", "due-before-issue")
            .at(reader.at("due_date")));
    }
    let turnover_date = reader.optional_date("turnover_date")?.unwrap_or(date);
    let beneficiary = read_requisites(&mut reader, "beneficiary", rules.identifiers)?;
    let account = read_account(&mut reader)?;
    let knp = read_code(&mut reader, "knp", is_knp)?;
    let payer = read_requisites(&mut reader, "payer", rules.identifiers)?;
    require_two_sides(beneficiary.party, payer.party, reader.at("payer"))?;
    let contract = read_reference(&mut reader, "contract")?;
    let (lines, totals) = read_table(&mut reader, turnover_date, rules)?;
    let attachments = read_attachments(&mut reader)?;
    reader.finish()?;
    Ok(PaymentInvoice {
        number,
        date,
        due_date,
        turnover_date,
        beneficiary,
        account,
        knp,
        payer,
        contract,
        lines,
        totals,
        attachments,
    })
}

fn read_account(reader: &mut Reader<'_>) -> Result<BankAccount, Refusal> {
    let mut account = reader.object("account")?;
    let read = BankAccount {
        iik: read_code(&mut account, "iik", is_iik)?,
        bank: account.text("bank", NAME_MAX_CHARS, Lines::One)?,
        bik: read_code(&mut account, "bik", is_bik)?,
        kbe: read_code(&mut account, "kbe", is_kbe)?,
    };
    account.finish()?;
    Ok(read)
}

fn read_code(reader: &mut Reader<'_>, name: &'static str, fits: fn(&[u8]) -> bool) -> Result<String, Refusal> {
    let text = reader.text(name, NUMBER_MAX_CHARS, Lines::One)?;
    if fits(text.as_bytes()) {
        return Ok(text);
    }
    Err(identifier(name, "code-form", reader.at(name)))
}

/// `KZ`, two check digits, three digits of the bank, thirteen capital letters or digits; the check digits
/// by ISO 7064 mod 97-10. Source: ISO 13616-1.
fn is_iik(text: &[u8]) -> bool {
    let [b'K', b'Z', c1, c2, b1, b2, b3, account @ ..] = text else {
        return false;
    };
    let digits = [c1, c2, b1, b2, b3].iter().all(|b| b.is_ascii_digit());
    if account.len() != 13 || !digits || !account.iter().all(|b| is_capital_or_digit(*b)) {
        return false;
    }
    let (head, tail) = text.split_at(4);
    let remainder = tail.iter().chain(head).fold(0_u32, |remainder, byte| {
        let byte = *byte;
        if byte.is_ascii_digit() {
            (remainder * 10 + u32::from(byte - b'0')) % 97
        } else {
            (remainder * 100 + u32::from(byte - b'A') + 10) % 97
        }
    });
    remainder == 1
}

/// Four letters of the bank, `KZ`, two of the place, and three of the branch or none. Source: ISO 9362.
fn is_bik(text: &[u8]) -> bool {
    let (letters, rest) = match text.split_at_checked(4) {
        Some((letters, [b'K', b'Z', rest @ ..])) => (letters, rest),
        Some(_) | None => return false,
    };
    letters.iter().all(u8::is_ascii_uppercase)
        && matches!(rest.len(), 2 | 5)
        && rest.iter().all(|byte| is_capital_or_digit(*byte))
}

fn is_kbe(text: &[u8]) -> bool {
    matches!(text, [b'1' | b'2', b'1'..=b'9'])
}

fn is_knp(text: &[u8]) -> bool {
    text.len() == 3 && text.iter().all(u8::is_ascii_digit)
}

fn is_capital_or_digit(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}
