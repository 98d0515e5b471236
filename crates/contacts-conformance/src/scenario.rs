//! A scenario of the table.

use std::{fmt, net::SocketAddr, ops::RangeInclusive, time::Duration};

use crate::{
    AttemptReport, Operation,
    driver::Setup,
    wire::{Connection, Plan},
};

/// Actions of a server and of either client, and the expected outcome.
pub struct Scenario {
    /// Name of the scenario.
    pub name: String,
    /// Behaviour of the server.
    pub server: Plan,
    /// Another server: one that must not get requests, or the one behind a proxy.
    pub other: Option<Plan>,
    /// The route to the server.
    pub route: Route,
    /// Changes of the settings.
    pub settings: Vec<Setting>,
    /// The steps of the client.
    pub steps: Vec<ClientStep>,
    /// Facts that the server must have seen.
    pub seen: Vec<Seen>,
}

/// The route to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// `http`
    Plain,
    /// `https` to this host; the client trusts the authority.
    Tls(&'static str),
    /// `https`; the client does not trust the authority.
    TlsUntrusted,
    /// The server is a proxy to the other server.
    Proxy {
        /// `true` if the other server uses TLS.
        tls: bool,
    },
}

/// A change of the settings.
pub type Setting = fn(&mut Setup);

/// A step of the client.
#[derive(Debug, Clone)]
pub enum ClientStep {
    /// An operation, and its expected outcome.
    Call(Operation, Expected),
    /// A pause.
    Pause(Duration),
}

/// The expected outcome of an operation.
#[derive(Debug, Clone)]
pub enum Expected {
    /// The core's outcome of these reports, for both adapters.
    Same(Vec<AttemptReport>),
    /// The core's outcome of one of these. HTTP or a race leaves it open.
    OneOf(Vec<Vec<AttemptReport>>),
}

impl Expected {
    /// A single attempt with this report.
    pub fn once(report: AttemptReport) -> Self {
        Self::Same(vec![report])
    }
}

/// Facts that the server must have seen.
#[derive(Debug, Clone)]
pub enum Seen {
    /// Number of connections.
    Connections(RangeInclusive<usize>),
    /// Number of complete requests on all connections.
    Requests(RangeInclusive<usize>),
    /// Number of connections to the other server.
    OtherConnections(RangeInclusive<usize>),
    /// A check of the connections; an error is a problem.
    Check(fn(&[Connection]) -> Result<(), String>),
    /// A check of the connections to the other server.
    OtherCheck(fn(&[Connection]) -> Result<(), String>),
}

impl Scenario {
    /// One operation against one server.
    pub fn new(
        name: impl Into<String>,
        server: Plan,
        operation: Operation,
        expected: Expected,
    ) -> Self {
        Self {
            name: name.into(),
            server,
            other: None,
            route: Route::Plain,
            settings: Vec::new(),
            steps: vec![ClientStep::Call(operation, expected)],
            seen: Vec::new(),
        }
    }

    /// Adds the other server.
    #[must_use]
    pub fn other(self, plan: Plan) -> Self {
        Self { other: Some(plan), ..self }
    }

    /// Sets the route. Default: plain HTTP.
    #[must_use]
    pub fn route(self, route: Route) -> Self {
        Self { route, ..self }
    }

    /// Changes the settings.
    #[must_use]
    pub fn set(mut self, setting: Setting) -> Self {
        self.settings.push(setting);
        self
    }

    /// Adds an operation.
    #[must_use]
    pub fn then(mut self, operation: Operation, expected: Expected) -> Self {
        self.steps.push(ClientStep::Call(operation, expected));
        self
    }

    /// Adds a pause.
    #[must_use]
    pub fn pause(mut self, time: Duration) -> Self {
        self.steps.push(ClientStep::Pause(time));
        self
    }

    /// Adds something that the server must have seen.
    #[must_use]
    pub fn sees(mut self, seen: Seen) -> Self {
        self.seen.push(seen);
        self
    }

    /// The server must see exactly one connection and one request.
    #[must_use]
    pub fn sends_one_request(self) -> Self {
        self.sees(Seen::Connections(1..=1)).sees(Seen::Requests(1..=1))
    }

    /// Returns `true` if both servers must read the same bytes: no race is possible, and TLS hides
    /// nothing.
    pub(crate) fn is_determined(&self) -> bool {
        let reads_tls = match self.route {
            Route::Plain | Route::Proxy { .. } => false,
            Route::Tls(_) | Route::TlsUntrusted => self.server.tls.is_none(),
        };
        self.steps.iter().all(|steps| !matches!(steps, ClientStep::Call(_, Expected::OneOf(_))))
            && !reads_tls
    }

    /// Returns `true` if an exchange over plain HTTP is enough: no TLS, no proxy, no connect
    /// timeout.
    pub fn is_plain(&self) -> bool {
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let (setup, usual) = (self.setup(nowhere, Some(nowhere)), Setup::new(""));
        let is_usual = setup.connect_timeout == usual.connect_timeout;
        setup.base.starts_with("http:") && setup.proxy.is_none() && is_usual
    }

    pub(crate) fn setup(&self, server: SocketAddr, other: Option<SocketAddr>) -> Setup {
        let other = other.map_or(0, |address| address.port());
        let base = match self.route {
            Route::Plain => format!("http://{server}/cloud"),
            Route::Tls(host) => format!("https://{host}:{}/cloud", server.port()),
            Route::TlsUntrusted => format!("https://{server}/cloud"),
            Route::Proxy { tls: true } => format!("https://127.0.0.1:{other}/cloud"),
            Route::Proxy { tls: false } => format!("http://127.0.0.1:{other}/cloud"),
        };
        let mut setup = Setup::new(base);
        if matches!(self.route, Route::Tls(_) | Route::Proxy { tls: true }) {
            setup.authority = Some(crate::certificates::trusted_authority());
        }
        if let Route::Proxy { .. } = self.route {
            setup.proxy = Some(format!("http://{server}"));
        }
        for setting in &self.settings {
            setting(&mut setup);
        }
        // A setting does not know the port.
        setup.proxy = setup.proxy.map(|proxy| proxy.replace("{SELF}", &server.port().to_string()));
        setup
    }
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scenario").field("name", &self.name).finish_non_exhaustive()
    }
}
