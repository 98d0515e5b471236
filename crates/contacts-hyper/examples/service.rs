//! The README's service: `cargo run -p contacts-hyper --example service`, with the variables that it reads.

use std::env;

use contacts_hyper::{Client, Credentials, Error, ListContacts, Site};
use futures_util::{StreamExt, TryStreamExt, stream};

/// How many contacts each user has, 64 users at a time.
async fn count(client: &Client, users: Vec<(String, String)>) -> Result<Vec<(String, usize)>, Error> {
    let counts = stream::iter(users).map(async |(email, token)| {
        let user = client.with_credentials(Credentials::basic(&email, token)?);
        let contacts: Vec<_> = user.contacts(ListContacts::all()).try_collect().await?;
        Ok((email, contacts.len()))
    });
    counts.buffer_unordered(64).try_collect().await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(Site::new(&env::var("CONTACTS_BASE_URL")?)?, Credentials::none());
    let user = (env::var("ATLASSIAN_OPS_API_EMAIL_ADDRESS")?, env::var("ATLASSIAN_OPS_API_TOKEN")?);
    for (email, contacts) in count(&client, vec![user]).await? {
        println!("{email}: {contacts} contacts");
    }
    Ok(())
}
