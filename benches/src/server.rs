//! A server of canned responses on loopback: plain HTTP, and TLS with HTTP/1.1 or HTTP/2 only.

use std::{convert::Infallible, fmt, net::SocketAddr, str::FromStr, sync::Arc};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use http_body_util::Full;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use crate::fixture::{contact, page};

/// The addresses, as one word, and the certificate to trust.
#[derive(Debug, Clone)]
pub struct Addresses {
    pub plain: SocketAddr,
    pub tls_1: SocketAddr,
    pub tls_2: SocketAddr,
    /// File of the certificate.
    pub ca: String,
}

impl fmt::Display for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{},{}", self.plain, self.tls_1, self.tls_2, self.ca)
    }
}

impl FromStr for Addresses {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let [plain, tls_1, tls_2, ca] = text.splitn(4, ',').collect::<Vec<_>>()[..] else {
            return Err("expected three addresses and a file".into());
        };
        let address = |text: &str| text.parse().map_err(|error| format!("{text}: {error}"));
        Ok(Self {
            plain: address(plain)?,
            tls_1: address(tls_1)?,
            tls_2: address(tls_2)?,
            ca: ca.into(),
        })
    }
}

/// Serves until the process ends. Calls `ready` with its addresses, and writes the certificate to
/// the file `ca`.
pub async fn serve(ca: String, ready: impl FnOnce(&Addresses)) -> std::io::Result<()> {
    let bind = || TcpListener::bind(("127.0.0.1", 0));
    let (plain, tls_1, tls_2) = (bind().await?, bind().await?, bind().await?);
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["127.0.0.1".into()]).map_err(std::io::Error::other)?;
    std::fs::write(&ca, cert.pem())?;
    let acceptor = |protocol: &[u8]| {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring supports the default versions")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .expect("key and certificate match");
        config.alpn_protocols = vec![protocol.to_vec()];
        TlsAcceptor::from(Arc::new(config))
    };
    ready(&Addresses {
        plain: plain.local_addr()?,
        tls_1: tls_1.local_addr()?,
        tls_2: tls_2.local_addr()?,
        ca,
    });
    let answers = Arc::new(Answers::new());
    let encrypted = [(tls_1, acceptor(b"http/1.1")), (tls_2, acceptor(b"h2"))];
    for (listener, acceptor) in encrypted {
        let answers = Arc::clone(&answers);
        tokio::spawn(accept(listener, move |stream| {
            let (answers, acceptor) = (Arc::clone(&answers), acceptor.clone());
            async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    connection(stream, answers).await;
                }
            }
        }));
    }
    accept(plain, move |stream| connection(stream, Arc::clone(&answers))).await
}

async fn accept<F>(
    listener: TcpListener,
    serve: impl Fn(tokio::net::TcpStream) -> F,
) -> std::io::Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream));
    }
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    answers: Arc<Answers>,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = answers.to(request.uri().path());
        async { Ok::<_, Infallible>(answer) }
    });
    // A client may disconnect; that is not an error.
    let _ = auto::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

struct Answers {
    contact: Bytes,
    two: Bytes,
    hundred: Bytes,
}

impl Answers {
    fn new() -> Self {
        Self { contact: contact().into(), two: page(2).into(), hundred: page(100).into() }
    }

    fn to(&self, path: &str) -> Response<Full<Bytes>> {
        let body = match (path.ends_with("/contacts"), path.starts_with("/two/")) {
            (false, _) => &self.contact,
            (true, true) => &self.two,
            (true, false) => &self.hundred,
        };
        let mut response = Response::new(Full::new(body.clone()));
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}
