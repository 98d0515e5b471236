//! The README's script: `cargo run -p contacts-ureq --example script`, with the variables that it reads.

use std::{env, error::Error, process::ExitCode};

use contacts_ureq::{BaseUrl, Client, ContactMethod, Credentials};

fn main() -> ExitCode {
    let Err(error) = reach() else { return ExitCode::SUCCESS };
    eprintln!("error: {error}");
    if let Some(hint) = error.downcast_ref().and_then(contacts_ureq::Error::hint) {
        eprintln!("hint: {hint}");
    }
    ExitCode::FAILURE
}

fn reach() -> Result<(), Box<dyn Error>> {
    let site = BaseUrl::new(&env::var("CONTACTS_BASE_URL")?)?;
    let email = env::var("ATLASSIAN_OPS_API_EMAIL_ADDRESS")?;
    let client = Client::new(site, Credentials::basic(&email, env::var("ATLASSIAN_OPS_API_TOKEN")?)?);

    // However often this is run, the number is there once.
    client.ensure(ContactMethod::Sms, "90-5555559999")?;
    for contact in client.list() {
        let contact = contact?;
        println!("{} {} {}", contact.method, contact.to, contact.is_enabled());
    }
    Ok(())
}
