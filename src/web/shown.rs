//! What a page shows of a document's content: a structure of ours as a form that people read, a text as a text, a picture
//! as a picture, the pages of a PDF as pictures. Everything else is a download. Nothing that a stranger sent is handed to
//! the browser as something that could act.

use crate::docflow::store::FileRow;
use crate::domain::document::DocumentKind;
use crate::domain::kinds::{self, Content, Line, Requisites};
use crate::domain::money::VatRate;
use crate::domain::party::IdentifierPolicy;
use crate::domain::text::is_forbidden;
use crate::web::ui::Ui;

/// Longest text that is shown, in bytes; a longer one is a download.
const TEXT_SHOWN_MAX_BYTES: usize = 256 * 1024;

/// A file of a document with what is shown of it.
pub struct FileShown {
    /// The file.
    pub row: FileRow,
    /// What is shown.
    pub view: View,
}

/// How a file is shown.
pub enum View {
    /// A structure of ours.
    Form(std::boxed::Box<FormShown>),
    /// Plain text.
    Text(String),
    /// A picture.
    Picture,
    /// Pages, each drawn as a picture.
    Pages {
        /// How many are shown.
        shown: u32,
        /// How many there are.
        count: u32,
    },
    /// Not at all: a download.
    Download,
    /// Destroyed, or given up by the reader's party.
    Gone,
}

impl FileShown {
    /// Whether there is nothing to read.
    pub fn is_gone(&self) -> bool {
        matches!(self.view, View::Gone)
    }
}

/// A structure of ours as people read it.
pub struct FormShown {
    /// Facts: the label and the value.
    pub facts: Vec<(String, String)>,
    /// The table.
    pub lines: Vec<LineShown>,
    /// VAT and total under the table.
    pub totals: Vec<(String, String)>,
    /// The text of a letter.
    pub body: String,
    /// The very octets that are signed, of which all the above is made.
    pub octets: String,
}

/// A line of the table.
pub struct LineShown {
    /// What.
    pub name: String,
    /// How much of what unit.
    pub quantity: String,
    /// Price of one.
    pub price: String,
    /// Rate of VAT and the VAT itself.
    pub vat: String,
    /// Amount without VAT.
    pub amount: String,
}

impl FormShown {
    /// The form in `bytes`, when they are a document of `kind`.
    pub fn of(ui: &Ui, kind: DocumentKind, bytes: &[u8]) -> Option<Self> {
        // What was kept was judged when it came in.
        let content = kinds::parse(kind, bytes, &IdentifierPolicy::AcceptTest).ok()?;
        let mut form = Self {
            facts: Vec::new(),
            lines: Vec::new(),
            totals: Vec::new(),
            body: String::new(),
            octets: String::new(),
        };
        form.octets = String::from_utf8(bytes.to_vec()).ok()?;
        match &content {
            Content::CompletionAct(act) => {
                form.facts = vec![
                    (ui.word("requisite", "number"), act.number.clone()),
                    (ui.word("requisite", "date"), act.date.to_local_text()),
                    (ui.word("requisite", "turnover_date"), act.turnover_date.to_local_text()),
                ];
                form.contract(ui, act.contract.as_ref());
                form.side(ui, "executor", &act.executor);
                form.side(ui, "customer", &act.customer);
                form.table(ui, &act.lines, &act.totals);
                for report in &act.reports {
                    let value = format!("№ {}, {}, {}", report.number, report.date.to_local_text(), report.pages);
                    form.facts.push((ui.t("page-shown-report"), value));
                }
                for supply in &act.customer_supplies {
                    let value = format!("{}, {} {}, {}", supply.name, supply.quantity, supply.unit, supply.amount);
                    form.facts.push((ui.t("page-shown-supply"), value));
                }
                form.attachments(ui, &act.attachments);
            }
            Content::PaymentInvoice(invoice) => {
                form.facts = vec![
                    (ui.word("requisite", "number"), invoice.number.clone()),
                    (ui.word("requisite", "date"), invoice.date.to_local_text()),
                    (ui.word("requisite", "due_date"), invoice.due_date.to_local_text()),
                    (ui.word("requisite", "turnover_date"), invoice.turnover_date.to_local_text()),
                ];
                form.contract(ui, invoice.contract.as_ref());
                form.side(ui, "beneficiary", &invoice.beneficiary);
                form.facts.extend([
                    (ui.word("requisite", "bank"), invoice.account.bank.clone()),
                    (ui.word("requisite", "iik"), invoice.account.iik.clone()),
                    (ui.word("requisite", "bik"), invoice.account.bik.clone()),
                    (ui.word("requisite", "kbe"), invoice.account.kbe.clone()),
                    (ui.word("requisite", "knp"), invoice.knp.clone()),
                ]);
                form.side(ui, "payer", &invoice.payer);
                form.table(ui, &invoice.lines, &invoice.totals);
                form.attachments(ui, &invoice.attachments);
            }
            Content::Letter(letter) => {
                form.facts = vec![
                    (ui.word("requisite", "number"), letter.number.clone()),
                    (ui.word("requisite", "date"), letter.date.to_local_text()),
                ];
                form.side(ui, "sender", &letter.sender);
                form.side(ui, "addressee", &letter.addressee);
                form.facts.push((ui.word("requisite", "subject"), letter.subject.clone()));
                if let Some(answered) = &letter.in_reply_to {
                    let value = format!("№ {}, {}", answered.number, answered.date.to_local_text());
                    form.facts.push((ui.t("page-shown-in-reply-to"), value));
                }
                if let Some(writer) = &letter.written_by {
                    let phone = writer.phone.as_deref().unwrap_or_default();
                    form.facts.push((ui.t("page-shown-written-by"), format!("{} {phone}", writer.name)));
                }
                form.attachments(ui, &letter.attachments);
                form.body.clone_from(&letter.body);
            }
            Content::OfferAcceptance(consent) => {
                form.facts = vec![
                    (ui.word("requisite", "offer"), consent.offer.title.clone()),
                    (ui.word("requisite", "version"), consent.offer.version.clone()),
                    (ui.word("requisite", "language"), ui.word("language", &consent.offer.language)),
                    (ui.word("requisite", "sha256"), hex::encode(consent.offer.sha256)),
                    (ui.word("requisite", "operator"), consent.operator_name.clone()),
                    (ui.word("requisite", "name"), consent.client.name.clone()),
                ];
                if let Some(organization) = &consent.client.organization {
                    form.facts.push((ui.word("requisite", "organization"), organization.clone()));
                }
                form.facts.push((ui.word("requisite", "email"), consent.client.email.clone()));
                form.facts.push((ui.word("requisite", "phone"), consent.client.phone.clone()));
                form.facts.push((ui.word("requisite", "place"), kinds::PLACE.to_owned()));
                form.facts.push((ui.word("requisite", "made_at"), ui.when(&consent.made_at)));
                for name in kinds::DECLARATIONS.into_iter().chain(["personal_data"]) {
                    form.facts.push((ui.word("requisite", "declarations"), ui.word("page-declaration", name)));
                }
                if consent.consents.marketing {
                    form.facts.push((ui.word("requisite", "consents"), ui.word("requisite", "marketing")));
                }
                if let Some(reservations) = &consent.reservations {
                    form.facts.push((ui.t("page-accept-reservations-text"), reservations.clone()));
                }
            }
            Content::ArbitraryFile => return None,
        }
        Some(form)
    }

    fn contract(&mut self, ui: &Ui, contract: Option<&kinds::Reference>) {
        if let Some(contract) = contract {
            let value = format!("№ {}, {}", contract.number, contract.date.to_local_text());
            self.facts.push((ui.t("page-shown-contract"), value));
        }
    }

    fn attachments(&mut self, ui: &Ui, attachments: &[kinds::Attachment]) {
        for file in attachments {
            let value = format!("{}, {}, SHA-256 {}", file.name, file.size, hex::encode(file.sha256));
            self.facts.push((ui.word("page-file", "attachment"), value));
        }
    }

    fn side(&mut self, ui: &Ui, requisite: &str, side: &Requisites) {
        let mut value = format!("{}, {}", side.name, side.party.number());
        if let Some(address) = &side.address {
            value = format!("{value}, {address}");
        }
        if let Some(signatory) = &side.signatory {
            value = format!("{value}; {} {}", signatory.position, signatory.name);
        }
        self.facts.push((ui.word("requisite", requisite), value));
    }

    fn table(&mut self, ui: &Ui, lines: &[Line], totals: &kinds::Totals) {
        self.lines = lines
            .iter()
            .map(|line| LineShown {
                name: match line.performed_on {
                    Some(day) => format!("{} ({})", line.name, day.to_local_text()),
                    None => line.name.clone(),
                },
                quantity: format!("{} {}", line.quantity, line.unit),
                price: line.price.to_string(),
                vat: match line.vat_rate {
                    VatRate::Percent(rate) => format!("{rate} %: {}", line.vat),
                    VatRate::Without => ui.t("page-shown-without-vat"),
                },
                amount: line.amount.to_string(),
            })
            .collect();
        self.totals = vec![
            (ui.word("requisite", "vat_total_tiyn"), totals.vat.to_string()),
            (ui.word("requisite", "total_tiyn"), totals.total.to_string()),
        ];
    }
}

/// A text that may be shown: UTF-8, short enough, of characters that people see. One that hides something or turns it
/// around would be read otherwise than it is signed: it is a download.
pub fn plain_text(media_type: &str, bytes: Vec<u8>) -> Option<String> {
    if media_type != "text/plain" || bytes.len() > TEXT_SHOWN_MAX_BYTES {
        return None;
    }
    let text = String::from_utf8(bytes).ok()?;
    let hides = text.chars().any(|c| is_forbidden(c) && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'));
    (!hides).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::plain_text;

    #[test]
    fn a_text_that_hides_or_turns_something_is_not_shown() {
        let shown = |text: &str| plain_text("text/plain", text.as_bytes().to_vec()).is_some();
        assert!(shown("Сома: 10 000\r\n\tекінші жол\u{c}"));
        for hidden in ["Сумма: \u{202e}000 01\u{202c}", "a\u{2066}b", "a\u{200b}b", "a\u{e0041}b", "a\u{ad}b"] {
            assert!(!shown(hidden), "{hidden:?}");
        }
        assert!(!shown(&"x".repeat(super::TEXT_SHOWN_MAX_BYTES + 1)));
        assert!(plain_text("text/plain", vec![0xff]).is_none() && plain_text("text/html", b"a".to_vec()).is_none());
    }
}
