//! Reading a blob of any size without holding it.

use std::io::{self, Cursor};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

use crate::error::check_address;
use crate::s3::Piped;
use crate::{ContentDigest, ContentHasher, StoreError};

/// Gives the bytes of one blob and hashes them on the way.
///
/// Where the end of the blob should be, a damaged one fails with [`io::ErrorKind::InvalidData`] that
/// carries [`StoreError::Corrupt`] instead of reporting the end. So a caller that treats bytes as proven
/// only after a clean end is safe; one that must act earlier reads through an
/// [`OpenReader`](crate::envelope::OpenReader), which authenticates chunk by chunk.
pub struct BlobReader {
    address: ContentDigest,
    bytes: Bytes,
    hasher: ContentHasher,
}

enum Bytes {
    File(File),
    Memory(Cursor<Vec<u8>>),
    Remote(Piped),
}

impl BlobReader {
    pub(crate) fn of_file(address: ContentDigest, file: std::fs::File) -> Self {
        Self::new(address, Bytes::File(File::from_std(file)))
    }

    pub(crate) fn of_memory(address: ContentDigest, bytes: Vec<u8>) -> Self {
        Self::new(address, Bytes::Memory(Cursor::new(bytes)))
    }

    pub(crate) fn of_remote(address: ContentDigest, bytes: Piped) -> Self {
        Self::new(address, Bytes::Remote(bytes))
    }

    fn new(address: ContentDigest, bytes: Bytes) -> Self {
        Self { address, bytes, hasher: ContentHasher::new() }
    }

    /// Reads what is left and answers with the number of bytes it was.
    pub(crate) async fn drain(mut self) -> Result<u64, StoreError> {
        let mut piece = Vec::with_capacity(DRAIN_PIECE_BYTES);
        let mut size_bytes = 0;
        loop {
            piece.clear();
            let read = self.read_buf(&mut piece).await;
            match read.map(u64::try_from) {
                Ok(Ok(0)) => return Ok(size_bytes),
                Ok(Ok(count)) => size_bytes += count,
                Ok(Err(_)) => return Err(self.failed(io::ErrorKind::FileTooLarge.into())),
                Err(error) => return Err(self.failed(error)),
            }
        }
    }

    /// What an error of reading from here says of the blob.
    #[must_use]
    pub fn failed(&self, error: io::Error) -> StoreError {
        error.downcast::<StoreError>().unwrap_or_else(|error| StoreError::io("read the blob", self.address, error))
    }
}

const DRAIN_PIECE_BYTES: usize = 256 * 1024;

impl AsyncRead for BlobReader {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // With no room in the buffer, "nothing read" would look like the end.
        if buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        ready!(match &mut this.bytes {
            Bytes::File(file) => Pin::new(file).poll_read(context, buffer),
            Bytes::Memory(cursor) => Pin::new(cursor).poll_read(context, buffer),
            Bytes::Remote(piped) => piped.poll_read(context, buffer),
        })?;
        match buffer.filled().get(before..) {
            Some(read) if !read.is_empty() => this.hasher.update(read),
            _ => check_address(&this.address, this.hasher.clone().finish())
                .map_err(|corrupt| io::Error::new(io::ErrorKind::InvalidData, corrupt))?,
        }
        Poll::Ready(Ok(()))
    }
}
