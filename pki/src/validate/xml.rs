//! XML signatures through the building blocks. Source: EN 319 102-1 §5.3 to §5.6; XML Signature 1.1 §3.2; nca-rk.md
//! section 4.

use super::proofs::Proofs;
use super::trust::{Subject, Trust, Verdict, conclude, exhausted};
use super::{embedded, material, rules, stamps, time_stamp};
use crate::certificate::Certificate;
use crate::digest::DigestAlgorithm;
use crate::oid;
use crate::path::Budget;
use crate::policy::{EssRule, SignaturePolicy};
use crate::report::{
    Check, CheckOutcome, Coverage, CryptoOutcome, ExistingObject, Indication, SignatureLevel, SignatureMaterial,
    SignatureReport, SubIndication, TimeStampKind, ValidationReport,
};
use crate::revocation::Evidence;
use crate::time::Moment;
use crate::trust::TrustStore;
use crate::xml::c14n::Selection;
use crate::xml::dsig::{
    self, CERTIFICATES_MAX, DsigError, Ids, Qualifying, Reference, ReferenceError, SIGNED_INFO_MAX_BYTES, Work,
    XmlSignature,
};
use crate::xml::{Document, NodeId};

/// What a document is judged with.
pub(super) struct Given<'a> {
    pub anchors: &'a TrustStore,
    pub tsa_anchors: &'a TrustStore,
    pub evidence: &'a Evidence,
    pub policy: &'a SignaturePolicy,
    pub at: Moment,
}

/// As [`super::validate_xml`].
pub(super) fn validate(document: &Document, given: &Given<'_>) -> ValidationReport {
    let (elements, has_more) = dsig::signatures(document);
    let ids = Ids::of(document);
    let signatures: Vec<_> = elements.iter().map(|element| XmlSignature::read(document, &ids, *element)).collect();
    let brought = signatures.iter().flatten().flat_map(|signature| signature.key_info.certificates.iter().cloned());
    let brought = Evidence { certificates: brought.collect(), ..Evidence::default() };
    let mut judge = Judge {
        document,
        ids,
        elements: &elements,
        given,
        evidence: &embedded::joined(given.evidence, &brought),
        budget: Budget::default().with_keys(given.anchors.keys()),
        work: Work::default(),
    };
    let signatures = elements.iter().zip(signatures);
    let reports: Vec<SignatureReport> =
        signatures.map(|(element, signature)| judge.signature(*element, signature)).collect();
    let worst = reports.iter().map(|signature| signature.indication).max().unwrap_or(Indication::TotalFailed);
    let indication = if has_more { worst.max(Indication::Indeterminate) } else { worst };
    ValidationReport { indication, at: given.at, signatures: reports }
}

struct Judge<'a> {
    document: &'a Document,
    ids: Ids<'a>,
    /// Every signature.
    elements: &'a [NodeId],
    given: &'a Given<'a>,
    /// Everything at hand, with what the document brings along.
    evidence: &'a Evidence,
    /// For all signatures together.
    budget: Budget,
    /// For all references together.
    work: Work,
}

impl Judge<'_> {
    fn signature(&mut self, element: NodeId, signature: Result<XmlSignature, DsigError>) -> SignatureReport {
        let mut report = blank(self.given.at);
        report.material = material::of_unread_xml(self.document, element);
        let verdict = self.walk(signature, &mut report);
        conclude(&mut report, verdict, rules::OF_AN_XML_SIGNATURE);
        report
    }

    fn walk(
        &mut self,
        signature: Result<XmlSignature, DsigError>,
        report: &mut SignatureReport,
    ) -> Result<(), Verdict> {
        let signature = read(signature, report)?;
        let claims = self.claims(&signature);
        report.claimed_at = claims.and_then(|claims| claims.signing_time);
        let signed_info = signature.signed_info.octets(self.document);
        let signed_info = signed_info.map_err(|error| unsupported(report, rules::ALGORITHMS_KNOWN, error.to_string()));
        let signed_info =
            signed_info.map_err(|()| (Indication::Indeterminate, SubIndication::CryptoConstraintsFailure))?;
        report.material = material::of_xml(self.document, &signature, claims, &signed_info);
        let certificate = self.identify(&signature, claims, &signed_info, report);
        report.certificate = certificate.clone();
        report.signer = certificate.as_ref().map(Certificate::subject_facts);
        self.content(&signature, report)?;
        let Some(certificate) = certificate else {
            return Err((Indication::Indeterminate, SubIndication::NoSigningCertificateFound));
        };
        self.value(&signature, &certificate, &signed_info, report)?;
        self.reference(claims, &certificate, report)?;
        self.time_stamps(&signature, report);
        report.judged_at = report.proven_at.unwrap_or(self.given.at);

        let mut digests = vec![signature.signed_info.algorithm.digest().oid()];
        digests.extend(signature.signed_info.references.iter().map(|reference| reference.digest.algorithm().oid()));
        digests.sort_unstable();
        digests.dedup();
        let subject = Subject { certificate: &certificate, digests: &digests, lower: None };
        let trust = Trust { anchors: self.given.anchors, evidence: self.evidence, policy: self.given.policy };
        trust.judge(&subject, report, &mut self.budget)
    }

    /// The XAdES properties, when a reference covers those that are to be signed.
    fn claims<'s>(&self, signature: &'s XmlSignature) -> Option<&'s Qualifying> {
        let qualifying = signature.qualifying.as_ref()?;
        let signed = qualifying.signed?;
        let covers = |reference: &Reference| {
            reference.node(self.document, &self.ids, signature.element).is_ok_and(|node| node == signed)
        };
        signature.signed_info.references.iter().any(covers).then_some(qualifying)
    }

    /// The certificate that KeyInfo carries or points at. Of several: the one its signed reference is of, else the one
    /// whose key made the signature.
    fn identify(
        &mut self,
        signature: &XmlSignature,
        claims: Option<&Qualifying>,
        signed_info: &[u8],
        report: &mut SignatureReport,
    ) -> Option<Certificate> {
        let info = &signature.key_info;
        let mut named = info.certificates.clone();
        if named.is_empty() {
            let fits = |one: &&Certificate| info.points_at(one) || reference_fits(claims, one) == Some(true);
            named.extend(self.given.evidence.certificates.iter().filter(fits).take(CERTIFICATES_MAX).cloned());
        }
        let referred = named.iter().find(|one| reference_fits(claims, one) == Some(true));
        let chosen = match (referred, named.as_slice()) {
            (Some(referred), _) => Some(referred),
            (None, [] | [_]) => named.first(),
            (None, several) => {
                let mut by_key = |one: &&Certificate| {
                    self.budget.signature().is_ok()
                        && one.public_key().is_ok_and(|key| signature.value_is_by(key, signed_info))
                };
                several.iter().find(|one| by_key(one)).or(several.first())
            }
        };
        let detail = match (chosen, info.has_bare_key) {
            (Some(_), _) => "",
            (None, true) => "a bare key is nobody's: no certificate is told",
            (None, false) => "the certificate of the signer is not at hand",
        };
        report.checks.push(Check::new(rules::CERTIFICATE_FOUND, chosen.is_some(), detail));
        chosen.cloned()
    }

    /// Whether what the references point at is what was signed, and how much of the document that is.
    fn content(&mut self, signature: &XmlSignature, report: &mut SignatureReport) -> Result<(), Verdict> {
        let later = dsig::later_siblings(self.document, signature.element, self.elements);
        let mut removed: &[NodeId] = &[];
        for reference in &signature.signed_info.references {
            match self.fits(signature, reference, &later) {
                Ok(Fit::Whole) => {}
                Ok(Fit::WithoutLater) => removed = &later,
                Ok(Fit::No) => {
                    report.crypto = CryptoOutcome::HashFailure;
                    report.checks.push(Check::new(rules::CONTENT_FOUND, true, ""));
                    let what = format!("not what was signed: {}", told(self.document, reference));
                    report.checks.push(Check::new(rules::CONTENT_DIGEST, false, what));
                    return Err((Indication::TotalFailed, SubIndication::HashFailure));
                }
                Err(error) => {
                    let what = format!("{}: {error}", told(self.document, reference));
                    report.checks.push(Check::new(rules::CONTENT_FOUND, false, what));
                    return Err((Indication::Indeterminate, SubIndication::SignedDataNotFound));
                }
            }
        }
        report.checks.push(Check::new(rules::CONTENT_FOUND, true, ""));
        report.checks.push(Check::new(rules::CONTENT_DIGEST, true, ""));
        if !removed.is_empty() {
            let detail = format!("judged without the {} signature(s) after it, which cover it", removed.len());
            report.checks.push(Check::new(rules::XML_STACKED, true, detail));
        }
        let covered = dsig::covered(self.document, &self.ids, signature, removed);
        report.covers = if covered.is_all { Coverage::All } else { Coverage::Part };
        report.checks.push(Check::new(rules::XML_COVERAGE, covered.is_all, covered.parts.join("; ")));
        Ok(())
    }

    /// Later signatures cover this one and so change what it covers: when it does not fit as the document is now, it is
    /// tried as the document was before them. Source: nca-rk.md section 4, stacked signatures.
    fn fits(
        &mut self,
        signature: &XmlSignature,
        reference: &Reference,
        later: &[NodeId],
    ) -> Result<Fit, ReferenceError> {
        let (document, element) = (self.document, signature.element);
        if reference.fits(document, &self.ids, element, &[], &mut self.work)? {
            return Ok(Fit::Whole);
        }
        let is_stacked = reference.holds(document, &self.ids, element, later);
        if is_stacked && reference.fits(document, &self.ids, element, later, &mut self.work)? {
            return Ok(Fit::WithoutLater);
        }
        Ok(Fit::No)
    }

    fn value(
        &mut self,
        signature: &XmlSignature,
        certificate: &Certificate,
        signed_info: &[u8],
        report: &mut SignatureReport,
    ) -> Result<(), Verdict> {
        self.budget.signature().map_err(|_| exhausted(report, rules::SIGNATURE_VALUE))?;
        let key = certificate.public_key().map_err(|error| {
            unsupported(report, rules::SIGNATURE_VALUE, error.to_string());
            (Indication::Indeterminate, SubIndication::CryptoConstraintsFailure)
        })?;
        let fits = signature.value_is_by(key, signed_info);
        let detail = if fits { "" } else { "the value is not by the key of the certificate over this SignedInfo" };
        report.checks.push(Check::new(rules::SIGNATURE_VALUE, fits, detail));
        if fits {
            report.crypto = CryptoOutcome::Ok;
            Ok(())
        } else {
            report.crypto = CryptoOutcome::SigCryptoFailure;
            Err((Indication::TotalFailed, SubIndication::SigCryptoFailure))
        }
    }

    /// Source: EN 319 102-1 §5.2.3.4; EN 319 132-1 §5.2.2.
    fn reference(
        &self,
        claims: Option<&Qualifying>,
        certificate: &Certificate,
        report: &mut SignatureReport,
    ) -> Result<(), Verdict> {
        let rule = rules::CERTIFICATE_REFERENCE;
        let none = "the signer made no reference";
        match (reference_fits(claims, certificate), self.given.policy.ess) {
            (Some(true), _) => report.checks.push(Check::new(rule, true, "")),
            (Some(false), _) => {
                report.checks.push(Check::new(rule, false, "the signed reference is of another certificate"));
                return Err((Indication::Indeterminate, SubIndication::NoSigningCertificateFound));
            }
            (None, EssRule::Optional) => report.checks.push(Check::new(rule, CheckOutcome::NotChecked, none)),
            (None, EssRule::Required) => {
                report.checks.push(Check::new(rule, false, none));
                return Err((Indication::Indeterminate, SubIndication::SigConstraintsFailure));
            }
        }
        Ok(())
    }

    /// Time stamps over the canonical form of the value. Source: EN 319 132-1 §5.3.
    fn time_stamps(&mut self, signature: &XmlSignature, report: &mut SignatureReport) {
        let Given { tsa_anchors, policy, at, .. } = *self.given;
        let context = time_stamp::Context { tsa_anchors, evidence: self.evidence, policy, at };
        let mut proofs = Proofs::default();
        for stamp in signature.qualifying.iter().flat_map(|qualifying| &qualifying.stamps) {
            let of_value = Selection::of(signature.value_element);
            let value = stamp.canonicalization.octets(self.document, &of_value, SIGNED_INFO_MAX_BYTES).ok();
            let mut digest = |algorithm: DigestAlgorithm| Some(algorithm.digest(value.as_ref()?));
            let (kind, token) = (TimeStampKind::Signature, [stamp.token.as_slice()]);
            let judged = stamps::plain(kind, &token, &mut digest, &context, &proofs, report, &mut self.budget);
            report.time_stamps.extend(judged);
        }
        report.proven_at = stamps::proven(&report.time_stamps).min();
        if let Some(since) = report.proven_at {
            proofs.learn_octets(ExistingObject::Signature, &signature.value, since);
        }
        report.existence = proofs.list();
    }
}

/// Whether there is a signature that can be checked. Source: EN 319 102-1 §5.2.2.
fn read(signature: Result<XmlSignature, DsigError>, report: &mut SignatureReport) -> Result<XmlSignature, Verdict> {
    let signature = signature.map_err(|error| match error {
        DsigError::Malformed(_) => {
            report.checks.push(Check::new(rules::FORMAT, false, error.to_string()));
            (Indication::TotalFailed, SubIndication::FormatFailure)
        }
        DsigError::UnsupportedAlgorithm { .. } => {
            unsupported(report, rules::ALGORITHMS_KNOWN, error.to_string());
            (Indication::Indeterminate, SubIndication::CryptoConstraintsFailure)
        }
        DsigError::UnsupportedReference { .. } => {
            unsupported(report, rules::XML_REFERENCES, error.to_string());
            (Indication::Indeterminate, SubIndication::SignedDataNotFound)
        }
    })?;
    for rule in [rules::FORMAT, rules::XML_REFERENCES, rules::ALGORITHMS_KNOWN] {
        report.checks.push(Check::new(rule, true, ""));
    }
    let info = &signature.signed_info;
    report.signature_algorithm = info.algorithm.oid().unwrap_or(oid::NO_ALGORITHM);
    if let Some(first) = info.references.first() {
        report.digest_algorithm = first.digest.algorithm().oid();
    }
    Ok(signature)
}

/// How a digest fits.
enum Fit {
    Whole,
    WithoutLater,
    No,
}

fn blank(at: Moment) -> SignatureReport {
    SignatureReport {
        indication: Indication::TotalFailed,
        sub_indication: None,
        crypto: CryptoOutcome::NotChecked,
        level: SignatureLevel::XmlDsig,
        certificate: None,
        signer: None,
        claimed_at: None,
        proven_at: None,
        judged_at: at,
        // Until it is known better.
        covers: Coverage::Part,
        signature_algorithm: oid::NO_ALGORITHM,
        digest_algorithm: oid::NO_ALGORITHM,
        material: SignatureMaterial::default(),
        checks: Vec::new(),
        path: None,
        path_error: None,
        revoked_since: None,
        evidence_used: Vec::new(),
        distrusted: None,
        time_stamps: Vec::new(),
        existence: Vec::new(),
        counter_signatures: Vec::new(),
    }
}

fn unsupported(report: &mut SignatureReport, rule: crate::report::Rule, detail: String) {
    report.crypto = CryptoOutcome::Unsupported;
    report.checks.push(Check::new(rule, false, detail));
}

/// Whether the signed reference is of this certificate; `None` when there is none.
fn reference_fits(claims: Option<&Qualifying>, certificate: &Certificate) -> Option<bool> {
    let named = claims?.certificates.as_ref()?;
    let mut first = named.iter().filter(|reference| reference.is_first).peekable();
    Some(first.peek().is_some() && first.all(|reference| reference.is_of(certificate)))
}

/// A reference in words.
fn told(document: &Document, reference: &Reference) -> String {
    let uri = document.attribute(reference.element, "", "URI").unwrap_or_default();
    let uri: String = uri.chars().take(128).collect();
    format!("reference \"{uri}\"")
}
