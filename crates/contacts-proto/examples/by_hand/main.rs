//! Exchanges by hand, over a `TcpStream`: `cargo run -p contacts-proto --example by_hand`.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods, clippy::disallowed_types)]

mod connection;
mod framing;
#[path = "../shared/mod.rs"]
mod shared;

use std::io::{BufReader, Write};
use std::{thread, time::Duration};

use connection::Connection;
use contacts_proto::{
    ContactMethod, CreateContact, Error,
    exchange::{Action, Ensure, Event, Exchange},
    transport::{BodyLimits, Delivery, TransportError},
};
use framing::Framing;
use http::Request;
use shared::{Answer, Body, Clock, event::refresh_failed, event_of, failure, head, setup};

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
            // Each request has its own connection here, so every connection is fresh.
            Action::Send { request, timeout, body, .. } => {
                event_of(send(request, timeout, body), &mut bytes)
            }
        };
    }
}

fn send(request: Request<Vec<u8>>, timeout: Duration, limits: BodyLimits) -> Answer {
    let (address, request) = setup::plain(request)?;
    let mut connection = Connection::open(&address, timeout)?;
    // No server acts on a request before its last byte.
    connection.write_all(&wire(&request)).map_err(|error| failure(Delivery::NotSent, error))?;

    let mut incoming = BufReader::new(connection);
    let head = head::read(&mut incoming).and_then(|head| Ok((Framing::of(&head)?, head)));
    let (framing, head) = head.map_err(|cause| TransportError::new(Delivery::Unknown, cause))?;
    let mut body = Body::of(head, limits);
    let read = framing.read(&mut incoming, &mut body);
    body.end(read)
}

fn wire(request: &Request<Vec<u8>>) -> Vec<u8> {
    let mut bytes = format!("{} {} HTTP/1.1\r\n", request.method(), request.uri()).into_bytes();
    for (name, value) in request.headers() {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    [&bytes, &b"\r\n"[..], request.body()].concat()
}
