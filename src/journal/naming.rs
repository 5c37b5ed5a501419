//! Which field of an entry names which of its subjects: an entry that opens a document's id counts among the entries of
//! that document, under the document's own name. Pure.

/// What stands before the number in the identity of a subject, by the field of an entry of `kind` that holds the number:
/// such an entry is one of the subject so named. `None` where the field names no subject.
#[must_use]
pub fn subject_family(kind: &str, field: &str) -> Option<&'static str> {
    let (about, act) = kind.split_once('.')?;
    match (about, field) {
        ("document", "document_id") => Some("document"),
        ("document", "sender") => Some("party"),
        // Before the document is received its recipient has no part in it.
        ("document", "recipient") if matches!(act, "recorded" | "received") => Some("party"),
        ("compromise", "case_id") => Some("case"),
        ("counterparty", "inviter" | "invitee") | ("employee", "party") => Some("party"),
        ("extract", "extract_id") => Some("extract"),
        ("extract", "asked_by") => Some("party"),
        ("court-request", "court_request_id") => Some("court-request"),
        ("offer", "offer_id") => Some("offer"),
        ("session" | "contact" | "code" | "message", "session_id") => Some("session"),
        ("session" | "message", "party") => Some("party"),
        ("code" | "message", "message_id") => Some("message"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_is_a_subject_from_the_receipt_on() {
        assert_eq!(subject_family("document.drafted", "recipient"), None);
        assert_eq!(subject_family("document.check-pending", "recipient"), None);
        assert_eq!(subject_family("document.recorded", "recipient"), Some("party"));
        assert_eq!(subject_family("document.received", "recipient"), Some("party"));
    }

    #[test]
    fn what_is_said_of_codes_and_messages_is_said_of_their_session() {
        for kind in ["session.opened", "contact.added", "code.made", "code.entered", "message.made"] {
            assert_eq!(subject_family(kind, "session_id"), Some("session"), "{kind}");
        }
        assert_eq!(subject_family("code.entered", "message_id"), Some("message"));
        assert_eq!(subject_family("contact.added", "message_id"), None);
        assert_eq!(subject_family("document.recorded", "session_id"), None);
        assert_eq!(subject_family("session.ended", "case_id"), None);
    }

    #[test]
    fn a_case_is_no_subject_of_the_document_that_it_contests() {
        assert_eq!(subject_family("document.contested", "document_id"), Some("document"));
        assert_eq!(subject_family("document.contested", "case_id"), None);
        assert_eq!(subject_family("compromise.reported", "case_id"), Some("case"));
    }
}
