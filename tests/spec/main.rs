//! What the service promises, one claim a test.
#![allow(clippy::disallowed_methods, reason = "tests find their files and databases")]

mod acts;
mod attacks;
mod browser;
mod cli;
mod cli_pki;
mod court;
mod court_request;
mod court_scope;
mod database;
mod demo;
mod destruction;
mod domain;
mod doors;
mod extend;
mod extract;
mod fetch;
mod journal;
mod kill;
mod ncalayer;
mod online;
mod pages_officer;
mod postgres;
mod power;
mod processes;
mod real_run;
mod refusals;
mod start;
mod store;
mod story;
mod support;
mod tamper;
mod verify_file;
mod visualization;
mod witness;
