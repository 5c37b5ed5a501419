//! Mails and short messages on their way, as the service keeps them.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use qolhat::domain::ids::MessageId;
use qolhat::notify::outbox::{self, MessageRow};

use super::stage::Stage;

impl Stage {
    /// The newest message to an address, when it has come that far.
    pub async fn message(&self, address: &str, is_so: impl Fn(&MessageRow) -> bool) -> MessageRow {
        loop {
            let rows = self.app.db.query("select id, address from message order by id", &[]).await.unwrap();
            if let Some(row) = rows.iter().rfind(|row| row.text("address").unwrap() == address) {
                let id = MessageId::from(row.id("id").unwrap());
                let row = outbox::load(&self.app.db, id).await.unwrap().unwrap();
                if is_so(&row) {
                    return row;
                }
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// That no file of the service holds a secret.
    pub fn holds_nowhere(&self, secret: &str) {
        for entry in std::fs::read_dir(self.folder()).unwrap().flatten().filter(|entry| entry.path().is_file()) {
            let octets = std::fs::read(entry.path()).unwrap();
            let is_there = octets.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!is_there, "{}", entry.path().display());
        }
    }

    /// Changes rows that are nobody's but the database's: as time would, or somebody who has it.
    pub async fn change(&self, sql: &'static str) {
        let mut tx = self.app.db.begin().await.unwrap();
        tx.execute(sql, &[]).await.unwrap();
        tx.commit().await.unwrap();
    }
}
