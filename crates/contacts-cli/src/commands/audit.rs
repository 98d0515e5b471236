//! `audit`: who can be reached, over many users.

mod asked;

use std::{
    io::{self, IsTerminal},
    path::Path,
    sync::{Arc, mpsc::sync_channel},
    thread,
    time::SystemTime,
};

use contacts_ureq::{Contact, ContactMethod, Error};

use super::Context;
use crate::{
    args::AuditArgs,
    audit::{
        About, Crew, Earlier, Event, Progress, Resume, Row, Standing, Streak, Tally, User, page, several, utc,
    },
    failure::{Failure, exit},
    interrupt,
    output::{Reader, counted},
    text_file, whole_file,
};

pub(super) fn run(context: &Context<'_>, args: &AuditArgs) -> Result<u8, Vec<Failure>> {
    let users = asked::users(context, args)?;
    // To learn at its end that the page cannot be written would be late.
    if let Some(path) = &args.html {
        whole_file::check(path).map_err(|error| cannot_write(path, &error))?;
    }
    args.resume.as_deref().map_or(Ok(()), Resume::check)?;
    let service = Arc::new(context.connect()?);
    let resume = args.resume.as_deref().map(|path| Resume::open(path, service.session().site()));
    let resume = resume.transpose()?;
    if resume.as_ref().is_some_and(|resume| resume.was_torn) {
        context.note("the last line of the file was not whole: the user is read again");
    }
    let site = service.session().site().to_string();
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
    let is_shown = !context.arguments.how.quiet && io::stderr().is_terminal();
    let progress = Progress::new(audit.users.len(), audit.known, is_shown);
    let crew = Crew::start(args.jobs.into(), unread, move |account| service.contacts_of(account), &events);
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
            awaited -= crew.stop();
        }
        if audit.end.is_some() || audit.is_for_nobody() && audit.resume.is_none() {
            break;
        }
    }
    drop(progress);
    drop(crew);
    audit.finish(&site)
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::local(format!("{} cannot be written: {error}", text_file::shown(path)))
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
    earlier: Option<Earlier>,
    /// How many of the rows were written.
    written: usize,
    reader: Reader,
    tally: Tally,
    streak: Streak,
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
        let mut required: Vec<ContactMethod> =
            args.require.iter().copied().map(ContactMethod::from).collect();
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
            earlier: None,
            written: 0,
            reader: Reader::There,
            tally: Tally::default(),
            streak: Streak::default(),
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
        audit.earlier = audit.resume.as_ref().and_then(|resume| resume.earlier(audit.known, all));
        audit.write()?;
        Ok(audit)
    }

    /// The users who are still to be read, with their places.
    fn unread(&self) -> Vec<(usize, contacts_ureq::AccountId)> {
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
                self.streak.succeed();
                self.put(place, Ok(&contacts));
            }
            Err(error) => {
                let is_over = self.streak.fail(&error);
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
        let Self { context, args, required, users, rows, written, tally, end, unkept, earlier, .. } = self;
        // What was written already is their beginning, without a gap.
        let rows: Vec<_> = rows.into_iter().flatten().collect();
        let unread = tally.count(Standing::Unreadable);
        // Where nobody could be read, why it ended is all there is to say.
        if end.is_none() || unread < rows.len() {
            context.output.audited(&rows[written..], args.all)?;
            if let Some(earlier) = &earlier {
                context.note(&earlier.to_string());
            }
            context.note(&tally.to_string());
        }
        if let Some(end) = end {
            return Err(std::iter::once(end).chain(unkept).collect());
        }
        if let Some(path) = &args.html {
            let when = utc(SystemTime::now()).unwrap_or_default();
            let about = About { site, required: &required, when: &when, earlier: earlier.as_ref() };
            let page = page(&rows, &tally, &about);
            whole_file::write(path, page.as_bytes()).map_err(|error| cannot_write(path, &error))?;
            context.note(&format!("the page is {}", text_file::shown(path)));
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
