//! A call that succeeds at once, without a network; and its building and reading alone.

use std::time::Duration;

use contacts_proto::{
    GetContact, Operation,
    exchange::{Action, Call, Event, Exchange, Now, Session},
};
use http::Response;

use crate::{
    Work,
    fixture::{contact, credentials, id, site},
};

pub(crate) fn all() -> Vec<Work> {
    let (session, get, body) =
        (Session::new(site(), credentials()), GetContact::new(id()), contact());
    let call = move || {
        let mut call = Call::new(session.clone(), &get);
        let now = Now { monotonic: Duration::from_secs(1), unix: 1_795_000_000 };
        let Action::Send { request, .. } = call.step(Event::Start, now, 1) else {
            panic!("a call begins with its request")
        };
        let Action::Done(Ok(contact)) =
            call.step(Event::Answered(Response::new(body.as_bytes())), now, 2)
        else {
            panic!("a contact")
        };
        (request, contact)
    };
    let (site, credentials, get, body) = (site(), credentials(), GetContact::new(id()), contact());
    let parts = move || {
        let request = get.request(&site, &credentials);
        let contact = get.response(Response::new(body.as_bytes())).expect("a contact");
        (request, contact)
    };
    vec![Work::pure("call/get/ours", call), Work::pure("call/get/parts", parts)]
}
