//! The core's outcome of a case.

use contacts_proto::{
    BaseUrl, ListContacts,
    exchange::{Exchange, List, Session, ToExchange},
};

use super::{
    Case, Question, Report, Value,
    trial::{Trial, response, setup},
};
use crate::{
    AttemptReport,
    operation::{Visitor, with},
    reference::drive,
};

/// Runs the call in the core, with what a client may report of the response.
pub(super) fn play(case: &Case, question: Question, report: Report) -> Trial {
    let setup = setup(case, "https://api.example.com/cloud");
    let base_url = BaseUrl::new(&setup.base).expect("this is a base URL");
    let session =
        Session::new(base_url, setup.credentials.clone()).with_policy(setup.policy.clone());
    let core = Core { session, told: case.told(report, question, &setup.policy.limits), question };
    match question {
        Question::One(operation) => with(operation, core),
        Question::WholeList => core.drive(List::new(core.session.clone(), ListContacts::all())),
    }
}

struct Core {
    session: Session,
    told: AttemptReport,
    question: Question,
}

impl Core {
    fn drive<E: Exchange<Output: Value>>(&self, exchange: E) -> Trial {
        let mut requests = Vec::new();
        let result = drive(exchange, &self.session, |request| {
            let path = request.uri().path_and_query().map_or("", |path| path.as_str());
            requests.push(format!("{} {path}", request.method()));
            match response(self.question, requests.len() - 1) {
                Some(last_page) => AttemptReport::Answered(last_page).reply(),
                None => self.told.reply(),
            }
        });
        Trial::of(&result, &requests)
    }
}

impl Visitor for Core {
    type Output = Trial;

    fn visit<O: ToExchange<Output: Value>>(self, operation: &O) -> Trial {
        self.drive(operation.exchange(self.session.clone()))
    }
}
