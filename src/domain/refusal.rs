//! Refusals: the process says no, with a stable code, the clause that forbids it and what it concerns.
//!
//! A code is never reused for another meaning. The two texts of a code in each language are the keys
//! `problem-<code>-title` and `problem-<code>-detail` of `i18n`; the parameters that the detail
//! may show are listed here, and a parameter that is not given prints as a dash. A value that is itself
//! a word of the program (`kind`, `role`, `reason`, …) is given as its code: `i18n::problem` puts
//! the text of the key `<name>-<code>` in its place.

use std::fmt;

macro_rules! refusal_codes {
    ($($(#[$doc:meta])* $name:ident $code:literal $clause:expr, [$($param:literal),*];)+) => {
        /// Every "no" of the program. `Display` prints [`RefusalCode::code`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RefusalCode {
            $($(#[$doc])* $name,)+
        }

        impl RefusalCode {
            /// All codes, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable kebab-case code, as in problems, logs and the CLI.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The clause behind the refusal, for people; `None` for plain technical reasons.
            /// "Agreement" is the operator's agreement on the electronic document workflow.
            #[must_use]
            pub fn clause(self) -> Option<&'static str> {
                match self { $(Self::$name => $clause,)+ }
            }

            /// Names of the parameters that the texts of this code may show.
            #[must_use]
            pub fn params(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($param),*],)+ }
            }
        }
    };
}

const ACCOUNTING: Option<&str> = Some("Law on Accounting art. 7(3)");
const ACT_FORM: Option<&str> = Some("Order of the Minister of Finance 562 of 2012-12-20, annex 50");
const FORMAT: Option<&str> = Some("Agreement 5.2.2, 5.3.2.1, 8.3");
const AUTHENTIC: Option<&str> = Some("Agreement 5.2.3.1");
const VALID_CERTIFICATE: Option<&str> = Some("Agreement 5.2.3.2");
const RECORDED: Option<&str> = Some("Agreement 5.2.3.3");
const WITHIN_AGREEMENT: Option<&str> = Some("Agreement 5.2.3.4");
const SIGNED_ACCEPTANCE: Option<&str> = Some("Agreement 1.8");
const WARRANTIES: Option<&str> = Some("Agreement 1.12");
const POWERS: Option<&str> = Some("Agreement 4.1");
const COMPROMISE: Option<&str> = Some("Agreement 8.9, 8.10");
const COURT_REQUESTS: Option<&str> = Some("Agreement 4.3, 5.1.2.1");
const RETENTION: Option<&str> = Some("Agreement 5.3.9");
const EXTRACTS: Option<&str> = Some("Agreement 6.12");
const ACCESS: Option<&str> = Some("Agreement 2.15, 6.1");
const CODES: Option<&str> = Some("Agreement 2.20, 6.2, 6.3, 7.5");
const NONE: Option<&str> = None;

refusal_codes! {
    /// The text is not JSON, or not within the limits of JSON that is signed.
    MalformedJson "malformed-json" FORMAT, ["reason", "place", "limit"];
    /// The bytes are not a CMS signature.
    MalformedCms "malformed-cms" AUTHENTIC, ["reason"];
    /// A member of the document is unknown, of another type, too long or has forbidden characters.
    MalformedContent "malformed-content" FORMAT, ["reason", "pointer", "limit"];
    /// The consent is not of the published form.
    MalformedConsent "malformed-consent" SIGNED_ACCEPTANCE, ["reason", "pointer", "limit"];
    /// A mandatory requisite is not there or empty.
    MissingRequisite "missing-requisite" ACCOUNTING, ["requisite", "pointer"];
    /// An amount or a total does not fit its parts.
    SumMismatch "sum-mismatch" ACT_FORM, ["given", "expected", "pointer"];
    /// The VAT rate was not in force on the turnover date.
    VatRateMismatch "vat-rate-mismatch" Some("Tax Code 214-VIII of 2025-07-18"), ["rate", "date", "allowed", "pointer"];
    /// An IIN, BIN, IBAN, BIK or phone number is not one.
    IdentifierInvalid "identifier-invalid" ACCOUNTING, ["identifier", "reason", "pointer"];
    /// A date is not in the calendar or contradicts another.
    DateInvalid "date-invalid" ACCOUNTING, ["reason", "pointer"];
    /// A file listed in the document was not uploaded.
    AttachmentMissing "attachment-missing" FORMAT, ["name"];
    /// An uploaded file differs from what the document lists.
    AttachmentMismatch "attachment-mismatch" FORMAT, ["name"];
    /// An uploaded file is not listed in the document.
    AttachmentUnlisted "attachment-unlisted" FORMAT, ["name"];
    /// The document is right but not in the canonical form that is signed.
    ContentNotCanonical "content-not-canonical" FORMAT, ["offset"];
    /// The upload is larger than the limit.
    UploadTooLarge "upload-too-large" Some("Agreement 2.29"), ["limit"];
    /// No such upload: it was used, has ended, or is another party's.
    UploadUnknown "upload-unknown" NONE, [];
    /// The upload stopped before its end.
    UploadIncomplete "upload-incomplete" NONE, [];
    /// The party has more uploads than the limit.
    TooManyUploads "too-many-uploads" NONE, ["limit"];
    /// The signature needs a digest of the file that was not taken when it was uploaded.
    DigestNotTaken "digest-not-taken" AUTHENTIC, ["digest", "taken"];
    /// More files than the limit.
    TooManyFiles "too-many-files" NONE, ["limit"];
    /// Several files where one is taken.
    SeveralFiles "several-files" NONE, ["pointer"];
    /// More documents than one extract may have.
    TooManyDocuments "too-many-documents" NONE, ["limit", "pointer"];
    /// The history of a party has more entries than one extract may show.
    HistoryTooLong "history-too-long" NONE, ["limit"];
    /// The kind of file is not accepted.
    MediaTypeRefused "media-type-refused" Some("Agreement 2.29"), ["name", "media_type", "allowed"];
    /// No such kind of document, or no such version of the kind.
    UnknownKind "unknown-kind" FORMAT, ["kind"];

    /// The signature is over other bytes.
    SignatureContentMismatch "signature-content-mismatch" AUTHENTIC, [];
    /// The signature value is wrong.
    SignatureInvalid "signature-invalid" AUTHENTIC, [];
    /// This very signature is recorded on a document already.
    SignatureAlreadyUsed "signature-already-used" AUTHENTIC, [];
    /// What is to be signed opens a session when it is signed.
    LoginTextNotADocument "login-text-not-a-document" Some("Agreement 2.6"), [];
    /// There is no signature.
    SignatureMissing "signature-missing" FORMAT, [];
    /// The algorithm or the form of the signature is not supported.
    SignatureUnsupported "signature-unsupported" AUTHENTIC, ["reason"];
    /// Several signers where one is expected.
    SeveralSigners "several-signers" FORMAT, ["count"];
    /// The certificate had ended.
    CertificateExpired "certificate-expired" VALID_CERTIFICATE, ["not_after", "at"];
    /// The certificate had not begun.
    CertificateNotYetValid "certificate-not-yet-valid" VALID_CERTIFICATE, ["not_before", "at"];
    /// The certificate was revoked.
    CertificateRevoked "certificate-revoked" VALID_CERTIFICATE, ["since"];
    /// The certificate was suspended by the CA.
    CertificateOnHold "certificate-on-hold" VALID_CERTIFICATE, [];
    /// The certificate does not lead to a trusted CA.
    CertificateUntrusted "certificate-untrusted" Some("Agreement 2.12, 8.2"), ["issuer"];
    /// Nobody could say in time whether the certificate was revoked.
    CertificateStatusUnknown "certificate-status-unknown" VALID_CERTIFICATE, ["reason"];
    /// No time stamp could be had.
    TimeStampUnavailable "time-stamp-unavailable" VALID_CERTIFICATE, [];
    /// A certificate for login was used to sign.
    AuthenticationKeyUsedForSigning "authentication-key-used-for-signing" Some("Agreement 2.6, 2.7"), [];
    /// The signer is another person than the one who is logged in.
    SignerIsNotTheCaller "signer-is-not-the-caller" Some("Agreement 2.5"), [];
    /// The certificate is for another capacity: personal instead of the organisation's, or the reverse.
    WrongCapacity "wrong-capacity" WITHIN_AGREEMENT, [];
    /// The role in the certificate does not allow this document.
    SignerLacksAuthority "signer-lacks-authority" Some("Agreement 4.1, 5.2.3.4; Law 370-II art. 10"), ["role", "kind"];
    /// The key was reported as compromised.
    KeyCompromised "key-compromised" COMPROMISE, ["since"];
    /// The certificate was taken off the register of the client.
    CertificateAnnulled "certificate-annulled" COMPROMISE, [];

    /// No such offer.
    OfferUnknown "offer-unknown" Some("Agreement 1.5"), [];
    /// The offer was withdrawn.
    OfferWithdrawn "offer-withdrawn" Some("Agreement 1.6"), ["since"];
    /// The version of the offer is not in force now.
    OfferNotInForce "offer-not-in-force" Some("Agreement 1.5, 10.3"), ["from", "until"];
    /// The version has no text in this language.
    OfferLanguageMissing "offer-language-missing" Some("Agreement 1.17"), ["language"];
    /// The accepted text is not the published one.
    OfferTextMismatch "offer-text-mismatch" Some("Agreement 1.10"), [];
    /// This version of the offer is published already.
    OfferVersionExists "offer-version-exists" Some("Agreement 1.5"), ["version"];
    /// The party has accepted this offer already.
    AlreadyAccepted "already-accepted" Some("Agreement 1.11"), ["since"];
    /// The consent differs from the data of the registration.
    ConsentMismatch "consent-mismatch" SIGNED_ACCEPTANCE, ["pointer"];
    /// A declaration or a necessary consent is not given.
    DeclarationsIncomplete "declarations-incomplete" WARRANTIES, ["declaration"];
    /// The client's data differ from the certificate.
    ClientDataMismatch "client-data-mismatch" WARRANTIES, ["field", "given", "expected"];

    /// The caller has no agreement with the operator.
    NotAClient "not-a-client" Some("Agreement 1.2"), [];
    /// The addressee has no agreement with the operator.
    RecipientNotAClient "recipient-not-a-client" Some("Agreement 2.22, 2.23"), ["recipient"];
    /// The party is a client already.
    AlreadyAClient "already-a-client" Some("Agreement 1.8"), [];
    /// The counterparty was invited already.
    AlreadyInvited "already-invited" Some("Agreement 1.8"), ["recipient"];
    /// The person is an employee already.
    AlreadyAnEmployee "already-an-employee" POWERS, [];
    /// No such employee.
    EmployeeUnknown "employee-unknown" POWERS, [];

    /// No such document, or it is not the caller's.
    DocumentUnknown "document-unknown" NONE, [];
    /// The state of the document does not allow the act.
    DocumentState "document-state" Some("Agreement 5.3.1"), ["state"];
    /// This party has signed the document already.
    DocumentAlreadySigned "document-already-signed" Some("Agreement 5.3.1"), [];
    /// The document was rejected already.
    DocumentAlreadyRejected "document-already-rejected" Some("Agreement 5.3.1"), ["since"];
    /// The sender has withdrawn the document.
    DocumentWithdrawn "document-withdrawn" Some("Agreement 5.3.1.5"), ["since"];
    /// The content was destroyed, or the caller's party has asked for that and has no access any more.
    ContentDestroyed "content-destroyed" Some("Agreement 5.3.11"), [];
    /// The document is not recorded or checked yet.
    DocumentNotYetReceived "document-not-yet-received" RECORDED, [];
    /// The act needs a reason.
    ReasonRequired "reason-required" Some("Agreement 5.3.6"), [];
    /// Only the addressee may do this.
    NotTheRecipient "not-the-recipient" POWERS, [];
    /// Only the sender may do this.
    NotTheSender "not-the-sender" POWERS, [];
    /// The sender names himself as the addressee.
    RecipientIsTheSender "recipient-is-the-sender" Some("Agreement 2.22, 2.23"), [];
    /// Documents of this kind are not sent to a counterparty.
    KindNotForSending "kind-not-for-sending" FORMAT, ["kind"];

    /// The certificate is not registered for the client.
    CertificateUnknown "certificate-unknown" Some("Agreement 8.1, 8.4"), [];
    /// The declared instant of the compromise is later than now.
    CompromiseInFuture "compromise-in-future" COMPROMISE, ["at"];
    /// The declared instant is earlier than the certificate.
    CompromiseBeforeCertificate "compromise-before-certificate" COMPROMISE, ["not_before"];
    /// No such case.
    CaseUnknown "case-unknown" NONE, [];
    /// The case is closed.
    CaseClosed "case-closed" NONE, ["since"];
    /// There is an open case on the same thing.
    CaseAlreadyOpen "case-already-open" Some("Agreement 2.16"), ["case"];
    /// The case is about a certificate of the officer himself.
    OwnCase "own-case" COMPROMISE, [];
    /// Only the holder of the certificate may do this.
    NotTheHolder "not-the-holder" Some("Agreement 4.10, 8.8"), [];
    /// Only an authorised officer of the operator may do this.
    NotAnOfficer "not-an-officer" EXTRACTS, [];

    /// No such extract.
    ExtractUnknown "extract-unknown" EXTRACTS, [];
    /// The state of the extract does not allow the act.
    ExtractState "extract-state" EXTRACTS, ["state"];
    /// The files of the documents are larger than an extract may be.
    ExtractTooLarge "extract-too-large" NONE, ["limit"];
    /// Nothing in the journal falls under the request.
    ExtractScopeEmpty "extract-scope-empty" EXTRACTS, [];
    /// The journal knows no such session.
    SessionUnknown "session-unknown" EXTRACTS, [];
    /// The journal knows no such message.
    MessageUnknown "message-unknown" EXTRACTS, [];
    /// Who asks for the extract is not a party to all that it would show, and no approved request is named.
    AskerIsNoParty "asker-is-no-party" COURT_REQUESTS, [];

    /// No such request of a court.
    CourtRequestUnknown "court-request-unknown" COURT_REQUESTS, [];
    /// The state of the request does not allow the act.
    CourtRequestState "court-request-state" COURT_REQUESTS, ["court-state"];
    /// The deadline of the request has passed.
    CourtRequestExpired "court-request-expired" COURT_REQUESTS, ["until"];
    /// Who recorded the request does not decide it.
    OwnCourtRequest "own-court-request" COURT_REQUESTS, [];
    /// More is asked for than was approved.
    CourtScopeWider "court-scope-wider" COURT_REQUESTS, ["pointer"];

    /// No such pruning of the journal.
    PruningUnknown "pruning-unknown" RETENTION, [];
    /// The state of the pruning does not allow the act, or another one is open.
    PruningState "pruning-state" RETENTION, ["pruning-state"];
    /// Who proposed the pruning does not decide it.
    OwnPruning "own-pruning" RETENTION, [];
    /// The term of the journal has not run for all of it.
    PruningEarly "pruning-early" RETENTION, ["until"];
    /// No exported segment ends there, or one is not what it was.
    PruningNotExported "pruning-not-exported" RETENTION, ["detail"];
    /// A hold or a court's request concerns one of the entries.
    PruningHeld "pruning-held" RETENTION, ["what"];
    /// What is asked for was pruned: it lies in exported segments.
    EntriesPruned "entries-pruned" RETENTION, ["minimum"];

    /// No such challenge, or it was used.
    ChallengeUnknown "challenge-unknown" ACCESS, [];
    /// The challenge is too old.
    ChallengeExpired "challenge-expired" ACCESS, [];
    /// The text is not an e-mail address that is taken here.
    AddressInvalid "address-invalid" CODES, [];
    /// The text is not a phone number that is taken here.
    PhoneInvalid "phone-invalid" CODES, [];
    /// A report of a gateway is not signed with its secret, or too old.
    ReportUnsigned "report-unsigned" ACCESS, [];
    /// The service sends no messages by this way.
    ChannelUnavailable "channel-unavailable" CODES, [];
    /// No such address of the caller.
    ContactUnknown "contact-unknown" CODES, [];
    /// The caller has this address already.
    ContactExists "contact-exists" CODES, [];
    /// The address is confirmed already.
    ContactConfirmed "contact-confirmed" CODES, [];
    /// More addresses than one person may have.
    TooManyContacts "too-many-contacts" CODES, ["limit"];
    /// No code is open for this address in this session.
    CodeUnknown "code-unknown" CODES, [];
    /// The code is too old.
    CodeExpired "code-expired" CODES, [];
    /// What is asked for shows a code that can still be entered.
    CodeOpen "code-open" CODES, ["until"];
    /// The code is another one.
    CodeWrong "code-wrong" CODES, ["left"];
    /// The act needs a login.
    LoginRequired "login-required" ACCESS, [];
    /// The session has ended.
    SessionExpired "session-expired" Some("Agreement 2.26"), [];
    /// The form was drawn for another session than the one that sends it.
    OtherSession "other-session" ACCESS, [];
    /// The form did not come from our own pages.
    CrossSiteRequest "cross-site-request" ACCESS, [];
    /// The header `Idempotency-Key` is not there.
    IdempotencyKeyMissing "idempotency-key-missing" NONE, [];
    /// The same key came with another request.
    IdempotencyKeyReused "idempotency-key-reused" NONE, [];
    /// Too many requests.
    RateLimited "rate-limited" NONE, ["seconds"];
    /// No such page or resource.
    NotFound "not-found" NONE, [];
    /// The method does not exist for this address.
    MethodNotAllowed "method-not-allowed" NONE, [];

    /// The journal does not answer.
    JournalUnavailable "journal-unavailable" RECORDED, [];
    /// There is no room to store.
    StorageFull "storage-full" NONE, [];
    /// The operator's key does not sign at this moment.
    SealUnavailable "seal-unavailable" NONE, [];
    /// A part of the service does not answer.
    ServiceUnavailable "service-unavailable" NONE, [];
    /// A fault of ours.
    Internal "internal" NONE, ["trace_id"];
}

impl RefusalCode {
    /// The code with this kebab-case name.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.code() == code)
    }
}

impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// One refusal: the code, the values its text shows, and the wrong place in the input.
///
/// `Display` is for logs: it prints the code and the pointer, never the parameters, which may hold
/// personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why not.
    pub code: RefusalCode,
    /// Values for the text, by name.
    pub params: Vec<(&'static str, String)>,
    /// JSON pointer (RFC 6901) of the wrong place in the input.
    pub pointer: Option<String>,
}

impl Refusal {
    /// A refusal without parameters.
    #[must_use]
    pub fn new(code: RefusalCode) -> Self {
        Self { code, params: Vec::new(), pointer: None }
    }

    /// Adds a value for the text.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.params.push((name, value.into()));
        self
    }

    /// Names the wrong place.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// The value of a parameter.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Everything the text may show: the parameters, and the pointer under the name `pointer`.
    #[must_use]
    pub fn arguments(&self) -> Vec<(&str, &str)> {
        self.params
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .chain(self.pointer.as_deref().map(|pointer| ("pointer", pointer)))
            .collect()
    }
}

impl From<RefusalCode> for Refusal {
    fn from(code: RefusalCode) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.pointer {
            Some(pointer) => write!(f, "{} at {pointer}", self.code),
            None => write!(f, "{}", self.code),
        }
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_kebab_case_and_read_back() {
        let codes: BTreeSet<&str> = RefusalCode::ALL.iter().map(|code| code.code()).collect();
        assert_eq!(codes.len(), RefusalCode::ALL.len());
        for code in RefusalCode::ALL {
            assert!(code.code().chars().all(|c| c.is_ascii_lowercase() || c == '-'));
            assert_eq!(RefusalCode::parse(code.code()), Some(*code));
        }
        assert_eq!(RefusalCode::parse("nonsense"), None);
    }

    #[test]
    fn a_refusal_in_a_log_shows_no_values() {
        let refusal = Refusal::new(RefusalCode::ClientDataMismatch).with("given", "890615459241").at("/client/iin");
        assert_eq!(refusal.to_string(), "client-data-mismatch at /client/iin");
        assert_eq!(refusal.arguments(), vec![("given", "890615459241"), ("pointer", "/client/iin")]);
    }
}
