//! A hint is never read as less than it says, and where there is none to read, none is told.
#![no_main]

use contacts_proto::{ContactId, GetContact, Operation};
use contacts_testkit::reply::hint_without_dates;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let headers = contacts_fuzz::headers(data);
    let (asked, dated) = (hint_without_dates(&headers), headers.contains_key("date"));
    let mut answer = http::Response::new(&b""[..]);
    *answer.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
    *answer.headers_mut() = headers;
    let error = GetContact::new(ContactId::new("a1").unwrap()).response(answer).unwrap_err();
    let told = error.retry_after();
    assert!(told >= asked, "{told:?} of {asked:?}");
    assert!(dated || told == asked, "{told:?} out of a date that cannot be compared");
});
