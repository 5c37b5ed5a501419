//! What the service promises, one claim a test.

mod database;
mod domain;
mod extract;
mod journal;
mod story;
