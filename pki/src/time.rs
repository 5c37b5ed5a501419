//! Instants in UTC and how the standards write them.
//! Source: X.690 §11.7 and §11.8; RFC 5280 §4.1.2.5; RFC 3339. Leap seconds do not exist here: second 60 is refused.

mod civil;
mod written;

use std::fmt;

use civil::{SECONDS_PER_DAY, civil_from_days, days_from_civil, days_in_month};

const MICROS_PER_SECOND: i64 = 1_000_000;
/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, in seconds since 1970.
const SECONDS_MIN: i64 = -62_135_596_800;
const SECONDS_MAX: i64 = 253_402_300_799;

/// An instant: microseconds since 1970-01-01T00:00:00Z, years 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

/// A length of time in microseconds; negative when it leads back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(i64);

/// A text that is no time of RFC 3339, or one that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time of RFC 3339: {0}")]
pub struct TimeError(&'static str);

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);

    /// So many microseconds.
    pub const fn micros(micros: i64) -> Span {
        Span(micros)
    }

    /// So many seconds, as long as they fit.
    pub const fn seconds(seconds: i64) -> Span {
        Span(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    /// So many minutes.
    pub const fn minutes(minutes: i64) -> Span {
        Span::seconds(minutes.saturating_mul(60))
    }

    /// So many hours.
    pub const fn hours(hours: i64) -> Span {
        Span::minutes(hours.saturating_mul(60))
    }

    /// So many days of 24 hours.
    pub const fn days(days: i64) -> Span {
        Span::hours(days.saturating_mul(24))
    }

    /// The length in microseconds.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The whole seconds, towards zero.
    pub const fn whole_seconds(self) -> i64 {
        self.0 / MICROS_PER_SECOND
    }
}

impl Moment {
    /// The first instant of the range.
    pub const MIN: Moment = Moment(SECONDS_MIN * MICROS_PER_SECOND);
    /// The last instant of the range.
    pub const MAX: Moment = Moment(SECONDS_MAX * MICROS_PER_SECOND + MICROS_PER_SECOND - 1);

    /// The instant `micros` microseconds after 1970-01-01T00:00:00Z; `None` outside the years 1 to 9999.
    pub fn from_unix_micros(micros: i64) -> Option<Moment> {
        let moment = Moment(micros);
        (Moment::MIN..=Moment::MAX).contains(&moment).then_some(moment)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn unix_micros(self) -> i64 {
        self.0
    }

    /// The instant `seconds` seconds after 1970-01-01T00:00:00Z; `None` outside the years 1 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Option<Moment> {
        seconds.checked_mul(MICROS_PER_SECOND).and_then(Moment::from_unix_micros)
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    /// An instant of the proleptic Gregorian calendar in UTC; `None` when there is no such date or time of day.
    pub fn from_civil(year: u16, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Option<Moment> {
        let exists = (1..=9999).contains(&year)
            && (1..=days_in_month(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        if !exists {
            return None;
        }
        let time_of_day = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        Moment::from_unix_seconds(days_from_civil(year, month, day) * SECONDS_PER_DAY + time_of_day)
    }

    /// This instant moved by `span`; `None` outside the years 1 to 9999.
    pub fn checked_add(self, span: Span) -> Option<Moment> {
        self.0.checked_add(span.0).and_then(Moment::from_unix_micros)
    }

    /// This instant moved back by `span`; `None` outside the years 1 to 9999.
    pub fn checked_sub(self, span: Span) -> Option<Moment> {
        self.0.checked_sub(span.0).and_then(Moment::from_unix_micros)
    }

    /// From `earlier` to this instant.
    pub fn since(self, earlier: Moment) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// Whole seconds from `earlier` to this instant, towards zero; negative when `earlier` is later.
    pub fn seconds_since(self, earlier: Moment) -> i64 {
        self.since(earlier).whole_seconds()
    }

    /// This instant without the fraction of its second.
    #[must_use]
    pub fn truncate_to_seconds(self) -> Moment {
        Moment(self.0.saturating_sub(self.0.rem_euclid(MICROS_PER_SECOND)))
    }
}

/// RFC 3339 with `Z`; the fraction is written only when there is one, with as many digits as it needs.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.unix_seconds();
        let (year, month, day) = civil_from_days(seconds.div_euclid(SECONDS_PER_DAY));
        let of_day = seconds.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        let micros = self.0.rem_euclid(MICROS_PER_SECOND);
        if micros != 0 {
            let digits = format!("{micros:06}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}
