//! Fingerprints of CA certificates of the national CA that are known as facts. Nothing is trusted for being here: a
//! person who imports a certificate sees that it is the one he means.

/// Name and SHA-256 of the certificate. Source: the CA certificates published by the national CA (nca-rk.md section 5).
pub const NATIONAL: &[(&str, &str)] = &[
    ("НЕГІЗГІ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (GOST) 2022", "af77725f8328bb24f89d81da3acdf7cee4324248538b7ba2cd2a860517fb9dca"),
    ("ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (GOST) 2022", "32c7d233a42703a327f3025543a05b930e3f39a786c68dfa196baa86d5618524"),
    ("НЕГІЗГІ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA)", "9ba06354b626641715182e4d07c9dbaa1777720fa795d03174ffc68876535dcd"),
    ("ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA) 2022", "84fb799a66140950818c056a5d9730acc2a7622cdd4ef0d47113b132fb892905"),
];

/// The name under which the fingerprint is known.
pub fn name_of(sha256: &str) -> Option<&'static str> {
    NATIONAL.iter().find(|(_, known)| *known == sha256).map(|(name, _)| *name)
}
