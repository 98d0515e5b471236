//! The methods of both clients do what their names say.

use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox};

/// The tests for one client. `$result` returns the result of a call, and `$list` all items of a
/// list. `$provider` has the token of the demo user.
macro_rules! tests {
    ($client:ident, $result:expr, $list:expr, $provider:expr) => {
        mod $client {
            use std::time::Duration;

            use $client::{
                AccountId, BaseUrl, Client, ContactMethod, CreateContact, Credentials, EnsureOutcome, Reconciled,
                RetryPolicy,
            };

            use super::{DEMO_EMAIL, DEMO_TOKEN, Sandbox};

            fn client(sandbox: &Sandbox, token: &str) -> Client {
                let base_url = BaseUrl::new(&sandbox.base_url()).unwrap();
                Client::new(base_url, Credentials::basic(DEMO_EMAIL, token).unwrap())
            }

            #[test]
            fn each_operation_is_a_method() {
                let sandbox = Sandbox::start().unwrap();
                let client = client(&sandbox, DEMO_TOKEN);
                let created = $result(client.create(ContactMethod::Email, "ann@example.com")).unwrap();
                assert_eq!($result(client.get(&created.id)).unwrap().to, "ann@example.com");
                assert_eq!($result(client.update(&created.id, "b@example.com")).unwrap().message, "Updated");
                assert_eq!($result(client.deactivate(&created.id)).unwrap().message, "Deactivated");
                assert_eq!($result(client.activate(&created.id)).unwrap().message, "Activated");
                let ensured = $result(client.ensure(ContactMethod::Email, "b@example.com")).unwrap();
                assert_eq!(ensured.outcome, EnsureOutcome::AlreadyExisted);
                assert_eq!($list(client.list()).len(), 3);
                $result(client.delete(&created.id)).unwrap();
                assert!($result(client.get(&created.id)).unwrap_err().is_no_such_contact());
            }

            #[test]
            fn a_receipt_from_before_the_request_can_be_reconciled() {
                let sandbox = Sandbox::start().unwrap();
                let client = client(&sandbox, DEMO_TOKEN);
                let create = CreateContact::new(ContactMethod::Voice, "90-5555559999").unwrap();
                let receipt = client.receipt(&create).to_string().parse().unwrap();
                let found = $result(client.with_timeout(Duration::from_secs(60)).reconcile(&receipt));
                assert_eq!(found.unwrap(), Reconciled::NotFound);
                let id = $result(client.send(&create)).unwrap().id;
                let Reconciled::Found(contact) = $result(client.reconcile(&receipt)).unwrap() else { panic!() };
                assert_eq!(contact.id, id);
            }

            #[test]
            fn a_list_has_an_account_an_offset_and_a_page_size() {
                let sandbox = Sandbox::start().unwrap();
                let client = client(&sandbox, DEMO_TOKEN);
                assert_eq!($list(client.list().offset(1).page_size(1)).len(), 1);
                let ann = AccountId::new("712020:0a1b2c3d").unwrap();
                assert_eq!($list(client.list().account(ann)).len(), 2);
                for list in [client.list().page_size(0), client.list().offset(u32::MAX)] {
                    let items = $list(list);
                    assert!(matches!(&items[..], [Err(error)] if error.is_invalid_input()), "{items:?}");
                }
                assert_eq!(sandbox.journal().len(), 2, "a wrong number sends nothing");
            }

            #[test]
            fn a_seeded_provider_is_asked_after_the_first_401() {
                let sandbox = Sandbox::start().unwrap();
                let builder = Client::builder(BaseUrl::new(&sandbox.base_url()).unwrap());
                let seed = Credentials::basic(DEMO_EMAIL, "expired").unwrap();
                let builder = builder.credentials(seed).retry(RetryPolicy::default().max_attempts(1));
                let client = builder.credentials_provider($provider).build();
                assert_eq!($list(client.list()).len(), 2);
                let statuses: Vec<_> = sandbox.journal().iter().map(|request| request.status).collect();
                assert_eq!(statuses, [Some(401), Some(200)]);
            }

            #[test]
            fn a_call_takes_no_longer_than_its_timeout() {
                let sandbox = Sandbox::start().unwrap();
                let fault = contacts_sandbox::Fault::Silence { when: contacts_sandbox::When::After };
                sandbox.arm(contacts_sandbox::FaultRule::new(fault));
                let client = client(&sandbox, DEMO_TOKEN).with_timeout(Duration::from_millis(200));
                assert!(matches!(&$list(client.list())[..], [Err(error)] if error.is_timeout()));
            }
        }
    };
}

tests!(
    contacts_ureq,
    std::convert::identity,
    |list| -> Vec<Result<contacts_proto::Contact, _>> { Iterator::collect(list) },
    || Ok(Credentials::basic(DEMO_EMAIL, DEMO_TOKEN)?)
);

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

tests!(
    contacts_hyper,
    super::run,
    |list: contacts_hyper::Contacts| -> Vec<_> {
        super::run(futures_util::StreamExt::collect(list))
    },
    async || Ok(Credentials::basic(DEMO_EMAIL, DEMO_TOKEN)?)
);
