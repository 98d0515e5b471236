//! `one_contact_ureq BASE_URL ID`: the smallest program with contacts-ureq, to measure its size.

use std::{env, error::Error};

use contacts_ureq::{BaseUrl, Client, ContactId, Credentials, GetContact};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let site = BaseUrl::new(&arguments.next().ok_or("no base URL")?)?;
    let client = Client::new(site, Credentials::basic("ann@example.com", "token")?);
    let get = GetContact::new(ContactId::new(arguments.next().ok_or("no id")?)?);
    println!("{}", client.send(&get)?.to);
    Ok(())
}
