//! Seals over a real database: what they show, and what an audit finds of seals that lie.

use qolhat::domain::time::CivilDate;
use qolhat::journal::map::Found;
use qolhat::journal::seal::{FIELD, KIND, SUBJECT, Seal};
use qolhat::journal::{MadeSeal, RebuiltMap, Sealed, rebuild_map};

use super::*;

/// One tile of the map ends otherwise than it did, whatever octet it ended with.
const ANOTHER_LAST_OCTET: &str = "update journal_map_tile set body = cast(substr(body, 1, length(body) - 1) \
    || case when substr(body, length(body)) = x'ff' then x'00' else x'ff' end as blob)";

/// The map is not what was sealed.
const DAMAGED: [&str; 5] = [
    ANOTHER_LAST_OCTET,
    "delete from journal_map_tile",
    "update journal_map set size = 2",
    "update journal_map set size = 1000",
    "update journal_map set root = zeroblob(32)",
];

fn day() -> CivilDate {
    CivilDate::of(Still.now())
}

fn id() -> EventId {
    EventId::new(Still.now(), &mut rng())
}

async fn sealed(journal: &Journal) -> (MadeSeal, u64) {
    let made = journal.seal_now(id(), day()).await.unwrap().unwrap();
    let place = journal.wait(made.event, Duration::from_secs(10)).await.unwrap();
    (made, place.seq)
}

async fn shown(journal: &Journal, identities: &[&str]) -> Sealed {
    journal.sealed(identities).await.unwrap().unwrap()
}

/// Keeps: JRN-03, JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn a_seal_shows_how_many_entries_each_subject_had_and_who_had_none() {
    let (_home, db) = empty().await;
    a_seal_counts(&db).await;
}

/// Keeps: JRN-03, JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn a_seal_shows_how_many_entries_each_subject_had_on_postgresql() {
    let Some(server) = OwnDatabase::make().await else { return };
    let db = Db::connect(&server.url()).await.unwrap();
    db.migrate().await.unwrap();
    a_seal_counts(&db).await;
}

async fn a_seal_counts(db: &Db) {
    let journal = open(db).await.unwrap();
    for number in 0..9 {
        put(db, &journal, &event(number)).await;
    }
    let (made, entry) = sealed(&journal).await;
    assert_eq!((made.seal.size, entry, made.seal.subjects), (10, 10, 4));
    let subjects = ["document:0", "document:1", "party:bin:123456789021", "document:77", "seals"];
    let found = shown(&journal, &subjects).await;
    assert_eq!(found.made, made);
    let counts: Vec<Option<(u64, u64)>> = found
        .proofs
        .iter()
        .map(|proof| match proof.found {
            Found::Leaf(leaf) => Some((leaf.count, leaf.seq)),
            Found::Nothing | Found::Other(_) => None,
        })
        .collect();
    assert_eq!(counts, [Some((3, 7)), Some((3, 8)), Some((9, 9)), None, None]);
    for (identity, proof) in subjects.iter().zip(&found.proofs) {
        assert_eq!(proof.verify(&made.seal.map, &journal.pseudonym(identity)), Ok(()));
    }
    // The next one counts on, its own predecessor included.
    for number in 9..30 {
        put(db, &journal, &EventDraft { subjects: vec![format!("document:{number}")], ..event(number) }).await;
    }
    let (next, _) = sealed(&journal).await;
    assert_eq!((next.seal.size, next.seal.subjects), (32, 26));
    let found = shown(&journal, &["seals", "document:1", "document:29"]).await;
    let counts: Vec<u64> = found
        .proofs
        .iter()
        .map(|proof| match proof.found {
            Found::Leaf(leaf) => leaf.count,
            Found::Nothing | Found::Other(_) => 0,
        })
        .collect();
    assert_eq!(counts, [1, 3, 1]);
    everything_holds(db, &journal, 33).await;
}

/// Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_sealed_once_however_many_try() {
    let (_home, db) = empty().await;
    let (first, second) = (open(&db).await.unwrap(), open(&db).await.unwrap());
    put(&db, &first, &event(0)).await;
    let tries = (0..8).map(|number| {
        let journal = if number % 2 == 0 { first.clone() } else { second.clone() };
        tokio::spawn(async move { journal.seal_the_day(id(), day()).await.unwrap() })
    });
    let mut made = Vec::new();
    for one in tries.collect::<Vec<_>>() {
        made.extend(one.await.unwrap());
    }
    assert_eq!(made.len(), 1);
    first.wait(made[0].event, Duration::from_secs(10)).await.unwrap();
    assert_eq!(first.seals_unsigned(9).await.unwrap(), made);
    first.save_seal_signature(made[0].event, b"a signature").await.unwrap();
    assert_eq!(first.seals_unsigned(9).await.unwrap(), []);
    everything_holds(&db, &first, 3).await;
}

/// An operator writes a seal of his own making into his log: of another map, of fewer subjects, of another root, of a
/// size that is no checkpoint, of the future, or before the last one. Keeps: JRN-03, JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn the_audit_names_a_seal_that_lies() {
    let lies: [fn(&mut Seal); 6] = [
        |seal| seal.map[0] ^= 1,
        |seal| seal.subjects -= 1,
        |seal| seal.root[0] ^= 1,
        |seal| seal.size += 1,
        |seal| seal.size += 100,
        |seal| seal.size = 1,
    ];
    for (number, lie) in lies.into_iter().enumerate() {
        let (_home, db, journal) = log_of(5).await;
        let (made, _) = sealed(&journal).await;
        let mut seal = made.seal.clone();
        lie(&mut seal);
        let event = EventDraft {
            id: id(),
            kind: KIND.to_owned(),
            subjects: vec![SUBJECT.to_owned()],
            payload: vec![(FIELD.to_owned(), seal.to_value())],
            actor: json!({}),
        };
        let at = put(&db, &journal, &event).await;
        let failure = journal.audit().await.unwrap().first_failure.unwrap();
        assert_eq!((failure.part, failure.seq), ("seal", Some(at)), "{number} {failure:?}");
    }
}

/// Two values committed in one entry: the audit could be shown one and a court the other. Keeps: JRN-03, JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn the_audit_names_a_seal_with_a_second_field() {
    let (_folder, db, journal) = log_of(5).await;
    let (made, _) = sealed(&journal).await;
    let mut lie = made.seal.clone();
    lie.map[0] ^= 1;
    for (first, second) in [("x", FIELD), (FIELD, "x")] {
        let event = EventDraft {
            id: id(),
            kind: KIND.to_owned(),
            subjects: vec![SUBJECT.to_owned()],
            payload: vec![(first.to_owned(), made.seal.to_value()), (second.to_owned(), lie.to_value())],
            actor: json!({}),
        };
        put(&db, &journal, &event).await;
        assert_eq!(journal.audit().await.unwrap().first_failure.unwrap().part, "seal");
    }
}

/// The tiles are a cache: a changed one makes no proof and no seal. Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_map_makes_no_proof_and_no_seal() {
    for sql in DAMAGED {
        let (home, db, journal) = log_of(6).await;
        sealed(&journal).await;
        tamper(&home, sql).await;
        put(&db, &journal, &event(7)).await;
        let proofs = journal.sealed(&["document:0", "document:1"]).await;
        assert!(!matches!(proofs, Ok(Some(_))), "{sql}");
        if !sql.contains("set size = 2") {
            assert!(journal.seal_now(id(), day()).await.is_err(), "{sql}");
        }
    }
}

/// Keeps: JRN-02, JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_map_is_made_anew_from_the_entries_and_comes_to_what_was_sealed() {
    for sql in DAMAGED.into_iter().chain(["delete from journal_map"]) {
        let (home, db, journal) = log_of(6).await;
        let (made, _) = sealed(&journal).await;
        put(&db, &journal, &event(7)).await;
        tamper(&home, sql).await;
        let rebuilt = rebuild_map(&db).await.unwrap();
        assert!(rebuilt.was_damaged && rebuilt.contradicts.is_none(), "{sql} {rebuilt:?}");
        assert_eq!((rebuilt.size, rebuilt.subjects, rebuilt.root), (made.seal.size, made.seal.subjects, made.seal.map));
        assert_eq!(shown(&journal, &["document:0"]).await.made, made);
        let again = rebuild_map(&db).await.unwrap();
        assert_eq!(again, RebuiltMap { was_damaged: false, ..rebuilt });
        sealed(&journal).await;
        everything_holds(&db, &journal, 9).await;
    }
    // Before the first seal there is nothing to come to.
    let (_home, db, journal) = log_of(2).await;
    assert_eq!(rebuild_map(&db).await.unwrap().size, 0);
    sealed(&journal).await;
}

/// Keeps: JRN-02, JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn a_map_that_the_newest_seal_contradicts_is_not_put_in_the_place_of_the_other() {
    let (home, db, journal) = log_of(9).await;
    let (made, _) = sealed(&journal).await;
    tamper(&home, "delete from journal_subject where n = 3").await;
    let rebuilt = rebuild_map(&db).await.unwrap();
    assert_eq!(rebuilt.contradicts, Some(made.seal.clone()));
    assert_eq!(shown(&journal, &["document:0"]).await.made, made, "what was there is there");

    let (home, db, journal) = log_of(3).await;
    sealed(&journal).await;
    tamper(&home, "update journal_seal set map = root").await;
    assert!(matches!(rebuild_map(&db).await, Err(JournalError::Contradiction(_))));
}

/// Keeps: JRN-02, JRN-03
#[tokio::test]
async fn the_database_refuses_to_change_a_seal_or_to_forget_the_key_of_names() {
    let (_home, db, journal) = log_of(3).await;
    let (made, _) = sealed(&journal).await;
    journal.save_seal_signature(made.event, b"a signature").await.unwrap();
    for sql in [
        "update journal_seal set map = root",
        "delete from journal_seal",
        "update journal_seal_signature set cms = x'00'",
        "delete from journal_seal_signature",
        "delete from journal_secret where seq = 0",
    ] {
        let mut tx = db.begin().await.unwrap();
        assert!(tx.execute(sql, &[]).await.is_err(), "{sql}");
    }
}
