//! What the builders make: read back by this crate, by OpenSSL where it can, and held against real objects octet for octet.

mod certificates;
mod messages;
mod ocsp_answers;
mod revocation_lists;
mod time_stamps;
