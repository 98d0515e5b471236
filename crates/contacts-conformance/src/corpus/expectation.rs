//! The outcome that a case must have.

use contacts_proto::Error;
use serde::Deserialize;

use super::Value;
use crate::operation::ID;

/// An outcome: a value or an error. Every member counts: an error without `hint` has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expectation {
    /// The value, as JSON; `'{good}'` is the value of a normal response to the operation.
    pub value: Option<serde_json::Value>,
    /// Variant of the error's kind.
    pub error: Option<String>,
    /// What is known about the effect.
    pub effect: Effect,
    /// Variant of the hint, without its fields.
    pub hint: Option<String>,
    /// The service's error code.
    pub code: Option<String>,
    /// Delay that the server asks for, in seconds.
    pub wait: Option<u64>,
    /// Request id for the vendor's support.
    pub request_id: Option<String>,
    /// How the pages fail to lead through the list: the variant, without its fields.
    pub paging: Option<String>,
    /// Method and path of every request, the path below that of the contacts. Empty: one request.
    pub requests: Vec<String>,
}

/// What is known about the effect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Effect {
    /// The operation had no effect.
    #[default]
    None,
    /// The operation may have had its effect.
    Possible,
}

impl Expectation {
    /// The outcome of a call.
    pub(super) fn of<T: Value>(result: &Result<T, Error>, requests: &[String]) -> Self {
        let requests = if requests.len() == 1 { Vec::new() } else { requests.to_vec() };
        let error = match result {
            Ok(value) => {
                let json = value.json().to_string().replace(ID, "{id}");
                let value = serde_json::from_str(&json).expect("this was JSON");
                return Self { value: Some(value), requests, ..Self::default() };
            }
            Err(error) => error,
        };
        Self {
            value: None,
            error: Some(format!("{:?}", error.kind())),
            effect: match error.effect() {
                contacts_proto::Effect::None => Effect::None,
                contacts_proto::Effect::Possible => Effect::Possible,
            },
            hint: error.hint().map(|hint| variant(&format!("{hint:?}"))),
            code: error.code().map(str::to_owned),
            // TOML has no larger number.
            wait: error.retry_after().map(|wait| wait.as_secs().min(i64::MAX.cast_unsigned())),
            request_id: error.request_id().map(str::to_owned),
            paging: if let Error::Paging(paging) = error {
                Some(variant(&format!("{paging:?}")))
            } else {
                None
            },
            requests,
        }
    }
}

/// The name of a variant, without its fields.
fn variant(debug: &str) -> String {
    debug.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}
