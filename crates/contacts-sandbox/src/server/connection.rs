//! Accepts, refuses and serves connections.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use super::wire::{Outgoing, Wire};
use super::{Shared, exchange};
use crate::faults::End;

/// Accepts connections until the runtime stops.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let listener =
        tokio::net::TcpListener::from_std(listener).expect("the listener does not block");
    let accepted = AtomicU64::new(0);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Usually out of file descriptors, which is temporary.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let number = accepted.fetch_add(1, Ordering::Relaxed) + 1;
        match shared.armed().for_connection() {
            Some(end) => refuse(&stream, end),
            None => drop(tokio::spawn(serve(stream, number, Arc::clone(&shared)))),
        }
    }
}

fn refuse(stream: &TcpStream, end: End) {
    if end == End::Reset {
        // Fails only if the connection already ended.
        let _ = stream.set_zero_linger();
    }
}

async fn serve(stream: TcpStream, number: u64, shared: Arc<Shared>) {
    // Small responses must not wait for the acknowledgement of earlier ones.
    let _ = stream.set_nodelay(true);
    let outgoing = Outgoing::default();
    let io = TokioIo::new(Wire::new(stream, outgoing.clone()));
    let service = service_fn(move |request| {
        exchange::handle(Arc::clone(&shared), outgoing.clone(), number, request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new());
    // Errors are expected: the client or a fault ends the connection.
    let _ = http.serve_connection(io, service).await;
}
