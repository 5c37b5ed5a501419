//! The chooser: whose keys the next requests are signed with, or what happens to them instead. Plain HTML without scripts,
//! and the same for programs as JSON.

use askama::Template;
use serde_json::{Value, json};

use super::http::{Head, Reply};
use super::{Behaviour, ORDERED_MAX, Person, Signer, key_info};
use crate::domain::time::format_local;
use crate::i18n::{self, Language};

const STYLE: &str = include_str!("page.css");

/// The answer to a question over HTTP, except for handshakes.
pub(super) fn answer(head: &Head, body: &[u8], language: Language, signer: &Signer) -> Reply {
    match (head.method.as_str(), head.path.as_str()) {
        ("GET", "/") => page(language, signer),
        ("GET", "/style.css") => Reply::ok("text/css; charset=utf-8", STYLE),
        ("GET", "/people") => Reply::ok("application/json", people(signer).to_string()),
        ("POST", "/choose") => ordered(choose(&fields(body), signer), language),
        ("POST", "/behaviour") => ordered(order(&fields(body), signer), language),
        (_, "/" | "/style.css" | "/people" | "/choose" | "/behaviour") => {
            Reply::sentence(405, &i18n::text(language, "ncalayer-refused-request", &[]))
        }
        _ => Reply::sentence(404, &i18n::text(language, "ncalayer-refused-request", &[])),
    }
}

/// `?lang=`, else what the browser prefers.
pub(super) fn language(head: &Head) -> Language {
    let wished = fields(head.query.as_bytes()).into_iter().find(|(name, _)| name == "lang");
    let wished = wished.and_then(|(_, code)| Language::parse(&code));
    wished.unwrap_or_else(|| Language::negotiate(head.header("accept-language").unwrap_or_default()))
}

/// The fields of a form; octets that are no text give none.
fn fields(form: &[u8]) -> Vec<(String, String)> {
    let Ok(form) = std::str::from_utf8(form) else { return Vec::new() };
    let parsed = reqwest::Url::parse(&format!("http://localhost/?{form}"));
    parsed.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default()
}

fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

fn choose(fields: &[(String, String)], signer: &Signer) -> Option<()> {
    signer.choose(field(fields, "person")?).then_some(())
}

/// `mode`, and for how many requests: one unless `times` says more.
fn order(fields: &[(String, String)], signer: &Signer) -> Option<()> {
    let behaviour = Behaviour::from_code(field(fields, "mode")?)?;
    let times = match field(fields, "times").filter(|times| !times.is_empty()) {
        Some(times) => times.parse().ok().filter(|times| (1..=ORDERED_MAX).contains(times))?,
        None => 1,
    };
    signer.order(behaviour, times);
    Some(())
}

fn ordered(done: Option<()>, language: Language) -> Reply {
    match done {
        Some(()) => Reply::see_other(format!("/?lang={}", language.code())),
        None => Reply::sentence(400, &i18n::text(language, "ncalayer-refused-request", &[])),
    }
}

/// What programs see.
fn people(signer: &Signer) -> Value {
    let chosen = signer.chosen();
    let person = |person: &Person| {
        let facts = person.keys().first().map(|key| key.certificate.subject_facts()).unwrap_or_default();
        let keys: Vec<Value> = person.keys().iter().map(|key| key_facts(key)).collect();
        json!({
            "id": person.id(),
            "name": person.name(),
            "iin": facts.iin,
            "bin": facts.bin,
            "organization": facts.organization,
            "is_used": chosen.is_some_and(|(used, _)| used.id() == person.id()),
            "keys": keys,
        })
    };
    let (behaviour, left) = signer.ordered();
    json!({
        "people": signer.people().iter().map(person).collect::<Vec<_>>(),
        "is_chosen": chosen.is_some_and(|(_, by_somebody)| by_somebody),
        "behaviour": {"mode": behaviour.code(), "left": left},
    })
}

fn key_facts(key: &super::Key) -> Value {
    json!({
        "purpose": key.purpose().code(),
        "algorithm": key_info::algorithm(&key.key),
        "serial": key.certificate.serial_hex(),
        "not_after": key.certificate.not_after().to_string(),
    })
}

/// A person on the page.
struct Shown<'a> {
    id: &'a str,
    name: &'a str,
    keys: Vec<String>,
    is_used: bool,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html lang="{{ language.code() }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ self.text("title") }}</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<nav aria-label="{{ self.text("languages") }}">
{%- for other in Language::ALL %}
<a href="/?lang={{ other.code() }}" lang="{{ other.code() }}" hreflang="{{ other.code() }}"{% if other == language %} aria-current="true"{% endif %}>{{ other.own_name() }}</a>
{%- endfor %}
</nav>
<main>
<h1>{{ self.text("title") }}</h1>
<p class="note">{{ self.text("warning") }}</p>
<h2 id="people">{{ self.text("people") }}</h2>
{% if !is_chosen %}<p>{{ self.text("nobody-chosen") }}</p>{% endif %}
<ul aria-labelledby="people">
{%- for person in people %}
<li{% if person.is_used %} aria-current="true"{% endif %}>
<strong>{{ person.name }}</strong>
{% if person.is_used %}<span>— {{ self.text("used") }}</span>{% endif %}
<div class="keys">{% for key in person.keys %}<div>{{ key }}</div>{% endfor %}</div>
{%- if !person.is_used || !is_chosen %}
<form method="post" action="/choose?lang={{ language.code() }}">
<input type="hidden" name="person" value="{{ person.id }}">
<button type="submit">{{ self.choose(person) }}</button>
</form>
{%- endif %}
</li>
{%- endfor %}
</ul>
<h2>{{ self.text("next") }}</h2>
<p role="status">{{ now }}</p>
{%- for behaviour in Behaviour::ALL %}
<form class="order" method="post" action="/behaviour?lang={{ language.code() }}">
<input type="hidden" name="mode" value="{{ behaviour.code() }}">
{%- if behaviour != Behaviour::Sign %}
<label>{{ self.text("times") }} <input type="number" name="times" value="1" min="1" max="{{ ORDERED_MAX }}" required></label>
{%- endif %}
<button type="submit">{{ self.order(behaviour) }}</button>
</form>
{%- endfor %}
</main>
</body>
</html>
"#
)]
struct Page<'a> {
    language: Language,
    people: Vec<Shown<'a>>,
    is_chosen: bool,
    /// What happens to the next request.
    now: String,
}

impl Page<'_> {
    fn text(&self, key: &str) -> String {
        i18n::text(self.language, &format!("ncalayer-page-{key}"), &[])
    }

    fn choose(&self, person: &Shown<'_>) -> String {
        i18n::text(self.language, "ncalayer-page-choose", &[("name", person.name)])
    }

    fn order(&self, behaviour: &Behaviour) -> String {
        self.text(&format!("order-{}", behaviour.code()))
    }
}

fn page(language: Language, signer: &Signer) -> Reply {
    let chosen = signer.chosen();
    let people = signer.people().iter().map(|person| Shown {
        id: person.id(),
        name: person.name(),
        keys: person.keys().iter().map(|key| key_line(language, key)).collect(),
        is_used: chosen.is_some_and(|(used, _)| used.id() == person.id()),
    });
    let (behaviour, left) = signer.ordered();
    let page = Page {
        language,
        people: people.collect(),
        is_chosen: chosen.is_some_and(|(_, by_somebody)| by_somebody),
        now: i18n::text(language, &format!("ncalayer-page-now-{}", behaviour.code()), &[("count", &left.to_string())]),
    };
    match page.render() {
        Ok(html) => Reply::ok("text/html; charset=utf-8", html),
        Err(error) => Reply::sentence(500, &error.to_string()),
    }
}

fn key_line(language: Language, key: &super::Key) -> String {
    let purpose = i18n::word(language, "purpose", key.purpose().code());
    let until = format_local(key.certificate.not_after());
    let values = [("purpose", purpose.as_str()), ("algorithm", key_info::algorithm(&key.key)), ("until", &until)];
    i18n::text(language, "ncalayer-page-key", &values)
}
