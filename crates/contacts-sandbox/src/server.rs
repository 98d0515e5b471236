//! The service behind a loopback server, which runs in its own thread.

mod connection;
mod control;
mod exchange;
mod inspector;
mod journal;
mod origin_guard;
mod response;
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
pub use self::journal::RecordedRequest;
use self::state_file::StateFile;
use crate::error::Error;
use crate::faults::{Armed, FaultPlan, FaultRule};
use crate::service::Service;

/// A running sandbox: a [`Service`] behind HTTP on a loopback port. It stops when it is dropped.
///
/// It serves any number of clients. The service performs one request at a time.
///
/// # Web page
/// The page at `/` shows who is on call, users, contacts, faults and the journal. It can verify a number and arm a
/// fault.
///
/// # Control API
/// Below `/_sandbox/`, for programs in any language:
///
/// | request | effect |
/// | --- | --- |
/// | `GET journal` | returns the requests so far |
/// | `GET journal?since=REVISION&last=N` | returns changes since a revision (0 at first), at most N |
/// | `DELETE journal` | clears the journal |
/// | `GET state` | returns users, contacts and schedules, without tokens |
/// | `GET on-call` | returns who is on call now and next, by schedule |
/// | `GET faults` | returns the armed rules |
/// | `GET faults/kinds` | returns an example of every fault |
/// | `POST faults` | arms a rule, or a fault for the next request |
/// | `DELETE faults` | removes all rules |
/// | `POST verify` | verifies a number; body: `{"account":…,"id":…}` |
pub struct Sandbox {
    shared: Arc<Shared>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// State that the server's thread and the [`Sandbox`] share.
struct Shared {
    service: Mutex<Service>,
    armed: Mutex<Armed>,
    journal: Mutex<Journal>,
    state_file: Option<StateFile>,
}

/// Settings of a sandbox. Created by [`Sandbox::builder`].
#[derive(Debug)]
#[must_use = "call `start` to start the sandbox"]
pub struct SandboxBuilder {
    service: Service,
    listen: SocketAddr,
    faults: FaultPlan,
    state_file: Option<PathBuf>,
}

impl Sandbox {
    /// Starts a sandbox with [`Service::demo`] on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// [`Error::Listen`] or [`Error::Start`].
    pub fn start() -> Result<Self, Error> {
        Self::builder().start()
    }

    /// Returns a builder to set the service, the address, the faults and a state file.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder {
            service: Service::demo(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            faults: FaultPlan::default(),
            state_file: None,
        }
    }

    /// Returns the base URL for clients with an API token:
    /// `http://127.0.0.1:PORT/jsm/ops/api/sandbox` with the default
    /// [`Behaviour`](crate::Behaviour).
    pub fn base_url(&self) -> String {
        format!("{}{}", self.origin(), self.shared.service().behaviour().base_path())
    }

    /// Returns the base URL for clients with an OAuth token:
    /// `http://127.0.0.1:PORT/ex/jira/sandbox/jsm/ops/api` with the default
    /// [`Behaviour`](crate::Behaviour).
    pub fn oauth_base_url(&self) -> String {
        format!("{}{}", self.origin(), self.shared.service().behaviour().oauth_base_path())
    }

    /// Returns scheme, address and port: `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns address and port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the requests so far, oldest first. Keeps at most the last 10,000 requests and 64
    /// MiB. A request is in the journal before the client receives its response.
    pub fn journal(&self) -> Vec<RecordedRequest> {
        self.shared.journal().entries()
    }

    /// Clears the journal.
    pub fn clear_journal(&self) {
        self.shared.journal().clear();
    }

    /// Calls a function with the service, to read or change it between two requests. Afterwards it
    /// writes the state file, if there is one.
    ///
    /// # Panics
    /// If the state file cannot be written.
    pub fn with_service<T>(&self, access: impl FnOnce(&mut Service) -> T) -> T {
        let mut service = self.shared.service();
        let result = access(&mut service);
        self.shared.save(&service).expect("the state file can be written");
        result
    }

    /// Adds a fault rule after the existing ones. A [`Fault`](crate::Fault) alone applies to the
    /// next request (or to the next connection, for [`Fault::Refuse`](crate::Fault::Refuse)).
    pub fn arm(&self, rule: impl Into<FaultRule>) {
        self.shared.armed().arm(rule.into());
    }

    /// Removes all fault rules.
    pub fn disarm(&self) {
        self.shared.armed().disarm();
    }

    /// Serves until the process ends.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            // The thread ends only after a panic, which it reported itself.
            let _ = thread.join();
        }
    }
}

impl SandboxBuilder {
    /// Sets the service. Default: [`Service::demo`].
    pub fn service(self, service: Service) -> Self {
        Self { service, ..self }
    }

    /// Sets the loopback address. Port 0 means any free port. Default: `127.0.0.1:0`.
    pub fn listen(self, listen: SocketAddr) -> Self {
        Self { listen, ..self }
    }

    /// Sets the fault rules that are armed at the start.
    pub fn faults(self, faults: FaultPlan) -> Self {
        Self { faults, ..self }
    }

    /// Sets a state file. If it exists, its state replaces the service. The sandbox writes every
    /// change to it before the response is sent. The file contains tokens, and only its owner can
    /// read it.
    pub fn state_file(self, path: impl Into<PathBuf>) -> Self {
        Self { state_file: Some(path.into()), ..self }
    }

    /// Starts the sandbox.
    ///
    /// # Errors
    /// - [`Error::NotLoopback`]: other hosts could reach the address.
    /// - [`Error::StateFile`] or [`Error::Malformed`]: the state file cannot be used.
    /// - [`Error::Listen`] or [`Error::Start`].
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
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::Start)?;
        let (stop, stopped) = oneshot::channel();
        let for_thread = Arc::clone(&shared);
        let serve = move || {
            runtime.block_on(async {
                tokio::spawn(connection::accept(listener, for_thread));
                // A message and a closed channel both mean stop. Dropping the runtime ends all
                // connections.
                let _ = stopped.await;
            });
        };
        let thread = thread::Builder::new()
            .name("contacts-sandbox".into())
            .spawn(serve)
            .map_err(Error::Start)?;
        Ok(Sandbox { shared, address, stop: Some(stop), thread: Some(thread) })
    }
}

impl Shared {
    // After a panic, a test may still need the state, so poisoned locks are used anyway.
    fn service(&self) -> MutexGuard<'_, Service> {
        self.service.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn armed(&self) -> MutexGuard<'_, Armed> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the state file, if there is one.
    fn save(&self, service: &Service) -> Result<(), Error> {
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

/// Returns the time since the Unix epoch.
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
