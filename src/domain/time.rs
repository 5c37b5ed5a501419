//! Instants and civil dates.
//!
//! An instant is a [`Moment`] (UTC, microseconds). A deadline, a document's date or a turnover date is
//! a [`CivilDate`]: a day as people in Kazakhstan count it, that is in the zone `Asia/Almaty`. The
//! offset there was +06 until 29 February 2024 and has been +05 since 1 March 2024, therefore every
//! conversion goes through the tz database and never through a constant.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, civil};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use qolhat_pki::time::Moment;

/// Name of the time zone in which days begin and end for the law.
pub const ZONE_NAME: &str = "Asia/Almaty";

/// Where "now" comes from. An operation asks once and passes the answer down.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Moment;
}

/// A clock that always tells the same instant: for tests and for a chosen `--clock`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixedClock(Moment);

impl FixedClock {
    /// A clock standing at `at`.
    #[must_use]
    pub fn new(at: Moment) -> Self {
        Self(at)
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Moment {
        self.0
    }
}

/// Text that is not a date of the calendar in the form `2026-11-22`, year 1800 to 9998.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a calendar date in the form YYYY-MM-DD")]
pub struct DateError;

/// A day of the calendar as counted in `Asia/Almaty`. No time of day, no offset.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilDate(civil::Date);

impl CivilDate {
    /// First and last year that [`CivilDate::parse`] and [`CivilDate::new`] accept: from the oldest date
    /// of birth an [`Iin`](super::party::Iin) can hold to the last year whose every day has a next one.
    pub const YEARS: (i16, i16) = (1800, 9998);

    /// The date of these numbers, or `None` when the calendar has no such day or the year is outside
    /// [`CivilDate::YEARS`].
    #[must_use]
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        let (first, last) = Self::YEARS;
        if !(first..=last).contains(&year) {
            return None;
        }
        civil::Date::new(year, month, day).ok().map(Self)
    }

    /// Reads `2026-11-22`: exactly ten characters, digits and hyphens.
    ///
    /// # Errors
    /// [`DateError`] for any other form, and for days that the calendar does not have.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else {
            return Err(DateError);
        };
        let year = digits(&[y1, y2, y3, y4]).ok_or(DateError)?;
        let month = digits(&[m1, m2]).ok_or(DateError)?;
        let day = digits(&[d1, d2]).ok_or(DateError)?;
        let month = i8::try_from(month).map_err(|_| DateError)?;
        let day = i8::try_from(day).map_err(|_| DateError)?;
        Self::new(year, month, day).ok_or(DateError)
    }

    /// The day that clocks in `Asia/Almaty` show at `moment`.
    #[must_use]
    pub fn of(moment: Moment) -> Self {
        Self(local(moment).0.date())
    }

    /// The first instant of this day in `Asia/Almaty`. Days are half-open intervals
    /// `[start_of_day, next_day().start_of_day())`.
    #[must_use]
    pub fn start_of_day(self) -> Moment {
        let zone = zone();
        let midnight = self.0.at(0, 0, 0, 0);
        // Days near the calendar's ends have no timestamp, or one that is no moment: the limit on their side stands in.
        let limit = if self.0.year() < 1970 { Moment::MIN } else { Moment::MAX };
        let timestamp = zone.to_ambiguous_timestamp(midnight).compatible().ok();
        timestamp.and_then(|at| Moment::from_unix_micros(at.as_microsecond())).unwrap_or(limit)
    }

    /// The day after this one.
    #[must_use]
    pub fn next_day(self) -> Self {
        self.plus_days(1)
    }

    /// This date moved by calendar days; stays at the calendar's end when it would pass it.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        match jiff::Span::new().try_days(days) {
            Ok(span) => Self(self.0.saturating_add(span)),
            Err(_) if days < 0 => Self(civil::Date::MIN),
            Err(_) => Self(civil::Date::MAX),
        }
    }

    /// Calendar days from `self` to `later`; negative when `later` is earlier.
    #[must_use]
    pub fn days_until(self, later: Self) -> i32 {
        self.0.until(later.0).map_or(0, |span| span.get_days())
    }

    /// Year, month (1 to 12) and day (1 to 31).
    #[must_use]
    pub fn parts(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// ISO 8601 number of the weekday: Monday is 1, Sunday is 7.
    #[must_use]
    pub fn weekday(self) -> i8 {
        self.0.weekday().to_monday_one_offset()
    }

    /// The date as people write it: `22.11.2026`.
    #[must_use]
    pub fn to_local_text(self) -> String {
        let (year, month, day) = self.parts();
        format!("{day:02}.{month:02}.{year:04}")
    }
}

impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for CivilDate {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        Self::parse(text)
    }
}

impl Serialize for CivilDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CivilDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

/// The instant as people read it here, with its offset: `22.11.2026 10:15:02 UTC+5`.
/// Fractions of a second are cut off.
#[must_use]
pub fn format_local(moment: Moment) -> String {
    let (at, offset) = local(moment);
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    let (hours, rest) = (minutes / 60, minutes % 60);
    let tail = if rest == 0 { String::new() } else { format!(":{rest:02}") };
    format!(
        "{} {:02}:{:02}:{:02} UTC{sign}{hours}{tail}",
        CivilDate(at.date()).to_local_text(),
        at.hour(),
        at.minute(),
        at.second(),
    )
}

/// The instant as a form's field for a local time holds it: `2026-11-22T10:15:02`, on the clocks of `Asia/Almaty`.
/// Fractions of a second are cut off.
#[must_use]
pub fn format_field(moment: Moment) -> String {
    let (at, _) = local(moment);
    format!("{}T{:02}:{:02}:{:02}", CivilDate(at.date()), at.hour(), at.minute(), at.second())
}

/// Reads what such a field sends, with or without seconds: `2026-11-22T10:15`. An hour that clocks showed twice is the
/// first of the two.
///
/// # Errors
/// [`DateError`] for any other form, and for days and times that the calendar does not have.
pub fn parse_field(text: &str) -> Result<Moment, DateError> {
    let (date, time) = text.split_once('T').ok_or(DateError)?;
    let date = CivilDate::parse(date)?;
    let (hour, minute, second) = match time.as_bytes() {
        [h1, h2, b':', m1, m2] => ([*h1, *h2], [*m1, *m2], *b"00"),
        [h1, h2, b':', m1, m2, b':', s1, s2] => ([*h1, *h2], [*m1, *m2], [*s1, *s2]),
        _ => return Err(DateError),
    };
    let number = |two: &[u8; 2]| digits(two).and_then(|number| i8::try_from(number).ok()).ok_or(DateError);
    let time = civil::Time::new(number(&hour)?, number(&minute)?, number(&second)?, 0).map_err(|_| DateError)?;
    let at = zone().to_ambiguous_timestamp(date.0.to_datetime(time)).compatible().map_err(|_| DateError)?;
    Moment::from_unix_micros(at.as_microsecond()).ok_or(DateError)
}

fn local(moment: Moment) -> (civil::DateTime, Offset) {
    let limit = if moment.unix_micros() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    let timestamp = Timestamp::from_microsecond(moment.unix_micros()).unwrap_or(limit);
    let offset = zone().to_offset(timestamp);
    (offset.to_datetime(timestamp), offset)
}

fn zone() -> &'static TimeZone {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    // The database is compiled in, so the fallback (today's offset) is for a build without it; a test
    // fails when the zone is missing.
    ZONE.get_or_init(|| TimeZone::get(ZONE_NAME).unwrap_or_else(|_| TimeZone::fixed(Offset::constant(5))))
}

fn digits(bytes: &[u8]) -> Option<i16> {
    bytes.iter().try_fold(0_i16, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number.checked_mul(10)?.checked_add(i16::from(digit))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn moment(text: &str) -> Moment {
        Moment::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn the_zone_is_in_the_bundled_database() {
        assert!(TimeZone::get(ZONE_NAME).is_ok());
    }

    #[test]
    fn almaty_is_six_hours_ahead_before_march_2024_and_five_after() {
        assert_eq!(format_local(moment("2024-02-29T17:59:59Z")), "29.02.2024 23:59:59 UTC+6");
        assert_eq!(format_local(moment("2024-02-29T18:00:00Z")), "29.02.2024 23:00:00 UTC+5");
        assert_eq!(format_local(moment("2026-11-22T05:15:02.999Z")), "22.11.2026 10:15:02 UTC+5");
    }

    #[test]
    fn the_day_of_the_change_lasts_twenty_five_hours() {
        let day = CivilDate::parse("2024-02-29").unwrap();
        assert_eq!(day.start_of_day(), moment("2024-02-28T18:00:00Z"));
        assert_eq!(day.next_day().start_of_day(), moment("2024-02-29T19:00:00Z"));
    }

    #[test]
    fn a_day_is_half_open() {
        let day = CivilDate::parse("2026-01-01").unwrap();
        let start = day.start_of_day();
        assert_eq!(start, moment("2025-12-31T19:00:00Z"));
        assert_eq!(CivilDate::of(start), day);
        let before = Moment::from_unix_micros(start.unix_micros() - 1).unwrap();
        assert_eq!(CivilDate::of(before).to_string(), "2025-12-31");
    }

    #[test]
    fn dates_that_are_not_in_the_calendar_or_not_iso_are_refused() {
        for bad in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-01",
            "22.11.2026",
            "2026-11-22T00:00",
            "+026-11-22",
            "2026-11-2٣",
            "0001-01-01",
            "9999-12-31",
            "",
        ] {
            assert_eq!(CivilDate::parse(bad), Err(DateError), "{bad}");
        }
        assert_eq!(CivilDate::parse("2024-02-29").unwrap().to_local_text(), "29.02.2024");
    }

    #[test]
    fn a_field_for_a_local_time_is_read_by_the_clocks_of_almaty_of_that_day() {
        for (field, instant) in [
            ("2024-02-29T22:59:59", "2024-02-29T16:59:59Z"),
            ("2024-02-29T23:30", "2024-02-29T17:30:00Z"),
            ("2024-03-01T00:00", "2024-02-29T19:00:00Z"),
            ("2026-11-22T10:15:02", "2026-11-22T05:15:02Z"),
        ] {
            assert_eq!(parse_field(field).unwrap(), moment(instant), "{field}");
        }
        assert_eq!(format_field(moment("2026-11-22T05:15:02.999Z")), "2026-11-22T10:15:02");
        assert_eq!(parse_field(&format_field(moment("2023-07-01T00:00:00Z"))).unwrap(), moment("2023-07-01T00:00:00Z"));
        for bad in [
            "",
            "2026-11-22",
            "2026-11-22 10:15",
            "2026-11-22T24:00",
            "2026-11-22T10:60",
            "2026-11-22T10:15:02Z",
            "2026-02-30T10:15",
            "2026-11-22T10:1٣",
            "0001-01-01T00:00",
        ] {
            assert_eq!(parse_field(bad), Err(DateError), "{bad}");
        }
    }

    #[test]
    fn extreme_instants_do_not_panic() {
        for at in [Moment::MIN, Moment::MAX] {
            let _ = (format_local(at), CivilDate::of(at).start_of_day(), parse_field(&format_field(at)));
        }
        assert!(parse_field("9998-12-31T23:59:59").is_ok() && parse_field("1800-01-01T00:00").is_ok());
        let last = CivilDate::parse("9998-12-31").unwrap();
        assert_eq!(last.plus_days(i32::MAX).start_of_day(), Moment::from_civil(9999, 12, 30, 19, 0, 0).unwrap());
        assert_eq!(last.plus_days(i32::MIN).start_of_day(), Moment::MIN);
        assert_eq!(CivilDate::parse("2026-01-01").unwrap().days_until(CivilDate::parse("2026-03-01").unwrap()), 59);
    }
}
