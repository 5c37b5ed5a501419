//! From facts to the container. The same facts give the same octets, so what the officer sees is what he signs.
//!
//! An extract is made in two steps, because a person signs in between: [`prepare`] makes the payload and the two
//! manifests; [`seal`] puts the two signatures and the binding note to them. Between the steps the payload is kept as
//! [`Prepared::to_package`].

use std::collections::BTreeMap;

use qolhat_print::PrintError;
use sha2::{Digest as _, Sha256};

use super::facts::{AskerFacts, DocumentFacts, EntryFacts, ExtractFacts, FileFacts, RequestFacts, SignatureFacts};
use super::format;
use super::manifest::{self, Digests};
use super::package::{self, PackageError, PackageFault};
use super::paper::{self, Said};
use super::records::{
    AskedByRecord, CaseRecord, ConditionRecord, CourtRequestRecord, DocumentRecord, ExtractRecord, FileRecord,
    LogRecord, OfficerRecord, OpeningRecord, OpeningsRecord, OperatorRecord, PartyRecord, ProofRecord, RequestRecord,
    SOURCE, SignatureRecord, to_json,
};
use super::statement::statement;
use super::summary::{howto, summary};
use super::talk::{self, MessageRecord};
use crate::domain::address::Channel;
use crate::i18n::Language;

/// Why an extract cannot be made from these facts.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The container cannot hold them.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// Two facts would be one file.
    #[error("the facts name {0:?} twice")]
    Twice(String),
    /// The paper cannot be printed.
    #[error(transparent)]
    Print(#[from] PrintError),
    /// A value cannot be written as JSON.
    #[error("a fact cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Why a stored payload is not one that [`Prepared::to_package`] wrote.
#[derive(Debug, thiserror::Error)]
pub enum StoredPayloadError {
    /// The container is damaged.
    #[error(transparent)]
    Package(#[from] PackageFault),
    /// It is signed already.
    #[error("{0} is in the way: the extract is signed already")]
    Signed(String),
}

/// An extract without its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The payload: every file except `mimetype` and `META-INF/`, by name.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What the operator's seal covers.
    pub manifest_operator: Vec<u8>,
    /// What the officer signs.
    pub manifest_officer: Vec<u8>,
}

impl Prepared {
    fn of(files: BTreeMap<String, Vec<u8>>) -> Self {
        let digests: Digests = files.iter().map(|(name, content)| (name.clone(), sha256(content))).collect();
        Self {
            manifest_operator: manifest::write(format::OPERATOR_SEAL, &digests),
            manifest_officer: manifest::write(format::OFFICER_SIGNATURE, &digests),
            files,
        }
    }

    /// The payload as one file, to be kept until the officer signs.
    ///
    /// # Errors
    /// [`PackageError`]; cannot happen for what [`prepare`] made.
    pub fn to_package(&self) -> Result<Vec<u8>, PackageError> {
        let files: Vec<(&str, &[u8])> = self.payload().collect();
        package::write(&files)
    }

    /// What [`Prepared::to_package`] was called on.
    ///
    /// # Errors
    /// [`StoredPayloadError`].
    pub fn from_package(bytes: &[u8]) -> Result<Self, StoredPayloadError> {
        let entries = package::read(bytes)?;
        if let Some(signed) = entries.iter().find(|entry| entry.name.starts_with(format::META_INF)) {
            return Err(StoredPayloadError::Signed(signed.name.to_owned()));
        }
        let files = entries.iter().map(|entry| (entry.name.to_owned(), entry.content.to_vec()));
        Ok(Self::of(files.collect()))
    }

    fn payload(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(name, content)| (name.as_str(), content.as_slice()))
    }
}

/// The payload and the manifests of the extract that says `facts`.
///
/// # Errors
/// [`BuildError`].
pub fn prepare(facts: &ExtractFacts) -> Result<Prepared, BuildError> {
    let mut payload = Payload::default();
    let mut documents = Vec::new();
    for document in &facts.documents {
        documents.push(put_document(&mut payload, document)?);
    }
    let mut messages = Vec::new();
    for (id, channel, octets) in facts.talk.iter().flat_map(|talk| &talk.messages) {
        messages.push(put_message(&mut payload, (&id.to_string(), *channel), octets)?);
    }
    for entry in &facts.journal.entries {
        put_entry(&mut payload, entry, facts.journal.size)?;
    }
    payload.put(format::CHECKPOINT.to_owned(), facts.journal.checkpoint.clone().into_bytes())?;
    if let Some(token) = &facts.journal.time_stamp {
        payload.put(format::CHECKPOINT_TIME_STAMP.to_owned(), token.clone())?;
    }
    let evidence = &facts.evidence;
    payload.put_by_digest(&evidence.certificates, format::certificate);
    payload.put_by_digest(&evidence.ocsp, format::ocsp_response);
    payload.put_by_digest(&evidence.crls, format::crl);

    let statement = statement(facts);
    payload.put(format::STATEMENT.to_owned(), to_json(&statement)?)?;
    let extract = extract_record(facts, messages);
    payload.put(format::EXTRACT.to_owned(), to_json(&extract)?)?;
    for language in Language::ALL {
        let text = summary(language, &extract, &documents, &statement, facts.journal.time_stamp.is_some());
        payload.put(format::summary(language.code()), text.into_bytes())?;
    }
    let said = Said { facts, extract: &extract, documents: &documents, statement: &statement };
    for language in Language::ALL {
        payload.put(format::paper(language.code()), paper::pdf(language, &said)?)?;
    }
    payload.put(format::HOWTO.to_owned(), howto().as_bytes().to_vec())?;

    let prepared = Prepared::of(payload.0);
    prepared.to_package()?;
    Ok(prepared)
}

/// The text that the log key has to sign: it binds both manifests and both signatures, octet for octet. A CMS has
/// octets that its own signature does not cover (time stamps, certificates and revocation values put in later); here
/// they are covered. The text can never be taken for a checkpoint: its second line is not a number.
#[must_use]
pub fn binding_text(origin: &str, prepared: &Prepared, operator_cms: &[u8], officer_cms: &[u8]) -> String {
    binding_text_of(
        origin,
        &[
            (format::OPERATOR_MANIFEST, &prepared.manifest_operator),
            (format::OFFICER_MANIFEST, &prepared.manifest_officer),
            (format::OPERATOR_SEAL, operator_cms),
            (format::OFFICER_SIGNATURE, officer_cms),
        ],
    )
}

/// The same text from the files themselves, in this order.
#[must_use]
pub fn binding_text_of(origin: &str, files: &[(&str, &[u8])]) -> String {
    let mut text = format!("{}\n{origin}\n", format::BINDING_TITLE);
    for (name, content) in files {
        text.push_str(&format!("{} {name}\n", hex::encode(sha256(content))));
    }
    text
}

/// The extract: `operator_cms` and `officer_cms` are detached CMS over the two manifests, `binding` the signed note
/// over [`binding_text`].
///
/// # Errors
/// [`PackageError::TooLarge`] when the signatures make it so.
pub fn seal(
    prepared: &Prepared,
    operator_cms: &[u8],
    officer_cms: &[u8],
    binding: &str,
) -> Result<Vec<u8>, PackageError> {
    let mut files: Vec<(&str, &[u8])> = prepared.payload().collect();
    files.extend([
        (format::OPERATOR_MANIFEST, prepared.manifest_operator.as_slice()),
        (format::OPERATOR_SEAL, operator_cms),
        (format::OFFICER_MANIFEST, prepared.manifest_officer.as_slice()),
        (format::OFFICER_SIGNATURE, officer_cms),
        (format::BINDING, binding.as_bytes()),
    ]);
    package::write(&files)
}

#[derive(Default)]
struct Payload(BTreeMap<String, Vec<u8>>);

impl Payload {
    fn put(&mut self, name: String, content: Vec<u8>) -> Result<(), BuildError> {
        if self.0.contains_key(&name) {
            return Err(BuildError::Twice(name));
        }
        self.0.insert(name, content);
        Ok(())
    }

    fn put_by_digest(&mut self, contents: &[Vec<u8>], name: fn(&str) -> String) {
        for content in contents {
            self.0.insert(name(&hex::encode(sha256(content))), content.clone());
        }
    }

    fn put_file(&mut self, path: String, file: &FileFacts) -> Result<FileRecord, BuildError> {
        let record = FileRecord {
            name: file.name.clone(),
            path: path.clone(),
            media_type: file.media_type.clone(),
            size: u64::try_from(file.bytes.len()).unwrap_or(u64::MAX),
            sha256: hex::encode(sha256(&file.bytes)),
        };
        self.put(path, file.bytes.clone())?;
        Ok(record)
    }
}

fn put_document(payload: &mut Payload, document: &DocumentFacts) -> Result<DocumentRecord, BuildError> {
    let id = document.id.to_string();
    let folder = format!("documents/{id}");
    let named = |name: &str| format::safe_name(name);
    let original = format!("{folder}/original/{}", named(&document.original.name));
    let original = payload.put_file(original, &document.original)?;
    let mut attachments = Vec::new();
    for (number, file) in (1..).zip(&document.attachments) {
        let path = format!("{folder}/attachments/{number:03}-{}", named(&file.name));
        attachments.push(payload.put_file(path, file)?);
    }
    let mut signatures = Vec::new();
    for signature in &document.signatures {
        signatures.push(put_signature(payload, &folder, signature)?);
    }
    let mut receipts = Vec::new();
    for (number, receipt) in (1..).zip(&document.receipts) {
        let path = format!("{folder}/receipts/{number}.p7m");
        payload.put(path.clone(), receipt.clone())?;
        receipts.push(path);
    }
    let party =
        |(party, name): &(crate::domain::party::Party, String)| PartyRecord { key: party.key(), name: name.clone() };
    let record = DocumentRecord {
        kind: document.kind.clone(),
        number: document.number.clone(),
        title: document.title.clone(),
        date: document.date.map(|date| date.to_string()),
        state: document.state.clone(),
        sender: party(&document.sender),
        recipient: party(&document.recipient),
        recorded_entry: document.recorded.map(|(seq, _)| seq),
        received_at: document.recorded.map(|(_, at)| at.to_string()),
        original,
        attachments,
        signatures,
        receipts,
        conditions: document.conditions.iter().map(condition_record).collect(),
        id,
    };
    payload.put(format::document(&record.id), to_json(&record)?)?;
    Ok(record)
}

fn put_message(
    payload: &mut Payload,
    (id, channel): (&str, Channel),
    octets: &[u8],
) -> Result<MessageRecord, BuildError> {
    let path = format::message(id, channel);
    payload.put(path.clone(), octets.to_vec())?;
    Ok(MessageRecord {
        id: id.to_owned(),
        path,
        sha256: hex::encode(sha256(octets)),
        size: u64::try_from(octets.len()).unwrap_or(u64::MAX),
    })
}

fn condition_record(condition: &super::facts::ConditionFacts) -> ConditionRecord {
    ConditionRecord {
        condition: condition.condition.clone(),
        clause: condition.clause.clone(),
        holds: condition.holds,
        evidence: condition.evidence.clone(),
    }
}

fn put_signature(
    payload: &mut Payload,
    folder: &str,
    signature: &SignatureFacts,
) -> Result<SignatureRecord, BuildError> {
    let path = format!("{folder}/signatures/{}.p7s", signature.id);
    payload.put(path.clone(), signature.cms.clone())?;
    let mut time_stamp = None;
    if let Some(token) = &signature.time_stamp {
        let path = format!("{folder}/signatures/{}.tst", signature.id);
        payload.put(path.clone(), token.clone())?;
        time_stamp = Some(path);
    }
    Ok(SignatureRecord {
        id: signature.id.to_string(),
        side: signature.side.clone(),
        path,
        sha256: hex::encode(sha256(&signature.cms)),
        time_stamp,
        certificate_sha256: hex::encode(signature.certificate_sha256),
        common_name: signature.common_name.clone(),
        iin: signature.iin.map(|iin| iin.to_string()),
        bin: signature.bin.map(|bin| bin.to_string()),
        role: signature.role.clone(),
        claimed_at: signature.claimed_at.map(|at| at.to_string()),
        proven_at: signature.proven_at.map(|at| at.to_string()),
        checked_at: signature.checked_at.to_string(),
        indication: signature.indication.clone(),
        sub_indication: signature.sub_indication.clone(),
        entry: signature.entry,
        contested_by: signature.contested_by.iter().map(ToString::to_string).collect(),
    })
}

fn put_entry(payload: &mut Payload, entry: &EntryFacts, size: u64) -> Result<(), BuildError> {
    payload.put(format::entry_body(entry.seq), entry.body.clone())?;
    let openings = entry.openings.iter().map(|opening| OpeningRecord {
        place: opening.place.clone(),
        index: opening.index,
        salt: hex::encode(opening.salt),
        value: opening.value.clone(),
    });
    let openings = OpeningsRecord { seq: entry.seq, openings: openings.collect() };
    payload.put(format::entry_openings(entry.seq), to_json(&openings)?)?;
    let proof = ProofRecord {
        seq: entry.seq,
        size,
        leaf: hex::encode(entry.leaf),
        hashes: entry.proof.iter().map(hex::encode).collect(),
    };
    payload.put(format::entry_proof(entry.seq), to_json(&proof)?)
}

fn extract_record(facts: &ExtractFacts, messages: Vec<MessageRecord>) -> ExtractRecord {
    let case = |case: &super::facts::CaseFacts| CaseRecord {
        id: case.id.to_string(),
        certificate_sha256: hex::encode(case.certificate_sha256),
        reported_at: case.reported_at.to_string(),
        compromised_since: case.compromised_since.to_string(),
        cut_off: case.cut_off.map(|at| at.to_string()),
        state: case.state.clone(),
        documents: case.documents.iter().map(ToString::to_string).collect(),
    };
    ExtractRecord {
        format: format::FORMAT.to_owned(),
        version: if facts.talk.is_some() { format::FORMAT_VERSION_OF_TALK } else { format::FORMAT_VERSION },
        id: facts.id.to_string(),
        number: facts.number,
        made_at: facts.made_at.to_string(),
        operator: OperatorRecord { bin: facts.operator.bin.to_string(), name: facts.operator.name.clone() },
        log: LogRecord { origin: facts.operator.log_origin.clone(), key: facts.operator.log_key.clone() },
        officer: OfficerRecord { iin: facts.officer.iin.to_string(), name: facts.officer.name.clone() },
        request: request_record(&facts.request),
        source: SOURCE.to_owned(),
        documents: facts.documents.iter().map(|document| document.id.to_string()).collect(),
        cases: facts.cases.iter().map(case).collect(),
        messages,
        steps: if facts.talk.is_some() { talk::steps(&facts.journal) } else { Vec::new() },
    }
}

fn request_record(request: &RequestFacts) -> RequestRecord {
    RequestRecord {
        asked_by: asked_by_record(&request.asked_by),
        ground: request.ground.clone(),
        scope: request.scope_words(),
        period: request.period_record(),
        about: request.about.map(|about| about.record()),
    }
}

fn asked_by_record(asker: &AskerFacts) -> AskedByRecord {
    match asker {
        AskerFacts::Party(party, name) => AskedByRecord::Party(PartyRecord { key: party.key(), name: name.clone() }),
        AskerFacts::CourtRequest { id, authority, reference, dated } => {
            AskedByRecord::CourtRequest(CourtRequestRecord {
                id: id.to_string(),
                authority: authority.clone(),
                reference: reference.clone(),
                dated: dated.clone(),
            })
        }
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
