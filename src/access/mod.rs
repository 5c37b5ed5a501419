//! Who may ask for what: clients and their people, their addresses and codes, certificates, sessions, compromise cases,
//! repeated requests.
//! Pure rules in [`rights`]; everything kept in [`store`], [`certificates`], [`cases`], [`contacts`] and [`codes`].

pub mod answers;
pub mod cases;
pub mod certificates;
pub mod codes;
pub mod contacts;
pub mod preferences;
pub mod rights;
pub mod session;
pub mod store;

pub use rights::{Caller, Capability};
