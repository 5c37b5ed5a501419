//! Entries past their term leave the database by two officers together, and everything that remains goes on holding.

use qolhat::access::rights::{Caller, Capability};
use qolhat::app::{App, Passwords};
use qolhat::db::Db;
use qolhat::demo::client::{Client, text};
use qolhat::demo::story::Actor;
use qolhat::docflow::State;
use qolhat::domain::ids::{DocumentId, PruningId};
use qolhat::domain::party::Party;
use qolhat::journal::checkpoint::Checkpoint;
use qolhat::journal::proof::{Frontier, verify_consistency, verify_inclusion};
use qolhat::journal::pruning::{self, Pruning};
use qolhat::journal::{JournalError, WaitError, rebuild_map};
use qolhat::operations::OperationError;
use qolhat::operations::decide_pruning::decide_pruning;
use qolhat::operations::propose_pruning::propose_pruning;
use qolhat::operations::prune_journal::prune_journal;
use qolhat::operations::read_document::read_document;
use qolhat::operations::second_officer::SecondDecision;
use qolhat::params;
use sqlx::AssertSqlSafe;

use super::seals::seal_while_the_ca_is_silent;
use super::*;
use crate::backup::{Elsewhere, qolhat};
use crate::support::stage::AGREEMENT;

/// The last entries that go are of this day; five years later they may.
const THEN: &str = "2026-11-22T09:00:00Z";
const TOO_EARLY: &str = "2031-11-21T09:00:00Z";
pub const LATER: &str = "2031-11-22T09:00:00Z";

/// A log of more than three exported segments, with a document in the first of them.
pub struct Old {
    pub stage: Stage,
    pub officer: Client,
    head: Actor,
    pub document: String,
    /// The event of an entry in the first segment.
    event: EventDraft,
    /// The checkpoint of long ago.
    before: Checkpoint,
}

impl Old {
    pub async fn set(database: Option<OwnDatabase>) -> Old {
        let stage = stage_on(database, THEN).await;
        let officer = stage.officer().await;
        let offer = stage.publish(&officer, AGREEMENT).await;
        let (head, client) = stage.joined("head-a", &offer).await;
        let (other, _) = stage.joined("head-b", &offer).await;
        let document = stage.recorded_act((&head, &client), &other, "1").await;
        let event = EventDraft {
            id: EventId::new(stage.now(), &mut stage.app.rng.clone()),
            kind: "attempt.refused".to_owned(),
            subjects: vec!["party:0".to_owned()],
            payload: vec![("number".to_owned(), json!(0))],
            actor: json!({"nobody": "in particular"}),
        };
        assert!(put(&stage.app, &event).await < WIDTH);
        let note = stage.app.journal.latest_checkpoint().await.unwrap().unwrap().note;
        let before = Checkpoint::open(&note, stage.app.journal.verifier_key()).unwrap();
        grow(&stage, 3 * WIDTH + 20).await;
        seal(&stage, 1).await;
        assert_eq!(export_due(&stage.app, 99).await.unwrap().len(), 3);
        Old { stage, officer, head, document, event, before }
    }

    /// The installation at another time; the service of before is gone.
    pub async fn at(&self, then: &str) -> App {
        self.stage.stop();
        self.stage.app.journal.close().await;
        let mut config = self.stage.config.clone();
        config.clock = Some(then.to_owned());
        App::open(&config, &Passwords::Demo).await.unwrap()
    }

    pub fn officer(&self, id: &str) -> Caller {
        let actor = self.stage.actor(id);
        Caller {
            iin: actor.iin,
            party: Party::Organization(self.stage.app.operator.bin),
            certificate_sha256: actor.auth.certificate.sha256(),
            roles: actor.auth.certificate.roles(),
            capability: None,
            officer: true,
            session: None,
        }
    }

    pub async fn propose(&self, app: &App, minimum: u64) -> Result<PruningId, OperationError> {
        propose_pruning(app, &self.officer("officer"), minimum, "Срок хранения истёк", None).await
    }

    pub async fn approve(&self, app: &App, id: PruningId) -> Result<(), OperationError> {
        decide_pruning(app, &self.officer("officer-2"), id, SecondDecision::Approve, None).await
    }

    async fn pruned(&self, app: &App, minimum: u64) {
        let id = self.propose(app, minimum).await.unwrap();
        self.approve(app, id).await.unwrap();
        assert_eq!(prune_journal(app).await.unwrap(), Some(minimum));
    }
}

async fn put(app: &App, event: &EventDraft) -> u64 {
    let mut tx = app.db.begin().await.unwrap();
    app.journal.enqueue(&mut tx, event).await.unwrap();
    tx.commit().await.unwrap();
    app.journal.wake();
    app.journal.wait(event.id, Duration::from_secs(30)).await.unwrap().seq
}

/// Every step of a pruning, and nobody asked.
async fn prune(owner: &Db, from: u64, to: u64) -> Result<(), JournalError> {
    let mut pruning = Pruning::new(owner.engine(), from, to);
    loop {
        let mut tx = owner.begin().await?;
        let goes_on = pruning.step(&mut tx).await?;
        tx.commit().await?;
        if !goes_on {
            return Ok(());
        }
    }
}

async fn count(app: &App, sql: &'static str) -> i64 {
    app.db.query_one(sql, &[]).await.unwrap().unwrap().int("count").unwrap()
}

pub fn refused<T: std::fmt::Debug>(answer: Result<T, OperationError>) -> &'static str {
    match answer {
        Err(OperationError::Refused(refusal)) => refusal.code.code(),
        other => panic!("{other:?}"),
    }
}

/// Keeps: JRN-03, JRN-07
#[tokio::test(flavor = "multi_thread")]
async fn entries_past_their_term_go_by_two_officers_and_all_that_remains_holds() {
    all_that_remains_holds(Old::set(OwnDatabase::chosen().await).await).await;
}

/// Keeps: JRN-03, JRN-07
#[tokio::test(flavor = "multi_thread")]
async fn entries_past_their_term_go_on_postgresql() {
    let Some(server) = OwnDatabase::make().await else { return };
    all_that_remains_holds(Old::set(Some(server)).await).await;
}

async fn all_that_remains_holds(old: Old) {
    let place = old.stage.app.journal.find(old.event.id).await.unwrap().unwrap();
    let (five, last) = (stored(&old.stage.app, 5).await, stored(&old.stage.app, 600).await);
    let app = old.at(LATER).await;
    old.pruned(&app, 512).await;
    assert_eq!((prune_journal(&app).await.unwrap(), app.journal.minimum().await.unwrap()), (None, 512));

    // Gone is what they said, and to whom they belonged; the first entry stays.
    assert!(app.journal.entry(5).await.unwrap().is_none() && app.journal.entry(0).await.unwrap().is_some());
    assert_eq!(count(&app, "select count(*) as count from journal_entry where seq < 512").await, 1);
    assert_eq!(count(&app, "select count(*) as count from journal_secret where seq > 0 and seq < 512").await, 0);
    assert_eq!(stored(&app, 600).await.body, last.body);

    // Proofs hold, of what went too, and from any size that was ever signed.
    let stored = app.journal.latest_checkpoint().await.unwrap().unwrap();
    let now = Checkpoint::open(&stored.note, app.journal.verifier_key()).unwrap();
    for (seq, leaf) in [(5, five.leaf), (600, last.leaf), (0, self::stored(&app, 0).await.leaf)] {
        let proof = app.journal.inclusion_proof(seq, now.size).await.unwrap();
        verify_inclusion(&leaf, seq, now.size, &now.root, &proof).unwrap();
    }
    let proof = app.journal.consistency_proof(old.before.size, now.size).await.unwrap();
    verify_consistency(old.before.size, &old.before.root, now.size, &now.root, &proof).unwrap();
    let mut frontier = Frontier::default();
    for row in &app.db.query("select leaf from journal_pruned where seq > 0 order by seq", &[]).await.unwrap() {
        if frontier.size() == 0 {
            frontier.push(self::stored(&app, 0).await.leaf);
        }
        frontier.push(row.array("leaf").unwrap());
        let size = frontier.size();
        if (230..250).contains(&size) {
            let proof = app.journal.consistency_proof(size, now.size).await.unwrap();
            verify_consistency(size, &frontier.root(), now.size, &now.root, &proof).unwrap();
        }
    }
    assert_eq!(frontier.size(), 512);

    // A retried event finds its place; a subject goes on counting; a document is what it was.
    assert_eq!(app.journal.find(old.event.id).await.unwrap(), Some(place));
    assert_eq!(put(&app, &old.event).await, place.seq);
    let gone = app.journal.pruned_part("party:0").await.unwrap().unwrap();
    let held = app.journal.entries_of_subject("party:0").await.unwrap();
    assert!(gone.count > 90 && gone.seq < 512 && held.iter().all(|seq| *seq >= 512));
    let next = EventDraft { id: EventId::new(app.clock.now(), &mut app.rng.clone()), ..old.event.clone() };
    let seq = put(&app, &next).await;
    assert_eq!(app.journal.entries_of_subject("party:0").await.unwrap().last(), Some(&seq));
    let head = Caller {
        iin: old.head.iin,
        party: old.head.party(),
        certificate_sha256: old.head.sign.certificate.sha256(),
        roles: old.head.sign.certificate.roles(),
        capability: Some(Capability::Sign),
        officer: false,
        session: None,
    };
    let view = read_document(&app, &head, DocumentId::parse(&old.document).unwrap()).await.unwrap();
    assert_eq!(view.row.state(), State::Received);

    // Whoever asks for what went is told so.
    let held = qolhat::journal::tiles::Tile::parse("0", "001").unwrap();
    assert_eq!(held.ends_at(), Some(512));
    let size = rebuild_map(&app.db).await.unwrap();
    assert!(size.contradicts.is_none() && !size.was_damaged, "{size:?}");
    app.journal.close().await;
    app.db.close().await;

    let report = old.stage.audited();
    assert_eq!((report["minimum"].as_u64(), report["exported"].as_u64()), (Some(512), Some(768)), "{report}");
    let report = audit(&old.stage, &[]);
    assert_eq!((report["ok"].as_bool(), report["checked_from"].as_u64() > Some(768)), (Some(true), true), "{report}");
    // And it goes on after a start; the next pruning begins where this one ended.
    let app = old.at(LATER).await;
    old.pruned(&app, 768).await;
    app.journal.close().await;
    app.db.close().await;
    assert_eq!(audit(&old.stage, &[])["minimum"], 768);
    assert_eq!(old.stage.audited()["minimum"], 768);

    // A backup of it is put back whole.
    let backups = tempfile::TempDir::new().unwrap();
    let folder = backups.path().to_str().unwrap();
    let (exit, made) = qolhat(None, &["backup", "--to", folder], &old.stage.world.config_file()).await;
    assert_eq!(exit, 0, "{made}");
    let elsewhere = Elsewhere::with_keys_of(&old.stage).await;
    let (exit, restored) = elsewhere.restore(&backups.path().join(made["name"].as_str().unwrap())).await;
    assert_eq!((exit, restored["audit"]["minimum"].as_u64()), (0, Some(768)), "{restored}");
}

pub async fn stored(app: &App, seq: u64) -> qolhat::journal::StoredEntry {
    app.journal.entry(seq).await.unwrap().unwrap()
}

/// Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_before_its_term_or_by_one_officer_or_where_no_segment_ends() {
    let old = Old::set(OwnDatabase::chosen().await).await;
    let app = &old.stage.app;
    let by_api = |minimum: u64| {
        let (officer, body) = (&old.officer, json!({"minimum": minimum, "ground": "Срок"}));
        async move { crate::support::stage::code(officer.post("/api/v1/journal/prunings", &body).await) }
    };
    assert_eq!(by_api(512).await, "pruning-early");
    assert_eq!(
        (by_api(500).await, by_api(0).await),
        ("pruning-not-exported".to_owned(), "pruning-not-exported".to_owned())
    );
    assert_eq!(by_api(1024).await, "pruning-not-exported");
    let status = old.officer.get("/api/v1/journal").await.unwrap();
    assert_eq!((&status["minimum"], &status["exported"]), (&json!(0), &json!(768)));
    assert_eq!(text(&status, "origin").unwrap(), app.journal.origin());

    let early = old.at(TOO_EARLY).await;
    assert_eq!(refused(old.propose(&early, 256).await), "pruning-early");
    early.journal.close().await;

    let app = old.at(LATER).await;
    let stranger = Caller { officer: false, ..old.officer("officer") };
    assert_eq!(refused(propose_pruning(&app, &stranger, 256, "Срок", None).await), "not-an-officer");
    assert_eq!(refused(propose_pruning(&app, &old.officer("officer"), 256, " ", None).await), "reason-required");
    let id = old.propose(&app, 256).await.unwrap();
    assert_eq!(refused(old.propose(&app, 512).await), "pruning-state");
    // The same person by another certificate is the same person.
    let again = Caller { certificate_sha256: [7; 32], ..old.officer("officer") };
    let approve = || SecondDecision::Approve;
    assert_eq!(refused(decide_pruning(&app, &again, id, approve(), None).await), "own-pruning");
    assert_eq!(prune_journal(&app).await.unwrap(), None);
    let refuse = SecondDecision::Refuse { reason: "Рано".to_owned() };
    decide_pruning(&app, &old.officer("officer-2"), id, refuse, None).await.unwrap();
    assert_eq!(refused(old.approve(&app, id).await), "pruning-state");
    assert_eq!(prune_journal(&app).await.unwrap(), None);

    // A row that says approved, and no entry of another officer.
    let id = old.propose(&app, 256).await.unwrap();
    let mut tx = app.db.begin().await.unwrap();
    let forged =
        "update pruning set state = 'approved', decided_by = 'x', decided_event = proposed_event where id = $1";
    tx.execute(forged, &params![id.as_uuid()]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(refused(prune_journal(&app).await), "pruning-state");
    assert_eq!((app.journal.minimum().await.unwrap(), count(&app, ENTRIES).await), (0, 256));
}

const ENTRIES: &str = "select count(*) as count from journal_entry where seq < 256";

/// Keeps: JRN-03, JRN-04
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_keeps_entries_and_so_does_an_export_that_is_not_what_it_was() {
    let old = Old::set(OwnDatabase::chosen().await).await;
    let held = json!({"ground": "Запрос суда"});
    let path = format!("/api/v1/documents/{}/holds", old.document);
    old.officer.post(&path, &held).await.unwrap();
    let app = old.at(LATER).await;
    assert_eq!(refused(old.propose(&app, 256).await), "pruning-held");
    let mut tx = app.db.begin().await.unwrap();
    tx.execute("update legal_hold set lifted_at = 1, lifted_by = 'x'", &[]).await.unwrap();
    tx.commit().await.unwrap();

    let id = old.propose(&app, 512).await.unwrap();
    old.approve(&app, id).await.unwrap();
    let file = file_of(&old.stage.blobs, &reading::exports(&app.db, 0).await.unwrap()[1]);
    let whole = std::fs::read(&file).unwrap();
    let mut octets = whole.clone();
    octets[whole.len() / 3] ^= 1;
    overwrite(&file, &octets);
    assert_eq!(refused(prune_journal(&app).await), "pruning-not-exported");
    assert_eq!((app.journal.minimum().await.unwrap(), count(&app, ENTRIES).await), (0, 256));
    // Mended, it goes on.
    overwrite(&file, &whole);
    assert_eq!(prune_journal(&app).await.unwrap(), Some(512));
}

/// Whoever was killed in the middle is followed by one who ends it. Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn a_pruning_that_was_cut_off_anywhere_is_whole_to_an_audit_and_is_ended_later() {
    let old = Old::set(OwnDatabase::chosen().await).await;
    let app = old.at(LATER).await;
    let id = old.propose(&app, 512).await.unwrap();
    old.approve(&app, id).await.unwrap();
    // The bound is set, some leaves are kept, some openings are gone, some entries too.
    let owner = app.db.for_owner();
    let mut tx = owner.begin().await.unwrap();
    tx.execute("update log_head set minimum = 512", &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(app.journal.audit().await.unwrap().ok);
    for seq in [3_i64, 4, 9] {
        let leaf = stored(&app, u64::try_from(seq).unwrap()).await;
        let t_ms = qolhat::journal::entry::Entry::parse(&leaf.body).unwrap().t_ms;
        let mut tx = owner.begin().await.unwrap();
        let row = params![seq, t_ms, leaf.leaf.to_vec()];
        tx.execute("insert into journal_pruned (seq, t_ms, leaf) values ($1, $2, $3)", &row).await.unwrap();
        tx.execute("delete from journal_secret where seq = $1", &params![seq]).await.unwrap();
        if seq != 9 {
            tx.execute("delete from journal_entry where seq = $1", &params![seq]).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
    let report = app.journal.audit().await.unwrap();
    assert!(report.ok && report.minimum == 512, "{report:?}");
    assert_eq!(prune_journal(&app).await.unwrap(), Some(512));
    assert!(app.journal.audit().await.unwrap().ok);
}

/// Keeps: JRN-03, JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_entries_away_without_two_officers_is_refused_or_named() {
    let old = Old::set(OwnDatabase::chosen().await).await;
    let app = old.at(LATER).await;
    let owner = app.db.for_owner();
    // The guards refuse what was not pruned, to the owner too: below no bound, without its leaf, and a bound of no segment.
    for sql in ["delete from journal_entry where seq = 5", "update log_head set minimum = 300"] {
        let mut tx = owner.begin().await.unwrap();
        assert!(tx.execute(sql, &[]).await.is_err(), "{sql}");
    }
    assert!(matches!(prune(&app.db.for_owner(), 0, 300).await, Err(JournalError::Database(_))));
    app.journal.close().await;

    // Who takes the guards away: an entry is missing; nobody approved the bound; what was kept is another.
    behind(&old.stage, "journal_entry", "delete from journal_entry where seq = 300").await;
    assert_eq!(named(&audit(&old.stage, &["--full"])), ("entry".to_owned(), Some(300)));
    let leaf = "insert into journal_pruned (seq, t_ms, leaf) select 300, 1, substr(hashes, 1, 32) from journal_node where seq = 7";
    behind(&old.stage, "journal_pruned", leaf).await;
    behind(&old.stage, "log_head", "update log_head set minimum = 512").await;
    assert_eq!(named(&audit(&old.stage, &["--full"])).0, "entry", "the leaf is another, or its time");
}

/// Keeps: JRN-03, JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn a_bound_that_no_two_officers_approved_is_named() {
    let old = Old::set(OwnDatabase::chosen().await).await;
    let app = old.at(LATER).await;
    // All of it is done as a pruning does it, by one who owns the tables.
    prune(&app.db.for_owner(), 0, 512).await.unwrap();
    app.journal.close().await;
    app.db.close().await;
    assert_eq!(named(&audit(&old.stage, &["--full"])), ("minimum".to_owned(), Some(512)));
    assert_eq!(named(&audit(&old.stage, &[])), ("minimum".to_owned(), Some(512)));
}

/// One event of a pruning, as an officer's act puts it in.
fn said(app: &App, kind: &str, id: &str, (from, minimum): (u64, u64), by: &str) -> EventDraft {
    EventDraft {
        id: EventId::new(app.clock.now(), &mut app.rng.clone()),
        kind: kind.to_owned(),
        subjects: vec![format!("pruning:{id}")],
        payload: vec![
            (pruning::ID_FIELD.to_owned(), json!(id)),
            (pruning::FROM_FIELD.to_owned(), json!(from)),
            (pruning::FIELD.to_owned(), json!(minimum)),
            (pruning::BY_FIELD.to_owned(), json!(by)),
        ],
        actor: json!({"iin": by}),
    }
}

/// An approval counts where another person has proposed the very same. Keeps: JRN-03, JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn a_bound_that_one_officer_alone_wanted_or_that_nobody_proposed_is_named() {
    let old = Old::set(OwnDatabase::chosen().await).await;
    let app = old.at(LATER).await;
    let (one, two) = (pruning::PROPOSED, pruning::APPROVED);
    for (kind, id, range, by) in [
        (one, "a", (0, 512), "1"),
        (two, "a", (0, 512), "1"),
        (two, "b", (0, 512), "2"),
        (one, "c", (0, 256), "1"),
        (two, "c", (0, 512), "2"),
        (one, "d", (256, 512), "1"),
        (two, "d", (0, 512), "2"),
        (one, "e", (0, 512), "1"),
        (pruning::REFUSED, "e", (0, 512), "2"),
        (two, "e", (0, 512), "2"),
        // Too late: whoever approves has seen a proposal.
        (two, "f", (0, 512), "2"),
        (one, "f", (0, 512), "1"),
        (one, "g", (0, 512), "1"),
    ] {
        put(&app, &said(&app, kind, id, range, by)).await;
    }
    assert!(app.journal.audit().await.unwrap().ok);
    prune(&app.db.for_owner(), 0, 512).await.unwrap();
    let report = app.journal.audit().await.unwrap();
    let failure = report.first_failure.map(|failure| (failure.part, failure.seq));
    assert_eq!(failure, Some(("minimum", Some(512))));
    put(&app, &said(&app, two, "g", (0, 512), "2")).await;
    let report = app.journal.audit().await.unwrap();
    assert!(report.ok, "{report:?}");
}

/// Keeps: JRN-03, JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn an_approval_is_known_to_an_audit_that_had_come_as_far_as_the_proposal() {
    let old = Old::set(OwnDatabase::chosen().await).await;
    let app = old.at(LATER).await;
    let id = old.propose(&app, 512).await.unwrap();
    assert_eq!(named(&audit(&old.stage, &[])).0, "nothing");
    old.approve(&app, id).await.unwrap();
    assert_eq!(prune_journal(&app).await.unwrap(), Some(512));
    let report = audit(&old.stage, &[]);
    assert!(named(&report).0 == "nothing" && report["checked_from"].as_u64() > Some(512), "{report}");
}

/// Whoever has the database and no key puts a pruning there, and what two officers would have said of it into the inbox.
/// Keeps: JRN-02, JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn a_pruning_that_is_forged_in_the_database_is_not_done() {
    let old = Old::set(OwnDatabase::chosen().await).await;
    let app = old.at(LATER).await;
    let pruning = PruningId::new(app.clock.now(), &mut app.rng.clone());
    let mut tx = app.db.begin().await.unwrap();
    let mut events = Vec::new();
    for (kind, officer) in [("pruning.proposed", "officer"), ("pruning.approved", "officer-2")] {
        let by = old.stage.actor(officer).iin;
        let id = EventId::new(app.clock.now(), &mut app.rng.clone());
        let field = |name: &str, value: Value| format!("{{\"name\":\"{name}\",\"value\":{value}}}");
        let fields = [
            field("pruning_id", json!(pruning.to_string())),
            field("from", json!(0)),
            field("minimum", json!(512)),
            field("by", json!(by.to_string())),
        ];
        let body = format!("{kind}\n{}\n{{\"iin\":\"{by}\"}}\n{}", "07".repeat(32), fields.join("\n"));
        let sql = "insert into journal_inbox (id, body, mac) values ($1, $2, $3)";
        tx.execute(sql, &params![id.as_uuid(), body, vec![7; 32]]).await.unwrap();
        events.push(id);
    }
    let sql = "insert into pruning (id, first, past, ground, state, is_open, proposed_by, proposed_at, proposed_event, \
        decided_by, decided_at, decided_event, revision) values ($1, 0, 512, 'x', 'approved', 1, 'x', 1, $2, 'y', 1, $3, 1)";
    tx.execute(sql, &params![pruning.as_uuid(), events[0].as_uuid(), events[1].as_uuid()]).await.unwrap();
    tx.commit().await.unwrap();
    app.journal.wake();
    for event in events {
        let became = app.journal.wait(event, Duration::from_secs(30)).await;
        assert!(matches!(became, Err(WaitError::Failed(JournalError::Unfit { .. }))), "{became:?}");
    }
    assert_eq!(refused(prune_journal(&app).await), "pruning-state");
    assert_eq!((app.journal.minimum().await.unwrap(), count(&app, ENTRIES).await), (0, 256));
    let report = app.journal.audit().await.unwrap();
    assert_eq!((report.ok, report.quarantined), (true, 2), "{report:?}");
}

/// Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn a_segment_of_postgresql_that_lies_below_the_bound_is_dropped_and_the_first_entry_keeps_its_guards() {
    let Some(server) = OwnDatabase::make().await else { return };
    let old = Old::set(Some(server)).await;
    let app = old.at(LATER).await;
    let server = old.stage.database.as_ref().unwrap();
    // As after a million entries: the first segment is full, and a second one holds the rest.
    let mut raw = server.raw().await;
    let split = "begin;
        alter table journal_entry detach partition journal_entry_0;
        create table journal_entry_256 (like journal_entry including defaults including constraints);
        alter table journal_entry_256 owner to qolhat_owner;
        insert into journal_entry_256 select * from journal_entry_0 where seq >= 256;
        alter table journal_entry_0 disable trigger all;
        delete from journal_entry_0 where seq >= 256;
        alter table journal_entry_0 enable always trigger journal_entry_is_append_only;
        alter table journal_entry_0 enable always trigger journal_entry_has_no_gaps;
        alter table journal_entry_0 enable always trigger journal_entry_goes_when_pruned;
        select journal_guards('journal_entry_256');
        alter table journal_entry attach partition journal_entry_0 for values from (0) to (256);
        alter table journal_entry attach partition journal_entry_256 for values from (256) to (1048576);
        alter table journal_segment disable trigger all;
        update journal_segment set past = 256 where first = 0;
        insert into journal_segment (first, past, name) values (256, 1048576, 'journal_entry_256');
        alter table journal_segment enable always trigger journal_segment_is_append_only;
        commit";
    sqlx::raw_sql(split).execute(&mut raw).await.unwrap();
    old.pruned(&app, 512).await;
    let there = |table: &str| {
        let sql = format!("select count(*) from pg_class where relname = '{table}'");
        async {
            let mut raw = server.raw().await;
            sqlx::query_scalar::<_, i64>(AssertSqlSafe(sql)).fetch_one(&mut raw).await.unwrap()
        }
    };
    assert_eq!(
        (there("journal_entry_0").await, there("journal_entry_first").await, there("journal_entry_256").await),
        (0, 1, 1)
    );
    assert!(app.journal.entry(0).await.unwrap().is_some() && app.journal.audit().await.unwrap().ok);
    for sql in
        ["delete from journal_entry_first", "update journal_entry_first set seq = 9", "truncate journal_entry_first"]
    {
        let refused = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut raw).await.unwrap_err().to_string();
        assert!(refused.contains("journal_entry_is_append_only"), "{sql}: {refused}");
    }
    // It is appended to as ever.
    let next = EventDraft { id: EventId::new(app.clock.now(), &mut app.rng.clone()), ..old.event.clone() };
    assert!(put(&app, &next).await > 768);
}

/// A segment whose seal lacks evidence on revocation, as it may have been exported once: the audit tells it apart whenever it
/// looks, and its entries stay.
///
/// Keeps: JRN-03, JRN-07, JRN-08
#[tokio::test(flavor = "multi_thread")]
async fn entries_under_a_seal_that_lacks_evidence_stay_and_the_audit_names_their_segment() {
    let old = Old::set(OwnDatabase::chosen().await).await;
    let app = &old.stage.app;
    grow(&old.stage, 4 * WIDTH + 20).await;
    seal_while_the_ca_is_silent(&old.stage, 2).await;
    let segment = app.journal.next_segment(app.rules.segment_entries).await.unwrap().unwrap();
    let (bytes, now) = (segment.to_bytes().unwrap(), old.stage.now());
    let export = Export {
        from: segment.from(),
        to: segment.to(),
        size_bytes: bytes.len().try_into().unwrap(),
        sha256: *app.blobs.put(bytes).await.unwrap().as_bytes(),
        locked_until: None,
        event: EventId::new(now, &mut app.rng.clone()),
        made_at: now,
    };
    let mut tx = app.db.begin().await.unwrap();
    app.journal.record_export(&mut tx, &export).await.unwrap();
    tx.commit().await.unwrap();
    let told = EventDraft {
        id: export.event,
        kind: "segment.exported".to_owned(),
        subjects: vec!["segments".to_owned()],
        payload: vec![
            ("from".to_owned(), json!(export.from)),
            ("to".to_owned(), json!(export.to)),
            ("sha256".to_owned(), json!(hex::encode(export.sha256))),
        ],
        actor: json!({"log": app.journal.origin()}),
    };
    put(app, &told).await;
    for full in [&["--full"][..], &[]] {
        let report = audit(&old.stage, full);
        assert_eq!((&report["ok"], &report["exported"]), (&json!(true), &json!(1024)), "{report}");
        assert_eq!(report["seals_unproven"], json!(["768-1024"]), "{full:?}");
    }

    let app = old.at(LATER).await;
    let id = old.propose(&app, 1024).await.unwrap();
    old.approve(&app, id).await.unwrap();
    assert_eq!(refused(prune_journal(&app).await), "pruning-not-exported");
    assert_eq!(app.journal.minimum().await.unwrap(), 0);
    assert!(app.journal.entry(5).await.unwrap().is_some(), "nothing went");
}
