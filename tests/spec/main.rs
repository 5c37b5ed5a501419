//! What the service promises, one claim a test.
#![allow(clippy::disallowed_methods, reason = "tests find their files and databases")]

mod acts;
mod cli;
mod database;
mod demo;
mod domain;
mod extract;
mod journal;
mod kill;
mod real_run;
mod refusals;
mod start;
mod story;
mod support;
mod tamper;
mod visualization;
