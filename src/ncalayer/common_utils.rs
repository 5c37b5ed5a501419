//! `kz.gov.pki.knca.commonUtils`: arguments by position, answers with `code`. A method is found by its name and the number
//! of arguments, as Java's reflection finds it. Source: nca-rk.md section 8; NLCommonBundle (`CommonUtils`,
//! `NCALayerCommonActivator`).
//!
//! The storage a page names is not looked at: the keys here stand for whatever it expects. Methods that read files of the
//! machine or open a file chooser are left out: nobody would be asked.

use std::sync::Arc;

use qolhat_pki::nca::Purpose;
use serde_json::{Value, json};

use super::cms::{Wish, from_base64, sign_all, to_base64};
use super::socket::{Request, Session};
use super::xml::{self, Layout};
use super::{Filter, ITEMS_MAX, Key, Window, key_info, language_of_locale};
use crate::i18n;

/// The name of the module.
pub(super) const MODULE: &str = "kz.gov.pki.knca.commonUtils";
/// Longest name of a method that is repeated, in characters.
const ECHO_MAX_CHARS: usize = 100;

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Flag,
    Texts,
}

/// The methods and their parameters.
const METHODS: [(&str, &[Kind]); 8] = [
    ("getActiveTokens", &[]),
    ("getKeyInfo", &[Kind::Text]),
    ("createCAdESFromBase64", &[Kind::Text, Kind::Text, Kind::Text, Kind::Flag]),
    ("createCAdESFromBase64Hash", &[Kind::Text, Kind::Text, Kind::Text]),
    ("createCMSSignatureFromBase64", &[Kind::Text, Kind::Text, Kind::Text, Kind::Flag]),
    ("signXml", &[Kind::Text, Kind::Text, Kind::Text, Kind::Text, Kind::Text]),
    ("signXmls", &[Kind::Text, Kind::Text, Kind::Texts, Kind::Text, Kind::Text]),
    ("changeLocale", &[Kind::Text]),
];

/// Why there is no signature: what the original puts into `message`.
enum Unmade {
    Message(String),
    /// An exception without a message.
    Bare,
    /// No answer is to be given.
    Silence,
}

/// The answer to a request; `None` when there is to be none.
pub(super) async fn answer(session: &mut Session, request: Request) -> Option<Value> {
    let Some(method) = request.method else { return Some(failure("JSONObject[\"method\"] not found.")) };
    let args = match request.args {
        Value::Array(args) => args,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => Vec::new(),
    };
    let Some((method, kinds)) = METHODS.iter().find(|(name, kinds)| *name == method && kinds.len() == args.len())
    else {
        let method: String = method.chars().take(ECHO_MAX_CHARS).collect();
        return Some(failure(&format!("NoSuchMethodException {method}")));
    };
    if !kinds.iter().zip(&args).all(|(kind, arg)| kind.fits(arg)) {
        let what = format!("java.lang.IllegalArgumentException: argument type mismatch. Method: {method}");
        return Some(failure(&what));
    }
    let mut answer = match invoke(session, method, args).await {
        Ok(None) => json!({"code": "200"}),
        Ok(Some(object)) => json!({"code": "200", "responseObject": object}),
        Err(Unmade::Message(message)) => failure(&message),
        Err(Unmade::Bare) => json!({"code": "500"}),
        Err(Unmade::Silence) => return None,
    };
    if let (Some(answer), Some(uuid)) = (answer.as_object_mut(), request.uuid) {
        answer.insert("uuid".to_owned(), Value::String(uuid));
    }
    Some(answer)
}

impl Kind {
    fn fits(self, arg: &Value) -> bool {
        match self {
            Self::Text => arg.is_string(),
            Self::Flag => arg.is_boolean(),
            Self::Texts => arg.as_array().is_some_and(|texts| texts.iter().all(Value::is_string)),
        }
    }
}

fn failure(message: &str) -> Value {
    json!({"code": "500", "message": message})
}

/// Calls a method whose arguments are of the right types; answers the object it returns.
async fn invoke(session: &mut Session, method: &str, args: Vec<Value>) -> Result<Option<Value>, Unmade> {
    let text = |position: usize| args.get(position).and_then(Value::as_str).unwrap_or_default();
    let attached = args.get(3).and_then(Value::as_bool).unwrap_or_default();
    let wish = |digested, time_stamp| Wish { attached, digested, time_stamp };
    match method {
        // Files are no tokens.
        "getActiveTokens" => Ok(Some(json!([]))),
        "changeLocale" => {
            session.language = language_of_locale(text(0));
            Ok(None)
        }
        "getKeyInfo" => {
            let key = open_window(session, &[])?;
            Ok(Some(key_info::of(&key, session.signer.options.version)))
        }
        "createCAdESFromBase64" => sign(session, text(1), text(2), wish(false, false)).await.map(Some),
        "createCMSSignatureFromBase64" => sign(session, text(1), text(2), wish(false, true)).await.map(Some),
        "signXml" | "signXmls" if !text(3).is_empty() || !text(4).is_empty() => {
            Err(Unmade::Message("tbsElementXPath and signatureParentElementXPath are not supported here".to_owned()))
        }
        "signXml" => {
            let made = sign_xml(session, text(1), vec![text(2).to_owned()]).await?;
            Ok(made.into_iter().next().map(Value::String))
        }
        "signXmls" => {
            let documents = args.get(2).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let documents = documents.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            Ok(Some(json!(sign_xml(session, text(1), documents).await?)))
        }
        "createCAdESFromBase64Hash" if text(2).is_empty() => Err(Unmade::Bare),
        "createCAdESFromBase64Hash" => sign(session, text(1), text(2), wish(true, false)).await.map(Some),
        _ => Err(Unmade::Message(format!("NoSuchMethodException {method}"))),
    }
}

/// As in the original, the window comes before the data is decoded.
async fn sign(session: &Session, key_type: &str, data: &str, wish: Wish) -> Result<Value, Unmade> {
    let key = open_window(session, &filters(key_type))?;
    let content = from_base64(data).map_err(Unmade::Message)?;
    let made = sign_all(&session.signer, &key, vec![content], wish).await;
    let made = made.map_err(|error| Unmade::Message(error.told(session.language)))?;
    Ok(made.first().map(|cms| Value::String(to_base64(cms))).unwrap_or_default())
}

/// As in the original, what is no XML shows no window.
async fn sign_xml(session: &Session, key_type: &str, documents: Vec<String>) -> Result<Vec<String>, Unmade> {
    if documents.len() > ITEMS_MAX {
        return Err(Unmade::Message(format!("more than {ITEMS_MAX} documents")));
    }
    xml::check(&documents).map_err(Unmade::Message)?;
    let key = open_window(session, &filters(key_type))?;
    let made = xml::sign_all(&session.signer, &key, documents, Layout::Crlf).await;
    made.map_err(|error| Unmade::Message(error.told(session.language)))
}

/// Any other word shows all keys.
fn filters(key_type: &str) -> Vec<Filter> {
    match key_type {
        "SIGNATURE" => vec![Filter::Purpose(Purpose::Sign)],
        "AUTHENTICATION" => vec![Filter::Purpose(Purpose::Auth)],
        _ => Vec::new(),
    }
}

fn open_window(session: &Session, filters: &[Filter]) -> Result<Arc<Key>, Unmade> {
    match session.signer.open_window(filters) {
        Window::Signed(key) => Ok(key),
        Window::Closed => Err(Unmade::Message("action.canceled".to_owned())),
        Window::Failed => Err(Unmade::Message(i18n::text(session.language, "ncalayer-ordered-failure", &[]))),
        Window::Open => Err(Unmade::Silence),
        Window::NoKey { name, filter } => {
            let values = [("name", name.as_str()), ("filter", &filter)];
            Err(Unmade::Message(i18n::text(session.language, "ncalayer-no-key", &values)))
        }
    }
}
