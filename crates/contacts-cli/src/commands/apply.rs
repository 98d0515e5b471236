//! `apply FILE`: the contacts are changed so that they are as the file says.

use clap::Args;
use contacts_plan::{Apply, Change, Outcome, Plan, Step};
use contacts_ureq::{CreateContact, Error, Hint};

use super::plan::{
    contacts_file::{ContactsFile, DesiredArgs, LONGEST},
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

/// Change the contacts so that they are as a file says
///
/// Shows the plan, and asks. What has changed while it asked is looked at again. A change that fails does not keep the
/// others from being made. If it is interrupted, apply the file again: what is done is not done twice.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help(EXAMPLES, LONG))]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub(crate) desired: DesiredArgs,

    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// Show the plan, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

const EXAMPLES: &str = "\
Examples:
  contacts apply contacts.yaml
  contacts apply contacts.yaml --prune --yes -o json
  contacts apply contacts.yaml --dry-run";

const LONG: &str = "  `contacts plan --help` tells how a file and a plan are written. With -o json
  each change has an outcome too: done, failed, skipped or not-tried; and a
  message. A create that failed and has an id has left a contact that was to
  be disabled and may be enabled.

Exit codes:
  0  all is as the file says; or --dry-run
  1  failures that differ; something was left for safety; the answer was no
  2  mistakes in the file, or nobody to ask and no --yes: nothing was changed
  3, 4, 5  what failed did so for this reason: see `contacts --help`
  7  of a contact it is not known whether it was created: apply the file again";

/// What to do when not all changes were made.
const GO_ON: &str = "apply the file again to go on: what is done is not done twice";

pub(crate) fn run(context: &Context<'_>, args: &ApplyArgs) -> Result<(), Vec<Failure>> {
    let file = ContactsFile::read(&args.desired, |file| context.read(file, "contacts", LONGEST))?;
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

/// The plan that the person at the terminal has seen and wants: it is asked again if the contacts have changed meanwhile, since a
/// question may stand for minutes. An empty one needs no consent.
fn confirmed(service: &mut Client, file: &ContactsFile, mut plan: Plan) -> Result<Plan, Vec<Failure>> {
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
        before = "\nThe contacts have changed since that plan was made. This is the plan now:\n\n";
    }
}

/// Makes the changes. One that fails does not keep the others from being made, unless it would fail with them too.
fn execute(context: &Context<'_>, service: &Client, plan: Plan) -> Result<(), Vec<Failure>> {
    let (mut apply, mut failures, mut progress) = (Apply::new(plan), Vec::new(), Progress::new(context));
    while let Some(step) = apply.next_step(service.session()) {
        let change = step.change().clone();
        interrupt::tells_of(Some(under_way(context, &apply, &change, &failures)));
        let outcome = carry_out(service, step).unwrap_or_else(Outcome::Failed);
        let ends_all = outcome.error().is_some_and(ends_all);
        failures.extend(failure(&change, &outcome));
        apply.record(Ok(outcome));
        progress.tell(&apply, false);
        if ends_all {
            break;
        }
    }
    interrupt::owes(&failures);
    progress.tell(&apply, true);
    let written = context.output.applied(&apply);
    if !apply.is_done() {
        if failures.is_empty() {
            failures.push(Failure::local("some changes were left out, so that an enabled contact remains"));
        }
        io::note(GO_ON);
    }
    failures.extend(progress.written.and(written).err());
    if failures.is_empty() { Ok(()) } else { Err(failures) }
}

fn under_way(context: &Context<'_>, apply: &Apply, change: &Change, failures: &[Failure]) -> UnderWay {
    let made = made(apply);
    let all = counted(apply.plan().changes().len(), "change");
    UnderWay {
        made: format!("{made} of {all}"),
        change: change.to_string(),
        hint: Some(GO_ON),
        results: context.output.applied_so_far(apply),
        failures: failures.to_vec(),
    }
}

fn carry_out(service: &Client, step: Step) -> Result<Outcome, Error> {
    match step.change() {
        Change::Create { method, to, .. } => {
            let create = CreateContact::new(method.clone(), to)?;
            service.run_creating(step, &create)
        }
        _ => service.run(step),
    }
}

/// Why a change was not made, or not all of it.
fn failure(change: &Change, outcome: &Outcome) -> Option<Failure> {
    let failure = Failure::from(outcome.error()?.clone());
    let Outcome::NotDisabled(half) = outcome else { return Some(failure.about(change)) };
    let failure = failure.about(half).about(change);
    let is_hinted = failure.hint().is_some();
    Some(if is_hinted { failure } else { failure.with_hint("to disable it, apply the file again") })
}

/// Whether every other change will fail alike. A token can lack the scope for one operation alone.
fn ends_all(error: &Error) -> bool {
    is_for_all(error) && !matches!(error.hint(), Some(Hint::MissingScope(_)))
}

/// Tells each outcome once, in the order of the plan. That the result cannot be written, or that nobody reads it, stops no change.
struct Progress<'a> {
    context: &'a Context<'a>,
    told: usize,
    written: Result<(), Failure>,
}

impl<'a> Progress<'a> {
    fn new(context: &'a Context<'a>) -> Self {
        Self { context, told: 0, written: Ok(()) }
    }

    /// What is not known yet waits, unless this is the end.
    fn tell(&mut self, apply: &Apply, is_end: bool) {
        let new = apply.outcomes().skip(self.told).take_while(|(_, outcome)| is_end || outcome.is_some());
        for (change, outcome) in new {
            self.told += 1;
            let written = self.context.output.outcome(change, outcome);
            self.written = std::mem::replace(&mut self.written, Ok(())).and(written);
        }
    }
}
