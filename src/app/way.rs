//! The ways by which messages go: what holds for mail and for short messages alike.

use std::time::Duration;

use qolhat_pki::time::Span;
use tokio::sync::Notify;

use super::{App, Mail, Sms};
use crate::domain::address::{Address, Channel};
use crate::domain::ids::MessageId;
use crate::notify::handing::{NotSent, Sent};

/// Wakes the worker of a way.
#[derive(Default)]
pub struct Bell(Notify);

/// A way of messages that is set up.
#[derive(Clone, Copy)]
pub enum Way<'a> {
    /// Mail.
    Mail(&'a Mail),
    /// Short messages.
    Sms(&'a Sms),
}

impl App {
    /// The way of that channel; `None` where the service sends nothing by it.
    #[must_use]
    pub fn way(&self, channel: Channel) -> Option<Way<'_>> {
        match channel {
            Channel::Email => self.mail.as_ref().map(Way::Mail),
            Channel::Sms => self.sms.as_ref().map(Way::Sms),
        }
    }

    /// There is something to send: the workers need not wait for their next round.
    pub fn wake_ways(&self) {
        Channel::ALL.into_iter().filter_map(|channel| self.way(channel)).for_each(|way| way.wake());
    }
}

impl Way<'_> {
    /// Which one it is.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Mail(_) => Channel::Email,
            Self::Sms(_) => Channel::Sms,
        }
    }

    /// Whether notices go by it.
    #[must_use]
    pub const fn notices(&self) -> bool {
        match self {
            Self::Mail(mail) => mail.notices,
            Self::Sms(sms) => sms.notices,
        }
    }

    /// How long a message that is not a code is tried.
    #[must_use]
    pub const fn give_up(&self) -> Span {
        match self {
            Self::Mail(mail) => mail.give_up,
            Self::Sms(sms) => sms.give_up,
        }
    }

    /// How long one message may take.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        match self {
            Self::Mail(mail) => mail.relay.timeout,
            Self::Sms(sms) => sms.gateway.timeout(),
        }
    }

    /// To whom messages are handed, as the journal keeps it: `host:port`.
    #[must_use]
    pub fn machine(&self) -> String {
        match self {
            Self::Mail(mail) => format!("{}:{}", mail.relay.host, mail.relay.port),
            Self::Sms(sms) => sms.gateway.machine(),
        }
    }

    /// Hands in a message.
    ///
    /// # Errors
    /// [`NotSent`]; for good when the address is not one of this way.
    pub async fn hand_in(&self, id: MessageId, to: &Address, octets: &[u8]) -> Result<Sent, NotSent> {
        match (self, to) {
            (Self::Mail(mail), Address::Email(to)) => mail.relay.hand_in(&mail.sender, to, octets).await,
            (Self::Sms(sms), Address::Phone(_)) => sms.gateway.hand_in(id, octets).await,
            (Self::Mail(_), Address::Phone(_)) | (Self::Sms(_), Address::Email(_)) => {
                let reply = "the address is of another way".to_owned();
                Err(NotSent { dialogue: Vec::new(), reply, for_good: true })
            }
        }
    }

    /// There is something to send.
    pub fn wake(&self) {
        self.bell().0.notify_one();
    }

    /// Until there is something to send.
    pub async fn woken(&self) {
        self.bell().0.notified().await;
    }

    const fn bell(&self) -> &Bell {
        match self {
            Self::Mail(mail) => &mail.bell,
            Self::Sms(sms) => &sms.bell,
        }
    }
}
