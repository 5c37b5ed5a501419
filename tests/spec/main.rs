//! What the service promises, one claim a test.

mod database;
mod domain;
