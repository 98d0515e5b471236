//! Compares the outcomes of the core and of both clients with those that a case expects.

use std::time::Duration;

use contacts_proto::{Error, ListContacts, escape_controls, exchange::ToExchange};

use super::{
    Case, Expectation, Question, Value, core,
    trial::{OTHER_TOKEN, Trial, good, response, setup, shows_secret},
};
use crate::{
    driver::{Driver, Hyper, Ureq},
    operation::{Visitor, with},
    parallel,
    wire::{End, Plan, Script, Server, Step},
};

/// Number of cases at a time: most of them wait.
const AT_A_TIME: usize = 8;

type Play = fn(&Case, Question, usize) -> Trial;

/// Tries all cases, some at a time. Returns what is not as it must be.
pub fn try_all(cases: &[Case]) -> Vec<String> {
    let calls: Vec<_> =
        cases.iter().flat_map(|case| case.outcomes().map(move |call| (case, call))).collect();
    parallel::each(calls.into_iter(), AT_A_TIME, |(case, (question, expected))| {
        complaints(case, question, expected)
    })
}

fn complaints(case: &Case, question: Question, expected: &Expectation) -> Vec<String> {
    let mut expected = expected.clone();
    if expected.value.as_ref().is_some_and(|value| value == "{good}") {
        expected.value = good(question);
    }
    let trial = core::play(case, question, case.report);
    let other = case.or.map(|report| core::play(case, question, report));
    let count = trial.requests;

    let mut complaints = Vec::new();
    let mut judge = |who: &str, trial: &Trial, is_other: bool| {
        let complain = |what: String| format!("{}, {question}, {who}: {what}", case.name);
        if !is_other && trial.outcome != expected {
            complaints.push(complain(format!("{:?}\nand not {expected:?}", trial.outcome)));
        }
        complaints.extend(
            broken_law(case, trial).map(|law| complain(format!("{law}: {:?}", trial.texts))),
        );
    };
    judge("core", &trial, false);
    if let Some(other) = &other {
        judge("core, the other report", other, true);
    }
    let clients: [(_, Play); 2] = [(Ureq::NAME, play::<Ureq>), (Hyper::NAME, play::<Hyper>)];
    for (name, play) in clients {
        let trial = play(case, question, count);
        let is_other = other.as_ref().is_some_and(|other| other.outcome == trial.outcome);
        judge(name, &trial, is_other);
    }
    complaints
}

/// The law that this outcome breaks, whatever the case expects.
fn broken_law(case: &Case, trial: &Trial) -> Option<&'static str> {
    let has_status = trial.outcome.error.is_some() && trial.outcome.paging.is_none();
    // A report other than the case's may have no status.
    let status = Some(case.status).filter(|_| has_status && case.report.has_status());
    if trial.status != status && case.or.is_none() {
        return Some("an error has the status of the response");
    }
    let all = || trial.texts.iter().chain(&trial.more);
    if all().any(|text| shows_secret(text))
        || trial.texts.iter().any(|text| text.contains(OTHER_TOKEN))
    {
        return Some("an error shows no secret");
    }
    if trial.texts.iter().any(|text| escape_controls(text) != text.as_str()) {
        return Some("the texts of an error are printable");
    }
    // The longest have sixteen fields, each with name and reason.
    let is_long = trial.texts.iter().any(|text| text.chars().count() >= 10_500);
    is_long.then_some("the texts of an error are short")
}

/// Makes the call with a client. The server answers this number of requests.
fn play<D: Driver>(case: &Case, question: Question, count: usize) -> Trial {
    let server = Server::start(Plan::every(script(case, question, count)), None)
        .expect("there is a free port");
    let setup = setup(case, &format!("http://{}/cloud", server.address()));
    let client = D::new(&setup).expect("these settings can be used");
    let call = Call { client, server };
    match question {
        Question::One(operation) => with(operation, call),
        Question::WholeList => {
            let result = call.client.contacts(ListContacts::MAX_PAGE_SIZE);
            call.end(&result)
        }
    }
}

struct Call<D> {
    client: D,
    server: Server,
}

impl<D: Driver> Visitor for Call<D> {
    type Output = Trial;

    fn visit<O: ToExchange<Output: Value>>(self, operation: &O) -> Trial {
        let result = self.client.send(operation);
        self.end(&result)
    }
}

impl<D> Call<D> {
    fn end<T: Value>(self, result: &Result<T, Error>) -> Trial {
        drop(self.client);
        let seen = self.server.finish();
        let requests =
            seen.iter().flat_map(|connection| connection.requests().into_iter().map(line));
        Trial::of(result, &requests.collect::<Vec<_>>())
    }
}

fn script(case: &Case, question: Question, count: usize) -> Script {
    let wire = |number| {
        response(question, number).map_or_else(|| case.wire(question), |answer| answer.wire())
    };
    // In pieces, so that the server searches for nothing in them.
    let write = |number| Step::Drip { all: wire(number), bytes: 64 * 1024, every: Duration::ZERO };
    let mut script: Script =
        (0..count).flat_map(|number| [Step::ReadRequest, write(number)]).collect();
    if case.closes() {
        script.push(Step::End(End::Close));
    }
    script
}

/// Method and path of a request.
fn line(request: &[u8]) -> String {
    let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    line.strip_suffix(" HTTP/1.1").unwrap_or(&line).to_owned()
}
