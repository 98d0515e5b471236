//! `one_contact_hyper BASE_URL ID`: the smallest program with contacts-hyper, to measure its size.

use std::{env, error::Error};

use contacts_hyper::{BaseUrl, Client, ContactId, Credentials, GetContact};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let site = BaseUrl::new(&arguments.next().ok_or("no base URL")?)?;
    let client = Client::new(site, Credentials::basic("ann@example.com", "token")?);
    let get = GetContact::new(ContactId::new(arguments.next().ok_or("no id")?)?);
    println!("{}", client.send(&get).await?.to);
    Ok(())
}
