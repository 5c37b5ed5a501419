//! The named curves of ECDSA keys.

use openssl::ec::EcGroup;
use openssl::error::ErrorStack;
use openssl::nid::Nid;

use crate::oid::{self, Oid};

macro_rules! curves {
    ($($(#[$doc:meta])* $curve:ident = $oid:ident, $nid:ident, $bits:literal;)+) => {
        /// The named curves of ECDSA keys: over prime fields and of prime order, so that every point of the curve but the
        /// one at infinity is a key. Parameters written out, and every other name, are not supported. Those below 224 bits
        /// can be computed with and are trusted by no policy.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum EcCurve {
            $($(#[$doc])* $curve,)+
        }

        impl EcCurve {
            /// Every curve.
            pub const ALL: &'static [EcCurve] = &[$(EcCurve::$curve,)+];

            /// The identifier.
            pub const fn oid(self) -> Oid {
                match self {
                    $(EcCurve::$curve => oid::$oid,)+
                }
            }

            /// Size of the field, in bits.
            pub const fn bits(self) -> u32 {
                match self {
                    $(EcCurve::$curve => $bits,)+
                }
            }

            const fn nid(self) -> Nid {
                match self {
                    $(EcCurve::$curve => Nid::$nid,)+
                }
            }
        }
    };
}

curves! {
    /// P-256.
    P256 = SECP256R1, X9_62_PRIME256V1, 256;
    /// P-384.
    P384 = SECP384R1, SECP384R1, 384;
    /// P-521.
    P521 = SECP521R1, SECP521R1, 521;
    /// P-224.
    P224 = SECP224R1, SECP224R1, 224;
    /// P-192.
    P192 = SECP192R1, X9_62_PRIME192V1, 192;
    /// secp160k1.
    Secp160k1 = SECP160K1, SECP160K1, 160;
    /// secp160r1.
    Secp160r1 = SECP160R1, SECP160R1, 160;
    /// secp160r2.
    Secp160r2 = SECP160R2, SECP160R2, 160;
    /// secp192k1.
    Secp192k1 = SECP192K1, SECP192K1, 192;
    /// secp224k1.
    Secp224k1 = SECP224K1, SECP224K1, 224;
    /// secp256k1.
    Secp256k1 = SECP256K1, SECP256K1, 256;
    /// brainpoolP192r1.
    BrainpoolP192r1 = BRAINPOOL_P192R1, BRAINPOOL_P192R1, 192;
    /// brainpoolP192t1.
    BrainpoolP192t1 = BRAINPOOL_P192T1, BRAINPOOL_P192T1, 192;
    /// brainpoolP224r1.
    BrainpoolP224r1 = BRAINPOOL_P224R1, BRAINPOOL_P224R1, 224;
    /// brainpoolP224t1.
    BrainpoolP224t1 = BRAINPOOL_P224T1, BRAINPOOL_P224T1, 224;
    /// brainpoolP256r1.
    BrainpoolP256r1 = BRAINPOOL_P256R1, BRAINPOOL_P256R1, 256;
    /// brainpoolP256t1.
    BrainpoolP256t1 = BRAINPOOL_P256T1, BRAINPOOL_P256T1, 256;
    /// brainpoolP320r1.
    BrainpoolP320r1 = BRAINPOOL_P320R1, BRAINPOOL_P320R1, 320;
    /// brainpoolP320t1.
    BrainpoolP320t1 = BRAINPOOL_P320T1, BRAINPOOL_P320T1, 320;
    /// brainpoolP384r1.
    BrainpoolP384r1 = BRAINPOOL_P384R1, BRAINPOOL_P384R1, 384;
    /// brainpoolP384t1.
    BrainpoolP384t1 = BRAINPOOL_P384T1, BRAINPOOL_P384T1, 384;
    /// brainpoolP512r1.
    BrainpoolP512r1 = BRAINPOOL_P512R1, BRAINPOOL_P512R1, 512;
    /// brainpoolP512t1.
    BrainpoolP512t1 = BRAINPOOL_P512T1, BRAINPOOL_P512T1, 512;
}

impl EcCurve {
    /// The curve with this identifier.
    pub fn from_oid(oid: &Oid) -> Option<EcCurve> {
        Self::ALL.iter().copied().find(|curve| curve.oid() == *oid)
    }

    /// The curve as the library has it; a library built without it has none.
    pub(super) fn group(self) -> Result<EcGroup, ErrorStack> {
        EcGroup::from_curve_name(self.nid())
    }
}
