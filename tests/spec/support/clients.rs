//! Whom most stories have: the officer, and two clients.

use qolhat::demo::client::Client;
use qolhat::demo::story::Actor;

use super::stage::{AGREEMENT, Stage};

impl Stage {
    /// The officer, and `head-a` and `head-b`, bound by an agreement that he has published.
    pub async fn two_clients(&self) -> (Client, (Actor, Client), (Actor, Client)) {
        let officer = self.officer().await;
        let offer = self.publish(&officer, AGREEMENT).await;
        let head = self.joined("head-a", &offer).await;
        let other = self.joined("head-b", &offer).await;
        (officer, head, other)
    }
}
