//! An exchange under a script of events, and its laws.
//!
//! The first line of a script names the exchange by a letter and may have flags behind it; each further line is a beat:
//! a letter for the time that passes, one for the random number, and the event.
//!
//! ```text
//! E            ensure; l list, c create, g get, u update, d delete, a activate, i deactivate, f find the cloud id,
//!              A all contacts, R resolve; flags: r credentials can be renewed, n there are none yet, t 7 seconds in all
//! 2a200 {"values":[]}
//! =a201,3 {"data":{"id":"a"}}
//!              time: 0 to 9 out of a table, = what the exchange wants to wait
//!              random: 0 the least, 9 the largest, any other a number of its own
//!              event: a status, with `,SECONDS` of retry-after, and a body; the same behind ~ for a body that breaks off;
//!              - not sent, ? maybe sent; s start, w waited, r renewed, x not renewed; nothing: what follows from the action
//! ```

use std::{sync::Arc, time::Duration};

use contacts_proto::{
    Action, BaseUrl, Cause, Class, Credentials, Effect, Event, Failure, ListContacts, Now, Operation, Policy,
    Progress, Session,
};
use http::{Method, Request, Response};

#[allow(dead_code, reason = "the laws of contacts-proto use the rest of it")]
#[path = "../../crates/contacts-proto/tests/it/law_checker/subject.rs"]
mod subject;

use subject::{Any, Subject};

const LETTERS: &[u8; 11] = b"lcgudaifAER";
const MILLIS: [u64; 10] = [0, 1, 50, 200, 1_000, 5_000, 10_000, 29_999, 31_000, 130_000];
const BEGIN: Duration = Duration::from_secs(12_345);

/// Once the script begins anew, no exchange needs more steps than these.
const MOST_STEPS: usize = 400;

/// How often it is stepped after its end.
const AFTER_THE_END: usize = 3;

/// Runs a script.
///
/// # Errors
/// The law that is broken, and how.
pub fn keeps_its_laws(script: &[u8]) -> Result<(), String> {
    let (first, rest) = crate::line(script);
    let mut beats: Vec<_> = rest.split(|byte| *byte == b'\n').map(Beat::read).collect();
    beats.truncate(64);
    let mut run = Run::new(first);
    let mut action = run.step(Event::Start, 0)?;
    for index in 0..beats.len() + MOST_STEPS {
        if let Action::Done(_) = action {
            return beats.iter().cycle().skip(index).take(AFTER_THE_END).try_for_each(|beat| {
                let again = beat.give(&action, |event| run.step(event, beat.random))?;
                law(matches!(again, Action::Done(Err(_))), || format!("done stays done, but for {again:?}"))
            });
        }
        let beat = &beats[index % beats.len()];
        run.now = run.now.saturating_add(match action {
            // In the end time passes.
            Action::Wait(wait) if beat.passes.is_none() || index >= beats.len() => wait,
            _ => beat.passes.unwrap_or(Duration::from_millis(10)),
        });
        action = beat.give(&action, |event| run.step(event, beat.random))?;
    }
    Err("it does not end".into())
}

fn law(holds: bool, how: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(how()) }
}

struct Run {
    exchange: Any,
    now: Duration,
    end: Duration,
    /// The request that is under way.
    sent: Option<Request<Vec<u8>>>,
    /// Nothing may be sent before it.
    earliest: Duration,
    /// A creation may have been carried out, and no list has ended since.
    create_in_doubt: bool,
    /// Something that writes may have been carried out.
    effect: bool,
}

impl Run {
    fn new(line: &[u8]) -> Self {
        let letter = line.first().copied().unwrap_or_default();
        let place = LETTERS.iter().position(|known| *known == letter).unwrap_or(usize::from(letter));
        let flag = |flag: u8| line.iter().skip(1).any(|byte| *byte == flag);
        let mut policy = Policy::default();
        policy.limits.pages = 5;
        if flag(b't') {
            policy.deadline = Duration::from_secs(7);
        }
        let end = BEGIN + policy.deadline;
        let site = BaseUrl::new("https://api.example.com/cloud").expect("a site");
        let known = Credentials::bearer("first-token").expect("a token");
        let session = Session::new(site, known.clone()).with_policy(policy);
        let session = match (flag(b'n'), flag(b'r')) {
            (true, _) => session.with_renewable(None),
            (_, true) => session.with_renewable(Some(known)),
            _ => session,
        };
        Self {
            exchange: Subject::ALL[place % Subject::ALL.len()].exchange(session),
            now: BEGIN,
            end,
            sent: None,
            earliest: Duration::ZERO,
            create_in_doubt: false,
            effect: false,
        }
    }

    fn step(&mut self, event: Event<'_>, random: u64) -> Result<Action<String>, String> {
        if let Some(request) = self.sent.take() {
            self.learn(&request, &event);
        }
        let now = self.now;
        let action = self.exchange.step(event, Now { monotonic: now, unix: 1_795_000_000 }, random);
        match &action {
            Action::Send { request, timeout, .. } => {
                law(now >= self.earliest, || {
                    format!("sent at {now:?}, not before {:?} was asked for", self.earliest)
                })?;
                law(!timeout.is_zero(), || "a request without any time".into())?;
                law(request.method() != Method::POST || !self.create_in_doubt, || {
                    "a second creation, and the first one is in doubt".into()
                })?;
                self.sent = Some(request.clone());
            }
            Action::Done(result) => {
                let effect = std::mem::take(&mut self.effect);
                let told = result.as_ref().map_or_else(|error| error.effect() == Effect::Possible, |_| true);
                law(told || !effect, || format!("an effect is possible: {action:?}"))?;
            }
            _ => {}
        }
        let done = matches!(action, Action::Done(_));
        law(done || now < self.end, || format!("at {now:?}, after the deadline: {action:?}"))?;
        Ok(action)
    }

    /// What is known of a request once this has happened.
    fn learn(&mut self, request: &Request<Vec<u8>>, event: &Event<'_>) {
        let (class, head) = match event {
            Event::Answered(answer) => {
                (Class::of(answer.status()), Some((answer.status(), answer.headers())))
            }
            Event::Failed(failure) => match failure.progress() {
                Progress::NotSent => (Class::NotProcessed, None),
                Progress::MaybeSent => (Class::Ambiguous, None),
                Progress::Answered(answer) => match Class::of(answer.status()) {
                    Class::Success => (Class::Ambiguous, None),
                    refused => (refused, Some((answer.status(), answer.headers()))),
                },
            },
            _ => (Class::Ambiguous, None),
        };
        // A 401 asks for other credentials, and not for patience.
        if let Some((_, headers)) = head.filter(|(status, _)| !status.is_success() && *status != 401)
            && let Some(wait) = crate::plain_wait(headers)
        {
            self.earliest = self.earliest.max(self.now.saturating_add(wait));
        }
        let writes = request.method() != Method::GET;
        self.effect |= writes && matches!(class, Class::Ambiguous | Class::Success);
        if request.method() == Method::POST {
            self.create_in_doubt = class != Class::NotProcessed;
        } else if ends_a_list(request, event) {
            self.create_in_doubt = false;
        }
    }
}

fn ends_a_list(request: &Request<Vec<u8>>, event: &Event<'_>) -> bool {
    let Event::Answered(answer) = event else { return false };
    let list = ListContacts::all();
    let is_list = request.method() == Method::GET && request.uri().query().is_some();
    is_list && list.response(answer.clone()).is_ok_and(|page| matches!(list.after(&page), Ok(None)))
}

struct Beat<'a> {
    /// `None` is what the exchange wants to wait.
    passes: Option<Duration>,
    random: u64,
    happens: Happens<'a>,
}

enum Happens<'a> {
    Start,
    Waited,
    Renewed(bool),
    Answered(Response<&'a [u8]>),
    Cut(Response<&'a [u8]>, Cause),
    NotSent(Cause),
    MaybeSent(Cause),
    /// What follows from the action.
    Fitting,
}

impl<'a> Beat<'a> {
    fn read(line: &'a [u8]) -> Self {
        let byte = |place: usize| line.get(place).copied().unwrap_or(b'=');
        let time = usize::from(byte(0).wrapping_sub(b'0')) % MILLIS.len();
        Self {
            passes: (byte(0) != b'=').then(|| Duration::from_millis(MILLIS[time])),
            random: match byte(1) {
                b'0' => 0,
                b'9' => u64::MAX,
                other => u64::from(other).wrapping_mul(0x9e37_79b9_7f4a_7c15),
            },
            happens: Happens::read(line.get(2..).unwrap_or_default()),
        }
    }

    fn give<T>(&self, action: &Action<String>, take: impl FnOnce(Event<'_>) -> T) -> T {
        let failed = |progress, cause: &Cause| Event::Failed(Failure::new(progress, *cause));
        let renewed = || Event::Renewed(Ok(Credentials::bearer("another-token").expect("a token")));
        take(match (&self.happens, action) {
            (Happens::Start, _) => Event::Start,
            (Happens::Waited, _) | (Happens::Fitting, Action::Wait(_) | Action::Done(_)) => Event::Waited,
            (Happens::Renewed(true), _) | (Happens::Fitting, Action::Renew { .. }) => renewed(),
            (Happens::Renewed(false), _) => Event::Renewed(Err(Arc::new(std::fmt::Error))),
            (Happens::Answered(answer), _) => Event::Answered(answer.clone()),
            (Happens::Cut(answer, cause), _) => {
                failed(Progress::Answered(Box::new(answer.clone().map(<[u8]>::to_vec))), cause)
            }
            (Happens::NotSent(cause), _) => failed(Progress::NotSent, cause),
            (Happens::MaybeSent(cause), _) => failed(Progress::MaybeSent, cause),
            (Happens::Fitting, Action::Send { .. }) => failed(Progress::MaybeSent, &Cause::TimedOut),
        })
    }
}

impl<'a> Happens<'a> {
    fn read(event: &'a [u8]) -> Self {
        let (Some(letter), rest) = (event.first(), event.get(1..).unwrap_or_default()) else {
            return Self::Fitting;
        };
        match letter {
            b's' => Self::Start,
            b'w' => Self::Waited,
            b'r' => Self::Renewed(true),
            b'x' => Self::Renewed(false),
            b'-' => Self::NotSent(cause(rest)),
            b'?' => Self::MaybeSent(cause(rest)),
            b'~' => answer(rest).map_or(Self::Fitting, |answer| Self::Cut(answer, cause(rest))),
            _ => answer(event).map_or(Self::Fitting, Self::Answered),
        }
    }
}

fn cause(rest: &[u8]) -> Cause {
    match rest.last() {
        Some(b'R') => Cause::Resolve,
        Some(b'C') => Cause::Certificate,
        Some(b'T') => Cause::TimedOut,
        Some(b'L') => Cause::TooLarge,
        Some(b'M') => Cause::Malformed,
        _ => Cause::Closed,
    }
}

/// `503,3 body`
fn answer(data: &[u8]) -> Option<Response<&[u8]>> {
    let (head, body) = match data.iter().position(|byte| *byte == b' ') {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[][..]),
    };
    let mut answer = Response::new(body);
    *answer.status_mut() = http::StatusCode::from_bytes(head.get(..3)?).ok()?;
    if let Some(seconds) = head.get(3..).and_then(|rest| rest.strip_prefix(b",")) {
        answer.headers_mut().insert("retry-after", http::HeaderValue::from_bytes(seconds).ok()?);
    }
    Some(answer)
}
