//! What every act by a signature does with it first: it is checked, the rules of the act are asked, and a refusal is written
//! down with the certificate that was refused.

use super::OperationError;
use super::check_signature::{self, Checked, NotTaken, Signed, Use};
use super::commit;
use crate::access::rights::Caller;
use crate::app::App;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;

/// The signature `cms` over `content` for the act `attempt`, when it is good and `rule` allows it.
///
/// # Errors
/// The refusal of the signature or of `rule`, journaled; a fault.
pub(super) async fn take_signature(
    app: &App,
    caller: &Caller,
    attempt: &'static str,
    (cms, content): (&[u8], Signed<'_>),
    now: Moment,
    rule: impl FnOnce(&Checked) -> Result<(), Refusal>,
) -> Result<Checked, OperationError> {
    let taken = check_signature::look_at(app, cms, content, Use::Document, now).await;
    let taken = taken.and_then(|checked| match rule(&checked) {
        Ok(()) => Ok(checked),
        Err(refusal) => {
            Err(NotTaken { error: refusal.into(), certificate_sha256: Some(checked.signer.certificate_sha256) })
        }
    });
    match taken {
        Ok(checked) => Ok(checked),
        Err(NotTaken { error, certificate_sha256 }) => {
            if let OperationError::Refused(refusal) = &error {
                commit::journal_refusal(app, caller, attempt, refusal.code.code(), certificate_sha256, now).await;
            }
            Err(error)
        }
    }
}

/// `done`, and when it was refused for the sake of the signature only once it was to be kept (a key reported meanwhile, a
/// signature that is recorded already), that is written down as well.
///
/// # Errors
/// Those of `done`.
pub(super) async fn written_down<T>(
    app: &App,
    caller: &Caller,
    attempt: &'static str,
    checked: &Checked,
    done: Result<T, OperationError>,
) -> Result<T, OperationError> {
    if let Err(OperationError::Refused(refusal)) = &done
        && matches!(refusal.code, RefusalCode::KeyCompromised | RefusalCode::SignatureAlreadyUsed)
    {
        let (code, by) = (refusal.code.code(), Some(checked.signer.certificate_sha256));
        commit::journal_refusal(app, caller, attempt, code, by, app.clock.now()).await;
    }
    done
}
