//! What every template is given: the reader's language and texts, who he is, and how values are written for people.

use std::fmt::Display;

use qolhat_pki::random::SecureRandom as _;

use super::assets;
use super::visitor::{Insider, Visitor};
use crate::access::cases;
use crate::app::App;
use crate::config::Mode;
use crate::db::DbError;
use crate::docflow::store as documents;
use crate::domain::refusal::Refusal;
use crate::domain::time::{Moment, format_local};
use crate::i18n::{self, Language, Phrase};
use crate::operations::verify_file::FaultFacts;
use crate::signature::facts::{CheckFacts, SignerFacts};

/// Most open cases counted for an officer.
const CASES_COUNTED_MAX: i64 = 100;
/// Random octets of the key under which a form's act may be repeated.
const KEY_BYTES: usize = 16;

/// What every template is given.
pub struct Ui {
    /// The reader's language.
    pub language: Language,
    /// Who reads, when he is logged in.
    pub insider: Option<Insider>,
    /// The address of this page with its query, for the language switch and for coming back after a login.
    pub here: String,
    /// Documents that wait for an answer of the reader's party.
    pub waiting: i64,
    /// Cases of compromise that wait for an officer.
    pub open_cases: usize,
    /// Addresses of the signing program.
    pub ncalayer: String,
    /// Whether the signing program checks the chain of a key.
    pub checks_chain: bool,
    /// Whether this is a demonstration.
    pub is_demo: bool,
    /// Where a visitor of a demonstration chooses who he is; empty elsewhere.
    pub chooser: String,
    /// The operator's name.
    pub operator: String,
    /// The instant at which the page is drawn.
    pub now: Moment,
    key: String,
}

impl Ui {
    /// For this visitor, now.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn of(app: &App, visitor: &Visitor) -> Result<Self, DbError> {
        let mut ui = Self::plain(app, visitor);
        if let Some(insider) = &visitor.insider {
            if insider.caller.capability.is_some() {
                ui.waiting = documents::count(&app.db, &insider.caller.party).await?.waiting;
            }
            if insider.caller.officer {
                ui.open_cases = cases::open(&app.db, CASES_COUNTED_MAX).await?.len();
            }
        }
        Ok(ui)
    }

    /// Without anything that has to be looked up: for pages that tell of a fault.
    pub fn plain(app: &App, visitor: &Visitor) -> Self {
        let mut key = [0_u8; KEY_BYTES];
        app.rng.clone().fill(&mut key);
        Self {
            language: visitor.language,
            insider: visitor.insider.clone(),
            here: visitor.here.clone(),
            waiting: 0,
            open_cases: 0,
            ncalayer: app.pages.config.ncalayer.join(" "),
            checks_chain: app.pages.config.ncalayer_checks_chain,
            is_demo: app.pages.mode == Mode::Demo,
            chooser: chooser(app),
            operator: app.operator.name.clone(),
            now: app.clock.now(),
            key: hex::encode(key),
        }
    }

    /// The text of a key.
    pub fn t(&self, key: &str) -> String {
        i18n::text(self.language, key, &[])
    }

    /// The text of a key with one value.
    pub fn t1(&self, key: &str, name: &str, value: impl Display) -> String {
        i18n::text(self.language, key, &[(name, &value.to_string())])
    }

    /// The text of a key with two values.
    pub fn t2(&self, key: &str, first: &str, one: impl Display, second: &str, two: impl Display) -> String {
        i18n::text(self.language, key, &[(first, &one.to_string()), (second, &two.to_string())])
    }

    /// A text that was chosen elsewhere.
    pub fn say(&self, phrase: &Phrase) -> String {
        phrase.text(self.language)
    }

    /// The roles in a certificate, in words.
    pub fn roles(&self, signer: &SignerFacts) -> String {
        signer.roles_in(self.language)
    }

    /// The question of a check.
    pub fn question(&self, check: &CheckFacts) -> String {
        check.question(self.language)
    }

    /// What is wrong with a part of an extract.
    pub fn fault(&self, fault: &FaultFacts) -> String {
        fault.what(self.language)
    }

    /// The word for a code of a family.
    pub fn word(&self, family: &str, code: &str) -> String {
        i18n::word(self.language, family, code)
    }

    /// An instant as people read it, always with its offset: `22.11.2026 10:15:02 UTC+5`.
    pub fn when(&self, at: &Moment) -> String {
        format_local(*at)
    }

    /// An instant for programs, as HTML takes it: whole seconds of UTC.
    pub fn iso(&self, at: &Moment) -> String {
        at.truncate_to_seconds().to_string()
    }

    /// A number of bytes as people read it: `640 байт`, `1,2 МБ` would hide that it is exact, so the unit is whole.
    pub fn size(&self, bytes: &i64) -> String {
        let bytes = u64::try_from(*bytes).unwrap_or_default();
        const KIB: u64 = 1024;
        let rounded = match bytes {
            0..KIB => bytes,
            KIB..1_048_576 => bytes.div_ceil(KIB) * KIB,
            _ => bytes.div_ceil(KIB * KIB) * KIB * KIB,
        };
        i18n::size(self.language, rounded)
    }

    /// The address of a file of ours.
    pub fn asset(&self, name: &str) -> String {
        format!("/assets/{name}?v={}", assets::version())
    }

    /// The three languages.
    pub fn languages(&self) -> [Language; 3] {
        Language::ALL
    }

    /// The session that a form is drawn for; empty for a stranger.
    pub fn tag(&self) -> &str {
        self.insider.as_ref().map_or("", |insider| insider.tag.as_str())
    }

    /// The key under which a form's act may be repeated.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether the page at `path` or below it is shown: for the menu.
    pub fn is_at(&self, path: &str) -> bool {
        let here = self.here.split('?').next().unwrap_or_default();
        here == path || here.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Whether the reader may prepare documents for a client.
    pub fn is_client(&self) -> bool {
        self.insider.as_ref().is_some_and(|insider| insider.caller.capability.is_some())
    }

    /// Whether the reader may bind a client.
    pub fn may_sign(&self) -> bool {
        self.insider.as_ref().is_some_and(|insider| insider.caller.must_sign().is_ok())
    }

    /// Whether the reader is an officer of the operator.
    pub fn is_officer(&self) -> bool {
        self.insider.as_ref().is_some_and(|insider| insider.caller.officer)
    }

    /// A refusal in the reader's language, to stand above the form that it is about.
    pub fn problem(&self, refusal: &Refusal) -> Problem {
        let (title, detail) = i18n::problem(self.language, refusal);
        Problem {
            code: refusal.code.code(),
            title,
            detail,
            clause: refusal.code.clause().unwrap_or_default(),
            pointer: refusal.pointer.clone().unwrap_or_default(),
        }
    }
}

/// The page of the demonstration's signer, which speaks plain HTTP where it speaks plain WebSocket.
fn chooser(app: &App) -> String {
    let plain = app.pages.config.ncalayer.iter().find_map(|address| address.strip_prefix("ws://"));
    match (app.pages.mode, plain) {
        (Mode::Demo, Some(address)) => format!("http://{address}"),
        (Mode::Demo | Mode::Production, _) => String::new(),
    }
}

/// A refusal as it is shown.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The stable code.
    pub code: &'static str,
    /// What happened.
    pub title: String,
    /// What to do.
    pub detail: String,
    /// The clause behind it; empty when there is none.
    pub clause: &'static str,
    /// The wrong place in the input; empty when there is none.
    pub pointer: String,
}

impl Problem {
    /// Whether the field is the one that is wrong.
    pub fn is_at(&self, pointer: &str) -> bool {
        !pointer.is_empty() && self.pointer == pointer
    }
}
