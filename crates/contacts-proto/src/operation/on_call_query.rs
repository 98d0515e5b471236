//! The common part of on-calls and next-on-calls.

use std::time::{SystemTime, UNIX_EPOCH};

use http::{Method, Request, Response};
use jiff::Timestamp;

use super::{SCHEDULES, answer::Answer, request};
use crate::{
    BaseUrl, Credentials, Error, OnCalls, Operation, ScheduleId, error::Subject,
    operation::request::escaped,
};

/// A schedule, and the arguments of both requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OnCallQuery {
    schedule: ScheduleId,
    at: Option<Timestamp>,
    flat: bool,
}

impl OnCallQuery {
    pub(super) fn new(schedule: ScheduleId) -> Self {
        Self { schedule, at: None, flat: false }
    }

    pub(super) fn at(self, time: SystemTime) -> Result<Self, Error> {
        let seconds = time.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs());
        let at = seconds
            .and_then(|seconds| i64::try_from(seconds).ok())
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .ok_or_else(|| Error::invalid("date", "is not between the years 1970 and 9999"))?;
        Ok(Self { at: Some(at), ..self })
    }

    pub(super) fn flat(self) -> Self {
        Self { flat: true, ..self }
    }

    pub(super) fn request(
        &self,
        below_schedule: &str,
        site: &BaseUrl,
        credentials: &Credentials,
    ) -> Request<Vec<u8>> {
        let at = self.at.map(|at| format!("&date={}", escaped(&at.to_string())));
        let uri = site.uri(&[
            SCHEDULES,
            "/",
            self.schedule.as_str(),
            below_schedule,
            if self.flat { "?flat=true" } else { "?flat=false" },
            at.as_deref().unwrap_or_default(),
        ]);
        request::without_body(Method::GET, site, uri, credentials)
    }

    /// Reads the response for the operation `O`, which errors name.
    pub(super) fn response<O: Operation>(response: &Response<&[u8]>) -> Result<OnCalls, Error> {
        Answer::to::<O>(response, Subject::Schedule).object()
    }
}
