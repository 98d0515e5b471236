//! A delay is never read as shorter than it is, and no delay is read from invalid headers.
#![no_main]

use contacts_proto::{ContactId, GetContact, Operation};
use contacts_testkit::reply::hint_without_dates;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let headers = contacts_fuzz::headers(data);
    let (requested, dated) = (hint_without_dates(&headers), headers.contains_key("date"));
    let mut answer = http::Response::new(&b""[..]);
    *answer.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
    *answer.headers_mut() = headers;
    let error = GetContact::new(ContactId::new("a1").unwrap()).response(answer).unwrap_err();
    let delay = error.retry_after();
    assert!(delay >= requested, "{delay:?} instead of {requested:?}");
    assert!(dated || delay == requested, "{delay:?} from a date without a reference");
});
