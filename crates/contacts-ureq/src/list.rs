//! The contacts of a user, one after the other.

use std::{iter::FusedIterator, vec};

use contacts_proto::{AccountId, Contact, Error, ListContacts, exchange::Pages};

use crate::client::Client;

/// A lazy list of contacts: the iterator that [`Client::list`] returns.
///
/// It requests a page when it reaches the page's first contact. Each page is one call with its own
/// deadline. The setters have no effect after the first page. The first error ends it.
///
/// ```no_run
/// use contacts_ureq::{AccountId, Client};
///
/// let client = Client::from_env()?;
/// for contact in client.list() {
///     println!("{}", contact?.to);
/// }
/// // Another user's contacts from the 41st on, for administrators.
/// let others = client.list().account(AccountId::new("712020:0a1b2c3d")?).offset(40);
/// let others = others.collect::<Result<Vec<_>, _>>()?;
/// # Ok::<(), contacts_ureq::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a list sends nothing before its first contact is requested"]
pub struct Contacts {
    client: Client,
    /// `None` after an error.
    pages: Option<Pages>,
    page: vec::IntoIter<Contact>,
}

impl Client {
    /// Returns a lazy list of all contacts of the user. See [`Contacts`].
    pub fn list(&self) -> Contacts {
        Contacts::new(self.clone())
    }
}

impl Contacts {
    fn new(client: Client) -> Self {
        let pages = Some(Pages::all(client.session.policy().limits));
        Self { client, pages, page: Vec::new().into_iter() }
    }

    /// Lists another user's contacts. Only administrators may read them.
    pub fn account(self, account: AccountId) -> Self {
        self.first_page(|list| Ok(list.account(account)))
    }

    /// Skips this number of contacts. A number above 2147483647 makes the first item an error.
    pub fn offset(self, offset: u32) -> Self {
        self.first_page(|list| list.offset(offset))
    }

    /// Sets the number of contacts per page, from 1 to 100. Default: 100. Any other number makes
    /// the first item an error.
    pub fn page_size(self, size: u32) -> Self {
        self.first_page(|list| list.page_size(size))
    }

    fn first_page(self, change: impl FnOnce(ListContacts) -> Result<ListContacts, Error>) -> Self {
        Self { pages: self.pages.map(|pages| pages.first_page(change)), ..self }
    }
}

impl Iterator for Contacts {
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

impl FusedIterator for Contacts {}
