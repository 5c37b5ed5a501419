//! A report as the XML file of ETSI TS 119 102-2, which other programs read.
//!
//! The schema is that of version 1.3.1, whose namespace still has the number 1.2.1. Every object is named by its digest,
//! none is inside: the file can be given away without the document. A name in the file is made of a digest, so the same report gives the
//! same octets. Checks are the constraints `urn:qolhat:check:<name>`, see [`crate::validate::RULES`].

mod objects;
mod signature;
mod status;
mod words;

use super::ValidationReport;
use super::xml_writer::XmlWriter;
use crate::report::{ExistingObject, Indication, SubIndication};
use objects::{Existences, Listed, NamedSignature, listed, named};

const NAMESPACES: &[(&str, &str)] =
    &[("xmlns", "http://uri.etsi.org/19102/v1.2.1#"), ("xmlns:ds", "http://www.w3.org/2000/09/xmldsig#")];

/// The report as an XML document in UTF-8, indented, with a final line feed. The same report gives the same octets.
///
/// A moment that nothing proves stands as provided by the caller: it is the one that was asked about.
pub fn to_xml(report: &ValidationReport) -> String {
    let signatures = named(report);
    let existences = Existences::of(&signatures, report.at);
    let list = listed(&signatures, &existences);
    XmlWriter::document("ValidationReport", NAMESPACES, |w| {
        for one in &signatures {
            signature::write(w, one, report.at);
        }
        if signatures.is_empty() {
            nothing_signed(w);
        }
        if !list.is_empty() || signatures.iter().any(|signature| !signature.stamps.is_empty()) {
            w.element("SignatureValidationObjects", |w| {
                for (id, object) in &list {
                    write_listed(w, id, object);
                }
                for one in &signatures {
                    write_stamps(w, one, &existences);
                }
            });
        }
    })
}

/// The schema wants a report on at least one signature; a message without any is not in the form of a signature.
fn nothing_signed(w: &mut XmlWriter) {
    w.element("SignatureValidationReport", |w| {
        w.element("SignatureValidationStatus", |w| {
            w.text("MainIndication", words::main_indication(Indication::TotalFailed));
            w.text("SubIndication", &words::sub_indication(SubIndication::FormatFailure));
        });
    });
}

fn write_listed(w: &mut XmlWriter, id: &str, object: &Listed) {
    w.element_with("ValidationObject", &[("id", id)], |w| {
        w.text("ObjectType", object.object_type);
        w.element("ValidationObjectRepresentation", |w| signature::digest(w, &object.digest));
        signature::proof_of_existence(w, "POE", &object.proof);
    });
}

fn write_stamps(w: &mut XmlWriter, signature: &NamedSignature<'_>, existences: &Existences) {
    for stamp in &signature.stamps {
        w.element_with("ValidationObject", &[("id", &stamp.id)], |w| {
            w.text("ObjectType", "urn:etsi:019102:validationObject:timestamp");
            w.element("ValidationObjectRepresentation", |w| signature::digest_sha256(w, &stamp.report.sha256));
            let proof = existences.proof(ExistingObject::TimeStamp, stamp.report.sha256);
            signature::proof_of_existence(w, "POE", &proof);
            signature::write_stamp(w, stamp);
        });
    }
}
