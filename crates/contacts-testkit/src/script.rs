//! A scripted network without a service: good and bad responses, failures, waits, random numbers,
//! and events that do not follow from the action. A few numbers generate a script, so `proptest`
//! can shrink it.

use std::{cell::RefCell, fmt, rc::Rc, time::Duration};

use contacts_proto::{
    BaseUrl, Credentials, RetryPolicy,
    exchange::{Action, Event, Exchange, Now, Session},
    transport::{Delivery, TransportErrorKind},
};
use http::{Method, Request};

use crate::{
    drive::{OwnedEvent, Run, SimulatedIo},
    job::{Begin, BoxedExchange, Job, Outcome},
    random::Random,
    reply::{Reply, response},
    retry_hint::RetryHint,
    trace::{Access, ExchangeInfo, Trace},
};

/// Maximum number of interrupted waits in a row, so that time passes in the end.
const MAX_INTERRUPTIONS: u32 = 3;

/// Number of events after the end of an exchange.
const AFTER_THE_END: usize = 3;

/// The token that the provider returns.
const NEW_TOKEN: &str = "another-token";

const BODIES: [&[u8]; 4] =
    [b"<html>Log in</html>", br#"{"values":[{"id""#, b"\xff\xfe", b"null and void"];

const STATUSES: [u16; 32] = [
    429, 503, 500, 401, 429, 503, 502, 504, 408, 425, 421, 401, 404, 400, 403, 404, 405, 409, 410,
    413, 415, 422, 422, 501, 505, 301, 302, 307, 304, 103, 599, 700,
];

const ERROR_KINDS: [TransportErrorKind; 8] = [
    TransportErrorKind::Closed,
    TransportErrorKind::TimedOut,
    TransportErrorKind::Connect,
    TransportErrorKind::Dns,
    TransportErrorKind::Certificate,
    TransportErrorKind::Tls,
    TransportErrorKind::TooLarge,
    TransportErrorKind::Other,
];

/// Latencies, in milliseconds.
const LATENCIES_MS: [u64; 16] =
    [0, 0, 0, 1, 20, 50, 50, 200, 200, 1_000, 1_000, 3_000, 10_000, 29_999, 31_000, 130_000];

/// A job, its setup, and the inputs of each step.
#[derive(Clone)]
pub struct Script {
    job: Job,
    setup: Setup,
    /// They repeat from the start after the last one.
    inputs: Vec<Input>,
    /// The numbers that generate this script, to replay it.
    numbers: (u64, Vec<u64>),
}

#[derive(Debug, Clone, Copy)]
struct Setup {
    attempts: u32,
    access: Access,
    /// Start time of the exchange.
    begin: Duration,
    deadline: Duration,
    /// The deadline of the session.
    until: Option<Duration>,
}

/// The inputs of one step.
#[derive(Debug, Clone)]
struct Input {
    reply: ScriptedReply,
    /// The provider has credentials.
    has_credentials: bool,
    wait_length: WaitLength,
    /// The latency.
    latency: Duration,
    /// If set, an event that does not follow from the action: one of three.
    stray: Option<u64>,
    random: u64,
}

/// The result of a request.
#[derive(Debug, Clone)]
enum ScriptedReply {
    /// A response that the operation expects, in one of its variants.
    Good(u64),
    /// Status 200 with a body that no operation can use.
    Useless(&'static [u8], RetryHint),
    Status(u16, RetryHint),
    /// A response with an incomplete body.
    Cut(u16, RetryHint, TransportErrorKind),
    NotSent(TransportErrorKind),
    MaybeSent(TransportErrorKind),
}

#[derive(Debug, Clone, Copy)]
enum WaitLength {
    Exactly,
    /// Interrupted after this many quarters.
    Quarters(u32),
    Longer,
}

impl Script {
    /// Generates the script of these numbers for a job.
    pub fn new(job: Job, setup: u64, inputs: &[u64]) -> Self {
        let numbers = (setup, inputs.to_vec());
        let mut random = Random::new(setup);
        let good_of_16 = *random.pick(&[4, 8, 11, 13]);
        let inputs = inputs.iter().map(|number| Input::draw(*number, good_of_16)).collect();
        Self { job, setup: Setup::draw(&mut random), inputs, numbers }
    }

    /// Generates a random script for a job.
    pub fn any(job: Job, random: &mut Random) -> Self {
        let setup = random.draw();
        let inputs: Vec<_> = (0..=random.below(23)).map(|_| random.draw()).collect();
        Self::new(job, setup, &inputs)
    }

    /// Runs the script against a new exchange.
    pub fn play(&self, begin: Begin) -> Trace {
        let session = self.setup.session();
        self.drive(begin(&self.job, session.clone()), &session)
    }

    /// Runs the script and returns each action as text.
    pub fn play_recorded(&self, begin: Begin) -> Vec<String> {
        let recorded = Rc::new(RefCell::new(Vec::new()));
        let session = self.setup.session();
        let exchange = begin(&self.job, session.clone());
        self.drive(Box::new(Recorder { exchange, recorded: Rc::clone(&recorded) }), &session);
        recorded.take()
    }

    fn drive<E: Exchange + ?Sized>(&self, exchange: Box<E>, session: &Session) -> Trace {
        let mut info =
            ExchangeInfo::new(self.job.kind(), session, self.setup.access, self.setup.begin);
        info.end = self.setup.until.map_or(info.end, |until| until.min(info.end));
        let mut run = Run::new(exchange, info);
        run.to_end(
            &mut ScriptIo { script: self, steps: 0, interruptions: 0 },
            &mut self.setup.begin.clone(),
        );
        run.trace
    }
}

/// Failed tests print the whole script.
impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { job, setup, numbers, .. } = self;
        write!(f, "{job:?} from {numbers:?}, with {setup:?}, inputs:")?;
        self.inputs.iter().try_for_each(|input| write!(f, "\n  {input:?}"))
    }
}

impl Setup {
    fn draw(random: &mut Random) -> Self {
        let begin = match random.below(8) {
            0..=3 => Duration::ZERO,
            4..=6 => Duration::from_secs(12_345),
            _ => Duration::MAX - Duration::from_secs(50),
        };
        let deadlines = [120_000, 120_000, 120_000, 120_000, 60_000, 20_000, 7_000, 0];
        Self {
            attempts: *random.pick(&[4, 4, 4, 4, 1, 2, 3, 12]),
            access: *random.pick(&[Access::Fixed, Access::Refreshable, Access::Missing]),
            begin,
            deadline: Duration::from_millis(*random.pick(&deadlines)),
            until: match random.below(16) {
                12 => Some(begin.saturating_add(Duration::from_secs(90))),
                13 => Some(begin.saturating_add(Duration::from_secs(9))),
                14 => Some(begin),
                15 => Some(begin.saturating_sub(Duration::from_secs(1))),
                _ => None,
            },
        }
    }

    fn session(&self) -> Session {
        let mut policy = RetryPolicy::default();
        policy.max_attempts = self.attempts;
        policy.deadline = self.deadline;
        policy.limits.pages = 5;
        let site = BaseUrl::new("https://api.example.com/cloud").expect("a base URL");
        let known = Credentials::bearer("first-token").expect("a token");
        let session = Session::new(site, known.clone()).with_policy(policy);
        let session = self.access.session(&session, known);
        match self.until {
            Some(until) => session.with_deadline(until),
            None => session,
        }
    }
}

impl Input {
    /// `good_of_16` of 16 responses are good.
    fn draw(number: u64, good_of_16: u64) -> Self {
        let mut random = Random::new(number);
        Self {
            reply: ScriptedReply::draw(&mut random, good_of_16),
            has_credentials: !random.one_in(4),
            wait_length: match random.below(8) {
                5 => WaitLength::Quarters(1),
                6 => WaitLength::Quarters(3),
                7 => WaitLength::Longer,
                _ => WaitLength::Exactly,
            },
            latency: Duration::from_millis(*random.pick(&LATENCIES_MS)),
            stray: Some(random.below(16)).filter(|stray| *stray > 12),
            random: match random.below(4) {
                0 => 0,
                1 => u64::MAX,
                _ => random.draw(),
            },
        }
    }

    /// The stray event, if there is one. `others` do not follow from the action.
    fn stray_event(&self, others: [OwnedEvent; 2]) -> Option<OwnedEvent> {
        let [one, other] = others;
        Some(match self.stray? % 3 {
            0 => one,
            1 => OwnedEvent::Start,
            _ => other,
        })
    }
}

impl ScriptedReply {
    fn draw(random: &mut Random, good_of_16: u64) -> Self {
        let (kind, variant) = (random.below(16), random.below(16));
        if kind < good_of_16 {
            return Self::Good(variant);
        }
        match variant {
            0..=6 => Self::Status(*random.pick(&STATUSES), RetryHint::any(random)),
            7 | 8 => Self::MaybeSent(*random.pick(&ERROR_KINDS)),
            9 | 10 => Self::NotSent(*random.pick(&ERROR_KINDS)),
            11 => Self::Cut(200, RetryHint::any(random), TransportErrorKind::Closed),
            12 => Self::Cut(
                *random.pick(&STATUSES),
                RetryHint::any(random),
                *random.pick(&ERROR_KINDS),
            ),
            13 => Self::Useless(random.pick::<&[u8]>(&BODIES), RetryHint::any(random)),
            14 => Self::Status(503, RetryHint::any(random)),
            _ => Self::Status(429, RetryHint::any(random)),
        }
    }

    fn to(&self, request: &Request<Vec<u8>>) -> Reply {
        let hinted = |status: u16, body: &[u8], hint: &RetryHint| {
            let mut response = response(status, body);
            hint.add_to(&mut response);
            response
        };
        match self {
            Self::Good(variant) => {
                let (status, body) = good(request, *variant);
                Reply::trusted(response(status, body))
            }
            Self::Useless(body, hint) => Reply::untrusted(hinted(200, body, hint)),
            Self::Status(status, hint) => {
                Reply::untrusted(hinted(*status, b"", hint)).with_hint(hint.delay(*status))
            }
            Self::Cut(status, hint, kind) => {
                Reply::cut(hinted(*status, b"{\"val", hint), *kind).with_hint(hint.delay(*status))
            }
            Self::NotSent(kind) => Reply::failed(Delivery::NotSent, *kind),
            Self::MaybeSent(kind) => Reply::failed(Delivery::Unknown, *kind),
        }
    }
}

/// A running script.
struct ScriptIo<'a> {
    script: &'a Script,
    /// Number of steps of the exchange.
    steps: usize,
    interruptions: u32,
}

impl ScriptIo<'_> {
    /// The next input.
    fn input(&self) -> &Input {
        &self.script.inputs[self.steps % self.script.inputs.len()]
    }

    fn good() -> OwnedEvent {
        let (status, body) = good(&Request::new(Vec::new()), 0);
        OwnedEvent::replied(Reply::trusted(response(status, body)))
    }

    fn refreshed() -> OwnedEvent {
        OwnedEvent::Refreshed(Some(NEW_TOKEN.into()))
    }
}

impl SimulatedIo for ScriptIo<'_> {
    fn random(&mut self) -> u64 {
        let random = self.input().random;
        self.steps += 1;
        random
    }

    fn send(
        &mut self,
        request: Request<Vec<u8>>,
        _: Duration,
        now: Duration,
    ) -> (Duration, OwnedEvent) {
        self.interruptions = 0;
        let input = self.input();
        let event = input
            .stray_event([OwnedEvent::Waited, Self::refreshed()])
            .unwrap_or_else(|| OwnedEvent::replied(input.reply.to(&request)));
        (now.saturating_add(input.latency), event)
    }

    fn wait(&mut self, wait: Duration, now: Duration) -> (Duration, OwnedEvent) {
        let (wait_length, latency) = (self.input().wait_length, self.input().latency);
        let passes = match wait_length {
            WaitLength::Quarters(quarters) if self.interruptions < MAX_INTERRUPTIONS => {
                self.interruptions += 1;
                wait / 4 * quarters
            }
            WaitLength::Longer => wait.saturating_add(latency),
            WaitLength::Exactly | WaitLength::Quarters(_) => wait,
        };
        let event = self
            .input()
            .stray_event([Self::good(), Self::refreshed()])
            .unwrap_or(OwnedEvent::Waited);
        (now.saturating_add(passes), event)
    }

    fn refresh(&mut self, _: Duration, now: Duration) -> (Duration, OwnedEvent) {
        self.interruptions = 0;
        let input = self.input();
        let given = || OwnedEvent::Refreshed(input.has_credentials.then(|| NEW_TOKEN.into()));
        let event = input.stray_event([Self::good(), OwnedEvent::Waited]).unwrap_or_else(given);
        (now.saturating_add(input.latency), event)
    }

    fn after_the_end(&mut self, times: usize) -> Option<OwnedEvent> {
        let input = self.input();
        let event =
            input.stray_event([OwnedEvent::Waited, Self::good()]).unwrap_or(OwnedEvent::Waited);
        self.steps += 1;
        (times < AFTER_THE_END).then_some(event)
    }
}

/// Records the actions of an exchange as text.
struct Recorder {
    exchange: BoxedExchange,
    recorded: Rc<RefCell<Vec<String>>>,
}

impl Exchange for Recorder {
    type Output = Outcome;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Outcome> {
        let action = self.exchange.step(event, now, random);
        let words = format!("{:?} {action:?} {:?}", now.monotonic, self.exchange.wait_reason());
        self.recorded.borrow_mut().push(words);
        action
    }
}

/// The expected response of a request: status and body.
fn good(request: &Request<Vec<u8>>, variant: u64) -> (u16, String) {
    let (path, query) = (request.uri().path(), request.uri().query());
    match *request.method() {
        Method::GET if query.is_some() => (200, page(query.unwrap_or_default(), variant)),
        Method::GET if path.ends_with("tenant_info") => (200, r#"{"cloudId":"35273b54"}"#.into()),
        Method::GET => {
            let to = if variant % 2 == 0 { "new@example.com" } else { "old@example.com" };
            (200, format!(r#"{{"id":"a","method":"email","to":"{to}"}}"#))
        }
        Method::POST => {
            (201, format!(r#"{{"message":"Created","data":{{"id":"t{}"}}}}"#, variant % 3))
        }
        Method::DELETE => (204, String::new()),
        _ => (200, r#"{"message":"Done","data":{"id":"a"}}"#.into()),
    }
}

/// A page with none, one or two matching contacts, among others.
fn page(query: &str, variant: u64) -> String {
    let offset = query.split(['=', '&']).nth(1).unwrap_or_default();
    let other = format!(r#"{{"id":"o{offset}","method":"email","to":"o{offset}@example.com"}}"#);
    let wanted = [
        "",
        r#",{"id":"t0","method":"sms","to":"1 555 0100"}"#,
        r#",{"id":"t1","method":"sms","to":"1-5550100"}"#,
    ];
    let (one, two) = match variant / 4 {
        0 | 1 => (0, 0),
        2 => (1, 0),
        _ => (1, 2),
    };
    let length = 1 + usize::from(one > 0) + usize::from(two > 0);
    let next = match variant % 4 {
        3 => format!(r#""?offset={}&size=100""#, offset.parse::<usize>().unwrap_or(0) + length),
        _ => "null".into(),
    };
    format!(r#"{{"values":[{other}{}{}],"links":{{"next":{next}}}}}"#, wanted[one], wanted[two])
}
