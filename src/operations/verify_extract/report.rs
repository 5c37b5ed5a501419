//! What a verification found: facts for a program ([`ExtractReport::to_json`]), an exit code, and lines for people
//! ([`ExtractReport::lines`]).

use std::collections::BTreeMap;

use qolhat_pki::path::VerifiedPath;
use qolhat_pki::report::{EvidenceUsed, Indication, SignatureReport, TimeStampReport};
use serde_json::{Value, json};

use super::finding::{ExtractSubIndication, Failure, FaultCode};
use crate::domain::time::Moment;
use crate::extract::records::{DocumentRecord, ExtractRecord, StatementRecord};
use crate::signature::report_json;

/// The most failures that are told one by one; the verdict counts them all.
pub const FAILURES_MAX: usize = 1_000;

/// Why octets are not judged at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// Not the beginning of a zip.
    NotAContainer,
    /// Larger than [`crate::extract::package::EXTRACT_MAX_BYTES`].
    TooLarge,
    /// A version of the format that this program does not know.
    UnknownVersion,
}

impl Unreadable {
    /// The code of the error.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAContainer => "unsupported-format",
            Self::TooLarge => "upload-too-large",
            Self::UnknownVersion => "unsupported-version",
        }
    }
}

/// What part a signature has in an extract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureUse {
    /// The operator's seal on the extract.
    Seal,
    /// The officer's signature on it.
    Officer,
    /// A party's signature on a document.
    Party,
    /// The operator's seal on a receipt.
    Receipt,
}

impl SignatureUse {
    /// A stable word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Officer => "officer",
            Self::Party => "party",
            Self::Receipt => "receipt",
        }
    }
}

/// By what it is shown that a certificate was good when its signature was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptEvidence {
    /// An answer or list issued when the signature was there already: a revocation of before would stand in it.
    IssuedAfterSigning,
    /// A list of before, which counted until its next issue: a revocation between the two would not stand in it.
    ListOfBefore,
}

impl ReceiptEvidence {
    /// A stable word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::IssuedAfterSigning => "issued-after-signing",
            Self::ListOfBefore => "list-of-before",
        }
    }
}

/// A signature and what was found about it.
#[derive(Debug, Clone)]
pub struct JudgedSignature {
    /// The file.
    pub part: String,
    /// Its part in the extract.
    pub used_as: SignatureUse,
    /// The document signed; `None` for the two on the extract.
    pub document: Option<String>,
    /// Whether the verdict on the extract rests on it. One that no journal entry records is only told.
    pub weighs: bool,
    /// By what a party's certificate is shown to have been good at receipt, when the signature weighs.
    pub at_receipt: Option<ReceiptEvidence>,
    /// The facts.
    pub report: SignatureReport,
}

/// An entry of the journal with what was revealed of it.
#[derive(Debug, Clone)]
pub struct JudgedEntry {
    /// Its number.
    pub seq: u64,
    /// Its event.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// The operator's clock.
    pub at: Moment,
    /// Leaf hash.
    pub leaf: [u8; 32],
    /// Who acted, when revealed.
    pub actor: Option<Value>,
    /// The fields revealed, by name.
    pub fields: BTreeMap<String, Value>,
    /// To how many fields it commits, revealed or not.
    pub committed: usize,
    /// Whether the inclusion proof leads to the checkpoint.
    pub included: bool,
    /// Hashes in the proof.
    pub proof_hashes: usize,
}

/// The checkpoint.
#[derive(Debug, Clone)]
pub struct JudgedCheckpoint {
    /// The log.
    pub origin: String,
    /// Entries in the log.
    pub size: u64,
    /// Root over them.
    pub root: [u8; 32],
    /// The time stamp over it.
    pub time_stamp: Option<TimeStampReport>,
    /// Witnesses that cosigned it: verifier key and instant.
    pub witnesses: Vec<(String, Moment)>,
}

/// Everything found.
#[derive(Debug, Clone)]
pub struct ExtractReport {
    /// The moment that was asked about.
    pub at: Moment,
    /// The verdict.
    pub indication: Indication,
    /// Its main reason; `None` exactly when TOTAL-PASSED.
    pub sub_indication: Option<ExtractSubIndication>,
    /// Why nothing was judged.
    pub unreadable: Option<Unreadable>,
    /// Whether operator and log are those that the reader pinned.
    pub pinned: bool,
    /// Who made the extract, for whom, over which log, and the cases of compromise.
    pub extract: Option<ExtractRecord>,
    /// Files for people that are sealed with the rest and compared with nothing.
    pub papers: Vec<String>,
    /// What completeness is claimed.
    pub statement: Option<StatementRecord>,
    /// Whether that claim is shown.
    pub complete: bool,
    /// The party and period asked for, where that was asked and holds.
    pub period: Option<JudgedPeriod>,
    /// The checkpoint, when the log key signed it.
    pub checkpoint: Option<JudgedCheckpoint>,
    /// The entries that could be read, by number.
    pub entries: Vec<JudgedEntry>,
    /// The documents that could be read.
    pub documents: Vec<DocumentRecord>,
    /// Every signature that could be judged.
    pub signatures: Vec<JudgedSignature>,
    /// What is wrong, in the order found; at most [`FAILURES_MAX`].
    pub failures: Vec<Failure>,
    /// Failures beyond that.
    pub failures_left_off: usize,
}

/// The party and period of an extract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedPeriod {
    /// Key of the party.
    pub party: String,
    /// The first instant.
    pub from: Moment,
    /// The instant that ends it, itself not in it.
    pub to: Moment,
    /// The entries of the party that lie in it, by the operator's clock.
    pub entries: Vec<u64>,
    /// Those of them that are closed: what they said was erased after its term.
    pub closed: Vec<u64>,
    /// Documents recorded in it that were destroyed and are not here.
    pub destroyed: Vec<String>,
}

impl ExtractReport {
    pub(super) fn new(at: Moment) -> Self {
        Self {
            at,
            indication: Indication::TotalPassed,
            sub_indication: None,
            unreadable: None,
            pinned: false,
            extract: None,
            papers: Vec::new(),
            statement: None,
            complete: false,
            period: None,
            checkpoint: None,
            entries: Vec::new(),
            documents: Vec::new(),
            signatures: Vec::new(),
            failures: Vec::new(),
            failures_left_off: 0,
        }
    }

    /// The reader's demand: an extract that shows a lower level of completeness than `level` is not enough.
    pub fn demand_level(&mut self, level: u8) {
        if self.unreadable.is_some() {
            return;
        }
        // A claim that does not hold is refuted already.
        let claimed = self.statement.as_ref().map_or(0, |statement| statement.level);
        if claimed < level {
            let detail = format!("level {level} is demanded, {claimed} is claimed");
            self.fail(crate::extract::format::STATEMENT, FaultCode::LevelLow, detail);
        }
    }

    /// Takes note of something wrong: the verdict becomes the worst one found, its reason the first of its order.
    pub(super) fn fail(&mut self, part: &str, code: FaultCode, detail: impl Into<String>) {
        let (indication, sub) = (code.indication(), code.sub_indication());
        let worse = indication > self.indication;
        let telling =
            indication == self.indication && self.sub_indication.is_none_or(|known| sub.rank() < known.rank());
        if worse || telling {
            self.indication = indication;
            self.sub_indication = Some(sub);
        }
        if self.failures.len() < FAILURES_MAX {
            self.failures.push(Failure { part: part.to_owned(), code, detail: detail.into() });
        } else {
            self.failures_left_off += 1;
        }
    }

    pub(super) fn unreadable(mut self, why: Unreadable, part: &str, detail: &str) -> Self {
        self.fail(part, FaultCode::Container, detail);
        self.unreadable = Some(why);
        self
    }

    /// 0: good. 1: bad, or not proven. 2: not an extract that this program reads.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match (self.unreadable, self.indication) {
            (Some(_), _) => 2,
            (None, Indication::TotalPassed) => 0,
            (None, Indication::Indeterminate | Indication::TotalFailed) => 1,
        }
    }

    /// The answer of `extract verify --json`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let failures: Vec<Value> = self.failures.iter().map(failure).collect();
        if let Some(why) = self.unreadable {
            let message = self.failures.first().map_or("", |failure| &failure.detail);
            return json!({"error": {"code": why.code(), "message": message}, "failures": failures});
        }
        let extract = self.extract.as_ref();
        json!({
            "indication": self.indication.as_str(),
            "sub_indication": self.sub_indication.map(ExtractSubIndication::as_str),
            "format": "extract",
            "at": self.at.to_string(),
            "extract": extract.map(|extract| json!({
                "id": extract.id,
                "number": extract.number,
                "made_at": extract.made_at,
                "officer": extract.officer,
                "request": extract.request,
                "source": extract.source,
            })),
            "operator": extract.map(|extract| json!({
                "bin": extract.operator.bin,
                "name": extract.operator.name,
                "pinned": self.pinned,
            })),
            "log": extract.map(|extract| self.log(extract)),
            "completeness": self.statement.as_ref().map(|statement| json!({
                "level": statement.level,
                "holds": self.complete,
                "sealed_at": statement.seal.map(|seal| seal.at().to_string()),
                "tail": statement.tail,
                "caveat": statement.caveat,
                "size": statement.size,
                "subjects": statement.subjects,
            })),
            "period": self.period.as_ref().map(|period| json!({
                "party": period.party,
                "from": period.from.to_string(),
                "to": period.to.to_string(),
                "entries": period.entries,
                "closed": period.closed,
                "destroyed": period.destroyed,
            })),
            "entries": self.entries.iter().map(entry).collect::<Vec<_>>(),
            "proofs": self.entries.iter().map(|entry| self.proof(entry)).collect::<Vec<_>>(),
            "documents": self.documents,
            "papers": self.papers,
            "messages": extract.map(|extract| &extract.messages),
            "steps": extract.map(|extract| &extract.steps),
            "cases": extract.map(|extract| &extract.cases),
            "signatures": self.signatures.iter().map(signature).collect::<Vec<_>>(),
            "certificates": self.certificates(),
            "failures": failures,
            "failures_left_off": self.failures_left_off,
        })
    }

    fn log(&self, extract: &ExtractRecord) -> Value {
        let checkpoint = self.checkpoint.as_ref().map(|checkpoint| {
            json!({
                "size": checkpoint.size,
                "root": hex::encode(checkpoint.root),
                "time_stamp": checkpoint.time_stamp.as_ref().map(time_stamp),
                "witnesses": checkpoint.witnesses.iter().map(|(key, at)| json!({"key": key, "at": at.to_string()}))
                    .collect::<Vec<_>>(),
            })
        });
        json!({
            "origin": extract.log.origin,
            "key": extract.log.key,
            "pinned": self.pinned,
            "checkpoint": checkpoint,
        })
    }

    fn proof(&self, entry: &JudgedEntry) -> Value {
        json!({
            "seq": entry.seq,
            "leaf": hex::encode(entry.leaf),
            "size": self.statement.as_ref().map(|statement| statement.size),
            "hashes": entry.proof_hashes,
            "holds": entry.included,
        })
    }

    /// Every certificate of every path, with what said that it was not revoked, or was.
    fn certificates(&self) -> Vec<Value> {
        let mut known: BTreeMap<[u8; 32], CertificateUse> = BTreeMap::new();
        for judged in &self.signatures {
            let report = &judged.report;
            collect(&mut known, &judged.part, report.path.as_ref(), &report.evidence_used);
            for stamp in &report.time_stamps {
                collect(&mut known, &judged.part, stamp.path.as_ref(), &stamp.evidence_used);
            }
        }
        if let Some(stamp) = self.checkpoint.as_ref().and_then(|checkpoint| checkpoint.time_stamp.as_ref()) {
            let part = crate::extract::format::CHECKPOINT_TIME_STAMP;
            collect(&mut known, part, stamp.path.as_ref(), &stamp.evidence_used);
        }
        known.into_values().map(|found| found.to_json()).collect()
    }
}

/// A certificate and where it was used.
#[derive(Default)]
struct CertificateUse {
    facts: Value,
    subject: String,
    anchor: bool,
    sources: Vec<Value>,
    revoked: bool,
    parts: Vec<String>,
}

impl CertificateUse {
    fn to_json(&self) -> Value {
        let status = match (self.revoked, self.sources.is_empty(), self.anchor) {
            (true, _, _) => "revoked",
            (false, false, _) => "good",
            (false, true, true) => "anchor",
            (false, true, false) => "not-checked",
        };
        let mut value = json!({
            "subject": self.subject,
            "status": status,
            "sources": self.sources,
            "parts": self.parts,
        });
        if let (Some(members), Some(facts)) = (value.as_object_mut(), self.facts.as_object()) {
            members.extend(facts.clone());
        }
        value
    }
}

fn collect(
    known: &mut BTreeMap<[u8; 32], CertificateUse>,
    part: &str,
    path: Option<&VerifiedPath>,
    evidence: &[EvidenceUsed],
) {
    for certificate in path.into_iter().flat_map(VerifiedPath::chain) {
        let found = known.entry(certificate.sha256()).or_default();
        found.facts = report_json::certificate(certificate);
        found.subject = certificate.subject().to_string();
        found.anchor |= path.is_some_and(|path| path.anchor() == certificate);
        if found.parts.last().is_none_or(|last| last != part) {
            found.parts.push(part.to_owned());
        }
    }
    for used in evidence {
        let found = known.entry(used.certificate.sha256()).or_default();
        found.subject = used.certificate.subject().to_string();
        found.revoked |= used.status == "revoked";
        let source = json!({
            "status": used.status,
            "source": used.proof.source.as_str(),
            "sha256": hex::encode(used.proof.sha256),
            "this_update": used.proof.this_update.to_string(),
            "next_update": used.proof.next_update.map(|at| at.to_string()),
        });
        if !found.sources.contains(&source) {
            found.sources.push(source);
        }
    }
}

fn failure(failure: &Failure) -> Value {
    json!({
        "part": failure.part,
        "reason": failure.code.word(),
        "detail": failure.detail,
        "sub_indication": failure.code.sub_indication().as_str(),
    })
}

fn entry(entry: &JudgedEntry) -> Value {
    json!({
        "seq": entry.seq,
        "id": entry.id,
        "kind": entry.kind,
        "at": entry.at.to_string(),
        "actor": entry.actor,
        "fields": entry.fields,
    })
}

fn signature(judged: &JudgedSignature) -> Value {
    let mut value = report_json::signature(&judged.report);
    if let Some(members) = value.as_object_mut() {
        members.insert("part".to_owned(), json!(judged.part));
        members.insert("used_as".to_owned(), json!(judged.used_as.code()));
        members.insert("document".to_owned(), json!(judged.document));
        members.insert("weighs".to_owned(), json!(judged.weighs));
        members.insert("at_receipt".to_owned(), json!(judged.at_receipt.map(ReceiptEvidence::code)));
    }
    value
}

fn time_stamp(report: &TimeStampReport) -> Value {
    json!({
        "gen_time": report.gen_time.to_string(),
        "proven": report.proven,
        "reason": report.reason,
        "policy": report.policy.to_string(),
        "serial": report.serial,
        "signer": report.certificate.as_ref().map(|certificate| certificate.subject().to_string()),
    })
}
