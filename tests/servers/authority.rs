//! A certificate authority that nobody trusts unless told, for servers of tests.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

/// An authority, and what it signs.
pub struct Authority {
    /// Its own certificate, in PEM form.
    pub root: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key, in PEM form.
pub struct Signed {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key is made");
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&key).expect("an authority signs itself").pem();
        Self { root, issuer: Issuer::new(params, key) }
    }

    /// Signs a certificate for a host.
    pub fn sign(&self, host: &str) -> Signed {
        let key = KeyPair::generate().expect("a key is made");
        let params = CertificateParams::new([host.to_owned()]).expect("a host's name");
        let certificate = params.signed_by(&key, &self.issuer).expect("the authority signs");
        Signed { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}
