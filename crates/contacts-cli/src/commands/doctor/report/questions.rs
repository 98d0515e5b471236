//! The points that the vendor does not document, and the behaviour of this site.
//!
//! Some points need requests of their own. Each one is a GET that changes nothing.

use contacts_ureq::{
    AccountId, ContactId, Credentials, Error, GetContact, ListContacts,
    exchange::{Action, Call, Event, Exchange, Now, ToExchange, WaitReason},
};
use serde::Serialize;

use super::{
    recorder::{Recorder, Recording},
    words::Kinds,
};
use crate::{client::Client, commands::doctor::UNUSED_ID};

/// The check that the requests of this file belong to.
const REPORT: &str = "report";

/// A point, and the behaviour of this site.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    point: &'static str,
    shown: Kinds,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_form: Option<&'static str>,
}

impl Answer {
    fn of(point: &'static str, shown: &'static str, response: Option<&Recording>) -> Self {
        Self {
            point,
            shown: Kinds::from([shown]),
            status: response.map(|response| response.status),
            error_form: response.and_then(|response| response.error_form),
        }
    }
}

/// Sends the requests that only the report needs. Stops if the service is unavailable.
pub(super) fn ask(service: &Client, recorder: &mut Recorder) -> Result<Vec<Answer>, Error> {
    let policy = service.session().policy().clone().max_attempts(1);
    let session = service.session().clone().with_policy(policy);
    let mut answers = Vec::new();

    let page = Call::new(session.clone(), ListContacts::all());
    let large = service.run_observed(LargerPage(page), recorder.during(REPORT));
    let shown = large.map_or("an error", |_| "a page");
    if !answered(&mut answers, "a page size of 101", shown, recorder) {
        return Ok(answers);
    }

    let get = GetContact::new(ContactId::new(UNUSED_ID)?);
    let unknown = service.run_observed(get.exchange(session.clone()), recorder.during(REPORT));
    let shown = match unknown {
        Err(error) if error.is_no_such_contact() => "no such contact, in the service's own form",
        Err(_) => "another error",
        Ok(_) => "a contact",
    };
    if !answered(&mut answers, "a contact id that does not exist", shown, recorder) {
        return Ok(answers);
    }

    let list = ListContacts::all().page_size(1)?.account(AccountId::new(UNUSED_ID)?);
    let unknown = service.run_observed(list.exchange(session.clone()), recorder.during(REPORT));
    let shown = unknown.map_or("an error", |_| "a page");
    if !answered(&mut answers, "the list of an account that does not exist", shown, recorder) {
        return Ok(answers);
    }

    let first = ListContacts::all().page_size(1)?;
    let anonymous = session.with_credentials(Credentials::none());
    let result = service.run_observed(first.exchange(anonymous), recorder.during(REPORT));
    let shown = result.map_or("an error", |_| "a page");
    if !answered(&mut answers, "a request without a token", shown, recorder) {
        return Ok(answers);
    }

    if let Some((_, result)) = service.at_other_base_url(&session, recorder.during(REPORT)) {
        let shown = match result {
            Ok(()) => "it accepts the token",
            Err(error) if error.is_unauthorized() => "it rejects the token",
            Err(_) => "another error",
        };
        answered(&mut answers, "the base URL for the other kind of token", shown, recorder);
    }
    Ok(answers)
}

/// Adds the answer. Returns `false` if the service is unavailable.
fn answered(
    answers: &mut Vec<Answer>,
    point: &'static str,
    shown: &'static str,
    recorder: &Recorder,
) -> bool {
    let last = recorder.last();
    answers.push(Answer::of(point, last.map_or("no response", |_| shown), last));
    last.is_some_and(|response| response.status != 429 && response.status < 500)
}

/// Answers the points that need no request of their own.
pub(super) fn derived(recorder: &Recorder) -> Vec<Answer> {
    let seen = &recorder.seen;
    let kinds = [
        ("links.next", &seen.next),
        ("links.first", &seen.first),
        ("links.last", &seen.last),
        ("status.disabledReason", &seen.disabled_reason),
        ("body of a 401", &seen.unauthorized),
        ("rate-limit headers", &seen.limits),
        ("retry-after", &seen.retry_after),
    ]
    .into_iter()
    .map(|(point, kinds)| {
        let shown = if kinds.is_empty() { Kinds::from(["not seen"]) } else { kinds.clone() };
        Answer { point, shown, status: None, error_form: None }
    });
    let deletion = recorder.deletion().map(|response| {
        let shown = if response.error_form.is_some() { "an error" } else { "success" };
        Answer::of("the deletion of a contact that does not exist", shown, Some(response))
    });
    kinds.chain(deletion).collect()
}

/// Asks for one contact more than the largest page has. All else is up to the call.
struct LargerPage(Call<ListContacts>);

impl Exchange for LargerPage {
    type Output = <Call<ListContacts> as Exchange>::Output;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Self::Output> {
        let mut action = self.0.step(event, now, random);
        if let Action::Send { request, .. } = &mut action {
            let larger = request.uri().to_string().replace("&size=100", "&size=101").parse();
            *request.uri_mut() = larger.unwrap_or_else(|_| request.uri().clone());
        }
        action
    }

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn wait_reason(&self) -> Option<WaitReason> {
        self.0.wait_reason()
    }
}
