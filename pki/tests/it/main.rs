#![allow(clippy::disallowed_methods, reason = "tests find their files and measure")]
//! The library from outside: real objects of the national CA, objects made here, and OpenSSL as an independent reader.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]

mod algorithms;
mod answer;
mod asic;
mod certificates;
mod crl;
mod ers;
mod example;
mod foreign;
mod gost;
mod issue;
mod kept_keys;
mod ncanode_holes;
mod ocsp;
mod pkcs12;
mod raw_signatures;
mod report_etsi;
mod suites;
mod traps;
mod tsp;
mod validate;
mod workshop;
mod xml;
