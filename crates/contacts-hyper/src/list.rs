//! The contacts of a user, one after the other.

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    vec,
};

use contacts_proto::{AccountId, Contact, Error, ListContacts, Page, exchange::Pages};
use futures_util::Stream;

use crate::{
    client::Client,
    service::{HttpService, Transport},
};

type PageRequest = Pin<Box<dyn Future<Output = Result<Page, Error>> + Send>>;

/// A lazy list of contacts: the stream that [`Client::list`] returns.
///
/// It requests a page when it reaches the page's first contact. Each page is one call with its own
/// deadline. The setters have no effect after the first page. The first error ends it. It owns
/// everything it needs, so it can be stored and moved into a task.
///
/// ```no_run
/// use contacts_hyper::{AccountId, Client};
/// use futures_util::TryStreamExt;
///
/// # async fn run() -> Result<(), contacts_hyper::Error> {
/// let client = Client::from_env()?;
/// let mut contacts = client.list();
/// while let Some(contact) = contacts.next().await {
///     println!("{}", contact?.to);
/// }
/// // Another user's contacts from the 41st on, for administrators.
/// let others = client.list().account(AccountId::new("712020:0a1b2c3d")?).offset(40);
/// let others: Vec<_> = others.try_collect().await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a list sends nothing before its first contact is requested"]
pub struct Contacts<S = Transport> {
    client: Client<S>,
    /// `None` after an error.
    pages: Option<Pages>,
    page: vec::IntoIter<Contact>,
    request: Option<PageRequest>,
}

impl<S: HttpService> Client<S> {
    /// Returns a lazy list of all contacts of the user. See [`Contacts`].
    pub fn list(&self) -> Contacts<S> {
        Contacts::new(self.clone())
    }
}

impl<S: HttpService> Contacts<S> {
    fn new(client: Client<S>) -> Self {
        let pages = Some(Pages::all(client.session.policy().limits));
        Self { client, pages, page: Vec::new().into_iter(), request: None }
    }

    /// Returns the next contact, or `None` at the end.
    ///
    /// # Errors
    /// See [`Client::send`]. [`Error::Paging`] if the list could not be read to its end.
    ///
    /// # Cancel safety
    /// If the future is dropped, no contact is lost: the next call continues with the same request.
    pub async fn next(&mut self) -> Option<Result<Contact, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
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

impl<S: HttpService> Stream for Contacts<S> {
    type Item = Result<Contact, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(contact) = this.page.next() {
                return Poll::Ready(Some(Ok(contact)));
            }
            let Some(pages) = &mut this.pages else { return Poll::Ready(None) };
            let result = if let Some(request) = &mut this.request {
                let result = ready!(request.as_mut().poll(context));
                this.request = None;
                result
            } else {
                match pages.next_page() {
                    None => return Poll::Ready(None),
                    Some(Err(error)) => Err(error),
                    Some(Ok(list)) => {
                        let client = this.client.clone();
                        this.request = Some(Box::pin(async move { client.send(&list).await }));
                        continue;
                    }
                }
            };
            match result {
                Ok(page) => this.page = pages.accept(page).into_iter(),
                Err(error) => {
                    this.pages = None;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

impl<S> fmt::Debug for Contacts<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contacts").field("client", &self.client).finish_non_exhaustive()
    }
}
