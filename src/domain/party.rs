//! Who is bound: a natural person ([`Iin`]) or an organisation ([`Bin`]).
//!
//! The check digit and the layout of both numbers are verified on typed input. Certificates of the
//! national *test* CA carry numbers that fail the check, so the reader of certificates may accept them
//! ([`IdentifierPolicy::AcceptTest`]); an installation with production anchors never does.

use std::fmt;

use serde::{Serialize, Serializer};

use super::time::CivilDate;

/// How strictly an identification number is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IdentifierPolicy {
    /// Twelve digits, the right layout and a check digit that fits.
    #[default]
    Strict,
    /// Twelve digits. For the national test CA and demonstrations only.
    AcceptTest,
}

/// Why a text is not an identification number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// Not exactly twelve ASCII digits.
    #[error("not twelve digits")]
    NotTwelveDigits,
    /// The check digit does not fit the other eleven.
    #[error("the check digit does not fit")]
    CheckDigit,
    /// The digits stand for a date or a kind that does not exist.
    #[error("the date or the kind inside the number does not exist")]
    Layout,
}

impl IdentifierError {
    /// The stable kebab-case code; its text is `reason-<code>`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotTwelveDigits => "not-twelve-digits",
            Self::CheckDigit => "check-digit",
            Self::Layout => "identifier-layout",
        }
    }
}

/// Sex as encoded in an [`Iin`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// Odd seventh digit.
    Male,
    /// Even seventh digit.
    Female,
}

/// Identification number of a natural person (ИИН, ЖСН): twelve digits.
///
/// Source: date of birth YYMMDD, century and sex (1/2: 19th, 3/4: 20th, 5/6: 21st century, 0: foreigner),
/// four digits of serial number, check digit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iin([u8; 12]);

/// Identification number of an organisation (БИН, БСН): twelve digits.
///
/// Source: year and month of registration, kind (4 resident, 5 non-resident, 6 joint sole traders),
/// head or branch, serial number, check digit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bin([u8; 12]);

impl Iin {
    /// Reads twelve digits under `policy`.
    ///
    /// # Errors
    /// [`IdentifierError`]; the check digit is judged before the layout.
    pub fn parse(text: &str, policy: IdentifierPolicy) -> Result<Self, IdentifierError> {
        let digits = twelve_digits(text)?;
        let iin = Self(digits);
        if policy == IdentifierPolicy::Strict {
            require_check_digit(&digits)?;
            if !has_birth_date(&digits) {
                return Err(IdentifierError::Layout);
            }
        }
        Ok(iin)
    }

    /// Whether the check digit fits; `false` is possible only under [`IdentifierPolicy::AcceptTest`].
    #[must_use]
    pub fn check_digit_fits(&self) -> bool {
        check_digit_fits(&self.0)
    }

    /// Date of birth, when the number holds a real one. `None` for foreigners (no century in the number).
    #[must_use]
    pub fn birth_date(&self) -> Option<CivilDate> {
        let [y1, y2, m1, m2, d1, d2, century, ..] = self.0;
        let hundreds = match century {
            1 | 2 => 1800,
            3 | 4 => 1900,
            5 | 6 => 2000,
            _ => return None,
        };
        let two = |tens: u8, ones: u8| i16::from(tens) * 10 + i16::from(ones);
        let month = i8::try_from(two(m1, m2)).ok()?;
        let day = i8::try_from(two(d1, d2)).ok()?;
        CivilDate::new(hundreds + two(y1, y2), month, day)
    }

    /// Sex, when the number tells it.
    #[must_use]
    pub fn sex(&self) -> Option<Sex> {
        let [_, _, _, _, _, _, century, ..] = self.0;
        match century {
            1 | 3 | 5 => Some(Sex::Male),
            2 | 4 | 6 => Some(Sex::Female),
            _ => None,
        }
    }

    /// The number with its first eight digits hidden, for pages that strangers may see.
    #[must_use]
    pub fn masked(&self) -> String {
        masked(&self.0)
    }
}

impl Bin {
    /// Reads twelve digits under `policy`.
    ///
    /// # Errors
    /// [`IdentifierError`]; the check digit is judged before the layout.
    pub fn parse(text: &str, policy: IdentifierPolicy) -> Result<Self, IdentifierError> {
        let digits = twelve_digits(text)?;
        if policy == IdentifierPolicy::Strict {
            require_check_digit(&digits)?;
            let [_, _, m1, m2, kind, ..] = digits;
            let month = m1 * 10 + m2;
            if !(1..=12).contains(&month) || !(4..=6).contains(&kind) {
                return Err(IdentifierError::Layout);
            }
        }
        Ok(Self(digits))
    }

    /// Whether the check digit fits; `false` is possible only under [`IdentifierPolicy::AcceptTest`].
    #[must_use]
    pub fn check_digit_fits(&self) -> bool {
        check_digit_fits(&self.0)
    }

    /// The number with its first eight digits hidden.
    #[must_use]
    pub fn masked(&self) -> String {
        masked(&self.0)
    }
}

macro_rules! number_text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|digit| write!(f, "{digit}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.masked())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
}

number_text!(Iin);
number_text!(Bin);

/// Who is bound by a document. One person may act as himself and for organisations: those are
/// different parties.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// A natural person or a sole trader.
    Person(Iin),
    /// An organisation.
    Organization(Bin),
}

impl Party {
    /// The stable key of the party: `iin:…` or `bin:…`. Holds personal data.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Person(iin) => format!("iin:{iin}"),
            Self::Organization(bin) => format!("bin:{bin}"),
        }
    }

    /// Reads what [`Party::key`] wrote.
    ///
    /// # Errors
    /// [`IdentifierError`]: no known prefix counts as [`IdentifierError::Layout`].
    pub fn parse_key(key: &str, policy: IdentifierPolicy) -> Result<Self, IdentifierError> {
        match key.split_once(':') {
            Some(("iin", number)) => Iin::parse(number, policy).map(Self::Person),
            Some(("bin", number)) => Bin::parse(number, policy).map(Self::Organization),
            Some(_) | None => Err(IdentifierError::Layout),
        }
    }

    /// The twelve digits, without saying of which kind.
    #[must_use]
    pub fn number(&self) -> String {
        match self {
            Self::Person(iin) => iin.to_string(),
            Self::Organization(bin) => bin.to_string(),
        }
    }

    /// The organisation's number, if the party is one.
    #[must_use]
    pub fn bin(&self) -> Option<Bin> {
        match self {
            Self::Organization(bin) => Some(*bin),
            Self::Person(_) => None,
        }
    }

    /// The person's number, if the party is one.
    #[must_use]
    pub fn iin(&self) -> Option<Iin> {
        match self {
            Self::Person(iin) => Some(*iin),
            Self::Organization(_) => None,
        }
    }
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(iin) => iin.fmt(f),
            Self::Organization(bin) => bin.fmt(f),
        }
    }
}

fn twelve_digits(text: &str) -> Result<[u8; 12], IdentifierError> {
    let bytes: &[u8; 12] = text.as_bytes().try_into().map_err(|_| IdentifierError::NotTwelveDigits)?;
    if !bytes.iter().all(u8::is_ascii_digit) {
        return Err(IdentifierError::NotTwelveDigits);
    }
    Ok(bytes.map(|byte| byte - b'0'))
}

fn require_check_digit(digits: &[u8; 12]) -> Result<(), IdentifierError> {
    if check_digit_fits(digits) { Ok(()) } else { Err(IdentifierError::CheckDigit) }
}

/// The weights 1 to 11; when they give 10, the second weights; when these give 10 too, the number is
/// never issued.
fn check_digit_fits(digits: &[u8; 12]) -> bool {
    const FIRST: [u16; 11] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    const SECOND: [u16; 11] = [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2];
    let remainder = |weights: [u16; 11]| {
        let sum: u16 = digits.iter().zip(weights).map(|(digit, weight)| u16::from(*digit) * weight).sum();
        sum % 11
    };
    let [.., last] = *digits;
    let expected = match remainder(FIRST) {
        10 => remainder(SECOND),
        small => small,
    };
    expected == u16::from(last)
}

/// A foreigner's number (0) tells no century, so the day is looked for in a leap year.
fn has_birth_date(digits: &[u8; 12]) -> bool {
    let [.., century, _, _, _, _, _] = *digits;
    if century != 0 {
        return Iin(*digits).birth_date().is_some();
    }
    let [_, _, m1, m2, d1, d2, ..] = *digits;
    let month = i8::try_from(m1 * 10 + m2).unwrap_or(0);
    let day = i8::try_from(d1 * 10 + d2).unwrap_or(0);
    CivilDate::new(2000, month, day).is_some()
}

fn masked(digits: &[u8; 12]) -> String {
    let tail: String = digits.iter().skip(8).map(|digit| char::from(digit + b'0')).collect();
    format!("********{tail}")
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::disallowed_methods
    )]
    use super::*;
    use IdentifierPolicy::{AcceptTest, Strict};

    fn vectors() -> Option<serde_json::Value> {
        let folder = std::env::var("QOLHAT_SHARED")
            .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").to_owned());
        let path = format!("{folder}/nca/vectors/iin-bin.json");
        match std::fs::read(&path) {
            Ok(bytes) => Some(serde_json::from_slice(&bytes).unwrap()),
            Err(_) => {
                eprintln!("SKIPPED: iin-bin vectors (no shared folder)");
                None
            }
        }
    }

    #[test]
    fn the_known_numbers_give_the_known_answers() {
        let Some(vectors) = vectors() else { return };
        for vector in vectors["vectors"].as_array().unwrap() {
            let number = vector["number"].as_str().unwrap();
            let fits = vector["check_digit_ok"].as_bool().unwrap();
            if vector["type"] == "BIN" {
                assert_eq!(Bin::parse(number, Strict).is_ok(), fits, "{number}");
                assert_eq!(Bin::parse(number, AcceptTest).unwrap().check_digit_fits(), fits);
                continue;
            }
            assert_eq!(Iin::parse(number, Strict).is_ok(), fits, "{number}");
            let iin = Iin::parse(number, AcceptTest).unwrap();
            assert_eq!(iin.check_digit_fits(), fits);
            assert_eq!(
                iin.birth_date().map(|date| date.to_string()).as_deref(),
                vector["birth_date"].as_str(),
                "{number}"
            );
            if fits {
                let sex = if vector["sex"] == "male" { Sex::Male } else { Sex::Female };
                assert_eq!(iin.sex(), Some(sex), "{number}");
            }
        }
    }

    #[test]
    fn one_wrong_digit_is_noticed_anywhere_but_where_its_weight_vanishes() {
        let good = "890615459241";
        // The eleventh weight is 11, so the check is blind to that digit: a flaw of the number itself.
        for place in (0..12).filter(|place| *place != 10) {
            for digit in b'0'..=b'9' {
                let mut bytes = good.as_bytes().to_vec();
                if bytes[place] == digit {
                    continue;
                }
                bytes[place] = digit;
                let text = String::from_utf8(bytes).unwrap();
                assert!(Iin::parse(&text, Strict).is_err(), "{text}");
            }
        }
    }

    #[test]
    fn the_second_weights_are_used_only_when_the_first_give_ten() {
        assert!(Iin::parse("220308301973", Strict).is_ok());
        assert!(Iin::parse("670605386527", Strict).is_ok());
        assert_eq!(Iin::parse("620313311860", Strict), Err(IdentifierError::CheckDigit));
    }

    #[test]
    fn a_number_of_one_kind_is_not_read_as_the_other() {
        assert_eq!(Bin::parse("890615459241", Strict), Err(IdentifierError::Layout));
        assert_eq!(Iin::parse("190640029224", Strict), Err(IdentifierError::Layout));
        assert!(Bin::parse("190640029224", Strict).is_ok());
        assert!(Bin::parse("220540005599", Strict).is_ok());
    }

    #[test]
    fn only_twelve_ascii_digits_are_a_number_under_any_policy() {
        for bad in [
            "",
            "12345678901",
            "1234567890112",
            "12345678901a",
            " 12345678901",
            "１２３４５６７８９０１１",
            "12345678901\u{0663}",
        ] {
            assert_eq!(Iin::parse(bad, AcceptTest), Err(IdentifierError::NotTwelveDigits), "{bad}");
            assert_eq!(Bin::parse(bad, Strict), Err(IdentifierError::NotTwelveDigits));
        }
        assert!(Iin::parse("123456789011", AcceptTest).is_ok());
        assert_eq!(Iin::parse("123456789011", Strict), Err(IdentifierError::CheckDigit));
    }

    #[test]
    fn keys_name_the_kind_and_read_back() {
        let person = Party::Person(Iin::parse("890615459241", Strict).unwrap());
        let firm = Party::Organization(Bin::parse("190640029224", Strict).unwrap());
        assert_eq!(person.key(), "iin:890615459241");
        assert_eq!(firm.key(), "bin:190640029224");
        for party in [person, firm] {
            assert_eq!(Party::parse_key(&party.key(), Strict), Ok(party));
        }
        for bad in ["890615459241", "bin:890615459241", "BIN:190640029224", ""] {
            assert!(Party::parse_key(bad, Strict).is_err(), "{bad}");
        }
    }

    #[test]
    fn debug_output_never_shows_the_whole_number() {
        let iin = Iin::parse("890615459241", Strict).unwrap();
        assert_eq!(format!("{iin:?}"), "Iin(********9241)");
        assert_eq!(format!("{:?}", Party::Person(iin)), "Iin(********9241)");
    }
}
