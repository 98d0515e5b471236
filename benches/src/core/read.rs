//! Reads responses: by an operation, and by serde_json into structs of the same fields, owned or
//! borrowed.

use std::hint::black_box;

use contacts_proto::{GetContact, ListContacts, Operation};
use http::Response;
use serde::de::DeserializeOwned;

use crate::{
    Work, by_hand,
    fixture::{contact, error_response, id, page},
};

pub(crate) fn all() -> Vec<Work> {
    let mut all = vec![
        ours("contact", GetContact::new(id()), 200, contact()),
        by_hand::<by_hand::Contact>("contact", contact()),
        ours("error", GetContact::new(id()), 404, error_response()),
        by_hand::<by_hand::ErrorBody>("error", error_response()),
    ];
    for len in [1, 20, 100] {
        all.push(ours(&format!("page-{len}"), ListContacts::all(), 200, page(len)));
        all.push(by_hand::<by_hand::Page>(&format!("page-{len}"), page(len)));
        all.push(borrowed(len));
    }
    all
}

fn ours<O: Operation + Clone + 'static>(
    name: &str,
    operation: O,
    status: u16,
    body: String,
) -> Work {
    Work::pure(format!("read/{name}/ours"), move || {
        let mut response = Response::new(body.as_bytes());
        *response.status_mut() = status.try_into().expect("valid");
        let result = operation.response(response);
        assert_eq!(result.is_ok(), status == 200);
        result
    })
}

fn by_hand<T: DeserializeOwned + 'static>(name: &str, body: String) -> Work {
    Work::pure(format!("read/{name}/by-hand"), move || {
        serde_json::from_slice::<T>(body.as_bytes()).expect("valid")
    })
}

fn borrowed(len: u64) -> Work {
    let body = page(len);
    Work::new(format!("read/page-{len}/borrowed"), move |_| {
        let body = body.clone();
        Box::new(move |count| {
            for _ in 0..count {
                let page = serde_json::from_slice::<by_hand::BorrowedPage<'_>>(body.as_bytes());
                black_box(page.expect("valid"));
            }
        })
    })
}
