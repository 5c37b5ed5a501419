//! The sender takes a document back before the addressee answered (A5.3.1.5).

use super::OperationError;
use super::end_document::end_document;
use super::sign_document::Acted;
use crate::access::answers::Request;
use crate::access::rights::Caller;
use crate::app::App;
use crate::docflow::Act;
use crate::domain::ids::DocumentId;
use crate::extract::format::kind;

/// Withdraws a draft, a waiting or a received document.
///
/// # Errors
/// `reason-required`, `document-unknown`, `not-the-sender`, the refusals of the state.
///
/// Keeps: FLW-05.
pub async fn withdraw_document(
    app: &App,
    caller: &Caller,
    document: DocumentId,
    reason: &str,
    request: Option<&Request>,
) -> Result<Acted, OperationError> {
    end_document(app, caller, document, (Act::Withdraw, kind::DOCUMENT_WITHDRAWN), reason, request).await
}
