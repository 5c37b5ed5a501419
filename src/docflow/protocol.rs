//! The verification protocol of a document: the four conditions of A5.2.3, each with its evidence (SIG-14).

use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::time::Moment;

/// One of the four conditions that must hold together for legal effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// A5.2.3.1: the signature is authentic.
    Authentic,
    /// A5.2.3.2: the certificate was valid at signing and at receipt.
    CertificateValid,
    /// A5.2.3.3: the operator has recorded the document.
    Recorded,
    /// A5.2.3.4: the signature was used within the agreement.
    WithinAgreement,
}

impl Condition {
    /// The stable word; the text in three languages is `condition-<code>`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Authentic => "authentic",
            Self::CertificateValid => "certificate-valid",
            Self::Recorded => "recorded",
            Self::WithinAgreement => "within-agreement",
        }
    }

    /// The clause of the agreement.
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Authentic => "A5.2.3.1",
            Self::CertificateValid => "A5.2.3.2",
            Self::Recorded => "A5.2.3.3",
            Self::WithinAgreement => "A5.2.3.4",
        }
    }
}

/// Whether a condition holds, and by what that is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// The condition's word.
    pub condition: &'static str,
    /// The clause of the agreement.
    pub clause: &'static str,
    /// Whether it holds.
    pub holds: bool,
    /// The evidence.
    pub evidence: Value,
}

/// What the protocol is made of; gathered by the operation.
#[derive(Debug, Clone)]
pub struct ProtocolFacts {
    /// Indication of the signature's report.
    pub indication: String,
    /// Its sub-indication.
    pub sub_indication: Option<String>,
    /// The instant from which the signature is proven.
    pub proven_at: Option<Moment>,
    /// The instant at which the certificate was judged for receipt.
    pub checked_at: Moment,
    /// What proved the certificate's status: one object a source.
    pub evidence: Vec<Value>,
    /// Entry number and instant of the record.
    pub recorded: Option<(u64, Moment)>,
    /// The acceptance that binds the sender.
    pub sender_acceptance: Option<String>,
    /// The acceptance that binds the recipient.
    pub recipient_acceptance: Option<String>,
    /// Compromise cases that contest the signature.
    pub contested_by: Vec<String>,
}

/// The four findings, in the agreement's order.
///
/// Source: A5.2.3.1 to A5.2.3.4.
#[must_use]
pub fn findings(facts: &ProtocolFacts) -> Vec<Finding> {
    let passed = facts.indication == "TOTAL-PASSED";
    let finding = |condition: Condition, holds: bool, evidence: Value| Finding {
        condition: condition.code(),
        clause: condition.clause(),
        holds,
        evidence,
    };
    vec![
        finding(
            Condition::Authentic,
            passed,
            json!({"indication": facts.indication, "sub_indication": facts.sub_indication}),
        ),
        finding(
            Condition::CertificateValid,
            passed && facts.proven_at.is_some(),
            json!({
                "at_signing": facts.proven_at.map(|at| at.to_string()),
                "at_receipt": facts.checked_at.to_string(),
                "sources": facts.evidence,
                "contested_by": facts.contested_by,
            }),
        ),
        finding(
            Condition::Recorded,
            facts.recorded.is_some(),
            facts.recorded.map_or(Value::Null, |(seq, at)| json!({"entry": seq, "received_at": at.to_string()})),
        ),
        finding(
            Condition::WithinAgreement,
            facts.sender_acceptance.is_some() && facts.recipient_acceptance.is_some(),
            json!({"sender": facts.sender_acceptance, "recipient": facts.recipient_acceptance}),
        ),
    ]
}
