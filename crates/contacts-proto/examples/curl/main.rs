//! Exchanges with the command `curl`: `cargo run -p contacts-proto --example curl`.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods, clippy::disallowed_types)]

mod config;
mod exit;
#[path = "../shared/mod.rs"]
mod shared;

use std::io::{BufReader, Write};
use std::process::{Command, Stdio};
use std::{thread, time::Duration};

use contacts_proto::{
    ContactMethod, CreateContact, Error,
    exchange::{Action, Ensure, Event, Exchange},
    transport::{BodyLimits, Delivery, TransportError, TransportErrorKind},
};
use http::Request;
use shared::{Answer, Body, Clock, event::refresh_failed, event_of, failure, head};

fn main() -> Result<(), Error> {
    let (session, _sandbox) = shared::session()?;
    let create = CreateContact::new(ContactMethod::Email, "ann@example.com")?;
    println!("{:?}", run(Ensure::new(session, create))?);
    Ok(())
}

/// Performs each action of an exchange and reports its result, until the exchange is done.
pub(crate) fn run<E: Exchange>(mut exchange: E) -> Result<E::Output, Error> {
    let clock = Clock::start();
    let (mut event, mut bytes) = (Event::Start, Vec::new());
    loop {
        event = match exchange.step(event, clock.now(), fastrand::u64(..)) {
            Action::Done(result) => return result,
            Action::Wait(time) => {
                thread::sleep(time);
                Event::Waited
            }
            Action::Refresh { .. } => refresh_failed(),
            // Each request has its own process here, so every connection is fresh.
            Action::Send { request, timeout, body, .. } => {
                event_of(send(&request, timeout, body), &mut bytes)
            }
        };
    }
}

fn send(request: &Request<Vec<u8>>, timeout: Duration, limits: BodyLimits) -> Answer {
    let mut curl = Command::new("curl");
    curl.args(["--disable", "--config", "-"]);
    let curl = curl.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut curl = curl.map_err(|error| failure(Delivery::NotSent, error))?;
    // If curl ends before it has read everything, its exit code says why.
    let _ = curl
        .stdin
        .take()
        .expect("this stream is piped")
        .write_all(config::of(request, timeout).as_bytes());

    let mut out = BufReader::new(curl.stdout.take().expect("this stream is piped"));
    let mut body = head::read(&mut out).map(|head| Body::of(head, limits));
    let read = body.as_mut().map_err(|cause| *cause).and_then(|body| body.read(&mut out));
    if read == Err(TransportErrorKind::TooLarge) {
        // The rest of the body is not needed. Without this, the program would wait for it.
        curl.kill().map_err(|error| failure(Delivery::Unknown, error))?;
    }
    let ended = curl.wait_with_output().map_err(|error| failure(Delivery::Unknown, error))?;
    let whole = match read {
        Err(TransportErrorKind::TooLarge) => read,
        _ => exit::result(ended.status),
    };
    match body {
        Ok(body) => body.end(whole),
        Err(cause) => {
            let delivery =
                if exit::is_unsent(&ended.stderr) { Delivery::NotSent } else { Delivery::Unknown };
            Err(TransportError::new(delivery, whole.err().unwrap_or(cause)))
        }
    }
}
