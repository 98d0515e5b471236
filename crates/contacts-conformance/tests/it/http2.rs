//! The async client where the server offers HTTP/2.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use contacts_conformance::certificates::{self, Shown};
use contacts_hyper::{
    BaseUrl, Client, ContactMethod, CreateContact, Credentials, DeactivateContact, FindCloudId, Policy,
};
use futures_util::future::try_join_all;
use http::{HeaderMap, Method, Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What the server has seen.
#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    requests: Mutex<Vec<(Method, Version, HeaderMap, Bytes)>>,
}

/// A server that speaks HTTP/2 alone, confirms everything, and drops the connection on a creation of `lost`.
async fn serve() -> (SocketAddr, Arc<Seen>) {
    let mut tls = (*certificates::server(Shown::Good)).clone();
    tls.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(Seen::default());
    let for_task = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, seen) = (acceptor.clone(), Arc::clone(&for_task));
            seen.connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let service = service_fn(move |request| answer(request, Arc::clone(&seen)));
                let http = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                let _ = http.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    (address, seen)
}

async fn answer(request: Request<Incoming>, seen: Arc<Seen>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let is_lost = body.ends_with(b"lost\"}");
    seen.requests.lock().unwrap().push((head.method, head.version, head.headers, body));
    if is_lost {
        std::future::pending::<()>().await;
    }
    let body = r#"{"cloudId":"c","message":"Done","data":{"id":"a"}}"#;
    Ok(Response::new(Full::from(body)))
}

fn client(address: SocketAddr) -> Client {
    let mut policy = Policy::default();
    policy.attempt_timeout = Duration::from_secs(3);
    let site = BaseUrl::new(&format!("https://{address}")).unwrap();
    Client::builder(site, Credentials::basic("ann@example.com", "token").unwrap())
        .policy(policy)
        .root_certificates_pem(certificates::trusted_authority().as_bytes())
        .unwrap()
        .build()
}

#[tokio::test]
async fn many_requests_share_one_connection_and_say_what_they_say_on_http_1() {
    let (address, seen) = serve().await;
    let client = client(address);
    client.send(&FindCloudId).await.unwrap();
    try_join_all((0..50).map(|_| client.send(&FindCloudId))).await.unwrap();
    client.send(&DeactivateContact::new("a".parse().unwrap())).await.unwrap();
    assert_eq!(seen.connections.load(Ordering::SeqCst), 1);

    // A creation has a connection of its own here too.
    client.send(&CreateContact::new(ContactMethod::Sms, "1-2").unwrap()).await.unwrap();
    assert_eq!(seen.connections.load(Ordering::SeqCst), 2);

    let requests = seen.requests.lock().unwrap();
    assert_eq!(requests.len(), 53);
    for (method, version, headers, body) in requests.iter() {
        assert_eq!(*version, Version::HTTP_2);
        assert_eq!(headers.get_all("accept").iter().count(), 1);
        assert!(headers["user-agent"].to_str().unwrap().starts_with("contacts-proto/"));
        assert_eq!(headers.contains_key("content-type"), *method == Method::POST);
        assert_eq!(body.is_empty(), *method != Method::POST);
    }
}

#[tokio::test]
async fn a_creation_without_an_answer_is_in_doubt_and_not_repeated() {
    let (address, seen) = serve().await;
    let create = CreateContact::new(ContactMethod::Sms, "lost").unwrap();
    assert!(client(address).send(&create).await.unwrap_err().is_indeterminate());
    assert_eq!(seen.requests.lock().unwrap().len(), 1);
}
