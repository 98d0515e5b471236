//! The blocking client.

use std::{thread, time::Duration};

use contacts_proto::{
    Contact, ContactMethod, Ensured, Error,
    exchange::{Exchange, Session, ToExchange},
};

use super::{Driver, Setup, client};

/// The client of `contacts-ureq`.
#[derive(Debug)]
pub struct Ureq(contacts_ureq::Client);

impl Driver for Ureq {
    const NAME: &'static str = "contacts-ureq";

    fn new(setup: &Setup) -> Result<Self, Error> {
        Ok(Self(client!(contacts_ureq, setup)))
    }

    fn send<O: ToExchange>(&self, operation: &O) -> Result<O::Output, Error> {
        self.0.send(operation)
    }

    fn each_contact(&self, page_size: u32, mut act: impl FnMut(Contact)) -> Result<(), Error> {
        self.0.list().page_size(page_size).try_for_each(|contact| contact.map(&mut act))
    }

    fn run<E: Exchange>(&self, exchange: impl FnOnce(Session) -> E) -> Result<E::Output, Error> {
        self.0.run(exchange(self.0.session().clone()))
    }

    fn ensure(&self, method: ContactMethod, to: &str) -> Result<Ensured, Error> {
        self.0.ensure(method, to)
    }

    fn rest(&self, time: Duration) {
        thread::sleep(time);
    }
}
