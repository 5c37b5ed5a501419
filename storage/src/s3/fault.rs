//! What goes wrong on the wire, told apart by what to do about it.

use std::io;

use reqwest::StatusCode;

use super::answers::Refusal;
use crate::StoreError;

/// Why a request has no answer.
#[derive(Debug)]
pub(super) enum Fault {
    /// The service said no.
    Refused(StatusCode, Refusal),
    /// No connection, or one that ended too early.
    Cut(String),
    /// It took longer than the patience of one attempt.
    Slow,
    /// An answer that is none.
    Malformed(String),
    /// A request that could not be made.
    Unsendable(String),
}

impl Fault {
    /// Whether another attempt may go better.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Cut(_) | Self::Slow => true,
            Self::Refused(status, refusal) => {
                matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504) || refusal.is_damage_on_the_way()
            }
            Self::Malformed(_) | Self::Unsendable(_) => false,
        }
    }

    /// The service looked and there is nothing. A status alone does not say so: a missing bucket has the same.
    pub(super) fn is_no_such_key(&self) -> bool {
        matches!(self, Self::Refused(StatusCode::NOT_FOUND, refusal)
            if refusal.is("NoSuchKey") || refusal.is("NoSuchVersion"))
    }

    /// The service doesn't know this kind of request.
    pub(super) fn is_not_offered(&self) -> bool {
        matches!(self, Self::Refused(status, refusal)
            if matches!(status.as_u16(), 405 | 501) || refusal.is("NotImplemented"))
    }

    pub(super) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused(status, _) => Some(*status),
            Self::Cut(_) | Self::Slow | Self::Malformed(_) | Self::Unsendable(_) => None,
        }
    }

    /// The error of the store: what was being done and where.
    pub(super) fn during(self, action: &'static str, place: impl Into<String>) -> StoreError {
        let place = place.into();
        let detail = self.to_string();
        match self {
            Self::Refused(_, refusal) if refusal.is("NoSuchBucket") => StoreError::NoBucket { action, place },
            Self::Refused(status, refusal) if status.as_u16() == 507 || refusal.is_full() => {
                StoreError::Full { action, place }
            }
            Self::Refused(status, _) if matches!(status.as_u16(), 401 | 403) => {
                StoreError::Denied { action, place, detail }
            }
            Self::Refused(status, _) if matches!(status.as_u16(), 429 | 503) => {
                StoreError::Busy { action, place, detail }
            }
            Self::Slow => StoreError::Busy { action, place, detail },
            Self::Refused(..) | Self::Cut(_) | Self::Malformed(_) | Self::Unsendable(_) => {
                StoreError::Io { action, place, source: io::Error::other(detail) }
            }
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(status, refusal) => {
                write!(f, "the service answered {}", status.as_u16())?;
                for part in [&refusal.code, &refusal.message] {
                    if !part.is_empty() {
                        write!(f, " {part}")?;
                    }
                }
                Ok(())
            }
            Self::Cut(detail) => write!(f, "no connection, or it was cut: {detail}"),
            Self::Slow => f.write_str("the service did not answer in time"),
            Self::Malformed(detail) => write!(f, "the answer is not one of S3: {detail}"),
            Self::Unsendable(detail) => write!(f, "the request could not be made: {detail}"),
        }
    }
}
