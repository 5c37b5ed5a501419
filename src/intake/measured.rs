//! A file of any size looked at while it passes by: its digests and its first octets.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use qolhat_pki::digest::{DigestAlgorithm, Digests, Hasher};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::task::JoinHandle;

/// What is read before it is hashed: twice as much is held.
const PIECE_BYTES: usize = 256 * 1024;
/// First octets that are kept.
pub const HEAD_BYTES: usize = 256;

/// Gives what `R` gives, and hashes it on the way: each algorithm on a thread where it hinders nobody, while the piece goes
/// on. Holds two pieces, whatever the size.
pub struct Measured<R> {
    source: R,
    next: Piece,
    piece: Arc<Piece>,
    given: usize,
    ended: bool,
    hashers: Vec<Hasher>,
    hashing: VecDeque<JoinHandle<Hasher>>,
    head: Vec<u8>,
}

/// Room for a piece, and how much of it is filled.
struct Piece {
    room: Vec<u8>,
    filled: usize,
}

impl Piece {
    fn new() -> Self {
        Self { room: vec![0; PIECE_BYTES], filled: 0 }
    }

    fn octets(&self) -> &[u8] {
        self.room.get(..self.filled).unwrap_or_default()
    }
}

/// What was seen of a file.
#[derive(Debug)]
pub struct Seen {
    /// Its digests.
    pub digests: Digests,
    /// Its first octets, at most [`HEAD_BYTES`].
    pub head: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Measured<R> {
    /// Will hash what `source` gives under each of `algorithms`.
    pub fn new(source: R, algorithms: &[DigestAlgorithm]) -> Self {
        let wanted = DigestAlgorithm::ALL.into_iter().filter(|algorithm| algorithms.contains(algorithm));
        Self {
            source,
            next: Piece::new(),
            piece: Arc::new(Piece::new()),
            given: 0,
            ended: false,
            hashers: wanted.map(Hasher::new).collect(),
            hashing: VecDeque::new(),
            head: Vec::new(),
        }
    }

    /// What was seen, when it has given its end; of less, otherwise.
    #[must_use]
    pub fn finish(self) -> Seen {
        Seen { digests: self.hashers.into_iter().map(Hasher::finish).collect(), head: self.head }
    }

    /// Reads the next piece whole; it is empty at the end.
    fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.next.filled < PIECE_BYTES {
            let free = self.next.room.get_mut(self.next.filled..).unwrap_or_default();
            let mut buffer = ReadBuf::new(free);
            ready!(Pin::new(&mut self.source).poll_read(context, &mut buffer))?;
            let count = buffer.filled().len();
            if count == 0 {
                break;
            }
            self.next.filled += count;
        }
        Poll::Ready(Ok(()))
    }

    /// Waits until the piece before is hashed.
    fn poll_hashed(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(hashing) = self.hashing.front_mut() {
            let hasher = ready!(Pin::new(hashing).poll(context)).map_err(io::Error::other)?;
            self.hashing.pop_front();
            self.hashers.push(hasher);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_fill(context))?;
        ready!(self.poll_hashed(context))?;
        // Nobody hashes the piece before any more: its room is used again.
        let mut spent = Piece::new();
        std::mem::swap(&mut spent, &mut self.next);
        let before = std::mem::replace(&mut self.piece, Arc::new(spent));
        if let Ok(before) = Arc::try_unwrap(before) {
            self.next = Piece { filled: 0, ..before };
        }
        self.given = 0;
        self.ended = self.piece.filled == 0;
        if self.ended {
            return Poll::Ready(Ok(()));
        }
        let missing = HEAD_BYTES.saturating_sub(self.head.len());
        self.head.extend(self.piece.octets().iter().take(missing));
        for mut hasher in self.hashers.drain(..) {
            let piece = Arc::clone(&self.piece);
            let hash = move || {
                hasher.update(piece.octets());
                hasher
            };
            self.hashing.push_back(tokio::task::spawn_blocking(hash));
        }
        Poll::Ready(Ok(()))
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Measured<R> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.given == this.piece.filled && !this.ended {
            ready!(this.poll_piece(context))?;
        }
        let rest = this.piece.octets().get(this.given..).unwrap_or_default();
        let count = rest.len().min(buffer.remaining());
        buffer.put_slice(rest.get(..count).unwrap_or_default());
        this.given += count;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio::io::AsyncReadExt as _;

    #[tokio::test]
    async fn what_passes_by_is_unchanged_and_its_digests_are_those_of_the_whole() {
        let algorithms = [DigestAlgorithm::Sha256, DigestAlgorithm::Streebog512, DigestAlgorithm::Gost34311];
        for size in [0, 1, HEAD_BYTES, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES + 17] {
            let whole: Vec<u8> = (0..size).map(|place| u8::try_from(place % 251).unwrap()).collect();
            let mut measured = Measured::new(whole.as_slice(), &algorithms);

            let mut passed = Vec::new();
            measured.read_to_end(&mut passed).await.unwrap();

            let seen = measured.finish();
            assert!(passed == whole, "{size}");
            for algorithm in algorithms {
                assert_eq!(seen.digests.get(algorithm), Some(&algorithm.digest(&whole)), "{algorithm} of {size}");
            }
            assert_eq!((seen.digests.iter().count(), seen.head.len()), (3, size.min(HEAD_BYTES)));
        }
    }
}
