//! Random cases, generated from a seed.

use std::time::Duration;

use contacts_proto::{
    BaseUrl, ContactId, ContactMethod, CreateContact, Credentials, Error, Operation as _,
};
use contacts_sandbox::{
    Behaviour, DuplicateResponse, End, Fault, FaultRule, Hint, NewPhones, Operation, Part,
    StoredContact, When,
};
use contacts_testkit::{behaviour, job::Job, random::Random};
use fastrand::Rng;

use crate::{
    driver::{TOKEN, USER},
    wire::{self, Cut},
};

/// The contact to create.
const NEW: (ContactMethod, &str) = (ContactMethod::Sms, "1-234-5678");

/// The address that an update sets.
const UPDATED: &str = "ann@example.net";

/// One case: the task, the faults, and the behaviour of the service.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) task: Task,
    /// Faults of requests and responses.
    pub(super) rules: Vec<FaultRule>,
    /// A fault of a connection below HTTP.
    pub(super) wire: Option<Wire>,
    /// `true` to read a list first, so that an idle connection exists.
    pub(super) warm: bool,
    pub(super) behaviour: Behaviour,
    /// Maximum delay of an effect after its response.
    pub(super) late: Duration,
}

/// The task of the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    Create,
    Ensure,
    EnsureExisting,
    Get,
    List,
    Update,
    Delete,
    Activate,
    Deactivate,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Wire {
    pub(super) connection: usize,
    pub(super) up: Option<Cut>,
    pub(super) down: Option<Cut>,
}

impl Task {
    const ALL: [Self; 9] = [
        Self::Create,
        Self::Ensure,
        Self::EnsureExisting,
        Self::Get,
        Self::List,
        Self::Update,
        Self::Delete,
        Self::Activate,
        Self::Deactivate,
    ];

    /// Returns the operations that the task may use.
    fn operations(self) -> &'static [Operation] {
        match self {
            Self::Create => &[Operation::Create],
            Self::Ensure => &[Operation::Create, Operation::Create, Operation::List],
            Self::EnsureExisting | Self::List => &[Operation::List],
            Self::Get => &[Operation::Get],
            Self::Update => &[Operation::Update, Operation::Update, Operation::Get],
            Self::Delete => &[Operation::Delete],
            Self::Activate => &[Operation::Activate],
            Self::Deactivate => &[Operation::Deactivate],
        }
    }

    /// Returns the job of a user with these contacts.
    pub(super) fn job(self, contacts: &[StoredContact]) -> Result<Job, Error> {
        let id = |number: usize| ContactId::new(contacts[number].id.clone());
        let (method, to) = NEW;
        Ok(match self {
            Self::Create => Job::Create(CreateContact::new(method, to)?),
            Self::Ensure => Job::Ensure(CreateContact::new(method, to)?),
            Self::EnsureExisting => {
                Job::Ensure(CreateContact::new(ContactMethod::Email, contacts[0].to.as_str())?)
            }
            Self::Get => Job::Get(id(0)?),
            Self::List => Job::List,
            Self::Update => Job::Update(id(0)?, UPDATED.to_owned()),
            Self::Delete => Job::Delete(id(0)?),
            Self::Activate => Job::Activate(id(1)?),
            Self::Deactivate => Job::Deactivate(id(0)?),
        })
    }

    /// Tasks with many failure modes are more frequent.
    fn draw(rng: &mut Rng) -> Self {
        match rng.u8(..10) {
            0..3 => Self::Create,
            3..5 => Self::Ensure,
            _ => rng.choice(Self::ALL).unwrap_or(Self::Create),
        }
    }
}

impl Case {
    pub(super) fn draw(seed: u64, index: u64) -> Self {
        let mut rng = Rng::with_seed(seed ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let rng = &mut rng;
        let task = Task::draw(rng);
        let mut case = Self {
            task,
            rules: Vec::new(),
            wire: None,
            warm: rng.bool(),
            behaviour: Behaviour {
                new_phones: NewPhones::EnabledAtOnce,
                page_cap: None,
                ..behaviour::random_behaviour(&mut Random::new(rng.u64(..)))
            },
            late: Duration::ZERO,
        };
        if rng.u8(..6) == 0 {
            case.wire = Some(wire(rng));
        } else {
            for _ in 0..if rng.u8(..5) == 0 { 2 } else { 1 } {
                let rule = case.rule(rng);
                case.rules.push(rule);
            }
        }
        case
    }

    /// Returns `true` if the outcome depends on a race. A connection that ends when it is
    /// established may end before or after a request is handed to it. A create cannot ignore that.
    /// Other operations continue in one of two ways, and may meet another fault there.
    pub(super) fn is_undetermined(&self) -> bool {
        let refused = self.rules.iter().any(|rule| matches!(rule.fault, Fault::Refuse { .. }));
        let cuts = self.wire.iter().flat_map(|wire| [wire.up, wire.down]);
        let cut_at_once = cuts.flatten().any(|cut| cut.at == 0);
        // The whole request has arrived; its response and the end of the connection race.
        let ups = self.wire.iter().filter_map(|wire| wire.up);
        let cut_at_the_end =
            self.task == Task::Create && ups.into_iter().any(|cut| cut.at == create_request_len());
        let once = self.rules.len() < 2
            && self.rules.iter().all(|rule| rule.times.is_none_or(|times| times < 2));
        cut_at_the_end || (refused || cut_at_once) && (self.task == Task::Create || !once)
    }

    /// Returns `true` if the service handles a request twice by itself.
    pub(super) fn doubles(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule.fault, Fault::Duplicate { .. }))
    }

    fn rule(&mut self, rng: &mut Rng) -> FaultRule {
        let operation = rng.choice(self.task.operations()).copied().unwrap_or(Operation::List);
        let fault = self.fault(rng);
        let rule = FaultRule::new(fault).on(operation);
        match rng.u8(..8) {
            // As often as there are attempts, or more.
            0 => rule.times(rng.u32(2..6)),
            1 if operation != Operation::Create => rule.nth(2),
            _ => rule.nth(1),
        }
    }

    fn fault(&mut self, rng: &mut Rng) -> Fault {
        let when = if rng.bool() { When::Before } else { When::After };
        let end = if rng.bool() { End::Close } else { End::Reset };
        match rng.u8(..40) {
            0..3 => Fault::Refuse { end },
            3..9 => Fault::Reset { when },
            9..15 => Fault::Close { when },
            15..20 => Fault::CutResponse { at: rng.usize(..420), end },
            20..25 => Fault::CutBody { at: rng.usize(..260), end },
            25 => slow(rng, when),
            26 => self.delay(rng),
            27..29 => Fault::Garbage { text: garbage(rng), when },
            29..31 => {
                let status = status(rng, &[301, 302, 303, 307, 308]);
                // All redirects but 303 mean "not done here". A service that did it anyway cannot
                // be handled.
                let when = if status == 303 { when } else { When::Before };
                Fault::Redirect { status, location: "/x".to_owned(), when }
            }
            31..34 => error_response(rng, when),
            34 => rate_limit(rng),
            35 => Fault::Html { when },
            // A 2xx means success. A service that sends it without the effect cannot be handled.
            36..38 => Fault::Oversize {
                bytes: rng.u64(..400_000),
                declared: rng.bool(),
                when: When::After,
            },
            _ if self.task == Task::Delete => {
                Fault::Duplicate { response: DuplicateResponse::First }
            }
            _ => Fault::Duplicate {
                response: if rng.bool() {
                    DuplicateResponse::First
                } else {
                    DuplicateResponse::Second
                },
            },
        }
    }

    /// Harmless, or longer than an attempt. `ensure` cannot detect an effect after the consistency
    /// delay (documented), so its effects are never late.
    fn delay(&mut self, rng: &mut Rng) -> Fault {
        let late = !matches!(self.task, Task::Ensure) && rng.bool();
        let ms = if rng.bool() { rng.u64(1..20) } else { rng.u64(230..280) };
        if late {
            self.late = Duration::from_millis(ms);
        }
        Fault::Delay { ms, when: if late { When::Before } else { When::After } }
    }
}

/// Length of a create request on the wire, for a port of five digits.
fn create_request_len() -> usize {
    let site =
        BaseUrl::new("http://127.0.0.1:50000/jsm/ops/api/sandbox").expect("the base URL is valid");
    let credentials = Credentials::basic(USER, TOKEN).expect("the credentials are valid");
    let (method, to) = NEW;
    let request =
        CreateContact::new(method, to).expect("the contact is valid").request(&site, &credentials);
    let line = |name: &str, value: &str| format!("{name}: {value}\r\n").len();
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| line(name.as_str(), value.to_str().unwrap_or_default()));
    let first = format!("POST {} HTTP/1.1\r\n", request.uri().path()).len();
    first
        + line("host", site.authority())
        + headers.sum::<usize>()
        + "\r\n".len()
        + request.body().len()
}

fn slow(rng: &mut Rng, when: When) -> Fault {
    let part = if rng.bool() { Part::Response } else { Part::Body };
    match rng.u8(..3) {
        0 => Fault::Silence { when },
        1 => Fault::Drip { bytes: 1, every_ms: 5, part },
        _ => Fault::Drip { bytes: 100, every_ms: 1, part },
    }
}

fn garbage(rng: &mut Rng) -> Option<String> {
    let texts = [
        "HTTP/1.1 2",
        "220 mail.example.com ESMTP\r\n\r\n",
        "\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n{}",
    ];
    rng.bool().then(|| rng.choice(texts).unwrap_or_default().to_owned())
}

/// A status that means "no effect" must be true; other statuses may have an effect or not.
fn error_response(rng: &mut Rng, when: When) -> Fault {
    const CERTAIN: [u16; 8] = [400, 401, 403, 409, 413, 415, 422, 501];
    const OPEN: [u16; 8] = [408, 425, 500, 502, 503, 504, 507, 599];
    let certain = rng.bool();
    let status = status(rng, if certain { &CERTAIN } else { &OPEN });
    let body = rng.bool().then(|| r#"{"message":"no"}"#.to_owned());
    Fault::Status {
        status,
        body,
        content_type: None,
        when: if certain { When::Before } else { when },
    }
}

fn status(rng: &mut Rng, among: &[u16]) -> u16 {
    rng.choice(among).copied().unwrap_or(500)
}

fn rate_limit(rng: &mut Rng) -> Fault {
    let hints = [
        Hint::None,
        Hint::RetryAfterSeconds,
        Hint::RetryAfterDate,
        Hint::ResetSeconds,
        Hint::ResetIso8601,
    ];
    let hint = rng.choice(hints).unwrap_or(Hint::None);
    // Longer than a client waits, or none.
    Fault::RateLimit {
        hint,
        seconds: if hint == Hint::None { 1 } else { 120 },
        status: if rng.bool() { 429 } else { 503 },
    }
}

fn wire(rng: &mut Rng) -> Wire {
    let end = if rng.bool() { wire::End::Close } else { wire::End::Reset };
    let (up, down) = match rng.bool() {
        true => (Some(Cut { at: rng.usize(..400), end }), None),
        false => (None, Some(Cut { at: rng.usize(..700), end })),
    };
    Wire { connection: rng.usize(..3), up, down }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_create_request_equals_the_measured_one() {
        assert_eq!(create_request_len(), 312);
    }
}
