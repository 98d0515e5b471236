//! Entries that are the same contact as another.

use std::collections::HashMap;

use crate::Desired;

/// An entry and its number.
type Numbered<'a> = (usize, &'a Desired);

/// The first entries that reach an address.
struct Firsts<'a> {
    of_all: Numbered<'a>,
    /// Of those that are not certain.
    of_uncertain: Option<Numbered<'a>>,
}

/// Each entry that is the same contact as one before it, paired with the first such one: `(first, entry)`. Two are the same contact
/// if they have the same id, or reach the same address and are not both told to be certain, each a contact of its own.
pub(crate) fn doubles<'a>(
    entries: impl ExactSizeIterator<Item = (&'a Desired, bool)>,
) -> impl Iterator<Item = (&'a Desired, &'a Desired)> {
    let len = entries.len();
    let (mut ids, mut addresses) = (HashMap::with_capacity(len), HashMap::with_capacity(len));
    entries.enumerate().filter_map(move |(number, (second, is_certain))| {
        let this = (number, second);
        let of_id = second.id.as_ref().map(|id| *ids.entry(id).or_insert(this));
        let firsts = addresses.entry(second.address()).or_insert(Firsts { of_all: this, of_uncertain: None });
        let at_address = if is_certain {
            firsts.of_uncertain
        } else {
            firsts.of_uncertain.get_or_insert(this);
            Some(firsts.of_all)
        };
        let (first_number, first) =
            of_id.into_iter().chain(at_address).min_by_key(|(number, _): &Numbered<'a>| *number)?;
        (first_number < number).then_some((first, second))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::collisions::entries;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn each_double_is_paired_with_the_first_entry_that_it_is(
            entries in entries(), certain in prop::collection::vec(any::<bool>(), 9),
        ) {
            let entries: Vec<_> = entries.iter().zip(certain).collect();
            let mut found = doubles(entries.iter().copied());
            for (number, (second, is_certain)) in entries.iter().enumerate() {
                let first = entries.iter().take(number).find(|(first, is_also_certain)| {
                    let same_id = first.id.is_some() && first.id == second.id;
                    same_id || first.address() == second.address() && !(*is_certain && *is_also_certain)
                });
                if let Some((first, _)) = first {
                    let (found_first, found_second) = found.next().unwrap();
                    prop_assert!(std::ptr::eq(found_first, *first) && std::ptr::eq(found_second, *second));
                }
            }
            prop_assert!(found.next().is_none());
        }
    }
}
