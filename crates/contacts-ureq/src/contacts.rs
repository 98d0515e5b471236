//! The contacts of a list, one after the other.

use std::vec;

use contacts_proto::{Contact, Error, ListContacts, exchange::Pages};

use crate::client::Client;

/// The contacts of a list; see [`Client::contacts`].
#[derive(Debug)]
#[must_use = "nothing is sent before the first contact is asked for"]
pub struct Contacts<'a> {
    client: &'a Client,
    /// `None` after an error.
    pages: Option<Pages>,
    page: vec::IntoIter<Contact>,
}

impl Client {
    /// The contacts of a list, from this page on to its end. Nothing is sent before the first is asked for, and no page before
    /// it is needed. The first error ends it: those of [`send`](Self::send), and [`Error::Paging`] if the pages do not lead through
    /// the list.
    pub fn contacts(&self, first: ListContacts) -> Contacts<'_> {
        Contacts::new(self, first)
    }
}

impl<'a> Contacts<'a> {
    fn new(client: &'a Client, first: ListContacts) -> Self {
        let limits = client.session().policy().limits;
        Self { client, pages: Some(Pages::new(first, limits)), page: Vec::new().into_iter() }
    }
}

impl Iterator for Contacts<'_> {
    type Item = Result<Contact, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(contact) = self.page.next() {
                return Some(Ok(contact));
            }
            let pages = self.pages.as_mut()?;
            match pages.next_page()?.and_then(|list| self.client.send(&list)) {
                Ok(page) => self.page = pages.accept(page).into_iter(),
                Err(error) => {
                    self.pages = None;
                    return Some(Err(error));
                }
            }
        }
    }
}
