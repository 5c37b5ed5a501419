//! The calls: module, slot, session, login, key, signature.

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use qolhat_pki::algorithm::SignatureAlgorithm;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::issue::unsigned::{ecdsa_signature_der, token_algorithm};

use super::{Known, TokenError};
use crate::config::{TokenConfig, TokenKey, TokenPlace};

/// Certificates looked at in a token.
const CERTIFICATES_MAX: usize = 16;
/// What a key signs to be tried. No structure begins so: it can be taken for nothing else.
const TRIAL: &[u8] = b"qolhat: whether the key of the seal answers";
/// `DigestInfo` of SHA-256 before its octets, for tokens that digest nothing. Source: RFC 8017 §9.2.
const SHA256_DIGEST_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// The token's driver and what was opened with it.
pub(super) struct Driver {
    config: TokenConfig,
    name: String,
    pin: AuthPin,
    /// The token refused the PIN: it is never given again.
    is_refused: bool,
    certificate: Option<Certificate>,
    // In the order in which they must go.
    open: Option<Open>,
    module: Option<Pkcs11>,
}

/// A session with a key that was tried.
struct Open {
    session: Session,
    key: ObjectHandle,
    key_type: Option<KeyType>,
    digests_for_rsa: bool,
}

impl Driver {
    pub(super) const fn new(config: TokenConfig, name: String, pin: AuthPin) -> Self {
        Self { config, name, pin, is_refused: false, certificate: None, open: None, module: None }
    }

    /// Opens the token for the first time and finds the certificate to which the key answers.
    pub(super) fn open_first(&mut self, beside: Option<Vec<Certificate>>) -> Result<Known, TokenError> {
        let open = self.connect()?;
        let (candidates, place) = match beside {
            Some(certificates) => (certificates, "in certificate_file".to_owned()),
            None => (self.certificates(&open.session)?, format!("in the token {}", self.name)),
        };
        let (chain, leaves): (Vec<_>, Vec<_>) = candidates.into_iter().partition(Certificate::is_ca);
        let is_usable = |leaf: &Certificate| leaf.public_key().ok().and_then(token_algorithm).is_some();
        if !leaves.iter().any(is_usable) {
            return Err(TokenError::NoCertificate { place });
        }
        let mut own = Vec::new();
        for leaf in leaves {
            if is_usable(&leaf) && self.answers(&open, &leaf)? {
                own.push(leaf);
            }
        }
        // A key whose certificate was renewed has several: the newest counts.
        let newest = own.into_iter().max_by_key(Certificate::not_before);
        let certificate = newest.ok_or_else(|| self.other_key(place))?;
        self.certificate = Some(certificate.clone());
        self.open = Some(open);
        Ok(Known { certificate, chain })
    }

    /// The signature over `message`, by a new session where the one of before has ended.
    pub(super) fn sign(&mut self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        let Some(certificate) = self.certificate.clone() else { return Err(TokenError::Thread) };
        if let Some(open) = &self.open {
            match self.sign_by(open, &certificate, message) {
                Err(error) if error.ends_the_session() => {
                    tracing::warn!(error = %error, "the seal's token is opened anew");
                    self.open = None;
                }
                outcome => return outcome,
            }
        }
        let open = self.connect()?;
        // It may be another token of the same name.
        if !self.answers(&open, &certificate)? {
            return Err(self.other_key("the service started with".to_owned()));
        }
        let signature = self.sign_by(&open, &certificate, message)?;
        self.open = Some(open);
        Ok(signature)
    }

    fn connect(&mut self) -> Result<Open, TokenError> {
        if self.is_refused {
            return Err(TokenError::PinRefused { token: self.name.clone() });
        }
        let (module, slot) = self.slot()?;
        let info = module.get_token_info(slot).map_err(|error| self.call(error))?;
        if info.user_pin_locked() {
            return Err(TokenError::Locked { token: self.name.clone() });
        }
        if info.user_pin_count_low() || info.user_pin_final_try() {
            return Err(TokenError::PinAtRisk { token: self.name.clone() });
        }
        let session = module.open_ro_session(slot).map_err(|error| self.call(error))?;
        self.log_in(&session)?;
        let key = self.key(&session)?;
        let mechanisms = module.get_mechanism_list(slot).map_err(|error| self.call(error))?;
        let digests_for_rsa = mechanisms.contains(&MechanismType::SHA256_RSA_PKCS);
        let attributes = session.get_attributes(key, &[AttributeType::KeyType]).map_err(|error| self.call(error))?;
        let key_type = attributes
            .into_iter()
            .find_map(|attribute| if let Attribute::KeyType(key_type) = attribute { Some(key_type) } else { None });
        Ok(Open { session, key, key_type, digests_for_rsa })
    }

    /// The module and the slot of the token. A driver that lists tokens at its start alone is started once more.
    fn slot(&mut self) -> Result<(Pkcs11, Slot), TokenError> {
        if let Some(module) = self.module.clone() {
            match self.slot_of(&module) {
                Ok(Some(slot)) => return Ok((module, slot)),
                Ok(None) => {}
                Err(error) if error.ends_the_session() => {}
                Err(error) => return Err(error),
            }
        }
        self.open = None;
        if let Some(module) = self.module.take() {
            // It may have been ended already.
            let _ = module.finalize();
        }
        let module = self.start()?;
        let slot = self.slot_of(&module);
        self.module = Some(module.clone());
        slot?.map(|slot| (module, slot)).ok_or_else(|| TokenError::Away { token: self.name.clone() })
    }

    fn start(&self) -> Result<Pkcs11, TokenError> {
        let unusable = |error: Error| TokenError::Module {
            module: self.config.module.display().to_string(),
            detail: error.to_string(),
        };
        let module = Pkcs11::new(&self.config.module).map_err(unusable)?;
        match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(module),
            Err(error) => Err(unusable(error)),
        }
    }

    fn slot_of(&self, module: &Pkcs11) -> Result<Option<Slot>, TokenError> {
        let slots = module.get_slots_with_token().map_err(|error| self.call(error))?;
        let mut fitting = Vec::new();
        for slot in slots {
            let is_it = match &self.config.place {
                TokenPlace::Slot(number) => slot.id() == *number,
                // One that went away meanwhile is not the one.
                TokenPlace::Label(label) => module.get_token_info(slot).is_ok_and(|info| info.label() == label),
            };
            if is_it {
                fitting.push(slot);
            }
        }
        match fitting.as_slice() {
            [] => Ok(None),
            [slot] => Ok(Some(*slot)),
            several => Err(TokenError::TokensAlike { token: self.name.clone(), count: several.len() }),
        }
    }

    fn log_in(&mut self, session: &Session) -> Result<(), TokenError> {
        match session.login(UserType::User, Some(&self.pin)) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
            Err(Error::Pkcs11(RvError::PinLocked, _)) => Err(TokenError::Locked { token: self.name.clone() }),
            Err(Error::Pkcs11(
                RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange | RvError::PinExpired,
                _,
            )) => {
                self.is_refused = true;
                Err(TokenError::PinRefused { token: self.name.clone() })
            }
            Err(error) => Err(self.call(error)),
        }
    }

    fn key(&self, session: &Session) -> Result<ObjectHandle, TokenError> {
        let TokenKey { label, id } = &self.config.key;
        let mut template = vec![Attribute::Class(ObjectClass::PRIVATE_KEY)];
        template.extend(label.as_ref().map(|label| Attribute::Label(label.as_bytes().to_vec())));
        template.extend(id.as_ref().map(|id| Attribute::Id(id.clone())));
        let found = session.find_objects(&template).map_err(|error| self.call(error))?;
        match found.as_slice() {
            [key] => Ok(*key),
            [] => Err(TokenError::NoKey { token: self.name.clone(), key: self.key_name() }),
            several => {
                let count = several.len();
                Err(TokenError::KeysAlike { token: self.name.clone(), key: self.key_name(), count })
            }
        }
    }

    /// The certificates in the token.
    fn certificates(&self, session: &Session) -> Result<Vec<Certificate>, TokenError> {
        let template = [Attribute::Class(ObjectClass::CERTIFICATE)];
        let found = session.find_objects(&template).map_err(|error| self.call(error))?;
        let mut certificates = Vec::new();
        for object in found.into_iter().take(CERTIFICATES_MAX) {
            let attributes =
                session.get_attributes(object, &[AttributeType::Value]).map_err(|error| self.call(error))?;
            for attribute in attributes {
                if let Attribute::Value(der) = attribute {
                    certificates.extend(Certificate::from_der(&der).ok());
                }
            }
        }
        Ok(certificates)
    }

    /// Whether the key signs as that of `certificate`.
    fn answers(&self, open: &Open, certificate: &Certificate) -> Result<bool, TokenError> {
        let (Ok(public), Some(algorithm)) =
            (certificate.public_key(), certificate.public_key().ok().and_then(token_algorithm))
        else {
            return Ok(false);
        };
        let is_ecdsa = matches!(algorithm, SignatureAlgorithm::Ecdsa(_));
        let key_type = if is_ecdsa { KeyType::EC } else { KeyType::RSA };
        if open.key_type.is_some_and(|own| own != key_type) {
            return Ok(false);
        }
        match self.sign_by(open, certificate, TRIAL) {
            Ok(signature) => Ok(public.verify_message(algorithm, TRIAL, &signature).is_ok()),
            // The digest of another curve.
            Err(TokenError::Call { source: Error::Pkcs11(RvError::DataLenRange, _), .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn sign_by(&self, open: &Open, certificate: &Certificate, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        let algorithm = certificate.public_key().ok().and_then(token_algorithm);
        let digest = algorithm.map(|algorithm| algorithm.digest().digest(message));
        let sign = |mechanism: &Mechanism<'_>, data: &[u8]| {
            open.session.sign(mechanism, open.key, data).map_err(|error| self.call(error))
        };
        match (algorithm, digest) {
            (Some(SignatureAlgorithm::RsaPkcs1(_)), Some(_)) if open.digests_for_rsa => {
                sign(&Mechanism::Sha256RsaPkcs, message)
            }
            (Some(SignatureAlgorithm::RsaPkcs1(_)), Some(digest)) => {
                sign(&Mechanism::RsaPkcs, &[&SHA256_DIGEST_INFO, digest.as_bytes()].concat())
            }
            (Some(SignatureAlgorithm::Ecdsa(_)), Some(digest)) => {
                let halves = sign(&Mechanism::Ecdsa, digest.as_bytes())?;
                ecdsa_signature_der(&halves)
                    .map_err(|_| TokenError::Mechanism { token: self.name.clone(), mechanism: "CKM_ECDSA" })
            }
            (_, _) => Err(TokenError::Mechanism { token: self.name.clone(), mechanism: "mechanism for this key" }),
        }
    }

    fn call(&self, source: Error) -> TokenError {
        TokenError::Call { token: self.name.clone(), source }
    }

    fn other_key(&self, place: String) -> TokenError {
        TokenError::OtherKey { token: self.name.clone(), key: self.key_name(), place }
    }

    fn key_name(&self) -> String {
        let TokenKey { label, id } = &self.config.key;
        let label = label.as_ref().map(|label| format!("\"{label}\""));
        let id = id.as_ref().map(|id| format!("of id {}", hex::encode(id)));
        label.into_iter().chain(id).collect::<Vec<_>>().join(" ")
    }
}
