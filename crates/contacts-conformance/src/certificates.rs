//! Valid and invalid certificates, generated for each run.

use std::sync::{Arc, LazyLock};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
    server::WebPkiClientVerifier,
};

/// The certificate of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerCertificate {
    /// A valid certificate of the trusted authority, for 127.0.0.1 and localhost.
    Good,
    /// The same, with an intermediate authority.
    GoodChain,
    /// Expired.
    Expired,
    /// Not yet valid.
    NotYetValid,
    /// For another host.
    WrongHost,
    /// Self-signed.
    SelfSigned,
    /// From an authority that no client trusts.
    UnknownAuthority,
    /// For clients only.
    WrongPurpose,
}

impl ServerCertificate {
    /// All certificates that clients must reject.
    pub const BAD: [Self; 6] = [
        Self::Expired,
        Self::NotYetValid,
        Self::WrongHost,
        Self::SelfSigned,
        Self::UnknownAuthority,
        Self::WrongPurpose,
    ];
}

/// Returns the authority that clients trust, in PEM.
pub fn trusted_authority() -> &'static str {
    &AUTHORITIES.trusted_pem
}

/// Returns a client certificate of the authority that servers trust, and its key, both in PEM.
pub fn client() -> (String, String) {
    let (certificate, key) = AUTHORITIES.signed(ServerCertificate::WrongPurpose);
    (certificate.pem(), key.serialize_pem())
}

/// Server configuration that requires a client certificate.
pub fn server_for_known_clients() -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(AUTHORITIES.trusted_der.clone()).expect("an authority can be trusted");
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .expect("there is an authority");
    let (certificates, key) = AUTHORITIES.leaf(ServerCertificate::Good);
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has what the default versions of TLS need")
        .with_client_cert_verifier(verifier)
        .with_single_cert(certificates, key)
        .expect("the key is the certificate's");
    Arc::new(config)
}

/// Server configuration with this certificate.
pub fn server(shown: ServerCertificate) -> Arc<ServerConfig> {
    let (certificates, key) = AUTHORITIES.leaf(shown);
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has what the default versions of TLS need")
            .with_no_client_auth()
            .with_single_cert(certificates, key)
            .expect("the key is the certificate's");
    Arc::new(config)
}

static AUTHORITIES: LazyLock<Authorities> = LazyLock::new(Authorities::new);

struct Authorities {
    trusted_pem: String,
    trusted_der: CertificateDer<'static>,
    trusted: Issuer<'static, KeyPair>,
    between: Issuer<'static, KeyPair>,
    between_certificate: Certificate,
    unknown: Issuer<'static, KeyPair>,
}

impl Authorities {
    fn new() -> Self {
        let (trusted_certificate, trusted) = root("conformance");
        let (_, unknown) = root("unknown");
        let (params, key) = (authority("conformance, in between"), new_key());
        let between_certificate = params.signed_by(&key, &trusted).expect("an authority can sign");
        Self {
            trusted_pem: trusted_certificate.pem(),
            trusted_der: trusted_certificate.der().clone(),
            trusted,
            between: Issuer::new(params, key),
            between_certificate,
            unknown,
        }
    }

    fn leaf(
        &self,
        shown: ServerCertificate,
    ) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let (certificate, key) = self.signed(shown);
        let mut chain = vec![certificate.der().clone()];
        if shown == ServerCertificate::GoodChain {
            chain.push(self.between_certificate.der().clone());
        }
        (chain, PrivateKeyDer::try_from(key.serialize_der()).expect("a key is one"))
    }

    fn signed(&self, shown: ServerCertificate) -> (Certificate, KeyPair) {
        let names = match shown {
            ServerCertificate::WrongHost => vec!["elsewhere.example".to_owned()],
            _ => vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
        };
        let mut params = CertificateParams::new(names).expect("these are names");
        params.distinguished_name.push(DnType::CommonName, "a server");
        params.use_authority_key_identifier_extension = true;
        params.key_usages.push(KeyUsagePurpose::DigitalSignature);
        params.extended_key_usages.push(match shown {
            ServerCertificate::WrongPurpose => ExtendedKeyUsagePurpose::ClientAuth,
            _ => ExtendedKeyUsagePurpose::ServerAuth,
        });
        (params.not_before, params.not_after) = match shown {
            ServerCertificate::Expired => (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1)),
            ServerCertificate::NotYetValid => {
                (date_time_ymd(2390, 1, 1), date_time_ymd(2400, 1, 1))
            }
            _ => (date_time_ymd(2001, 1, 1), date_time_ymd(2400, 1, 1)),
        };
        let key = new_key();
        let signed = match shown {
            ServerCertificate::SelfSigned => params.self_signed(&key),
            ServerCertificate::UnknownAuthority => params.signed_by(&key, &self.unknown),
            ServerCertificate::GoodChain => params.signed_by(&key, &self.between),
            _ => params.signed_by(&key, &self.trusted),
        };
        (signed.expect("an authority can sign"), key)
    }
}

fn root(name: &str) -> (Certificate, Issuer<'static, KeyPair>) {
    let (params, key) = (authority(name), new_key());
    let certificate = params.self_signed(&key).expect("a key can sign");
    (certificate, Issuer::new(params, key))
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("no name is a bad one");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    params.not_before = date_time_ymd(2001, 1, 1);
    params.not_after = date_time_ymd(2400, 1, 1);
    params
}

fn new_key() -> KeyPair {
    KeyPair::generate().expect("there is randomness")
}
