//! A world in which anything happens: answers good and bad, failures, time, chance, and events that
//! do not follow from the action. It knows no service. All of it is drawn from a few numbers, so
//! that `proptest` finds the shortest script that breaks a law.

use std::{cell::RefCell, fmt, rc::Rc, time::Duration};

use contacts_proto::{
    BaseUrl, Credentials, RetryPolicy,
    exchange::{Action, Event, Exchange, Now, Session},
    transport::{Delivery, TransportErrorKind},
};
use http::{Method, Request};

use crate::{
    drive::{Happened, Run, Surroundings},
    hints::Hint,
    job::{Begin, Client, Job, Outcome},
    random::Random,
    reply::{Reply, response},
    trace::{About, Access, Trace},
};

/// Number of waits in a row that are cut short at most: time passes, in the end.
const CUT_SHORT: u32 = 3;

/// Number of steps after the end of an exchange.
const AFTER_THE_END: usize = 3;

/// The token that the source of credentials gives.
const RENEWED: &str = "another-token";

const BODIES: [&[u8]; 4] = [b"<html>Log in</html>", br#"{"values":[{"id""#, b"\xff\xfe", b"null and void"];

const STATUSES: [u16; 32] = [
    429, 503, 500, 401, 429, 503, 502, 504, 408, 425, 421, 401, 404, 400, 403, 404, 405, 409, 410, 413, 415,
    422, 422, 501, 505, 301, 302, 307, 304, 103, 599, 700,
];

const CAUSES: [TransportErrorKind; 8] = [
    TransportErrorKind::Closed,
    TransportErrorKind::TimedOut,
    TransportErrorKind::Connect,
    TransportErrorKind::Dns,
    TransportErrorKind::Certificate,
    TransportErrorKind::Tls,
    TransportErrorKind::TooLarge,
    TransportErrorKind::Other,
];

/// Milliseconds that an answer takes.
const TAKES: [u64; 16] =
    [0, 0, 0, 1, 20, 50, 50, 200, 200, 1_000, 1_000, 3_000, 10_000, 29_999, 31_000, 130_000];

/// A job, its surroundings, and what happens.
#[derive(Clone)]
pub struct Script {
    job: Job,
    setup: Setup,
    /// They begin anew when they are at their end.
    beats: Vec<Beat>,
    /// The numbers that it was drawn from: enough to replay it.
    numbers: (u64, Vec<u64>),
}

#[derive(Debug, Clone, Copy)]
struct Setup {
    attempts: u32,
    access: Access,
    /// The time at which the exchange begins.
    begin: Duration,
    deadline: Duration,
    /// The session's own limit.
    until: Option<Duration>,
}

/// The events of one step.
#[derive(Debug, Clone)]
struct Beat {
    answer: Answer,
    /// The source of credentials has some.
    granted: bool,
    slept: Slept,
    /// The time that it takes.
    takes: Duration,
    /// An event that does not follow from the action: this one of three.
    unfit: Option<u64>,
    random: u64,
}

/// The answer to a request.
#[derive(Debug, Clone)]
enum Answer {
    /// The answer that the operation hopes for, in one of its variants.
    Good(u64),
    /// 200, and a body that no operation can use.
    Useless(&'static [u8], Hint),
    Status(u16, Hint),
    /// The head of an answer, and a body that breaks off.
    Cut(u16, Hint, TransportErrorKind),
    NotSent(TransportErrorKind),
    MaybeSent(TransportErrorKind),
}

#[derive(Debug, Clone, Copy)]
enum Slept {
    Exactly,
    /// It is cut short: this many quarters of it pass.
    Quarters(u32),
    Longer,
}

impl Script {
    /// The script of these numbers for a job.
    pub fn new(job: Job, setup: u64, beats: &[u64]) -> Self {
        let numbers = (setup, beats.to_vec());
        let mut random = Random::new(setup);
        let kindness = *random.pick(&[4, 8, 11, 13]);
        let beats = beats.iter().map(|number| Beat::draw(*number, kindness)).collect();
        Self { job, setup: Setup::draw(&mut random), beats, numbers }
    }

    /// Any script for a job.
    pub fn any(job: Job, random: &mut Random) -> Self {
        let setup = random.draw();
        let beats: Vec<_> = (0..=random.below(23)).map(|_| random.draw()).collect();
        Self::new(job, setup, &beats)
    }

    /// Plays it to an exchange that is begun so.
    pub fn play(&self, begin: Begin) -> Trace {
        let session = self.setup.session();
        self.drive(begin(&self.job, session.clone()), &session)
    }

    /// The same in words, with all that each action says.
    pub fn play_told(&self, begin: Begin) -> Vec<String> {
        let told = Rc::new(RefCell::new(Vec::new()));
        let session = self.setup.session();
        let client = begin(&self.job, session.clone());
        self.drive(Box::new(Told { client, told: Rc::clone(&told) }), &session);
        told.take()
    }

    fn drive(&self, client: Client, session: &Session) -> Trace {
        let mut about = About::new(self.job.shape(), session, self.setup.access, self.setup.begin);
        about.end = self.setup.until.map_or(about.end, |until| until.min(about.end));
        let mut run = Run::new(client, about);
        run.to_end(&mut Playing { script: self, steps: 0, cut_short: 0 }, &mut self.setup.begin.clone());
        run.trace
    }
}

/// For a failed test: the script is in it to the last detail.
impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { job, setup, numbers, .. } = self;
        write!(f, "{job:?} out of {numbers:?}, with {setup:?}, and then:")?;
        self.beats.iter().try_for_each(|beat| write!(f, "\n  {beat:?}"))
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
            access: *random.pick(&[Access::Fixed, Access::Renewable, Access::Needed]),
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

impl Beat {
    /// `kindness` of 16 answers are good.
    fn draw(number: u64, kindness: u64) -> Self {
        let mut random = Random::new(number);
        Self {
            answer: Answer::draw(&mut random, kindness),
            granted: !random.one_in(4),
            slept: match random.below(8) {
                5 => Slept::Quarters(1),
                6 => Slept::Quarters(3),
                7 => Slept::Longer,
                _ => Slept::Exactly,
            },
            takes: Duration::from_millis(*random.pick(&TAKES)),
            unfit: Some(random.below(16)).filter(|unfit| *unfit > 12),
            random: match random.below(4) {
                0 => 0,
                1 => u64::MAX,
                _ => random.draw(),
            },
        }
    }

    /// An event that does not follow from the action, whatever it is that does.
    fn stray(&self, others: [Happened; 2]) -> Option<Happened> {
        let [one, other] = others;
        Some(match self.unfit? % 3 {
            0 => one,
            1 => Happened::Start,
            _ => other,
        })
    }
}

impl Answer {
    fn draw(random: &mut Random, kindness: u64) -> Self {
        let (kind, variant) = (random.below(16), random.below(16));
        if kind < kindness {
            return Self::Good(variant);
        }
        match variant {
            0..=6 => Self::Status(*random.pick(&STATUSES), Hint::any(random)),
            7 | 8 => Self::MaybeSent(*random.pick(&CAUSES)),
            9 | 10 => Self::NotSent(*random.pick(&CAUSES)),
            11 => Self::Cut(200, Hint::any(random), TransportErrorKind::Closed),
            12 => Self::Cut(*random.pick(&STATUSES), Hint::any(random), *random.pick(&CAUSES)),
            13 => Self::Useless(random.pick::<&[u8]>(&BODIES), Hint::any(random)),
            14 => Self::Status(503, Hint::any(random)),
            _ => Self::Status(429, Hint::any(random)),
        }
    }

    fn to(&self, request: &Request<Vec<u8>>) -> Reply {
        let hinted = |status: u16, body: &[u8], hint: &Hint| {
            let mut response = response(status, body);
            hint.write(&mut response);
            response
        };
        match self {
            Self::Good(variant) => {
                let (status, body) = good(request, *variant);
                Reply::genuine(response(status, body))
            }
            Self::Useless(body, hint) => Reply::foreign(hinted(200, body, hint)),
            Self::Status(status, hint) => {
                Reply::foreign(hinted(*status, b"", hint)).with_hint(hint.asks_for(*status))
            }
            Self::Cut(status, hint, cause) => {
                Reply::cut(hinted(*status, b"{\"val", hint), *cause).with_hint(hint.asks_for(*status))
            }
            Self::NotSent(cause) => Reply::failed(Delivery::NotSent, *cause),
            Self::MaybeSent(cause) => Reply::failed(Delivery::Unknown, *cause),
        }
    }
}

/// A script in the course of an exchange.
struct Playing<'a> {
    script: &'a Script,
    /// Steps that the exchange has taken.
    steps: usize,
    cut_short: u32,
}

impl Playing<'_> {
    /// The next beat.
    fn beat(&self) -> &Beat {
        &self.script.beats[self.steps % self.script.beats.len()]
    }

    fn good() -> Happened {
        let (status, body) = good(&Request::new(Vec::new()), 0);
        Happened::replied(Reply::genuine(response(status, body)))
    }

    fn refreshed() -> Happened {
        Happened::Renewed(Some(RENEWED.into()))
    }
}

impl Surroundings for Playing<'_> {
    fn random(&mut self) -> u64 {
        let random = self.beat().random;
        self.steps += 1;
        random
    }

    fn send(&mut self, request: Request<Vec<u8>>, _: Duration, now: Duration) -> (Duration, Happened) {
        self.cut_short = 0;
        let beat = self.beat();
        let happened = beat
            .stray([Happened::Waited, Self::refreshed()])
            .unwrap_or_else(|| Happened::replied(beat.answer.to(&request)));
        (now.saturating_add(beat.takes), happened)
    }

    fn wait(&mut self, wait: Duration, now: Duration) -> (Duration, Happened) {
        let (slept, takes) = (self.beat().slept, self.beat().takes);
        let passes = match slept {
            Slept::Quarters(quarters) if self.cut_short < CUT_SHORT => {
                self.cut_short += 1;
                wait / 4 * quarters
            }
            Slept::Longer => wait.saturating_add(takes),
            Slept::Exactly | Slept::Quarters(_) => wait,
        };
        let happened = self.beat().stray([Self::good(), Self::refreshed()]).unwrap_or(Happened::Waited);
        (now.saturating_add(passes), happened)
    }

    fn refresh(&mut self, _: Duration, now: Duration) -> (Duration, Happened) {
        self.cut_short = 0;
        let beat = self.beat();
        let given = || Happened::Renewed(beat.granted.then(|| RENEWED.into()));
        let happened = beat.stray([Self::good(), Happened::Waited]).unwrap_or_else(given);
        (now.saturating_add(beat.takes), happened)
    }

    fn after_the_end(&mut self, times: usize) -> Option<Happened> {
        let beat = self.beat();
        let happened = beat.stray([Happened::Waited, Self::good()]).unwrap_or(Happened::Waited);
        self.steps += 1;
        (times < AFTER_THE_END).then_some(happened)
    }
}

/// An exchange whose actions are written down.
struct Told {
    client: Client,
    told: Rc<RefCell<Vec<String>>>,
}

impl Exchange for Told {
    type Output = Outcome;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Outcome> {
        let action = self.client.step(event, now, random);
        let words = format!("{:?} {action:?} {:?}", now.monotonic, self.client.wait_reason());
        self.told.borrow_mut().push(words);
        action
    }
}

/// The answer that a request hopes for: status and body.
fn good(request: &Request<Vec<u8>>, variant: u64) -> (u16, String) {
    let (path, query) = (request.uri().path(), request.uri().query());
    match *request.method() {
        Method::GET if query.is_some() => (200, page(query.unwrap_or_default(), variant)),
        Method::GET if path.ends_with("tenant_info") => (200, r#"{"cloudId":"35273b54"}"#.into()),
        Method::GET => {
            let to = if variant.is_multiple_of(2) { "new@example.com" } else { "old@example.com" };
            (200, format!(r#"{{"id":"a","method":"email","to":"{to}"}}"#))
        }
        Method::POST => (201, format!(r#"{{"message":"Created","data":{{"id":"t{}"}}}}"#, variant % 3)),
        Method::DELETE => (204, String::new()),
        _ => (200, r#"{"message":"Done","data":{"id":"a"}}"#.into()),
    }
}

/// A page with none, one or two of the contacts that jobs ensure and resolve, among others.
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
