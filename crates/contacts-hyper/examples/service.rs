//! The README's service: `cargo run -p contacts-hyper --example service`, with the variables that
//! it reads.

use contacts_hyper::{AccountId, Client};
use futures_util::{StreamExt, TryStreamExt, stream};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, users) = (Client::from_env()?, ["712020:0a1b2c3d", "712020:4e5f6a7b"]);
    let list = async |id| client.list().account(AccountId::new(id)?).try_collect::<Vec<_>>().await;
    let mut lists = stream::iter(users.map(list)).buffered(64); // up to 64 users at the same time
    while let Some(contacts) = lists.next().await {
        println!("{} contacts", contacts?.len());
    }
    Ok(())
}
