//! `qolhat verify --online`: the CA's services are asked, those that the configuration lists and no others. And what
//! `qolhat doctor` tells of lists in files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;

use qolhat::app::SystemClock;
use qolhat::demo::Branch;
use qolhat::demo::register::IssuedBy;
use qolhat::demo::responders::{Fault, Service};
use qolhat::domain::time::Clock as _;
use qolhat_pki::crl::ReasonCode;
use qolhat_pki::issue::cms_sign::Packaging;
use qolhat_pki::time::Span;
use serde_json::Value;
use tokio::process::Command;

use crate::support::stage::Stage;

/// Exit code and answer of the program in `folder`.
async fn qolhat(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qolhat"));
    command.args(arguments).current_dir(folder).env("LANG", "en_US.UTF-8");
    // Nothing of the environment leads to another service.
    let output = command.env("http_proxy", "http://127.0.0.1:1/").output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"));
    (output.status.code().unwrap(), value)
}

/// Keeps: SIG-07
#[tokio::test(flavor = "multi_thread")]
async fn a_signature_is_judged_by_what_the_services_of_the_configuration_say() {
    // The program's own clock is that of the machine.
    let stage = Stage::set_with(SystemClock.now(), |_, _| {}).await;
    let (folder, signer) = (stage.folder(), stage.actor("head-a").sign);
    let cms = stage.client.cms(&signer, b"content", Packaging::Attached, stage.now()).unwrap();
    std::fs::write(folder.join("a.cms"), cms).unwrap();
    // The issuing CA is in nobody's hands: it is fetched from where the certificate says.
    let verify = async |more: &[&str]| {
        let given = ["verify", "--json", "--trust", "ca/gost-root.cer"];
        let (exit, answer) = qolhat(&folder, &[&given, more, &["a.cms"]].concat()).await;
        (exit, answer["indication"].as_str().unwrap().to_owned(), answer)
    };
    let (exit, indication, _) = verify(&[]).await;
    assert_eq!((exit, indication.as_str()), (1, "INDETERMINATE"), "offline unless --online");
    let (exit, indication, answer) = verify(&["--online"]).await;
    assert_eq!((exit, indication.as_str()), (0, "TOTAL-PASSED"), "{answer}");
    stage.services.set_fault(Service::Ocsp, Some(Fault::TryLater));
    let (exit, indication, answer) = verify(&["--online"]).await;
    assert_eq!((exit, indication.as_str()), (0, "TOTAL-PASSED"), "by the list: {answer}");
    stage.services.set_fault(Service::Ocsp, Some(Fault::WrongNonce));
    let (exit, indication, answer) = verify(&["--online"]).await;
    assert_eq!((exit, indication.as_str()), (1, "INDETERMINATE"), "a list in its place would be a choice: {answer}");
    stage.services.set_fault(Service::Ocsp, Some(Fault::BadSignature));
    assert_eq!(verify(&["--online"]).await.1, "INDETERMINATE");
    stage.services.set_fault(Service::Ocsp, None);
    let authority = stage.world.authorities().of(Branch::Gost);
    let before = stage.now().checked_sub(Span::minutes(5)).unwrap();
    authority.revoke(signer.certificate.serial(), before, ReasonCode::KeyCompromise).unwrap();
    let (exit, indication, answer) = verify(&["--online"]).await;
    assert_eq!(exit, 1, "{answer}");
    assert_ne!(indication, "TOTAL-PASSED", "{answer}");
    assert!(answer.to_string().contains("REVOKED"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_outside_the_list_is_asked_and_a_broken_configuration_is_told() {
    let stage = Stage::set_with(SystemClock.now(), |_, _| {}).await;
    let (folder, signer) = (stage.folder(), stage.actor("head-a").sign);
    let cms = stage.client.cms(&signer, b"content", Packaging::Attached, stage.now()).unwrap();
    std::fs::write(folder.join("a.cms"), cms).unwrap();
    let config = std::fs::read_to_string(stage.world.config_file()).unwrap();
    let verify = ["verify", "--json", "--online", "--trust", "ca/gost-root.cer", "--certs", "ca/gost.cer", "a.cms"];
    let host = stage.world.responders_url().trim_start_matches("http://");
    std::fs::write(folder.join("qolhat.toml"), config.replace(&format!("[\"{host}\"]"), "[\"example.kz\"]")).unwrap();
    let (exit, answer) = qolhat(&folder, &verify).await;
    assert_eq!((exit, answer["indication"].as_str()), (1, Some("INDETERMINATE")), "{answer}");
    // Without a configuration: the national services, of which this is none.
    std::fs::remove_file(folder.join("qolhat.toml")).unwrap();
    let (exit, answer) = qolhat(&folder, &verify).await;
    assert_eq!((exit, answer["indication"].as_str()), (1, Some("INDETERMINATE")), "{answer}");
    std::fs::write(folder.join("qolhat.toml"), "evidence = 1").unwrap();
    let (exit, answer) = qolhat(&folder, &verify).await;
    assert_eq!((exit, answer["error"]["code"].as_str()), (2, Some("config")), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_every_list_that_cannot_be_read_or_is_overdue() {
    let stage = Stage::set().await;
    let folder = stage.folder();
    let authority = stage.world.authorities().of(Branch::Gost);
    let old = SystemClock.now().checked_sub(Span::days(30)).unwrap();
    let list = |at| authority.crl(IssuedBy::Ca, at, &mut stage.app.rng.clone()).unwrap();
    std::fs::write(folder.join("old.crl"), list(old)).unwrap();
    std::fs::write(folder.join("new.crl"), list(SystemClock.now())).unwrap();
    std::fs::write(folder.join("empty.crl"), b"").unwrap();
    std::fs::create_dir(folder.join("lists")).unwrap();
    std::fs::write(folder.join("lists/readme.txt"), b"nothing wrong with that").unwrap();
    let config = std::fs::read_to_string(stage.world.config_file()).unwrap();
    let doctor = async |files: &str| {
        let with = config.replace("tsp_url =", &format!("crl_files = [{files}]\ntsp_url ="));
        std::fs::write(folder.join("qolhat.toml"), with).unwrap();
        let (_, answer) = qolhat(&folder, &["doctor", "--json"]).await;
        let findings = answer["findings"].as_array().unwrap().clone();
        let of_lists = findings.into_iter().filter(|finding| finding["part"] == "crl-files");
        of_lists
            .map(|finding| {
                let mend = finding["mend"].as_str().unwrap_or_default();
                let named =
                    ["gone.crl", "empty.crl", "old.crl", "new.crl"].into_iter().find(|name| mend.contains(name));
                format!("{} {}", finding["state"].as_str().unwrap(), named.unwrap_or_default())
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(doctor("\"new.crl\", \"lists\"").await, ["good "]);
    let all = "\"new.crl\", \"old.crl\", \"gone.crl\", \"empty.crl\", \"lists\"";
    let mut told = doctor(all).await;
    told.sort();
    assert_eq!(told, ["bad empty.crl", "bad gone.crl", "warning old.crl"]);
    assert!(doctor("").await.is_empty());
}
