//! The words of the format: names of files, and of the journal's kinds and fields that an extract relies on.
//! The page for strangers is `docs/extract-format.md`; a change here is a new [`FORMAT_VERSION`].

use crate::domain::address::Channel;

/// What `extract.json` calls the format.
pub const FORMAT: &str = "qolhat-extract";
/// The version of the format, of extracts about documents.
pub const FORMAT_VERSION: u32 = 1;
/// The version of the format, of extracts about a session or a message: what these tell besides, version 1 does not have.
pub const FORMAT_VERSION_OF_TALK: u32 = 2;

/// Name of the first file of the container.
pub const MIMETYPE_NAME: &str = "mimetype";
/// Its content. Source: EN 319 162-1 annex A.1.
pub const MIMETYPE: &str = "application/vnd.etsi.asic-e+zip";
/// The folder of manifests and signatures.
pub const META_INF: &str = "META-INF/";
/// The manifest that the operator seals.
pub const OPERATOR_MANIFEST: &str = "META-INF/ASiCManifest001.xml";
/// The operator's seal: a detached CMS over [`OPERATOR_MANIFEST`].
pub const OPERATOR_SEAL: &str = "META-INF/signature001.p7s";
/// The manifest that the authorised officer signs.
pub const OFFICER_MANIFEST: &str = "META-INF/ASiCManifest002.xml";
/// The officer's signature: a detached CMS over [`OFFICER_MANIFEST`].
pub const OFFICER_SIGNATURE: &str = "META-INF/signature002.p7s";
/// The signed note that binds the four files above, unsigned octets of the two CMS included.
pub const BINDING: &str = "META-INF/binding.txt";
/// First line of the text of [`BINDING`].
pub const BINDING_TITLE: &str = "qolhat-extract-binding/v1";

/// Who made the extract, for whom, and what it holds.
pub const EXTRACT: &str = "extract.json";
/// What completeness is claimed.
pub const STATEMENT: &str = "statement.json";
/// The checkpoint: a signed note.
pub const CHECKPOINT: &str = "journal/checkpoint.txt";
/// RFC 3161 time stamp token over the SHA-256 of [`CHECKPOINT`].
pub const CHECKPOINT_TIME_STAMP: &str = "journal/checkpoint.tst";
/// The folder of certificates, OCSP responses and revocation lists.
pub const EVIDENCE: &str = "evidence/";
/// How to check the extract without us.
pub const HOWTO: &str = "HOWTO.txt";

/// `summary.<language>.txt`.
#[must_use]
pub fn summary(language: &str) -> String {
    format!("summary.{language}.txt")
}

/// `paper.<language>.pdf`.
#[must_use]
pub fn paper(language: &str) -> String {
    format!("paper.{language}.pdf")
}

/// The body of entry `seq`, as written in the journal.
#[must_use]
pub fn entry_body(seq: u64) -> String {
    format!("journal/entries/{seq}.json")
}

/// The revealed values of entry `seq`.
#[must_use]
pub fn entry_openings(seq: u64) -> String {
    format!("journal/openings/{seq}.json")
}

/// The inclusion proof of entry `seq`.
#[must_use]
pub fn entry_proof(seq: u64) -> String {
    format!("journal/proofs/{seq}.json")
}

/// The facts of a document.
#[must_use]
pub fn document(id: &str) -> String {
    format!("documents/{id}/document.json")
}

/// A message, octet for octet as it was handed over: a mail, or the JSON of a short message.
#[must_use]
pub fn message(id: &str, channel: Channel) -> String {
    let end = match channel {
        Channel::Email => "eml",
        Channel::Sms => "json",
    };
    format!("messages/{id}.{end}")
}

/// A certificate, named by the SHA-256 of its DER.
#[must_use]
pub fn certificate(sha256: &str) -> String {
    format!("evidence/certificates/{sha256}.cer")
}

/// An OCSP response, named by its SHA-256.
#[must_use]
pub fn ocsp_response(sha256: &str) -> String {
    format!("evidence/ocsp/{sha256}.der")
}

/// A certificate revocation list, named by its SHA-256.
#[must_use]
pub fn crl(sha256: &str) -> String {
    format!("evidence/crl/{sha256}.crl")
}

/// The media type told in manifests, by the end of the name.
#[must_use]
pub fn media_type(name: &str) -> &'static str {
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    match end.to_ascii_lowercase().as_str() {
        "json" => "application/json",
        "txt" => "text/plain",
        "xml" => "application/xml",
        "pdf" => "application/pdf",
        "p7s" => "application/pkcs7-signature",
        "p7m" => "application/pkcs7-mime",
        "tst" => "application/vnd.etsi.timestamp-token",
        "cer" => "application/pkix-cert",
        "crl" => "application/pkix-crl",
        "der" => "application/ocsp-response",
        "eml" => "message/rfc822",
        _ => "application/octet-stream",
    }
}

/// A name for a file whose real one is `name`: ASCII letters, digits, `.`, `_`, `-`; at most 80 bytes; the ending is
/// kept. The real name stands in `document.json`.
#[must_use]
pub fn safe_name(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' }).collect();
    let plain = plain.trim_matches(['.', '_']);
    let (stem, end) = match plain.rsplit_once('.') {
        Some((stem, end)) if !stem.is_empty() && (1..=10).contains(&end.len()) => (stem, end),
        Some(_) | None => (plain, ""),
    };
    let stem: String = stem.chars().take(60).collect();
    let stem = stem.trim_matches(['.', '_']);
    let stem = if stem.is_empty() { "file" } else { stem };
    if end.is_empty() { stem.to_owned() } else { format!("{stem}.{end}") }
}

/// Kinds of journal entries.
pub mod kind {
    /// A document was brought without a signature.
    pub const DOCUMENT_DRAFTED: &str = "document.drafted";
    /// A signed document waits for evidence on its signature: not received yet.
    pub const DOCUMENT_CHECK_PENDING: &str = "document.check-pending";
    /// The evidence spoke against the signature, or did not come: not received.
    pub const DOCUMENT_CHECK_FAILED: &str = "document.check-failed";
    /// A document of the sender was recorded: from here on it is received.
    pub const DOCUMENT_RECORDED: &str = "document.recorded";
    /// The same, where receipt is an entry of its own.
    pub const DOCUMENT_RECEIVED: &str = "document.received";
    /// The recipient countersigned.
    pub const DOCUMENT_SIGNED: &str = "document.signed";
    /// The recipient refused, with a reason.
    pub const DOCUMENT_REJECTED: &str = "document.rejected";
    /// The sender took it back.
    pub const DOCUMENT_WITHDRAWN: &str = "document.withdrawn";
    /// A case of compromise touches a signature of the document.
    pub const DOCUMENT_CONTESTED: &str = "document.contested";
    /// The content of a document was destroyed, at the request of those who held it.
    pub const DOCUMENT_DESTROYED: &str = "document.destroyed";
    /// The officer received a notice that a key is compromised.
    pub const COMPROMISE_REPORTED: &str = "compromise.reported";
    /// The officer annulled the certificate's rights.
    pub const COMPROMISE_ANNULLED: &str = "compromise.annulled";
    /// The officer lifted the bar.
    pub const COMPROMISE_LIFTED: &str = "compromise.lifted";
    /// A version of an offer was published.
    pub const OFFER_PUBLISHED: &str = "offer.published";
    /// An offer was accepted.
    pub const OFFER_ACCEPTED: &str = "offer.accepted";
    /// An extract was issued.
    pub const EXTRACT_ISSUED: &str = "extract.issued";
    /// A session was opened by a signed challenge.
    pub const SESSION_OPENED: &str = "session.opened";
    /// The session's certificate was suspended: it cannot be used.
    pub const SESSION_SUSPENDED: &str = "session.suspended";
    /// The session was ended before it ran out.
    pub const SESSION_ENDED: &str = "session.ended";
    /// A good signature of a registered key opened no session.
    pub const LOGIN_REFUSED: &str = "login.refused";
    /// A person gave an address at which he is written to.
    pub const CONTACT_ADDED: &str = "contact.added";
    /// He chose by which way he wants to be written to.
    pub const CONTACT_CHOSEN: &str = "contact.chosen";
    /// He took it back.
    pub const CONTACT_REMOVED: &str = "contact.removed";
    /// A one-time code was made at a person's wish.
    pub const CODE_MADE: &str = "code.made";
    /// A code was entered, right or wrong.
    pub const CODE_ENTERED: &str = "code.entered";
    /// A message was made and waits to be sent.
    pub const MESSAGE_MADE: &str = "message.made";
    /// The mail server, or the gateway of short messages, took the message.
    pub const MESSAGE_SENT: &str = "message.sent";
    /// The gateway reported that the phone has the message.
    pub const MESSAGE_DELIVERED: &str = "message.delivered";
    /// The message was refused, or not taken in time; or the gateway reported that the phone will not have it.
    pub const MESSAGE_FAILED: &str = "message.failed";
}

/// Names of payload fields of journal entries.
pub mod field {
    /// The document's id.
    pub const DOCUMENT_ID: &str = "document_id";
    /// Code of the document's kind.
    pub const KIND: &str = "kind";
    /// The document's number, as its parties write it.
    pub const NUMBER: &str = "number";
    /// Key of the sender: `iin:…` or `bin:…`.
    pub const SENDER: &str = "sender";
    /// Key of the recipient.
    pub const RECIPIENT: &str = "recipient";
    /// SHA-256 of the original, lower-case hex.
    pub const CONTENT_SHA256: &str = "content_sha256";
    /// Name of the original's file.
    pub const CONTENT_NAME: &str = "content_name";
    /// Array of `{name, sha256, size}`.
    pub const ATTACHMENTS: &str = "attachments";
    /// The signature's id.
    pub const SIGNATURE_ID: &str = "signature_id";
    /// SHA-256 of the CMS as received.
    pub const SIGNATURE_SHA256: &str = "signature_sha256";
    /// SHA-256 of the signer's certificate.
    pub const CERTIFICATE_SHA256: &str = "certificate_sha256";
    /// The signer's IIN.
    pub const SIGNER_IIN: &str = "signer_iin";
    /// The BIN in the signer's certificate; absent for a person.
    pub const SIGNER_BIN: &str = "signer_bin";
    /// Code of the role in which the signer acted.
    pub const SIGNER_ROLE: &str = "signer_role";
    /// The signer's own signing time: proves nothing.
    pub const CLAIMED_AT: &str = "claimed_at";
    /// The instant of the signature's time stamp.
    pub const PROVEN_AT: &str = "proven_at";
    /// Indication of the validation at receipt.
    pub const VERDICT: &str = "verdict";
    /// Reason of a rejection.
    pub const REASON: &str = "reason";
    /// Array of `{subject, n, size}`: how many entries each subject of an issued extract had at which size of the log.
    pub const SUBJECTS: &str = "subjects";
    /// Key of the party for which an extract was issued.
    pub const ASKED_BY: &str = "asked_by";
    /// Who did it.
    pub const BY: &str = "by";
    /// The session's id.
    pub const SESSION_ID: &str = "session_id";
    /// Key of the party for which the session's person acts.
    pub const PARTY: &str = "party";
    /// In what way the session was opened.
    pub const HOW: &str = "how";
    /// The message's id.
    pub const MESSAGE_ID: &str = "message_id";
    /// The code's id.
    pub const CODE_ID: &str = "code_id";
    /// The id of a person's address.
    pub const CONTACT_ID: &str = "contact_id";
    /// The way of a message: `email` or `sms`.
    pub const CHANNEL: &str = "channel";
    /// The address that a code confirms.
    pub const ADDRESS: &str = "address";
    /// What a message or a code is for.
    pub const PURPOSE: &str = "purpose";
    /// From which address a message goes.
    pub const FROM: &str = "from";
    /// To which address a message goes.
    pub const TO: &str = "to";
    /// The `Message-ID` of a mail.
    pub const MAIL_ID: &str = "mail_id";
    /// SHA-256 of the octets that the entry is about, lower-case hex.
    pub const SHA256: &str = "sha256";
    /// How many octets they are.
    pub const SIZE: &str = "size";
    /// Which try or attempt it was, from 1.
    pub const ATTEMPT: &str = "attempt";
    /// What came of it.
    pub const OUTCOME: &str = "outcome";
    /// The machine to which a message was handed.
    pub const RELAY: &str = "relay";
    /// What that machine said to each step: array of texts.
    pub const DIALOGUE: &str = "dialogue";
    /// How the dialogue of a message that did not go ended.
    pub const REPLY: &str = "reply";
    /// By which mark that machine knows the message; null when it told none.
    pub const QUEUE_ID: &str = "queue_id";
    /// The gateway to which a short message was handed.
    pub const GATEWAY: &str = "gateway";
    /// By which mark the gateway knows the message.
    pub const GATEWAY_ID: &str = "gateway_id";
    /// Of how many parts a short message is.
    pub const PARTS: &str = "parts";
    /// The short message that did not arrive, and in whose place a mail goes.
    pub const INSTEAD_OF: &str = "instead_of";
    /// When a message reached its phone or failed to, by the gateway's clock; null when it did not say.
    pub const REPORTED_FOR: &str = "reported_for";
    /// When the session was opened.
    pub const OPENED_AT: &str = "opened_at";
    /// When the session, or a code, runs out.
    pub const EXPIRES_AT: &str = "expires_at";
    /// The case of compromise.
    pub const CASE_ID: &str = "case_id";
    /// When the officer received the notice.
    pub const REPORTED_AT: &str = "reported_at";
    /// Since when the holder says the key was not his alone.
    pub const COMPROMISED_SINCE: &str = "compromised_since";
    /// The holder's request by which a suspension was lifted.
    pub const REQUEST: &str = "request";
    /// From when on nothing signed with the key is taken.
    pub const CUT_OFF: &str = "cut_off";
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]
    use super::*;
    use crate::extract::package::name_is_safe;

    #[test]
    fn every_real_name_gets_a_safe_one_that_keeps_its_ending() {
        for (real, safe) in [
            ("act.pdf", "act.pdf"),
            ("Акт № 7.pdf", "7.pdf"),
            ("Акт.pdf", "pdf"),
            ("Акт 2026-11.xml", "2026-11.xml"),
            ("../../etc/passwd", "etc_passwd"),
            ("", "file"),
            ("...", "file"),
            (".htaccess", "htaccess"),
            ("a/b\\c.json", "a_b_c.json"),
        ] {
            assert_eq!(safe_name(real), safe, "{real}");
        }
        let long = safe_name(&format!("{}.docx", "x".repeat(300)));
        assert!(long.len() <= 80 && long.ends_with(".docx") && name_is_safe(&long));
    }
}
