//! `qolhat ncalayer` as scripts start it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

use qolhat::app::SystemRandom;
use qolhat::demo::signer::LISTEN;
use qolhat::demo::{DEMO_PASSWORD, World};
use serde_json::Value;
use tempfile::TempDir;

use super::support::now;
use crate::support::shared;

fn command(arguments: &[&str]) -> Command {
    let mut command = qolhat(&["ncalayer"]);
    command.args(arguments).env("P12_PASSWORD", DEMO_PASSWORD);
    command
}

fn qolhat(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qolhat"));
    command.args(arguments).env("LANG", "en_US.UTF-8");
    command
}

fn refused(arguments: &[&str]) -> Output {
    let output = command(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// A running command, ended when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the command; the first line that it prints when it is ready.
fn started(command: Command) -> (Running, String) {
    let (running, mut lines) = told_until(command, "");
    (running, lines.remove(0))
}

/// Starts the command; what it prints up to a line with this word.
fn told_until(mut command: Command, word: &str) -> (Running, Vec<String>) {
    let mut running = Running(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut told: Vec<String> = Vec::new();
    for line in BufReader::new(running.0.stdout.take().unwrap()).lines() {
        told.push(line.unwrap());
        if told.last().unwrap().contains(word) {
            return (running, told);
        }
    }
    panic!("{word} is not told:\n{}", told.join("\n"));
}

fn people_at(address: &str) -> Value {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /people HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// Keeps: SIG-08
#[test]
fn keys_in_files_become_people_and_one_line_says_where_they_sign() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("world");
    let world = World::create(&path, "http://127.0.0.1:9", now(), &mut SystemRandom).unwrap();
    let key = |name: &str| world.folder().join("keys").join(name).display().to_string();
    let keys = [key("head-a-auth.p12"), key("person-sign.p12"), key("head-a-sign.p12")];
    let mut arguments = vec!["--listen", "127.0.0.1:0", "--password-env", "P12_PASSWORD", "--json"];
    keys.iter().for_each(|key| arguments.extend(["--key", key]));
    let (_running, line) = started(command(&arguments));
    let ready: Value = serde_json::from_str(&line).unwrap();
    let names = ["ОМАРОВ ДӘУРЕН СЕРІКҰЛЫ, ТОО «Алатау Сауда Демо»", "НҰРЛАНОВ АРМАН ЕРЛАНҰЛЫ"];
    assert_eq!(ready["people"], serde_json::json!(names));
    let seen = people_at(ready["address"].as_str().unwrap());
    let keys_of = |person: usize| seen["people"][person]["keys"].as_array().unwrap().iter();
    assert_eq!(keys_of(0).map(|key| key["purpose"].as_str().unwrap()).collect::<Vec<_>>(), ["sign", "auth"]);
    assert_eq!((seen["people"][1]["id"].as_str(), keys_of(1).count()), (Some("2"), 1));

    let world = path.display().to_string();
    let (_running, line) = started(command(&["--world", &world, "--listen", "127.0.0.1:0"]));
    assert!(line.starts_with("The signer is ready at http://127.0.0.1:"), "{line}");
    assert!(line.contains("КИМ СВЕТЛАНА") && !line.contains("QOLHAT DEMO"), "{line}");
}

#[test]
fn wrong_usage_keys_and_passwords_end_with_2() {
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:13579"] {
        // Nothing is read and no password asked for before that is clear.
        let output = refused(&["--listen", listen, "--key", "nothing.p12", "--password-env", "P12_PASSWORD"]);
        assert!(String::from_utf8_lossy(&output.stderr).contains("loopback only"), "{listen}");
    }
    refused(&[]);
    refused(&["--key", "nothing.p12"]);
    refused(&["--key", "nothing.p12", "--password-env", "P12_PASSWORD"]);
    refused(&["--world", "nothing"]);
    refused(&["--world", "nothing", "--key", "nothing.p12", "--password-env", "P12_PASSWORD"]);
    let world = ["--world", "nothing"];
    for wrong in [["--allow-origin", "evil.example"], ["--allow-origin", "*"], ["--clock", "today"]] {
        let output = refused(&[&world[..], &wrong[..]].concat());
        assert!(String::from_utf8_lossy(&output.stderr).contains(wrong[0]), "{wrong:?}");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let Some(folder) = shared("nca/p12") else { return };
    let key = folder.join("rsa-person-sign-46757a21.p12").display().to_string();
    let output = refused(&["--key", &key, "--password-env", "P12_PASSWORD", "--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["error"]["code"], "wrong-password");
    let taken = taken.local_addr().unwrap().to_string();
    let mut command = command(&["--key", &key, "--password-env", "P12_PASSWORD", "--listen", &taken]);
    let output = command.env("P12_PASSWORD", "Qwerty12").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

/// Keeps: SIG-08
#[test]
fn the_demo_stays_open_with_a_signer_for_visitors_beside_an_ncalayer_that_runs_already() {
    let folder = TempDir::new().unwrap();
    let world = folder.path().join("world").display().to_string();
    // Whoever holds the port, this test or somebody else: the demo has to go on.
    let _ncalayer = std::net::TcpListener::bind(LISTEN);
    let demo = qolhat(&["demo", "--dir", &world, "--listen", "127.0.0.1:0"]);
    let (_running, told) = told_until(demo, "Ctrl+C");
    let line = |word: &str| told.iter().find(|line| line.contains(word)).unwrap_or_else(|| panic!("{told:#?}"));
    line("127.0.0.1:13579 is taken");
    let address = line("The signer in place of NCALayer").split("http://").nth(1).unwrap().trim_end_matches('/');
    let seen = people_at(address);
    assert_eq!(seen["people"].as_array().unwrap().len(), 7);
    let refused = qolhat(&["demo", "--dir", &world, "--ncalayer", "0.0.0.0:13579"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
}
