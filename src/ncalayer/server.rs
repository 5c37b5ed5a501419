//! Connections: with TLS or without, a WebSocket or one question over HTTP, and who is turned away.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use openssl::ssl::Ssl;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_openssl::SslStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::http::{self, Head, ReadError, Reply};
use super::{CONNECTIONS_MAX, Origin, PATIENCE_SECONDS, Signer, origin, page, socket, tls};
use crate::i18n;

/// Longest time for one step of a connection that is not a WebSocket yet.
pub(super) const PATIENCE: Duration = Duration::from_secs(PATIENCE_SECONDS);
/// Rest after a failed accept: descriptors may have run out.
const ACCEPT_REST: Duration = Duration::from_millis(50);
/// The version of the protocol. Source: RFC 6455 §4.1.
const WEBSOCKET_VERSION: &str = "13";
/// Octets of the key of a WebSocket handshake. Source: RFC 6455 §4.1.
const WEBSOCKET_KEY_BYTES: usize = 16;

/// Answers on `listener` until the future is dropped; connections end with it.
///
/// # Errors
/// `InvalidInput` when the listener is not on loopback: the signer asks nobody.
pub async fn serve(listener: TcpListener, signer: Arc<Signer>) -> io::Result<()> {
    if !listener.local_addr()?.ip().is_loopback() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the signer listens on loopback only"));
    }
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) if peer.ip().is_loopback() => {
                    let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
                    let signer = Arc::clone(&signer);
                    connections.spawn(async move {
                        connection(stream, &signer).await;
                        drop(place);
                    });
                }
                Ok(_) => {}
                Err(_) => tokio::time::sleep(ACCEPT_REST).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Whatever fails here ends the connection and nothing else.
async fn connection(stream: TcpStream, signer: &Arc<Signer>) {
    let _ = stream.set_nodelay(true);
    let mut first = [0_u8; 1];
    if !matches!(timeout(PATIENCE, stream.peek(&mut first)).await, Ok(Ok(1))) {
        return;
    }
    if first != [tls::FIRST_OCTET] {
        return talk(stream, false, signer).await;
    }
    let Ok(ssl) = Ssl::new(&signer.tls) else { return };
    let Ok(mut stream) = SslStream::new(ssl, stream) else { return };
    if matches!(timeout(PATIENCE, std::pin::Pin::new(&mut stream).accept()).await, Ok(Ok(()))) {
        talk(stream, true, signer).await;
    }
}

/// What a request turned out to be.
enum Asked {
    /// A WebSocket, with the answer to its key and the octets that came early.
    Socket(String, Vec<u8>),
    /// A question with this answer.
    Answered(Reply),
}

async fn talk<S>(mut stream: S, over_tls: bool, signer: &Arc<Signer>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let asked = match timeout(PATIENCE, ask(&mut stream, over_tls, signer)).await {
        Ok(Ok(asked)) => asked,
        Ok(Err(ReadError::Refused(status))) => {
            Asked::Answered(Reply::sentence(status, "This is not a request that is served here."))
        }
        Ok(Err(ReadError::Io(_))) | Err(_) => return,
    };
    match asked {
        Asked::Answered(reply) => {
            let _ = timeout(PATIENCE, reply.send(&mut stream)).await;
        }
        Asked::Socket(accept, early) => {
            let head = format!(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                 Sec-WebSocket-Accept: {accept}\r\n\r\n"
            );
            if matches!(timeout(PATIENCE, stream.write_all(head.as_bytes())).await, Ok(Ok(()))) {
                socket::converse(stream, early, signer).await;
            }
        }
    }
}

async fn ask<S: AsyncRead + Unpin>(stream: &mut S, over_tls: bool, signer: &Signer) -> Result<Asked, ReadError> {
    let (head, rest) = http::read_head(stream).await?;
    let language = page::language(&head);
    let refused = |key: &str| Ok(Asked::Answered(Reply::sentence(403, &i18n::text(language, key, &[]))));
    // A name that somebody else's DNS points here is not ours: the browser would take his pages for this one.
    if !head.header("host").is_some_and(origin::is_loopback_host) {
        return refused("ncalayer-refused-host");
    }
    if head.has_word("upgrade", "websocket") {
        if !may_ask(&head, signer) {
            return refused("ncalayer-refused-origin");
        }
        return Ok(match accept_key(&head) {
            Some(accept) => Asked::Socket(accept, rest),
            None => Asked::Answered(Reply::sentence(400, &i18n::text(language, "ncalayer-refused-upgrade", &[]))),
        });
    }
    if head.method != "GET" && !is_own_page(&head, over_tls) {
        return refused("ncalayer-refused-form");
    }
    let body = http::read_body(stream, rest, head.body_len()?).await?;
    Ok(Asked::Answered(page::answer(&head, &body, language, signer)))
}

/// Programs write no origin; pages cannot leave it out.
fn may_ask(head: &Head, signer: &Signer) -> bool {
    let Some(origin) = head.header("origin") else { return true };
    let allowed = |origin: &Origin| origin.is_loopback() || signer.options.allowed_origins.contains(origin);
    Origin::parse(origin).is_ok_and(|origin| allowed(&origin))
}

/// Whether a form comes from the chooser itself, or from a program.
fn is_own_page(head: &Head, over_tls: bool) -> bool {
    let host = head.header("host").unwrap_or_default();
    let own = |origin: &str| Origin::parse(origin).is_ok_and(|origin| origin.is_of(host, over_tls));
    head.header("origin").is_none_or(own) && head.header("sec-fetch-site").is_none_or(|site| site == "same-origin")
}

/// The answer to the key of a WebSocket handshake; `None` when it is not one of RFC 6455.
fn accept_key(head: &Head) -> Option<String> {
    let key = head.header("sec-websocket-key")?;
    let is_key = BASE64_STANDARD.decode(key).is_ok_and(|octets| octets.len() == WEBSOCKET_KEY_BYTES);
    let fits = head.method == "GET"
        && head.has_word("connection", "upgrade")
        && head.header("sec-websocket-version") == Some(WEBSOCKET_VERSION);
    (is_key && fits).then(|| derive_accept_key(key.as_bytes()))
}
