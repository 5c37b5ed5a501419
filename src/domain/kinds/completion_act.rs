//! Act of completed works or rendered services, form Р-1.
//!
//! Source: Order of the Minister of Finance 562 of 2012-12-20, annex 50; Law on Accounting art. 7(3).
//!
//! ```json
//! {"type":"CompletionAct","version":1,"number":"17","date":"2026-11-22","turnover_date":"2026-11-20",
//!  "contract":{"number":"5","date":"2026-01-15"},
//!  "executor":{"bin":"…","name":"…","address":"…","signatory":{"position":"…","name":"…"}},
//!  "customer":{"iin":"…","name":"…"},
//!  "lines":[{"name":"…","unit":"hour","quantity":"1.5","price_tiyn":1000000,"amount_tiyn":1500000,
//!            "vat":{"rate":"16","amount_tiyn":240000},"performed_on":"2026-11-20"}],
//!  "vat_total_tiyn":240000,"total_tiyn":1740000,
//!  "reports":[{"number":"1","date":"2026-11-20","pages":12}],
//!  "customer_supplies":[{"name":"…","unit":"…","quantity":"2","amount_tiyn":5000}],
//!  "attachments":[{"name":"report.pdf","media_type":"application/pdf","size":1024,"sha256":"…"}]}
//! ```
//! Optional: `contract`, `address`, `performed_on`, `reports`, `customer_supplies`, `attachments`, and `signatory` but
//! for an organisation that executes: the act must name position and name of who answers for the operation. Prices and line amounts are without VAT, `total_tiyn` is with VAT.

use serde_json::{Value, json};

use super::lines::{Line, LineDraft, Totals, UNIT_MAX_CHARS, lines_json, read_table};
use super::parts::{
    Attachment, NAME_MAX_CHARS, NUMBER_MAX_CHARS, Reference, Requisites, attachments_json, insert_some,
    read_attachments, read_reference, read_requisites, reference_json, requisites_json,
};
use super::reader::{Lines, Reader, malformed};
use super::{Rules, require_two_sides, seal};
use crate::domain::document::DocumentKind;
use crate::domain::jcs::pointer_with;
use crate::domain::money::{Quantity, Tiyn};
use crate::domain::party::Party;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::CivilDate;

/// Most reports, and most lines of the customer's supplies.
const ANNEX_ITEMS_MAX: usize = 100;
/// Most pages of one report.
const PAGES_MAX: i64 = 100_000;

/// A checked act: made only by reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionAct {
    /// Its number.
    pub number: String,
    /// Day on which it was drawn up.
    pub date: CivilDate,
    /// Day of the turnover: chooses the VAT rate.
    pub turnover_date: CivilDate,
    /// The contract behind it.
    pub contract: Option<Reference>,
    /// Who did the work and hands it over: the sender.
    pub executor: Requisites,
    /// Who accepts it: the recipient.
    pub customer: Requisites,
    /// The works.
    pub lines: Vec<Line>,
    /// Their sums.
    pub totals: Totals,
    /// Reports on research, marketing, consulting and other services (column 4).
    pub reports: Vec<Report>,
    /// Supplies received from the customer and used.
    pub customer_supplies: Vec<Supply>,
    /// Files that belong to the act.
    pub attachments: Vec<Attachment>,
}

/// A report handed over with the works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its number.
    pub number: String,
    /// Its date.
    pub date: CivilDate,
    /// How many pages.
    pub pages: i64,
}

/// Supplies of the customer that were used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supply {
    /// What.
    pub name: String,
    /// Unit of measure.
    pub unit: String,
    /// How many units.
    pub quantity: Quantity,
    /// What they cost.
    pub amount: Tiyn,
}

/// An act being filled in; the sums are computed by [`CompletionActDraft::seal`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionActDraft {
    /// As in [`CompletionAct`].
    pub number: String,
    /// As in [`CompletionAct`].
    pub date: CivilDate,
    /// As in [`CompletionAct`].
    pub turnover_date: CivilDate,
    /// As in [`CompletionAct`].
    pub contract: Option<Reference>,
    /// As in [`CompletionAct`].
    pub executor: Requisites,
    /// As in [`CompletionAct`].
    pub customer: Requisites,
    /// As in [`CompletionAct`], without sums.
    pub lines: Vec<LineDraft>,
    /// As in [`CompletionAct`].
    pub reports: Vec<Report>,
    /// As in [`CompletionAct`].
    pub customer_supplies: Vec<Supply>,
    /// As in [`CompletionAct`].
    pub attachments: Vec<Attachment>,
}

impl CompletionActDraft {
    /// An act with its turnover on the day it is drawn up, without lines yet.
    #[must_use]
    pub fn new(number: &str, date: CivilDate, executor: Requisites, customer: Requisites) -> Self {
        Self {
            number: number.to_owned(),
            date,
            turnover_date: date,
            contract: None,
            executor,
            customer,
            lines: Vec::new(),
            reports: Vec::new(),
            customer_supplies: Vec::new(),
            attachments: Vec::new(),
        }
    }

    /// The canonical bytes to be signed, with all sums computed and every rule checked.
    ///
    /// # Errors
    /// `sum-mismatch` when a sum is out of range; else as [`super::parse_with`].
    pub fn seal(&self, rules: &Rules<'_>) -> Result<Vec<u8>, Refusal> {
        let lines: Option<Vec<Line>> = self.lines.iter().map(Line::from_draft).collect();
        let out_of_range = || Refusal::new(RefusalCode::SumMismatch).at("/lines");
        let lines = lines.ok_or_else(out_of_range)?;
        let totals = Totals::of(&lines).ok_or_else(out_of_range)?;
        let act = CompletionAct {
            number: self.number.clone(),
            date: self.date,
            turnover_date: self.turnover_date,
            contract: self.contract.clone(),
            executor: self.executor.clone(),
            customer: self.customer.clone(),
            lines,
            totals,
            reports: self.reports.clone(),
            customer_supplies: self.customer_supplies.clone(),
            attachments: self.attachments.clone(),
        };
        seal(DocumentKind::CompletionAct, &act.to_json(), rules)
    }
}

impl CompletionAct {
    /// The document as JSON; its canonical bytes read back to an equal act.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = json!({
            "type": "CompletionAct",
            "version": 1,
            "number": self.number,
            "date": self.date.to_string(),
            "turnover_date": self.turnover_date.to_string(),
            "executor": requisites_json(&self.executor),
            "customer": requisites_json(&self.customer),
            "lines": lines_json(&self.lines),
            "vat_total_tiyn": self.totals.vat.get(),
            "total_tiyn": self.totals.total.get(),
            "attachments": attachments_json(&self.attachments),
        });
        let contract = self.contract.as_ref().map(reference_json);
        insert_some(&mut object, "contract", contract);
        insert_some(&mut object, "reports", self.reports_json());
        insert_some(&mut object, "customer_supplies", self.supplies_json());
        object
    }

    fn reports_json(&self) -> Option<Vec<Value>> {
        let report =
            |report: &Report| json!({"number": report.number, "date": report.date.to_string(), "pages": report.pages});
        (!self.reports.is_empty()).then(|| self.reports.iter().map(report).collect())
    }

    fn supplies_json(&self) -> Option<Vec<Value>> {
        let supply = |supply: &Supply| {
            json!({
                "name": supply.name,
                "unit": supply.unit,
                "quantity": supply.quantity.to_string(),
                "amount_tiyn": supply.amount.get(),
            })
        };
        let supplies = &self.customer_supplies;
        (!supplies.is_empty()).then(|| supplies.iter().map(supply).collect())
    }
}

pub(super) fn read(mut reader: Reader<'_>, rules: &Rules<'_>) -> Result<CompletionAct, Refusal> {
    let number = reader.text("number", NUMBER_MAX_CHARS, Lines::One)?;
    let date = reader.date("date")?;
    let turnover_date = reader.date("turnover_date")?;
    let contract = read_reference(&mut reader, "contract")?;
    let executor = read_requisites(&mut reader, "executor", rules.identifiers)?;
    require_signatory(&executor, &reader)?;
    let customer = read_requisites(&mut reader, "customer", rules.identifiers)?;
    require_two_sides(executor.party, customer.party, reader.at("customer"))?;
    let (lines, totals) = read_table(&mut reader, turnover_date, rules)?;
    let reports = read_reports(&mut reader)?;
    let customer_supplies = read_supplies(&mut reader)?;
    let attachments = read_attachments(&mut reader)?;
    reader.finish()?;
    Ok(CompletionAct {
        number,
        date,
        turnover_date,
        contract,
        executor,
        customer,
        lines,
        totals,
        reports,
        customer_supplies,
        attachments,
    })
}

/// The customer's signatory is often not known to who draws the act up: his own signature will name him.
/// Source: Law on Accounting art. 7(3)(6).
fn require_signatory(executor: &Requisites, reader: &Reader<'_>) -> Result<(), Refusal> {
    match (executor.party, &executor.signatory) {
        (Party::Organization(_), None) => {
            let pointer = pointer_with(&reader.at("executor"), "signatory");
            Err(Refusal::new(RefusalCode::MissingRequisite).with("requisite", "signatory").at(pointer))
        }
        (Party::Organization(_), Some(_)) | (Party::Person(_), _) => Ok(()),
    }
}

fn read_reports(reader: &mut Reader<'_>) -> Result<Vec<Report>, Refusal> {
    let mut reports = Vec::new();
    for mut item in reader.objects("reports", ANNEX_ITEMS_MAX)? {
        let report = Report {
            number: item.text("number", NUMBER_MAX_CHARS, Lines::One)?,
            date: item.date("date")?,
            pages: item.whole("pages")?,
        };
        if !(1..=PAGES_MAX).contains(&report.pages) {
            return Err(malformed(&item.at("pages"), "page-count"));
        }
        item.finish()?;
        reports.push(report);
    }
    Ok(reports)
}

fn read_supplies(reader: &mut Reader<'_>) -> Result<Vec<Supply>, Refusal> {
    let mut supplies = Vec::new();
    for mut item in reader.objects("customer_supplies", ANNEX_ITEMS_MAX)? {
        let quantity = item.text("quantity", 20, Lines::One)?;
        let supply = Supply {
            name: item.text("name", NAME_MAX_CHARS, Lines::One)?,
            unit: item.text("unit", UNIT_MAX_CHARS, Lines::One)?,
            quantity: Quantity::parse(&quantity).map_err(|_| malformed(&item.at("quantity"), "not-a-quantity"))?,
            amount: Tiyn::new(item.whole("amount_tiyn")?),
        };
        item.finish()?;
        supplies.push(supply);
    }
    Ok(supplies)
}
