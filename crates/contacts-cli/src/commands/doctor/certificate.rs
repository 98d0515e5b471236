//! The certificate that a server shows, and who issued it: what stands between, such as a proxy that opens TLS, is seen there.

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

/// What a handshake has come to.
pub(crate) struct Shown {
    /// Who issued the server's certificate, as the certificate has it; nothing if none was shown.
    pub(crate) issuer: Option<String>,
    pub(crate) verdict: Verdict,
}

/// Whether the handshake came to its end, and if it did not, why.
pub(crate) enum Verdict {
    Trusted,
    /// The certificate is not one to trust.
    Untrusted(String),
    /// Something else than the certificate.
    Broken(String),
}

/// Shakes hands with a server and sends nothing more; it may be silent for so long. The certificate is verified as by the client of
/// the settings.
pub(crate) fn shown(
    stream: TcpStream,
    host: &str,
    network: &Network,
    patience: Duration,
) -> Result<Shown, Failure> {
    let provider = Arc::new(ring::default_provider());
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots(network)?), Arc::clone(&provider))
            .build()
            .map_err(|error| Failure::local(format!("no certificate can be verified: {error}")))?;
    let witness = Arc::new(Witness { verifier, seen: OnceLock::new() });
    let shaken = shake_hands(stream, host, &provider, &witness, patience);
    let verdict = shaken.map_or_else(|error| Verdict::of(&error), |()| Verdict::Trusted);
    let issuer = witness.seen.get().map(issuer);
    Ok(Shown { issuer, verdict })
}

fn shake_hands(
    mut stream: TcpStream,
    host: &str,
    provider: &Arc<CryptoProvider>,
    witness: &Arc<Witness>,
    patience: Duration,
) -> io::Result<()> {
    let config = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(witness.clone())
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let mut connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
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
            // Of a socket, either may be told.
            (_, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                Self::Broken("there was no answer in time".into())
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

/// What a certificate says of its issuer, in words.
fn issuer(certificate: &CertificateDer<'_>) -> String {
    let certificate = webpki::EndEntityCert::try_from(certificate).ok();
    let name = certificate.and_then(|certificate| words(certificate.issuer()).ok());
    name.filter(|words| !words.is_empty())
        .map_or_else(|| "nobody that can be read".into(), |words| words.join(", "))
}

/// The common name, the organization and the country in a distinguished name (RFC 5280, 4.1.2.4), in the order in which they
/// stand there.
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

/// A verifier that keeps what it was shown, and judges as the one behind it does.
#[derive(Debug)]
struct Witness {
    verifier: Arc<WebPkiServerVerifier>,
    seen: OnceLock<CertificateDer<'static>>,
}

impl ServerCertVerifier for Witness {
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
