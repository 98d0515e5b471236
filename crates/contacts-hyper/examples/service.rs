//! The README's service: `cargo run -p contacts-hyper --example service`, with the variables that it reads.

use std::env;

use contacts_hyper::{BaseUrl, Client, Credentials, Error};
use futures_util::{StreamExt, TryStreamExt, stream};

/// How many contacts a user has.
async fn count(client: &Client, email: &str, token: String) -> Result<usize, Error> {
    let user = client.with_credentials(Credentials::basic(email, token)?);
    let contacts: Vec<_> = user.list().try_collect().await?;
    Ok(contacts.len())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(BaseUrl::new(&env::var("CONTACTS_BASE_URL")?)?, Credentials::none());
    let users = [(env::var("ATLASSIAN_OPS_API_EMAIL_ADDRESS")?, env::var("ATLASSIAN_OPS_API_TOKEN")?)];

    // 64 users at a time; that one of them cannot be read does not keep the others from it.
    let counts = stream::iter(users).map(async |(email, token)| (count(&client, &email, token).await, email));
    let mut counts = counts.buffer_unordered(64);
    while let Some((count, email)) = counts.next().await {
        match count {
            Ok(count) => println!("{email}: {count} contacts"),
            Err(error) => eprintln!("{email}: {error}"),
        }
    }
    Ok(())
}
