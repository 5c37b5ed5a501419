//! Doubt after a wrong guess.

/// Whether nothing is guessed after a wrong guess ([`super::flights`]). What the leader does not know any more is what was
/// sequenced before it read the log anew: a guess of it is wrong when its event was put in within a second of that, and may
/// wait behind a full inbox. So the doubt lasts for two renewals of the lease and until the inbox was empty once.
#[derive(Default)]
pub(super) struct Doubt {
    renewals: u32,
    pub(super) is_drained: bool,
}

impl Doubt {
    const RENEWALS: u32 = 3;

    pub(super) fn begins() -> Self {
        Self { renewals: Self::RENEWALS, is_drained: false }
    }

    pub(super) const fn is_there(&self) -> bool {
        self.renewals > 0
    }

    /// A renewal of the lease is due.
    pub(super) fn pass(&mut self) {
        if self.renewals > 1 || self.is_drained {
            self.renewals = self.renewals.saturating_sub(1);
        }
    }
}
