//! Every page: valid, accessible, small, with a policy that has no loophole; readable without JavaScript; reached by the
//! keyboard. With `SCREENSHOTS` a folder, each is drawn in both widths and both lights.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::keyboard::out_of_reach;
use super::support::{Browser, Setup, pdf};
use crate::support::stage::{Stage, asked_by, code_of_state};
use qolhat::demo::client::text;
use qolhat::domain::ids::{EventId, PruningId};
use qolhat::journal::prunings::{self, PruningRow, PruningState};

/// Rules of axe-core that name what a person cannot pass.
const GRAVE: [&str; 2] = ["serious", "critical"];
/// Largest first page with its style and modules, in bytes.
const FIRST_PAGE_MAX_BYTES: usize = 50 * 1024;

/// Where `make tools` puts the packages that only tests need.
pub fn npm(name: &str) -> PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/target/npm");
    let path = Path::new(root).join("node_modules").join(name);
    assert!(path.exists(), "{} is not there: run `make tools`", path.display());
    path
}

/// What there is to see, and who sees it.
struct World {
    stage: Stage,
    pages: Vec<(&'static str, String)>,
}

/// A world in which every page has something on it.
async fn world() -> World {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let agreement = "Соглашение об электронном документообороте.\n\n1. Стороны обмениваются документами.\n2. Электронный \
                     документ имеет силу подписанного на бумаге.\n";
    let offer = stage.publish(&officer, agreement).await;
    let (seller, seller_client) = stage.joined("head-a", &offer).await;
    let (buyer, buyer_client) = stage.joined("head-b", &offer).await;
    let act = stage.recorded_act((&seller, &seller_client), &buyer, "17").await;
    let signed = stage.recorded_act((&seller, &seller_client), &buyer, "18").await;
    let original = buyer_client.get_bytes(&format!("/api/v1/documents/{signed}/files/0")).await.unwrap();
    let cms = stage.sign(&buyer.sign, &original);
    buyer_client.sign(&signed, &cms).await.unwrap();
    let report = pdf("Report");
    let cms = stage.sign(&seller.sign, &report);
    let sent = stage.send(&seller_client, "arbitrary-file", &buyer, &report, Some(cms)).await.unwrap();
    assert_eq!(code_of_state(&sent), "received");
    let drawn = text(&sent, "document_id").unwrap();
    let draft = stage.send(&buyer_client, "arbitrary-file", &seller, b"draft of a letter", None).await.unwrap();
    let draft = text(&draft, "document_id").unwrap();
    let (person, person_client) = stage.joined("person", &offer).await;
    let report = json!({"compromised_since": stage.now().to_string(), "circumstances": "Кілт жоғалды",
        "certificate_sha256": hex::encode(person.sign.certificate.sha256())});
    let case = text(&person_client.post("/api/v1/compromises", &report).await.unwrap(), "case_id").unwrap();
    let asked = json!({"documents": [signed], "asked_by": asked_by(&seller.party())});
    let prepared = text(&officer.post("/api/v1/extracts", &asked).await.unwrap(), "id").unwrap();
    stage.extract(&officer, &[&signed]).await.unwrap();
    let asked = json!({"authority": "Сот", "reference": "71-26", "dated": "2026-11-20", "ground": "Ұйғарым", "words": "Акт",
        "documents": [signed], "received_at": stage.now().to_string(), "due_at": "2027-01-01T00:00:00Z"});
    let mut requests = Vec::new();
    for decision in [None, Some(json!({"decision": "approve"}))] {
        // Recorded by the other officer, so that this one sees the forms of the decision.
        let second = stage.log_in(&stage.actor("officer-2").auth).await;
        let id = text(&second.post("/api/v1/court-requests", &asked).await.unwrap(), "court_request_id").unwrap();
        if let Some(decision) = decision {
            officer.post(&format!("/api/v1/court-requests/{id}/decision"), &decision).await.unwrap();
        }
        requests.push(format!("/officer/court-requests/{id}"));
    }
    let pruning = proposed_pruning(&stage).await;
    let phone = json!({"channel": "sms", "address": "+77010000001"});
    buyer_client.post("/api/v1/contacts", &phone).await.unwrap();
    let session = text(&buyer_client.get("/api/v1/session").await.unwrap(), "session_id").unwrap();
    let asked = json!({"session": session, "asked_by": asked_by(&buyer.party())});
    stage.sequenced().await;
    stage.codes_run_out().await;
    let of_session = text(&officer.post("/api/v1/extracts", &asked).await.unwrap(), "id").unwrap();
    let held = json!({"ground": "Алматы қаласының соты, 2026 жылғы 20 қарашадағы ұйғарым"});
    let hold =
        text(&officer.post(&format!("/api/v1/documents/{signed}/holds"), &held).await.unwrap(), "hold_id").unwrap();
    let given_up = stage.letter((&buyer, &buyer_client), &seller, b"a letter that one side gives up").await;
    let wanted = format!("/api/v1/documents/{given_up}/destruction");
    let wanted_text = buyer_client.get_bytes(&format!("{wanted}/text")).await.unwrap();
    let cms = BASE64_STANDARD.encode(stage.sign(&buyer.sign, &wanted_text));
    buyer_client.post(&wanted, &json!({"cms": cms})).await.unwrap();
    let certificate = hex::encode(buyer.sign.certificate.sha256());
    let id = &offer.id;
    let mut pages: Vec<(&'static str, String)> = Vec::new();
    let mut add = |who: &'static str, paths: &[String]| pages.extend(paths.iter().map(|path| (who, path.clone())));
    add(
        "",
        &[
            "/".into(),
            "/offers".into(),
            format!("/offers/{id}"),
            format!("/offers/{id}/versions/1/ru"),
            "/login".into(),
            "/verify".into(),
            "/registry".into(),
            "/registry?number=2".into(),
            "/nothing-here".into(),
        ],
    );
    add(
        "head-b",
        &[
            "/documents".into(),
            "/documents?box=outbox".into(),
            "/documents?box=drafts".into(),
            format!("/documents/{act}"),
            format!("/documents/{signed}"),
            format!("/documents/{drawn}"),
            format!("/documents/{draft}"),
            format!("/documents/{given_up}"),
            format!("/documents/{act}/destruction"),
            "/documents/new".into(),
            "/certificates".into(),
            format!("/certificates/{certificate}/compromise"),
            "/people".into(),
            "/contacts".into(),
            "/extracts".into(),
            format!("/offers/{id}/accept"),
        ],
    );
    add(
        "officer",
        &[
            "/officer".into(),
            "/officer/offers".into(),
            "/officer/offers/new".into(),
            format!("/officer/offers/{id}"),
            "/officer/compromises".into(),
            format!("/officer/compromises/{case}"),
            "/officer/extracts".into(),
            "/officer/extracts/new".into(),
            format!("/officer/extracts/{prepared}"),
            format!("/officer/extracts/{of_session}"),
            "/officer/court-requests".into(),
            "/officer/court-requests/new".into(),
            requests[0].clone(),
            requests[1].clone(),
            "/officer/holds".into(),
            format!("/officer/holds/{hold}"),
            "/officer/prunings".into(),
            pruning,
            "/officer/journal".into(),
            "/officer/journal/3".into(),
        ],
    );
    World { stage, pages }
}

/// A pruning that the other officer proposed. That entries are past their term takes five years: it is kept as it would be.
async fn proposed_pruning(stage: &Stage) -> String {
    let row = PruningRow {
        id: PruningId::new(stage.now(), &mut stage.app.rng.clone()),
        from: 0,
        to: 2,
        ground: "Сақтау мерзімі өтті".to_owned(),
        state: PruningState::Proposed,
        proposed_by: stage.actor("officer-2").iin.to_string(),
        proposed_at: stage.now(),
        proposed_event: EventId::new(stage.now(), &mut stage.app.rng.clone()),
        decided_by: None,
        decided_at: None,
        decided_event: None,
        reason: None,
    };
    let mut tx = stage.app.db.begin().await.unwrap();
    prunings::insert(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    format!("/officer/prunings/{}", row.id)
}

async fn every_page(language: &'static str) {
    let world = world().await;
    let axe = std::fs::read_to_string(npm("axe-core").join("axe.min.js")).unwrap();
    let shots = std::env::var_os("SCREENSHOTS").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let sources = tempfile::TempDir::new().unwrap();
    let mut wrong = Vec::new();
    let views: &[(u32, bool)] = if shots.is_some() {
        &[(1280, false), (1280, true), (390, false), (390, true)]
    } else {
        &[(1280, false), (390, true)]
    };
    for (width, dark) in views {
        for who in ["", "head-b", "officer"] {
            let setup = Setup { width: *width, dark: *dark, ..Setup::speaking(language) };
            let browser = if who.is_empty() {
                Browser::open(&world.stage, None, setup).await
            } else {
                Browser::of(&world.stage, who, setup).await
            };
            let metrics = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": *width < 600});
            developer(&browser, "Emulation.setDeviceMetricsOverride", metrics).await;
            let light = if *dark { "dark" } else { "light" };
            developer(
                &browser,
                "Emulation.setEmulatedMedia",
                json!({"features": [{"name": "prefers-color-scheme", "value": light}]}),
            )
            .await;
            if !who.is_empty() {
                browser.log_in().await;
            }
            for (number, (_, path)) in world.pages.iter().enumerate().filter(|(_, (of, _))| *of == who) {
                browser.go(path).await;
                // The page itself, not a refusal in its place.
                assert_eq!(browser.sees_no("[data-code]").await, *path != "/nothing-here", "{path}");
                let place = format!("{language} {width} {light} {who} {path}");
                // What axe looks for does not depend on the width; the dark colours are the same in every language.
                let axe = Some(&axe).filter(|_| !dark || language == "kk" || shots.is_some());
                wrong.extend(look(&browser, axe).await.into_iter().map(|what| format!("{place}: {what}")));
                if !dark && language == "kk" {
                    wrong.extend(out_of_reach(&browser).await.into_iter().map(|what| format!("{place}: {what}")));
                }
                let source = fetch_source(&browser, path).await;
                std::fs::write(sources.path().join(format!("{number:02}.html")), source).unwrap();
                if let Some(folder) = &shots {
                    std::fs::create_dir_all(folder).unwrap();
                    let name = path.trim_matches('/').replace(['/', '?', '='], "-");
                    let name: String = name
                        .split('-')
                        .filter(|part| part.len() < 8 || !part.bytes().all(|b| b.is_ascii_hexdigit()))
                        .collect::<Vec<_>>()
                        .join("-");
                    whole_page(&browser, &folder.join(format!("{number:02}-{name}-{language}-{width}-{light}.png")))
                        .await;
                }
            }
            browser.close().await;
        }
    }
    wrong.extend(invalid(sources.path()));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A command of the browser's developer protocol.
async fn developer(browser: &Browser, command: &str, parameters: Value) -> Value {
    browser.developer(command, parameters).await
}

async fn whole_page(browser: &Browser, to: &Path) {
    let shot = developer(browser, "Page.captureScreenshot", json!({"captureBeyondViewport": true})).await;
    let bytes = BASE64_STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
    std::fs::write(to, bytes).unwrap();
}

/// What is wrong on the page that is shown; in the words of axe too, where it is given.
async fn look(browser: &Browser, axe: Option<&String>) -> Vec<String> {
    let mut wrong = match axe {
        Some(axe) => inaccessible(browser, axe).await,
        None => Vec::new(),
    };
    let wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    if browser.page.execute(wide, vec![]).await.unwrap().as_i64().unwrap() > 0 {
        wrong.push("wider than the window".to_owned());
    }
    // A key that has no text is shown as itself.
    let words = browser.text().await;
    let raw =
        words.split(|c: char| c.is_whitespace()).find(|word| word.starts_with("page-") || word.starts_with("verdict-"));
    wrong.extend(raw.map(|word| format!("untranslated: {word}")));
    wrong
}

async fn inaccessible(browser: &Browser, axe: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    browser.page.execute(axe, vec![]).await.unwrap();
    let script = "const done = arguments[0]; axe.run({resultTypes: ['violations']}).then(r => done(r.violations.map(v => \
                  [v.id, v.impact, v.nodes.map(n => n.target.join(' ')).join(', ')])), e => done([['axe', 'critical', String(e)]]))";
    let violations = browser.page.execute_async(script, vec![]).await.unwrap();
    for violation in violations.as_array().unwrap() {
        if GRAVE.contains(&violation[1].as_str().unwrap_or_default()) {
            wrong.push(format!("axe: {violation}"));
        }
    }
    wrong
}

/// The page as the server sends it, and what its headers say.
async fn fetch_source(browser: &Browser, path: &str) -> String {
    let script = "const [path, done] = arguments; fetch(path).then(async r => done([await r.text(), r.headers.get('content-security-policy') || '']))";
    let answer = browser.page.execute_async(script, vec![path.into()]).await.unwrap();
    let policy = answer[1].as_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-"), "{path}: {policy}");
    answer[0].as_str().unwrap().to_owned()
}

/// What html-validate says of the files in a folder.
fn invalid(folder: &Path) -> Vec<String> {
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/js/htmlvalidate.json");
    let program = npm("html-validate").join("bin/html-validate.mjs");
    let run = Command::new("node")
        .arg(program)
        .args(["--config", config, "--formatter", "json"])
        .arg(folder.join("*.html"))
        .output()
        .unwrap();
    let Ok(report) = serde_json::from_slice::<Value>(&run.stdout) else {
        return vec![format!("html-validate: {}", String::from_utf8_lossy(&run.stderr))];
    };
    let mut wrong = BTreeSet::new();
    if !run.status.success() && report.as_array().is_none_or(Vec::is_empty) {
        wrong.insert(format!("html-validate ended with {} and reports nothing", run.status));
    }
    for file in report.as_array().into_iter().flatten() {
        for message in file["messages"].as_array().into_iter().flatten() {
            wrong.insert(format!(
                "{}: {} {}",
                file["filePath"].as_str().unwrap_or_default(),
                message["ruleId"],
                message["message"]
            ));
        }
    }
    wrong.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_in_kazakh_is_valid_and_accessible() {
    every_page("kk").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_in_russian_is_valid_and_accessible() {
    every_page("ru").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_in_english_is_valid_and_accessible() {
    every_page("en").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_is_small() {
    let stage = Stage::set().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let page = http.get(&stage.base).send().await.unwrap().text().await.unwrap();
    let mut size = page.len();
    for part in page.split('"').filter(|part| part.starts_with("/assets/")).collect::<BTreeSet<_>>() {
        size += http.get(format!("{}{part}", stage.base)).send().await.unwrap().bytes().await.unwrap().len();
    }
    assert!(size < FIRST_PAGE_MAX_BYTES, "{size} bytes");
}

/// A person without JavaScript reads offers, documents and verdicts, and hands in a signature made by another program.
#[tokio::test(flavor = "multi_thread")]
async fn without_javascript_offers_documents_and_verdicts_are_read_and_a_signature_file_is_handed_in() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, "Соглашение без сценариев.\n").await;
    let (seller, seller_client) = stage.joined("head-a", &offer).await;
    let (buyer, _) = stage.joined("head-b", &offer).await;
    let act = stage.recorded_act((&seller, &seller_client), &buyer, "7").await;
    let browser = Browser::open(&stage, None, Setup { javascript: false, ..Setup::speaking("ru") }).await;

    browser.go(&format!("/offers/{}/versions/1/ru", offer.id)).await;
    assert!(browser.see(".paper").await.text().await.unwrap().contains("Соглашение без сценариев."));

    browser.go("/login").await;
    browser.see("noscript p").await;
    browser.click("main > details summary").await;
    let challenge = browser.see("#challenge").await.text().await.unwrap() + "\n";
    let cms = stage.sign(&buyer.auth, challenge.as_bytes());
    browser.click("form[data-sign] details summary").await;
    browser.choose_file("input[name=cms_file]", "login.p7s", &cms).await;
    browser.click("form[data-sign] details button").await;
    browser.see("form[action='/logout']").await;

    browser.go(&format!("/documents/{act}")).await;
    assert!(browser.text().await.contains("190640001204"));
    let original = seller_client.get_bytes(&format!("/api/v1/documents/{act}/files/0")).await.unwrap();
    let cms = stage.sign(&buyer.sign, &original);
    browser.click("form[data-sign] details summary").await;
    browser.choose_file("input[name=cms_file]", "act.p7s", &cms).await;
    browser.click("form[data-sign] details button").await;
    browser.arrive("done=signed").await;
    assert_eq!(browser.state().await, "accepted");

    browser.go("/verify").await;
    browser.choose_file("#file", "act.p7s", &cms).await;
    browser.choose_file("#content-file", "act.json", &original).await;
    browser.click("form[action='/verify'] button").await;
    assert_eq!(browser.see("[data-indication]").await.attr("data-indication").await.unwrap().unwrap(), "TOTAL-PASSED");
    browser.close().await;
}
