//! What the service promises, one claim a test.
