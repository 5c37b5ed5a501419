//! `qolhat extract verify`: what a court runs. Needs the extract, the anchors and the operator's card; no network, no
//! database, nobody's help.

use std::path::PathBuf;

use qolhat_pki::trust::TrustStore;

use super::output::{CliError, Output};
use super::{Answer, ExtractVerifyArgs, input};
use crate::domain::time::Moment;
use crate::extract::operator::{self, OPERATOR_FILE_NAME, OperatorCard};
use crate::extract::package::EXTRACT_MAX_BYTES;
use crate::operations::verify_extract::verify_extract;

/// Judges the extract.
pub fn verify(args: &ExtractVerifyArgs, output: &Output) -> Result<Answer, CliError> {
    let at = input::moment(args.at.as_deref())?;
    let limit = u64::try_from(EXTRACT_MAX_BYTES).unwrap_or(u64::MAX);
    let bytes = input::file_up_to(&args.file, limit)?;
    let card = match &args.operator {
        Some(operator) => Some(OperatorCard {
            operator: operator.clone(),
            name: None,
            log_keys: args.log_key.clone(),
            origin: None,
            witness_keys: args.witness.clone(),
        }),
        None => with_witnesses(card_in(&args.trust)?, &args.witness)?,
    };
    judge(&bytes, &args.trust, (card, args.level), at, output)
}

/// The card found, with the witnesses named besides: a pin that was given is never dropped.
fn with_witnesses(card: Option<OperatorCard>, witnesses: &[String]) -> Result<Option<OperatorCard>, CliError> {
    match card {
        Some(mut card) => {
            card.witness_keys.extend(witnesses.iter().cloned());
            Ok(Some(card))
        }
        None if witnesses.is_empty() => Ok(None),
        None => Err(CliError::usage("--witness needs --operator and --log-key, or an operator.json in a trust folder")),
    }
}

/// Judges `bytes`; `card` overrides what the trust folders say, `level` is the lowest level of completeness that is enough.
pub fn judge(
    bytes: &[u8],
    trust: &[PathBuf],
    (card, level): (Option<OperatorCard>, Option<u8>),
    at: Moment,
    output: &Output,
) -> Result<Answer, CliError> {
    let anchors = TrustStore::from_certificates(input::certificates(trust)?);
    if anchors.is_empty() {
        return Err(CliError::no_anchors());
    }
    let card = match card {
        Some(card) => Some(card),
        None => card_in(trust)?,
    };
    let mut report = verify_extract(bytes, &anchors, card.as_ref(), at);
    if let Some(level) = level {
        report.demand_level(level);
    }
    output.answer(&report.to_json(), |page| {
        report.lines(output.language).iter().for_each(|line| page.raw(line));
    });
    Ok(match report.exit_code() {
        0 => Answer::Yes,
        1 => Answer::No,
        _ => Answer::Unreadable,
    })
}

/// The operator's card in one of the trust folders; two different ones would pin nobody.
fn card_in(trust: &[PathBuf]) -> Result<Option<OperatorCard>, CliError> {
    let mut found: Option<OperatorCard> = None;
    for path in trust.iter().map(|folder| folder.join(OPERATOR_FILE_NAME)).filter(|path| path.is_file()) {
        let name = path.display().to_string();
        let card =
            operator::parse(&input::file(&path)?).map_err(|error| CliError::malformed(&name, error.to_string()))?;
        if found.as_ref().is_some_and(|known| *known != card) {
            return Err(CliError::malformed(&name, "another trust folder names another operator"));
        }
        found = Some(card);
    }
    Ok(found)
}
