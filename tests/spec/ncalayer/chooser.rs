//! The page on which a person says by whose keys the next requests are signed.

use serde_json::{Value, json};

use super::support::{Bench, cms_of, only};

fn people(answer: &super::support::Answer) -> Value {
    assert_eq!((answer.status(), answer.header("Content-Type")), (200, Some("application/json")));
    serde_json::from_str(answer.body()).unwrap()
}

fn used(people: &Value) -> Vec<&str> {
    let list = people["people"].as_array().unwrap();
    list.iter().filter(|person| person["is_used"] == true).map(|person| person["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_page_shows_everybody_in_three_languages_and_who_is_chosen() {
    let bench = Bench::set().await;
    for (path, header, language, word) in [
        ("/", "", "kk", "Ешкім таңдалмаған"),
        ("/", "Accept-Language: ru-KZ,ru;q=0.9\r\n", "ru", "Никто не выбран"),
        ("/?lang=en", "Accept-Language: ru\r\n", "en", "Nobody is chosen"),
    ] {
        let answer = bench.get(path, header).await;
        assert_eq!((answer.status(), answer.header("Content-Type")), (200, Some("text/html; charset=utf-8")));
        let html = answer.body();
        assert!(html.starts_with(&format!("<!DOCTYPE html>\n<html lang=\"{language}\">")), "{html:.80}");
        assert!(html.contains(word), "{html}");
        for person in bench.signer.people() {
            assert!(html.contains(person.name()), "{}", person.name());
        }
        assert!(!html.contains("ncalayer-"), "a text is missing:\n{html}");
        assert!(!html.contains("<script") && !html.contains("style=") && !html.contains("http://www."));
    }
    bench.signer.choose("person");
    let html = bench.get("/?lang=en", "").await;
    assert!(!html.body().contains("Nobody is chosen"));
    let current = html.body().split("<li aria-current=\"true\">").nth(1).unwrap();
    assert!(current.split("</li>").next().unwrap().contains("НҰРЛАНОВ"), "{current:.200}");
}

#[tokio::test]
async fn every_answer_forbids_scripts_frames_and_foreign_readers() {
    let bench = Bench::set().await;
    for path in ["/", "/people", "/style.css", "/nothing"] {
        let answer = bench.get(path, "").await;
        let policy = answer.header("Content-Security-Policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(answer.header("Cross-Origin-Resource-Policy"), Some("same-origin"));
        assert!(answer.header("Access-Control-Allow-Origin").is_none());
    }
    let style = bench.get("/style.css", "").await;
    assert_eq!(style.header("Content-Type"), Some("text/css; charset=utf-8"));
}

/// Keeps: SIG-08
#[tokio::test(flavor = "multi_thread")]
async fn a_button_changes_whose_keys_are_used_and_the_first_are_used_until_then() {
    let bench = Bench::set().await;
    let before = people(&bench.get("/people", "").await);
    assert_eq!((used(&before), &before["is_chosen"]), (vec!["officer"], &json!(false)));
    let own = format!("Origin: http://{}\r\n", bench.address);
    let answer = bench.post("/choose?lang=ru", &own, "person=head-b").await;
    assert_eq!((answer.status(), answer.header("Location")), (303, Some("/?lang=ru")));
    let after = people(&bench.get("/people", "").await);
    assert_eq!((used(&after), &after["is_chosen"]), (vec!["head-b"], &json!(true)));
    let facts = &after["people"].as_array().unwrap().iter().find(|person| person["id"] == "head-b").unwrap();
    assert_eq!((&facts["iin"], &facts["bin"]), (&json!("840217400407"), &json!("210940002309")));
    assert_eq!(facts["keys"][1]["purpose"], "auth");

    let serial = bench.certificate_of("head-b", 0).serial_hex();
    let asked = cms_of(b"1", json!({}), json!({"serialNumber": serial}));
    only(&bench.page().await.sign(asked).await);
    for form in ["", "person=nobody", "people=head-a", "person=%ff", "person"] {
        assert_eq!(bench.post("/choose", "", form).await.status(), 400, "{form}");
    }
    assert_eq!(used(&people(&bench.get("/people", "").await)), ["head-b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_the_next_requests_is_ordered_on_the_page() {
    let bench = Bench::set().await;
    let mut page = bench.page().await;
    let asked = cms_of(b"1", json!({}), json!({}));
    assert_eq!(bench.post("/behaviour", "", "mode=cancel&times=2").await.status(), 303);
    assert_eq!(people(&bench.get("/people", "").await)["behaviour"], json!({"mode": "cancel", "left": 2}));
    assert!(bench.get("/?lang=en", "").await.body().contains("Requests that will be cancelled: 2."));
    for _ in 0..2 {
        assert_eq!(page.sign(asked.clone()).await, json!({"status": true, "body": {}}));
    }
    only(&page.sign(asked.clone()).await);
    assert_eq!(bench.post("/behaviour", "", "mode=error").await.status(), 303);
    assert_eq!(page.sign(asked.clone()).await["code"], "SIGNING_FAILURE");
    assert_eq!(bench.post("/behaviour", "", "mode=silence&times=7").await.status(), 303);
    assert_eq!(bench.post("/behaviour", "", "mode=sign").await.status(), 303);
    only(&page.sign(asked).await);
    for form in ["mode=dance", "mode=cancel&times=0", "mode=cancel&times=1001", "mode=cancel&times=-1", "times=1"] {
        assert_eq!(bench.post("/behaviour", "", form).await.status(), 400, "{form}");
    }
}

/// Keeps: SIG-08
#[tokio::test]
async fn a_form_of_another_page_is_refused() {
    let bench = Bench::set().await;
    let port = bench.address.port();
    for origin in [
        "https://evil.example".to_owned(),
        "null".to_owned(),
        // Another page of this machine may ask for signatures, but not choose by whose key.
        "http://127.0.0.1:1".to_owned(),
        format!("https://127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
    ] {
        for (path, form) in [("/choose", "person=head-a"), ("/behaviour", "mode=cancel")] {
            let answer = bench.post(path, &format!("Origin: {origin}\r\n"), form).await;
            assert_eq!(answer.status(), 403, "{origin} {path}");
        }
    }
    let answer = bench.post("/choose", "Sec-Fetch-Site: cross-site\r\n", "person=head-a").await;
    assert_eq!(answer.status(), 403);
    assert_eq!(used(&people(&bench.get("/people", "").await)), ["officer"]);
    let tls = format!(
        "POST /choose HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: https://localhost:{port}\r\n\
         Sec-Fetch-Site: same-origin\r\nContent-Length: 13\r\n\r\nperson=head-a"
    );
    assert_eq!(bench.http(true, &tls).await.status(), 303);
    assert_eq!(used(&people(&bench.get("/people", "").await)), ["head-a"]);
}
