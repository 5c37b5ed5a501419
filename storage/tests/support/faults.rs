//! A proxy that does to chosen requests what networks and busy services do.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of one request.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    Passes,
    /// Is answered with this status and code, and never reaches the server.
    Refused(u16, &'static str),
    /// The connection ends before an answer, after the request was carried out.
    AnswerLost,
    /// The connection ends after so many bytes of the body.
    BodyCut(usize),
    /// Nothing comes for so long.
    Stalls(Duration),
    /// A bit of the body changes on the way to the server.
    ChangedUp,
    /// A bit of the body changes on the way back.
    ChangedDown,
    /// The first words turn into the second, of the same length, in the body on its way to the server.
    Retold(&'static str, &'static str),
}

/// A request as the proxy sees it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub target: String,
}

type Plan = dyn Fn(usize, &Seen) -> Fate + Send + Sync;

/// Stands before the server at its own address.
pub struct FaultProxy {
    pub endpoint: String,
    plan: Arc<Mutex<Box<Plan>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl FaultProxy {
    /// A proxy before `endpoint` that lets everything pass.
    pub async fn before(endpoint: &str) -> Self {
        let server = endpoint.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let plan: Arc<Mutex<Box<Plan>>> = Arc::new(Mutex::new(Box::new(|_, _| Fate::Passes)));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (plans, log) = (Arc::clone(&plan), Arc::clone(&seen));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, plans, log) = (server.clone(), Arc::clone(&plans), Arc::clone(&log));
                tokio::spawn(async move {
                    // Whoever hangs up early is not waited for.
                    drop(carry(client, &server, &plans, &log).await);
                });
            }
        });
        Self { endpoint, plan, seen }
    }

    /// From here on `plan` decides, told how many requests came before; the count begins anew.
    pub fn set(&self, plan: impl Fn(usize, &Seen) -> Fate + Send + Sync + 'static) {
        self.seen.lock().unwrap().clear();
        *self.plan.lock().unwrap() = Box::new(plan);
    }

    /// The requests since the plan was set.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

/// One request and its answer; then the connection ends, so that each request is seen.
async fn carry(
    mut client: TcpStream,
    server: &str,
    plan: &Mutex<Box<Plan>>,
    log: &Mutex<Vec<Seen>>,
) -> std::io::Result<()> {
    let (head, mut body) = read_request(&mut client).await?;
    let mut words = head.lines().next().unwrap_or_default().split(' ').map(str::to_owned);
    let seen = Seen { method: words.next().unwrap_or_default(), target: words.next().unwrap_or_default() };
    let before = {
        let mut log = log.lock().unwrap();
        log.push(seen.clone());
        log.len() - 1
    };
    let fate = plan.lock().unwrap()(before, &seen);
    match fate {
        Fate::Refused(status, code) => {
            let text = format!("<Error><Code>{code}</Code><Message>as planned</Message></Error>");
            let length = text.len();
            let answer = format!("HTTP/1.1 {status} No\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}");
            return client.write_all(answer.as_bytes()).await;
        }
        Fate::Stalls(time) => tokio::time::sleep(time).await,
        Fate::ChangedUp => {
            let middle = body.len() / 2;
            body[middle] ^= 1;
        }
        Fate::Retold(from, to) => {
            let at = body.windows(from.len()).position(|octets| octets == from.as_bytes()).unwrap();
            body[at..at + from.len()].copy_from_slice(to.as_bytes());
        }
        Fate::Passes | Fate::AnswerLost | Fate::BodyCut(_) | Fate::ChangedDown => {}
    }
    let mut upstream = TcpStream::connect(server).await?;
    upstream.write_all(head.replacen("\r\n", "\r\nConnection: close\r\n", 1).as_bytes()).await?;
    upstream.write_all(&body).await?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).await?;
    let body_at = answer.windows(4).position(|four| four == b"\r\n\r\n").map_or(answer.len(), |at| at + 4);
    match fate {
        Fate::AnswerLost => return Ok(()),
        Fate::BodyCut(after) => answer.truncate((body_at + after).min(answer.len())),
        Fate::ChangedDown => {
            let middle = (body_at + answer.len()) / 2;
            answer[middle] ^= 1;
        }
        Fate::Passes | Fate::Refused(..) | Fate::Stalls(_) | Fate::ChangedUp | Fate::Retold(..) => {}
    }
    client.write_all(&answer).await?;
    client.shutdown().await
}

async fn read_request(client: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut read = Vec::new();
    let head_ends = loop {
        if let Some(at) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if client.read_buf(&mut read).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    };
    let head = String::from_utf8(read[..head_ends].to_vec()).unwrap();
    let mut body = read.split_off(head_ends);
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
    });
    while body.len() < length.unwrap_or(0) {
        if client.read_buf(&mut body).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok((head, body))
}
