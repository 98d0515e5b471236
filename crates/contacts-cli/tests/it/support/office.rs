//! TLS servers with a private certificate authority.
#![allow(dead_code, reason = "no file of tests uses all of it")]

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use rustls::{
    RootCertStore, ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
    server::WebPkiClientVerifier,
};

/// A private certificate authority, and a certificate that it has issued.
pub(crate) struct Office {
    pub(crate) authority: CertificateDer<'static>,
    pub(crate) pem: String,
    shown: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Office {
    /// The certificate is for this machine.
    pub(crate) fn new() -> Self {
        Self::of_hosts(&["127.0.0.1"])
    }

    /// The certificate is for these hosts.
    pub(crate) fn of_hosts(hosts: &[&str]) -> Self {
        let mut office = rcgen::CertificateParams::new([]).unwrap();
        office.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        office.distinguished_name = rcgen::DistinguishedName::new();
        office.distinguished_name.push(rcgen::DnType::OrganizationName, "Office\u{202e} Ltd");
        office.distinguished_name.push(rcgen::DnType::CommonName, "Inspection");
        let office =
            rcgen::CertifiedIssuer::self_signed(office, rcgen::KeyPair::generate().unwrap())
                .unwrap();
        let key = rcgen::KeyPair::generate().unwrap();
        let hosts: Vec<_> = hosts.iter().map(ToString::to_string).collect();
        let shown = rcgen::CertificateParams::new(hosts).unwrap();
        Self {
            authority: office.der().clone(),
            pem: office.pem(),
            shown: shown.signed_by(&key, &office).unwrap().der().clone(),
            key: key.serialize_der().try_into().unwrap(),
        }
    }

    /// A server configuration with the certificate, which can require a client certificate.
    pub(crate) fn server(
        &self,
        version: &'static SupportedProtocolVersion,
        wants_one: bool,
    ) -> Arc<ServerConfig> {
        let provider = Arc::new(ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.clone()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let config = config.with_protocol_versions(&[version]).unwrap();
        let config = if wants_one {
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            config.with_client_cert_verifier(verifier.build().unwrap())
        } else {
            config.with_no_client_auth()
        };
        Arc::new(config.with_single_cert(vec![self.shown.clone()], self.key.clone_key()).unwrap())
    }
}

/// Serves each connection, and closes it after the client has read everything. Returns the base
/// URL.
pub(crate) fn serve(each: impl Fn(&TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("https://{}/x", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            each(&stream);
            let _ = stream.shutdown(Shutdown::Write);
            let _ = stream.read_to_end(&mut Vec::new());
        }
    });
    base_url
}

/// Answers every request with an empty list.
pub(crate) fn empty_list(config: Arc<ServerConfig>) -> impl Fn(&TcpStream) + Send + 'static {
    answering(config, r#"{"values":[]}"#)
}

/// Answers every request with this body.
pub(crate) fn answering(
    config: Arc<ServerConfig>,
    body: &'static str,
) -> impl Fn(&TcpStream) + Send + 'static {
    move |stream| {
        let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut stream = StreamOwned::new(connection, stream);
        let head =
            format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}", body.len());
        let read = stream.read(&mut [0; 4096]);
        let _ = read.and_then(|_| write!(stream, "{head}\r\n\r\n{body}"));
        stream.conn.send_close_notify();
        let _ = stream.flush();
    }
}
