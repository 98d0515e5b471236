//! The simulated network between one user and the service, with faults.

use std::{rc::Rc, time::Duration};

use contacts_proto::{
    Credentials,
    transport::{Delivery, TransportErrorKind},
};
use contacts_sandbox::{Service, User};
use http::{HeaderValue, Method, Request, Response, header::AUTHORIZATION, request::Parts};

use crate::{
    drive::{EPOCH, OwnedEvent, SimulatedIo},
    faults::{Fault, FaultKind, RequestedDelay, When},
    hidden_status::HiddenStatus,
    log::Log,
    network_record::NetworkRecord,
    random::Random,
    reply::{Reply, response},
    retry_hint::RetryHint,
};

/// The shared part: one service and one log.
#[derive(Debug, Clone)]
pub struct World {
    /// The service. It allows duplicates.
    pub service: Service,
    /// The log.
    pub log: Log,
    /// Number of steps of all exchanges.
    pub steps: u64,
}

impl World {
    /// A world with this service, without a log.
    pub fn new(service: Service) -> Self {
        Self { service, log: Log::default(), steps: 0 }
    }
}

/// One user's network to the service. Deterministic: its seed, faults and requests decide
/// everything.
#[derive(Debug, Clone)]
pub struct Network {
    user: Rc<User>,
    tokens: u64,
    credentials: Credentials,
    random: Random,
    faults: Faults,
    /// Requests beyond the end of the schedule are held back.
    is_open: bool,
    /// No faults at the moment.
    faults_paused: bool,
    /// Upper bound, exclusive, of the time that a delayed request arrives after its failure.
    consistency_delay: Duration,
    delayed: Vec<DelayedRequest>,
    /// The statuses that the service hides.
    pub hidden_status: HiddenStatus,
    /// The record of this network.
    pub record: NetworkRecord,
}

/// The requests that meet a fault.
#[derive(Debug, Clone)]
pub enum Faults {
    /// The n-th request meets the n-th fault; later requests succeed.
    Schedule(Vec<Option<Fault>>),
    /// The n-th create request meets the n-th fault; all other requests succeed.
    OnCreates(Vec<Option<Fault>>),
    /// Every write request meets this fault.
    OnWrites(Fault),
    /// This many of 64 requests meet a random fault.
    Chance(u64),
}

/// A request that arrives late.
#[derive(Debug, Clone)]
struct DelayedRequest {
    due: Duration,
    head: Parts,
    body: Vec<u8>,
}

const PAGE: &str = "<!doctype html><title>Welcome</title><p>Please log in to this network.</p>";
const MAX_LATENCY: Duration = Duration::from_millis(100);
const MAX_REFRESH_TIME: Duration = Duration::from_millis(500);
const MAX_OVERSLEEP: Duration = Duration::from_millis(20);

/// One user's network together with the shared world.
#[derive(Debug)]
pub struct Connection<'a> {
    /// The shared part: one service and one log.
    pub world: &'a mut World,
    /// The user's own network.
    pub network: &'a mut Network,
}

impl SimulatedIo for Connection<'_> {
    fn random(&mut self) -> u64 {
        self.world.steps += 1;
        self.network.random.draw()
    }

    fn send(
        &mut self,
        request: Request<Vec<u8>>,
        timeout: Duration,
        now: Duration,
    ) -> (Duration, OwnedEvent) {
        let (method, path) = (request.method(), request.uri().path());
        let body = String::from_utf8_lossy(request.body());
        self.world
            .log
            .line(now, format_args!("sends {method} {path} {body} (timeout {timeout:?})"));
        let (at, reply) = self.network.send(self.world, request, now, timeout);
        self.world.log.line(at, format_args!("gets: {reply}"));
        (at, OwnedEvent::replied(reply))
    }

    fn holds(&self, method: &Method) -> bool {
        self.network.holds(method)
    }

    fn wait(&mut self, wait: Duration, now: Duration) -> (Duration, OwnedEvent) {
        self.world.log.line(now, format_args!("waits {wait:?}"));
        let random = &mut self.network.random;
        let more = if random.one_in(2) { random.time_below(MAX_OVERSLEEP) } else { Duration::ZERO };
        (now + wait + more, OwnedEvent::Waited)
    }

    fn refresh(&mut self, timeout: Duration, now: Duration) -> (Duration, OwnedEvent) {
        let token = self.network.refreshed();
        let result = if token.is_some() { "succeeds" } else { "fails" };
        self.world.log.line(now, format_args!("refreshing credentials {result}"));
        let takes = self.network.random.time_below(MAX_REFRESH_TIME).min(timeout);
        (now + takes, OwnedEvent::Refreshed(token))
    }
}

impl Network {
    /// The network of a user. Adds the user to the service.
    pub fn new(
        world: &mut World,
        user: User,
        seed: u64,
        faults: Faults,
        consistency_delay: Duration,
    ) -> Self {
        let mut network = Self {
            user: Rc::new(user),
            tokens: 0,
            credentials: Credentials::none(),
            random: Random::new(seed),
            faults,
            is_open: false,
            faults_paused: false,
            consistency_delay,
            delayed: Vec::new(),
            hidden_status: HiddenStatus::default(),
            record: NetworkRecord::default(),
        };
        network.replace_token(world);
        network
    }

    /// Sets the seed, and the faults of the first requests.
    pub fn set_schedule(&mut self, seed: u64, faults: &[Fault]) {
        self.random = Random::new(seed);
        let faults = faults.iter().copied().map(Some).collect();
        self.faults = match self.faults {
            Faults::OnCreates(_) => Faults::OnCreates(faults),
            _ => Faults::Schedule(faults),
        };
    }

    /// Opens or closes the schedule. An open one holds back each request beyond its end, until a
    /// fault is added or the schedule is closed.
    pub fn set_open(&mut self, is_open: bool) {
        self.is_open = is_open;
    }

    /// Adds a fault to the end of the schedule.
    pub fn add_fault(&mut self, fault: Fault) {
        if let Faults::Schedule(faults) | Faults::OnCreates(faults) = &mut self.faults {
            faults.push(Some(fault));
        }
    }

    /// Clears the record and sets other faults. The user stays.
    pub fn set_faults(&mut self, faults: Faults) {
        self.record.clear();
        self.faults = faults;
    }

    /// Returns the valid credentials.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The token that the provider returns. If faults are random, rarely an error.
    fn refreshed(&mut self) -> Option<String> {
        let fails = matches!(self.faults, Faults::Chance(1..))
            && !self.faults_paused
            && self.random.one_in(32);
        self.user.oauth_token.clone().filter(|_| !fails)
    }

    /// Returns the user's account id.
    pub fn account(&self) -> &str {
        &self.user.account_id
    }

    /// Pauses or resumes the faults.
    pub fn pause_faults(&mut self, faults_paused: bool) {
        self.faults_paused = faults_paused;
    }

    /// Replaces the user's token. The old one has expired.
    pub fn replace_token(&mut self, world: &mut World) {
        self.tokens += 1;
        let token = format!("token-{}-{}", self.user.email, self.tokens);
        let user = Rc::make_mut(&mut self.user);
        user.expired_tokens.clear();
        user.expired_tokens.extend(user.oauth_token.replace(token.clone()));
        world.service.add_user(user.clone());
        self.credentials = Credentials::bearer(token).unwrap_or_else(|_| Credentials::none());
    }

    /// Sends a request. Returns the result and its time.
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
        self.random.mix(fault.map_or(u64::MAX, |fault| u64::from(fault.index())));
        if let Some(fault) = fault {
            world.log.line(now, format_args!("  fault {}: {}", fault.name(), fault.description()));
        }
        let arrives = now + self.random.time_below(MAX_LATENCY).min(timeout);
        let (at, reply) = self.apply_fault(world, fault, head, body, arrives, now + timeout);
        self.record.add(&method, &reply);
        (at, reply)
    }

    /// Returns `true` if the fault of the next request is not known yet.
    fn holds(&self, method: &Method) -> bool {
        let known = match &self.faults {
            Faults::Schedule(faults) => faults.len(),
            Faults::OnCreates(faults) if *method == Method::POST => faults.len(),
            _ => return false,
        };
        self.is_open && !self.faults_paused && self.record.requests >= known
    }

    fn next_fault(&mut self, method: &Method) -> Option<Fault> {
        self.record.sent += 1;
        if self.faults_paused {
            return None;
        }
        self.record.requests += 1;
        match &mut self.faults {
            Faults::Schedule(faults) => faults.get(self.record.requests - 1).copied().flatten(),
            Faults::OnCreates(faults) => {
                if *method != Method::POST {
                    self.record.requests -= 1;
                    return None;
                }
                faults.get(self.record.requests - 1).copied().flatten()
            }
            Faults::OnWrites(fault) => Some(*fault).filter(|_| *method != Method::GET),
            Faults::Chance(chance) => {
                let chance = *chance;
                (self.random.below(64) < chance).then(|| Fault::any(&mut self.random))
            }
        }
    }

    /// Applies a fault. The result comes at `times_out_at` at the latest.
    fn apply_fault(
        &mut self,
        world: &mut World,
        fault: Option<Fault>,
        head: Parts,
        body: Vec<u8>,
        arrives: Duration,
        times_out_at: Duration,
    ) -> (Duration, Reply) {
        let responds_at = arrives + self.random.time_below(MAX_LATENCY);
        let in_time = |reply| {
            if responds_at <= times_out_at {
                (responds_at, reply)
            } else {
                (times_out_at, timed_out())
            }
        };
        let Some(fault) = fault else {
            return in_time(Reply::trusted(self.perform(world, head, &body, arrives)));
        };
        match fault.kind() {
            FaultKind::Refused => {
                let kind = *self.random.pick(&[
                    TransportErrorKind::Connect,
                    TransportErrorKind::Dns,
                    TransportErrorKind::Tls,
                ]);
                (responds_at.min(times_out_at), Reply::failed(Delivery::NotSent, kind))
            }
            FaultKind::Lost(when) => {
                self.perform_if_after(when, world, head, &body, arrives);
                self.lost(responds_at, times_out_at)
            }
            FaultKind::Delayed => {
                let (at, reply) = self.lost(responds_at, times_out_at);
                let due = at + self.random.time_below(self.consistency_delay);
                self.delayed.push(DelayedRequest { due, head, body });
                (at, reply)
            }
            FaultKind::Truncated => {
                let answer = self.perform(world, head, &body, arrives);
                if answer.body().is_empty() {
                    // The body is empty.
                    return self.lost(responds_at, times_out_at);
                }
                in_time(self.cut(answer))
            }
            FaultKind::Status(status, when, requested) => {
                self.perform_if_after(when, world, head, &body, arrives);
                in_time(self.status(status, requested))
            }
            FaultKind::TokenExpired => {
                self.replace_token(world);
                in_time(Reply::trusted(self.perform(world, head, &body, arrives)))
            }
            FaultKind::Html(when) => {
                self.perform_if_after(when, world, head, &body, arrives);
                in_time(Reply::untrusted(response(200, PAGE)))
            }
            FaultKind::Duplicate => {
                let method = head.method.clone();
                let first = self.perform(world, head.clone(), &body, arrives);
                let second = self.perform(world, head, &body, arrives);
                let client_gets_second = self.random.one_in(2);
                self.record.add_second_delivery(
                    &method,
                    [first.status(), second.status()],
                    client_gets_second,
                );
                in_time(Reply::trusted(if client_gets_second { second } else { first }))
            }
            FaultKind::ErrorResponse(status) => {
                let body = format!(r#"{{"errors":[{{"title":"no","code":"{status}"}}]}}"#);
                in_time(Reply::untrusted(response(status, body)))
            }
        }
    }

    fn perform_if_after(
        &mut self,
        when: When,
        world: &mut World,
        head: Parts,
        body: &[u8],
        at: Duration,
    ) {
        if when == When::After {
            self.perform(world, head, body, at);
        }
    }

    /// A reset, or silence until the timeout.
    fn lost(&mut self, responds_at: Duration, times_out_at: Duration) -> (Duration, Reply) {
        if responds_at > times_out_at || self.random.one_in(2) {
            return (times_out_at, timed_out());
        }
        (responds_at, Reply::failed(Delivery::Unknown, TransportErrorKind::Closed))
    }

    fn cut(&mut self, mut answer: Response<Vec<u8>>) -> Reply {
        let kept = self.random.below(answer.body().len() as u64);
        answer.body_mut().truncate(usize::try_from(kept).unwrap_or(0));
        Reply::cut(answer, TransportErrorKind::Closed)
    }

    fn status(&mut self, status: u16, requested: RequestedDelay) -> Reply {
        let mut answer = response(status, "");
        let seconds = match requested {
            RequestedDelay::Absent => return Reply::untrusted(answer),
            RequestedDelay::Seconds => 1 + self.random.below(8),
            RequestedDelay::Hour => 3600,
        };
        let hint = RetryHint::from_seconds(seconds, self.random.one_in(2));
        hint.add_to(&mut answer);
        Reply::untrusted(answer).with_hint(hint.delay(status))
    }

    /// Lets the service handle a request, after all requests that arrive before it.
    fn perform(
        &mut self,
        world: &mut World,
        head: Parts,
        body: &[u8],
        at: Duration,
    ) -> Response<Vec<u8>> {
        self.deliver_delayed(world, at);
        let answer = world.service.handle(Request::from_parts(head, body), EPOCH + at);
        world.log.line(at, format_args!("  the service responds {}", answer.status()));
        self.hidden_status.remove_from(answer)
    }

    /// Delivers the delayed requests up to this time.
    pub fn deliver_delayed(&mut self, world: &mut World, until: Duration) {
        while let Some(next) = self.next_delayed().filter(|(_, due)| *due <= until) {
            let DelayedRequest { due, mut head, body } = self.delayed.remove(next.0);
            // The request was authenticated when it was sent, so it gets the token of now.
            if let Some(token) = &self.user.oauth_token {
                if let Ok(value) = HeaderValue::from_str(&format!("Bearer {token}")) {
                    head.headers.insert(AUTHORIZATION, value);
                }
            }
            let method = head.method.clone();
            let answer =
                world.service.handle(Request::from_parts(head, body.as_slice()), EPOCH + due);
            world.log.line(due, format_args!("  a delayed {method} arrives: {}", answer.status()));
        }
    }

    fn next_delayed(&self) -> Option<(usize, Duration)> {
        self.delayed.iter().map(|flight| flight.due).enumerate().min_by_key(|(_, due)| *due)
    }

    /// Returns the arrival time of the last delayed request.
    pub fn last_delayed(&self) -> Option<Duration> {
        self.delayed.iter().map(|flight| flight.due).max()
    }
}

fn timed_out() -> Reply {
    Reply::failed(Delivery::Unknown, TransportErrorKind::TimedOut)
}
