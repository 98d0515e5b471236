//! Requests over a real connection: by this project's clients, by the libraries below them, and by
//! reqwest. All send the same requests and read owned values.

mod contacts_hyper;
mod contacts_ureq;
mod raw_hyper;
mod raw_ureq;
#[cfg(feature = "reqwest")]
mod reqwest;

use std::{sync::Arc, thread};

use tokio::{runtime::Runtime, task::JoinSet};

use crate::{Run, Setup, Work};

pub(crate) fn all() -> Vec<Work> {
    let all = [contacts_hyper::all(), contacts_ureq::all(), raw_hyper::all(), raw_ureq::all()];
    #[cfg(feature = "reqwest")]
    let all = all.into_iter().chain([reqwest::all()]);
    all.into_iter().flatten().collect()
}

/// The base URL of the server.
fn base(setup: &Setup) -> String {
    format!("http://{}/jsm/ops/api/cloud", setup.server().plain)
}

/// Runs the requests in tasks on one thread.
fn tasks<C, F>(setup: &Setup, client: C, once: fn(Arc<C>, u64) -> F) -> Run
where
    C: Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let (client, concurrency) = (Arc::new(client), setup.concurrency);
    let runtime = runtime();
    let run = move |count: u64| {
        runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for task in 0..concurrency.min(count) {
                let client = Arc::clone(&client);
                tasks.spawn(async move {
                    for number in
                        (task..count).step_by(usize::try_from(concurrency).expect("it is small"))
                    {
                        once(Arc::clone(&client), number).await;
                    }
                });
            }
            while let Some(ended) = tasks.join_next().await {
                ended.expect("the request was answered");
            }
        });
    };
    run(4 * concurrency);
    Box::new(run)
}

/// Runs the requests in threads.
fn threads<C: Send + Sync + 'static>(setup: &Setup, client: C, once: fn(&C)) -> Run {
    let concurrency = setup.concurrency;
    let run = move |count: u64| {
        if concurrency == 1 {
            return (0..count).for_each(|_| once(&client));
        }
        thread::scope(|scope| {
            for thread in 0..concurrency {
                let client = &client;
                scope.spawn(move || {
                    for _ in
                        (thread..count).step_by(usize::try_from(concurrency).expect("it is small"))
                    {
                        once(client);
                    }
                });
            }
        });
    };
    run(4 * concurrency);
    Box::new(run)
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it can be built")
}
