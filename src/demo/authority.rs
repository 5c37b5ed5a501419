//! A look-alike of the national CA: a root, an issuing CA, an OCSP responder and a time-stamp authority, once with GOST
//! 34.10-2015 keys of 512 bits and once with RSA keys. Source: nca-rk.md sections 5 and 6.

use std::path::Path;

use qolhat_pki::certificate::Certificate;
use qolhat_pki::crl::ReasonCode;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::certificate_builder::{CertificateTemplate, build_certificate};
use qolhat_pki::issue::profile::{Issuer, Profile, ServiceUris, service_subject};
use qolhat_pki::key::PrivateKey;
use qolhat_pki::oid::{self, Oid};
use qolhat_pki::random::SecureRandom;
use qolhat_pki::time::{Moment, Span};
use serde::{Deserialize, Serialize};

use super::DemoError;
use super::files::{self, Access};
use super::register::{IssuedBy, Register, Revocation};

/// Size of the RSA keys of people and services, as in the national certificates; the demonstration's CAs have it too.
const RSA_BITS: u32 = 2048;

/// One of the two hierarchies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Branch {
    /// GOST 34.10-2015, 512 bits, with Streebog.
    Gost,
    /// RSA with SHA-256.
    Rsa,
}

impl Branch {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Gost, Self::Rsa];

    /// The word in addresses and file names.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gost => "gost",
            Self::Rsa => "rsa",
        }
    }

    /// The branch of this [`Branch::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|branch| branch.code() == code)
    }

    /// The branch whose time-stamp authority goes with digests of `algorithm`.
    #[must_use]
    pub const fn for_digest(algorithm: DigestAlgorithm) -> Self {
        match algorithm {
            DigestAlgorithm::Streebog256 | DigestAlgorithm::Streebog512 | DigestAlgorithm::Gost34311 => Self::Gost,
            DigestAlgorithm::Sha1
            | DigestAlgorithm::Sha224
            | DigestAlgorithm::Sha256
            | DigestAlgorithm::Sha384
            | DigestAlgorithm::Sha512
            | DigestAlgorithm::Sha512_224
            | DigestAlgorithm::Sha512_256 => Self::Rsa,
        }
    }

    /// The policy under which this branch stamps. Source: nca-rk.md section 6.
    #[must_use]
    pub const fn tsa_policy(self) -> Oid {
        match self {
            Self::Gost => oid::POLICY_TSA_GOST2015,
            Self::Rsa => oid::POLICY_TSA_RSA,
        }
    }

    /// A new key of this branch.
    ///
    /// # Errors
    /// When `rng` or the library fails.
    pub fn new_key(self, rng: &mut dyn SecureRandom) -> Result<PrivateKey, DemoError> {
        Ok(match self {
            Self::Gost => PrivateKey::generate_gost512(rng)?,
            Self::Rsa => rng.rsa_key(RSA_BITS)?,
        })
    }
}

/// How long the certificate of a time-stamping authority is valid: longer than those of people, so that what it proves
/// outlives them. Source: nca-rk.md section 5.
const TSA_DAYS: i64 = 1095;

/// First and last moment of validity.
pub type Validity = (Moment, Moment);

/// The validity of certificates of people and services made at `now`: from a day before to a year after.
///
/// # Errors
/// `Time` at the ends of the calendar.
pub fn leaf_validity(now: Moment) -> Result<Validity, DemoError> {
    validity(now, 1, 365)
}

fn validity(now: Moment, days_before: i64, days_after: i64) -> Result<Validity, DemoError> {
    let now = now.truncate_to_seconds();
    let from = now.checked_sub(Span::days(days_before)).ok_or(DemoError::Time)?;
    Ok((from, now.checked_add(Span::days(days_after)).ok_or(DemoError::Time)?))
}

/// A key with its certificate.
#[derive(Debug)]
pub struct Holder {
    /// The key.
    pub key: PrivateKey,
    /// Its certificate.
    pub certificate: Certificate,
}

/// One hierarchy with its services and its register.
#[derive(Debug)]
pub struct Authority {
    branch: Branch,
    uris: ServiceUris,
    root: Holder,
    pub(super) ca: Holder,
    pub(super) responder: Holder,
    pub(super) tsa: Holder,
    register: Register,
}

/// Both hierarchies.
#[derive(Debug)]
pub struct Authorities {
    gost: Authority,
    rsa: Authority,
}

impl Authority {
    /// New keys and certificates: CAs valid from a year before `now` to ten years after, the time-stamping
    /// authority for three years, the OCSP responder as [`leaf_validity`]. `responders_url` (without a slash at its end) goes into every certificate.
    ///
    /// # Errors
    /// When a key or certificate cannot be made.
    pub fn create(
        branch: Branch,
        responders_url: &str,
        now: Moment,
        rng: &mut dyn SecureRandom,
    ) -> Result<Self, DemoError> {
        let ca_validity = validity(now, 365, 3652)?;
        let suffix = branch.code().to_uppercase();

        let key = branch.new_key(rng)?;
        let subject = service_subject(&format!("НЕГІЗГІ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ ({suffix}) DEMO"));
        let issuer = Issuer::itself(subject.clone(), &key.spki_der()?)?;
        let template = Profile::RootCa.template(&issuer, subject, key.spki_der()?, ca_validity)?;
        let root = Holder { certificate: signed(&template, &key, rng)?, key };

        let subject = service_subject(&format!("ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ ({suffix}) DEMO"));
        let issuer = Issuer::of(&root.certificate, root_uris(branch, responders_url))?;
        let key = branch.new_key(rng)?;
        let template = Profile::IssuingCa.template(&issuer, subject, key.spki_der()?, ca_validity)?;
        let ca = Holder { certificate: signed(&template, &root.key, rng)?, key };

        let register = Register::default();
        register.add(ca.certificate.serial(), IssuedBy::Root)?;
        let uris = ca_uris(branch, responders_url);
        let service =
            |profile: &Profile, name: &str, validity, rng: &mut dyn SecureRandom| -> Result<Holder, DemoError> {
                let key = branch.new_key(rng)?;
                let issuer = Issuer::of(&ca.certificate, uris.clone())?;
                let subject = service_subject(&format!("{name} ({suffix}) DEMO"));
                let template = profile.template(&issuer, subject, key.spki_der()?, validity)?;
                let certificate = signed(&template, &ca.key, rng)?;
                register.add(certificate.serial(), IssuedBy::Ca)?;
                Ok(Holder { key, certificate })
            };
        let responder = service(&Profile::OcspResponder, "OCSP RESPONDER", leaf_validity(now)?, rng)?;
        let tsa = service(&Profile::TimeStampAuthority, "TIME-STAMPING AUTHORITY", validity(now, 1, TSA_DAYS)?, rng)?;
        Ok(Self { branch, uris, root, ca, responder, tsa, register })
    }

    /// A certificate of the issuing CA for `public_key` (SubjectPublicKeyInfo), entered into the register.
    ///
    /// # Errors
    /// `Issue` for a public key that is none, `File` when the register cannot be written.
    pub fn issue(
        &self,
        profile: &Profile,
        subject: Vec<u8>,
        public_key: Vec<u8>,
        validity: Validity,
        rng: &mut dyn SecureRandom,
    ) -> Result<Certificate, DemoError> {
        let issuer = Issuer::of(&self.ca.certificate, self.uris.clone())?;
        let template = profile.template(&issuer, subject, public_key, validity)?;
        let certificate = signed(&template, &self.ca.key, rng)?;
        self.register.add(certificate.serial(), IssuedBy::Ca)?;
        Ok(certificate)
    }

    /// A new key of this branch with its certificate, see [`Authority::issue`].
    ///
    /// # Errors
    /// As [`Authority::issue`].
    pub fn issue_new(
        &self,
        profile: &Profile,
        subject: Vec<u8>,
        validity: Validity,
        rng: &mut dyn SecureRandom,
    ) -> Result<Holder, DemoError> {
        let key = self.branch.new_key(rng)?;
        let certificate = self.issue(profile, subject, key.spki_der()?, validity, rng)?;
        Ok(Holder { key, certificate })
    }

    /// Revokes the certificate with this serial number (content octets, as `Certificate::serial`) from `at` on; with
    /// [`ReasonCode::CertificateHold`] it is on hold and may come back. The issuing CA's own serial number is that of a
    /// certificate of the root.
    ///
    /// # Errors
    /// `NotIssuedHere`, `AlreadyRevoked` (a hold may be made final), `File`.
    pub fn revoke(&self, serial: &[u8], at: Moment, reason: ReasonCode) -> Result<(), DemoError> {
        self.register.revoke(serial, Revocation::new(at, reason))
    }

    /// The same with the instant since when the key may have been in other hands.
    ///
    /// # Errors
    /// As [`Authority::revoke`].
    pub fn revoke_with(&self, serial: &[u8], revocation: Revocation) -> Result<(), DemoError> {
        self.register.revoke(serial, revocation)
    }

    /// Takes a certificate back from hold.
    ///
    /// # Errors
    /// `NotIssuedHere`, `NotOnHold`, `File`.
    pub fn release(&self, serial: &[u8]) -> Result<(), DemoError> {
        self.register.release(serial)
    }

    /// Which hierarchy it is.
    #[must_use]
    pub const fn branch(&self) -> Branch {
        self.branch
    }

    /// The root: the anchor.
    #[must_use]
    pub const fn root(&self) -> &Certificate {
        &self.root.certificate
    }

    /// The CA that issues to people and services.
    #[must_use]
    pub const fn ca(&self) -> &Certificate {
        &self.ca.certificate
    }

    /// The certificate of the time-stamp authority.
    #[must_use]
    pub const fn tsa(&self) -> &Certificate {
        &self.tsa.certificate
    }

    /// What was issued and revoked.
    #[must_use]
    pub const fn register(&self) -> &Register {
        &self.register
    }

    pub(super) const fn issuer(&self, by: IssuedBy) -> &Holder {
        match by {
            IssuedBy::Root => &self.root,
            IssuedBy::Ca => &self.ca,
        }
    }

    /// The four certificates by the names of their files, without an ending: `gost-root`, `gost`, `gost-ocsp`, `gost-tsa`.
    #[must_use]
    pub fn certificates(&self) -> [(String, &Certificate); 4] {
        self.holders().map(|(name, holder)| (name, &holder.certificate))
    }

    fn holders(&self) -> [(String, &Holder); 4] {
        let [root, ca, responder, tsa] = names(self.branch);
        [(root, &self.root), (ca, &self.ca), (responder, &self.responder), (tsa, &self.tsa)]
    }

    /// Writes certificates (`*.cer`), keys and register into a folder (`private/`, for the owner alone) and keeps the
    /// register there from now on.
    pub(super) fn save(&self, folder: &Path) -> Result<(), DemoError> {
        let private = folder.join("private");
        files::folder(folder, Access::Public)?;
        files::folder(&private, Access::Secret)?;
        for (name, holder) in self.holders() {
            files::create(&folder.join(format!("{name}.cer")), holder.certificate.der(), Access::Public)?;
            files::create(&private.join(format!("{name}.p8")), &holder.key.to_pkcs8_der()?, Access::Secret)?;
        }
        self.register.bind(&private.join(register_file(self.branch)))
    }

    /// What [`Authority::save`] wrote.
    pub(super) fn load(folder: &Path, branch: Branch, responders_url: &str) -> Result<Self, DemoError> {
        let [root, ca, responder, tsa] = names(branch);
        let register = Register::open(&folder.join("private").join(register_file(branch)))?;
        Ok(Self {
            branch,
            uris: ca_uris(branch, responders_url),
            root: holder(folder, &root)?,
            ca: holder(folder, &ca)?,
            responder: holder(folder, &responder)?,
            tsa: holder(folder, &tsa)?,
            register,
        })
    }
}

impl Authorities {
    /// Two new hierarchies, see [`Authority::create`].
    ///
    /// # Errors
    /// As [`Authority::create`].
    pub fn create(responders_url: &str, now: Moment, rng: &mut dyn SecureRandom) -> Result<Self, DemoError> {
        Ok(Self {
            gost: Authority::create(Branch::Gost, responders_url, now, rng)?,
            rsa: Authority::create(Branch::Rsa, responders_url, now, rng)?,
        })
    }

    pub(super) fn load(folder: &Path, responders_url: &str) -> Result<Self, DemoError> {
        Ok(Self {
            gost: Authority::load(folder, Branch::Gost, responders_url)?,
            rsa: Authority::load(folder, Branch::Rsa, responders_url)?,
        })
    }

    /// The hierarchy of a branch.
    #[must_use]
    pub const fn of(&self, branch: Branch) -> &Authority {
        match branch {
            Branch::Gost => &self.gost,
            Branch::Rsa => &self.rsa,
        }
    }

    /// The CA or service certificate of this name, see [`Authority::certificates`].
    #[must_use]
    pub fn certificate(&self, name: &str) -> Option<&Certificate> {
        let all = Branch::ALL.into_iter().flat_map(|branch| self.of(branch).certificates());
        all.into_iter().find(|(known, _)| known == name).map(|(_, certificate)| certificate)
    }
}

fn names(branch: Branch) -> [String; 4] {
    ["-root", "", "-ocsp", "-tsa"].map(|end| format!("{}{end}", branch.code()))
}

fn register_file(branch: Branch) -> String {
    format!("{}-register.json", branch.code())
}

/// What the certificates of people and services name.
fn ca_uris(branch: Branch, url: &str) -> ServiceUris {
    let code = branch.code();
    ServiceUris {
        crl: vec![format!("{url}/crl/{code}.crl")],
        delta_crl: Vec::new(),
        ocsp: vec![format!("{url}/ocsp/{code}")],
        ca_certificate: vec![format!("{url}/ca/{code}.cer")],
    }
}

/// What the certificate of the issuing CA names: the national root has no OCSP responder either.
fn root_uris(branch: Branch, url: &str) -> ServiceUris {
    let code = branch.code();
    ServiceUris {
        crl: vec![format!("{url}/crl/{code}-root.crl")],
        ca_certificate: vec![format!("{url}/ca/{code}-root.cer")],
        ..ServiceUris::default()
    }
}

fn signed(
    template: &CertificateTemplate,
    key: &PrivateKey,
    rng: &mut dyn SecureRandom,
) -> Result<Certificate, DemoError> {
    let der = build_certificate(template, key, rng)?;
    Certificate::from_der(&der).map_err(|error| DemoError::malformed("certificate", error))
}

fn holder(folder: &Path, name: &str) -> Result<Holder, DemoError> {
    let file = folder.join(format!("{name}.cer"));
    let malformed = |detail: String| DemoError::malformed(file.display().to_string(), detail);
    let certificate = Certificate::from_der(&files::read(&file)?).map_err(|error| malformed(error.to_string()))?;
    let pkcs8 = zeroize::Zeroizing::new(files::read(&folder.join("private").join(format!("{name}.p8")))?);
    let key = PrivateKey::from_pkcs8_der(&pkcs8)?;
    if !key.belongs_to(&certificate) {
        return Err(malformed("the key beside it is not that of the certificate".to_owned()));
    }
    Ok(Holder { key, certificate })
}
