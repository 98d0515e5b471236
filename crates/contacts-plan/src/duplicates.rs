//! Entries that describe the same contact.

use std::collections::HashMap;

use crate::Desired;

/// An entry and its index.
type Indexed<'a> = (usize, &'a Desired);

/// The first entries with an address.
struct First<'a> {
    of_all: Indexed<'a>,
    /// The first of those that are not known to be distinct.
    of_uncertain: Option<Indexed<'a>>,
}

/// Finds entries that describe the same contact as an earlier one, as pairs of the earliest such
/// entry and the entry.
///
/// Two entries describe the same contact if they have the same id. They also do if they have the
/// same address, unless both are marked as distinct (`true`).
pub(crate) fn duplicates<'a>(
    entries: impl ExactSizeIterator<Item = (&'a Desired, bool)>,
) -> impl Iterator<Item = (&'a Desired, &'a Desired)> {
    let len = entries.len();
    let (mut ids, mut addresses) = (HashMap::with_capacity(len), HashMap::with_capacity(len));
    entries.enumerate().filter_map(move |(index, (entry, is_distinct))| {
        let this = (index, entry);
        let with_id = entry.id.as_ref().map(|id| *ids.entry(id).or_insert(this));
        let first =
            addresses.entry(entry.address()).or_insert(First { of_all: this, of_uncertain: None });
        let with_address = if is_distinct {
            first.of_uncertain
        } else {
            first.of_uncertain.get_or_insert(this);
            Some(first.of_all)
        };
        let (first_index, first) = with_id
            .into_iter()
            .chain(with_address)
            .min_by_key(|(index, _): &Indexed<'a>| *index)?;
        (first_index < index).then_some((first, entry))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::strategies::entries;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn each_duplicate_is_paired_with_the_first_entry_for_the_same_contact(
            entries in entries(), distinct in prop::collection::vec(any::<bool>(), 9),
        ) {
            let entries: Vec<_> = entries.iter().zip(distinct).collect();
            let mut found = duplicates(entries.iter().copied());
            for (index, (second, is_distinct)) in entries.iter().enumerate() {
                let first = entries.iter().take(index).find(|(first, is_also_distinct)| {
                    let same_id = first.id.is_some() && first.id == second.id;
                    same_id || first.address() == second.address() && !(*is_distinct && *is_also_distinct)
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
