//! The demonstration world: its folder, its people, and its CA's services over HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]

mod services;
mod support;
mod world;
