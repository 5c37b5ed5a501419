//! Checkpoints: the size and root of the log, signed as a note (C2SP signed-note, tlog-checkpoint). Pure.
//!
//! The note's key is Ed25519 and its name is the log's origin. What an outsider needs in order to check a
//! checkpoint is the verifier key alone: `origin+hash+base64`.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use openssl::pkey::{Id, PKey};
use signed_note::{Note, NoteError, Signer as _, StandardSigner, StandardVerifier, Verifier as _, VerifierList};
use tlog_tiles::checkpoint::Checkpoint as NoteText;
use tlog_tiles::tlog::Hash;
use zeroize::Zeroizing;

use super::inbox_key::InboxKey;
use super::subjects::Pseudonyms;
use super::vrf::VrfSecretKey;

/// Longest note that is read: a checkpoint with a hundred cosignatures fits.
pub const NOTE_MAX_BYTES: usize = 32 * 1024;
/// Longest origin.
pub const ORIGIN_MAX_BYTES: usize = 128;

const ED25519_NOTE_TYPE: u8 = 1;

/// A note that is no checkpoint of the expected log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Longer than [`NOTE_MAX_BYTES`], or not a signed note with a checkpoint in it.
    #[error("not a signed checkpoint")]
    Malformed,
    /// The verifier key itself cannot be read.
    #[error("not a verifier key")]
    VerifierKey,
    /// No signature by the expected key.
    #[error("not signed by the log's key")]
    NotSigned,
    /// A signature by the expected key that does not hold.
    #[error("the signature of the log's key does not hold")]
    WrongSignature,
    /// Signed by the expected key, but for another log.
    #[error("a checkpoint of another log: {0}")]
    OtherLog(String),
}

/// How large the log was and what its root was, as the log's key has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Merkle root over them.
    pub root: [u8; 32],
}

impl Checkpoint {
    /// Reads a signed note and checks it with `verifier_key` (`name+hash+base64`). Further signatures, of
    /// witnesses, are allowed and not judged.
    /// # Errors
    /// [`CheckpointError`].
    pub fn open(note: &str, verifier_key: &str) -> Result<Self, CheckpointError> {
        if note.len() > NOTE_MAX_BYTES {
            return Err(CheckpointError::Malformed);
        }
        let verifier = StandardVerifier::new(verifier_key).map_err(|_| CheckpointError::VerifierKey)?;
        let origin = verifier.name().to_owned();
        let note = Note::from_bytes(note.as_bytes()).map_err(|_| CheckpointError::Malformed)?;
        note.verify(&VerifierList::new(vec![Box::new(verifier)])).map_err(|error| match error {
            NoteError::InvalidSignature { .. } => CheckpointError::WrongSignature,
            NoteError::MalformedNote
            | NoteError::InvalidSigner
            | NoteError::MismatchedVerifier
            | NoteError::UnverifiedNote
            | NoteError::VerificationError(_)
            | NoteError::SignatureError(_) => CheckpointError::NotSigned,
        })?;
        let text = NoteText::from_bytes(note.text()).map_err(|_| CheckpointError::Malformed)?;
        if text.origin() != origin {
            return Err(CheckpointError::OtherLog(text.origin().to_owned()));
        }
        Ok(Checkpoint { origin, size: text.size(), root: text.hash().0 })
    }

    /// The text that is signed, and whose SHA-256 is time-stamped.
    /// # Errors
    /// `Malformed` when the origin is empty.
    pub fn to_text(&self) -> Result<Vec<u8>, CheckpointError> {
        NoteText::new(&self.origin, self.size, Hash(self.root), "")
            .map(|text| text.to_bytes())
            .map_err(|_| CheckpointError::Malformed)
    }
}

/// The text part of a signed note: what is signed, and what an RFC 3161 token is taken over.
#[must_use]
pub fn signed_text(note: &str) -> Option<&[u8]> {
    let (text, _) = note.rsplit_once("\n\n")?;
    note.as_bytes().get(..=text.len())
}

/// The note with the log's own signature alone: lines of strangers are anybody's to add, and may fill it to its limit.
/// `None` for what [`Checkpoint::open`] refuses.
#[must_use]
pub fn with_own_signature(note: &str, verifier_key: &str) -> Option<String> {
    let (text, signatures) = note.rsplit_once("\n\n")?;
    signatures
        .lines()
        .map(|line| format!("{text}\n\n{line}\n"))
        .find(|alone| Checkpoint::open(alone, verifier_key).is_ok())
}

/// First line of the text that links a checkpoint to the one before.
const LINK_TITLE: &str = "qolhat-checkpoint-link/v1";

/// The text by which the log's key says that the checkpoint of `size` came right after that of `previous`; 0 for the
/// first. It can never be taken for a checkpoint: its second line is no number.
fn link_text(origin: &str, size: u64, previous: u64) -> String {
    format!("{LINK_TITLE}\n{origin}\n{size} {previous}\n")
}

/// Whether `link` is that text, signed by `verifier_key`.
#[must_use]
pub(super) fn links(link: &str, verifier_key: &str, origin: &str, size: u64, previous: u64) -> bool {
    if link.len() > NOTE_MAX_BYTES {
        return false;
    }
    let (Ok(verifier), Ok(note)) = (StandardVerifier::new(verifier_key), Note::from_bytes(link.as_bytes())) else {
        return false;
    };
    note.text() == link_text(origin, size, previous).as_bytes()
        && note.verify(&VerifierList::new(vec![Box::new(verifier)])).is_ok()
}

/// The name of `verifier_key`, and the text of a note signed by it.
/// # Errors
/// [`CheckpointError`].
pub fn open_text(note: &str, verifier_key: &str) -> Result<(String, String), CheckpointError> {
    if note.len() > NOTE_MAX_BYTES {
        return Err(CheckpointError::Malformed);
    }
    let verifier = StandardVerifier::new(verifier_key).map_err(|_| CheckpointError::VerifierKey)?;
    let name = verifier.name().to_owned();
    let note = Note::from_bytes(note.as_bytes()).map_err(|_| CheckpointError::Malformed)?;
    note.verify(&VerifierList::new(vec![Box::new(verifier)])).map_err(|_| CheckpointError::NotSigned)?;
    let text = String::from_utf8(note.text().to_vec()).map_err(|_| CheckpointError::Malformed)?;
    Ok((name, text))
}

/// Keys that cannot be used for a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Empty, too long, or with white space, a plus sign or control characters.
    #[error("an origin is 1 to {ORIGIN_MAX_BYTES} bytes without white space and plus signs")]
    Origin,
    /// Not an Ed25519 note key.
    #[error("not an Ed25519 note key")]
    Key,
}

/// Whose log this is: its origin, the key that signs its checkpoints and the key of its pseudonyms; and the key under which
/// its processes put events into the inbox, derived from the first.
#[derive(Clone)]
pub struct LogIdentity {
    pub(super) origin: String,
    pub(super) pseudonyms: Pseudonyms,
    pub(super) inbox_key: InboxKey,
    signer: StandardSigner,
    verifier_key: String,
}

impl std::fmt::Debug for LogIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LogIdentity({})", self.verifier_key)
    }
}

impl LogIdentity {
    /// An identity from the 32 secret bytes of an Ed25519 key.
    /// # Errors
    /// [`IdentityError`].
    pub fn from_seed(origin: &str, seed: &[u8; 32], pseudonym_key: [u8; 32]) -> Result<Self, IdentityError> {
        let clean = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
        if origin.is_empty() || origin.len() > ORIGIN_MAX_BYTES || !origin.chars().all(clean) {
            return Err(IdentityError::Origin);
        }
        let public = PKey::private_key_from_raw_bytes(seed, Id::ED25519)
            .and_then(|key| key.raw_public_key())
            .map_err(|_| IdentityError::Key)?;
        let public = [&[ED25519_NOTE_TYPE][..], &public].concat();
        let secret = Zeroizing::new([&[ED25519_NOTE_TYPE][..], seed].concat());
        let id = signed_note::key_id(origin, &public);
        let note_key = Zeroizing::new(format!("PRIVATE+KEY+{origin}+{id:08x}+{}", BASE64_STANDARD.encode(&*secret)));
        Ok(LogIdentity {
            origin: origin.to_owned(),
            pseudonyms: Pseudonyms::new(VrfSecretKey::from_seed(&Zeroizing::new(pseudonym_key))),
            inbox_key: InboxKey::derive(seed, origin),
            signer: StandardSigner::new(&note_key).map_err(|_| IdentityError::Key)?,
            verifier_key: format!("{origin}+{id:08x}+{}", BASE64_STANDARD.encode(&public)),
        })
    }

    /// An identity from a note key in its text form `PRIVATE+KEY+origin+hash+base64`.
    /// # Errors
    /// [`IdentityError`].
    pub fn from_note_key(note_key: &str, pseudonym_key: [u8; 32]) -> Result<Self, IdentityError> {
        let signer = StandardSigner::new(note_key).map_err(|_| IdentityError::Key)?;
        let encoded = note_key.splitn(5, '+').nth(4).ok_or(IdentityError::Key)?;
        let secret = Zeroizing::new(BASE64_STANDARD.decode(encoded).map_err(|_| IdentityError::Key)?);
        let seed = secret.strip_prefix(&[ED25519_NOTE_TYPE]).and_then(|seed| <[u8; 32]>::try_from(seed).ok());
        let seed = Zeroizing::new(seed.ok_or(IdentityError::Key)?);
        Self::from_seed(signer.name(), &seed, pseudonym_key)
    }

    /// The log's name.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The public key in its text form `origin+hash+base64`.
    #[must_use]
    pub fn verifier_key(&self) -> &str {
        &self.verifier_key
    }

    /// Signs the size and root of the log as a note.
    pub(super) fn sign(&self, size: u64, root: [u8; 32]) -> Result<String, CheckpointError> {
        let checkpoint = Checkpoint { origin: self.origin.clone(), size, root };
        self.sign_note(&checkpoint.to_text()?)
    }

    /// Signs that the checkpoint of `size` came right after that of `previous`.
    pub(super) fn sign_link(&self, size: u64, previous: u64) -> Result<String, CheckpointError> {
        self.sign_text(&link_text(&self.origin, size, previous))
    }

    /// Signs another text than a checkpoint as a note: what binds an extract to this log.
    /// # Errors
    /// `Malformed` when the text could be read as a checkpoint, or is no text of a note: UTF-8 without control
    /// characters, ending in a line feed.
    pub fn sign_text(&self, text: &str) -> Result<String, CheckpointError> {
        if NoteText::from_bytes(text.as_bytes()).is_ok() {
            return Err(CheckpointError::Malformed);
        }
        self.sign_note(text.as_bytes())
    }

    fn sign_note(&self, text: &[u8]) -> Result<String, CheckpointError> {
        let mut note = Note::new(text, &[]).map_err(|_| CheckpointError::Malformed)?;
        note.add_sigs(&[&self.signer]).map_err(|_| CheckpointError::NotSigned)?;
        String::from_utf8(note.to_bytes()).map_err(|_| CheckpointError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn identity(origin: &str, seed: u8) -> LogIdentity {
        LogIdentity::from_seed(origin, &[seed; 32], [0; 32]).unwrap()
    }

    #[test]
    fn a_signed_checkpoint_is_opened_with_the_verifier_key_alone() {
        let identity = identity("log.example/1", 1);
        let note = identity.sign(257, [5; 32]).unwrap();

        let checkpoint = Checkpoint::open(&note, identity.verifier_key()).unwrap();

        assert_eq!(checkpoint, Checkpoint { origin: "log.example/1".to_owned(), size: 257, root: [5; 32] });
        assert_eq!(signed_text(&note).unwrap(), checkpoint.to_text().unwrap());
    }

    #[test]
    fn a_checkpoint_with_any_byte_changed_is_refused() {
        let identity = identity("log.example/1", 1);
        let note = identity.sign(257, [5; 32]).unwrap();
        for at in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            *bytes.get_mut(at).unwrap() ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            assert!(Checkpoint::open(&changed, identity.verifier_key()).is_err(), "byte {at}");
        }
        for at in 0..note.len() {
            if let Some(cut) = note.get(..at) {
                assert!(Checkpoint::open(cut, identity.verifier_key()).is_err(), "cut at {at}");
            }
        }
    }

    #[test]
    fn a_checkpoint_by_another_key_or_of_another_log_is_refused() {
        let ours = identity("log.example/1", 1);
        let stranger = identity("log.example/1", 2);
        let note = stranger.sign(1, [0; 32]).unwrap();
        assert_eq!(Checkpoint::open(&note, ours.verifier_key()), Err(CheckpointError::NotSigned));

        // Our key under our name, over a text that names another origin.
        let mut text = Checkpoint { origin: "log.example/2".to_owned(), size: 1, root: [0; 32] }.to_text().unwrap();
        let mut note = Note::new(&text, &[]).unwrap();
        note.add_sigs(&[&ours.signer]).unwrap();
        let note = String::from_utf8(note.to_bytes()).unwrap();
        assert!(matches!(Checkpoint::open(&note, ours.verifier_key()), Err(CheckpointError::OtherLog(_))));

        // A signed note that is no checkpoint.
        text.truncate(3);
        text.push(b'\n');
        let mut note = Note::new(&text, &[]).unwrap();
        note.add_sigs(&[&ours.signer]).unwrap();
        let note = String::from_utf8(note.to_bytes()).unwrap();
        assert_eq!(Checkpoint::open(&note, ours.verifier_key()), Err(CheckpointError::Malformed));
    }

    #[test]
    fn a_text_that_could_be_taken_for_a_checkpoint_is_not_signed_as_a_text() {
        let ours = identity("log.example/1", 1);
        let text = Checkpoint { origin: "log.example/1".to_owned(), size: 1, root: [0; 32] }.to_text().unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(ours.sign_text(&text), Err(CheckpointError::Malformed));
        assert_eq!(ours.sign_text("no line feed"), Err(CheckpointError::Malformed));
        let note = ours.sign_text("a title\nlog.example/1\n").unwrap();
        assert_eq!(Checkpoint::open(&note, ours.verifier_key()), Err(CheckpointError::Malformed));
    }

    #[test]
    fn a_witness_signature_beside_ours_does_no_harm() {
        let ours = identity("log.example/1", 1);
        let witness = identity("witness.example", 2);
        let mut note = Note::from_bytes(ours.sign(3, [9; 32]).unwrap().as_bytes()).unwrap();
        note.add_sigs(&[&witness.signer]).unwrap();
        let note = String::from_utf8(note.to_bytes()).unwrap();

        assert_eq!(Checkpoint::open(&note, ours.verifier_key()).unwrap().size, 3);
        assert_eq!(with_own_signature(&note, ours.verifier_key()), Some(ours.sign(3, [9; 32]).unwrap()));
        assert_eq!(with_own_signature(&note, identity("log.example/1", 3).verifier_key()), None);
        assert!(matches!(Checkpoint::open(&note, witness.verifier_key()), Err(CheckpointError::OtherLog(_))));
    }

    #[test]
    fn notes_and_keys_at_the_limits() {
        let ours = identity("log.example/1", 1);
        let note = ours.sign(3, [9; 32]).unwrap();
        let padded = format!("{note}{}", " ".repeat(NOTE_MAX_BYTES));
        assert_eq!(Checkpoint::open(&padded, ours.verifier_key()), Err(CheckpointError::Malformed));
        for key in ["", "a+b", "log.example/1+00000000+AAAA", "log.example/1+zz+AQ=="] {
            assert_eq!(Checkpoint::open(&note, key), Err(CheckpointError::VerifierKey), "{key}");
        }
        for origin in ["", "a b", "a+b", "a\nb", &"o".repeat(ORIGIN_MAX_BYTES + 1)] {
            assert!(LogIdentity::from_seed(origin, &[1; 32], [0; 32]).is_err());
        }
    }

    #[test]
    fn a_note_key_in_text_form_is_the_same_identity() {
        // The example key of golang.org/x/mod/sumdb/note, published with its verifier key.
        let note_key = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

        let identity = LogIdentity::from_note_key(note_key, [0; 32]).unwrap();

        assert_eq!(identity.verifier_key(), "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    }
}
