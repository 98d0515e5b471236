//! `one_contact_reqwest BASE_URL ID`: the smallest program with reqwest, to measure its size.

use std::{env, error::Error};

use contacts_benches::by_hand::Contact;
use reqwest::Client;
use tokio_rustls::rustls::crypto::ring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (base, id) = (arguments.next().ok_or("no base URL")?, arguments.next().ok_or("no id")?);
    ring::default_provider()
        .install_default()
        .map_err(|_| "a crypto provider is already installed")?;
    let request = Client::new()
        .get(format!("{base}/v1/users/contacts/{id}"))
        .basic_auth("ann@example.com", Some("token"))
        .header("accept", "application/json");
    let contact: Contact = request.send().await?.error_for_status()?.json().await?;
    println!("{}", contact.to);
    Ok(())
}
