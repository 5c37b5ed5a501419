//! Money and value added tax.
//!
//! Amounts are whole tiyn, never floating point. In our documents a price and a line's amount are
//! **without VAT**; the line's VAT is computed from its amount and rounded on that line; totals are sums
//! of lines and include VAT. One rule of rounding: to the whole tiyn, half up (away from zero), per line.

use std::fmt;

use super::time::CivilDate;

/// A sum in tiyn (1/100 tenge, KZT). Arithmetic is checked: a result out of range is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tiyn(i64);

impl Tiyn {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// A sum of so many tiyn.
    #[must_use]
    pub const fn new(tiyn: i64) -> Self {
        Self(tiyn)
    }

    /// The number of tiyn.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The sum of both, or `None` on overflow.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` on overflow.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The sum of many, or `None` on overflow.
    pub fn checked_sum(sums: impl IntoIterator<Item = Self>) -> Option<Self> {
        sums.into_iter().try_fold(Self::ZERO, |sum, part| sum.checked_add(part))
    }
}

impl fmt::Display for Tiyn {
    /// `1 234 567,89 ₸`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let absolute = self.0.unsigned_abs();
        let tenge = (absolute / 100).to_string();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        for (index, digit) in tenge.chars().enumerate() {
            if index > 0 && (tenge.len() - index).is_multiple_of(3) {
                f.write_str(" ")?;
            }
            write!(f, "{digit}")?;
        }
        write!(f, ",{:02} ₸", absolute % 100)
    }
}

/// Why a text is not a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a positive decimal number with at most 12 digits before and 6 after the point")]
pub struct QuantityError;

/// How much of a thing: a positive decimal number with at most six digits after the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity {
    millionths: u64,
}

impl Quantity {
    const WHOLE_DIGITS_MAX: usize = 12;
    const FRACTION_DIGITS_MAX: usize = 6;
    const ONE: u64 = 1_000_000;

    /// Reads `12`, `0.5` or `1.250000`: digits with an optional point; no sign, exponent, space or
    /// comma, no leading zero but the one before the point.
    ///
    /// # Errors
    /// [`QuantityError`] for any other text and for zero.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(QuantityError),
            Some(parts) => parts,
            None => (text, ""),
        };
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        if whole.is_empty()
            || whole.len() > Self::WHOLE_DIGITS_MAX
            || fraction.len() > Self::FRACTION_DIGITS_MAX
            || leading_zero
            || !all_digits(whole)
            || !all_digits(fraction)
        {
            return Err(QuantityError);
        }
        let millionths: u64 = format!("{whole}{fraction:0<6}").parse().map_err(|_| QuantityError)?;
        if millionths == 0 {
            return Err(QuantityError);
        }
        Ok(Self { millionths })
    }

    /// Quantity × price, rounded half up to the whole tiyn; `None` when it does not fit.
    #[must_use]
    pub fn amount(self, price: Tiyn) -> Option<Tiyn> {
        let product = i128::from(self.millionths) * i128::from(price.0);
        i64::try_from(divide_half_up(product, i128::from(Self::ONE))).ok().map(Tiyn)
    }
}

impl fmt::Display for Quantity {
    /// The shortest form that reads back: `12`, `0.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.millionths / Self::ONE, self.millionths % Self::ONE);
        if rest == 0 {
            return write!(f, "{whole}");
        }
        let fraction = format!("{rest:06}");
        write!(f, "{whole}.{}", fraction.trim_end_matches('0'))
    }
}

/// The VAT of a line: a rate in per cent, or no VAT at all (an exempt turnover, or a seller who does not
/// pay VAT: «без НДС»). Zero per cent is a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VatRate {
    /// So many per cent.
    Percent(u8),
    /// Without VAT.
    Without,
}

impl VatRate {
    /// Reads the code in documents: `16`, `0`, …, or `none`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        if code == "none" {
            return Some(Self::Without);
        }
        let percent: u8 = code.parse().ok()?;
        // One spelling per rate: neither "016" nor "+16".
        (percent <= 100 && percent.to_string() == code).then_some(Self::Percent(percent))
    }

    /// The code in documents.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::Percent(percent) => percent.to_string(),
            Self::Without => "none".to_owned(),
        }
    }

    fn percent(self) -> i128 {
        match self {
            Self::Percent(percent) => i128::from(percent),
            Self::Without => 0,
        }
    }
}

/// VAT on an amount without VAT: amount × rate / 100, half up per line. `None` on overflow.
#[must_use]
pub fn vat_on_net(net: Tiyn, rate: VatRate) -> Option<Tiyn> {
    let vat = divide_half_up(i128::from(net.0) * rate.percent(), 100);
    i64::try_from(vat).ok().map(Tiyn)
}

/// VAT inside an amount with VAT: amount × rate / (100 + rate), half up per line.
#[must_use]
pub fn vat_from_gross(gross: Tiyn, rate: VatRate) -> Option<Tiyn> {
    let vat = divide_half_up(i128::from(gross.0) * rate.percent(), 100 + rate.percent());
    i64::try_from(vat).ok().map(Tiyn)
}

/// Half goes away from zero. `divisor` is positive.
fn divide_half_up(number: i128, divisor: i128) -> i128 {
    let rounded = (number.abs() * 2 + divisor) / (divisor * 2);
    if number < 0 { -rounded } else { rounded }
}

/// A rate with the turnover dates for which it holds and where that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VatPeriod {
    /// The rate.
    pub rate: VatRate,
    /// First turnover date.
    pub from: CivilDate,
    /// Last turnover date; `None` while it is open.
    pub until: Option<CivilDate>,
    /// The act of law.
    pub source: String,
}

/// The VAT rates by turnover date. The law changes, so this is data; [`VatTable::builtin`] is the state
/// of November 2026.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VatTable {
    periods: Vec<VatPeriod>,
}

impl VatTable {
    /// A table of these periods.
    #[must_use]
    pub fn new(periods: Vec<VatPeriod>) -> Self {
        Self { periods }
    }

    /// The rates known when the program was made.
    #[must_use]
    pub fn builtin() -> Self {
        let periods = BUILTIN
            .iter()
            .filter_map(|(code, from, until, source)| {
                Some(VatPeriod {
                    rate: VatRate::parse(code)?,
                    from: CivilDate::parse(from).ok()?,
                    until: match *until {
                        "" => None,
                        date => Some(CivilDate::parse(date).ok()?),
                    },
                    source: (*source).to_owned(),
                })
            })
            .collect();
        Self { periods }
    }

    /// Whether `rate` was in force on `turnover_date`.
    #[must_use]
    pub fn allows(&self, rate: VatRate, turnover_date: CivilDate) -> bool {
        self.rates_on(turnover_date).contains(&rate)
    }

    /// The rates in force on `turnover_date`, the highest first, "without VAT" last.
    #[must_use]
    pub fn rates_on(&self, turnover_date: CivilDate) -> Vec<VatRate> {
        let mut rates: Vec<VatRate> = self
            .periods
            .iter()
            .filter(|period| period.from <= turnover_date && period.until.is_none_or(|until| turnover_date <= until))
            .map(|period| period.rate)
            .collect();
        rates.sort_by_key(|rate| match rate {
            VatRate::Percent(percent) => 100 - i16::from(*percent),
            VatRate::Without => i16::MAX,
        });
        rates.dedup();
        rates
    }

    /// All periods, for a page that shows them with their sources.
    #[must_use]
    pub fn periods(&self) -> &[VatPeriod] {
        &self.periods
    }
}

const TAX_CODE_2017: &str = "Tax Code 120-VI of 2017-12-25, art. 422";
const TAX_CODE_2025: &str = "Tax Code 214-VIII of 2025-07-18";

/// Code, first turnover date, last turnover date, source.
const BUILTIN: &[(&str, &str, &str, &str)] = &[
    ("12", "2009-01-01", "2025-12-31", TAX_CODE_2017),
    ("16", "2026-01-01", "", TAX_CODE_2025),
    // Medicines and medical services: 5 % in 2026, 10 % from 2027. Periodicals: 10 % from 2026.
    ("5", "2026-01-01", "2026-12-31", TAX_CODE_2025),
    ("10", "2026-01-01", "", TAX_CODE_2025),
    ("0", "2009-01-01", "2025-12-31", TAX_CODE_2017),
    ("0", "2026-01-01", "", TAX_CODE_2025),
    ("none", "2009-01-01", "2025-12-31", TAX_CODE_2017),
    ("none", "2026-01-01", "", TAX_CODE_2025),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn date(text: &str) -> CivilDate {
        CivilDate::parse(text).unwrap()
    }

    #[test]
    fn amounts_print_with_groups_of_three_and_a_comma() {
        for (tiyn, text) in [
            (0, "0,00 ₸"),
            (5, "0,05 ₸"),
            (100_000, "1 000,00 ₸"),
            (123_456_789, "1 234 567,89 ₸"),
            (-12_345, "-123,45 ₸"),
            (i64::MIN, "-92 233 720 368 547 758,08 ₸"),
        ] {
            assert_eq!(Tiyn::new(tiyn).to_string(), text);
        }
    }

    #[test]
    fn halves_round_up_on_the_line() {
        let half = Quantity::parse("0.5").unwrap();
        assert_eq!(half.amount(Tiyn::new(1)), Some(Tiyn::new(1)));
        assert_eq!(half.amount(Tiyn::new(3)), Some(Tiyn::new(2)));
        let third = Quantity::parse("0.333333").unwrap();
        assert_eq!(third.amount(Tiyn::new(100)), Some(Tiyn::new(33)));
        let net = Tiyn::new(1_003);
        assert_eq!(vat_on_net(net, VatRate::Percent(16)), Some(Tiyn::new(160)), "160.48");
        assert_eq!(vat_on_net(Tiyn::new(25), VatRate::Percent(10)), Some(Tiyn::new(3)), "2.5");
        assert_eq!(vat_from_gross(Tiyn::new(11_600), VatRate::Percent(16)), Some(Tiyn::new(1_600)));
        assert_eq!(vat_from_gross(Tiyn::new(112), VatRate::Percent(12)), Some(Tiyn::new(12)));
        assert_eq!(vat_on_net(net, VatRate::Without), Some(Tiyn::ZERO));
        assert_eq!(vat_on_net(Tiyn::new(-25), VatRate::Percent(10)), Some(Tiyn::new(-3)));
    }

    #[test]
    fn overflow_is_none_and_never_wraps() {
        let most = Tiyn::new(i64::MAX);
        assert_eq!(most.checked_add(Tiyn::new(1)), None);
        assert_eq!(Tiyn::new(i64::MIN).checked_sub(Tiyn::new(1)), None);
        assert_eq!(Tiyn::checked_sum([most, Tiyn::new(1)]), None);
        assert_eq!(Quantity::parse("2").unwrap().amount(most), None);
        assert_eq!(Quantity::parse("999999999999.999999").unwrap().amount(most), None);
        assert_eq!(vat_on_net(most, VatRate::Percent(101)), None);
    }

    #[test]
    fn a_quantity_is_a_plain_positive_decimal() {
        for good in ["1", "0.5", "12.250000", "0.000001", "999999999999.999999"] {
            let quantity = Quantity::parse(good).unwrap();
            assert_eq!(Quantity::parse(&quantity.to_string()), Ok(quantity));
        }
        for bad in [
            "",
            "0",
            "0.0",
            "-1",
            "+1",
            "1e3",
            "1,5",
            ".5",
            "5.",
            "01",
            "00.5",
            "1.2345678",
            "NaN",
            "Infinity",
            "1 000",
            " 1",
            "1.2.3",
            "1000000000000",
            "٣",
            "0x10",
            "1_0",
        ] {
            assert_eq!(Quantity::parse(bad), Err(QuantityError), "{bad}");
        }
    }

    #[test]
    fn the_standard_rate_changes_with_the_turnover_date() {
        let table = VatTable::builtin();
        assert_eq!(table.periods().len(), BUILTIN.len(), "every row reads");
        let (old, new) = (date("2025-12-31"), date("2026-01-01"));
        assert!(table.allows(VatRate::Percent(12), old));
        assert!(!table.allows(VatRate::Percent(16), old));
        assert!(!table.allows(VatRate::Percent(12), new));
        assert!(table.allows(VatRate::Percent(16), new));
        assert_eq!(table.rates_on(date("2008-12-31")), vec![]);
        let codes: Vec<String> = table.rates_on(new).iter().map(|rate| rate.code()).collect();
        assert_eq!(codes, ["16", "10", "5", "0", "none"]);
        assert!(!table.allows(VatRate::Percent(5), date("2027-01-01")));
    }

    #[test]
    fn a_rate_has_one_spelling() {
        for good in ["16", "12", "5", "10", "0", "none"] {
            assert_eq!(VatRate::parse(good).unwrap().code(), good);
        }
        for bad in ["016", "+16", "16%", "16.0", "-1", "101", "256", "None", ""] {
            assert_eq!(VatRate::parse(bad), None, "{bad}");
        }
    }
}
