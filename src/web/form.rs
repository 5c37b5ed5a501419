//! What a form sends, read once within limits: texts and files by name, the session it was drawn for, the key under
//! which its act may be repeated.

use std::fmt::Write as _;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, RawForm, Request};
use axum::http::{StatusCode, header};
use futures_util::stream::{self, StreamExt as _};
use sha2::{Digest as _, Sha256};

use super::problem_page::{PageError, Typed};
use super::visitor::{Insider, Visitor};
use super::{VERIFY, room_of};
use crate::access::answers::{KEY_MAX_BYTES, Request as Repeatable};
use crate::access::rights::Caller;
use crate::api::Shared;
use crate::api::idempotency;
use crate::api::limiter::REQUEST_SECONDS;
use crate::app::App;
use crate::domain::digests;
use crate::domain::ids::UploadId;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::intake::{Incoming, Upload};
use crate::operations::OperationError;
use crate::operations::receive_upload::{self, IDLE_SECONDS, ReceiveUpload};
use qolhat_pki::armor;
use qolhat_storage::ContentDigest;

/// Largest form taken from anybody who is not logged in, in bytes: what was typed before a session ended.
const STRANGER_MAX_BYTES: usize = 4 * 1024 * 1024;
/// Most fields of a form.
const FIELDS_MAX: usize = 200;
/// Longest text of a field, in bytes: the texts of an offer and signatures in base64 are the longest.
const TEXT_MAX_BYTES: usize = 16 * 1024 * 1024;
/// The mark of the session that the form was drawn for.
const TAG: &str = "as";
/// The key under which the act may be repeated.
const KEY: &str = "key";
/// A signature that a page's module made, in base64, and one that another program made, as a file.
const CMS: [&str; 2] = ["cms", "cms_file"];

/// Where a document is brought, whose file may be larger than is held.
const COMPOSE: &str = "/documents/new";
/// The field of that file.
const ORIGINAL: &str = "original";

enum Piece {
    Text(String),
    File(Upload),
    Ahead(FileAhead),
}

/// A file that was too large to be held: it is an upload already.
pub struct FileAhead {
    /// Its name.
    pub name: String,
    /// The upload.
    pub upload: UploadId,
    sha256: ContentDigest,
}

/// What a form may bring.
struct Bounds<'a> {
    /// Octets that are held.
    held: usize,
    /// Whose file may come ahead of its document.
    ahead: Option<&'a Caller>,
}

/// A form.
pub struct Form {
    path: String,
    fields: Vec<(String, Piece)>,
}

impl FromRequest<Shared> for Form {
    type Rejection = PageError;

    async fn from_request(mut request: Request, app: &Shared) -> Result<Self, PageError> {
        let path = request.uri().path().to_owned();
        let (mut limit, mut seconds) = (room_of(&path).bytes, room_of(&path).seconds);
        let insider = match path.as_str() {
            VERIFY => None,
            _ => Visitor::of(app, request.headers(), &path).await?.insider,
        };
        if path != VERIFY && insider.is_none() {
            limit = limit.min(STRANGER_MAX_BYTES);
            seconds = seconds.min(REQUEST_SECONDS);
        }
        let ahead = insider.as_ref().map(|insider| &insider.caller).filter(|_| path == COMPOSE);
        let more = usize::try_from(app.rules.limits.upload_max_bytes).unwrap_or(usize::MAX);
        let whole = if ahead.is_some() { limit.saturating_add(more) } else { limit };
        DefaultBodyLimit::max(whole).apply(&mut request);
        let bounds = Bounds { held: limit, ahead };
        let fields = tokio::time::timeout(Duration::from_secs(seconds), read(request, app, &bounds));
        let fields = fields.await.map_err(|_| RefusalCode::ServiceUnavailable)??;
        if fields.len() > FIELDS_MAX {
            return Err(unreadable().into());
        }
        Ok(Self { path, fields })
    }
}

fn unreadable() -> Refusal {
    Refusal::new(RefusalCode::MalformedContent).with("reason", "form")
}

fn too_large(limit: usize) -> Refusal {
    Refusal::new(RefusalCode::UploadTooLarge).with("limit", limit.to_string())
}

async fn read(request: Request, app: &Shared, bounds: &Bounds<'_>) -> Result<Vec<(String, Piece)>, PageError> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        multipart(request, app, bounds).await
    } else {
        plain(request, app, bounds.held).await
    }
}

async fn plain(request: Request, app: &Shared, limit: usize) -> Result<Vec<(String, Piece)>, PageError> {
    let RawForm(bytes) = RawForm::from_request(request, app).await.map_err(|rejection| {
        if axum::response::IntoResponse::into_response(rejection).status() == StatusCode::PAYLOAD_TOO_LARGE {
            too_large(limit)
        } else {
            unreadable()
        }
    })?;
    let bytes = std::str::from_utf8(&bytes).map_err(|_| unreadable())?;
    let mut fields = Vec::new();
    for pair in bytes.split('&').filter(|pair| !pair.is_empty()).take(FIELDS_MAX + 1) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        fields.push((decoded(name)?, Piece::Text(text(decoded(value)?)?)));
    }
    Ok(fields)
}

/// A name or value of `application/x-www-form-urlencoded`.
fn decoded(text: &str) -> Result<String, Refusal> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
                match (digit(), digit()) {
                    (Some(high), Some(low)) => u8::try_from(high * 16 + low).map_err(|_| unreadable())?,
                    _ => return Err(unreadable()),
                }
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| unreadable())
}

/// What is sent back as a plain form.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => {
                // Writing to a text does not fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// Browsers send the ends of lines as CR LF; people mean lines.
fn text(value: String) -> Result<String, Refusal> {
    if value.len() > TEXT_MAX_BYTES {
        return Err(too_large(TEXT_MAX_BYTES));
    }
    Ok(if value.contains('\r') { value.replace("\r\n", "\n").replace('\r', "\n") } else { value })
}

async fn multipart(request: Request, app: &Shared, bounds: &Bounds<'_>) -> Result<Vec<(String, Piece)>, PageError> {
    let mut form = Multipart::from_request(request, app).await.map_err(|_| unreadable())?;
    let mut fields = Vec::new();
    let mut left = bounds.held;
    loop {
        let read = part(&mut form, app, bounds, &mut left, fields.len()).await;
        match read {
            Ok(Some(field)) => fields.push(field),
            Ok(None) => return Ok(fields.into_iter().flatten().collect()),
            Err(error) => {
                let fields = fields.into_iter().flatten().collect();
                give_up(app, bounds.ahead, &Form { path: COMPOSE.to_owned(), fields }).await;
                return Err(error);
            }
        }
    }
}

/// The next field: nothing in place of one for a file in which none was chosen; `None` after the last.
async fn part(
    form: &mut Multipart,
    app: &Shared,
    bounds: &Bounds<'_>,
    left: &mut usize,
    count: usize,
) -> Result<Option<Option<(String, Piece)>>, PageError> {
    let failed = |error: MultipartError| {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE { too_large(bounds.held) } else { unreadable() }
    };
    let Some(mut part) = form.next_field().await.map_err(failed)? else { return Ok(None) };
    if count > FIELDS_MAX {
        return Err(unreadable().into());
    }
    let name = part.name().unwrap_or_default().to_owned();
    let file = part.file_name().map(str::to_owned);
    let ahead = bounds.ahead.filter(|_| name == ORIGINAL && file.is_some());
    let mut bytes = Vec::new();
    while let Some(piece) = part.chunk().await.map_err(failed)? {
        bytes.extend_from_slice(&piece);
        if let (Some(caller), Some(file)) = (ahead, &file)
            && bytes.len() > app.rules.limits.file_max_bytes
        {
            let piece = Piece::Ahead(bring(app, caller, file, bytes, part).await?);
            return Ok(Some(Some((name, piece))));
        }
        if bytes.len() > *left {
            return Err(too_large(bounds.held).into());
        }
    }
    *left = left.saturating_sub(bytes.len());
    let piece = match file {
        Some(file) if file.is_empty() && bytes.is_empty() => return Ok(Some(None)),
        Some(file) => Piece::File(Upload { name: file, bytes }),
        None => Piece::Text(text(String::from_utf8(bytes).map_err(|_| unreadable())?)?),
    };
    Ok(Some(Some((name, piece))))
}

/// Brings a file that is too large to be held, as far as it has come and the rest of it, ahead of its document.
async fn bring(
    app: &Shared,
    caller: &Caller,
    name: &str,
    begun: Vec<u8>,
    rest: axum::extract::multipart::Field<'_>,
) -> Result<FileAhead, PageError> {
    let begun = stream::iter([Ok::<_, MultipartError>(Bytes::from(begun))]);
    let command = ReceiveUpload {
        declared_bytes: None,
        digests: digests::USUAL.to_vec(),
        source: Incoming::new(begun.chain(rest), Duration::from_secs(IDLE_SECONDS)),
        again: None,
    };
    let row = receive_upload::receive_upload(app, caller, command).await?;
    Ok(FileAhead { name: name.to_owned(), upload: row.id, sha256: row.sha256()? })
}

/// Gives up what a form brought ahead and no document uses.
pub async fn give_up(app: &App, caller: Option<&Caller>, form: &Form) {
    let Some(caller) = caller else { return };
    for (_, piece) in &form.fields {
        if let Piece::Ahead(file) = piece
            && let Err(error) = receive_upload::discard(app, caller, file.upload).await
            && !matches!(&error, OperationError::Refused(refusal) if refusal.code == RefusalCode::UploadUnknown)
        {
            tracing::info!(error = %error, upload.id = %file.upload, "an upload of a form is not given up");
        }
    }
}

impl Form {
    /// A text, without white space around it; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// A text as it was sent.
    pub fn raw(&self, name: &str) -> &str {
        let found = self.fields.iter().find_map(|(known, piece)| match piece {
            Piece::Text(text) if known == name => Some(text.as_str()),
            Piece::Text(_) | Piece::File(_) | Piece::Ahead(_) => None,
        });
        found.unwrap_or_default()
    }

    /// Every text of this name, in order.
    pub fn texts<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.fields.iter().filter_map(move |(known, piece)| match piece {
            Piece::Text(text) if known == name => Some(text.trim()),
            Piece::Text(_) | Piece::File(_) | Piece::Ahead(_) => None,
        })
    }

    /// Whether a box is ticked.
    pub fn ticked(&self, name: &str) -> bool {
        !self.raw(name).is_empty()
    }

    /// Takes every file of this name out, in order.
    pub fn take_files(&mut self, name: &str) -> Vec<Upload> {
        let (files, rest) = std::mem::take(&mut self.fields)
            .into_iter()
            .partition(|(known, piece)| known == name && matches!(piece, Piece::File(_)));
        self.fields = rest;
        let upload = |(_, piece)| match piece {
            Piece::File(upload) => Some(upload),
            Piece::Text(_) | Piece::Ahead(_) => None,
        };
        Vec::into_iter(files).filter_map(upload).collect()
    }

    /// The files of this name that are uploads already, in order.
    pub fn ahead<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f FileAhead> {
        self.fields.iter().filter_map(move |(known, piece)| match piece {
            Piece::Ahead(file) if known == name => Some(file),
            Piece::Text(_) | Piece::File(_) | Piece::Ahead(_) => None,
        })
    }

    /// The person who sends the form: in a session, and in the one that the form was drawn for.
    ///
    /// # Errors
    /// `login-required`, `session-expired`, `key-compromised`, each with what was typed, so that it can be sent again;
    /// `other-session`.
    pub fn insider<'v>(&self, visitor: &'v Visitor) -> Result<&'v Insider, PageError> {
        let Some(insider) = &visitor.insider else {
            return Err(PageError::ended(visitor.why_not(), Typed { path: self.path.clone(), fields: self.typed() }));
        };
        if self.raw(TAG) == insider.tag { Ok(insider) } else { Err(RefusalCode::OtherSession.into()) }
    }

    /// The officer who sends the form.
    ///
    /// # Errors
    /// As [`Form::insider`]; `not-an-officer`.
    pub fn officer<'v>(&self, visitor: &'v Visitor) -> Result<&'v Insider, PageError> {
        let insider = self.insider(visitor)?;
        insider.caller.must_be_officer()?;
        Ok(insider)
    }

    /// The act under the form's key, and the object it made if it was done before.
    ///
    /// # Errors
    /// `idempotency-key-missing`, `idempotency-key-reused`; a fault of the database.
    pub async fn request(&self, app: &App, insider: &Insider) -> Result<(Repeatable, Option<String>), PageError> {
        let key = self.raw(KEY);
        if !(1..=KEY_MAX_BYTES).contains(&key.len()) {
            return Err(RefusalCode::IdempotencyKeyMissing.into());
        }
        Ok(idempotency::request(app, &insider.caller, key.to_owned(), self.sha256()).await?)
    }

    /// What names the form for a repeated act: everything in it but the key.
    fn sha256(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        let mut add = |bytes: &[u8]| {
            hasher.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(bytes);
        };
        add(self.path.as_bytes());
        for (name, piece) in self.fields.iter().filter(|(name, _)| name != KEY && name != TAG) {
            add(name.as_bytes());
            match piece {
                Piece::Text(text) => add(text.as_bytes()),
                Piece::File(file) => {
                    add(file.name.as_bytes());
                    add(&file.bytes);
                }
                Piece::Ahead(file) => {
                    add(file.name.as_bytes());
                    add(file.sha256.as_bytes());
                }
            }
        }
        hasher.finalize().into()
    }

    /// The signature in the form: made by the page's module, or a file made by another program.
    ///
    /// # Errors
    /// `signature-missing`, `malformed-cms`.
    pub fn cms(&self) -> Result<Vec<u8>, Refusal> {
        let [text, file] = CMS;
        let by_module = self.raw(text).as_bytes();
        let of_file = self.fields.iter().find_map(|(known, piece)| match piece {
            Piece::File(upload) if known == file => Some(upload.bytes.as_slice()),
            Piece::Text(_) | Piece::File(_) | Piece::Ahead(_) => None,
        });
        let bytes = match (by_module.is_empty(), of_file) {
            (false, _) => by_module,
            (true, Some(bytes)) => bytes,
            (true, None) => return Err(Refusal::new(RefusalCode::SignatureMissing)),
        };
        let mut found = armor::decode_any(bytes);
        match (found.pop(), found.is_empty()) {
            (Some(cms), true) => Ok(cms),
            _ => Err(Refusal::new(RefusalCode::MalformedCms).with("reason", "not-one-cms")),
        }
    }

    /// What was typed: texts, but neither marks, keys nor signatures.
    fn typed(&self) -> Vec<(String, String)> {
        let kept = |name: &str| name != TAG && name != KEY && !CMS.contains(&name);
        let text = |(name, piece): &(String, Piece)| match piece {
            Piece::Text(text) if kept(name) => Some((name.clone(), text.clone())),
            Piece::Text(_) | Piece::File(_) | Piece::Ahead(_) => None,
        };
        self.fields.iter().filter_map(text).collect()
    }
}

/// Fields as one text, to be carried through a login.
pub fn pack(fields: &[(String, String)]) -> String {
    fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

/// The fields in such a text; what does not read is left out.
pub fn unpack(text: &str) -> Vec<(String, String)> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        Some((decoded(name).ok()?, decoded(value).ok()?))
    };
    text.split('&').take(FIELDS_MAX).filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_was_typed_comes_through_a_login_unchanged() {
        let fields = vec![
            ("reason".to_owned(), "сома & көлем = 100%\nекінші жол +1".to_owned()),
            ("ә".to_owned(), String::new()),
        ];
        assert_eq!(unpack(&pack(&fields)), fields);
        assert!(unpack("").is_empty() && unpack("%zz=1&=%f").iter().all(|(name, _)| name.is_empty()));
    }

    #[test]
    fn broken_encodings_are_refused() {
        for text in ["%", "%4", "%zz", "%ff"] {
            assert!(decoded(text).is_err(), "{text}");
        }
        assert_eq!(decoded("a+b%20%D2%9B").unwrap(), "a b қ");
    }
}
