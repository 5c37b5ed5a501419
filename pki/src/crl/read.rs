//! Reading a CRL, field by field. Source: RFC 5280 §5.1.

use std::ops::Range;
use std::sync::OnceLock;

use super::entry::Scan;
use super::index::{Index, Indexing};
use super::{CRL_MAX_BYTES, CrlNumber, Fields, Inner, IssuingDistributionPoint, Known, Parts, too_large};
use crate::algorithm::{AlgorithmIdentifier, SignatureAlgorithm};
use crate::certificate::AuthorityKeyId;
use crate::der::{DerError, DerErrorKind, Reader, Rules, tag};
use crate::der::{shifted, signature_octets, span, value_span};
use crate::extension::{EXTENSIONS_MAX, Extension, RawExtension, read_extensions};
use crate::name::read_element;
use crate::oid::{self, Oid};
use crate::time::Moment;

/// The CRL of `der`; the rules are told by [`super::CertificateList::from_der`].
pub(super) fn read(der: Box<[u8]>) -> Result<Inner, DerError> {
    let parts = read_parts(&der)?;
    Ok(Inner { der, sha256: OnceLock::new(), parts })
}

fn read_parts(der: &[u8]) -> Result<Parts, DerError> {
    if der.len() > CRL_MAX_BYTES {
        return Err(too_large());
    }
    let mut outer = Reader::new(der, Rules::Der);
    let mut list = outer.sequence()?;
    outer.finish()?;
    let tbs = list.expect(tag::SEQUENCE)?;
    let algorithm = AlgorithmIdentifier::read(&mut list)?;
    let signature = signature_octets(&mut list)?;
    list.finish()?;

    let mut body = list.nested(&tbs)?;
    let version = read_version(&mut body)?;
    let inner_algorithm = AlgorithmIdentifier::read(&mut body)?;
    if !same_algorithm(&inner_algorithm, &algorithm) {
        return Err(tbs.error(DerErrorKind::Value("the two signature algorithms differ")));
    }
    let issuer = read_element(&mut body)?;
    let this_update = Moment::from_certificate_time(&body.read()?)?;
    let next_update = match body.peek_tag() {
        Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => Some(Moment::from_certificate_time(&body.read()?)?),
        Some(_) | None => None,
    };
    let entries = body.optional(tag::SEQUENCE)?.map_or(0..0, |element| value_span(&element));
    let (extensions, mut known) = read_list_extensions(&mut body, version)?;
    body.finish()?;
    let index = read_entries(der, &entries, version, &mut known.unknown_critical)?;

    let fields = Fields { tbs: span(&tbs), issuer: span(&issuer), entries, signature };
    Ok(Parts {
        version,
        fields,
        this_update,
        next_update,
        signature_oid: algorithm.oid,
        signature_algorithm: SignatureAlgorithm::from_identifier(&algorithm),
        extensions,
        known,
        index,
    })
}

/// 1 when the field is absent, which it must be then. Source: RFC 5280 §5.1.2.1.
fn read_version(body: &mut Reader<'_>) -> Result<u8, DerError> {
    let unknown = body.error(DerErrorKind::Value("the version is not known"));
    if body.peek_tag() != Some(tag::INTEGER) {
        return Ok(1);
    }
    if body.small_uint()? == 1 { Ok(2) } else { Err(unknown) }
}

/// Source: RFC 5280 §5.1.1.2. NULL and no parameters are the same: the national GOST CA writes one inside, the other
/// outside; nothing follows from them.
fn same_algorithm(a: &AlgorithmIdentifier<'_>, b: &AlgorithmIdentifier<'_>) -> bool {
    a.raw == b.raw || (a.oid == b.oid && a.has_no_parameters() && b.has_no_parameters())
}

/// Reads every entry once, so that none is malformed when it is asked for, and says where each is.
fn read_entries(
    der: &[u8],
    entries: &Range<usize>,
    version: u8,
    unknown_critical: &mut Vec<Oid>,
) -> Result<Index, DerError> {
    let mut scan = Scan::new(der.get(entries.clone()).unwrap_or_default(), entries.start);
    let mut indexing = Indexing::default();
    loop {
        let offset = scan.offset_in_contents();
        let Some((entry, notes)) = scan.next_with_notes()? else { break };
        indexing.add(offset, &entry, &notes);
        if notes.has_extensions && version < 2 {
            let what = DerErrorKind::Value("extensions in a CRL before version 2");
            return Err(DerError { offset: entries.start, what });
        }
        if let Some(unknown) = notes.unknown_critical
            && unknown_critical.len() < EXTENSIONS_MAX
            && !unknown_critical.contains(&unknown)
        {
            unknown_critical.push(unknown);
        }
    }
    Ok(indexing.finish())
}

fn read_list_extensions(body: &mut Reader<'_>, version: u8) -> Result<(Vec<Extension>, Known), DerError> {
    let Some(mut wrapped) = body.optional_context(0)? else {
        return Ok((Vec::new(), Known::default()));
    };
    if version < 2 {
        return Err(wrapped.error(DerErrorKind::Value("extensions in a CRL before version 2")));
    }
    let extensions = read_extensions(&mut wrapped)?;
    wrapped.finish()?;
    let mut known = Known::default();
    for extension in &extensions {
        let is_known = known.read_one(extension).map_err(|error| shifted(error, extension.value_offset))?;
        if extension.critical && !is_known {
            known.unknown_critical.push(extension.oid);
        }
    }
    Ok((extensions.into_iter().map(RawExtension::to_owned).collect(), known))
}

impl Known {
    /// Whether the extension is one that is processed. What it says holds whether it is critical or not: a list that
    /// forgot to call its delta indicator critical is a delta all the same.
    fn read_one(&mut self, extension: &RawExtension<'_>) -> Result<bool, DerError> {
        let reader = &mut Reader::new(extension.value, Rules::Der);
        match extension.oid {
            oid::AUTHORITY_KEY_ID => self.authority_key_id = Some(AuthorityKeyId::read(reader)?),
            oid::CRL_NUMBER => self.number = Some(CrlNumber::read(reader)?),
            oid::DELTA_CRL_INDICATOR => self.base_number = Some(CrlNumber::read(reader)?),
            oid::ISSUING_DISTRIBUTION_POINT => self.scope = Some(IssuingDistributionPoint::read(reader)?),
            oid::EXPIRED_CERTS_ON_CRL => {
                self.expired_certs_since = Some(Moment::from_generalized_seconds(&reader.read()?)?);
            }
            _ => return Ok(false),
        }
        reader.finish()?;
        Ok(true)
    }
}
