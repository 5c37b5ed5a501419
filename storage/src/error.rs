//! What can go wrong with a blob, told apart by what the caller can do about it.

use std::fmt::Display;
use std::io;

use crate::ContentDigest;

/// Why a blob was not kept, not found or not handed out. Carries no content.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store looked and there is nothing.
    #[error("no blob is kept under {address}")]
    NotFound {
        /// Where it looked.
        address: ContentDigest,
    },
    /// What lies under the address is not what was put there. Restore it from a copy, or put the right
    /// bytes again.
    #[error("the blob under {address} is damaged: its bytes hash to {found}")]
    Corrupt {
        /// What the bytes should hash to.
        address: ContentDigest,
        /// What they hash to.
        found: ContentDigest,
    },
    /// More bytes than the caller, or [`GET_MAX_BYTES`](crate::GET_MAX_BYTES), allows.
    #[error("the blob is larger than the limit of {limit_bytes} bytes")]
    TooLarge {
        /// The limit that was passed.
        limit_bytes: u64,
    },
    /// No space or no quota. Nothing was kept; intake has to stop until there is room.
    #[error("the blob store has no room left: could not {action} {place}")]
    Full {
        /// What it was doing.
        action: &'static str,
        /// Where.
        place: String,
    },
    /// The bucket of the store is not there.
    #[error("the blob store has no such bucket: could not {action} {place}")]
    NoBucket {
        /// What it was doing.
        action: &'static str,
        /// Where.
        place: String,
    },
    /// The service knows us and says no, or doesn't know us: key, secret, policy, or a clock that is off.
    #[error("the blob store may not {action} {place}: {detail}")]
    Denied {
        /// What it was doing.
        action: &'static str,
        /// Where.
        place: String,
        /// What the service said.
        detail: String,
    },
    /// The service is there but was too busy or too slow at every attempt. Later may be better.
    #[error("the blob store is busy: could not {action} {place}: {detail}")]
    Busy {
        /// What it was doing.
        action: &'static str,
        /// Where.
        place: String,
        /// What the service said.
        detail: String,
    },
    /// The store holds the blob and may not let it go yet.
    #[error("the blob under {address} is locked until {until}")]
    Locked {
        /// Where it lies.
        address: ContentDigest,
        /// Until when, as the service tells it.
        until: String,
    },
    /// The store was asked to hold the blob and says that it holds it for less, or not at all. The blob is there.
    #[error("the store holds the blob under {address} until {found} and was asked to hold it until {asked}")]
    LockShorter {
        /// Where it lies.
        address: ContentDigest,
        /// Until when it was asked to.
        asked: String,
        /// Until when it says that it does; `never` without a lock.
        found: String,
    },
    /// The options of a store of S3 are not ones.
    #[error("the blob store cannot be addressed: {0}")]
    Options(#[from] crate::S3OptionsError),
    /// The reader given to [`put_stream`](crate::BlobStore::put_stream) failed: a fault of the one who
    /// sends, not of the store.
    #[error("the content to keep could not be read to its end: {0}")]
    Source(#[source] io::Error),
    /// Anything else the operating system refused.
    #[error("the blob store could not {action} {place}: {source}")]
    Io {
        /// What it was doing.
        action: &'static str,
        /// Where.
        place: String,
        /// What the operating system said.
        source: io::Error,
    },
}

impl StoreError {
    /// Sorts an error of the operating system: is there no room, or is it something else.
    pub(crate) fn io(action: &'static str, place: impl Display, source: io::Error) -> Self {
        let place = place.to_string();
        let kind = source.kind();
        if kind == io::ErrorKind::StorageFull || kind == io::ErrorKind::QuotaExceeded {
            return Self::Full { action, place };
        }
        Self::Io { action, place, source }
    }
}

/// Refuses bytes that don't hash to their address.
pub(crate) fn check_address(address: &ContentDigest, found: ContentDigest) -> Result<(), StoreError> {
    if found == *address { Ok(()) } else { Err(StoreError::Corrupt { address: *address, found }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_space_and_no_quota_are_full_and_nothing_else_is() {
        const ENOSPC: i32 = 28;
        const EIO: i32 = 5;
        let sort = |source| StoreError::io("write", "a draft", source);
        assert!(matches!(sort(io::Error::from_raw_os_error(ENOSPC)), StoreError::Full { .. }));
        assert!(matches!(sort(io::ErrorKind::QuotaExceeded.into()), StoreError::Full { .. }));
        assert!(matches!(sort(io::Error::from_raw_os_error(EIO)), StoreError::Io { .. }));
    }
}
