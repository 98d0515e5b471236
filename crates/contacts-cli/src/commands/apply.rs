//! `apply FILE`: makes the contacts match the file.

use clap::Args;
use contacts_plan::{Apply, Change, Outcome, Plan, Step};
use contacts_ureq::{CreateContact, Error, Hint};

use super::plan::{
    contacts_file::{ContactsFile, DesiredArgs, MAX_FILE_SIZE},
    output::{Diff, made},
};
use crate::{
    client::{Client, Context},
    error::{Failure, counted, is_for_all},
    io::{
        self,
        interrupt::{self, UnderWay},
        prompt,
    },
    usage::long_help,
};

/// Change the contacts so that they match a file
///
/// Shows the plan, asks for confirmation and makes the changes. If one change fails, the command
/// continues with the others. It stops if the cause affects all changes, such as an expired token.
/// After an interrupt, apply the file again: completed changes are not repeated.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help(EXAMPLES, LONG))]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub(crate) desired: DesiredArgs,

    /// Apply without confirmation
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// Show the plan and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

const EXAMPLES: &str = "\
Examples:
  contacts apply contacts.yaml
  contacts apply contacts.yaml --prune --yes -o json
  contacts apply contacts.yaml --dry-run";

const LONG: &str = "\
File and plan:
  See `contacts plan --help`. If the contacts change while the command waits for
  your answer, it makes a new plan and asks again.

Output:
  With -o json, each change of the plan also has a message and an outcome: done,
  failed, skipped, not-tried, or unknown (the change may have been made).
  A new contact that is disabled in the file is created, then deactivated. If
  only the deactivation failed, the outcome is failed, and the change contains
  the id of the new contact.

Exit codes:
  0        the contacts match the file; or --dry-run
  1        one of these: changes failed, and no code below fits all failures;
           changes were skipped to keep the last enabled contact; you answered no
  2        the file has errors, or --yes is missing and there is no terminal;
           nothing was changed
  3, 4, 5  every failure has this code; `contacts help` explains it
  7        a contact may have been created: apply the file again, which checks
           the list first";

/// Hint after an apply that is not complete.
const APPLY_AGAIN: &str = "apply the file again to continue; completed changes are not repeated";

pub(crate) fn run(context: &Context<'_>, args: &ApplyArgs) -> Result<(), Vec<Failure>> {
    let file =
        ContactsFile::read(&args.desired, |file| context.read(file, "contacts", MAX_FILE_SIZE))?;
    let asks = !args.yes && !args.dry_run;
    let mut service = context.connect()?;
    let mut plan = file.plan(&service.contacts().map_err(Failure::from)?)?;
    if asks && !plan.is_empty() {
        prompt::can_be_asked("applying")?;
        plan = confirmed(&mut service, &file, plan)?;
    } else if !args.dry_run && !plan.is_empty() {
        io::write_styled(&format_args!("{}\n", Diff(&plan)));
    }
    if args.dry_run || plan.is_empty() {
        return Ok(context.output.plan(&plan)?);
    }
    execute(context, &service, plan)
}

/// Returns the plan that was confirmed at the terminal. The answer may take minutes: if the
/// contacts changed in that time, asks again with a new plan. An empty plan needs no confirmation.
fn confirmed(
    service: &mut Client,
    file: &ContactsFile,
    mut plan: Plan,
) -> Result<Plan, Vec<Failure>> {
    let mut before = "";
    loop {
        let count = counted(plan.changes().len(), "change");
        if !prompt::ask(&format!("{before}{}\nMake {count}?", Diff(&plan)))? {
            return Err(Failure::local("nothing was changed").into());
        }
        service.restart();
        let actual = service.contacts().map_err(Failure::from)?;
        if plan.is_current(&actual) {
            return Ok(plan);
        }
        plan = file.plan(&actual)?;
        if plan.is_empty() {
            return Ok(plan);
        }
        before = "\nThe contacts have changed since this plan was made. New plan:\n\n";
    }
}

/// Makes the changes. Stops early only after an error that all other changes would share.
fn execute(context: &Context<'_>, service: &Client, plan: Plan) -> Result<(), Vec<Failure>> {
    let (mut apply, mut failures, mut progress) =
        (Apply::new(plan), Vec::new(), Progress::new(context));
    while let Some(step) = apply.next_step(service.session()) {
        let change = step.change().clone();
        interrupt::set_change(Some(under_way(context, &apply, &change, &failures)));
        let outcome = run_step(service, step).unwrap_or_else(Outcome::Failed);
        let ends_all = outcome.error().is_some_and(ends_all);
        failures.extend(failure(&change, &outcome));
        apply.record(Ok(outcome));
        progress.write(&apply, false);
        if ends_all {
            break;
        }
    }
    interrupt::set_failures(&failures);
    progress.write(&apply, true);
    let written = context.output.applied(&apply);
    if !apply.is_done() {
        if failures.is_empty() {
            failures.push(Failure::local("some changes were skipped to keep an enabled contact"));
        }
        io::note(APPLY_AGAIN);
    }
    failures.extend(progress.written.and(written).err());
    if failures.is_empty() { Ok(()) } else { Err(failures) }
}

fn under_way(
    context: &Context<'_>,
    apply: &Apply,
    change: &Change,
    failures: &[Failure],
) -> UnderWay {
    let made = made(apply);
    let all = counted(apply.plan().changes().len(), "change");
    UnderWay {
        made: format!("{made} of {all}"),
        change: change.to_string(),
        hint: Some(APPLY_AGAIN),
        results: context.output.applied_so_far(apply),
        failures: failures.to_vec(),
    }
}

fn run_step(service: &Client, step: Step) -> Result<Outcome, Error> {
    match step.change() {
        Change::Create { method, to, .. } => {
            let create = CreateContact::new(method.clone(), to)?;
            service.run_creating(step, &create)
        }
        _ => service.run(step),
    }
}

/// The error of a change that was not made, or not completely.
fn failure(change: &Change, outcome: &Outcome) -> Option<Failure> {
    let failure = Failure::from(outcome.error()?.clone());
    let Outcome::NotDisabled(half) = outcome else { return Some(failure.about(change)) };
    let failure = failure.about(half).about(change);
    let is_hinted = failure.hint().is_some();
    Some(if is_hinted { failure } else { failure.with_hint("apply the file again to disable it") })
}

/// Returns `true` if all other changes would fail in the same way. A missing scope may concern one
/// operation only.
fn ends_all(error: &Error) -> bool {
    is_for_all(error) && !matches!(error.hint(), Some(Hint::MissingScope(_)))
}

/// Writes each outcome once, in the order of the plan. A failure to write stops no change.
struct Progress<'a> {
    context: &'a Context<'a>,
    count: usize,
    written: Result<(), Failure>,
}

impl<'a> Progress<'a> {
    fn new(context: &'a Context<'a>) -> Self {
        Self { context, count: 0, written: Ok(()) }
    }

    /// Writes new outcomes up to the first unknown one; at the end, all of them.
    fn write(&mut self, apply: &Apply, is_end: bool) {
        let new = apply
            .outcomes()
            .skip(self.count)
            .take_while(|(_, outcome)| is_end || outcome.is_some());
        for (change, outcome) in new {
            self.count += 1;
            let written = self.context.output.outcome(change, outcome);
            self.written = std::mem::replace(&mut self.written, Ok(())).and(written);
        }
    }
}
