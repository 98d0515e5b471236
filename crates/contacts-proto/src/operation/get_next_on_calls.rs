//! `GET /v1/schedules/{id}/next-on-calls?flat=&date=`
//!
//! Gets who is on call next in a schedule.
//!
//! [Vendor's reference](https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedule-on-calls/)

use std::time::SystemTime;

use http::{Request, Response};

use super::{READ, Sealed, on_call_query::OnCallQuery};
use crate::{BaseUrl, Credentials, Error, Idempotency, OnCalls, Operation, ScheduleId};

/// Gets who is on call next in a schedule.
///
/// Request: `GET /v1/schedules/{id}/next-on-calls`, see the [vendor's reference].
///
/// [vendor's reference]: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedule-on-calls/
#[must_use = "an operation does nothing until its request is sent"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetNextOnCalls {
    query: OnCallQuery,
}

impl GetNextOnCalls {
    /// Gets who is on call after those who are on call now.
    pub fn new(schedule: ScheduleId) -> Self {
        Self { query: OnCallQuery::new(schedule) }
    }

    /// Gets who is on call after those who are on call at this time. A fraction of a second is dropped.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the time is not between the years 1970 and 9999.
    pub fn at(self, time: SystemTime) -> Result<Self, Error> {
        Ok(Self { query: self.query.at(time)? })
    }

    /// Gets a list of users instead of a tree. It does not show how a user came to be on call, or
    /// which teams the service did not open.
    pub fn flat(self) -> Self {
        Self { query: self.query.flat() }
    }
}

impl Sealed for GetNextOnCalls {}

impl Operation for GetNextOnCalls {
    type Output = OnCalls;

    const NAME: &'static str = "get who is on call next";

    const IDEMPOTENCY: Idempotency = Idempotency::Safe;

    const SCOPES: &'static [&'static str] = READ;

    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        self.query.request("/next-on-calls", site, credentials)
    }

    fn response(&self, response: Response<&[u8]>) -> Result<OnCalls, Error> {
        OnCallQuery::response::<Self>(&response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::golden::{answer, get, request};

    fn operation() -> GetNextOnCalls {
        GetNextOnCalls::new(ScheduleId::new("0b6f2c1e").unwrap())
    }

    #[test]
    fn the_request_names_schedule_form_and_date() {
        assert_eq!(
            request(&operation().at(SystemTime::UNIX_EPOCH).unwrap().flat()),
            get("https://api.atlassian.com/jsm/ops/api/cloud/v1/schedules/0b6f2c1e/next-on-calls\
                 ?flat=true&date=1970-01-01T00%3A00%3A00Z")
        );
    }

    #[test]
    fn the_documented_forms_are_read_under_either_name_of_children() {
        for body in [
            r#"{"nextOnCallParticipants":[{"id":"9f8e","type":"escalation","nextOnCallParticipants":[{"id":"5f0c","type":"user"}]}]}"#,
            r#"{"nextOnCallParticipants":[{"id":"9f8e","type":"escalation","onCallParticipants":[{"id":"5f0c","type":"user"}]}]}"#,
            r#"{"nextOnCallParticipants":[{"id":"9f8e","type":"escalation","onCallParticipants":null,
                "nextOnCallParticipants":[{"id":"5f0c","type":"user"}]}],"onCallParticipants":[]}"#,
            r#"{"nextOnCallUsers":["5f0c"]}"#,
            r#"{"nextOnCallUsers":["5f0c"],"onCallUsers":null}"#,
        ] {
            let on_calls = operation().response(answer(200, body)).unwrap();
            let ids = on_calls.account_ids();
            assert_eq!(
                ids.iter().map(crate::AccountId::as_str).collect::<Vec<_>>(),
                ["5f0c"],
                "{body}"
            );
            assert!(on_calls.unopened().is_empty(), "{body}");
        }
    }
}
