//! Where each entry of a CRL is: eight octets an entry, so that a look-up among hundreds of thousands reads one of them
//! and not all, while the entries stay in the octets of the list.

use super::RevokedEntry;
use super::entry::{EntryNotes, Scan, same};
use crate::der::{DerError, DerErrorKind, shifted};
use crate::name::Name;

/// The index of the entries of one list. It is made while the list is read, and says nothing that the octets do not say:
/// what it finds is read from them and compared.
#[derive(Default)]
pub(super) struct Index {
    /// A digest of the serial number in the upper half, the offset of the entry among the contents octets of
    /// revokedCertificates in the lower one; sorted.
    places: Box<[u64]>,
    /// The offsets of the entries that say whose certificates follow, in order; empty in a list that is not indirect.
    names_issuer: Box<[u32]>,
}

/// What a look-up needs of the list.
pub(super) struct Wanted<'a, 'n> {
    /// The contents octets of revokedCertificates.
    pub(super) entries: &'a [u8],
    /// Where they start in the list.
    pub(super) offset: usize,
    /// The issuer of the list.
    pub(super) list_issuer: Name<'a>,
    /// Whose certificate is looked for.
    pub(super) issuer: &'n Name<'n>,
    /// Its serial number: contents octets of the INTEGER.
    pub(super) serial: &'n [u8],
}

/// An index while the list is read.
#[derive(Default)]
pub(super) struct Indexing {
    places: Vec<u64>,
    names_issuer: Vec<u32>,
}

impl Indexing {
    /// Takes in the entry at `offset` among the contents octets.
    pub(super) fn add(&mut self, offset: usize, entry: &RevokedEntry<'_>, notes: &EntryNotes) {
        // The largest CRL read is far smaller than 4 GiB.
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        self.places.push(u64::from(digest(entry.serial)) << 32 | u64::from(offset));
        if notes.names_issuer {
            self.names_issuer.push(offset);
        }
    }

    /// The index of what was taken in.
    pub(super) fn finish(mut self) -> Index {
        self.places.sort_unstable();
        Index { places: self.places.into_boxed_slice(), names_issuer: self.names_issuer.into_boxed_slice() }
    }
}

impl Index {
    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The one entry of the certificate.
    pub(super) fn find<'a>(&self, wanted: &Wanted<'a, '_>) -> Result<Option<RevokedEntry<'a>>, DerError> {
        let of_list_issuer = same(&wanted.list_issuer, wanted.issuer);
        if self.names_issuer.is_empty() && !of_list_issuer {
            return Ok(None);
        }
        let mut found: Option<RevokedEntry<'a>> = None;
        // Reading and comparing names costs: once for each change of the issuer, not for each entry.
        let mut judged: Option<Judged<'a>> = None;
        for offset in self.places_of(wanted.serial) {
            let Some((mut entry, _)) = wanted.entry_at(offset)? else { continue };
            if entry.serial != wanted.serial {
                continue;
            }
            let is_issued = match self.named_at(offset) {
                None => of_list_issuer,
                Some(at) => {
                    let known = judged.filter(|known| known.at == at);
                    let known = known.map_or_else(|| Judged::read(wanted, at), Ok)?;
                    judged = Some(known);
                    entry.certificate_issuer = known.names;
                    known.is_issuer
                }
            };
            if is_issued && found.replace(entry).is_some() {
                let offset = usize::try_from(offset).unwrap_or(usize::MAX);
                let what = DerErrorKind::Value("the certificate is listed twice");
                return Err(shifted(DerError { offset, what }, wanted.offset));
            }
        }
        Ok(found)
    }

    /// The offsets of the entries whose serial number has the digest of `serial`, in order.
    fn places_of(&self, serial: &[u8]) -> impl Iterator<Item = u32> {
        let digest = u64::from(digest(serial));
        let first = self.places.partition_point(|place| place >> 32 < digest);
        let of_digest = self.places.get(first..).unwrap_or_default().iter();
        of_digest
            .take_while(move |place| **place >> 32 == digest)
            .map(|place| u32::try_from(place & u64::from(u32::MAX)).unwrap_or(u32::MAX))
    }

    /// The entry that says whose certificate that at `offset` is; nothing when it is one of the issuer of the list.
    fn named_at(&self, offset: u32) -> Option<u32> {
        let before = self.names_issuer.partition_point(|at| *at <= offset);
        self.names_issuer.get(before.checked_sub(1)?).copied()
    }
}

impl<'a> Wanted<'a, '_> {
    fn entry_at(&self, offset: u32) -> Result<Option<(RevokedEntry<'a>, EntryNotes)>, DerError> {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let from = self.entries.get(offset..).unwrap_or_default();
        Scan::new(from, self.offset.saturating_add(offset)).next_with_notes()
    }
}

/// The names in the entry at `at`, and whether they are those of the issuer that is looked for.
#[derive(Clone, Copy)]
struct Judged<'a> {
    at: u32,
    names: Option<&'a [u8]>,
    is_issuer: bool,
}

impl<'a> Judged<'a> {
    fn read(wanted: &Wanted<'a, '_>, at: u32) -> Result<Judged<'a>, DerError> {
        let entry = wanted.entry_at(at)?.map(|(entry, _)| entry);
        let is_issuer = entry.is_some_and(|entry| entry.is_issued_by(&wanted.list_issuer, wanted.issuer));
        Ok(Judged { at, names: entry.and_then(|entry| entry.certificate_issuer), is_issuer })
    }
}

/// FNV-1a, folded. Nothing rests on it: two serial numbers with one digest are told apart by their octets, and whoever
/// makes up a list full of them makes a look-up as slow as reading the list.
fn digest(serial: &[u8]) -> u32 {
    let start = 0xcbf2_9ce4_8422_2325_u64;
    let whole = serial.iter().fold(start, |hash, octet| (hash ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3));
    u32::try_from((whole >> 32) ^ (whole & u64::from(u32::MAX))).unwrap_or(u32::MAX)
}
