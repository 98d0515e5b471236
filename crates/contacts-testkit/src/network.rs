//! The scripted network: one user's way to a service, and what goes wrong on it.

use std::time::Duration;

use contacts_proto::{
    Credentials,
    transport::{Delivery, TransportErrorKind},
};
use contacts_sandbox::{Service, User};
use http::{HeaderValue, Method, Request, Response, header::AUTHORIZATION, request::Parts};

use crate::{
    drive::{EPOCH, Happened, Surroundings},
    faults::{Asks, Fault, Happening, When},
    hide_status::HiddenStatus,
    hints::Hint,
    ledger::Ledger,
    log::Log,
    random::Random,
    reply::{Reply, response},
};

/// The part that all users share: the one service, and the record of what happens.
#[derive(Debug)]
pub struct World {
    /// The service. It protects no client: what is created twice is there twice.
    pub service: Service,
    /// The record, line by line.
    pub log: Log,
    /// Number of steps that exchanges have taken.
    pub steps: u64,
}

impl World {
    /// A world with this service, and no record.
    pub fn new(service: Service) -> Self {
        Self { service, log: Log::default(), steps: 0 }
    }
}

/// One user's way to the service. All that happens on it follows from its seed, its faults and what
/// is sent.
#[derive(Debug)]
pub struct Network {
    user: User,
    tokens: u64,
    credentials: Credentials,
    /// User and credentials as they were first.
    origin: (User, Credentials),
    random: Random,
    faults: Faults,
    /// No faults at all, for the time being.
    quiet: bool,
    /// The longest that a delayed request takes after its failure shows; not included.
    consistency_delay: Duration,
    delayed: Vec<Flight>,
    /// The statuses that the service does not tell.
    pub hidden_status: HiddenStatus,
    /// The record of this network.
    pub ledger: Ledger,
}

/// Which request meets which fault.
#[derive(Debug, Clone)]
pub enum Faults {
    /// The first one the first, and so on; later requests go well.
    Schedule(Vec<Option<Fault>>),
    /// The first creation the first, and so on; all else goes well.
    OnCreations(Vec<Option<Fault>>),
    /// Every request that writes.
    OnWrites(Fault),
    /// So many of 64 requests meet any fault.
    Chance(u64),
}

/// A request on its way.
#[derive(Debug)]
struct Flight {
    lands: Duration,
    head: Parts,
    body: Vec<u8>,
}

const PAGE: &str = "<!doctype html><title>Welcome</title><p>Please log in to this network.</p>";
const LONGEST_WAY: Duration = Duration::from_millis(100);
const LONGEST_RENEWAL: Duration = Duration::from_millis(500);
const LONGEST_OVERSLEEPING: Duration = Duration::from_millis(20);

/// A user's client in the world.
#[derive(Debug)]
pub struct Way<'a> {
    /// The part that all users share.
    pub world: &'a mut World,
    /// The user's own network.
    pub network: &'a mut Network,
}

impl Surroundings for Way<'_> {
    fn random(&mut self) -> u64 {
        self.world.steps += 1;
        self.network.random.draw()
    }

    fn send(&mut self, request: Request<Vec<u8>>, timeout: Duration, now: Duration) -> (Duration, Happened) {
        let (method, path) = (request.method(), request.uri().path());
        let body = String::from_utf8_lossy(request.body());
        self.world.log.line(now, format_args!("sends {method} {path} {body} (time-out {timeout:?})"));
        let (at, reply) = self.network.send(self.world, request, now, timeout);
        self.world.log.line(at, format_args!("learns: {reply}"));
        (at, Happened::replied(reply))
    }

    fn wait(&mut self, wait: Duration, now: Duration) -> (Duration, Happened) {
        self.world.log.line(now, format_args!("waits {wait:?}"));
        let random = &mut self.network.random;
        let more = if random.one_in(2) { random.time_below(LONGEST_OVERSLEEPING) } else { Duration::ZERO };
        (now + wait + more, Happened::Waited)
    }

    fn refresh(&mut self, timeout: Duration, now: Duration) -> (Duration, Happened) {
        let token = self.network.refreshed();
        let given = if token.is_some() { "gets" } else { "gets no" };
        self.world.log.line(now, format_args!("asks for credentials, {given} others"));
        let takes = self.network.random.time_below(LONGEST_RENEWAL).min(timeout);
        (now + takes, Happened::Renewed(token))
    }
}

impl Network {
    /// The way of a user, who is made known to the service.
    pub fn new(
        world: &mut World,
        user: User,
        seed: u64,
        faults: Faults,
        consistency_delay: Duration,
    ) -> Self {
        let mut network = Self {
            origin: (user.clone(), Credentials::none()),
            user,
            tokens: 0,
            credentials: Credentials::none(),
            random: Random::new(seed),
            faults,
            quiet: false,
            consistency_delay,
            delayed: Vec::new(),
            hidden_status: HiddenStatus::default(),
            ledger: Ledger::default(),
        };
        network.rotate(world);
        network.origin = (network.user.clone(), network.credentials.clone());
        network
    }

    /// The same user's way with other faults and numbers, as if nothing had ever been sent (and the
    /// service knew of nothing).
    pub fn restart(&mut self, seed: u64, faults: &[Fault]) {
        if self.tokens > 1 {
            self.tokens = 1;
            (self.user, self.credentials) = self.origin.clone();
        }
        self.random = Random::new(seed);
        self.delayed.clear();
        self.ledger.clear();
        self.quiet = false;
        let faults = faults.iter().copied().map(Some);
        match &mut self.faults {
            Faults::Schedule(old) | Faults::OnCreations(old) => {
                old.clear();
                old.extend(faults);
            }
            other => *other = Faults::Schedule(faults.collect()),
        }
    }

    /// Begins anew with other faults; the user stays.
    pub fn meet(&mut self, faults: Faults) {
        self.ledger.clear();
        self.faults = faults;
    }

    /// The credentials that are valid now.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The token that the source of credentials gives; seldom nothing, and that only where faults
    /// come by chance.
    fn refreshed(&mut self) -> Option<String> {
        let fails = matches!(self.faults, Faults::Chance(1..)) && !self.quiet && self.random.one_in(32);
        self.user.oauth_token.clone().filter(|_| !fails)
    }

    /// The user's account id.
    pub fn account(&self) -> &str {
        &self.user.account_id
    }

    /// Lets all go well, or no more.
    pub fn set_quiet(&mut self, quiet: bool) {
        self.quiet = quiet;
    }

    /// Replaces the user's token: the old one has expired.
    pub fn rotate(&mut self, world: &mut World) {
        self.tokens += 1;
        let token = format!("token-{}-{}", self.user.email, self.tokens);
        self.user.expired_tokens.clear();
        self.user.expired_tokens.extend(self.user.oauth_token.replace(token.clone()));
        world.service.add_user(self.user.clone());
        self.credentials = Credentials::bearer(token).unwrap_or_else(|_| Credentials::none());
    }

    /// Sends a request: what its client learns of it, and when.
    fn send(
        &mut self,
        world: &mut World,
        request: Request<Vec<u8>>,
        now: Duration,
        timeout: Duration,
    ) -> (Duration, Reply) {
        let (head, body) = request.into_parts();
        let method = head.method.clone();
        let fault = self.next_fault(&method);
        self.random.mix(fault.map_or(u64::MAX, |fault| u64::from(fault.number())));
        if let Some(fault) = fault {
            world.log.line(now, format_args!("  meets {}: {}", fault.word(), fault.what()));
        }
        let arrives = now + self.random.time_below(LONGEST_WAY).min(timeout);
        let (at, reply) = self.happens(world, fault, head, body, arrives, now + timeout);
        self.ledger.note(&method, &reply);
        (at, reply)
    }

    fn next_fault(&mut self, method: &Method) -> Option<Fault> {
        self.ledger.sent += 1;
        if self.quiet {
            return None;
        }
        self.ledger.requests += 1;
        match &mut self.faults {
            Faults::Schedule(faults) => faults.get(self.ledger.requests - 1).copied().flatten(),
            Faults::OnCreations(faults) => {
                if *method != Method::POST {
                    self.ledger.requests -= 1;
                    return None;
                }
                faults.get(self.ledger.requests - 1).copied().flatten()
            }
            Faults::OnWrites(fault) => Some(*fault).filter(|_| *method != Method::GET),
            Faults::Chance(chance) => {
                let chance = *chance;
                (self.random.below(64) < chance).then(|| Fault::any(&mut self.random))
            }
        }
    }

    /// The reply that the client learns, and when: at `out` the latest.
    fn happens(
        &mut self,
        world: &mut World,
        fault: Option<Fault>,
        head: Parts,
        body: Vec<u8>,
        arrives: Duration,
        out: Duration,
    ) -> (Duration, Reply) {
        let comes = arrives + self.random.time_below(LONGEST_WAY);
        let in_time = |reply| if comes <= out { (comes, reply) } else { (out, timed_out()) };
        let Some(fault) = fault else {
            return in_time(Reply::genuine(self.carry_out(world, head, &body, arrives)));
        };
        match fault.happening() {
            Happening::Refused => {
                let cause = *self.random.pick(&[
                    TransportErrorKind::Connect,
                    TransportErrorKind::Dns,
                    TransportErrorKind::Tls,
                ]);
                (comes.min(out), Reply::failed(Delivery::NotSent, cause))
            }
            Happening::Lost(when) => {
                self.if_after(when, world, head, &body, arrives);
                self.lost(comes, out)
            }
            Happening::Delayed => {
                let (at, reply) = self.lost(comes, out);
                let lands = at + self.random.time_below(self.consistency_delay);
                self.delayed.push(Flight { lands, head, body });
                (at, reply)
            }
            Happening::Cut => {
                let answer = self.carry_out(world, head, &body, arrives);
                if answer.body().is_empty() {
                    // There is nothing to cut but the head.
                    return self.lost(comes, out);
                }
                in_time(self.cut(answer))
            }
            Happening::Status(status, when, asks) => {
                self.if_after(when, world, head, &body, arrives);
                in_time(self.status(status, asks))
            }
            Happening::Expired => {
                self.rotate(world);
                in_time(Reply::genuine(self.carry_out(world, head, &body, arrives)))
            }
            Happening::Garbage(when) => {
                self.if_after(when, world, head, &body, arrives);
                in_time(Reply::foreign(response(200, PAGE)))
            }
            Happening::Duplicate => {
                let method = head.method.clone();
                let first = self.carry_out(world, head.clone(), &body, arrives);
                let second = self.carry_out(world, head, &body, arrives);
                let second_is_given = self.random.one_in(2);
                self.ledger.note_second(&method, [first.status(), second.status()], second_is_given);
                in_time(Reply::genuine(if second_is_given { second } else { first }))
            }
            Happening::Refusal(status) => {
                let body = format!(r#"{{"errors":[{{"title":"no","code":"{status}"}}]}}"#);
                in_time(Reply::foreign(response(status, body)))
            }
        }
    }

    fn if_after(&mut self, when: When, world: &mut World, head: Parts, body: &[u8], at: Duration) {
        if when == When::After {
            self.carry_out(world, head, body, at);
        }
    }

    /// A reset at once, or silence to the end.
    fn lost(&mut self, comes: Duration, out: Duration) -> (Duration, Reply) {
        if comes > out || self.random.one_in(2) {
            return (out, timed_out());
        }
        (comes, Reply::failed(Delivery::Unknown, TransportErrorKind::Closed))
    }

    fn cut(&mut self, mut answer: Response<Vec<u8>>) -> Reply {
        let kept = self.random.below(answer.body().len() as u64);
        answer.body_mut().truncate(usize::try_from(kept).unwrap_or(0));
        Reply::cut(answer, TransportErrorKind::Closed)
    }

    fn status(&mut self, status: u16, asks: Asks) -> Reply {
        let mut answer = response(status, "");
        let seconds = match asks {
            Asks::Nothing => return Reply::foreign(answer),
            Asks::Little => 1 + self.random.below(8),
            Asks::Much => 3600,
        };
        let hint = Hint::of_seconds(seconds, self.random.one_in(2));
        hint.write(&mut answer);
        Reply::foreign(answer).with_hint(hint.asks_for(status))
    }

    /// Has the service carry out a request, after all that was to arrive before it.
    fn carry_out(&mut self, world: &mut World, head: Parts, body: &[u8], at: Duration) -> Response<Vec<u8>> {
        self.land(world, at);
        let answer = world.service.handle(Request::from_parts(head, body), EPOCH + at);
        world.log.line(at, format_args!("  the service answers {}", answer.status()));
        self.hidden_status.left_out_of(answer)
    }

    /// Carries out what was delayed up to this moment.
    pub fn land(&mut self, world: &mut World, until: Duration) {
        while let Some(next) = self.next_landing().filter(|(_, lands)| *lands <= until) {
            let Flight { lands, mut head, body } = self.delayed.remove(next.0);
            // It was let in when it came, whatever has become of its token since.
            if let Some(token) = &self.user.oauth_token
                && let Ok(value) = HeaderValue::from_str(&format!("Bearer {token}"))
            {
                head.headers.insert(AUTHORIZATION, value);
            }
            let method = head.method.clone();
            let answer = world.service.handle(Request::from_parts(head, body.as_slice()), EPOCH + lands);
            world.log.line(lands, format_args!("  a delayed {method} is carried out: {}", answer.status()));
        }
    }

    fn next_landing(&self) -> Option<(usize, Duration)> {
        self.delayed.iter().map(|flight| flight.lands).enumerate().min_by_key(|(_, lands)| *lands)
    }

    /// The time at which the last of the delayed requests is carried out.
    pub fn last_landing(&self) -> Option<Duration> {
        self.delayed.iter().map(|flight| flight.lands).max()
    }
}

fn timed_out() -> Reply {
    Reply::failed(Delivery::Unknown, TransportErrorKind::TimedOut)
}
