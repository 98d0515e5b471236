//! Exchanges with `reqwest`: `cargo run -p contacts-proto --example reqwest`.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods, clippy::disallowed_types)]

mod shared;

use std::time::Duration;

use contacts_proto::{
    ContactMethod, CreateContact, Error,
    exchange::{Action, Ensure, Event, Exchange},
    transport::{BodyLimits, Delivery, TransportError, TransportErrorKind},
};
use http::{Request, Response};
use reqwest::{Client, redirect, retry};
use shared::{Answer, Body, Clock, cause, event::refresh_failed, event_of, failure};
use tokio::time::{Instant, sleep, timeout_at};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let (session, _sandbox) = shared::session()?;
    let create = CreateContact::new(ContactMethod::Email, "ann@example.com")?;
    println!("{:?}", run(&clients(), Ensure::new(session, create)).await?);
    Ok(())
}

/// Returns a client that reuses connections and one that does not. The exchange decides about the
/// rest.
pub(crate) fn clients() -> [Client; 2] {
    [64, 0].map(|idle| {
        let client =
            Client::builder().redirect(redirect::Policy::none()).retry(retry::never()).no_proxy();
        client
            .http1_max_headers(128)
            .pool_max_idle_per_host(idle)
            .build()
            .expect("a client without TLS can always be built")
    })
}

/// Performs each action of an exchange and reports its result, until the exchange is done.
pub(crate) async fn run<E: Exchange>(
    clients: &[Client; 2],
    mut exchange: E,
) -> Result<E::Output, Error> {
    let clock = Clock::start();
    let (mut event, mut bytes) = (Event::Start, Vec::new());
    loop {
        event = match exchange.step(event, clock.now(), fastrand::u64(..)) {
            Action::Done(result) => return result,
            Action::Wait(time) => {
                sleep(time).await;
                Event::Waited
            }
            Action::Refresh { .. } => refresh_failed(),
            Action::Send { request, timeout, fresh_connection, body } => event_of(
                send(&clients[usize::from(fresh_connection)], request, timeout, body).await,
                &mut bytes,
            ),
        };
    }
}

async fn send(
    client: &Client,
    request: Request<Vec<u8>>,
    timeout: Duration,
    limits: BodyLimits,
) -> Answer {
    let until = Instant::now() + timeout;
    let request =
        request.try_into().map_err(|error: reqwest::Error| failure(Delivery::NotSent, error))?;
    let answer = match timeout_at(until, client.execute(request)).await {
        Ok(Ok(answer)) => Response::from(answer),
        // Without a connection, nothing was sent. Otherwise the request may have been sent.
        Ok(Err(error)) if error.is_connect() => return Err(failure(Delivery::NotSent, error)),
        Ok(Err(error)) => return Err(failure(Delivery::Unknown, error)),
        Err(_) => return Err(TransportError::new(Delivery::Unknown, TransportErrorKind::TimedOut)),
    };
    let (head, incoming) = answer.into_parts();
    let (mut body, mut incoming) =
        (Body::of(head, limits), reqwest::Response::from(Response::new(incoming)));
    loop {
        let pushed = match timeout_at(until, incoming.chunk()).await {
            Ok(Ok(Some(data))) => body.push(&data),
            Ok(Ok(None)) => return body.end(Ok(())),
            Ok(Err(error)) => Err(cause::of(&error)),
            Err(_) => Err(TransportErrorKind::TimedOut),
        };
        if pushed.is_err() {
            return body.end(pushed);
        }
    }
}
