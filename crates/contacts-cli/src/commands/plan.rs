//! `plan FILE`: what must be changed for the contacts to be as the file says.

pub(crate) mod contacts_file;
pub(crate) mod output;

use clap::Args;

use self::contacts_file::{ContactsFile, DesiredArgs, LONGEST};
use crate::{
    client::Context,
    error::{Failure, exit},
    usage::long_help,
};

/// Show what must be changed for the contacts to be as a file says
///
/// A contact of the file is the one with its id or, where it has none, one that reaches its address. Nothing is changed,
/// and a file with mistakes is not compared at all.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help(EXAMPLES, LONG))]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) desired: DesiredArgs,

    /// End with exit code 6 if changes are pending, and with 0 if there are none
    #[arg(long)]
    pub(crate) exit_code: bool,
}

const EXAMPLES: &str = "\
Examples:
  contacts plan contacts.yaml
  contacts plan contacts.csv --prune --exit-code
  contacts list -o json | contacts plan -";

const LONG: &str = "\
A file, in YAML:
  - email: ann@example.com
  - sms: 90-5555559999
    enabled: false
    id: 299003c3-8221-4a9f-b63d-2370c4caaaaa

  In JSON and CSV the members are id, method, to and enabled. What
  `contacts list -o json` and `contacts export` write are such files, too. CSV
  has commas, semicolons or tabs. A contact without enabled is to be enabled,
  but a number that is not enabled stays so: it may not be verified.

The plan:
  + a contact is created
  ~ it gets another address, or is activated or deactivated
  - it is deleted

  With -o json: {\"changes\":[{\"action\",\"id\",\"method\",\"to\",…}],
  \"warnings\":[{\"warning\",\"message\",…}],\"unmanaged\":[contacts that the file
  does not have, and that stay]}. The action is create (with enabled, and
  replaces: an id), update (with from), activate, deactivate or delete (with
  replaced). With -o ndjson a change, a warning, or {\"unmanaged\":…} a line.";

pub(crate) fn run(context: &Context<'_>, args: &PlanArgs) -> Result<u8, Vec<Failure>> {
    let file = ContactsFile::read(&args.desired, |file| context.read(file, "contacts", LONGEST))?;
    let actual = context.connect()?.contacts().map_err(Failure::from)?;
    let plan = file.plan(&actual)?;
    context.output.plan(&plan)?;
    Ok(if args.exit_code && !plan.is_empty() { exit::PENDING } else { exit::DONE })
}
