//! Credentials that expire, against the sandbox.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox, User};
use contacts_ureq::{BaseUrl, Client, Credentials, ErrorKind, ListContacts, RetryPolicy};

/// Returns a client whose provider returns these tokens in turn, the last one forever, and the
/// number of refreshes.
fn client(sandbox: &Sandbox, tokens: &[&str]) -> (Client, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let tokens: Vec<_> = tokens.iter().map(|token| (*token).to_owned()).collect();
    let source = move || {
        let number = counted.fetch_add(1, Ordering::SeqCst).min(tokens.len() - 1);
        Ok(Credentials::basic(DEMO_EMAIL, tokens[number].as_str())?)
    };
    let client = Client::new(BaseUrl::new(&sandbox.base_url()).unwrap(), Credentials::none())
        .with_credentials_provider(source);
    (client, asked)
}

fn statuses(sandbox: &Sandbox) -> Vec<Option<u16>> {
    sandbox.journal().iter().map(|recorded| recorded.status).collect()
}

#[test]
fn many_requests_need_one_refresh() {
    let sandbox = Sandbox::start().unwrap();
    let (client, asked) = client(&sandbox, &[DEMO_TOKEN]);
    for _ in 0..3 {
        client.send(&ListContacts::all()).unwrap();
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn an_expired_token_is_refreshed_and_the_request_repeated() {
    let sandbox = Sandbox::start().unwrap();
    let (client, asked) = client(&sandbox, &["old-token", DEMO_TOKEN]);
    client.send(&ListContacts::all()).unwrap();
    assert_eq!(statuses(&sandbox), [Some(401), Some(200)]);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[test]
fn a_provider_of_rejected_tokens_is_not_asked_forever() {
    let sandbox = Sandbox::start().unwrap();
    let (client, asked) = client(&sandbox, &["old-token"]);
    let error = client.send(&ListContacts::all()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(statuses(&sandbox), [Some(401), Some(401)]);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[test]
fn a_failing_provider_ends_the_call_before_a_request() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(BaseUrl::new(&sandbox.base_url()).unwrap(), Credentials::none())
        .with_credentials_provider(|| Err("the vault is locked".into()));
    let error = client.send(&ListContacts::all()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the vault is locked");
    assert!(sandbox.journal().is_empty());
}

#[test]
fn sixty_four_threads_with_the_same_expired_token_cause_one_refresh() {
    let sandbox = Sandbox::start().unwrap();
    let (client, asked) = client(&sandbox, &[DEMO_TOKEN, "new-token"]);
    client.send(&ListContacts::all()).unwrap();
    sandbox.add_user(User::new(DEMO_EMAIL, "new-token").with_expired_token(DEMO_TOKEN));
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                if let Err(error) = client.send(&ListContacts::all()) {
                    failures.lock().unwrap().push(error);
                }
            });
        }
    });
    assert!(failures.lock().unwrap().is_empty());
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[test]
fn a_hanging_provider_ends_the_call_at_its_deadline_and_serves_the_next_one() {
    let sandbox = Sandbox::start().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let mut policy = RetryPolicy::default();
    policy.deadline = Duration::from_millis(100);
    let slow = Client::builder(BaseUrl::new(&sandbox.base_url()).unwrap())
        .credentials(Credentials::none())
        .retry(policy)
        .build()
        .with_credentials_provider(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            released.lock().unwrap().recv()?;
            Ok(Credentials::basic(DEMO_EMAIL, DEMO_TOKEN)?)
        });

    let begin = Instant::now();
    let error = slow.send(&ListContacts::all()).unwrap_err();
    assert!(begin.elapsed() < Duration::from_millis(350), "{:?}", begin.elapsed());
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(sandbox.journal().is_empty());

    release.send(()).unwrap();
    slow.send(&ListContacts::all()).unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}
