//! `demo`: all operations against an embedded sandbox, told as it goes.

use std::fmt::Write;

use contacts_sandbox::Sandbox;
use contacts_ureq::{
    ActivateContact, Client, Contact, ContactMethod, CreateContact, DeactivateContact, DeleteContact, Error,
    GetContact, UpdateContact,
};

use crate::{
    client::{self, Context},
    error::Failure,
};

pub(crate) fn run(context: &Context<'_>) -> Result<(), Failure> {
    let sandbox = Sandbox::start()?;
    let (site, credentials) = client::demo(&sandbox)?;
    let client = Client::new(site, credentials);
    let mut story = Story { context, step: 0 };
    story.tell(&format!("A sandbox of the service listens on {}", sandbox.base_url()))?;

    let contacts = story.list(&client)?;
    story.step("list the contacts", "GET /v1/users/contacts", &shown(&contacts))?;

    let created = client.send(&CreateContact::new(ContactMethod::Email, "night-shift@example.com")?)?;
    let id = created.id.clone();
    story.step("create one", "POST /v1/users/contacts", &format!("{}: {id}", created.message))?;

    let contact = client.send(&GetContact::new(id.clone()))?;
    story.step("get it", "GET /v1/users/contacts/{id}", &shown(&[contact]))?;

    let updated = client.send(&UpdateContact::new(id.clone(), "day-shift@example.com")?)?;
    story.step("update its address", "PATCH /v1/users/contacts/{id}", &updated.message)?;

    let deactivated = client.send(&DeactivateContact::new(id.clone()))?;
    let contact = client.send(&GetContact::new(id.clone()))?;
    let told = format!("{}\n{}", deactivated.message, shown(&[contact]));
    story.step("deactivate it", "PATCH /v1/users/contacts/{id}/deactivate", &told)?;

    let activated = client.send(&ActivateContact::new(id.clone()))?;
    story.step("activate it again", "PATCH /v1/users/contacts/{id}/activate", &activated.message)?;

    client.send(&DeleteContact::new(id.clone()))?;
    let left = story.list(&client)?;
    let gone = left.iter().all(|contact| contact.id != id);
    if !gone || left != contacts {
        return Err(Failure::local("the sandbox does not have the contacts that it began with"));
    }
    story.step("delete it", "DELETE /v1/users/contacts/{id}", &format!("Deleted\n{}", shown(&left)))?;
    story.tell(&format!("All {} operations did what they say.", story.step))
}

struct Story<'a> {
    context: &'a Context<'a>,
    step: u32,
}

impl Story<'_> {
    fn tell(&self, text: &str) -> Result<(), Failure> {
        self.context.output.text(&format!("{text}\n"))
    }

    fn step(&mut self, what: &str, request: &str, told: &str) -> Result<(), Failure> {
        self.step += 1;
        let told = told.replace('\n', "\n   ");
        self.tell(&format!("\n{}. {what:<20} {request}\n   {told}", self.step))?;
        if self.step == 7 { self.tell("") } else { Ok(()) }
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
        let _ = write!(text, "\n{} is not enabled", contact.id);
    }
    text
}
