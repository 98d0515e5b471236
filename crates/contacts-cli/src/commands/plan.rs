//! `plan FILE`: what must be changed for the contacts to be as the file says.

use contacts_plan::Plan;

use super::{Context, contacts_file::ContactsFile};
use crate::{
    args::{Form, PlanArgs},
    failure::{Failure, exit},
    output::Warnings,
};

pub(super) fn run(context: &Context<'_>, args: &PlanArgs) -> Result<u8, Vec<Failure>> {
    let file = ContactsFile::read(context, &args.desired)?;
    let actual = context.connect()?.contacts().map_err(Failure::from)?;
    let plan = file.plan(&actual)?;
    tell(context, &plan)?;
    Ok(if args.exit_code && !plan.is_empty() { exit::PENDING } else { exit::DONE })
}

/// The plan as the result.
pub(super) fn tell(context: &Context<'_>, plan: &Plan) -> Result<(), Failure> {
    context.output.plan(plan)?;
    // A table of changes has no place for them.
    if context.arguments.how.output == Form::Csv && context.is_talkative() {
        context.tell(&Warnings(plan));
    }
    Ok(())
}
