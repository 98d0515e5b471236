//! Matches desired contacts with existing ones.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

use contacts_proto::{Address, Contact, ContactId, ContactMethod};

use crate::{Desired, enabled::Enabled};

/// The existing contact that matches an entry.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Match<'a> {
    /// A contact with the entry's address.
    Exact(&'a Contact),
    /// A contact with another address.
    Moved(&'a Contact),
    /// No contact.
    New,
}

/// A desired contact and its match.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) desired: &'a Desired,
    pub(crate) found: Match<'a>,
    /// Index of the contact that has the entry's id.
    with_id: Option<usize>,
}

/// Matches desired contacts with existing ones.
#[derive(Debug)]
pub(crate) struct Matching<'a> {
    /// In the order of the desired contacts.
    pub(crate) entries: Vec<Entry<'a>>,
    /// Contacts without an entry. `true` if an entry has the contact's id but matched another
    /// contact with its address.
    pub(crate) unmatched: Vec<(&'a Contact, bool)>,
}

/// The existing contacts. Records which of them are taken.
struct Pool<'a> {
    contacts: &'a [Contact],
    taken: Vec<bool>,
    /// `true` if an entry has the contact's id.
    named: Vec<bool>,
    /// Indexes by address, `named` and state.
    by_address: Queues<(Address<'a>, bool, Enabled)>,
    /// Indexes by method and `named`.
    by_method: Queues<(&'a ContactMethod, bool)>,
}

impl<'a> Matching<'a> {
    /// Matches by id, or by address if an entry has no known id. A contact that already has the
    /// address comes before one with the id: then no other contact becomes its duplicate, and
    /// swapping the addresses of two entries changes nothing.
    pub(crate) fn new(desired: &'a [Desired], actual: &'a [Contact]) -> Self {
        let mut entries = Entry::all(desired, actual);
        let mut pool = Pool::new(&entries, actual);
        let mut pass = |find: &dyn Fn(&mut Pool<'a>, &Entry<'a>) -> Option<usize>| {
            for entry in entries.iter_mut().filter(|entry| matches!(entry.found, Match::New)) {
                if let Some(contact) = find(&mut pool, entry).and_then(|index| pool.take(index)) {
                    let is_exact = contact.address() == entry.desired.address();
                    entry.found =
                        if is_exact { Match::Exact(contact) } else { Match::Moved(contact) };
                }
            }
        };
        pass(&|pool, entry| pool.with_id(entry).filter(|index| pool.reaches(*index, entry)));
        pass(&|pool, entry| pool.with_address(entry));
        pass(&|pool, entry| pool.with_id(entry));
        pass(&|pool, entry| pool.released(entry));
        let contacts = actual.iter().zip(pool.taken).zip(pool.named);
        let unmatched = contacts
            .filter(|((_, taken), _)| !taken)
            .map(|((contact, _), named)| (contact, named))
            .collect();
        Self { entries, unmatched }
    }
}

impl<'a> Entry<'a> {
    fn all(desired: &'a [Desired], actual: &[Contact]) -> Vec<Self> {
        let indexes = actual.iter().enumerate().map(|(index, contact)| (&contact.id, index));
        let indexes: HashMap<_, _> = indexes.collect();
        let with_id = |desired: &Desired| indexes.get(desired.id.as_ref()?).copied();
        let entry = |desired| Self { desired, found: Match::New, with_id: with_id(desired) };
        desired.iter().map(entry).collect()
    }

    /// Returns the entry's id if no contact has it.
    pub(crate) fn unknown_id(&self) -> Option<&'a ContactId> {
        self.desired.id.as_ref().filter(|_| self.with_id.is_none())
    }
}

impl<'a> Pool<'a> {
    fn new(entries: &[Entry<'_>], contacts: &'a [Contact]) -> Self {
        let mut named = vec![false; contacts.len()];
        for index in entries.iter().filter_map(|entry| entry.with_id) {
            if let Some(named) = named.get_mut(index) {
                *named = true;
            }
        }
        let each = contacts.iter().zip(&named);
        let by_address =
            Queues::new(each.clone().map(|(it, named)| (it.address(), *named, Enabled::of(it))));
        let by_method = Queues::new(each.map(|(it, named)| (&it.method, *named)));
        Self { contacts, taken: vec![false; contacts.len()], named, by_address, by_method }
    }

    fn take(&mut self, index: usize) -> Option<&'a Contact> {
        *self.taken.get_mut(index)? = true;
        self.contacts.get(index)
    }

    fn reaches(&self, index: usize, entry: &Entry<'_>) -> bool {
        self.contacts.get(index).is_some_and(|contact| contact.address() == entry.desired.address())
    }

    /// The contact with the entry's id, unless it is taken.
    fn with_id(&self, entry: &Entry<'_>) -> Option<usize> {
        entry.with_id.filter(|index| self.taken.get(*index) == Some(&false))
    }

    /// A contact with the entry's address. Prefers one that no entry names, then one in the desired
    /// state.
    fn with_address(&mut self, Entry { desired, .. }: &Entry<'a>) -> Option<usize> {
        let mut enabled = [Enabled::No, Enabled::Unknown, Enabled::Yes];
        if desired.is_enabled() {
            enabled.reverse();
        }
        [false, true].into_iter().find_map(|named| {
            enabled.into_iter().find_map(|enabled| {
                self.by_address.first_free(&(desired.address(), named, enabled), &self.taken)
            })
        })
    }

    /// A contact with the same method whose own entry matched another contact. Reusing it avoids a
    /// new one.
    fn released(&mut self, Entry { desired, .. }: &Entry<'a>) -> Option<usize> {
        self.by_method.first_free(&(&desired.method, true), &self.taken)
    }
}

/// Indexes of contacts by kind, each kind in the order of the list.
#[derive(Debug)]
struct Queues<K>(HashMap<K, VecDeque<usize>>);

impl<K: Eq + Hash> Queues<K> {
    fn new(kinds: impl Iterator<Item = K>) -> Self {
        let mut queues = HashMap::<_, VecDeque<_>>::new();
        for (index, kind) in kinds.enumerate() {
            queues.entry(kind).or_default().push_back(index);
        }
        Self(queues)
    }

    /// Returns the first index of this kind that is not taken.
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
    use crate::strategies::{contacts, entries};

    /// Rank of a pair of an entry and a contact: a lower one matches first. No two pairs have the
    /// same rank.
    type Rank = (u8, usize, bool, u8, usize);

    fn rank(
        desired: &[Desired],
        actual: &[Contact],
        entry: usize,
        position: usize,
    ) -> Option<Rank> {
        let (wanted, contact) = (&desired[entry], &actual[position]);
        let named = is_named(desired, actual, position);
        let same_id = named && wanted.id.as_ref() == Some(&contact.id);
        let reaches = contact.reaches(&wanted.method, &wanted.to);
        let pass = match (same_id, reaches) {
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

    /// Returns `true` if an entry has the contact's id. If two contacts have one id, only the later
    /// counts.
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

        // Exactly one matching has this property, so the test defines the result completely.
        #[test]
        fn an_entry_and_a_contact_match_unless_one_of_them_has_a_better_match(
            desired in entries(), actual in contacts(),
        ) {
            let matching = Matching::new(&desired, &actual);
            let mut of_entries = vec![None; desired.len()];
            let mut of_contacts = vec![None; actual.len()];
            prop_assert!(matching.entries.iter().map(|entry| entry.desired).eq(&desired));
            for (entry, it @ Entry { desired: wanted, found, .. }) in matching.entries.iter().enumerate() {
                let is_unknown = |id: &&ContactId| actual.iter().all(|contact| contact.id != **id);
                prop_assert_eq!(it.unknown_id(), wanted.id.as_ref().filter(is_unknown));
                let (contact, is_exact) = match found {
                    Match::Exact(contact) => (contact, true),
                    Match::Moved(contact) => (contact, false),
                    Match::New => continue,
                };
                prop_assert_eq!(contact.reaches(&wanted.method, &wanted.to), is_exact);
                let position = position_of(&actual, contact);
                of_entries[entry] = rank(&desired, &actual, entry, position);
                prop_assert!(of_entries[entry].is_some(), "{wanted:?} cannot be {contact:?}");
                prop_assert_eq!(of_contacts[position], None, "{:?} is two entries", contact);
                of_contacts[position] = of_entries[entry];
            }
            for (entry, of_entry) in of_entries.iter().enumerate() {
                for (position, of_contact) in of_contacts.iter().enumerate() {
                    let Some(rank) = rank(&desired, &actual, entry, position) else { continue };
                    let has_better = [of_entry, of_contact].iter().any(|of| of.is_some_and(|of| of <= rank));
                    prop_assert!(has_better, "{:?} is not {:?}", desired[entry], actual[position]);
                }
            }
            let left = (0..actual.len()).filter(|position| of_contacts[*position].is_none());
            let left: Vec<_> = left.map(|position| (position, is_named(&desired, &actual, position))).collect();
            let unmatched = matching.unmatched.iter().map(|(contact, named)| (position_of(&actual, contact), *named));
            prop_assert_eq!(unmatched.collect::<Vec<_>>(), left);
        }
    }
}
