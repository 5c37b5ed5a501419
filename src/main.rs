//! The command line.

fn main() {
    eprintln!("qolhat {}: the commands are not built yet", env!("CARGO_PKG_VERSION"));
    std::process::exit(2);
}
