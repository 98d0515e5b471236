//! `audit`: who can be reached, over many users.

pub(crate) mod args;
mod findings;
mod output;
mod page;
mod resume;
mod users;
mod workers;

use std::{
    io::{self, IsTerminal},
    path::Path,
    sync::{Arc, mpsc::sync_channel},
    thread,
    time::SystemTime,
};

use contacts_plan::Diagnostic;
use contacts_ureq::{AccountId, Contact, ContactMethod, Error};

use self::{
    args::AuditArgs,
    findings::{Reachability, Row, Tally, User, several},
    output::Progress,
    page::{About, page},
    resume::{Resume, Reused, utc},
    workers::{CircuitBreaker, Event, Workers},
};
use crate::{
    client::Context,
    error::{Failure, counted, exit},
    io::{atomic_write, interrupt, note, shown_path},
    output::Reader,
};

/// No file of users is longer, in bytes.
const LONGEST: u64 = 64 * 1024 * 1024;

pub(crate) fn run(context: &Context<'_>, args: &AuditArgs) -> Result<u8, Vec<Failure>> {
    let users = wanted_users(context, args)?;
    // To learn at its end that the page cannot be written would be late.
    if let Some(path) = &args.html {
        atomic_write::check(path).map_err(|error| cannot_write(path, &error))?;
    }
    args.resume.as_deref().map_or(Ok(()), Resume::check)?;
    let client = Arc::new(context.connect()?);
    let base_url = client.session().base_url().map_err(Failure::from)?;
    let resume = args.resume.as_deref().map(|path| Resume::open(path, base_url));
    let resume = resume.transpose()?;
    if resume.as_ref().is_some_and(|resume| resume.was_torn) {
        note("the last line of the file was not whole: the user is read again");
    }
    let site = base_url.to_string();
    let mut audit = Audit::new(context, args, users, resume)?;

    // Nobody runs ahead: a thread goes on to its next user once it was heard.
    let (events, heard) = sync_channel(0);
    let interrupted = events.clone();
    interrupt::tells(move || {
        // It may be busy with writing; the next interrupt does not wait for that. If nobody listens, it is at its end anyway.
        thread::spawn(move || interrupted.send(Event::Interrupted));
    });
    let unread = if audit.is_for_nobody() { Vec::new() } else { audit.unread() };
    let mut awaited = unread.len();
    // The bar is there before anybody has something to tell.
    let is_shown = !context.args.quiet && io::stderr().is_terminal();
    let progress = Progress::new(audit.users.len(), audit.known, is_shown);
    let workers =
        Workers::start(args.jobs.into(), unread, move |account| client.contacts_of(account), &events);
    drop(events);
    while awaited > 0 {
        // The interrupt has a sender, too, so that there is always somebody to hear from.
        match heard.recv() {
            Ok(Event::Read { place, reading }) => {
                awaited -= 1;
                audit.hear(place, reading)?;
            }
            Ok(Event::Interrupted) | Err(_) => audit.end = Some(audit.interrupted()),
        }
        progress.step(&audit.tally);
        if audit.is_for_nobody() {
            awaited -= workers.stop();
        }
        if audit.end.is_some() || audit.is_for_nobody() && audit.resume.is_none() {
            break;
        }
    }
    drop(progress);
    drop(workers);
    audit.finish(&site)
}

/// All users, each of them once.
fn wanted_users(context: &Context<'_>, args: &AuditArgs) -> Result<Vec<User>, Vec<Failure>> {
    let mut users: Vec<_> = args.accounts.iter().cloned().map(User::new).collect();
    if let Some(path) = &args.from {
        let text = context.read(path, "users", LONGEST)?;
        let name = shown_path(path);
        users.extend(users::read(&text).map_err(|diagnostics| {
            let failure = |diagnostic: &Diagnostic| {
                Failure::in_file(&name, Some(diagnostic.position), &diagnostic.message)
            };
            diagnostics.iter().map(failure).collect::<Vec<_>>()
        })?);
    }
    if users.is_empty() {
        return Err(Failure::usage(
            "no users to read: give their account ids, or a file of them with --from",
        )
        .into());
    }
    Ok(users::distinct(users))
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::local(format!("{} cannot be written: {error}", shown_path(path)))
}

/// What is known so far.
struct Audit<'a> {
    context: &'a Context<'a>,
    args: &'a AuditArgs,
    required: Vec<ContactMethod>,
    users: Vec<User>,
    resume: Option<Resume>,
    /// In the order of the users.
    rows: Vec<Option<Row>>,
    known: usize,
    /// Those of them that were not asked for.
    reused: Option<Reused>,
    /// How many of the rows were written.
    written: usize,
    reader: Reader,
    tally: Tally,
    breaker: CircuitBreaker,
    /// Why it ends before all users are known.
    end: Option<Failure>,
    /// Why what is read is no longer kept in the file.
    unkept: Option<Failure>,
}

impl<'a> Audit<'a> {
    /// With what is known from an earlier one.
    fn new(
        context: &'a Context<'a>,
        args: &'a AuditArgs,
        users: Vec<User>,
        resume: Option<Resume>,
    ) -> Result<Self, Failure> {
        let mut required = args.require.clone();
        required.sort();
        required.dedup();
        let rows = users.iter().map(|_| None).collect();
        let mut audit = Self {
            context,
            args,
            required,
            users,
            resume,
            rows,
            known: 0,
            reused: None,
            written: 0,
            reader: Reader::There,
            tally: Tally::default(),
            breaker: CircuitBreaker::default(),
            end: None,
            unkept: None,
        };
        for place in 0..audit.users.len() {
            let account = &audit.users[place].account_id;
            if let Some(contacts) = audit.resume.as_mut().and_then(|resume| resume.take(account)) {
                audit.put(place, Ok(&contacts));
            }
        }
        let all = audit.users.len();
        audit.reused = audit.resume.as_ref().and_then(|resume| resume.reused(audit.known, all));
        audit.write()?;
        Ok(audit)
    }

    /// The users who are still to be read, with their places.
    fn unread(&self) -> Vec<(usize, AccountId)> {
        let users = self.users.iter().zip(&self.rows).enumerate();
        users
            .filter(|(_, (_, row))| row.is_none())
            .map(|(place, (user, _))| (place, user.account_id.clone()))
            .collect()
    }

    fn hear(&mut self, place: usize, reading: Result<Vec<Contact>, Error>) -> Result<(), Failure> {
        match reading {
            Ok(contacts) => {
                self.keep(place, &contacts);
                self.breaker.succeed();
                self.put(place, Ok(&contacts));
            }
            Err(error) => {
                let is_over = self.breaker.fail(&error);
                let failure = Failure::from(error);
                if is_over {
                    self.end = Some(failure);
                    return Ok(());
                }
                self.put(place, Err(failure));
            }
        }
        self.write()
    }

    /// Keeps what was read. Where that fails, as on a full disk, the audit goes on without the file.
    fn keep(&mut self, place: usize, contacts: &[Contact]) {
        let Some(resume) = &mut self.resume else { return };
        if let Err(failure) = resume.keep(&self.users[place].account_id, contacts) {
            self.unkept = Some(failure);
            self.resume = None;
        }
    }

    fn put(&mut self, place: usize, reading: Result<&[Contact], Failure>) {
        let row = Row::new(self.users[place].clone(), reading, &self.required);
        self.tally.add(&row);
        self.known += 1;
        self.rows[place] = Some(row);
    }

    /// Writes what can be written while others are on their way.
    fn write(&mut self) -> Result<(), Failure> {
        if self.context.output.streams() {
            while self.reader == Reader::There
                && let Some(Some(row)) = self.rows.get(self.written)
            {
                self.reader = self.context.output.audited_user(row)?;
                self.written += 1;
            }
        }
        Ok(())
    }

    /// Whether nobody would learn what else is read. A page and an exit code come at the end alone, and are waited for; what is kept
    /// in a file is gone on from.
    fn is_for_nobody(&self) -> bool {
        self.reader == Reader::Gone && self.args.html.is_none() && !self.args.exit_code
    }

    fn interrupted(&self) -> Failure {
        let (known, all) = (self.known, counted(self.users.len(), "user"));
        let failure = Failure::interrupted(format!("interrupted: {known} of {all} were looked at"));
        failure.with_hint(match self.args.resume {
            Some(_) => "the same command goes on from there",
            None => "with --resume FILE, what was read is kept, and the same command goes on from there",
        })
    }

    /// The results, and what is to be said of them.
    fn finish(self, site: &str) -> Result<u8, Vec<Failure>> {
        if self.end.is_none() && self.is_for_nobody() {
            return self.unkept.map_or(Ok(exit::DONE), |unkept| Err(unkept.into()));
        }
        let Self { context, args, required, users, rows, written, tally, end, unkept, reused, .. } = self;
        // What was written already is their beginning, without a gap.
        let rows: Vec<_> = rows.into_iter().flatten().collect();
        let unread = tally.count(Reachability::Unreadable);
        // Where nobody could be read, why it ended is all there is to say.
        if end.is_none() || unread < rows.len() {
            context.output.audited(&rows[written..], args.all)?;
            if let Some(reused) = &reused {
                note(&reused.to_string());
            }
            note(&tally.to_string());
        }
        if let Some(end) = end {
            return Err(std::iter::once(end).chain(unkept).collect());
        }
        if let Some(path) = &args.html {
            let when = utc(SystemTime::now()).unwrap_or_default();
            let about = About { site, required: &required, when: &when, reused: reused.as_ref() };
            let page = page(&rows, &tally, &about);
            atomic_write::write(path, page.as_bytes()).map_err(|error| cannot_write(path, &error))?;
            note(&format!("the page is {}", shown_path(path)));
        }
        let mut failures = Vec::from_iter(unkept);
        if unread > 0 {
            let unreadable: Vec<_> = rows.iter().filter_map(Row::failure).collect();
            failures.push(several(&unreadable, users.len()));
        }
        if !failures.is_empty() {
            return Err(failures);
        }
        let is_found = rows.iter().any(|row| !row.findings.is_empty());
        Ok(if args.exit_code && is_found { exit::PENDING } else { exit::DONE })
    }
}
