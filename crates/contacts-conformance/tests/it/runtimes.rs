//! The programs of `contacts-proto/examples` as drivers of the table.

pub(crate) mod excluded;

#[path = "../../../contacts-proto/examples/by_hand/main.rs"]
#[expect(dead_code, reason = "a program begins with `main`")]
mod by_hand;
#[path = "../../../contacts-proto/examples/curl/main.rs"]
#[expect(dead_code, reason = "a program begins with `main`")]
mod curl;
#[path = "../../../contacts-proto/examples/smol.rs"]
#[expect(dead_code, reason = "a program begins with `main`")]
mod on_smol;
#[path = "../../../contacts-proto/examples/reqwest.rs"]
#[expect(dead_code, reason = "a program begins with `main`")]
mod over_reqwest;

use std::{thread, time::Duration};

use contacts_conformance::driver::{Driver, Setup};
use contacts_proto::{
    BaseUrl, Contact, ContactMethod, CreateContact, Ensured, Error, ListContacts,
    exchange::{Ensure, Exchange, List, Pages, Session, ToExchange},
};
use tokio::runtime::{Builder, Runtime};

/// A program, and how it runs an exchange.
pub(crate) trait Program: Sized {
    const NAME: &'static str;

    fn start() -> Self;

    fn run<E: Exchange>(&self, exchange: E) -> Result<E::Output, Error>;

    /// Waits. The program may manage its connections meanwhile.
    fn rest(&self, time: Duration) {
        thread::sleep(time);
    }
}

/// `smol` with hyper.
pub(crate) struct Smol;

impl Program for Smol {
    const NAME: &'static str = "smol";

    fn start() -> Self {
        Self
    }

    fn run<E: Exchange>(&self, exchange: E) -> Result<E::Output, Error> {
        ::smol::block_on(on_smol::run(exchange))
    }
}

/// A plain `TcpStream`.
pub(crate) struct ByHand;

impl Program for ByHand {
    const NAME: &'static str = "by hand";

    fn start() -> Self {
        Self
    }

    fn run<E: Exchange>(&self, exchange: E) -> Result<E::Output, Error> {
        by_hand::run(exchange)
    }
}

/// A process per request.
pub(crate) struct Curl;

impl Program for Curl {
    const NAME: &'static str = "curl";

    fn start() -> Self {
        Self
    }

    fn run<E: Exchange>(&self, exchange: E) -> Result<E::Output, Error> {
        curl::run(exchange)
    }
}

/// `reqwest` on tokio.
pub(crate) struct Reqwest {
    clients: [reqwest::Client; 2],
    /// Dropped after the clients, which closes all connections.
    runtime: Runtime,
}

impl Program for Reqwest {
    const NAME: &'static str = "reqwest";

    fn start() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build();
        Self { clients: over_reqwest::clients(), runtime: runtime.expect("there is a runtime") }
    }

    fn run<E: Exchange>(&self, exchange: E) -> Result<E::Output, Error> {
        self.runtime.block_on(over_reqwest::run(&self.clients, exchange))
    }

    fn rest(&self, time: Duration) {
        self.runtime.block_on(async { tokio::time::sleep(time).await });
    }
}

/// A program as a client.
pub(crate) struct Client<P> {
    program: P,
    session: Session,
}

impl<P: Program> Driver for Client<P> {
    const NAME: &'static str = P::NAME;

    fn new(setup: &Setup) -> Result<Self, Error> {
        let site = BaseUrl::new(&setup.base)?.with_host_header();
        let session = Session::new(site, setup.credentials.clone());
        Ok(Self { program: P::start(), session: session.with_policy(setup.policy.clone()) })
    }

    fn send<O: ToExchange>(&self, operation: &O) -> Result<O::Output, Error> {
        self.program.run(operation.exchange(self.session.clone()))
    }

    fn contacts(&self, page_size: u32) -> Result<Vec<Contact>, Error> {
        self.program.run(List::new(self.session.clone(), ListContacts::all().page_size(page_size)?))
    }

    fn each_contact(&self, page_size: u32, mut with: impl FnMut(Contact)) -> Result<(), Error> {
        let mut pages =
            Pages::new(ListContacts::all().page_size(page_size)?, self.session.policy().limits);
        while let Some(page) = pages.next_page() {
            pages.accept(self.send(&page?)?).into_iter().for_each(&mut with);
        }
        Ok(())
    }

    fn run<E: Exchange>(&self, exchange: impl FnOnce(Session) -> E) -> Result<E::Output, Error> {
        self.program.run(exchange(self.session.clone()))
    }

    fn ensure(&self, method: ContactMethod, to: &str) -> Result<Ensured, Error> {
        self.program.run(Ensure::new(self.session.clone(), CreateContact::new(method, to)?))
    }

    fn rest(&self, time: Duration) {
        self.program.rest(time);
    }
}
