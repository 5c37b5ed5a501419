//! The demonstration world (design D11): a look-alike of the national CA with its services, and people with keys, so
//! that everything can be tried on one machine with no outside service.
//!
//! Read [`authority`] (who issues), [`people`] (to whom), [`responders`] (the services over HTTP) and [`world`] (the
//! folder that holds it all); [`story`] plays the main story through [`client`], and [`run`] is the whole show. Production anchors never include a demonstration CA: each world makes its own keys.

pub mod answers;
pub mod authority;
pub mod client;
pub mod error;
mod files;
pub mod paper;
pub mod people;
pub mod register;
pub mod responders;
pub mod run;
pub mod story;
pub mod world;

pub use authority::{Authorities, Authority, Branch};
pub use error::DemoError;
pub use people::DEMO_PASSWORD;
pub use world::World;

/// Stands in the name of every demonstration CA, so that production can tell it.
pub const CA_MARK: &str = ") DEMO";
