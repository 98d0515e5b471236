//! The outcome of a call, and what the calls of the core and of the clients share.

use std::borrow::Cow;

use contacts_proto::{Error, exchange::ToExchange};
use http::Response;

use super::{Case, Expectation, Question, Value};
use crate::{
    Answer,
    driver::{Setup, TOKEN},
    operation::{ID, Sample, Visitor, with},
};

/// A call that was made, with its outcome.
pub(super) struct Trial {
    pub(super) outcome: Expectation,
    pub(super) status: Option<u16>,
    pub(super) requests: usize,
    /// All texts of the error.
    pub(super) texts: Vec<String>,
    /// What else may show a secret: `Debug` and the body.
    pub(super) more: Vec<String>,
}

impl Trial {
    pub(super) fn of<T: Value>(result: &Result<T, Error>, requests: &[String]) -> Self {
        let shown: Vec<_> = requests
            .iter()
            .map(|request| request.replacen("/cloud/v1/users/contacts", "", 1).replace(ID, "{id}"))
            .collect();
        let outcome = Expectation::of(result, &shown);
        let error = result.as_ref().err();
        let body =
            error.and_then(Error::body).map(|body| String::from_utf8_lossy(body).into_owned());
        Self {
            outcome,
            status: error.and_then(|error| Some(error.status()?.as_u16())),
            requests: requests.len(),
            texts: error.map(texts).unwrap_or_default(),
            more: body.into_iter().chain([format!("{result:?}")]).collect(),
        }
    }
}

fn texts(error: &Error) -> Vec<String> {
    let mut texts = vec![error.to_string()];
    if let Error::OutcomeUnknown(doubt) = error {
        texts.push(doubt.cause().to_string());
    }
    texts.extend(error.hint().map(|hint| hint.to_string()));
    texts.extend([error.code(), error.request_id()].into_iter().flatten().map(str::to_owned));
    texts
}

/// Returns `true` if the text shows a secret, also one in escapes of JSON or of a URL.
pub(super) fn shows_secret(text: &str) -> bool {
    let mut plain = Cow::Borrowed(text);
    if text.contains("\\u00") || text.contains('%') {
        for byte in b' '..=b'~' {
            let c = char::from(byte).to_string();
            let escaped = [format!("\\u{byte:04x}"), format!("%{byte:02X}")];
            plain = escaped.iter().fold(plain, |text, form| text.replace(form, &c).into());
        }
    }
    // Half a secret is one too.
    let half_token = &TOKEN[..TOKEN.len() / 2];
    [half_token, HALF_BASE64].iter().any(|secret| plain.contains(secret))
}

/// The beginning of the token in the base64 of `USER:TOKEN`.
const HALF_BASE64: &str = "EtdG9rZW4tdGhhdC1u";

/// The bearer token of another user.
pub(super) const OTHER_TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9";

/// The value of a normal response.
pub(super) fn good(question: Question) -> Option<serde_json::Value> {
    struct Read(Answer);

    impl Visitor for Read {
        type Output = Option<serde_json::Value>;

        fn visit<O: ToExchange<Output: Value>>(self, operation: &O) -> Self::Output {
            let (head, body) = self.0.response().into_parts();
            let result = operation.response(Response::from_parts(head, body.as_slice()));
            Expectation::of(&result, &["one".to_owned()]).value
        }
    }

    let Question::One(operation) = question else { return None };
    with(operation, Read(operation.success()))
}

/// The settings of the core and of both clients.
pub(super) fn setup(case: &Case, base: &str) -> Setup {
    let mut setup = Setup::new(base);
    setup.policy.max_attempts = case.attempts;
    setup
}

/// The response to this request, if it is not the case's.
pub(super) fn response(question: Question, number: usize) -> Option<Answer> {
    let is_last_page = question == Question::WholeList && number > 0;
    is_last_page.then(|| {
        Answer::json(200, r#"{"values":[{"id":"last","method":"email","to":"last@example.com"}]}"#)
    })
}
