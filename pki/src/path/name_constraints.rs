//! Name constraints: which names the certificates below a CA may carry. Excluded wins over permitted; several
//! permitted sets are intersected; a constraint of a form we cannot compare refuses every name of that form.
//!
//! Source: RFC 5280 sections 4.2.1.10, 6.1.3 (b) and (c), 6.1.4 (g).

use super::general_name::{GENERAL_NAMES_MAX, GeneralName};
use super::names::is_within;
use super::{Budget, BudgetExhausted};
use crate::certificate::Certificate;
use crate::der::{DerError, DerErrorKind, Reader, Rules, tag};
use crate::oid::{EMAIL_ADDRESS, SUBJECT_ALT_NAME};

/// The constraints met so far on the way down.
#[derive(Default)]
pub(crate) struct NameConstraints<'a> {
    /// One list per certificate that permits something: a name must be in each of those that know its form.
    permitted: Vec<Vec<GeneralName<'a>>>,
    excluded: Vec<GeneralName<'a>>,
}

/// Why a certificate does not pass.
pub(crate) enum NameFailure {
    Outside(&'static str),
    Malformed(&'static str),
    Budget,
}

impl From<BudgetExhausted> for NameFailure {
    fn from(_: BudgetExhausted) -> Self {
        NameFailure::Budget
    }
}

impl<'a> NameConstraints<'a> {
    /// Adds the extension value `constraints` of one more CA.
    pub(crate) fn add(&mut self, constraints: &'a [u8]) -> Result<(), DerError> {
        let mut outer = Reader::new(constraints, Rules::Der);
        let mut reader = outer.sequence()?;
        outer.finish()?;
        if reader.is_empty() {
            return Err(reader.error(DerErrorKind::Value("empty name constraints")));
        }
        if let Some(list) = reader.optional(tag::context_constructed(0))? {
            self.permitted.push(subtrees(&mut reader.nested(&list)?)?);
        }
        if let Some(list) = reader.optional(tag::context_constructed(1))? {
            self.excluded.extend(subtrees(&mut reader.nested(&list)?)?);
        }
        reader.finish()
    }

    /// Whether every name of `certificate` is allowed.
    pub(crate) fn check(&self, certificate: &Certificate, budget: &mut Budget) -> Result<(), NameFailure> {
        if self.permitted.is_empty() && self.excluded.is_empty() {
            return Ok(());
        }
        let subject = certificate.subject();
        if !subject.is_empty() {
            self.check_name(&GeneralName::Directory(subject), budget)?;
        }
        let value = certificate.extension(SUBJECT_ALT_NAME);
        let names = match value {
            Some(value) => alternative_names(value).map_err(|_| NameFailure::Malformed("subjectAltName"))?,
            None => Vec::new(),
        };
        for name in &names {
            self.check_name(name, budget)?;
        }
        // Old certificates carry the address in the subject; the constraint holds there too. RFC 5280 demands it only where
        // there is no subjectAltName, but a second address that nobody checks would still be read by people.
        for address in subject.attributes().filter(|attribute| attribute.oid == EMAIL_ADDRESS) {
            self.check_name(&GeneralName::Email(address.value.value), budget)?;
        }
        Ok(())
    }

    fn check_name(&self, name: &GeneralName<'_>, budget: &mut Budget) -> Result<(), NameFailure> {
        for base in self.excluded.iter().filter(|base| base.form() == name.form()) {
            budget.name_comparisons(1)?;
            match matches(name, base) {
                Some(false) => {}
                Some(true) => return Err(NameFailure::Outside("excluded")),
                None => return Err(NameFailure::Outside("a form that cannot be compared")),
            }
        }
        for list in &self.permitted {
            let mut known = false;
            let mut within = false;
            for base in list.iter().filter(|base| base.form() == name.form()) {
                budget.name_comparisons(1)?;
                known = true;
                within |= matches(name, base).ok_or(NameFailure::Outside("a form that cannot be compared"))?;
                if within {
                    break;
                }
            }
            if known && !within {
                return Err(NameFailure::Outside("not permitted"));
            }
        }
        Ok(())
    }
}

fn subtrees<'a>(reader: &mut Reader<'a>) -> Result<Vec<GeneralName<'a>>, DerError> {
    let mut bases = Vec::new();
    while !reader.is_empty() {
        if bases.len() >= GENERAL_NAMES_MAX {
            return Err(reader.error(DerErrorKind::Value("too many subtrees")));
        }
        let mut subtree = reader.sequence()?;
        bases.push(GeneralName::read(&mut subtree)?);
        // RFC 5280 knows only minimum 0 and no maximum; anything else would mean a rule we do not follow.
        if subtree.optional(tag::context(0))?.is_some_and(|minimum| minimum.value != [0]) {
            return Err(reader.error(DerErrorKind::Value("a minimum other than 0")));
        }
        subtree.finish()?;
    }
    if bases.is_empty() {
        return Err(reader.error(DerErrorKind::Value("empty subtrees")));
    }
    Ok(bases)
}

fn alternative_names(value: &[u8]) -> Result<Vec<GeneralName<'_>>, DerError> {
    let mut outer = Reader::new(value, Rules::Der);
    let mut reader = outer.sequence()?;
    outer.finish()?;
    GeneralName::read_all(&mut reader)
}

/// Whether `name` is under `base`, both of one form; `None` when we cannot tell.
fn matches(name: &GeneralName<'_>, base: &GeneralName<'_>) -> Option<bool> {
    match (name, base) {
        (GeneralName::Directory(name), GeneralName::Directory(base)) => Some(is_within(name, base)),
        (GeneralName::Dns(name), GeneralName::Dns(base)) => Some(dns_within(&lower(name)?, &lower(base)?)),
        (GeneralName::Email(name), GeneralName::Email(base)) => email_within(name, base),
        (GeneralName::Uri(name), GeneralName::Uri(base)) => Some(host_within(&uri_host(name)?, &lower(base)?)),
        (GeneralName::Ip(name), GeneralName::Ip(base)) => ip_within(name, base),
        _ => None,
    }
}

fn lower(octets: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(octets).ok().filter(|text| text.is_ascii())?;
    Some(text.to_ascii_lowercase())
}

/// `example.com` covers itself and everything below; `.example.com` (used, not defined) only what is below.
fn dns_within(name: &str, base: &str) -> bool {
    // One trailing dot only says that the name is complete.
    let name = name.strip_suffix('.').unwrap_or(name);
    match base.strip_prefix('.') {
        _ if base.is_empty() => true,
        Some(_) => name.ends_with(base),
        None => name == base || name.strip_suffix(base).is_some_and(|rest| rest.ends_with('.')),
    }
}

/// In URIs and e-mail addresses a constraint without a leading dot is one host, with it everything below.
fn host_within(host: &str, base: &str) -> bool {
    if base.starts_with('.') { host.len() > base.len() && host.ends_with(base) } else { host == base }
}

fn email_within(name: &[u8], base: &[u8]) -> Option<bool> {
    let (name, base) = (std::str::from_utf8(name).ok()?, std::str::from_utf8(base).ok()?);
    let (local, host) = name.rsplit_once('@')?;
    let host = host.to_ascii_lowercase();
    Some(match base.rsplit_once('@') {
        // Only the host is free of case.
        Some((base_local, base_host)) => local == base_local && host == base_host.to_ascii_lowercase(),
        None => host_within(&host, &base.to_ascii_lowercase()),
    })
}

/// The host of a URI with an authority; `None` for one without, or with an address: those cannot be compared.
fn uri_host(uri: &[u8]) -> Option<String> {
    let uri = lower(uri)?;
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host.starts_with('[') {
        return None;
    }
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let is_address = host.split('.').all(|part| part.bytes().all(|octet| octet.is_ascii_digit()));
    (!host.is_empty() && !is_address).then(|| host.to_owned())
}

/// Address against address and mask; a mask with holes compares to nothing.
fn ip_within(name: &[u8], base: &[u8]) -> Option<bool> {
    let (address, mask) = base.split_at_checked(base.len() / 2)?;
    if !matches!(base.len(), 8 | 32) || !matches!(name.len(), 4 | 16) || !is_prefix(mask) {
        return None;
    }
    if name.len() != address.len() {
        return Some(false);
    }
    Some(name.iter().zip(address).zip(mask).all(|((name, address), mask)| name & mask == address & mask))
}

fn is_prefix(mask: &[u8]) -> bool {
    let mut rest = mask.iter().skip_while(|octet| **octet == 0xff);
    let edge = rest.next().is_none_or(|octet| octet.leading_ones().saturating_add(octet.trailing_zeros()) == 8);
    edge && rest.all(|octet| *octet == 0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]

    use super::*;

    #[test]
    fn hosts_addresses_and_masks_compare_as_the_clause_says() {
        assert!(dns_within("a.example.com", "example.com") && dns_within("example.com", "example.com"));
        assert!(!dns_within("badexample.com", "example.com") && !dns_within("example.com", ".example.com"));
        assert_eq!(email_within(b"a@Example.com", b"example.com"), Some(true));
        assert_eq!(email_within(b"a@x.example.com", b"example.com"), Some(false));
        assert_eq!(email_within(b"a@x.example.com", b".example.com"), Some(true));
        assert_eq!(email_within(b"A@example.com", b"a@example.com"), Some(false));
        assert_eq!(email_within(b"nobody", b"example.com"), None);
        assert_eq!(uri_host(b"http://u@H.example.com:8080/p").as_deref(), Some("h.example.com"));
        assert_eq!(uri_host(b"http://10.0.0.1/"), None);
        assert_eq!(uri_host(b"ldap:///o=x"), None);
        assert_eq!(ip_within(&[10, 1, 2, 3], &[10, 0, 0, 0, 255, 0, 0, 0]), Some(true));
        assert_eq!(ip_within(&[11, 1, 2, 3], &[10, 0, 0, 0, 255, 0, 0, 0]), Some(false));
        assert_eq!(ip_within(&[10, 1, 2, 3], &[10, 0, 0, 0, 255, 0, 255, 0]), None);
        assert_eq!(ip_within(&[0; 16], &[10, 0, 0, 0, 255, 0, 0, 0]), Some(false));
    }
}
