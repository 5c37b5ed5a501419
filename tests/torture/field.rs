//! One installation under load: SQLite with one process, or PostgreSQL with two behind lines that can be cut.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::Duration;

use qolhat::db::Db;
use qolhat::demo::client::Client;
use qolhat::extract::format::{field, kind};
use serde_json::Value;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::Run;
use crate::kill::{Service, free_address, system_now};
use crate::points::{Counts, Hits, Turns};
use crate::power::Site;
use crate::processes::{Line, Proxy};
use crate::server::Server;
use crate::support::database::OwnDatabase;
use crate::support::stage::Stage;

const SENDERS: usize = 3;
const MEMBERS: usize = 2;
/// Kills between two looks at everything.
const KILLS_BETWEEN: u64 = 40;
/// How long a process may take to come to its fail point, in steps of 20 ms.
const POINT_MAX_STEPS: usize = 150;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

pub struct Field {
    engine: Engine,
    site: Site,
    members: Vec<Member>,
    server: Option<Server>,
    hits: Hits,
    counts: Counts,
    turns: Turns,
    seed: u64,
    round: usize,
    /// Documents that were looked at whole.
    looked_at: usize,
}

struct Member {
    address: std::net::SocketAddr,
    proxy: Option<(Proxy, String)>,
    service: Option<Service>,
}

impl Field {
    pub async fn set(engine: Engine, number: usize) -> Field {
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(OwnDatabase::make().await.expect("tests/with-postgres starts a server")),
        };
        let stage = Stage::set_on(database, system_now(), |config, _| config.clock = None).await;
        let hits = Hits::at(stage.folder().with_extension("hits"));
        let site = Site::on(stage).await;
        let mut members = Vec::new();
        let mut server = None;
        if let Some(database) = &site.stage.database {
            server = Some(Server::of(database).await);
            for _ in 0..MEMBERS {
                let proxy = Proxy::to(database.address()).await;
                let url = database.url().replace(database.address(), &proxy.address.to_string());
                members.push(Member { address: free_address(), proxy: Some((proxy, url)), service: None });
            }
        } else {
            members.push(Member { address: site.address, proxy: None, service: None });
        }
        let seed = 0x9e37_79b9_7f4a_7c15 ^ u64::try_from(number + 1).unwrap();
        let round = number * 1_000_000;
        Field {
            engine,
            site,
            members,
            server,
            hits,
            counts: Counts::default(),
            turns: Turns::default(),
            seed,
            round,
            looked_at: 0,
        }
    }

    /// Kills until `run` is over; tells it what was counted. Panics when something is lost.
    pub async fn run(mut self, run: &Run, number: usize) {
        let mut since = 0;
        while !run.is_over() {
            self.kill().await;
            run.tell(number, &self.counts);
            since += 1;
            if since >= KILLS_BETWEEN {
                since = 0;
                self.look().await;
                run.tell(number, &self.counts);
            }
        }
        self.look().await;
        run.tell(number, &self.counts);
    }

    /// xorshift: the run need not be secret.
    fn random(&mut self, below: u64) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed % below
    }

    async fn kill(&mut self) {
        self.round += 1;
        let place = usize::try_from(self.random(u64::try_from(self.members.len()).unwrap())).unwrap();
        match (self.engine, self.random(100)) {
            (_, 0..12) => self.at_any_instant(place).await,
            (Engine::Postgres, 12..20) => self.leader().await,
            (Engine::Postgres, 20..24) => self.stopped(place).await,
            (Engine::Postgres, 24..29) => self.server_gone(None).await,
            (Engine::Postgres, 29..32) => self.server_gone(Some("fast")).await,
            (Engine::Postgres, 32..35) => self.server_gone(Some("immediate")).await,
            (Engine::Postgres, 35..45) => self.cut_at_commit(place).await,
            (Engine::Postgres, 45..49) => self.line(place, Line::Cut).await,
            (Engine::Postgres, 49..52) => self.line(place, Line::Silent).await,
            _ => self.at_a_point(place).await,
        }
        self.hits.take(&mut self.counts);
    }

    /// Starts the process at `place` unless it runs; `None` when it died on the way up.
    async fn up(&mut self, place: usize, point: Option<&str>) -> bool {
        let path = self.hits.path.to_str().unwrap().to_owned();
        let mut environment = vec![("TORTURE_HITS", path)];
        if let Some(point) = point {
            // One that was missed is seldom come by: its first hit will do.
            let number = if self.turns.was_missed(point) { 1 } else { 1 + self.random(4) };
            environment.push(("TORTURE_POINT", format!("{number} {point}")));
        }
        let member = &mut self.members[place];
        if let Some(service) = &mut member.service {
            if point.is_none() && !service.is_gone() {
                return true;
            }
            member.service.take().unwrap().kill();
        }
        let database = member.proxy.as_ref().map(|(_, url)| url.as_str());
        match Service::try_start(&self.site.stage, member.address, database, &environment).await {
            Ok(service) => {
                member.service = Some(service);
                true
            }
            Err(_) if point.is_some() => false,
            Err(said) => panic!("the service does not come up: {said}"),
        }
    }

    async fn all_up(&mut self) {
        for place in 0..self.members.len() {
            self.up(place, None).await;
        }
    }

    fn client(&self, place: usize) -> Client {
        self.site.client.at(&format!("http://{}", self.members[place].address))
    }

    /// Load on every process.
    fn load(&self) -> JoinSet<()> {
        let mut senders = JoinSet::new();
        for place in 0..self.members.len() {
            for sender in 0..SENDERS {
                self.site.load(&self.client(place), &mut senders, self.round, place * SENDERS + sender);
            }
        }
        senders
    }

    async fn any_instant(&mut self) {
        let wait = 30 + self.random(500);
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }

    async fn at_any_instant(&mut self, place: usize) {
        self.all_up().await;
        let senders = self.load();
        self.any_instant().await;
        self.members[place].service.take().unwrap().kill();
        end(senders).await;
        self.counts.count(match self.engine {
            Engine::Sqlite => "service, SQLite: SIGKILL at any instant",
            Engine::Postgres => "service, PostgreSQL: SIGKILL at any instant",
        });
    }

    async fn at_a_point(&mut self, place: usize) {
        let Some(point) = self.turns.next(&self.counts) else { return self.at_any_instant(place).await };
        for other in 0..self.members.len() {
            if other != place {
                self.up(other, None).await;
            }
        }
        let mut senders = JoinSet::new();
        if self.up(place, Some(&point)).await {
            senders = self.load();
            for _ in 0..POINT_MAX_STEPS {
                if self.members[place].service.as_mut().unwrap().is_gone() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            self.members[place].service.take().unwrap().kill();
        }
        end(senders).await;
        let is_reached = !self.hits.take(&mut self.counts).is_empty();
        self.turns.took(&point, is_reached);
        match (is_reached, self.engine) {
            (false, _) => self.counts.not_reached += 1,
            (true, Engine::Sqlite) => self.counts.count("service, SQLite: at a fail point"),
            (true, Engine::Postgres) => self.counts.count("service, PostgreSQL: at a fail point"),
        }
    }

    /// Kills whoever leads the log.
    async fn leader(&mut self) {
        self.all_up().await;
        let senders = self.load();
        self.any_instant().await;
        if let Some(place) = self.leading().await {
            self.members[place].service.take().unwrap().kill();
            self.counts.count("sequencer's leader: SIGKILL");
        }
        end(senders).await;
    }

    async fn leading(&self) -> Option<usize> {
        let mut raw = self.site.stage.database.as_ref()?.raw().await;
        let name: String = sqlx::query_scalar("select leader from log_head").fetch_one(&mut raw).await.unwrap();
        self.members
            .iter()
            .position(|member| member.service.as_ref().is_some_and(|service| service.said().contains(&name)))
    }

    /// Stops whoever leads, or `place`, past the lease, and lets it go on.
    async fn stopped(&mut self, place: usize) {
        self.all_up().await;
        let senders = self.load();
        self.any_instant().await;
        let place = self.leading().await.unwrap_or(place);
        let id = self.members[place].service.as_ref().unwrap().id().to_string();
        for signal in ["-STOP", "-CONT"] {
            assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
            tokio::time::sleep(Duration::from_millis(3700)).await;
        }
        end(senders).await;
        self.counts.count("sequencer's leader: SIGSTOP past the lease, SIGCONT");
    }

    async fn server_gone(&mut self, mode: Option<&str>) {
        self.all_up().await;
        let senders = self.load();
        self.any_instant().await;
        let server = self.server.as_ref().unwrap();
        if mode.is_none() {
            server.kill();
        }
        server.restart(mode.unwrap_or("fast")).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        end(senders).await;
        self.counts.count(
            &mode.map_or("PostgreSQL: SIGKILL of the postmaster".to_owned(), |mode| {
                format!("PostgreSQL: restart, {mode}")
            }),
        );
    }

    async fn cut_at_commit(&mut self, place: usize) {
        self.all_up().await;
        let senders = self.load();
        self.any_instant().await;
        let (proxy, _) = self.members[place].proxy.as_ref().unwrap();
        proxy.line.send_replace(Line::CutAtCommit);
        let mut line = proxy.line.subscribe();
        let cut = line.wait_for(|line| *line == Line::Whole);
        let is_cut = tokio::time::timeout(Duration::from_secs(5), cut).await.is_ok();
        proxy.line.send_replace(Line::Whole);
        tokio::time::sleep(Duration::from_millis(200)).await;
        end(senders).await;
        if is_cut {
            self.counts.count("connection cut when the commit was sent");
        }
    }

    async fn line(&mut self, place: usize, how: Line) {
        self.all_up().await;
        let senders = self.load();
        self.any_instant().await;
        let (proxy, _) = self.members[place].proxy.as_ref().unwrap();
        proxy.line.send_replace(how);
        tokio::time::sleep(Duration::from_millis(3500)).await;
        proxy.line.send_replace(Line::Whole);
        tokio::time::sleep(Duration::from_millis(300)).await;
        end(senders).await;
        self.counts.count(match how {
            Line::Silent => "database cut off: silent past the lease",
            Line::Cut | Line::Whole | Line::CutAtCommit => "database cut off: connections ended",
        });
    }

    /// Looks at everything: what was acknowledged is there once, in the log once, and the audit is clean.
    async fn look(&mut self) {
        for place in 1..self.members.len() {
            if let Some(service) = self.members[place].service.take() {
                service.kill();
            }
        }
        self.up(0, None).await;
        let client = self.client(0);
        self.site.missing(&client).await.unwrap();
        let mut ids: Vec<String> = self.site.ledger.lock().unwrap().acknowledged.values().cloned().collect();
        ids.sort_unstable();
        let total = ids.len();
        // A few of each: the newest ids are those that were not looked at before.
        let some: Vec<String> = ids.into_iter().skip(self.looked_at).rev().take(25).collect();
        self.looked_at = total;
        self.site.whole(&client, &some).await.unwrap();
        self.counts.found = self.in_the_log_once().await;
        self.members[0].service.take().unwrap().kill();
        self.site.audited().unwrap();
        self.counts.audits += 1;
        self.counts.acknowledged = total;
    }

    /// Looks each acknowledged document up in the journal: one entry records it and no other does, the entry's event is
    /// that which the document names, and it is where the answer said. How many there are.
    async fn in_the_log_once(&mut self) -> usize {
        let db = Db::connect_existing(&self.site.stage.config.database).await.unwrap();
        let rows = db.query("select seq, id, body from journal_entry order by seq", &[]).await.unwrap();
        let mut events: BTreeMap<Uuid, Vec<i64>> = BTreeMap::new();
        let mut recording = BTreeSet::new();
        for row in &rows {
            let (seq, id) = (row.int("seq").unwrap(), row.id("id").unwrap());
            let entry: Value = serde_json::from_slice(&row.bytes("body").unwrap()).unwrap();
            assert_eq!(entry["id"], id.to_string(), "entry {seq}");
            events.entry(id).or_default().push(seq);
            if entry["kind"] == kind::DOCUMENT_RECORDED {
                recording.insert(seq);
            }
        }
        let mut recorded: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for row in &db.query("select seq, openings from journal_secret", &[]).await.unwrap() {
            let seq = row.int("seq").unwrap();
            let openings: Value = serde_json::from_str(&row.text("openings").unwrap()).unwrap();
            for opening in openings.as_array().unwrap() {
                let value = &opening[2];
                if recording.contains(&seq) && value["name"] == field::DOCUMENT_ID {
                    recorded.entry(value["value"].as_str().unwrap().to_owned()).or_default().push(seq);
                }
            }
        }
        let mut named = BTreeMap::new();
        for row in &db.query("select id, recorded_event from document", &[]).await.unwrap() {
            named.insert(row.id("id").unwrap().to_string(), row.opt_id("recorded_event").unwrap());
        }
        db.close().await;
        self.counts.entries = u64::try_from(rows.len()).unwrap();
        let ledger = self.site.ledger.lock().unwrap();
        for (key, id) in &ledger.acknowledged {
            let numbers = recorded.get(id).map_or(&[][..], Vec::as_slice);
            assert_eq!(numbers.len(), 1, "{key} {id} is recorded by {numbers:?}");
            let event = named[id].unwrap_or_else(|| panic!("{key} {id} names no event"));
            assert_eq!(events[&event], numbers, "{key} {id}: the entries of its event");
            if let Some(answered) = ledger.entries.get(id) {
                assert_eq!(i64::try_from(*answered).unwrap(), numbers[0], "{key} {id}: the answer named another entry");
            }
        }
        ledger.acknowledged.len()
    }
}

async fn end(mut senders: JoinSet<()>) {
    senders.abort_all();
    while senders.join_next().await.is_some() {}
}
