//! What the services of a run have beside their configuration: segments of the log that are soon full, so that some are
//! exported, and a mail server, to which notices go.

use qolhat::demo::client::{Client, text};
use serde_json::json;

use crate::support::mail::MailServer;

/// The address of the one who receives letters.
const ADDRESS: &str = "ok.torture@example.kz";
/// The smallest segment that may be.
const SEGMENT_ENTRIES: &str = "256";

pub struct Post {
    /// `None` where there is no aiosmtpd.
    server: Option<MailServer>,
}

impl Post {
    pub fn open() -> Post {
        Post { server: MailServer::start() }
    }

    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut environment = vec![("QOLHAT_JOURNAL__SEGMENT_ENTRIES", SEGMENT_ENTRIES.to_owned())];
        if let Some(server) = &self.server {
            let config = server.config();
            environment.push(("QOLHAT_MAIL__URL", config.url));
            environment.push(("QOLHAT_MAIL__FROM", config.from));
            environment.push(("QOLHAT_MAIL__TIMEOUT_SECONDS", config.timeout_seconds.to_string()));
        }
        environment
    }

    /// From now on notices go by mail to the person of `client`, who has entered the code that came there.
    pub async fn confirm(&self, client: &Client) {
        let Some(server) = &self.server else { return };
        let body = json!({"channel": "email", "address": ADDRESS, "language": "en"});
        let contact = text(&client.post("/api/v1/contacts", &body).await.unwrap(), "id").unwrap();
        let mail = server.newest(ADDRESS, 1).await;
        let code = mail.text.lines().find_map(|line| line.strip_prefix("Code: ")).unwrap().trim().to_owned();
        client.post(&format!("/api/v1/contacts/{contact}/code"), &json!({"code": code})).await.unwrap();
    }
}
