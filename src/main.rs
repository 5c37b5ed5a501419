//! The command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    qolhat::cli::run(std::env::args_os())
}
