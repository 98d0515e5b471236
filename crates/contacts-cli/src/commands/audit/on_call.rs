//! The users of schedules: who is on call now, next and later.

use std::{collections::BTreeMap, fmt, sync::Arc, time::SystemTime};

use contacts_ureq::{
    ConcurrencyLimit, ConcurrencyPermit, Error, GetNextOnCalls, GetOnCalls, ListRotations,
    ListSchedules, OnCalls, Participant, ParticipantKind, Rotation, Schedule, ScheduleId,
    UnopenedReason, escape_controls, exchange::List,
};
use serde::Serialize;

use super::{
    args::OnCallArgs,
    findings::{Finding, User},
    workers::in_parallel,
};
use crate::{
    client::Client,
    error::{Failure, counted},
    io::note,
};

/// Maximum number of names in a hint.
const MAX_NAMES: usize = 10;

/// A duty of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Duty {
    pub(crate) schedule: ScheduleId,
    pub(crate) name: String,
    pub(crate) when: When,
    /// First sampled time of a later duty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<String>,
}

/// Time of a duty, soonest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum When {
    Now,
    Next,
    Later,
    /// Unknown: the user takes part in a rotation.
    Rotation,
}

impl When {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Next => "next",
            Self::Later => "later",
            Self::Rotation => "rotation",
        }
    }
}

/// `now: Payments`, safe for a terminal.
impl fmt::Display for Duty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.when.word(), shown_name(&self.name, &self.schedule))
    }
}

/// A user to audit. With a finding, the contacts are not read.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) user: User,
    /// Boxed: most of 100,000 users have none.
    pub(crate) finding: Option<Box<Finding>>,
}

impl From<User> for Candidate {
    fn from(user: User) -> Self {
        Self { user, finding: None }
    }
}

/// A schedule of the audit.
#[derive(Debug)]
pub(crate) struct Coverage {
    pub(crate) id: ScheduleId,
    pub(crate) name: String,
    pub(crate) state: CoverageState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CoverageState {
    Covered,
    /// Nobody is on call now.
    Nobody,
    /// The service did not say who is on call.
    Unreadable,
}

impl Coverage {
    pub(crate) fn shown_name(&self) -> String {
        shown_name(&self.name, &self.id)
    }
}

/// The name without control characters, or the id of a schedule without a name.
fn shown_name(name: &str, id: &ScheduleId) -> String {
    escape_controls(if name.is_empty() { id.as_str() } else { name }).into_owned()
}

/// The users of the selected schedules.
#[derive(Debug, Default)]
pub(crate) struct OnCall {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) schedules: Vec<Coverage>,
    /// One for each schedule that could not be read.
    pub(crate) failures: Vec<Failure>,
}

/// Reads the users of schedules. Each schedule is read once.
pub(crate) fn read(
    client: &Arc<Client>,
    limit: &ConcurrencyLimit,
    args: &OnCallArgs,
    now: SystemTime,
) -> Result<OnCall, Vec<Failure>> {
    let Some(wanted) = &args.on_call else { return Ok(OnCall::default()) };
    let list = match args.everyone {
        true => ListSchedules::all().with_rotations(),
        false => ListSchedules::all(),
    };
    let all = client.run_alone(|session| List::new(session, list), &mut ());
    let all = all.map_err(Failure::from)?;
    let schedules = selected(all, wanted)?;
    note(&format!("reading {}", counted(schedules.len(), "schedule")));
    let (client, times, everyone) = (Arc::clone(client), args.times(now), args.everyone);
    let read = move |schedule: Schedule, permit: &mut _| {
        Duties::read(&client, &schedule, &times, everyone, permit)
    };
    let results = in_parallel(limit, schedules.clone(), read).map_err(Failure::from)?;
    Ok(OnCall::of(schedules, results))
}

/// Returns the schedules with these ids or names, or all that are not disabled.
fn selected(all: Vec<Schedule>, wanted: &[String]) -> Result<Vec<Schedule>, Vec<Failure>> {
    if all.is_empty() {
        return Err(Failure::local("this account cannot see any schedule")
            .with_hint(
                "use an administrator's account; other users see only schedules of their teams and rotations",
            )
            .into());
    }
    if wanted.is_empty() {
        let (disabled, rest): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|schedule| schedule.enabled == Some(false));
        if !disabled.is_empty() {
            note(&format!("skipped {}", counted(disabled.len(), "disabled schedule")));
        }
        return Ok(rest);
    }
    let (mut places, mut failures) = (Vec::new(), Vec::new());
    for name in wanted {
        match find(&all, name) {
            Ok(place) if places.contains(&place) => {}
            Ok(place) => places.push(place),
            Err(failure) => failures.push(failure),
        }
    }
    if !failures.is_empty() {
        return Err(failures);
    }
    let mut all: Vec<_> = all.into_iter().map(Some).collect();
    Ok(places.into_iter().filter_map(|place| all[place].take()).collect())
}

/// Finds the schedule with this id, or the only one with this name. Ignores case in names.
fn find(all: &[Schedule], wanted: &str) -> Result<usize, Failure> {
    if let Some(place) = all.iter().position(|schedule| schedule.id.as_str() == wanted) {
        return Ok(place);
    }
    let name = wanted.to_lowercase();
    let is_named = |(_, schedule): &(usize, &Schedule)| schedule.name.to_lowercase() == name;
    let found: Vec<_> = all.iter().enumerate().filter(is_named).collect();
    let shown = escape_controls(wanted);
    match found[..] {
        [(place, _)] => Ok(place),
        [] => {
            let names: Vec<_> =
                all.iter().take(MAX_NAMES).map(|it| shown_name(&it.name, &it.id)).collect();
            let more = if all.len() > MAX_NAMES { ", …" } else { "" };
            let hint = format!("visible schedules: {}{more}", names.join(", "));
            Err(Failure::local(format!("no visible schedule has the id or name {shown}"))
                .with_hint(hint))
        }
        _ => {
            let ids: Vec<_> = found.iter().map(|(_, schedule)| schedule.id.as_str()).collect();
            let hint = format!("give an id: {}", ids.join(", "));
            Err(Failure::local(format!("{} schedules have the name {shown}", found.len()))
                .with_hint(hint))
        }
    }
}

/// The participants of one schedule.
#[derive(Debug, Default)]
struct Duties {
    found: Vec<(Found, When, Option<SystemTime>)>,
    is_anybody_now: bool,
}

/// A user, or a participant whose users are unknown.
#[derive(Debug)]
enum Found {
    User(contacts_ureq::AccountId),
    NotOpened { participant: Participant, reason: String },
}

impl Duties {
    fn read(
        client: &Client,
        schedule: &Schedule,
        times: &Times,
        everyone: bool,
        permit: &mut ConcurrencyPermit,
    ) -> Result<Self, Error> {
        let id = || schedule.id.clone();
        let mut duties = Self::default();
        let at = |time| GetOnCalls::new(id()).at(time);
        let (now, next) = match times.now {
            Some(time) => (at(time)?, GetNextOnCalls::new(id()).at(time)?),
            None => (GetOnCalls::new(id()), GetNextOnCalls::new(id())),
        };
        duties.add(&client.send_alone(&now, permit)?, When::Now, None);
        duties.is_anybody_now = !duties.found.is_empty();
        duties.add(&client.send_alone(&next, permit)?, When::Next, None);
        for time in &times.later {
            duties.add(&client.send_alone(&at(*time)?, permit)?, When::Later, Some(*time));
        }
        if everyone {
            duties.add_rotations(match &schedule.rotations {
                Some(rotations) => rotations.clone(),
                None => {
                    let list = ListRotations::new(id());
                    client.run_alone(|session| List::new(session, list), permit)?
                }
            });
        }
        Ok(duties)
    }

    fn add(&mut self, on_calls: &OnCalls, when: When, at: Option<SystemTime>) {
        let users = on_calls.account_ids().into_iter().map(Found::User);
        let unopened = on_calls.unopened().into_iter().map(|unopened| {
            let reason = unopened.reason.to_string();
            let participant = Participant::new(unopened.kind, unopened.id);
            Found::NotOpened { participant, reason }
        });
        self.found.extend(users.chain(unopened).map(|found| (found, when, at)));
    }

    fn add_rotations(&mut self, rotations: Vec<Rotation>) {
        for participant in rotations.into_iter().flat_map(|rotation| rotation.participants) {
            let found = match (participant.account_id(), &participant.kind) {
                (_, ParticipantKind::NoOne) => continue,
                (Some(account_id), _) => Found::User(account_id),
                (None, ParticipantKind::User) => {
                    let reason = UnopenedReason::InvalidAccountId.to_string();
                    Found::NotOpened { participant, reason }
                }
                (None, _) => {
                    let reason = "a rotation names it, and rotations do not show its users".into();
                    Found::NotOpened { participant, reason }
                }
            };
            self.found.push((found, When::Rotation, None));
        }
    }
}

impl OnCall {
    /// Merges the schedules: each user once, with all duties.
    fn of(schedules: Vec<Schedule>, results: Vec<Result<Duties, Error>>) -> Self {
        let (mut merged, mut failures) = (Merged::default(), Vec::new());
        let mut coverage = Vec::new();
        for (Schedule { id, name, .. }, result) in schedules.into_iter().zip(results) {
            let state = match result {
                Ok(duties) => {
                    let state = match duties.is_anybody_now {
                        true => CoverageState::Covered,
                        false => CoverageState::Nobody,
                    };
                    for (found, when, at) in duties.found {
                        let at = at.map(|at| humantime::format_rfc3339_seconds(at).to_string());
                        merged.add(
                            found,
                            Duty { schedule: id.clone(), name: name.clone(), when, at },
                        );
                    }
                    state
                }
                Err(error) => {
                    failures.push(
                        Failure::from(error).about(&format!("schedule {}", shown_name(&name, &id))),
                    );
                    CoverageState::Unreadable
                }
            };
            coverage.push(Coverage { id, name, state });
        }
        for candidate in &mut merged.candidates {
            // Soonest first. The sort keeps the order of schedules.
            candidate.user.on_call.sort_by_key(|duty| duty.when);
        }
        Self { candidates: merged.candidates, schedules: coverage, failures }
    }

    /// Prints the schedules without anybody on call now.
    pub(crate) fn note_nobody(&self) {
        let nobody = self.schedules.iter().filter(|it| it.state == CoverageState::Nobody);
        let names: Vec<_> = nobody.map(Coverage::shown_name).collect();
        if !names.is_empty() {
            note(&format!("no one is on call now in: {}", names.join(", ")));
        }
    }
}

#[derive(Default)]
struct Merged {
    candidates: Vec<Candidate>,
    /// Place by account id, or by participant.
    places: BTreeMap<String, usize>,
}

impl Merged {
    fn add(&mut self, found: Found, duty: Duty) {
        let (user, finding) = match found {
            Found::User(account_id) => (User::new(account_id), None),
            Found::NotOpened { participant, reason } => {
                let user = User { participant: Some(participant), ..User::default() };
                (user, Some(Box::new(Finding::NotOpened { reason })))
            }
        };
        let place = *self.places.entry(user.id()).or_insert(self.candidates.len());
        if place == self.candidates.len() {
            self.candidates.push(Candidate { user, finding });
        }
        let duties = &mut self.candidates[place].user.on_call;
        // A later duty adds nothing for a user who is on call now or next.
        let is_known = |known: &Duty| {
            known.schedule == duty.schedule && (known.when == duty.when || duty.when > When::Next)
        };
        if !duties.iter().any(is_known) {
            duties.push(duty);
        }
    }
}

/// The times of the requests.
#[derive(Debug)]
pub(crate) struct Times {
    /// `None`: the time of the service.
    pub(crate) now: Option<SystemTime>,
    pub(crate) later: Vec<SystemTime>,
}
