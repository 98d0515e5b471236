//! What the core makes of a case.

use std::fmt::Debug;

use contacts_proto::{
    BaseUrl, Contact, DeleteContact, Error, ListContacts,
    exchange::{Call, Exchange, List, Session, ToExchange},
};
use http::Method;

use super::{Case, Expectation, Question, Report, Several};
use crate::{
    Answer, Outcome, Told,
    driver::Setup,
    operation::{Visitor, with},
    reference::drive,
};

/// What comes of a case, and what goes on the wire in it.
pub(super) struct Reading {
    pub(super) comes: Expectation,
    /// Method and path of each request.
    pub(super) requests: Vec<String>,
    /// The answer to each.
    pub(super) answers: Vec<Vec<u8>>,
}

/// What the core makes of a case, with the report that a client may give of its answer.
pub(super) fn read(case: &Case, question: Question, report: Report) -> Reading {
    let setup = setup(case, "https://api.example.com/cloud");
    let site = BaseUrl::new(&setup.base).expect("this is a site");
    let session = Session::new(site, setup.credentials.clone()).with_policy(setup.policy.clone());
    let mut server =
        Server { case, told: case.told(report, question, &setup), question, requests: Vec::new() };
    let outcome = match question {
        Question::One(operation) => with(operation, One { session, server: &mut server }),
        Question::Several(several) => Outcome::of(server.ask_several(&session, several)),
    };
    let answers = (0..server.requests.len()).map(|number| server.wire(number)).collect();
    let Server { requests, .. } = server;
    Reading { comes: Expectation::of(outcome, &requests), requests, answers }
}

/// The settings of both clients and the core.
pub(super) fn setup(case: &Case, base: &str) -> Setup {
    let mut setup = Setup::new(base);
    setup.policy.max_attempts = case.attempts;
    setup
}

/// The last page of a list, for whoever asks further than the case's answer.
fn last_page() -> Answer {
    Answer::json(200, r#"{"values":[{"id":"last","method":"email","to":"last@example.com"}]}"#)
}

/// Gives the case's answer, and writes down what was asked.
struct Server<'a> {
    case: &'a Case,
    told: Told,
    question: Question,
    requests: Vec<String>,
}

impl Server<'_> {
    fn ask_several(&mut self, session: &Session, several: Several) -> Result<Vec<Contact>, Error> {
        let contacts = self.drive(List::new(session.clone(), ListContacts::all()), session)?;
        if several == Several::DeleteEach {
            for contact in &contacts {
                let delete = DeleteContact::new(contact.id.clone());
                self.drive(Call::new(session.clone(), delete), session)?;
            }
        }
        Ok(contacts)
    }

    fn drive<E: Exchange>(&mut self, exchange: E, session: &Session) -> Result<E::Output, Error> {
        drive(exchange, session, |request| {
            let path = request.uri().path_and_query().map_or("", |path| path.as_str());
            self.requests.push(format!("{} {path}", request.method()));
            self.answer(self.requests.len() - 1).reply()
        })
    }

    fn answer(&self, number: usize) -> Told {
        match self.other(number) {
            Some(answer) => Told::Answered(answer),
            None => self.told.clone(),
        }
    }

    fn wire(&self, number: usize) -> Vec<u8> {
        self.other(number).map_or_else(|| self.case.wire(), |answer| answer.wire())
    }

    /// What is not answered as the case says.
    fn other(&self, number: usize) -> Option<Answer> {
        let is_other = number > 0 && matches!(self.question, Question::Several(_));
        let asked = self.requests.get(number).filter(|_| is_other)?;
        Some(if asked.starts_with(Method::DELETE.as_str()) { Answer::new(204, "") } else { last_page() })
    }
}

struct One<'a, 'b> {
    session: Session,
    server: &'a mut Server<'b>,
}

impl Visitor for One<'_, '_> {
    type Output = Outcome;

    fn visit<O: ToExchange<Output: Debug>>(self, operation: &O) -> Outcome {
        Outcome::of(self.server.drive(operation.exchange(self.session.clone()), &self.session))
    }
}
