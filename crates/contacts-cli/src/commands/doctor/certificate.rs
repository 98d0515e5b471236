//! The certificate of a server and its issuer. The issuer reveals a proxy that intercepts TLS.

use std::{
    io,
    net::TcpStream,
    sync::{Arc, OnceLock},
    time::Duration,
};

use der::{
    Decode, Reader, SliceReader,
    asn1::{AnyRef, ObjectIdentifier},
};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, ServerName, UnixTime},
};

use crate::{config::network::Network, error::Failure};

/// The result of a TLS handshake.
pub(crate) struct Shown {
    /// The issuer in the certificate of the server; `None` if the server sent no certificate.
    pub(crate) issuer: Option<String>,
    pub(crate) verdict: Verdict,
}

/// The outcome of the handshake, with the reason of a failure.
pub(crate) enum Verdict {
    Trusted,
    /// The certificate is not trusted.
    Untrusted(String),
    /// The handshake failed for another reason.
    Broken(String),
}

/// Performs a TLS handshake and sends nothing more. Verifies the certificate with the roots of the
/// settings.
pub(crate) fn shown(
    stream: TcpStream,
    host: &str,
    network: &Network,
    timeout: Duration,
) -> Result<Shown, Failure> {
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(
        Arc::new(roots(network)?),
        Arc::clone(&provider),
    )
    .build()
    .map_err(|error| {
        Failure::local(format!("could not set up certificate verification: {error}"))
    })?;
    let recorder = Arc::new(Recorder { verifier, seen: OnceLock::new() });
    let result = shake_hands(stream, host, &provider, &recorder, timeout);
    let verdict = result.map_or_else(|error| Verdict::of(&error), |()| Verdict::Trusted);
    let issuer = recorder.seen.get().map(issuer);
    Ok(Shown { issuer, verdict })
}

fn shake_hands(
    mut stream: TcpStream,
    host: &str,
    provider: &Arc<CryptoProvider>,
    recorder: &Arc<Recorder>,
    timeout: Duration,
) -> io::Result<()> {
    let config = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(recorder.clone())
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let mut connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    Ok(())
}

impl Verdict {
    fn of(error: &io::Error) -> Self {
        let why = error.to_string();
        match (error.get_ref().and_then(|error| error.downcast_ref()), error.kind()) {
            (Some(Error::InvalidCertificate(_)), _) => Self::Untrusted(why),
            // A socket reports a timeout as either kind.
            (_, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                Self::Broken("no response in time".into())
            }
            _ => Self::Broken(why),
        }
    }
}

/// The authorities that the client trusts.
fn roots(network: &Network) -> Result<RootCertStore, Failure> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(network.roots()?.iter().cloned());
    Ok(roots)
}

/// The issuer of a certificate as text.
fn issuer(certificate: &CertificateDer<'_>) -> String {
    let certificate = webpki::EndEntityCert::try_from(certificate).ok();
    let name = certificate.and_then(|certificate| words(certificate.issuer()).ok());
    name.filter(|words| !words.is_empty())
        .map_or_else(|| "an unreadable issuer".into(), |words| words.join(", "))
}

/// The common name, organization and country in a distinguished name (RFC 5280, 4.1.2.4), in its
/// order.
fn words(name: &[u8]) -> der::Result<Vec<String>> {
    const SHOWN: [ObjectIdentifier; 3] = [
        ObjectIdentifier::new_unwrap("2.5.4.3"),
        ObjectIdentifier::new_unwrap("2.5.4.10"),
        ObjectIdentifier::new_unwrap("2.5.4.6"),
    ];
    let mut words = Vec::new();
    let mut sets = SliceReader::new(name)?;
    while !sets.is_finished() {
        let mut attributes = SliceReader::new(AnyRef::decode(&mut sets)?.value())?;
        while !attributes.is_finished() {
            let mut attribute = SliceReader::new(AnyRef::decode(&mut attributes)?.value())?;
            let kind = ObjectIdentifier::decode(&mut attribute)?;
            let value = AnyRef::decode(&mut attribute)?;
            if SHOWN.contains(&kind) {
                words.push(String::from_utf8_lossy(value.value()).into_owned());
            }
        }
    }
    Ok(words)
}

/// A verifier that records the certificate of the server.
#[derive(Debug)]
struct Recorder {
    verifier: Arc<WebPkiServerVerifier>,
    seen: OnceLock<CertificateDer<'static>>,
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.seen.get_or_init(|| end_entity.clone().into_owned());
        self.verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}
