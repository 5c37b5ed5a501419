//! Lists that were fetched, each the newest good one from its address. A download takes the place of the list at hand
//! only when it is whole, signed by a known CA and not older; otherwise the one at hand stays, and why is logged.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use qolhat_pki::certificate::Certificate;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::random::SecureRandom;
use qolhat_pki::time::{Moment, Span};

use super::shelf::Shelf;
use super::web::{Came, Question, Validators, Web, What};
use super::{CRL_MAX_BYTES, FetchError};

/// Longest wait for a whole list, in seconds. The national one has 21 MB.
pub const LIST_TIMEOUT_SECONDS: u64 = 60;
/// A list whose server does not say whether it changed is not fetched anew within so many seconds.
pub const ASK_AGAIN_SECONDS: i64 = 60;
/// Most addresses whose lists are held.
pub const LISTS_MAX: usize = 16;
/// How far in the future a list may have been made, in seconds: a list of next year would keep out all of this one.
const FUTURE_MAX_SECONDS: i64 = 300;

/// Which list is expected at an address.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind<'a> {
    /// One that says everything.
    Full,
    /// One that says what changed since this one.
    DeltaTo(&'a CertificateList),
}

/// Why a list is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It is cut short, or is no list.
    Malformed,
    /// No known CA signed it.
    NotSignedByAKnownCa,
    /// It is older than the one at hand.
    Older,
    /// It is dated in the future.
    FromTheFuture,
    /// It says only what changed, where everything is wanted.
    IsDelta,
    /// It is no delta, or none to the full list at hand.
    NoDeltaToTheBase,
}

impl Unfit {
    /// The stable code, as in logs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NotSignedByAKnownCa => "not-signed-by-a-known-ca",
            Self::Older => "older",
            Self::FromTheFuture => "from-the-future",
            Self::IsDelta => "is-delta",
            Self::NoDeltaToTheBase => "no-delta-to-the-base",
        }
    }
}

/// A list with what tells it from the next one.
#[derive(Debug, Clone)]
struct Held {
    list: CertificateList,
    validators: Validators,
}

/// What is known of one address.
#[derive(Debug, Default)]
struct Slot {
    held: Option<Held>,
    asked_at: Option<Moment>,
    /// The shelf was looked at.
    looked: bool,
}

/// The lists held. A copy shares them.
#[derive(Debug, Clone)]
pub(super) struct Lists {
    slots: Arc<Mutex<Slots>>,
    shelf: Option<Shelf>,
}

#[derive(Debug, Default)]
struct Slots {
    by_url: HashMap<String, (Arc<tokio::sync::Mutex<Slot>>, u64)>,
    /// Counts uses: the address not used for the longest gives way.
    uses: u64,
}

impl Slots {
    /// The place of `url`; who has it locked is the only one who asks there.
    fn of(&mut self, url: &str) -> Arc<tokio::sync::Mutex<Slot>> {
        self.uses = self.uses.saturating_add(1);
        if !self.by_url.contains_key(url) && self.by_url.len() >= LISTS_MAX {
            let oldest = self.by_url.iter().min_by_key(|(_, (_, used))| *used).map(|(url, _)| url.clone());
            oldest.and_then(|url| self.by_url.remove(&url));
        }
        let (slot, used) = self.by_url.entry(url.to_owned()).or_default();
        *used = self.uses;
        Arc::clone(slot)
    }
}

impl Lists {
    pub(super) fn new(shelf: Option<Shelf>) -> Self {
        Self { slots: Arc::default(), shelf }
    }

    /// The newest list at `url` that one of `signers` signed: what comes now, else the one at hand, however old it is.
    /// Whoever comes while another waits for the same list waits with him.
    ///
    /// # Errors
    /// [`FetchError`] when there is none.
    pub(super) async fn newest(
        &self,
        web: &Web,
        url: &str,
        kind: Kind<'_>,
        signers: &[Certificate],
        now: Moment,
        rng: &mut (dyn SecureRandom + Send),
    ) -> Result<CertificateList, FetchError> {
        let slot = self.slots.lock().unwrap_or_else(PoisonError::into_inner).of(url);
        let mut slot = slot.lock().await;
        if !slot.looked {
            slot.held = self.read_shelf(url, signers).await;
            slot.looked = true;
        }
        // The clock went back: what is kept is no measure for what comes.
        slot.held = slot.held.take().filter(|held| !is_from_the_future(&held.list, now));
        if let Some(held) = slot.held.as_ref().filter(|held| !is_due(held, slot.asked_at, now)) {
            return fitting(held, kind, url);
        }
        let nothing = Validators::default();
        let known = slot.held.as_ref().map_or(&nothing, |held| &held.validators);
        let what = What::Object(known);
        let question = Question { url, what, limit_bytes: CRL_MAX_BYTES, timeout_seconds: LIST_TIMEOUT_SECONDS };
        let failed = match web.ask(&question, rng).await {
            Ok(Came::NotModified) => None,
            Ok(Came::Octets(octets, validators)) => match judge(octets, kind, signers, slot.held.as_ref(), now).await {
                Ok(list) => {
                    self.to_shelf(url, &list, &validators).await;
                    slot.held = Some(Held { list, validators });
                    None
                }
                Err(unfit) => Some(FetchError::Unfit { url: url.to_owned(), why: unfit }),
            },
            Err(error) => Some(error),
        };
        slot.asked_at = Some(now);
        match (slot.held.as_ref(), failed) {
            (Some(held), failed) => {
                if let Some(error) = failed {
                    let code = error.code();
                    tracing::warn!(responder.error = %error, responder.code = code, "the list at hand stays");
                }
                fitting(held, kind, url)
            }
            (None, Some(error)) => Err(error),
            (None, None) => Err(FetchError::Unfit { url: url.to_owned(), why: Unfit::Malformed }),
        }
    }

    async fn read_shelf(&self, url: &str, signers: &[Certificate]) -> Option<Held> {
        let (shelf, url, signers) = (self.shelf.clone()?, url.to_owned(), signers.to_vec());
        let read = move || {
            let (octets, validators) = shelf.take(&url)?;
            let list = CertificateList::from_octets(octets.into_boxed_slice()).ok();
            let held = list.filter(|list| is_signed(list, &signers)).map(|list| Held { list, validators });
            if held.is_none() {
                tracing::warn!(responder.url = url, "a kept list is not one of a known CA any more");
            }
            held
        };
        tokio::task::spawn_blocking(read).await.ok().flatten()
    }

    async fn to_shelf(&self, url: &str, list: &CertificateList, validators: &Validators) {
        let Some(shelf) = self.shelf.clone() else { return };
        let (url, list, validators) = (url.to_owned(), list.clone(), validators.clone());
        let written = tokio::task::spawn_blocking(move || shelf.put(&url, list.der(), &validators)).await;
        if let Ok(Err(error)) = written {
            tracing::warn!(file.error = %error, "a list cannot be kept in the folder; it is held in memory");
        }
    }
}

/// Whether the server is to be asked.
fn is_due(held: &Held, asked_at: Option<Moment>, now: Moment) -> bool {
    // A question about a list that did not change costs next to nothing.
    let Some(asked_at) = asked_at.filter(|_| held.validators.is_empty()) else { return true };
    let waited = now.seconds_since(asked_at);
    let ended = held.list.next_update().is_none_or(|next| next <= now);
    ended || !(0..ASK_AGAIN_SECONDS).contains(&waited)
}

/// The list at hand, if it is still of the kind wanted: a base may have gone past its delta.
fn fitting(held: &Held, kind: Kind<'_>, url: &str) -> Result<CertificateList, FetchError> {
    match must_be(kind, &held.list) {
        Ok(()) => Ok(held.list.clone()),
        Err(why) => Err(FetchError::Unfit { url: url.to_owned(), why }),
    }
}

/// Reads and judges what came, on a thread where it hinders nobody.
async fn judge(
    octets: Vec<u8>,
    kind: Kind<'_>,
    signers: &[Certificate],
    held: Option<&Held>,
    now: Moment,
) -> Result<CertificateList, Unfit> {
    let (signers, held) = (signers.to_vec(), held.map(|held| held.list.clone()));
    let read = move || {
        let list = CertificateList::from_octets(octets.into_boxed_slice()).map_err(|error| {
            tracing::debug!(list.error = %error, "not a revocation list");
            Unfit::Malformed
        })?;
        must_be_signed(&list, &signers)?;
        must_be_of_now(&list, held.as_ref(), now)?;
        Ok(list)
    };
    let list = tokio::task::spawn_blocking(read).await.map_err(|_| Unfit::Malformed)??;
    must_be(kind, &list)?;
    Ok(list)
}

fn must_be_signed(list: &CertificateList, signers: &[Certificate]) -> Result<(), Unfit> {
    if is_signed(list, signers) { Ok(()) } else { Err(Unfit::NotSignedByAKnownCa) }
}

fn is_signed(list: &CertificateList, signers: &[Certificate]) -> bool {
    signers.iter().filter(|ca| ca.subject() == list.issuer()).any(|ca| list.verify_signed_by(ca).is_ok())
}

fn must_be_of_now(new: &CertificateList, held: Option<&CertificateList>, now: Moment) -> Result<(), Unfit> {
    if is_from_the_future(new, now) {
        return Err(Unfit::FromTheFuture);
    }
    let Some(held) = held else { return Ok(()) };
    // Numbers count within one issuer; its key may change and the count begin anew only with a new name.
    let counts_back = new.issuer() == held.issuer()
        && matches!((new.crl_number(), held.crl_number()), (Some(new), Some(held)) if new < held);
    if new.this_update() < held.this_update() || counts_back { Err(Unfit::Older) } else { Ok(()) }
}

fn is_from_the_future(list: &CertificateList, now: Moment) -> bool {
    now.checked_add(Span::seconds(FUTURE_MAX_SECONDS)).is_some_and(|latest| list.this_update() > latest)
}

fn must_be(kind: Kind<'_>, list: &CertificateList) -> Result<(), Unfit> {
    match kind {
        Kind::Full if list.is_delta() => Err(Unfit::IsDelta),
        Kind::DeltaTo(base) if !base.is_base_of(list) => Err(Unfit::NoDeltaToTheBase),
        Kind::Full | Kind::DeltaTo(_) => Ok(()),
    }
}
