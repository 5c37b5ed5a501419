//! An e-mail address as it is taken from people: a subset of RFC 5321 that every mail server takes and in which nothing can
//! hide: no comments, no quoted parts, no routes, no line feeds. A domain in Kazakh or Russian letters is written in its
//! ASCII form (`xn--…`).

use std::fmt;

/// Longest address, in bytes. Source: RFC 5321 §4.5.3.1.3, without the brackets.
pub const ADDRESS_MAX_BYTES: usize = 254;
/// Longest part before the `@`, in bytes. Source: RFC 5321 §4.5.3.1.1.
const LOCAL_MAX_BYTES: usize = 64;
/// Longest label of a domain, in bytes. Source: RFC 1035 §2.3.4.
const LABEL_MAX_BYTES: usize = 63;

/// An e-mail address; its domain is in lower case.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

/// A text that is no address here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct EmailError;

impl EmailAddress {
    /// Reads an address: dot-atom, `@`, a domain of two labels at least.
    ///
    /// # Errors
    /// [`EmailError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        if text.len() > ADDRESS_MAX_BYTES {
            return Err(EmailError);
        }
        let (local, domain) = text.split_once('@').ok_or(EmailError)?;
        let is_fine = is_local(local) && is_domain(domain);
        if is_fine { Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase()))) } else { Err(EmailError) }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address as it is counted by: nearly all servers take capital and small letters for the same.
    #[must_use]
    pub fn counted_as(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

fn is_local(local: &str) -> bool {
    let atom = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    local.len() <= LOCAL_MAX_BYTES && local.split('.').all(|part| !part.is_empty() && part.bytes().all(atom))
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=LABEL_MAX_BYTES).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // The last one of digits alone would be an address of a machine.
    let top = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.') && domain.split('.').all(label) && !top.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EmailAddress {
    /// Personal data: only the domain.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmailAddress(…@{})", self.0.rsplit('@').next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_holds_nothing_that_could_end_a_header_or_a_command() {
        for wrong in [
            "",
            "a",
            "a@b",
            "@b.kz",
            "a@",
            "a@b.kz\r\nBcc: x@y.kz",
            "a\r\n@b.kz",
            "a b@c.kz",
            "\"a b\"@c.kz",
            "a@b.kz,c@d.kz",
            "<a@b.kz>",
            "a@b.kz>",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "a..b@c.kz",
            ".a@c.kz",
            "a.@c.kz",
            "a@-b.kz",
            "a@b-.kz",
            "a@b..kz",
            "a@b.kz.",
            "a@b@c.kz",
            "әліпби@b.kz",
            "a@пошта.қаз",
            "a\0@b.kz",
            "a%00@b.kz\n",
        ] {
            assert_eq!(EmailAddress::parse(wrong), Err(EmailError), "{wrong:?}");
        }
    }

    #[test]
    fn an_address_within_its_limits_is_taken() {
        for fine in ["a@b.kz", "first.last+tag@sub.example.kz", "o'neil@xn--80ao21a.xn--80ao21a"] {
            assert_eq!(EmailAddress::parse(fine).unwrap().as_str(), fine);
        }
        assert_eq!(EmailAddress::parse("A.B@Example.KZ").unwrap().as_str(), "A.B@example.kz");
        assert_eq!(EmailAddress::parse("A.B@Example.KZ").unwrap().counted_as(), "a.b@example.kz");
        let local = |length: usize| format!("{}@b.kz", "a".repeat(length));
        assert!(EmailAddress::parse(&local(LOCAL_MAX_BYTES)).is_ok());
        assert!(EmailAddress::parse(&local(LOCAL_MAX_BYTES + 1)).is_err());
        let label = |length: usize| format!("a@{}.kz", "b".repeat(length));
        assert!(EmailAddress::parse(&label(LABEL_MAX_BYTES)).is_ok());
        assert!(EmailAddress::parse(&label(LABEL_MAX_BYTES + 1)).is_err());
        let long = |length: usize| format!("a@{}b.kz", "b.".repeat((length - 6) / 2));
        assert!(EmailAddress::parse(&long(ADDRESS_MAX_BYTES)).is_ok());
        assert!(EmailAddress::parse(&long(ADDRESS_MAX_BYTES + 2)).is_err());
        assert_eq!(format!("{:?}", EmailAddress::parse("secret@b.kz").unwrap()), "EmailAddress(…@b.kz)");
    }
}
