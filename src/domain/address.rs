//! Where a person is written to, and by which way.

use std::fmt;

use super::email::{EmailAddress, EmailError};
use super::phone::{PhoneError, PhoneNumber};

/// A way of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Mail.
    Email,
    /// Short messages to a phone.
    Sms,
}

impl Channel {
    /// Every way.
    pub const ALL: [Self; 2] = [Self::Email, Self::Sms];

    /// The word kept, journaled and shown.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    /// The way of that code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.code() == code)
    }

    /// The other way.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Email => Self::Sms,
            Self::Sms => Self::Email,
        }
    }
}

/// An address of one of the ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// An e-mail address.
    Email(EmailAddress),
    /// A phone number.
    Phone(PhoneNumber),
}

/// A text that is no address of its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Of mail.
    #[error(transparent)]
    Email(#[from] EmailError),
    /// Of short messages.
    #[error(transparent)]
    Phone(#[from] PhoneError),
}

impl Address {
    /// Reads an address of a way.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn parse(channel: Channel, text: &str) -> Result<Self, AddressError> {
        Ok(match channel {
            Channel::Email => Self::Email(EmailAddress::parse(text)?),
            Channel::Sms => Self::Phone(PhoneNumber::parse(text)?),
        })
    }

    /// Its way.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Email(_) => Channel::Email,
            Self::Phone(_) => Channel::Sms,
        }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email(address) => address.as_str(),
            Self::Phone(number) => number.as_str(),
        }
    }

    /// The address as it is counted by.
    #[must_use]
    pub fn counted_as(&self) -> String {
        match self {
            Self::Email(address) => address.counted_as(),
            Self::Phone(number) => number.as_str().to_owned(),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
