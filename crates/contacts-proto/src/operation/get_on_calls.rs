//! `GET /v1/schedules/{id}/on-calls?flat=&date=`
//!
//! Gets who is on call in a schedule.
//!
//! [Vendor's reference](https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedule-on-calls/)

use std::time::SystemTime;

use http::{Request, Response};

use super::{READ, Sealed, on_call_query::OnCallQuery};
use crate::{BaseUrl, Credentials, Error, Idempotency, OnCalls, Operation, ScheduleId};

/// Gets who is on call in a schedule.
///
/// Request: `GET /v1/schedules/{id}/on-calls`, see the [vendor's reference].
///
/// [vendor's reference]: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedule-on-calls/
#[must_use = "an operation does nothing until its request is sent"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetOnCalls {
    query: OnCallQuery,
}

impl GetOnCalls {
    /// Gets who is on call now in this schedule.
    pub fn new(schedule: ScheduleId) -> Self {
        Self { query: OnCallQuery::new(schedule) }
    }

    /// Gets who is on call at this time. A fraction of a second is dropped.
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

impl Sealed for GetOnCalls {}

impl Operation for GetOnCalls {
    type Output = OnCalls;

    const NAME: &'static str = "get who is on call";

    const IDEMPOTENCY: Idempotency = Idempotency::Safe;

    const SCOPES: &'static [&'static str] = READ;

    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        self.query.request("/on-calls", site, credentials)
    }

    fn response(&self, response: Response<&[u8]>) -> Result<OnCalls, Error> {
        OnCallQuery::response::<Self>(&response)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::{
        Hint, Participant, UnopenedReason,
        operation::golden::{answer, get, request},
    };

    fn operation() -> GetOnCalls {
        GetOnCalls::new(ScheduleId::new("0b6f2c1e").unwrap())
    }

    fn read(body: &str) -> OnCalls {
        operation().response(answer(200, body)).unwrap()
    }

    fn ids(on_calls: &OnCalls) -> Vec<String> {
        on_calls.account_ids().iter().map(ToString::to_string).collect()
    }

    fn unopened(on_calls: &OnCalls) -> Vec<String> {
        on_calls.unopened().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_request_names_schedule_form_and_date() {
        let base = "https://api.atlassian.com/jsm/ops/api/cloud/v1/schedules/0b6f2c1e/on-calls";
        assert_eq!(request(&operation()), get(&format!("{base}?flat=false")));
        let at = UNIX_EPOCH + Duration::from_millis(1_795_975_542_999);
        assert_eq!(
            request(&operation().flat().at(at).unwrap()),
            get(&format!("{base}?flat=true&date=2026-11-29T18%3A05%3A42Z"))
        );
    }

    #[test]
    fn a_date_that_has_no_four_digits_for_its_year_is_rejected() {
        let seconds = Duration::from_secs;
        assert!(operation().at(UNIX_EPOCH).is_ok());
        assert!(operation().at(UNIX_EPOCH + seconds(253_402_200_000)).is_ok(), "30 December 9999");
        for time in [UNIX_EPOCH - seconds(1), UNIX_EPOCH + seconds(253_402_300_800)] {
            let error = operation().at(time).unwrap_err().to_string();
            assert_eq!(error, "the date is not between the years 1970 and 9999");
        }
    }

    #[test]
    fn the_documented_tree_is_read() {
        let on_calls = read(
            r#"{"onCallParticipants":[{"id":"712020:6a1b","type":"user"},
            {"id":"9f8e","type":"escalation","onCallParticipants":[
              {"id":"5f0c","type":"user","forwardedFrom":{"id":"61aa","type":"user"}}]}]}"#,
        );
        assert_eq!(ids(&on_calls), ["712020:6a1b", "5f0c"]);
        assert!(on_calls.unopened().is_empty());
        let user = &on_calls.participants[1].participants[0];
        assert_eq!(user.forwarded_from.as_ref().unwrap().id.as_deref(), Some("61aa"));
    }

    #[test]
    fn a_flat_list_is_read_and_each_user_is_given_once() {
        let on_calls = read(r#"{"onCallUsers":["712020:6a1b","5f0c","712020:6a1b"]}"#);
        assert_eq!(ids(&on_calls), ["712020:6a1b", "5f0c"]);
        let both = r#"{"onCallUsers":["b","a"],"onCallParticipants":[{"type":"user","id":"a"}]}"#;
        assert_eq!(ids(&read(both)), ["a", "b"]);
    }

    #[test]
    fn nobody_on_call_is_an_answer() {
        for body in [
            "{}",
            r#"{"onCallParticipants":[]}"#,
            r#"{"onCallParticipants":null}"#,
            r#"{"onCallUsers":null}"#,
            r#"{"_parent":{"id":"s"}}"#,
            r#"{"onCallParticipants":[{"type":"noone"}]}"#,
            r#"{"onCallParticipants":[{"type":"none"}]}"#,
            r#"{"onCallParticipants":[{"type":"escalation","id":"e","onCallParticipants":[{"type":"noone"}]}]}"#,
        ] {
            let on_calls = read(body);
            assert!(on_calls.account_ids().is_empty(), "{body}");
            assert!(on_calls.unopened().is_empty(), "{body}");
        }
    }

    #[test]
    fn a_body_of_another_shape_does_not_mean_that_nobody_is_on_call() {
        for body in [
            "",
            "[]",
            "[[]]",
            "null",
            r#"{"onCallRecipients":["ann@example.com"]}"#,
            r#"{"data":{"onCallParticipants":[]}}"#,
            r#"{"code":40301,"message":"Account does not have access to Opsgenie."}"#,
            r#"{"onCallParticipants":{"id":"a","type":"user"}}"#,
            r#"{"onCallParticipants":["a"]}"#,
            r#"{"onCallUsers":"a"}"#,
            r#"{"onCallUsers":[7]}"#,
        ] {
            let error = operation().response(answer(200, body)).unwrap_err();
            assert!(matches!(error, Error::InvalidResponse(_)), "{body}: {error}");
        }
    }

    #[test]
    fn a_participant_that_the_service_does_not_open_is_reported() {
        let on_calls = read(
            r#"{"onCallParticipants":[{"type":"team","id":"t1"},{"type":"team","id":"t1"},
            {"type":"escalation","id":"e1","onCallParticipants":[{"type":"team","id":"t2"}]},
            {"type":"escalation","id":"e2","onCallParticipants":[{"type":"team","id":"t3"},{"type":"user","id":"u"}]},
            {"type":"bot","id":"b"},{"id":"x"},{"type":"bot","id":"c","onCallParticipants":[{"type":"user","id":"u"}]},
            {"type":"user"},{"type":"user","id":"a b"}],"onCallUsers":["c\td"]}"#,
        );
        assert_eq!(ids(&on_calls), ["u"]);
        assert_eq!(
            unopened(&on_calls),
            [
                "team t1: the service does not show its users",
                "team t2: the service does not show its users",
                "escalation e1: the service does not show its users",
                "team t3: the service does not show its users",
                "bot b: its kind is unknown, and the service does not show its users",
                "participant without a type x: its kind is unknown, and the service does not show its users",
                "user: the service sends no valid account id",
                "user a b: the service sends no valid account id",
                "user c\\u{9}d: the service sends no valid account id",
            ]
        );
    }

    #[test]
    fn a_participant_that_contains_itself_is_reported_with_its_users() {
        let on_calls = read(
            r#"{"onCallParticipants":[{"type":"escalation","id":"e","onCallParticipants":[
            {"type":"team","id":"t","onCallParticipants":[
              {"type":"escalation","id":"e","onCallParticipants":[{"type":"user","id":"u"}]}]}]}]}"#,
        );
        assert_eq!(ids(&on_calls), ["u"]);
        assert_eq!(unopened(&on_calls), ["escalation e: it contains itself"]);
        assert_eq!(on_calls.unopened()[0].reason, UnopenedReason::Loop);
    }

    #[test]
    fn ids_that_are_numbers_and_types_in_capitals_are_read() {
        let on_calls = read(r#"{"onCallParticipants":[{"type":"USER","id":7}]}"#);
        assert_eq!(ids(&on_calls), ["7"]);
    }

    #[test]
    fn an_answer_that_is_too_large_is_an_error_with_a_clear_sentence() {
        let message = |body: &str| {
            let error = operation().response(answer(200, body)).unwrap_err();
            assert!(matches!(error, Error::InvalidResponse(_)), "{error}");
            error.to_string()
        };
        let tree = |levels: usize| {
            let open = r#"{"type":"team","onCallParticipants":["#.repeat(levels - 1);
            let close = "]}".repeat(levels - 1);
            format!(r#"{{"onCallParticipants":[{open}{{"type":"user","id":"u"}}{close}]}}"#)
        };
        assert_eq!(ids(&read(&tree(32))), ["u"]);
        let error = message(&tree(33));
        assert!(error.contains("the tree of participants has more than 32 levels"), "{error}");
        let error = message(&tree(5000));
        assert!(error.contains("the body is nested too deeply"), "{error}");
        let users =
            |count: usize| format!(r#"{{"onCallUsers":[{}]}}"#, vec![r#""a""#; count].join(","));
        assert_eq!(ids(&read(&users(10_000))), ["a"]);
        let error = message(&users(10_001));
        assert!(error.contains("there are more than 10000 participants"), "{error}");
    }

    #[test]
    fn errors_are_about_the_schedule() {
        let hint = |status, body| {
            let error = operation().response(answer(status, body)).unwrap_err();
            assert!(!error.is_no_such_contact(), "{error}");
            error.hint()
        };
        let scope = r#"{"code":401,"message":"Unauthorized; scope does not match"}"#;
        assert_eq!(hint(401, scope), Some(Hint::MissingScope(READ)));
        assert_eq!(hint(403, r#"{"message":"Forbidden"}"#), Some(Hint::ScheduleNotVisible));
        assert_eq!(hint(403, r#"{"code":40301}"#), Some(Hint::NoOperations));
        assert_eq!(hint(422, r#"{"errors":[{"title":"date is not valid"}]}"#), None);
        for (body, expected) in [
            (r#"{"errors":[{"title":"Not found","code":"E1"}]}"#, Some(Hint::NoSuchSchedule)),
            (
                r#"{"message":"Schedule with id [x] was not found on this site"}"#,
                Some(Hint::NoSuchSchedule),
            ),
            (r#"{"code":404,"message":"Not Found"}"#, None),
            (r#"{"message":"Tenant not found"}"#, Some(Hint::WrongSite)),
            (r#"{"timestamp":"now","status":404,"path":"/v1/schedules/x"}"#, Some(Hint::WrongSite)),
            ("", Some(Hint::WrongSite)),
            ("<html>", Some(Hint::NotTheService)),
        ] {
            assert_eq!(hint(404, body), expected, "{body}");
        }
    }

    #[test]
    fn a_participant_shows_no_control_characters() {
        let participant = Participant::new("x\u{1b}[2J".into(), Some("a\nb".into()));
        assert!(!participant.to_string().contains(char::is_control), "{participant}");
    }
}
