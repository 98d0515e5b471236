//! Laws of paging: the whole list, each contact once, in order, and an end whatever the links say.

use crate::support::{
    accounts, answer,
    list::{Asked, Model, honest, hostile, models},
};
use contacts_proto::{AccountId, Error, Limits, ListContacts, Operation, exchange::Pages};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What a client got out of a list.
struct Walk {
    ids: Vec<String>,
    end: Result<(), Error>,
    asked: Vec<Asked>,
    /// Whether the last answer said that the list ends.
    said_so: bool,
}

/// Goes through the list of a service, in so many requests at most.
fn walk(
    first: &ListContacts,
    limits: Limits,
    most: usize,
    mut serve: impl FnMut(&Asked, usize) -> (Value, bool),
) -> Walk {
    let mut pages = Pages::new(first.clone(), limits);
    let mut walk = Walk { ids: Vec::new(), end: Ok(()), asked: Vec::new(), said_so: false };
    while let Some(list) = pages.next_page() {
        let list = match list {
            Ok(list) => list,
            Err(error) => {
                walk.end = Err(error);
                continue;
            }
        };
        assert!(walk.asked.len() < most, "more than {most} requests");
        let asked = Asked::by(&list);
        let (body, said_so) = serve(&asked, walk.asked.len());
        walk.said_so = said_so;
        walk.asked.push(asked);
        match list.response(answer(200, body.to_string().as_bytes())) {
            Ok(page) => walk.ids.extend(pages.accept(page).into_iter().map(|contact| contact.id.to_string())),
            Err(error) => {
                walk.end = Err(error);
                break;
            }
        }
    }
    walk
}

/// What is in the list from there on, and what a client gets of it with a request for each contact and one more.
fn walk_through(model: &Model, first: &ListContacts) -> (Vec<String>, Walk) {
    let rest = model.ids().split_off(model.contacts.min(Asked::by(first).offset));
    let most = rest.len() + 1;
    (rest, walk(first, Limits::default(), most, |asked, number| model.answer(asked, number)))
}

fn lists() -> impl Strategy<Value = ListContacts> {
    (prop_oneof![2 => Just(0), 1 => 0_u32..70], 1_u32..=100)
        .prop_map(|(offset, size)| ListContacts::all().offset(offset).unwrap().page_size(size).unwrap())
}

proptest! {
    #[test]
    fn paging_gives_the_whole_list_in_order_whatever_the_cap_and_the_links(
        model in models(honest()),
        first in lists(),
    ) {
        let (rest, walk) = walk_through(&model, &first);
        prop_assert!(walk.end.is_ok(), "{:?}", walk.end);
        prop_assert_eq!(walk.ids, rest);
    }

    #[test]
    fn paging_ends_and_is_never_short_in_silence_whatever_the_links_say(
        model in models(hostile()),
        first in lists(),
    ) {
        let (rest, walk) = walk_through(&model, &first);
        prop_assert!(rest.starts_with(&walk.ids), "a part of the list, each contact once: {:?}", walk.ids);
        let whole = walk.ids == rest;
        prop_assert!(whole || walk.said_so || walk.end.is_err(), "short in silence: {:?}", walk.ids);
        prop_assert!(walk.end.is_err() || walk.said_so, "an end that nobody told of");
        prop_assert!(walk.asked.is_sorted_by(|one, next| one.offset < next.offset), "strictly forward");
    }

    #[test]
    fn a_page_that_leads_on_and_gives_nothing_is_an_error(list in lists(), offset in 0_u32..200) {
        let body = json!({"values": [], "links": {"next": format!("url?offset={offset}")}});
        let page = list.response(answer(200, body.to_string().as_bytes())).unwrap();
        prop_assert!(matches!(list.after(&page), Err(Error::Paging(_))));
    }

    #[test]
    fn a_list_without_end_ends_at_the_limit_with_an_error(
        pages in 1_u32..20,
        contacts in 1_u32..50,
        ids in prop::collection::vec(0_usize..90, 1..7),
    ) {
        let mut limits = Limits::default();
        (limits.pages, limits.contacts) = (pages, contacts);
        let most = usize::try_from(pages).unwrap();
        let walk = walk(&ListContacts::all(), limits, most, |asked, n| {
            // Some contacts were seen before, some stand twice on one page.
            let contact = |id| json!({"id": format!("{}", id + 30 * n), "method": "sms", "to": "1"});
            let values: Vec<_> = ids.iter().copied().map(contact).collect();
            (json!({"values": values, "links": {"next": format!("?offset={}", asked.offset + 1)}}), false)
        });
        prop_assert!(matches!(walk.end, Err(Error::Paging(_))), "{:?}", walk.end);
        prop_assert!(walk.ids.len() <= usize::try_from(contacts).unwrap());
        let mut once = walk.ids.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), walk.ids.len(), "each contact once");
    }

    #[test]
    fn every_page_is_asked_for_by_numbers_that_the_service_takes(model in models(hostile()), first in lists()) {
        let (_, walk) = walk_through(&model, &first);
        prop_assert!(walk.asked.iter().all(|asked| (1..=100).contains(&asked.size)));
        prop_assert!(walk.asked.iter().all(|asked| i32::try_from(asked.offset).is_ok()));
    }

    #[test]
    fn every_page_is_asked_for_the_same_account(
        model in models(prop_oneof![honest(), hostile()]),
        first in lists(),
        account in prop::option::of(accounts()),
    ) {
        let first = account.iter().cloned().fold(first, ListContacts::account);
        let expected: Vec<_> = account.iter().map(AccountId::to_string).collect();
        let (_, walk) = walk_through(&model, &first);
        prop_assert!(walk.asked.iter().all(|asked| asked.account == expected));
    }
}
