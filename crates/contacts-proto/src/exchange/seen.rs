//! Which contacts were given, in little memory.

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::ContactId;

/// The ids of contacts that were given.
///
/// The first ones are kept as they are; those of a list that is longer than any person's, as numbers of 64 bits, so that a million
/// ids of any length take 16 MiB and not ten times that. One list of a million contacts in 37 million has two ids of one number,
/// the second of which is taken for seen; a server that contrives it could as well leave the contact out.
#[derive(Debug, Default)]
pub(super) struct Seen {
    ids: BTreeSet<ContactId>,
    numbers: BTreeSet<u64>,
}

impl Seen {
    /// So many ids are kept as they are.
    const EXACT: usize = 1000;

    /// Notes an id; whether it is a new one.
    pub(super) fn insert(&mut self, id: &ContactId) -> bool {
        if self.ids.len() < Self::EXACT {
            return self.ids.insert(id.clone());
        }
        !self.ids.contains(id) && self.numbers.insert(number(id))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ids.len().saturating_add(self.numbers.len())
    }
}

fn number(id: &ContactId) -> u64 {
    // Its keys are the same in every process: the same pages give the same contacts.
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once_however_many_there_are() {
        let id = |number: usize| ContactId::new(format!("id-{number}")).unwrap();
        let mut seen = Seen::default();
        let count = Seen::EXACT * 3;
        for number in 0..count {
            assert!(seen.insert(&id(number)), "{number}");
            assert!(!seen.insert(&id(number)), "{number}");
            assert!(!seen.insert(&id(number / 2)), "{number}");
        }
        assert_eq!(seen.len(), count);
    }
}
