//! A plan of many contacts against as many: unchanged, and with every third one changed.

use std::hint::black_box;

use contacts_plan::{Desired, Options, Plan};
use contacts_proto::{ContactMethod, ListContacts, Operation};
use http::Response;

use crate::{Work, fixture::page};

pub(crate) fn all() -> Vec<Work> {
    [1_000, 10_000].into_iter().flat_map(|len| [same(len), changed(len)]).collect()
}

fn same(len: u64) -> Work {
    plan(format!("plan/{len}-same/ours"), len, |_, _| {})
}

fn changed(len: u64) -> Work {
    plan(format!("plan/{len}-changed/ours"), len, |number, desired| {
        if number % 3 == 0 {
            *desired = Desired::new(ContactMethod::Email, format!("other{number}@example.com"));
        }
    })
}

fn plan(name: String, len: u64, change: fn(usize, &mut Desired)) -> Work {
    // Created on demand, so that other work does not include its memory.
    Work::new(name, move |_| {
        let page = ListContacts::all().response(Response::new(page(len).as_bytes()));
        let actual = page.expect("a page").items;
        let mut desired: Vec<_> = actual.iter().map(Desired::from).collect();
        desired.iter_mut().enumerate().for_each(|(number, desired)| change(number, desired));
        let options = Options::default().prune(true).force(true);
        Box::new(move |count| {
            for _ in 0..count {
                black_box(Plan::new(&desired, &actual, options).expect("a plan"));
            }
        })
    })
}
