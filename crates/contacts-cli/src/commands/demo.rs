//! `demo`: runs every operation against an embedded sandbox and prints the results.

use std::fmt::Write;

use contacts_sandbox::Sandbox;
use contacts_ureq::{
    ActivateContact, Client, Contact, ContactMethod, CreateContact, DeactivateContact,
    DeleteContact, Error, GetContact, UpdateContact,
};

use crate::{
    client::{self, Context},
    error::Failure,
};

pub(crate) fn run(context: &Context<'_>) -> Result<(), Failure> {
    let sandbox = Sandbox::start()?;
    let (site, credentials) = client::demo(&sandbox)?;
    let client = Client::new(site, credentials);
    let mut demo = Demo { context, step: 0 };
    demo.print(&format!("The sandbox listens on {}", sandbox.base_url()))?;

    let contacts = demo.list(&client)?;
    demo.step("List the contacts", "GET /v1/users/contacts", &shown(&contacts))?;

    let created =
        client.send(&CreateContact::new(ContactMethod::Email, "night-shift@example.com")?)?;
    let id = created.id.clone();
    demo.step(
        "Create a contact",
        "POST /v1/users/contacts",
        &format!("{}: {id}", created.message),
    )?;

    let contact = client.send(&GetContact::new(id.clone()))?;
    demo.step("Get the contact", "GET /v1/users/contacts/{id}", &shown(&[contact]))?;

    let updated = client.send(&UpdateContact::new(id.clone(), "day-shift@example.com")?)?;
    demo.step("Update its address", "PATCH /v1/users/contacts/{id}", &updated.message)?;

    let deactivated = client.send(&DeactivateContact::new(id.clone()))?;
    let contact = client.send(&GetContact::new(id.clone()))?;
    let result = format!("{}\n{}", deactivated.message, shown(&[contact]));
    demo.step("Deactivate it", "PATCH /v1/users/contacts/{id}/deactivate", &result)?;

    let activated = client.send(&ActivateContact::new(id.clone()))?;
    demo.step("Activate it", "PATCH /v1/users/contacts/{id}/activate", &activated.message)?;

    client.send(&DeleteContact::new(id))?;
    let remaining = demo.list(&client)?;
    if remaining != contacts {
        return Err(Failure::local(
            "the demo failed: the contacts at the end differ from those at the start",
        ));
    }
    demo.step(
        "Delete it",
        "DELETE /v1/users/contacts/{id}",
        &format!("Deleted\n{}", shown(&remaining)),
    )?;
    demo.print(&format!("\nAll {} operations succeeded.", demo.step))
}

struct Demo<'a> {
    context: &'a Context<'a>,
    step: u32,
}

impl Demo<'_> {
    fn print(&self, text: &str) -> Result<(), Failure> {
        self.context.output.text(&format!("{text}\n"))
    }

    fn step(&mut self, what: &str, request: &str, result: &str) -> Result<(), Failure> {
        self.step += 1;
        let result = result.replace('\n', "\n   ");
        self.print(&format!("\n{}. {what:<20} {request}\n   {result}", self.step))
    }

    fn list(&self, client: &Client) -> Result<Vec<Contact>, Error> {
        client.list().collect()
    }
}

fn shown(contacts: &[Contact]) -> String {
    let mut text = String::new();
    for Contact { id, method, to, .. } in contacts {
        let separator = if text.is_empty() { "" } else { "\n" };
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{separator}{id}  {method:<6} {to}");
    }
    for contact in contacts.iter().filter(|contact| !contact.is_enabled()) {
        let _ = write!(text, "\n{} is disabled", contact.id);
    }
    text
}
