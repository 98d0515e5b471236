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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::collisions::{contacts, entries};

    /// How soon an entry is a contact, if it may be; no two pairs of an entry and a contact are equally soon.
    type Rank = (u8, usize, bool, u8, usize);

    fn rank(desired: &[Desired], actual: &[Contact], entry: usize, place: usize) -> Option<Rank> {
        let (wanted, contact) = (&desired[entry], &actual[place]);
        let named = is_named(desired, actual, place);
        let own = named && wanted.id.as_ref() == Some(&contact.id);
        let reaches = contact.reaches(&wanted.method, &wanted.to);
        let pass = match (own, reaches) {
            (true, true) => 0,
            (false, true) => 1,
            (true, false) => 2,
            (false, false) if named && wanted.method == contact.method => 3,
            (false, false) => return None,
        };
        let differs = match is_enabled(contact) {
            Some(enabled) if enabled == wanted.enabled => 0,
            None => 1,
            Some(_) => 2,
        };
        let preference = if reaches { (named, differs) } else { (true, 0) };
        Some((pass, entry, preference.0, preference.1, place))
    }

    /// Whether the file has its id; of two contacts with one id, it is the later one that is meant.
    fn is_named(desired: &[Desired], actual: &[Contact], place: usize) -> bool {
        let id = &actual[place].id;
        actual[place + 1..].iter().all(|later| later.id != *id)
            && desired.iter().any(|entry| entry.id.as_ref() == Some(id))
    }

    fn place_of(actual: &[Contact], contact: &Contact) -> usize {
        actual.iter().position(|other| std::ptr::eq(other, contact)).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        // One matching alone is such that no pair is kept apart by worse ones.
        #[test]
        fn an_entry_and_a_contact_that_may_be_one_are_unless_either_is_one_with_another_sooner(
            desired in entries(), actual in contacts(),
        ) {
            let matching = Matching::new(&desired, &actual);
            let mut of_entries = vec![None; desired.len()];
            let mut of_contacts = vec![None; actual.len()];
            prop_assert!(matching.pairs.iter().map(|(entry, _)| *entry).eq(&desired));
            for (entry, (wanted, is)) in matching.pairs.iter().enumerate() {
                let (contact, there) = match is {
                    Is::There(contact) => (contact, true),
                    Is::Moved(contact) => (contact, false),
                    Is::New => continue,
                };
                prop_assert_eq!(contact.reaches(&wanted.method, &wanted.to), there);
                let place = place_of(&actual, contact);
                of_entries[entry] = rank(&desired, &actual, entry, place);
                prop_assert!(of_entries[entry].is_some(), "{wanted:?} cannot be {contact:?}");
                prop_assert_eq!(of_contacts[place], None, "{:?} is two entries", contact);
                of_contacts[place] = of_entries[entry];
            }
            for (entry, of_entry) in of_entries.iter().enumerate() {
                for (place, of_contact) in of_contacts.iter().enumerate() {
                    let Some(rank) = rank(&desired, &actual, entry, place) else { continue };
                    let is_settled = [of_entry, of_contact].iter().any(|of| of.is_some_and(|of| of <= rank));
                    prop_assert!(is_settled, "{:?} is not {:?}", desired[entry], actual[place]);
                }
            }
            let left = (0..actual.len()).filter(|place| of_contacts[*place].is_none());
            let left: Vec<_> = left.map(|place| (place, is_named(&desired, &actual, place))).collect();
            let others = matching.others.iter().map(|(contact, named)| (place_of(&actual, contact), *named));
            prop_assert_eq!(others.collect::<Vec<_>>(), left);
        }
    }
}
