//! A list is complete and in order, or an error.

use crate::support::{Home, Running, serving};
use contacts_sandbox::{Behaviour, DEMO_EMAIL, DEMO_TOKEN, EndOfList, NextLink, Service, User};
use serde_json::Value;

/// Number of contacts.
const COUNT: usize = 45;

/// A sandbox process with a user with many contacts, and its base URL.
fn with_many(home: &Home, behaviour: Behaviour) -> (Running, String) {
    let mut service = Service::new(behaviour);
    let account = service.add_user(User::new(DEMO_EMAIL, DEMO_TOKEN));
    for number in 0..COUNT {
        service.add_contact(&account, "email", format!("{number}@example.com"), true);
    }
    let state = home.write("state.json", &service.state().to_json());
    serving(home.contacts().args(["sandbox", "--state", &state]))
}

fn is_whole(list: &Value) -> bool {
    let to: Vec<_> =
        list.as_array().unwrap().iter().map(|contact| contact["to"].as_str().unwrap()).collect();
    to == (0..COUNT).map(|number| format!("{number}@example.com")).collect::<Vec<_>>()
}

#[test]
fn a_list_is_complete_and_ordered_with_every_form_of_link() {
    let home = Home::new();
    for next_link in [
        NextLink::Placeholder,
        NextLink::Query,
        NextLink::PathWithoutCloudId,
        NextLink::Path,
        NextLink::Absolute,
        NextLink::ForeignAbsolute,
    ] {
        for end_of_list in
            [EndOfList::Absent, EndOfList::Null, EndOfList::Empty, EndOfList::WithoutLinks]
        {
            let (_sandbox, url) =
                with_many(&home, Behaviour { next_link, end_of_list, ..Behaviour::default() });
            let list = home.at(&url).line("list --size 7 -o json").json();
            assert!(is_whole(&list), "{next_link:?}, {end_of_list:?}: {list}");
        }
    }
}

#[test]
fn a_list_is_complete_with_smaller_and_empty_pages() {
    let home = Home::new();
    let behaviour =
        Behaviour { page_cap: Some(3), next_after_full_page: true, ..Behaviour::default() };
    let (_sandbox, url) = with_many(&home, behaviour);
    assert!(is_whole(&home.at(&url).line("list -o json").json()));
}

#[test]
fn an_invalid_link_is_an_error_and_not_the_end_of_the_list() {
    let home = Home::new();
    let (_sandbox, url) =
        with_many(&home, Behaviour { next_link: NextLink::Stuck, ..Behaviour::default() });
    let error = home.at(&url).line("list --size 7").fail(1);
    assert_eq!(error["kind"], "invalid_response");
    assert!(error["message"].as_str().unwrap().contains("links back to offset"), "{error}");
}
