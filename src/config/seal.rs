//! `[operator]` and its key: a PKCS#12 file, or a key in a PKCS#11 token; exactly one of them.

use std::path::PathBuf;

use serde::Deserialize;

/// Whose service it is and by which key it seals.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "OperatorFields")]
pub struct OperatorConfig {
    /// The operator's BIN.
    pub bin: String,
    /// The operator's name as it is printed.
    pub name: String,
    /// IINs of the authorised officers.
    pub officers: Vec<String>,
    /// The key of the information-system certificate that seals receipts and extracts.
    pub seal: SealConfig,
}

/// Where the operator's key is.
#[derive(Debug, Clone)]
pub enum SealConfig {
    /// In a PKCS#12.
    File {
        /// The file.
        key_file: PathBuf,
        /// Environment variable that holds its password.
        password_env: String,
    },
    /// In a token, which it never leaves.
    Token(TokenConfig),
}

/// A key in a PKCS#11 token.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "TokenFields")]
pub struct TokenConfig {
    /// The token's driver: a shared library, as `/usr/lib/softhsm/libsofthsm2.so`.
    pub module: PathBuf,
    /// Which token.
    pub place: TokenPlace,
    /// Which of its private keys.
    pub key: TokenKey,
    /// File that holds the user's PIN alone.
    pub pin_file: PathBuf,
    /// File of the certificate and those above it; without one they are taken from the token.
    pub certificate_file: Option<PathBuf>,
}

/// Which token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenPlace {
    /// The one in this slot.
    Slot(u64),
    /// The one with this label, in whatever slot.
    Label(String),
}

/// Which private key of a token: label, id, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenKey {
    /// Its `CKA_LABEL`.
    pub label: Option<String>,
    /// Its `CKA_ID`.
    pub id: Option<Vec<u8>>,
}

impl SealConfig {
    /// Every path in it.
    pub(super) fn paths(&mut self) -> Vec<&mut PathBuf> {
        match self {
            Self::File { key_file, .. } => vec![key_file],
            Self::Token(token) => {
                let mut paths = vec![&mut token.module, &mut token.pin_file];
                paths.extend(&mut token.certificate_file);
                paths
            }
        }
    }
}

/// As it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OperatorFields {
    bin: String,
    name: String,
    officers: Vec<String>,
    #[serde(default)]
    seal_key_file: Option<PathBuf>,
    #[serde(default)]
    seal_password_env: Option<String>,
    #[serde(default)]
    seal: Option<SealFields>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SealFields {
    pkcs11: TokenConfig,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenFields {
    module: PathBuf,
    #[serde(default)]
    slot: Option<u64>,
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    key_label: Option<String>,
    #[serde(default)]
    key_id: Option<String>,
    pin_file: PathBuf,
    #[serde(default)]
    certificate_file: Option<PathBuf>,
}

impl TryFrom<OperatorFields> for OperatorConfig {
    type Error = String;

    /// # Errors
    /// No key, half of one, or two.
    fn try_from(fields: OperatorFields) -> Result<Self, String> {
        let seal = match (fields.seal_key_file, fields.seal_password_env, fields.seal) {
            (Some(key_file), Some(password_env), None) => SealConfig::File { key_file, password_env },
            (None, None, Some(SealFields { pkcs11 })) => SealConfig::Token(pkcs11),
            (Some(_), None, None) => return Err("operator.seal_password_env is missing".to_owned()),
            (None, Some(_), None) => return Err("operator.seal_key_file is missing".to_owned()),
            (None, None, None) => {
                return Err("the operator's key is missing: operator.seal_key_file or operator.seal.pkcs11".to_owned());
            }
            (_, _, Some(_)) => {
                return Err("the operator has one key: operator.seal_key_file or operator.seal.pkcs11".to_owned());
            }
        };
        Ok(Self { bin: fields.bin, name: fields.name, officers: fields.officers, seal })
    }
}

impl TryFrom<TokenFields> for TokenConfig {
    type Error = String;

    /// # Errors
    /// A token or a key that is not named, or a token that is named twice.
    fn try_from(fields: TokenFields) -> Result<Self, String> {
        let place = match (fields.slot, fields.token) {
            (Some(slot), None) => TokenPlace::Slot(slot),
            (None, Some(label)) => TokenPlace::Label(label),
            (None, None) | (Some(_), Some(_)) => {
                return Err("operator.seal.pkcs11: name the token by `token`, its label, or by `slot`".to_owned());
            }
        };
        let id = fields.key_id.map(|id| {
            let octets = hex::decode(&id).ok().filter(|octets| !octets.is_empty());
            octets.ok_or_else(|| "operator.seal.pkcs11.key_id: not hexadecimal digits".to_owned())
        });
        let key = TokenKey { label: fields.key_label, id: id.transpose()? };
        if key.label.is_none() && key.id.is_none() {
            return Err("operator.seal.pkcs11: name the key by `key_label`, by `key_id`, or by both".to_owned());
        }
        let TokenFields { module, pin_file, certificate_file, .. } = fields;
        Ok(Self { module, place, key, pin_file, certificate_file })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use figment::Figment;
    use figment::providers::{Format as _, Toml};

    use super::*;

    fn operator(rest: &str) -> Result<SealConfig, String> {
        let text = format!("bin = \"1\"\nname = \"2\"\nofficers = []\n{rest}");
        let config: Result<OperatorConfig, _> = Figment::new().merge(Toml::string(&text)).extract();
        config.map(|config| config.seal).map_err(|error| error.to_string())
    }

    #[test]
    fn the_operator_has_exactly_one_key() {
        let file = "seal_key_file = \"seal.p12\"\nseal_password_env = \"P\"\n";
        let token = "[seal]\npkcs11 = { module = \"m.so\", token = \"t\", key_label = \"k\", pin_file = \"pin\" }\n";
        assert!(matches!(operator(file), Ok(SealConfig::File { .. })));
        assert!(matches!(operator(token), Ok(SealConfig::Token(_))));
        assert!(operator(&format!("{file}{token}")).unwrap_err().contains("one key"));
        assert!(operator(&format!("seal_password_env = \"P\"\n{token}")).unwrap_err().contains("one key"));
        assert!(operator("").unwrap_err().contains("missing"));
        assert!(operator("seal_key_file = \"seal.p12\"\n").unwrap_err().contains("seal_password_env"));
        assert!(operator("seal_password_env = \"P\"\n").unwrap_err().contains("seal_key_file"));
    }

    #[test]
    fn token_and_key_are_named_without_a_doubt() {
        let token = |fields: &str| {
            operator(&format!("[seal]\npkcs11 = {{ module = \"m.so\", pin_file = \"pin\", {fields} }}\n")).map(|seal| {
                let SealConfig::Token(token) = seal else { unreachable!() };
                (token.place, token.key)
            })
        };
        let key = |label: Option<&str>, id: Option<&[u8]>| TokenKey {
            label: label.map(str::to_owned),
            id: id.map(<[u8]>::to_vec),
        };
        assert_eq!(token("slot = 7, key_id = \"0aff\"").unwrap(), (TokenPlace::Slot(7), key(None, Some(&[10, 255]))));
        let both = token("token = \"t\", key_label = \"k\", key_id = \"01\"").unwrap();
        assert_eq!(both, (TokenPlace::Label("t".to_owned()), key(Some("k"), Some(&[1]))));
        assert!(token("key_label = \"k\"").unwrap_err().contains("name the token"));
        assert!(token("slot = 1, token = \"t\", key_label = \"k\"").unwrap_err().contains("name the token"));
        assert!(token("slot = 1").unwrap_err().contains("name the key"));
        assert!(token("slot = 1, key_id = \"xyz\"").unwrap_err().contains("key_id"));
        assert!(token("slot = 1, key_id = \"\"").unwrap_err().contains("key_id"));
        assert!(token("slot = 1, key_label = \"k\", pin = \"1234\"").unwrap_err().contains("pin"));
    }
}
