//! Contacts that wait to be taken, by kind.

use std::{collections::HashMap, hash::Hash};

/// Places of a list by their kind, each kind in the order of the list.
#[derive(Debug)]
pub(super) struct Queues<K> {
    /// The first place of each kind that may be free.
    first: HashMap<K, usize>,
    /// After each place the next one of its kind.
    next: Vec<Option<usize>>,
}

impl<K: Eq + Hash> Queues<K> {
    /// Of a list of these kinds.
    pub(super) fn new(kinds: impl DoubleEndedIterator<Item = K> + ExactSizeIterator) -> Self {
        let mut first = HashMap::with_capacity(kinds.len());
        let backwards = kinds.enumerate().rev();
        let mut next: Vec<_> = backwards.map(|(place, kind)| first.insert(kind, place)).collect();
        next.reverse();
        Self { first, next }
    }

    /// The first place of a kind that is not taken. One that is taken stays so: it is passed over once, however often is asked.
    pub(super) fn first_free(&mut self, kind: &K, taken: &[bool]) -> Option<usize> {
        let first = self.first.get_mut(kind)?;
        while *taken.get(*first)? {
            *first = (*self.next.get(*first)?)?;
        }
        Some(*first)
    }
}
