//! `reconcile RECEIPT`: checks whether an interrupted create succeeded.

use clap::Args;
use contacts_ureq::{Receipt, Reconciled, escape_controls, exchange::Reconcile};

use crate::{client::Context, error::Failure, output::Change, usage::long_help};

/// Check whether an interrupted create succeeded
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help(EXAMPLES, DETAILS))]
pub(crate) struct ReconcileArgs {
    /// Receipt that the interrupted command printed
    receipt: Receipt,
}

const EXAMPLES: &str = "\
Example:
  contacts reconcile eyJ2IjoxLCJvcGVyYXRpb24iOiJjcmVhdGUi…";

const DETAILS: &str = "\
Run it as the same user at the same site:
  A receipt of an API token names its user. For another user or site, the
  command fails with 2. A receipt of an OAuth token does not name its user.

Exit codes:
  0  the contact exists, and its id is printed
  4  the contact was not created; you can create it again
  With any other code, the outcome is still unknown. Do not create the contact
  again; run the command again later.";

pub(crate) fn run(
    context: &Context<'_>,
    ReconcileArgs { receipt }: &ReconcileArgs,
) -> Result<(), Failure> {
    let service = context.connect()?;
    let result = service.run(Reconcile::new(service.session().clone(), receipt.clone()));
    match result.map_err(|error| Failure::from(error).request_names_no_contact())? {
        Reconciled::Found(contact) => {
            context.output.changes(&[Change { id: contact.id, message: "Created".into() }], false)
        }
        Reconciled::NotFound => {
            let (method, to) =
                (escape_controls(receipt.method().as_str()), escape_controls(receipt.to()));
            Err(Failure::not_found(format!("the {method} contact {to} was not created")).with_hint(
                match receipt.user() {
                    Some(_) => "it is safe to create it again",
                    None => {
                        "check that this token belongs to the user of the receipt, which the receipt does not \
                         name; if so, it is safe to create the contact again"
                    }
                },
            ))
        }
    }
}
