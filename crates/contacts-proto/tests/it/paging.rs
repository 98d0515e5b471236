//! Laws of paging: the complete list, in order, each item once, and always an end. They hold for
//! every list.

use std::fmt::Debug;

use crate::support::{
    accounts, answer,
    list::{Model, Query, honest, hostile, models},
};
use contacts_proto::{
    AccountId, Error, Limits, ListContacts, ListRotations, ListSchedules, Operation, Paged,
    ScheduleId, exchange::Pages,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The items that a client got from a list, and the end of it.
struct Walk {
    ids: Vec<String>,
    end: Result<(), Error>,
    query: Vec<Query>,
    /// The last response said that the list ends.
    said_end: bool,
}

/// Goes through the list of a service with at most `most` requests.
fn walk<O: Paged>(
    first: &O,
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
            Ok(page) => {
                let items = pages.accept(page);
                walk.ids.extend(items.iter().map(|item| shown(O::id(item))));
            }
            Err(error) => {
                walk.end = Err(error);
                break;
            }
        }
    }
    walk
}

/// Returns the text of an id: the only text in its `Debug` form.
fn shown(id: &impl Debug) -> String {
    format!("{id:?}").split('"').nth(1).unwrap().to_owned()
}

/// Returns the rest of the list and the walk through it, with at most one request more than
/// items.
fn walk_through(model: &Model, first: &impl Paged) -> (Vec<String>, Walk) {
    let rest = model.ids().split_off(model.items.min(Query::by(first).offset));
    let most = rest.len() + 1;
    (rest, walk(first, Limits::default(), most, |query, number| model.answer(query, number)))
}

/// The first page of each list.
#[derive(Debug)]
struct Lists {
    contacts: ListContacts,
    schedules: ListSchedules,
    rotations: ListRotations,
}

impl Lists {
    fn at(offset: u32, size: u32) -> Self {
        let (contacts, schedules) = (ListContacts::all(), ListSchedules::all());
        let rotations = ListRotations::new(ScheduleId::new("s1").unwrap());
        Self {
            contacts: contacts.offset(offset).unwrap().page_size(size).unwrap(),
            schedules: schedules.offset(offset).unwrap().page_size(size.min(50)).unwrap(),
            rotations: rotations.offset(offset).unwrap().page_size(size.min(50)).unwrap(),
        }
    }
}

fn lists() -> impl Strategy<Value = Lists> {
    (prop_oneof![2 => Just(0), 1 => 0_u32..70], 1_u32..=100)
        .prop_map(|(offset, size)| Lists::at(offset, size))
}

/// Checks a law for each list.
macro_rules! for_each {
    ($lists:expr, |$first:ident| $law:expr) => {
        let Lists { contacts, schedules, rotations } = &$lists;
        {
            let $first = contacts;
            $law
        }
        {
            let $first = schedules;
            $law
        }
        {
            let $first = rotations;
            $law
        }
    };
}

fn is_complete(model: &Model, first: &impl Paged) -> Result<(), TestCaseError> {
    let (rest, walk) = walk_through(model, first);
    prop_assert!(walk.end.is_ok(), "{:?}", walk.end);
    prop_assert_eq!(walk.ids, rest);
    Ok(())
}

fn ends_and_hides_nothing(model: &Model, first: &impl Paged) -> Result<(), TestCaseError> {
    let (rest, walk) = walk_through(model, first);
    prop_assert!(rest.starts_with(&walk.ids), "a part of the list, each item once: {:?}", walk.ids);
    let whole = walk.ids == rest;
    prop_assert!(
        whole || walk.said_end || walk.end.is_err(),
        "items are missing without an error: {:?}",
        walk.ids
    );
    prop_assert!(walk.end.is_err() || walk.said_end, "the list ended without a reason");
    prop_assert!(walk.query.is_sorted_by(|one, next| one.offset < next.offset), "strictly forward");
    Ok(())
}

fn ends_at_its_limits(
    first: &impl Paged,
    (pages, items): (u32, u32),
    ids: &[usize],
) -> Result<(), TestCaseError> {
    let mut limits = Limits::default();
    (limits.pages, limits.contacts) = (pages, items);
    let most = usize::try_from(pages).unwrap();
    let walk = walk(first, limits, most, |query, n| {
        // Some items repeat, on other pages or on the same page.
        let item = |id| json!({"id": format!("{}", id + 30 * n), "method": "sms", "to": "1"});
        let values: Vec<_> = ids.iter().copied().map(item).collect();
        let next = format!("?offset={}", query.offset + 1);
        (json!({"values": values, "links": {"next": next}}), false)
    });
    prop_assert!(matches!(walk.end, Err(Error::Paging(_))), "{:?}", walk.end);
    prop_assert!(walk.ids.len() <= usize::try_from(items).unwrap());
    let mut once = walk.ids.clone();
    once.sort();
    once.dedup();
    prop_assert_eq!(once.len(), walk.ids.len(), "each item once");
    Ok(())
}

proptest! {
    #[test]
    fn paging_returns_the_complete_list_in_order(
        model in models(honest()),
        first in lists(),
    ) {
        for_each!(first, |first| is_complete(&model, first)?);
    }

    #[test]
    fn paging_ends_and_never_hides_missing_items(
        model in models(hostile()),
        first in lists(),
    ) {
        for_each!(first, |first| ends_and_hides_nothing(&model, first)?);
    }

    #[test]
    fn an_empty_page_with_a_link_is_an_error(first in lists(), offset in 0_u32..200) {
        let body = json!({"values": [], "links": {"next": format!("url?offset={offset}")}});
        for_each!(first, |list| {
            let page = list.response(answer(200, body.to_string().as_bytes())).unwrap();
            prop_assert!(matches!(list.after(&page), Err(Error::Paging(_))));
        });
    }

    #[test]
    fn an_endless_list_ends_at_the_limit_with_an_error(
        pages in 1_u32..20,
        items in 1_u32..50,
        ids in prop::collection::vec(0_usize..90, 1..7),
    ) {
        for_each!(Lists::at(0, 50), |first| ends_at_its_limits(first, (pages, items), &ids)?);
    }

    #[test]
    fn every_page_is_requested_with_valid_numbers(model in models(hostile()), first in lists()) {
        for_each!(first, |first| {
            let size = Query::by(first).size;
            let (_, walk) = walk_through(&model, first);
            prop_assert!(walk.query.iter().all(|query| query.size == size));
            prop_assert!(walk.query.iter().all(|query| i32::try_from(query.offset).is_ok()));
        });
    }

    #[test]
    fn every_page_is_requested_for_the_same_account(
        model in models(prop_oneof![honest(), hostile()]),
        first in lists(),
        account in prop::option::of(accounts()),
    ) {
        let first = account.iter().cloned().fold(first.contacts, ListContacts::account);
        let expected: Vec<_> = account.iter().map(AccountId::to_string).collect();
        let (_, walk) = walk_through(&model, &first);
        prop_assert!(walk.query.iter().all(|query| query.account == expected));
    }
}
