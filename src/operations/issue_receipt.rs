//! The operator's signed receipt for a recorded document (FLW-03, FLW-04): what was received, when, and where it stands
//! in the journal. Made after the entry is sequenced, so that it never says more than the journal holds.

use qolhat_pki::issue::cms_sign::Packaging;
use serde_json::{Value, json};

use super::{Fault, OperationError};
use crate::access::store as clients;
use crate::app::{App, SealError};
use crate::docflow::Side;
use crate::docflow::store::{self, DocumentRow, FileRow, ReceiptRow};
use crate::domain::ids::DocumentId;
use crate::domain::party::Party;
use crate::domain::time::Moment;
use crate::extract::format::{field, kind};
use crate::extract::records::{
    OperatorRecord, RECEIPT_TYPE, RECEIPT_VERSION, ReceiptFileRecord, ReceiptJournalRecord, ReceiptPartyRecord,
    ReceiptRecord,
};
use crate::i18n::{self, Language};
use crate::journal::Sequenced;
use crate::signature::store::{self as signatures, SignatureRow};

/// Receipts made up for in one round.
const ROUND_MAX: i64 = 100;
/// How often the next number is taken anew when others, who make receipts at the same moment, were faster.
const NUMBER_TRIES: u32 = 32;

/// Makes the receipt of a recorded document. One that has it, or is not sequenced yet, is left as it is.
///
/// # Errors
/// A fault; `Inconsistent` when what is kept is not what the journal's entry recorded.
pub async fn issue_receipt(app: &App, document: DocumentId) -> Result<(), OperationError> {
    let Some(row) = store::load(&app.db, document).await? else { return Ok(()) };
    let Some(event) = row.recorded_event else { return Ok(()) };
    let Some(entry) = app.journal.find(event).await? else { return Ok(()) };
    if store::receipts(&app.db, document).await?.iter().any(|receipt| receipt.event == event) {
        return Ok(());
    }
    let files = store::files(&app.db, document).await?;
    let signatures = signatures::of_document(&app.db, document).await?;
    let signature = signatures.iter().find(|signature| signature.side == Side::Sender.code());
    must_be_recorded(app, &entry, &row, &files, signature).await?;
    let names = [name_of(app, &row.sender).await?, name_of(app, &row.recipient).await?];
    let now = app.clock.now();

    for _ in 0..NUMBER_TRIES {
        let mut tx = app.db.begin().await?;
        let number = store::next_receipt_number(&mut tx).await?;
        let body = body(app, &row, &files, signature, &names, &entry, number);
        let cms = seal(app, body.to_string().as_bytes(), now).await?;
        let receipt = ReceiptRow { event, number, cms, made_at: now };
        match store::insert_receipt(&mut tx, document, &receipt).await {
            Ok(()) => return Ok(tx.commit().await?),
            // Somebody else was faster: his receipt says the same.
            Err(error) if error.violates(&["receipt_pkey", "receipt.event_id"]) => return Ok(()),
            // The number went to the receipt of another document.
            Err(error) if error.violates(&["receipt_number_is_unique", "receipt.number"]) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // The worker makes it up in its next round.
    tracing::warn!(document.id = %document, "no number was free for its receipt");
    Ok(())
}

/// The receipt of what was recorded at this moment. When the seal's token does not sign it is left to the worker: what is
/// recorded is answered.
///
/// # Errors
/// As [`issue_receipt`] in all other cases.
pub(super) async fn issue_or_leave(app: &App, document: DocumentId) -> Result<(), OperationError> {
    match issue_receipt(app, document).await {
        Err(OperationError::Fault(Fault::Seal(SealError::Token(error)))) => {
            tracing::error!(document.id = %document, error = %error, "a receipt waits for the seal's token");
            Ok(())
        }
        outcome => outcome,
    }
}

/// Makes the receipts that a crash between record and receipt left out; answers how many.
///
/// # Errors
/// A fault.
pub async fn issue_missing(app: &App) -> Result<usize, OperationError> {
    let mut made = 0;
    for document in store::without_receipt(&app.db, ROUND_MAX).await? {
        // One whose rows contradict the journal does not keep the others from their turn.
        match issue_receipt(app, document).await {
            Ok(()) => made += 1,
            Err(error) => tracing::error!(document.id = %document, error = %error, "a receipt was not made"),
        }
    }
    Ok(made)
}

/// That the entry records this very document: rows can be changed by hand, what an entry committed to cannot.
async fn must_be_recorded(
    app: &App,
    place: &Sequenced,
    row: &DocumentRow,
    files: &[FileRow],
    signature: Option<&SignatureRow>,
) -> Result<(), OperationError> {
    let seq = place.seq;
    let differs = |what: &str| Fault::Inconsistent(format!("document {}: entry {seq}: {what}", row.id));
    let stored = app.journal.entry(seq).await?.ok_or_else(|| differs("it is missing"))?;
    let (entry, fields) = stored.proven()?;
    if !matches!(entry.kind.as_str(), kind::DOCUMENT_RECORDED | kind::DOCUMENT_RECEIVED) {
        return Err(differs(&entry.kind).into());
    }
    let rows = [
        (field::DOCUMENT_ID, Some(row.id.to_string())),
        (field::CONTENT_SHA256, files.first().map(|file| file.sha256.to_hex())),
        (field::SIGNATURE_SHA256, signature.map(|signature| signature.cms_sha256.to_hex())),
        (field::SENDER, Some(row.sender.key())),
        (field::RECIPIENT, Some(row.recipient.key())),
        (field::NUMBER, Some(row.number.clone())),
        (field::KIND, Some(row.kind.code().to_owned())),
    ];
    for (name, kept) in rows {
        if fields.get(name).and_then(Value::as_str) != kept.as_deref() {
            return Err(differs(&format!("{name} is another than is kept")).into());
        }
    }
    Ok(())
}

/// The name by which people know a party.
///
/// # Errors
/// A fault of the database.
pub(super) async fn name_of(app: &App, party: &Party) -> Result<String, OperationError> {
    if *party == Party::Organization(app.operator.bin) {
        return Ok(app.operator.name.clone());
    }
    let client = clients::client(&app.db, party).await?;
    Ok(client.map_or_else(|| party.number(), |client| client.display_name))
}

/// An attached CMS by the operator's key.
///
/// # Errors
/// `Seal` when the key cannot sign.
pub(super) async fn seal(app: &App, content: &[u8], now: Moment) -> Result<Vec<u8>, OperationError> {
    let signed = app.operator.seal.sign(content, Packaging::Attached, now, &mut app.rng.clone()).await;
    Ok(signed.map_err(Fault::from)?)
}

fn body(
    app: &App,
    row: &DocumentRow,
    files: &[FileRow],
    signature: Option<&SignatureRow>,
    names: &[String; 2],
    entry: &Sequenced,
    number: i64,
) -> Value {
    let original = files.first().map(|file| file.sha256.to_hex()).unwrap_or_default();
    let text_in = |language: &Language| {
        let text = text(*language, app, row, &original, signature, names, entry, number);
        (language.code().to_owned(), text)
    };
    let [sender, recipient] = names;
    let party = |party: &Party, name: &str| ReceiptPartyRecord { party: party.key(), name: name.to_owned() };
    let attachments = files.iter().skip(1);
    let attachments =
        attachments.map(|file| ReceiptFileRecord { name: file.name.clone(), sha256: file.sha256.to_hex() });
    let receipt = ReceiptRecord {
        r#type: RECEIPT_TYPE.to_owned(),
        version: RECEIPT_VERSION,
        number: u64::try_from(number).unwrap_or_default(),
        document_id: row.id.to_string(),
        kind: row.kind.code().to_owned(),
        document_number: row.number.clone(),
        title: row.title.clone(),
        sender: party(&row.sender, sender),
        recipient: party(&row.recipient, recipient),
        attachments: attachments.collect(),
        signature_sha256: signature.map(|signature| signature.cms_sha256.to_hex()),
        received_at: entry.at.to_string(),
        journal: ReceiptJournalRecord {
            origin: app.journal.origin().to_owned(),
            key: app.journal.verifier_key().to_owned(),
            entry: entry.seq,
            leaf: hex::encode(entry.leaf),
        },
        operator: OperatorRecord { bin: app.operator.bin.to_string(), name: app.operator.name.clone() },
        text: Language::ALL.iter().map(text_in).collect(),
        content_sha256: original.clone(),
    };
    json!(receipt)
}

#[expect(clippy::too_many_arguments, reason = "every line of the receipt says another thing")]
fn text(
    language: Language,
    app: &App,
    row: &DocumentRow,
    original: &str,
    signature: Option<&SignatureRow>,
    [sender, recipient]: &[String; 2],
    entry: &Sequenced,
    number: i64,
) -> String {
    let line = |key: &str, values: &[(&str, &str)]| i18n::text(language, key, values);
    let kind = i18n::word(language, "kind", row.kind.code());
    let mut lines = vec![
        line("receipt-title", &[("number", &number.to_string())]),
        line("receipt-document", &[("kind", &kind), ("number", &row.number), ("title", &row.title)]),
        line("receipt-sender", &[("name", sender), ("party", &row.sender.number())]),
        line("receipt-recipient", &[("name", recipient), ("party", &row.recipient.number())]),
        line("receipt-received", &[("at", &entry.at.to_string()), ("seq", &entry.seq.to_string())]),
        line("receipt-content", &[("sha256", original)]),
    ];
    if let Some(signature) = signature {
        let verdict = i18n::word(language, "indication", &signature.indication);
        let values = [("name", signature.common_name.as_str()), ("iin", &signature.iin), ("verdict", &verdict)];
        lines.push(line("receipt-signature", &values));
    }
    let bin = app.operator.bin.to_string();
    lines.push(line("receipt-operator", &[("name", &app.operator.name), ("bin", &bin)]));
    lines.push(line("receipt-log", &[("origin", app.journal.origin())]));
    lines.join("\n")
}
