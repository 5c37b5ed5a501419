//! Whom the signer does not answer: it asks nobody, and every page in every browser of the machine reaches it.

use std::sync::Arc;
use std::time::Duration;

use qolhat::app::{SharedRandom, SystemRandom};
use qolhat::domain::time::FixedClock;
use qolhat::ncalayer::{CONNECTIONS_MAX, MESSAGE_MAX_BYTES, Options, Signer, SignerError, Version, serve};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::support::{Bench, SITE, cms_of, now, only};

/// Keeps: SIG-08
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_this_machine_of_an_allowed_site_and_programs_are_answered_with_tls_and_without() {
    let bench = Bench::set().await;
    for over_tls in [false, true] {
        for origin in
            [None, Some("http://127.0.0.1:8080"), Some("https://localhost"), Some("http://[::1]:3"), Some(SITE)]
        {
            let headers: Vec<(&str, &str)> = origin.map(|origin| ("origin", origin)).into_iter().collect();
            let (mut page, _) = bench.connect(over_tls, &headers).await.unwrap();
            only(&page.sign(cms_of(b"1", json!({}), json!({}))).await);
        }
    }
}

/// Keeps: SIG-08
#[tokio::test]
async fn a_page_of_a_foreign_site_gets_403_before_a_word_is_said() {
    let bench = Bench::set().await;
    let foreign = [
        "https://evil.example",
        "null",
        "http://edo.example.kz",
        "https://edo.example.kz:8443",
        "https://edo.example.kz.evil.example",
        "https://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "file://",
        "chrome-extension://abc",
        "",
    ];
    for over_tls in [false, true] {
        for origin in foreign {
            let refused = bench.connect(over_tls, &[("origin", origin)]).await.err();
            assert_eq!(refused, Some(403), "{origin}");
        }
    }
    let answer = bench.get("/", "Upgrade: websocket\r\nOrigin: https://evil.example\r\nAccept-Language: en\r\n").await;
    assert_eq!(answer.status(), 403);
    assert!(answer.body().contains("--allow-origin"), "{}", answer.body());
    assert_eq!(answer.header("Content-Type"), Some("text/plain; charset=utf-8"));
}

/// Keeps: SIG-08
#[tokio::test]
async fn a_foreign_name_that_points_to_this_machine_gets_403() {
    let bench = Bench::set().await;
    for host in ["evil.example", "evil.example:13579", "127.0.0.1.evil.example", "localhost.evil.example", "0.0.0.0"] {
        assert_eq!(bench.connect(false, &[("host", host)]).await.err(), Some(403), "{host}");
        for over_tls in [false, true] {
            for path in ["/", "/people", "/style.css"] {
                let answer = bench.http(over_tls, &format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n")).await;
                assert_eq!(answer.status(), 403, "{host} {path}");
            }
        }
    }
    assert_eq!(bench.http(false, "GET / HTTP/1.1\r\n\r\n").await.status(), 403);
    assert_eq!(bench.http(false, "GET / HTTP/1.1\r\nHost: LOCALHOST:1\r\n\r\n").await.status(), 200);
}

#[tokio::test]
async fn it_listens_on_loopback_only_and_has_keys() {
    let options = || Options {
        allowed_origins: Vec::new(),
        clock: Arc::new(FixedClock::new(now())),
        rng: SharedRandom::new(SystemRandom),
        time_stamps: None,
        version: Version::V1_4,
    };
    assert!(matches!(Signer::new(Vec::new(), options()), Err(SignerError::Nobody)));
    let bench = Bench::set().await;
    let everywhere = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let refused = serve(everywhere, Arc::clone(&bench.signer)).await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
}

#[tokio::test]
async fn the_certificate_names_this_machine_and_nothing_else() {
    let certificate = Bench::set().await.certificate().await;
    let name = certificate.subject_name().entries().next().unwrap().data().as_slice();
    assert_eq!(name, b"127.0.0.1");
    let names = certificate.subject_alt_names().unwrap();
    let dns: Vec<_> = names.iter().filter_map(|name| name.dnsname()).collect();
    let ip: Vec<_> = names.iter().filter_map(|name| name.ipaddress()).map(<[u8]>::len).collect();
    assert_eq!((dns, ip), (vec!["localhost"], vec![4, 16]));
    let other = Bench::set().await.certificate().await;
    let key = |certificate: &openssl::x509::X509| certificate.public_key().unwrap().public_key_to_der().unwrap();
    assert_ne!(key(&certificate), key(&other));
}

/// Keeps: SIG-08
#[tokio::test]
async fn a_message_beyond_the_limit_ends_its_connection_and_no_other() {
    let bench = Bench::set().await;
    let (mut page, mut other) = (bench.page().await, bench.page().await);
    // The head of a masked text frame of one octet more than is taken: nothing of it needs to be sent.
    let mut frame = vec![0x81, 0x80 | 127];
    frame.extend_from_slice(&u64::try_from(MESSAGE_MAX_BYTES + 1).unwrap().to_be_bytes());
    frame.extend_from_slice(&[0; 4]);
    page.socket.get_mut().write_all(&frame).await.unwrap();
    assert_eq!(page.hear().await, None);
    only(&other.sign(cms_of(b"1", json!({}), json!({}))).await);
    let large = vec![b'x'; 3 * 1024 * 1024];
    only(&other.sign(cms_of(&large, json!({}), json!({}))).await);
}

#[tokio::test]
async fn what_is_no_http_is_refused_within_limits() {
    let bench = Bench::set().await;
    let host = format!("Host: {}\r\n", bench.address);
    for (request, status) in [
        (format!("GET / HTTP/1.0\r\n{host}\r\n"), 400),
        (format!("GET http://127.0.0.1/ HTTP/1.1\r\n{host}\r\n"), 400),
        (format!("GET / HTTP/1.1\r\n{host}{host}\r\n"), 400),
        (format!("GET / HTTP/1.1\r\n{host}a b: c\r\n\r\n"), 400),
        (format!("GET / HTTP/1.1\r\n{host} folded\r\n\r\n"), 400),
        (format!("GET / HTTP/1.1\r\n{host}X: {}\r\n\r\n", "x".repeat(17 * 1024)), 431),
        (format!("GET / HTTP/1.1\r\n{host}{}\r\n", "X: y\r\n".repeat(65)), 400),
        (format!("POST /choose HTTP/1.1\r\n{host}Content-Length: 4097\r\n\r\n"), 413),
        (format!("POST /choose HTTP/1.1\r\n{host}Content-Length: -1\r\n\r\n"), 400),
        (format!("POST /choose HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n"), 411),
        (format!("GET /etc HTTP/1.1\r\n{host}\r\n"), 404),
        (format!("PUT /choose HTTP/1.1\r\n{host}\r\n"), 405),
        (format!("GET / HTTP/1.1\r\n{host}Upgrade: websocket\r\n\r\n"), 400),
        (
            format!(
                "GET / HTTP/1.1\r\n{host}Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n"
            ),
            400,
        ),
    ] {
        let answer = bench.http(false, &request).await;
        assert_eq!(answer.status(), status, "{request:.80}");
    }
    // Neither TLS nor HTTP.
    let mut stream = TcpStream::connect(bench.address).await.unwrap();
    stream.write_all(&[0x16, 0xff, 0xff, 0xff, 0xff, 0, 0, 0]).await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "a TLS connection that is none stays open");
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed_unheard_and_places_come_back() {
    let bench = Bench::set().await;
    let mut pages = Vec::new();
    for _ in 0..CONNECTIONS_MAX {
        pages.push(bench.page().await);
    }
    let mut beyond = TcpStream::connect(bench.address).await.unwrap();
    let mut octet = [0];
    let read = tokio::time::timeout(Duration::from_secs(5), beyond.read(&mut octet)).await.unwrap();
    assert!(matches!(read, Ok(0) | Err(_)));
    drop(pages);
    for attempt in 0.. {
        let answer = bench.get("/people", "").await;
        if !answer.0.is_empty() {
            assert_eq!(answer.status(), 200);
            break;
        }
        assert!(attempt < 50, "no place came back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
