//! The body of a request as it comes, read piece by piece: whoever sends nothing for too long is cut off.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::stream::Stream;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::Sleep;

/// Octets of a stream of pieces `B`. Its time counts only while somebody waits for a piece: a slow disk of ours is not the
/// sender's fault.
///
/// Fails with [`io::ErrorKind::TimedOut`] when nothing comes for `patience`, and as the stream fails.
pub struct Incoming<S, B> {
    pieces: S,
    piece: Option<B>,
    given: usize,
    patience: Duration,
    waits: Option<Pin<Box<Sleep>>>,
}

impl<S, B> Incoming<S, B> {
    /// Will read `pieces`.
    pub fn new(pieces: S, patience: Duration) -> Self {
        Self { pieces, piece: None, given: 0, patience, waits: None }
    }
}

impl<S, B, E> Incoming<S, B>
where
    S: Stream<Item = Result<B, E>> + Unpin,
    B: AsRef<[u8]> + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Option<B>>> {
        if let Poll::Ready(piece) = Pin::new(&mut self.pieces).poll_next(context) {
            self.waits = None;
            return Poll::Ready(piece.transpose().map_err(io::Error::other));
        }
        let patience = self.patience;
        let waits = self.waits.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        ready!(waits.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S, B, E> AsyncRead for Incoming<S, B>
where
    S: Stream<Item = Result<B, E>> + Unpin,
    B: AsRef<[u8]> + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            let rest = this.piece.as_ref().and_then(|piece| piece.as_ref().get(this.given..)).unwrap_or_default();
            if !rest.is_empty() {
                let count = rest.len().min(buffer.remaining());
                buffer.put_slice(rest.get(..count).unwrap_or_default());
                this.given += count;
                return Poll::Ready(Ok(()));
            }
            match ready!(this.poll_piece(context))? {
                Some(piece) => (this.piece, this.given) = (Some(piece), 0),
                None => return Poll::Ready(Ok(())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use futures_util::stream::{self, StreamExt as _};
    use tokio::io::AsyncReadExt as _;

    type Piece = Result<&'static [u8], io::Error>;

    fn reads<S: Stream<Item = Piece> + Unpin>(pieces: S) -> io::Result<Vec<u8>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let mut all = Vec::new();
            Incoming::new(pieces, Duration::from_millis(20)).read_to_end(&mut all).await.map(|_| all)
        })
    }

    #[test]
    fn pieces_of_any_size_are_read_in_order() {
        let pieces: [Piece; 4] = [Ok(b"ab"), Ok(b""), Ok(b"c"), Ok(b"def")];
        assert_eq!(reads(stream::iter(pieces)).unwrap(), b"abcdef");
        assert_eq!(reads(stream::iter([])).unwrap(), b"");
    }

    #[test]
    fn who_sends_nothing_for_too_long_is_cut_off_and_a_broken_stream_is_no_end() {
        let first = stream::iter([Piece::Ok(b"ab")]);
        assert_eq!(reads(first.chain(stream::pending())).unwrap_err().kind(), io::ErrorKind::TimedOut);
        let cut = stream::iter([Piece::Ok(b"ab"), Err(io::ErrorKind::ConnectionReset.into())]);
        assert!(reads(cut).is_err());
    }
}
