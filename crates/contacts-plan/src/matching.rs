//! Which of the contacts that are there each desired one is.

use std::collections::HashMap;

use contacts_proto::{Contact, ContactId};

use crate::{Desired, desired::is_enabled};

/// What a desired contact is, among those that are there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Is<'a> {
    /// This one, which reaches its address.
    There(&'a Contact),
    /// This one, which reaches another address.
    Moved(&'a Contact),
    /// None of them.
    New,
}

/// Which of the contacts that are there each desired one is.
#[derive(Debug)]
pub(crate) struct Matching<'a> {
    /// In the order of the desired ones.
    pub(crate) pairs: Vec<(&'a Desired, Is<'a>)>,
    /// Those that no desired contact is, and whether the file has the id: then it has it for an address that another contact
    /// reaches, and this one is left over.
    pub(crate) others: Vec<(&'a Contact, bool)>,
}

/// The contacts that are there, and which of them are taken.
struct Pool<'a> {
    contacts: &'a [Contact],
    taken: Vec<bool>,
    /// Whether the file has the id.
    named: Vec<bool>,
    places: HashMap<&'a ContactId, usize>,
}

impl<'a> Matching<'a> {
    /// By id where the file has one, or else by method and address. A contact that reaches the address already comes first even
    /// so: no other is changed into its double, and who exchanges the addresses of two entries has changed nothing.
    pub(crate) fn new(desired: &'a [Desired], actual: &'a [Contact]) -> Self {
        let mut pool = Pool::new(desired, actual);
        let mut found: Vec<Option<Is<'a>>> = vec![None; desired.len()];
        let mut pass = |find: &dyn Fn(&Pool<'a>, &Desired) -> Option<usize>| {
            for (desired, found) in desired.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
                if let Some(contact) = find(&pool, desired).and_then(|place| pool.take(place)) {
                    let there = contact.reaches(&desired.method, &desired.to);
                    *found = Some(if there { Is::There(contact) } else { Is::Moved(contact) });
                }
            }
        };
        pass(&|pool, desired| pool.own(desired).filter(|place| pool.reaches(*place, desired)));
        pass(&|pool, desired| pool.at_address(desired));
        pass(&|pool, desired| pool.own(desired));
        pass(&|pool, desired| pool.left_over(desired));
        let found = found.into_iter().map(|found| found.unwrap_or(Is::New));
        let pairs = desired.iter().zip(found).collect();
        let others = actual.iter().zip(pool.taken).zip(pool.named);
        let others = others.filter(|((_, taken), _)| !taken).map(|((contact, _), named)| (contact, named));
        Self { pairs, others: others.collect() }
    }
}

impl<'a> Pool<'a> {
    fn new(desired: &[Desired], contacts: &'a [Contact]) -> Self {
        let places: HashMap<_, _> =
            contacts.iter().enumerate().map(|(place, contact)| (&contact.id, place)).collect();
        let mut named = vec![false; contacts.len()];
        for place in desired.iter().filter_map(|desired| places.get(desired.id.as_ref()?)) {
            if let Some(named) = named.get_mut(*place) {
                *named = true;
            }
        }
        Self { contacts, taken: vec![false; contacts.len()], named, places }
    }

    fn take(&mut self, place: usize) -> Option<&'a Contact> {
        *self.taken.get_mut(place)? = true;
        self.contacts.get(place)
    }

    fn is_free(&self, place: usize) -> bool {
        self.taken.get(place) == Some(&false)
    }

    fn is_named(&self, place: usize) -> bool {
        self.named.get(place) == Some(&true)
    }

    fn reaches(&self, place: usize, desired: &Desired) -> bool {
        self.contacts.get(place).is_some_and(|contact| contact.reaches(&desired.method, &desired.to))
    }

    /// The contact with the id of the entry.
    fn own(&self, desired: &Desired) -> Option<usize> {
        self.places.get(desired.id.as_ref()?).copied().filter(|place| self.is_free(*place))
    }

    /// One that reaches its address: of several, one that no other entry names, and then one that is enabled or not as it is to be.
    fn at_address(&self, desired: &Desired) -> Option<usize> {
        let there = self.free().filter(|(place, _)| self.reaches(*place, desired));
        let best = there.min_by_key(|(place, contact)| {
            let differs = is_enabled(contact).map(|enabled| enabled != desired.enabled);
            (self.is_named(*place), differs.map_or(1, |differs| if differs { 2 } else { 0 }))
        });
        best.map(|(place, _)| place)
    }

    /// One of the same method that another entry has given up: it is changed, rather than another one created beside it.
    fn left_over(&self, desired: &Desired) -> Option<usize> {
        let mut free = self.free();
        free.find(|(place, contact)| self.is_named(*place) && contact.method == desired.method)
            .map(|(place, _)| place)
    }

    fn free(&self) -> impl Iterator<Item = (usize, &'a Contact)> {
        self.contacts.iter().enumerate().filter(|(place, _)| self.is_free(*place))
    }
}
