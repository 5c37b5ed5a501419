//! The signer in place of NCALayer: asked over WebSocket and HTTP as pages and programs ask it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod basics;
mod chooser;
mod command;
mod common_utils;
mod recorded;
mod safety;
mod support;
