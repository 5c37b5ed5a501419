//! Extensions, as certificates, CRLs, OCSP and time stamps share them. Source: RFC 5280 §4.2.

use crate::der::{DerError, DerErrorKind, Reader, tag};
use crate::oid::Oid;

/// Most extensions of one object.
pub const EXTENSIONS_MAX: usize = 64;

/// One extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// What it is.
    pub oid: Oid,
    /// Who doesn't know it must refuse the object.
    pub critical: bool,
    /// The octets inside extnValue.
    pub value: Vec<u8>,
}

/// One extension inside the octets it was read from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawExtension<'a> {
    pub(crate) oid: Oid,
    pub(crate) critical: bool,
    pub(crate) value: &'a [u8],
    /// Where `value` starts in the outermost object.
    pub(crate) value_offset: usize,
}

impl RawExtension<'_> {
    pub(crate) fn to_owned(self) -> Extension {
        Extension { oid: self.oid, critical: self.critical, value: self.value.to_vec() }
    }
}

/// Reads SEQUENCE OF Extension; `reader` is before the SEQUENCE.
/// # Errors
/// When it is empty, an extension stands twice (RFC 5280 §4.2), or there are more than [`EXTENSIONS_MAX`].
pub(crate) fn read_extensions<'a>(reader: &mut Reader<'a>) -> Result<Vec<RawExtension<'a>>, DerError> {
    read_list(reader.sequence()?)
}

/// `[n] EXPLICIT Extensions`, when it comes next; empty when it does not.
/// # Errors
/// As [`read_extensions`].
pub(crate) fn read_explicit<'a>(fields: &mut Reader<'a>, n: u8) -> Result<Vec<RawExtension<'a>>, DerError> {
    let Some(mut wrapped) = fields.optional_context(n)? else { return Ok(Vec::new()) };
    let extensions = read_extensions(&mut wrapped)?;
    wrapped.finish()?;
    Ok(extensions)
}

/// `[n] IMPLICIT Extensions`, when it comes next; empty when it does not.
/// # Errors
/// As [`read_extensions`].
pub(crate) fn read_implicit<'a>(fields: &mut Reader<'a>, n: u8) -> Result<Vec<RawExtension<'a>>, DerError> {
    fields.optional_context(n)?.map_or_else(|| Ok(Vec::new()), read_list)
}

fn read_list(mut list: Reader<'_>) -> Result<Vec<RawExtension<'_>>, DerError> {
    if list.is_empty() {
        return Err(list.error(DerErrorKind::Value("the list of extensions is empty")));
    }
    let mut extensions: Vec<RawExtension<'_>> = Vec::new();
    while !list.is_empty() {
        if extensions.len() >= EXTENSIONS_MAX {
            return Err(list.error(DerErrorKind::Value("there are too many extensions")));
        }
        let extension = read_extension(&mut list)?;
        if extensions.iter().any(|known| known.oid == extension.oid) {
            return Err(list.error(DerErrorKind::Value("an extension stands twice")));
        }
        extensions.push(extension);
    }
    Ok(extensions)
}

/// Reads one Extension.
pub(crate) fn read_extension<'a>(list: &mut Reader<'a>) -> Result<RawExtension<'a>, DerError> {
    let mut fields = list.sequence()?;
    let oid = fields.oid()?;
    let critical = fields.boolean_or_false()?;
    let value = fields.expect(tag::OCTET_STRING)?;
    fields.finish()?;
    Ok(RawExtension { oid, critical, value: value.value, value_offset: value.value_offset() })
}
