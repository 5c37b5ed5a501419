//! What a hostile reviewer tried, and what the service says to it: one attack a test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod compromise;
mod evidence;
mod names;
mod powers;
mod replay;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::demo::Branch;
use qolhat::demo::authority::{Validity, leaf_validity};
use qolhat::demo::client::{Client, ClientError, KeyPair};
use qolhat::demo::people::{FIGURES, Figure, subject};
use qolhat::demo::story::Actor;
use qolhat_pki::issue::profile::{KeyUse, Profile};
use qolhat_pki::oid::Oid;
use qolhat_pki::time::Span;
use serde_json::{Map, Value, json};

use crate::support::stage::Stage;

fn figure(id: &str) -> &'static Figure {
    FIGURES.iter().find(|figure| figure.id == id).unwrap()
}

/// A new key of `figure` with a certificate of this role.
fn new_key(stage: &Stage, figure: &Figure, key_use: KeyUse, role: Oid) -> KeyPair {
    new_key_until(stage, figure, key_use, role, leaf_validity(stage.now()).unwrap())
}

fn new_key_until(stage: &Stage, figure: &Figure, key_use: KeyUse, role: Oid, validity: Validity) -> KeyPair {
    let profile = match figure.firm {
        Some(_) => Profile::LegalEntity(key_use, vec![role]),
        None => Profile::NaturalPerson(key_use),
    };
    issue(stage, &profile, subject(figure), validity)
}

fn issue(stage: &Stage, profile: &Profile, subject: Vec<u8>, validity: Validity) -> KeyPair {
    let authority = stage.world.authorities().of(Branch::Gost);
    let holder = authority.issue_new(profile, subject, validity, &mut stage.app.rng.clone()).unwrap();
    KeyPair { key: Arc::new(holder.key), certificate: holder.certificate }
}

/// A new certificate for a key that has one already.
fn certified_anew(stage: &Stage, figure: &Figure, pair: &KeyPair, key_use: KeyUse) -> KeyPair {
    let profile = Profile::LegalEntity(key_use, vec![figure.role]);
    let (spki, validity) = (pair.certificate.spki().to_vec(), leaf_validity(stage.now()).unwrap());
    let authority = stage.world.authorities().of(figure.branch);
    let certificate = authority.issue(&profile, subject(figure), spki, validity, &mut stage.app.rng.clone()).unwrap();
    KeyPair { key: Arc::clone(&pair.key), certificate }
}

fn hour_ago(stage: &Stage) -> String {
    stage.now().checked_sub(Span::hours(1)).unwrap().to_string()
}

fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

async fn login_code(stage: &Stage, pair: &KeyPair) -> String {
    match stage.client.log_in(pair, stage.now()).await {
        Ok(_) => "in".to_owned(),
        Err(error) => error.code().unwrap_or("no code").to_owned(),
    }
}

async fn report(client: &Client, which: Value, since: String) -> Result<Value, ClientError> {
    let mut body = json!({"compromised_since": since, "circumstances": "Токен жоғалды"});
    body.as_object_mut().unwrap().extend(which.as_object().unwrap().clone());
    client.post("/api/v1/compromises", &body).await
}

fn named(pair: &KeyPair) -> Value {
    json!({"certificate_sha256": hex::encode(pair.certificate.sha256())})
}

async fn events(client: &Client) -> Vec<String> {
    let events = client.get("/api/v1/events").await.unwrap();
    events.as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap().to_owned()).collect()
}

/// What the journal keeps of `count` refused attempts of a party: the fields and the actor of each. A refused attempt is
/// written down without keeping him waiting who tried.
async fn attempts(stage: &Stage, actor: &Actor, count: usize) -> Vec<Map<String, Value>> {
    for _ in 0..250 {
        let attempts = attempts_so_far(stage, actor).await;
        if attempts.len() >= count {
            assert_eq!(attempts.len(), count);
            return attempts;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{count} attempts are not in the journal")
}

async fn attempts_so_far(stage: &Stage, actor: &Actor) -> Vec<Map<String, Value>> {
    let mut attempts = Vec::new();
    let subject = format!("party:{}", actor.party().key());
    for seq in stage.app.journal.entries_of_subject(&subject).await.unwrap() {
        let entry = stage.app.journal.entry(seq).await.unwrap().unwrap();
        if !String::from_utf8_lossy(&entry.body).contains("attempt.refused") {
            continue;
        }
        let mut told = Map::new();
        for (_, opening) in &entry.openings {
            match opening.payload_field() {
                Some((name, value)) => drop(told.insert(name.to_owned(), value.clone())),
                None if opening.value.get("iin").is_some() => {
                    drop(told.insert("actor".to_owned(), opening.value.clone()));
                }
                None => {}
            }
        }
        attempts.push(told);
    }
    attempts
}
