//! The table of an act or an invoice: lines, VAT, totals.
//!
//! `price_tiyn` and a line's `amount_tiyn` are without VAT; `vat.amount_tiyn` comes on top and is computed
//! per line; `vat_total_tiyn` is the sum of the lines' VAT and `total_tiyn` the sum of amounts **with** VAT.

use serde_json::{Value, json};

use super::Rules;
use super::parts::NAME_MAX_CHARS;
use super::reader::{Lines, Reader, malformed};
use crate::domain::money::{Quantity, Tiyn, VatRate, vat_on_net};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::CivilDate;

/// Most lines of one document.
pub const LINES_MAX: usize = 1_000;
/// Longest name of a unit of measure, in characters.
pub const UNIT_MAX_CHARS: usize = 50;

/// One line of the table; its sums have been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What was done, delivered or is to be paid.
    pub name: String,
    /// Unit of measure.
    pub unit: String,
    /// How many units.
    pub quantity: Quantity,
    /// Price of one unit without VAT.
    pub price: Tiyn,
    /// Quantity × price, without VAT.
    pub amount: Tiyn,
    /// Rate of VAT.
    pub vat_rate: VatRate,
    /// VAT on the amount.
    pub vat: Tiyn,
    /// Day of performance, when it is not the document's.
    pub performed_on: Option<CivilDate>,
}

/// A line before its sums are known; see [`Line::from_draft`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineDraft {
    /// As in [`Line`].
    pub name: String,
    /// As in [`Line`].
    pub unit: String,
    /// As in [`Line`].
    pub quantity: Quantity,
    /// As in [`Line`].
    pub price: Tiyn,
    /// As in [`Line`].
    pub vat_rate: VatRate,
    /// As in [`Line`].
    pub performed_on: Option<CivilDate>,
}

/// The sums of all lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// With VAT: what is to be paid.
    pub total: Tiyn,
    /// VAT inside the total.
    pub vat: Tiyn,
}

impl Line {
    /// The line with its sums, or `None` when they are out of range.
    #[must_use]
    pub fn from_draft(draft: &LineDraft) -> Option<Self> {
        let amount = draft.quantity.amount(draft.price)?;
        Some(Self {
            name: draft.name.clone(),
            unit: draft.unit.clone(),
            quantity: draft.quantity,
            price: draft.price,
            amount,
            vat_rate: draft.vat_rate,
            vat: vat_on_net(amount, draft.vat_rate)?,
            performed_on: draft.performed_on,
        })
    }
}

impl Totals {
    /// The sums of `lines`, or `None` when they are out of range.
    #[must_use]
    pub fn of(lines: &[Line]) -> Option<Self> {
        let vat = Tiyn::checked_sum(lines.iter().map(|line| line.vat))?;
        let net = Tiyn::checked_sum(lines.iter().map(|line| line.amount))?;
        Some(Self { total: net.checked_add(vat)?, vat })
    }
}

/// Reads `lines`, `total_tiyn` and `vat_total_tiyn` and checks every sum.
pub(super) fn read_table(
    reader: &mut Reader<'_>,
    turnover_date: CivilDate,
    rules: &Rules<'_>,
) -> Result<(Vec<Line>, Totals), Refusal> {
    let mut lines = Vec::new();
    for mut item in reader.objects("lines", LINES_MAX)? {
        lines.push(read_line(&mut item, turnover_date, rules)?);
        item.finish()?;
    }
    if lines.is_empty() {
        return Err(reader.missing("lines"));
    }
    let given =
        Totals { vat: Tiyn::new(reader.whole("vat_total_tiyn")?), total: Tiyn::new(reader.whole("total_tiyn")?) };
    let computed = Totals::of(&lines);
    let vat = computed.map(|totals| totals.vat);
    let total = computed.map(|totals| totals.total);
    require_sum(given.vat, vat, reader.at("vat_total_tiyn"))?;
    require_sum(given.total, total, reader.at("total_tiyn"))?;
    Ok((lines, given))
}

fn read_line(item: &mut Reader<'_>, turnover_date: CivilDate, rules: &Rules<'_>) -> Result<Line, Refusal> {
    let draft = LineDraft {
        name: item.text("name", NAME_MAX_CHARS, Lines::One)?,
        unit: item.text("unit", UNIT_MAX_CHARS, Lines::One)?,
        quantity: read_quantity(item)?,
        price: Tiyn::new(item.whole("price_tiyn")?),
        vat_rate: VatRate::Without,
        performed_on: item.optional_date("performed_on")?,
    };
    let amount = Tiyn::new(item.whole("amount_tiyn")?);
    let expected = draft.quantity.amount(draft.price);
    require_sum(amount, expected, item.at("amount_tiyn"))?;

    let mut vat = item.object("vat")?;
    let vat_rate = read_rate(&mut vat, turnover_date, rules)?;
    let vat_amount = Tiyn::new(vat.whole("amount_tiyn")?);
    let expected = vat_on_net(amount, vat_rate);
    require_sum(vat_amount, expected, vat.at("amount_tiyn"))?;
    vat.finish()?;

    Ok(Line {
        name: draft.name,
        unit: draft.unit,
        quantity: draft.quantity,
        price: draft.price,
        amount,
        vat_rate,
        vat: vat_amount,
        performed_on: draft.performed_on,
    })
}

fn read_quantity(item: &mut Reader<'_>) -> Result<Quantity, Refusal> {
    let text = item.text("quantity", 20, Lines::One)?;
    Quantity::parse(&text).map_err(|_| malformed(&item.at("quantity"), "not-a-quantity"))
}

fn read_rate(vat: &mut Reader<'_>, turnover_date: CivilDate, rules: &Rules<'_>) -> Result<VatRate, Refusal> {
    let code = vat.text("rate", 10, Lines::One)?;
    let rate = VatRate::parse(&code);
    match rate.filter(|rate| rules.vat.allows(*rate, turnover_date)) {
        Some(rate) => Ok(rate),
        None => {
            let allowed: Vec<String> = rules.vat.rates_on(turnover_date).into_iter().map(VatRate::code).collect();
            Err(Refusal::new(RefusalCode::VatRateMismatch)
                .with("rate", code)
                .with("date", turnover_date.to_local_text())
                .with("allowed", allowed.join(", "))
                .at(vat.at("rate")))
        }
    }
}

/// `expected` is `None` when the right sum is out of range: then no given sum is right.
pub(super) fn require_sum(given: Tiyn, expected: Option<Tiyn>, pointer: String) -> Result<(), Refusal> {
    if expected == Some(given) {
        return Ok(());
    }
    let refusal = Refusal::new(RefusalCode::SumMismatch).with("given", given.to_string()).at(pointer);
    Err(match expected {
        Some(expected) => refusal.with("expected", expected.to_string()),
        None => refusal,
    })
}

pub(super) fn lines_json(lines: &[Line]) -> Value {
    let items = lines.iter().map(|line| {
        let mut item = json!({
            "name": line.name,
            "unit": line.unit,
            "quantity": line.quantity.to_string(),
            "price_tiyn": line.price.get(),
            "amount_tiyn": line.amount.get(),
            "vat": {"rate": line.vat_rate.code(), "amount_tiyn": line.vat.get()},
        });
        let performed_on = line.performed_on.map(|date| date.to_string());
        super::parts::insert_some(&mut item, "performed_on", performed_on);
        item
    });
    Value::Array(items.collect())
}
