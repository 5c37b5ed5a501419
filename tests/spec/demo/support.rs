//! A world in a folder of its own, its services on a free port of loopback, and a client that asks them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use qolhat::demo::World;
use qolhat::demo::responders::{Services, serve};
use qolhat::domain::time::{FixedClock, Moment};
use tempfile::TempDir;
use tokio::net::TcpListener;

pub use crate::support::random::TestRandom as Random;

pub fn now() -> Moment {
    Moment::parse_rfc3339("2026-10-05T09:30:00.25Z").unwrap()
}

/// Microseconds do not fit into certificates and answers.
pub fn this_second() -> Moment {
    now().truncate_to_seconds()
}

pub fn folder() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let world = folder.path().join("world");
    (folder, world)
}

pub struct Stage {
    pub world: World,
    pub services: Arc<Services>,
    http: reqwest::Client,
    _folder: TempDir,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub media_type: String,
    pub body: Vec<u8>,
}

impl Stage {
    pub async fn set() -> Stage {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (guard, folder) = folder();
        let world = World::create(&folder, &url, now(), &mut Random).unwrap();
        let services = Services::new(Arc::clone(world.authorities()), Arc::new(FixedClock::new(now())), Random);
        tokio::spawn(serve(listener, Arc::clone(&services)));
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().unwrap();
        Stage { world, services, http, _folder: guard }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.world.responders_url())
    }

    pub async fn post(&self, url: &str, body: Vec<u8>) -> Answer {
        answer(self.http.post(url).body(body)).await
    }

    pub async fn get(&self, url: &str) -> Answer {
        answer(self.http.get(url)).await
    }

    /// Whether nothing comes within a moment.
    pub async fn is_silent(&self, url: &str, body: Vec<u8>) -> bool {
        let asked = self.http.post(url).body(body).timeout(Duration::from_millis(300)).send().await;
        asked.is_err_and(|error| error.is_timeout())
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let media_type = response.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
    Answer {
        status: response.status().as_u16(),
        media_type: media_type.unwrap_or_default(),
        body: response.bytes().await.unwrap().to_vec(),
    }
}
