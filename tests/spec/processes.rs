//! Several processes of the service on one PostgreSQL: one leads the log, the others follow; whoever leads is killed,
//! stopped past its lease and let go on, and cut off from the database, under load. No gap, no fork, nothing twice, and
//! everything acknowledged is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use qolhat::demo::client::Client;
use qolhat::demo::story::Actor;
use sqlx::Row as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::kill::{Ledger, Service, documents, free_address, send, send_on, settle, system_now, whole};
use crate::support::database::OwnDatabase;
use crate::support::stage::Stage;

const PROCESSES: usize = 3;

/// How the line between a process and the database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    Whole,
    /// Nothing comes through, and nobody is told.
    Silent,
    /// Every connection ends, and none is taken.
    Cut,
    /// The first connection that commits ends when the commit is under way: it is done, and nobody is told.
    CutAtCommit,
}

/// A line to the database that can be cut.
pub struct Proxy {
    pub address: SocketAddr,
    pub line: watch::Sender<Line>,
}

impl Proxy {
    pub async fn to(server: &str) -> Proxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let line = watch::Sender::new(Line::Whole);
        let (server, seen) = (server.to_owned(), line.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, line) = (server.clone(), seen.clone());
                tokio::spawn(async move { carry(client, &server, &line).await });
            }
        });
        Proxy { address, line }
    }
}

async fn carry(mut client: TcpStream, server: &str, told: &watch::Sender<Line>) {
    let mut line = told.subscribe();
    if *line.borrow() == Line::Cut {
        return;
    }
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let there = pass(&mut from_client, &mut to_server, told, Way::There);
    let back = pass(&mut from_server, &mut to_client, told, Way::Back);
    tokio::select! {
        _ = there => {}
        _ = back => {}
        _ = line.wait_for(|line| *line == Line::Cut) => {}
    }
}

async fn pass(
    from: &mut (impl tokio::io::AsyncRead + Unpin),
    to: &mut (impl tokio::io::AsyncWrite + Unpin),
    told: &watch::Sender<Line>,
    way: Way,
) -> std::io::Result<()> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut line = told.subscribe();
    let mut octets = vec![0; 16 * 1024];
    loop {
        let count = from.read(&mut octets).await?;
        if count == 0 || line.wait_for(|line| *line != Line::Silent).await.is_err() {
            return Ok(());
        }
        to.write_all(&octets[..count]).await?;
        let has = |piece: &[u8]| octets[..count].windows(piece.len()).any(|octets| octets == piece);
        let commits = way == Way::There && COMMITS.iter().any(|piece| has(piece));
        if commits && told.send_if_modified(|line| std::mem::replace(line, next(*line)) == Line::CutAtCommit) {
            return Ok(());
        }
    }
}

/// What ends a transaction; and a checkpoint's signature, which the sequencer writes in a statement that is one by itself.
const COMMITS: [&[u8]; 2] = [b"commit\0", "\n\u{2014} ".as_bytes()];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    There,
    Back,
}

/// How the line is after a commit went over it.
fn next(line: Line) -> Line {
    match line {
        Line::CutAtCommit => Line::Whole,
        Line::Whole | Line::Silent | Line::Cut => line,
    }
}

/// A process of the service behind a line of its own.
struct Member {
    service: Option<Service>,
    address: SocketAddr,
    proxy: Proxy,
    url: String,
}

impl Member {
    async fn start(stage: &Stage) -> Member {
        let database = stage.database.as_ref().unwrap();
        let proxy = Proxy::to(database.address()).await;
        let url = database.url().replace(database.address(), &proxy.address.to_string());
        let mut member = Member { service: None, address: free_address(), proxy, url };
        member.again(stage).await;
        member
    }

    async fn again(&mut self, stage: &Stage) {
        self.service = Some(Service::start_on(stage, self.address, Some(&self.url)).await);
    }

    fn signal(&self, name: &str) {
        self.service.as_ref().unwrap().signal(name);
    }

    fn kill(&mut self) {
        self.service.take().unwrap().kill();
    }

    /// Whether it has told that it leads under this name.
    fn leads_as(&self, name: &str) -> bool {
        self.service.as_ref().is_some_and(|service| service.said().contains(name))
    }
}

/// Name and epoch of the leader.
async fn head(database: &OwnDatabase) -> (String, i64) {
    let mut raw = database.raw().await;
    let row = sqlx::query("select leader, epoch from log_head").fetch_one(&mut raw).await.unwrap();
    (row.get(0), row.get(1))
}

/// The place of the process that leads, which `place_of` finds by the leader's name, and the epoch.
pub async fn leading(database: &OwnDatabase, place_of: impl Fn(&str) -> Option<usize>) -> (usize, i64) {
    for _ in 0..300 {
        let (name, epoch) = head(database).await;
        if let Some(place) = place_of(&name) {
            return (place, epoch);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody leads");
}

async fn leader(database: &OwnDatabase, members: &[Member]) -> (usize, i64) {
    leading(database, |name| members.iter().position(|member| member.leads_as(name))).await
}

/// Waits until an epoch later than `epoch` has begun.
pub async fn taken_over(database: &OwnDatabase, epoch: i64) {
    for _ in 0..300 {
        if head(database).await.1 > epoch {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut raw = database.raw().await;
    let doing = "select pid::text || ' ' || state || ' ' || coalesce(wait_event, '') || ' ' || query from pg_stat_activity \
        where datname = current_database()";
    let doing: Vec<String> = sqlx::query_scalar(doing).fetch_all(&mut raw).await.unwrap();
    panic!("nobody has taken over: {doing:#?}");
}

/// What is sent through one process, and the ledger of all.
pub struct Load {
    pub stage: Arc<Stage>,
    pub ledger: Arc<Mutex<Ledger>>,
    pub from: Actor,
    pub to: Actor,
    pub client: Client,
}

impl Load {
    /// On a stage that has left its database to the processes: only its world, files and responders are used.
    pub async fn on(database: OwnDatabase) -> Load {
        let stage = Stage::set_on(Some(database), system_now(), |config, _| config.clock = None).await;
        let (_, (from, client), (to, _)) = stage.two_clients().await;
        stage.leave().await;
        Load { stage: Arc::new(stage), ledger: Arc::new(Mutex::new(Ledger::default())), from, to, client }
    }

    /// Acts one after another through each process until `whole` is done.
    pub async fn during(&self, members: &[SocketAddr], round: usize, work: impl Future<Output = ()>) {
        let mut senders = tokio::task::JoinSet::new();
        for (sender, address) in members.iter().enumerate() {
            let client = self.client.at(&format!("http://{address}"));
            let (stage, ledger) = (Arc::clone(&self.stage), Arc::clone(&self.ledger));
            let (from, to) = (self.from.clone(), self.to.clone());
            senders.spawn(async move { send_on(&stage, &ledger, &from, &to, &client, round, sender).await });
        }
        work.await;
        senders.abort_all();
        while senders.join_next().await.is_some() {}
    }

    /// One act through a process; whether it was answered.
    pub async fn one(&self, address: SocketAddr, key: &str) -> bool {
        let client = self.client.at(&format!("http://{address}"));
        let act = self.stage.act(&self.from, &self.to, key);
        // A connection that was cut answers once with a fault.
        for _ in 0..20 {
            if let Some(id) = send(&self.stage, &client, &self.from, &act, key).await {
                self.ledger.lock().unwrap().acknowledged.insert(key.to_owned(), id);
                return true;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        false
    }
}

/// Keeps: JRN-01, JRN-04, FLW-03
#[tokio::test(flavor = "multi_thread")]
async fn the_leader_of_three_processes_is_killed_stopped_and_cut_off_and_nothing_is_lost_doubled_or_forked() {
    let Some(database) = OwnDatabase::make().await else { return };
    let load = Load::on(database).await;
    let stage = &load.stage;
    let database = stage.database.as_ref().unwrap();
    let mut members = Vec::new();
    for _ in 0..PROCESSES {
        members.push(Member::start(stage).await);
    }
    let addresses: Vec<SocketAddr> = members.iter().map(|member| member.address).collect();
    let others = |place: usize| addresses.iter().copied().enumerate().filter(move |(other, _)| *other != place);

    // Killed.
    let (place, epoch) = leader(database, &members).await;
    load.during(&addresses, 0, async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        members[place].kill();
        taken_over(database, epoch).await;
    })
    .await;
    for (other, address) in others(place) {
        assert!(load.one(address, &format!("after-kill-{other}")).await, "a follower does not answer");
    }
    members[place].again(stage).await;

    // Stopped past the lease, then let go on.
    let (place, epoch) = leader(database, &members).await;
    load.during(&addresses, 1, async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        members[place].signal("-STOP");
        taken_over(database, epoch).await;
        for (other, address) in others(place) {
            assert!(load.one(address, &format!("while-stopped-{other}")).await, "a follower does not answer");
        }
        members[place].signal("-CONT");
        assert!(load.one(addresses[place], "let-go-on").await, "who led before does not follow");
    })
    .await;

    // Cut off: first without a word, then with the connections ended.
    for (round, how) in [(2, Line::Silent), (3, Line::Cut)] {
        let (place, epoch) = leader(database, &members).await;
        load.during(&addresses, round, async {
            tokio::time::sleep(Duration::from_millis(700)).await;
            members[place].proxy.line.send_replace(how);
            taken_over(database, epoch).await;
            for (other, address) in others(place) {
                assert!(load.one(address, &format!("while-{how:?}-{other}")).await, "a follower does not answer");
            }
            members[place].proxy.line.send_replace(Line::Whole);
            assert!(load.one(addresses[place], &format!("after-{how:?}")).await, "who was cut off does not come back");
        })
        .await;
    }

    // Cut off while a commit is under way: its outcome is known to the database alone.
    for round in 4..8 {
        let (place, _) = leader(database, &members).await;
        for place in [place, (place + 1) % PROCESSES] {
            load.during(&addresses, round * PROCESSES + place, async {
                members[place].proxy.line.send_replace(Line::CutAtCommit);
                let mut line = members[place].proxy.line.subscribe();
                line.wait_for(|line| *line == Line::Whole).await.unwrap();
                assert!(load.one(addresses[place], &format!("after-cut-{round}-{place}")).await, "it does not go on");
            })
            .await;
        }
    }
    nothing_is_lost(&load, addresses[0]).await;
    for member in &mut members {
        member.kill();
    }
    audited(stage);
}

/// Asks under the same key until there is an answer: a process whose connection turns out to be gone says so once.
async fn asked_again(stage: &Stage, client: &Client, from: &Actor, act: &[u8], key: &str) -> String {
    for _ in 0..40 {
        if let Some(id) = send(stage, client, from, act, key).await {
            return id;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("{key} is not answered");
}

/// Everything acknowledged is there once, and what was not answered can be asked again.
pub async fn nothing_is_lost(load: &Load, address: SocketAddr) {
    let ledger = std::mem::take(&mut *load.ledger.lock().unwrap());
    let client = load.client.at(&format!("http://{address}"));
    assert!(ledger.acknowledged.len() >= 4 * PROCESSES, "too little load: {}", ledger.acknowledged.len());
    for (key, act) in &ledger.unanswered {
        let id = asked_again(&load.stage, &client, &load.from, act, key).await;
        assert_eq!(id, asked_again(&load.stage, &client, &load.from, act, key).await);
    }
    settle().await;
    let all = documents(&client).await;
    let sent = ledger.acknowledged.len() + ledger.unanswered.len() + 1;
    assert_eq!(all.len(), sent, "each act once, and the consent");
    for (key, id) in &ledger.acknowledged {
        assert!(all.iter().any(|document| document["id"] == id.as_str()), "{key} {id} is lost");
    }
    for document in &all {
        whole(&client, document).await;
    }
    eprintln!("{} acknowledged, {} asked again", ledger.acknowledged.len(), ledger.unanswered.len());
}

pub fn audited(stage: &Stage) {
    let report = stage.audited();
    assert_eq!((report["waiting"].as_u64(), report["quarantined"].as_u64()), (Some(0), Some(0)), "{report}");
}
