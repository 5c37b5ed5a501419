//! qolhat

pub mod db;
pub mod domain;
pub mod extract;
pub mod i18n;
