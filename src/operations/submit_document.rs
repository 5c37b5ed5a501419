//! A client brings a document: a draft, or signed and sent. Intake, check of the signature, decision, commit, receipt.

use qolhat_storage::ContentDigest;
use serde_json::json;

use super::OperationError;
use super::check_signature::{self, Signed};
use super::commit;
use super::receive_upload;
use super::record_document::{self, Entered, Entering};
use super::take_signature::{take_signature, written_down};
use crate::access::answers::Request;
use crate::access::rights::Caller;
use crate::access::store as clients;
use crate::app::App;
use crate::domain::document::DocumentKind;
use crate::domain::ids::UploadId;
use crate::domain::kinds::{self, Content};
use crate::domain::party::Party;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::text;
use crate::domain::time::{CivilDate, Moment};
use crate::intake::store::UploadRow;
use crate::intake::{self, Received, Upload, UploadLimits};
use crate::signature::authority;

/// What is brought.
#[derive(Debug)]
pub struct SubmitDocument {
    /// Its kind.
    pub kind: DocumentKind,
    /// To whom: needed for an arbitrary file; for other kinds it must agree with what the document says.
    pub recipient: Option<Party>,
    /// Number of an arbitrary file; other kinds say theirs.
    pub number: Option<String>,
    /// The original.
    pub original: Original,
    /// The files that the original lists.
    pub attachments: Vec<Upload>,
    /// The sender's detached or attached CMS over the original; a draft has none.
    pub cms: Option<Vec<u8>>,
}

/// The original of a document.
#[derive(Debug)]
pub enum Original {
    /// It comes with the document.
    Here(Upload),
    /// It came ahead of it: an arbitrary file.
    Ahead {
        /// The upload.
        upload: UploadId,
        /// The name of the file.
        name: String,
    },
}

/// Longest number of an arbitrary file, in characters.
const NUMBER_MAX_CHARS: usize = 100;
/// How many days ahead of today a document may be dated.
const AHEAD_MAX_DAYS: i32 = 366;

/// Takes a document in.
///
/// # Errors
/// The refusals of intake, of the document's kind, of the signature and of the signer's authority.
///
/// Keeps: FLW-01, FLW-02, DOC-03, DOC-04, SIG-10 to SIG-13.
pub async fn submit_document(
    app: &App,
    caller: &Caller,
    command: SubmitDocument,
    request: Option<&Request>,
) -> Result<Entered, OperationError> {
    let now = app.clock.now();
    if command.cms.is_some() {
        caller.must_sign()?
    } else {
        caller.must_draft()?
    }
    let upload = match &command.original {
        Original::Here(_) => None,
        Original::Ahead { upload, .. } => {
            let row = receive_upload::load(app, caller, *upload).await?;
            Some((row.sha256()?, row))
        }
    };
    let (files, described) = take_in(app, caller, &command, upload.as_ref())?;
    must_be_of_now(described.date, now)?;
    let recipient = recipient(app, caller, &described).await?;

    let signature = match &command.cms {
        None => None,
        Some(cms) => {
            let original = files.first().ok_or_else(|| Refusal::new(RefusalCode::MalformedContent))?;
            let signed = match original.digests() {
                Some(digests) => Signed::Kept(digests),
                None => Signed::Held(original.held().unwrap_or_default()),
            };
            let checked = take_signature(app, caller, "submit-document", (cms, signed), now, |checked| {
                authority::may_bind(&checked.signer, Some(&caller.iin), &caller.party, command.kind)
            });
            Some(checked.await?)
        }
    };
    let entering = Entering {
        kind: command.kind,
        number: described.number,
        date: described.date.map(|date| date.to_string()),
        title: described.title,
        sender: caller.party,
        recipient,
        author_iin: caller.iin.to_string(),
        files: &files,
        upload: upload.as_ref().map(|(_, row)| row),
        signature: signature.as_ref(),
        offer: None,
        payload: vec![("title_language".to_owned(), json!("as-written"))],
        actor: commit::actor(caller),
    };
    let entered = record_document::enter(app, &entering, request, now, async |_, _| Ok(())).await;
    match &signature {
        Some(checked) => written_down(app, caller, "submit-document", checked, entered).await,
        None => entered,
    }
}

/// The date of a document decides how long the law keeps it: one of far ahead would never be let go.
fn must_be_of_now(date: Option<CivilDate>, now: Moment) -> Result<(), Refusal> {
    let last = CivilDate::of(now).plus_days(AHEAD_MAX_DAYS);
    match date {
        Some(date) if date > last => {
            let reason = format!("{date}: later than {last}");
            Err(Refusal::new(RefusalCode::DateInvalid).with("reason", reason).at("/date"))
        }
        Some(_) | None => Ok(()),
    }
}

/// What a document says of itself.
struct Described {
    number: String,
    date: Option<CivilDate>,
    title: String,
    recipient: Option<Party>,
}

fn take_in(
    app: &App,
    caller: &Caller,
    command: &SubmitDocument,
    upload: Option<&(ContentDigest, UploadRow)>,
) -> Result<(Vec<Received>, Described), Refusal> {
    let limits =
        UploadLimits { file_max_bytes: app.rules.limits.file_max_bytes, files_max: app.rules.limits.files_max };
    if command.attachments.len() >= limits.files_max {
        return Err(Refusal::new(RefusalCode::TooManyFiles).with("limit", limits.files_max.to_string()));
    }
    let original = match (&command.original, upload) {
        (Original::Here(upload), _) => receive(upload, limits)?,
        (Original::Ahead { name, .. }, Some((sha256, upload))) => {
            intake::receive_upload(name.clone(), upload, *sha256)?
        }
        (Original::Ahead { .. }, None) => return Err(Refusal::new(RefusalCode::UploadUnknown)),
    };
    if let Some(octets) = original.held() {
        check_signature::must_be_no_login_text(octets)?;
    }
    let mut files = vec![original];
    for attachment in &command.attachments {
        files.push(receive(attachment, limits)?);
    }
    let described = match command.kind {
        DocumentKind::OfferAcceptance => {
            return Err(Refusal::new(RefusalCode::KindNotForSending).with("kind", command.kind.code()));
        }
        DocumentKind::ArbitraryFile => describe_file(command, &files)?,
        DocumentKind::CompletionAct | DocumentKind::PaymentInvoice | DocumentKind::Letter => {
            // What is read to its last member comes with the document.
            let held = files.first().and_then(Received::held);
            let octets = held.ok_or_else(|| {
                Refusal::new(RefusalCode::MalformedContent).with("reason", "kind-not-by-upload").at("/upload_id")
            })?;
            let content = kinds::parse(command.kind, octets, &app.rules.identifiers)?;
            match_attachments(&content, &files)?;
            describe_content(&content, caller, command)?
        }
    };
    Ok((files, described))
}

fn receive(upload: &Upload, limits: UploadLimits) -> Result<Received, Refusal> {
    intake::receive(Upload { name: upload.name.clone(), bytes: upload.bytes.clone() }, limits)
}

fn describe_file(command: &SubmitDocument, files: &[Received]) -> Result<Described, Refusal> {
    if let Some(attachment) = files.get(1) {
        // One signature covers one file: what it does not name it does not cover.
        return Err(Refusal::new(RefusalCode::AttachmentUnlisted).with("name", attachment.name()));
    }
    let number = command.number.clone().unwrap_or_default();
    if number.chars().count() > NUMBER_MAX_CHARS || !text::is_plain(&number) {
        return Err(Refusal::new(RefusalCode::MalformedContent).with("reason", "number").at("/number"));
    }
    let title = files.first().map(|file| file.name().to_owned()).unwrap_or_default();
    Ok(Described { number, date: None, title, recipient: command.recipient })
}

fn describe_content(content: &Content, caller: &Caller, command: &SubmitDocument) -> Result<Described, Refusal> {
    if content.sender().is_some_and(|sender| sender != caller.party) {
        return Err(Refusal::new(RefusalCode::NotTheSender));
    }
    let recipient = match (content.recipient(), command.recipient) {
        (Some(said), Some(asked)) if said != asked => {
            return Err(Refusal::new(RefusalCode::MalformedContent).with("reason", "other-addressee").at("/recipient"));
        }
        (said, asked) => said.or(asked),
    };
    Ok(Described { number: content.number().to_owned(), date: content.date(), title: content.title(), recipient })
}

/// That the files which came are those that the original lists, by digest, so that one signature covers all.
fn match_attachments(content: &Content, files: &[Received]) -> Result<(), Refusal> {
    let came = files.get(1..).unwrap_or_default();
    for listed in content.attachments() {
        let file = came
            .iter()
            .find(|file| file.name() == listed.name)
            .ok_or_else(|| Refusal::new(RefusalCode::AttachmentMissing).with("name", &listed.name))?;
        if *file.sha256().as_bytes() != listed.sha256 {
            return Err(Refusal::new(RefusalCode::AttachmentMismatch).with("name", &listed.name));
        }
    }
    for (position, file) in came.iter().enumerate() {
        let listed = content.attachments().iter().any(|listed| listed.name == file.name());
        let twice = came.iter().take(position).any(|earlier| earlier.name() == file.name());
        if !listed || twice {
            return Err(Refusal::new(RefusalCode::AttachmentUnlisted).with("name", file.name()));
        }
    }
    Ok(())
}

/// The addressee, who must be a client and another party than the sender.
async fn recipient(app: &App, caller: &Caller, described: &Described) -> Result<Party, OperationError> {
    let recipient = described
        .recipient
        .ok_or_else(|| Refusal::new(RefusalCode::MissingRequisite).with("requisite", "recipient").at("/recipient"))?;
    if recipient == caller.party {
        return Err(RefusalCode::RecipientIsTheSender.into());
    }
    match clients::client(&app.db, &recipient).await? {
        Some(_) => Ok(recipient),
        None => Err(Refusal::new(RefusalCode::RecipientNotAClient).with("recipient", recipient.number()).into()),
    }
}
