//! Answers of the original, recorded by another program, and ours to the same requests.

use std::collections::BTreeSet;

use serde_json::Value;

use super::support::{Bench, Page};
use crate::support::shared;

/// Requests whose answer here is another one, and why.
const ANSWERED_OTHERWISE: [(&str, &str); 2] = [
    ("kz.digiflow.mobile.extensions", "a module of KAZTOKEN, which this is not"),
    ("MjVkNGYyYTg2ZGViNWUyNTc0YmIzMjEwYjY3YmIyNGZjYzRhZmIxOWY5M2E3YjY1YTA1N2RhYTg3NGE5ZDE4ZSAgLQo=", "no digest"),
];

fn recorded() -> Option<Vec<(String, Value)>> {
    let file = shared("nca")?.join("ncalayer/exchanges.json");
    let exchanges: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let raw = |exchange: &Value, side: &str| exchange["raw"][side].as_str().unwrap().to_owned();
    let pair = |exchange: &Value| (raw(exchange, "request"), serde_json::from_str(&raw(exchange, "response")).unwrap());
    Some(exchanges.as_array().unwrap().iter().map(pair).collect())
}

fn is_cancelled(response: &Value) -> bool {
    response["message"] == "action.canceled" || response["body"].as_object().is_some_and(serde_json::Map::is_empty)
}

fn is_error(response: &Value) -> bool {
    response["code"] == "500" || response["status"] == false
}

/// The same kind of value, objects with the same names. Lists may be of any length.
fn same_shape(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let names = |object: &serde_json::Map<String, Value>| object.keys().cloned().collect::<BTreeSet<_>>();
            names(one) == names(other) && one.iter().all(|(name, value)| same_shape(value, &other[name]))
        }
        (Value::Array(one), Value::Array(other)) => one.iter().zip(other).all(|(one, other)| same_shape(one, other)),
        (Value::String(_), Value::String(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Null, Value::Null) => true,
        _ => false,
    }
}

/// What a signed XML holds beside the value of its signature and the certificate: elements, digests, line ends.
fn lines(answer: &Value) -> Vec<String> {
    let result = answer.get("responseObject").or_else(|| answer["body"].get("result"));
    let first = result.map(|result| result.get(0).unwrap_or(result));
    let Some(text) = first.and_then(Value::as_str).filter(|text| text.starts_with("<?xml")) else { return Vec::new() };
    let until = text.find("<ds:SignatureValue>").unwrap();
    let tags =
        |text: &str| text.split('<').skip(1).map(|tag| tag.split('>').next().unwrap().to_owned()).collect::<Vec<_>>();
    [vec![text[..until].to_owned()], tags(&text[until..])].concat()
}

/// Keeps: SIG-08
#[tokio::test(flavor = "multi_thread")]
async fn every_recorded_request_is_answered_in_the_shape_of_the_original() {
    let Some(exchanges) = recorded() else { return };
    let bench = Bench::of_version_1_2().await;
    // The keys of the recording were RSA.
    assert!(bench.signer.choose("person"));
    let (mut page, greeting) = bench.connect(true, &[]).await.unwrap();
    assert_eq!(greeting, serde_json::json!({"result": {"version": "1.2"}}));
    let mut same = 0;
    for (request, response) in &exchanges {
        if ANSWERED_OTHERWISE.iter().any(|(part, _)| request.contains(part)) {
            continue;
        }
        let answer = answer(&bench, &mut page, request, response).await;
        if is_error(response) || is_cancelled(response) {
            assert_eq!(&answer, response, "{request}");
        } else {
            assert!(same_shape(&answer, response), "{request}\n{response}\n{answer}");
            assert_eq!(lines(&answer), lines(response), "{request}");
            assert_eq!(answer.get("code"), response.get("code"), "{request}");
            assert_eq!(answer.get("status"), response.get("status"), "{request}");
        }
        same += 1;
    }
    assert_eq!(same, exchanges.len() - ANSWERED_OTHERWISE.len());
}

/// The person closed the window where the recording says so.
async fn answer(bench: &Bench, page: &mut Page, request: &str, response: &Value) -> Value {
    if is_cancelled(response) {
        bench.signer.order(qolhat::ncalayer::Behaviour::Cancel, 1);
    }
    page.ask_raw(request).await
}

#[tokio::test]
async fn what_is_answered_otherwise_is_refused_by_name() {
    let Some(exchanges) = recorded() else { return };
    let bench = Bench::of_version_1_2().await;
    bench.signer.choose("person");
    let mut page = bench.page().await;
    let find = |part: &str| &exchanges.iter().find(|(request, _)| request.contains(part)).unwrap().0;
    let [kaztoken, no_digest] = ANSWERED_OTHERWISE.map(|(part, _)| find(part));
    let answer = page.ask_raw(kaztoken).await;
    assert_eq!(answer, serde_json::json!({"success": false, "errorCode": "MODULE_NOT_FOUND"}));
    // The original signs any octets as a digest; a signature that nobody can verify helps no test.
    let answer = page.ask_raw(no_digest).await;
    assert_eq!(answer["code"], "500");
    assert!(answer["message"].as_str().unwrap().contains("68"), "{answer}");
}
