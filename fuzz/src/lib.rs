//! Foreign octets for every reader of `qolhat-pki`: never a panic, never unbounded time or memory, and nothing that
//! passes says more than what was signed here.
//!
//! A target is a plain function of octets ([`targets`]); `fuzz_targets/` puts libFuzzer in front of it, the program
//! `smoke` the mutations of [`mutate`]. Both begin from [`seeds`].

pub mod fixture;
mod kept_keys;
pub mod mutate;
pub mod seeds;
pub mod targets;

/// A target: its name, the function that must survive everything, and the good inputs to begin from.
pub struct Target {
    /// As in `fuzz_targets/`.
    pub name: &'static str,
    /// Panics when something is wrong.
    pub run: fn(&[u8]),
    /// Good inputs.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "certificate", run: targets::certificate, seeds: seeds::certificate },
    Target { name: "crl", run: targets::crl, seeds: seeds::crl },
    Target { name: "ocsp", run: targets::ocsp, seeds: seeds::ocsp },
    Target { name: "tsp", run: targets::tsp, seeds: seeds::tsp },
    Target { name: "cms", run: targets::cms, seeds: seeds::cms },
    Target { name: "xml", run: targets::xml, seeds: seeds::xml },
    Target { name: "asic", run: targets::asic, seeds: seeds::asic },
    Target { name: "asic_files", run: targets::asic_files, seeds: seeds::asic_files },
    Target { name: "ers", run: targets::ers, seeds: seeds::ers },
    Target { name: "pkcs12", run: targets::pkcs12, seeds: seeds::pkcs12 },
    Target { name: "armor", run: targets::armor, seeds: seeds::armor },
    Target { name: "der", run: targets::der, seeds: seeds::der },
    Target { name: "name", run: targets::name, seeds: seeds::name },
    Target { name: "keys", run: targets::keys, seeds: seeds::keys },
    Target { name: "path", run: targets::path, seeds: seeds::path },
    Target { name: "policies", run: targets::policies, seeds: seeds::policies },
];
