//! Exchanges on `smol` with hyper, without tokio: `cargo run -p contacts-proto --example smol`.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods, clippy::disallowed_types)]

mod shared;

use std::time::{Duration, Instant};

use contacts_proto::{
    ContactMethod, CreateContact, Error,
    exchange::{Action, Ensure, Event, Exchange},
    transport::{BodyLimits, Delivery, TransportError, TransportErrorKind},
};
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::{body::Bytes, client::conn::http1};
use shared::{Answer, Body, Clock, cause, event::refresh_failed, event_of, failure, head, setup};
use smol::{Timer, future::or, net::TcpStream};
use smol_hyper::rt::FuturesIo;

fn main() -> Result<(), Error> {
    let (session, _sandbox) = shared::session()?;
    let create = CreateContact::new(ContactMethod::Email, "ann@example.com")?;
    println!("{:?}", smol::block_on(run(Ensure::new(session, create)))?);
    Ok(())
}

/// Performs each action of an exchange and reports its result, until the exchange is done.
pub(crate) async fn run<E: Exchange>(mut exchange: E) -> Result<E::Output, Error> {
    let clock = Clock::start();
    let (mut event, mut bytes) = (Event::Start, Vec::new());
    loop {
        event = match exchange.step(event, clock.now(), fastrand::u64(..)) {
            Action::Done(result) => return result,
            Action::Wait(time) => {
                Timer::after(time).await;
                Event::Waited
            }
            Action::Refresh { .. } => refresh_failed(),
            // Each request has its own connection here, so every connection is fresh.
            Action::Send { request, timeout, body, .. } => {
                event_of(send(request, timeout, body).await, &mut bytes)
            }
        };
    }
}

async fn send(request: Request<Vec<u8>>, timeout: Duration, limits: BodyLimits) -> Answer {
    let until = Instant::now() + timeout;
    let timed_out = |delivery| TransportError::new(delivery, TransportErrorKind::TimedOut);
    let (address, request) = setup::plain(request)?;
    let connect = async {
        let stream =
            TcpStream::connect(address).await.map_err(|error| failure(Delivery::NotSent, error))?;
        let mut http = http1::Builder::new();
        let made = http
            .max_headers(128)
            .max_buf_size(head::MAX_LEN)
            .handshake(FuturesIo::new(stream))
            .await;
        made.map_err(|error| failure(Delivery::NotSent, error))
    };
    let (mut sender, connection) = or(connect, late(until, timed_out(Delivery::NotSent))).await?;
    let _closed_when_dropped = smol::spawn(connection);

    let request = request.map(|body| Full::new(Bytes::from(body)));
    let answer = async {
        sender.try_send_request(request).await.map_err(|mut error| {
            // hyper returns a request that it did not start to send. Otherwise it may have been
            // sent.
            let is_unsent = error.take_message().is_some();
            failure(
                if is_unsent { Delivery::NotSent } else { Delivery::Unknown },
                error.into_error(),
            )
        })
    };
    let (head, mut incoming) =
        or(answer, late(until, timed_out(Delivery::Unknown))).await?.into_parts();
    let mut body = Body::of(head, limits);
    let read = async {
        while let Some(frame) = incoming.frame().await {
            body.push(&frame.map_err(|error| cause::of(&error))?.into_data().unwrap_or_default())?;
        }
        Ok(())
    };
    let read = or(read, late(until, TransportErrorKind::TimedOut)).await;
    body.end(read)
}

async fn late<T, E>(until: Instant, error: E) -> Result<T, E> {
    Timer::at(until).await;
    Err(error)
}
