//! Which of the contacts that are there each desired one is.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

use contacts_proto::{Address, Contact, ContactId, ContactMethod};

use crate::{Desired, enabled::Enabled};

/// What a desired contact is, among those that are there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Match<'a> {
    /// This one, which reaches its address.
    There(&'a Contact),
    /// This one, which reaches another address.
    Moved(&'a Contact),
    /// None of them.
    New,
}

/// A desired contact, and which one it is.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) desired: &'a Desired,
    pub(crate) found: Match<'a>,
    /// The place of the contact that has its id.
    own: Option<usize>,
}

/// Which of the contacts that are there each desired one is.
#[derive(Debug)]
pub(crate) struct Matching<'a> {
    /// In the order of the desired ones.
    pub(crate) entries: Vec<Entry<'a>>,
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
    /// By address, whether they are named, and whether they are enabled.
    at_addresses: Queues<(Address<'a>, bool, Enabled)>,
    /// By method, and whether they are named.
    of_methods: Queues<(&'a ContactMethod, bool)>,
}

impl<'a> Matching<'a> {
    /// By id where the file has one, or else by method and address. A contact that reaches the address already comes first even
    /// so: no other is changed into its double, and who exchanges the addresses of two entries has changed nothing.
    pub(crate) fn new(desired: &'a [Desired], actual: &'a [Contact]) -> Self {
        let mut entries = Entry::all(desired, actual);
        let mut pool = Pool::new(&entries, actual);
        let mut pass = |find: &dyn Fn(&mut Pool<'a>, &Entry<'a>) -> Option<usize>| {
            for entry in entries.iter_mut().filter(|entry| matches!(entry.found, Match::New)) {
                if let Some(contact) = find(&mut pool, entry).and_then(|position| pool.take(position)) {
                    let there = contact.address() == entry.desired.address();
                    entry.found = if there { Match::There(contact) } else { Match::Moved(contact) };
                }
            }
        };
        pass(&|pool, entry| pool.own(entry).filter(|position| pool.reaches(*position, entry)));
        pass(&|pool, entry| pool.at_address(entry));
        pass(&|pool, entry| pool.own(entry));
        pass(&|pool, entry| pool.left_over(entry));
        let others = actual.iter().zip(pool.taken).zip(pool.named);
        let others = others.filter(|((_, taken), _)| !taken).map(|((contact, _), named)| (contact, named));
        Self { entries, others: others.collect() }
    }
}

impl<'a> Entry<'a> {
    fn all(desired: &'a [Desired], actual: &[Contact]) -> Vec<Self> {
        let places = actual.iter().enumerate().map(|(position, contact)| (&contact.id, position));
        let places: HashMap<_, _> = places.collect();
        let own = |desired: &Desired| places.get(desired.id.as_ref()?).copied();
        desired.iter().map(|desired| Self { desired, found: Match::New, own: own(desired) }).collect()
    }

    /// Its id, if no contact has it.
    pub(crate) fn unknown_id(&self) -> Option<&'a ContactId> {
        self.desired.id.as_ref().filter(|_| self.own.is_none())
    }
}

impl<'a> Pool<'a> {
    fn new(entries: &[Entry<'_>], contacts: &'a [Contact]) -> Self {
        let mut named = vec![false; contacts.len()];
        for place in entries.iter().filter_map(|entry| entry.own) {
            if let Some(named) = named.get_mut(place) {
                *named = true;
            }
        }
        let each = contacts.iter().zip(&named);
        let at_addresses =
            Queues::new(each.clone().map(|(it, named)| (it.address(), *named, Enabled::of(it))));
        let of_methods = Queues::new(each.map(|(it, named)| (&it.method, *named)));
        Self { contacts, taken: vec![false; contacts.len()], named, at_addresses, of_methods }
    }

    fn take(&mut self, position: usize) -> Option<&'a Contact> {
        *self.taken.get_mut(position)? = true;
        self.contacts.get(position)
    }

    fn reaches(&self, position: usize, entry: &Entry<'_>) -> bool {
        self.contacts.get(position).is_some_and(|contact| contact.address() == entry.desired.address())
    }

    /// The contact with the id of the entry.
    fn own(&self, entry: &Entry<'_>) -> Option<usize> {
        entry.own.filter(|position| self.taken.get(*position) == Some(&false))
    }

    /// One that reaches its address: of several, one that no other entry names, and then one that is enabled or not as it is to be.
    fn at_address(&mut self, Entry { desired, .. }: &Entry<'a>) -> Option<usize> {
        let mut enabled = [Enabled::No, Enabled::Unknown, Enabled::Yes];
        if desired.is_enabled() {
            enabled.reverse();
        }
        [false, true].into_iter().find_map(|named| {
            enabled.into_iter().find_map(|enabled| {
                self.at_addresses.first_free(&(desired.address(), named, enabled), &self.taken)
            })
        })
    }

    /// One of the same method that another entry has given up: it is changed, rather than another one created beside it.
    fn left_over(&mut self, Entry { desired, .. }: &Entry<'a>) -> Option<usize> {
        self.of_methods.first_free(&(&desired.method, true), &self.taken)
    }
}

/// Places of contacts by their kind, each kind in the order of the list.
#[derive(Debug)]
struct Queues<K>(HashMap<K, VecDeque<usize>>);

impl<K: Eq + Hash> Queues<K> {
    fn new(kinds: impl Iterator<Item = K>) -> Self {
        let mut queues = HashMap::<_, VecDeque<_>>::new();
        for (position, kind) in kinds.enumerate() {
            queues.entry(kind).or_default().push_back(position);
        }
        Self(queues)
    }

    /// Returns the first place of a kind that is not taken.
    fn first_free(&mut self, kind: &K, taken: &[bool]) -> Option<usize> {
        let queue = self.0.get_mut(kind)?;
        while *taken.get(*queue.front()?)? {
            queue.pop_front();
        }
        queue.front().copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::collisions::{contacts, entries};

    /// How soon an entry is a contact, if it may be; no two pairs of an entry and a contact are equally soon.
    type Rank = (u8, usize, bool, u8, usize);

    fn rank(desired: &[Desired], actual: &[Contact], entry: usize, position: usize) -> Option<Rank> {
        let (wanted, contact) = (&desired[entry], &actual[position]);
        let named = is_named(desired, actual, position);
        let own = named && wanted.id.as_ref() == Some(&contact.id);
        let reaches = contact.reaches(&wanted.method, &wanted.to);
        let pass = match (own, reaches) {
            (true, true) => 0,
            (false, true) => 1,
            (true, false) => 2,
            (false, false) if named && wanted.method == contact.method => 3,
            (false, false) => return None,
        };
        let differs = match contact.status.as_ref().and_then(|status| status.enabled) {
            Some(enabled) if enabled == wanted.is_enabled() => 0,
            None => 1,
            Some(_) => 2,
        };
        let preference = if reaches { (named, differs) } else { (true, 0) };
        Some((pass, entry, preference.0, preference.1, position))
    }

    /// Whether the file has its id; of two contacts with one id, it is the later one that is meant.
    fn is_named(desired: &[Desired], actual: &[Contact], position: usize) -> bool {
        let id = &actual[position].id;
        actual[position + 1..].iter().all(|later| later.id != *id)
            && desired.iter().any(|entry| entry.id.as_ref() == Some(id))
    }

    fn position_of(actual: &[Contact], contact: &Contact) -> usize {
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
            prop_assert!(matching.entries.iter().map(|entry| entry.desired).eq(&desired));
            for (entry, it @ Entry { desired: wanted, found, .. }) in matching.entries.iter().enumerate() {
                let is_unknown = |id: &&ContactId| actual.iter().all(|contact| contact.id != **id);
                prop_assert_eq!(it.unknown_id(), wanted.id.as_ref().filter(is_unknown));
                let (contact, there) = match found {
                    Match::There(contact) => (contact, true),
                    Match::Moved(contact) => (contact, false),
                    Match::New => continue,
                };
                prop_assert_eq!(contact.reaches(&wanted.method, &wanted.to), there);
                let position = position_of(&actual, contact);
                of_entries[entry] = rank(&desired, &actual, entry, position);
                prop_assert!(of_entries[entry].is_some(), "{wanted:?} cannot be {contact:?}");
                prop_assert_eq!(of_contacts[position], None, "{:?} is two entries", contact);
                of_contacts[position] = of_entries[entry];
            }
            for (entry, of_entry) in of_entries.iter().enumerate() {
                for (position, of_contact) in of_contacts.iter().enumerate() {
                    let Some(rank) = rank(&desired, &actual, entry, position) else { continue };
                    let is_settled = [of_entry, of_contact].iter().any(|of| of.is_some_and(|of| of <= rank));
                    prop_assert!(is_settled, "{:?} is not {:?}", desired[entry], actual[position]);
                }
            }
            let left = (0..actual.len()).filter(|position| of_contacts[*position].is_none());
            let left: Vec<_> = left.map(|position| (position, is_named(&desired, &actual, position))).collect();
            let others = matching.others.iter().map(|(contact, named)| (position_of(&actual, contact), *named));
            prop_assert_eq!(others.collect::<Vec<_>>(), left);
        }
    }
}
