//! The journal's speed on a real PostgreSQL that flushes every commit, against what the same server does without it; all
//! in one run, ends with a table of ratios. `make bench-journal`.
#![allow(missing_docs, clippy::expect_used, clippy::unwrap_used, reason = "a bench stops when it cannot measure")]
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "it measures and prints")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use qolhat::app::{App, Passwords, SharedRandom, SystemRandom};
use qolhat::config::Config;
use qolhat::db::Db;
use qolhat::demo::World;
use qolhat::domain::ids::EventId;
use qolhat::domain::time::Clock as _;
use qolhat::journal::EventDraft;
use qolhat::operations::commit::{Act, commit};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection as _, PgConnection};

/// Events of the drained inbox, and rows of its yardstick.
const DRAINED: u64 = 100_000;
const BATCH: u64 = 1000;
const WAITERS: [u32; 2] = [32, 256];
/// How often those that are compared are measured one after the other: a machine is faster now and slower then, and how
/// long its disk takes to flush changes by half within a minute. What is told is the round with the middle ratio.
const ROUNDS: usize = 5;
const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(4);

/// What, the yardstick's name, both rates per second by round, and the ratio that is promised.
struct Line {
    what: String,
    yardstick: &'static str,
    rounds: Vec<(f64, f64)>,
    target: f64,
}

impl Line {
    fn print(mut self) {
        self.rounds.sort_by(|(ours, theirs), (others, its)| (ours / theirs).total_cmp(&(others / its)));
        let ratio = |round: Option<&(f64, f64)>| round.map_or(0.0, |(ours, rate)| ours / rate);
        let middle = self.rounds.get(self.rounds.len() / 2);
        let Some((ours, rate)) = middle else { return };
        let verdict = if ratio(middle) >= self.target { "ok" } else { "MISSED" };
        let (least, most) = (ratio(self.rounds.first()), ratio(self.rounds.last()));
        let Line { what, yardstick, target, .. } = &self;
        println!(
            "| {what} | {ours:.0} | {yardstick} | {rate:.0} | {:.2}x | {least:.2} to {most:.2} | {target}x | {verdict} |",
            ratio(middle)
        );
    }
}

fn main() {
    let Ok(server) = std::env::var("QOLHAT_TEST_POSTGRES") else {
        println!("SKIPPED: QOLHAT_TEST_POSTGRES names no server: make bench-journal");
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let lines = runtime.block_on(measure(&server));
    println!("| what | ours, /s | yardstick | its rate, /s | ratio | of all rounds | target | |");
    println!("|---|---:|---|---:|---:|---:|---:|---|");
    for line in lines {
        line.print();
    }
}

/// Whether a part is to be measured: all are, or those that the command line names.
fn is_wanted(part: &str) -> bool {
    let mut named = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).peekable();
    named.peek().is_none() || named.any(|name| name == part)
}

async fn measure(server: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    if is_wanted("drain") {
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            // A database of its own each time: where a hundred thousand rows were taken out of the inbox a moment ago, the
            // server walks past them until it has cleaned up, which it does within a minute.
            let world = Bench::new(server).await;
            let plain = world.batches(world.body_bytes()).await;
            rounds.push((world.drain().await, plain));
            world.drop().await;
        }
        let what = format!("sequencer draining an inbox of {DRAINED}");
        lines.push(Line { what, yardstick: "inserts, 1000 a batch", rounds, target: 0.2 });
    }
    let world = Bench::new(server).await;
    let body = world.body_bytes();
    let app = Arc::new(world.app().await);
    // How fast the disk is, on which the other ratios rest.
    let alone = world.bare(1, body).await;
    for waiters in WAITERS.into_iter().filter(|waiters| is_wanted(&waiters.to_string())) {
        let (mut beside_bare, mut beside_naive) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let (bare, naive) = (world.bare(waiters, body).await, world.naive(waiters, body).await);
            let ours = committed(&app, waiters).await;
            beside_bare.push((ours, bare));
            beside_naive.push((ours, naive));
        }
        let what = format!("an operation's commit to its entry, {waiters} waiters");
        let bare = Line { what: what.clone(), yardstick: "bare single-row commits", rounds: beside_bare, target: 0.3 };
        lines.push(bare);
        lines.push(Line { what, yardstick: "naive chain", rounds: beside_naive, target: 5.0 });
    }
    let report = app.journal.audit().await.unwrap();
    assert!(report.ok && report.waiting == 0, "{report:?}");
    let batches = app.db.query_one("select count(*) as n from journal_checkpoint", &[]).await.unwrap().unwrap();
    println!("one client alone commits {alone:.0} rows a second: {:.2} ms each, with the flush", 1000.0 / alone);
    println!(
        "log of {} entries in {} batches, audited; bodies of {body} bytes",
        report.size,
        batches.int("n").unwrap()
    );
    app.journal.close().await;
    app.db.close().await;
    world.drop().await;
    lines
}

/// Entries of the log.
async fn size(app: &App) -> u64 {
    let head = app.db.query_one("select n from log_head", &[]).await.unwrap().unwrap();
    u64::try_from(head.int("n").unwrap()).unwrap()
}

/// A database of its own and a demonstration world.
struct Bench {
    server: String,
    name: String,
    config: Config,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn new(server: &str) -> Bench {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let name = format!("bench_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        run(server, &format!("create database {name}")).await;
        let folder = tempfile::TempDir::new().unwrap();
        let mut rng = SharedRandom::new(SystemRandom);
        let now = qolhat::app::SystemClock.now();
        let world = World::create(&folder.path().join("world"), "http://127.0.0.1:9", now, &mut rng).unwrap();
        let mut config = Config::load(&world.config_file()).unwrap();
        let (address, _) = server.rsplit_once('/').unwrap();
        config.database = format!("{address}/{name}");
        let db = Db::connect(&config.database).await.unwrap();
        db.migrate().await.unwrap();
        db.close().await;
        Bench { server: server.to_owned(), name, config, _folder: folder }
    }

    async fn app(&self) -> App {
        App::open(&self.config, &Passwords::Demo).await.unwrap()
    }

    async fn drop(self) {
        run(&self.server, &format!("drop database {} with (force)", self.name)).await;
    }

    /// Octets of a body as it lies in the inbox.
    fn body_bytes(&self) -> usize {
        let event = draft(0);
        json!({"kind": event.kind, "subjects": event.subjects, "payload": event.payload, "actor": event.actor})
            .to_string()
            .len()
    }

    async fn pool(&self, clients: u32) -> PgPool {
        let options: PgConnectOptions = self.config.database.parse().unwrap();
        PgPoolOptions::new().max_connections(clients).min_connections(clients).connect_with(options).await.unwrap()
    }

    /// Rows per second, a thousand in a transaction, one client.
    async fn batches(&self, body: usize) -> f64 {
        run(&self.config.database, "create table plain (seq bigint primary key, body bytea not null)").await;
        let mut client = PgConnection::connect(&self.config.database).await.unwrap();
        let began = Instant::now();
        for batch in 0..DRAINED / BATCH {
            let numbers: Vec<i64> =
                (batch * BATCH..(batch + 1) * BATCH).map(|seq| i64::try_from(seq).unwrap()).collect();
            let bodies = vec![vec![7_u8; body]; numbers.len()];
            let insert = "insert into plain select * from unnest($1::bigint[], $2::bytea[])";
            sqlx::query(insert).bind(numbers).bind(bodies).execute(&mut client).await.unwrap();
        }
        per_second(DRAINED, began)
    }

    /// Entries per second while the sequencer drains a full inbox.
    async fn drain(&self) -> f64 {
        // The journal whose sequencer has ended fills the inbox; another one drains it.
        let full = Arc::new(self.app().await);
        full.journal.close().await;
        let before = size(&full).await;
        let fill = |half: u64| {
            let full = Arc::clone(&full);
            tokio::spawn(async move {
                for batch in (0..DRAINED / BATCH).filter(|batch| batch % 2 == half) {
                    let mut tx = full.db.begin().await.unwrap();
                    for number in batch * BATCH..(batch + 1) * BATCH {
                        full.journal.enqueue(&mut tx, &draft(number)).await.unwrap();
                    }
                    tx.commit().await.unwrap();
                }
            })
        };
        let (evens, odds) = (fill(0), fill(1));
        evens.await.unwrap();
        odds.await.unwrap();
        full.db.close().await;
        let app = self.app().await;
        // The clock runs from one batch that has landed to the last one: to open a service is no draining.
        let mut began = None;
        let rate = loop {
            let size = size(&app).await;
            match began {
                None if size > before => began = Some((Instant::now(), size)),
                Some((at, first)) if size >= before + DRAINED => break per_second(size - first, at),
                None | Some(_) => {}
            }
            // To look costs what is measured: as seldom as a hundredth of the whole.
            tokio::time::sleep(Duration::from_millis(25)).await;
        };
        let report = app.journal.audit().await.unwrap();
        assert!(report.ok && report.waiting == 0, "{report:?}");
        app.journal.close().await;
        app.db.close().await;
        rate
    }

    /// Single-row commits per second of so many clients.
    async fn bare(&self, clients: u32, body: usize) -> f64 {
        run(&self.config.database, "create table if not exists bare (id bigserial primary key, body bytea not null)")
            .await;
        let pool = self.pool(clients).await;
        rate_of(clients, move |_| {
            let pool = pool.clone();
            async move {
                let insert = sqlx::query("insert into bare (body) values ($1)").bind(vec![7_u8; body]);
                insert.execute(&pool).await.unwrap();
            }
        })
        .await
    }

    /// The chain that locks its head in every request's transaction.
    async fn naive(&self, clients: u32, body: usize) -> f64 {
        let tables = "drop table if exists chain_head; drop table if exists chain;
            create table chain_head (one bigint primary key, n bigint not null, hash bytea not null);
            create table chain (seq bigint primary key, hash bytea not null, body bytea not null);
            insert into chain_head values (1, 0, '\\x00')";
        run(&self.config.database, tables).await;
        let pool = self.pool(clients).await;
        rate_of(clients, move |_| {
            let pool = pool.clone();
            async move {
                let mut tx = pool.begin().await.unwrap();
                let head = "select n, hash from chain_head where one = 1 for update";
                let (n, before): (i64, Vec<u8>) = sqlx::query_as(head).fetch_one(&mut *tx).await.unwrap();
                let body = vec![7_u8; body];
                let hash = Sha256::new().chain_update(before).chain_update(&body).finalize().to_vec();
                let insert = sqlx::query("insert into chain (seq, hash, body) values ($1, $2, $3)");
                insert.bind(n).bind(&hash).bind(body).execute(&mut *tx).await.unwrap();
                let update = sqlx::query("update chain_head set n = n + 1, hash = $1 where one = 1").bind(hash);
                update.execute(&mut *tx).await.unwrap();
                tx.commit().await.unwrap();
            }
        })
        .await
    }
}

/// Operations per second of so many callers, each of whom waits for his entry.
async fn committed(app: &Arc<App>, waiters: u32) -> f64 {
    let app = Arc::clone(app);
    rate_of(waiters, move |number| {
        let app = Arc::clone(&app);
        async move {
            let tx = app.db.begin().await.unwrap();
            let act = Act { events: vec![draft(DRAINED + number)], notices: Vec::new(), request: None };
            let entries = commit(&app, tx, act, app.clock.now()).await.unwrap();
            assert!(entries.iter().all(Option::is_some), "not sequenced in time");
        }
    })
    .await
}

/// How often a second so many clients get `work` done, each in a task of its own, as requests are.
async fn rate_of<F>(clients: u32, work: impl Fn(u64) -> F + Send + Sync + 'static) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let (began, done, work) = (Instant::now(), Arc::new(AtomicU64::new(0)), Arc::new(work));
    let one = || {
        let (done, work) = (Arc::clone(&done), Arc::clone(&work));
        tokio::spawn(async move {
            while began.elapsed() < WARM_UP + MEASURED {
                work(NUMBER.fetch_add(1, Ordering::Relaxed)).await;
                if began.elapsed() >= WARM_UP {
                    done.fetch_add(1, Ordering::Relaxed);
                }
            }
        })
    };
    for client in (0..clients).map(|_| one()).collect::<Vec<_>>() {
        client.await.unwrap();
    }
    let done = u32::try_from(done.load(Ordering::Relaxed)).unwrap();
    f64::from(done) / (began.elapsed() - WARM_UP).as_secs_f64()
}

fn per_second(count: u64, began: Instant) -> f64 {
    f64::from(u32::try_from(count).unwrap()) / began.elapsed().as_secs_f64()
}

async fn run(url: &str, sql: &str) {
    let mut admin = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut admin).await.unwrap();
}

/// A recorded document between two of a hundred parties, as the operations write it down.
fn draft(number: u64) -> EventDraft {
    let now = qolhat::app::SystemClock.now();
    let mut rng = SystemRandom;
    let (sender, recipient) = (number % 100, (number * 7 + 1) % 100);
    let digest = format!("{number:064x}");
    EventDraft {
        id: EventId::new(now, &mut rng),
        kind: "document.recorded".to_owned(),
        subjects: vec![
            format!("document:{}", EventId::new(now, &mut rng)),
            format!("party:bin:1906400{sender:05}"),
            format!("party:bin:1906400{recipient:05}x"),
        ],
        payload: vec![
            ("kind".to_owned(), json!("completion-act")),
            ("sha256".to_owned(), json!(digest)),
            ("received_at".to_owned(), json!(now.to_string())),
            ("signature".to_owned(), json!(digest)),
        ],
        actor: json!({"iin": "790640001204", "party": "bin:190640001204", "certificate_sha256": digest}),
    }
}
