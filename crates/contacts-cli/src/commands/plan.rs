//! `plan FILE`: shows the changes that `apply FILE` would make.

pub(crate) mod contacts_file;
pub(crate) mod output;

use clap::Args;

use self::contacts_file::{ContactsFile, DesiredArgs, MAX_FILE_SIZE};
use crate::{
    client::Context,
    error::{Failure, exit},
    usage::long_help,
};

/// Show the changes that make the contacts match a file
///
/// Compares the contacts with the file and changes nothing.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help(EXAMPLES, LONG))]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) desired: DesiredArgs,

    /// Exit with 6 if changes are pending
    #[arg(long)]
    pub(crate) exit_code: bool,
}

const EXAMPLES: &str = "\
Examples:
  contacts plan contacts.yaml
  contacts plan contacts.csv --prune --exit-code
  contacts list -o json | contacts plan -";

const LONG: &str = "\
File, in YAML:
  - email: ann@example.com
  - sms: 90-5555559999
    enabled: false
    id: 299003c3-8221-4a9f-b63d-2370c4caaaaa

  In JSON and CSV, the names are id, method, to and enabled. `contacts export`
  and `contacts list -o json` write such files. CSV may use commas, semicolons
  or tabs. Standard input is YAML, which includes JSON, unless --format says
  otherwise. If the file has an error, nothing is planned.

  An entry stands for the contact with the same method and address. If there is
  none, it stands for the contact with the same id, and the plan changes the
  address. Otherwise the plan creates a contact. If an entry does not say
  whether it is enabled, the plan enables the contact. Exception: a disabled
  phone number stays disabled, because it may not be verified.

Plan:
  + creates a contact
  ~ updates the address of a contact, or activates or deactivates it
  - deletes a contact

Risks that need --force:
  - no enabled contact remains
  - a disabled number with `enabled: true` is activated: it may not be verified
  - a contact is deleted before its replacement is created, if the service
    allows no more contacts of its kind

Output:
  -o json prints {\"changes\":[{\"action\",\"id\",\"method\",\"to\",…}],
  \"warnings\":[{\"warning\",\"message\",…}],\"unmanaged\":[…]}. The action is create
  (with enabled, and replaces: the id of the old contact), update (with from),
  activate, deactivate or delete (with replaced). unmanaged has the contacts
  that are not in the file and are kept. -o ndjson prints one change, one warning
  or one {\"unmanaged\":…} per line.";

pub(crate) fn run(context: &Context<'_>, args: &PlanArgs) -> Result<u8, Vec<Failure>> {
    let file =
        ContactsFile::read(&args.desired, |file| context.read(file, "contacts", MAX_FILE_SIZE))?;
    let actual = context.connect()?.contacts().map_err(Failure::from)?;
    let plan = file.plan(&actual)?;
    context.output.plan(&plan)?;
    Ok(if args.exit_code && !plan.is_empty() { exit::PENDING } else { exit::DONE })
}
