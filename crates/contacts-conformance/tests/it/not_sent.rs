//! A create request that is reported as not sent never arrives, not even later.

use std::{
    collections::HashSet,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use contacts_hyper::{
    BaseUrl, Client, ContactMethod, CreateContact, Credentials, Effect, HttpService, RequestBody,
    RetryPolicy, Transport,
};
use futures_util::{StreamExt, stream};
use http::Request;
use tower::{ServiceExt, layer::layer_fn, util::BoxCloneSyncService};

const CREATIONS: u64 = 12_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_create_reported_as_not_sent_never_arrives() {
    nothing_reported_as_not_sent_arrives(|transport| transport).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_create_reported_as_not_sent_never_arrives_through_a_layer_that_spawns() {
    nothing_reported_as_not_sent_arrives(spawning).await;
}

/// A layer that spawns each request, so that it continues after the client has cancelled it.
pub(crate) fn spawning(
    transport: Transport,
) -> BoxCloneSyncService<
    Request<RequestBody>,
    <Transport as tower::Service<Request<RequestBody>>>::Response,
    tower::BoxError,
> {
    let spawn = move |request| {
        let answer = tokio::spawn(transport.clone().oneshot(request));
        async move { Ok(answer.await??) }
    };
    BoxCloneSyncService::new(tower::service_fn(spawn))
}

/// The timeouts are about as long as a connection takes: many requests are cancelled while they are
/// sent.
async fn nothing_reported_as_not_sent_arrives<S: HttpService>(layer: fn(Transport) -> S) {
    let service = Service::start();
    let site = BaseUrl::new(&service.base_url).unwrap();
    let client = |micros| {
        let mut policy = RetryPolicy::default();
        policy.max_attempts = 1;
        policy.attempt_timeout = Duration::from_micros(micros);
        Client::builder(site.clone())
            .credentials(Credentials::none())
            .retry(policy)
            .build_with(&layer_fn(layer))
    };
    let clients = [500, 1000, 2000, 3000].map(client);
    let creations = stream::iter(0..CREATIONS).map(|number| {
        let client = &clients[usize::try_from(number).unwrap() % clients.len()];
        async move {
            let create = CreateContact::new(ContactMethod::Voice, format!("1-{number}")).unwrap();
            let is_unsent =
                matches!(client.send(&create).await, Err(error) if error.effect() == Effect::None);
            is_unsent.then_some(number)
        }
    });
    let unsent: Vec<_> = creations.buffer_unordered(32).collect().await;
    let unsent: HashSet<_> = unsent.into_iter().flatten().collect();
    // Requests in flight have time to arrive.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let arrived = service.arrived.lock().unwrap();
    let both: Vec<_> = arrived.intersection(&unsent).collect();
    assert!(
        both.is_empty(),
        "{both:?} arrived, of {} unsent and {} arrived",
        unsent.len(),
        arrived.len()
    );
    assert!(
        !unsent.is_empty() && !arrived.is_empty(),
        "{} unsent, {} arrived",
        unsent.len(),
        arrived.len()
    );
}

/// A service that records the complete create requests.
struct Service {
    base_url: String,
    arrived: Arc<Mutex<HashSet<u64>>>,
}

impl Service {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let arrived = Arc::<Mutex<HashSet<u64>>>::default();
        let notes = Arc::clone(&arrived);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, notes) = (stream.unwrap(), Arc::clone(&notes));
                thread::spawn(move || serve(stream, &notes));
            }
        });
        Self { base_url, arrived }
    }
}

/// Reads to the end of the stream. A body is complete with its last brace.
fn serve(mut stream: TcpStream, arrived: &Mutex<HashSet<u64>>) {
    let (mut all, mut buffer) = (Vec::new(), [0; 4096]);
    while let Ok(len @ 1..) = stream.read(&mut buffer) {
        all.extend_from_slice(&buffer[..len]);
        let text = String::from_utf8_lossy(&all);
        if text.trim_end().ends_with("\"}") {
            let number = text.rsplit("1-").next().unwrap().trim_end_matches("\"}");
            arrived.lock().unwrap().insert(number.parse().unwrap());
            let _ = stream.write_all(
                b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            );
            return;
        }
    }
}
