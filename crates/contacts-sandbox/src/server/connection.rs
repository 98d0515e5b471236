//! Connections: accepted, refused on demand, and served.

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

/// Accepts connections for as long as the runtime lives.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("the listener does not block");
    let accepted = AtomicU64::new(0);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, mostly: some will be free soon.
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
        // The connection was made a moment ago; if it is gone already, so be it.
        let _ = stream.set_zero_linger();
    }
}

async fn serve(stream: TcpStream, number: u64, shared: Arc<Shared>) {
    // Small answers must not wait for the acknowledgement of others.
    let _ = stream.set_nodelay(true);
    let outgoing = Outgoing::default();
    let io = TokioIo::new(Wire::new(stream, outgoing.clone()));
    let service =
        service_fn(move |request| exchange::handle(Arc::clone(&shared), outgoing.clone(), number, request));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new());
    // How a connection ends is the client's affair, or a fault's.
    let _ = http.serve_connection(io, service).await;
}
