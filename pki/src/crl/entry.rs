//! The entries of a CRL, read one after another from its octets.

use super::{ENTRY_EXTENSIONS_MAX, ReasonCode};
use crate::der::shifted;
use crate::der::{DerError, DerErrorKind, Reader, Rules, tag};
use crate::extension::{RawExtension, read_extension};
use crate::name::Name;
use crate::oid::{self, Oid};
use crate::path::{GeneralName, names_match};
use crate::time::Moment;

/// One revoked certificate, inside the octets of its CRL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevokedEntry<'a> {
    /// Serial number: contents octets of the INTEGER.
    pub serial: &'a [u8],
    /// When the CA revoked it; may lie before the certificate's own term.
    pub revoked_at: Moment,
    /// Why; `None` when nothing is said.
    pub reason: Option<ReasonCode>,
    /// Since when the key is known or suspected to be compromised.
    pub invalidity_date: Option<Moment>,
    /// Who issued it: contents of GeneralNames; `None` for the issuer of the list. It holds for the entries after the
    /// one that says so, and is given here for each. Source: RFC 5280 §5.3.3.
    pub certificate_issuer: Option<&'a [u8]>,
}

impl RevokedEntry<'_> {
    /// Whether the certificate is one of `issuer`; `list_issuer` is the issuer of the list.
    pub fn is_issued_by(&self, list_issuer: &Name<'_>, issuer: &Name<'_>) -> bool {
        let Some(names) = self.certificate_issuer else { return same(list_issuer, issuer) };
        let mut names = Reader::new(names, Rules::Der);
        while let Ok(name) = GeneralName::read(&mut names) {
            if matches!(name, GeneralName::Directory(name) if same(&name, issuer)) {
                return true;
            }
        }
        false
    }
}

pub(super) fn same(a: &Name<'_>, b: &Name<'_>) -> bool {
    a.raw() == b.raw() || names_match(a, b)
}

/// What only the first reading wants to know of an entry.
#[derive(Default)]
pub(super) struct EntryNotes {
    pub(super) has_extensions: bool,
    pub(super) names_issuer: bool,
    pub(super) unknown_critical: Option<Oid>,
}

/// Goes over the contents of revokedCertificates.
pub(super) struct Scan<'a> {
    list: Reader<'a>,
    /// Where the contents start in the CRL.
    offset: usize,
    issuer: Option<&'a [u8]>,
}

impl<'a> Scan<'a> {
    pub(super) fn new(entries: &'a [u8], offset: usize) -> Scan<'a> {
        Scan { list: Reader::new(entries, Rules::Der), offset, issuer: None }
    }

    /// Where the next entry starts in the contents.
    pub(super) fn offset_in_contents(&self) -> usize {
        self.list.offset()
    }

    pub(super) fn next_entry(&mut self) -> Result<Option<RevokedEntry<'a>>, DerError> {
        Ok(self.next_with_notes()?.map(|(entry, _)| entry))
    }

    pub(super) fn next_with_notes(&mut self) -> Result<Option<(RevokedEntry<'a>, EntryNotes)>, DerError> {
        if self.list.is_empty() {
            return Ok(None);
        }
        let read = self.list.sequence().and_then(read_entry);
        let (mut entry, notes) = read.map_err(|error| shifted(error, self.offset))?;
        if entry.certificate_issuer.is_some() {
            self.issuer = entry.certificate_issuer;
        }
        entry.certificate_issuer = self.issuer;
        Ok(Some((entry, notes)))
    }
}

fn read_entry(mut fields: Reader<'_>) -> Result<(RevokedEntry<'_>, EntryNotes), DerError> {
    let serial = fields.integer_bytes()?;
    let revoked_at = Moment::from_certificate_time(&fields.read()?)?;
    let mut entry = RevokedEntry { serial, revoked_at, reason: None, invalidity_date: None, certificate_issuer: None };
    let mut notes = EntryNotes::default();
    if !fields.is_empty() {
        let mut extensions = fields.sequence()?;
        fields.finish()?;
        if extensions.is_empty() {
            return Err(extensions.error(DerErrorKind::Value("the list of extensions is empty")));
        }
        notes.has_extensions = true;
        let mut seen = [None; ENTRY_EXTENSIONS_MAX];
        while !extensions.is_empty() {
            let extension = read_extension(&mut extensions)?;
            remember(&mut seen, extension.oid).map_err(|what| extensions.error(what))?;
            read_extension_of_entry(&mut entry, &mut notes, &extension)
                .map_err(|error| shifted(error, extension.value_offset))?;
        }
    }
    Ok((entry, notes))
}

/// Few are expected, hundreds of thousands of times: no allocation.
fn remember(seen: &mut [Option<Oid>; ENTRY_EXTENSIONS_MAX], oid: Oid) -> Result<(), DerErrorKind> {
    for place in seen {
        match place {
            Some(known) if *known == oid => return Err(DerErrorKind::Value("an extension stands twice")),
            Some(_) => {}
            None => {
                *place = Some(oid);
                return Ok(());
            }
        }
    }
    Err(DerErrorKind::Value("there are too many extensions"))
}

fn read_extension_of_entry<'a>(
    entry: &mut RevokedEntry<'a>,
    notes: &mut EntryNotes,
    extension: &RawExtension<'a>,
) -> Result<(), DerError> {
    let mut reader = Reader::new(extension.value, Rules::Der);
    match extension.oid {
        oid::REASON_CODE => entry.reason = Some(ReasonCode::read(&mut reader)?),
        oid::INVALIDITY_DATE => entry.invalidity_date = Some(Moment::from_generalized_seconds(&reader.read()?)?),
        oid::CERTIFICATE_ISSUER => {
            let names = reader.expect(tag::SEQUENCE)?;
            if GeneralName::read_all(&mut reader.nested(&names)?)?.is_empty() {
                return Err(names.error(DerErrorKind::Value("no name")));
            }
            entry.certificate_issuer = Some(names.value);
            notes.names_issuer = true;
        }
        unknown => {
            if extension.critical {
                notes.unknown_critical = Some(unknown);
            }
            return Ok(());
        }
    }
    reader.finish()
}
