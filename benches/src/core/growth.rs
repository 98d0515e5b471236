//! Growth with a list: reading must be linear in bytes, and paging must hold one page and the ids.

use std::hint::black_box;

use contacts_proto::{Limits, ListContacts, Operation, Page, Paged, exchange::Pages};
use http::Response;

use crate::{Work, fixture::page};

pub(crate) fn all() -> Vec<Work> {
    let mut all: Vec<_> = (0..=6).map(|power| reading(10_u64.pow(power))).collect();
    all.push(Work::new("growth/paging", |_| Box::new(paging)));
    all
}

fn reading(len: u64) -> Work {
    Work::new(format!("growth/read-{len}"), move |_| {
        let body = page(len);
        Box::new(move |count| {
            for _ in 0..count {
                black_box(read(&body));
            }
        })
    })
}

/// Pages through this many pages of 100.
fn paging(count: u64) {
    let mut pages = Pages::new(ListContacts::all(), Limits::default());
    for number in 0..count {
        let list = pages.next_page().expect("another page").expect("it leads forward");
        let body = one_of_many(number, list.start_offset());
        black_box(pages.accept(read(&body)));
    }
}

fn one_of_many(number: u64, offset: u32) -> String {
    let contacts: Vec<_> = (number * 100..number * 100 + 100)
        .map(|id| {
            format!(r#"{{"id":"{id:08x}-8221-4a9f-b63d-2370c4caaaaa","method":"sms","to":"90-5{id:09}"}}"#)
        })
        .collect();
    format!(
        r#"{{"values":[{}],"links":{{"next":"?offset={}&size=100"}}}}"#,
        contacts.join(","),
        offset + 100
    )
}

fn read(body: &str) -> Page {
    ListContacts::all().response(Response::new(body.as_bytes())).expect("a page")
}
