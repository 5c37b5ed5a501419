//! The network between processes of the service and PostgreSQL: the server is in a network namespace of its own, and each
//! process has a cable of its own to it. The leader's is pulled, answers alone are lost, and the server forgets a connection
//! on which the leader waits for an answer. The other process takes over, and who was cut off comes back: no gap, no fork,
//! nothing twice, and everything acknowledged is there.
//!
//! Needs root, and a kernel that makes namespaces and virtual cables.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sqlx::Connection as _;
use tempfile::TempDir;

use crate::kill::{Service, answered, free_address};
use crate::processes::{Load, audited, leading, nothing_is_lost, taken_over};
use crate::support::database::{OwnDatabase, skipped};

const WITH_POSTGRES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/with-postgres");
/// The test's own cable, and one for each process.
const CABLES: [usize; 3] = [0, 1, 2];
/// How long who was cut off may take to be at work again, in halves of a second.
const BACK_MAX: usize = 120;

/// A PostgreSQL in a network namespace of its own; both are gone with the value.
struct Island {
    server: Child,
    /// What it says of where it is, as seen from within.
    url: String,
    _files: TempDir,
}

impl Island {
    /// `None` with a word on stderr where the network may not be taken apart.
    fn make() -> Option<Island> {
        if !may_cut() {
            skipped("a network cut in two needs root, ip, unshare and nsenter, and a kernel with veth");
            return None;
        }
        let files = TempDir::new().unwrap();
        // The server runs as another user.
        std::fs::set_permissions(files.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let rules = files.path().join("pg_hba.conf");
        std::fs::write(
            &rules,
            "local all all trust\nhost all all 127.0.0.1/32 trust\nhost all all 198.18.0.0/16 trust\n",
        )
        .unwrap();
        // A connection that nobody answers on is soon forgotten, as after a cut of a quarter of an hour elsewhere.
        let serve = "ip link set lo up && echo 3 > /proc/sys/net/ipv4/tcp_retries2 \
            && echo 1 > /proc/sys/net/ipv4/tcp_orphan_retries \
            && exec \"$0\" sh -c 'echo $QOLHAT_TEST_POSTGRES; exec cat'";
        let flags = format!("-c fsync=off -c listen_addresses=0.0.0.0 -c hba_file={}", rules.display());
        let mut server = Command::new("unshare")
            .args(["--net", "sh", "-c", serve, WITH_POSTGRES])
            .env_remove("QOLHAT_TEST_POSTGRES")
            .env("QOLHAT_POSTGRES_FLAGS", flags)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut url).unwrap();
        assert!(url.starts_with("postgres:"), "no PostgreSQL: {url}");
        let island = Island { server, url: url.trim().to_owned(), _files: files };
        for cable in CABLES {
            island.lay(cable);
        }
        Some(island)
    }

    fn name(&self, cable: usize, end: char) -> String {
        format!("q{}{end}{cable}", self.server.id())
    }

    /// The addresses of a cable's ends: of the test's side and of the server's. Of the network that is kept for measurements.
    fn ends(&self, cable: usize) -> [String; 2] {
        [1, 2].map(|end| format!("198.18.{}.{}", self.server.id() % 256, cable * 4 + end))
    }

    fn lay(&self, cable: usize) {
        let (here, there) = (self.name(cable, 'a'), self.name(cable, 'b'));
        let [our, its] = self.ends(cable);
        run(&["ip", "link", "add", &here, "type", "veth", "peer", "name", &there]);
        run(&["ip", "link", "set", &there, "netns", &self.server.id().to_string()]);
        run(&["ip", "address", "add", &format!("{our}/30"), "dev", &here]);
        run(&["ip", "link", "set", &here, "up"]);
        self.within(&["ip", "address", "add", &format!("{its}/30"), "dev", &there]);
        self.within(&["ip", "link", "set", &there, "up"]);
    }

    /// Runs a command at the server's side.
    fn within(&self, command: &[&str]) {
        let id = self.server.id().to_string();
        run(&[&["nsenter", "-t", &id, "-n"], command].concat());
    }

    /// Where the server is by that cable.
    fn url_by(&self, cable: usize) -> String {
        self.url.replace("127.0.0.1", &self.ends(cable)[1])
    }

    fn set(&self, cable: usize, how: Cut) {
        let ([our, _], there) = (self.ends(cable), self.name(cable, 'b'));
        match how {
            Cut::Pulled => self.within(&["ip", "link", "set", &there, "down"]),
            Cut::AnswersLost => self.within(&["ip", "route", "add", "blackhole", &format!("{our}/32")]),
        }
    }

    fn mend(&self, cable: usize, how: Cut) {
        let ([our, _], there) = (self.ends(cable), self.name(cable, 'b'));
        match how {
            Cut::Pulled => self.within(&["ip", "link", "set", &there, "up"]),
            Cut::AnswersLost => self.within(&["ip", "route", "delete", "blackhole", &format!("{our}/32")]),
        }
    }
}

impl Drop for Island {
    fn drop(&mut self) {
        // The end of its input is the end of the server; and its last process takes the namespace and the cables along.
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}

/// How a cable is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// Nothing comes through.
    Pulled,
    /// What the process says is heard, and nothing comes back.
    AnswersLost,
}

fn may_cut() -> bool {
    let probe = "ip link set lo up && ip link add probe0 type veth peer name probe1 && nsenter -t $$ -n true \
        && test -w /proc/sys/net/ipv4/tcp_retries2";
    let tried = Command::new("unshare").args(["--net", "sh", "-c", probe]).stderr(Stdio::null()).status();
    tried.is_ok_and(|status| status.success())
}

fn run(command: &[&str]) {
    let (program, arguments) = command.split_first().unwrap();
    assert!(Command::new(program).args(arguments).status().unwrap().success(), "{command:?}");
}

/// Two processes of the service, each at the end of its own cable.
struct Sides {
    services: Vec<Service>,
    addresses: Vec<SocketAddr>,
    load: Load,
    // The last to go: the others take their leave of its database.
    island: Island,
}

impl Sides {
    async fn set() -> Option<Sides> {
        let island = Island::make()?;
        let database = OwnDatabase::on(&island.url_by(CABLES[0])).await;
        let load = Load::on(database).await;
        let database = load.stage.database.as_ref().unwrap();
        let (mut addresses, mut services) = (Vec::new(), Vec::new());
        for cable in &CABLES[1..] {
            let url = format!("{}/{}", island.url_by(*cable).rsplit_once('/').unwrap().0, database.name());
            addresses.push(free_address());
            services.push(Service::start_on(&load.stage, *addresses.last().unwrap(), Some(&url)).await);
        }
        Some(Sides { island, load, addresses, services })
    }

    fn database(&self) -> &OwnDatabase {
        self.load.stage.database.as_ref().unwrap()
    }

    /// The place of whoever leads, and the epoch.
    async fn leader(&self) -> (usize, i64) {
        leading(self.database(), |name| self.services.iter().position(|service| service.said().contains(name))).await
    }

    /// Waits until a process has an act recorded at once, which it can when it knows what the log holds.
    async fn is_back(&self, place: usize, key: &str) {
        let client = self.load.client.at(&format!("http://{}", self.addresses[place]));
        for number in 0..BACK_MAX {
            let (key, stage) = (format!("{key}-{number}"), &self.load.stage);
            let act = stage.act(&self.load.from, &self.load.to, &key);
            let answer = answered(stage, &client, &self.load.from, &act, &key).await;
            {
                let mut ledger = self.load.ledger.lock().unwrap();
                match answer {
                    Some((id, entry)) => {
                        ledger.acknowledged.insert(key, id);
                        if entry.is_some_and(|(_, is_received)| is_received) {
                            return;
                        }
                    }
                    None => drop(ledger.unanswered.insert(key, act)),
                }
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        panic!("who was cut off is not back: {}", self.services[place].said());
    }

    /// The leader is cut off under load, until another leads and takes acts; then the cable is mended.
    async fn round(&self, round: usize, how: Cut) {
        let (place, epoch) = self.leader().await;
        let cable = CABLES[place + 1];
        self.load
            .during(&self.addresses, round, async {
                tokio::time::sleep(Duration::from_millis(700)).await;
                self.island.set(cable, how);
                taken_over(self.database(), epoch).await;
                let key = format!("while-{how:?}-{round}");
                assert!(self.load.one(self.addresses[1 - place], &key).await, "who took over does not answer");
                // Long enough for the server's side to forget the connections.
                tokio::time::sleep(Duration::from_secs(4)).await;
                self.island.mend(cable, how);
            })
            .await;
        self.is_back(place, &format!("after-{how:?}-{round}")).await;
    }

    /// Whoever leads has been heard and waits for the answer; it is lost, and the server knows nothing of it any more.
    async fn while_waiting(&self) {
        let (place, epoch) = self.leader().await;
        let cable = CABLES[place + 1];
        let mut raw = self.database().raw().await;
        let mut tx = raw.begin().await.unwrap();
        sqlx::query("lock table journal_entry in share mode").execute(&mut *tx).await.unwrap();
        let key = "unheard".to_owned();
        let act = self.load.stage.act(&self.load.from, &self.load.to, &key);
        let client = self.load.client.at(&format!("http://{}", self.addresses[place]));
        let sent = answered(&self.load.stage, &client, &self.load.from, &act, &key);
        let cut = async {
            // Not by pg_stat_activity, which shows one transaction the same at every look.
            let waits = "select count(*) from pg_locks where relation = 'journal_entry'::regclass and not granted";
            let mut looks = 0;
            while sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut *tx).await.unwrap() == 0 {
                looks += 1;
                assert!(looks < 1000, "nobody waits for the table: the act was refused, or another leads");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            self.island.set(cable, Cut::Pulled);
            tx.rollback().await.unwrap();
        };
        let (_, ()) = tokio::join!(tokio::time::timeout(Duration::from_secs(5), sent), cut);
        self.load.ledger.lock().unwrap().unanswered.insert(key, act);
        taken_over(self.database(), epoch).await;
        tokio::time::sleep(Duration::from_secs(6)).await;
        self.island.mend(cable, Cut::Pulled);
        self.is_back(place, "after-unheard").await;
    }
}

/// Keeps: JRN-01, JRN-04, FLW-03
#[tokio::test(flavor = "multi_thread")]
async fn the_leader_is_cut_off_from_the_database_by_the_network_and_nothing_is_lost_doubled_or_forked() {
    let Some(sides) = Sides::set().await else { return };
    for (round, how) in [Cut::Pulled, Cut::AnswersLost].into_iter().enumerate() {
        sides.round(round, how).await;
    }
    sides.while_waiting().await;
    nothing_is_lost(&sides.load, sides.addresses[0]).await;
    let Sides { island, load, services, .. } = sides;
    services.into_iter().for_each(Service::kill);
    audited(&load.stage);
    drop(load);
    drop(island);
}
