//! Laws of paging: the complete list, in order, each contact once, and always an end.

use crate::support::{
    accounts, answer,
    list::{Model, Query, honest, hostile, models},
};
use contacts_proto::{AccountId, Error, Limits, ListContacts, Operation, Paged, exchange::Pages};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The contacts that a client got from a list, and the end of it.
struct Walk {
    ids: Vec<String>,
    end: Result<(), Error>,
    query: Vec<Query>,
    /// The last response said that the list ends.
    said_end: bool,
}

/// Goes through the list of a service with at most `most` requests.
fn walk(
    first: &ListContacts,
    limits: Limits,
    most: usize,
    mut serve: impl FnMut(&Query, usize) -> (Value, bool),
) -> Walk {
    let mut pages = Pages::new(first.clone(), limits);
    let mut walk = Walk { ids: Vec::new(), end: Ok(()), query: Vec::new(), said_end: false };
    while let Some(list) = pages.next_page() {
        let list = match list {
            Ok(list) => list,
            Err(error) => {
                walk.end = Err(error);
                continue;
            }
        };
        assert!(walk.query.len() < most, "more than {most} requests");
        let query = Query::by(&list);
        let (body, said_end) = serve(&query, walk.query.len());
        walk.said_end = said_end;
        walk.query.push(query);
        match list.response(answer(200, body.to_string().as_bytes())) {
            Ok(page) => walk
                .ids
                .extend(pages.accept(page).into_iter().map(|contact| contact.id.to_string())),
            Err(error) => {
                walk.end = Err(error);
                break;
            }
        }
    }
    walk
}

/// Returns the rest of the list and the walk through it, with at most one request more than
/// contacts.
fn walk_through(model: &Model, first: &ListContacts) -> (Vec<String>, Walk) {
    let rest = model.ids().split_off(model.contacts.min(Query::by(first).offset));
    let most = rest.len() + 1;
    (rest, walk(first, Limits::default(), most, |query, number| model.answer(query, number)))
}

fn lists() -> impl Strategy<Value = ListContacts> {
    (prop_oneof![2 => Just(0), 1 => 0_u32..70], 1_u32..=100).prop_map(|(offset, size)| {
        ListContacts::all().offset(offset).unwrap().page_size(size).unwrap()
    })
}

proptest! {
    #[test]
    fn paging_returns_the_complete_list_in_order(
        model in models(honest()),
        first in lists(),
    ) {
        let (rest, walk) = walk_through(&model, &first);
        prop_assert!(walk.end.is_ok(), "{:?}", walk.end);
        prop_assert_eq!(walk.ids, rest);
    }

    #[test]
    fn paging_ends_and_never_hides_missing_contacts(
        model in models(hostile()),
        first in lists(),
    ) {
        let (rest, walk) = walk_through(&model, &first);
        prop_assert!(rest.starts_with(&walk.ids), "a part of the list, each contact once: {:?}", walk.ids);
        let whole = walk.ids == rest;
        prop_assert!(whole || walk.said_end || walk.end.is_err(), "contacts are missing without an error: {:?}", walk.ids);
        prop_assert!(walk.end.is_err() || walk.said_end, "the list ended without a reason");
        prop_assert!(walk.query.is_sorted_by(|one, next| one.offset < next.offset), "strictly forward");
    }

    #[test]
    fn an_empty_page_with_a_link_is_an_error(list in lists(), offset in 0_u32..200) {
        let body = json!({"values": [], "links": {"next": format!("url?offset={offset}")}});
        let page = list.response(answer(200, body.to_string().as_bytes())).unwrap();
        prop_assert!(matches!(list.after(&page), Err(Error::Paging(_))));
    }

    #[test]
    fn an_endless_list_ends_at_the_limit_with_an_error(
        pages in 1_u32..20,
        contacts in 1_u32..50,
        ids in prop::collection::vec(0_usize..90, 1..7),
    ) {
        let mut limits = Limits::default();
        (limits.pages, limits.contacts) = (pages, contacts);
        let most = usize::try_from(pages).unwrap();
        let walk = walk(&ListContacts::all(), limits, most, |query, n| {
            // Some contacts repeat, on other pages or on the same page.
            let contact = |id| json!({"id": format!("{}", id + 30 * n), "method": "sms", "to": "1"});
            let values: Vec<_> = ids.iter().copied().map(contact).collect();
            (json!({"values": values, "links": {"next": format!("?offset={}", query.offset + 1)}}), false)
        });
        prop_assert!(matches!(walk.end, Err(Error::Paging(_))), "{:?}", walk.end);
        prop_assert!(walk.ids.len() <= usize::try_from(contacts).unwrap());
        let mut once = walk.ids.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), walk.ids.len(), "each contact once");
    }

    #[test]
    fn every_page_is_requested_with_valid_numbers(model in models(hostile()), first in lists()) {
        let (_, walk) = walk_through(&model, &first);
        prop_assert!(walk.query.iter().all(|query| (1..=100).contains(&query.size)));
        prop_assert!(walk.query.iter().all(|query| i32::try_from(query.offset).is_ok()));
    }

    #[test]
    fn every_page_is_requested_for_the_same_account(
        model in models(prop_oneof![honest(), hostile()]),
        first in lists(),
        account in prop::option::of(accounts()),
    ) {
        let first = account.iter().cloned().fold(first, ListContacts::account);
        let expected: Vec<_> = account.iter().map(AccountId::to_string).collect();
        let (_, walk) = walk_through(&model, &first);
        prop_assert!(walk.query.iter().all(|query| query.account == expected));
    }
}
