//! Who may ask for what: clients and their people, certificates, sessions, compromise cases, repeated requests.
//! Pure rules in [`rights`]; everything kept in [`store`], [`certificates`] and [`cases`].

pub mod answers;
pub mod cases;
pub mod certificates;
pub mod preferences;
pub mod rights;
pub mod session;
pub mod store;

pub use rights::{Caller, Capability};
