//! What a page shows of a document's content: a structure of ours as a form that people read, a text as a text, a picture
//! as a picture, the pages of a PDF as pictures. Everything else is a download. Nothing that a stranger sent is handed to
//! the browser as something that could act.

use crate::docflow::store::FileRow;
use crate::domain::document::DocumentKind;
use crate::domain::kinds::{self, Content, Line, Requisites};
use crate::domain::money::VatRate;
use crate::domain::party::IdentifierPolicy;
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
}

/// A line of the table.
pub struct LineShown {
    /// What.
    pub name: String,
    /// How much of what unit.
    pub quantity: String,
    /// Price of one.
    pub price: String,
    /// Rate of VAT.
    pub vat_rate: String,
    /// Amount without VAT.
    pub amount: String,
}

impl FormShown {
    /// The form in `bytes`, when they are a document of `kind`.
    pub fn of(ui: &Ui, kind: DocumentKind, bytes: &[u8]) -> Option<Self> {
        // What was kept was judged when it came in.
        let content = kinds::parse(kind, bytes, &IdentifierPolicy::AcceptTest).ok()?;
        let mut form = Self { facts: Vec::new(), lines: Vec::new(), totals: Vec::new(), body: String::new() };
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
            }
            Content::PaymentInvoice(invoice) => {
                form.facts = vec![
                    (ui.word("requisite", "number"), invoice.number.clone()),
                    (ui.word("requisite", "date"), invoice.date.to_local_text()),
                    (ui.word("requisite", "due_date"), invoice.due_date.to_local_text()),
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
            }
            Content::Letter(letter) => {
                form.facts = vec![
                    (ui.word("requisite", "number"), letter.number.clone()),
                    (ui.word("requisite", "date"), letter.date.to_local_text()),
                ];
                form.side(ui, "sender", &letter.sender);
                form.side(ui, "addressee", &letter.addressee);
                form.facts.push((ui.word("requisite", "subject"), letter.subject.clone()));
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
                form.facts.push((ui.word("requisite", "made_at"), ui.when(&consent.made_at)));
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
                name: line.name.clone(),
                quantity: format!("{} {}", line.quantity, line.unit),
                price: line.price.to_string(),
                vat_rate: match line.vat_rate {
                    VatRate::Percent(rate) => format!("{rate} %"),
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

/// A text that may be shown: UTF-8, short enough, of characters that people see.
pub fn plain_text(media_type: &str, bytes: Vec<u8>) -> Option<String> {
    if media_type != "text/plain" || bytes.len() > TEXT_SHOWN_MAX_BYTES {
        return None;
    }
    String::from_utf8(bytes).ok()
}
