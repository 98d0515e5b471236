//! Futures that are dropped at any await.

use std::{
    future::poll_fn,
    pin::Pin,
    task::Poll,
    time::{Duration, Instant},
};

use contacts_hyper::{
    BaseUrl, Client, ContactId, ContactMethod, CreateContact, Credentials, GetContact,
};
use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Fault, FaultRule, Operation, Part, Sandbox};

/// Enough for the connection, the request, and a response of about 400 bytes in pieces of 16.
const MOST_POLLS: usize = 60;

#[tokio::test]
async fn a_future_dropped_at_any_await_closes_its_connection() {
    let sandbox = Sandbox::start().unwrap();
    let ids: Vec<_> = sandbox.contacts(DEMO_EMAIL).into_iter().map(|contact| contact.id).collect();
    let get = |number: usize| GetContact::new(ContactId::new(ids[number].clone()).unwrap());
    let site = BaseUrl::new(&sandbox.base_url()).unwrap();
    let client = Client::new(site, Credentials::basic(DEMO_EMAIL, DEMO_TOKEN).unwrap());

    let mut unfinished = 0;
    for polls in 0..MOST_POLLS {
        sandbox.arm(drip());
        let get_first = get(0);
        unfinished += usize::from(!poll_and_drop(client.send(&get_first), polls).await);
        sandbox.disarm();
        let second = client.send(&get(1)).await.unwrap();
        assert_eq!(second.id.as_str(), ids[1], "after {polls} polls");
    }
    assert!((10..MOST_POLLS).contains(&unfinished), "{unfinished} were dropped in the middle");

    for polls in 0..MOST_POLLS {
        sandbox.clear_journal();
        sandbox.arm(drip().on(Operation::Create));
        let create = CreateContact::new(ContactMethod::Voice, format!("1-{polls}")).unwrap();
        poll_and_drop(client.send(&create), polls).await;
        sandbox.disarm();
        client.send(&get(1)).await.unwrap();
        let posts = sandbox.journal().iter().filter(|recorded| recorded.method == "POST").count();
        assert!(posts <= 1, "{posts} after {polls} polls");
    }

    drop(client);
    let until = Instant::now() + Duration::from_secs(5);
    while connections_to(&sandbox) > 0 && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(connections_to(&sandbox), 0);
}

fn drip() -> FaultRule {
    FaultRule::new(Fault::Drip { bytes: 16, every_ms: 1, part: Part::Response }).times(1)
}

/// Polls a future this many times and drops it. Returns `true` if it was ready.
async fn poll_and_drop<F: Future>(future: F, polls: usize) -> bool {
    let mut future = Box::pin(future);
    for _ in 0..polls {
        if poll_once(future.as_mut()).await {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    false
}

async fn poll_once<F: Future>(mut future: Pin<&mut F>) -> bool {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await
}

/// Returns the number of open connections to a sandbox, or 0 if the system does not tell it.
fn connections_to(sandbox: &Sandbox) -> usize {
    const ESTABLISHED: &str = "01";
    const CLOSED_BY_THE_PEER: &str = "08";
    let Ok(table) = std::fs::read_to_string("/proc/net/tcp") else { return 0 };
    let remote = format!(":{:04X}", sandbox.address().port());
    let rows = table.lines().map(|row| row.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| {
        row.get(2).is_some_and(|address| address.ends_with(&remote))
            && row.get(3).is_some_and(|state| [ESTABLISHED, CLOSED_BY_THE_PEER].contains(state))
    })
    .count()
}
