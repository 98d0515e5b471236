//! A server on plain sockets that follows a script byte for byte and records what it reads.

mod connection;
mod io;
mod plan;

use std::{
    cell::RefCell,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

pub use self::{
    connection::{Connection, Ended, Handshake},
    plan::{Cut, End, Plan, Script, Step},
};

/// A running server on a free port of 127.0.0.1. Dropping it stops it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<Accepted>>,
}

/// The connections, and the listener. The next server of this thread reuses the listener, because
/// finding a free port is slow.
type Accepted = (Vec<JoinHandle<Connection>>, TcpListener);

thread_local! {
    static LISTENERS: RefCell<Vec<TcpListener>> = const { RefCell::new(Vec::new()) };
}

/// Shared state of the threads of a server.
#[derive(Debug)]
struct Shared {
    plan: Plan,
    address: SocketAddr,
    /// The other server, for scripts.
    other: Option<SocketAddr>,
    stopping: AtomicBool,
    /// Number of running scripts.
    playing: AtomicUsize,
    /// Address of the connection that stops the accepting thread; `None` if it failed.
    last_caller: OnceLock<Option<SocketAddr>>,
}

impl Server {
    /// Starts a server. `other` is the target of [`Step::Tunnel`]; written bytes may contain its
    /// port as `{OTHER}`.
    ///
    /// # Errors
    /// If no port is free.
    pub fn start(plan: Plan, other: Option<SocketAddr>) -> std::io::Result<Self> {
        let listener = match LISTENERS.with_borrow_mut(Vec::pop) {
            Some(listener) => listener,
            None => TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
        };
        let address = listener.local_addr()?;
        let (stopping, playing) = (AtomicBool::new(false), AtomicUsize::new(0));
        let shared =
            Shared { plan, address, other, stopping, playing, last_caller: OnceLock::new() };
        let shared = Arc::new(shared);
        let for_thread = Arc::clone(&shared);
        let accepting = thread::Builder::new().spawn(move || accept(listener, &for_thread))?;
        Ok(Self { address, shared, accepting: Some(accepting) })
    }

    /// Returns the address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the scripts of all connections so far have ended. Each script ends by itself.
    pub fn settle(&self) {
        while self.shared.playing.load(Ordering::SeqCst) > 0 {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Stops when the clients have closed their connections or the scripts have ended. Returns the
    /// connections in the order of accepting.
    pub fn finish(mut self) -> Vec<Connection> {
        self.stop()
    }

    fn stop(&mut self) -> Vec<Connection> {
        let Some(accepting) = self.accepting.take() else { return Vec::new() };
        self.shared.stopping.store(true, Ordering::SeqCst);
        // The kernel accepts in order, so all earlier connections are accepted before this one.
        let last = TcpStream::connect(self.address);
        let caller = last.as_ref().ok().and_then(|last| last.local_addr().ok());
        self.shared.last_caller.set(caller).expect("a server stops once");
        if let Ok(last) = &last {
            io::reset(last);
        }
        let (connections, listener) = accepting.join().expect("accepting does not panic");
        LISTENERS.with_borrow_mut(|listeners| listeners.push(listener));
        let result =
            |thread: JoinHandle<Connection>| thread.join().expect("a script does not panic");
        connections.into_iter().map(result).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn accept(listener: TcpListener, shared: &Arc<Shared>) -> Accepted {
    let mut connections = Vec::new();
    loop {
        // A connection may end before it is accepted; that is not an error.
        let accepted = listener.accept();
        if shared.stopping.load(Ordering::SeqCst) {
            let last = *shared.last_caller.wait();
            if last.is_none() || accepted.as_ref().ok().map(|(_, peer)| *peer) == last {
                return (connections, listener);
            }
        }
        let Ok((stream, _)) = accepted else { continue };
        let number = connections.len();
        let shared = Arc::clone(shared);
        shared.playing.fetch_add(1, Ordering::SeqCst);
        connections.push(thread::spawn(move || connection::serve(stream, number, &shared)));
    }
}
