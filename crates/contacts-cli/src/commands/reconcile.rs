//! `reconcile RECEIPT`: whether an interrupted create succeeded.

use clap::Args;
use contacts_ureq::{Receipt, Reconciled, escape_controls, exchange::Reconcile};

use crate::{client::Context, error::Failure, output::Change};

/// End the doubt that an interrupted create left
///
/// Looks whether the contact of a receipt was created, and prints it. If it was not, the exit code is 4, and creating it
/// again is safe; with any other exit code it is not. A receipt is of one user of one site, and refused for another; that
/// of an OAuth token, which does not tell whose it is, is to be resolved as the same user.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  contacts reconcile eyJ2IjoxLCJvcGVyYXRpb24iOiJjcmVhdGUi…")]
pub(crate) struct ReconcileArgs {
    /// The receipt, as it was printed
    receipt: Receipt,
}

pub(crate) fn run(context: &Context<'_>, ReconcileArgs { receipt }: &ReconcileArgs) -> Result<(), Failure> {
    let service = context.connect()?;
    let resolved = service.run(Reconcile::new(service.session().clone(), receipt.clone()));
    match resolved.map_err(|error| Failure::from(error).of_no_contact())? {
        Reconciled::Found(contact) => {
            context.output.changes(&[Change { id: contact.id, message: "Created".into() }], false)
        }
        Reconciled::NotFound => {
            let (method, to) = (escape_controls(receipt.method().as_str()), escape_controls(receipt.to()));
            Err(Failure::not_found(format!("the {method} contact {to} was not created")).with_hint(
                match receipt.user() {
                    Some(_) => "it is safe to create it again",
                    None => {
                        "it is safe to create it again, if this is the token of the user whom it was for: the receipt does not \
                         tell who that was"
                    }
                },
            ))
        }
    }
}
