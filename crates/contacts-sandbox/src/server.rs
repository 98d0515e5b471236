//! The service behind a socket: a server on loopback, in a thread of its own.

mod answer;
mod connection;
mod control;
mod exchange;
mod inspector;
mod journal;
mod origin_guard;
mod state_file;
mod test_helpers;
mod wire;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::oneshot;

use self::journal::Journal;
pub use self::journal::Recorded;
use self::state_file::StateFile;
use crate::error::Error;
use crate::faults::{Armed, FaultPlan, FaultRule};
use crate::service::Service;

/// A running sandbox: the [`Service`] behind HTTP on a loopback port. It stops when it is dropped.
///
/// Requests of any number of clients are carried out one after the other, as [`Service::handle`] does. Below `/_sandbox/` the
/// server itself can be asked: `GET` and `DELETE journal`, `GET state` (without tokens), `GET`, `POST` and `DELETE faults`, and
/// `POST verify` with `{"account":…,"id":…}`. The page at `/` does so for people: users, contacts and the journal as it grows, with
/// buttons that verify a number or arm a fault.
///
/// `GET journal?since=REVISION` tells what has changed since the revision that the last such answer told, 0 at first, and with
/// `&last=N` no more than the last N requests. `GET faults/kinds` has an example of every fault.
pub struct Sandbox {
    shared: Arc<Shared>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the server's thread and the holder of the [`Sandbox`] both see.
struct Shared {
    service: Mutex<Service>,
    armed: Mutex<Armed>,
    journal: Mutex<Journal>,
    state_file: Option<StateFile>,
}

/// What can be chosen about a sandbox.
#[derive(Debug)]
#[must_use = "it is started by `start`"]
pub struct Builder {
    service: Service,
    listen: SocketAddr,
    faults: FaultPlan,
    state_file: Option<PathBuf>,
}

impl Sandbox {
    /// [`Service::demo`] on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// [`Error::Listen`] and [`Error::Start`].
    pub fn start() -> Result<Self, Error> {
        Self::builder().start()
    }

    /// To choose the service, the address, the faults, and a file for the state.
    pub fn builder() -> Builder {
        Builder {
            service: Service::demo(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            faults: FaultPlan::default(),
            state_file: None,
        }
    }

    /// The base URL for a client with an API token: `http://127.0.0.1:PORT/jsm/ops/api/sandbox`, unless the service is set to
    /// another base.
    pub fn base_url(&self) -> String {
        format!("{}{}", self.origin(), self.shared.service().behaviour().base_path())
    }

    /// The base URL for a client with an OAuth token: `http://127.0.0.1:PORT/ex/jira/sandbox/jsm/ops/api`.
    pub fn oauth_base_url(&self) -> String {
        format!("{}{}", self.origin(), self.shared.service().behaviour().oauth_base_path())
    }

    /// Scheme, address and port.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address and port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests so far, the oldest first: the latest 10,000 of them at most, and 64 MiB. A request is in it before its answer
    /// can be read.
    pub fn journal(&self) -> Vec<Recorded> {
        self.shared.journal().entries()
    }

    /// Forgets the requests so far.
    pub fn clear_journal(&self) {
        self.shared.journal().clear();
    }

    /// Looks at the service, or changes it, between two requests. The state file, if there is one, is written afterwards.
    ///
    /// # Panics
    /// If the state file cannot be written.
    pub fn with_service<T>(&self, look: impl FnOnce(&mut Service) -> T) -> T {
        let mut service = self.shared.service();
        let result = look(&mut service);
        self.shared.keep(&service).expect("the state file can be written as it could at the start");
        result
    }

    /// Adds a rule behind the others. A [`Fault`](crate::Fault) alone is a rule for the next request.
    pub fn arm(&self, rule: impl Into<FaultRule>) {
        self.shared.armed().arm(rule.into());
    }

    /// Takes all rules away.
    pub fn disarm(&self) {
        self.shared.armed().disarm();
    }

    /// Serves until the process ends.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            // The thread ends only if it panicked, and has said so itself.
            let _ = thread.join();
        }
    }
}

impl Builder {
    /// Another service than [`Service::demo`].
    pub fn service(self, service: Service) -> Self {
        Self { service, ..self }
    }

    /// Another address than a free port of 127.0.0.1. Port 0 is any free one.
    pub fn listen(self, listen: SocketAddr) -> Self {
        Self { listen, ..self }
    }

    /// What goes wrong from the start.
    pub fn faults(self, faults: FaultPlan) -> Self {
        Self { faults, ..self }
    }

    /// Goes on from the state in this file, if it is there, and keeps it up to date: a change is in it before it is answered.
    /// Since it has tokens in it, it is for its owner's eyes only.
    pub fn state_file(self, path: impl Into<PathBuf>) -> Self {
        Self { state_file: Some(path.into()), ..self }
    }

    /// Starts the server.
    ///
    /// # Errors
    /// [`Error::NotLoopback`] for an address that others could reach, [`Error::StateFile`] and [`Error::Malformed`] for a state file
    /// that cannot be used, [`Error::Listen`] and [`Error::Start`].
    pub fn start(self) -> Result<Sandbox, Error> {
        if !self.listen.ip().is_loopback() {
            return Err(Error::NotLoopback(self.listen));
        }
        let (service, state_file) = match self.state_file {
            None => (self.service, None),
            Some(path) => {
                let (file, stored) = StateFile::open(path)?;
                let service = stored.map_or(self.service, Service::from_state);
                file.write(&service.state())?;
                (service, Some(file))
            }
        };
        let listen = |error| Error::Listen(self.listen, error);
        let listener = TcpListener::bind(self.listen).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let shared = Arc::new(Shared {
            service: Mutex::new(service),
            armed: Mutex::new(Armed::new(self.faults)),
            journal: Mutex::new(Journal::new(now())),
            state_file,
        });
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::Start)?;
        let (stop, stopped) = oneshot::channel();
        let for_thread = Arc::clone(&shared);
        let serve = move || {
            runtime.block_on(async {
                tokio::spawn(connection::accept(listener, for_thread));
                // Both a word and silence are a reason to stop: the runtime ends all connections as it is dropped.
                let _ = stopped.await;
            });
        };
        let thread =
            thread::Builder::new().name("contacts-sandbox".into()).spawn(serve).map_err(Error::Start)?;
        Ok(Sandbox { shared, address, stop: Some(stop), thread: Some(thread) })
    }
}

impl Shared {
    // A panic in the middle of a request is a defect, which the thread reports; it is no reason to hide the state from a test.
    fn service(&self) -> MutexGuard<'_, Service> {
        self.service.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn armed(&self) -> MutexGuard<'_, Armed> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the state into its file, if it has one.
    fn keep(&self, service: &Service) -> Result<(), Error> {
        self.state_file.as_ref().map_or(Ok(()), |file| file.write(&service.state()))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let (Some(stop), Some(thread)) = (self.stop.take(), self.thread.take()) {
            let _ = stop.send(());
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sandbox").field("address", &self.address).finish_non_exhaustive()
    }
}

/// The time since the Unix epoch.
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
