//! As much of HTTP/1.1 as one request on one connection needs: a head read within limits, an answer, the end.
//! Source: RFC 9112 §2 to §6.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// Largest request line with headers, in bytes.
pub const HEAD_MAX_BYTES: usize = 16 * 1024;
/// Most headers of a request.
pub const HEADERS_MAX: usize = 64;
/// Largest body: a form of the chooser, in bytes.
pub const BODY_MAX_BYTES: usize = 4 * 1024;
/// Octets read at once.
const CHUNK_BYTES: usize = 2 * 1024;
const HEAD_END: &[u8] = b"\r\n\r\n";
/// Headers of which a second one would mean something else to somebody.
const SINGLE: [&str; 5] = ["host", "origin", "content-length", "sec-websocket-key", "sec-fetch-site"];

/// Request line and headers.
#[derive(Debug, Clone)]
pub struct Head {
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// What follows `?`.
    pub query: String,
    headers: Vec<(String, String)>,
}

/// Why there is no request.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The connection ended.
    #[error("the connection ended: {0}")]
    Io(#[from] std::io::Error),
    /// Not a request, or beyond a limit; the status to answer.
    #[error("not a request that is served here")]
    Refused(u16),
}

impl Head {
    /// The value of the only header of this name, which is given in lower case; the first where several are allowed.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a header that lists words has this one.
    #[must_use]
    pub fn has_word(&self, name: &str, word: &str) -> bool {
        let named = self.headers.iter().filter(|(known, _)| known == name);
        named.flat_map(|(_, value)| value.split(',')).any(|found| found.trim().eq_ignore_ascii_case(word))
    }

    /// Octets of the body that follows.
    ///
    /// # Errors
    /// `Refused` for a body in pieces or one beyond [`BODY_MAX_BYTES`].
    pub fn body_len(&self) -> Result<usize, ReadError> {
        if self.header("transfer-encoding").is_some() {
            return Err(ReadError::Refused(411));
        }
        let Some(length) = self.header("content-length") else { return Ok(0) };
        let digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
        let length: usize = length.parse().ok().filter(|_| digits).ok_or(ReadError::Refused(400))?;
        if length > BODY_MAX_BYTES { Err(ReadError::Refused(413)) } else { Ok(length) }
    }
}

/// Reads a head; answers it with the octets that came after it.
///
/// # Errors
/// [`ReadError`].
pub async fn read_head<S: AsyncRead + Unpin>(stream: &mut S) -> Result<(Head, Vec<u8>), ReadError> {
    let mut bytes = Vec::new();
    loop {
        let end = find(&bytes, HEAD_END);
        if end.unwrap_or(bytes.len()) > HEAD_MAX_BYTES {
            return Err(ReadError::Refused(431));
        }
        if let Some(end) = end {
            let rest = bytes.split_off(end.saturating_add(HEAD_END.len()));
            bytes.truncate(end);
            return Ok((parse(&bytes).ok_or(ReadError::Refused(400))?, rest));
        }
        read_chunk(stream, &mut bytes).await?;
    }
}

/// The body of `length` octets, `begun` of which are here already.
///
/// # Errors
/// [`ReadError::Io`].
pub async fn read_body<S: AsyncRead + Unpin>(
    stream: &mut S,
    mut begun: Vec<u8>,
    length: usize,
) -> Result<Vec<u8>, ReadError> {
    while begun.len() < length {
        read_chunk(stream, &mut begun).await?;
    }
    begun.truncate(length);
    Ok(begun)
}

async fn read_chunk<S: AsyncRead + Unpin>(stream: &mut S, bytes: &mut Vec<u8>) -> Result<(), std::io::Error> {
    let mut chunk = [0_u8; CHUNK_BYTES];
    let read = stream.read(&mut chunk).await?;
    if read == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    bytes.extend_from_slice(chunk.get(..read).unwrap_or_default());
    Ok(())
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn parse(head: &[u8]) -> Option<Head> {
    let text = std::str::from_utf8(head).ok()?;
    let mut lines = text.split("\r\n");
    let mut line = lines.next()?.split(' ');
    let (Some(method), Some(target), Some("HTTP/1.1"), None) = (line.next(), line.next(), line.next(), line.next())
    else {
        return None;
    };
    let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
    if !is_method || !target.starts_with('/') || !target.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let headers = lines.map(header_line).collect::<Option<Vec<_>>>()?;
    let doubled = |name: &&str| headers.iter().filter(|(known, _)| known == name).count() > 1;
    if headers.len() > HEADERS_MAX || SINGLE.iter().any(doubled) {
        return None;
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Some(Head { method: method.to_owned(), path: path.to_owned(), query: query.to_owned(), headers })
}

/// Name in lower case and value; a line that goes on with white space is refused like any other that is no header.
fn header_line(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let is_plain = !name.is_empty() && name.bytes().all(token) && !value.chars().any(|c| c.is_control() && c != '\t');
    is_plain.then(|| (name.to_ascii_lowercase(), value.trim().to_owned()))
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    media_type: &'static str,
    body: Vec<u8>,
    location: Option<String>,
}

impl Reply {
    /// What was asked for.
    #[must_use]
    pub fn ok(media_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, media_type, body: body.into(), location: None }
    }

    /// A sentence with a status.
    #[must_use]
    pub fn sentence(status: u16, sentence: &str) -> Self {
        let body = format!("{sentence}\n").into_bytes();
        Self { status, media_type: "text/plain; charset=utf-8", body, location: None }
    }

    /// Look there.
    #[must_use]
    pub fn see_other(location: String) -> Self {
        Self { status: 303, media_type: "text/plain; charset=utf-8", body: Vec::new(), location: Some(location) }
    }

    /// Sends the answer and ends the connection.
    ///
    /// # Errors
    /// When the connection fails.
    pub async fn send<S: AsyncWrite + Unpin>(&self, stream: &mut S) -> Result<(), std::io::Error> {
        let mut head = format!(
            "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{SECURITY}",
            self.status,
            reason(self.status),
            self.media_type,
            self.body.len()
        );
        if let Some(location) = &self.location {
            head.push_str(&format!("Location: {location}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&self.body).await?;
        stream.flush().await?;
        stream.shutdown().await
    }
}

/// Headers of every answer. With `no-referrer` browsers would send the forms of the page itself with the origin `null`.
const SECURITY: &str = "Connection: close\r\n\
    Cache-Control: no-store\r\n\
    Content-Security-Policy: default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'\r\n\
    Cross-Origin-Opener-Policy: same-origin\r\n\
    Cross-Origin-Resource-Policy: same-origin\r\n\
    Referrer-Policy: same-origin\r\n\
    X-Content-Type-Options: nosniff\r\n\
    X-Frame-Options: DENY\r\n";

const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        303 => "See Other",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        411 => "Length Required",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        _ => "Error",
    }
}
