//! Many users over one pool of connections.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use contacts_hyper::{BaseUrl, Client, Credentials, ErrorKind, ListContacts, RetryPolicy};
use contacts_sandbox::{Behaviour, DEMO_EMAIL, DEMO_TOKEN, Sandbox, Service, User};
use futures_util::{StreamExt, TryStreamExt, future, stream};

fn address(number: usize) -> String {
    format!("user-{number}@example.com")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_users_get_their_own_contacts_over_few_connections() {
    const USERS: usize = 2_000;
    let mut service = Service::new(Behaviour::default());
    for number in 0..USERS {
        let account = service.add_user(User::new(address(number), format!("token-{number}")));
        service.add_contact(&account, "email", address(number), true);
    }
    let sandbox = Sandbox::builder().service(service).start().unwrap();
    let client = Client::new(BaseUrl::new(&sandbox.base_url()).unwrap(), Credentials::none());
    let lists = stream::iter(0..USERS).map(|number| {
        let user = client.with_credentials(
            Credentials::basic(&address(number), format!("token-{number}")).unwrap(),
        );
        async move {
            let contacts = user.list().map_ok(|contact| contact.to);
            (number, contacts.try_collect::<Vec<_>>().await.unwrap())
        }
    });
    let lists: Vec<_> = lists.buffer_unordered(64).collect().await;
    assert_eq!(lists.len(), USERS);
    for (number, contacts) in lists {
        assert_eq!(contacts, [address(number)]);
    }
    let connections: BTreeSet<_> =
        sandbox.journal().iter().map(|recorded| recorded.connection).collect();
    // If a connection becomes free while hyper makes another one, it keeps both.
    assert!(connections.len() <= 2 * 64, "{} connections", connections.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_tasks_with_the_same_expired_token_cause_one_refresh() {
    let sandbox = Sandbox::start().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let client = Client::new(BaseUrl::new(&sandbox.base_url()).unwrap(), Credentials::none())
        .with_credentials_provider(move || {
            let number = counted.fetch_add(1, Ordering::SeqCst);
            async move { Ok(Credentials::basic(DEMO_EMAIL, [DEMO_TOKEN, "new-token"][number])?) }
        });
    client.send(&ListContacts::all()).await.unwrap();
    sandbox.add_user(User::new(DEMO_EMAIL, "new-token").with_expired_token(DEMO_TOKEN));
    let list = ListContacts::all();
    future::try_join_all((0..64).map(|_| client.send(&list))).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn the_next_call_repeats_a_dropped_refresh() {
    let sandbox = Sandbox::start().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let client = Client::new(BaseUrl::new(&sandbox.base_url()).unwrap(), Credentials::none())
        .with_credentials_provider(move || {
            let number = counted.fetch_add(1, Ordering::SeqCst);
            async move {
                if number == 0 {
                    future::pending::<()>().await;
                }
                Ok(Credentials::basic(DEMO_EMAIL, DEMO_TOKEN)?)
            }
        });
    let list = ListContacts::all();
    let dropped = tokio::time::timeout(Duration::from_millis(50), client.send(&list)).await;
    assert!(dropped.is_err());
    client.send(&list).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_failing_provider_ends_the_call_before_a_request() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(BaseUrl::new(&sandbox.base_url()).unwrap(), Credentials::none())
        .with_credentials_provider(async || Err("the vault is locked".into()));
    let error = client.send(&ListContacts::all()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the vault is locked");
    assert!(sandbox.journal().is_empty());
}

#[tokio::test]
async fn a_hanging_provider_ends_the_call_at_its_deadline() {
    let sandbox = Sandbox::start().unwrap();
    let mut policy = RetryPolicy::default();
    policy.deadline = Duration::from_millis(100);
    let client = Client::builder(BaseUrl::new(&sandbox.base_url()).unwrap())
        .credentials(Credentials::none())
        .retry(policy)
        .build()
        .with_credentials_provider(async || future::pending().await);
    let begin = Instant::now();
    let error = client.send(&ListContacts::all()).await.unwrap_err();
    assert!(begin.elapsed() < Duration::from_millis(350), "{:?}", begin.elapsed());
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(sandbox.journal().is_empty());
}
