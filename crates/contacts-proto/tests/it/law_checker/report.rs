//! What is known of a request once its outcome is reported: the table of classes, written down a second time.

use std::time::Duration;

use contacts_proto::Cause;
use http::{Method, Request};

use super::script::Outcome;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    Success,
    NotProcessed,
    Ambiguous,
    Permanent,
}

/// What came of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Report {
    pub(crate) known: Known,
    pub(crate) status: Option<u16>,
    /// What an answer that is no success asks for.
    pub(crate) hint: Option<Duration>,
    /// It is the last page of a list.
    pub(crate) ends_list: bool,
}

impl Report {
    /// An event that says nothing of the request.
    pub(crate) const UNTOLD: Self =
        Self { known: Known::Ambiguous, status: None, hint: None, ends_list: false };

    pub(crate) fn of(outcome: &Outcome, request: &Request<Vec<u8>>) -> Self {
        match outcome {
            Outcome::Good(variant) => Self {
                known: Known::Success,
                status: Some(200),
                ends_list: is_list(request) && !has_next(*variant),
                ..Self::UNTOLD
            },
            Outcome::Status(status, hint) | Outcome::Cut(status, hint, _) if !(200..300).contains(status) => {
                Self {
                    known: class(*status),
                    status: Some(*status),
                    hint: hint.asks_for(*status),
                    ..Self::UNTOLD
                }
            }
            Outcome::Useless(..) | Outcome::Status(..) | Outcome::Cut(..) => {
                Self { status: Some(200), ..Self::UNTOLD }
            }
            Outcome::NotSent(Cause::Certificate) => Self { known: Known::Permanent, ..Self::UNTOLD },
            Outcome::NotSent(_) => Self { known: Known::NotProcessed, ..Self::UNTOLD },
            Outcome::MaybeSent(_) => Self::UNTOLD,
        }
    }

    pub(crate) fn is_unauthorized(&self) -> bool {
        self.status == Some(401)
    }
}

fn class(status: u16) -> Known {
    match status {
        401 | 421 | 429 => Known::NotProcessed,
        301 | 302 | 307 | 308 | 400 | 403 | 404 | 405 | 409 | 410 | 413 | 415 | 422 | 501 | 505 => {
            Known::Permanent
        }
        _ => Known::Ambiguous,
    }
}

pub(crate) fn is_list(request: &Request<Vec<u8>>) -> bool {
    request.method() == Method::GET && request.uri().query().is_some()
}

pub(crate) fn has_next(variant: u64) -> bool {
    variant % 4 == 3
}

/// The answer that a request hopes for: status and body.
pub(crate) fn good_answer(request: &Request<Vec<u8>>, variant: u64) -> (u16, String) {
    let path = request.uri().path();
    match *request.method() {
        Method::GET if is_list(request) => (200, page(request, variant)),
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

/// A page with none, one or two of the contacts that `Ensure` and `Resolve` look for, among others.
fn page(request: &Request<Vec<u8>>, variant: u64) -> String {
    let query = request.uri().query().unwrap_or_default();
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
    let next = match has_next(variant) {
        true => format!(r#""?offset={}&size=100""#, offset.parse::<usize>().unwrap_or(0) + length),
        false => "null".into(),
    };
    format!(r#"{{"values":[{other}{}{}],"links":{{"next":{next}}}}}"#, wanted[one], wanted[two])
}
