//! Hands a mail to a mail server, and says what they said to one another: that is what a court asks for (JRN-10, JRN-12).

use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use lettre::transport::smtp::{self, Error as SmtpError};
use zeroize::Zeroizing;

use super::handing::{NotSent, Sent, plain};
use super::letter::{Sender, address};
use crate::domain::email::EmailAddress;

/// Longest mark of a queue that is taken out of a reply, in characters.
const QUEUE_ID_MAX_CHARS: usize = 64;

/// How a connection is kept from others' eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// TLS from the first octet.
    Tls,
    /// TLS after STARTTLS, or no mail.
    StartTls,
    /// None: for a server on the same machine.
    None,
}

/// Where mails are handed in.
pub struct Relay {
    /// Name or address of the machine.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept from others' eyes.
    pub encryption: Encryption,
    /// User and password.
    pub credentials: Option<(String, Zeroizing<String>)>,
    /// What we call ourselves.
    pub hello: String,
    /// How long one mail may take, from the first to the last word.
    pub timeout: Duration,
}

/// The steps of a dialogue.
struct Dialogue(Vec<String>);

impl Dialogue {
    fn step(&mut self, step: &str, answer: Result<Response, SmtpError>) -> Result<String, NotSent> {
        match answer {
            Ok(response) => {
                let text = line(response.code().to_string(), response.message());
                self.0.push(format!("{step} {text}"));
                Ok(text)
            }
            Err(error) => Err(self.ended(step, &error, error.is_permanent())),
        }
    }

    fn ended(&self, step: &str, error: &SmtpError, for_good: bool) -> NotSent {
        let mut words = error.to_string();
        // What lies behind says more: a name that is not found, a certificate that is not believed.
        if let Some(source) = std::error::Error::source(error) {
            words = format!("{words}: {source}");
        }
        NotSent { dialogue: self.0.clone(), reply: plain(&format!("{step} {words}")), for_good }
    }
}

impl Relay {
    /// Hands in a mail. It is taken when the server says so after its last octet: what happens to the connection then is
    /// nobody's concern.
    ///
    /// # Errors
    /// [`NotSent`]. A connection that is cut, too slow, or ends before the last word: the server may have taken the mail all the
    /// same, and gets it once more under the same `Message-ID`.
    pub async fn hand_in(&self, from: &Sender, to: &EmailAddress, octets: &[u8]) -> Result<Sent, NotSent> {
        let mut dialogue = Dialogue(Vec::new());
        let outcome = tokio::time::timeout(self.timeout, self.talk(&mut dialogue, from, to, octets)).await;
        outcome.unwrap_or_else(|_| {
            let reply = format!("no end within {} seconds", self.timeout.as_secs());
            Err(NotSent { dialogue: dialogue.0, reply, for_good: false })
        })
    }

    async fn talk(
        &self,
        dialogue: &mut Dialogue,
        from: &Sender,
        to: &EmailAddress,
        octets: &[u8],
    ) -> Result<Sent, NotSent> {
        let unfit = |error: lettre::address::AddressError| NotSent {
            dialogue: Vec::new(),
            reply: format!("address: {error}"),
            for_good: true,
        };
        let (from, to) = (address(&from.address).map_err(unfit)?, address(to).map_err(unfit)?);
        // Whatever goes wrong up to here is between us and the server: it says nothing of the mail.
        let mut connection = match self.connect().await {
            Ok(connection) => connection,
            Err(error) => return Err(dialogue.ended("CONNECT", &error, false)),
        };
        let told = async {
            let answer = connection.command(Mail::new(Some(from), Vec::new())).await;
            dialogue.step("MAIL", answer)?;
            let answer = connection.command(Rcpt::new(to, Vec::new())).await;
            dialogue.step("RCPT", answer)?;
            let answer = connection.command(Data).await;
            dialogue.step("DATA", answer)?;
            let answer = connection.message(octets).await;
            dialogue.step("END", answer)
        }
        .await;
        let _ = tokio::time::timeout(Duration::from_secs(1), connection.abort()).await;
        told.map(|last| Sent { mark: queue_id(&last), dialogue: dialogue.0.clone() })
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let hello = ClientId::Domain(self.hello.clone());
        let tls = match self.encryption {
            Encryption::Tls | Encryption::StartTls => Some(TlsParameters::new(self.host.clone())?),
            Encryption::None => None,
        };
        let (at_once, later) = if self.encryption == Encryption::Tls { (tls, None) } else { (None, tls) };
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(self.timeout), &hello, at_once, None).await?;
        if let Some(tls) = later {
            connection.starttls(tls, &hello).await?;
        }
        if let Some((user, password)) = &self.credentials {
            let credentials = Credentials::new(user.clone(), password.to_string());
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await?;
        }
        Ok(connection)
    }

    /// Whether the server talks to us, and takes our password.
    ///
    /// # Errors
    /// What it said.
    pub async fn test(&self) -> Result<(), String> {
        let attempt = tokio::time::timeout(self.timeout, self.connect()).await;
        match attempt {
            Ok(Ok(mut connection)) => {
                connection.abort().await;
                Ok(())
            }
            Ok(Err(error)) => Err(Dialogue(Vec::new()).ended("CONNECT", &error, false).reply),
            Err(_) => Err(format!("no answer within {} seconds", self.timeout.as_secs())),
        }
    }
}

fn line<'a>(code: String, lines: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<&str> = lines.collect();
    plain(&format!("{code} {}", words.join(" ")))
}

/// The mark that most servers tell: `… queued as 4F2B81C0`. A server says what it likes; none is found in other words.
fn queue_id(reply: &str) -> Option<String> {
    let after = reply.split_once("queued as ")?.1;
    let mark: String =
        after.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')).collect();
    (!mark.is_empty() && mark.len() <= QUEUE_ID_MAX_CHARS).then_some(mark)
}

/// The port that a server listens on when none is named.
#[must_use]
pub const fn port_of(encryption: Encryption) -> u16 {
    match encryption {
        Encryption::Tls => smtp::SUBMISSIONS_PORT,
        Encryption::StartTls => smtp::SUBMISSION_PORT,
        Encryption::None => smtp::SMTP_PORT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_of_a_queue_is_found_where_it_is_told() {
        assert_eq!(queue_id("250 2.0.0 Ok: queued as 4F2B81C0").as_deref(), Some("4F2B81C0"));
        for none in ["250 OK", "250 queued as ", &format!("250 queued as {}", "A".repeat(65))] {
            assert_eq!(queue_id(none), None, "{none}");
        }
    }
}
