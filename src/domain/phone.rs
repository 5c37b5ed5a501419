//! A phone number as it is taken from people: a mobile of Kazakhstan, as people write it, kept in the form of E.164.

use std::fmt;

/// Longest text that is looked at, in bytes: a number with signs between its digits.
pub const WRITTEN_MAX_BYTES: usize = 32;
/// Digits of a number of Kazakhstan after its `+7`. Source: ITU-T E.164, Kazakhstan's numbering plan.
const NATIONAL_DIGITS: usize = 10;

/// A mobile number: `+7` and ten digits, the first a 7.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

/// A text that is no number here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a mobile number of Kazakhstan")]
pub struct PhoneError;

impl PhoneNumber {
    /// Reads a number: `+7 701 123-45-67`, `8 (701) 1234567`, `77011234567`. Spaces, hyphens and brackets between the digits
    /// do not count.
    ///
    /// # Errors
    /// [`PhoneError`] for anything else: other countries, fixed lines, what is no number.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        if text.len() > WRITTEN_MAX_BYTES {
            return Err(PhoneError);
        }
        let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '\u{a0}')).collect();
        let international = plain.strip_prefix("+7").or_else(|| plain.strip_prefix('7'));
        // Within the country an 8 stands for the way out; all ten digits follow either.
        let national = international.or_else(|| plain.strip_prefix('8')).ok_or(PhoneError)?;
        let is_number = national.len() == NATIONAL_DIGITS && national.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && is_mobile(national) { Ok(Self(format!("+7{national}"))) } else { Err(PhoneError) }
    }

    /// The number: `+77011234567`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether the code of ten digits is a mobile operator's: 70x, 747 and 77x. Fixed lines begin with 71 and 72.
fn is_mobile(national: &str) -> bool {
    ["70", "747", "77"].iter().any(|code| national.starts_with(code))
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PhoneNumber {
    /// Personal data: only the last two digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.0.get(self.0.len().saturating_sub(2)..).unwrap_or_default();
        write!(f, "PhoneNumber(…{last})")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_mobile_number_is_read_as_people_write_it_and_kept_in_one_form() {
        for written in [
            "+77011234567",
            "77011234567",
            "87011234567",
            "+7 701 123 45 67",
            "8 (701) 123-45-67",
            " +7\u{a0}701\u{a0}1234567 ",
        ] {
            assert_eq!(PhoneNumber::parse(written).unwrap().as_str(), "+77011234567", "{written:?}");
        }
        for mobile in ["+77071234567", "+77471234567", "+77771234567", "+77001234567"] {
            assert_eq!(PhoneNumber::parse(mobile).unwrap().as_str(), mobile);
        }
        assert_eq!(format!("{:?}", PhoneNumber::parse("+77011234567").unwrap()), "PhoneNumber(…67)");
    }

    #[test]
    fn what_is_no_mobile_of_kazakhstan_is_refused() {
        for wrong in [
            "",
            "+",
            "+7",
            "8",
            "7",
            "701123456",
            "7011234567",
            "+7701123456",
            "+770112345678",
            "+77272123456",
            "+77123456789",
            "+77411234567",
            "+79161234567",
            "+12025550123",
            "+7701123456a",
            "+7701123456\n",
            "+7701123456७",
            "++77011234567",
            "+7+7011234567",
            "+77011234567;+77011234568",
            "+77011234567\0",
            "٠٧٠١١٢٣٤٥٦٧",
        ] {
            assert_eq!(PhoneNumber::parse(wrong), Err(PhoneError), "{wrong:?}");
        }
        let padded = |length: usize| format!("{}+77011234567", " ".repeat(length - 12));
        assert!(PhoneNumber::parse(&padded(WRITTEN_MAX_BYTES)).is_ok());
        assert!(PhoneNumber::parse(&padded(WRITTEN_MAX_BYTES + 1)).is_err());
    }
}
