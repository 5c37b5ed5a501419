//! One installation under load: SQLite with one process, or PostgreSQL with two behind lines that can be cut.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use qolhat::app::{SharedRandom, SystemClock, SystemRandom, signing_identity};
use qolhat::db::Db;
use qolhat::demo::client::Client;
use qolhat::demo::responders::{Fault, Service as Authority};
use qolhat::domain::ids::EventId;
use qolhat::domain::time::CivilDate;
use qolhat::journal::Journal;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::Run;
use crate::backlog::{self, Victim};
use crate::kill::{Service, free_address, system_now};
use crate::look::{check_all_now, mails_are_past};
use crate::mails::Post;
use crate::points::{Counts, Hits, Turns};
use crate::power::Site;
use crate::processes::{Line, Proxy};
use crate::server::Server;
use crate::support::database::OwnDatabase;
use crate::support::stage::Stage;
use crate::visitor::{Visitor, Visits};

const SENDERS: usize = 3;
const MEMBERS: usize = 2;
/// Kills between two looks at everything.
const KILLS_BETWEEN: u64 = 40;
/// Between two looks at a process.
const STEP: Duration = Duration::from_millis(20);
/// How long a load may stand still, in steps.
const LOAD_MAX_STEPS: usize = 750;
/// A process that has not come to its fail point after so many steps and answered acts does not come there.
const POINT_MIN_STEPS: usize = 75;
const POINT_ACTS: usize = 8;
/// How long a process that is told to end may take, in steps: on its way to a fail point, and in order.
const END_MAX_STEPS: usize = 100;
const IN_ORDER_MAX_STEPS: usize = 3000;
/// Starts that may end because the database does not answer, one after another.
const STARTS_MAX: usize = 10;
/// Where the commits of the daily seal and of its signature are.
const SEALS: &str = "journal/sealing.rs";
/// Where a segment is exported: one that a seal has closed.
const SEGMENTS: &str = "segment";
/// Where mails are sent: of letters alone.
const MAILS: &str = "operations/send_messages.rs";
/// The first of the days that are sealed beside today.
const FIRST_DAY: &str = "2001-01-01";
/// How long the entry of a seal may take: the lease of a leader that was killed runs out first.
const SEALED_MAX: Duration = Duration::from_secs(60);
/// Where the commits of those rounds are that look at waiting documents again.
const CHECKS: &str = "operations/recheck_document.rs";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

pub struct Field {
    run: Arc<Run>,
    number: usize,
    pub engine: Engine,
    pub site: Site,
    pub visits: Arc<Mutex<Visits>>,
    pub members: Vec<Member>,
    server: Option<Server>,
    post: Post,
    hits: Hits,
    pub counts: Counts,
    turns: Turns,
    seed: u64,
    pub round: usize,
    /// Days that were sealed beside today.
    days: i32,
    /// Whether the visitor only writes letters.
    letters_alone: bool,
    /// Documents that were looked at whole.
    pub looked_at: usize,
    /// Events that waited all at once.
    pub backlog: Vec<Uuid>,
}

pub struct Member {
    address: std::net::SocketAddr,
    proxy: Option<(Proxy, String)>,
    pub service: Option<Service>,
}

impl Field {
    pub async fn set(engine: Engine, number: usize, run: Arc<Run>) -> Field {
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
            run,
            number,
            engine,
            site,
            visits: Arc::default(),
            members,
            server,
            post: Post::open(),
            hits,
            counts: Counts::default(),
            turns: Turns::default(),
            seed,
            round,
            days: 0,
            letters_alone: false,
            looked_at: 0,
            backlog: Vec::new(),
        }
    }

    /// Kills until the run is over; tells it what was counted. Panics when something is lost.
    pub async fn run(mut self) {
        self.up(0, None).await;
        self.post.confirm(&self.client(0)).await;
        let mut since = 0;
        while !self.run.is_over() {
            self.kill().await;
            self.tell();
            since += 1;
            if since >= KILLS_BETWEEN {
                since = 0;
                self.look().await;
                self.tell();
            }
        }
        self.look().await;
        self.tell();
        self.does("has ended");
    }

    fn tell(&self) {
        self.run.tell(self.number, &self.counts);
    }

    pub fn does(&self, what: &str) {
        self.run.does(self.number, format!("{:?} {what}", self.engine));
    }

    /// xorshift: the run need not be secret.
    pub fn random(&mut self, below: u64) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed % below
    }

    async fn kill(&mut self) {
        self.round += 1;
        let place = usize::try_from(self.random(u64::try_from(self.members.len()).unwrap())).unwrap();
        let kind = self.random(100);
        self.does(&format!("round {}, {kind}", self.round));
        match (self.engine, kind) {
            (_, 0..10) => self.at_any_instant(place).await,
            (_, 10..12) => self.without_authorities(place).await,
            (Engine::Postgres, 12..20) => self.leader().await,
            (Engine::Postgres, 20..24) => self.stopped(place).await,
            (Engine::Postgres, 24..29) => self.server_gone(None).await,
            (Engine::Postgres, 29..32) => self.server_gone(Some("fast")).await,
            (Engine::Postgres, 32..35) => self.server_gone(Some("immediate")).await,
            (Engine::Postgres, 35..45) => self.cut_at_commit(place).await,
            (Engine::Postgres, 45..49) => self.line(place, Line::Cut).await,
            (Engine::Postgres, 49..52) => self.line(place, Line::Silent).await,
            (_, 52..57) => self.in_a_backlog(Victim::Leader).await,
            (Engine::Postgres, 57..59) => self.in_a_backlog(Victim::Server).await,
            (Engine::Postgres, 59..61) => self.in_a_backlog(Victim::Line).await,
            (Engine::Postgres, 61..65) => self.in_a_backlog(Victim::Sent).await,
            (Engine::Postgres, 65..67) => self.in_a_backlog(Victim::Stopped).await,
            _ => self.at_a_point(place).await,
        }
        self.hits.take(&mut self.counts);
    }

    /// Starts the process at `place` unless it runs; `None` when it died on the way up.
    pub async fn up(&mut self, place: usize, point: Option<&str>) -> bool {
        let path = self.hits.path.to_str().unwrap().to_owned();
        let mut environment = self.post.environment();
        environment.push(("TORTURE_HITS", path));
        if let Some(point) = point {
            // One that a process seldom comes by dies at its first hit, and so does one that was missed.
            let often = self.counts.hits_of(point) / self.counts.starts.max(1);
            let number = if self.turns.was_missed(point) { 1 } else { 1 + self.random(often.clamp(1, 4)) };
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
        let mut tries = 0;
        loop {
            match Service::try_start(&self.site.stage, member.address, database, &environment).await {
                Ok(service) => {
                    member.service = Some(service);
                    self.counts.starts += 1;
                    return true;
                }
                Err(_) if point.is_some() => return false,
                // Whoever starts it tries again: on a starved machine the database may not answer in time.
                Err(said) if said.contains("cannot be used now") && tries < STARTS_MAX => tries += 1,
                Err(said) => panic!("the service does not come up: {said}"),
            }
        }
    }

    pub async fn all_up(&mut self) {
        for place in 0..self.members.len() {
            self.up(place, None).await;
        }
    }

    pub fn client(&self, place: usize) -> Client {
        self.site.client.at(&format!("http://{}", self.members[place].address))
    }

    /// Load on every process.
    pub fn load(&self) -> JoinSet<()> {
        let mut senders = JoinSet::new();
        for place in 0..self.members.len() {
            for sender in 0..SENDERS {
                self.site.load(&self.client(place), &mut senders, self.round, place * SENDERS + sender);
            }
        }
        let place = self.round % self.members.len();
        let visitor = Visitor::of(&self.site, &self.visits, &format!("http://{}", self.members[place].address));
        let act = self.site.ledger.lock().unwrap().acknowledged.values().next_back().cloned();
        senders.spawn(visitor.visit(act, self.round, self.letters_alone));
        senders
    }

    fn answered(&self) -> usize {
        self.site.acknowledged()
    }

    /// Waits until so many acts are answered; whether they were, before the load has stood still for long.
    async fn until_answered(&self, more: usize) -> bool {
        let wanted = self.answered() + more;
        for _ in 0..LOAD_MAX_STEPS {
            if self.answered() >= wanted {
                return true;
            }
            tokio::time::sleep(STEP).await;
        }
        false
    }

    /// From the first requests to the thick of it, however slow the machine is.
    pub async fn any_instant(&mut self) {
        let (more, wait) = (self.random(5), self.random(200));
        self.until_answered(usize::try_from(more).unwrap()).await;
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
        self.does(&format!("round {}: {point}", self.round));
        if point.contains(CHECKS) {
            self.documents_wait(place).await;
        }
        if point.contains(SEALS) || point.contains(SEGMENTS) {
            self.a_day_is_sealed().await;
        }
        if point.contains(MAILS) {
            let db = Db::connect_existing(&self.site.stage.config.database).await.unwrap();
            mails_are_past(&db).await;
            db.close().await;
        }
        // Where only the leader comes, whoever it is.
        let all = point.contains("journal/") || point.contains("sequencer") || self.turns.was_missed(&point);
        let mut armed = Vec::new();
        let mut is_dead = false;
        for other in 0..self.members.len() {
            if all || other == place {
                let is_up = self.up(other, Some(&point)).await;
                is_dead |= !is_up;
                armed.push(other);
            } else {
                self.up(other, None).await;
            }
        }
        let mut senders = JoinSet::new();
        let mut is_at_end = self.turns.is_at_end(&point);
        if !is_dead {
            self.letters_alone = point.contains(MAILS);
            senders = self.load();
            self.letters_alone = false;
            if backlog::needs_one(&point) {
                self.fill_inbox().await.close().await;
            }
            if is_at_end {
                self.any_instant().await;
            } else {
                is_dead = self.one_dies(&armed).await;
            }
            if !is_dead {
                // Perhaps it comes there when it is told to end.
                is_at_end = true;
                self.members[place].service.as_ref().unwrap().signal("-TERM");
                self.is_gone_in(place, END_MAX_STEPS).await;
            }
        }
        let mut survived = false;
        for other in armed {
            // One that died on the way up is gone already.
            let Some(mut service) = self.members[other].service.take() else { continue };
            if service.is_gone() {
                continue;
            }
            if is_dead && other != place && !survived {
                // It takes over, and dies too.
                survived = true;
                self.any_instant().await;
            }
            service.kill();
        }
        self.authorities(None, None);
        end(senders).await;
        let deaths = self.hits.take(&mut self.counts);
        self.turns.took(&point, !deaths.is_empty(), is_at_end);
        let kind = match self.engine {
            Engine::Sqlite => "service, SQLite: at a fail point",
            Engine::Postgres => "service, PostgreSQL: at a fail point",
        };
        for _ in &deaths {
            self.counts.count(kind);
        }
        if deaths.is_empty() {
            self.counts.not_reached += 1;
        } else if survived && deaths.len() == 1 {
            self.counts.count("service, PostgreSQL: SIGKILL after the other has died");
        }
    }

    /// The installation's database and its journal, beside the service.
    pub async fn journal(&self) -> (Db, Journal) {
        let config = &self.site.stage.config;
        let db = Db::connect_existing(&config.database).await.unwrap();
        let identity = signing_identity(config).unwrap();
        let rng = Box::new(SharedRandom::new(SystemRandom));
        let journal = Journal::open(db.clone(), identity, Arc::new(SystemClock), rng, None).await;
        (db, journal.unwrap())
    }

    /// Seals the log for a day of long ago, a new one each time. The seal of a day is signed once, by the next process that
    /// comes up; and a run has no days.
    async fn a_day_is_sealed(&mut self) {
        self.days += 1;
        let (db, journal) = self.journal().await;
        let event = EventId::new(system_now(), &mut SystemRandom);
        let day = CivilDate::parse(FIRST_DAY).unwrap().plus_days(self.days);
        if let Some(made) = journal.seal_the_day(event, day).await.unwrap() {
            journal.wait(made.event, SEALED_MAX).await.unwrap();
        }
        journal.close().await;
        db.close().await;
    }

    /// Whether one of them dies before so many acts are answered that it should have come to its fail point.
    async fn one_dies(&mut self, places: &[usize]) -> bool {
        let before = self.answered();
        for step in 0..LOAD_MAX_STEPS {
            for place in places {
                if self.members[*place].service.as_mut().is_none_or(Service::is_gone) {
                    return true;
                }
            }
            if step >= POINT_MIN_STEPS && self.answered() >= before + POINT_ACTS {
                return false;
            }
            tokio::time::sleep(STEP).await;
        }
        false
    }

    async fn is_gone_in(&mut self, place: usize, steps: usize) -> bool {
        for _ in 0..steps {
            if self.members[place].service.as_mut().unwrap().is_gone() {
                return true;
            }
            tokio::time::sleep(STEP).await;
        }
        false
    }

    /// SIGTERM, and the process ends by itself.
    pub async fn end_in_order(&mut self, place: usize) {
        self.members[place].service.as_ref().unwrap().signal("-TERM");
        assert!(self.is_gone_in(place, IN_ORDER_MAX_STEPS).await, "it does not end when it is told to");
        self.members[place].service = None;
        self.counts.ends += 1;
    }

    fn authorities(&self, time_stamps: Option<Fault>, certificates: Option<Fault>) {
        let services = &self.site.stage.services;
        services.set_fault(Authority::Tsp, time_stamps);
        for certificates_by in [Authority::Ocsp, Authority::Crl] {
            services.set_fault(certificates_by, certificates);
        }
    }

    /// Acts come in while no time stamps can be had, and at the next start nobody says whether a certificate is revoked:
    /// the documents wait, their time stamps are fetched, and they are looked at again.
    async fn documents_wait(&mut self, place: usize) {
        self.all_up().await;
        self.authorities(Some(Fault::TryLater), None);
        let senders = self.load();
        self.any_instant().await;
        self.members[place].service.take().unwrap().kill();
        end(senders).await;
        self.counts.count("service: SIGKILL while no time stamp can be had");
        self.authorities(None, Some(Fault::TryLater));
        let db = Db::connect_existing(&self.site.stage.config.database).await.unwrap();
        check_all_now(&db).await;
        db.close().await;
    }

    async fn without_authorities(&mut self, place: usize) {
        self.documents_wait(place).await;
        self.all_up().await;
        let senders = self.load();
        self.any_instant().await;
        self.members[place].service.take().unwrap().kill();
        self.authorities(None, None);
        end(senders).await;
        self.counts.count("service: SIGKILL while nobody tells what is revoked");
    }

    /// Kills whoever leads the log.
    pub async fn leader(&mut self) {
        self.all_up().await;
        let senders = self.load();
        self.any_instant().await;
        if let Some(place) = self.leading().await {
            self.members[place].service.take().unwrap().kill();
            self.counts.count("sequencer's leader: SIGKILL");
        }
        end(senders).await;
    }

    pub async fn leading(&self) -> Option<usize> {
        let Some(database) = &self.site.stage.database else { return Some(0) };
        let mut raw = database.raw().await;
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
        self.stop_past_the_lease(place).await;
        end(senders).await;
        self.counts.count("sequencer's leader: SIGSTOP past the lease, SIGCONT");
    }

    pub async fn stop_past_the_lease(&self, place: usize) {
        for signal in ["-STOP", "-CONT"] {
            self.members[place].service.as_ref().unwrap().signal(signal);
            tokio::time::sleep(Duration::from_millis(3700)).await;
        }
    }

    async fn server_gone(&mut self, mode: Option<&str>) {
        self.all_up().await;
        let senders = self.load();
        self.any_instant().await;
        self.server_dies(mode).await;
        end(senders).await;
        self.counts.count(
            &mode.map_or("PostgreSQL: SIGKILL of the postmaster".to_owned(), |mode| {
                format!("PostgreSQL: restart, {mode}")
            }),
        );
    }

    /// Restarts it in that way, or after SIGKILL of the postmaster.
    pub async fn server_dies(&self, mode: Option<&str>) {
        let server = self.server.as_ref().unwrap();
        if mode.is_none() {
            server.kill();
        }
        server.restart(mode.unwrap_or("fast")).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }

    async fn cut_at_commit(&mut self, place: usize) {
        self.all_up().await;
        let senders = self.load();
        self.any_instant().await;
        let is_cut = self.cut_when_sent(place).await;
        end(senders).await;
        if is_cut {
            self.counts.count("connection cut when the commit was sent");
        }
    }

    /// Cuts the first connection of `place` on which a commit or a batch is sent; whether one was.
    pub async fn cut_when_sent(&self, place: usize) -> bool {
        let (proxy, _) = self.members[place].proxy.as_ref().unwrap();
        proxy.line.send_replace(Line::CutAtCommit);
        let mut line = proxy.line.subscribe();
        let cut = line.wait_for(|line| *line == Line::Whole);
        let is_cut = tokio::time::timeout(Duration::from_secs(5), cut).await.is_ok();
        proxy.line.send_replace(Line::Whole);
        tokio::time::sleep(Duration::from_millis(200)).await;
        is_cut
    }

    async fn line(&mut self, place: usize, how: Line) {
        self.all_up().await;
        let senders = self.load();
        self.any_instant().await;
        self.line_is(place, how).await;
        end(senders).await;
        self.counts.count(match how {
            Line::Silent => "database cut off: silent past the lease",
            Line::Cut | Line::Whole | Line::CutAtCommit => "database cut off: connections ended",
        });
    }

    /// The line of `place` is as told for longer than a lease lives.
    pub async fn line_is(&self, place: usize, how: Line) {
        let (proxy, _) = self.members[place].proxy.as_ref().unwrap();
        proxy.line.send_replace(how);
        tokio::time::sleep(Duration::from_millis(3500)).await;
        proxy.line.send_replace(Line::Whole);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

pub async fn end(mut senders: JoinSet<()>) {
    senders.abort_all();
    while senders.join_next().await.is_some() {}
}
