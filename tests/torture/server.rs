//! The PostgreSQL of the run, which is killed too. tests/with-postgres has started it, with fsync.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use sqlx::Connection as _;

use crate::support::database::OwnDatabase;

pub struct Server {
    data: PathBuf,
    tool: PathBuf,
    is_root: bool,
}

impl Server {
    pub async fn of(database: &OwnDatabase) -> Server {
        let mut raw = database.raw().await;
        let data: String = sqlx::query_scalar("show data_directory").fetch_one(&mut raw).await.unwrap();
        let fsync: String = sqlx::query_scalar("show fsync").fetch_one(&mut raw).await.unwrap();
        assert_eq!(fsync, "on", "QOLHAT_POSTGRES_FLAGS='-c fsync=on'");
        let options = std::fs::read_to_string(PathBuf::from(&data).join("postmaster.opts")).unwrap();
        let tool = PathBuf::from(options.split_whitespace().next().unwrap()).with_file_name("pg_ctl");
        raw.close().await.unwrap();
        Server { data: data.into(), tool, is_root: is_root() }
    }

    /// SIGKILL to the postmaster: its children find themselves without it and end.
    pub fn kill(&self) {
        let text = std::fs::read_to_string(self.data.join("postmaster.pid")).unwrap();
        let id = text.lines().next().unwrap();
        assert!(Command::new("kill").args(["-KILL", id]).status().unwrap().success());
    }

    /// Ends it, if it is there, and starts it again.
    pub async fn restart(&self, mode: &str) {
        for _ in 0..100 {
            let mut command = Command::new(if self.is_root { "runuser" } else { "env" });
            if self.is_root {
                command.args(["-u", "postgres", "--"]);
            }
            command.arg(&self.tool).args(["restart", "-w", "-s", "-m", mode, "-D"]).arg(&self.data);
            command.arg("-l").arg(self.data.join("../log"));
            command.current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
            let done = tokio::task::spawn_blocking(move || command.status().unwrap()).await.unwrap();
            if done.success() {
                return;
            }
            // What it left in memory is still in use by its children.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("PostgreSQL does not start again");
    }
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout == b"0\n"
}
