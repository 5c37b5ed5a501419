//! What is printed, and how errors are told.

use std::io::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::i18n::{self, Language, printable};

/// What goes wrong before there is an answer.
#[derive(Debug)]
pub struct CliError {
    code: &'static str,
    key: &'static str,
    values: Vec<(&'static str, String)>,
    exit: u8,
}

impl CliError {
    fn input(code: &'static str, key: &'static str, values: Vec<(&'static str, String)>) -> Self {
        Self { code, key, values, exit: 2 }
    }

    /// Wrong usage.
    pub fn usage(detail: impl Into<String>) -> Self {
        Self::input("usage", "cli-error-usage", vec![("detail", detail.into())])
    }

    /// A file that cannot be read.
    pub fn unreadable(path: &str, detail: impl Into<String>) -> Self {
        Self::input("unreadable", "cli-error-unreadable", vec![("path", path.to_owned()), ("detail", detail.into())])
    }

    /// A file that is not there.
    pub fn not_found(path: &str) -> Self {
        Self::input("not-found", "cli-error-not-found", vec![("path", path.to_owned())])
    }

    /// A file past its limit.
    pub fn too_large(path: &str, limit: u64) -> Self {
        Self::input("too-large", "cli-error-too-large", vec![("path", path.to_owned()), ("limit", limit.to_string())])
    }

    /// A file that is not what it must be.
    pub fn malformed(path: &str, detail: impl Into<String>) -> Self {
        Self::input("malformed", "cli-error-malformed", vec![("path", path.to_owned()), ("detail", detail.into())])
    }

    /// A format that is not read yet.
    pub fn unsupported_format(what: impl Into<String>) -> Self {
        Self::input("unsupported-format", "cli-error-unsupported", vec![("what", what.into())])
    }

    /// An algorithm that is not known.
    pub fn unsupported_algorithm(what: impl Into<String>) -> Self {
        Self::input("unsupported-algorithm", "cli-error-unsupported", vec![("what", what.into())])
    }

    /// What was given is not enough for the level asked for.
    pub fn level_not_reached(path: &str, level: &str, wanted: &str) -> Self {
        let values = vec![("path", path.to_owned()), ("level", level.to_owned()), ("wanted", wanted.to_owned())];
        Self::input("level-not-reached", "cli-error-level", values)
    }

    /// The password does not open the key store.
    pub fn wrong_password() -> Self {
        Self::input("wrong-password", "cli-error-wrong-password", Vec::new())
    }

    /// The variable that should hold the password is not set.
    pub fn no_password(variable: &str) -> Self {
        Self::input("no-password", "cli-error-no-password", vec![("variable", variable.to_owned())])
    }

    /// No anchor among what was given.
    pub fn no_anchors() -> Self {
        Self::input("no-anchors", "cli-error-no-anchors", Vec::new())
    }

    /// A backup that cannot be put back here.
    pub fn restore(code: &'static str, detail: impl Into<String>) -> Self {
        Self::input(code, "cli-error-restore", vec![("detail", detail.into())])
    }

    /// The configuration.
    pub fn config(path: &str, detail: impl Into<String>) -> Self {
        Self::input("config", "cli-error-config", vec![("path", path.to_owned()), ("detail", detail.into())])
    }

    /// A fault of ours, or of the machine.
    pub fn internal(detail: impl Into<String>) -> Self {
        Self { code: "internal", key: "cli-error-internal", values: vec![("detail", detail.into())], exit: 3 }
    }

    fn message(&self, language: Language) -> String {
        let values: Vec<(&str, &str)> = self.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        i18n::text(language, self.key, &values)
    }
}

/// Where the answer goes and in what form.
pub struct Output {
    /// One JSON object instead of text.
    pub json: bool,
    /// Language of the text.
    pub language: Language,
}

impl Output {
    pub const fn new(json: bool, language: Language) -> Self {
        Self { json, language }
    }

    /// Prints `value` when JSON is wanted, else the lines of `text`.
    pub fn answer(&self, value: &Value, text: impl FnOnce(&mut Page<'_>)) {
        if self.json {
            print(&format!("{value}\n"));
            return;
        }
        let mut page = Page { output: self, lines: Vec::new() };
        text(&mut page);
        print(&(page.lines.join("\n") + "\n"));
    }

    /// Tells an error; answers the exit code.
    pub fn error(&self, error: &CliError) -> ExitCode {
        let message = error.message(self.language);
        if self.json {
            print(&format!("{}\n", json!({"error": {"code": error.code, "message": message}})));
        }
        complain(&format!("qolhat: {message}"));
        ExitCode::from(error.exit)
    }

    pub fn text(&self, key: &str, values: &[(&str, &str)]) -> String {
        i18n::text(self.language, key, values)
    }
}

/// Lines of an answer.
pub struct Page<'o> {
    output: &'o Output,
    lines: Vec<String>,
}

impl Page<'_> {
    /// A line of the text `key`.
    pub fn line(&mut self, key: &str, values: &[(&str, &str)]) {
        self.lines.push(self.output.text(key, values));
    }

    /// `label: value`, unless there is no value.
    pub fn field(&mut self, label: &str, value: impl AsRef<str>) {
        let value = value.as_ref();
        if !value.is_empty() {
            let label = self.output.text(&format!("cli-label-{label}"), &[]);
            self.lines.push(format!("  {label}: {}", printable(value)));
        }
    }

    /// The word for a code.
    pub fn word(&self, family: &str, code: &str) -> String {
        i18n::word(self.output.language, family, code)
    }

    /// A line as it is.
    pub fn raw(&mut self, line: impl AsRef<str>) {
        self.lines.push(printable(line.as_ref()));
    }
}

/// Writes to stdout. A reader who has gone away is no fault of anybody's.
pub fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Writes a line to stderr.
pub fn complain(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", line.trim_end());
}

/// The language of LANG; Russian when it names none of ours.
pub fn language_of_environment() -> Language {
    #[expect(clippy::disallowed_methods, reason = "the command line's own language is the environment's business")]
    let lang = std::env::var("LANG").unwrap_or_default();
    lang.get(..2).and_then(Language::parse).unwrap_or(Language::Ru)
}

impl Page<'_> {
    /// A question of a validation and its answer.
    pub fn check(&mut self, name: &str, ok: Option<bool>, detail: &str) {
        let answer = match ok {
            Some(true) => "cli-yes",
            Some(false) => "cli-no",
            None => "cli-not-checked",
        };
        let question = self.word("check", name);
        let answer = self.output.text(answer, &[]);
        let detail = if detail.is_empty() { String::new() } else { format!(" ({})", printable(detail)) };
        self.lines.push(format!("    {question}: {answer}{detail}"));
    }
}
