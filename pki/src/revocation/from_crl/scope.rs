//! For which certificates, and for which reasons of revocation, a CRL speaks. Source: RFC 5280 §6.3.3 (b), (d).

use crate::certificate::{Certificate, DistributionPoint, DistributionPointName};
use crate::crl::{CertificateList, IssuingDistributionPoint};
use crate::der::writer::Writer;
use crate::der::{Reader, Rules, tag};
use crate::name::Name;
use crate::path::{GeneralName, names_match};
use crate::revocation::ALL_REASONS;

/// Whether the list is one of the certificate's issuer, or of somebody whom the certificate names for its CRLs.
pub(super) fn may_concern(certificate: &Certificate, list: &CertificateList) -> bool {
    names_match(&list.issuer(), &certificate.issuer())
        || certificate.distribution_points().iter().any(|point| names_issuer(point, list))
}

/// The reasons for which `list` speaks of `certificate`; `None` when for none. A list is that of a distribution point of
/// the certificate, or, when the issuer of the certificate made it, of the point that stands for all of them.
pub(crate) fn reasons_covered(certificate: &Certificate, list: &CertificateList) -> Option<u16> {
    let scope = list.issuing_distribution_point();
    if scope.is_some_and(|scope| is_for_others(certificate, scope)) {
        return None;
    }
    let direct = names_match(&list.issuer(), &certificate.issuer());
    let of_points = certificate.distribution_points().iter().filter(|point| is_list_of(point, list, direct));
    let of_points = of_points.fold(0, |covered, point| covered | point.reasons.unwrap_or(ALL_REASONS));
    let of_issuer = if direct && is_of_the_point_of_all(certificate, scope, list) { ALL_REASONS } else { 0 };
    let listed = scope.and_then(|scope| scope.only_some_reasons).unwrap_or(ALL_REASONS);
    let covered = (of_points | of_issuer) & listed & ALL_REASONS;
    (covered != 0).then_some(covered)
}

/// (b)(2)(ii) to (iv).
fn is_for_others(certificate: &Certificate, scope: &IssuingDistributionPoint) -> bool {
    let other_kind = if certificate.is_ca() { scope.only_user_certificates } else { scope.only_ca_certificates };
    scope.only_attribute_certificates || other_kind
}

/// (b)(1) and (b)(2)(i) for one point of the certificate. A point that names an issuer of its own speaks of that one's
/// lists alone, and they must be indirect.
fn is_list_of(point: &DistributionPoint, list: &CertificateList, direct: bool) -> bool {
    let issuer_fits =
        if point.crl_issuer.is_empty() { direct } else { list.is_indirect() && names_issuer(point, list) };
    let Some(scope_name) = list.issuing_distribution_point().and_then(|scope| scope.name.as_ref()) else {
        return issuer_fits;
    };
    issuer_fits
        && match &point.name {
            Some(own) => overlap(&full(own, list), &full(scope_name, list)),
            None => overlap(&point.crl_issuer, &full(scope_name, list)),
        }
}

/// The point of a certificate that names none: all reasons, under the name of its issuer. Source: §6.3.3, last paragraph.
fn is_of_the_point_of_all(
    certificate: &Certificate,
    scope: Option<&IssuingDistributionPoint>,
    list: &CertificateList,
) -> bool {
    scope.and_then(|scope| scope.name.as_ref()).is_none_or(|name| {
        full(name, list)
            .iter()
            .any(|name| directory(name).is_some_and(|name| names_match(&name, &certificate.issuer())))
    })
}

fn names_issuer(point: &DistributionPoint, list: &CertificateList) -> bool {
    point.crl_issuer.iter().any(|name| directory(name).is_some_and(|name| names_match(&name, &list.issuer())))
}

/// Every GeneralName of the name; a relative one is put under the issuer of the list, which is the one it is relative to.
fn full(name: &DistributionPointName, list: &CertificateList) -> Vec<Vec<u8>> {
    let relative = match name {
        DistributionPointName::Full(names) => return names.clone(),
        DistributionPointName::RelativeToIssuer(relative) => relative,
    };
    let issuer = list.issuer();
    let above = Reader::new(issuer.raw(), Rules::Der).expect(tag::SEQUENCE).map(|name| name.value).unwrap_or_default();
    vec![Writer::build(|w| {
        w.context(4, |w| {
            w.sequence(|w| {
                w.raw(above);
                w.element(tag::SET, relative);
            });
        });
    })]
}

fn overlap(a: &[Vec<u8>], b: &[Vec<u8>]) -> bool {
    a.iter().any(|a| b.iter().any(|b| a == b || same_directory(a, b)))
}

fn same_directory(a: &[u8], b: &[u8]) -> bool {
    matches!((directory(a), directory(b)), (Some(a), Some(b)) if names_match(&a, &b))
}

/// The directoryName in a GeneralName.
fn directory(name: &[u8]) -> Option<Name<'_>> {
    match GeneralName::read(&mut Reader::new(name, Rules::Der)) {
        Ok(GeneralName::Directory(name)) => Some(name),
        Ok(
            GeneralName::Email(_)
            | GeneralName::Dns(_)
            | GeneralName::Uri(_)
            | GeneralName::Ip(_)
            | GeneralName::Other(..),
        )
        | Err(_) => None,
    }
}
