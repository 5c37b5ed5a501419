//! Reading an object of any size through a small pipe, over connections that may be cut.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use reqwest::{Response, StatusCode};
use s3::command::Command;
use tokio::io::ReadBuf;
use tokio::sync::mpsc;

use super::Inner;
use super::fault::Fault;
use super::wire::{Ask, Tries};

/// Pieces that wait for the reader.
const PIPE_PIECES: usize = 2;
/// So much has to come before the attempts are counted anew.
const PROGRESS_BYTES: u64 = 8 * 1024 * 1024;

/// The bytes of one object as they come; an error ends them.
pub(crate) struct Piped {
    pieces: mpsc::Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    given: usize,
}

impl Piped {
    /// Gives what `response`, the answer for the whole object under `key`, brings. A connection that is cut is made
    /// again from where it ended.
    pub(super) fn new(inner: Arc<Inner>, key: String, response: Response) -> Self {
        Self::of_version(inner, key, None, response)
    }

    /// The same of one version of the object.
    pub(super) fn of_version(inner: Arc<Inner>, key: String, version: Option<String>, response: Response) -> Self {
        let (sender, pieces) = mpsc::channel(PIPE_PIECES);
        tokio::spawn(async move {
            if let Err(fault) = pump(&inner, (&key, version.as_deref()), response, &sender).await {
                let error = io::Error::other(fault.during("read", key));
                // Nobody waits for it when the reader is gone.
                drop(sender.send(Err(error)).await);
            }
        });
        Self { pieces, piece: Vec::new(), given: 0 }
    }

    pub(crate) fn poll_read(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        while self.given == self.piece.len() {
            match ready!(Pin::new(&mut self.pieces).poll_recv(context)) {
                Some(Ok(piece)) => {
                    self.piece = piece;
                    self.given = 0;
                }
                Some(Err(error)) => return Poll::Ready(Err(error)),
                None => return Poll::Ready(Ok(())),
            }
        }
        let rest = self.piece.get(self.given..).unwrap_or_default();
        let count = rest.len().min(buffer.remaining());
        buffer.put_slice(rest.get(..count).unwrap_or_default());
        self.given += count;
        Poll::Ready(Ok(()))
    }
}

async fn pump(
    inner: &Inner,
    object: (&str, Option<&str>),
    mut response: Response,
    sender: &mpsc::Sender<io::Result<Vec<u8>>>,
) -> Result<(), Fault> {
    let whole_bytes = response.content_length();
    let mut come_bytes = 0_u64;
    let mut tries = Tries::new(inner.wire.patience());
    let mut since_fault_bytes = 0_u64;
    loop {
        let fault = match inner.wire.next_piece(&mut response).await {
            Ok(Some(piece)) => {
                let count = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                come_bytes = come_bytes.saturating_add(count);
                since_fault_bytes = since_fault_bytes.saturating_add(count);
                if sender.send(Ok(piece)).await.is_err() {
                    return Ok(());
                }
                continue;
            }
            Ok(None) if whole_bytes.is_none_or(|whole| come_bytes >= whole) => return Ok(()),
            Ok(None) => Fault::Cut("the body ended too early".to_owned()),
            Err(fault) => fault,
        };
        if since_fault_bytes >= PROGRESS_BYTES {
            tries = Tries::new(inner.wire.patience());
        }
        since_fault_bytes = 0;
        tries.after(fault).await?;
        if whole_bytes == Some(come_bytes) {
            return Ok(());
        }
        response = resume(inner, object, come_bytes).await?;
    }
}

async fn resume(inner: &Inner, object: (&str, Option<&str>), start: u64) -> Result<Response, Fault> {
    let (key, version) = object;
    if start == 0 {
        return inner.wire.open(Ask::new(key, Command::GetObject).with_version(version)).await;
    }
    let range = Ask::new(key, Command::GetObjectRange { start, end: None }).with_version(version);
    let response = inner.wire.open(range).await?;
    // A service that knows no ranges begins anew, and the hash would tell a damage that is none.
    if response.status() != StatusCode::PARTIAL_CONTENT {
        return Err(Fault::Malformed("a part of an object was asked for, and the whole came".to_owned()));
    }
    Ok(response)
}
