//! The README's script: `cargo run -p contacts-ureq --example script`, with the variables that it
//! reads.

use contacts_ureq::{Client, ContactMethod};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_env()?;
    client.ensure(ContactMethod::Sms, "90-5555559999")?; // safe to repeat
    for contact in client.list() {
        let contact = contact?;
        println!("{} {} {}", contact.method, contact.to, contact.is_enabled());
    }
    Ok(())
}
