//! `qolhat extract verify`: what a court runs. Needs the extract, the anchors and the operator's card; no network, no
//! database, nobody's help.

use std::path::PathBuf;

use qolhat_pki::trust::TrustStore;

use super::output::{CliError, Output};
use super::{Answer, ExtractVerifyArgs, WhoseArgs, input};
use crate::domain::time::Moment;
use crate::extract::operator::{self, OPERATOR_FILE_NAME, OperatorCard};
use crate::extract::package::EXTRACT_MAX_BYTES;
use crate::operations::verify_extract::verify_extract;

/// Judges the extract.
pub fn verify(args: &ExtractVerifyArgs, output: &Output) -> Result<Answer, CliError> {
    let at = input::moment(args.at.as_deref())?;
    let limit = u64::try_from(EXTRACT_MAX_BYTES).unwrap_or(u64::MAX);
    let bytes = input::file_up_to(&args.file, limit)?;
    let card = card(&args.whose, &args.witness)?;
    let card = with_quorum(card, args.witness_quorum)?;
    judge(&bytes, &args.whose.trust, (card, args.level), at, output)
}

/// What a reader brings: the anchors, and whose log it is.
pub fn pins(whose: &WhoseArgs) -> Result<(TrustStore, Option<OperatorCard>), CliError> {
    let anchors = TrustStore::from_certificates(input::certificates(&whose.trust)?);
    Ok((anchors, card(whose, &[])?))
}

fn card(whose: &WhoseArgs, witnesses: &[String]) -> Result<Option<OperatorCard>, CliError> {
    match &whose.operator {
        Some(operator) => Ok(Some(OperatorCard {
            operator: operator.clone(),
            name: None,
            log_keys: whose.log_key.clone(),
            origin: None,
            witness_keys: witnesses.to_vec(),
            witness_quorum: None,
        })),
        None => with_witnesses(card_in(&whose.trust)?, witnesses),
    }
}

/// The card found, with the witnesses named besides: a pin that was given is never dropped.
fn with_witnesses(card: Option<OperatorCard>, witnesses: &[String]) -> Result<Option<OperatorCard>, CliError> {
    match card {
        Some(mut card) => {
            for key in witnesses {
                if !card.witness_keys.contains(key) {
                    card.witness_keys.push(key.clone());
                }
            }
            // Whoever is named by hand is demanded.
            if !witnesses.is_empty() {
                card.witness_quorum = None;
            }
            Ok(Some(card))
        }
        None if witnesses.is_empty() => Ok(None),
        None => Err(CliError::usage("--witness needs --operator and --log-key, or an operator.json in a trust folder")),
    }
}

/// The card with the quorum that was given, which must be one.
fn with_quorum(card: Option<OperatorCard>, quorum: Option<usize>) -> Result<Option<OperatorCard>, CliError> {
    match (card, quorum) {
        (card, None) => Ok(card),
        (Some(card), Some(_)) => {
            let card = OperatorCard { witness_quorum: quorum, ..card };
            let usage = "--witness-quorum is from 1 to the number of witnesses, each named once";
            card.has_fitting_quorum().then_some(Some(card)).ok_or_else(|| CliError::usage(usage))
        }
        (None, Some(_)) => {
            Err(CliError::usage("--witness-quorum needs --witness, or an operator.json in a trust folder"))
        }
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
