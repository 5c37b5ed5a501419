//! A real mail server, aiosmtpd, that tells what it takes and fails at will. Needs Python: `make tools` installs it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::config::MailConfig;
use serde_json::Value;

/// A mail that the server took.
#[derive(Debug, Clone)]
pub struct Mail {
    pub to: String,
    pub id: String,
    pub subject: String,
    pub text: String,
    /// As they came, without the line end that the dialogue adds.
    pub octets: Vec<u8>,
}

pub struct MailServer {
    pub port: u16,
    taken: Arc<Mutex<Vec<Mail>>>,
    child: Child,
}

impl MailServer {
    /// `None` with a word on stderr where there is no aiosmtpd; in CI nothing is skipped.
    pub fn start() -> Option<Self> {
        let python = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/target/py/bin/python"));
        let found = Command::new(python).args(["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
        if !found.is_ok_and(|status| status.success()) {
            assert!(std::env::var_os("CI").is_none(), "no aiosmtpd in {}: run make tools", python.display());
            eprintln!("SKIPPED: mails (no aiosmtpd: run make tools)");
            return None;
        }
        let mut command = Command::new(python);
        command.arg("-B").arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/py/mail_server.py"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.next().unwrap().unwrap().trim().parse().unwrap();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&taken);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                kept.lock().unwrap().push(read(&serde_json::from_str(&line).unwrap()));
            }
        });
        Some(Self { port, taken, child })
    }

    /// What a service is told of it.
    pub fn config(&self) -> MailConfig {
        MailConfig {
            url: format!("smtp://127.0.0.1:{}", self.port),
            from: "no-reply@operator.example.kz".to_owned(),
            from_name: None,
            user: None,
            password: None,
            timeout_seconds: 2,
            give_up_hours: 48,
            notices: false,
        }
    }

    /// The mails taken for an address, in their order.
    pub fn taken(&self, to: &str) -> Vec<Mail> {
        self.taken.lock().unwrap().iter().filter(|mail| mail.to == to).cloned().collect()
    }

    /// The newest of at least `count` mails to an address.
    pub async fn newest(&self, to: &str, count: usize) -> Mail {
        loop {
            let taken = self.taken(to);
            if taken.len() >= count {
                return taken.last().unwrap().clone();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn read(told: &Value) -> Mail {
    let word = |name: &str| told[name].as_str().unwrap().to_owned();
    let mut octets = BASE64_STANDARD.decode(word("octets")).unwrap();
    octets.truncate(octets.len() - 2);
    Mail {
        to: told["to"][0].as_str().unwrap().to_owned(),
        id: word("id"),
        subject: word("subject"),
        text: word("text"),
        octets,
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
