//! Lists the contacts of many users over one pool of connections, as many lists at a time as the
//! service answers quickly.
//!
//! `cargo run -p contacts-hyper --example many_users`

use std::{error::Error, time::Instant};

use contacts_hyper::{
    BaseUrl, Client, ConcurrencyLimit, Credentials, ListContacts, exchange::List,
};
use contacts_sandbox::{Behaviour, Sandbox, Service, User};
use futures_util::{StreamExt, stream::FuturesUnordered};

const USERS: usize = 2_000;
const MOST_AT_A_TIME: usize = 64;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder().service(service()).start()?;
    let client = Client::new(BaseUrl::new(&sandbox.base_url())?, Credentials::none());

    let begun = Instant::now();
    let limit = ConcurrencyLimit::up_to(MOST_AT_A_TIME);
    let (mut numbers, mut lists, mut right) = (0..USERS, FuturesUnordered::new(), 0);
    loop {
        while let Some(mut permit) = limit.try_acquire() {
            let Some(number) = numbers.next() else { break };
            let user = client.with_credentials(Credentials::basic(&address(number), "token")?);
            lists.push(async move {
                let list = List::new(user.session().clone(), ListContacts::all());
                (number, user.run_observed(list, &mut permit).await)
            });
        }
        let Some((number, contacts)) = lists.next().await else { break };
        let contacts = contacts?;
        right += usize::from(contacts.len() == 1 && contacts[0].to == address(number));
    }
    println!("at most {} lists at a time", limit.current());
    println!("{right} of {USERS} users have their own contact, after {:?}", begun.elapsed());
    if right == USERS { Ok(()) } else { Err("a user got another user's contacts".into()) }
}

/// A service with one contact per user, which names the user.
fn service() -> Service {
    let mut service = Service::new(Behaviour::default());
    for number in 0..USERS {
        let account = service.add_user(User::new(address(number), "token"));
        service.add_contact(&account, "email", address(number), true);
    }
    service
}

fn address(number: usize) -> String {
    format!("user-{number}@example.com")
}
