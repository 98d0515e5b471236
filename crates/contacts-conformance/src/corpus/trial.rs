//! Cases tried: by the core, and by both clients over a socket.

use std::time::Duration;

use contacts_proto::{Contact, DeleteContact, Error, ListContacts};

use super::{Case, Expectation, Group, Question, Several, reading};
use crate::{
    Outcome,
    driver::{Driver, Hyper, Ureq},
    operation::with,
    parallel,
    run::Ask,
    wire::{End, Plan, Script, Server, Step},
};

/// So many cases are tried at a time: most of them wait.
const AT_A_TIME: usize = 8;

/// Tries cases, some at a time; gives what is not as it must be.
pub fn try_all(groups: &[Group]) -> Vec<String> {
    let cases = groups.iter().flat_map(|group| &group.cases);
    let asked = cases.flat_map(|case| case.to.keys().map(move |question| (case, *question)));
    parallel::each(asked, AT_A_TIME, |(case, question)| complaints_of(case, question))
}

fn complaints_of(case: &Case, question: Question) -> Vec<String> {
    let Some(expected) = case.to.get(&question) else { return Vec::new() };
    let reading = reading::read(case, question, case.told);
    let mut readings = vec![reading];
    readings.extend(case.or.map(|report| reading::read(case, question, report)));
    let [reading, ..] = readings.as_slice() else { return Vec::new() };

    let complain = |who: &str, comes: &Expectation| {
        format!("{}, to {question}: {who} gives\n{comes}and not\n{expected}", case.name)
    };
    let mut complaints = Vec::new();
    if reading.comes != *expected {
        complaints.push(complain("the core", &reading.comes));
    }
    let clients: [(_, Play); 2] = [(Ureq::NAME, play::<Ureq>), (Hyper::NAME, play::<Hyper>)];
    for (name, play) in clients {
        let (outcome, requests) = play(case, question, &reading.answers);
        let comes = Expectation::of(outcome, &requests);
        let is_other = readings.iter().skip(1).any(|other| other.comes == comes);
        if comes != *expected && !is_other {
            complaints.push(complain(name, &comes));
        }
        if requests != reading.requests {
            complaints.push(format!(
                "{}, to {question}: {name} asks {requests:?} and not {:?}",
                case.name, reading.requests
            ));
        }
    }
    complaints
}

type Play = fn(&Case, Question, &[Vec<u8>]) -> (Outcome, Vec<String>);

/// Asks a server that gives these answers; what comes of it, and method and path of each request.
fn play<D: Driver>(case: &Case, question: Question, answers: &[Vec<u8>]) -> (Outcome, Vec<String>) {
    let server = Server::start(Plan::every(script(case, answers)), None).expect("there is a free port");
    let setup = reading::setup(case, &format!("http://{}/cloud", server.address()));
    let client = D::new(&setup).expect("a case has settings that can be used");
    let outcome = match question {
        Question::One(operation) => with(operation, Ask(&client)),
        Question::Several(several) => Outcome::of(ask_several(&client, several)),
    };
    drop(client);
    let seen = server.finish();
    let requests = seen.iter().flat_map(|connection| connection.requests().into_iter().map(line));
    (outcome, requests.collect())
}

fn ask_several<D: Driver>(client: &D, several: Several) -> Result<Vec<Contact>, Error> {
    let contacts = client.contacts(ListContacts::MAX_PAGE_SIZE)?;
    if several == Several::DeleteEach {
        contacts.iter().try_for_each(|contact| client.send(&DeleteContact::new(contact.id.clone())))?;
    }
    Ok(contacts)
}

fn script(case: &Case, answers: &[Vec<u8>]) -> Script {
    // In pieces, so that nothing is searched for in them.
    let write = |all: &Vec<u8>| Step::Drip { all: all.clone(), bytes: 64 * 1024, every: Duration::ZERO };
    let mut script: Script = answers.iter().flat_map(|answer| [Step::ReadRequest, write(answer)]).collect();
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
