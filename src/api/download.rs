//! Files on their way to whoever asks: held ones at once, large ones piece by piece as he takes them, whole or one range of
//! them. Nothing wrong leaves: each piece is authenticated, the last one leaves when all of them fit what was signed, and
//! what does not fit cuts the connection before that.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use qolhat_storage::envelope::OpenReader;
use qolhat_storage::{BlobReader, ContentDigest};
use tokio::io::AsyncReadExt as _;

use super::problem::ApiError;
use crate::operations::Fault;
use crate::operations::read_document::{FileOctets, OpenedFile};

/// What is read and handed on at once.
const PIECE_BYTES: usize = 64 * 1024;

/// Octets to be saved. The name is written by RFC 8187, so that no character of it can end the header.
pub fn download(bytes: Vec<u8>, media_type: &'static str, name: &str) -> Response {
    saved(([(header::CONTENT_TYPE, media_type)], bytes).into_response(), name)
}

fn saved(mut response: Response, name: &str) -> Response {
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{encoded}")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// Which octets of a file are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Whole,
    /// From the first on, so many; never none.
    Range {
        first: u64,
        count: u64,
    },
    /// None that the file has.
    Nothing,
}

impl Asked {
    /// What `Range` asks of a file of `size` bytes. Several ranges, other units and what does not read are passed over, as is
    /// a range of another version of the file. Source: RFC 9110 §14.2, §13.1.5.
    fn of(headers: &HeaderMap, size: u64, etag: &str) -> Self {
        let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let is_of_this = text(header::IF_RANGE).is_none_or(|wanted| wanted == etag);
        let range = text(header::RANGE).filter(|_| is_of_this);
        range
            .and_then(|range| range.strip_prefix("bytes="))
            .and_then(|spec| Self::parse(spec, size))
            .unwrap_or(Self::Whole)
    }

    fn parse(spec: &str, size: u64) -> Option<Self> {
        let number = |text: &str| {
            (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| text.parse().unwrap_or(u64::MAX))
        };
        let (first, last) = spec.trim().split_once('-')?;
        let (first, last) = match (first, last) {
            ("", last) => (size.saturating_sub(number(last)?), if number(last)? == 0 { 0 } else { size }),
            (first, "") => (number(first)?, size),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                if last < first {
                    return None;
                }
                (first, last.saturating_add(1).min(size))
            }
        };
        Some(match last.checked_sub(first) {
            Some(count) if count > 0 => Self::Range { first, count },
            Some(_) | None => Self::Nothing,
        })
    }
}

/// The answer with a file of a document, always as a download: what a client sent is never shown as ours.
///
/// # Errors
/// A fault of the store, as far as it shows before the first octet leaves.
pub async fn file(headers: &HeaderMap, opened: OpenedFile) -> Result<Response, ApiError> {
    let OpenedFile { row, octets } = opened;
    let size = u64::try_from(row.size_bytes).unwrap_or_default();
    let etag = format!("\"{}\"", row.sha256.to_hex());
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|one| matches!(one.trim(), "*") || one.trim() == etag)) {
        return Ok(with(StatusCode::NOT_MODIFIED.into_response(), &etag));
    }
    let (status, first, count) = match Asked::of(headers, size, &etag) {
        Asked::Whole => (StatusCode::OK, 0, size),
        Asked::Range { first, count } => (StatusCode::PARTIAL_CONTENT, first, count),
        Asked::Nothing => {
            let range = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            return Ok(with((StatusCode::RANGE_NOT_SATISFIABLE, range).into_response(), &etag));
        }
    };
    let body = match octets {
        FileOctets::Held(octets) => held(octets, first, count)?,
        FileOctets::Read(reader) => read(*reader, (size, row.sha256), first, count).await?,
    };
    let headers =
        [(header::CONTENT_TYPE, "application/octet-stream".to_owned()), (header::CONTENT_LENGTH, count.to_string())];
    let mut response = (status, headers, body).into_response();
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {first}-{}/{size}", first.saturating_add(count).saturating_sub(1));
        if let Ok(range) = HeaderValue::from_str(&range) {
            response.headers_mut().insert(header::CONTENT_RANGE, range);
        }
    }
    Ok(with(saved(response, &row.name), &etag))
}

fn with(mut response: Response, etag: &str) -> Response {
    response.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

fn held(octets: Vec<u8>, first: u64, count: u64) -> Result<Body, ApiError> {
    let octets = Bytes::from(octets);
    let first = usize::try_from(first).unwrap_or(usize::MAX);
    let end = first.saturating_add(usize::try_from(count).unwrap_or(usize::MAX));
    if octets.get(first..end).is_none() {
        return Err(Fault::Inconsistent("a file has another size than its row says".to_owned()).into());
    }
    Ok(Body::from(octets.slice(first..end)))
}

/// A file that nobody holds, while it is handed out.
struct Reading {
    reader: OpenReader<BlobReader>,
    size: u64,
    sha256: ContentDigest,
    /// Octets read so far.
    at: u64,
    /// Octets still to be handed out.
    left: u64,
}

/// The octets from `first` on, `count` of them. The first piece is read before it answers: what cannot be read at all is a
/// fault that is told.
async fn read(
    reader: OpenReader<BlobReader>,
    (size, sha256): (u64, ContentDigest),
    first: u64,
    count: u64,
) -> Result<Body, ApiError> {
    let mut reading = Reading { reader, size, sha256, at: 0, left: count };
    let start = match reading.skip(first).await {
        Ok(()) => reading.next().await,
        Err(error) => Err(error),
    };
    let Some((piece, reading)) = start.map_err(Fault::Inconsistent)? else { return Ok(Body::empty()) };
    let rest = stream::try_unfold(Ok(reading), |reading: Result<Reading, String>| async {
        reading?.next().await.map(|next| next.map(|(piece, reading)| (piece, Ok(reading)))).map_err(|error| {
            tracing::error!(error = %error, "a file is cut off on its way out");
            error
        })
    });
    let whole = stream::StreamExt::chain(stream::once(std::future::ready(Ok::<_, String>(piece))), rest);
    Ok(Body::from_stream(whole))
}

impl Reading {
    /// Authenticates what lies before the range and lets it go.
    async fn skip(&mut self, first: u64) -> Result<(), String> {
        while self.at < first {
            let most = usize::try_from(first - self.at).unwrap_or(usize::MAX).min(PIECE_BYTES);
            if self.piece(most).await?.is_empty() {
                return Err("it ends before the range".to_owned());
            }
        }
        Ok(())
    }

    async fn piece(&mut self, most: usize) -> Result<Vec<u8>, String> {
        let mut piece = vec![0; most];
        let count = self.reader.read(&mut piece).await.map_err(|error| error.to_string())?;
        piece.truncate(count);
        self.at = self.at.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        Ok(piece)
    }

    async fn next(mut self) -> Result<Option<(Bytes, Self)>, String> {
        if self.left == 0 {
            return Ok(None);
        }
        let piece = self.piece(usize::try_from(self.left).unwrap_or(usize::MAX).min(PIECE_BYTES)).await?;
        if piece.is_empty() {
            return Err("it ends too early".to_owned());
        }
        self.left = self.left.saturating_sub(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if self.at == self.size {
            self.must_be_whole().await?;
        }
        Ok(Some((piece.into(), self)))
    }

    /// That all that was read is what was signed. After it nothing is left to read.
    async fn must_be_whole(&mut self) -> Result<(), String> {
        if !self.piece(1).await?.is_empty() {
            return Err("it goes on past its end".to_owned());
        }
        let found = self.reader.ended().map_err(|error| error.to_string())?;
        if (found.size_bytes, found.digest) != (self.size, self.sha256) {
            return Err(format!("it hashes to {}", found.digest));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &'static str) -> Asked {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static(range));
        Asked::of(&headers, 100, "\"e\"")
    }

    #[test]
    fn one_range_is_read_and_what_is_none_is_passed_over() {
        for (range, first, count) in [
            ("bytes=0-0", 0, 1),
            ("bytes=10-19", 10, 10),
            ("bytes=90-", 90, 10),
            ("bytes=90-1000", 90, 10),
            ("bytes=-1", 99, 1),
            ("bytes=-1000", 0, 100),
            ("bytes=0-99999999999999999999999", 0, 100),
        ] {
            assert_eq!(asked(range), Asked::Range { first, count }, "{range}");
        }
        for range in ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999999-"] {
            assert_eq!(asked(range), Asked::Nothing, "{range}");
        }
        for range in ["bytes=5-4", "bytes=", "bytes=-", "bytes=0-1,3-4", "bytes=+1-2", "items=0-1", "bytes=a-b", "0-1"]
        {
            assert_eq!(asked(range), Asked::Whole, "{range}");
        }
    }

    #[test]
    fn a_range_of_another_version_is_passed_over() {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static("bytes=1-2"));
        headers.insert(header::IF_RANGE, HeaderValue::from_static("\"e\""));
        assert_eq!(Asked::of(&headers, 100, "\"e\""), Asked::Range { first: 1, count: 2 });
        assert_eq!(Asked::of(&headers, 100, "\"other\""), Asked::Whole);
    }
}
