//! An act that was sent, received and countersigned, in a log; and the extract about it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]

use std::collections::BTreeMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use signed_note::{Note, StandardSigner};
use uuid::Uuid;

use qolhat::domain::ids::{CaseId, CourtRequestId, DocumentId, ExtractId, SignatureId};
use qolhat::domain::party::IdentifierPolicy::AcceptTest;
use qolhat::domain::party::{Bin, IdentifierPolicy, Iin, Party};
use qolhat::domain::time::Moment;
use qolhat::extract::build::{self, Prepared};
use qolhat::extract::facts::{
    AskerFacts, CaseFacts, ConditionFacts, DocumentFacts, EntryFacts, EvidenceFacts, ExtractFacts, FileFacts,
    JournalFacts, OfficerFacts, OpeningFacts, OperatorFacts, OtherSubjectFacts, RequestFacts, SealFacts, SealedFacts,
    SignatureFacts, SubjectFacts,
};
use qolhat::extract::format::{field, kind};
use qolhat::extract::operator::OperatorCard;
use qolhat::journal::checkpoint::{Checkpoint, LogIdentity};
use qolhat::journal::entry::{Entry, Opening, leaf_hash};
use qolhat::journal::first_entry;
use qolhat::journal::map::{self, MapLeaf};
use qolhat::journal::seal::{self, Seal};
use qolhat::journal::subjects::{SubjectLink, pseudonym};
use qolhat::journal::vrf::{SUITE_NAME, VrfSecretKey};
use qolhat::signature::Signer;
use qolhat_pki::issue::cms_sign::Packaging;
use qolhat_pki::issue::ocsp_builder::CertificateState;

use super::world::{Holder, OFFICER_IIN, OPERATOR_BIN, RECIPIENT_IIN, SENDER_BIN, SENDER_IIN, World, at};

const ORIGIN: &str = "log.operator.example/1";
const PSEUDONYM_KEY: [u8; 32] = [5; 32];
/// What the operator calls a subject whose history he keeps twice.
pub const OTHER: &str = "document:other";
pub const ORIGINAL: &[u8] = b"<act>1 000 000</act>\n";
const ATTACHMENT: &[u8] = b"a list of the works";

pub fn vrf() -> VrfSecretKey {
    VrfSecretKey::from_seed(&PSEUDONYM_KEY)
}

/// When things happened.
pub fn sent_at() -> Moment {
    at("2026-11-22T10:00:00Z")
}

pub fn received_at() -> Moment {
    at("2026-11-22T10:00:04.250Z")
}

pub fn made_at() -> Moment {
    at("2026-11-24T09:00:00Z")
}

pub fn document_id() -> DocumentId {
    DocumentId::from(Uuid::from_u128(0x11))
}

fn signature_id(side: &str) -> SignatureId {
    SignatureId::from(Uuid::from_u128(if side == "sender" { 0x21 } else { 0x22 }))
}

pub fn case_id() -> CaseId {
    CaseId::from(Uuid::from_u128(0x31))
}

pub fn hex_of(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A log in memory.
pub struct Log {
    pub identity: LogIdentity,
    signer: StandardSigner,
    entries: Vec<EntryFacts>,
    heads: BTreeMap<String, (u64, u64, [u8; 32])>,
    /// Subjects that this operator gives another name than theirs.
    aliases: BTreeMap<String, String>,
    /// The map of the last seal.
    tiles: BTreeMap<map::Prefix, map::MapTile>,
    salts: u64,
}

impl Log {
    pub fn new(seed: u8) -> Self {
        Self::since(seed, at("2026-11-01T00:00:00Z"))
    }

    /// A log that was opened at that time.
    pub fn since(seed: u8, opened: Moment) -> Self {
        use base64::Engine as _;
        let identity = LogIdentity::from_seed(ORIGIN, &[seed; 32], PSEUDONYM_KEY).unwrap();
        let id = identity.verifier_key().split('+').nth(1).unwrap().to_owned();
        let secret = base64::prelude::BASE64_STANDARD.encode([&[1][..], &[seed; 32]].concat());
        let signer = StandardSigner::new(&format!("PRIVATE+KEY+{ORIGIN}+{id}+{secret}")).unwrap();
        let mut log = Self {
            identity,
            signer,
            entries: Vec::new(),
            heads: BTreeMap::new(),
            aliases: BTreeMap::new(),
            tiles: BTreeMap::new(),
            salts: 0,
        };
        let key = hex::encode(vrf().public().to_bytes());
        let fields = [(first_entry::SUITE_FIELD, json!(SUITE_NAME)), (first_entry::KEY_FIELD, json!(key))];
        log.append(first_entry::KIND, &[], &fields, opened);
        log
    }

    /// The name under which the log knows a subject.
    /// A subject of which these entries are shown, under the last seal.
    pub fn subject(&self, identity: &str, entries: Vec<u64>) -> SubjectFacts {
        subject(identity, entries, &self.tiles)
    }

    fn name(&self, subject: &str) -> [u8; 32] {
        pseudonym(&vrf(), self.aliases.get(subject).map_or(subject, String::as_str))
    }

    fn open(&mut self, place: &str, index: usize, value: Value) -> (OpeningFacts, [u8; 32]) {
        self.salts += 1;
        let salt: [u8; 32] = Sha256::digest(self.salts.to_be_bytes()).into();
        let commitment = Opening { salt, value: value.clone() }.commitment().unwrap();
        (OpeningFacts { place: place.to_owned(), index, salt, value }, commitment)
    }

    /// Appends an entry; answers its number.
    pub fn append(&mut self, kind: &str, subjects: &[String], fields: &[(&str, Value)], at: Moment) -> u64 {
        let seq = u64::try_from(self.entries.len()).unwrap();
        let (actor, actor_commitment) = self.open("actor", 0, json!({"iin": SENDER_IIN}));
        let mut openings = vec![actor];
        let mut payload = Vec::new();
        for (index, (name, value)) in fields.iter().enumerate() {
            let (opening, commitment) = self.open("payload", index, json!({"name": name, "value": value}));
            openings.push(opening);
            payload.push(commitment);
        }
        let mut links = Vec::new();
        for (index, subject) in subjects.iter().enumerate() {
            let before = self.heads.get(subject).copied();
            let link = SubjectLink {
                subject: self.name(subject),
                n: before.map_or(1, |(n, ..)| n + 1),
                prev: before.map(|(.., leaf)| leaf),
            };
            let (opening, commitment) = self.open("subj", index, link.to_value());
            openings.push(opening);
            links.push(commitment);
        }
        let entry = Entry {
            actor: actor_commitment,
            id: Uuid::from_u128(u128::from(seq) + 0x100),
            kind: kind.to_owned(),
            log: ORIGIN.to_owned(),
            payload,
            subjects: links,
            t_ms: at.unix_micros() / 1000,
        };
        let body = entry.to_bytes().unwrap();
        let leaf = leaf_hash(&body);
        for subject in subjects {
            let head = self.heads.entry(subject.clone()).or_insert((0, seq, leaf));
            *head = (head.0 + 1, seq, leaf);
        }
        self.entries.push(EntryFacts { seq, body, leaf, openings, proof: Vec::new() });
        seq
    }

    /// The signed note over the log as it is, with its size and root.
    pub fn checkpoint(&self) -> (String, u64, [u8; 32]) {
        let (tree, size) = (self.tree(), u64::try_from(self.entries.len()).unwrap());
        let root: [u8; 32] = tree.root().as_bytes()[..].try_into().unwrap();
        let text = Checkpoint { origin: ORIGIN.to_owned(), size, root }.to_text().unwrap();
        let mut note = Note::new(&text, &[]).unwrap();
        note.add_sigs(&[&self.signer]).unwrap();
        (String::from_utf8(note.to_bytes()).unwrap(), size, root)
    }

    fn tree(&self) -> MemoryBackedTree<Sha256, Vec<u8>> {
        let mut tree = MemoryBackedTree::new();
        self.entries.iter().for_each(|entry| tree.push(entry.body.clone()));
        tree
    }

    /// Seals the log as it is, with an entry; the entry's number, the size sealed, and the map.
    pub fn seal(&mut self, at: Moment) -> (SealFacts, BTreeMap<map::Prefix, map::MapTile>) {
        let size = u64::try_from(self.entries.len()).unwrap();
        let leaves: Vec<MapLeaf> = self
            .heads
            .iter()
            .map(|(identity, (count, seq, leaf))| MapLeaf {
                subject: self.name(identity),
                count: *count,
                seq: *seq,
                leaf: *leaf,
            })
            .collect();
        let mut tiles = BTreeMap::new();
        map::put(&mut tiles, &leaves).unwrap();
        let seal = Seal {
            day: "2026-11-23".to_owned(),
            size,
            root: self.tree().root().as_bytes()[..].try_into().unwrap(),
            subjects: u64::try_from(leaves.len()).unwrap(),
            map: tiles[&Vec::new()].hash(),
        };
        let entry = self.append(seal::KIND, &[seal::SUBJECT.to_owned()], &[(seal::FIELD, seal.to_value())], at);
        self.tiles.clone_from(&tiles);
        (SealFacts { entry, size }, tiles)
    }

    /// Entries with their proofs.
    pub fn shown(&self, wanted: &[u64]) -> Vec<EntryFacts> {
        let tree = self.tree();
        let proven = |seq: &u64| {
            let index = usize::try_from(*seq).unwrap();
            let proof = tree.prove_inclusion(index);
            let proof = proof.as_bytes().chunks(32).map(|hash| hash.try_into().unwrap()).collect();
            EntryFacts { proof, ..self.entries[index].clone() }
        };
        wanted.iter().map(proven).collect()
    }
}

/// What is told otherwise than usual.
#[derive(Default, Clone)]
pub struct Turn {
    /// A case of compromise contests the sender's signature.
    pub compromised: bool,
    /// What the responder said of the sender's certificate on receipt.
    pub sender_revoked_at: Option<Moment>,
    /// The officer annulled the certificate in that case.
    pub annulled: bool,
    /// The sender's signature carries its content.
    pub attached: bool,
    /// Who signs for the sender, when it is not his head.
    pub sender: Option<Pick>,
    /// Who signs for the recipient, when it is not himself.
    pub recipient: Option<Pick>,
    /// Kinds of entries put between record and countersignature.
    pub between: &'static [&'static str],
    /// The document that those entries tell instead of this one, among whose entries they are.
    pub telling: Option<&'static str>,
    /// The history of the recipient is shown besides.
    pub of_recipient: bool,
    /// The receipt is written among the entries of somebody else than the recipient that it tells.
    pub hidden_receipt: bool,
}

/// Picks a holder of the world.
pub type Pick = fn(&World) -> &Holder;

pub fn cut_off() -> Moment {
    at("2026-11-22T09:00:00Z")
}

/// The extract about the act, before anybody signs it.
pub fn facts(world: &World, log: &mut Log, turn: &Turn) -> ExtractFacts {
    let document = format!("document:{}", document_id());
    let (sender_key, recipient_key) = (format!("party:bin:{SENDER_BIN}"), format!("party:iin:{RECIPIENT_IIN}"));
    let packaging = if turn.attached { Packaging::Attached } else { Packaging::Detached };
    let accepted_at = at("2026-11-22T11:00:00Z");
    let sender = turn.sender.map_or(&world.sender, |pick| pick(world));
    let recipient = turn.recipient.map_or(&world.recipient, |pick| pick(world));
    let sender_cms = world.sign(sender, ORIGINAL, sent_at(), packaging);
    let recipient_cms = world.sign(recipient, ORIGINAL, accepted_at, Packaging::Detached);
    let sender_state = match turn.sender_revoked_at {
        Some(at) => CertificateState::Revoked { at, reason: Some(1) },
        None => CertificateState::Good,
    };

    log.append("session.opened", std::slice::from_ref(&sender_key), &[], at("2026-11-22T09:59:00Z"));
    let sender_stamp = world.stamp_signature(&sender_cms, at("2026-11-22T10:00:02Z"));
    let recipient_stamp = world.stamp_signature(&recipient_cms, at("2026-11-22T11:00:01Z"));
    let mut fields = vec![
        (field::DOCUMENT_ID, json!(document_id().to_string())),
        (field::KIND, json!("completion-act")),
        (field::NUMBER, json!("17")),
        (field::SENDER, json!(format!("bin:{SENDER_BIN}"))),
        (field::RECIPIENT, json!(format!("iin:{RECIPIENT_IIN}"))),
        (field::CONTENT_SHA256, json!(hex_of(ORIGINAL))),
        (field::CONTENT_NAME, json!("акт 17.xml")),
        (field::ATTACHMENTS, json!([{"name": "works.txt", "sha256": hex_of(ATTACHMENT), "size": ATTACHMENT.len()}])),
    ];
    fields.extend(signature_fields("sender", &sender_cms, sender));
    let receiver = if turn.hidden_receipt { "party:iin:nobody" } else { &recipient_key };
    let recorded = log.append(
        kind::DOCUMENT_RECORDED,
        &[document.clone(), sender_key.clone(), receiver.to_owned()],
        &fields,
        received_at(),
    );
    let session = log.append("session.opened", std::slice::from_ref(&recipient_key), &[], at("2026-11-22T10:59:00Z"));
    let mut history = vec![recorded];
    for kind in turn.between {
        let told = turn.telling.map_or_else(|| document_id().to_string(), str::to_owned);
        let of_document = [(field::DOCUMENT_ID, json!(told))];
        let seq = log.append(kind, &[document.clone(), sender_key.clone()], &of_document, at("2026-11-22T10:59:30Z"));
        history.push(seq);
    }
    let mut fields = vec![(field::DOCUMENT_ID, json!(document_id().to_string()))];
    fields.extend(signature_fields("recipient", &recipient_cms, recipient));
    let signed = log.append(
        kind::DOCUMENT_SIGNED,
        &[document.clone(), sender_key.clone(), recipient_key.clone()],
        &fields,
        at("2026-11-22T11:00:03Z"),
    );
    history.push(signed);
    let mut shown = [vec![0], history.clone()].concat();
    let mut of_recipient = vec![session, signed];
    if turn.of_recipient {
        shown.push(session);
        if !turn.hidden_receipt {
            of_recipient.insert(0, recorded);
        }
    }
    let mut case_history = Vec::new();
    let certificate = sender.certificate.sha256();
    if turn.compromised {
        let case = |more: &[(&'static str, Value)]| {
            let mut fields = vec![(field::CASE_ID, json!(case_id().to_string()))];
            fields.extend(more.iter().cloned());
            fields
        };
        let reported = case(&[
            (field::CERTIFICATE_SHA256, json!(hex::encode(certificate))),
            (field::REPORTED_AT, json!("2026-11-23T08:00:00Z")),
            (field::COMPROMISED_SINCE, json!("2026-11-22T08:00:00Z")),
        ]);
        let subject = [format!("case:{}", case_id()), sender_key.clone()];
        case_history.push(log.append(kind::COMPROMISE_REPORTED, &subject, &reported, at("2026-11-23T08:00:00Z")));
        let contested = case(&[(field::DOCUMENT_ID, json!(document_id().to_string()))]);
        let seq = log.append(
            kind::DOCUMENT_CONTESTED,
            &[document.clone(), sender_key.clone()],
            &contested,
            at("2026-11-23T08:00:01Z"),
        );
        shown.push(seq);
        history.push(seq);
        if turn.annulled {
            let annulled = case(&[
                (field::CERTIFICATE_SHA256, json!(hex::encode(certificate))),
                (field::CUT_OFF, json!(cut_off().to_string())),
            ]);
            case_history.push(log.append(kind::COMPROMISE_ANNULLED, &subject, &annulled, at("2026-11-23T09:00:00Z")));
        }
        shown.extend(&case_history);
    }
    let (seal, tiles) = log.seal(at("2026-11-23T09:00:01Z"));
    shown.push(seal.entry);
    shown.sort_unstable();
    log.append("session.closed", &[sender_key], &[], at("2026-11-23T18:00:00Z"));
    let (checkpoint, size, root) = log.checkpoint();
    let receipt = world.sign(
        &world.system,
        receipt_body(log, recorded, &hex_of(&sender_cms)).to_string().as_bytes(),
        received_at(),
        Packaging::Attached,
    );
    let mut subjects = vec![subject(&document, history, &tiles)];
    if turn.of_recipient {
        subjects.push(subject(&recipient_key, of_recipient, &tiles));
    }
    if turn.compromised {
        subjects.push(subject(&format!("case:{}", case_id()), case_history, &tiles));
    }
    ExtractFacts {
        id: ExtractId::from(Uuid::from_u128(0x41)),
        number: 3,
        made_at: made_at(),
        operator: OperatorFacts {
            bin: Bin::parse(OPERATOR_BIN, IdentifierPolicy::AcceptTest).unwrap(),
            name: "ТОО «Оператор»".to_owned(),
            log_origin: ORIGIN.to_owned(),
            log_key: log.identity.verifier_key().to_owned(),
            registry: Some("https://edo.example.kz/registry".to_owned()),
        },
        officer: OfficerFacts { iin: iin(OFFICER_IIN), name: officer_name(world) },
        request: RequestFacts {
            asked_by: AskerFacts::CourtRequest {
                id: CourtRequestId::from(Uuid::from_u128(0x71)),
                authority: "суд".to_owned(),
                reference: "71-26".to_owned(),
                dated: "2026-11-20".to_owned(),
            },
            ground: "определение".to_owned(),
            scope: "акт № 17".to_owned(),
            period: None,
            about: None,
        },
        talk: None,
        documents: vec![DocumentFacts {
            id: document_id(),
            kind: "completion-act".to_owned(),
            number: "17".to_owned(),
            title: "Акт".to_owned(),
            date: None,
            state: "accepted".to_owned(),
            sender: (party(&format!("bin:{SENDER_BIN}")), "ТОО «Клиент»".to_owned()),
            recipient: (party(&format!("iin:{RECIPIENT_IIN}")), "Уәкіл Бір".to_owned()),
            recorded: Some((recorded, received_at())),
            original: file("акт 17.xml", ORIGINAL),
            attachments: vec![file("works.txt", ATTACHMENT)],
            signatures: vec![
                signature("sender", sender_cms, sender_stamp, sender, recorded, turn.compromised),
                signature("recipient", recipient_cms, recipient_stamp, recipient, signed, false),
            ],
            receipts: vec![receipt],
            conditions: vec![ConditionFacts {
                condition: "authentic".to_owned(),
                clause: "A5.2.3.1".to_owned(),
                holds: true,
                evidence: json!({}),
            }],
        }],
        cases: if turn.compromised { vec![case_facts(certificate, turn.annulled)] } else { Vec::new() },
        evidence: EvidenceFacts {
            certificates: vec![world.ca.certificate.der().to_vec()],
            ocsp: vec![
                world.ocsp(&sender.certificate, sender_state, at("2026-11-22T10:00:03Z")),
                world.ocsp(&recipient.certificate, CertificateState::Good, at("2026-11-22T11:00:02Z")),
            ],
            crls: vec![world.root_crl()],
        },
        journal: JournalFacts {
            entries: log.shown(&shown),
            time_stamp: Some(world.stamp(checkpoint.as_bytes(), made_at())),
            checkpoint,
            size,
            root,
            subjects,
            seal: Some(seal),
        },
    }
}

/// What a map shows of a subject.
pub fn sealed(tiles: &BTreeMap<map::Prefix, map::MapTile>, subject: &[u8; 32]) -> SealedFacts {
    let proof = map::look_up(tiles, subject).unwrap();
    let other = match proof.found {
        map::Found::Other(MapLeaf { subject, count, seq, leaf }) => {
            Some(OtherSubjectFacts { subject, count, seq, leaf })
        }
        map::Found::Leaf(_) | map::Found::Nothing => None,
    };
    SealedFacts { other, hashes: proof.hashes }
}

/// The facts of an operator who wrote the history of one of the subjects under a name that is not its own.
pub fn with_second_chain(world: &World, seed: u8, turn: &Turn, place: usize) -> (Log, ExtractFacts) {
    let mut log = Log::new(seed);
    let identity = match place {
        0 => format!("document:{}", document_id()),
        _ => format!("party:iin:{RECIPIENT_IIN}"),
    };
    log.aliases.insert(identity.clone(), OTHER.to_owned());
    let mut facts = facts(world, &mut log, turn);
    let name = log.name(&identity);
    let shown = &mut facts.journal.subjects[place];
    assert_eq!(shown.identity, identity);
    shown.pseudonym = hex::encode(name);
    shown.sealed = Some(sealed(&log.tiles, &name));
    (log, facts)
}

fn subject(identity: &str, entries: Vec<u64>, tiles: &BTreeMap<map::Prefix, map::MapTile>) -> SubjectFacts {
    let pseudonym = pseudonym(&vrf(), identity);
    let sealed = Some(sealed(tiles, &pseudonym));
    let (proof, pseudonym) = (vrf().prove(identity.as_bytes()), hex::encode(pseudonym));
    SubjectFacts { identity: identity.to_owned(), pseudonym, proof, sealed, pruned: None, entries }
}

pub fn officer_name(world: &World) -> String {
    world.officer.certificate.subject_facts().common_name.unwrap()
}

/// The receipt as the operator writes it.
pub fn receipt_body(log: &Log, entry: u64, signature_sha256: &str) -> Value {
    json!({
        "type": "Receipt",
        "version": 1,
        "number": 1,
        "document_id": document_id().to_string(),
        "kind": "completion-act",
        "document_number": "17",
        "title": "Акт",
        "sender": {"party": format!("bin:{SENDER_BIN}"), "name": "ТОО «Клиент»"},
        "recipient": {"party": format!("iin:{RECIPIENT_IIN}"), "name": "Уәкіл Бір"},
        "content_sha256": hex_of(ORIGINAL),
        "attachments": [{"name": "works.txt", "sha256": hex_of(ATTACHMENT)}],
        "signature_sha256": signature_sha256,
        "received_at": received_at().to_string(),
        "journal": {
            "origin": ORIGIN,
            "key": log.identity.verifier_key(),
            "entry": entry,
            "leaf": hex::encode(log.entries[usize::try_from(entry).unwrap()].leaf),
        },
        "operator": {"bin": OPERATOR_BIN, "name": "ТОО «Оператор»"},
        "text": {"kk": "Қолхат", "ru": "Квитанция", "en": "Receipt"},
    })
}

fn signature_fields(side: &str, cms: &[u8], holder: &Holder) -> Vec<(&'static str, Value)> {
    let facts = holder.certificate.subject_facts();
    let mut fields = vec![
        (field::SIGNATURE_ID, json!(signature_id(side).to_string())),
        (field::SIGNATURE_SHA256, json!(hex_of(cms))),
        (field::CERTIFICATE_SHA256, json!(hex::encode(holder.certificate.sha256()))),
        (field::SIGNER_IIN, json!(facts.iin)),
        (field::VERDICT, json!("TOTAL-PASSED")),
    ];
    fields.extend(facts.bin.map(|bin| (field::SIGNER_BIN, json!(bin))));
    fields
}

fn signature(side: &str, cms: Vec<u8>, token: Vec<u8>, holder: &Holder, entry: u64, contested: bool) -> SignatureFacts {
    let facts = holder.certificate.subject_facts();
    SignatureFacts {
        id: signature_id(side),
        side: side.to_owned(),
        cms,
        time_stamp: Some(token),
        certificate_sha256: holder.certificate.sha256(),
        common_name: facts.common_name.unwrap(),
        iin: facts.iin.map(|number| iin(&number)),
        bin: facts.bin.map(|number| Bin::parse(&number, IdentifierPolicy::AcceptTest).unwrap()),
        role: Signer::of(&holder.certificate, AcceptTest).unwrap().role_code(),
        claimed_at: None,
        proven_at: None,
        checked_at: received_at(),
        indication: "TOTAL-PASSED".to_owned(),
        sub_indication: None,
        entry: Some(entry),
        contested_by: if contested { vec![case_id()] } else { Vec::new() },
    }
}

fn case_facts(certificate_sha256: [u8; 32], annulled: bool) -> CaseFacts {
    CaseFacts {
        id: case_id(),
        certificate_sha256,
        reported_at: at("2026-11-23T08:00:00Z"),
        compromised_since: at("2026-11-22T08:00:00Z"),
        cut_off: annulled.then(cut_off),
        state: if annulled { "annulled" } else { "open" }.to_owned(),
        documents: vec![document_id()],
    }
}

fn iin(digits: &str) -> Iin {
    Iin::parse(digits, IdentifierPolicy::AcceptTest).unwrap()
}

fn party(key: &str) -> Party {
    Party::parse_key(key, IdentifierPolicy::AcceptTest).unwrap()
}

fn file(name: &str, bytes: &[u8]) -> FileFacts {
    FileFacts { name: name.to_owned(), media_type: "application/octet-stream".to_owned(), bytes: bytes.to_vec() }
}

/// Seals `facts` with these keys.
pub fn seal(world: &World, facts: &ExtractFacts, system: &Holder, officer: &Holder, log: &LogIdentity) -> Vec<u8> {
    seal_prepared(world, &build::prepare(facts).unwrap(), system, officer, log)
}

pub fn seal_prepared(
    world: &World,
    prepared: &Prepared,
    system: &Holder,
    officer: &Holder,
    log: &LogIdentity,
) -> Vec<u8> {
    let operator_cms = world.long_term(system, &prepared.manifest_operator, at("2026-11-24T09:00:05Z"));
    let officer_cms = world.long_term(officer, &prepared.manifest_officer, at("2026-11-24T09:10:00Z"));
    let text = build::binding_text(ORIGIN, prepared, &operator_cms, &officer_cms);
    build::seal(prepared, &operator_cms, &officer_cms, &log.sign_text(&text).unwrap()).unwrap()
}

/// The reader's own file.
pub fn card(log: &LogIdentity) -> OperatorCard {
    OperatorCard {
        operator: OPERATOR_BIN.to_owned(),
        name: None,
        log_keys: vec![log.verifier_key().to_owned()],
        origin: Some(ORIGIN.to_owned()),
        witness_keys: Vec::new(),
        witness_quorum: None,
    }
}
