//! Containers: archives that break one rule each, containers made here, and archives by another program.

mod archive;
mod containers;
mod foreign;
mod forge;
mod zips;

fn containers_policy() -> qolhat_pki::asic::ContainerPolicy {
    qolhat_pki::asic::ContainerPolicy::default()
}
