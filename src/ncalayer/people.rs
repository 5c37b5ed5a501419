//! Whose keys the signer has, and which of them a page asks for.

use std::sync::Arc;

use qolhat_pki::certificate::Certificate;
use qolhat_pki::key::PrivateKey;
use qolhat_pki::nca::Purpose;
use qolhat_pki::oid::Oid;
use qolhat_pki::pkcs12::KeyStore;

/// Longest value of a filter that is repeated in a message, in characters.
const SHOWN_MAX_CHARS: usize = 100;

/// A key with its certificate.
#[derive(Debug)]
pub struct Key {
    /// The key.
    pub key: PrivateKey,
    /// Its certificate.
    pub certificate: Certificate,
}

impl Key {
    /// What the CA meant it for.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.certificate.purpose()
    }
}

/// Somebody whose keys are here.
#[derive(Debug, Clone)]
pub struct Person {
    id: String,
    name: String,
    keys: Vec<Arc<Key>>,
}

impl Person {
    /// A person with these keys, those for signing first; `None` without any. `id` names the person in requests of the
    /// chooser, `name` is for people.
    #[must_use]
    pub fn new(id: &str, name: &str, stores: Vec<KeyStore>) -> Option<Self> {
        let opened = stores.into_iter().map(|store| Arc::new(Key { key: store.key, certificate: store.certificate }));
        let mut keys: Vec<Arc<Key>> = opened.collect();
        keys.sort_by_key(|key| key.purpose() != Purpose::Sign);
        let person = Self { id: id.to_owned(), name: name.to_owned(), keys };
        (!person.keys.is_empty()).then_some(person)
    }

    /// The people behind `stores`: certificates with the same IIN and BIN are one person's. They come in the order of
    /// their first keys and are called 1, 2, 3….
    #[must_use]
    pub fn group(stores: Vec<KeyStore>) -> Vec<Self> {
        let mut groups: Vec<(Identity, Vec<KeyStore>)> = Vec::new();
        for store in stores {
            let identity = Identity::of(&store.certificate);
            match groups.iter_mut().find(|(known, _)| *known == identity) {
                Some((_, group)) => group.push(store),
                None => groups.push((identity, vec![store])),
            }
        }
        let numbered = (1..).zip(groups).map(|(number, (_, stores)): (u32, _)| {
            let name = stores.first().map(|store| display_name(&store.certificate)).unwrap_or_default();
            Self::new(&number.to_string(), &name, stores)
        });
        numbered.flatten().collect()
    }

    /// The name in requests of the chooser.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The keys, those for signing first.
    #[must_use]
    pub fn keys(&self) -> &[Arc<Key>] {
        &self.keys
    }

    /// The first key that passes all filters.
    ///
    /// # Errors
    /// The filter that nothing passed.
    pub fn key_for(&self, filters: &[Filter]) -> Result<Arc<Key>, Filter> {
        let mut left: Vec<&Arc<Key>> = self.keys.iter().collect();
        for filter in filters {
            left.retain(|key| filter.passes(&key.certificate));
            if left.is_empty() {
                return Err(filter.clone());
            }
        }
        // Never empty: a person has a key, and each filter left one.
        left.first().map(|key| Arc::clone(key)).ok_or(Filter::Purpose(Purpose::Other))
    }
}

/// One condition on a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// `extKeyUsageOids`: the certificate has this usage.
    Usage(Oid),
    /// `iin`.
    Iin(String),
    /// `bin`.
    Bin(String),
    /// `serialNumber`, in hexadecimal.
    Serial(String),
    /// `keyType` SIGNATURE or AUTHENTICATION.
    Purpose(Purpose),
}

impl Filter {
    fn passes(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Usage(oid) => certificate.extended_key_usage().is_some_and(|usages| usages.contains(oid)),
            Self::Iin(iin) => certificate.subject_facts().iin.as_ref() == Some(iin),
            Self::Bin(bin) => certificate.subject_facts().bin.as_ref() == Some(bin),
            Self::Serial(serial) => same_number(&certificate.serial_hex(), serial),
            Self::Purpose(purpose) => certificate.purpose() == *purpose,
        }
    }

    /// The condition as a page wrote it: `iin = 123456789012`.
    #[must_use]
    pub fn shown(&self) -> String {
        let cut = |text: &str| text.chars().take(SHOWN_MAX_CHARS).collect::<String>();
        match self {
            Self::Usage(oid) => format!("extKeyUsageOids = {oid}"),
            Self::Iin(iin) => format!("iin = {}", cut(iin)),
            Self::Bin(bin) => format!("bin = {}", cut(bin)),
            Self::Serial(serial) => format!("serialNumber = {}", cut(serial)),
            Self::Purpose(Purpose::Auth) => "keyType = AUTHENTICATION".to_owned(),
            Self::Purpose(_) => "keyType = SIGNATURE".to_owned(),
        }
    }
}

fn same_number(one: &str, other: &str) -> bool {
    one.trim_start_matches('0').eq_ignore_ascii_case(other.trim_start_matches('0'))
}

/// What makes certificates one person's: IIN and BIN, or the whole name where there is neither.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    iin: Option<String>,
    bin: Option<String>,
    nameless: Option<Vec<u8>>,
}

impl Identity {
    fn of(certificate: &Certificate) -> Self {
        let facts = certificate.subject_facts();
        let nameless = (facts.iin.is_none() && facts.bin.is_none()).then(|| certificate.subject_der().to_vec());
        Self { iin: facts.iin, bin: facts.bin, nameless }
    }
}

/// CN with the patronymic, and the organisation where there is one.
fn display_name(certificate: &Certificate) -> String {
    let facts = certificate.subject_facts();
    let mut name = facts.common_name.unwrap_or_else(|| certificate.subject().to_string());
    if let Some(patronymic) = facts.patronymic {
        name = format!("{name} {patronymic}");
    }
    match facts.organization {
        Some(organization) => format!("{name}, {organization}"),
        None => name,
    }
}
