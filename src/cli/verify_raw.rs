//! `qolhat pki verify-raw`: signatures with nothing around them, a line of JSON each, answered in order as they come.
//!
//! What stands in the input already is judged together on every core; nothing waits for more than one line.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use qolhat_pki::algorithm::{KeyError, PublicKey, RawAlgorithm, RawOutcome};
use serde_json::{Value, json};

use super::Answer;
use super::output::{CliError, Output};

#[derive(Debug, Args)]
pub struct VerifyRawArgs {
    /// Answers are JSON in any case.
    #[arg(long)]
    json: bool,
}

/// Longest line read, in bytes: a message of eight million octets in hexadecimal.
const LINE_MAX_BYTES: usize = 16 * 1024 * 1024;
/// Read at once.
const BUFFER_BYTES: usize = 1024 * 1024;
/// Most lines judged together.
const BATCH_MAX: usize = 1024;
/// Most keys remembered.
const KEYS_MAX: usize = 4096;

/// Longest text of a key remembered, in bytes: keys of real use have less than four thousand.
const REMEMBERED_MAX_BYTES: usize = 16 * 1024;

/// Answers every line of stdin.
pub fn verify_raw(_: &VerifyRawArgs, _: &Output) -> Result<Answer, CliError> {
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut input = BufReader::with_capacity(BUFFER_BYTES, io::stdin().lock());
    let mut output = io::stdout().lock();
    let keys = Keys::default();
    let mut unanswered = Unanswered::default();
    let mut number = 0_u64;
    loop {
        let lines = batch(&mut input).map_err(|error| CliError::unreadable("stdin", error.to_string()))?;
        if lines.is_empty() {
            break;
        }
        let mut answers = String::new();
        for answer in judge(&lines, &keys, workers) {
            number = number.saturating_add(1);
            match answer {
                Ok(Some(answer)) => {
                    answers.push_str(&answer);
                    answers.push('\n');
                }
                Ok(None) => {}
                Err(why) => unanswered.add(number, why),
            }
        }
        // A reader who has gone away wants no more answers.
        if output.write_all(answers.as_bytes()).and_then(|()| output.flush()).is_err() {
            return Ok(Answer::Code(2));
        }
    }
    unanswered.outcome()
}

/// Lines that could not be answered, told at the end.
#[derive(Default)]
struct Unanswered {
    count: u64,
    first: Option<(u64, &'static str)>,
}

impl Unanswered {
    fn add(&mut self, number: u64, why: &'static str) {
        self.count = self.count.saturating_add(1);
        self.first.get_or_insert((number, why));
    }

    fn outcome(self) -> Result<Answer, CliError> {
        match self.first {
            None => Ok(Answer::Yes),
            Some((number, why)) => {
                let detail = format!("line {number}: {why}; lines not answered: {}", self.count);
                Err(CliError::malformed("stdin", detail))
            }
        }
    }
}

/// A line, or why it is none.
type Line = Result<Vec<u8>, &'static str>;

/// The next line, and those after it that need no waiting for; none at the end of the input.
fn batch(input: &mut BufReader<impl Read>) -> io::Result<Vec<Line>> {
    let mut lines = Vec::new();
    while lines.len() < BATCH_MAX && (lines.is_empty() || input.buffer().contains(&b'\n')) {
        match line(input)? {
            Some(line) => lines.push(line),
            None => break,
        }
    }
    Ok(lines)
}

/// The next line without its end. One past the limit is passed over.
fn line(input: &mut BufReader<impl Read>) -> io::Result<Option<Line>> {
    let limit = u64::try_from(LINE_MAX_BYTES).unwrap_or(u64::MAX);
    let mut line = Vec::new();
    if input.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.len() < LINE_MAX_BYTES || line.ends_with(b"\n") {
        return Ok(Some(Ok(line)));
    }
    drop(line);
    input.skip_until(b'\n')?;
    Ok(Some(Err("the line is too long")))
}

/// The answers to `lines`, in their order; none to an empty line.
fn judge(lines: &[Line], keys: &Keys, workers: usize) -> Vec<Result<Option<String>, &'static str>> {
    let share = lines.len().div_ceil(workers).max(1);
    let answers = |lines: &[Line]| lines.iter().map(|line| answer(line, keys)).collect::<Vec<_>>();
    if lines.len() <= share {
        return answers(lines);
    }
    let answers = &answers;
    std::thread::scope(|scope| {
        let workers: Vec<_> = lines.chunks(share).map(|share| scope.spawn(move || answers(share))).collect();
        let shares = workers.into_iter().zip(lines.chunks(share));
        // A worker that could not finish leaves its lines unanswered, not unsaid.
        shares
            .flat_map(|(worker, share)| worker.join().unwrap_or_else(|_| vec![Err("a fault of ours"); share.len()]))
            .collect()
    })
}

fn answer(line: &Line, keys: &Keys) -> Result<Option<String>, &'static str> {
    let line = line.as_ref().map_err(|why| *why)?.trim_ascii();
    if line.is_empty() {
        return Ok(None);
    }
    let question: Value = serde_json::from_slice(line).map_err(|_| "no JSON")?;
    let id = question.get("id").filter(|id| id.is_string() || id.is_number()).ok_or("no id")?;
    let result = outcome(&question, keys).as_str();
    Ok(Some(json!({"id": id, "result": result}).to_string()))
}

/// What is not written as it should be is no signature.
fn outcome(question: &Value, keys: &Keys) -> RawOutcome {
    let text = |name: &str| question.get(name).and_then(Value::as_str);
    let Some(name) = text("alg") else { return RawOutcome::Invalid };
    let Some(algorithm) = RawAlgorithm::from_name(name) else { return RawOutcome::Unsupported };
    let octets = |name: &str| text(name).and_then(|text| hex::decode(text).ok());
    let (Some(key), Some(message), Some(signature)) = (text("key"), octets("msg"), octets("sig")) else {
        return RawOutcome::Invalid;
    };
    keys.with(key, |key| algorithm.verify(key, &message, &signature))
}

/// Keys by their text, read once.
#[derive(Default)]
struct Keys(Mutex<HashMap<String, Arc<Result<PublicKey, KeyError>>>>);

impl Keys {
    fn with(&self, text: &str, ask: impl FnOnce(&Result<PublicKey, KeyError>) -> RawOutcome) -> RawOutcome {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(text).cloned();
        if let Some(key) = known {
            return ask(&key);
        }
        let Ok(spki) = STANDARD.decode(text) else { return RawOutcome::Invalid };
        let key = Arc::new(PublicKey::from_spki(&spki));
        if text.len() > REMEMBERED_MAX_BYTES {
            return ask(&key);
        }
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= KEYS_MAX {
            keys.clear();
        }
        keys.insert(text.to_owned(), Arc::clone(&key));
        drop(keys);
        ask(&key)
    }
}
