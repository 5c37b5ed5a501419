//! A PostgreSQL of a test's own, which it may stop and kill. What is committed and not flushed by anybody stays in the memory
//! of the server until it ends: nothing else writes its log meanwhile.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "tests find their database")]

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::database::OwnDatabase;

/// So that the log is on disk only when somebody asks for that. The disk itself is not waited for: it does not fail here.
const FLAGS: &str = "-c listen_addresses=127.0.0.1 -c max_connections=100 -c fsync=off -c autovacuum=off \
    -c wal_writer_delay=10s -c bgwriter_lru_maxpages=0 -c checkpoint_timeout=1h";

pub struct OwnServer {
    folder: TempDir,
    tools: PathBuf,
    port: u16,
    is_root: bool,
}

impl OwnServer {
    /// Started; `None` with a word on stderr where tests have no PostgreSQL.
    pub async fn start() -> Option<Self> {
        let tools = if std::env::var_os("QOLHAT_TEST_POSTGRES").is_some() { tools() } else { None };
        let Some(tools) = tools else {
            assert!(std::env::var_os("CI").is_none(), "there is no PostgreSQL server here");
            eprintln!("SKIPPED: there is no PostgreSQL server here");
            return None;
        };
        let folder = TempDir::new().unwrap();
        let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
        if is_root {
            assert!(Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap().success());
        }
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let server = Self { folder, tools, port, is_root };
        let mut make = server.tool("initdb");
        make.arg("-D").arg(server.data()).args(["-U", "qolhat", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]);
        assert!(make.status().unwrap().success());
        let options = format!("-p {port} -k {} {FLAGS}", server.folder.path().display());
        assert!(server.control(&["start", "-o", &options]).await);
        Some(server)
    }

    /// A database on it.
    pub async fn database(&self) -> OwnDatabase {
        OwnDatabase::on(&format!("postgres://qolhat@127.0.0.1:{}/postgres", self.port)).await
    }

    /// Ends it, if it is there, as `mode` says, and starts it again.
    pub async fn restart(&self, mode: &str) {
        for _ in 0..100 {
            if self.control(&["restart", "-m", mode]).await {
                return;
            }
            // What it left in memory is still in use by its children.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("PostgreSQL does not start again");
    }

    /// Nobody writes the log but who waits for it.
    pub async fn stop_log_writer(&self, database: &OwnDatabase) -> LogWriter {
        let sql = "select pid::text from pg_stat_activity where backend_type = 'walwriter'";
        let pid: String = sqlx::query_scalar(sql).fetch_one(&mut database.raw().await).await.unwrap();
        signal("-STOP", &pid);
        LogWriter(pid)
    }

    /// The power is cut: SIGKILL to the server; its children find themselves without it and end.
    pub fn kill(&self, writer: LogWriter) {
        let text = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        signal("-KILL", text.lines().next().unwrap());
        drop(writer);
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(if self.is_root { "runuser" } else { "env" });
        if self.is_root {
            command.args(["-u", "postgres", "--"]);
        }
        command.arg(self.tools.join(name)).current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    async fn control(&self, words: &[&str]) -> bool {
        let mut command = self.tool("pg_ctl");
        command.args(words).args(["-w", "-s", "-D"]).arg(self.data()).arg("-l").arg(self.folder.path().join("log"));
        tokio::task::spawn_blocking(move || command.status().unwrap().success()).await.unwrap()
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let _ = self.tool("pg_ctl").args(["stop", "-m", "immediate", "-s", "-D"]).arg(self.data()).status();
    }
}

/// The process that writes the server's log from time to time, stopped; it does not outlive this.
pub struct LogWriter(String);

impl Drop for LogWriter {
    fn drop(&mut self) {
        signal("-KILL", &self.0);
    }
}

fn signal(name: &str, pid: &str) {
    let _ = Command::new("kill").args([name, pid]).status();
}

/// The folder of the newest server that is installed.
fn tools() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.flatten().map(|entry| entry.path()).max_by_key(|path| number(path))?;
    Some(newest.join("bin")).filter(|bin| bin.join("initdb").is_file())
}
