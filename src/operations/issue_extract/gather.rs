//! What an extract is made of: the documents with everything on them, the whole history of each under one checkpoint, the
//! cases that contest them, and the evidence by which their certificates were judged.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use qolhat_pki::certificate::Certificate;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::time::Span;
use qolhat_pki::tsp::TimeStampToken;
use serde_json::Value;

use super::super::check_signature::EvidenceKind;
use super::super::{
    Fault, OperationError, commit, issue_receipt, keep_content, keep_signature, read_document, send_messages,
};
use super::scope::{self, PartyPeriod};
use super::{ExtractRequest, FILES_MAX_BYTES, pruned, talk, too_large};
use crate::access::cases::{self, CaseRow};
use crate::access::certificates;
use crate::access::rights::Caller;
use crate::app::App;
use crate::docflow::State;
use crate::docflow::offers;
use crate::docflow::store::{self, DocumentRow};
use crate::domain::ids::{CaseId, DocumentId, EventId, ExtractId, OfferId};
use crate::domain::party::{Bin, IdentifierPolicy, Iin};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::{CivilDate, Moment};
use crate::extract::facts::{
    CaseFacts, ConditionFacts, DocumentFacts, EntryFacts, EvidenceFacts, ExtractFacts, FileFacts, JournalFacts,
    OfficerFacts, OpeningFacts, OperatorFacts, OtherSubjectFacts, RequestFacts, SealFacts, SealedFacts, SignatureFacts,
    SubjectFacts,
};
use crate::extract::format::{field, kind};
use crate::journal::entry::Field;
use crate::journal::map::{Found, MapLeaf, MapProof};
use crate::journal::pruning::PrunedPart;
use crate::journal::subjects::SubjectLink;
use crate::journal::{JournalError, StoredCheckpoint, StoredEntry, WaitError};
use crate::signature::store::{self as signatures, SignatureRow};

/// How often a log that grows meanwhile is read anew.
const TRIES_MAX: usize = 10;
/// How old a time stamp over the checkpoint is taken into an extract.
const STAMP_AGE_MAX: Span = Span::hours(1);
/// Fields of entries that are not revealed: a holder's own words are no part of what is proven.
const KEPT_BACK: [&str; 1] = ["circumstances"];

/// The facts; the number is given when the extract is registered.
pub(super) async fn facts(
    app: &App,
    caller: &Caller,
    request: &ExtractRequest,
    asked: RequestFacts,
    id: ExtractId,
    now: Moment,
) -> Result<ExtractFacts, OperationError> {
    // What is too much is refused before the log is sealed for it.
    must_fit(app, &scope::documents(app, request).await?).await?;
    seal_log(app, now).await?;
    let (picture, seal, note) = cosigned_picture(app, request).await?;
    let mut evidence = EvidenceFacts {
        certificates: app.trust.intermediates.iter().map(|certificate| certificate.der().to_vec()).collect(),
        ..EvidenceFacts::default()
    };
    let mut documents = Vec::new();
    for row in &picture.rows {
        documents.push(document(app, row, &picture, &mut evidence).await?);
    }
    let mut talk = None;
    if let (Some(about), Some(found)) = (request.about, &picture.talk) {
        evidence.certificates.extend(found.certificates(app).await?);
        talk = Some(found.facts(app, about).await?);
    }
    let checkpoint = stamped(app, picture.checkpoint.clone(), request.period.as_ref()).await?;
    Ok(ExtractFacts {
        id,
        number: 0,
        made_at: now,
        operator: OperatorFacts {
            bin: app.operator.bin,
            name: app.operator.name.clone(),
            log_origin: app.journal.origin().to_owned(),
            log_key: app.journal.verifier_key().to_owned(),
            registry: app.pages.config.public_origin.as_deref().map(|origin| format!("{origin}/registry")),
        },
        officer: OfficerFacts { iin: caller.iin, name: officer_name(app, caller).await? },
        request: asked,
        cases: picture.cases.iter().map(|(case, documents)| case_facts(case, documents)).collect(),
        journal: journal_facts(app, &picture, &seal, request.period.as_ref(), (checkpoint, note)).await?,
        documents,
        talk,
        evidence,
    })
}

/// That the files are not more than an extract can hold, before any of them is read.
async fn must_fit(app: &App, documents: &[DocumentRow]) -> Result<(), OperationError> {
    let mut total = 0_u64;
    for document in documents {
        for file in store::files(&app.db, document.id).await? {
            total = total.saturating_add(u64::try_from(file.size_bytes).unwrap_or(u64::MAX));
        }
    }
    if total > FILES_MAX_BYTES { Err(too_large(FILES_MAX_BYTES).into()) } else { Ok(()) }
}

/// Everything asked for, as it stood at one checkpoint.
struct Picture {
    rows: Vec<DocumentRow>,
    /// Cases and the documents here that they contest.
    cases: Vec<(CaseRow, Vec<DocumentId>)>,
    checkpoint: StoredCheckpoint,
    /// Entries of each subject.
    subjects: BTreeMap<String, Vec<u64>>,
    /// What of their histories was pruned.
    pruned: BTreeMap<String, PrunedPart>,
    /// Entries by which the versions of the offers accepted here were published. An offer is a subject of each acceptance,
    /// so that its whole history would be that of all clients: these are shown alone.
    offers: BTreeSet<u64>,
    /// The session or the message.
    talk: Option<talk::Found>,
}

/// What a seal shows of the subjects of a picture.
struct SealOfPicture {
    entry: u64,
    size: u64,
    proofs: BTreeMap<String, MapProof>,
}

fn sealed_facts(proof: &MapProof) -> SealedFacts {
    let other = match proof.found {
        Found::Other(MapLeaf { subject, count, seq, leaf }) => Some(OtherSubjectFacts { subject, count, seq, leaf }),
        Found::Leaf(_) | Found::Nothing => None,
    };
    SealedFacts { other, hashes: proof.hashes.clone() }
}

/// Seals the log as it is: what happened before now is then shown to be all of it, and not asserted.
async fn seal_log(app: &App, now: Moment) -> Result<(), OperationError> {
    let event = EventId::new(now, &mut app.rng.clone());
    let Some(made) = app.journal.seal_now(event, CivilDate::of(now)).await? else { return Ok(()) };
    match app.journal.wait(made.event, Duration::from_secs(commit::JOURNAL_WAIT_SECONDS)).await {
        Ok(_) => Ok(()),
        Err(WaitError::TimedOut) => Err(RefusalCode::JournalUnavailable.into()),
        Err(WaitError::Failed(error)) => Err(Fault::from(error).into()),
    }
}

/// A picture under a checkpoint that every witness cosigned which answers, and the note of that. A witness that is silent
/// keeps nobody from his extract.
async fn cosigned_picture(
    app: &App,
    request: &ExtractRequest,
) -> Result<(Picture, SealOfPicture, String), OperationError> {
    let mut tries = 1..=TRIES_MAX;
    loop {
        let (picture, seal) = sealed_picture(app, request).await?;
        let cosigned = app.journal.cosigned(&picture.checkpoint).await?;
        let is_last = tries.next().is_none();
        if cosigned.is_overtaken && !is_last {
            continue;
        }
        for witness in &cosigned.missing {
            tracing::warn!(witness, "an extract is made without its cosignature");
        }
        return Ok((picture, seal, cosigned.note));
    }
}

/// A picture under the newest seal: another extract may be sealing the log meanwhile.
async fn sealed_picture(app: &App, request: &ExtractRequest) -> Result<(Picture, SealOfPicture), OperationError> {
    for _ in 0..TRIES_MAX {
        let picture = settled_picture(app, request).await?;
        let identities: Vec<&str> = picture.subjects.keys().map(String::as_str).collect();
        let Some(sealed) = app.journal.sealed(&identities).await? else { continue };
        let Some(place) = app.journal.find(sealed.made.event).await? else { continue };
        if place.seq < picture.checkpoint.size {
            let proofs = identities.iter().map(|identity| (*identity).to_owned()).zip(sealed.proofs).collect();
            return Ok((picture, SealOfPicture { entry: place.seq, size: sealed.made.seal.size, proofs }));
        }
    }
    Err(RefusalCode::ServiceUnavailable.into())
}

/// Reads until nothing moved while it was read: documents, histories and checkpoint then belong together.
async fn settled_picture(app: &App, request: &ExtractRequest) -> Result<Picture, OperationError> {
    for _ in 0..TRIES_MAX {
        let before = newest_checkpoint(app).await?.size;
        let picture = picture(app, request).await?;
        if picture.checkpoint.size == before {
            return Ok(picture);
        }
    }
    // A busy log: what moves is rarely what is asked for. The histories decide.
    for _ in 0..TRIES_MAX {
        let first = picture(app, request).await?;
        let second = picture(app, request).await?;
        // Nothing moved from before the first checkpoint till after it; what came after the second histories were read
        // may lie below the second checkpoint.
        if first.subjects == second.subjects && states(&first) == states(&second) {
            return Ok(first);
        }
    }
    Err(RefusalCode::ServiceUnavailable.into())
}

fn states(picture: &Picture) -> Vec<(State, Option<i64>)> {
    picture.rows.iter().map(|row| (row.state(), row.state_seq)).collect()
}

async fn newest_checkpoint(app: &App) -> Result<StoredCheckpoint, OperationError> {
    Ok(app.journal.latest_checkpoint().await?.ok_or(RefusalCode::ExtractScopeEmpty)?)
}

async fn picture(app: &App, request: &ExtractRequest) -> Result<Picture, OperationError> {
    let rows = scope::documents(app, request).await?;
    let mut cases: Vec<(CaseRow, Vec<DocumentId>)> = Vec::new();
    let mut identities = Vec::new();
    let mut offers = BTreeSet::new();
    for row in &rows {
        for case in cases::of_document(&app.db, row.id).await? {
            match cases.iter_mut().find(|(known, _)| known.id == case.id) {
                Some((_, documents)) => documents.push(row.id),
                None => cases.push((case, vec![row.id])),
            }
        }
        if let Some((offer, _)) = row.offer {
            offers.extend(offer_entries(app, offer).await?);
        }
        identities.push(commit::document_subject(row.id));
    }
    identities.extend(request.period.iter().map(|period| commit::party_subject(&period.party)));
    identities.extend(cases.iter().map(|(case, _)| case_subject(case.id)));
    let mut talk = None;
    if let Some(about) = request.about {
        let found = talk::look(app, about).await?;
        let messages: BTreeSet<String> = found.messages.iter().map(|id| send_messages::subject(*id)).collect();
        identities.extend(messages.into_iter().chain([about.record().identity()]));
        talk = Some(found);
    }
    let mut subjects = BTreeMap::new();
    let mut pruned = BTreeMap::new();
    for identity in identities {
        let gone = app.journal.pruned_part(&identity).await?;
        if let Some(gone) = gone {
            must_reach(app, &identity, gone.at, request).await?;
            pruned.insert(identity.clone(), gone);
        }
        let entries = app.journal.entries_of_subject(&identity).await?;
        subjects.insert(identity, entries);
    }
    let checkpoint = newest_checkpoint(app).await?;
    Ok(Picture { rows, cases, checkpoint, subjects, pruned, offers, talk })
}

/// That what was pruned of a history, the last of it at `ended`, is not asked for: a party's may begin later, where its period
/// does; of a document or a case every entry is needed.
async fn must_reach(app: &App, identity: &str, ended: Moment, request: &ExtractRequest) -> Result<(), OperationError> {
    let is_outside = request.period.is_some_and(|period| ended < period.from);
    if identity.starts_with("party:") && is_outside {
        return Ok(());
    }
    let minimum = app.journal.minimum().await?;
    Err(Refusal::new(RefusalCode::EntriesPruned).with("minimum", minimum.to_string()).into())
}

/// The entries by which the versions of an offer were published, as far as they are held.
async fn offer_entries(app: &App, offer: OfferId) -> Result<Vec<u64>, OperationError> {
    let mut entries = Vec::new();
    for version in offers::versions(&app.db, offer).await? {
        entries.extend(app.journal.find(version.event).await?.map(|entry| entry.seq));
    }
    let minimum = app.journal.minimum().await?;
    entries.retain(|seq| *seq >= minimum);
    Ok(entries)
}

fn case_subject(case: CaseId) -> String {
    format!("case:{case}")
}

async fn officer_name(app: &App, caller: &Caller) -> Result<String, OperationError> {
    let row = certificates::load(&app.db, &caller.certificate_sha256).await?;
    let certificate = row.and_then(|row| Certificate::from_der(&row.der).ok());
    let name = certificate.and_then(|certificate| certificate.subject_facts().common_name.clone());
    Ok(name.unwrap_or_else(|| caller.iin.to_string()))
}

fn case_facts(case: &CaseRow, documents: &[DocumentId]) -> CaseFacts {
    CaseFacts {
        id: case.id,
        certificate_sha256: case.certificate_sha256,
        reported_at: case.reported_at,
        compromised_since: case.compromised_since,
        cut_off: case.cut_off,
        state: case.state.code().to_owned(),
        documents: documents.to_vec(),
    }
}

async fn document(
    app: &App,
    row: &DocumentRow,
    picture: &Picture,
    evidence: &mut EvidenceFacts,
) -> Result<DocumentFacts, OperationError> {
    let key = keep_content::operator_key(app, row.id).await?;
    let mut files = Vec::new();
    for file in store::files(&app.db, row.id).await? {
        let bytes = keep_content::get(app, &key, &file.blob_address, &file.sha256).await?;
        files.push(FileFacts { name: file.name, media_type: file.media_type, bytes });
    }
    let mut files = files.into_iter();
    let original = files.next().ok_or_else(|| Fault::Inconsistent(format!("document {} has no original", row.id)))?;
    let rows = signatures::of_document(&app.db, row.id).await?;
    let contesting = picture.cases.iter().filter(|(_, documents)| documents.contains(&row.id));
    let contesting: Vec<&CaseRow> = contesting.map(|(case, _)| case).collect();
    let mut signature_facts = Vec::new();
    for signature in &rows {
        let cms = keep_content::get(app, &key, &signature.blob_address, &signature.cms_sha256).await?;
        let mut time_stamp = None;
        for (kind, der) in keep_signature::get_evidence(app, &key, signature.id).await? {
            match kind {
                EvidenceKind::TimeStamp => time_stamp = Some(der),
                EvidenceKind::Ocsp => evidence.ocsp.push(der),
                EvidenceKind::Crl => evidence.crls.push(der),
                EvidenceKind::Certificate => evidence.certificates.push(der),
            }
        }
        let entry = app.journal.find(signature.event).await?;
        signature_facts.push(signature_of(signature, cms, time_stamp, entry.map(|entry| entry.seq), &contesting));
    }
    let cases: Vec<CaseRow> = cases::of_document(&app.db, row.id).await?;
    let conditions = read_document::conditions(app, row, &rows, &cases).await?;
    let recorded = match row.recorded_event {
        Some(event) => app.journal.find(event).await?,
        None => None,
    };
    let receipts = store::receipts(&app.db, row.id).await?;
    Ok(DocumentFacts {
        id: row.id,
        kind: row.kind.code().to_owned(),
        number: row.number.clone(),
        title: row.title.clone(),
        date: row.date.as_deref().and_then(|date| CivilDate::parse(date).ok()),
        state: row.state().code().to_owned(),
        sender: (row.sender, issue_receipt::name_of(app, &row.sender).await?),
        recipient: (row.recipient, issue_receipt::name_of(app, &row.recipient).await?),
        recorded: recorded.map(|entry| (entry.seq, entry.at)),
        original,
        attachments: files.collect(),
        signatures: signature_facts,
        receipts: receipts.into_iter().map(|receipt| receipt.cms).collect(),
        conditions: conditions
            .into_iter()
            .map(|finding| ConditionFacts {
                condition: finding.condition.to_owned(),
                clause: finding.clause.to_owned(),
                holds: finding.holds,
                evidence: finding.evidence,
            })
            .collect(),
    })
}

fn signature_of(
    row: &SignatureRow,
    cms: Vec<u8>,
    time_stamp: Option<Vec<u8>>,
    entry: Option<u64>,
    cases: &[&CaseRow],
) -> SignatureFacts {
    let certificate_sha256 = *row.certificate_sha256.as_bytes();
    // A case that contests the document does so by the signatures of its own certificate.
    let contested = cases.iter().filter(|case| case.certificate_sha256 == certificate_sha256);
    let contested_by = contested.map(|case| case.id).collect();
    SignatureFacts {
        id: row.id,
        side: row.side.clone(),
        cms,
        time_stamp,
        certificate_sha256,
        common_name: row.common_name.clone(),
        iin: Iin::parse(&row.iin, IdentifierPolicy::AcceptTest).ok(),
        bin: row.bin.as_deref().and_then(|bin| Bin::parse(bin, IdentifierPolicy::AcceptTest).ok()),
        role: row.role.clone(),
        claimed_at: row.claimed_at,
        proven_at: row.proven_at,
        checked_at: row.checked_at,
        indication: row.indication.clone(),
        sub_indication: row.sub_indication.clone(),
        entry,
        contested_by,
    }
}

/// The checkpoint with a time stamp over it, fetched now when it has none or an old one: how fresh the checkpoint is when
/// the extract is sealed must be proven, and that the period asked for was over by then.
async fn stamped(
    app: &App,
    checkpoint: StoredCheckpoint,
    period: Option<&PartyPeriod>,
) -> Result<StoredCheckpoint, OperationError> {
    let token = checkpoint.time_stamp.as_deref().and_then(|token| TimeStampToken::from_der(token).ok());
    let is_fresh =
        |at: Moment| app.clock.now().since(at) <= STAMP_AGE_MAX && period.is_none_or(|period| period.to <= at);
    if token.is_some_and(|token| is_fresh(token.info().gen_time)) {
        return Ok(checkpoint);
    }
    let imprint = DigestAlgorithm::Sha256.digest(checkpoint.note.as_bytes());
    let token = app.responders.time_stamp(&imprint, &mut app.rng.clone()).await.map_err(|error| {
        tracing::warn!(responder.error = %error, "no time stamp over the checkpoint");
        OperationError::from(RefusalCode::TimeStampUnavailable)
    })?;
    // Of two stamps over one checkpoint the journal keeps the first; the extract holds the fresh one.
    app.journal.save_time_stamp(checkpoint.size, &token).await?;
    Ok(StoredCheckpoint { time_stamp: Some(token), ..checkpoint })
}

async fn journal_facts(
    app: &App,
    picture: &Picture,
    seal: &SealOfPicture,
    period: Option<&PartyPeriod>,
    (checkpoint, note): (StoredCheckpoint, String),
) -> Result<JournalFacts, OperationError> {
    let size = checkpoint.size;
    // The first entry fixes the key under which each subject has one name.
    let beside = picture.offers.iter().copied().filter(|seq| *seq < size).chain([0, seal.entry]);
    let numbers: BTreeSet<u64> = picture.subjects.values().flatten().copied().chain(beside).collect();
    let whole = revealed_whole(picture, seal, period);
    let shown: BTreeSet<[u8; 32]> = picture.subjects.keys().map(|identity| app.journal.pseudonym(identity)).collect();
    let mut entries = Vec::new();
    let mut destroyed = Destroyed::default();
    let mut counters: BTreeMap<[u8; 32], Vec<(u64, u64)>> = BTreeMap::new();
    for seq in numbers {
        let stored = app.journal.entry(seq).await?.ok_or(JournalError::NoEntry { seq, size })?;
        let (entry, fields) = stored.proven()?;
        let is_inside = period.is_some_and(|period| period.contains(entry.at()));
        let is_whole = whole.contains(&seq) || is_inside;
        let told = fields.get(field::DOCUMENT_ID).and_then(Value::as_str);
        destroyed.pass(&entry.kind, told.filter(|_| is_inside), picture);
        for (field, opening) in &stored.openings {
            if let (Field::Subject(_), Some(link)) = (field, SubjectLink::from_value(&opening.value)) {
                counters.entry(link.subject).or_default().push((link.n, seq));
            }
        }
        entries.push(EntryFacts {
            seq,
            openings: openings(&stored, is_whole, destroyed.needed(&entry.kind, told), &shown),
            proof: app.journal.inclusion_proof(seq, size).await?,
            body: stored.body,
            leaf: stored.leaf,
        });
    }
    for (identity, entries) in &picture.subjects {
        let gone = picture.pruned.get(identity).map_or(0, |gone| gone.count);
        must_be_counted(identity, gone, entries, counters.get(&app.journal.pseudonym(identity)))?;
    }
    let mut pruned = BTreeMap::new();
    for (identity, gone) in &picture.pruned {
        pruned.insert(identity, pruned::facts(app, gone, size).await?);
    }
    let subjects = picture.subjects.iter().map(|(identity, entries)| SubjectFacts {
        identity: identity.clone(),
        pseudonym: hex::encode(app.journal.pseudonym(identity)),
        proof: app.journal.pseudonym_proof(identity),
        sealed: seal.proofs.get(identity).map(sealed_facts),
        pruned: pruned.remove(identity),
        entries: entries.clone(),
    });
    Ok(JournalFacts {
        entries,
        size,
        root: checkpoint.root,
        subjects: subjects.collect(),
        seal: Some(SealFacts { entry: seal.entry, size: seal.size }),
        checkpoint: note,
        time_stamp: checkpoint.time_stamp,
    })
}

/// Documents recorded in the period that are not in the extract: the entries that tell of their destruction account for them,
/// wherever they lie.
#[derive(Default)]
struct Destroyed(BTreeSet<String>);

impl Destroyed {
    /// Takes note of an entry of the period that tells a document.
    fn pass(&mut self, entry_kind: &str, told: Option<&str>, picture: &Picture) {
        let Some(id) = told.filter(|_| scope::records(entry_kind)) else { return };
        if !picture.rows.iter().any(|row| row.id.to_string() == id) {
            self.0.insert(id.to_owned());
        }
    }

    /// The fields of an entry that tells a document which the format demands also of one outside the period.
    fn needed(&self, entry_kind: &str, told: Option<&str>) -> &'static [&'static str] {
        match entry_kind {
            kind::DOCUMENT_CONTESTED => &[field::DOCUMENT_ID, field::CASE_ID],
            kind::DOCUMENT_DESTROYED if told.is_some_and(|id| self.0.contains(id)) => &[field::DOCUMENT_ID],
            _ => &[],
        }
    }
}

/// That the index lists of a subject what the entries themselves have committed to: 1, 2, 3 … in order. The index is a
/// cache that can be changed by hand.
fn must_be_counted(
    identity: &str,
    gone: u64,
    listed: &[u64],
    opened: Option<&Vec<(u64, u64)>>,
) -> Result<(), OperationError> {
    let counted: Vec<(u64, u64)> = (gone.saturating_add(1)..).zip(listed.iter().copied()).collect();
    let mut opened = opened.cloned().unwrap_or_default();
    opened.sort_unstable();
    if opened == counted {
        return Ok(());
    }
    Err(Fault::Inconsistent(format!("the index of {identity} is not what its entries say; run the journal audit"))
        .into())
}

/// The entries that are revealed whenever they were made: all except those that are here only because the history of a
/// party is shown without a gap.
fn revealed_whole(picture: &Picture, seal: &SealOfPicture, period: Option<&PartyPeriod>) -> BTreeSet<u64> {
    let party = period.map(|period| commit::party_subject(&period.party));
    let asked = picture.subjects.iter().filter(|(identity, _)| Some(*identity) != party.as_ref());
    let entries = asked.flat_map(|(_, entries)| entries.iter().copied());
    entries.chain(picture.offers.iter().copied()).chain([0, seal.entry]).collect()
}

/// What is revealed of an entry: who acted, what was said, and its place among the entries of the subjects shown here;
/// not its place among those of others. Of one outside the period that was asked for only the place is revealed, and the
/// fields that are `needed`.
fn openings(stored: &StoredEntry, is_whole: bool, needed: &[&str], shown: &BTreeSet<[u8; 32]>) -> Vec<OpeningFacts> {
    let told = |name: &str| !KEPT_BACK.contains(&name) && (is_whole || needed.contains(&name));
    let reveals = |field: Field, value: &Value, name: Option<&str>| match field {
        Field::Actor => is_whole,
        Field::Payload(_) => name.is_some_and(told),
        Field::Subject(_) => SubjectLink::from_value(value).is_some_and(|link| shown.contains(&link.subject)),
    };
    let place = |field: Field| match field {
        Field::Actor => ("actor", 0),
        Field::Payload(index) => ("payload", index),
        Field::Subject(index) => ("subj", index),
    };
    stored
        .openings
        .iter()
        .filter(|(field, opening)| reveals(*field, &opening.value, opening.payload_field().map(|(name, _)| name)))
        .map(|(field, opening)| {
            let (place, index) = place(*field);
            OpeningFacts { place: place.to_owned(), index, salt: opening.salt, value: opening.value.clone() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holders_own_words_are_kept_back() {
        assert!(KEPT_BACK.contains(&"circumstances") && !KEPT_BACK.contains(&field::CASE_ID));
    }
}
