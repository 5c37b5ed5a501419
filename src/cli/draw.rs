//! `qolhat draw-page`: the process in which a page of a stranger's PDF is drawn. Started by the service, not by people.

use std::io;

use super::output::CliError;
use super::{Answer, DrawPageArgs};
use crate::visualization::View;
use crate::visualization::child::{self, Question};

/// Answers one question about the PDF on stdin.
pub fn draw_page(args: &DrawPageArgs) -> Result<Answer, CliError> {
    let question = match (args.page, args.width) {
        (Some(page), Some(width)) => {
            Question::Page(View::new(page, width).map_err(|error| CliError::usage(error.to_string()))?)
        }
        (None, _) | (_, None) => Question::Count,
    };
    Ok(Answer::Code(child::run(question, io::stdin().lock(), io::stdout().lock()).exit_code()))
}
