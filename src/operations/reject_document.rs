//! The addressee refuses to sign, with a reason that the sender sees (A5.3.6).

use super::OperationError;
use super::end_document::end_document;
use super::sign_document::Acted;
use crate::access::answers::Request;
use crate::access::rights::Caller;
use crate::app::App;
use crate::docflow::Act;
use crate::domain::ids::DocumentId;
use crate::extract::format::kind;

/// Rejects a received document.
///
/// # Errors
/// `reason-required`, `document-unknown`, `not-the-recipient`, the refusals of the state.
///
/// Keeps: FLW-05.
pub async fn reject_document(
    app: &App,
    caller: &Caller,
    document: DocumentId,
    reason: &str,
    request: Option<&Request>,
) -> Result<Acted, OperationError> {
    end_document(app, caller, document, (Act::Reject, kind::DOCUMENT_REJECTED), reason, request).await
}
