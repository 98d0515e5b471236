//! A plan of 1,000 contacts against 1,000.

use contacts_plan::{Desired, Options, Plan};
use contacts_proto::{ContactMethod, ListContacts, Operation};
use http::Response;

use crate::{Work, fixture::page};

pub(crate) fn all() -> Vec<Work> {
    [("same", 0), ("changed", 3)]
        .map(|(name, every)| {
            let actual = ListContacts::all()
                .response(Response::new(page(1000).as_bytes()))
                .expect("this is a page")
                .contacts;
            let mut desired: Vec<_> = actual.iter().map(Desired::from).collect();
            for (number, desired) in desired.iter_mut().enumerate() {
                if every > 0 && number % every == 0 {
                    *desired = Desired::new(ContactMethod::Email, format!("other{number}@example.com"));
                }
            }
            let options = Options::default().prune(true).force(true);
            Work::pure(format!("plan/1000-{name}/ours"), move || {
                Plan::new(&desired, &actual, options).expect("nothing is refused")
            })
        })
        .into()
}
