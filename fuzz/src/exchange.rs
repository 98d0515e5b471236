//! Runs an exchange with a script of events and checks its laws.
//!
//! The first line of a script names the exchange by a letter, followed by flags. Each further line
//! is an input: a letter for the latency, one for the random number, and the event.
//!
//! ```text
//! E            ensure; l list, c create, g get, u update, d delete, a activate, i deactivate,
//!              f find the cloud id, A all contacts, R reconcile
//!              flags: r refreshable credentials, n no credentials yet, t a deadline of 7 seconds
//! 2a200 {"values":[]}
//! =a201,3 {"data":{"id":"a"}}
//!              latency: 0 to 9 from a table, = as long as the exchange waits
//!              random: 0 the minimum, 9 the maximum, any other letter its own number
//!              event: a status, `,SECONDS` of retry-after, and a body; with ~ the body is cut;
//!              - not sent, ? may have been sent; s start, w waited, r refreshed, x refresh failed;
//!              empty: the event that follows from the action
//! ```

use std::time::Duration;

use contacts_proto::{
    BaseUrl, Credentials, RetryPolicy,
    exchange::Session,
    transport::{Delivery, TransportErrorKind},
};
use contacts_testkit::{
    drive::{OwnedEvent, Run, SimulatedIo},
    job::{ExchangeKind, Job},
    laws,
    reply::{Reply, hint_without_dates},
    trace::{Access, ExchangeInfo},
};
use http::{Request, Response};

const LETTERS: &[u8; 11] = b"lcgudaifAER";
const MILLIS: [u64; 10] = [0, 1, 50, 200, 1_000, 5_000, 10_000, 29_999, 31_000, 130_000];
const BEGIN: Duration = Duration::from_secs(12_345);

/// Number of events after the end of an exchange.
const AFTER_THE_END: usize = 3;

/// Runs a script.
///
/// # Errors
/// The broken laws.
pub fn keeps_its_laws(script: &[u8]) -> Result<(), String> {
    let (first, rest) = crate::line(script);
    let mut inputs: Vec<_> = rest.split(|byte| *byte == b'\n').map(Input::read).collect();
    inputs.truncate(64);
    let (job, session, access) = begin(first);
    // A script may interrupt waits without a limit, so only the laws of all exchanges apply.
    let info = ExchangeInfo::new(ExchangeKind::Other, &session, access, BEGIN);
    let mut run = Run::new(job.begin(session), info);
    run.to_end(&mut ScriptIo { inputs: &inputs, index: 0, random: 0 }, &mut BEGIN.clone());
    let mut violations = Vec::new();
    laws::check(&run.trace, &mut violations);
    if violations.is_empty() { Ok(()) } else { Err(format!("{job:?}: {violations:#?}")) }
}

fn begin(line: &[u8]) -> (Job, Session, Access) {
    let letter = line.first().copied().unwrap_or_default();
    let place = LETTERS.iter().position(|known| *known == letter).unwrap_or(usize::from(letter));
    let flag = |flag: u8| line.iter().skip(1).any(|byte| *byte == flag);
    let access = match (flag(b'n'), flag(b'r')) {
        (true, _) => Access::Missing,
        (_, true) => Access::Refreshable,
        _ => Access::Fixed,
    };
    let mut policy = RetryPolicy::default();
    policy.limits.pages = 5;
    if flag(b't') {
        policy.deadline = Duration::from_secs(7);
    }
    let site = BaseUrl::new("https://api.example.com/cloud").expect("a site");
    let known = Credentials::bearer("first-token").expect("a token");
    let session = Session::new(site, known.clone()).with_policy(policy);
    let jobs = Job::of_each_kind();
    (jobs[place % jobs.len()].clone(), access.session(&session, known), access)
}

/// A running script.
struct ScriptIo<'a> {
    inputs: &'a [Input<'a>],
    index: usize,
    random: u64,
}

impl<'a> ScriptIo<'a> {
    /// Returns the next input, and whether the script has repeated. After the last input it
    /// repeats.
    fn next(&mut self) -> (&'a Input<'a>, bool) {
        let (input, again) =
            (&self.inputs[self.index % self.inputs.len()], self.index >= self.inputs.len());
        self.index += 1;
        self.random = input.random;
        (input, again)
    }

    fn happens(&mut self, fitting: OwnedEvent, now: Duration) -> (Duration, OwnedEvent) {
        let (input, _) = self.next();
        let passes = input.passes.unwrap_or(Duration::from_millis(10));
        (now.saturating_add(passes), input.happens.happened().unwrap_or(fitting))
    }
}

impl SimulatedIo for ScriptIo<'_> {
    fn random(&mut self) -> u64 {
        self.random
    }

    fn send(&mut self, _: Request<Vec<u8>>, _: Duration, now: Duration) -> (Duration, OwnedEvent) {
        let lost = Reply::failed(Delivery::Unknown, TransportErrorKind::TimedOut);
        self.happens(OwnedEvent::replied(lost), now)
    }

    fn wait(&mut self, wait: Duration, now: Duration) -> (Duration, OwnedEvent) {
        let (input, again) = self.next();
        // After the last input, waits take their full time.
        let passes = input.passes.filter(|_| !again).unwrap_or(wait);
        (now.saturating_add(passes), input.happens.happened().unwrap_or(OwnedEvent::Waited))
    }

    fn refresh(&mut self, _: Duration, now: Duration) -> (Duration, OwnedEvent) {
        self.happens(refreshed(), now)
    }

    fn after_the_end(&mut self, times: usize) -> Option<OwnedEvent> {
        let (_, happened) = self.happens(OwnedEvent::Waited, Duration::ZERO);
        (times < AFTER_THE_END).then_some(happened)
    }
}

fn refreshed() -> OwnedEvent {
    OwnedEvent::Refreshed(Some("another-token".into()))
}

struct Input<'a> {
    /// `None`: as long as the exchange wants to wait.
    passes: Option<Duration>,
    random: u64,
    happens: Happens<'a>,
}

enum Happens<'a> {
    Start,
    Waited,
    Refreshed(bool),
    Answered(Response<&'a [u8]>),
    Cut(Response<&'a [u8]>, TransportErrorKind),
    NotSent(TransportErrorKind),
    MaybeSent(TransportErrorKind),
    /// The event that follows from the action.
    Fitting,
}

impl<'a> Input<'a> {
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
}

impl<'a> Happens<'a> {
    /// Returns the event, unless it is the one that follows from the action.
    fn happened(&self) -> Option<OwnedEvent> {
        let owned = |answer: &Response<&[u8]>| answer.clone().map(<[u8]>::to_vec);
        let hinted = |reply: Reply, answer: &Response<&[u8]>| {
            reply.with_hint(hint_without_dates(answer.headers()))
        };
        Some(match self {
            Self::Fitting => return None,
            Self::Start => OwnedEvent::Start,
            Self::Waited => OwnedEvent::Waited,
            Self::Refreshed(true) => refreshed(),
            Self::Refreshed(false) => OwnedEvent::Refreshed(None),
            // The body is not checked: a 2xx may have had its effect anyway.
            Self::Answered(answer) => {
                OwnedEvent::replied(hinted(Reply::untrusted(owned(answer)), answer))
            }
            Self::Cut(answer, cause) => {
                OwnedEvent::replied(hinted(Reply::cut(owned(answer), *cause), answer))
            }
            Self::NotSent(cause) => OwnedEvent::replied(Reply::failed(Delivery::NotSent, *cause)),
            Self::MaybeSent(cause) => OwnedEvent::replied(Reply::failed(Delivery::Unknown, *cause)),
        })
    }

    fn read(event: &'a [u8]) -> Self {
        let (Some(letter), rest) = (event.first(), event.get(1..).unwrap_or_default()) else {
            return Self::Fitting;
        };
        match letter {
            b's' => Self::Start,
            b'w' => Self::Waited,
            b'r' => Self::Refreshed(true),
            b'x' => Self::Refreshed(false),
            b'-' => Self::NotSent(cause(rest)),
            b'?' => Self::MaybeSent(cause(rest)),
            b'~' => answer(rest).map_or(Self::Fitting, |answer| Self::Cut(answer, cause(rest))),
            _ => answer(event).map_or(Self::Fitting, Self::Answered),
        }
    }
}

fn cause(rest: &[u8]) -> TransportErrorKind {
    match rest.last() {
        Some(b'R') => TransportErrorKind::Dns,
        Some(b'C') => TransportErrorKind::Certificate,
        Some(b'T') => TransportErrorKind::TimedOut,
        Some(b'L') => TransportErrorKind::TooLarge,
        Some(b'M') => TransportErrorKind::Malformed,
        _ => TransportErrorKind::Closed,
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
