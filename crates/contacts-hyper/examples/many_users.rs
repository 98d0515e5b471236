//! Lists the contacts of many users over one pool of connections, 64 lists at a time.
//!
//! `cargo run -p contacts-hyper --example many_users`

use std::{error::Error, time::Instant};

use contacts_hyper::{BaseUrl, Client, Credentials};
use contacts_sandbox::{Behaviour, Sandbox, Service, User};
use futures_util::{StreamExt, TryStreamExt, stream};

const USERS: usize = 2_000;
const AT_A_TIME: usize = 64;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder().service(service()).start()?;
    let client = Client::new(BaseUrl::new(&sandbox.base_url())?, Credentials::none());

    let begun = Instant::now();
    let lists = stream::iter(0..USERS).map(|number| {
        let client = &client;
        async move {
            let user = client.with_credentials(Credentials::basic(&address(number), "token")?);
            let contacts: Vec<_> = user.list().try_collect().await?;
            Ok::<_, contacts_hyper::Error>((number, contacts))
        }
    });
    let mut lists = lists.buffer_unordered(AT_A_TIME);
    let mut right = 0;
    while let Some((number, contacts)) = lists.try_next().await? {
        right += usize::from(contacts.len() == 1 && contacts[0].to == address(number));
    }
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
