//! One line of the table.

use std::{fmt, net::SocketAddr, ops::RangeInclusive, time::Duration};

use crate::{
    Operation, Told,
    driver::Setup,
    wire::{Connection, Plan},
};

/// What a server does, what is asked of it by either client, and what must come of it.
pub struct Scenario {
    /// What a failure names.
    pub name: String,
    /// What the server does.
    pub server: Plan,
    /// Another server: one that must not be asked, the one behind a proxy.
    pub other: Option<Plan>,
    /// How the clients reach the server.
    pub route: Route,
    /// What else is set.
    pub settings: Vec<Setting>,
    /// What is asked, one after the other.
    pub steps: Vec<ClientStep>,
    /// What the server must have seen.
    pub seen: Vec<Seen>,
}

/// How the clients reach the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// `http`
    Plain,
    /// `https`, to this host, with the authority of the good certificates.
    Tls(&'static str),
    /// `https` without that authority.
    TlsUntrusted,
    /// The server is a proxy; what is behind it is the other one, by `https` or `http`.
    Proxy {
        /// Whether what is behind it has TLS.
        tls: bool,
    },
}

/// A change of the clients' settings.
pub type Setting = fn(&mut Setup);

/// One thing that is asked.
#[derive(Debug, Clone)]
pub enum ClientStep {
    /// An operation, and what must come of it.
    Call(Operation, Expected),
    /// Some time in which nothing is asked.
    Pause(Duration),
}

/// What must come of an operation.
#[derive(Debug, Clone)]
pub enum Expected {
    /// What the core makes of these reports, of both adapters.
    Same(Vec<Told>),
    /// What it makes of one of these: HTTP or the network leaves it open which, or the order of two events does.
    OneOf(Vec<Vec<Told>>),
}

impl Expected {
    /// A single attempt with this report.
    pub fn once(told: Told) -> Self {
        Self::Same(vec![told])
    }
}

/// What the server must have seen.
#[derive(Debug, Clone)]
pub enum Seen {
    /// So many connections.
    Connections(RangeInclusive<usize>),
    /// So many whole requests on all connections.
    Requests(RangeInclusive<usize>),
    /// So many connections to the other server.
    OtherConnections(RangeInclusive<usize>),
    /// Whatever this says; an error is a complaint.
    Check(fn(&[Connection]) -> Result<(), String>),
    /// The same of the other server.
    OtherCheck(fn(&[Connection]) -> Result<(), String>),
}

impl Scenario {
    /// One operation against one server.
    pub fn new(name: impl Into<String>, server: Plan, operation: Operation, expected: Expected) -> Self {
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

    /// With another server.
    #[must_use]
    pub fn other(self, plan: Plan) -> Self {
        Self { other: Some(plan), ..self }
    }

    /// By another route than plain HTTP.
    #[must_use]
    pub fn route(self, route: Route) -> Self {
        Self { route, ..self }
    }

    /// With other settings.
    #[must_use]
    pub fn set(mut self, setting: Setting) -> Self {
        self.settings.push(setting);
        self
    }

    /// With another thing asked after it.
    #[must_use]
    pub fn then(mut self, operation: Operation, expected: Expected) -> Self {
        self.steps.push(ClientStep::Call(operation, expected));
        self
    }

    /// With some time in which nothing is asked.
    #[must_use]
    pub fn pause(mut self, time: Duration) -> Self {
        self.steps.push(ClientStep::Pause(time));
        self
    }

    /// With something that the server must have seen.
    #[must_use]
    pub fn sees(mut self, seen: Seen) -> Self {
        self.seen.push(seen);
        self
    }

    /// With exactly one connection and one request.
    #[must_use]
    pub fn sends_one_request(self) -> Self {
        self.sees(Seen::Connections(1..=1)).sees(Seen::Requests(1..=1))
    }

    /// Whether everything is settled, so that both servers must see the same bytes: no order of events is left open, and no
    /// random numbers of TLS are read.
    pub(crate) fn is_determined(&self) -> bool {
        let reads_tls = match self.route {
            Route::Plain | Route::Proxy { .. } => false,
            Route::Tls(_) | Route::TlsUntrusted => self.server.tls.is_none(),
        };
        self.steps.iter().all(|steps| !matches!(steps, ClientStep::Call(_, Expected::OneOf(_)))) && !reads_tls
    }

    /// Whether it needs nothing of a client but exchanges over plain HTTP: no TLS, no proxy, and no time or connection that an
    /// exchange does not ask for.
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
        // A setting cannot know the port.
        setup.proxy = setup.proxy.map(|proxy| proxy.replace("{SELF}", &server.port().to_string()));
        setup
    }
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scenario").field("name", &self.name).finish_non_exhaustive()
    }
}
