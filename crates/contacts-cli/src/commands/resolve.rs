//! `resolve TICKET`

use contacts_ureq::{Resolve, Resolved, Ticket, printable};

use super::Context;
use crate::{failure::Failure, output::Change};

pub(super) fn run(context: &Context<'_>, ticket: &Ticket) -> Result<(), Failure> {
    let service = context.connect()?;
    let resolved = service.run(Resolve::new(service.session().clone(), ticket.clone()));
    match resolved.map_err(|error| Failure::from(error).of_no_contact())? {
        Resolved::Created(contact) => {
            context.output.changes(&[Change { id: contact.id, message: "Created".into() }], false)
        }
        Resolved::NotCreated => {
            let (method, to) = (printable(ticket.method().as_str()), printable(ticket.to()));
            Err(Failure::not_found(format!("the {method} contact {to} was not created")).with_hint(
                match ticket.user() {
                    Some(_) => "it is safe to create it again",
                    None => {
                        "it is safe to create it again, if this is the token of the user whom it was for: the ticket does not \
                         tell who that was"
                    }
                },
            ))
        }
    }
}
