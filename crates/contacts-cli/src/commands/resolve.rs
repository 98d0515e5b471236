//! `resolve TICKET`: whether an interrupted create succeeded.

use clap::Args;
use contacts_ureq::{Resolve, Resolved, Ticket, printable};

use crate::{client::Context, error::Failure, output::Change};

/// End the doubt that an interrupted create left
///
/// Looks whether the contact of a ticket was created, and prints it. If it was not, the exit code is 4, and creating it
/// again is safe; with any other exit code it is not. A ticket is of one user of one site, and refused for another; that
/// of an OAuth token, which does not tell whose it is, is to be resolved as the same user.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  contacts resolve eyJ2IjoxLCJvcGVyYXRpb24iOiJjcmVhdGUi…")]
pub(crate) struct ResolveArgs {
    /// The ticket, as it was printed
    ticket: Ticket,
}

pub(crate) fn run(context: &Context<'_>, ResolveArgs { ticket }: &ResolveArgs) -> Result<(), Failure> {
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
