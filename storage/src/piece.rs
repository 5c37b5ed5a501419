//! What disk and S3 share: taking an upload in piece by piece, and work that blocks.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

use crate::StoreError;

/// What is read before it is written; with its copy in the reader's own buffers all that an upload holds.
pub(crate) const PIECE_BYTES: u64 = 256 * 1024;

pub(crate) enum Ended {
    Yes,
    No,
}

/// Fills `piece` anew and takes its length from `left_bytes`; `None` when more came than was left.
pub(crate) async fn read_piece<R>(
    reader: &mut R,
    piece: &mut Vec<u8>,
    left_bytes: &mut u64,
) -> Result<Option<Ended>, StoreError>
where
    R: AsyncRead + Unpin + Send,
{
    piece.clear();
    let mut limited = reader.take(PIECE_BYTES);
    limited.read_to_end(piece).await.map_err(StoreError::Source)?;
    let missing = limited.limit();
    let Some(left) = left_bytes.checked_sub(PIECE_BYTES - missing) else {
        return Ok(None);
    };
    *left_bytes = left;
    Ok(Some(if missing > 0 { Ended::Yes } else { Ended::No }))
}

/// Runs `work` where it may block; `place` is named should it be stopped.
pub(crate) async fn blocking<T, W>(place: &'static str, work: W) -> Result<T, StoreError>
where
    T: Send + 'static,
    W: FnOnce() -> Result<T, StoreError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(stopped) => Err(StoreError::io("finish its work on", place, io::Error::other(stopped))),
    }
}
