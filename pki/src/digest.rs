//! Digests: what a signature or a time stamp covers, with the algorithm that made it.
//!
//! Which of them may still be trusted, and until when, is judged elsewhere; here all of them can be computed, because
//! archives hold them all.

use std::fmt;

use gost94::Gost94Test;
use sha1::Sha1;
use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use streebog::{Streebog256, Streebog512};

/// A digest algorithm found in national signatures, time stamps or certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DigestAlgorithm {
    /// SHA-1, FIPS 180-4: archives and identifiers only.
    Sha1,
    /// SHA-224, FIPS 180-4.
    Sha224,
    /// SHA-256, FIPS 180-4.
    Sha256,
    /// SHA-384, FIPS 180-4.
    Sha384,
    /// SHA-512, FIPS 180-4.
    Sha512,
    /// SHA-512/224, FIPS 180-4.
    Sha512_224,
    /// SHA-512/256, FIPS 180-4.
    Sha512_256,
    /// GOST 34.11-2015 with 256 bits = RFC 6986; octets in the usual order of that document.
    Streebog256,
    /// GOST 34.11-2015 with 512 bits = RFC 6986: goes with today's national keys.
    Streebog512,
    /// GOST 34.311-95 = RFC 5831 with the S-box of its test parameters and a zero start vector, as the National
    /// Certification Authority uses it: goes with GOST 34.310-2004 keys.
    Gost34311,
}

impl DigestAlgorithm {
    /// Every algorithm.
    pub const ALL: [Self; 10] = [
        Self::Sha1,
        Self::Sha224,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
        Self::Sha512_224,
        Self::Sha512_256,
        Self::Streebog256,
        Self::Streebog512,
        Self::Gost34311,
    ];

    /// The name used on the command line, in reports and in interfaces, such as `sha256` or `gost34311-95`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
            Self::Sha512_224 => "sha512-224",
            Self::Sha512_256 => "sha512-256",
            Self::Streebog256 => "streebog256",
            Self::Streebog512 => "streebog512",
            Self::Gost34311 => "gost34311-95",
        }
    }

    /// The algorithm with exactly this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// Octets of a digest.
    pub const fn output_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 | Self::Sha512_224 => 28,
            Self::Sha256 | Self::Sha512_256 | Self::Streebog256 | Self::Gost34311 => 32,
            Self::Sha384 => 48,
            Self::Sha512 | Self::Streebog512 => 64,
        }
    }

    /// The digest of `data`.
    pub fn digest(self, data: &[u8]) -> Digest {
        let mut hasher = Hasher::new(self);
        hasher.update(data);
        hasher.finish()
    }
}

impl fmt::Display for DigestAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A digest and the algorithm it is of; the length fits the algorithm. Digests are public: comparing them takes
/// variable time.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest {
    algorithm: DigestAlgorithm,
    bytes: Vec<u8>,
}

impl Digest {
    /// The digest with these octets, or `None` when the algorithm's digests have another length: a shortened digest
    /// is none.
    pub fn new(algorithm: DigestAlgorithm, bytes: impl Into<Vec<u8>>) -> Option<Self> {
        let bytes = bytes.into();
        (bytes.len() == algorithm.output_len()).then_some(Self { algorithm, bytes })
    }

    /// The algorithm.
    pub const fn algorithm(&self) -> DigestAlgorithm {
        self.algorithm
    }

    /// The octets, `output_len` of them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Digest {
    /// `sha1:da39a3ee…`, in full.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.algorithm)?;
        self.bytes.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

/// A digest in the making, for content that arrives in pieces.
#[derive(Clone)]
pub struct Hasher(State);

#[derive(Clone)]
enum State {
    Sha1(Sha1),
    Sha224(Sha224),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
    Sha512_224(Sha512_224),
    Sha512_256(Sha512_256),
    Streebog256(Streebog256),
    Streebog512(Streebog512),
    Gost34311(Gost94Test),
}

impl Hasher {
    /// The state before any content.
    pub fn new(algorithm: DigestAlgorithm) -> Self {
        Self(match algorithm {
            DigestAlgorithm::Sha1 => State::Sha1(Sha1::new()),
            DigestAlgorithm::Sha224 => State::Sha224(Sha224::new()),
            DigestAlgorithm::Sha256 => State::Sha256(Sha256::new()),
            DigestAlgorithm::Sha384 => State::Sha384(Sha384::new()),
            DigestAlgorithm::Sha512 => State::Sha512(Sha512::new()),
            DigestAlgorithm::Sha512_224 => State::Sha512_224(Sha512_224::new()),
            DigestAlgorithm::Sha512_256 => State::Sha512_256(Sha512_256::new()),
            DigestAlgorithm::Streebog256 => State::Streebog256(Streebog256::new()),
            DigestAlgorithm::Streebog512 => State::Streebog512(Streebog512::new()),
            DigestAlgorithm::Gost34311 => State::Gost34311(Gost94Test::new()),
        })
    }

    /// The algorithm of the digest to come.
    pub const fn algorithm(&self) -> DigestAlgorithm {
        match self.0 {
            State::Sha1(_) => DigestAlgorithm::Sha1,
            State::Sha224(_) => DigestAlgorithm::Sha224,
            State::Sha256(_) => DigestAlgorithm::Sha256,
            State::Sha384(_) => DigestAlgorithm::Sha384,
            State::Sha512(_) => DigestAlgorithm::Sha512,
            State::Sha512_224(_) => DigestAlgorithm::Sha512_224,
            State::Sha512_256(_) => DigestAlgorithm::Sha512_256,
            State::Streebog256(_) => DigestAlgorithm::Streebog256,
            State::Streebog512(_) => DigestAlgorithm::Streebog512,
            State::Gost34311(_) => DigestAlgorithm::Gost34311,
        }
    }

    /// Takes the next octets of the content.
    pub fn update(&mut self, data: &[u8]) {
        match &mut self.0 {
            State::Sha1(state) => state.update(data),
            State::Sha224(state) => state.update(data),
            State::Sha256(state) => state.update(data),
            State::Sha384(state) => state.update(data),
            State::Sha512(state) => state.update(data),
            State::Sha512_224(state) => state.update(data),
            State::Sha512_256(state) => state.update(data),
            State::Streebog256(state) => state.update(data),
            State::Streebog512(state) => state.update(data),
            State::Gost34311(state) => state.update(data),
        }
    }

    /// The digest of all content taken.
    pub fn finish(self) -> Digest {
        let algorithm = self.algorithm();
        let bytes = match self.0 {
            State::Sha1(state) => state.finalize().to_vec(),
            State::Sha224(state) => state.finalize().to_vec(),
            State::Sha256(state) => state.finalize().to_vec(),
            State::Sha384(state) => state.finalize().to_vec(),
            State::Sha512(state) => state.finalize().to_vec(),
            State::Sha512_224(state) => state.finalize().to_vec(),
            State::Sha512_256(state) => state.finalize().to_vec(),
            State::Streebog256(state) => state.finalize().to_vec(),
            State::Streebog512(state) => state.finalize().to_vec(),
            State::Gost34311(state) => state.finalize().to_vec(),
        };
        Digest { algorithm, bytes }
    }
}

/// Several digests of one content in one pass over it, for signers with different keys.
#[derive(Clone)]
pub struct DigestSet(Vec<Hasher>);

impl DigestSet {
    /// The states before any content; an algorithm named twice is computed once.
    pub fn new(algorithms: &[DigestAlgorithm]) -> Self {
        let wanted = DigestAlgorithm::ALL.into_iter().filter(|algorithm| algorithms.contains(algorithm));
        Self(wanted.map(Hasher::new).collect())
    }

    /// Takes the next octets of the content.
    pub fn update(&mut self, data: &[u8]) {
        // In pieces that stay in the nearest cache until the last algorithm has read them.
        for piece in data.chunks(PIECE_BYTES) {
            for hasher in &mut self.0 {
                hasher.update(piece);
            }
        }
    }

    /// The digests of all content taken.
    pub fn finish(self) -> Digests {
        Digests(self.0.into_iter().map(Hasher::finish).collect())
    }
}

/// Content is passed to the algorithms of a set in pieces of this size.
const PIECE_BYTES: usize = 16 * 1024;

/// Digests of one content, at most one for each algorithm.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Digests(Vec<Digest>);

impl From<Digest> for Digests {
    fn from(digest: Digest) -> Self {
        Digests(vec![digest])
    }
}

impl FromIterator<Digest> for Digests {
    /// Of several by one algorithm the first counts.
    fn from_iter<I: IntoIterator<Item = Digest>>(digests: I) -> Self {
        let given: Vec<Digest> = digests.into_iter().collect();
        let first = |algorithm| given.iter().find(|digest| digest.algorithm == algorithm).cloned();
        Digests(DigestAlgorithm::ALL.into_iter().filter_map(first).collect())
    }
}

impl Digests {
    /// The digest by `algorithm`, if it is among them.
    pub fn get(&self, algorithm: DigestAlgorithm) -> Option<&Digest> {
        self.0.iter().find(|digest| digest.algorithm == algorithm)
    }

    /// All of them, in the order of [`DigestAlgorithm::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = &Digest> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
    use super::*;

    /// Digests of "abc": FIPS 180-4 examples; Streebog as other implementations give it; GOST 34.311-95 as the National
    /// Certification Authority computes it.
    const ABC: [(&str, &str); 10] = [
        ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("sha224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
        ("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("sha384", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"),
        (
            "sha512",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
        ("sha512-224", "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa"),
        ("sha512-256", "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"),
        ("streebog256", "4e2919cf137ed41ec4fb6270c61826cc4fffb660341e0af3688cd0626d23b481"),
        (
            "streebog512",
            "28156e28317da7c98f4fe2bed6b542d0dab85bb224445fcedaf75d46e26d7eb8d5997f3e0915dd6b7f0aab08d9c8beb0d8c64bae2ab8b3c8c6bc53b3bf0db728",
        ),
        ("gost34311-95", "f3134348c44fb1b2a277729e2285ebb5cb5e0f29c975bc753b70497c06a4d51d"),
    ];

    fn debug(algorithm: DigestAlgorithm, data: &[u8]) -> String {
        format!("{:?}", algorithm.digest(data))
    }

    #[test]
    fn every_algorithm_gives_its_published_digest() {
        for (algorithm, (name, expected)) in DigestAlgorithm::ALL.into_iter().zip(ABC) {
            assert_eq!(algorithm.name(), name);
            assert_eq!(debug(algorithm, b"abc"), format!("{name}:{expected}"));
            assert_eq!(algorithm.digest(b"abc").as_bytes().len(), algorithm.output_len());
        }
    }

    /// Source: RFC 6986 section 10.1, octets from last to first as they are printed there.
    #[test]
    fn streebog_gives_the_digests_of_its_standard() {
        let message = b"012345678901234567890123456789012345678901234567890123456789012";
        let expected = "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500";
        assert_eq!(debug(DigestAlgorithm::Streebog256, message), format!("streebog256:{expected}"));
        let expected = "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48";
        assert_eq!(debug(DigestAlgorithm::Streebog512, message), format!("streebog512:{expected}"));
    }

    #[test]
    fn gost_34311_of_nothing_is_that_of_the_test_parameters() {
        let expected = "gost34311-95:ce85b99cc46752fffee35cab9a7b0278abb4c2d2055cff685af4912c49490f8d";
        assert_eq!(debug(DigestAlgorithm::Gost34311, b""), expected);
    }

    #[test]
    fn a_name_is_read_back_exactly() {
        for algorithm in DigestAlgorithm::ALL {
            assert_eq!(DigestAlgorithm::from_name(algorithm.name()), Some(algorithm));
        }
        for unknown in ["", "SHA256", "sha-256", "sha256 ", "gost34311", "md5"] {
            assert_eq!(DigestAlgorithm::from_name(unknown), None);
        }
    }

    #[test]
    fn a_digest_of_another_length_is_none() {
        for algorithm in DigestAlgorithm::ALL {
            let length = algorithm.output_len();
            assert!(Digest::new(algorithm, vec![0; length]).is_some());
            assert!(Digest::new(algorithm, vec![0; length - 1]).is_none());
            assert!(Digest::new(algorithm, vec![0; length + 1]).is_none());
            assert!(Digest::new(algorithm, vec![]).is_none());
        }
    }

    #[test]
    fn pieces_of_any_size_give_the_digest_of_the_whole() {
        let data: Vec<u8> = (0..100_000u32).map(|i| i.to_le_bytes()[0] ^ i.to_le_bytes()[1]).collect();
        for size in [1, 63, 64, 65, 16_383, 16_384, 40_000] {
            let mut set = DigestSet::new(&DigestAlgorithm::ALL);
            for piece in data.chunks(size) {
                set.update(piece);
            }
            let digests = set.finish();
            for algorithm in DigestAlgorithm::ALL {
                assert_eq!(digests.get(algorithm), Some(&algorithm.digest(&data)), "{algorithm} by {size}");
            }
        }
    }

    #[test]
    fn a_set_holds_what_was_asked_for_once() {
        let asked = [DigestAlgorithm::Streebog512, DigestAlgorithm::Sha256, DigestAlgorithm::Streebog512];
        let digests = DigestSet::new(&asked).finish();
        assert_eq!(digests.iter().count(), 2);
        assert_eq!(digests.get(DigestAlgorithm::Sha1), None);
    }
}
