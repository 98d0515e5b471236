//! The async client, on a runtime of one thread.

use std::{future::ready, time::Duration};

use contacts_proto::{
    Contact, ContactMethod, Ensured, Error,
    exchange::{Exchange, Session, ToExchange},
};
use futures_util::TryStreamExt;
use tokio::runtime::Runtime;

use super::{Driver, Setup, client};

/// The client of `contacts-hyper`.
#[derive(Debug)]
pub struct Hyper {
    client: contacts_hyper::Client,
    /// It is dropped after the client, and all connections with it.
    runtime: Runtime,
}

impl Driver for Hyper {
    const NAME: &'static str = "contacts-hyper";

    fn new(setup: &Setup) -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::invalid("runtime", error.to_string()))?;
        Ok(Self { client: client!(contacts_hyper, setup), runtime })
    }

    fn send<O: ToExchange>(&self, operation: &O) -> Result<O::Output, Error> {
        self.runtime.block_on(self.client.send(operation))
    }

    fn each_contact(&self, page_size: u32, mut act: impl FnMut(Contact)) -> Result<(), Error> {
        let contacts = self.client.list().page_size(page_size).try_for_each(|contact| {
            act(contact);
            ready(Ok(()))
        });
        self.runtime.block_on(contacts)
    }

    fn run<E: Exchange>(&self, exchange: impl FnOnce(Session) -> E) -> Result<E::Output, Error> {
        self.runtime.block_on(self.client.run(exchange(self.client.session().clone())))
    }

    fn ensure(&self, method: ContactMethod, to: &str) -> Result<Ensured, Error> {
        self.runtime.block_on(self.client.ensure(method, to))
    }

    fn rest(&self, time: Duration) {
        self.runtime.block_on(async { tokio::time::sleep(time).await });
    }
}
