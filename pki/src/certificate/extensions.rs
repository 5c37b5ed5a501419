//! The extensions known here, each read strictly.

use std::collections::HashSet;

use super::points::{self, DistributionPoint};
use super::usage::{AuthorityKeyId, BasicConstraints, KeyUsage, PolicyConstraints, count};
use crate::der::shifted;
use crate::der::{DerError, DerErrorKind, Reader, Rules, tag};
use crate::extension::RawExtension;
use crate::oid::{self, Oid};

/// What the extensions say.
#[derive(Default)]
pub(super) struct Known {
    pub(super) unknown_critical: Vec<Oid>,
    pub(super) basic_constraints: Option<BasicConstraints>,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) extended_key_usage: Option<Vec<Oid>>,
    pub(super) policies: Option<Vec<Oid>>,
    pub(super) policy_mappings: Vec<(Oid, Oid)>,
    pub(super) policy_constraints: Option<PolicyConstraints>,
    pub(super) inhibit_any_policy: Option<u32>,
    pub(super) subject_key_id: Option<Vec<u8>>,
    pub(super) authority_key_id: Option<AuthorityKeyId>,
    pub(super) distribution_points: Vec<DistributionPoint>,
    pub(super) crl_uris: Vec<String>,
    pub(super) freshest_crl_uris: Vec<String>,
    pub(super) ocsp_uris: Vec<String>,
    pub(super) ca_issuer_uris: Vec<String>,
}

impl Known {
    /// Reads the extensions. nameConstraints and subjectAltName are left to [`crate::path`], which needs them.
    /// # Errors
    /// When one known here is malformed; offsets are those of the certificate.
    pub(super) fn read(extensions: &[RawExtension<'_>]) -> Result<Known, DerError> {
        let mut known = Known::default();
        for extension in extensions {
            known.read_one(extension).map_err(|error| shifted(error, extension.value_offset))?;
            if extension.critical && !PROCESSED.contains(&extension.oid) {
                known.unknown_critical.push(extension.oid);
            }
        }
        Ok(known)
    }

    fn read_one(&mut self, extension: &RawExtension<'_>) -> Result<(), DerError> {
        let reader = &mut Reader::new(extension.value, Rules::Der);
        match extension.oid {
            oid::BASIC_CONSTRAINTS => self.basic_constraints = Some(BasicConstraints::read(reader)?),
            oid::KEY_USAGE => self.key_usage = Some(KeyUsage::read(reader)?),
            oid::EXTENDED_KEY_USAGE => self.extended_key_usage = Some(identifiers(reader)?),
            oid::CERTIFICATE_POLICIES => self.policies = Some(policies(reader)?),
            oid::POLICY_MAPPINGS => self.policy_mappings = mappings(reader)?,
            oid::POLICY_CONSTRAINTS => self.policy_constraints = Some(PolicyConstraints::read(reader)?),
            oid::INHIBIT_ANY_POLICY => self.inhibit_any_policy = Some(count(reader.small_uint()?)),
            oid::SUBJECT_KEY_ID => self.subject_key_id = Some(reader.expect(tag::OCTET_STRING)?.value.to_vec()),
            oid::AUTHORITY_KEY_ID => self.authority_key_id = Some(AuthorityKeyId::read(reader)?),
            oid::CRL_DISTRIBUTION_POINTS => {
                self.distribution_points = points::read_points(reader)?;
                self.crl_uris = points::uris_of(&self.distribution_points);
            }
            oid::FRESHEST_CRL => self.freshest_crl_uris = points::uris_of(&points::read_points(reader)?),
            oid::AUTHORITY_INFO_ACCESS => (self.ocsp_uris, self.ca_issuer_uris) = points::read_access(reader)?,
            // NULL by RFC 6960 §4.2.2.2.1; the national RSA responder of 2022 leaves the value empty.
            oid::OCSP_NOCHECK if !reader.is_empty() => reader.null()?,
            // Whatever it is, it is kept as octets.
            _ => return Ok(()),
        }
        reader.finish()
    }
}

/// What may be critical: extensions that somebody here acts upon and that the standard allows to be critical. A key
/// identifier or address that is critical (RFC 5280 §4.2.1.1, §4.2.1.2, §4.2.2.1 forbid it) is refused like an unknown one.
const PROCESSED: [Oid; 11] = [
    oid::BASIC_CONSTRAINTS,
    oid::KEY_USAGE,
    oid::EXTENDED_KEY_USAGE,
    oid::CERTIFICATE_POLICIES,
    oid::POLICY_MAPPINGS,
    oid::POLICY_CONSTRAINTS,
    oid::INHIBIT_ANY_POLICY,
    oid::NAME_CONSTRAINTS,
    oid::SUBJECT_ALT_NAME,
    oid::CRL_DISTRIBUTION_POINTS,
    oid::OCSP_NOCHECK,
];

fn identifiers(reader: &mut Reader<'_>) -> Result<Vec<Oid>, DerError> {
    let mut list = reader.sequence()?;
    if list.is_empty() {
        return Err(list.error(DerErrorKind::Value("an empty list of key usages")));
    }
    let mut identifiers = Vec::new();
    while !list.is_empty() {
        identifiers.push(list.oid()?);
    }
    Ok(identifiers)
}

/// Source: RFC 5280 §4.2.1.4: no policy stands twice. Qualifiers are not read.
fn policies(reader: &mut Reader<'_>) -> Result<Vec<Oid>, DerError> {
    let mut list = reader.sequence()?;
    if list.is_empty() {
        return Err(list.error(DerErrorKind::Value("an empty list of policies")));
    }
    let mut policies = Vec::new();
    let mut seen = HashSet::new();
    while !list.is_empty() {
        let mut information = list.sequence()?;
        let policy = information.oid()?;
        if !information.is_empty() {
            information.expect(tag::SEQUENCE)?;
        }
        information.finish()?;
        if !seen.insert(policy) {
            return Err(information.error(DerErrorKind::Value("a policy stands twice")));
        }
        policies.push(policy);
    }
    Ok(policies)
}

/// Source: RFC 5280 §4.2.1.5.
fn mappings(reader: &mut Reader<'_>) -> Result<Vec<(Oid, Oid)>, DerError> {
    let mut list = reader.sequence()?;
    if list.is_empty() {
        return Err(list.error(DerErrorKind::Value("an empty list of policy mappings")));
    }
    let mut mappings = Vec::new();
    while !list.is_empty() {
        let mut pair = list.sequence()?;
        mappings.push((pair.oid()?, pair.oid()?));
        pair.finish()?;
    }
    Ok(mappings)
}
