//! `resolve TICKET`

use contacts_ureq::{Resolve, Resolved, Ticket, printable};

use super::Context;
use crate::{failure::Failure, output::Change};

pub(super) fn run(context: &Context<'_>, ticket: &Ticket) -> Result<(), Failure> {
    let service = context.connect()?;
    match service.run(Resolve::new(service.session().clone(), ticket.clone()))? {
        Resolved::Created(contact) => {
            context.output.changes(&[Change { id: contact.id, message: "Created".into() }], false)
        }
        Resolved::NotCreated => {
            let (method, to) = (printable(ticket.method().as_str()), printable(ticket.to()));
            Err(Failure::not_found(format!("the {method} contact {to} was not created"))
                .with_hint("it is safe to create it again"))
        }
    }
}
