//! The async client over HTTP/2.

use std::{
    collections::HashSet,
    convert::Infallible,
    net::SocketAddr,
    ops::Range,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use contacts_conformance::certificates::{self, ServerCertificate};
use contacts_hyper::{
    BaseUrl, Client, ClientBuilder, ContactMethod, CreateContact, Credentials, DeactivateContact,
    Effect, Error, FindCloudId, HttpService, RetryPolicy, Transport, UpdateContact,
    exchange::{Call, Session},
};
use futures_util::{StreamExt, future::try_join_all, stream};
use http::{HeaderMap, Method, Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tower::layer::layer_fn;

use crate::not_sent::spawning;

/// What the server received.
#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    requests: Mutex<Vec<(Method, Version, HeaderMap, Bytes)>>,
}

/// A server that supports only HTTP/2 and confirms everything. It never responds to a create of
/// `lost`.
async fn serve() -> (SocketAddr, Arc<Seen>) {
    let mut tls = (*certificates::server(ServerCertificate::Good)).clone();
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

async fn answer(
    request: Request<Incoming>,
    seen: Arc<Seen>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    // An abandoned request never ends.
    let Ok(body) = body.collect().await else { return std::future::pending().await };
    let body = body.to_bytes();
    let is_lost = body.ends_with(b"lost\"}");
    seen.requests.lock().unwrap().push((head.method, head.version, head.headers, body));
    if is_lost {
        std::future::pending::<()>().await;
    }
    let body = r#"{"cloudId":"c","message":"Done","data":{"id":"a"}}"#;
    Ok(Response::new(Full::from(body)))
}

fn client(address: SocketAddr) -> Client {
    builder(address, Duration::from_secs(3)).build()
}

fn builder(address: SocketAddr, attempt_timeout: Duration) -> ClientBuilder {
    let mut policy = RetryPolicy::default();
    policy.max_attempts = 1;
    policy.attempt_timeout = attempt_timeout;
    let site = BaseUrl::new(&format!("https://{address}")).unwrap();
    Client::builder(site)
        .credentials(Credentials::basic("ann@example.com", "token").unwrap())
        .retry(policy)
        .root_certificates_pem(certificates::trusted_authority().as_bytes())
        .unwrap()
}

#[tokio::test]
async fn many_requests_share_one_connection_and_are_the_same_as_on_http_1() {
    let (address, seen) = serve().await;
    let client = client(address);
    client.send(&FindCloudId).await.unwrap();
    try_join_all((0..50).map(|_| client.send(&FindCloudId))).await.unwrap();
    client.send(&DeactivateContact::new("a".parse().unwrap())).await.unwrap();
    assert_eq!(seen.connections.load(Ordering::SeqCst), 1);

    // A create uses its own connection here too.
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
async fn a_create_without_a_response_is_unknown_and_not_repeated() {
    let (address, seen) = serve().await;
    let create = CreateContact::new(ContactMethod::Sms, "lost").unwrap();
    assert!(client(address).send(&create).await.unwrap_err().is_outcome_unknown());
    assert_eq!(seen.requests.lock().unwrap().len(), 1);
}

/// Sends requests with timeouts of about their duration. Each body ends with a number.
async fn assert_requests_reported_as_not_sent_never_arrive<S: HttpService>(
    layer: fn(Transport) -> S,
    count: usize,
    send: impl AsyncFn(&Client<S>, Session, String) -> Result<(), Error>,
) {
    const AT_A_TIME: usize = 100;

    let (address, seen) = serve().await;
    let client = builder(address, Duration::from_secs(60)).build_with(&layer_fn(layer));
    client.send(&FindCloudId).await.unwrap();
    let (client, send) = (&client, &send);
    let run = async |numbers: Range<usize>, times: [Duration; 4]| -> HashSet<usize> {
        let requests = stream::iter(numbers).map(|number| async move {
            let mut policy = client.session().policy().clone();
            policy.attempt_timeout = times[number % times.len()];
            let session = client.session().clone().with_policy(policy);
            let result = send(client, session, format!("1-{number}")).await;
            matches!(result, Err(error) if error.effect() == Effect::None).then_some(number)
        });
        requests.buffer_unordered(AT_A_TIME).filter_map(std::future::ready).collect().await
    };
    // The typical duration of a request among others, which depends on the machine.
    let begun = Instant::now();
    run(count..count + 2 * AT_A_TIME, [Duration::from_secs(60); 4]).await;
    let usual = begun.elapsed() / 2;

    let unsent = run(0..count, [1, 2, 4, 8].map(|eighths| usual * eighths / 8)).await;
    // Requests in flight have time to arrive.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let requests = seen.requests.lock().unwrap();
    let number = |body: &Bytes| -> Option<usize> {
        let text = std::str::from_utf8(body).ok()?;
        text.rsplit_once("1-")?
            .1
            .trim_end_matches("\"}")
            .parse()
            .ok()
            .filter(|number| *number < count)
    };
    let arrived: HashSet<_> = requests.iter().filter_map(|(.., body)| number(body)).collect();
    let both: Vec<_> = arrived.intersection(&unsent).collect();
    let counts = format!("{} unsent and {} arrived", unsent.len(), arrived.len());
    println!("{counts}");
    assert!(both.is_empty(), "{both:?} arrived, of {counts}");
    assert!(!unsent.is_empty() && !arrived.is_empty(), "{counts}");
}

async fn create<S: HttpService>(
    client: &Client<S>,
    session: Session,
    to: String,
) -> Result<(), Error> {
    client.run(Call::new(session, CreateContact::new(ContactMethod::Voice, to)?)).await.map(drop)
}

async fn update<S: HttpService>(
    client: &Client<S>,
    session: Session,
    to: String,
) -> Result<(), Error> {
    client.run(Call::new(session, UpdateContact::new("a".parse()?, to)?)).await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_create_reported_as_not_sent_never_arrives() {
    assert_requests_reported_as_not_sent_never_arrive(|transport| transport, 1_500, create).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_create_reported_as_not_sent_never_arrives_even_if_a_layer_continues_it() {
    assert_requests_reported_as_not_sent_never_arrive(spawning, 1_500, create).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_reported_as_not_sent_never_arrives_on_a_shared_connection() {
    assert_requests_reported_as_not_sent_never_arrive(|transport| transport, 4_000, update).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_reported_as_not_sent_never_arrives_even_if_a_layer_continues_it() {
    assert_requests_reported_as_not_sent_never_arrive(spawning, 4_000, update).await;
}
