//! `qolhat extend` against a real authority on loopback: B to T, to LT, to LTA.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::{Path, PathBuf};

use qolhat_pki::asic::zip::NewFile;
use qolhat_pki::asic::{ContainerKind, write_container};
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::tsp_builder::build_request;
use qolhat_pki::tsp::TimeStampResponse;
use serde_json::Value;

use crate::support::stage::Stage;

/// Runs the program without holding up the services that it asks; exit code and the JSON object on stdout.
async fn qolhat(arguments: Vec<String>) -> (i32, Value) {
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_qolhat"))
        .args(&arguments)
        .env("P12_PASSWORD", "Qolhat-demo-1")
        .output()
        .await
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"));
    (output.status.code().unwrap(), value)
}

fn text(path: impl AsRef<Path>) -> String {
    path.as_ref().display().to_string()
}

struct Desk {
    stage: Stage,
    folder: PathBuf,
    /// The root alone: it ends paths; the CA is found in what the signature brings along.
    root: String,
    ca: String,
    lists: Vec<String>,
}

impl Desk {
    async fn set() -> Desk {
        let stage = Stage::set().await;
        let folder = stage.folder();
        let mut lists = Vec::new();
        for name in ["gost", "gost-root"] {
            let url = format!("{}/crl/{name}.crl", stage.world.responders_url());
            let list = reqwest::get(url).await.unwrap().bytes().await.unwrap();
            let file = folder.join(format!("{name}.crl"));
            std::fs::write(&file, list).unwrap();
            lists.push(text(file));
        }
        std::fs::write(folder.join("act.txt"), "Акт № 1").unwrap();
        let (root, ca) = (text(folder.join("ca/gost-root.cer")), text(folder.join("ca/gost.cer")));
        Desk { stage, folder, root, ca, lists }
    }

    fn file(&self, name: &str) -> String {
        text(self.folder.join(name))
    }

    fn tsp(&self) -> String {
        format!("{}/tsp/gost", self.stage.world.responders_url())
    }

    async fn sign(&self) -> String {
        let (key, out) = (self.file("keys/head-a-sign.p12"), self.file("act.p7s"));
        let act = self.file("act.txt");
        let arguments =
            ["sign", "--key", &key, "--password-env", "P12_PASSWORD", "--detached", "-o", &out, "--json", &act];
        let (exit, answer) = qolhat(arguments.map(str::to_owned).to_vec()).await;
        assert_eq!(exit, 0, "{answer}");
        out
    }

    async fn extend(&self, to: &str, more: &[&str], out: &str, file: &str) -> (i32, Value) {
        let out = self.file(out);
        let mut arguments: Vec<String> =
            ["extend", "--to", to, "-o", &out, "--json"].iter().map(|word| (*word).to_owned()).collect();
        arguments.extend(more.iter().map(|word| (*word).to_owned()));
        arguments.push(file.to_owned());
        qolhat(arguments).await
    }

    /// Indication, reason and level, with nothing at hand but the root.
    async fn verdict(&self, file: &str, at: &str) -> (String, Value, String) {
        let act = self.file("act.txt");
        let arguments = ["verify", "--json", "--detached", &act, "--trust", &self.root, "--at", at, file];
        let (_, report) = qolhat(arguments.map(str::to_owned).to_vec()).await;
        let signature = &report["signatures"][0];
        let word = |name: &str| signature[name].as_str().unwrap_or_default().to_owned();
        (word("indication"), signature["sub_indication"].clone(), word("level"))
    }
}

/// Keeps: SIG-07, SIG-19
#[tokio::test(flavor = "multi_thread")]
async fn a_signature_is_raised_level_by_level_and_lives_longer_with_each() {
    let desk = Desk::set().await;
    let (signed, act, tsp) = (desk.sign().await, desk.file("act.txt"), desk.tsp());
    let soon = "2026-11-22T09:30:00Z";
    let years_later = "2028-06-01T00:00:00Z";
    assert_eq!(desk.verdict(&signed, soon).await.2, "CAdES-B");

    let (exit, answer) = desk.extend("t", &["--tsp", &tsp], "t.p7s", &signed).await;
    assert_eq!((exit, &answer["levels"][0]), (0, &Value::from("CAdES-T")), "{answer}");

    let lists = ["--certs", &desk.ca, "--crl", &desk.lists[0], "--crl", &desk.lists[1]];
    let (exit, answer) = desk.extend("lt", &lists, "lt.p7s", &desk.file("t.p7s")).await;
    assert_eq!((exit, &answer["levels"][0]), (0, &Value::from("CAdES-LT")), "{answer}");
    let passed = |level: &str| ("TOTAL-PASSED".to_owned(), Value::Null, level.to_owned());
    assert_eq!(desk.verdict(&desk.file("lt.p7s"), soon).await, passed("CAdES-LT"));
    assert_eq!(desk.verdict(&desk.file("lt.p7s"), years_later).await, passed("CAdES-LT"));

    let (exit, answer) =
        desk.extend("lta", &["--tsp", &tsp, "--detached", &act], "lta.p7s", &desk.file("lt.p7s")).await;
    assert_eq!((exit, &answer["levels"][0]), (0, &Value::from("CAdES-LTA")), "{answer}");
    assert_eq!(desk.verdict(&desk.file("lta.p7s"), years_later).await, passed("CAdES-LTA"));

    // When the authority's own certificate has ended nothing proves its tokens any more.
    let (indication, reason, _) = desk.verdict(&desk.file("lta.p7s"), "2040-01-01T00:00:00Z").await;
    assert_eq!((indication.as_str(), reason.as_str()), ("INDETERMINATE", Some("OUT_OF_BOUNDS_NO_POE")));
}

/// Keeps: SIG-19
#[tokio::test(flavor = "multi_thread")]
async fn a_level_that_is_not_reached_is_told_and_nothing_is_written() {
    let desk = Desk::set().await;
    let signed = desk.sign().await;
    let (exit, answer) = desk.extend("t", &[], "none.p7s", &signed).await;
    assert_eq!((exit, &answer["error"]["code"]), (2, &Value::from("usage")), "{answer}");
    // No evidence about the signer.
    let (exit, answer) = desk.extend("lt", &["--tsp", &desk.tsp()], "none.p7s", &signed).await;
    assert_eq!((exit, &answer["error"]["code"]), (2, &Value::from("level-not-reached")), "{answer}");
    // The content is needed, and must be the one signed.
    let more = ["--tsp", &desk.tsp(), "--certs", &desk.ca, "--crl", &desk.lists[0]];
    let (exit, answer) = desk.extend("lta", &more, "none.p7s", &signed).await;
    assert_eq!((exit, &answer["error"]["code"]), (2, &Value::from("usage")), "{answer}");
    let other = desk.file("other.txt");
    std::fs::write(&other, "Акт № 2").unwrap();
    let (exit, answer) = desk.extend("lta", &[&more[..], &["--detached", &other]].concat(), "none.p7s", &signed).await;
    assert_eq!((exit, &answer["error"]["code"]), (2, &Value::from("level-not-reached")), "{answer}");
    assert!(!Path::new(&desk.file("none.p7s")).exists());
}

/// A time stamp says that a file is old; nobody answers for what is in it.
#[tokio::test(flavor = "multi_thread")]
async fn a_container_with_a_time_stamp_alone_is_no_signed_file() {
    let desk = Desk::set().await;
    let content = "Акт № 1".as_bytes();
    let request = build_request(&DigestAlgorithm::Sha256.digest(content), Some(&[1; 8]), true);
    let answer = reqwest::Client::new().post(desk.tsp()).body(request).send().await.unwrap().bytes().await.unwrap();
    let token = TimeStampResponse::from_der(&answer).unwrap().token().unwrap().to_vec();
    let files = [NewFile { name: "act.txt", content }, NewFile { name: "META-INF/timestamp.tst", content: &token }];
    let file = desk.file("stamped.asics");
    std::fs::write(&file, write_container(ContainerKind::AsicS, &files).unwrap()).unwrap();
    let verify =
        ["verify", "--json", "--trust", &desk.root, "--certs", &desk.ca, "--at", "2026-11-22T09:30:00Z", &file];
    let (exit, report) = qolhat(verify.map(str::to_owned).to_vec()).await;
    assert_eq!((exit, report["indication"].as_str()), (1, Some("INDETERMINATE")), "{report}");
    assert_eq!(report["time_stamps"][0]["stamp"]["proven"], true, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_usage_is_told_in_json_where_a_report_in_json_was_asked_for() {
    let (exit, answer) = qolhat(["verify", "--report", "json", "--bogus"].map(str::to_owned).to_vec()).await;
    assert_eq!((exit, answer["error"]["code"].as_str()), (2, Some("usage")));
}
