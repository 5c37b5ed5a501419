//! `kz.gov.pki.knca.basics`: named arguments, answers with `status`. Source: nca-rk.md section 8; nlcommons
//! (`CommonInvoker`, `CommonFailure`).

use std::sync::Arc;

use qolhat_pki::oid::Oid;
use serde_json::{Map, Value, json};

use super::cms::{SignFailure, Wish, from_base64, sign_all, to_pem};
use super::socket::{Request, Session};
use super::xml::{self, Layout};
use super::{Filter, ITEMS_MAX, Key, Signer, Version, Window, key_info, language_of_locale};
use crate::i18n::{self, Language};

/// The name of the module.
pub(super) const MODULE: &str = "kz.gov.pki.knca.basics";
/// Most usages in one filter.
const USAGES_MAX: usize = 32;
/// Longest word of a page that is repeated to it, in characters.
const ECHO_MAX_CHARS: usize = 100;

const GENERAL_ERROR: &str = "GENERAL_ERROR";
const INVALID_SIGNING_PARAMS: &str = "INVALID_SIGNING_PARAMS";
const SIGNING_FAILURE: &str = "SIGNING_FAILURE";

/// The answer to a request; `None` when there is to be none.
pub(super) async fn answer(session: &Session, request: Request) -> Option<Value> {
    let general = |what: &str| {
        Some(failure(GENERAL_ERROR, "General error.", &format!("java.lang.IllegalArgumentException: {what}")))
    };
    match (request.method.as_deref(), request.args) {
        (Some("sign"), Value::Object(args)) => sign(session, args).await,
        (Some("sign"), _) => general("sign demands arguments"),
        (Some(other), _) => general(&format!("{} is not defined in Basics", echo(other))),
        (None, _) => general("JSONObject[\"method\"] not found."),
    }
}

/// What a page asks `sign` for.
struct Asked {
    what: What,
    wants_certificate: bool,
    filters: Vec<Filter>,
}

enum What {
    Cms {
        contents: Vec<Vec<u8>>,
        /// `data` was one text, no array.
        is_single: bool,
        wish: Wish,
    },
    Xml(Vec<String>),
}

async fn sign(session: &Session, args: Map<String, Value>) -> Option<Value> {
    let language = args.get("locale").and_then(Value::as_str).map_or(Language::Ru, language_of_locale);
    let asked = match parse(args) {
        Ok(asked) => asked,
        Err(detail) => {
            let message = i18n::text(language, "ncalayer-invalid-params", &[("detail", &detail)]);
            return Some(failure(INVALID_SIGNING_PARAMS, &message, &detail));
        }
    };
    if let What::Xml(documents) = &asked.what
        && let Err(detail) = xml::check(documents)
    {
        return Some(refused(language, &SignFailure::Failed(detail)));
    }
    let key = match session.signer.open_window(&asked.filters) {
        Window::Signed(key) => key,
        Window::Closed => return Some(json!({"status": true, "body": {}})),
        Window::Open => return None,
        Window::Failed => {
            let message = i18n::text(language, "ncalayer-ordered-failure", &[]);
            return Some(failure(SIGNING_FAILURE, &message, "ordered in the chooser"));
        }
        Window::NoKey { name, filter } => {
            let message = i18n::text(language, "ncalayer-no-key", &[("name", &name), ("filter", &filter)]);
            return Some(failure(SIGNING_FAILURE, &message, &format!("EMPTY_KEY_LIST: {filter}")));
        }
    };
    let certificate_of = asked.wants_certificate.then_some(&key);
    Some(match make(&session.signer, &key, asked.what).await {
        Ok((made, is_single)) => success(made, is_single, certificate_of),
        Err(error) => refused(language, &error),
    })
}

/// The signatures, and whether one comes without an array around it.
async fn make(signer: &Arc<Signer>, key: &Arc<Key>, what: What) -> Result<(Vec<String>, bool), SignFailure> {
    let is_old = signer.options.version == Version::V1_2;
    match what {
        What::Cms { contents, is_single, wish } => {
            let made = sign_all(signer, key, contents, wish).await?;
            Ok((made.iter().map(|cms| to_pem("CMS", cms, "\n")).collect(), is_old && is_single))
        }
        What::Xml(documents) => {
            let layout = if is_old { Layout::Lf } else { Layout::Compact };
            Ok((xml::sign_all(signer, key, documents, layout).await?, false))
        }
    }
}

fn success(made: Vec<String>, is_single: bool, certificate_of: Option<&Arc<Key>>) -> Value {
    let result = match (certificate_of, made.as_slice()) {
        (Some(key), _) => json!({"signatures": made, "certificate": key_info::certificate_pem(&key.certificate)}),
        (None, [only]) if is_single => json!(only),
        (None, _) => json!(made),
    };
    json!({"status": true, "body": {"result": result}})
}

fn refused(language: Language, error: &SignFailure) -> Value {
    let code = match error {
        SignFailure::DigestLength { .. } | SignFailure::DigestAttached => INVALID_SIGNING_PARAMS,
        SignFailure::Failed(_) => SIGNING_FAILURE,
    };
    failure(code, &error.told(language), &error.to_string())
}

fn failure(code: &str, message: &str, details: &str) -> Value {
    json!({"status": false, "code": code, "message": message, "details": details})
}

fn echo(word: &str) -> String {
    word.chars().take(ECHO_MAX_CHARS).collect()
}

/// What is wrong is told in English, for whoever wrote the page.
fn parse(mut args: Map<String, Value>) -> Result<Asked, String> {
    let format = args.get("format").and_then(Value::as_str).unwrap_or_default().to_owned();
    let signing = section(&mut args, "signingParams")?;
    let (texts, is_single) = data(args.remove("data"))?;
    let decode = flag(&signing, "decode")?;
    let content = |text: String| if decode { from_base64(&text) } else { Ok(text.into_bytes()) };
    let contents = texts.into_iter().map(content).collect::<Result<Vec<_>, _>>()?;
    let what = match format.as_str() {
        "cms" => {
            let wish = Wish {
                attached: flag(&signing, "encapsulate")?,
                digested: flag(&signing, "digested")?,
                time_stamp: signing.get("tsaProfile").is_some_and(|profile| !profile.is_null()),
            };
            What::Cms { contents, is_single, wish }
        }
        "xml" => {
            let documents = contents.into_iter().map(String::from_utf8).collect::<Result<_, _>>();
            What::Xml(documents.map_err(|_| "an XML document is not in UTF-8")?)
        }
        other => return Err(format!("format \"{}\" is not signed here", echo(other))),
    };
    let filters = filters(&section(&mut args, "signerParams")?)?;
    Ok(Asked { what, wants_certificate: flag(&signing, "outputCert")?, filters })
}

fn section(args: &mut Map<String, Value>, name: &str) -> Result<Map<String, Value>, String> {
    match args.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(section)) => Ok(section),
        Some(_) => Err(format!("{name} is no object")),
    }
}

fn flag(section: &Map<String, Value>, name: &str) -> Result<bool, String> {
    match section.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(format!("{name} is neither true nor false")),
    }
}

/// The texts, and whether there was one without an array around it.
fn data(data: Option<Value>) -> Result<(Vec<String>, bool), String> {
    let text = |value: Value| match value {
        Value::String(text) => Ok(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err("data holds something that is no text".to_owned())
        }
    };
    match data {
        Some(Value::Array(texts)) if texts.is_empty() || texts.len() > ITEMS_MAX => {
            Err(format!("data is no array of 1 to {ITEMS_MAX} texts"))
        }
        Some(Value::Array(texts)) => Ok((texts.into_iter().map(text).collect::<Result<_, _>>()?, false)),
        Some(other) => Ok((vec![text(other)?], true)),
        None => Err("there is no data".to_owned()),
    }
}

/// `chain` is not looked at: whose keys these are was decided when the signer was started.
fn filters(signer: &Map<String, Value>) -> Result<Vec<Filter>, String> {
    let mut filters = Vec::new();
    match signer.get("extKeyUsageOids") {
        None | Some(Value::Null) => {}
        Some(Value::Array(usages)) if usages.len() <= USAGES_MAX => {
            let usage = |value: &Value| value.as_str().and_then(Oid::parse_dotted).map(Filter::Usage);
            let usages = usages.iter().map(usage).collect::<Option<Vec<_>>>();
            filters.extend(usages.ok_or("extKeyUsageOids holds something that is no identifier")?);
        }
        Some(_) => return Err(format!("extKeyUsageOids is no array of at most {USAGES_MAX} identifiers")),
    }
    filters.extend(word(signer, "iin")?.map(Filter::Iin));
    filters.extend(word(signer, "bin")?.map(Filter::Bin));
    filters.extend(word(signer, "serialNumber")?.map(Filter::Serial));
    Ok(filters)
}

/// A text of the filters; an empty one is none.
fn word(signer: &Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match signer.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        Some(_) => Err(format!("{name} is no text")),
    }
}
