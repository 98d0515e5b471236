//! A complete list, page by page.

use std::collections::BTreeSet;

use crate::{Error, Limits, ListContacts, Page, Paged, PagingError};

/// Goes through a complete list, page by page.
///
/// Run each operation of [`next_page`](Self::next_page) as a [`Call`](super::Call) and pass its
/// page to [`accept`](Self::accept). After a failed call, [`next_page`](Self::next_page) returns
/// the same page again.
///
/// Returns no item twice, even if the list changes meanwhile. The list always ends,
/// whatever the links of its pages say.
#[must_use = "it lists nothing until its pages are requested"]
#[derive(Debug, Clone)]
pub struct Pages<O: Paged = ListContacts> {
    /// Next request. An error is returned after the items of the page that caused it.
    next: Option<Result<O, Error>>,
    seen: BTreeSet<O::Id>,
    pages: u32,
    limits: Limits,
}

impl Pages {
    /// Lists contacts, from the first one to the end.
    pub fn all(limits: Limits) -> Self {
        Self::new(ListContacts::all(), limits)
    }
}

impl<O: Paged> Pages<O> {
    /// Changes the first request. Has no effect after the first page.
    ///
    /// If the function `change` fails, [`next_page`](Self::next_page) returns its error.
    pub fn first_page(mut self, change: impl FnOnce(O) -> Result<O, Error>) -> Self {
        if self.pages == 0 {
            self.next = self.next.map(|first| first.and_then(change));
        }
        self
    }

    /// Starts at this page.
    pub fn new(first: O, limits: Limits) -> Self {
        Self { next: Some(Ok(first)), seen: BTreeSet::new(), pages: 0, limits }
    }

    /// Returns the operation for the next page, or `None` at the end of the list.
    ///
    /// # Errors
    /// [`Error::Paging`] once, if the pages do not lead to the end. The list may have more items than
    /// those returned before.
    pub fn next_page(&mut self) -> Option<Result<O, Error>> {
        match self.next.take() {
            Some(Ok(list)) => {
                self.next = Some(Ok(list.clone()));
                Some(Ok(list))
            }
            end => end,
        }
    }

    /// Takes the page that was requested, and returns its new items.
    pub fn accept(&mut self, page: Page<O::Item>) -> Vec<O::Item> {
        let Some(Ok(request)) = self.next.take() else {
            return Vec::new();
        };
        self.pages = self.pages.saturating_add(1);
        self.next = request.after(&page).transpose();
        let mut items = page.items;
        items.retain(|item| self.seen.insert(O::id(item).clone()));

        let limit = usize::try_from(self.limits.contacts).unwrap_or(usize::MAX);
        let over = self.seen.len().saturating_sub(limit);
        let stop = |paging| Some(Err(Error::Paging(paging)));
        if over > 0 {
            items.truncate(items.len().saturating_sub(over));
            self.next = stop(PagingError::TooManyItems(self.limits.contacts));
        } else if matches!(self.next, Some(Ok(_))) && items.is_empty() {
            self.next = stop(PagingError::NothingNew { offset: request.start_offset() });
        } else if matches!(self.next, Some(Ok(_))) && self.pages >= self.limits.pages {
            self.next = stop(PagingError::TooManyPages(self.limits.pages));
        }
        items
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BaseUrl, Contact, Operation};

    fn page(ids: &[&str], next: &str) -> Page {
        let values: Vec<_> =
            ids.iter().map(|id| format!(r#"{{"id":"{id}","method":"sms","to":"1"}}"#)).collect();
        let body = format!(r#"{{"values":[{}],"links":{{"next":"{next}"}}}}"#, values.join(","));
        ListContacts::all().response(http::Response::new(body.as_bytes())).unwrap()
    }

    fn ids(contacts: &[Contact]) -> Vec<&str> {
        contacts.iter().map(|contact| contact.id.as_str()).collect()
    }

    #[test]
    fn each_contact_is_returned_once() {
        let mut pages = Pages::new(ListContacts::all(), Limits::default());
        assert_eq!(ids(&pages.accept(page(&["a", "b"], "?offset=1"))), ["a", "b"]);
        assert_eq!(ids(&pages.accept(page(&["b", "c"], ""))), ["c"]);
        assert!(pages.next_page().is_none());
    }

    #[test]
    fn a_page_whose_request_failed_is_requested_again() {
        let mut pages = Pages::new(ListContacts::all(), Limits::default());
        pages.accept(page(&["a"], "?offset=1"));
        let uri = |pages: &mut Pages| {
            let list = pages.next_page().unwrap().unwrap();
            list.request(&BaseUrl::new("https://a.example").unwrap(), &crate::Credentials::none())
                .uri()
                .to_string()
        };
        assert_eq!(uri(&mut pages), uri(&mut pages));
    }

    #[test]
    fn the_error_of_a_link_comes_after_the_contacts_of_its_page() {
        let mut pages = Pages::new(ListContacts::all(), Limits::default());
        assert_eq!(ids(&pages.accept(page(&["a"], "junk"))), ["a"]);
        assert!(matches!(pages.next_page(), Some(Err(Error::Paging(PagingError::Unreadable)))));
        assert!(pages.next_page().is_none(), "the error comes once");
    }

    #[test]
    fn a_page_with_a_link_and_nothing_new_is_an_error() {
        let mut pages = Pages::new(ListContacts::all(), Limits::default());
        pages.accept(page(&["a"], "?offset=1"));
        assert!(pages.accept(page(&["a"], "?offset=2")).is_empty());
        assert!(matches!(
            pages.next_page(),
            Some(Err(Error::Paging(PagingError::NothingNew { offset: 1 })))
        ));
    }

    #[test]
    fn a_list_beyond_a_limit_ends_with_an_error() {
        let limits = Limits { pages: 1, ..Limits::default() };
        let mut pages = Pages::new(ListContacts::all(), limits);
        pages.accept(page(&["a"], "?offset=1"));
        assert!(matches!(
            pages.next_page(),
            Some(Err(Error::Paging(PagingError::TooManyPages(1))))
        ));

        let limits = Limits { contacts: 2, ..Limits::default() };
        let mut pages = Pages::new(ListContacts::all(), limits);
        assert_eq!(ids(&pages.accept(page(&["a", "b", "c"], ""))), ["a", "b"]);
        assert!(matches!(
            pages.next_page(),
            Some(Err(Error::Paging(PagingError::TooManyItems(2))))
        ));
    }
}
