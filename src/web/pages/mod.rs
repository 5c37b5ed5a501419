//! One file a page, or a few pages about one thing.

pub mod accept;
pub mod certificates;
pub mod compose;
pub mod contacts;
pub mod destruction;
pub mod document;
pub mod documents;
pub mod extracts;
pub mod home;
pub mod login;
pub mod offers;
pub mod officer;
pub mod registry;
pub mod verify;
