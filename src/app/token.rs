//! A key in a PKCS#11 token. One thread has the module, one session and the login: a driver may be slow, and none
//! promises more than one call at a time. A session that ended with its token is opened anew when the token is back.
//!
//! A wrong PIN is given to a token once and never again: a few more, and the token locks itself.

mod error;
mod session;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use qolhat_pki::certificate::Certificate;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

pub use error::TokenError;

use crate::config::{TokenConfig, TokenPlace};
use session::Driver;

/// Signatures that wait for the token at most.
const WAITING_MAX: usize = 64;
/// How long a token may take to be opened, or for one signature with all that waits before it.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest PIN, in octets.
const PIN_MAX_BYTES: usize = 256;

/// A key in a token, ready to sign.
pub struct Token {
    tasks: mpsc::Sender<Task>,
    /// Which token it is, for messages.
    name: String,
    /// It did not answer in time and has not answered since: nobody else waits for it.
    is_silent: Arc<AtomicBool>,
}

struct Task {
    message: Vec<u8>,
    answer: oneshot::Sender<Result<Vec<u8>, TokenError>>,
}

/// The certificate to which the key answers, and those above it.
pub struct Known {
    /// The certificate.
    pub certificate: Certificate,
    /// Those above it, as far as they came with it.
    pub chain: Vec<Certificate>,
}

impl Token {
    /// The token of `config`, logged into, its key tried. The certificate is found among `beside`, or in the token.
    ///
    /// # Errors
    /// [`TokenError`] says what, where, and what to do.
    pub async fn open(config: &TokenConfig, beside: Option<Vec<Certificate>>) -> Result<(Self, Known), TokenError> {
        let name = name(&config.place);
        let pin = pin(config)?;
        let (tasks, waiting) = mpsc::channel(WAITING_MAX);
        let (opened, answer) = oneshot::channel();
        let is_silent = Arc::new(AtomicBool::new(false));
        let mut driver = Driver::new(config.clone(), name.clone(), pin);
        let silent = Arc::clone(&is_silent);
        let run = move || {
            let outcome = driver.open_first(beside);
            let goes_on = outcome.is_ok();
            // Nobody waits any longer: then nobody will ask for signatures either.
            if opened.send(outcome).is_ok() && goes_on {
                serve(&mut driver, waiting, &silent);
            }
        };
        std::thread::Builder::new().name("seal token".to_owned()).spawn(run).map_err(|_| TokenError::Thread)?;
        let outcome = timeout(PATIENCE, answer).await.map_err(|_| silence(&name))?;
        let known = outcome.map_err(|_| TokenError::Thread)??;
        Ok((Self { tasks, name, is_silent }, known))
    }

    /// The signature of the key over `message`.
    ///
    /// # Errors
    /// [`TokenError`] says what, where, and what to do.
    pub async fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, TokenError> {
        if self.is_silent.load(Ordering::Acquire) {
            return Err(silence(&self.name));
        }
        let (answer, signed) = oneshot::channel();
        self.tasks.try_send(Task { message, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => TokenError::Busy { token: self.name.clone(), waiting: WAITING_MAX },
            mpsc::error::TrySendError::Closed(_) => TokenError::Thread,
        })?;
        match timeout(PATIENCE, signed).await {
            Ok(outcome) => outcome.map_err(|_| TokenError::Thread)?,
            Err(_) => {
                self.is_silent.store(true, Ordering::Release);
                Err(silence(&self.name))
            }
        }
    }
}

fn serve(driver: &mut Driver, mut waiting: mpsc::Receiver<Task>, is_silent: &AtomicBool) {
    while let Some(Task { message, answer }) = waiting.blocking_recv() {
        // Who gave up needs no signature.
        if !answer.is_closed() {
            let outcome = driver.sign(&message);
            if let Err(error) = &outcome {
                tracing::error!(error = %error, "the seal's token did not sign");
            }
            let _ = answer.send(outcome);
        }
        is_silent.store(false, Ordering::Release);
    }
}

fn silence(token: &str) -> TokenError {
    TokenError::Silent { token: token.to_owned(), seconds: PATIENCE.as_secs() }
}

fn name(place: &TokenPlace) -> String {
    match place {
        TokenPlace::Slot(slot) => format!("in slot {slot}"),
        TokenPlace::Label(label) => format!("\"{label}\""),
    }
}

fn pin(config: &TokenConfig) -> Result<cryptoki::types::AuthPin, TokenError> {
    let path = config.pin_file.display().to_string();
    let octets = std::fs::read(&config.pin_file).map(zeroize::Zeroizing::new);
    let octets = octets.map_err(|source| TokenError::PinFile { path: path.clone(), source })?;
    let text = std::str::from_utf8(&octets).ok().map(str::trim);
    let text = text.filter(|text| !text.is_empty() && text.len() <= PIN_MAX_BYTES);
    text.map(|text| cryptoki::types::AuthPin::from(text.to_owned())).ok_or(TokenError::NoPin { path })
}
