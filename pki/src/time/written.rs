//! Reading written times: UTCTime and GeneralizedTime of DER, and RFC 3339.

use super::{MICROS_PER_SECOND, Moment, Span, TimeError};
use crate::der::{DerError, DerErrorKind, Tlv, tag};

/// Longest text of RFC 3339 read: a fraction of nine digits and an offset need 35.
const RFC3339_MAX_BYTES: usize = 64;

impl Moment {
    /// A UTCTime (years 1950 to 2049) or GeneralizedTime as DER writes it: seconds and `Z` are there, a fraction only in
    /// GeneralizedTime and without closing zeros; digits beyond the microsecond are cut off.
    /// # Errors
    /// `BadTime` for any other form or a date that does not exist, `UnexpectedTag` for another type.
    pub fn from_der(element: &Tlv<'_>) -> Result<Moment, DerError> {
        let moment = match element.tag {
            tag::UTC_TIME => utc_time(element.value),
            tag::GENERALIZED_TIME => generalized_time(element.value),
            found => {
                let expected = tag::GENERALIZED_TIME;
                return Err(element.error(DerErrorKind::UnexpectedTag { expected, found }));
            }
        };
        moment.ok_or(element.error(DerErrorKind::BadTime))
    }

    /// Like [`Moment::from_der`], in the profile of certificates and CRLs: no fraction. Whoever writes takes UTCTime through
    /// 2049; whoever reads must take either form for any year. Source: RFC 5280 §4.1.2.5.
    /// # Errors
    /// As [`Moment::from_der`].
    pub fn from_certificate_time(element: &Tlv<'_>) -> Result<Moment, DerError> {
        let moment = Moment::from_der(element)?;
        let general = element.tag == tag::GENERALIZED_TIME;
        let has_form = !general || element.value.len() == 15;
        if has_form { Ok(moment) } else { Err(element.error(DerErrorKind::BadTime)) }
    }

    /// A GeneralizedTime in whole seconds, of any year. Source: RFC 6960 §4.2.2.1; RFC 5280 §5.3.2.
    /// # Errors
    /// As [`Moment::from_der`].
    pub fn from_generalized_seconds(element: &Tlv<'_>) -> Result<Moment, DerError> {
        let moment = Moment::from_der(element)?;
        let has_form = element.tag == tag::GENERALIZED_TIME && element.value.len() == 15;
        if has_form { Ok(moment) } else { Err(element.error(DerErrorKind::BadTime)) }
    }

    /// A time of RFC 3339: `2026-11-22T10:00:00Z`, also with a fraction (cut to microseconds) or an offset.
    /// # Errors
    /// When the text has another form or names a time that does not exist; second 60 is refused.
    pub fn parse_rfc3339(text: &str) -> Result<Moment, TimeError> {
        if text.len() > RFC3339_MAX_BYTES {
            return Err(TimeError("too long"));
        }
        let mut digits = Digits(text.as_bytes());
        let parts = (|| {
            let year = digits.four()?;
            digits.literal(b"-")?;
            let month = digits.two()?;
            digits.literal(b"-")?;
            let day = digits.two()?;
            digits.literal(b"Tt ")?;
            let hour = digits.two()?;
            digits.literal(b":")?;
            let minute = digits.two()?;
            digits.literal(b":")?;
            Some((year, month, day, hour, minute, digits.two()?))
        })();
        let (year, month, day, hour, minute, second) = parts.ok_or(TimeError("form"))?;
        let local = Moment::from_civil(year, month, day, hour, minute, second)
            .ok_or(TimeError("no such date or time of day"))?;
        let fraction = match digits.literal(b".") {
            Some(_) => digits.fraction().ok_or(TimeError("fraction"))?,
            None => 0,
        };
        let offset = digits.offset().ok_or(TimeError("offset"))?;
        local
            .checked_add(Span::micros(fraction))
            .and_then(|local| local.checked_sub(offset))
            .ok_or(TimeError("outside the years 1 to 9999"))
    }
}

fn utc_time(text: &[u8]) -> Option<Moment> {
    let mut digits = Digits(text);
    let short = u16::from(digits.two()?);
    let year = if short >= 50 { short.checked_add(1900)? } else { short.checked_add(2000)? };
    let moment = digits.rest_of_civil(year)?;
    (digits.0 == b"Z").then_some(moment)
}

fn generalized_time(text: &[u8]) -> Option<Moment> {
    let mut digits = Digits(text);
    let year = digits.four()?;
    let moment = digits.rest_of_civil(year)?;
    if digits.literal(b".").is_some() {
        let fraction = digits.fraction()?;
        let closing_zero = text.ends_with(b"0Z");
        return (digits.0 == b"Z" && !closing_zero).then(|| moment.checked_add(Span::micros(fraction))).flatten();
    }
    (digits.0 == b"Z").then_some(moment)
}

/// The octets not read yet.
struct Digits<'a>(&'a [u8]);

impl Digits<'_> {
    fn one(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        let digit = first.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        self.0 = rest;
        Some(digit)
    }

    fn two(&mut self) -> Option<u8> {
        self.one()?.checked_mul(10)?.checked_add(self.one()?)
    }

    fn four(&mut self) -> Option<u16> {
        u16::from(self.two()?).checked_mul(100)?.checked_add(u16::from(self.two()?))
    }

    fn literal(&mut self, allowed: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        if !allowed.contains(first) {
            return None;
        }
        self.0 = rest;
        Some(*first)
    }

    /// Month to second, two digits each.
    fn rest_of_civil(&mut self, year: u16) -> Option<Moment> {
        let (month, day) = (self.two()?, self.two()?);
        Moment::from_civil(year, month, day, self.two()?, self.two()?, self.two()?)
    }

    /// Digits after the decimal point, in microseconds.
    fn fraction(&mut self) -> Option<i64> {
        let mut unit = MICROS_PER_SECOND / 10;
        let mut micros = i64::from(self.one()?) * unit;
        while let Some(digit) = self.one() {
            unit /= 10;
            micros = micros.saturating_add(i64::from(digit) * unit);
        }
        Some(micros)
    }

    /// `Z` or `±hh:mm`, with nothing after it.
    fn offset(&mut self) -> Option<Span> {
        let sign = match self.literal(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return self.0.is_empty().then_some(Span::ZERO),
        };
        let hours = i64::from(self.two().filter(|hours| *hours < 24)?);
        self.literal(b":")?;
        let minutes = i64::from(self.two().filter(|minutes| *minutes < 60)?);
        self.0.is_empty().then(|| Span::minutes(sign * (hours * 60 + minutes)))
    }
}
