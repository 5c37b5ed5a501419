//! What an extract says, as facts for people. Of documents and cases only an extract that is not refuted is believed.

use qolhat_pki::report::Indication;

use crate::domain::time::{Moment, format_local};
use crate::extract::records::{CaseRecord, DocumentRecord, ExtractRecord, FileRecord, PartyRecord, StatementRecord};
use crate::extract::statement::LEVEL_INCLUSION;
use crate::i18n::{Language, Phrase, text};
use crate::operations::verify_extract::{ExtractReport, FaultCode, JudgedSignature};
use crate::signature::facts::Place;
use crate::signature::shown::Shown;

/// An extract.
#[derive(Debug, Clone)]
pub struct ExtractFacts {
    /// Its number in the operator's register.
    pub number: u64,
    /// Whose it says to be; it is so when `pinned`.
    pub operator: PartyFacts,
    /// Whether operator and log are ours.
    pub pinned: bool,
    /// The log.
    pub log: String,
    /// Who asked for it.
    pub asked_by: String,
    /// On what ground.
    pub ground: String,
    /// What was asked for.
    pub scope: String,
    /// When it was made.
    pub issued_at: Option<Moment>,
    /// The authorised officer who signed it.
    pub officer: PartyFacts,
    /// The documents; none when the extract is refuted: what it says of them is not to be repeated.
    pub documents: Vec<DocumentFacts>,
    /// Cases of key compromise that touch them; likewise.
    pub cases: Vec<CaseFacts>,
    /// Whether everything is there.
    pub completeness: Option<CompletenessFacts>,
    /// The state of the journal to which everything is proven.
    pub checkpoint: Option<CheckpointFacts>,
    /// What is wrong, part by part.
    pub failures: Vec<PartFaults>,
    /// Faults that are not told one by one.
    pub failures_left_off: usize,
}

/// A person or an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyFacts {
    /// The name.
    pub name: String,
    /// The IIN as it is to be shown.
    pub iin: Option<String>,
    /// The BIN.
    pub bin: Option<String>,
}

/// A document.
#[derive(Debug, Clone)]
pub struct DocumentFacts {
    /// Its id.
    pub id: String,
    /// Code of its kind, of the family `kind`.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The date it bears, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// Code of its state, of the family `state`.
    pub state: String,
    /// Who sent it.
    pub sender: PartyFacts,
    /// To whom.
    pub recipient: PartyFacts,
    /// When it was received: the instant of its journal entry.
    pub received_at: Option<Moment>,
    /// The number of that entry.
    pub entry: Option<u64>,
    /// The original, then the attachments.
    pub files: Vec<FileFacts>,
    /// The four conditions of legal effect.
    pub conditions: Vec<ConditionFacts>,
    /// Cases by which a signature on it is contested.
    pub contested_by: Vec<String>,
}

/// A file of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
    /// Where it lies in the extract.
    pub path: String,
}

/// One of the four conditions of legal effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionFacts {
    /// Its code, of the family `condition`.
    pub condition: String,
    /// The clause of the agreement.
    pub clause: String,
    /// Whether it holds.
    pub holds: bool,
}

/// A case of key compromise.
#[derive(Debug, Clone)]
pub struct CaseFacts {
    /// Its id.
    pub id: String,
    /// SHA-256 of the certificate.
    pub certificate_sha256: String,
    /// When the officer received the notice.
    pub reported_at: Option<Moment>,
    /// Since when the holder declares the key compromised.
    pub compromised_since: Option<Moment>,
    /// From when on nothing signed with it is taken.
    pub cut_off: Option<Moment>,
    /// Its state in words.
    pub state: Phrase,
    /// Ids of the documents that it contests.
    pub documents: Vec<String>,
}

/// What completeness is claimed, and whether that is shown.
#[derive(Debug, Clone)]
pub struct CompletenessFacts {
    /// 1: every entry was in the journal; 2: and nothing of the subjects was left out.
    pub level: u8,
    /// Whether the claim is shown.
    pub holds: bool,
    /// The claim in words, or that it is not shown.
    pub claim: Phrase,
    /// The condition under which it holds, in words.
    pub caveat: Option<Phrase>,
    /// Entries of the journal in the extract.
    pub entries: usize,
    /// Of these, proven to be in the journal.
    pub included: usize,
    /// The subjects whose entries are all here.
    pub subjects: Vec<SubjectFacts>,
}

/// A subject of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectFacts {
    /// `document:…`, `case:…`, `offer:…`, `party:…`.
    pub identity: String,
    /// How many entries it has.
    pub count: u64,
}

/// The checkpoint.
#[derive(Debug, Clone)]
pub struct CheckpointFacts {
    /// Entries in the journal then.
    pub size: u64,
    /// Root over them, hexadecimal.
    pub root: String,
    /// The instant of its time stamp, when that is proven.
    pub proven_at: Option<Moment>,
}

/// A part of an extract and what is wrong with it.
#[derive(Debug, Clone)]
pub struct PartFaults {
    /// The file, or `zip` for the container itself.
    pub part: String,
    /// Its faults, in the order found.
    pub faults: Vec<FaultFacts>,
}

/// A fault.
#[derive(Debug, Clone)]
pub struct FaultFacts {
    /// What is wrong; the text is [`FaultFacts::what`].
    pub code: FaultCode,
    /// English, for experts; may be empty.
    pub detail: String,
}

impl FaultFacts {
    /// What is wrong, in words.
    #[must_use]
    pub fn what(&self, language: Language) -> String {
        text(language, &format!("extract-fault-{}", self.code.word()), &[])
    }
}

impl ExtractFacts {
    /// The facts of an extract whose `extract.json` could be read, or whose failures at least are known.
    pub(super) fn of(report: &ExtractReport, shown: &Shown) -> Option<Self> {
        let is_refuted = report.indication == Indication::TotalFailed;
        let record = report.extract.as_ref();
        if record.is_none() && report.failures.is_empty() {
            return None;
        }
        let said = |f: fn(&ExtractRecord) -> &str| record.map_or_else(String::new, |record| shown.text(f(record)));
        let documents = report.documents.iter().filter(|_| !is_refuted);
        let cases = record.map(|record| record.cases.as_slice()).unwrap_or_default().iter().filter(|_| !is_refuted);
        Some(Self {
            number: record.map_or(0, |record| record.number),
            operator: PartyFacts {
                name: said(|record| &record.operator.name),
                iin: None,
                bin: record.map(|record| shown.text(&record.operator.bin)),
            },
            pinned: report.pinned,
            log: said(|record| &record.log.origin),
            asked_by: record.map_or_else(String::new, |record| shown.text(&record.request.asked_by.words())),
            ground: said(|record| &record.request.ground),
            scope: said(|record| &record.request.scope),
            issued_at: record.and_then(|record| moment(&record.made_at)),
            officer: PartyFacts {
                name: said(|record| &record.officer.name),
                iin: record.map(|record| shown.text(&record.officer.iin)),
                bin: None,
            },
            documents: documents.map(|document| document_facts(document, shown)).collect(),
            cases: cases.map(|case| case_facts(case, shown)).collect(),
            completeness: report.statement.as_ref().map(|statement| completeness(statement, report, shown)),
            checkpoint: report.checkpoint.as_ref().map(|checkpoint| CheckpointFacts {
                size: checkpoint.size,
                root: hex::encode(checkpoint.root),
                proven_at: checkpoint.time_stamp.as_ref().filter(|stamp| stamp.proven).map(|stamp| stamp.gen_time),
            }),
            failures: failures(report, shown),
            failures_left_off: report.failures_left_off,
        })
    }
}

/// Where a signature stands.
pub(super) fn place_of(judged: &JudgedSignature, shown: &Shown) -> Place {
    Place {
        part: shown.text(&judged.part),
        used_as: judged.used_as.code(),
        document: judged.document.as_ref().map(|id| shown.text(id)),
        weighs: judged.weighs,
    }
}

fn document_facts(document: &DocumentRecord, shown: &Shown) -> DocumentFacts {
    let file = |file: &FileRecord| FileFacts {
        name: shown.text(&file.name),
        bytes: file.size,
        sha256: shown.text(&file.sha256),
        path: shown.text(&file.path),
    };
    let conditions = document.conditions.iter().map(|condition| ConditionFacts {
        condition: shown.text(&condition.condition),
        clause: shown.text(&condition.clause),
        holds: condition.holds,
    });
    let contested = document.signatures.iter().flat_map(|signature| &signature.contested_by);
    DocumentFacts {
        id: shown.text(&document.id),
        kind: shown.text(&document.kind),
        number: shown.text(&document.number),
        title: shown.text(&document.title),
        date: document.date.as_ref().map(|date| shown.text(date)),
        state: shown.text(&document.state),
        sender: party(&document.sender, shown),
        recipient: party(&document.recipient, shown),
        received_at: document.received_at.as_deref().and_then(moment),
        entry: document.recorded_entry,
        files: std::iter::once(&document.original).chain(&document.attachments).map(file).collect(),
        conditions: conditions.collect(),
        contested_by: contested.map(|case| shown.text(case)).collect(),
    }
}

fn party(party: &PartyRecord, shown: &Shown) -> PartyFacts {
    let key = shown.text(&party.key);
    let number = |kind: &str| key.strip_prefix(kind).map(str::to_owned);
    PartyFacts { name: shown.text(&party.name), iin: number("iin:"), bin: number("bin:") }
}

fn case_facts(case: &CaseRecord, shown: &Shown) -> CaseFacts {
    CaseFacts {
        id: shown.text(&case.id),
        certificate_sha256: shown.text(&case.certificate_sha256),
        reported_at: moment(&case.reported_at),
        compromised_since: moment(&case.compromised_since),
        cut_off: case.cut_off.as_deref().and_then(moment),
        state: Phrase::new(match case.state.as_str() {
            "annulled" => "case-state-annulled",
            "lifted" => "case-state-lifted",
            _ => "case-state-open",
        }),
        documents: case.documents.iter().map(|id| shown.text(id)).collect(),
    }
}

fn completeness(statement: &StatementRecord, report: &ExtractReport, shown: &Shown) -> CompletenessFacts {
    let is_level_1 = statement.level == LEVEL_INCLUSION;
    let subjects = statement.subjects.iter().filter(|_| report.indication != Indication::TotalFailed);
    CompletenessFacts {
        level: statement.level,
        holds: report.complete,
        claim: match (report.complete, is_level_1, statement.seal) {
            (false, ..) => Phrase::new("verdict-completeness-not-shown"),
            (true, true, _) => Phrase::new("extract-completeness-1"),
            (true, false, _) if statement.subjects.iter().any(|subject| subject.pruned.is_some()) => {
                Phrase::new("verdict-completeness-pruned")
            }
            (true, false, None) => Phrase::new("extract-completeness-2"),
            (true, false, Some(seal)) => Phrase::new("extract-completeness-3")
                .with("size", seal.size.to_string())
                .with("entry", seal.entry.to_string())
                .with("at", format_local(seal.at())),
        },
        caveat: (report.complete && !is_level_1).then(|| Phrase::new("extract-caveat")),
        entries: report.entries.len(),
        included: report.entries.iter().filter(|entry| entry.included).count(),
        subjects: subjects
            .map(|subject| SubjectFacts { identity: shown.text(&subject.identity), count: subject.count })
            .collect(),
    }
}

fn failures(report: &ExtractReport, shown: &Shown) -> Vec<PartFaults> {
    let mut parts: Vec<PartFaults> = Vec::new();
    for failure in &report.failures {
        let (part, detail) = (shown.text(&failure.part), shown.text(&failure.detail));
        let fault = FaultFacts { code: failure.code, detail };
        match parts.iter_mut().find(|known| known.part == part) {
            Some(known) => known.faults.push(fault),
            None => parts.push(PartFaults { part, faults: vec![fault] }),
        }
    }
    parts
}

fn moment(text: &str) -> Option<Moment> {
    Moment::parse_rfc3339(text).ok()
}
