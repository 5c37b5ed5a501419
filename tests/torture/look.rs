//! The look at everything: what was acknowledged is there once, in the log once, and the audit is clean.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use qolhat::db::Db;
use qolhat::extract::format::{field, kind};
use serde_json::Value;
use uuid::Uuid;

use crate::field::Field;

/// The kind of the entry by which content is gone.
const DOCUMENT_DESTROYED: &str = "document.destroyed";
const ATTEMPT_REFUSED: &str = "attempt.refused";
/// How long what is on its way may take to be in the log, in seconds.
const SETTLED_MAX_SECONDS: usize = 300;
/// Tries to write to a database that others write to, on a starved machine.
const TRIES_MAX: usize = 60;

/// The journal, read whole.
#[derive(Default)]
struct Read {
    /// The numbers of the entries by their event.
    events: BTreeMap<Uuid, Vec<i64>>,
    /// By kind.
    kinds: BTreeMap<String, usize>,
    /// By kind and the document that they open to.
    documents: BTreeMap<(String, String), Vec<i64>>,
    entries: u64,
}

impl Field {
    pub async fn look(&mut self) {
        for place in 1..self.members.len() {
            if let Some(service) = self.members[place].service.take() {
                service.kill();
            }
        }
        self.does("looks: starts");
        let db = Db::connect_existing(&self.site.stage.config.database).await.unwrap();
        check_all_now(&db).await;
        self.up(0, None).await;
        let client = self.client(0);
        self.does("looks: asks again what was not answered");
        self.site.missing(&client).await.unwrap();
        self.does("looks: waits for what is on its way");
        settled(&db).await;
        db.close().await;
        let mut ids: Vec<String> = self.site.ledger.lock().unwrap().acknowledged.values().cloned().collect();
        ids.sort_unstable();
        let total = ids.len();
        // A few of each: the newest ids are those that were not looked at before.
        let some: Vec<String> = ids.into_iter().skip(self.looked_at).rev().take(25).collect();
        self.looked_at = total;
        self.does("looks: reads what is new");
        self.site.whole(&client, &some).await.unwrap();
        self.does("looks: ends the service in order");
        self.end_in_order(0).await;
        self.does("looks: reads the journal");
        self.counts.found = self.in_the_log_once().await;
        self.does("looks: audits");
        self.site.audited().unwrap();
        self.counts.audits += 1;
        self.counts.acknowledged = total + self.visits.lock().unwrap().acknowledged() + self.backlog.len();
    }

    /// Looks each acknowledged document up in the journal: one entry records it and no other does, the entry's event is
    /// that which the document names, and it is where the answer said. The same of what visitors were told. How many
    /// acknowledged events there are.
    async fn in_the_log_once(&mut self) -> usize {
        let db = Db::connect_existing(&self.site.stage.config.database).await.unwrap();
        let read = read(&db).await;
        let mut named = BTreeMap::new();
        for row in &db.query("select id, recorded_event from document", &[]).await.unwrap() {
            named.insert(row.id("id").unwrap().to_string(), row.opt_id("recorded_event").unwrap());
        }
        db.close().await;
        self.counts.entries = read.entries;
        let visits = self.visits.lock().unwrap();
        let ledger = self.site.ledger.lock().unwrap();
        for id in ledger.acknowledged.values().chain(&visits.letters) {
            let number = read.only(kind::DOCUMENT_RECORDED, id);
            let event = named[id].unwrap_or_else(|| panic!("{id} names no event"));
            assert_eq!(read.events[&event], [number], "{id}: the entries of its event");
            if let Some((answered, is_received)) = ledger.entries.get(id) {
                let told = if *is_received { number } else { read.only(kind::DOCUMENT_CHECK_PENDING, id) };
                assert_eq!(i64::try_from(*answered).unwrap(), told, "{id}: the answer named another entry");
            }
        }
        for id in &visits.destroyed {
            read.only(DOCUMENT_DESTROYED, id);
        }
        let count = |kind: &str| read.kinds.get(kind).copied().unwrap_or_default();
        let issued = count(kind::EXTRACT_ISSUED);
        let asked = visits.extracts_issued..=visits.extracts_asked;
        assert!(asked.contains(&issued), "{issued} extracts of {asked:?}");
        assert!(count(ATTEMPT_REFUSED) <= visits.attempts, "{} attempts", count(ATTEMPT_REFUSED));
        for event in &self.backlog {
            let numbers = read.events.get(event).map_or(&[][..], Vec::as_slice);
            assert_eq!(numbers.len(), 1, "{event} of a backlog: {numbers:?}");
        }
        ledger.acknowledged.len() + visits.acknowledged() + self.backlog.len()
    }
}

impl Read {
    /// The only entry of `kind` of a document.
    fn only(&self, kind: &str, id: &str) -> i64 {
        let numbers = self.documents.get(&(kind.to_owned(), id.to_owned())).map_or(&[][..], Vec::as_slice);
        assert_eq!(numbers.len(), 1, "{kind} of {id}: {numbers:?}");
        numbers[0]
    }
}

async fn read(db: &Db) -> Read {
    let mut read = Read::default();
    let mut kinds: BTreeMap<i64, String> = BTreeMap::new();
    let watched = BTreeSet::from([kind::DOCUMENT_RECORDED, kind::DOCUMENT_CHECK_PENDING, DOCUMENT_DESTROYED]);
    for row in &db.query("select seq, id, body from journal_entry order by seq", &[]).await.unwrap() {
        let (seq, id) = (row.int("seq").unwrap(), row.id("id").unwrap());
        let entry: Value = serde_json::from_slice(&row.bytes("body").unwrap()).unwrap();
        assert_eq!(entry["id"], id.to_string(), "entry {seq}");
        read.events.entry(id).or_default().push(seq);
        read.entries += 1;
        let kind = entry["kind"].as_str().unwrap();
        *read.kinds.entry(kind.to_owned()).or_default() += 1;
        if watched.contains(kind) {
            kinds.insert(seq, kind.to_owned());
        }
    }
    for row in &db.query("select seq, facts from journal_secret", &[]).await.unwrap() {
        let Some(kind) = kinds.get(&row.int("seq").unwrap()) else { continue };
        let facts: Value = serde_json::from_str(&row.text("facts").unwrap()).unwrap();
        for value in facts.as_array().unwrap() {
            if value["name"] == field::DOCUMENT_ID {
                let key = (kind.clone(), value["value"].as_str().unwrap().to_owned());
                read.documents.entry(key).or_default().push(row.int("seq").unwrap());
            }
        }
    }
    read
}

/// Documents that wait for evidence are due.
pub async fn check_all_now(db: &Db) {
    change(db, "update document set next_check_at = null").await;
}

/// Mails that were sent are long past: an address is sent so many in an hour and no more.
pub async fn mails_are_past(db: &Db) {
    change(db, "update message set made_at = 0 where state = 'sent'").await;
}

async fn change(db: &Db, sql: &'static str) {
    let once = async || {
        let mut tx = db.begin().await?;
        tx.execute(sql, &[]).await?;
        tx.commit().await
    };
    for _ in 0..TRIES_MAX {
        if once().await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("the database cannot be written to");
}

/// Waits until nothing waits for its evidence or its entry.
async fn settled(db: &Db) {
    let waits = "select (select count(*) from journal_inbox) as events, \
        (select count(*) from document where state = 'check-pending') as documents";
    for _ in 0..SETTLED_MAX_SECONDS * 5 {
        let row = db.query_one(waits, &[]).await.unwrap().unwrap();
        if row.int("events").unwrap() == 0 && row.int("documents").unwrap() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let row = db.query_one(waits, &[]).await.unwrap().unwrap();
    panic!("{} events and {} documents still wait", row.int("events").unwrap(), row.int("documents").unwrap());
}
