//! What people do beside sending acts, so that the load comes by every commit: they log in and out, choose a language, are
//! refused, ask for extracts, send letters and have them destroyed.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::demo::client::{Client, KeyPair, text};
use qolhat::demo::story::Actor;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::power::Site;
use crate::support::stage::Stage;

/// How often a file says its words.
const FILE_REPEATS: usize = 5000;

/// What visitors have asked for, and what was answered.
#[derive(Default)]
pub struct Visits {
    pub letters: BTreeSet<String>,
    pub destroyed: BTreeSet<String>,
    pub extracts_asked: usize,
    pub extracts_issued: usize,
    pub attempts: usize,
}

impl Visits {
    /// How many answers told that something is in the log.
    pub fn acknowledged(&self) -> usize {
        self.letters.len() + self.destroyed.len() + self.extracts_issued
    }
}

/// One who visits a process of the service.
pub struct Visitor {
    stage: Arc<Stage>,
    visits: Arc<Mutex<Visits>>,
    from: Actor,
    to: Actor,
    client: Client,
    officer: Client,
    to_client: Client,
    base: String,
}

impl Visitor {
    pub fn of(site: &Site, visits: &Arc<Mutex<Visits>>, base: &str) -> Visitor {
        Visitor {
            stage: Arc::clone(&site.stage),
            visits: Arc::clone(visits),
            // Letters go the other way: the acts are counted by the sender.
            from: site.to.clone(),
            to: site.from.clone(),
            client: site.to_client.at(base),
            to_client: site.client.at(base),
            officer: site.officer.at(base),
            base: base.to_owned(),
        }
    }

    /// Visits until the service is gone; `act` is an act that is recorded, when there is one yet.
    pub async fn visit(self, act: Option<String>, round: usize, letters_alone: bool) {
        for number in 0.. {
            let words = format!("letter {round} {number}");
            let is_there =
                if letters_alone { self.letter(&words).await } else { self.once(act.as_deref(), &words).await };
            if is_there.is_none() {
                return;
            }
        }
    }

    /// `None` when the service is gone.
    async fn once(&self, act: Option<&str>, words: &str) -> Option<()> {
        self.session().await?;
        self.is_refused(words).await?;
        if let Some(act) = act {
            self.extract(act).await?;
        }
        self.file(words).await?;
        self.letter(words).await
    }

    /// In, another language, and out.
    async fn session(&self) -> Option<()> {
        let session = self.client.logged_out().log_in(&self.from.auth, self.stage.now()).await.ok()?;
        let token = session.token().unwrap_or_default().to_owned();
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let language = http
            .post(format!("{}/language", self.base))
            .header("Cookie", format!("qolhat_session={token}"))
            .header("Origin", &self.base)
            .form(&[("language", "kk"), ("return", "/")]);
        let answer = language.send().await.ok()?;
        assert!(answer.status().is_redirection() || answer.status().is_server_error(), "{}", answer.status());
        let out = http.delete(format!("{}/api/v1/session", self.base)).bearer_auth(token);
        out.send().await.ok().map(drop)
    }

    /// A letter under the signature of another person is refused, and that is written down.
    async fn is_refused(&self, words: &str) -> Option<()> {
        self.visits.lock().unwrap().attempts += 1;
        let cms = self.stage.sign(&self.to.sign, words.as_bytes());
        let sent = self.stage.send(&self.client, "arbitrary-file", &self.to, words.as_bytes(), Some(cms)).await;
        let refused = sent.expect_err("signed by another person");
        refused.code().map(drop)
    }

    async fn extract(&self, act: &str) -> Option<()> {
        self.visits.lock().unwrap().extracts_asked += 1;
        match self.stage.extract_for(&self.officer, &self.to.party(), &[act]).await {
            Ok(_) => {
                self.visits.lock().unwrap().extracts_issued += 1;
                Some(())
            }
            // The service may say that it cannot now.
            Err(error) => error.code().map(drop),
        }
    }

    /// A file comes ahead of its letter; another one is given up.
    async fn file(&self, words: &str) -> Option<()> {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let token = self.client.token().unwrap_or_default();
        let uploads = format!("{}/api/v1/uploads", self.base);
        // What a kill has left takes a place.
        let left = self.client.get("/api/v1/uploads").await.ok()?;
        for id in left["uploads"].as_array().unwrap().iter().filter_map(|upload| upload["upload_id"].as_str()) {
            http.delete(format!("{uploads}/{id}")).bearer_auth(token).send().await.ok()?;
        }
        let octets = words.repeat(FILE_REPEATS).into_bytes();
        let mut brought = Vec::new();
        for _ in 0..2 {
            let request = http.post(&uploads).bearer_auth(token).header("Idempotency-Key", self.client.new_key());
            let answer = request.body(octets.clone()).send().await.ok()?;
            let answer: Value = serde_json::from_slice(&answer.bytes().await.ok()?).ok()?;
            // The service may say that it cannot now.
            brought.extend(text(&answer, "upload_id").ok());
        }
        let [upload, given_up] = brought.as_slice() else { return Some(()) };
        http.delete(format!("{uploads}/{given_up}")).bearer_auth(token).send().await.ok()?;
        let cms = Part::bytes(self.stage.sign(&self.from.sign, &octets)).file_name("signature.p7s");
        let form = Form::new()
            .text("kind", "arbitrary-file")
            .text("recipient", self.to.party().key())
            .text("upload_id", upload.clone())
            .text("file_name", "file.bin")
            .part("signature", cms);
        let request = http.post(format!("{}/api/v1/documents", self.base)).bearer_auth(token);
        let sent = request.header("Idempotency-Key", self.client.new_key()).multipart(form).send().await.ok()?;
        let sent: Value = serde_json::from_slice(&sent.bytes().await.ok()?).ok()?;
        self.visits.lock().unwrap().letters.extend(text(&sent, "document_id").ok());
        Some(())
    }

    /// A letter is sent and, when it is received, destroyed by both.
    async fn letter(&self, words: &str) -> Option<()> {
        let cms = self.stage.sign(&self.from.sign, words.as_bytes());
        let sent = self.stage.send(&self.client, "arbitrary-file", &self.to, words.as_bytes(), Some(cms)).await.ok()?;
        let letter = text(&sent, "document_id").unwrap();
        self.visits.lock().unwrap().letters.insert(letter.clone());
        if sent["state"] != "received" {
            // What waits for evidence would be destroyed unrecorded.
            return Some(());
        }
        self.ask(&self.client, &self.from.sign, &letter).await?;
        let asked = self.ask(&self.to_client, &self.to.sign, &letter).await?;
        if asked["destroyed_at"].is_string() {
            self.visits.lock().unwrap().destroyed.insert(letter);
        }
        Some(())
    }

    /// Asks for destruction in the name of one side.
    async fn ask(&self, client: &Client, pair: &KeyPair, letter: &str) -> Option<Value> {
        let path = format!("/api/v1/documents/{letter}/destruction");
        let wanted = client.get_bytes(&format!("{path}/text")).await.ok()?;
        let cms = BASE64_STANDARD.encode(self.stage.sign(pair, &wanted));
        client.post(&path, &json!({"cms": cms})).await.ok()
    }
}
