//! Envelopes of any size in constant memory: a few chunks, whatever the content.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

use super::chunks::{CHUNK_BYTES, Chunks, HEADER_BYTES, Place, SEALED_CHUNK_BYTES};
use super::{ContentKey, EnvelopeError, SecureRandom};
use crate::{ContentDigest, ContentHasher};

/// What went into an envelope, or came out of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plaintext {
    /// Its SHA-256.
    pub digest: ContentDigest,
    /// Its size.
    pub size_bytes: u64,
}

/// Reads plaintext from `R` and gives the envelope around it.
///
/// Fails as `R` fails, and with [`io::ErrorKind::FileTooLarge`] where [`EnvelopeError::TooLong`] applies.
pub struct SealReader<R> {
    plaintext: R,
    chunks: Chunks,
    seen: Seen,
    incoming: Incoming,
    outgoing: Outgoing,
}

impl<R: AsyncRead + Unpin> SealReader<R> {
    /// Will seal all that `plaintext` gives under `key`. The rules for keys are those of
    /// [`seal`](super::seal).
    pub fn new(key: &ContentKey, plaintext: R, random: &mut dyn SecureRandom) -> Self {
        let chunks = Chunks::seal_under(key, random);
        let outgoing = Outgoing::of(chunks.header().to_vec());
        Self { plaintext, chunks, seen: Seen::default(), incoming: Incoming::new(), outgoing }
    }

    /// What was sealed.
    ///
    /// # Errors
    /// [`EnvelopeError::Unfinished`] before the end of the envelope has been read.
    pub fn finish(self) -> Result<Plaintext, EnvelopeError> {
        self.outgoing.finish(self.seen)
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // One byte past the chunk tells whether another follows: the last one is sealed as the last.
        let filled = self.incoming.poll_fill(context, &mut self.plaintext, CHUNK_BYTES);
        let place = ready!(filled)?;
        let mut chunk = self.incoming.take(CHUNK_BYTES);
        self.seen.take(&chunk);
        self.chunks.seal(place, &mut chunk)?;
        self.outgoing.give(chunk, place);
        Poll::Ready(Ok(()))
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for SealReader<R> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.outgoing.is_empty() && !this.outgoing.ended {
            ready!(this.poll_chunk(context))?;
        }
        this.outgoing.pour(buffer);
        Poll::Ready(Ok(()))
    }
}

/// Reads an envelope from `R` and gives the plaintext in it, chunk by chunk as each is authenticated.
///
/// Fails as `R` fails, and with [`io::ErrorKind::InvalidData`] that carries an [`EnvelopeError`] where
/// [`open`](super::open) would. That an envelope was cut off shows only at its end, so what was given is
/// the whole plaintext only after a clean end. An envelope refused once stays refused.
pub struct OpenReader<R> {
    envelope: R,
    state: Opening,
    seen: Seen,
    incoming: Incoming,
    outgoing: Outgoing,
}

enum Opening {
    Header(ContentKey),
    Chunks(Chunks),
    Refused(EnvelopeError),
}

impl<R: AsyncRead + Unpin> OpenReader<R> {
    /// Will open the envelope that `envelope` gives with `key`.
    pub fn new(key: ContentKey, envelope: R) -> Self {
        Self {
            envelope,
            state: Opening::Header(key),
            seen: Seen::default(),
            incoming: Incoming::new(),
            outgoing: Outgoing::of(Vec::new()),
        }
    }

    /// What was opened, to be compared with what was sealed.
    ///
    /// # Errors
    /// [`EnvelopeError::Unfinished`] before the end of the plaintext has been read.
    pub fn finish(self) -> Result<Plaintext, EnvelopeError> {
        self.ended()
    }

    /// As [`finish`](Self::finish), by a reader that is still held.
    ///
    /// # Errors
    /// [`EnvelopeError::Unfinished`] before the end of the plaintext has been read.
    pub fn ended(&self) -> Result<Plaintext, EnvelopeError> {
        self.outgoing.finish(self.seen.clone())
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let wanted = match self.state {
            Opening::Header(_) => HEADER_BYTES,
            Opening::Chunks(_) => SEALED_CHUNK_BYTES,
            Opening::Refused(error) => return Poll::Ready(Err(error.into())),
        };
        let filled = self.incoming.poll_fill(context, &mut self.envelope, wanted);
        let place = ready!(filled)?;
        let taken = self.incoming.take(wanted);
        if let Err(error) = self.take(taken, place) {
            self.state = Opening::Refused(error);
            return Poll::Ready(Err(error.into()));
        }
        Poll::Ready(Ok(()))
    }

    fn take(&mut self, mut taken: Vec<u8>, place: Place) -> Result<(), EnvelopeError> {
        match &mut self.state {
            Opening::Header(key) => {
                let (chunks, _) = Chunks::open_with(key, &taken)?;
                self.state = Opening::Chunks(chunks);
            }
            Opening::Chunks(chunks) => {
                chunks.open(place, &mut taken)?;
                self.seen.take(&taken);
                self.outgoing.give(taken, place);
            }
            Opening::Refused(error) => return Err(*error),
        }
        Ok(())
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for OpenReader<R> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.outgoing.is_empty() && !this.outgoing.ended {
            ready!(this.poll_chunk(context))?;
        }
        this.outgoing.pour(buffer);
        Poll::Ready(Ok(()))
    }
}

/// What passed by as plaintext.
#[derive(Clone, Default)]
struct Seen {
    hasher: ContentHasher,
    size_bytes: u64,
}

impl Seen {
    fn take(&mut self, plaintext: &[u8]) {
        self.hasher.update(plaintext);
        // Chunks run out of numbers long before this could overflow.
        let size_bytes = u64::try_from(plaintext.len()).unwrap_or(u64::MAX);
        self.size_bytes = self.size_bytes.saturating_add(size_bytes);
    }
}

/// Bytes read from below: at most a sealed chunk and one byte that belongs to the next.
struct Incoming {
    room: Vec<u8>,
    filled: usize,
    /// Nothing comes after what is filled; a reader that has ended is not asked again.
    ended: bool,
}

impl Incoming {
    fn new() -> Self {
        Self { room: vec![0; SEALED_CHUNK_BYTES + 1], filled: 0, ended: false }
    }

    /// Reads until there is one byte more than `wanted` or nothing is left: tells which it was. May be
    /// called again after [`Poll::Pending`]; nothing is lost.
    fn poll_fill<R: AsyncRead + Unpin>(
        &mut self,
        context: &mut Context<'_>,
        reader: &mut R,
        wanted: usize,
    ) -> Poll<io::Result<Place>> {
        while self.filled <= wanted {
            if self.ended {
                return Poll::Ready(Ok(Place::Last));
            }
            let free = self.room.get_mut(self.filled..=wanted);
            let mut buffer = ReadBuf::new(free.unwrap_or_default());
            ready!(Pin::new(&mut *reader).poll_read(context, &mut buffer))?;
            let read = buffer.filled().len();
            self.ended = read == 0;
            self.filled += read;
        }
        Poll::Ready(Ok(Place::Inner))
    }

    /// Up to `wanted` bytes; what was read beyond them stays for the next call.
    fn take(&mut self, wanted: usize) -> Vec<u8> {
        let filled = self.room.get(..self.filled).unwrap_or_default();
        let (taken, _) = filled.split_at_checked(wanted).unwrap_or((filled, &[]));
        // Room for a tag, so that sealing doesn't move the chunk.
        let mut chunk = Vec::with_capacity(SEALED_CHUNK_BYTES);
        chunk.extend_from_slice(taken);
        self.room.copy_within(chunk.len()..self.filled, 0);
        self.filled -= chunk.len();
        chunk
    }
}

/// Bytes ready to be given.
struct Outgoing {
    bytes: Vec<u8>,
    given: usize,
    /// Nothing comes after `bytes`.
    ended: bool,
}

impl Outgoing {
    fn of(bytes: Vec<u8>) -> Self {
        Self { bytes, given: 0, ended: false }
    }

    fn is_empty(&self) -> bool {
        self.given == self.bytes.len()
    }

    fn give(&mut self, bytes: Vec<u8>, place: Place) {
        self.bytes = bytes;
        self.given = 0;
        self.ended = place == Place::Last;
    }

    fn pour(&mut self, buffer: &mut ReadBuf<'_>) {
        let rest = self.bytes.get(self.given..).unwrap_or_default();
        let count = rest.len().min(buffer.remaining());
        buffer.put_slice(rest.get(..count).unwrap_or_default());
        self.given += count;
    }

    fn finish(&self, seen: Seen) -> Result<Plaintext, EnvelopeError> {
        if !self.ended || !self.is_empty() {
            return Err(EnvelopeError::Unfinished);
        }
        Ok(Plaintext { digest: seen.hasher.finish(), size_bytes: seen.size_bytes })
    }
}
