//! `audit`: reports users who cannot be reached.

pub(crate) mod args;
mod findings;
mod metrics;
mod names;
mod on_call;
mod output;
mod page;
mod resume;
mod rules;
mod users;
mod workers;

use std::{
    io::{self, IsTerminal},
    mem,
    path::Path,
    sync::{Arc, mpsc::sync_channel},
    thread,
    time::{Duration, Instant, SystemTime},
};

use contacts_plan::Diagnostic;
use contacts_ureq::{AccountId, ConcurrencyLimit, Contact, Error};

use self::{
    args::AuditArgs,
    findings::{Row, Tally, User, could_not_read},
    metrics::Run,
    on_call::{Candidate, Coverage, OnCall},
    output::Progress,
    page::{About, page},
    resume::{Resume, Reused, utc},
    rules::Rules,
    workers::{CircuitBreaker, Workers},
};
use crate::{
    client::{Client, Context},
    error::{Failure, counted, exit},
    io::{atomic_write, interrupt, note, shown_path},
    output::Reader,
};

/// Maximum size of a file of users, in bytes.
const MAX_FILE_SIZE: u64 = 64 * 1024 * 1024;

pub(crate) fn run(context: &Context<'_>, args: &AuditArgs) -> Result<u8, Vec<Failure>> {
    let users = requested_users(context, args)?;
    let (started, now) = (Instant::now(), SystemTime::now());
    // Check now that the files can be written: after an hour of reading it is too late.
    for path in args.written_files() {
        atomic_write::check(path).map_err(|error| cannot_write(path, &error))?;
    }
    args.resume.as_deref().map_or(Ok(()), Resume::check)?;
    let client = Arc::new(context.connect()?);
    let limit = args.concurrency();
    let on_call = on_call::read(&client, &limit, &args.on_call, now)?;
    on_call.note_nobody();
    let OnCall { candidates, schedules, failures } = on_call;
    let mut candidates =
        users::distinct(candidates.into_iter().chain(located(&client, &limit, users)?));
    if args.on_call.on_call.is_some() {
        names::add(&client, &limit, &mut candidates);
    }
    let base_url = client.session().base_url().map_err(Failure::from)?;
    let resume = args.resume.as_deref().map(|path| Resume::open(path, base_url));
    let resume = resume.transpose()?;
    if let Some(resume) = resume.as_ref().filter(|resume| resume.was_torn) {
        note(&format!("the last line of {} is incomplete: its user is read again", resume.name));
    }
    let site = base_url.to_string();
    let mut audit = Audit::new(context, args, candidates, resume)?;
    audit.schedules = schedules;
    audit.failures = failures;

    // The channel has no buffer: a worker reads its next user after this one was received.
    let (events, received) = sync_channel(0);
    let interrupted = events.clone();
    interrupt::set_listener(move || {
        // The receiver may be busy writing. The next interrupt must not wait for it.
        thread::spawn(move || interrupted.send(Event::Interrupted));
    });
    let unread = if audit.is_abandoned() { Vec::new() } else { audit.unread() };
    let mut pending = unread.len();
    let is_shown = !context.args.quiet && io::stderr().is_terminal();
    let progress = Progress::new(audit.users.len(), audit.known, is_shown);
    let read = move |_, (place, account): (usize, AccountId), permit: &mut _| Event::Read {
        place,
        reading: client.contacts_of(&account, permit),
    };
    let workers = Workers::start(&limit, unread, read, events);
    while pending > 0 {
        // The listener for interrupts holds a sender, so the channel stays open.
        match received.recv() {
            Ok(Event::Read { place, reading }) => {
                pending -= 1;
                audit.receive(place, reading)?;
            }
            Ok(Event::Interrupted) | Err(_) => audit.stopped = Some(audit.interrupted()),
        }
        progress.step(&audit.tally);
        if audit.is_abandoned() {
            pending -= workers.stop();
        }
        if audit.stopped.is_some() || audit.is_abandoned() && audit.resume.is_none() {
            break;
        }
    }
    drop(progress);
    drop(workers);
    audit.finish(&site, started.elapsed())
}

/// A message to the main thread.
#[derive(Debug)]
enum Event {
    /// The result for the user at this place.
    Read { place: usize, reading: Result<Vec<Contact>, Error> },
    /// SIGINT, SIGTERM or SIGHUP.
    Interrupted,
}

/// Replaces e-mail addresses by the users that have them.
fn located(
    client: &Arc<Client>,
    limit: &ConcurrencyLimit,
    users: Vec<User>,
) -> Result<Vec<Candidate>, Failure> {
    let (known, addressed): (Vec<_>, Vec<_>) =
        users.into_iter().partition(|user| user.account_id.is_some());
    let found = names::find(client, limit, addressed)?;
    Ok(known.into_iter().map(Candidate::from).chain(found).collect())
}

/// Returns the users of the command line and of the file.
fn requested_users(context: &Context<'_>, args: &AuditArgs) -> Result<Vec<User>, Vec<Failure>> {
    let mut users: Vec<_> = args.accounts.iter().cloned().map(User::new).collect();
    if let Some(path) = &args.from {
        let text = context.read(path, "users", MAX_FILE_SIZE)?;
        let name = shown_path(path);
        users.extend(users::read(&text).map_err(|diagnostics| {
            let failure = |diagnostic: &Diagnostic| {
                Failure::in_file(&name, Some(diagnostic.position), &diagnostic.message)
            };
            diagnostics.iter().map(failure).collect::<Vec<_>>()
        })?);
    }
    if users.is_empty() && args.on_call.on_call.is_none() {
        let failure = Failure::usage("no users to audit");
        return Err(failure
            .with_hint(
                "use --on-call, give account ids, or give a file of account ids with --from FILE",
            )
            .into());
    }
    Ok(users)
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::local(format!("could not write {}: {error}", shown_path(path)))
}

/// Prints a note about a written file, or returns the failure.
fn written_file(what: &str, path: &Path, result: io::Result<()>) -> Option<Failure> {
    match result {
        Ok(()) => note(&format!("{what} written to {}", shown_path(path))),
        Err(error) => return Some(cannot_write(path, &error)),
    }
    None
}

/// The state of an audit.
struct Audit<'a> {
    context: &'a Context<'a>,
    args: &'a AuditArgs,
    rules: Rules,
    /// The users of rows were taken out.
    users: Vec<User>,
    resume: Option<Resume>,
    /// One for each user, in the same order. `None` until the user was read.
    rows: Vec<Option<Row>>,
    known: usize,
    /// The users whose contacts come from the resume file.
    reused: Option<Reused>,
    /// Number of rows that were written to the output.
    written: usize,
    reader: Reader,
    tally: Tally,
    breaker: CircuitBreaker,
    /// The reason to stop before all users are read.
    stopped: Option<Failure>,
    /// The reason why the resume file is no longer written.
    not_saved: Option<Failure>,
    /// The schedules of `--on-call`.
    schedules: Vec<Coverage>,
    /// One for each schedule that could not be read.
    failures: Vec<Failure>,
}

impl<'a> Audit<'a> {
    /// Takes known users from the resume file.
    fn new(
        context: &'a Context<'a>,
        args: &'a AuditArgs,
        candidates: Vec<Candidate>,
        resume: Option<Resume>,
    ) -> Result<Self, Failure> {
        let rules = Rules::new(&args.require, args.min.into());
        let (users, findings): (Vec<_>, Vec<_>) =
            candidates.into_iter().map(|candidate| (candidate.user, candidate.finding)).unzip();
        let rows = users.iter().map(|_| None).collect();
        let mut audit = Self {
            context,
            args,
            rules,
            users,
            resume,
            rows,
            known: 0,
            reused: None,
            written: 0,
            reader: Reader::There,
            tally: Tally::default(),
            breaker: CircuitBreaker::default(),
            stopped: None,
            not_saved: None,
            schedules: Vec::new(),
            failures: Vec::new(),
        };
        let mut reused = 0;
        for (place, finding) in findings.into_iter().enumerate() {
            let user = &mut audit.users[place];
            let saved = user.account_id.as_ref().and_then(|id| audit.resume.as_mut()?.take(id));
            if let Some(finding) = finding {
                let row = Row::without_contacts(mem::take(user), *finding);
                audit.set_row(place, row);
            } else if let Some(contacts) = saved {
                reused += 1;
                let row = Row::new(mem::take(user), Ok(&contacts), &audit.rules);
                audit.set_row(place, row);
            }
        }
        let all = audit.users.len();
        audit.reused = audit.resume.as_ref().and_then(|resume| resume.reused(reused, all));
        audit.write()?;
        Ok(audit)
    }

    /// Returns the users that are not read yet, with their places.
    fn unread(&self) -> Vec<(usize, AccountId)> {
        let users = self.users.iter().zip(&self.rows).enumerate();
        users
            .filter(|(_, (_, row))| row.is_none())
            .filter_map(|(place, (user, _))| Some((place, user.account_id.clone()?)))
            .collect()
    }

    fn receive(
        &mut self,
        place: usize,
        reading: Result<Vec<Contact>, Error>,
    ) -> Result<(), Failure> {
        match reading {
            Ok(contacts) => {
                self.save(place, &contacts);
                self.breaker.succeed();
                let user = mem::take(&mut self.users[place]);
                self.set_row(place, Row::new(user, Ok(&contacts), &self.rules));
            }
            Err(error) => {
                let is_open = self.breaker.fail(&error);
                let failure = Failure::from(error);
                if is_open {
                    self.stopped = Some(failure);
                    return Ok(());
                }
                let user = mem::take(&mut self.users[place]);
                self.set_row(place, Row::new(user, Err(failure), &self.rules));
            }
        }
        self.write()
    }

    /// Adds the user to the resume file. If that fails, the audit continues without the file.
    fn save(&mut self, place: usize, contacts: &[Contact]) {
        let (Some(resume), Some(id)) = (&mut self.resume, &self.users[place].account_id) else {
            return;
        };
        if let Err(failure) = resume.save(id, contacts) {
            self.not_saved = Some(failure);
            self.resume = None;
        }
    }

    fn set_row(&mut self, place: usize, row: Row) {
        self.tally.add(&row);
        self.known += 1;
        self.rows[place] = Some(row);
    }

    /// Writes the rows that are ready, if the output format can be streamed.
    fn write(&mut self) -> Result<(), Failure> {
        if self.context.output.streams() {
            while self.reader == Reader::There {
                let Some(Some(row)) = self.rows.get(self.written) else { break };
                self.reader = self.context.output.audited_user(row)?;
                self.written += 1;
            }
        }
        Ok(())
    }

    /// Returns `true` if the output is closed and neither a file nor an exit code needs the rest.
    fn is_abandoned(&self) -> bool {
        let is_needed = self.args.exit_code || self.args.written_files().next().is_some();
        self.reader == Reader::Gone && !is_needed
    }

    fn interrupted(&self) -> Failure {
        let (known, all) = (self.known, counted(self.users.len(), "user"));
        Failure::interrupted(format!("interrupted after {known} of {all}")).with_hint(
            match self.args.resume {
                Some(_) => "run the same command again to continue",
                None => "add --resume FILE to future runs: then the same command continues where it stopped",
            },
        )
    }

    /// Writes the remaining results, the notes, the page and the metrics.
    fn finish(self, site: &str, took: Duration) -> Result<u8, Vec<Failure>> {
        if self.stopped.is_none() && self.is_abandoned() {
            return self.not_saved.map_or(Ok(exit::DONE), |failure| Err(failure.into()));
        }
        let Self {
            context,
            args,
            rules,
            users,
            rows,
            written,
            tally,
            stopped,
            not_saved,
            reused,
            schedules,
            failures: unread_schedules,
            ..
        } = self;
        // Rows are written in order, so the first `written` of these are the written ones.
        let rows: Vec<_> = rows.into_iter().flatten().collect();
        let unread = rows.iter().filter(|row| row.failure().is_some()).count();
        // If no user could be read, the error that stopped the audit says everything. The same
        // holds for schedules.
        let is_empty = rows.is_empty() && !unread_schedules.is_empty();
        if (stopped.is_none() || unread < rows.len()) && !is_empty {
            context.output.audited(&rows[written..], args.all, args.on_call.on_call.is_some())?;
            if let Some(reused) = &reused {
                note(&reused.to_string());
            }
            note(&tally.to_string());
        }
        if let Some(stopped) = stopped {
            for path in args.written_files() {
                note(&format!("{} not written: the audit stopped early", shown_path(path)));
            }
            return Err(std::iter::once(stopped).chain(not_saved).collect());
        }
        let mut failures = Vec::from_iter(not_saved);
        failures.extend(unread_schedules);
        let time = SystemTime::now();
        if let Some(path) = &args.html {
            let finished = utc(time).unwrap_or_default();
            let (rules, reused) = (&rules, reused.as_ref());
            let about = About { site, rules, finished: &finished, reused, schedules: &schedules };
            let page = page(&rows, &tally, &about);
            let result = atomic_write::write(path, page.as_bytes());
            failures.extend(written_file("HTML page", path, result));
        }
        if let Some(path) = &args.metrics {
            let reused = reused.as_ref().map_or(0, |reused| reused.taken);
            let run = Run { finished: time, took, reused };
            let text = metrics::text(path, &rows, &tally, &rules, &schedules, &run);
            let result = atomic_write::write_shared(path, text.as_bytes());
            failures.extend(written_file("metrics", path, result));
        }
        if unread > 0 {
            let unreadable: Vec<_> = rows.iter().filter_map(Row::failure).collect();
            failures.push(could_not_read(&unreadable, users.len()));
        }
        if !failures.is_empty() {
            return Err(failures);
        }
        let has_findings = rows.iter().any(|row| !row.findings.is_empty());
        Ok(if args.exit_code && has_findings { exit::PENDING } else { exit::DONE })
    }
}
