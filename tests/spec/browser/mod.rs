//! The pages in Debian's Chromium: people read, click, type and sign with `qolhat ncalayer`; nothing of it is imitated.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod hostile;
mod job;
mod keyboard;
mod pages;
mod programs;
mod real_keys;
mod support;
