//! The verification protocol that an extract carries: the operator's statement, for people. It may not contradict what
//! is found here (docs/extract-format.md, section 9).

use qolhat_pki::report::Indication;

use super::finding::FaultCode;
use super::report::{ExtractReport, JudgedSignature, SignatureUse};
use crate::docflow::protocol::Condition;
use crate::extract::records::DocumentRecord;

/// The four conditions, in the agreement's order.
const CONDITIONS: [Condition; 4] =
    [Condition::Authentic, Condition::CertificateValid, Condition::Recorded, Condition::WithinAgreement];

/// Judges the protocol of a document whose signatures are judged.
pub(super) fn check(part: &str, document: &DocumentRecord, report: &mut ExtractReport) {
    let own = |judged: &&JudgedSignature| {
        judged.document.as_ref() == Some(&document.id) && judged.used_as == SignatureUse::Party && judged.weighs
    };
    let sender = document.signatures.iter().find(|signature| signature.side == "sender").map(|found| &found.path);
    let sender = report.signatures.iter().filter(own).find(|judged| Some(&judged.part) == sender);
    let verdict = sender.map(|judged| judged.report.indication);
    let good = match verdict {
        Some(Indication::TotalPassed) => Some(true),
        Some(Indication::TotalFailed) => Some(false),
        // Not found out here, so it contradicts nothing.
        Some(Indication::Indeterminate) | None => None,
    };
    let mut known = CONDITIONS.iter();
    let mut wrong = Vec::new();
    for told in &document.conditions {
        let Some(condition) = known.find(|condition| condition.code() == told.condition) else {
            wrong.push(format!("{} is no condition, or not in its place", told.condition));
            break;
        };
        let found = match condition {
            Condition::Authentic | Condition::CertificateValid => good,
            Condition::Recorded => Some(document.recorded_entry.is_some()),
            Condition::WithinAgreement => None,
        };
        if told.clause != condition.clause() || found.is_some_and(|found| found != told.holds) {
            wrong.push(format!("the protocol tells {} otherwise than it is found", told.condition));
        }
    }
    for detail in wrong {
        report.fail(part, FaultCode::DocumentDiffers, detail);
    }
}
