//! What the service promises, one claim a test.

mod domain;
